//! Standard input, output and errors; logs and events.

use crate::engine::{Seen, same_over};

/// On every transport: each ends one half of a connection in its own way.
fn same(script: &str) -> Seen {
    same_over(&["tcp", "unix", "tls"], script)
}

/// Prints 8 MiB that are the same every time.
const EIGHT_MEBIBYTES: &str = "blob() { seq 1 1300000 | head -c 8388608; }\n";

#[test]
fn run_with_input_takes_eight_mebibytes_unharmed() {
    same(&format!(
        "{EIGHT_MEBIBYTES}
        blob | sha256sum >expected
        blob | docker run -i --rm --name $name busybox sha256sum >seen
        cmp expected seen && echo equal"
    ))
    .says("equal")
    .well();
}

#[test]
fn eight_mebibytes_go_in_and_come_out_at_the_same_time() {
    same(&format!(
        "{EIGHT_MEBIBYTES}
        blob | sha256sum >expected
        blob | docker run -i --rm --name $name busybox cat | sha256sum >seen
        cmp expected seen && echo equal"
    ))
    .says("equal")
    .well();
}

#[test]
fn output_goes_on_after_the_end_of_input() {
    same("echo in | docker run -i --rm --name $name busybox sh -c 'cat; usleep 300000; echo after; echo err >&2; exit 5'")
        .says("in\nafter")
        .says("err")
        .codes(&[5]);
}

#[test]
fn run_with_input_that_is_empty_ends() {
    same("docker run -i --rm --name $name busybox wc -c </dev/null").says("0\n").well();
}

#[test]
fn exec_prints_and_ends_with_the_commands_code() {
    same(
        "docker run -d --name $name busybox sleep 1000
          docker exec --env A=1 --workdir /tmp --user 0 $name sh -c 'echo $A; pwd; echo err >&2; exit 6'
          docker exec -d $name touch /made
          docker exec $name no-such-program",
    )
    .says("1\n/tmp")
    .codes(&[0, 6, 0, 126]);
}

#[test]
fn exec_with_input_takes_eight_mebibytes_unharmed() {
    same(&format!(
        "{EIGHT_MEBIBYTES}
        docker run -d --name $name busybox sleep 1000
        blob | sha256sum >expected
        blob | docker exec -i $name sha256sum >seen
        cmp expected seen && echo equal"
    ))
    .says("equal")
    .well();
}

#[test]
fn attach_joins_a_container_that_runs() {
    same("docker run -d -i --name $name busybox sh -c 'head -n 1; echo err >&2; until [ -e /go ]; do usleep 10000; done; exit 8'
          : >out; : >err
          typed() { echo hello; until [ -e ended ]; do sleep 0.05; done; }
          typed | { command docker attach $name >out 2>err; echo code $?; touch ended; } & attached=$!
          until grep -q hello out && grep -q err err; do :; done
          command docker exec $name touch /go # it may end before this answers
          wait $attached; cat out err")
    // dockerd ends the output with the input, unless the container was made to end with it.
    .says("code 8\nhello\n")
    .well();
}

#[test]
fn attach_without_input_sees_the_output() {
    // What was printed before it joined is gone, so the container prints until it was seen.
    same(
        "docker run -d --name $name busybox sh -c 'until [ -e /go ]; do echo seen; usleep 10000; done'
          : >out; { command docker attach --no-stdin $name >out; echo code $?; } & attached=$!
          until grep -q seen out; do :; done
          command docker exec $name touch /go # it may end before this answers
          wait $attached; sort -u out",
    )
    .says("code 0\nseen\n")
    .well();
}

#[test]
fn start_with_attach_runs_a_created_container() {
    same("docker create -i --name $name busybox sh -c 'cat; exit 2'; echo hello | docker start -ai $name")
        .says("hello")
        .codes(&[0, 2]);
}

#[test]
fn logs_keep_the_two_streams_apart() {
    same(
        "docker run --name $name busybox sh -c 'echo out; echo err >&2' >/dev/null 2>&1
          docker logs $name; docker logs --since 1h $name >/dev/null; docker logs --until 1h $name 2>/dev/null",
    )
    .says("out\n")
    .says("err\n")
    .well();
}

#[test]
fn logs_give_the_last_lines_and_their_times() {
    same(
        "docker run --name $name busybox seq 5 >/dev/null
          docker logs --tail 2 $name; docker logs --timestamps $name",
    )
    .says("4\n5\nTIME 1\n")
    .well();
}

#[test]
fn logs_that_follow_end_with_the_container() {
    same(
        "docker run -d --name $name busybox sh -c 'echo first; until [ -e /go ]; do usleep 10000; done; echo last'
          { command docker logs -f $name; echo \"code $?\"; } >followed & following=$!
          until grep -q first followed 2>/dev/null; do :; done
          command docker exec $name touch /go # it may end before this answers
          wait $following; cat followed",
    )
    .says("first\nlast\ncode 0")
    .well();
}

#[test]
fn events_of_the_past_are_listed() {
    same(
        "since=$(date +%s.%N)
          past() { docker events --since $since --until $(date +%s.%N) --filter container=$name \"$@\"; }
          docker run --rm --name $name busybox true
          until past | grep -q destroy; do :; done; : >\"$CODES\"
          past --format '{{.Type}} {{.Action}} {{.Actor.Attributes.image}}'; past --format '{{json .}}' | tail -n 1",
    )
    .says("container create busybox\ncontainer attach busybox\ncontainer start busybox\n")
    .says("container destroy busybox")
    .well();
}

#[test]
fn events_arrive_as_they_happen() {
    same(
        "command docker events --filter container=$name --format '{{.Action}}' >events & listening=$!
          until grep -q create events 2>/dev/null; do
              command docker rm -f $name >/dev/null 2>&1; command docker create --name $name busybox true >/dev/null
          done
          docker rm $name >/dev/null
          until grep -q destroy events; do :; done
          kill $listening; head -n 1 events",
    )
    .says("create")
    .well();
}
