# What a user of the stock CLI does in a day: a line for each step, the same whatever is behind.
# $name is a name of its own; $pull is set where images can be had from the backend's registry.
step() {
    local step=$1 out
    shift
    if out=$("$@" 2>error); then
        echo "$step: $out"
    else
        echo "$step: failed ($?): $(grep -v '^WARNING' error | tr '\n' ' ')$out"
    fi
}

version() { docker version --format '{{.Server.Os}}'; }
info() { docker info --format '{{.OSType}}'; }
image() {
    if [ -n "$pull" ]; then docker pull busybox >pulled || return; else tar -c -C / etc/hostname | docker import - "$name" >pulled || return; fi
    test -n "$(docker images --quiet busybox)" && echo there
}
create() { docker create --interactive --name "$name" busybox sh -c 'read line; echo got $line; exit 3' >id && docker ps --all --quiet --filter "name=$name" | wc -l; }
start_and_attach() {
    echo hello | docker start --attach --interactive "$name"
    echo "exit code $?"
}
wait_for() { docker wait "$name"; }
logs() { docker logs "$name"; }
inspect() { docker inspect --format '{{.State.ExitCode}} {{.State.Running}} {{.Config.OpenStdin}}' "$name"; }
run() { docker run --detach --name "$name-run" busybox sleep 1000 >id && docker ps --quiet --filter "name=$name-run" | wc -l; }
execute() {
    docker exec "$name-run" sh -c 'echo in exec; exit 4'
    echo "exit code $?"
}
copy() {
    echo content >file
    docker cp file "$name-run:/tmp/file" && docker cp "$name-run:/tmp/file" copied && cat copied
}
stats() { docker stats --no-stream --format '{{.Container}}' "$name-run" | sed "s/$name/it/"; }
# A whole second is left: Podman ends at that time although it has not given past events yet.
events() {
    docker events --since "$began" --until "$(($(date +%s) + 2))" --filter "container=$name" --format '{{.Status}}' >seen || return
    for event in create start die; do grep -qx "$event" seen && echo -n "$event "; done
}
networks() {
    docker network create "$name-net" >id && docker network inspect --format '{{.Name}}' "$name-net" | sed "s/$name/it/" &&
        docker network rm "$name-net" >id
}
volumes() {
    docker volume create --name "$name-vol" >id && docker volume inspect --format '{{.Name}}' "$name-vol" | sed "s/$name/it/" &&
        docker run --rm --volume "$name-vol:/data" busybox sh -c 'echo kept >/data/file; cat /data/file' && docker volume rm "$name-vol" >id
}
remove() {
    docker kill "$name-run" >id
    docker rm "$name" "$name-run" >id && docker ps --all --quiet --filter "name=$name" | wc -l
}

began=$(date +%s)
step version version
step info info
step image image
step create create
step attach start_and_attach
step wait wait_for
step logs logs
step inspect inspect
step run run
step exec execute
step cp copy
step stats stats
step events events
step networks networks
step volumes volumes
step rm remove
