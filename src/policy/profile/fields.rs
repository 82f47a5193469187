//! The field rows of one body, as a tree along the body's own structure.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Decision;

/// The rows about the body of one operation.
///
/// A path names fields with dots, as in `HostConfig.Binds`. Arrays add nothing
/// to it; `*` stands for any key of a map, as in `EndpointsConfig.*.Aliases`.
/// A row speaks for everything below its field, until a row below speaks itself.
#[derive(Clone, Debug, Default)]
pub struct FieldTree {
    decision: Option<Arc<Decision>>,
    /// In the order of [`by_length`].
    children: Vec<(String, Self)>,
    any: Option<Box<Self>>,
}

impl FieldTree {
    /// The row that stands exactly here.
    #[must_use]
    pub const fn decision(&self) -> Option<&Arc<Decision>> {
        self.decision.as_ref()
    }

    /// The tree below a field or a key.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        let found = self.children.binary_search_by(|(own, _)| by_length(own, name)).ok();
        match found.and_then(|index| self.children.get(index)) {
            Some((_, tree)) => Some(tree),
            None => self.any.as_deref(),
        }
    }

    /// True if no row stands below here.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.children.is_empty() && self.any.is_none()
    }

    /// True if every row lets every value pass.
    #[must_use]
    pub fn passes_all(&self) -> bool {
        self.decision.as_ref().is_none_or(|row| row.passes_all())
            && self.children.iter().all(|(_, tree)| tree.passes_all())
            && self.any.as_ref().is_none_or(|tree| tree.passes_all())
    }

    /// The row that decides a path: its own, or that of the nearest field above.
    #[must_use]
    pub fn decide(&self, path: &str) -> Option<&Arc<Decision>> {
        let mut tree = self;
        let mut decision = self.decision();
        for name in path.split('.') {
            let Some(child) = tree.child(name) else { break };
            tree = child;
            decision = tree.decision().or(decision);
        }
        decision
    }

    /// Every row below here, with its path.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, &Arc<Decision>)> {
        let mut rows = Vec::new();
        self.collect("", &mut rows);
        rows
    }

    /// Puts a row at a path. A path of `*` alone is the whole body.
    pub(super) fn insert(&mut self, path: &str, decision: Arc<Decision>) {
        let mut tree = self;
        if path != "*" {
            for name in path.split('.') {
                tree = tree.child_mut(name);
            }
        }
        tree.decision = Some(decision);
    }

    fn child_mut(&mut self, name: &str) -> &mut Self {
        if name == "*" {
            return self.any.get_or_insert_default();
        }
        let index = match self.children.binary_search_by(|(own, _)| by_length(own, name)) {
            Ok(index) => index,
            Err(index) => {
                self.children.insert(index, (name.to_owned(), Self::default()));
                index
            }
        };
        self.children.get_mut(index).map(|(_, tree)| tree).expect("it was found or put there")
    }

    fn collect<'t>(&'t self, path: &str, rows: &mut Vec<(String, &'t Arc<Decision>)>) {
        if let Some(decision) = &self.decision {
            rows.push((if path.is_empty() { "*".into() } else { path.to_owned() }, decision));
        }
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let mut children: Vec<_> = self.children.iter().collect();
        children.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, tree) in children {
            tree.collect(&below(name), rows);
        }
        if let Some(tree) = &self.any {
            tree.collect(&below("*"), rows);
        }
    }
}

/// Names differ in length, as a rule, and are not looked at then.
fn by_length(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Support, Unsupported};
    use super::*;

    fn decision(reason: &str) -> Arc<Decision> {
        Arc::new(Decision {
            support: Support::Yes,
            unsupported: Unsupported::Reject,
            reason: reason.into(),
            instead: String::new(),
            source: Vec::new(),
            place: String::new(),
        })
    }

    #[test]
    fn the_row_nearest_above_a_field_decides_it() {
        let mut tree = FieldTree::default();
        tree.insert("HostConfig.Mounts", decision("mounts"));
        tree.insert("HostConfig.Mounts.Type", decision("type"));
        tree.insert("Nets.*.Ip", decision("ip"));
        let reason = |path: &str| tree.decide(path).map(|row| row.reason.clone());
        assert_eq!(reason("HostConfig.Mounts"), Some("mounts".into()));
        assert_eq!(reason("HostConfig.Mounts.Source"), Some("mounts".into()));
        assert_eq!(reason("HostConfig.Mounts.Type"), Some("type".into()));
        assert_eq!(reason("Nets.anything.Ip"), Some("ip".into()));
        assert_eq!(reason("HostConfig.Binds"), None);
        assert_eq!(reason("HostConfig"), None);
    }

    #[test]
    fn a_star_alone_is_the_whole_body() {
        let mut tree = FieldTree::default();
        tree.insert("*", decision("all"));
        assert_eq!(tree.decide("Whatever.It.Is").unwrap().reason, "all");
        assert_eq!(tree.rows().len(), 1);
    }
}
