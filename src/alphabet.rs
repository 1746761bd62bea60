//! The byte alphabet of byte-level files: how GPT-2 and everything after it spells a byte as a printable character.
//!
//! Bytes that are printable in Latin-1 stand for themselves; the other 68 take the code points from U+0100 on, in
//! byte order. Ids of the base tokens follow the code points, as Hugging Face's trainer numbers them.

const fn printable(byte: u8) -> bool {
    matches!(byte, 33..=126 | 161..=172 | 174..=255)
}

const CHARS: [char; 256] = {
    let mut table = ['\0'; 256];
    let (mut byte, mut shifted) = (0usize, 0u32);
    while byte < 256 {
        table[byte] = if printable(byte as u8) {
            byte as u8 as char
        } else {
            shifted += 1;
            match char::from_u32(255 + shifted) {
                Some(c) => c,
                None => '\0',
            }
        };
        byte += 1;
    }
    table
};

const BYTES: [u8; 68] = {
    let mut table = [0u8; 68];
    let (mut byte, mut shifted) = (0usize, 0usize);
    while byte < 256 {
        if !printable(byte as u8) {
            table[shifted] = byte as u8;
            shifted += 1;
        }
        byte += 1;
    }
    table
};

/// The character that spells `byte`.
pub const fn char_of(byte: u8) -> char {
    CHARS[byte as usize]
}

/// The byte that `c` spells, or `None` where `c` is outside the alphabet.
pub fn byte_of(c: char) -> Option<u8> {
    let code = c as u32;
    match u8::try_from(code) {
        Ok(byte) => printable(byte).then_some(byte),
        Err(_) => BYTES.get(code as usize - 256).copied(),
    }
}

/// `bytes` as a byte-level file spells them.
pub fn spell(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char_of(b)).collect()
}

/// The bytes that `text` spells, or `None` where a character is outside the alphabet.
pub fn unspell(text: &str) -> Option<Vec<u8>> {
    text.chars().map(byte_of).collect()
}

/// The 256 bytes in the order of their characters: the order of base ids.
pub fn in_order() -> [u8; 256] {
    let mut bytes: [u8; 256] = std::array::from_fn(|i| i as u8);
    bytes.sort_unstable_by_key(|&b| char_of(b));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_its_spelling() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unspell(&spell(&all)), Some(all));
        assert_eq!((char_of(b' '), char_of(b'\n')), ('Ġ', 'Ċ'));
        assert_eq!((byte_of('ł'), byte_of('\u{144}'), byte_of(' ')), (Some(160), None, None));
    }

    #[test]
    fn order_is_that_of_the_tokenizers_crate() {
        use tokenizers::pre_tokenizers::byte_level::ByteLevel;
        let mut theirs: Vec<char> = ByteLevel::alphabet().into_iter().collect();
        theirs.sort_unstable();
        assert_eq!(in_order().map(char_of).to_vec(), theirs);
    }
}
