//! `vicgate doctor`: asks the backend what it is, and says which clients and
//! operations will work through the gateway, be translated or be refused, and why.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::serve::ServeArgs;
use super::{EXIT_CONFIG, EXIT_FAILED, EXIT_UNREACHABLE, auto, check, fail, out};
use crate::backend::{About, Backend, Kind};
use crate::docker::bridge::{self, Ask, Host, Range, Repair, Repairs};
use crate::docker::endpoint::Endpoint;
use crate::docker::version::ApiVersion;
use crate::middleware::Negotiator;
use crate::policy::{Profile, Support, load};
use crate::settings::Settings;

/// Prints the report.
#[must_use]
pub fn run(args: &ServeArgs) -> ExitCode {
    let settings = match Settings::load(&args.flags()) {
        Ok(settings) => settings,
        Err(error) => return fail(EXIT_CONFIG, &error),
    };
    if let Err(problems) = check::problems(&settings) {
        return fail(EXIT_CONFIG, &problems.join("\n"));
    }
    let said = match Backend::new(&settings.backend) {
        Ok(backend) => auto::inquire(&backend),
        Err(error) => return fail(EXIT_CONFIG, &error),
    };
    let about = match said {
        Ok(Some(about)) => about,
        Ok(None) => {
            let text = format!("{} answers, but does not say which API versions it speaks", settings.backend.url);
            return fail(EXIT_FAILED, &text);
        }
        Err(error) => return fail(EXIT_UNREACHABLE, &error),
    };
    let name = auto::profile(&settings.policy.profile, &about);
    match load::profile(name, settings.policy.dir.as_deref()) {
        Ok(profile) => {
            out(&report(&settings, &about, &profile));
            ExitCode::SUCCESS
        }
        Err(invalid) => fail(EXIT_CONFIG, &invalid),
    }
}

fn report(settings: &Settings, about: &About, profile: &Profile) -> String {
    let mut text = format!("backend {}\n  {}, API {} to {}", settings.backend.url, called(about), about.min, about.max);
    if !about.platform.is_empty() {
        let _ = write!(text, ", {}", about.platform);
    }
    let _ = writeln!(text, "\nprofile {}\n  {}", profile.name, profile.title);
    if let Some(warning) = mismatch(about, profile) {
        let _ = writeln!(text, "  warning: {warning}");
    }
    let Some(range) = Negotiator::new(settings.api).range(Some(about), profile) else { return text };
    let repairs = if settings.api.translate { profile.repairs() } else { Repairs::NONE };
    let host = Host { repairs, ..Host::default() };
    for repair in Repair::ALL.iter().filter(|repair| host.repairs.has(**repair)) {
        let _ = writeln!(text, "  mends {}: {}", repair.name(), repair.what());
    }
    let _ = writeln!(text, "\nclients: API {} to {} is offered", range.min, range.max);
    for client in CLIENTS {
        let _ = writeln!(text, "  {:28} {}", client.name, client.fate(&range));
    }
    operations(&mut text, &range, &host, profile);
    text
}

fn called(about: &About) -> String {
    let name = match about.kind {
        // VIC writes its release there.
        Kind::Vic => return about.driver.clone(),
        Kind::Podman => "Podman",
        Kind::Engine => "Docker Engine",
    };
    format!("{name} {}", about.version).trim_end().to_owned()
}

/// What goes wrong when a profile is not about the backend.
fn mismatch(about: &About, profile: &Profile) -> Option<String> {
    let is_of_vic = profile.name.starts_with("vic");
    match about.kind {
        Kind::Vic if profile.name == "engine" => {
            Some("what VIC would ignore is not refused; use --profile vic-1.5 (or auto)".to_owned())
        }
        Kind::Engine | Kind::Podman if is_of_vic => {
            Some("what this backend could do is refused as VIC's lack; use --profile engine (or auto)".to_owned())
        }
        Kind::Vic | Kind::Engine | Kind::Podman => None,
    }
}

/// A client, and the API versions that it can be brought to speak.
struct Client {
    name: &'static str,
    /// The oldest that it accepts; `None` takes any.
    least: Option<u8>,
    most: u8,
}

/// From the clients' sources and recorded sessions.
const CLIENTS: &[Client] = &[
    Client { name: "docker CLI 29.3 and later", least: Some(40), most: 54 },
    Client { name: "docker CLI 29.0 to 29.2", least: Some(44), most: 52 },
    Client { name: "docker CLI 28", least: None, most: 50 },
    Client { name: "docker CLI 20.10", least: None, most: 41 },
    Client { name: "docker-compose 1.29", least: Some(21), most: 41 },
    Client { name: "docker-py 7", least: Some(24), most: 44 },
    Client { name: "docker-py 1.10", least: Some(24), most: 24 },
    Client { name: "docker-py 1.2", least: Some(18), most: 18 },
    Client { name: "bollard, aiodocker", least: None, most: 52 },
    Client { name: "dockerode (names no version)", least: None, most: u8::MAX },
];

impl Client {
    fn fate(&self, range: &Range) -> String {
        let least = ApiVersion::new(self.least.unwrap_or(0)).max(range.min);
        let speaks = ApiVersion::new(self.most).min(range.max);
        if speaks < least {
            let wanted = if range.max < least { least } else { ApiVersion::new(self.most) };
            return format!("refused: it needs API {wanted}");
        }
        let sent = range.backend(speaks);
        if sent == speaks {
            format!("works: API {speaks}, as it is")
        } else {
            format!("works: API {speaks}, translated to {sent}")
        }
    }
}

/// What becomes of each operation of the newest version that is offered.
fn operations(text: &mut String, range: &Range, host: &Host, profile: &Profile) {
    let newest = range.max;
    let of_newest = Endpoint::ALL.iter().copied().filter(|endpoint| endpoint.row().is_in(newest));
    let (mut as_is, mut changed, mut unsure, mut refused) = (0, Vec::new(), Vec::new(), Vec::new());
    for endpoint in of_newest {
        let row = endpoint.row();
        let decision = profile.endpoint(endpoint);
        let backend = range.backend(newest);
        if decision.support.refuses() && !decision.passes_all() {
            refused.push((endpoint, decision.reason.clone()));
        } else if !row.is_in(backend) {
            refused.push((endpoint, format!("needs API {}, this backend speaks {backend}", row.first)));
        } else if decision.support == Support::Maybe {
            unsure.push(endpoint);
        } else if bridge::changes(&Ask { endpoint, client: newest, backend, host }) {
            changed.push(endpoint);
        } else {
            as_is += 1;
        }
    }
    let _ = writeln!(text, "\noperations of API {newest}\n  {as_is} pass as they are");
    list(text, "are translated or mended", &changed);
    list(text, "pass, and are refused if the backend says it lacks them", &unsure);
    let _ = writeln!(text, "  {} are refused:", refused.len());
    for (endpoint, reason) in refused {
        let row = endpoint.row();
        let _ = writeln!(text, "    {:26} {} {}\n      {reason}", row.name, row.method.as_str(), row.pattern);
    }
}

fn list(text: &mut String, what: &str, endpoints: &[Endpoint]) {
    if endpoints.is_empty() {
        return;
    }
    let _ = write!(text, "  {} {what}:", endpoints.len());
    let mut width = usize::MAX;
    for endpoint in endpoints {
        if width > 90 {
            text.push_str("\n   ");
            width = 3;
        }
        let _ = write!(text, " {}", endpoint.name());
        width += endpoint.name().len() + 1;
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(client: &str, low: u8, high: u8) -> String {
        let range = Range::new(ApiVersion::new(low), ApiVersion::new(high), None, None);
        let found = CLIENTS.iter().find(|known| known.name.starts_with(client));
        found.map_or_else(String::new, |client| client.fate(&range))
    }

    #[test]
    fn a_client_works_as_it_is_or_translated() {
        assert_eq!(fate("docker CLI 20.10", 12, 41), "works: API 1.41, as it is");
        assert_eq!(fate("docker CLI 28", 19, 25), "works: API 1.50, translated to 1.25");
        assert_eq!(fate("docker-py 1.2", 44, 52), "works: API 1.18, translated to 1.44");
        assert_eq!(fate("dockerode", 12, 41), "works: API 1.52, translated to 1.41");
    }

    #[test]
    fn a_client_that_insists_on_what_is_not_offered_is_refused() {
        let range = Range {
            min: ApiVersion::new(24),
            max: ApiVersion::new(25),
            backend_min: ApiVersion::new(19),
            backend_max: ApiVersion::new(25),
        };
        let fates: Vec<_> = CLIENTS.iter().map(|client| client.fate(&range)).collect();
        assert_eq!(fates.first().map(String::as_str), Some("refused: it needs API 1.40"));
        assert!(fates.iter().any(|fate| fate == "refused: it needs API 1.18"), "{fates:?}");
    }
}
