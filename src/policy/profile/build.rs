//! From the rows of a file, and the profile that it extends, to a whole profile.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::read::{Kind, Row};
use super::{AnswerRow, Decision, FieldTree, Profile, Raw, Unknown, Unsupported, field_paths};
use crate::docker::bridge::Repairs;
use crate::docker::endpoint::Endpoint;
use crate::docker::params::{PARAMS, params};
use crate::policy::document::{Document, Problem};

/// Joins a file to the profile that it extends, and holds the result to the
/// tables of the API: whatever exists must have a row.
///
/// # Errors
/// Rows that contradict each other, and everything that has no row.
pub(crate) fn build(document: &Document<'_>, raw: Raw, base: Option<&Profile>) -> Option<Profile> {
    report_repeated(document, &raw.rows);
    let mut slots = base.map_or_else(Slots::empty, Slots::of);
    // Rows for all come last, so that they fill only what nothing else decides.
    let (for_all, for_one): (Vec<Row>, Vec<Row>) = raw.rows.into_iter().partition(|row| row.endpoint.is_none());
    for row in for_one {
        slots.put(row);
    }
    for row in for_all {
        slots.fill(&row);
    }
    let endpoints: Option<Vec<_>> = slots.endpoints.iter().cloned().collect();
    for message in slots.missing() {
        document.problem(&(0..0), message);
    }
    let mut statuses = raw.statuses;
    let mut repairs = base.map_or(Repairs::NONE, |base| base.repairs);
    for (repair, on) in raw.repairs {
        repairs = if on { repairs.with(repair) } else { repairs.without(repair) };
    }
    if let Some(base) = base {
        statuses.extend(base.statuses.iter().cloned());
    }
    let unknown = raw.unknown.or(base.map(|base| base.unknown)).unwrap_or(Unknown::Refuse);
    Some(Profile {
        open: unknown == Unknown::Forward && slots.let_everything_pass(),
        title: raw.title.or_else(|| base.map(|base| base.title.clone())).unwrap_or_else(|| raw.name.clone()),
        name: raw.name,
        api: raw.api.or_else(|| base.and_then(|base| base.api.clone())),
        unknown,
        endpoints: endpoints?,
        params: slots.params,
        fields: slots.fields,
        headers: slots.headers,
        answers: slots.answers,
        statuses,
        repairs,
    })
}

struct Slots {
    endpoints: Vec<Option<Arc<Decision>>>,
    params: HashMap<(Endpoint, &'static str), Arc<Decision>>,
    fields: Vec<FieldTree>,
    headers: HashMap<(Endpoint, String), Arc<Decision>>,
    answers: Vec<AnswerRow>,
}

impl Slots {
    fn empty() -> Self {
        Self {
            endpoints: vec![None; Endpoint::ALL.len()],
            params: HashMap::new(),
            fields: vec![FieldTree::default(); Endpoint::ALL.len()],
            headers: HashMap::new(),
            answers: Vec::new(),
        }
    }

    fn of(base: &Profile) -> Self {
        Self {
            endpoints: base.endpoints.iter().cloned().map(Some).collect(),
            params: base.params.clone(),
            fields: base.fields.clone(),
            headers: base.headers.clone(),
            answers: base.answers.clone(),
        }
    }

    /// Puts a row of one operation in its place, over what was there.
    fn put(&mut self, row: Row) {
        let Row { kind, endpoint: Some(endpoint), name, decision, .. } = row else { return };
        match kind {
            Kind::Endpoint => {
                if let Some(slot) = self.endpoints.get_mut(endpoint as usize) {
                    *slot = Some(decision);
                }
            }
            Kind::Query => {
                for param in params(endpoint) {
                    if name == "*" {
                        self.params.entry((endpoint, param.name)).or_insert_with(|| Arc::clone(&decision));
                    } else if param.name == name {
                        self.params.insert((endpoint, param.name), Arc::clone(&decision));
                    }
                }
            }
            Kind::Field => {
                if let Some(tree) = self.fields.get_mut(endpoint as usize) {
                    tree.insert(&name, decision);
                }
            }
            Kind::Header => {
                self.headers.insert((endpoint, name), decision);
            }
            Kind::Answer => {
                self.answers.retain(|row| row.endpoint != endpoint || row.name != name);
                self.answers.push(AnswerRow { endpoint, name, decision });
            }
        }
    }

    /// Fills every place of its kind that is still empty.
    fn fill(&mut self, row: &Row) {
        let decision = &row.decision;
        match row.kind {
            Kind::Endpoint => self.endpoints.iter_mut().for_each(|slot| fill(slot, decision)),
            Kind::Query => {
                for param in PARAMS {
                    self.params.entry((param.endpoint, param.name)).or_insert_with(|| Arc::clone(decision));
                }
            }
            Kind::Field => {
                for tree in &mut self.fields {
                    if tree.decision().is_none() {
                        tree.insert("*", Arc::clone(decision));
                    }
                }
            }
            Kind::Header => {
                for endpoint in Endpoint::ALL {
                    self.headers.entry((*endpoint, row.name.clone())).or_insert_with(|| Arc::clone(decision));
                }
            }
            Kind::Answer => {
                for endpoint in Endpoint::ALL {
                    let (endpoint, name) = (*endpoint, row.name.clone());
                    if !self.answers.iter().any(|row| row.endpoint == endpoint && row.name == name) {
                        self.answers.push(AnswerRow { endpoint, name, decision: Arc::clone(decision) });
                    }
                }
            }
        }
    }

    /// What no row decides, one sentence for each operation.
    fn missing(&self) -> Vec<String> {
        let mut messages = Vec::new();
        let mut nowhere = Vec::new();
        for (endpoint, (decision, tree)) in Endpoint::ALL.iter().zip(self.endpoints.iter().zip(&self.fields)) {
            let name = endpoint.name();
            let Some(decision) = decision else {
                nowhere.push(name);
                continue;
            };
            if decision.support.refuses() && decision.unsupported != Unsupported::Forward {
                continue;
            }
            let undecided = |list: Vec<&str>, kind: &str| {
                (!list.is_empty()).then(|| format!("no [[{kind}]] row decides these of {name}: {}", list.join(", ")))
            };
            let names = params(*endpoint).iter().map(|param| param.name);
            let names = names.filter(|name| !self.params.contains_key(&(*endpoint, name)));
            messages.extend(undecided(names.collect(), "query"));
            let fields = field_paths(*endpoint).into_iter().map(|(path, _)| path);
            let fields: Vec<String> = fields.filter(|path| tree.decide(path).is_none()).collect();
            messages.extend(undecided(fields.iter().map(String::as_str).collect(), "field"));
        }
        if !nowhere.is_empty() {
            messages.insert(0, format!("no [[endpoint]] row decides these: {}", nowhere.join(", ")));
        }
        messages
    }

    fn let_everything_pass(&self) -> bool {
        let passes = |decision: &Arc<Decision>| decision.passes_all();
        self.endpoints.iter().flatten().all(passes)
            && self.params.values().all(passes)
            && self.fields.iter().flat_map(FieldTree::rows).all(|(_, decision)| passes(decision))
            && self.headers.values().all(passes)
    }
}

fn fill(slot: &mut Option<Arc<Decision>>, decision: &Arc<Decision>) {
    if slot.is_none() {
        *slot = Some(Arc::clone(decision));
    }
}

/// Two rows of one file about the same thing contradict each other, even if
/// they say the same: a reader would change one and miss the other.
fn report_repeated(document: &Document<'_>, rows: &[Row]) {
    let mut seen: HashMap<(Kind, Option<Endpoint>, &str), usize> = HashMap::new();
    for row in rows {
        match seen.entry((row.kind, row.endpoint, &row.name)) {
            Entry::Vacant(entry) => {
                entry.insert(row.span.start);
            }
            Entry::Occupied(entry) => {
                let (line, _) = document.place(*entry.get());
                let what = [row.endpoint.map_or("*", Endpoint::name), &row.name].join(" ");
                let message = format!("{} {} has a row already, in line {line}", row.kind.word(), what.trim_end());
                document.problem(&row.span, message);
            }
        }
    }
}

/// Everything that is wrong with a policy file, or with several.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Invalid(pub Vec<Problem>);
