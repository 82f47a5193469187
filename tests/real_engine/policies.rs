//! The ready policies with the clients that they are made for: real ones, in front of a real engine.

use std::path::Path;

use crate::engine::{Cli, Outcome, Session, packages};
use crate::replay::{Guarded, directly};

fn run(guarded: &Guarded, cli: &Cli, script: &str) -> Outcome {
    let mut session = Session::new(cli, guarded.gateway.address("tcp://"));
    session.set("DOCKER_BUILDKIT", "0");
    session.run(script)
}

/// Runs a script of the libraries' folder and holds it to its last line.
fn python(guarded: &Guarded, name: &str, packages: &[&str], script: &str) {
    let packages = packages::python(name, packages);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_engine/libraries").join(script);
    let mut session = Session::new(Cli::newest(), guarded.gateway.address("tcp://"));
    session.set("PYTHONPATH", &packages.display().to_string());
    session.set("name", &format!("policy-{name}"));
    let seen = session.run(&format!("python3 {}", script.display()));
    assert!(seen.code == 0 && seen.stdout.ends_with("all done\n"), "{seen:#?}\n{}", guarded.gateway.log());
}

/// Asserts that each of these is refused by the policy.
#[track_caller]
fn refused(guarded: &Guarded, calls: &[&str]) {
    for cli in Cli::all() {
        for call in calls {
            let seen = run(guarded, cli, call);
            let said = format!("{}{}", seen.stdout, seen.stderr);
            assert!(said.contains("does not allow this"), "docker {}: {call}: {seen:#?}", cli.version);
            // "docker info" of today shows the refusal and ends well.
            assert!(seen.code != 0 || call.contains("info"), "docker {}: {call}: {seen:#?}", cli.version);
        }
    }
}

#[test]
fn testcontainers_bring_up_what_tests_need() {
    let guarded = Guarded::by("testcontainers");
    python(&guarded, "testcontainers-4", &["testcontainers==4.15.0"], "brought_along.py");
    refused(
        &guarded,
        &[
            "docker run --rm -p 8080:80 busybox true",
            "docker run --rm --privileged busybox true",
            "docker run --rm -v /:/host busybox true",
            "docker run --rm -m 8g busybox true",
            "docker run --rm --pid host busybox true",
            "docker push busybox",
            "docker swarm init",
            "docker plugin ls",
            "docker save busybox | cat >image.tar",
        ],
    );
}

#[test]
fn a_developer_works_all_day() {
    let guarded = Guarded::by("developer");
    let work = r#"
printf 'FROM busybox\nRUN echo built >/built\nCMD ["cat","/built"]\n' >Dockerfile &&
docker build --quiet --tag policy-dev-$N . && docker run --rm policy-dev-$N &&
docker network create policy-dev-$N && docker volume create policy-dev-$N &&
docker run --detach --name policy-dev-$N --network policy-dev-$N --volume policy-dev-$N:/data --volume /tmp:/host \
    --publish 18080:80 --publish 81 --env A=b --cap-add SYS_PTRACE --security-opt no-new-privileges busybox sleep 1000 &&
docker exec policy-dev-$N sh -c 'echo in >/data/file' && docker cp policy-dev-$N:/data/file . && cat file &&
docker logs policy-dev-$N && docker stop --time 0 policy-dev-$N && docker commit policy-dev-$N policy-dev-$N:2 &&
docker export policy-dev-$N | tar t >/dev/null && docker save policy-dev-$N | tar t >/dev/null &&
docker rm policy-dev-$N && docker network rm policy-dev-$N && docker volume rm policy-dev-$N && docker rmi policy-dev-$N policy-dev-$N:2
"#;
    for (number, cli) in Cli::all().iter().enumerate() {
        let seen = run(&guarded, cli, &work.replace("$N", &number.to_string()));
        assert!(seen.code == 0 && seen.stdout.contains("built\n") && seen.stdout.contains("in\n"), "{seen:#?}");
    }
    python(&guarded, "docker-7", &["docker==7.1.0", "websocket-client==1.8.0"], "streams.py");
    directly(
        "docker ps --all --quiet --filter name=policy-docker-7 | xargs --no-run-if-empty docker rm --force --volumes",
    );
    refused(
        &guarded,
        &[
            "docker run --rm -v /etc:/host busybox true",
            "docker run --rm -v /home/me/.ssh:/keys busybox true",
            "docker run --rm -v /var/run/docker.sock:/s busybox true",
            "docker run --rm -v /:/host busybox true",
            "docker run --rm --privileged busybox true",
            "docker run --rm --network host busybox true",
            "docker run --rm --pid host busybox true",
            "docker run --rm --cap-add SYS_ADMIN busybox true",
            "docker run --rm --device /dev/mem busybox true",
            "docker run --rm --security-opt seccomp=unconfined busybox true",
            "docker run --rm -p 22:22 busybox true",
            "docker volume create -o type=none -o o=bind -o device=/etc",
            "docker plugin ls",
            "docker swarm init",
        ],
    );
}

#[test]
fn a_ci_runner_builds_runs_and_cleans_up_its_jobs() {
    let guarded = Guarded::by("ci-runner");
    // As a job does it with the CLI, and as GitLab's docker executor does it with its own client.
    let job = r#"
printf 'FROM busybox\nARG TOKEN\nRUN echo built >/built\n' >Dockerfile && docker info >/dev/null && docker version >/dev/null &&
docker build --quiet --build-arg TOKEN=x --tag policy-ci-$N . && docker network create policy-ci-$N && docker volume create policy-ci-$N &&
docker create --interactive --name policy-ci-$N --network policy-ci-$N --volume policy-ci-$N:/builds --label job=1 \
    --log-driver json-file policy-ci-$N sh && echo 'cat /built; id -u' | docker start --attach --interactive policy-ci-$N &&
docker run --detach --name policy-ci-$N-service --network policy-ci-$N --network-alias db busybox sleep 1000 &&
docker exec policy-ci-$N-service true && docker logs policy-ci-$N-service && docker wait policy-ci-$N &&
docker inspect --format '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}} {{.Config.Labels}}' policy-ci-$N &&
docker tag policy-ci-$N 127.0.0.1:1/policy-ci-$N && docker save policy-ci-$N >image.tar && docker load --quiet --input image.tar &&
docker kill policy-ci-$N-service && docker rm --force --volumes policy-ci-$N policy-ci-$N-service &&
docker network rm policy-ci-$N && docker volume rm policy-ci-$N && docker rmi 127.0.0.1:1/policy-ci-$N policy-ci-$N
"#;
    for (number, cli) in Cli::all().iter().enumerate() {
        let seen = run(&guarded, cli, &job.replace("$N", &number.to_string()));
        assert!(seen.code == 0 && seen.stdout.contains("built\n0\n"), "{seen:#?}");
        assert!(seen.stdout.contains("4294967296 1000000000 2048 map[job:1 vicgate.ci:- "), "{seen:#?}");
    }
    refused(
        &guarded,
        &[
            "docker run --rm -v /var/run/docker.sock:/var/run/docker.sock busybox true",
            "docker run --rm -v /srv:/srv busybox true",
            "docker run --rm --privileged busybox true",
            "docker run --rm --cap-add NET_ADMIN busybox true",
            "docker run --rm --network host busybox true",
            "docker run --rm --ipc host busybox true",
            "docker run --rm -m 16g busybox true",
            "docker run --rm -p 80:80 busybox true",
            "docker volume create -o type=none -o o=bind -o device=/etc",
            "echo FROM busybox >Dockerfile && docker build --network host .",
            "docker image prune --force",
            "docker swarm init",
            "docker plugin ls",
        ],
    );
}

#[test]
fn an_agent_has_its_sandbox_and_nothing_else() {
    let guarded = Guarded::by("agent-sandbox");
    let work = r#"
docker run --rm --name sandbox-$N --network none busybox id -u &&
echo 'echo said' | docker run --rm --interactive --name sandbox-$N --network none busybox sh &&
docker run --detach --name sandbox-$N --network none --workdir /tmp busybox sleep 1000 && docker exec sandbox-$N id -u &&
echo text >file && docker cp file sandbox-$N:/tmp/file && docker exec sandbox-$N cat /tmp/file && docker cp sandbox-$N:/tmp/file back &&
docker inspect --format '{{.HostConfig.Memory}} {{.HostConfig.SecurityOpt}} {{.Config.User}}' sandbox-$N && docker logs sandbox-$N &&
docker top sandbox-$N >/dev/null && docker diff sandbox-$N >/dev/null && docker rm --force sandbox-$N
"#;
    for (number, cli) in Cli::all().iter().enumerate() {
        let seen = run(&guarded, cli, &work.replace("$N", &number.to_string()));
        let lines: Vec<&str> = seen.stdout.lines().collect();
        assert!(seen.code == 0 && lines.starts_with(&["65534", "said"]) && lines.contains(&"text"), "{seen:#?}");
        assert!(seen.stdout.contains("1073741824 [no-new-privileges=true] 65534:65534"), "{seen:#?}");
    }
    directly("docker run --detach --name policy-other busybox sleep 1000");
    let held =
        run(&guarded, Cli::newest(), "docker run --detach --name sandbox-held --network none busybox sleep 1000");
    assert_eq!(held.code, 0, "{held:#?}");
    // What others made is not there.
    let other =
        run(&guarded, Cli::newest(), "docker exec policy-other id; docker rm --force policy-other; docker ps --all");
    assert!(
        other.stderr.contains("No such container: policy-other") && !other.stdout.contains("policy-other"),
        "{other:#?}"
    );
    refused(
        &guarded,
        &[
            "docker run --rm --name sandbox-x busybox true",
            "docker run --rm --name web --network none busybox true",
            "docker run --rm --name sandbox-x --network host busybox true",
            "docker run --rm --name sandbox-x --network none -v /tmp:/t busybox true",
            "docker run --rm --name sandbox-x --network none --privileged busybox true",
            "docker run --rm --name sandbox-x --network none -m 4g busybox true",
            "docker run --rm --name sandbox-x --network none acme/evil true",
            "docker run --name sandbox-x --network none --restart always busybox true",
            "docker exec --user root sandbox-held id",
            "docker exec --privileged sandbox-held id",
            "docker commit sandbox-held x",
            "echo FROM busybox >Dockerfile && docker build .",
            "docker network create x",
            "docker volume create x",
            "docker info",
            "docker events --since 0 --until 1",
            "docker save busybox | cat >image.tar",
        ],
    );
    directly("docker rm --force policy-other sandbox-held");
}
