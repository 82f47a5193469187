//! What goes wrong at the engine goes wrong the same way through the gateway.

use crate::engine::same;

#[test]
fn a_container_that_is_not_there_is_not_found() {
    same("for verb in start stop kill inspect logs rm 'exec -i' attach wait top diff port pause update\\ -m\\ 64m 'rename x'; do
              docker $verb $name x
          done")
    .says("No such container");
}

#[test]
fn a_name_that_is_taken_is_a_conflict() {
    same(
        "docker create --name $name busybox true; docker create --name $name busybox true; docker run --name $name busybox true",
    )
    .says("is already in use by container")
    .codes(&[0, 1, 125]);
}

#[test]
fn values_that_the_engine_refuses_are_refused_in_its_words() {
    same(
        "docker create --name $name --memory 1m busybox true
          docker create --name $name --cpus 1000 busybox true
          docker create --name $name --cap-add NONSENSE busybox true
          docker create --name '!' busybox true
          docker create --name $name busybox
          docker run --rm --name $name --network no-such-network busybox true
          docker run --rm --name $name --user nobody-here busybox true
          docker run --rm --name $name --workdir relative busybox true",
    )
    .says("Minimum memory limit")
    .says("Invalid container name")
    .says("No command specified")
    .says("no-such-network not found");
}

#[test]
fn a_command_that_is_not_there_ends_with_127() {
    same("docker run --rm --name $name busybox no-such-program; docker run --rm --name $name busybox /etc")
        .says("executable file not found")
        .codes(&[127, 126]);
}

#[test]
fn an_image_that_is_not_there_is_said_so() {
    same(
        "docker image inspect $name:none; docker rmi $name:none; docker history $name:none; docker tag $name:none x
          docker run --rm --pull never --name $name $name:none true",
    )
    .says("No such image");
}

#[test]
fn swarm_commands_fail_in_the_engines_words() {
    same("docker node ls; docker service ls; docker secret ls; docker swarm leave")
        .says("This node is not a swarm manager");
}
