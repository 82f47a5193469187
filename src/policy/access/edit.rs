//! What an access policy changes in a call that it permits.

use std::borrow::Cow;

use super::amount::shown;
use crate::docker::json::{Json, parse, short};
use crate::docker::version::ApiVersion;
use crate::policy::facts::{CallPlace, Limit};

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub(super) place: CallPlace,
    pub(super) change: Change,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// The value there becomes this one.
    Value(Json<'static>),
    /// This name gets this value in the object there.
    Member(String, String),
    /// This option takes the place of the like ones in the list there.
    Option(&'static str, &'static str),
    /// So much of it.
    Amount(Limit, i64),
}

/// Period of the CPU quotas that are written, in microseconds: the kernel's default.
const PERIOD: i64 = 100_000;
/// The version from which on CPUs are written in billionths.
const NANO_CPUS: ApiVersion = ApiVersion::new(25);

/// Makes the changes. `query` is the query that is sent; the body is made if there is none.
pub fn apply(edits: &[Edit], body: &mut Json<'_>, query: &mut Vec<(String, String)>, version: ApiVersion) {
    for edit in edits {
        match edit.place {
            CallPlace::Body(path) => edit.to_body(body, path, version),
            CallPlace::Query(name) => edit.to_query(query, name),
        }
    }
}

impl Edit {
    /// This name gets this value in the object there.
    pub(in crate::policy) fn member(place: CallPlace, name: &str, value: &str) -> Self {
        Self { place, change: Change::Member(name.to_owned(), value.to_owned()) }
    }

    /// Where it stands: a path of the body, or a query parameter.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        match self.place {
            CallPlace::Body(path) | CallPlace::Query(path) => path,
        }
    }

    /// What is put there, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.change {
            Change::Value(value) => short(value),
            Change::Member(name, value) => format!("{name}={value}"),
            Change::Option(_, option) => (*option).to_owned(),
            Change::Amount(limit, amount) => shown(*limit, *amount),
        }
    }

    fn to_body(&self, body: &mut Json<'_>, path: &str, version: ApiVersion) {
        match &self.change {
            Change::Amount(Limit::Cpus, nano) if version < NANO_CPUS && path == "HostConfig.NanoCpus" => {
                at(body, "HostConfig.CpuPeriod", |value| *value = PERIOD.into());
                at(body, "HostConfig.CpuQuota", |value| *value = quota(*nano).into());
            }
            Change::Amount(_, amount) => at(body, path, |value| *value = (*amount).into()),
            Change::Value(new) => at(body, path, |value| *value = new.clone()),
            Change::Member(name, text) => at(body, path, |value| {
                if value.as_object().is_none() {
                    *value = Json::Object(Vec::new());
                }
                value.set(name, text.clone());
            }),
            Change::Option(name, option) => at(body, path, |value| {
                let mut items = match std::mem::replace(value, Json::Null) {
                    Json::Array(items) => items,
                    Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => Vec::new(),
                };
                items.retain(|item| !item.as_str().is_some_and(|text| text.starts_with(name)));
                items.push(Json::from(*option));
                *value = Json::Array(items);
            }),
        }
    }

    fn to_query(&self, query: &mut Vec<(String, String)>, name: &str) {
        match &self.change {
            Change::Amount(Limit::Cpus, nano) => {
                put(query, "cpuperiod", PERIOD.to_string());
                put(query, "cpuquota", quota(*nano).to_string());
            }
            Change::Amount(_, amount) => put(query, name, amount.to_string()),
            Change::Value(value) => {
                put(query, name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
            Change::Member(key, text) => {
                let old =
                    query.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone()).unwrap_or_default();
                // What was judged was JSON; nothing is an object without members.
                let mut json = parse(old.as_bytes()).map_or(Json::Null, Json::into_owned);
                if json.as_object().is_none() {
                    json = Json::Object(Vec::new());
                }
                json.set(key, text.clone());
                put(query, name, json.to_string());
            }
            Change::Option(_, option) => put(query, name, (*option).to_owned()),
        }
    }
}

/// Lets `change` have the value at a path, with objects made on the way where there are none.
fn at(json: &mut Json<'_>, path: &str, change: impl FnOnce(&mut Json<'_>)) {
    if json.as_object().is_none() {
        *json = Json::Object(Vec::new());
    }
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if json.get(name).is_none()
        && let Some(members) = json.as_object_mut()
    {
        members.push((Cow::Owned(name.to_owned()), Json::Null));
    }
    let Some(value) = json.get_mut(name) else { return };
    match rest {
        Some(rest) => at(value, rest, change),
        None => change(value),
    }
}

/// Sets a parameter, in the place of all of its name.
pub(in crate::policy) fn put(query: &mut Vec<(String, String)>, name: &str, value: String) {
    query.retain(|(given, _)| given != name);
    query.push((name.to_owned(), value));
}

fn quota(nano: i64) -> i64 {
    (nano / (1_000_000_000 / PERIOD)).max(1_000)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn edited(body: &str, place: CallPlace, change: Change, version: u8) -> String {
        let mut json = if body.is_empty() { Json::Null } else { parse(body.as_bytes()).unwrap() };
        apply(&[Edit { place, change }], &mut json, &mut Vec::new(), ApiVersion::new(version));
        json.to_string()
    }

    #[test]
    fn a_value_is_set_wherever_its_object_is_or_is_not() {
        let user = || Change::Value("1000".into());
        for body in ["", "{}", r#"{"User":"root"}"#, r#"{"User":null}"#] {
            assert_eq!(edited(body, CallPlace::Body("User"), user(), 41), r#"{"User":"1000"}"#, "{body}");
        }
        let place = CallPlace::Body("HostConfig.ReadonlyRootfs");
        for body in ["{}", r#"{"HostConfig":null}"#, r#"{"HostConfig":{"ReadonlyRootfs":false}}"#] {
            let expected = r#"{"HostConfig":{"ReadonlyRootfs":true}}"#;
            assert_eq!(edited(body, place, Change::Value(true.into()), 41), expected, "{body}");
        }
    }

    #[test]
    fn labels_join_those_that_are_there() {
        let label = || Change::Member("owner".into(), "ci".into());
        let place = CallPlace::Body("Labels");
        assert_eq!(edited(r#"{"Labels":null}"#, place, label(), 41), r#"{"Labels":{"owner":"ci"}}"#);
        let both = r#"{"Labels":{"a":"b","owner":"ci"}}"#;
        assert_eq!(edited(r#"{"Labels":{"a":"b","owner":"me"}}"#, place, label(), 41), both);
        let mut query = vec![("labels".to_owned(), r#"{"a":"b"}"#.to_owned())];
        let edit = Edit { place: CallPlace::Query("labels"), change: label() };
        apply(&[edit], &mut Json::Null, &mut query, ApiVersion::NEWEST);
        assert_eq!(query, [("labels".to_owned(), r#"{"a":"b","owner":"ci"}"#.to_owned())]);
    }

    #[test]
    fn an_option_takes_the_place_of_what_contradicts_it() {
        let option = || Change::Option("no-new-privileges", "no-new-privileges=true");
        let place = CallPlace::Body("HostConfig.SecurityOpt");
        let body = r#"{"HostConfig":{"SecurityOpt":["seccomp=x","no-new-privileges:false"]}}"#;
        let expected = r#"{"HostConfig":{"SecurityOpt":["seccomp=x","no-new-privileges=true"]}}"#;
        assert_eq!(edited(body, place, option(), 41), expected);
    }

    #[test]
    fn cpus_are_written_as_the_version_reads_them() {
        let cpus = || Change::Amount(Limit::Cpus, 1_500_000_000);
        let place = CallPlace::Body("HostConfig.NanoCpus");
        assert_eq!(edited("{}", place, cpus(), 25), r#"{"HostConfig":{"NanoCpus":1500000000}}"#);
        assert_eq!(edited("{}", place, cpus(), 24), r#"{"HostConfig":{"CpuPeriod":100000,"CpuQuota":150000}}"#);
        let mut query = Vec::new();
        apply(
            &[Edit { place: CallPlace::Query("cpuquota"), change: cpus() }],
            &mut Json::Null,
            &mut query,
            ApiVersion::NEWEST,
        );
        assert_eq!(query, [("cpuperiod".into(), "100000".into()), ("cpuquota".to_owned(), "150000".to_owned())]);
    }
}
