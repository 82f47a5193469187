//! `[[redact]]`: what answers must not show to a role.

use std::sync::Arc;

use super::pattern::Glob;
use super::role::RoleSet;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::{Json, short};
use crate::docker::query::Query;
use crate::docker::redact::{Carries, Hides, Things, carries};
use crate::policy::Point;
use crate::policy::near::{did_you_mean, end};

/// A rule that hides something.
#[derive(Clone, Debug)]
pub(super) struct RedactRule {
    pub(super) name: String,
    /// Where it stands, such as `team.toml:12`.
    pub(super) place: String,
    /// Whom it is for; `None` is everyone.
    pub(super) roles: Option<RoleSet>,
    pub(super) hide: Hide,
}

impl RedactRule {
    pub(super) fn is_for(&self, roles: &RoleSet) -> bool {
        self.roles.as_ref().is_none_or(|wanted| wanted.meets(roles))
    }

    /// True if the answers of an operation can hold what it hides.
    pub(super) fn concerns(&self, endpoint: Endpoint) -> bool {
        self.hide.things.meets(carries(endpoint).things())
    }
}

/// What a rule hides.
#[derive(Clone, Debug, Default)]
pub(super) struct Hide {
    things: Things,
    env: Names,
    labels: Names,
    /// As it was written.
    pub(super) words: Vec<String>,
}

/// Names of variables or labels: these, and none of those behind `!`.
#[derive(Clone, Debug, Default)]
struct Names {
    wanted: Vec<Glob>,
    except: Vec<Glob>,
}

const WORDS: [&str; 3] = ["env", "labels", "mounts"];

impl Hide {
    /// Adds a word: `env`, `labels`, `mounts`, `env:GLOB`, `labels:GLOB`, and `!` before the last two.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        let (bare, wanted) = text.strip_prefix('!').map_or((text, true), |bare| (bare, false));
        let (word, pattern) = bare.split_once(':').map_or((bare, None), |(word, pattern)| (word, Some(pattern)));
        let (names, thing) = match word {
            "env" => (&mut self.env, Things { env: true, ..Things::NONE }),
            "labels" => (&mut self.labels, Things { labels: true, ..Things::NONE }),
            "mounts" if pattern.is_none() && wanted => {
                self.things.mounts = true;
                self.words.push(text.to_owned());
                return Ok(());
            }
            "mounts" => {
                return Err("\"mounts\" hides the sources of all mounts: there is no pattern for some".to_owned());
            }
            _ => {
                let offer = did_you_mean(word, WORDS);
                return Err(format!(
                    "{word:?} is nothing that can be hidden{} There are: env, labels, mounts, env:NAME and \
                     labels:NAME, where NAME may have * in it",
                    end(&offer)
                ));
            }
        };
        if !wanted && pattern.is_none() {
            return Err(format!("{text:?} would take out everything: name some, as in \"!{word}:NAME\""));
        }
        let glob = any_case(pattern.unwrap_or("*"))?;
        if wanted {
            self.things = self.things.or(thing);
            names.wanted.push(glob);
        } else {
            names.except.push(glob);
        }
        self.words.push(text.to_owned());
        Ok(())
    }

    /// True if there is nothing that it hides.
    pub(super) fn is_empty(&self) -> bool {
        self.things == Things::NONE
    }
}

/// A pattern for names in small letters and capitals: one that misses `db_password` hides too little.
fn any_case(pattern: &str) -> Result<Glob, String> {
    match pattern.strip_prefix("re:") {
        Some(regex) => Glob::new(&format!("re:(?i){regex}"), false),
        None => Glob::new(&pattern.to_ascii_lowercase(), false),
    }
}

impl Names {
    fn has(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(&name));
        any(&self.wanted) && !any(&self.except)
    }
}

/// What the answer to one call must not show. By default it may show everything.
#[derive(Clone, Debug, Default)]
pub struct Redaction(Vec<Arc<RedactRule>>);

impl Redaction {
    pub(super) fn new(rules: Vec<Arc<RedactRule>>) -> Self {
        Self(rules)
    }

    /// True if nothing is hidden: the answer passes unread.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is hidden, as the rules have it.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|rule| rule.hide.words.iter().map(String::as_str))
    }

    /// The filter by which a value that is hidden could be tried: that of a label, the source of a mount.
    fn guess(&self, query: &Query<'_>) -> Option<String> {
        let filters = query.get("filters")?.json.as_ref()?.as_object()?;
        let tries = |name: &str, values: &Json<'_>| {
            let of_label = |text: &str| text.split_once('=').is_some_and(|(label, _)| self.label(label));
            let keys = values.as_object().unwrap_or_default().iter().map(|(key, _)| key.as_ref());
            let by_label = LABEL_FILTERS.contains(&name) && values.strings().chain(keys).any(of_label);
            by_label || name == "volume" && self.things().mounts
        };
        let (name, _) = filters.iter().find(|(name, values)| tries(name, values))?;
        Some(format!("filters[\"{name}\"]"))
    }

    /// The rules: name, place, what is hidden.
    pub(in crate::policy) fn rules(&self) -> impl Iterator<Item = (&str, &str, String)> {
        self.0.iter().map(|rule| (rule.name.as_str(), rule.place.as_str(), rule.hide.words.join(", ")))
    }

    /// The reason why a call cannot be permitted: its answer would hold what is hidden in a form in which
    /// nothing can be hidden, or tells by its length.
    pub(super) fn sealed(&self, endpoint: Endpoint, query: &Query<'_>, cite: impl Fn(&str) -> String) -> Option<Point> {
        let rule = self.0.first()?;
        let row = endpoint.row();
        let mut point = Point { rule: cite(&rule.name), ..Point::default() };
        let words = rule.hide.words.join(", ");
        match carries(endpoint) {
            Carries::Sealed(_) => {
                point.path = format!("{} {}", row.method.as_str(), row.pattern);
                point.reason = format!("the answer would show what this rule hides ({words}), and cannot be redacted");
            }
            Carries::SealedBy { parameter, except, .. } => {
                let given = query.get(parameter).filter(|given| given.is_used() && !except.contains(&&*given.value))?;
                point.path = given.param.name.to_owned();
                point.value = short(&given.value.as_ref().into());
                point.reason =
                    format!("with this the answer can show what this rule hides ({words}), and cannot be redacted");
                "leave it out".clone_into(&mut point.instead);
            }
            Carries::Json(_) | Carries::Records(_) => {
                point.path = self.guess(query)?;
                point.reason = format!("whoever may filter by what this rule hides ({words}) can guess it");
            }
            Carries::Nothing => return None,
        }
        Some(point)
    }
}

/// Filters over labels.
const LABEL_FILTERS: [&str; 3] = ["label", "label!", "node.label"];

/// Rules are compared by where they stand: two policies are never mixed.
impl PartialEq for Redaction {
    fn eq(&self, other: &Self) -> bool {
        self.rules().eq(other.rules())
    }
}

impl Eq for Redaction {}

impl Hides for Redaction {
    fn things(&self) -> Things {
        self.0.iter().fold(Things::NONE, |things, rule| things.or(rule.hide.things))
    }

    fn env(&self, name: &str) -> bool {
        self.0.iter().any(|rule| rule.hide.env.has(name))
    }

    fn label(&self, name: &str) -> bool {
        self.0.iter().any(|rule| rule.hide.labels.has(name))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::docker::target::Target;
    use crate::docker::version::ApiVersion;
    use crate::identity::{Certificate, Evidence, Identity};
    use crate::policy::access::Access;
    use crate::policy::access::load::from_text;
    use crate::policy::facts::Facts;

    fn policy(rules: &str) -> Access {
        let text =
            format!("name = \"team\"\n[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n{rules}");
        from_text("team.toml", &text, None).unwrap_or_else(|error| panic!("{error}"))
    }

    fn problems(hide: &str) -> String {
        let text = format!("name = \"team\"\n[[redact]]\nname = \"r\"\nhide = {hide}\n");
        from_text("team.toml", &text, None).unwrap_err().to_string()
    }

    fn hidden(access: &Access, identity: &Identity, endpoint: Endpoint) -> Redaction {
        access.judge(&access.caller(identity), endpoint, &Facts::default()).unwrap().redaction
    }

    #[test]
    fn names_are_globs_in_any_case_and_may_be_taken_out() {
        let access = policy(
            "[[redact]]\nname = \"r\"\nhide = [\"env:*PASS*\", \"env:re:tok.n\", \"!env:PASSAGE\", \"labels:com.acme.*\"]\n",
        );
        let redaction = hidden(&access, &Identity::nobody(), Endpoint::ContainerInspect);
        for (name, expected) in
            [("DB_PASSWORD", true), ("db_password", true), ("PASSAGE", false), ("TOKEN", true), ("HOME", false)]
        {
            assert_eq!(redaction.env(name), expected, "{name}");
        }
        assert!(redaction.label("com.acme.team") && redaction.label("COM.ACME.x") && !redaction.label("com.other"));
        assert_eq!(redaction.things(), Things { mounts: false, ..Things::ALL });
    }

    #[test]
    fn a_rule_is_for_its_roles_and_rules_add_up() {
        let access = policy(
            "[[identity]]\ncommon_name = \"ann\"\nroles = [\"look\", \"more\"]\n[[identity]]\nanyone_else = true\nrole = \"more\"\n\
             [[redact]]\nname = \"a\"\nrole = \"look\"\nhide = \"env\"\n[[redact]]\nname = \"b\"\nrole = \"more\"\nhide = \"mounts\"\n",
        );
        let certificate = Certificate { common_names: vec!["ann".into()], ..Certificate::default() };
        let ann = Identity { evidence: Evidence::Certificate(certificate), address: None };
        let words = |identity: &Identity, endpoint| {
            hidden(&access, identity, endpoint).words().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(words(&ann, Endpoint::ContainerInspect), ["env", "mounts"]);
        assert_eq!(words(&Identity::nobody(), Endpoint::ContainerInspect), ["mounts"]);
        // Where the answer has nothing of it, nothing is done.
        assert_eq!(words(&ann, Endpoint::ImageInspect), ["env"]);
        assert!(words(&ann, Endpoint::NetworkList).is_empty() && words(&ann, Endpoint::ContainerStats).is_empty());
    }

    #[test]
    fn what_cannot_be_redacted_is_not_answered() {
        let access = policy("[[redact]]\nname = \"r\"\nhide = \"env\"\n");
        let sealed = |endpoint, target: &str| {
            let target = Target::parse(target).unwrap();
            let query = crate::docker::query::read(endpoint, &target, ApiVersion::NEWEST).unwrap();
            let redaction = hidden(&access, &Identity::nobody(), endpoint);
            redaction.sealed(endpoint, &query, str::to_owned).map(|point| point.path)
        };
        assert_eq!(sealed(Endpoint::ImageGet, "/images/a/get").unwrap(), "GET /images/{image}/get");
        assert_eq!(sealed(Endpoint::ContainerTop, "/containers/a/top?ps_args=auxe").unwrap(), "ps_args");
        assert_eq!(sealed(Endpoint::ContainerTop, "/containers/a/top?ps_args=-ef"), None);
        assert_eq!(sealed(Endpoint::ContainerTop, "/containers/a/top"), None);
        assert_eq!(sealed(Endpoint::ContainerLogs, "/containers/a/logs?stdout=1&details=true").unwrap(), "details");
        assert_eq!(sealed(Endpoint::ContainerLogs, "/containers/a/logs?stdout=1&details=0"), None);
        assert_eq!(sealed(Endpoint::ContainerInspect, "/containers/a/json"), None);
    }

    #[test]
    fn what_is_hidden_cannot_be_guessed_by_filters() {
        let access = policy("[[redact]]\nname = \"r\"\nhide = [\"labels:com.acme.*\", \"mounts\"]\n");
        let sealed = |endpoint, filters: &str| {
            let target = Target { version: None, path: "/x".into(), query: vec![("filters".into(), filters.into())] };
            let query = crate::docker::query::read(endpoint, &target, ApiVersion::NEWEST).unwrap();
            let redaction = hidden(&access, &Identity::nobody(), endpoint);
            redaction.sealed(endpoint, &query, str::to_owned).map(|point| point.path)
        };
        for filters in [
            r#"{"label":["com.acme.x=1"]}"#,
            r#"{"status":{"running":true},"label":{"a":true,"com.acme.x=1":true}}"#,
            r#"{"volume":["/srv"]}"#,
        ] {
            assert!(sealed(Endpoint::ContainerList, filters).is_some(), "{filters}");
            assert!(sealed(Endpoint::SystemEvents, filters).is_some(), "{filters}");
        }
        for filters in [r#"{"label":["com.acme.x"]}"#, r#"{"label":["org.x=1"]}"#, r#"{"status":["running"]}"#, "{}"] {
            assert_eq!(sealed(Endpoint::ContainerList, filters), None, "{filters}");
        }
    }

    #[test]
    fn words_that_hide_nothing_are_told_with_their_place() {
        for (hide, problem) in [
            (
                "[\"env\", \"lables\"]",
                "team.toml:4:16: \"lables\" is nothing that can be hidden; did you mean \"labels\"?",
            ),
            (
                "[\"environment\"]",
                "team.toml:4:9: \"environment\" is nothing that can be hidden; did you mean \"env\"?",
            ),
            ("[\"mounts:/srv\"]", "team.toml:4:9: \"mounts\" hides the sources of all mounts"),
            ("[\"env\", \"!env\"]", "team.toml:4:16: \"!env\" would take out everything"),
            ("[\"labels:\"]", "team.toml:4:9: a pattern must not be empty"),
            ("[\"labels:re:(\"]", "team.toml:4:9: the regex does not compile"),
            ("[\"!env:X\"]", "team.toml:2:1: a redact rule without something to hide does nothing"),
            ("[]", "team.toml:2:1: a redact rule without something to hide does nothing"),
            ("3", "team.toml:4:8: hide must be a string or a list of strings, not integer"),
        ] {
            let told = problems(hide);
            assert!(told.contains(problem), "{hide}: {told}");
        }
    }
}
