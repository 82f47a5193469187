//! Small readings of text that several facts share.

use std::borrow::Cow;

/// An absolute path without empty, `.` and `..` segments, as Go's `path.Clean`
/// gives it.
pub(super) fn clean_path(path: &str) -> Cow<'_, str> {
    let is_clean = path == "/"
        || path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(|part| !matches!(part, "" | "." | "..")));
    if is_clean {
        return Cow::Borrowed(path);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Cow::Owned(format!("/{}", parts.join("/")))
}

/// A truth value as Go's `strconv.ParseBool` reads it.
pub(super) fn go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_spelling() {
        for (path, clean) in [
            ("/", "/"),
            ("//", "/"),
            ("/etc", "/etc"),
            ("/etc/", "/etc"),
            ("//etc//ssl/", "/etc/ssl"),
            ("/./etc/./ssl", "/etc/ssl"),
            ("/srv/../etc", "/etc"),
            ("/../../etc", "/etc"),
            ("/srv/data/..", "/srv"),
            ("/...", "/..."),
        ] {
            assert_eq!(clean_path(path), clean, "{path}");
        }
    }
}
