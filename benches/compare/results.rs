//! `benches/RESULTS.md`: one part for each kind of comparison, each written by
//! the command that makes its figures.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Replaces one part of the results, and leaves the others.
pub(crate) fn write(part: &str, text: &str) -> Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/RESULTS.md");
    let old = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let (begin, end) = (format!("<!-- {part} -->\n"), format!("<!-- end of {part} -->"));
    let (before, rest) = old.split_once(&begin).with_context(|| format!("the results have no part {part}"))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("the part {part} of the results has no end"))?;
    fs::write(&file, format!("{before}{begin}\n{text}\n{end}{after}"))?;
    Ok(())
}
