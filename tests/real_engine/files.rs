//! Files in and out of containers: `cp` and `export`.

use crate::engine::same;

#[test]
fn cp_brings_a_folder_in_and_out_unharmed() {
    same(
        "mkdir -p in/sub; seq 1 700000 >in/numbers; echo x >in/sub/file; ln -s numbers in/link; chmod 0640 in/sub/file
          docker create --name $name busybox true
          docker cp in $name:/tmp/there
          docker cp $name:/tmp/there out
          diff -r in out && stat -c '%a %F' out/sub/file out/link",
    )
    .says("640 regular file\n777 symbolic link")
    .well();
}

#[test]
fn cp_streams_a_tar_both_ways() {
    same(
        "docker create --name $name busybox true
          mkdir d; seq 1 1000 >d/f; tar --create d | docker cp - $name:/tmp
          docker cp $name:/tmp/d - | tar --extract --to-stdout d/f | cmp - d/f && echo equal",
    )
    .says("equal")
    .well();
}

#[test]
fn cp_says_what_is_not_there() {
    same(
        "docker create --name $name busybox true
          docker cp $name:/nowhere .
          echo x >x; docker cp x $name:/nowhere/x
          docker cp x $name-2:/x",
    )
    .says("nowhere")
    .says("No such container")
    .codes(&[0, 1, 1, 1]);
}

#[test]
fn export_writes_the_whole_file_system() {
    same(
        "docker create --name $name busybox true
          docker export $name | tar --list | sort | sha256sum
          docker export --output all.tar $name; tar --extract --to-stdout --file all.tar etc/passwd",
    )
    .says("root:x:0:0")
    .well();
}
