//! The engine itself: version, info, df.

use crate::engine::same;

#[test]
fn version_is_the_engines() {
    same("docker version; docker version --format '{{json .Server}}'").says("20.10.").well();
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
    same("docker system df --format '{{.Type}}'").says("Local Volumes").well();
}

#[test]
fn an_old_version_of_the_api_is_spoken_when_asked_for() {
    same(
        "export DOCKER_API_VERSION=1.24
          docker version --format '{{.Client.APIVersion}} {{.Server.APIVersion}}'
          docker run --rm --name $name busybox echo old",
    )
    .says("1.24 1.41")
    .says("old\n")
    .well();
}

#[test]
fn a_version_that_the_engine_does_not_speak_is_refused_in_its_words() {
    same("DOCKER_API_VERSION=1.99 docker ps; DOCKER_API_VERSION=1.5 docker ps")
        .says("client version 1.99 is too new")
        .says("client version 1.5 is too old")
        .codes(&[1, 1]);
}
