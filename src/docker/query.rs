//! The query of an operation, read as the daemon reads it: each parameter known,
//! given once unless the daemon reads a list, JSON values by the same reader as
//! bodies.

use std::borrow::Cow;
use std::fmt;

use super::endpoint::Endpoint;
use super::json::{self, Json};
use super::params::{Param, ParamKind, param};
use super::schema::{self, QueryType, SchemaErrors};
use super::secret;
use super::target::Target;
use super::version::ApiVersion;

/// Reads the query of `target` for an operation.
///
/// # Errors
/// All at once: a parameter given twice that the daemon reads once, a number
/// that is none, control characters, JSON values that are not JSON or not of the
/// type that the daemon decodes.
pub fn read(endpoint: Endpoint, target: &Target, version: ApiVersion) -> Result<Query<'_>, QueryErrors> {
    let mut query = Query { given: Vec::new(), unknown: Vec::new() };
    let mut errors = Vec::new();
    for (name, value) in &target.query {
        let Some(param) = param(endpoint, name) else {
            if !is_ignored(endpoint, name) {
                query.unknown.push((name, value));
            }
            continue;
        };
        let repeated = query.given.iter().any(|given| given.param.name == param.name);
        if repeated && param.kind != ParamKind::List {
            errors.push(QueryError::new(name, value, "is given twice: the daemon reads only the first"));
            continue;
        }
        match read_value(param, value, version) {
            Ok(given) => query.given.push(given),
            Err(reason) => errors.push(QueryError::new(name, value, reason)),
        }
    }
    if errors.is_empty() { Ok(query) } else { Err(QueryErrors(errors)) }
}

/// A query that was read.
#[derive(Debug)]
pub struct Query<'t> {
    given: Vec<Given<'t>>,
    unknown: Vec<(&'t str, &'t str)>,
}

/// A parameter that a call gives.
#[derive(Debug)]
pub struct Given<'t> {
    /// Its row in the table.
    pub param: &'static Param,
    /// Its value; a JSON value in canonical spelling.
    pub value: Cow<'t, str>,
    /// The value, where the parameter is JSON and not empty.
    pub json: Option<Json<'t>>,
    /// True if the API version of the call does not have the parameter.
    pub outside: bool,
}

impl<'t> Query<'t> {
    /// The parameters of the operation that the call gives, in the order in which they came.
    #[must_use]
    pub fn given(&self) -> &[Given<'t>] {
        &self.given
    }

    /// Those whose value counts as a use.
    pub fn used(&self) -> impl Iterator<Item = &Given<'t>> {
        self.given.iter().filter(|given| given.is_used())
    }

    /// The first value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Given<'t>> {
        self.given.iter().find(|given| given.param.name == name)
    }

    /// Name and value of parameters that the operation has in no version. No daemon
    /// that we know reads them.
    #[must_use]
    pub fn unknown(&self) -> &[(&'t str, &'t str)] {
        &self.unknown
    }

    /// True if the [pairs](Self::pairs) to send are these, which nearly all are.
    #[must_use]
    pub fn is_sent_as(&self, pairs: &[(String, String)], with_unknown: bool) -> bool {
        let unknown = self.unknown.iter().copied().filter(|_| with_unknown);
        let given = self.given.iter().map(|given| (given.param.name, &*given.value));
        given.chain(unknown).eq(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// The pairs to send, for [`Target::query`]; with the unknown ones, if they are to be forwarded.
    #[must_use]
    pub fn pairs(&self, with_unknown: bool) -> Vec<(String, String)> {
        let unknown = self.unknown.iter().filter(|_| with_unknown);
        let given = self.given.iter().map(|given| (given.param.name.to_owned(), given.value.clone().into_owned()));
        given.chain(unknown.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    }
}

impl Given<'_> {
    /// The truth value that the daemon reads.
    #[must_use]
    pub fn is_true(&self) -> bool {
        is_true(&self.value)
    }

    /// True if the value differs from the neutral ones.
    #[must_use]
    pub fn is_used(&self) -> bool {
        let neutral = match self.param.kind {
            ParamKind::Bool => !self.is_true(),
            ParamKind::Json => matches!(&*self.value, "" | "{}" | "[]" | "null"),
            ParamKind::Int | ParamKind::Str | ParamKind::List => self.value.is_empty(),
        };
        !neutral && !self.param.neutral.contains(&&*self.value)
    }
}

/// One thing that is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// The parameter.
    pub name: String,
    /// Its value, cut short and without secrets.
    pub value: String,
    /// What is wrong.
    pub reason: String,
}

/// Everything that is wrong with a query; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct QueryErrors(pub Vec<QueryError>);

impl QueryError {
    fn new(name: &str, value: &str, reason: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: secret::shown(name, &Json::from(value)), reason: reason.into() }
    }
}

impl fmt::Display for QueryErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}the query parameter {} = {} {}", error.name, error.value, error.reason)?;
        }
        Ok(())
    }
}

/// A truth value as every daemon reads it: all but these few words is true.
#[must_use]
pub fn is_true(value: &str) -> bool {
    let value = value.trim();
    !["", "0", "no", "false", "none"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn read_value<'t>(param: &'static Param, value: &'t str, version: ApiVersion) -> Result<Given<'t>, String> {
    let mut given = Given { param, value: Cow::Borrowed(value), json: None, outside: !param.is_in(version) };
    match param.kind {
        ParamKind::Int => {
            if !value.is_empty() && value.parse::<i64>().is_err() && value.parse::<u64>().is_err() {
                return Err("is not an integer".to_owned());
            }
            if value.starts_with('+') {
                return Err("must be written without +".to_owned());
            }
        }
        ParamKind::Json => {
            if !value.is_empty() {
                let json = read_json(param, value, version)?;
                given.value = Cow::Owned(json.to_string());
                given.json = Some(json);
            }
        }
        ParamKind::Bool | ParamKind::Str | ParamKind::List => {
            // Messages may have lines; everything else is a name, a path or an instruction.
            let is_text = matches!(param.name, "comment" | "message" | "author");
            if !is_text && value.chars().any(char::is_control) {
                return Err("must not contain control characters".to_owned());
            }
        }
    }
    Ok(given)
}

fn read_json<'t>(param: &Param, value: &'t str, version: ApiVersion) -> Result<Json<'t>, String> {
    let json = json::parse(value.as_bytes()).map_err(|error| error.to_string())?;
    match schema::query_type(param.name) {
        QueryType::Filters => check_filters(&json).map(|()| json).map_err(str::to_owned),
        QueryType::Of(ty) => match schema::read(ty, json, version) {
            Ok(body) if body.unknown().is_empty() => Ok(body.into_json()),
            Ok(body) => {
                let paths: Vec<&str> = body.unknown().iter().map(|unknown| &*unknown.path).collect();
                Err(format!("has fields that no API version has: {}", paths.join(", ")))
            }
            // What stands within it is as secret as the whole.
            Err(SchemaErrors(errors)) if secret::is_secret(param.name) => {
                Err(errors.iter().map(|error| error.reason.as_str()).collect::<Vec<_>>().join("; "))
            }
            Err(errors) => Err(errors.to_string()),
        },
    }
}

/// Filters are `{"name":{"value":true}}` and, of old clients, `{"name":["value"]}`;
/// daemons read the one or the other, never a mixture.
fn check_filters(json: &Json<'_>) -> Result<(), &'static str> {
    let Json::Object(filters) = json else {
        return if json.is_null() { Ok(()) } else { Err("must be an object of filters") };
    };
    let all = |is_valid: fn(&Json<'_>) -> bool| filters.iter().all(|(_, values)| is_valid(values));
    let is_map =
        |values: &Json<'_>| values.as_object().is_some_and(|all| all.iter().all(|(_, on)| on.as_bool().is_some()));
    let is_list =
        |values: &Json<'_>| values.as_array().is_some_and(|all| all.iter().all(|item| item.as_str().is_some()));
    if all(is_map) || all(is_list) {
        return Ok(());
    }
    Err("must have all filters as objects of true or false, or all as lists of strings")
}

fn is_ignored(endpoint: Endpoint, name: &str) -> bool {
    IGNORED.contains(&(endpoint, name)) || (REPEATED.contains(&endpoint) && schema::body_has_field(endpoint, name))
}

/// Parameters that real clients give and no daemon reads: docker-py, also from
/// compose, and dockerode. They are left out of what is sent.
const IGNORED: &[(Endpoint, &str)] =
    &[(Endpoint::ContainerList, "trunc_cmd"), (Endpoint::ImageList, "only_ids"), (Endpoint::ContainerAttach, "hijack")];

/// Operations whose body dockerode repeats in the query.
const REPEATED: [Endpoint; 3] = [Endpoint::ContainerCreate, Endpoint::NetworkCreate, Endpoint::VolumeCreate];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
