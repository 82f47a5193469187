# docker-compose 1.29 with a project of two services; the same steps as a user's.
step() {
    local step=$1 out
    shift
    if out=$("$@" 2>error); then
        echo "$step: $out"
    else
        echo "$step: failed ($?): $(tail -n 3 error | tr '\n' ' ')$out"
    fi
}
compose() { docker-compose --project-name "$name" --ansi never "$@"; }

cat >docker-compose.yml <<YAML
version: "2.1"
services:
  once:
    image: busybox
    command: sh -c 'echo once; exit 3'
  stays:
    image: busybox
    command: sleep 1000
    environment: {WORD: given}
    volumes: ["data:/data"]
volumes:
  data: {}
YAML

up() { compose up --detach && compose ps --quiet stays | wc -l; }
listed() { compose ps --services --filter status=running; }
execute() { compose exec -T stays sh -c 'echo $WORD >/data/file; cat /data/file'; }
logs() { compose logs --no-color once | grep -o 'once$'; }
again() { compose up --detach && compose ps --quiet stays | wc -l; }
down() { compose down --volumes --timeout 1 && compose ps --quiet | wc -l; }

step up up
step ps listed
step exec execute
step logs logs
step again again
step down down
