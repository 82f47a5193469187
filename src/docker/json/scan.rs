//! The one loop that reader and writer spend their time in.

/// How many bytes stand before the first that a JSON string cannot hold as it
/// is: a quote, a backslash, a control character.
#[inline]
pub(in crate::docker) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    let mut words = 0;
    while let Some((word, behind)) = rest.split_first_chunk() {
        if let Some(place) = place(*word) {
            return bytes.len() - rest.len() + place;
        }
        rest = behind;
        words += 1;
        if words == SHORT {
            rest = behind_plain(rest);
        }
    }
    // The last eight bytes once more: of those seen already none stops.
    if let (1.., Some(word)) = (words, bytes.last_chunk()) {
        return place(*word).map_or(bytes.len(), |place| bytes.len() - 8 + place);
    }
    let here = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    bytes.len() - rest.len() + here.unwrap_or(rest.len())
}

/// Most names and values have no more words of eight bytes.
const SHORT: usize = 2;

/// What is left behind pieces in which no byte stops.
fn behind_plain(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((piece, behind)) = rest.split_first_chunk()
        && !stops(piece)
    {
        rest = behind;
    }
    rest
}

/// True if one of the bytes is such. Looks at each of them, as the machine does that with many at a time.
#[inline]
fn stops(bytes: &[u8; 16]) -> bool {
    bytes.iter().fold(false, |stops, byte| stops | (*byte ^ 2 <= 0x20) | (*byte == b'\\'))
}

/// Where the first such byte of eight stands. A byte of `hit` has its high bit set
/// where the byte is one; above the first such byte there may be others that are not.
#[inline]
fn place(bytes: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(bytes);
    // With this bit turned, a quote is the next behind the control characters.
    let hit = (below(word ^ each(2), 0x21) | below(word ^ each(b'\\'), 1)) & !word & each(0x80);
    (hit != 0).then(|| hit.trailing_zeros() as usize / 8)
}

const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Sets the high bit of every byte below `limit`, which must not be above 0x80, and of some that have it already.
const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(each(limit))
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
