//! What a role must not see is in no output of the stock CLI that lists or inspects, and the CLI
//! reads what it gets.

use crate::engine::{Cli, Engine, Gateway, Session, disk_usage};

const POLICY: &str = r#"
name = "viewers"
[[allow]]
name = "look"
groups = ["read", "system", "images", "volumes", "networks", "exec", "logs"]
[[redact]]
name = "no secrets"
hide = ["env", "mounts", "labels:com.acme.*"]
"#;

/// Everything is called after its kind, and each secret begins alike.
const MAKE: &str = r#"
set -e
printf '%s\n' 'FROM busybox' 'ENV TOKEN=zz-image-env' 'LABEL com.acme.team=zz-image-label org.shown=plain' \
    'ARG BUILD' 'RUN true' 'CMD ["sleep", "1000"]' >Dockerfile
DOCKER_BUILDKIT=0 docker build --quiet --build-arg BUILD=zz-build-arg --tag redacted-image .
docker volume create --label com.acme.v=zz-volume-label --driver local --opt type=tmpfs --opt device=tmpfs \
    --opt o=size=1m,uid=0 redacted-zz-volume
docker network create --label com.acme.n=zz-network-label redacted-network
mkdir -p "$PWD/zz-folder"
docker run --detach --name redacted-container --env PASSWORD=zz-container-env --label com.acme.c=zz-container-label \
    --label org.shown=plain --volume "$PWD/zz-folder:/in:ro" --mount type=volume,source=redacted-zz-volume,target=/data \
    --network redacted-network redacted-image
docker exec --env EXEC=zz-exec-env redacted-container true
"#;

const LOOK: &str = r#"
docker inspect redacted-container redacted-image redacted-network redacted-$VOLUME
docker inspect --size redacted-container
docker image inspect redacted-image
docker history --no-trunc redacted-image
docker ps --all --no-trunc --filter name=redacted- --format '{{json .}}'
docker images --format '{{json .}}' redacted-image
docker network ls --filter name=redacted- --format '{{json .}}'
docker network inspect redacted-network
docker volume inspect redacted-$VOLUME
docker system df --verbose
docker events --since 0 --until "$(date +%s)" --format '{{json .}}'
docker events --since 0 --until "$(date +%s)"
docker info --format '{{json .}}'
docker top redacted-container
docker logs redacted-container
"#;

#[test]
fn the_stock_cli_shows_no_secret_of_what_it_lists_and_inspects() {
    let engine = Engine::shared();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("viewers.toml");
    std::fs::write(&file, POLICY).unwrap();
    let gateway = Gateway::start(&engine.url(), &["--profile", "engine", "--access", file.to_str().unwrap()]);
    let maker = Session::new(Cli::oldest(), &engine.url());
    let made = maker.run(MAKE);
    let _alone = disk_usage();
    for cli in Cli::all() {
        for address in gateway.addresses() {
            let mut viewer = Session::new(cli, address);
            // Its name is what it is called by, and no secret of the role's.
            viewer.set("VOLUME", "zz-volume");
            let seen = viewer.run(LOOK);
            let shown = seen.stdout.replace("redacted-zz-volume", "redacted-volume");
            let secrets: Vec<&str> = shown.lines().filter(|line| line.contains("zz-")).collect();
            assert!(secrets.is_empty(), "docker {} shows {secrets:#?}\n{made:#?}", cli.version);
            assert!(seen.codes.iter().all(|code| *code == 0) && seen.codes.len() == 15, "{seen:#?}\n{made:#?}");
            for there in [
                "\"PASSWORD=(redacted)\"",
                "\"TOKEN=(redacted)\"",
                "\"com.acme.c\": \"(redacted)\"",
                "\"org.shown\": \"plain\"",
                "\"(redacted):/in:ro\"",
                "\"Source\": \"(redacted)\"",
                "\"Mountpoint\": \"(redacted)\"",
                "com.acme.c=(redacted)",
                "org.shown=plain",
                "sleep",
            ] {
                assert!(shown.contains(there), "docker {} does not show {there}:\n{shown}", cli.version);
            }
            let refused = viewer.run("docker save redacted-image >image.tar; docker top redacted-container axe");
            assert_eq!(refused.codes, [1, 1], "{refused:#?}");
            assert_eq!(refused.stderr.matches("cannot be redacted").count(), 2, "{refused:#?}");
        }
    }
    let gone = maker.run(
        "docker rm --force --volumes redacted-container; docker rmi redacted-image; docker network rm redacted-network; \
         docker volume rm redacted-zz-volume",
    );
    assert_eq!(gone.codes, [0, 0, 0, 0], "{gone:#?}");
}
