#!/bin/sh
# Runs a dockerd in the folder $1 until standard input ends, then leaves nothing
# of it behind.
#
# The tests hold the other end of that pipe. The system closes it however the
# test process ends, so the engine ends with it: a static has no destructor.
#
# In name spaces of its own the engine shares no bridge, firewall or mount with
# another engine on the machine, and the end of its first process ends every
# container and mount of it. Its data is in memory: nothing of it is to last.
set -eu
# An interrupt ends the tests; this has to outlive them for a moment.
trap "" INT
dir=$1
group=/vicgate-test-$$

echo '{}' >"$dir/daemon.json"
mkdir "$dir/data"
# What collects garbage less often takes memory, and a tenth less of the processor.
env -i PATH="$PATH" GOGC=400 unshare --net --mount --pid --fork --kill-child --mount-proc \
    sh -c 'busybox ip link set lo up && mount -t tmpfs tmpfs "$0" && exec dockerd "$@"' "$dir/data" \
    --config-file "$dir/daemon.json" --host "unix://$dir/docker.sock" \
    --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
    --cgroup-parent "$group" </dev/null >"$dir/log" 2>&1 &
engine=$!

cat >/dev/null

kill -KILL "$engine" 2>/dev/null || true
{ wait "$engine" || true; } 2>/dev/null
# Dead processes leave their cgroups a moment later; an occupied one cannot be removed.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    find /sys/fs/cgroup/ -depth -type d -path "*$group*" -exec rmdir {} + 2>/dev/null && break
    sleep 0.2
done
rm -rf "$dir"
