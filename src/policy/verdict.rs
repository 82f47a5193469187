//! What judging a call comes to.

use std::fmt::Write as _;
use std::sync::Arc;

use http::{HeaderName, StatusCode};

use super::access::Redaction;
use super::own::Own;
use crate::docker::target::Target;

/// The verdict on one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on, with these edits.
    Permit(Permit),
    /// It ends here.
    Refuse(Refusal),
}

/// What is changed in a call that goes on. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permit {
    /// The target to send instead, where a rule changed the query.
    pub target: Option<Target>,
    /// The body to send instead of the one that came. A body that was read is written anew
    /// from what was judged; `None` if that would be the same bytes, or if there was none.
    pub body: Option<Vec<u8>>,
    /// Headers that are not sent.
    pub without_headers: Vec<HeaderName>,
    /// Lines for `Warnings` of the answer to a create.
    pub warnings: Vec<String>,
    /// True if it was judged by a word that could be an id, and nobody has asked the backend what it stands for.
    pub doubts: bool,
    /// What the answer must not show.
    pub redaction: Redaction,
    /// What ownership asks for besides, where the caller has only what is its own.
    pub own: Option<Box<Own>>,
    /// The rule of the access policy that allows it, such as `ci-runner: build`.
    pub allowed_by: Option<Arc<str>>,
    /// The rows and rules that changed something in it, such as `vic: field HostConfig.CpuShares`.
    pub changed_by: Vec<String>,
}

/// Everything that is wrong with a call, said at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// 400, 403, 404, 409 or 501.
    pub status: StatusCode,
    /// The first line: what was refused, and by whom.
    pub summary: String,
    /// What was refused, one by one.
    pub points: Vec<Point>,
    /// The way out, as a last line; may be empty.
    pub hint: String,
}

/// One thing that a call asks for and does not get.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// JSON path, query parameter or header, such as `HostConfig.Privileged`.
    pub path: String,
    /// The value that was sent, as short JSON.
    pub value: String,
    /// The flag of the stock CLI that sets it, such as `--privileged`.
    pub flag: Option<String>,
    /// Why it is refused.
    pub reason: String,
    /// What would be allowed; may be empty.
    pub instead: String,
    /// The row or rule that refused it, such as `vic: field HostConfig.Privileged`.
    pub rule: String,
}

impl Verdict {
    /// True if it may be another one once the backend has said what names and ids stand for.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        match self {
            Self::Permit(permit) => permit.doubts,
            Self::Refuse(refusal) => refusal.status == StatusCode::FORBIDDEN,
        }
    }
}

impl Refusal {
    /// The text that a user reads, behind `Error response from daemon: `.
    ///
    /// ```text
    /// vSphere Integrated Containers does not support this setting:
    ///   HostConfig.Privileged = true (--privileged)
    ///     each container is a VM of its own
    ///     instead: leave the flag out
    ///     [vic: field HostConfig.Privileged]
    /// Nothing was sent on.
    /// ```
    #[must_use]
    pub fn message(&self) -> String {
        let mut text = self.summary.clone();
        for point in &self.points {
            let _ = write!(text, "\n  {point}");
        }
        if !self.hint.is_empty() {
            let _ = write!(text, "\n{}", self.hint);
        }
        text
    }
}

impl Point {
    /// What was asked for: path, value and flag.
    #[must_use]
    pub fn title(&self) -> String {
        let mut title = self.path.clone();
        if !self.value.is_empty() {
            let _ = write!(title, " = {}", self.value);
        }
        if let Some(flag) = &self.flag {
            let _ = write!(title, " ({flag})");
        }
        title
    }
}

impl std::fmt::Display for Point {
    /// The point's lines, the first without an indent.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title())?;
        if !self.reason.is_empty() {
            write!(f, "\n    {}", self.reason)?;
        }
        if !self.instead.is_empty() {
            write!(f, "\n    instead: {}", self.instead)?;
        }
        write!(f, "\n    [{}]", self.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_line_by_line() {
        let point = Point {
            path: "HostConfig.Privileged".into(),
            value: "true".into(),
            flag: Some("--privileged".into()),
            reason: "each container is a VM of its own".into(),
            instead: "leave the flag out".into(),
            rule: "vic: field HostConfig.Privileged".into(),
        };
        let bare = Point { path: "X".into(), rule: "r".into(), ..Point::default() };
        let refusal = Refusal {
            status: StatusCode::BAD_REQUEST,
            summary: "2 settings are not supported:".into(),
            points: vec![point, bare],
            hint: "Nothing was sent on.".into(),
        };
        let expected = "\
2 settings are not supported:
  HostConfig.Privileged = true (--privileged)
    each container is a VM of its own
    instead: leave the flag out
    [vic: field HostConfig.Privileged]
  X
    [r]
Nothing was sent on.";
        assert_eq!(refusal.message(), expected);
    }
}
