//! Error messages without what inner layers put around them.

use std::borrow::Cow;

const PREFIXES: [&str; 3] =
    ["Server error from portlayer: ", "Bad request error from portlayer: ", "Conflict error from portlayer: "];

/// The message within a message of VIC's: without the prefixes of the port
/// layer, and without the generated client's
/// `[POST /scopes/{scope}][500] name  &{Code:500 Message:text}`.
#[must_use]
pub fn message(text: &str) -> Cow<'_, str> {
    let mut inner = text;
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| inner.strip_prefix(prefix)).filter(|rest| !rest.is_empty())
    {
        inner = rest;
    }
    match unwrap(inner) {
        Some(("", within)) => Cow::Borrowed(within),
        Some((before, within)) => Cow::Owned(format!("{before}{within}")),
        None => Cow::Borrowed(inner),
    }
}

/// What stands before the wrapping, and the message within.
fn unwrap(text: &str) -> Option<(&str, &str)> {
    const METHODS: [&str; 6] = ["[GET /", "[HEAD /", "[POST /", "[PUT /", "[DELETE /", "[PATCH /"];
    let start = METHODS.iter().filter_map(|method| text.find(method)).min()?;
    let (before, wrapped) = text.split_at_checked(start)?;
    let (call, within) = wrapped.split_once("&{Code:")?;
    // The operation and its status, such as `[POST /scopes/{scope}][500] addContainer`, and no other text.
    if !call.contains("][") || call.len() > 200 {
        return None;
    }
    let (code, message) = within.split_once(" Message:")?;
    let message = message.trim_end().strip_suffix('}')?;
    let plain = code.bytes().all(|byte| byte.is_ascii_digit()) && !message.is_empty();
    plain.then_some((before, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_wrappings_go_and_the_message_stays() {
        let swagger = "Server error from portlayer: [POST /scopes/{scope}/containers][500] \
                       addContainerInternalServerError  &{Code:0 Message:scope host not found}";
        assert_eq!(message(swagger), "scope host not found");
        assert_eq!(message("Conflict error from portlayer: busy"), "busy");
        assert_eq!(message("failed: [GET /x][404] getX  &{Code:404 Message:no x}"), "failed: no x");
    }

    #[test]
    fn a_message_that_is_not_wrapped_stays_as_it_is() {
        for text in
            ["No such container: x", "", "[POST /x] odd", "&{Code:1 Message:x}", "Server error from portlayer: "]
        {
            assert_eq!(message(text), text, "{text}");
        }
    }
}
