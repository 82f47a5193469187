//! The one loop that reader and writer spend their time in.

/// How many bytes stand before the first that a JSON string cannot hold as it
/// is: a quote, a backslash, a control character.
#[inline]
pub(in crate::docker) fn plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(chunk) = bytes.get(length..).and_then(<[u8]>::first_chunk)
        && !stops(chunk)
    {
        length += 32;
    }
    while let Some(chunk) = bytes.get(length..).and_then(<[u8]>::first_chunk) {
        if let Some(place) = place(*chunk) {
            return length + place;
        }
        length += 8;
    }
    let rest = bytes.get(length..).unwrap_or_default();
    // The last eight bytes once more: of those seen already none stops.
    if let (1.., Some(chunk)) = (length, bytes.last_chunk()) {
        return place(*chunk).map_or(bytes.len(), |place| bytes.len() - 8 + place);
    }
    length + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len())
}

/// True if one of the bytes is such. Looks at each of them, as the machine does that with many at a time.
#[inline]
fn stops(bytes: &[u8; 32]) -> bool {
    bytes.iter().fold(false, |stops, byte| stops | (*byte == b'"') | (*byte == b'\\') | (*byte < 0x20))
}

/// Where the first such byte of eight stands. A byte of `hit` has its high bit set
/// where the byte is one; above the first such byte there may be others that are not.
#[inline]
fn place(bytes: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(bytes);
    let hit = (is_zero(word ^ each(b'"')) | is_zero(word ^ each(b'\\')) | is_below(word, 0x20)) & each(0x80);
    (hit != 0).then(|| hit.trailing_zeros() as usize / 8)
}

const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Sets the high bit of every byte that is zero.
const fn is_zero(word: u64) -> u64 {
    word.wrapping_sub(each(1)) & !word
}

/// Sets the high bit of every byte below `limit`, which must not be above 0x80.
const fn is_below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(each(limit)) & !word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_at_every_place() {
        for byte in 0..=u8::MAX {
            let stops = matches!(byte, b'"' | b'\\' | 0..=0x1f);
            for length in 0..50 {
                for at in 0..length {
                    let mut bytes = vec![b'a'; length];
                    if let Some(place) = bytes.get_mut(at) {
                        *place = byte;
                    }
                    assert_eq!(plain_length(&bytes), if stops { at } else { length }, "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn the_first_of_several_is_found() {
        for (text, length) in
            [("a\"b\\c", 1), ("\u{1}\u{0}", 0), ("é\u{1f}ü\"abcdefgh", 2), ("abcdefgh\"\"", 8), ("a!!!!!!\"", 7)]
        {
            assert_eq!(plain_length(text.as_bytes()), length, "{text:?}");
        }
    }
}
