//! From canonical morphemes to cuts of the word as it is written.
//!
//! The morphemes joined are edited into the word at the smallest cost; where they meet in the joined string is then a
//! place in the word, or several places if edits of equal cost differ. Of these the one counts that lies between clusters.
//! Where there is none, the place moves right past the signs that it lies before (`घर+आत` is घरा|त), but never past a
//! letter. Where none or several are left, the row is not aligned, rather than guessed at.
//!
//! | edit | cost | example |
//! |---|---:|---|
//! | none; candrabindu for anusvara | 0 | |
//! | vowel sign for vowel letter; long for short; virama comes or goes | 1 | घर+आत = घरात, नदी+याँ = नदियाँ |
//! | vowel goes or comes; guṇa or vṛddhi; y, v for i, u | 2 | विद्या+आलय = विद्यालय, पर+उपकार = परोपकार, अति+अधिक = अत्यधिक |
//! | visarga for o, r, ś, ṣ, s; visarga or nasal goes or comes; m, n for anusvara | 2 | मनः+रंजन = मनोरंजन |
//! | voiced for unvoiced | 2 | जगत्+ईश = जगदीश |
//! | any other letter for a letter, or a letter goes or comes | 5 | |
//!
//! A row may cost [`LIMIT`] a boundary. Vowels are told by their place in the block, which is the same in the blocks of all
//! scripts of India from Devanagari to Malayalam; in other scripts every change costs 5. O(length of word x length of
//! morphemes).

use crate::unicode::cluster;

/// What an alignment may cost for each place where morphemes meet.
const LIMIT: u32 = 6;
/// Longer words are not aligned.
const LONGEST: usize = 200;

/// Cuts as byte offsets, and how they were found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Alignment {
    /// The morphemes joined are the word.
    Direct(Vec<usize>),
    /// They are so after edits.
    Sandhi(Vec<usize>),
}

/// The place of a character in its block, and the block; `None` outside of the scripts of India.
fn place(c: char) -> Option<(u32, u32)> {
    let code = u32::from(c);
    (0x900..0xD80).contains(&code).then_some((code % 128, code / 128))
}

/// What kind of sound a character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sound {
    /// a 0, i 1, u 2, ṛ 3, e 4, ai 5, o 6, au 7; long; a letter of its own.
    Vowel {
        quality: u8,
        long: bool,
        letter: bool,
    },
    Nasal,
    Visarga,
    Virama,
    Consonant(u32),
    Other,
}

fn sound(c: char) -> Sound {
    let Some((place, _)) = place(c) else { return Sound::Other };
    let letter = place < 0x15;
    let vowel = |quality: u8, long: bool| Sound::Vowel { quality, long, letter };
    match place {
        0x01 | 0x02 => Sound::Nasal,
        0x03 => Sound::Visarga,
        0x4D => Sound::Virama,
        0x05 => vowel(0, false),
        0x06 | 0x3E => vowel(0, true),
        0x07 | 0x3F => vowel(1, false),
        0x08 | 0x40 => vowel(1, true),
        0x09 | 0x41 => vowel(2, false),
        0x0A | 0x42 => vowel(2, true),
        0x0B | 0x43 => vowel(3, false),
        0x0E | 0x0F | 0x46 | 0x47 => vowel(4, true),
        0x10 | 0x48 => vowel(5, true),
        0x12 | 0x13 | 0x4A | 0x4B => vowel(6, true),
        0x14 | 0x4C => vowel(7, true),
        0x15..=0x39 => Sound::Consonant(place),
        _ => Sound::Other,
    }
}

/// Pairs of an unvoiced consonant and what it becomes when voiced.
const VOICED: [(u32, u32); 5] = [(0x15, 0x17), (0x1A, 0x1C), (0x1F, 0x21), (0x24, 0x26), (0x2A, 0x2C)];
/// r, ś, ṣ, s.
const FOR_VISARGA: [u32; 4] = [0x30, 0x36, 0x37, 0x38];
const YA: u32 = 0x2F;
const VA: u32 = 0x35;
/// ṅ, ñ, ṇ, n, m.
const NASALS: [u32; 5] = [0x19, 0x1E, 0x23, 0x28, 0x2E];
const OTHER: u32 = 5;

fn replace(from: char, to: char) -> u32 {
    if from == to {
        return 0;
    }
    if place(from).map(|p| p.1) != place(to).map(|p| p.1) {
        return OTHER;
    }
    use Sound::{Consonant, Nasal, Visarga, Vowel};
    match (sound(from), sound(to)) {
        (Nasal, Nasal) => 0,
        (Vowel { quality: a, long, letter }, Vowel { quality: b, long: l, letter: t }) if a == b => {
            u32::from(long != l) + u32::from(letter != t)
        }
        // Guṇa and vṛddhi; the cost of a letter that becomes a sign is in it.
        (Vowel { quality: a, .. }, Vowel { quality: b, .. }) => match (a, b) {
            (1, 4) | (2, 6) | (4, 5) | (6, 7) => 2,
            _ => 3,
        },
        (Vowel { quality: 1, .. }, Consonant(YA)) | (Vowel { quality: 2, .. }, Consonant(VA)) => 2,
        (Visarga, Vowel { quality: 6, .. }) => 2,
        (Visarga, Consonant(c)) if FOR_VISARGA.contains(&c) => 2,
        (Consonant(c), Nasal) | (Nasal, Consonant(c)) if NASALS.contains(&c) => 2,
        (Consonant(a), Consonant(b)) if VOICED.contains(&(a, b)) => 2,
        _ => OTHER,
    }
}

/// The cost of a character that goes, or comes.
fn lose(c: char) -> u32 {
    match sound(c) {
        Sound::Virama => 1,
        Sound::Vowel { .. } | Sound::Nasal | Sound::Visarga => 2,
        Sound::Consonant(_) | Sound::Other => OTHER,
    }
}

/// Costs of editing the first `i` characters of `from` into the first `j` of `to`, at `i * (to.len() + 1) + j`.
fn costs(from: &[char], to: &[char]) -> Vec<u32> {
    let width = to.len() + 1;
    let mut table = vec![0; (from.len() + 1) * width];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            let mut best = if i + j == 0 { 0 } else { u32::MAX };
            if i > 0 {
                best = best.min(table[(i - 1) * width + j] + lose(from[i - 1]));
            }
            if j > 0 {
                best = best.min(table[i * width + j - 1] + lose(to[j - 1]));
            }
            if i > 0 && j > 0 {
                best = best.min(table[(i - 1) * width + j - 1] + replace(from[i - 1], to[j - 1]));
            }
            table[i * width + j] = best;
        }
    }
    table
}

/// Costs of editing what is left after the first `i` characters of `from` into what is left after the first `j` of `to`.
/// Edits have a direction, so this is not [`costs`] of the reversed words.
fn costs_to_end(from: &[char], to: &[char]) -> Vec<u32> {
    let width = to.len() + 1;
    let mut table = vec![0; (from.len() + 1) * width];
    for i in (0..=from.len()).rev() {
        for j in (0..=to.len()).rev() {
            let mut best = if i == from.len() && j == to.len() { 0 } else { u32::MAX };
            if i < from.len() {
                best = best.min(table[(i + 1) * width + j] + lose(from[i]));
            }
            if j < to.len() {
                best = best.min(table[i * width + j + 1] + lose(to[j]));
            }
            if i < from.len() && j < to.len() {
                best = best.min(table[(i + 1) * width + j + 1] + replace(from[i], to[j]));
            }
            table[i * width + j] = best;
        }
    }
    table
}

/// Whether the word may be cut at a byte: between clusters, before no sign, after no virama.
fn is_legal(word: &str, at: usize) -> bool {
    let signs = |c: char| matches!(sound(c), Sound::Virama | Sound::Nasal | Sound::Visarga) || is_sign(c);
    0 < at
        && at < word.len()
        && !cluster::inside(word, at)
        && !word[at..].starts_with(signs)
        && !word[..at].ends_with(|c| sound(c) == Sound::Virama)
}

fn is_sign(c: char) -> bool {
    matches!(sound(c), Sound::Vowel { letter: false, .. })
}

/// The first place at or after byte `at` that the word may be cut at, signs alone being passed.
fn shifted(word: &str, at: usize) -> Option<usize> {
    let mut end = at;
    for c in word[at..].chars() {
        if is_legal(word, end) {
            return Some(end);
        }
        if !is_sign(c) && !matches!(sound(c), Sound::Nasal | Sound::Visarga) {
            return None;
        }
        end += c.len_utf8();
    }
    None
}

/// Cuts of `word` where its morphemes meet.
///
/// # Errors
/// Why there are none, in words.
pub(super) fn align(word: &str, morphemes: &[String]) -> Result<Alignment, String> {
    let joined: String = morphemes.concat();
    let ends = morphemes.iter().scan(0, |end, morpheme| {
        *end += morpheme.chars().count();
        Some(*end)
    });
    let meet: Vec<usize> = ends.take(morphemes.len() - 1).collect();
    let (from, to): (Vec<char>, Vec<char>) = (joined.chars().collect(), word.chars().collect());
    if from.len() > LONGEST || to.len() > LONGEST {
        return Err(format!("longer than {LONGEST} characters"));
    }
    let (before, after) = (costs(&from, &to), costs_to_end(&from, &to));
    let cost = after[0];
    if cost > LIMIT * meet.len() as u32 {
        return Err(format!("`{joined}` is too far from the word: its changes cost {cost}"));
    }
    let bytes: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    let mut cuts = Vec::with_capacity(meet.len());
    for (n, &at) in meet.iter().enumerate() {
        let row = at * (to.len() + 1);
        let places = (0..=to.len()).filter(|j| before[row + j] + after[row + j] == cost).map(|j| bytes[j]);
        let places: Vec<usize> = places.collect();
        let cut =
            choose(word, &places).map_err(|why| format!("`{}` and `{}` meet {why}", morphemes[n], morphemes[n + 1]))?;
        if cuts.last().is_some_and(|last| *last >= cut) {
            return Err(format!("no letter of the word is left for `{}`", morphemes[n]));
        }
        cuts.push(cut);
    }
    Ok(if joined == word { Alignment::Direct(cuts) } else { Alignment::Sandhi(cuts) })
}

/// The one place of several that the word may be cut at.
fn choose(word: &str, places: &[usize]) -> Result<usize, &'static str> {
    let only = |found: Vec<usize>| match found[..] {
        [] => None,
        [place] => Some(Ok(place)),
        _ => Some(Err("at more than one place of equal cost")),
    };
    let legal = places.iter().copied().filter(|&at| is_legal(word, at)).collect();
    let mut moved: Vec<usize> = places.iter().filter_map(|&at| shifted(word, at)).collect();
    moved.dedup();
    only(legal).or_else(|| only(moved)).unwrap_or(Err("inside a cluster"))
}
