//! `vicgate explain`: the verdict on one call, rule by rule, and what would be sent.

use std::io::Read;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use http::HeaderMap;

use super::{EXIT_CONFIG, EXIT_REFUSED, EXIT_USAGE, fail, out, who};
use crate::docker::endpoint::{Endpoint, Method, Routed};
use crate::docker::json::{Json, parse};
use crate::docker::params::param;
use crate::docker::secret;
use crate::docker::target::Target;
use crate::identity::Identity;
use crate::policy::decide::{Effect, Step, explain, needs_body};
use crate::policy::own::Known;
use crate::policy::{Permit, Policy, Question, Verdict, load};

/// Flags of `explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// The profile: a name (vic, vic-1.5, vic-early, engine) or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "vic")]
    pub profile: String,
    /// The access policy: a name or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub access: Option<String>,
    /// Who asks: the common name of a certificate, uid:N or uid:N,gid:N
    #[arg(long = "as", value_name = "NAME", conflicts_with = "certificate")]
    pub identity: Option<String>,
    /// Who asks: the holder of the certificate in this file
    #[arg(long = "as-cert", value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Where they connect from, for policies that restrict addresses
    #[arg(long = "from", value_name = "ADDRESS")]
    pub from: Option<IpAddr>,
    /// Folder whose policies win over the built-in ones of the same name
    #[arg(long, value_name = "FOLDER")]
    pub policy_dir: Option<PathBuf>,
    /// Show values of the environment, build arguments and passwords in the target and the body
    #[arg(long)]
    pub show_secrets: bool,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// File with the request body; - is standard input
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,
    /// The request's method
    #[arg(value_parser = method)]
    pub method: Method,
    /// The request's target, as in /v1.25/containers/create?name=web
    pub target: String,
}

/// How the verdict is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines, for reading
    #[default]
    Text,
    /// One JSON value, for programs
    Json,
}

/// Prints the verdict. The exit code says it as well.
#[must_use]
pub fn run(args: &ExplainArgs) -> ExitCode {
    let body = match args.body.as_deref().map(read_body).transpose() {
        Ok(body) => body,
        Err(problem) => return fail(EXIT_USAGE, &problem),
    };
    let policy = match load::policy(&args.profile, args.access.as_deref(), args.policy_dir.as_deref()) {
        Ok(policy) => policy,
        Err(invalid) => return fail(EXIT_CONFIG, &invalid),
    };
    let identity = match who::identity(args.identity.as_deref(), args.certificate.as_deref(), args.from) {
        Ok(identity) => identity,
        Err((code, problem)) => return fail(code, &problem),
    };
    let report = report(args, &policy, &identity, body.as_deref());
    out(&match args.format {
        Format::Text => report.text(),
        Format::Json => report.json(),
    });
    if report.is_refused() { ExitCode::from(EXIT_REFUSED) } else { ExitCode::SUCCESS }
}

/// What there is to say of a call.
struct Report<'a> {
    call: String,
    /// Who asks, and as what; where an access policy judges that.
    who: Option<String>,
    profile: &'a str,
    endpoint: Option<Endpoint>,
    steps: Vec<Step>,
    outcome: Outcome,
}

enum Outcome {
    /// It goes on, with this target and body.
    Sent { target: String, body: Sent, permit: Box<Permit> },
    /// It ends here.
    Refused { status: u16, message: String },
}

/// The body that is sent.
enum Sent {
    /// As it comes, unread.
    Unread,
    Nothing,
    Bytes(Vec<u8>),
}

fn report<'a>(args: &'a ExplainArgs, policy: &'a Policy, identity: &Identity, body: Option<&[u8]>) -> Report<'a> {
    let who = policy.access.as_ref().map(|access| who::describe(identity, &access.caller(identity).role_names));
    let shown = |endpoint: Option<Endpoint>, target: &str| {
        let is_known = |name: &str| endpoint.is_some_and(|endpoint| param(endpoint, name).is_some());
        if args.show_secrets { target.to_owned() } else { secret::target(target, is_known) }
    };
    let refused = |status, message: String| Report {
        call: format!("{} {}", args.method.as_str(), shown(None, &args.target)),
        who: who.clone(),
        profile: &policy.profile.name,
        endpoint: None,
        steps: Vec::new(),
        outcome: Outcome::Refused { status, message },
    };
    let target = match Target::parse(&args.target) {
        Ok(target) => target,
        Err(error) => return refused(400, error.to_string()),
    };
    let endpoint = match target.route(args.method) {
        Routed::To { endpoint, .. } => endpoint,
        Routed::WrongMethod => return refused(404, "no operation of the API has this path with this method".into()),
        Routed::Unknown => return refused(404, "no operation of the API has this path".into()),
    };
    let headers = HeaderMap::new();
    let (verdict, steps) = explain(
        policy,
        &Question { endpoint, target: &target, identity, headers: &headers, body, known: &Known::assumed(Vec::new()) },
    );
    let outcome = match verdict {
        Verdict::Refuse(refusal) => Outcome::Refused { status: refusal.status.as_u16(), message: refusal.message() },
        Verdict::Permit(permit) => {
            let sent = permit.target.as_ref().unwrap_or(&target);
            let body = match &permit.body {
                Some(body) if args.show_secrets => Sent::Bytes(body.clone()),
                Some(body) => Sent::Bytes(scrubbed(body)),
                None if body.is_none() || needs_body(policy, endpoint, &target) => Sent::Nothing,
                None => Sent::Unread,
            };
            Outcome::Sent { target: shown(Some(endpoint), &sent.to_wire(sent.version)), body, permit: Box::new(permit) }
        }
    };
    let call = format!("{} {}", args.method.as_str(), shown(Some(endpoint), &args.target));
    Report { call, who, profile: &policy.profile.name, endpoint: Some(endpoint), steps, outcome }
}

impl Report<'_> {
    const fn is_refused(&self) -> bool {
        matches!(self.outcome, Outcome::Refused { .. })
    }

    fn text(&self) -> String {
        let mut text = self.call.clone();
        if let Some(endpoint) = self.endpoint {
            text.push_str(&format!("  ({}, profile {})", endpoint.name(), self.profile));
        }
        if let Some(who) = &self.who {
            text.push_str(&format!("\nas {who}"));
        }
        text.push_str("\n\nrules that spoke:\n");
        for step in &self.steps {
            text.push_str(&step_text(step));
        }
        match &self.outcome {
            Outcome::Refused { status, message } => {
                text.push_str(&format!("\nverdict: refused with {status}\n{message}\n"))
            }
            Outcome::Sent { target, body, permit } => {
                text.push_str(&format!("\nverdict: permitted\ntarget sent: {target}\n"));
                for header in &permit.without_headers {
                    text.push_str(&format!("header left out: {header}\n"));
                }
                for warning in &permit.warnings {
                    text.push_str(&format!("warning: {warning}\n"));
                }
                match body {
                    Sent::Unread => text.push_str("body sent: as it comes, unread\n"),
                    Sent::Nothing => text.push_str("body sent: none\n"),
                    Sent::Bytes(bytes) => text.push_str(&format!("body sent:\n{}\n", String::from_utf8_lossy(bytes))),
                }
            }
        }
        text
    }

    fn json(&self) -> String {
        let mut members = vec![
            ("call", Json::from(self.call.clone())),
            ("who", self.who.clone().map_or(Json::Null, Json::from)),
            ("profile", Json::from(self.profile.to_owned())),
            ("endpoint", self.endpoint.map_or(Json::Null, |endpoint| Json::from(endpoint.name()))),
            ("rules", Json::Array(self.steps.iter().map(step_json).collect())),
        ];
        match &self.outcome {
            Outcome::Refused { status, message } => members.extend([
                ("verdict", Json::from("refused")),
                ("status", Json::from(i64::from(*status))),
                ("message", Json::from(message.clone())),
            ]),
            Outcome::Sent { target, body, permit } => {
                let body = match body {
                    Sent::Unread | Sent::Nothing => Json::Null,
                    // It was written by us, so that it can be read.
                    Sent::Bytes(bytes) => parse(bytes).map_or(Json::Null, Json::into_owned),
                };
                members.extend([
                    ("verdict", Json::from("permitted")),
                    ("target", Json::from(target.clone())),
                    ("body", body),
                    ("warnings", Json::Array(permit.warnings.iter().cloned().map(Json::from).collect())),
                ]);
            }
        }
        format!("{}\n", object(members))
    }
}

/// A body as a report shows it: people paste reports.
fn scrubbed(body: &[u8]) -> Vec<u8> {
    // It was written by us, so that it can be read.
    let Ok(mut json) = parse(body) else { return Vec::new() };
    secret::scrub(&mut json);
    json.to_vec()
}

fn step_text(step: &Step) -> String {
    let value = if step.value.is_empty() { String::new() } else { format!(" = {}", step.value) };
    let mut text = format!("  {:9} {}{value}\n", step.effect.word(), step.path);
    let place = if step.place.is_empty() { String::new() } else { format!(" ({})", step.place) };
    let says = if step.says.is_empty() { String::new() } else { format!(": {}", step.says) };
    text.push_str(&format!("            [{}]{says}{place}\n", step.rule));
    if let Effect::Rewritten(value) = &step.effect {
        text.push_str(&format!("            sent as {value}\n"));
    }
    if !step.reason.is_empty() {
        text.push_str(&format!("            {}\n", step.reason));
    }
    text
}

fn step_json(step: &Step) -> Json<'static> {
    let becomes = match &step.effect {
        Effect::Rewritten(value) => Json::from(value.clone()),
        Effect::Passes | Effect::Refused | Effect::Dropped | Effect::Forwarded => Json::Null,
    };
    object(vec![
        ("rule", Json::from(step.rule.clone())),
        ("place", Json::from(step.place.clone())),
        ("says", Json::from(step.says.clone())),
        ("path", Json::from(step.path.clone())),
        ("value", Json::from(step.value.clone())),
        ("effect", Json::from(step.effect.word())),
        ("becomes", becomes),
        ("reason", Json::from(step.reason.clone())),
    ])
}

fn object(members: Vec<(&'static str, Json<'static>)>) -> Json<'static> {
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn method(text: &str) -> Result<Method, String> {
    let upper = text.to_ascii_uppercase();
    Method::from_name(&upper).ok_or_else(|| "the API is called with GET, HEAD, POST, PUT and DELETE".to_owned())
}

fn read_body(path: &std::path::Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map(|_| bytes).map_err(|error| format!("cannot read the body from {}: {error}", path.display()))
}
