//! The engine itself: version, info, df.

use crate::engine::{Cli, Engine, Gateway, Session, disk_usage, same};

#[test]
fn version_is_the_engines_but_for_the_api_versions_that_are_offered() {
    let fields = "{{.Server.Version}} {{.Server.GitCommit}} {{.Server.Os}}/{{.Server.Arch}} {{.Server.KernelVersion}} \
                  {{range .Server.Components}}{{.Name}} {{.Version}} {{end}}";
    same(&format!("docker version --format '{fields}'")).says("20.10.").well();
    let gateway = Gateway::start(&Engine::shared().url(), &["--profile", "engine"]);
    for cli in Cli::all() {
        let offered = "docker version --format '{{.Server.APIVersion}} {{.Server.MinAPIVersion}}'";
        let outcome = Session::new(cli, gateway.address("tcp://")).run(offered);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "1.52 1.12\n"), "{outcome:?}");
    }
}

/// `[api] translate = false` offers what the engine speaks, and refuses the rest in its words.
#[test]
fn versions_are_the_engines_where_nothing_is_translated() {
    let engine = Engine::shared();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vicgate.toml");
    std::fs::write(&file, "[api]\ntranslate = false\n").unwrap();
    let gateway =
        Gateway::start(&engine.url(), &["--profile", "engine", "--config", file.to_str().expect("a path of ours")]);
    for cli in Cli::all() {
        let run = |url: &str| {
            let script = "docker version; docker version --format '{{json .Server}}'
                DOCKER_API_VERSION=1.99 docker ps; DOCKER_API_VERSION=1.5 docker ps";
            Session::new(cli, url).run(script)
        };
        let (direct, through) = (run(&engine.url()), run(gateway.address("tcp://")));
        assert_eq!(through, direct);
        assert_eq!(direct.codes, [0, 0, 1, 1], "{direct:?}");
        assert!(direct.stderr.contains("client version 1.99 is too new. Maximum supported API version is 1.41"));
    }
}

#[test]
fn info_is_the_engines() {
    // The counts are of all the tests that run at this moment; runtimes come in any order.
    same("docker info | grep -vE '^ *(Containers|Running|Paused|Stopped|Images|Goroutines|File Descriptors|EventsListeners|System Time|Runtimes):'")
        .says("Docker Root Dir:")
        .well();
}

#[test]
fn df_has_its_four_kinds() {
    let _alone = disk_usage();
    same("docker system df --format '{{.Type}}'").says("Local Volumes").well();
}

#[test]
fn an_old_version_of_the_api_is_spoken_when_asked_for() {
    same(
        "export DOCKER_API_VERSION=1.24
          docker version --format '{{.Client.APIVersion}}'
          docker run --rm --name $name busybox echo old",
    )
    .says("1.24")
    .says("old\n")
    .well();
}

#[test]
fn a_version_that_is_not_offered_is_refused_in_the_engines_words() {
    let gateway = Gateway::start(&Engine::shared().url(), &["--profile", "engine"]);
    for cli in Cli::all() {
        let script = "DOCKER_API_VERSION=1.99 docker ps; DOCKER_API_VERSION=1.5 docker ps";
        let outcome = Session::new(cli, gateway.address("tcp://")).run(script);
        assert_eq!(outcome.codes, [1, 1], "{outcome:?}");
        for text in [
            "client version 1.99 is too new. Maximum supported API version is 1.52",
            "client version 1.5 is too old. Minimum supported API version is 1.12",
        ] {
            assert!(outcome.stderr.contains(text), "no {text:?} in {outcome:?}");
        }
    }
}
