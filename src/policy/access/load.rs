//! Finding access policies: by name from a folder or from the binary, or by path.

use std::path::{Path, PathBuf};

use super::read::{self, Raw, Use};
use super::role::RoleSet;
use super::rule::OwnerRule;
use super::{Access, Index, Invalid, Problem, tecnativa};
use crate::docker::endpoint::Endpoint;
use crate::policy::document::{At, Document};
use crate::policy::near::{did_you_mean, end};

/// The policies that are in the binary: name and text.
pub const READY: [(&str, &str); 8] = [
    ("read-only", include_str!("../../../policies/access/read-only.toml")),
    ("dashboard", include_str!("../../../policies/access/dashboard.toml")),
    ("traefik", include_str!("../../../policies/access/traefik.toml")),
    ("watchtower", include_str!("../../../policies/access/watchtower.toml")),
    ("ci-runner", include_str!("../../../policies/access/ci-runner.toml")),
    ("testcontainers", include_str!("../../../policies/access/testcontainers.toml")),
    ("developer", include_str!("../../../policies/access/developer.toml")),
    ("agent-sandbox", include_str!("../../../policies/access/agent-sandbox.toml")),
];

/// Loads an access policy.
///
/// `name` is a name or a path. A name is looked for in the folder `access` of `dir` first, then
/// among [`READY`]. `tecnativa` is the policy that the environment spells in the variables of the
/// popular socket proxy.
///
/// # Errors
/// Everything that is wrong, with file, line and column.
pub fn access(name: &str, dir: Option<&Path>) -> Result<Access, Invalid> {
    if name == TECNATIVA {
        return from_text("variables", &tecnativa::policy(variable).map_err(Invalid)?, dir);
    }
    let file = find(name, dir).map_err(|problem| Invalid(vec![problem]))?;
    from_file(&file, dir)
}

/// Reads an access policy from its text. `shown` is what messages call it.
///
/// # Errors
/// Everything that is wrong, with file, line and column.
pub fn from_text(shown: &str, text: &str, dir: Option<&Path>) -> Result<Access, Invalid> {
    from_file(&File { shown: shown.to_owned(), path: None, text: text.to_owned() }, dir)
}

/// A policy file that was found.
struct File {
    /// As messages name it.
    shown: String,
    /// Where it is; `None` if it is in the binary.
    path: Option<PathBuf>,
    text: String,
}

fn from_file(file: &File, dir: Option<&Path>) -> Result<Access, Invalid> {
    let (raw, mut problems) = read_with_uses(file, dir, &mut Vec::new());
    if !problems.is_empty() {
        problems.dedup();
        return Err(Invalid(problems));
    }
    let mut access = Access {
        name: raw.name.clone(),
        title: raw.title.clone(),
        roles: raw.roles.clone(),
        identities: raw.identities.clone(),
        rules: Vec::new(),
        sets: Vec::new(),
        redactions: Vec::new(),
        by_endpoint: vec![Index::default(); Endpoint::ALL.len()],
        cases: raw.cases.clone(),
        owner: None,
    };
    access.add(raw);
    Ok(access)
}

/// Reads a file and the rules of those that it uses, with everything that is wrong in any of them.
fn read_with_uses(file: &File, dir: Option<&Path>, above: &mut Vec<String>) -> (Raw, Vec<Problem>) {
    let document = Document::new(&file.shown, &file.text);
    let mut raw = read::read(&document);
    let mut problems = Vec::new();
    above.push(file.shown.clone());
    for Use { policy: At { value, span }, roles } in std::mem::take(&mut raw.uses) {
        let used = match find_used(&value, file, dir) {
            Ok(used) => used,
            Err(problem) => {
                document.problem(&span, problem.message);
                continue;
            }
        };
        if above.contains(&used.shown) {
            document.problem(&span, format!("{} uses itself, by way of {}", used.shown, above.join(" and ")));
            continue;
        }
        let (used, found) = read_with_uses(&used, dir, above);
        problems.extend(found);
        if !used.identities.is_empty() {
            let text = format!("\"{value}\" says itself who it is for, so that its rules cannot be used for others");
            document.problem(&span, text);
        }
        if let Some(problem) = raw.take(used, roles) {
            document.problem(&span, problem);
        }
    }
    above.pop();
    problems.extend(document.into_problems());
    (raw, problems)
}

impl Raw {
    /// Takes the rules of a policy that is used, for these roles. Gives what cannot be taken.
    fn take(&mut self, used: Self, roles: Option<RoleSet>) -> Option<String> {
        let problem = self.take_owner(used.owner, roles.clone());
        let prefix = used.name;
        let rename = |name: &mut String| *name = format!("{prefix}: {name}");
        for (mut rule, endpoints) in used.deny {
            rename(&mut rule.name);
            rule.roles.clone_from(&roles);
            self.deny.push((rule, endpoints));
        }
        for (mut rule, endpoints) in used.allow {
            rename(&mut rule.name);
            rule.roles.clone_from(&roles);
            self.allow.push((rule, endpoints));
        }
        for (mut rule, endpoints) in used.set {
            rename(&mut rule.name);
            rule.roles.clone_from(&roles);
            self.set.push((rule, endpoints));
        }
        for mut rule in used.redact {
            rename(&mut rule.name);
            rule.roles.clone_from(&roles);
            self.redact.push(rule);
        }
        problem
    }

    fn take_owner(&mut self, used: Option<OwnerRule>, roles: Option<RoleSet>) -> Option<String> {
        let mut used = used?;
        used.roles = roles;
        let Some(own) = &mut self.owner else {
            self.owner = Some(used);
            return None;
        };
        if own.label != used.label {
            let (one, other) = (&own.label, &used.label);
            return Some(format!("a policy has one label of owners, not {one} and {other}"));
        }
        own.shares_images &= used.shares_images;
        own.roles = own.roles.take().zip(used.roles).map(|(mut one, other)| {
            one.add(&other);
            one
        });
        None
    }
}

/// The name of the policy that stands in the environment.
const TECNATIVA: &str = "tecnativa";

#[expect(clippy::disallowed_methods, reason = "the variables are the policy here, not settings of ours")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn find(name: &str, dir: Option<&Path>) -> Result<File, Problem> {
    if name.contains('/') || name.ends_with(".toml") {
        return open(Path::new(name));
    }
    if let Some(path) = dir.map(|dir| dir.join("access").join(format!("{name}.toml"))).filter(|path| path.exists()) {
        return open(&path);
    }
    built_in(name).ok_or_else(|| {
        let names: Vec<&str> = READY.iter().map(|(name, _)| *name).collect();
        let offer = did_you_mean(name, names.iter().copied());
        let list = names.join(", ");
        let end = end(&offer);
        let text = format!(
            "there is no access policy of that name{end} Known are {list}; a path has a slash or ends in .toml"
        );
        problem(name, text)
    })
}

/// Finds what a policy uses: beside it, if that is a file, then as by name.
fn find_used(name: &str, from: &File, dir: Option<&Path>) -> Result<File, Problem> {
    let file = if name.ends_with(".toml") { name.to_owned() } else { format!("{name}.toml") };
    let beside = from.path.as_deref().and_then(Path::parent).map(|folder| folder.join(&file));
    match beside.filter(|path| path.exists() && Some(path) != from.path.as_ref()) {
        Some(path) => open(&path),
        None => find(name, dir),
    }
}

fn open(path: &Path) -> Result<File, Problem> {
    let shown = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(File { shown, path: Some(path.to_owned()), text }),
        Err(error) => Err(problem(&shown, format!("the file cannot be read: {error}"))),
    }
}

fn built_in(name: &str) -> Option<File> {
    let (name, text) = READY.iter().find(|(known, _)| *known == name)?;
    Some(File { shown: format!("{name}.toml"), path: None, text: (*text).to_owned() })
}

fn problem(file: &str, message: String) -> Problem {
    Problem { file: file.to_owned(), line: 0, column: 0, message }
}
