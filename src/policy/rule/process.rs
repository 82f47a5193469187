//! The process in a container VM: its terminal, its user, its CPUs.

use super::{Fault, Outcome, text};
use crate::docker::json::Json;

/// `Tty`: with a terminal everything comes out as output, so that a client that
/// listens for errors alone would never hear anything.
pub(super) fn tty(value: &Json<'_>, body: &Json<'_>) -> Outcome {
    let attached = |name| body.get(name).and_then(Json::as_bool).unwrap_or_default();
    let errors_only = attached("AttachStderr") && !attached("AttachStdout");
    let fault = || {
        let reason = "with a terminal all output comes on stdout, and only stderr is attached";
        Fault::whole(value, reason, "attach stdout too, or leave out -t")
    };
    (value.as_bool() == Some(true) && errors_only).then(fault).into()
}

/// `User`: `NAME`, `UID`, `NAME:GROUP` or `UID:GID`. The guest looks a name up in
/// the image's own `/etc/passwd`.
pub(super) fn user(value: &Json<'_>) -> Outcome {
    let spec = text(value);
    let (user, group) = spec.split_once(':').map_or((spec, None), |(user, group)| (user, Some(group)));
    let fits = is_user(user) && group.is_none_or(is_user);
    let fault = || {
        let reason = format!("\"{spec}\" is not a user of the image");
        Fault::whole(value, reason, "--user NAME, UID, NAME:GROUP or UID:GID (numbers up to 2147483647)")
    };
    (!spec.is_empty() && !fits).then(fault).into()
}

/// A name that `useradd` would accept, or a number that fits.
fn is_user(text: &str) -> bool {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.parse::<u32>().is_ok_and(|id| id <= i32::MAX.unsigned_abs());
    }
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '$'))
}

/// `CpusetCpus`: VIC reads the first number in it as how many virtual CPUs the
/// container VM gets, so that `0,1` would give one and `0-3` an error.
pub(super) fn vcpu_count(value: &Json<'_>) -> Outcome {
    let spec = text(value);
    let count = spec.bytes().all(|b| b.is_ascii_digit()).then(|| spec.parse::<u16>().ok()).flatten();
    let fault = || {
        let reason = format!("VIC reads this as the number of virtual CPUs, and \"{spec}\" is not a number from 1 on");
        Fault::whole(value, reason, "--cpuset-cpus 2 for two virtual CPUs")
    };
    (!spec.is_empty() && count.is_none_or(|count| count == 0)).then(fault).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Rule;
    use super::*;
    use crate::docker::json::parse;

    fn passes(rule: Rule, json: &str, body: &str) -> bool {
        rule.judge(&parse(json.as_bytes()).unwrap(), &parse(body.as_bytes()).unwrap()) == Outcome::Pass
    }

    #[test]
    fn a_terminal_with_stderr_alone_is_refused() {
        assert!(passes(Rule::Tty, "true", r#"{"AttachStdout":true,"AttachStderr":true}"#));
        assert!(passes(Rule::Tty, "true", r#"{"AttachStdout":false,"AttachStderr":false}"#));
        assert!(passes(Rule::Tty, "false", r#"{"AttachStderr":true}"#));
        assert!(!passes(Rule::Tty, "true", r#"{"AttachStderr":true}"#));
    }

    #[test]
    fn users_are_names_or_numbers_with_or_without_a_group() {
        for user in ["", "root", "0", "1000:1000", "www-data:adm", "_apt", "2147483647"] {
            assert!(passes(Rule::User, &format!("\"{user}\""), "null"), "{user}");
        }
        for user in ["a b", "-1", "1000:", ":1000", "a:b:c", "2147483648", "1x", "ro\\u006ft/", "ü"] {
            assert!(!passes(Rule::User, &format!("\"{user}\""), "null"), "{user}");
        }
    }

    #[test]
    fn a_set_of_cpus_is_a_number_of_them() {
        for count in ["", "1", "2", "16"] {
            assert!(passes(Rule::VcpuCount, &format!("\"{count}\""), "null"), "{count}");
        }
        for set in ["0", "0-3", "0,1", "x", "+2", " 2", "99999"] {
            assert!(!passes(Rule::VcpuCount, &format!("\"{set}\""), "null"), "{set}");
        }
    }
}
