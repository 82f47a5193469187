//! Names that look like a misspelt one.

/// The candidates closest to `name`, best first, at most three.
///
/// A candidate counts if at most a third of its letters, and three, would have
/// to change, or if one is the beginning of the other. Case is not looked at.
pub(crate) fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_ascii_lowercase();
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let lower = candidate.to_ascii_lowercase();
            let away = distance(&wanted, &lower);
            let longer = candidate.len().max(name.len());
            let limit = longer.div_ceil(3).min(3).min(longer.saturating_sub(1));
            let begins = wanted.len() >= 3 && (lower.starts_with(&wanted) || wanted.starts_with(&lower));
            let ends = wanted.len() >= 4 && lower.ends_with(&wanted);
            (away <= limit || begins || ends).then_some((away, candidate))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// A sentence that offers the closest candidates, or nothing.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = near(name, candidates).into_iter().map(|name| format!("\"{name}\"")).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => format!("; did you mean {only}?"),
        Some((last, rest)) => format!("; did you mean {} or {last}?", rest.join(", ")),
    }
}

/// The end of a sentence, with an offer of [`did_you_mean`] or without.
pub(crate) fn end(offer: &str) -> &str {
    if offer.is_empty() { "." } else { offer }
}

/// Levenshtein's distance, in bytes: all names here are ASCII.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.bytes().enumerate() {
        let mut before = i;
        let mut last = i + 1;
        for (cell, r) in row.iter_mut().skip(1).zip(right.bytes()) {
            let changed = before + usize::from(l != r);
            before = *cell;
            last = changed.min(before + 1).min(last + 1);
            *cell = last;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (left, right, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("a", "a", 0)] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn a_misspelt_name_finds_the_right_one_first() {
        let names = ["ContainerCreate", "ContainerList", "ImageCreate", "VolumeCreate"];
        assert_eq!(near("ContainerCraete", names).first(), Some(&"ContainerCreate"));
        assert_eq!(near("containercreate", names).first(), Some(&"ContainerCreate"));
        assert!(near("Xyzzy", names).is_empty());
    }

    #[test]
    fn the_offer_reads_as_a_sentence() {
        assert_eq!(did_you_mean("vik", ["vic", "engine"]), "; did you mean \"vic\"?");
        assert_eq!(did_you_mean("zzz", ["vic", "engine"]), "");
    }
}
