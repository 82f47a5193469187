//! Terminals: `run -it`, `exec -it`, `attach` and their size.

use crate::engine::{Seen, same_over};

/// `terminal COMMAND` runs the command on a terminal of 40 rows and 100 columns, and
/// prints its exit code. While it runs it has what `typed` prints on its keyboard.
const TERMINAL: &str = r#"
typed() { :; }
terminal() {
    { typed; until [ -e ended ]; do sleep 0.05; done; } |
        { script --quiet --return --command "stty rows 40 cols 100; $1" /dev/null; echo "code $?"; touch ended; }
}
"#;

#[test]
fn run_on_a_terminal_gives_one_stream_with_line_ends_of_a_terminal() {
    on_terminal(r#"terminal "docker run -it --rm --name $name busybox sh -c 'echo out; echo err >&2; exit 5'""#)
        .says("out\r\nerr\r\n")
        .says("code 5\n");
}

#[test]
fn a_shell_on_a_terminal_takes_what_is_typed() {
    on_terminal(
        r#"typed() { until command docker exec $name true 2>/dev/null; do :; done; echo hello; }
           terminal "docker run -it --rm --name $name busybox sh -c 'read line; echo got \$line; exit 3'""#,
    )
    .says("hello\r\ngot hello\r\n")
    .says("code 3\n");
}

#[test]
fn the_container_gets_the_size_of_the_terminal() {
    on_terminal(
        r#"terminal "docker run -it --rm --name $name busybox \
               sh -c 'until [ \"\$(stty size 2>/dev/null)\" = \"40 100\" ]; do usleep 10000; done; echo right size'""#,
    )
    .says("right size\r\n")
    .says("code 0\n");
}

#[test]
fn exec_on_a_terminal_has_one_too() {
    on_terminal(
        r#"docker run -d --name $name busybox sleep 1000
           terminal "docker exec -it $name sh -c 'tty; exit 4'""#,
    )
    .says("/dev/pts/0\r\n")
    .says("code 4\n");
}

#[test]
fn attach_joins_a_terminal_and_the_detach_keys_leave_it() {
    // Over TCP the CLI does not know its own detach keys and waits for the end of the container.
    on_terminal_over(
        &["unix", "tls"],
        r#"docker run -dit --name $name busybox sh -c 'while read line; do echo got $line; done'
           # Keys that are hit before the CLI has the terminal are lost.
           typed() {
               until grep -q got seen 2>/dev/null; do echo line; sleep 0.05; done
               printf '\020\021'
           }
           terminal "docker attach $name" >seen; sort -u seen
           docker ps --filter name=$name --format '{{.Names}} still runs'"#,
    )
    .says("got line\r\n")
    .says("read escape sequence")
    .says("still runs");
}

fn on_terminal(script: &str) -> Seen {
    on_terminal_over(&["tcp", "unix", "tls"], script)
}

fn on_terminal_over(transports: &[&str], script: &str) -> Seen {
    same_over(transports, &format!("{TERMINAL}{script}"))
}
