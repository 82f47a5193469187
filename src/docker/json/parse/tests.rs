#![allow(clippy::unwrap_used)]

use super::*;

fn error(text: &[u8]) -> String {
    parse(text).expect_err(&String::from_utf8_lossy(text)).to_string()
}

fn written(text: &str) -> String {
    parse(text.as_bytes()).unwrap().to_string()
}

#[test]
fn every_kind_of_value_is_read() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-12.5e-3",
        "1E+9",
        "9223372036854775808",
        "\"\"",
        "\"a\"",
        "[]",
        "{}",
        r#"[1,[2,[]],{"a":{"b":null}}]"#,
        r#"{"":1,"a":2}"#,
    ] {
        assert_eq!(written(text), text);
    }
}

#[test]
fn escapes_are_resolved_once() {
    assert_eq!(written(r#""\u0041\/\u00e9\ud83d\ude00\\u0041""#), "\"A/é😀\\\\u0041\"");
    assert_eq!(parse(br#""\"\\\/\b\f\n\r\t""#).unwrap().as_str(), Some("\"\\/\u{8}\u{c}\n\r\t"));
}

#[test]
fn a_name_that_occurs_twice_is_refused_however_it_is_spelled() {
    assert!(error(br#"{"a":1,"a":1}"#).contains("\"a\" occurs twice"));
    assert!(error(br#"{"a":1,"\u0061":2}"#).contains("occurs twice"));
    assert!(error(br#"[{"x":{"k":{},"k":{}}}]"#).contains("occurs twice"));
    assert_eq!(error(b"{\"a\":1,\n \"a\":1}"), "the name \"a\" occurs twice in one object at line 2, column 2");
    assert_eq!(written(r#"{"a":1,"A":2,"b":{"a":3}}"#), r#"{"a":1,"A":2,"b":{"a":3}}"#);
}

#[test]
fn a_repeated_name_is_found_in_objects_of_any_size() {
    for size in [2, 70, 127, 128, 129, 130, 1000] {
        let names: Vec<String> = (0..size).map(|index| format!("\"n{index}\":0")).collect();
        assert!(parse(format!("{{{}}}", names.join(",")).as_bytes()).is_ok(), "{size}");
        for repeated in [0, size / 2, size - 1] {
            let text = format!("{{{},\"n{repeated}\":0}}", names.join(","));
            assert!(error(text.as_bytes()).contains("occurs twice"), "{size} {repeated}");
        }
    }
}

#[test]
fn there_is_one_value_and_nothing_behind_it() {
    for text in ["{}}", "{}]", "{} {}", "{}\0", "nullx", "null{\"Image\":1}", "1 2", "[]]", "\"a\"b", "{},"] {
        let message = error(text.as_bytes());
        assert!(message.contains("behind") || message.contains("number"), "{text}: {message}");
    }
    assert_eq!(written(" \t\r\n{}\n "), "{}");
}

#[test]
fn what_is_not_json_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "[",
        "\"",
        "\"\\",
        "\"\\u12",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "[1,]",
        "[,1]",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "{\"a\" 1}",
        "// c\n{}",
        "/* c */{}",
        "{}#",
        "tru",
        "True",
        "nul",
        "NaN",
        "Infinity",
        "01",
        "-",
        "-01",
        "+1",
        ".5",
        "1.",
        "1.e3",
        "1e",
        "1e+",
        "0x10",
        "1_000",
        "00",
        "--1",
        "\"\\x\"",
        "\"\\U0041\"",
        "\"\\u00g0\"",
        "\"\\u+041\"",
        "\"a\nb\"",
        "\"a\tb\"",
        "\"\u{0}\"",
        "\u{feff}{}",
        "\u{a0}{}",
        "{\u{2028}}",
        "\u{c}{}",
    ] {
        assert!(parse(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn text_that_is_not_utf8_is_refused_and_never_replaced() {
    for bytes in [&b"\"\xff\""[..], b"\"\xc0\xaf\"", b"\"\xed\xa0\x80\"", b"\"\xf5\x80\x80\x80\"", b"\xff\xfe{\0}\0"] {
        assert!(error(bytes).contains("UTF-8"));
    }
    for text in
        [r#""\ud800""#, r#""\udc00""#, r#""\ud800\u0041""#, r#""\ud800\ud800""#, r#""\ud800x""#, r#""\ud83d\n""#]
    {
        assert!(error(text.as_bytes()).contains("surrogate"), "{text}");
    }
}

#[test]
fn nesting_ends_at_the_bound() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert!(error(nested(MAX_DEPTH + 1).as_bytes()).contains("deeper than 64"));
    assert!(error("[{\"a\":".repeat(100_000).as_bytes()).contains("deeper"));
}

#[test]
fn errors_say_line_and_column() {
    assert_eq!(error(b"{\n  \"a\": x\n}"), "a JSON value is expected at line 2, column 8");
    assert_eq!(error("{\"é\":\n\"ü\" 1}".as_bytes()), "a comma or } is expected at line 2, column 5");
    assert_eq!(error(b""), "there is no JSON value at line 1, column 1");
}

#[test]
fn a_name_that_a_change_made_twice_is_found_at_any_depth() {
    let mut json = parse(br#"{"a":[{"b":{"c":1,"d":2}}],"e":{}}"#).unwrap();
    assert_eq!(repeated_name(&json), None);
    let Some(Json::Array(items)) = json.get_mut("a") else { unreachable!("it is an array") };
    let inner = items.first_mut().and_then(|item| item.get_mut("b")).and_then(Json::as_object_mut).unwrap();
    inner.first_mut().unwrap().0 = "d".into();
    assert_eq!(repeated_name(&json), Some("d"));
}

#[test]
fn long_arrays_are_read_wherever_they_stand() {
    let long = format!("[{}]", vec!["1"; MANY + 1].join(","));
    for text in [long.clone(), format!("[{long},{long}]"), format!("{{\"a\":{long},\"b\":[[{long}],2]}}")] {
        assert_eq!(written(&text), text);
    }
}
