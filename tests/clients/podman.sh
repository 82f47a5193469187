#!/bin/sh
# Runs podman's service in the folder $1 until standard input ends, then leaves nothing of it behind.
# In name spaces of its own, as keeper.sh runs dockerd.
set -eu
trap "" INT
dir=$1
mkdir -p "$dir/.config/containers"
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$dir/.config/containers/policy.json"
echo 'unqualified-search-registries=["docker.io"]' >"$dir/.config/containers/registries.conf"
cat >"$dir/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
CONF
cat >"$dir/storage.conf" <<CONF
[storage]
driver = "vfs"
graphroot = "$dir/graph"
runroot = "$dir/run"
CONF
mkdir "$dir/graph"
env -i PATH="$PATH" HOME="$dir" GOGC=400 CONTAINERS_CONF="$dir/containers.conf" CONTAINERS_STORAGE_CONF="$dir/storage.conf" \
    unshare --net --mount --pid --fork --kill-child --mount-proc sh -c 'busybox ip link set lo up && mount -t tmpfs tmpfs "$0" && exec podman "$@"' \
    "$dir/graph" --root "$dir/graph" --runroot "$dir/run" --tmpdir "$dir/tmp" system service -t 0 "unix://$dir/podman.sock" \
    </dev/null >"$dir/log" 2>&1 &
service=$!

cat >/dev/null

kill -KILL "$service" 2>/dev/null || true
{ wait "$service" || true; } 2>/dev/null
rm -rf "$dir"
