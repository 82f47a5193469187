//! What a user of the stock CLI reads when the profile refuses a call.

use crate::engine::{Cli, Engine, Gateway, Session};

#[test]
fn a_refused_run_names_all_that_is_wrong_and_reaches_no_engine() {
    let engine = Engine::shared();
    let gateway = Gateway::start(&engine.url(), &["--profile", "vic"]);
    for cli in Cli::all() {
        for address in gateway.addresses() {
            let outcome = Session::new(cli, address)
                .run("docker run --name refused --privileged --cpu-shares 512 -v /etc:/etc busybox true");
            assert_eq!((outcome.code, outcome.stdout.as_str()), (125, ""), "{outcome:?}");
            for named in [
                "Error response from daemon",
                "HostConfig.Privileged",
                "--privileged",
                "HostConfig.CpuShares",
                "512",
                "--cpu-shares",
                "HostConfig.Binds",
                "/etc",
            ] {
                assert!(outcome.stderr.contains(named), "docker {} does not show {named}: {outcome:?}", cli.version);
            }
        }
    }
    let left = Session::new(Cli::newest(), &engine.url()).run("docker ps --all --quiet --filter name=refused");
    assert_eq!(left.stdout, "", "a refused create has made a container");
}

#[test]
fn what_the_vic_profile_allows_runs() {
    let engine = Engine::shared();
    let gateway = Gateway::start(&engine.url(), &["--profile", "vic"]);
    for cli in Cli::all() {
        let outcome = Session::new(cli, gateway.address("tcp://")).run("echo in | docker run --rm -i busybox cat");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "in\n"), "docker {}: {outcome:?}", cli.version);
    }
}
