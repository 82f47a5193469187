//! Volumes: a container VM mounts volumes of its own, never folders of a host.

use super::{Fault, Outcome, is_name, key, text};
use crate::docker::json::Json;

/// `HostConfig.Binds`: `NAME:/PATH[:MODE]` and `/PATH` (a volume without a
/// name) pass. A source with a slash is a path of the host.
pub(super) fn named(value: &Json<'_>) -> Outcome {
    let binds = value.as_array().unwrap_or_default().iter().enumerate();
    binds.filter_map(|(index, bind)| bind_fault(index, bind)).collect::<Vec<_>>().into()
}

fn bind_fault(index: usize, bind: &Json<'_>) -> Option<Fault> {
    let spec = text(bind);
    let at = format!("[{index}]");
    let Some((source, rest)) = spec.split_once(':') else {
        let reason = format!("\"{spec}\" is neither a volume with its path nor a path in the container");
        return (!spec.starts_with('/')).then(|| Fault::new(at, bind, reason, "-v NAME:/PATH"));
    };
    if is_name(source) {
        return None;
    }
    if source.contains('/') || source.starts_with(['.', '~']) {
        let target = rest.split(':').next().unwrap_or_default();
        let reason = format!("\"{source}\" is a path of the host, and a container VM cannot reach the host's files");
        let instead = format!("a volume by name, as in -v data:{target}, and \"docker cp\" for the files");
        return Some(Fault::new(at, bind, reason, instead));
    }
    let reason = format!("\"{source}\" is not the name of a volume (letters, digits, '_', '.' and '-')");
    Some(Fault::new(at, bind, reason, "-v NAME:/PATH"))
}

/// `Driver` of a volume: VIC's own driver goes by `vsphere` and by `local`.
pub(super) fn vsphere_driver(value: &Json<'_>) -> Outcome {
    let known = matches!(text(value), "" | "local" | "vsphere");
    let fault =
        || Fault::whole(value, "VIC makes volumes with its own driver only", "no --driver, or --driver vsphere");
    (!known).then(fault).into()
}

/// `DriverOpts` of a volume: VIC reads two of them, in any case of letters.
pub(super) fn vsphere_options(value: &Json<'_>) -> Outcome {
    let options = value.as_object().unwrap_or_default().iter();
    let unknown =
        options.filter(|(name, _)| !name.eq_ignore_ascii_case("capacity") && !name.eq_ignore_ascii_case("volumestore"));
    let fault = |name: &str, value: &Json<'_>| {
        let reason = format!("VIC does not read the volume option \"{name}\"");
        Fault::new(key(name), value, reason, "--opt Capacity=SIZE or --opt VolumeStore=NAME")
    };
    unknown.map(|(name, value)| fault(name, value)).collect::<Vec<_>>().into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::Rule;
    use super::*;
    use crate::docker::json::parse;

    fn refused(rule: Rule, json: &str) -> Vec<(String, String)> {
        match rule.judge(&parse(json.as_bytes()).unwrap(), &Json::Null) {
            Outcome::Pass => Vec::new(),
            Outcome::Refuse(faults) => faults.into_iter().map(|fault| (fault.at, fault.reason)).collect(),
            Outcome::Rewrite { .. } => panic!("no rule on volumes rewrites"),
        }
    }

    #[test]
    fn volumes_by_name_pass_and_so_do_volumes_without() {
        assert!(refused(Rule::NamedVolumes, r#"["data:/data","a.b-c_1:/x:ro","/anonymous"]"#).is_empty());
    }

    #[test]
    fn paths_of_the_host_are_refused_one_by_one_and_named() {
        let faults =
            refused(Rule::NamedVolumes, r#"["data:/data","/etc:/etc:ro","./x:/y","../x:/y","~/x:/y","a/b:/y"]"#);
        let places: Vec<&str> = faults.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(places, ["[1]", "[2]", "[3]", "[4]", "[5]"]);
        assert!(faults.iter().all(|(_, reason)| reason.contains("path of the host")), "{faults:?}");
        assert!(faults.first().unwrap().1.contains("\"/etc\""));
    }

    #[test]
    fn what_is_no_volume_at_all_is_refused() {
        assert_eq!(refused(Rule::NamedVolumes, r#"["nonsense","_x:/y",":/y"," /etc:/etc","C:\\x:/y"]"#).len(), 4);
    }

    #[test]
    fn only_vic_s_own_volume_driver_and_its_options_pass() {
        assert!(refused(Rule::VsphereDriver, r#""vsphere""#).is_empty());
        assert!(!refused(Rule::VsphereDriver, r#""nfs""#).is_empty());
        assert!(refused(Rule::VsphereOptions, r#"{"Capacity":"1GB","volumestore":"fast"}"#).is_empty());
        let faults = refused(Rule::VsphereOptions, r#"{"type":"none","o":"bind","device":"/etc"}"#);
        assert_eq!(faults.len(), 3);
    }
}
