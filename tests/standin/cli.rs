//! The stock docker CLI straight on the stand-in.

use std::io::{Read, Write};
use std::process::Stdio;

use super::host::{Host, Ran};

#[test]
fn run_gives_output_code_and_nothing_else() {
    let host = Host::start();
    assert_eq!(host.cli(&["run", "--rm", "busybox", "echo", "hi"]).ok(), "hi\n");
    let failed = host.cli(&["run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3"]);
    assert_eq!((failed.code, failed.out.as_str(), failed.err.as_str()), (Some(3), "out\n", "err\n"));
    assert!(host.cli(&["run", "hello-world"]).ok().contains("Hello from Docker!"));
    assert_eq!(host.cli(&["ps", "-aq"]).ok().lines().count(), 1, "--rm removes");
}

#[test]
fn run_with_input_gives_all_of_it_back() {
    let host = Host::start();
    let input: Vec<u8> = (0..4_u32 << 18).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let mut child = host
        .docker(&["run", "-i", "--rm", "busybox", "cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the docker CLI must be installed to run these tests");
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut output = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            stdin.write_all(&input).unwrap();
            drop(stdin);
        });
        stdout.read_to_end(&mut output).unwrap();
    });
    assert!(child.wait().unwrap().success());
    assert!(output == input, "{} bytes came back of {}", output.len(), input.len());
}

#[test]
fn a_container_in_the_background_is_seen_followed_and_waited_for() {
    let host = Host::start();
    let script = "for i in 1 2 3; do echo $i; sleep 0.05; done; exit 5";
    let id = host.cli(&["run", "-d", "--name", "c", "busybox", "sh", "-c", script]).ok();
    assert_eq!(id.trim().len(), 64);
    assert_eq!(host.cli(&["logs", "-f", "c"]).ok(), "1\n2\n3\n");
    assert_eq!(host.cli(&["wait", "c"]).ok(), "5\n");
    assert_eq!(host.cli(&["ps", "-a", "--format", "{{.Names}} {{.Image}} {{.State}}"]).ok(), "c busybox exited\n");
    assert_eq!(host.cli(&["logs", "--tail", "1", "c"]).ok(), "3\n");
    assert_eq!(host.cli_events(), ["create", "start", "die"]);
    assert_eq!(host.cli(&["rm", "c"]).ok(), "c\n");
    assert_eq!(host.cli(&["ps", "-aq"]).ok(), "");
}

#[test]
fn exec_attach_stop_and_restart_work() {
    let host = Host::start();
    host.cli(&[
        "run",
        "-d",
        "--name",
        "c",
        "busybox",
        "sh",
        "-c",
        "echo up; trap 'echo bye; exit 9' TERM; while true; do sleep 1; done",
    ])
    .ok();
    let ran = host.cli(&["exec", "c", "sh", "-c", "echo $HOSTNAME out; exit 7"]);
    assert_eq!((ran.code, ran.out.ends_with("out\n")), (Some(7), true), "{ran:?}");
    assert_eq!(host.cli(&["exec", "c", "nosuch"]).code, Some(126));
    host.cli(&["exec", "-d", "c", "sleep", "1000"]).ok();
    let attached = host.docker(&["attach", "--no-stdin", "c"]).stdout(Stdio::piped()).spawn().unwrap();
    host.until("the client is attached", |host| host.cli_events().contains(&"attach".to_owned()));
    host.cli(&["stop", "c"]).ok();
    let attached = Ran::of(attached.wait_with_output().unwrap());
    assert_eq!((attached.code, attached.out.as_str()), (Some(9), "bye\n"));
    assert_eq!(host.cli(&["wait", "c"]).ok(), "9\n");
    host.cli(&["restart", "c"]).ok();
    assert_eq!(host.cli(&["inspect", "-f", "{{.State.Status}}", "c"]).ok(), "running\n");
    host.cli(&["kill", "c"]).ok();
    assert_eq!(host.cli(&["wait", "c"]).ok(), "137\n");
    host.cli(&["rename", "c", "d"]).ok();
    host.cli(&["start", "d"]).ok();
    host.cli(&["rm", "-f", "d"]).ok();
}

#[test]
fn files_are_copied_both_ways() {
    let host = Host::start();
    host.cli(&["run", "-d", "--name", "c", "busybox", "sleep", "1000"]).ok();
    std::fs::write(host.path("in"), "some text\n").unwrap();
    std::fs::create_dir_all(host.path("tree/deep")).unwrap();
    std::fs::write(host.path("tree/deep/leaf"), "leaf\n").unwrap();
    host.cli(&["cp", host.path("in").to_str().unwrap(), "c:/tmp/out"]).ok();
    host.cli(&["cp", host.path("tree").to_str().unwrap(), "c:/tmp/"]).ok();
    assert_eq!(host.cli(&["exec", "c", "cat", "/tmp/out", "/tmp/tree/deep/leaf"]).ok(), "some text\nleaf\n");
    host.cli(&["cp", "c:/tmp/out", host.path("back").to_str().unwrap()]).ok();
    host.cli(&["cp", "c:/tmp/tree", host.path("copy").to_str().unwrap()]).ok();
    assert_eq!(std::fs::read_to_string(host.path("back")).unwrap(), "some text\n");
    assert_eq!(std::fs::read_to_string(host.path("copy/deep/leaf")).unwrap(), "leaf\n");
    assert!(host.cli(&["diff", "c"]).ok().contains("A /tmp/tree/deep/leaf\n"));
}

#[test]
fn networks_volumes_images_and_stats_are_shown() {
    let host = Host::start();
    assert!(host.cli(&["version"]).ok().contains("1.5.8"));
    assert!(host.cli(&["info"]).ok().contains("VCH CPU limit"));
    assert_eq!(host.cli(&["network", "ls", "--format", "{{.Name}}"]).ok(), "bridge\n");
    host.cli(&["network", "create", "n"]).ok();
    host.cli(&["volume", "create", "vol"]).ok();
    let again = host.cli(&["volume", "create", "vol"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("A volume named vol already exists."));
    assert_eq!(host.cli(&["volume", "ls", "-q"]).ok(), "vol\n");
    assert_eq!(host.cli(&["images", "--format", "{{.Repository}}"]).ok(), "busybox\nhello-world\n");
    assert!(host.cli(&["pull", "busybox"]).ok().contains("Image is up to date"));
    host.cli(&["run", "-d", "--name", "c", "--network", "n", "-v", "vol:/data", "busybox", "sleep", "1000"]).ok();
    let stats = host.cli(&["stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", "c"]).ok();
    assert_eq!(stats, "c 64MiB / 2GiB\n");
    host.cli(&["rm", "-f", "c"]).ok();
    host.cli(&["network", "rm", "n"]).ok();
    host.cli(&["volume", "rm", "vol"]).ok();
}

#[test]
fn a_refusal_reaches_the_user() {
    let host = Host::start();
    let refused = host.cli(&["run", "-v", "/etc:/x", "busybox", "true"]);
    assert_eq!(refused.code, Some(125));
    assert!(refused.err.contains("mounting directories as a data volume is not supported"), "{refused:?}");
    let top = host.cli(&["pause", "x"]);
    assert!(top.err.contains("does not yet implement ContainerPause"), "{top:?}");
}

#[test]
fn a_modern_engine_serves_the_newest_version_that_the_cli_speaks() {
    let host = Host::with(vicgate::standin::Settings::modern_engine());
    assert_eq!(host.cli(&["run", "--rm", "busybox", "echo", "hi"]).ok(), "hi\n");
    let failed = host.cli(&["run", "--rm", "busybox", "sh", "-c", "exit 3"]);
    assert_eq!(failed.code, Some(3));
    assert_eq!(host.cli(&["exec", "nosuch", "true"]).code, Some(1));
}
