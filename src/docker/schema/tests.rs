#![allow(clippy::unwrap_used)]

use super::*;
use crate::docker::endpoint::BodyKind;

#[test]
fn every_operation_with_a_json_body_has_a_type() {
    for endpoint in Endpoint::ALL {
        assert_eq!(body(*endpoint).is_some(), endpoint.row().body == BodyKind::Json, "{}", endpoint.name());
    }
}

#[test]
fn every_field_has_a_number_of_its_own_and_is_found_by_its_key() {
    let fields: Vec<&Field> = STRUCTS.iter().flat_map(|schema| schema.fields).collect();
    assert_eq!(fields.len(), FIELDS);
    for (index, found) in fields.iter().enumerate() {
        assert_eq!(found.id, index);
        assert_eq!(field(&found.key()).unwrap().id, index, "{}", found.key());
        assert!(found.first <= found.last, "{}", found.key());
    }
    assert!(field("HostConfig.privileged").is_none());
    assert!(field("Privileged").is_none());
}

#[test]
fn no_struct_has_two_fields_that_go_takes_for_one() {
    for schema in STRUCTS {
        let all: Vec<&Field> = schema.all_fields().collect();
        // Names that were seen are kept in the bits of a u128.
        assert!(all.len() <= 128, "{}", schema.name);
        for (index, field) in all.iter().enumerate() {
            assert_eq!(schema.find(field.name, 0).unwrap().0, index, "{}", field.key());
            assert_eq!(schema.find(&field.name.to_uppercase(), 77).unwrap().0, index, "{}", field.key());
        }
    }
}

#[test]
fn names_are_folded_as_go_folds_them() {
    for (field, name) in [
        ("HostConfig", "hostconfig"),
        ("Privileged", "PRIVILEGED"),
        ("HostConfig", "Ho\u{17f}tConfig"),
        ("Binds", "Bind\u{17f}"),
        ("NetworkMode", "Networ\u{212a}Mode"),
    ] {
        assert!(same_when_folded(field, name), "{name}");
    }
    for (field, name) in [
        ("Privileged", "Pr\u{131}vileged"),
        ("Init", "\u{130}nit"),
        ("Binds", "\u{ff22}inds"),
        ("Binds", "Bind"),
        ("Binds", "Bindss"),
        ("Binds", ""),
        ("CpuShares", "Cpu_Shares"),
        ("Memory", " Memory"),
    ] {
        assert!(!same_when_folded(field, name), "{name}");
    }
}
