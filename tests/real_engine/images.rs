//! Images: build, tag, commit, save, load, import, rm.

use crate::engine::same;

#[test]
fn build_from_scratch_with_the_classic_builder() {
    same(
        "export DOCKER_BUILDKIT=0
          echo hello >file; seq 1 500000 >numbers; echo numbers >.dockerignore
          printf '%s\\n' 'FROM scratch' 'ARG V=1' 'COPY . /' 'LABEL v=$V' 'CMD [\"/x\"]' >Dockerfile
          docker build --tag $name --build-arg V=2 --label other=3 . 2>&1
          docker image inspect $name --format '{{json .Config.Labels}} {{.Config.Cmd}}'
          docker rmi $name >/dev/null",
    )
    .says("Successfully tagged")
    .says(r#"{"other":"3","v":"2"}"#)
    .well();
}

#[test]
fn build_runs_commands_and_reads_its_context_from_a_tar() {
    same(
        "export DOCKER_BUILDKIT=0
          mkdir context; echo data >context/data
          printf '%s\\n' 'FROM busybox' 'COPY data /' 'RUN cat /data && echo $((6*7)) >/made' >context/Dockerfile
          tar --create --directory context . | docker build --no-cache --rm --tag $name - 2>&1
          docker run --rm --name $name $name cat /made",
    )
    .says("42\n")
    .well();
}

#[test]
fn a_build_that_fails_says_where() {
    same(
        "export DOCKER_BUILDKIT=0
          printf 'FROM busybox\\nRUN echo before && exit 9\\n' | docker build --no-cache --force-rm - 2>&1
          printf 'FROM scratch\\nNONSENSE\\n' | docker build - 2>&1",
    )
    .says("returned a non-zero code: 9")
    .codes(&[9, 1]);
}

#[test]
fn tag_images_history_and_rmi_agree() {
    same(
        "docker tag busybox $name:1; docker tag $name:1 $name:2
          docker images $name; docker images --no-trunc --quiet $name; docker history $name:1
          docker rmi $name:1 $name:2; docker images --quiet $name",
    )
    .says("Untagged:")
    .well();
}

#[test]
fn commit_makes_an_image_of_a_container() {
    same(
        "docker run --name $name busybox sh -c 'echo kept >/kept'
          docker commit --author me --message why --change 'ENV A=1' $name $name:new
          docker run --rm --name $name-2 $name:new sh -c 'cat /kept; echo $A'
          docker image inspect $name:new --format '{{.Author}} {{.Comment}}'",
    )
    .says("kept\n1\n")
    .well();
}

#[test]
fn save_and_load_carry_an_image() {
    same(
        "docker tag busybox $name:saved
          docker save $name:saved | tar --list | grep -c layer.tar
          docker save --output image.tar $name:saved; docker rmi $name:saved
          docker load --input image.tar; docker load --quiet <image.tar
          docker run --rm --name $name $name:saved echo loaded",
    )
    .says("Loaded image:")
    .says("loaded\n")
    .well();
}

#[test]
fn import_takes_changes_and_a_stream() {
    same(
        "mkdir etc; echo x >etc/x
          tar --create etc | docker import --change 'CMD [\"a\"]' --message why - $name:imported
          docker image inspect $name:imported --format '{{.Config.Cmd}} {{.Comment}}'",
    )
    .says("[a] why")
    .well();
}

#[test]
fn a_pull_that_cannot_work_fails_the_same_way() {
    same("docker pull 127.0.0.1:1/none:latest; docker push 127.0.0.1:1/none:latest")
        .says("connection refused")
        .codes(&[1, 1]);
}
