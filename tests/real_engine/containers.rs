//! The life of a container.

use crate::engine::same;

#[test]
fn run_prints_what_the_command_prints_and_ends_with_its_code() {
    same("docker run --rm --name $name busybox sh -c 'echo out; echo err >&2; exit 7'")
        .says("out")
        .says("err")
        .codes(&[7]);
}

#[test]
fn run_in_the_background_prints_the_id_and_wait_gives_the_code() {
    same("docker run -d --name $name busybox sh -c 'exit 3'; docker wait $name; docker ps -a --filter name=$name")
        .says("Exited (3)")
        .well();
}

#[test]
fn wait_returns_when_the_container_ends() {
    same(
        "docker run -d --name $name busybox sh -c 'until [ -e /end ]; do usleep 10000; done; usleep 500000; exit 4'
          command docker wait $name & waiting=$!
          docker exec $name touch /end
          wait $waiting",
    )
    .says("4\n")
    .codes(&[0, 0]);
}

#[test]
fn create_start_stop_restart_and_rm_follow_each_other() {
    same(
        "docker create --name $name busybox sleep 1000
          docker start $name
          docker stop -t 0 $name
          docker restart -t 0 $name
          docker rm $name || docker rm -f $name
          docker ps -a --filter name=$name",
    )
    .says("You cannot remove a running container")
    .codes(&[0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn ps_shows_what_runs_with_its_labels_and_ports() {
    same(
        "docker run -d --name $name -p 127.0.0.1:7001:80 --label a=b busybox sleep 1000
          docker ps --filter name=$name
          docker ps --filter name=$name --format '{{.Names}} {{.Labels}} {{.Ports}} {{.Size}}' --size
          docker ps --filter label=a=b --filter name=$name --quiet --no-trunc",
    )
    .says("127.0.0.1:7001->80/tcp")
    .well();
}

#[test]
fn inspect_gives_the_same_json() {
    same(
        "docker create --name $name --env A=1 --user 0:0 --workdir /tmp --hostname box --memory 64m \\
              --cap-add NET_ADMIN --restart on-failure:2 --read-only --tmpfs /run -v /vol busybox sleep 1000
          docker inspect $name --format '{{json .Config}}
{{json .HostConfig}}
{{json .NetworkSettings}}'
          docker inspect --size --type container $name --format '{{.Name}} {{.SizeRootFs}} {{.SizeRw}}'",
    )
    .says(r#""Env":["A=1"]"#)
    .well();
}

#[test]
fn rename_update_and_port_change_and_show_a_container() {
    same(
        "docker run -d --name $name -p 127.0.0.1:7002:80 busybox sleep 1000
          docker rename $name $name-2
          docker update --cpu-shares 512 --memory 64m --memory-swap 64m $name-2
          docker inspect $name-2 --format '{{.Name}} {{.HostConfig.CpuShares}} {{.HostConfig.Memory}}'
          docker port $name-2",
    )
    .says("512 67108864")
    .says("80/tcp -> 127.0.0.1:7002")
    .well();
}

#[test]
fn pause_holds_a_container_and_unpause_lets_it_go() {
    same(
        "docker run -d --name $name busybox sleep 1000
          docker pause $name; docker ps --filter name=$name --format '{{.Status}}'
          docker exec $name true
          docker unpause $name; docker ps --filter name=$name --format '{{.Status}}'",
    )
    .says("(Paused)")
    .says("is paused")
    .codes(&[0, 0, 0, 1, 0, 0]);
}

#[test]
fn kill_sends_the_signal_that_was_asked_for() {
    same(
        r#"docker run -d --name $name busybox sh -c 'trap "exit 9" USR1; touch /ready; while :; do usleep 10000; done'
            until docker exec $name test -e /ready >/dev/null 2>&1; do :; done; : >"$CODES"
            docker kill --signal USR1 $name; docker wait $name; docker kill $name"#,
    )
    .says("9\n")
    .says("is not running")
    .codes(&[0, 0, 1]);
}

#[test]
fn top_lists_the_processes() {
    same("docker run -d --name $name busybox sleep 1000; docker top $name -o pid,args | sed 's/^[0-9]* *//'")
        .says("sleep 1000")
        .well();
}

#[test]
fn diff_lists_what_changed() {
    same("docker run --name $name busybox sh -c 'echo x >/new; rm /etc/group'; docker diff $name | sort")
        .says("A /new")
        .says("D /etc/group")
        .well();
}

#[test]
fn stats_without_stream_prints_one_reading() {
    same(
        "docker run -d --name $name busybox sleep 1000
          docker stats --no-stream --format '{{.Name}} {{.PIDs}}' $name",
    )
    .says(" 1\n")
    .well();
}

#[test]
fn rm_force_removes_what_runs_and_its_volumes() {
    same(
        "docker run -d --name $name -v $name:/data -v /anonymous busybox sleep 1000
          docker rm --force --volumes $name; docker volume ls --filter name=$name; docker ps -aq --filter name=$name",
    )
    .well();
}

#[test]
fn container_prune_removes_what_its_filter_names() {
    same(
        "docker create --name $name --label only=$name busybox true
          docker container prune --force --filter label=only=$name; docker ps -aq --filter name=$name",
    )
    .says("Deleted Containers:")
    .well();
}
