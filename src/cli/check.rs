//! `vicgate check`: reads everything that `serve` would, and binds nothing.

use std::process::ExitCode;

use super::serve::ServeArgs;
use super::{EXIT_CONFIG, out};
use crate::backend::Backend;
use crate::net::server_tls;
use crate::observe::Audit;
use crate::policy::{Invalid, Problem, load};
use crate::settings::Settings;

/// Tells every problem, one a line, with file, line and column where it has them.
#[must_use]
pub fn run(args: &ServeArgs) -> ExitCode {
    let problems = match Settings::load(&args.flags()) {
        Ok(settings) => match problems(&settings) {
            Ok(summary) => {
                out(&summary);
                return ExitCode::SUCCESS;
            }
            Err(problems) => problems,
        },
        Err(error) => {
            let mut problems = error.0;
            // What the flags name can be read whatever the file says.
            if let Some(Err(invalid)) = args.profile.as_ref().map(|profile| load::profile(profile, None)) {
                problems.extend(invalid.0.iter().map(ToString::to_string));
            }
            problems
        }
    };
    for problem in &problems {
        eprintln!("{problem}");
    }
    ExitCode::from(EXIT_CONFIG)
}

/// One line for each thing that is fine, or one for each that is not.
pub(super) fn problems(settings: &Settings) -> Result<String, Vec<String>> {
    let mut summary = String::new();
    let mut problems = Vec::new();
    for listen in &settings.listen {
        match listen.tls.as_ref().map(server_tls) {
            None => summary.push_str(&format!("listener {}\n", listen.url)),
            Some(Ok(tls)) => {
                summary.push_str(&format!("listener {}\n", listen.url));
                if let Some(warning) = tls.warning() {
                    summary.push_str(&format!("  warning: {warning}\n"));
                }
            }
            Some(Err(errors)) => problems.extend(errors.iter().map(|error| {
                let place = settings.place_of(&error.path().to_string_lossy());
                format!("{place}cannot listen on {}: {error}", listen.url)
            })),
        }
    }
    match Backend::new(&settings.backend) {
        Ok(_) => summary.push_str(&format!("backend {}\n", settings.backend.url)),
        Err(error) => problems.extend(error.problems().map(|(file, problem)| {
            let place = file.map_or("", |file| settings.place_of(&file.to_string_lossy()));
            format!("{place}{problem}")
        })),
    }
    if let Some(path) = &settings.log.audit {
        match Audit::check(path) {
            Ok(()) => summary.push_str(&format!("audit log {}\n", path.display())),
            Err(problem) => problems.push(format!("{}{problem}", settings.place_of(&path.to_string_lossy()))),
        }
    }
    let told = |invalid: Invalid| invalid.0.into_iter().map(|problem| tell(settings, &problem)).collect::<Vec<_>>();
    let dir = settings.policy.dir.as_deref();
    if settings.policy.profile == "auto" {
        // `serve` asks the backend and takes one of these.
        for name in ["vic-1.5", "engine"] {
            if let Err(invalid) = load::profile(name, dir) {
                problems.extend(told(invalid));
            }
        }
        summary.push_str("profile auto: the backend will be asked what it is\n");
        return if problems.is_empty() { Ok(summary + "all is well\n") } else { Err(problems) };
    }
    match load::policy(&settings.policy.profile, settings.policy.access.as_deref(), dir) {
        Ok(policy) => {
            let rows = policy.profile.rows().len();
            summary.push_str(&format!("profile {}: {} rows for {}\n", policy.profile.name, rows, policy.profile.title));
        }
        Err(invalid) => problems.extend(told(invalid)),
    }
    if problems.is_empty() { Ok(summary + "all is well\n") } else { Err(problems) }
}

/// A problem of a policy. That a whole file is wrong stands where the settings name it.
fn tell(settings: &Settings, problem: &Problem) -> String {
    let place = if problem.line == 0 { settings.place_of(&problem.file) } else { "" };
    format!("{place}{problem}")
}
