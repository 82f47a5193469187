//! Which rules can speak about a call: found by what they name, so that a call is not asked
//! of hundreds of rules that are about something else.
//!
//! What is found are candidates, in the order of the file: every rule that could allow or deny the
//! call is among them, and each is then asked in full. So the index decides nothing.

use std::borrow::Cow;

use super::pattern::may_be_id;
use super::role::RoleSet;
use super::rule::Rule;
use crate::policy::facts::{Fact, Kind, Reference, Syntax, Value};

/// The rules about one operation that allow, or those that deny.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    everyone: Table,
    /// By the place of the role, in order.
    by_role: Vec<(usize, Table)>,
    all: Vec<u32>,
}

/// Rules for the same role.
#[derive(Clone, Debug, Default)]
struct Table {
    /// Those that any call has to be asked of.
    always: Vec<u32>,
    /// The others, each by what it says of one kind.
    by_kind: Vec<Pivot>,
}

/// Rules that are found by what they say of one kind of facts.
#[derive(Clone, Debug)]
struct Pivot {
    kind: Kind,
    all: Vec<u32>,
    /// Those that say nothing by which they could be found among the others.
    unnamed: Vec<u32>,
    heads: Heads,
}

/// Texts that patterns begin with, in order.
#[derive(Clone, Debug, Default)]
struct Heads(Vec<Head>);

#[derive(Clone, Debug)]
struct Head {
    text: Box<str>,
    /// The place of the longest other head that this one begins with.
    within: Option<u32>,
    rules: Vec<u32>,
}

/// How the heads of patterns that could match a fact are found.
enum Look<'v> {
    /// The text begins with them.
    Within(Cow<'v, str>),
    /// The path lies within them, or they within the path.
    Around(&'v str),
    /// There is no way to tell.
    Unknown,
}

impl Shelf {
    /// The rules at these places, which all allow or all deny.
    pub(super) fn new(places: &[u32], rules: &[Rule], allows: bool) -> Self {
        let mut shelf = Self::default();
        for place in places {
            if let Some(rule) = rules.get(*place as usize) {
                shelf.add(*place, rule, allows);
            }
        }
        let roles = shelf.by_role.iter_mut().map(|(_, table)| table);
        for pivot in roles.chain([&mut shelf.everyone]).flat_map(|table| &mut table.by_kind) {
            pivot.heads.link();
        }
        shelf
    }

    fn add(&mut self, place: u32, rule: &Rule, allows: bool) {
        self.all.push(place);
        let Some(roles) = &rule.roles else { return self.everyone.add(place, rule, allows) };
        for role in roles.iter() {
            let at = self.by_role.binary_search_by_key(&role, |(of, _)| *of).unwrap_or_else(|at| {
                self.by_role.insert(at, (role, Table::default()));
                at
            });
            if let Some((_, table)) = self.by_role.get_mut(at) {
                table.add(place, rule, allows);
            }
        }
    }

    /// The places of all rules, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> {
        self.all.iter().map(|place| *place as usize)
    }

    /// The places of the rules for these roles that could allow a call with these facts, in order.
    /// `counts` is false for facts that no rule needs to allow.
    pub(super) fn allowing(&self, roles: &RoleSet, facts: &[Fact<'_>], counts: impl Fn(&Fact<'_>) -> bool) -> Vec<u32> {
        let found = Vec::with_capacity(self.all.len().min(USUAL));
        self.collect(found, roles, |pivot, found| {
            // A rule has to allow every fact of the kind, so that one of them is enough to tell.
            match facts.iter().find(|fact| fact.kind == pivot.kind && counts(fact)) {
                Some(fact) => pivot.find(&fact.value, false, found),
                None => found.extend(&pivot.all),
            }
        })
    }

    /// The places of the rules for these roles that could deny a call with these facts, in order.
    pub(super) fn denying(&self, roles: &RoleSet, facts: &[Fact<'_>]) -> Vec<u32> {
        // Nearly always there is none.
        self.collect(Vec::new(), roles, |pivot, found| {
            for fact in facts.iter().filter(|fact| fact.kind == pivot.kind) {
                pivot.find(&fact.value, true, found);
            }
        })
    }

    fn collect(&self, mut found: Vec<u32>, roles: &RoleSet, find: impl Fn(&Pivot, &mut Vec<u32>)) -> Vec<u32> {
        let of_role = |role| self.by_role.binary_search_by_key(&role, |(of, _)| *of).ok();
        let of_roles = roles.iter().filter_map(of_role).filter_map(|at| Some(&self.by_role.get(at)?.1));
        for table in of_roles.chain([&self.everyone]) {
            table.by_kind.iter().for_each(|pivot| find(pivot, &mut found));
            // Files end with what any call has to be asked of, as a rule.
            found.extend(&table.always);
        }
        // Each list is in order already, as all of them are then, and a stable sort takes runs as they are.
        found.sort();
        found.dedup();
        found
    }
}

/// The most rules that there is room for at once.
const USUAL: usize = 64;

/// Kinds that nearly every call about them has a fact of: what a rule says of these tells the most.
const TELLING: &[Kind] = &[Kind::Image, Kind::Container, Kind::Name, Kind::Network, Kind::Command, Kind::Tag];

impl Table {
    fn add(&mut self, place: u32, rule: &Rule, allows: bool) {
        let rank = |kind: Kind| TELLING.iter().position(|telling| *telling == kind).unwrap_or(TELLING.len());
        let named = rule.clauses.iter().filter_map(|clause| Some((clause.kind, clause.patterns.heads()?)));
        match named.min_by_key(|(kind, _)| rank(*kind)) {
            Some((kind, heads)) => {
                let pivot = self.pivot(kind);
                pivot.all.push(place);
                heads.into_iter().for_each(|head| pivot.heads.add(head, place));
            }
            // A rule that denies needs a fact of each of its kinds.
            None if !allows && !rule.clauses.is_empty() => {
                let kind = rule.clauses.iter().map(|clause| clause.kind).max_by_key(|kind| rank(*kind));
                let pivot = self.pivot(kind.unwrap_or(Kind::Unreadable));
                pivot.all.push(place);
                pivot.unnamed.push(place);
            }
            None => self.always.push(place),
        }
    }

    fn pivot(&mut self, kind: Kind) -> &mut Pivot {
        let at = self.by_kind.iter().position(|pivot| pivot.kind == kind).unwrap_or(self.by_kind.len());
        if at == self.by_kind.len() {
            self.by_kind.push(Pivot { kind, all: Vec::new(), unnamed: Vec::new(), heads: Heads::default() });
        }
        self.by_kind.get_mut(at).expect("it was there or was put there")
    }
}

impl Pivot {
    /// Adds the rules whose patterns could match a value: that could be what they name, if they are to catch it.
    fn find(&self, value: &Value<'_>, catch: bool, found: &mut Vec<u32>) {
        let start = found.len();
        found.extend(&self.unnamed);
        for look in looks(self.kind, value, catch) {
            match look {
                Some(Look::Within(text)) => self.heads.within(&text, found),
                Some(Look::Around(path)) => self.heads.around(path, found),
                Some(Look::Unknown) => {
                    found.truncate(start);
                    found.extend(&self.all);
                }
                None => {}
            }
        }
    }
}

/// How to find what could match a value, as [`Patterns`](super::pattern::Patterns) grant and catch.
fn looks<'v>(kind: Kind, value: &'v Value<'_>, catch: bool) -> [Option<Look<'v>>; 2] {
    let within = |text: &'v str| Look::Within(Cow::Borrowed(text));
    let syntax = kind.syntax();
    let one = match value {
        Value::Object { name, id, .. } => return [Some(within(name)), Some(within(id))],
        Value::Text(text) => match syntax {
            Syntax::NameOrId if catch && may_be_id(text) => Look::Unknown,
            Syntax::Capability if catch && text == "ALL" => Look::Unknown,
            Syntax::HostPath if catch => Look::Unknown,
            Syntax::Flag
            | Syntax::Text
            | Syntax::Segments
            | Syntax::NameOrId
            | Syntax::Capability
            | Syntax::Pair
            | Syntax::HostPath
            | Syntax::Image
            | Syntax::Port
            | Syntax::Command
            | Syntax::User => within(text),
        },
        Value::Pair(name, _) => within(name),
        Value::HostPath { path, .. } if !catch => within(path),
        Value::HostPath { path, .. } if path.starts_with('/') => Look::Around(path),
        // The name with its tag begins with whatever the name begins with.
        Value::Image(reference @ Reference::Name { .. }) => Look::Within(Cow::Owned(reference.text())),
        Value::Command(words) => within(words.first().map_or("", |word| word)),
        Value::HostPath { .. }
        | Value::Image(Reference::Id(_))
        | Value::Flag
        | Value::Port(_)
        | Value::User(_)
        | Value::Hoped => Look::Unknown,
    };
    [Some(one), None]
}

impl Heads {
    fn add(&mut self, text: String, rule: u32) {
        self.0.push(Head { text: text.into(), within: None, rules: vec![rule] });
    }

    /// Puts the heads in order and joins those that are the same.
    fn link(&mut self) {
        self.0.sort_by(|a, b| a.text.cmp(&b.text));
        self.0.dedup_by(|later, earlier| {
            let same = later.text == earlier.text;
            if same {
                earlier.rules.append(&mut later.rules);
            }
            same
        });
        for at in 0..self.0.len() {
            let (before, rest) = self.0.split_at_mut(at);
            let Some(head) = rest.first_mut() else { continue };
            head.within = at.checked_sub(1).and_then(|before_it| longest(before, before_it, &head.text));
        }
    }

    /// Adds the rules of all heads that a text begins with.
    fn within(&self, text: &str, found: &mut Vec<u32>) {
        let behind = self.0.partition_point(|head| *head.text <= *text);
        let mut at = behind.checked_sub(1).and_then(|last| longest(&self.0, last, text));
        while let Some(head) = at.and_then(|at| self.0.get(at as usize)) {
            found.extend(&head.rules);
            at = head.within;
        }
    }

    /// Adds the rules of all heads that a path begins with, and of those that lie within it.
    fn around(&self, path: &str, found: &mut Vec<u32>) {
        let folder = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        self.within(&folder, found);
        let first = self.0.partition_point(|head| *head.text < *folder);
        let inside = self.0.iter().skip(first).take_while(|head| head.text.starts_with(&folder));
        inside.for_each(|head| found.extend(&head.rules));
    }
}

/// From a head on, which is not behind the text: the longest that the text begins with. All that a text begins
/// with stand before it, and each is within the next longer one.
fn longest(heads: &[Head], from: usize, text: &str) -> Option<u32> {
    let mut at = u32::try_from(from).ok();
    while let Some(head) = at.and_then(|at| heads.get(at as usize)) {
        if text.starts_with(&*head.text) {
            return at;
        }
        at = head.within;
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heads(texts: &[String]) -> Heads {
        let mut heads = Heads::default();
        texts.iter().zip(0..).for_each(|(text, rule)| heads.add(text.clone(), rule));
        heads.link();
        heads
    }

    fn sorted(mut found: Vec<u32>) -> Vec<u32> {
        found.sort_unstable();
        found.dedup();
        found
    }

    proptest! {
        #[test]
        fn every_head_that_a_text_begins_with_is_found(
            texts in prop::collection::vec("[ab/]{1,4}", 0..20),
            text in "[ab/]{0,6}",
        ) {
            let mut found = Vec::new();
            heads(&texts).within(&text, &mut found);
            let expected = texts.iter().zip(0u32..).filter(|(head, _)| text.starts_with(*head)).map(|(_, rule)| rule);
            prop_assert_eq!(sorted(found), expected.collect::<Vec<_>>());
        }

        #[test]
        fn every_head_around_a_path_is_found(
            texts in prop::collection::vec("/[ab/]{0,4}", 0..20),
            path in "/[ab]{0,2}(/[ab]{1,2}){0,2}",
        ) {
            let mut found = Vec::new();
            heads(&texts).around(&path, &mut found);
            let folder = format!("{}/", path.trim_end_matches('/'));
            let is_around = |head: &str| folder.starts_with(head) || head.starts_with(&folder);
            let expected = texts.iter().zip(0u32..).filter(|(head, _)| is_around(head)).map(|(_, rule)| rule);
            prop_assert_eq!(sorted(found), expected.collect::<Vec<_>>());
        }
    }
}
