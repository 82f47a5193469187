#!/bin/sh
# Makes the folder DIR that the Dockerfile is built in: DIR/root is the whole file
# system of the image. A static BINARY goes alone, another with its libraries.
set -eu
if [ $# -ne 2 ]; then
    echo "usage: context.sh BINARY DIR" >&2
    exit 2
fi
binary=$1
root=$2/root

mkdir -p "$2"
# What an earlier build left must not get into this one.
rm -rf "$root"
mkdir -p "$root/usr/bin" "$root/etc/vicgate"
install -m 755 "$binary" "$root/usr/bin/vicgate"

# ldd fails for a static program. The paths are absolute, the loader's own among them;
# each library goes where the loader looks for it, as a file even if it is a link here.
libraries=$(ldd "$binary" 2>/dev/null | grep -o '/[^ ]*' || true)
libc=
for library in $libraries; do
    install -D -m 755 "$library" "$root$library"
    case $library in */libc.so.*) libc=$library ;; esac
done
# The C library loads these itself, to look up names of hosts; a newer one has them built in.
if [ -n "$libc" ]; then
    for service in files dns; do
        library=$(dirname "$libc")/libnss_$service.so.2
        [ ! -e "$library" ] || install -D -m 755 "$library" "$root$library"
    done
fi

echo 'vicgate:x:65532:65532:vicgate:/:/' >"$root/etc/passwd"
echo 'vicgate:x:65532:' >"$root/etc/group"
printf '%s\n' 'passwd: files' 'group: files' 'hosts: files dns' >"$root/etc/nsswitch.conf"
