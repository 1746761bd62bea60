//! Bytes that begin or end inside a character, and every way to complete them.

/// How bytes lie in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Whole characters.
    Whole,
    /// They begin inside a character, end inside another, or both.
    Cut,
    /// They lie inside one character.
    Inside,
}

/// Bytes that continue a character.
fn continues(byte: u8) -> bool {
    matches!(byte, 0x80..=0xBF)
}

/// How bytes lie in a text, or `None` where no UTF-8 text has them. Exact: up to three bytes may end a character, whatever
/// they are, and what UTF-8 allows as the beginning of a character can be completed.
pub(super) fn ends(bytes: &[u8]) -> Option<Ends> {
    let first = bytes.iter().position(|&b| !continues(b)).unwrap_or(bytes.len());
    if first > 3 {
        return None;
    }
    if first == bytes.len() {
        return Some(if first == 0 { Ends::Whole } else { Ends::Inside });
    }
    match std::str::from_utf8(&bytes[first..]) {
        Ok(_) if first == 0 => Some(Ends::Whole),
        Ok(_) => Some(Ends::Cut),
        Err(e) => e.error_len().is_none().then_some(Ends::Cut),
    }
}

/// Every sequence of `n` bytes that continue a character.
fn continuations(n: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..1usize << (6 * n)).map(move |bits| (0..n).rev().map(|at| 0x80 | (bits >> (6 * at)) as u8 & 0x3F).collect())
}

/// Every beginning of the character that `bytes` begin inside of, the shortest first; the empty one where they begin with
/// one. Where they lie inside one character, as many as may still be ended.
pub(super) fn lefts(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let inside = bytes.iter().take_while(|&&b| continues(b)).count();
    let open = inside == bytes.len();
    let end = bytes[..inside].to_vec();
    let lead = |len: usize| match len {
        2 => 0xC2..=0xDFu8,
        3 => 0xE0..=0xEF,
        _ => 0xF0..=0xF4,
    };
    let none = (inside == 0).then(Vec::new);
    let longer = (1..4usize).flat_map(move |before| {
        let lengths = if open { before + inside..=4 } else { before + inside..=(before + inside).min(4) };
        let (end, all) = (end.clone(), lengths.filter(move |_| inside > 0 && before + inside <= 4));
        all.flat_map(move |len| {
            let end = end.clone();
            lead(len).flat_map(move |first| {
                let end = end.clone();
                continuations(before - 1).map(move |rest| [vec![first], rest].concat()).filter(move |left| {
                    std::str::from_utf8(&[left, &end[..]].concat())
                        .err()
                        .is_none_or(|e| open && e.error_len().is_none())
                })
            })
        })
    });
    none.into_iter().chain(longer)
}

/// Every end of the character that `bytes` end inside of; the empty one where they end with one.
pub(super) fn rights(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let start = bytes.iter().rposition(|&b| !continues(b)).unwrap_or(0);
    let last = bytes[start..].to_vec();
    let length = match last.first() {
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xFF) => 4,
        _ => 0,
    };
    let missing = length.max(last.len()) - last.len();
    continuations(missing).filter(move |end| missing == 0 || std::str::from_utf8(&[&last[..], end].concat()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All characters, cut everywhere: each cut is found, and each completion is that of some character.
    #[test]
    fn completions_are_those_of_the_characters_and_no_others() {
        let some = "é€𝄞\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}";
        for c in some.chars() {
            let bytes = c.to_string().into_bytes();
            for cut in 1..bytes.len() {
                let (left, right) = bytes.split_at(cut);
                let (before, after) = ([b"a", left].concat(), [right, b"a"].concat());
                assert_eq!((ends(&before), ends(&after)), (Some(Ends::Cut), Some(Ends::Cut)));
                assert!(rights(&before).any(|r| r == right) && lefts(&after).any(|l| l == left), "{c} {cut}");
                let wrong = |r: Vec<u8>| String::from_utf8([&before[..], &r].concat()).is_err();
                assert!(!rights(&before).any(wrong));
                assert!(!lefts(&after).any(|l| String::from_utf8([&l[..], &after].concat()).is_err()));
                for end in cut + 1..bytes.len() {
                    assert_eq!(ends(&bytes[cut..end]), Some(Ends::Inside));
                    assert!(lefts(&bytes[cut..end]).any(|l| l == left), "{c} {cut} {end}");
                }
            }
        }
        // 30 lead bytes of two; three: 16 of them with 64 each, less surrogates (32) and those too short (32).
        assert_eq!(lefts(b"\xBFa").filter(|l| l.len() == 1).count(), 30);
        assert_eq!(lefts(b"\xBFa").filter(|l| l.len() == 2).count(), 16 * 64 - 64);
        assert_eq!((lefts(b"a").count(), rights(b"a").count(), rights(b"\xE2").count()), (1, 1, 4096));
        assert_eq!((rights(b"\xE0").count(), rights(b"\xED").count()), (2048, 2048));
    }

    #[test]
    fn what_no_text_holds() {
        for bad in [
            &b"\xC0"[..],
            b"\xC1\x80",
            b"\xF5",
            b"\xFF",
            b"a\x80",
            b"\xE2a",
            b"\x80\x80\x80\x80",
            b"\xED\xA0",
            b"\xE9\xE9",
        ] {
            assert_eq!(ends(bad), None, "{bad:?}");
        }
        assert_eq!((ends(b""), ends("aé".as_bytes())), (Some(Ends::Whole), Some(Ends::Whole)));
    }
}
