//! Ownership in front of a real engine: who comes by TCP and who comes by the unix socket are two.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::{Cli, Engine, Gateway, Outcome, Session, disk_usage};

const POLICY: &str =
    "name = \"team\"\nowner = \"vicgate.owner\"\n[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n";

/// Two people and the engine behind them. They are the same two in all tests, which take turns.
struct Two {
    _turn: MutexGuard<'static, ()>,
    engine: &'static Engine,
    gateway: Gateway,
    _policy: tempfile::TempDir,
}

impl Two {
    fn new() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = Engine::shared();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("team.toml");
        std::fs::write(&file, POLICY).unwrap();
        let gateway = Gateway::start(&engine.url(), &["--profile", "engine", "--access", file.to_str().unwrap()]);
        Self { _turn: turn, engine, gateway, _policy: folder }
    }

    /// Who comes by TCP.
    fn alice(&self, cli: &Cli, script: &str) -> Outcome {
        Session::new(cli, self.gateway.address("tcp://")).run(script)
    }

    /// Who comes by the unix socket.
    fn bob(&self, cli: &Cli, script: &str) -> Outcome {
        Session::new(cli, self.gateway.address("unix://")).run(script)
    }

    /// Whoever sits at the engine itself.
    fn root(&self, script: &str) -> Outcome {
        Session::new(Cli::newest(), &self.engine.url()).run(script)
    }
}

#[track_caller]
fn well(outcome: &Outcome) -> &str {
    assert!(outcome.codes.iter().all(|code| *code == 0), "{outcome:?}");
    &outcome.stdout
}

#[test]
fn a_day_with_the_stock_cli_is_one_s_own() {
    let two = Two::new();
    for cli in Cli::all() {
        let work = "docker network create own-net; docker volume create own-made
            docker run -d --name own-web -v own-data:/d -v own-made:/m --network own-net busybox sleep 1000
            docker run --rm --network container:own-web --volumes-from own-web busybox sh -c 'touch /d/x; echo ran'
            docker exec own-web ls /d; docker stop -t 0 own-web; docker start own-web; docker logs own-web
            docker commit own-web own-image:1; docker run --rm own-image:1 echo from the image
            docker cp own-web:/etc/passwd .; docker rename own-web own-web2; docker rename own-web2 own-web
            docker ps --format {{.Names}}; docker volume ls -q; docker network ls --format {{.Name}}
            docker images --format {{.Repository}} | grep -e own-image -e ^busybox | sort -u | tr '\\n' ' '";
        let said = two.alice(cli, work);
        let out = well(&said);
        assert!(out.contains("ran\n") && out.contains("from the image\n"), "{out}");
        assert!(out.ends_with("own-web\nown-data\nown-made\nown-net\nbusybox own-image "), "{out}");
        let labels = two.root(
            "docker inspect -f '{{.Config.Labels}}' own-web; docker volume inspect -f '{{.Labels}}' own-data own-made
             docker network inspect -f '{{.Labels}}' own-net; docker image inspect -f '{{.Config.Labels}}' own-image:1",
        );
        let own = "map[vicgate.owner:-]\n";
        let expected = format!("{own}{own}{own}{own}map[vicgate.owner: vicgate.owner.image:-]\n");
        assert_eq!(well(&labels), expected);

        let theft = "docker ps -aq; docker volume ls -q; docker network ls -q; docker images -q own-image
            docker rm -f own-web; docker exec own-web id; docker logs own-web; docker cp own-web:/etc/passwd .
            docker run --rm --network own-net busybox true; docker run --rm --volumes-from own-web busybox true
            docker run --rm --pid container:own-web busybox true; docker run --rm -v own-data:/x busybox true
            docker volume rm own-data; docker network rm own-net; docker rmi own-image:1; docker tag busybox own-image:1
            docker rmi busybox";
        let said = two.bob(cli, theft);
        assert_eq!(
            said.stdout.lines().filter(|line| !line.contains("o such container: own-web")).count(),
            0,
            "{said:?}"
        );
        assert_eq!(said.codes[..4], [0; 4], "{said:?}");
        // `docker rm -f` says so and is content.
        assert!(said.codes[5..].iter().all(|code| *code != 0) && said.codes.len() == 17, "{said:?}");
        for text in [
            "o such container: own-web",
            "network own-net not found",
            "get own-data: no such volume",
            "o such image: own-image:1",
            "conflict: the name own-image:1",
            "the image busybox:latest is nobody's own",
        ] {
            assert!(said.stderr.contains(text) || said.stdout.contains(text), "{text}: {said:?}");
        }
        let id = two.root("docker inspect -f {{.Id}} own-web").stdout;
        let said = two.bob(cli, &format!("docker kill {}", id.trim()));
        assert!(said.stderr.contains("No such container: "), "{said:?}");

        let ended = two.alice(cli, "docker rm -f own-web; docker rmi own-image:1; docker volume rm own-data own-made; docker network rm own-net");
        well(&ended);
    }
}

#[test]
fn sweeps_leave_what_is_others() {
    let two = Two::new();
    let cli = Cli::newest();
    let make = |name: &str| {
        format!(
            "docker create --name {name}-1 busybox true; docker volume create {name}-vol; docker network create {name}-net
             printf 'FROM busybox\\nLABEL vicgate.owner.image=forged vicgate.owner=forged\\nRUN echo {name} >/me\\n' >Dockerfile
             DOCKER_BUILDKIT=0 docker build -q -t {name}-built . >/dev/null"
        )
    };
    well(&two.alice(cli, &make("sweep-a")));
    well(&two.bob(cli, &make("sweep-b")));
    two.root("docker create --name sweep-root busybox true; docker volume create sweep-root");
    let _alone = disk_usage();
    let df = "docker system df --format '{{.Type}} {{.TotalCount}}'";
    let used = two.bob(cli, df);
    // Images of other tests are nobody's, and counted.
    let (_, used) = well(&used).split_once('\n').unwrap();
    assert_eq!(used, "Containers 1\nLocal Volumes 1\nBuild Cache 0\n");
    let labels = two.root("docker image inspect -f '{{.Config.Labels}}' sweep-b-built").stdout;
    assert_eq!(labels, "map[vicgate.owner: vicgate.owner.image:uid:0]\n");
    let swept = two.bob(cli, "docker system prune -f; docker volume prune -af; docker image prune -af; docker volume ls -q; docker ps -aq; docker images -q sweep-b-built");
    well(&swept);
    let left = two.root("docker ps -a --format {{.Names}} | grep ^sweep | sort; docker volume ls -q | grep ^sweep; docker network ls --format {{.Name}} | grep ^sweep; docker images --format {{.Repository}} | grep ^sweep");
    let expected = "sweep-a-1\nsweep-root\nsweep-a-vol\nsweep-root\nsweep-a-net\nsweep-a-built\n";
    assert_eq!(left.stdout, expected, "{swept:?}");
    let ended = two.alice(cli, "docker rm sweep-a-1; docker volume rm sweep-a-vol; docker network rm sweep-a-net; docker rmi sweep-a-built; docker volume rm sweep-a-vol");
    assert_eq!(ended.codes, [0, 0, 0, 0, 1], "{ended:?}");
    two.root("docker rm sweep-root; docker volume rm sweep-root");
}

#[test]
fn events_of_a_real_engine_are_one_s_own() {
    let two = Two::new();
    let cli = Cli::newest();
    let script =
        "docker events --format '{{.Type}} {{.Action}} {{.Actor.ID}} {{.Actor.Attributes.name}}' >log & events=$!
        until grep -q 'volume create event-probe' log
        do docker volume create event-probe; docker volume rm event-probe; done
        docker -H $OTHER volume create event-b; docker -H $OTHER network create event-b
        docker -H $OTHER run --rm --name event-b -v event-b:/x --network event-b busybox true
        docker -H $OTHER volume rm event-b; docker -H $OTHER network rm event-b
        docker volume create event-a; docker network create event-a
        docker run --rm --name event-a -v event-a:/x --network event-a busybox true
        docker network rm event-a; docker volume rm event-a
        until grep -q 'volume destroy event-a' log; do :; done
        kill $events; cat log";
    let mut session = Session::new(cli, two.gateway.address("tcp://"));
    session.set("OTHER", two.gateway.address("unix://"));
    let said = session.run(script).stdout;
    for line in [
        "container start ",
        "container destroy ",
        "volume create event-a ",
        "volume mount event-a ",
        "network create ",
        "network connect ",
        "network destroy ",
        "volume destroy event-a ",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    // What the script itself printed are the names of what it made.
    let events = said.lines().filter(|line| line.contains(' '));
    for line in events {
        assert!(!line.contains("event-b"), "{line}: {said}");
    }
}
