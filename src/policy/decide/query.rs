//! Judging the query.

use super::trace::{Effect, Step, Witness};
use super::{Fate, Judge, READING, Subject};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::{Json, parse, short};
use crate::docker::params::{Param, ParamKind, param, params};
use crate::docker::schema;
use crate::policy::Point;
use crate::policy::flag::flag;
use crate::policy::near::did_you_mean;
use crate::policy::profile::Unknown;

impl<W: Witness> Judge<'_, '_, W> {
    pub(super) fn query(&mut self) {
        let endpoint = self.question.endpoint;
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut changed = false;
        for (name, value) in &self.question.target.query {
            let fate = match param(endpoint, name) {
                Some(param) => self.param(param, value),
                None => self.unknown_param(endpoint, name, value),
            };
            match fate {
                Fate::Stays => pairs.push((name.clone(), value.clone())),
                Fate::Goes => changed = true,
                Fate::Becomes(new) => {
                    changed = true;
                    pairs.push((name.clone(), new.as_str().unwrap_or(value).to_owned()));
                }
            }
        }
        if changed {
            let mut target = self.question.target.clone();
            target.query = pairs;
            self.permit.target = Some(target);
        }
    }

    fn param(&mut self, param: &Param, value: &str) -> Fate {
        if !is_used(param, value) {
            return Fate::Stays;
        }
        let profile = &self.policy.profile;
        let Some(decision) = profile.param(param) else { return Fate::Stays };
        let subject = Subject {
            kind: "query",
            name: &format!("{} {}", param.endpoint.name(), param.name),
            path: param.name,
            flag: flag(param.endpoint, param.name),
        };
        let value = Json::from(value);
        let shown = if is_secret(param) { String::new() } else { short(&value) };
        self.weigh(&decision, &subject, &value, &shown, &Json::Null)
    }

    fn unknown_param(&mut self, endpoint: Endpoint, name: &str, value: &str) -> Fate {
        if self.policy.profile.unknown == Unknown::Forward {
            return Fate::Stays;
        }
        if is_clutter(endpoint, name) {
            let reason = "clients send it, and no daemon ever read it";
            self.witness.step(|| Step::reading(READING, name, value, Effect::Dropped, reason));
            return Fate::Goes;
        }
        let offer = did_you_mean(name, params(endpoint).iter().map(|param| param.name));
        let reason = format!("{} has no such query parameter in any API version{offer}", endpoint.name());
        self.witness.step(|| Step::reading(READING, name, value, Effect::Refused, &reason));
        self.points.push(Point {
            path: name.to_owned(),
            value: short(&Json::from(value)),
            reason,
            rule: format!("{READING}: unknown query parameter"),
            ..Point::default()
        });
        Fate::Stays
    }
}

/// True if a call with this value asks for anything. Clients send many
/// parameters with the value that holds anyway.
fn is_used(param: &Param, value: &str) -> bool {
    let default = match (param.endpoint, param.name) {
        (Endpoint::ContainerLogs, "tail") => "all",
        (Endpoint::ContainerWait, "condition") => "not-running",
        (Endpoint::ImageBuild, "networkmode") => "default",
        (Endpoint::ImageBuild, "dockerfile") => "Dockerfile",
        (Endpoint::ImageBuild, "rm" | "version") => "1",
        _ => "",
    };
    if value.is_empty() || value == default {
        return false;
    }
    match param.kind {
        ParamKind::Bool => !matches!(value.trim().to_ascii_lowercase().as_str(), "" | "0" | "no" | "false" | "none"),
        ParamKind::Int => value != "0",
        ParamKind::Str | ParamKind::List => true,
        ParamKind::Json => match parse(value.as_bytes()) {
            Ok(Json::Null) => false,
            Ok(Json::Array(items)) => !items.is_empty(),
            Ok(Json::Object(members)) => !members.is_empty(),
            Ok(Json::Bool(_) | Json::Number(_) | Json::String(_)) | Err(_) => true,
        },
    }
}

/// Build arguments hold passwords and tokens, whatever their documentation says.
fn is_secret(param: &Param) -> bool {
    param.name == "buildargs"
}

/// Parameters that well-known clients send and no daemon has ever read: those of
/// docker-py, and dockerode's habit of putting its options into the query as well.
/// They are not passed on, so that they can mean nothing to the backend either.
fn is_clutter(endpoint: Endpoint, name: &str) -> bool {
    match (endpoint, name) {
        (Endpoint::ContainerList, "trunc_cmd") | (Endpoint::ImageList, "only_ids" | "viz") => true,
        (Endpoint::ContainerAttach, "hijack") => true,
        (Endpoint::ContainerCreate, name) => {
            schema::field(&format!("Config.{name}")).is_some() || matches!(name, "HostConfig" | "NetworkingConfig")
        }
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn used(endpoint: Endpoint, name: &str, value: &str) -> bool {
        is_used(param(endpoint, name).unwrap(), value)
    }

    #[test]
    fn parameters_with_the_value_that_holds_anyway_ask_for_nothing() {
        for (endpoint, name, value) in [
            (Endpoint::ContainerCreate, "platform", ""),
            (Endpoint::ContainerLogs, "tail", "all"),
            (Endpoint::ContainerLogs, "details", "False"),
            (Endpoint::ImageBuild, "networkmode", "default"),
            (Endpoint::ImageBuild, "ulimits", "null"),
            (Endpoint::ImageBuild, "cachefrom", "[]"),
            (Endpoint::ImageBuild, "memory", "0"),
        ] {
            assert!(!used(endpoint, name, value), "{name}={value}");
        }
    }

    #[test]
    fn other_values_are_used() {
        for (endpoint, name, value) in [
            (Endpoint::ContainerCreate, "platform", "linux/arm64"),
            (Endpoint::ContainerLogs, "details", "off"),
            (Endpoint::ImageBuild, "version", "2"),
            (Endpoint::ImageBuild, "ulimits", "not json"),
        ] {
            assert!(used(endpoint, name, value), "{name}={value}");
        }
    }
}
