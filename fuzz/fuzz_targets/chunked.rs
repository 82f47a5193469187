//! A chunked body that is taken is the one that RFC 9112 (7.1) spells, whole; what
//! breaks off is never taken for a whole one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vicgate_fuzz::first_request;

fuzz_target!(|bytes: &[u8]| {
    let mut request =
        b"POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    request.extend_from_slice(bytes);
    let first = first_request(&request).expect("the head is good");
    if let Some(body) = first.body {
        assert_eq!(decode(bytes).as_deref(), Some(&body[..]), "what was taken for a body is none");
    }
});

/// A decoder of its own, as the RFC has it, with the two liberties that hyper takes
/// and that leave one reading: blanks behind a size, and a lone LF behind the last trailer.
fn decode(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = line(&mut rest)?;
        let size = line.split(|byte| *byte == b';').next()?.trim_ascii_end();
        let digits = std::str::from_utf8(size).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let size = usize::from_str_radix(digits, 16).ok()?;
        if size == 0 {
            break;
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
    // Trailers, up to an empty line.
    while !line(&mut rest)?.is_empty() {}
    Some(body)
}

/// A line that ends in CR LF, or in LF.
fn line<'r>(rest: &mut &'r [u8]) -> Option<&'r [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (line, behind) = rest.split_at(end);
    *rest = behind.get(1..)?;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}
