//! The one loop that reader and writer spend their time in.

/// How many bytes stand before the first that a JSON string cannot hold as it
/// is: a quote, a backslash, a control character.
#[inline]
pub(in crate::docker) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    let mut pieces = 0;
    while let Some((piece, behind)) = rest.split_first_chunk() {
        if let Some(place) = place_of_many(*piece) {
            return bytes.len() - rest.len() + place;
        }
        rest = behind;
        pieces += 1;
        if pieces == SHORT {
            rest = behind_plain(rest);
        }
    }
    bytes.len() - rest.len() + in_rest(bytes, rest)
}

/// How many bytes are looked at at a time.
const PIECE: usize = 16;

/// Most names and values have no more pieces.
const SHORT: usize = 4;

/// What is left behind pieces in which no byte stops: that is told in half the time of where it stands.
fn behind_plain(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((piece, behind)) = rest.split_first_chunk::<PIECE>()
        && !piece.iter().fold(false, |any, byte| any | stops(*byte))
    {
        rest = behind;
    }
    rest
}

/// [`plain_length`] of what is left of `bytes`, less than one piece.
fn in_rest(bytes: &[u8], rest: &[u8]) -> usize {
    // The last bytes once more: of those seen already none stops.
    if let Some(piece) = bytes.last_chunk().filter(|_| !rest.is_empty()) {
        return place_of_many(*piece).map_or(rest.len(), |place| place + rest.len() - PIECE);
    }
    if let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) {
        return place(*first).or_else(|| Some(place(*last)? + rest.len() - 8)).unwrap_or(rest.len());
    }
    rest.iter().position(|byte| stops(*byte)).unwrap_or(rest.len())
}

/// True for a byte at which a string stops.
#[inline]
const fn stops(byte: u8) -> bool {
    // With this bit turned, a quote is the next behind the control characters.
    (byte ^ 2 <= 0x20) | (byte == b'\\')
}

/// Where the first such byte of a piece stands. Looks at each of them, as the machine does that with all at a time.
#[inline]
fn place_of_many(bytes: [u8; PIECE]) -> Option<usize> {
    let mut hits = [0; PIECE];
    hits.iter_mut().zip(bytes).for_each(|(hit, byte)| *hit = if stops(byte) { u8::MAX } else { 0 });
    let hit = u128::from_le_bytes(hits);
    (hit != 0).then(|| hit.trailing_zeros() as usize / 8)
}

/// Where the first such byte of eight stands. A byte of `hit` has its high bit set
/// where the byte is one; above the first such byte there may be others that are not.
#[inline]
fn place(bytes: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(bytes);
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
            for length in 0..100 {
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
