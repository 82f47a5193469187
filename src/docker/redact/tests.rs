use super::*;
use crate::docker::json::{BadStream, parse};

/// Hides by the beginning of names.
struct Hidden {
    env: Option<&'static str>,
    label: Option<&'static str>,
    mounts: bool,
}

impl Hides for Hidden {
    fn things(&self) -> Things {
        Things { env: self.env.is_some(), mounts: self.mounts, labels: self.label.is_some() }
    }

    fn env(&self, name: &str) -> bool {
        self.env.is_some_and(|start| name.starts_with(start))
    }

    fn label(&self, name: &str) -> bool {
        self.label.is_some_and(|start| name.starts_with(start))
    }
}

const ENV: Hidden = Hidden { env: Some(""), label: None, mounts: false };
const LABELS: Hidden = Hidden { env: None, label: Some(""), mounts: false };
const MOUNTS: Hidden = Hidden { env: None, label: None, mounts: true };

fn hidden(text: &str, by: &Hidden) -> String {
    let mut json = parse(text.as_bytes()).unwrap();
    answer(&mut json, by);
    json.to_string()
}

#[track_caller]
fn check(by: &Hidden, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        assert_eq!(hidden(before, by), *after);
    }
}

#[test]
fn values_of_variables_go_and_their_names_stay() {
    check(
        &ENV,
        &[
            (
                r#"{"Config":{"Env":["A=b","PATH","C="]}}"#,
                r#"{"Config":{"Env":["A=(redacted)","PATH","C=(redacted)"]}}"#,
            ),
            (r#"{"Config":{"Env":null,"Cmd":null}}"#, r#"{"Config":{"Env":null,"Cmd":null}}"#),
            (
                r#"[{"Spec":{"TaskTemplate":{"ContainerSpec":{"env":["A=b=c"],"Labels":{"x":"y"}}}}}]"#,
                r#"[{"Spec":{"TaskTemplate":{"ContainerSpec":{"env":["A=(redacted)"],"Labels":{"x":"y"}}}}}]"#,
            ),
            (
                r#"{"Settings":{"Env":["A=b"]},"Config":{"Env":[{"Name":"A","Settable":["value"],"Value":"b"}]}}"#,
                r#"{"Settings":{"Env":["A=(redacted)"]},"Config":{"Env":[{"Name":"A","Settable":["value"],"Value":"(redacted)"}]}}"#,
            ),
        ],
    );
    let by = Hidden { env: Some("DB_"), ..ENV };
    check(&by, &[(r#"{"Env":["DB_PASS=x","HOME=/"]}"#, r#"{"Env":["DB_PASS=(redacted)","HOME=/"]}"#)]);
}

#[test]
fn steps_of_a_build_do_not_tell_its_variables() {
    check(
        &ENV,
        &[
            (r#"[{"CreatedBy":"ENV A=b","Tags":null}]"#, r#"[{"CreatedBy":"(redacted)","Tags":null}]"#),
            (r#"[{"CreatedBy":"LABEL a=b"}]"#, r#"[{"CreatedBy":"LABEL a=b"}]"#),
            (
                r##"{"ContainerConfig":{"Cmd":["/bin/sh","-c","#(nop) ","ENV A=b"]}}"##,
                r##"{"ContainerConfig":{"Cmd":["(redacted)","(redacted)","(redacted)","(redacted)"]}}"##,
            ),
            (
                r#"{"Config":{"OnBuild":["RUN make","env A=b"]}}"#,
                r#"{"Config":{"OnBuild":["(redacted)","(redacted)"]}}"#,
            ),
            (r#"{"Path":"sh","Args":["-c","echo ENV"]}"#, r#"{"Path":"sh","Args":["-c","echo ENV"]}"#),
        ],
    );
    check(&LABELS, &[(r#"[{"CreatedBy":"LABEL a=b"}]"#, r#"[{"CreatedBy":"(redacted)"}]"#)]);
}

#[test]
fn labels_are_hidden_wherever_they_are_and_however_they_are_written() {
    check(
        &Hidden { label: Some("com."), ..LABELS },
        &[
            (r#"[{"Labels":{"com.a":"1","b":"2"}}]"#, r#"[{"Labels":{"com.a":"(redacted)","b":"2"}}]"#),
            (r#"{"Labels":["com.a=1","b=2"]}"#, r#"{"Labels":["com.a=(redacted)","b=2"]}"#),
            (
                r#"{"Config":{"Labels":{"com.a":"1"}},"HostConfig":{"Annotations":{"com.a":"1"}}}"#,
                r#"{"Config":{"Labels":{"com.a":"(redacted)"}},"HostConfig":{"Annotations":{"com.a":"(redacted)"}}}"#,
            ),
            (r#"{"Labels":null}"#, r#"{"Labels":null}"#),
        ],
    );
    // A network of that name is no label, and what is in it is looked at.
    check(
        &LABELS,
        &[(
            r#"{"Networks":{"labels":{"Nested":{"Labels":{"a":"b"}}}}}"#,
            r#"{"Networks":{"labels":{"Nested":{"Labels":{"a":"(redacted)"}}}}}"#,
        )],
    );
}

#[test]
fn sources_of_mounts_go_in_all_their_spellings() {
    check(
        &MOUNTS,
        &[
            (
                r#"{"HostConfig":{"Binds":["/srv/a:/a:ro","data:/d","/only/inside","C:\\a:C:\\b","a:/b"]}}"#,
                r#"{"HostConfig":{"Binds":["(redacted):/a:ro","(redacted):/d","/only/inside","(redacted):C:\\b","(redacted):/b"]}}"#,
            ),
            (
                r#"{"Mounts":[{"Type":"bind","Source":"/srv","Destination":"/a"},{"Type":"volume","Name":"data","Source":""}]}"#,
                r#"{"Mounts":[{"Type":"bind","Source":"(redacted)","Destination":"/a"},{"Type":"volume","Name":"(redacted)","Source":""}]}"#,
            ),
            (
                r#"{"Mounts":[{"Target":"/a","VolumeOptions":{"DriverConfig":{"Options":{"device":"/srv"}}}}]}"#,
                r#"{"Mounts":[{"Target":"/a","VolumeOptions":{"DriverConfig":{"Options":{"device":"(redacted)"}}}}]}"#,
            ),
            (r#"{"Volumes":{"/a":"/srv/a"}}"#, r#"{"Volumes":{"/a":"(redacted)"}}"#),
            (r#"{"Config":{"Volumes":{"/a":{}}}}"#, r#"{"Config":{"Volumes":{"/a":{}}}}"#),
            (
                r#"{"Volumes":[{"Name":"v","Mountpoint":"/var/v","Options":{"device":"/srv"}}]}"#,
                r#"{"Volumes":[{"Name":"v","Mountpoint":"(redacted)","Options":{"device":"(redacted)"}}]}"#,
            ),
            (
                r#"{"VolumeAttachments":[{"ID":"x","Source":"/s","Target":"/t"}]}"#,
                r#"{"VolumeAttachments":[{"ID":"x","Source":"(redacted)","Target":"/t"}]}"#,
            ),
        ],
    );
}

fn events(hides: Hidden, stream: &str) -> String {
    let mut records = Records::new(hides);
    let mut out = Vec::new();
    for piece in stream.as_bytes().chunks(7) {
        out.extend(records.push(piece).unwrap());
    }
    out.extend(records.end().unwrap());
    String::from_utf8(out).unwrap()
}

#[test]
fn events_keep_what_the_daemon_says_and_lose_what_labels_say() {
    let of_container = r#"{"Type":"container","Action":"die","Actor":{"ID":"c1","Attributes":{"exitCode":"0","image":"busybox","name":"web","team":"blue"}}}"#;
    assert_eq!(events(LABELS, &format!("{of_container}\n")), format!("{}\n", of_container.replace("blue", HIDDEN)));
    // A label can have the name of an attribute: what is no exit code is none.
    let disguised = r#"{"Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{"exitCode":"hunter2","oldName":"x","name":"web"}}}"#;
    let shown = events(LABELS, disguised);
    assert!(!shown.contains("hunter2") && !shown.contains("\"x\"") && shown.contains("\"web\""), "{shown}");
    // Networks have no labels here, but a type.
    let of_network = r#"{"Type":"network","Action":"connect","Actor":{"ID":"n","Attributes":{"container":"c1","name":"bridge","type":"bridge"}}}"#;
    assert_eq!(events(LABELS, of_network), format!("{of_network}\n"));
    let of_daemon =
        r#"{"Type":"daemon","Action":"reload","Actor":{"ID":"d","Attributes":{"debug":"true","labels":"[\"a=b\"]"}}}"#;
    assert_eq!(events(LABELS, of_daemon), format!("{}\n", of_daemon.replace("a=b", "a=(redacted)")));
}

#[test]
fn an_event_of_a_mount_does_not_name_the_volume() {
    let event = |id| {
        format!(r#"{{"Type":"volume","Action":"mount","Actor":{{"ID":"{id}","Attributes":{{"destination":"/d"}}}}}}"#)
    };
    assert_eq!(events(MOUNTS, &event("data")), format!("{}\n", event(HIDDEN)));
}

#[test]
fn records_of_a_json_sequence_keep_their_mark() {
    let stream = "\u{1e}{\"Type\":\"container\",\"Actor\":{\"Attributes\":{\"a\":\"b\"}}}\n";
    assert_eq!(events(LABELS, stream), stream.replace("\"b\"", "\"(redacted)\""));
}

#[test]
fn what_is_no_record_ends_the_stream() {
    assert!(matches!(Records::new(LABELS).push(b"not json\n"), Err(BadStream::Json(_))));
    let mut records = Records::new(LABELS);
    assert_eq!(records.push(b"{\"half\":"), Ok(Vec::new()));
    assert!(matches!(records.end(), Err(BadStream::Json(_))));
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    const ALL: Hidden = Hidden { env: Some(""), label: Some(""), mounts: true };

    /// Names of fields, ours among them.
    fn name() -> impl Strategy<Value = String> {
        proptest::sample::select(&[
            "Env",
            "env",
            "Labels",
            "Mounts",
            "Binds",
            "Volumes",
            "Mountpoint",
            "Options",
            "Source",
            "Name",
            "Value",
            "Cmd",
            "CreatedBy",
            "Config",
            "Spec",
            "x",
        ])
        .prop_map(str::to_owned)
    }

    /// What an answer may hold: texts, lists and objects of every form beneath every name.
    fn noise() -> impl Strategy<Value = Json<'static>> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            any::<i64>().prop_map(Json::from),
            proptest::sample::select(&["", "a", "A=b", "/a:/b:ro", "ENV A=b", "#(nop) LABEL a=b"]).prop_map(Json::from),
        ];
        leaf.prop_recursive(5, 48, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
                proptest::collection::btree_map(name(), inner, 0..5).prop_map(|members| Json::Object(
                    members.into_iter().map(|(name, value)| (name.into(), value)).collect()
                )),
            ]
        })
    }

    /// The same value with every text made alike.
    fn shape(json: &Json<'_>) -> Json<'static> {
        match json {
            Json::String(_) => Json::from(""),
            Json::Array(items) => Json::Array(items.iter().map(shape).collect()),
            Json::Object(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.to_string().into(), shape(value))).collect())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => json.clone().into_owned(),
        }
    }

    const CONTAINER: &str = r#"{"Config":{"Env":["A=zz"],"Labels":{"a":"zz"},"Cmd":["env","A=zz"]},"HostConfig":{"Binds":["/zz:/b"]},"Mounts":[{"Source":"/zz","VolumeOptions":{"Labels":{"a":"zz"},"DriverConfig":{"Options":{"device":"zz"}}}}],"Volume":{"Mountpoint":"/zz","Options":{"o":"zz"}}}"#;

    proptest! {
        #[test]
        fn names_lists_and_kinds_stay_whatever_is_hidden(mut json in noise()) {
            let before = shape(&json);
            answer(&mut json, &ALL);
            prop_assert_eq!(&shape(&json), &before);
            let once = json.clone();
            answer(&mut json, &ALL);
            prop_assert_eq!(json, once);
        }

        #[test]
        fn no_secret_is_left_however_deep_it_lies(path in proptest::collection::vec((any::<bool>(), name()), 0..8), beside in noise()) {
            let mut json = parse(CONTAINER.as_bytes()).unwrap().into_owned();
            for (list, name) in path {
                json = if list {
                    Json::Array(vec![beside.clone(), json])
                } else {
                    Json::Object(vec![(name.into(), json), ("Beside".into(), beside.clone())])
                };
            }
            answer(&mut json, &ALL);
            prop_assert!(!json.to_string().contains("zz"), "{}", json);
        }
    }
}
