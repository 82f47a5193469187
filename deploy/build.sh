#!/bin/sh
# Builds vicgate as fast as it gets: once to see which paths requests take, then, when
# the comparison has sent it some, once more with what was seen. A request costs
# a tenth less CPU than with "cargo build --release".
#
#   deploy/build.sh [FOLDER]      builds in FOLDER (target/fast), and leaves the program in FOLDER/vicgate
#
# Needs taskset (util-linux) and llvm-profdata: "rustup component add llvm-tools", or a package like llvm-19.
set -eu
# A folder is meant as seen from where this is called.
folder=
if [ -n "${1:-}" ]; then
    mkdir -p "$1"
    folder=$(cd "$1" && pwd)
fi
cd "$(dirname "$0")/.."
folder=${folder:-$PWD/target/fast}

host=$(rustc -vV | sed -n 's/^host: //p')
built=$folder/$host/release/vicgate

# The compiler's own first; a newer one reads what an older one wrote.
profdata=
for program in "$(rustc --print sysroot)/lib/rustlib/$host/bin/llvm-profdata" \
    $(printf '%s\n' /usr/lib/llvm-*/bin/llvm-profdata | sort -rV) "$(command -v llvm-profdata || true)"; do
    if [ -x "$program" ]; then
        profdata=$program
        break
    fi
done
if [ -z "$profdata" ]; then
    echo "build.sh: there is no llvm-profdata: rustup component add llvm-tools" >&2
    exit 1
fi

# With what the compiler is told besides, of which build scripts and macros are not told. Unlike RUSTFLAGS, this
# takes paths with spaces.
build() {
    flags=$(printf '%s\037' "$@")
    CARGO_ENCODED_RUSTFLAGS=${flags%?} cargo build --release --bin vicgate --target "$host" --target-dir "$folder"
}

# What an earlier program did says nothing of this one.
rm -rf "$folder"/seen*
build "-Cprofile-generate=$folder/seen"
# The load is built for development: it is the program's paths that count, not its haste.
train() {
    cargo bench --profile dev --bench compare -- --vicgate "$built" --peers vicgate --rounds 1 --quick "$@"
}
train --suite compare
train --suite scaling
"$profdata" merge --output "$folder/seen.profdata" "$folder/seen"
# With a name of its own for what it holds: cargo builds again what is built from something else.
seen=$folder/seen-$(cksum <"$folder/seen.profdata" | tr ' ' -).profdata
mv "$folder/seen.profdata" "$seen"
build "-Cprofile-use=$seen"
ln -f "$built" "$folder/vicgate"
echo "$folder/vicgate"
