//! Examples that a policy brings along: who calls what, and what comes of it.

use super::{Access, Redaction, apply, put};
use crate::docker::endpoint::{Endpoint, Method, Routed};
use crate::docker::json::{Json, parse};
use crate::docker::target::Target;
use crate::docker::version::ApiVersion;
use crate::docker::{query, schema};
use crate::identity::{Certificate, Evidence, Identity};
use crate::policy::document::{At, Section};
use crate::policy::facts;
use crate::policy::own::{self, Asked, Change, Known};

/// One example.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Its line in the file.
    pub line: usize,
    identity: Identity,
    /// Method and target, such as `GET /v1.41/info`.
    calls: Vec<String>,
    body: String,
    permitted: bool,
    /// The rule that decides, if the example says so.
    rule: Option<String>,
    /// What is refused, if the example says so: paths of points.
    refused: Vec<String>,
    /// What the body that is sent must have, as JSON.
    sends: Option<String>,
    /// What the query that is sent must have.
    query: Vec<(String, String)>,
    /// What the answer must not show, if the example says so.
    hides: Option<Vec<String>>,
    /// Names of things that are somebody else's. Everything else that is named is the caller's.
    others: Vec<String>,
}

/// Reads a `[[case]]`.
pub(super) fn read(section: &Section<'_, '_>) -> Option<Case> {
    let document = section.document();
    let (line, _) = document.place(section.span.start);
    let name = section.required("name");
    let mut identity = Identity::nobody();
    if let Some(who) = section.table("as") {
        identity = read_identity(&who);
        who.finish();
    }
    let calls: Vec<String> = section
        .strings("call")
        .into_iter()
        .chain(section.strings("calls"))
        .filter_map(|At { value, span }| match route(value) {
            Ok(_) => Some(value.to_owned()),
            Err(problem) => {
                document.problem(&span, problem);
                None
            }
        })
        .collect();
    if calls.is_empty() && !section.has("call") && !section.has("calls") {
        document.problem(&section.span, "call is missing, such as call = \"GET /v1.41/info\"".to_owned());
    }
    let permitted = match section.required("expect") {
        Some(At { value: "permit", .. }) => Some(true),
        Some(At { value: "refuse", .. }) => Some(false),
        Some(At { span, .. }) => {
            document.problem(&span, "expect must be \"permit\" or \"refuse\"".to_owned());
            None
        }
        None => None,
    };
    let json = |key| {
        let At { value, span } = section.string(key)?;
        if let Err(error) = parse(value.as_bytes()) {
            document.problem(&span, format!("{key} is no JSON: {error}"));
        }
        Some(value.to_owned())
    };
    let body = section.string("body").map_or_else(String::new, |body| body.value.to_owned());
    let sends = json("sends");
    let query = section.table("query").map_or_else(Vec::new, |table| {
        let text = |value: &toml::de::DeValue<'_>| value.as_str().unwrap_or_default().to_owned();
        table.entries().map(|(At { value: name, .. }, value)| (name.to_owned(), text(value))).collect()
    });
    let hides = section.has("hides").then(|| section.strings("hides"));
    let case = Case {
        name: name?.value.to_owned(),
        line,
        identity,
        calls,
        body,
        permitted: permitted?,
        rule: section.string("rule").map(|rule| rule.value.to_owned()),
        refused: section.strings("refused").into_iter().map(|path| path.value.to_owned()).collect(),
        sends,
        query,
        hides: hides.map(|words| words.into_iter().map(|word| word.value.to_owned()).collect()),
        others: section.strings("others").into_iter().map(|name| name.value.to_owned()).collect(),
    };
    Some(case)
}

impl Case {
    /// How many calls the example makes.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// Judges its calls.
    ///
    /// # Errors
    /// What came out otherwise than it should.
    pub fn run(&self, access: &Access) -> Result<(), String> {
        self.calls
            .iter()
            .try_for_each(|call| self.run_one(access, call).map_err(|problem| format!("{call}: {problem}")))
    }

    fn run_one(&self, access: &Access, call: &str) -> Result<(), String> {
        let (endpoint, target) = route(call)?;
        let version = target.version.unwrap_or(ApiVersion::NEWEST);
        let query = query::read(endpoint, &target, version).map_err(|error| error.to_string())?;
        let body = match schema::body(endpoint) {
            Some(ty) if !self.body.trim().is_empty() => {
                let json = parse(self.body.as_bytes()).map_err(|error| format!("the body is no JSON: {error}"))?;
                Some(schema::read(ty, json, version).map_err(|error| error.to_string())?)
            }
            Some(_) | None => None,
        };
        let facts =
            facts::read(endpoint, target.name(endpoint), Some(&query), body.as_ref(), access.interest(endpoint));
        let known = Known::assumed(self.others.clone());
        let owner = access.owner(&self.identity).filter(|_| access.may_allow(endpoint, &self.identity));
        let references = own::references(owner.as_ref(), endpoint, &target, &query, body.as_ref());
        let rule = &format!("{}: owner", access.name);
        let asked = Asked {
            endpoint,
            version,
            query: &query,
            body: body.as_ref(),
            references: &references,
            known: &known,
            rule,
        };
        let judged = match owner.as_ref().and_then(|owner| own::gone(&asked, Some(owner))) {
            Some(end) => Err(end.into_points(rule)),
            None => access.judge(&access.caller(&self.identity), endpoint, &facts).and_then(|grant| {
                let sealed = access.sealed(endpoint, &query, &grant.redaction);
                sealed.map_or(Ok(grant), |point| Err(vec![point]))
            }),
        };
        let owned = match (&judged, &owner) {
            (Ok(_), Some(owner)) => own::judge(&asked, owner).map_err(|end| end.into_points(rule)),
            (_, _) => Ok(Change::default()),
        };
        match judged.and_then(|grant| Ok((grant, owned?))) {
            Err(points) => {
                let text: Vec<String> = points.iter().map(ToString::to_string).collect();
                if self.permitted {
                    return Err(format!("is refused:\n{}", text.join("\n")));
                }
                let missing = self.refused.iter().find(|path| !points.iter().any(|point| point.path == **path));
                if let Some(path) = missing {
                    return Err(format!("{path} is not among what is refused:\n{}", text.join("\n")));
                }
                let by_rule = |rule: &String| points.iter().any(|point| is_rule(&point.rule, rule));
                match &self.rule {
                    Some(rule) if !by_rule(rule) => {
                        Err(format!("not the rule \"{rule}\" decides:\n{}", text.join("\n")))
                    }
                    Some(_) | None => Ok(()),
                }
            }
            Ok((grant, _)) if !self.permitted => Err(format!("is permitted by [{}]", grant.rule)),
            Ok((grant, change)) => {
                if let Some(rule) = self.rule.as_ref().filter(|rule| !is_rule(&grant.rule, rule)) {
                    return Err(format!("is permitted by [{}], not by \"{rule}\"", grant.rule));
                }
                self.check_hidden(&grant.redaction)?;
                let mut pairs = query.pairs(false);
                let mut json = body.map_or(Json::Null, schema::Body::into_json);
                apply(&[grant.edits, change.edits].concat(), &mut json, &mut pairs, version);
                if let Some((name, value)) = change.query {
                    put(&mut pairs, name, value);
                }
                self.check_sent(&json, &pairs)
            }
        }
    }

    fn check_hidden(&self, redaction: &Redaction) -> Result<(), String> {
        let hidden: Vec<&str> = redaction.words().collect();
        match &self.hides {
            Some(wanted) if hidden != *wanted => Err(format!("the answer hides {hidden:?}, not {wanted:?}")),
            Some(_) | None => Ok(()),
        }
    }

    fn check_sent(&self, sent: &Json<'_>, pairs: &[(String, String)]) -> Result<(), String> {
        let wanted = self.sends.as_ref().and_then(|text| parse(text.as_bytes()).ok());
        if let Some(wanted) = wanted.filter(|wanted| !has(sent, wanted)) {
            return Err(format!("{sent} is sent, which has not {wanted}"));
        }
        let missing = self.query.iter().find(|pair| !pairs.contains(pair));
        missing.map_or(Ok(()), |(name, value)| Err(format!("the query {pairs:?} is sent, without {name}={value}")))
    }
}

/// True if everything in `wanted` is in `json` too. Lists must be the same.
fn has(json: &Json<'_>, wanted: &Json<'_>) -> bool {
    match (json.as_object(), wanted.as_object()) {
        (Some(_), Some(members)) => {
            members.iter().all(|(name, wanted)| json.get(name).is_some_and(|value| has(value, wanted)))
        }
        _ => json == wanted,
    }
}

fn is_rule(cited: &str, name: &str) -> bool {
    cited.split_once(": ").is_some_and(|(_, cited)| cited == name)
}

fn route(call: &str) -> Result<(Endpoint, Target), String> {
    let (method, target) = call.split_once(' ').ok_or("a call is METHOD TARGET, such as \"GET /v1.41/info\"")?;
    let method = Method::from_name(method).ok_or_else(|| format!("there is no method {method:?} in the API"))?;
    let target = Target::parse(target).map_err(|error| error.to_string())?;
    let endpoint = match target.route(method) {
        Routed::To { endpoint, .. } => endpoint,
        Routed::WrongMethod | Routed::Unknown => return Err(format!("no operation has {call:?}")),
    };
    Ok((endpoint, target))
}

fn read_identity(section: &Section<'_, '_>) -> Identity {
    let document = section.document();
    let texts = |key| section.strings(key).into_iter().map(|text| text.value.to_owned()).collect::<Vec<_>>();
    let certificate = Certificate {
        common_names: texts("common_name"),
        organisations: texts("organisation"),
        units: texts("unit"),
        dns_names: texts("dns"),
        uris: texts("uri"),
        emails: texts("email"),
        fingerprint: texts("fingerprint").into_iter().next().unwrap_or_default(),
    };
    let id = |key| {
        let At { value, span } = section.integer(key)?;
        let id = u32::try_from(value).ok();
        if id.is_none() {
            document.problem(&span, format!("{key} must be a number from 0 on"));
        }
        id
    };
    let (uid, gid) = (id("uid"), id("gid"));
    let address = section.string("address").and_then(|At { value, span }| {
        let address = value.parse().ok();
        if address.is_none() {
            document.problem(&span, format!("{value:?} is no address"));
        }
        Some(std::net::SocketAddr::new(address?, 0))
    });
    let evidence = match uid {
        Some(uid) => Evidence::UnixPeer { uid, gid: gid.unwrap_or(uid), pid: None },
        None if certificate == Certificate::default() => Evidence::Nobody,
        None => Evidence::Certificate(certificate),
    };
    Identity { evidence, address }
}
