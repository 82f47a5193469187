//! Networks and volumes.

use crate::engine::same;

#[test]
fn a_network_is_created_used_inspected_and_removed() {
    same("docker network create --label a=b --subnet 10.99.1.0/24 $name
          docker network ls --filter name=$name; docker network ls --filter label=a=b --filter name=$name --quiet
          docker run -d --name $name --network $name --network-alias other --ip 10.99.1.9 busybox sleep 1000
          docker network inspect $name --format '{{json .IPAM.Config}} {{.Driver}} {{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}'
          docker exec $name ping -c 1 -W 5 other >/dev/null
          docker network rm $name
          docker rm -f $name; docker network rm $name; docker network ls --quiet --filter name=$name")
    .says("10.99.1.9/24")
    .says("has active endpoints")
    .codes(&[0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
}

#[test]
fn connect_and_disconnect_change_a_running_container() {
    same(
        "docker network create --subnet 10.99.2.0/24 $name; docker run -d --name $name busybox sleep 1000
          docker network connect --alias x $name $name
          docker inspect $name --format '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}'
          docker network disconnect $name $name
          docker inspect $name --format '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}'
          docker rm -f $name; docker network prune --force --filter label=none=$name",
    )
    .says("bridge connect-and-disconnect")
    .well();
}

#[test]
fn a_volume_is_created_used_inspected_and_removed() {
    same(
        "docker volume create --label a=b $name; docker volume ls --filter name=$name
          docker run --rm --name $name -v $name:/data busybox sh -c 'echo kept >/data/file'
          docker run --rm --name $name -v $name:/data:ro busybox sh -c 'cat /data/file; echo x >/data/file'
          docker volume inspect $name --format '{{.Name}} {{.Driver}} {{json .Labels}}'
          docker volume rm $name; docker volume rm $name",
    )
    .says("kept\n")
    .says("Read-only file system")
    .says("o such volume")
    .codes(&[0, 0, 0, 1, 0, 0, 1]);
}
