//! What judging a call comes to.

use http::StatusCode;

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
    /// The body to send instead. Every body that was read is written anew from
    /// what was judged, so this is set whenever there was one.
    pub body: Option<Vec<u8>>,
    /// Lines for `Warnings` of the answer to a create.
    pub warnings: Vec<String>,
}

/// Everything that is wrong with a call, said at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// 400, 403 or 501.
    pub status: StatusCode,
    /// The first line: what was refused, and by whom.
    pub summary: String,
    /// What was refused, one by one.
    pub points: Vec<Point>,
    /// The way out, as a last line; may be empty.
    pub hint: String,
}

/// One thing that a call asks for and does not get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// JSON path, query parameter or header, such as `HostConfig.Privileged`.
    pub path: String,
    /// The value that was sent, as short JSON.
    pub value: String,
    /// The flag of the stock CLI that sets it, such as `--privileged`.
    pub flag: Option<String>,
    /// Why it is refused, and what would be allowed.
    pub reason: String,
    /// The row or rule that refused it, such as `vic: field HostConfig.Privileged`.
    pub rule: String,
}

impl Refusal {
    /// The text that a user reads.
    #[must_use]
    pub fn message(&self) -> String {
        let mut text = self.summary.clone();
        for point in &self.points {
            text.push_str("\n  ");
            text.push_str(&point.path);
            if !point.value.is_empty() {
                text.push_str(&format!(" = {}", point.value));
            }
            if let Some(flag) = &point.flag {
                text.push_str(&format!(" ({flag})"));
            }
            text.push_str(&format!(": {} [{}]", point.reason, point.rule));
        }
        if !self.hint.is_empty() {
            text.push('\n');
            text.push_str(&self.hint);
        }
        text
    }
}
