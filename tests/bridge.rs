//! The bridge between API versions against golden files: for each version step
//! and each repair a call or an answer before and after.
//!
//! `tests/golden/1.44-request-up/ContainerCreate.mac.in.json` is a call of a client
//! of 1.43 to a backend of 1.44; `.out.json` beside it is what is sent. `UPDATE=1 cargo test --test bridge` writes
//! the second anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use vicgate::docker::bridge::{self, After, Ask, Host, How, Outcome, Repair, Repairs, STEPS, When};
use vicgate::docker::endpoint::Endpoint;
use vicgate::docker::json::{self, Json};
use vicgate::docker::schema;
use vicgate::docker::target::Target;
use vicgate::docker::version::ApiVersion;

#[test]
fn calls_and_answers_are_rewritten_as_the_golden_files_say() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let got = pretty(&case.run());
        if update {
            std::fs::write(&case.out, &got).unwrap();
        } else if std::fs::read_to_string(&case.out).ok().as_deref() != Some(&got) {
            wrong.push(format!("{}:\n{got}", case.out.display()));
        }
    }
    assert!(wrong.is_empty(), "run with UPDATE=1 if this is right:\n{}", wrong.join("\n"));
}

#[test]
fn every_step_with_a_function_has_a_golden_file() {
    let there: BTreeSet<(String, Endpoint)> = cases().iter().map(|case| (case.step.clone(), case.endpoint)).collect();
    let mut missing = Vec::new();
    for step in STEPS {
        let part = match step.how {
            How::Request(_) => "request",
            How::Answer(_) => "answer",
            How::Fields | How::Params | How::Operation | How::Elsewhere(_) | How::Never(_) => continue,
        };
        let folder = match step.when {
            When::Up(version) | When::Client(version) => format!("{version}-{part}-up"),
            When::Down(version) | When::Backend(version) => format!("{version}-{part}-down"),
            When::Repair(repair) => format!("repair-{}-{part}", repair.name()),
        };
        for endpoint in step.endpoints {
            if !there.contains(&(folder.clone(), *endpoint)) {
                missing.push(format!("row {}: {folder}/{}.in.json", step.id, endpoint.name()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn no_golden_file_is_left_over() {
    let outs: BTreeSet<PathBuf> = cases().into_iter().map(|case| case.out).collect();
    for path in files(&golden()) {
        let name = path.to_str().unwrap();
        assert!(name.ends_with(".in.json") || outs.contains(&path), "{name}");
    }
}

/// One file with what is put in.
struct Case {
    step: String,
    endpoint: Endpoint,
    input: Value,
    out: PathBuf,
    client: ApiVersion,
    backend: ApiVersion,
    host: Host,
}

impl Case {
    fn read(path: &Path) -> Self {
        let name = path.file_name().unwrap().to_str().unwrap();
        let step = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        let endpoint = Endpoint::from_name(name.split('.').next().unwrap()).unwrap_or_else(|| panic!("{path:?}"));
        let input: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let out = path.with_file_name(name.replace(".in.json", ".out.json"));
        let mut host = Host { platform: "linux/amd64".to_owned(), cgroup_v1: true, repairs: Repairs::NONE };
        let version = |name: &str| input[name].as_str().map(|text| text.parse().unwrap());
        let (client, backend) = match step.split_once('-') {
            Some(("repair", rest)) => {
                let name = rest.rsplit_once('-').unwrap().0;
                host.repairs = host.repairs.with(Repair::from_name(name).unwrap_or_else(|| panic!("{name}")));
                (ApiVersion::new(25), ApiVersion::new(25))
            }
            Some(("through", _)) => {
                if input["vic"].as_bool() == Some(true) {
                    host.repairs = Repairs::all();
                }
                (version("client").unwrap(), version("backend").unwrap())
            }
            Some((at, way)) => {
                let new: ApiVersion = at.parse().unwrap();
                let old = ApiVersion::new(new.minor() - 1);
                if way.ends_with("up") { (old, new) } else { (new, old) }
            }
            None => panic!("{path:?}"),
        };
        Self { step, endpoint, input, out, client, backend, host }
    }

    fn run(&self) -> Value {
        let ask = Ask { endpoint: self.endpoint, client: self.client, backend: self.backend, host: &self.host };
        if self.step.contains("request") { self.request(&ask) } else { self.answer(&ask) }
    }

    fn request(&self, ask: &Ask<'_>) -> Value {
        let target = format!("/v{}{}", self.client, self.input["target"].as_str().unwrap());
        let mut target = Target::parse(&target).unwrap();
        let text = self.input.get("body").map(Value::to_string);
        let mut body = text.as_ref().map(|text| {
            let mut json = json::parse(text.as_bytes()).unwrap();
            bridge::lift(self.endpoint, self.client, &mut json);
            schema::read(schema::body(self.endpoint).unwrap(), json, self.client).unwrap().json().clone()
        });
        let edits = match bridge::request(ask, &mut target, body.as_mut()) {
            Ok(edits) => edits,
            Err(problems) => {
                let problems: Vec<Value> = problems
                    .into_iter()
                    .map(|problem| json!({"path": problem.path, "value": problem.value, "reason": problem.reason}))
                    .collect();
                return json!({ "problems": problems });
            }
        };
        let mut out = Map::new();
        out.insert("endpoint".into(), edits.endpoint.name().into());
        out.insert("target".into(), target.to_wire(Some(self.backend)).into());
        let body = if edits.drop_body { None } else { body };
        if let Some(body) = edits.body.or_else(|| body.map(Json::into_owned)) {
            out.insert("body".into(), value(&body));
        }
        if !edits.after.is_empty() {
            out.insert("after".into(), edits.after.iter().map(after).collect());
        }
        if !edits.notes.is_empty() {
            out.insert("notes".into(), edits.notes.iter().map(|note| json!([note.path, note.text])).collect());
        }
        Value::Object(out)
    }

    fn answer(&self, ask: &Ask<'_>) -> Value {
        let text = self.input.get("body").unwrap_or(&self.input).to_string();
        let mut json = json::parse(text.as_bytes()).unwrap();
        assert!(bridge::wants_answer(ask, &[]), "{}", self.out.display());
        match bridge::answer(ask, &[], &mut json) {
            Outcome::Keep => value(&json),
            Outcome::Drop => "dropped".into(),
            Outcome::NotFound => "not found".into(),
        }
    }
}

fn after(after: &After) -> Value {
    if let After::Connect { network, body } = after {
        return json!({"connect": network, "body": value(body)});
    }
    format!("{after:?}").into()
}

fn value(json: &Json<'_>) -> Value {
    serde_json::from_slice(&json.to_vec()).unwrap()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn cases() -> Vec<Case> {
    let all = files(&golden());
    all.iter().filter(|path| path.to_str().unwrap().ends_with(".in.json")).map(|path| Case::read(path)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
