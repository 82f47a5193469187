//! From the text of a policy to its rules, with everything that is wrong in it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use super::amount::{self, amount};
use super::case::{self, Case};
use super::pattern::Patterns;
use super::redact::{Hide, RedactRule};
use super::role::{self, Entry, RoleSet, overlaps};
use super::rule::{Clause, Forced, LimitClause, OwnerRule, Rule, SetRule};
use crate::docker::endpoint::{Endpoint, Group};
use crate::policy::document::{At, Document, Section};
use crate::policy::facts::{Kind, KindSet, Limit, Syntax};
use crate::policy::near::did_you_mean;
use crate::policy::own;

/// A policy as it stands in one file.
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) roles: Vec<String>,
    pub(super) identities: Vec<Entry>,
    pub(super) allow: Vec<(Rule, Vec<Endpoint>)>,
    pub(super) deny: Vec<(Rule, Vec<Endpoint>)>,
    pub(super) set: Vec<(SetRule, Vec<Endpoint>)>,
    pub(super) redact: Vec<RedactRule>,
    pub(super) uses: Vec<Use>,
    pub(super) cases: Vec<Case>,
    pub(super) owner: Option<OwnerRule>,
}

/// `[[use]]`: the rules of another policy, for some roles.
pub(super) struct Use {
    pub(super) policy: At<String>,
    pub(super) roles: Option<RoleSet>,
}

/// Reads a policy. Whatever is wrong is noted in the document.
pub(super) fn read(document: &Document<'_>) -> Raw {
    let table = document.parse();
    let root = document.root(&table);
    let name = root.required("name").map_or_else(String::new, |name| name.value.to_owned());
    let title = root.string("title").map_or_else(|| name.clone(), |title| title.value.to_owned());
    let mut roles: Vec<String> = Vec::new();
    let mut role_spans = Vec::new();
    let entries = root.tables("identity").into_iter().map(|section| {
        role::read(section, |name| {
            let place = roles.iter().position(|known| known == name.value).unwrap_or_else(|| {
                roles.push(name.value.to_owned());
                role_spans.push(name.span.clone());
                roles.len() - 1
            });
            if place >= RoleSet::MOST {
                document.problem(&name.span, format!("a policy has no more than {} roles", RoleSet::MOST));
                return None;
            }
            Some(place)
        })
    });
    let identities: Vec<Entry> = entries.collect();
    for (later, earlier) in overlaps(&identities) {
        let (line, _) = document.place(earlier.start);
        let text = format!(
            "this can fit the same identity as line {line}: give one of them both roles, or take the other's names out with \"!\""
        );
        document.problem(later, text);
    }
    let mut reader = Reader { document, roles: &roles, names: HashSet::new(), used: RoleSet::default() };
    let deny = root.tables("deny").into_iter().map(|section| reader.rule(section, false)).collect();
    let allow = root.tables("allow").into_iter().map(|section| reader.rule(section, true)).collect();
    let set = root.tables("set").into_iter().map(|section| reader.set_rule(section)).collect();
    let redact = root.tables("redact").into_iter().map(|section| reader.redact_rule(section)).collect();
    let owner = reader.owner(&root);
    let uses = root.tables("use").into_iter().filter_map(|section| reader.uses(section)).collect();
    for (place, span) in role_spans.iter().enumerate() {
        if !reader.used.contains(place)
            && let Some(name) = roles.get(place)
        {
            document.problem(span, format!("no rule is for the role \"{name}\""));
        }
    }
    let cases = root.tables("case").into_iter().filter_map(|section| case::read(&section)).collect();
    root.finish();
    Raw { name, title, roles, identities, allow, deny, set, redact, uses, cases, owner }
}

struct Reader<'r> {
    document: &'r Document<'r>,
    roles: &'r [String],
    names: HashSet<String>,
    used: RoleSet,
}

impl Reader<'_> {
    fn rule(&mut self, section: Section<'_, '_>, allows: bool) -> (Rule, Vec<Endpoint>) {
        let (name, place) = self.name(&section);
        let roles = self.roles(&section);
        let endpoints = self.endpoints(&section, allows);
        let mut rule = Rule {
            name,
            cited: Arc::default(),
            place: place.into(),
            reason: section.string("reason").map_or_else(String::new, |reason| reason.value.to_owned()),
            roles,
            clauses: Vec::new(),
            kinds: KindSet::NONE,
            unrestricted: allows && section.boolean("unrestricted") == Some(true),
            limits: Vec::new(),
            ulimits: Vec::new(),
        };
        for kind in Kind::ALL {
            if *kind != Kind::Unreadable
                && let Some(clause) = self.clause(&section, *kind, allows)
            {
                rule.kinds.insert(*kind);
                rule.clauses.push(clause);
            }
        }
        if allows {
            for limit in Limit::ALL {
                if let Some(clause) = self.limit(&section, limit, &endpoints) {
                    rule.limits.push(clause);
                }
            }
            rule.ulimits = self.ulimits(&section);
        }
        section.finish();
        (rule, endpoints)
    }

    fn set_rule(&mut self, section: Section<'_, '_>) -> (SetRule, Vec<Endpoint>) {
        let (name, place) = self.name(&section);
        let roles = self.roles(&section);
        let given = section.has("endpoints") || section.has("groups");
        let chosen = if given { self.endpoints(&section, true) } else { Endpoint::ALL.to_vec() };
        let mut values = Vec::new();
        if let Some(labels) = section.table("labels") {
            for (At { value: key, span }, value) in labels.entries() {
                match value.as_str() {
                    Some(value) => values.push(Forced::Label(key.to_owned(), value.to_owned())),
                    None => self.document.problem(&span, format!("the label {key:?} must be a string")),
                }
            }
        }
        let text = |key| section.string(key).map(|text| text.value.to_owned());
        values.extend(text("user").map(Forced::User));
        values.extend(text("cgroup_parent").map(Forced::CgroupParent));
        values.extend(text("runtime").map(Forced::Runtime));
        values.extend((section.boolean("read_only") == Some(true)).then_some(Forced::ReadOnly));
        values.extend((section.boolean("no_new_privileges") == Some(true)).then_some(Forced::NoNewPrivileges));
        for limit in Limit::ALL {
            let amount = self.one_amount(&section, limit.key(), limit);
            values.extend(amount.map(|amount| Forced::Limit(limit, amount)));
        }
        let has_any = |endpoint: &Endpoint| values.iter().any(|value| !value.places(*endpoint).is_empty());
        if values.is_empty() {
            self.document.problem(&section.span, "a set rule without a value does nothing".to_owned());
        }
        for value in &values {
            if !chosen.iter().any(|endpoint| !value.places(*endpoint).is_empty()) {
                let text = format!("no operation of this rule has something to set for {}", value.key());
                self.document.problem(&section.span, text);
            }
        }
        let endpoints = chosen.into_iter().filter(has_any).collect();
        section.finish();
        (SetRule { name, place, roles, values }, endpoints)
    }

    fn redact_rule(&mut self, section: Section<'_, '_>) -> RedactRule {
        let (name, place) = self.name(&section);
        let roles = self.roles(&section);
        let mut hide = Hide::default();
        let (given, mut wrong) = (section.strings("hide"), false);
        for At { value, span } in given {
            if let Err(problem) = hide.add(value) {
                self.document.problem(&span, problem);
                wrong = true;
            }
        }
        if hide.is_empty() && !wrong {
            let text = "a redact rule without something to hide does nothing: hide = [\"env\", \"mounts\", \"labels\"]";
            self.document.problem(&section.span, text.to_owned());
        }
        section.finish();
        RedactRule { name, place, roles, hide }
    }

    /// `owner = "LABEL"`, or `owner = { label = "LABEL", roles = ["ROLE"], images = "shared" }`.
    fn owner(&mut self, root: &Section<'_, '_>) -> Option<OwnerRule> {
        let (mut roles, mut shares_images) = (None, false);
        let label = if root.is_table("owner") {
            let table = root.table("owner")?;
            roles = self.roles(&table);
            match table.string("images") {
                Some(At { value: "shared", .. }) => shares_images = true,
                Some(At { value: "own", .. }) | None => {}
                Some(At { span, .. }) => {
                    self.document.problem(&span, "images must be \"own\" or \"shared\"".to_owned());
                }
            }
            let label = table.required("label");
            table.finish();
            label
        } else {
            root.string("owner")
        };
        let At { value, span } = label?;
        self.problem_of(own::clean_name(value), &span)?;
        Some(OwnerRule { label: value.to_owned(), roles, shares_images })
    }

    fn uses(&mut self, section: Section<'_, '_>) -> Option<Use> {
        let roles = self.roles(&section);
        let policy = section.required("policy");
        section.finish();
        Some(Use { policy: policy.map(|At { value, span }| At { value: value.to_owned(), span })?, roles })
    }

    /// The name of a rule, and its place in the file.
    fn name(&mut self, section: &Section<'_, '_>) -> (String, String) {
        let (line, _) = self.document.place(section.span.start);
        let place = format!("{}:{line}", self.document.file());
        let Some(At { value, span }) = section.required("name") else { return (String::new(), place) };
        if value.is_empty() {
            self.document.problem(&span, "a rule needs a name: refusals cite it".to_owned());
        } else if self.names.contains(value) {
            self.document.problem(&span, format!("there are two rules of the name \"{value}\""));
        }
        self.names.insert(value.to_owned());
        (value.to_owned(), place)
    }

    fn roles(&mut self, section: &Section<'_, '_>) -> Option<RoleSet> {
        let names: Vec<_> = section.strings("role").into_iter().chain(section.strings("roles")).collect();
        if names.is_empty() {
            // For everyone, so for every role.
            (0..self.roles.len().min(RoleSet::MOST)).for_each(|role| self.used.insert(role));
            return None;
        }
        let mut set = RoleSet::default();
        for At { value, span } in names {
            match self.roles.iter().position(|known| known == value) {
                Some(role) => {
                    set.insert(role);
                    self.used.insert(role);
                }
                None => {
                    let offer = did_you_mean(value, self.roles.iter().map(String::as_str));
                    self.document.problem(&span, format!("no identity has the role \"{value}\"{offer}"));
                }
            }
        }
        Some(set)
    }

    /// The operations of a rule. One that allows has to name them; one that denies is about all if
    /// it names none.
    fn endpoints(&self, section: &Section<'_, '_>, must: bool) -> Vec<Endpoint> {
        let mut chosen = Vec::new();
        let (endpoints, groups) = (section.strings("endpoints"), section.strings("groups"));
        let except = section.strings("except");
        if endpoints.is_empty() && groups.is_empty() {
            if must {
                let text = "endpoints or groups is missing: which operations is this rule about?";
                self.document.problem(&section.span, text.to_owned());
            }
            chosen.extend(Endpoint::ALL);
        }
        chosen.extend(endpoints.iter().filter_map(|name| self.endpoint(name)));
        for At { value, span } in groups {
            match (value, Group::from_name(value)) {
                ("all", _) => chosen.extend(Endpoint::ALL),
                (_, Some(group)) => {
                    chosen.extend(Endpoint::ALL.iter().filter(|endpoint| endpoint.row().group == group));
                }
                (_, None) => {
                    let offer = did_you_mean(value, Group::ALL.iter().map(|group| group.name()));
                    let all: Vec<&str> = Group::ALL.iter().map(|group| group.name()).collect();
                    let list = all.join(", ");
                    self.document
                        .problem(&span, format!("there is no group \"{value}\"{offer}; there are: {list}, all"));
                }
            }
        }
        for name in &except {
            if let Some(endpoint) = self.endpoint(name) {
                if !chosen.contains(&endpoint) {
                    self.document.problem(&name.span, format!("{} is not among the operations anyway", name.value));
                }
                chosen.retain(|chosen| *chosen != endpoint);
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn endpoint(&self, name: &At<&str>) -> Option<Endpoint> {
        let found = Endpoint::from_name(name.value);
        if found.is_none() {
            let offer = did_you_mean(name.value, Endpoint::ALL.iter().map(|endpoint| endpoint.name()));
            self.document.problem(&name.span, format!("there is no operation \"{}\"{offer}", name.value));
        }
        found
    }

    fn clause(&self, section: &Section<'_, '_>, kind: Kind, allows: bool) -> Option<Clause> {
        let key = kind.key();
        if !section.has(key) {
            return None;
        }
        let mut patterns = Patterns::new(kind);
        if kind.syntax() == Syntax::Flag {
            return (section.boolean(key) == Some(true)).then_some(Clause { kind, patterns });
        }
        for At { value, span } in section.strings(key) {
            if let Err(problem) = patterns.add(kind, value) {
                self.document.problem(&span, problem);
            } else if allows && kind == Kind::Network && (value == "host" || value.starts_with("container:")) {
                let text = format!("that is no network but a namespace: namespaces = [\"network:{value}\"]");
                self.document.problem(&span, text);
            }
        }
        Some(Clause { kind, patterns })
    }

    fn limit(&self, section: &Section<'_, '_>, limit: Limit, endpoints: &[Endpoint]) -> Option<LimitClause> {
        let key = limit.key();
        let (most, default) = if section.is_table(key) {
            let table = section.table(key)?;
            let found = (self.one_amount(&table, "most", limit), self.one_amount(&table, "default", limit));
            table.finish();
            found
        } else {
            (self.one_amount(section, key, limit), None)
        };
        if most.is_none() && default.is_none() {
            return None;
        }
        if !endpoints.iter().any(|endpoint| limit.place(*endpoint).is_some()) {
            self.document.problem(&section.span, format!("no operation of this rule has a limit for {key}"));
        }
        if let (Some(most), Some(default)) = (most, default)
            && default > most
        {
            self.document.problem(&section.span, format!("the default for {key} is more than its most"));
        }
        let mut text = most.map_or_else(String::new, |most| format!("at most {}", amount::shown(limit, most)));
        if let Some(default) = default {
            let separator = if text.is_empty() { "" } else { ", " };
            let _ = write!(text, "{separator}{} by default", amount::shown(limit, default));
        }
        Some(LimitClause { limit, most, default, text })
    }

    fn one_amount(&self, section: &Section<'_, '_>, key: &'static str, limit: Limit) -> Option<i64> {
        let found = section.texts(key);
        let At { value, span } = found.first()?;
        if found.len() > 1 {
            self.document.problem(span, format!("{key} is one amount"));
        }
        self.problem_of(amount(limit, value), span)
    }

    fn ulimits(&self, section: &Section<'_, '_>) -> Vec<(String, i64)> {
        let Some(table) = section.table("ulimits") else { return Vec::new() };
        let mut found = Vec::new();
        for (At { value: name, span }, value) in table.entries() {
            let text = value.as_integer().map(|int| int.as_str()).or_else(|| value.as_str()).unwrap_or_default();
            if let Some(most) = self.problem_of(amount(Limit::Pids, text), &span) {
                found.push((name.to_owned(), most));
            }
        }
        found
    }

    fn problem_of<T>(&self, read: Result<T, String>, span: &Range<usize>) -> Option<T> {
        read.map_err(|problem| self.document.problem(span, problem)).ok()
    }
}
