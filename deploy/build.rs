//! Cargo runs this before it builds a release, to tell the linker what comes first in the program.
//!
//! Until vicgate is idle a seventh of its code has run. That is spread over all of it as the compiler leaves it, and the
//! kernel has whatever is near in memory, too: 2 MiB more than if it is together. `first.txt` names it.

#![expect(clippy::disallowed_methods, reason = "what cargo tells a build is in its environment")]

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The functions that run until vicgate is idle, a line each, as the compiler names them: a `*` for what it numbers.
/// Written by `UPDATE=1 cargo test --test instructions`. A name that is not in the program does no harm.
const FIRST: &str = "deploy/first.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FIRST}");
    if env::var("PROFILE")? != "release" {
        return Ok(());
    }
    let folder = env::var("OUT_DIR")?;
    let folder = Path::new(&folder);
    let script = folder.join("first.ld");
    fs::write(&script, order(&fs::read_to_string(FIRST)?))?;
    // Half a MiB of relocations becomes a few KiB, if the C library can read them: glibc 2.36.
    for told in [format!("-Wl,-T,{}", script.display()), "-Wl,-z,pack-relative-relocs".to_owned()] {
        if works(folder, &told)? {
            println!("cargo::rustc-link-arg-bins={told}");
        }
    }
    Ok(())
}

/// A linker script that adds a section to what the linker does without one. A function has a section of its own
/// until then, and those that the compiler takes for unlikely have that in its name.
fn order(names: &str) -> String {
    let mut script = String::from("SECTIONS { .text.first : { *(\n");
    for name in names.lines() {
        script += &format!(".text*.{name}\n");
    }
    script + ") } } INSERT BEFORE .text;\n"
}

/// True if the linker of this build can be told that, and what comes of it runs: not every linker knows scripts, nor
/// every C library such relocations.
fn works(folder: &Path, told: &str) -> Result<bool, Box<dyn Error>> {
    if env::var("HOST")? != env::var("TARGET")? {
        return Ok(false);
    }
    let (source, program) = (folder.join("try.rs"), folder.join("try"));
    fs::write(&source, "fn main() {}")?;
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()));
    rustc.arg(&source).arg("-o").arg(&program).arg(format!("-Clink-arg={told}"));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        rustc.arg("-C").arg(["linker=".into(), linker].into_iter().collect::<std::ffi::OsString>());
    }
    // "-Cname" is also given as "-C" and "name".
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS")?.replace("-C\u{1f}", "-C");
    rustc.args(flags.split('\u{1f}').filter(|flag| flag.starts_with("-Clink")));
    Ok(rustc.output()?.status.success() && Command::new(program).output()?.status.success())
}
