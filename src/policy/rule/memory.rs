//! Memory, in the steps that container VMs come in.

use super::{Fault, Outcome, text};
use crate::docker::json::Json;

const MIB: i64 = 1024 * 1024;
/// VIC gives no container VM less.
const LEAST: i64 = 512 * MIB;
/// VIC rounds up to a multiple of this.
const STEP: i64 = 128 * MIB;

/// `memory` of a build, in bytes. VIC would raise a lower limit and round up any
/// other in silence; here a lower one is refused and the rest is sent as what
/// it comes to.
pub(super) fn build(value: &Json<'_>) -> Outcome {
    let spec = text(value);
    let Ok(bytes) = spec.parse::<i64>() else {
        return Some(Fault::whole(value, format!("\"{spec}\" is not a number of bytes"), "--memory 1g")).into();
    };
    if bytes == 0 {
        return Outcome::Pass;
    }
    if bytes < LEAST {
        let reason = "VIC builds in a container VM, and none has less than 512 MiB of memory";
        return Some(Fault::whole(value, reason, "--memory 512m or more, or no limit")).into();
    }
    let steps = bytes / STEP + i64::from(bytes % STEP != 0);
    match steps.checked_mul(STEP) {
        Some(rounded) if rounded == bytes => Outcome::Pass,
        Some(rounded) => Outcome::Rewrite {
            value: rounded.to_string().into(),
            why: format!("memory is rounded up to {} MiB: container VMs come in steps of 128 MiB", rounded / MIB),
        },
        None => Some(Fault::whole(value, "no container VM can have that much memory", "--memory 1g")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::*;

    fn judge(bytes: &str) -> Outcome {
        Rule::BuildMemory.judge(&Json::from(bytes), &Json::Null)
    }

    #[test]
    fn whole_steps_pass_as_they_are() {
        for bytes in ["0", "536870912", "1073741824"] {
            assert_eq!(judge(bytes), Outcome::Pass, "{bytes}");
        }
    }

    #[test]
    fn other_sizes_are_rounded_up() {
        let outcome = judge("536870913");
        assert!(matches!(&outcome, Outcome::Rewrite { value, .. } if *value == Json::from("671088640")), "{outcome:?}");
    }

    #[test]
    fn sizes_that_no_container_vm_has_are_refused() {
        for bytes in ["1", "536870911", "-1", "9223372036854775807", "9223372036854775808", "1g", ""] {
            assert!(matches!(judge(bytes), Outcome::Refuse(_)), "{bytes}");
        }
    }
}
