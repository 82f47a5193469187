//! Finding and reading policy files: by name from a folder or from the binary,
//! or by path.

use std::path::{Path, PathBuf};

use super::Policy;
use super::document::{At, Document, Problem};
use super::near::{did_you_mean, end};
use super::profile::{self, Invalid, Profile};

/// The profiles that are in the binary: name and text.
pub const PROFILES: [(&str, &str); 4] = [
    ("vic", include_str!("../../policies/vic.toml")),
    ("vic-early", include_str!("../../policies/vic-early.toml")),
    ("vic-1.5", include_str!("../../policies/vic-1.5.toml")),
    ("engine", include_str!("../../policies/engine.toml")),
];

/// Loads what calls are judged by.
///
/// `profile` and `access` are names or paths. A name is looked for in `dir` first, then
/// among [`PROFILES`] and [`READY`](super::access::load::READY).
///
/// # Errors
/// Everything that is wrong in either, with file, line and column.
pub fn policy(profile: &str, access: Option<&str>, dir: Option<&Path>) -> Result<Policy, Invalid> {
    let access = access.map(|name| super::access::load::access(name, dir)).transpose();
    match (self::profile(profile, dir), access) {
        (Ok(profile), Ok(access)) => Ok(Policy { profile, access }),
        (Err(Invalid(mut problems)), Err(Invalid(more))) => {
            problems.extend(more);
            Err(Invalid(problems))
        }
        (Err(invalid), Ok(_)) | (Ok(_), Err(invalid)) => Err(invalid),
    }
}

/// Loads a capability profile alone, as [`policy`] does.
///
/// # Errors
/// Everything that is wrong, with file, line and column.
pub fn profile(name: &str, dir: Option<&Path>) -> Result<Profile, Invalid> {
    let file = find(name, dir).map_err(whole)?;
    load(&file, dir, &mut Vec::new())
}

/// Reads a capability profile from its text. `shown` is what messages call it.
///
/// # Errors
/// Everything that is wrong, with file, line and column.
pub fn profile_from_text(shown: &str, text: &str, dir: Option<&Path>) -> Result<Profile, Invalid> {
    load(&File { shown: shown.to_owned(), path: None, text: text.to_owned() }, dir, &mut Vec::new())
}

/// A policy file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    /// As messages name it.
    shown: String,
    /// Where it is; `None` if it is in the binary.
    path: Option<PathBuf>,
    text: String,
}

/// Finds a profile by path, if it looks like one, or by name.
fn find(name: &str, dir: Option<&Path>) -> Result<File, Problem> {
    if name.contains('/') || name.ends_with(".toml") {
        return open(Path::new(name)).ok_or_else(|| missing(name, "the file cannot be read".into()));
    }
    if let Some(path) = dir.map(|dir| dir.join(format!("{name}.toml")))
        && path.exists()
    {
        let shown = path.display().to_string();
        return open(&path).ok_or_else(|| missing(&shown, "the file cannot be read".into()));
    }
    built_in(name).ok_or_else(|| {
        let names = known_names(dir);
        let offer = did_you_mean(name, names.iter().map(String::as_str));
        let list = names.join(", ");
        missing(
            name,
            format!(
                "there is no profile of that name{} Known are {list}; a path has a slash or ends in .toml",
                end(&offer)
            ),
        )
    })
}

/// Finds what a profile extends: beside it, in the folder, or in the binary.
fn find_base(name: &str, from: &File, dir: Option<&Path>) -> Option<File> {
    let file = if name.ends_with(".toml") { name.to_owned() } else { format!("{name}.toml") };
    let beside = from.path.as_deref().and_then(Path::parent).map(|folder| folder.join(&file));
    let in_dir = dir.map(|dir| dir.join(&file));
    let found =
        beside.into_iter().chain(in_dir).filter(|path| Some(path) != from.path.as_ref()).find_map(|path| open(&path));
    found.or_else(|| built_in(file.trim_end_matches(".toml")))
}

fn load(file: &File, dir: Option<&Path>, above: &mut Vec<String>) -> Result<Profile, Invalid> {
    let document = Document::new(&file.shown, &file.text);
    let raw = profile::read(&document);
    above.push(file.shown.clone());
    let base = match &raw.extends {
        None => Ok(None),
        Some(At { value, span }) => match find_base(value, file, dir) {
            None => {
                let names = known_names(dir);
                let offer = did_you_mean(value.trim_end_matches(".toml"), names.iter().map(String::as_str));
                document.problem(span, format!("there is no profile \"{value}\" to extend{offer}"));
                Err(Invalid(Vec::new()))
            }
            Some(base) if above.contains(&base.shown) => {
                document.problem(span, format!("{} extends itself, by way of {}", base.shown, above.join(" and ")));
                Err(Invalid(Vec::new()))
            }
            Some(base) => load(&base, dir, above).map(Some),
        },
    };
    let (base, mut problems) = match base {
        Ok(base) => (Some(base), Vec::new()),
        Err(Invalid(problems)) => (None, problems),
    };
    let built = base.and_then(|base| profile::build(&document, raw, base.as_ref()));
    problems.extend(document.into_problems());
    match built {
        Some(profile) if problems.is_empty() => Ok(profile),
        Some(_) | None => Err(Invalid(problems)),
    }
}

fn open(path: &Path) -> Option<File> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(File { shown: path.display().to_string(), path: Some(path.to_owned()), text })
}

fn built_in(name: &str) -> Option<File> {
    let (name, text) = PROFILES.iter().find(|(known, _)| *known == name)?;
    Some(File { shown: format!("{name}.toml"), path: None, text: (*text).to_owned() })
}

fn known_names(dir: Option<&Path>) -> Vec<String> {
    let mut names: Vec<String> = PROFILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let entries = dir.and_then(|dir| std::fs::read_dir(dir).ok()).into_iter().flatten().flatten();
    for entry in entries {
        let path = entry.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        if let Some(name) = name.filter(|_| path.extension().is_some_and(|extension| extension == "toml"))
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

fn missing(file: &str, message: String) -> Problem {
    Problem { file: file.to_owned(), line: 0, column: 0, message }
}

fn whole(problem: Problem) -> Invalid {
    Invalid(vec![problem])
}
