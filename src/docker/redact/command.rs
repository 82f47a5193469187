//! Command lines that set variables and labels: those of build steps, and `env NAME=VALUE …`.

use super::Things;

/// What a command line tells of variables and labels.
///
/// The steps of the classic builder read `/bin/sh -c #(nop) ENV A=b`, those of BuildKit `ENV A=b` and
/// `RUN |1 A=b /bin/sh -c make`; a trigger of `ONBUILD` is the instruction itself.
pub(in crate::docker) fn tells(line: &str) -> Things {
    let line = line.split_once("#(nop)").map_or(line, |(_, step)| step).trim_start();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    if word.starts_with('|') || is("ENV") || is("ARG") || word.ends_with("/env") {
        return Things { env: true, ..Things::NONE };
    }
    if is("LABEL") {
        return Things { labels: true, ..Things::NONE };
    }
    if is("RUN") || is("ONBUILD") { tells(rest) } else { Things::NONE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_steps_that_set_something_are_known_in_all_spellings() {
        for line in [
            "/bin/sh -c #(nop)  ENV A=b",
            "ENV A=b",
            "env A=b make",
            "/usr/bin/env A=b make",
            "ARG A=b",
            "|1 A=b /bin/sh -c make",
            "RUN |1 A=b /bin/sh -c make # buildkit",
            "ONBUILD ENV A=b",
            "/bin/sh -c #(nop)  ONBUILD RUN |2 A=b C=d make",
        ] {
            assert!(tells(line).env, "{line}");
        }
        assert!(tells("/bin/sh -c #(nop)  LABEL a=b").labels && tells("LABEL a=b").labels);
        for line in ["", "RUN make", "/bin/sh -c #(nop) CMD [\"sh\"]", "sh -c echo ENV", "COPY . /env", "a|b"] {
            assert_eq!(tells(line), Things::NONE, "{line}");
        }
    }
}
