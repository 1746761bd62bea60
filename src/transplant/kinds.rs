//! What sort of text a token is: its script, or digits, or signs. Rough, by Unicode's blocks; enough to tell languages apart
//! that cannot share a word.

/// The sort of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Letters; the script is that of the first.
    Letters(u8),
    /// Digits and other numbers, without a letter.
    Numbers,
    /// Other text: punctuation, symbols, white space.
    Signs,
    /// No text: a part of a character.
    Bytes,
}

impl Kind {
    /// The sort of these bytes.
    pub(super) fn of(bytes: &[u8]) -> Kind {
        let Ok(text) = std::str::from_utf8(bytes) else { return Kind::Bytes };
        match script(bytes) {
            Some(script) => Kind::Letters(script),
            None if text.chars().any(char::is_numeric) => Kind::Numbers,
            None => Kind::Signs,
        }
    }
}

/// A rough script of a token: the block of 128 characters that its first letter is in, or a number for a script that fills
/// more than one. `None` without a letter.
pub(super) fn script(bytes: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(match text.chars().find(|c| c.is_alphabetic())? as u32 {
        // Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic.
        0..0x250 | 0x1e00..0x1f00 | 0xff21..0xff5b => 0,
        0x370..0x400 | 0x1f00..0x2000 => 7,
        0x400..0x530 | 0x1c80..0x1c90 => 8,
        0x530..0x590 => 10,
        0x590..0x600 => 11,
        0x600..0x780 | 0x8a0..0x900 | 0xfb50..0xfe00 | 0xfe70..0xff00 => 12,
        // Ethiopic, kana, ideographs, Hangul.
        0x1200..0x13a0 => 36,
        0x3040..0x3100 | 0x31f0..0x3200 | 0xff66..0xffa0 => 96,
        0x3400..0xa000 | 0xf900..0xfb00 | 0x2_0000.. => 104,
        0x1100..0x1200 | 0x3130..0x3190 | 0xac00..0xd7b0 => 34,
        letter => u8::try_from(letter >> 7).unwrap_or(u8::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_told_apart() {
        let of = |text: &str| script(text.as_bytes());
        assert_eq!(of(" ev"), of("ş"));
        assert_eq!(of("ev"), of("ạ"));
        assert!(of("क") != of("ev") && of("क") == of(" ख") && of("12").is_none());
        for same in [["猫", "犬"], ["か", "ノ"], ["가", "힣"], ["б", "ѯ"], ["ب", "ڪ"], ["α", "Ͱ"]] {
            assert_eq!(of(same[0]), of(same[1]), "{same:?}");
        }
        let all = ["a", "α", "б", "ب", "א", "ա", "क", "ক", "ก", "か", "猫", "가", "ა", "አ"].map(of);
        assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), all.len(), "{all:?}");
    }

    #[test]
    fn what_is_no_letter_has_a_sort_as_well() {
        let of = |bytes: &[u8]| Kind::of(bytes);
        assert_eq!(
            [of(b" 12"), of(b"-"), of(b" "), of(b"\xc5")],
            [Kind::Numbers, Kind::Signs, Kind::Signs, Kind::Bytes]
        );
        assert_eq!(of("2.ş".as_bytes()), Kind::Letters(0));
        assert_eq!(of("३".as_bytes()), Kind::Numbers);
    }
}
