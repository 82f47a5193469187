use std::collections::HashSet;

use super::*;
use crate::docker::json::parse;
use crate::docker::schema::STRUCTS;
use crate::docker::version::ApiVersion;
use crate::policy::facts::{self, KindSet};

#[test]
fn every_field_of_every_body_is_a_fact_or_says_why_it_is_harmless() {
    let mut rows = HashSet::new();
    for (owner, fields) in table::TABLE {
        for (name, _) in *fields {
            assert!(rows.insert(format!("{owner}.{name}")), "{owner}.{name} is there twice");
        }
    }
    let fields: HashSet<String> = STRUCTS.iter().flat_map(|schema| schema.fields).map(Field::key).collect();
    let undecided: Vec<&String> = fields.difference(&rows).collect();
    let gone: Vec<&String> = rows.difference(&fields).collect();
    assert!(undecided.is_empty(), "decide these in fields/table.rs: {undecided:?}");
    assert!(gone.is_empty(), "these fields are gone: {gone:?}");
}

/// Values with which a field says something, where a plain one does not.
const SAMPLES: &[(&str, &str)] = &[
    ("Config.Volumes", r#"{"/a:/b":{}}"#),
    ("Config.PortSpecs", r#"["8080:80"]"#),
    ("Config.Healthcheck", r#"{"Test":["CMD","x"]}"#),
    ("ContainerSpec.Healthcheck", r#"{"Test":["CMD","x"]}"#),
    ("Healthcheck.Test", r#"["CMD","x"]"#),
    ("HostConfig.Binds", r#"["/a:/b"]"#),
    ("HostConfig.PortBindings", r#"{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"80"}]}"#),
    ("HostConfig.OomScoreAdj", "-5"),
    ("ContainerSpec.OomScoreAdj", "-5"),
    ("HostConfig.LxcConf", r#"[{"Key":"a","Value":"b"}]"#),
    ("HostConfig.SecurityOpt", r#"["seccomp=unconfined"]"#),
    ("Mount.Type", r#""bind""#),
    ("DeviceRequest.Driver", r#""cdi""#),
    ("DeviceRequest.DeviceIDs", r#"["vendor.com/gpu=0"]"#),
    ("ResourceRequirements.SwapBytes", "9"),
    ("PluginPrivilege.Name", r#""mount""#),
    ("SeccompOpts.Mode", r#""custom""#),
    ("PortConfig.PublishedPort", "80"),
    ("TaskSpec.Runtime", r#""plugin""#),
    ("BuildOutput.Type", r#""local""#),
];

/// The sibling that must go before a field can say anything.
const INSTEAD_OF: &[(&str, &str)] = &[
    ("HostConfig.CpuQuota", "NanoCpus"),
    ("HostConfig.CpuPeriod", "NanoCpus"),
    ("UpdateConfig.CpuQuota", "NanoCpus"),
    ("UpdateConfig.CpuPeriod", "NanoCpus"),
    ("DeviceRequest.Capabilities", "DeviceIDs"),
    ("Mount.ReadOnly", "BindOptions"),
    ("SeccompOpts.Profile", "Mode"),
    ("SeccompOpts.Mode", "Profile"),
];

#[test]
fn every_field_that_is_no_harmless_one_changes_the_facts() {
    let mut wrong = Vec::new();
    for endpoint in Endpoint::ALL {
        let Some(ty) = schema::body(*endpoint) else { continue };
        let mut places = Vec::new();
        let full = sample(ty, true, "", &mut places);
        for (path, key, reads) in places {
            let mut with = full.clone();
            if let Some((_, other)) = INSTEAD_OF.iter().find(|(of, _)| *of == key) {
                let parent = path.rsplit_once('.').map_or(String::new(), |(parent, _)| format!("{parent}."));
                with = without(*endpoint, &with, &format!("{parent}{other}"));
            }
            let rest = without(*endpoint, &with, &path);
            let changes = said(*endpoint, &with) != said(*endpoint, &rest);
            if changes != reads {
                wrong.push(format!("{} {path} ({key}): {changes}", endpoint.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A body in which every field says something, and where each field stands: path, key,
/// and whether it is to be a fact.
fn sample(ty: &'static Type, reads: bool, at: &str, places: &mut Vec<(String, String, bool)>) -> Json<'static> {
    match ty {
        Type::Bool => true.into(),
        Type::Int(..) | Type::Float => 7.into(),
        Type::Str | Type::Text | Type::Unset | Type::Any => "x".into(),
        Type::Size => Json::Array(vec![1.into(), 2.into()]),
        Type::Strings => Json::Array(vec!["x".into()]),
        Type::List(item) => Json::Array(vec![sample(item, reads, &format!("{at}[0]"), places)]),
        Type::Map(item) => {
            let value = sample(item, reads, &format!("{at}[\"x\"]"), places);
            Json::Object(vec![("x".into(), value)])
        }
        Type::Struct(schema) => {
            let members = schema.all_fields().map(|field| {
                let path = if at.is_empty() { field.name.to_owned() } else { format!("{at}.{}", field.name) };
                let reads = reads && !matches!(reading(field), Reading::Harmless(_));
                places.push((path.clone(), field.key(), reads));
                let value = match SAMPLES.iter().find(|(key, _)| *key == field.key()) {
                    Some((_, text)) => parse(text.as_bytes()).unwrap(),
                    None => sample(&field.ty, reads, &path, places),
                };
                (field.name.into(), value)
            });
            Json::Object(members.collect())
        }
    }
}

fn without(endpoint: Endpoint, json: &Json<'static>, path: &str) -> Json<'static> {
    let mut body = schema::read(schema::body(endpoint).unwrap(), json.clone(), ApiVersion::NEWEST).unwrap();
    assert!(body.remove(path).is_some(), "{} {path}", endpoint.name());
    body.into_json().into_owned()
}

/// What the facts of a body say, without the values as they were sent.
fn said(endpoint: Endpoint, json: &Json<'static>) -> String {
    let body = schema::read(schema::body(endpoint).unwrap(), json.clone(), ApiVersion::NEWEST).unwrap();
    let facts = facts::read(endpoint, "", None, Some(&body), KindSet::ALL);
    let each = facts.facts.iter().map(|fact| format!("{:?} {:?} {:?}", fact.kind, fact.value, fact.grant));
    format!("{:?} {:?}", each.collect::<Vec<_>>(), facts.limits)
}
