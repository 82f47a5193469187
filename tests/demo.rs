//! `vicgate demo` with the stock docker CLIs: containers run on the stand-in, and
//! VIC's limits are explained.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod engine;

use engine::{Cli, Gateway, Outcome, Session};

/// Runs a script with each CLI of the machine, each against a demo of its own.
fn with_each_cli(script: &str, stdin: &[u8], check: impl Fn(&Outcome)) {
    for cli in Cli::all() {
        let folder = tempfile::tempdir().unwrap();
        let demo = Gateway::spawn(folder, &["demo", "--listen", "tcp://127.0.0.1:0"], 1);
        let outcome = Session::new(cli, demo.address("tcp://")).run_with(script, stdin);
        println!("docker {}: {outcome:?}", cli.version);
        check(&outcome);
    }
}

#[test]
fn a_container_takes_stdin_and_gives_it_back() {
    let text = "line\n".repeat(20_000);
    with_each_cli("docker run -i busybox cat", text.as_bytes(), |outcome| {
        assert_eq!(outcome.code, 0);
        assert!(outcome.stdout == text, "{} bytes came back", outcome.stdout.len());
    });
}

#[test]
fn the_image_hello_world_says_hello() {
    with_each_cli("docker run --rm hello-world; docker ps --all --quiet", b"", |outcome| {
        assert_eq!(outcome.code, 0);
        assert!(outcome.stdout.contains("Hello from Docker!"), "and the container is gone");
    });
}

#[test]
fn a_container_in_the_background_is_listed_logged_entered_attached_to_and_waited_for() {
    let script = r#"
        docker run -d --name web busybox sh -c 'echo started; sleep 300' >/dev/null
        docker ps --format '{{.Names}} {{.Image}}'
        docker logs web
        docker exec web echo inside
        echo typed | docker exec -i web cat
        docker run -d --name brief busybox sh -c 'sleep 3; echo last words; exit 7' >/dev/null
        docker attach brief; echo "attach ended with $?"
        docker kill web >/dev/null
        docker wait web
        docker rm web
    "#;
    with_each_cli(script, b"", |outcome| {
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let said = &outcome.stdout;
        for line in ["web busybox", "started", "inside", "typed", "last words", "attach ended with 7"] {
            assert!(said.lines().any(|other| other == line), "{line:?} is missing in\n{said}");
        }
        assert!(said.ends_with("137\nweb\n"), "{said}");
    });
}

#[test]
fn events_tell_what_happened() {
    let script = r#"
        docker run --rm --name once busybox true
        docker events --since 10m --until "$(($(date +%s) + 1))" --format '{{.Action}} {{.Actor.Attributes.name}}'
    "#;
    with_each_cli(script, b"", |outcome| {
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        for event in ["create once", "start once", "die once"] {
            assert!(outcome.stdout.contains(event), "{event:?} is missing in\n{}", outcome.stdout);
        }
    });
}

#[test]
fn a_command_that_fails_gives_its_exit_code() {
    with_each_cli("docker run --rm busybox sh -c 'echo oops >&2; exit 42'", b"", |outcome| {
        assert_eq!(outcome.code, 42);
    });
}

#[test]
fn what_vic_cannot_do_is_refused_with_all_the_reasons() {
    let script = "docker run --privileged --cpu-shares 512 -v /etc:/etc busybox true";
    with_each_cli(script, b"", |outcome| {
        assert_eq!(outcome.code, 125);
        for text in ["HostConfig.Privileged = true (--privileged)", "HostConfig.CpuShares = 512", "\"/etc:/etc\""] {
            assert!(outcome.stderr.contains(text), "{text:?} is missing in\n{}", outcome.stderr);
        }
    });
}

#[test]
fn what_vic_does_not_implement_is_said_in_clear_words() {
    let script = "docker run -d --name w busybox sleep 300 >/dev/null; docker top w; docker push busybox";
    with_each_cli(script, b"", |outcome| {
        assert!(outcome.stderr.contains("does not implement ContainerTop"), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("push from a Docker Engine"), "{}", outcome.stderr);
    });
}
