//! What holds for every body and every target: it is refused, or what is sent
//! means to the daemon what the client's bytes meant, and what was judged.
//!
//! Runs 20,000 bodies; `VICGATE_BODIES=1000000` runs more. A failure prints the
//! seed; `VICGATE_SEED` begins there.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

#[path = "reading/generate.rs"]
mod generate;
#[path = "reading/go.rs"]
mod go;

use generate::{Random, body as random_body};
use go::{Daemon, Go, decode, without_zeros};
use proptest::prelude::*;
use vicgate::docker::endpoint::Endpoint;
use vicgate::docker::json::{self, Json};
use vicgate::docker::schema::{self, Scope, Struct, Type, is_used};
use vicgate::docker::target::Target;
use vicgate::docker::version::ApiVersion;

#[test]
fn what_is_sent_means_what_the_client_sent_and_what_was_judged() {
    let number = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (bodies, seed) = (number("VICGATE_BODIES", 20_000), number("VICGATE_SEED", 0));
    let endpoints: Vec<Endpoint> =
        Endpoint::ALL.iter().copied().filter(|endpoint| schema::body(*endpoint).is_some()).collect();
    let (mut sent, mut refused) = (0, 0);
    for seed in seed..seed + bodies {
        let mut random = Random::new(seed);
        let endpoint = if random.one_in(3) { *random.pick(&endpoints) } else { Endpoint::ContainerCreate };
        // Few tricks at a time, so that each is seen alone; and many.
        let tricks = *random.pick(&[6, 40, 200]);
        let ty = schema::body(endpoint).unwrap();
        let body = random_body(&mut random, ty, tricks);
        match hold(ty, &body) {
            Ok(true) => sent += 1,
            Ok(false) => refused += 1,
            Err(reason) => {
                panic!("seed {seed}, {}: {reason}\n{}", endpoint.name(), String::from_utf8_lossy(&body))
            }
        }
    }
    // The test says nothing if nearly all is refused, or nothing.
    assert!(sent * 4 > bodies && refused * 10 > bodies, "{sent} sent on, {refused} refused");
}

/// True if the body is sent on.
fn hold(ty: &'static Type, bytes: &[u8]) -> Result<bool, String> {
    let Some(written) = read(ty, bytes) else { return Ok(false) };
    if read(ty, &written).as_deref() != Some(&written) {
        return Err(format!("read again, {} is something else", String::from_utf8_lossy(&written)));
    }
    for daemon in [Daemon::Engine, Daemon::First] {
        let came = decode(ty, bytes, daemon).map_err(|error| format!("a daemon refuses it: {error}"))?;
        let goes = decode(ty, &written, daemon).map_err(|error| format!("a daemon refuses what is sent: {error}"))?;
        if came != goes {
            return Err(format!("a daemon reads {came:?}, but of what is sent {goes:?}"));
        }
        let judged = as_judged(ty, &json::parse(&written).map_err(|error| error.to_string())?)?;
        if without_zeros(judged.clone()) != without_zeros(goes.clone()) {
            return Err(format!("judged is {judged:?}, but a daemon reads {goes:?}"));
        }
    }
    if let Type::Struct(Struct { stray: Some(stray), .. }) = ty {
        strays_are_gone(stray, bytes, &written)?;
    }
    Ok(true)
}

/// What is sent, if the body is read and has no field that no version knows.
fn read(ty: &'static Type, bytes: &[u8]) -> Option<Vec<u8>> {
    let body = schema::read(ty, json::parse(bytes).ok()?, ApiVersion::new(41)).ok()?;
    body.unknown().is_empty().then(|| body.to_vec())
}

/// By exact names alone: what a rule looks at.
fn as_judged(ty: &'static Type, value: &Json<'_>) -> Result<Go, String> {
    Ok(match (ty, value) {
        // Nobody looks at it; without_zeros() makes the same of false, 0 and no text.
        (Type::Any, _) | (_, Json::Null) => Go::Zero,
        (_, Json::Bool(truth)) => Go::Bool(*truth),
        (Type::Float, Json::Number(text)) => Go::Number(text.parse::<f64>().unwrap().to_string()),
        (_, Json::Number(text)) => Go::Number(text.to_string()),
        (_, Json::String(text)) => Go::Text(text.to_string()),
        (Type::List(item), Json::Array(items)) => {
            Go::List(items.iter().map(|value| as_judged(item, value)).collect::<Result<_, _>>()?)
        }
        (_, Json::Array(items)) => {
            Go::List(items.iter().map(|value| as_judged(&Type::Text, value)).collect::<Result<_, _>>()?)
        }
        (Type::Map(item), Json::Object(members)) => {
            let members = members.iter().map(|(key, value)| Ok((key.to_string(), as_judged(item, value)?)));
            Go::Map(members.collect::<Result<_, String>>()?)
        }
        (Type::Struct(schema), Json::Object(members)) => {
            let members = members.iter().map(|(name, value)| {
                let field = schema.all_fields().find(|field| field.name == name);
                let field = field.ok_or_else(|| format!("{name} is no field"))?;
                Ok((field.name, as_judged(&field.ty, value)?))
            });
            Go::Struct(members.collect::<Result<_, String>>()?)
        }
        (ty, value) => return Err(format!("{value} is not {ty}")),
    })
}

/// Old engines obey fields of `HostConfig` beside it. Of what is sent they see
/// none, and the client's had said nothing.
fn strays_are_gone(stray: &'static Struct, bytes: &[u8], written: &[u8]) -> Result<(), String> {
    let beside = |bytes: &[u8]| -> Vec<String> {
        let json = json::parse(bytes).unwrap();
        let nowhere = Scope { siblings: &[], root: &Json::Null };
        let members = json.as_object().unwrap_or_default().iter();
        let found = members.filter_map(|(name, value)| Some((stray.find(name, 0)?.1, value)));
        found.filter(|(field, value)| is_used(field, value, nowhere)).map(|(field, _)| field.key()).collect()
    };
    match (&beside(bytes)[..], &beside(written)[..]) {
        ([], []) => Ok(()),
        (came, goes) => Err(format!("beside HostConfig came {came:?}, goes {goes:?}")),
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_a_fixed_point(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(json) = json::parse(&bytes) {
            let written = json.to_vec();
            prop_assert_eq!(json::parse(&written).unwrap(), json);
        }
    }

    #[test]
    fn any_text_of_json_letters_is_read_as_others_read_it(text in r#"[ \[\]{}:,"a-c0-2.eE+\-\\utrflsn]{0,60}"#) {
        if let Ok(json) = json::parse(text.as_bytes()) {
            let other: serde_json::Value = serde_json::from_str(&text).unwrap();
            let ours: serde_json::Value = serde_json::from_slice(&json.to_vec()).unwrap();
            prop_assert_eq!(ours, other);
        }
    }

    #[test]
    fn any_target_is_refused_or_a_fixed_point(text in r"/[/v1.a-c%0-9A-F:@?=&+;#\\~ é_-]{0,60}") {
        if let Ok(target) = Target::parse(&text) {
            let sent = target.to_wire(target.version);
            prop_assert_eq!(Target::parse(&sent).unwrap(), target);
            // One spelling: no daemon finds a second path in it.
            let path = sent.split('?').next().unwrap();
            prop_assert!(!path.contains("//") && !path.contains("/../") && !path.contains("/./"));
            prop_assert!(!["%2f", "%2e", "%5c", "%00", "%25"].iter().any(|odd| path.to_lowercase().contains(odd)));
        }
    }
}
