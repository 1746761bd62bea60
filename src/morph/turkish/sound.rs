//! Sound: what vowel harmony and assimilation make of a suffix after a given stem.
//!
//! A suffix is written with archiphonemes, as grammars do: `A` is a or e, `I` is ı, i, u or ü, `D` is d or t, `C` is c or
//! ç; a first letter in parentheses is a buffer: a consonant that stands only after a vowel, or a vowel that stands only
//! after a consonant; a last `K` is k, or ğ before a vowel. What stands before a suffix decides all of them, and all
//! that matters of it fits into four bits, so each suffix is spelled out sixteen times once and compared afterwards.

use super::letters::{is_front, is_round, is_voiceless, is_vowel, letter};

/// What a suffix sees of what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct Context(pub u8);

fn bit(set: bool, bit: u8) -> u8 {
    if set { bit } else { 0 }
}

impl Context {
    /// The last vowel is front.
    pub const FRONT: u8 = 1;
    /// The last vowel is rounded.
    pub const ROUND: u8 = 2;
    /// The last letter is a vowel.
    pub const VOWEL: u8 = 4;
    /// The last letter is a voiceless consonant.
    pub const VOICELESS: u8 = 8;
    /// How many different ones a suffix can tell apart.
    pub const KINDS: usize = 16;
    /// Only a suffix that starts with a vowel may follow.
    pub const NEEDS_VOWEL: u8 = 16;
    /// No suffix that starts with a vowel may follow.
    pub const NO_VOWEL: u8 = 32;

    /// The context after `letters`; `before` is the context before them and counts where they hold no vowel.
    pub fn after(letters: &[u8], before: Context) -> Context {
        let mut bits = before.0 & (Context::FRONT | Context::ROUND);
        if let Some(&vowel) = letters.iter().rev().find(|&&l| is_vowel(l)) {
            bits = bit(is_front(vowel), Context::FRONT) | bit(is_round(vowel), Context::ROUND);
        }
        if let Some(&last) = letters.last() {
            bits |= bit(is_vowel(last), Context::VOWEL) | bit(is_voiceless(last), Context::VOICELESS);
        }
        Context(bits)
    }

    /// The part that decides how a suffix is spelled.
    pub fn kind(self) -> usize {
        self.0 as usize % Context::KINDS
    }

    /// Whether a suffix that starts with a vowel (or not) may stand here.
    pub fn admits(self, starts_with_vowel: bool) -> bool {
        self.0 & if starts_with_vowel { Context::NO_VOWEL } else { Context::NEEDS_VOWEL } == 0
    }

    /// Whether a word may end here.
    pub fn may_end(self) -> bool {
        self.0 & Context::NEEDS_VOWEL == 0
    }
}

/// What the letters before a suffix must be, where harmony does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// After a vowel.
    Vowel,
    /// After `l`.
    L,
    /// After a consonant other than `l`.
    NotL,
    /// After `l` or `r`.
    LR,
    /// After a consonant other than `l` and `r`.
    NotLR,
    /// After a consonant.
    Consonant,
    /// After a syllable with ö or ü.
    FrontRound,
}

impl When {
    /// Whether it holds after `last` in `context`.
    #[inline]
    pub fn holds(self, last: u8, context: Context) -> bool {
        let vowel = context.0 & Context::VOWEL != 0;
        match self {
            When::Always => true,
            When::Vowel => vowel,
            When::L => last == letter('l'),
            When::NotL => !vowel && last != letter('l'),
            When::LR => last == letter('l') || last == letter('r'),
            When::NotLR => !vowel && last != letter('l') && last != letter('r'),
            When::Consonant => !vowel,
            When::FrontRound => context.0 & (Context::FRONT | Context::ROUND) == Context::FRONT | Context::ROUND,
        }
    }
}

/// A suffix spelled out after one kind of context. Eight letters are enough for every suffix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spelled {
    /// Its letters, the first in the lowest byte.
    letters: u64,
    mask: u64,
    /// Number of letters; 0: it can't stand here.
    pub len: u8,
    /// Whether it starts with a vowel.
    pub vowel_first: bool,
    /// The context after it.
    pub after: Context,
}

impl Spelled {
    /// Whether `word`, eight letters of the text, begins with this.
    #[inline(always)]
    pub fn matches(&self, word: u64) -> bool {
        (word ^ self.letters) & self.mask == 0
    }

    /// Its first letter, if it can stand here.
    pub fn first(&self) -> Option<u8> {
        (self.len > 0).then_some(self.letters as u8)
    }

    fn new(letters: &[u8], before: Context, softened: Option<bool>) -> Spelled {
        let mut bytes = [0; 8];
        bytes[..letters.len()].copy_from_slice(letters);
        let mut after = Context::after(letters, before);
        match softened {
            Some(true) => after.0 |= Context::NEEDS_VOWEL,
            Some(false) => after.0 |= Context::NO_VOWEL,
            None => {}
        }
        Spelled {
            letters: u64::from_le_bytes(bytes),
            mask: u64::MAX.checked_shr(64 - 8 * letters.len() as u32).unwrap_or(0),
            len: letters.len() as u8,
            vowel_first: letters.first().is_some_and(|&l| is_vowel(l)),
            after,
        }
    }
}

/// The ways to spell a suffix after each kind of context: two where its last consonant softens, else one.
pub(super) fn spell_out(template: &str) -> Vec<[Spelled; Context::KINDS]> {
    let softening: &[Option<bool>] = if template.ends_with('K') { &[Some(false), Some(true)] } else { &[None] };
    let mut ways = Vec::new();
    for &softened in softening {
        let mut way = [Spelled::default(); Context::KINDS];
        for (kind, spelled) in way.iter_mut().enumerate() {
            let before = Context(kind as u8);
            *spelled = Spelled::new(&realize(template, before, softened == Some(true)), before, softened);
        }
        ways.push(way);
    }
    ways
}

/// The letters of a template after `before`.
pub(super) fn realize(template: &str, before: Context, softened: bool) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    let mut context = before;
    let mut optional = false;
    for c in template.chars() {
        match c {
            '(' => {
                optional = true;
                continue;
            }
            ')' => {
                optional = false;
                continue;
            }
            _ => {}
        }
        let is_vowel_symbol = matches!(c, 'A' | 'I') || is_vowel(letter(c));
        let after_vowel = context.0 & Context::VOWEL != 0;
        if optional && is_vowel_symbol == after_vowel {
            continue;
        }
        let (front, round) = (context.0 & Context::FRONT != 0, context.0 & Context::ROUND != 0);
        let voiceless = context.0 & Context::VOICELESS != 0;
        let sound = match c {
            'A' if front => 'e',
            'A' => 'a',
            'I' => match (front, round) {
                (false, false) => 'ı',
                (true, false) => 'i',
                (false, true) => 'u',
                (true, true) => 'ü',
            },
            'D' if voiceless => 't',
            'D' => 'd',
            'C' if voiceless => 'ç',
            'C' => 'c',
            'K' if softened => 'ğ',
            'K' => 'k',
            other => other,
        };
        out.push(letter(sound));
        context = Context::after(&out, before);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::letters::{letters, spell_all};
    use super::*;

    /// The suffix after a stem, as text.
    fn after(stem: &str, template: &str) -> String {
        spell_all(&realize(template, Context::after(&letters(stem), Context::default()), false))
    }

    #[test]
    fn two_way_harmony_follows_backness() {
        assert_eq!(["ev", "göz", "kız", "okul"].map(|s| after(s, "lAr")), ["ler", "ler", "lar", "lar"]);
    }

    #[test]
    fn four_way_harmony_follows_backness_and_rounding() {
        assert_eq!(["kız", "ev", "okul", "göz"].map(|s| after(s, "(y)I")), ["ı", "i", "u", "ü"]);
    }

    #[test]
    fn buffers_stand_between_vowels_only() {
        assert_eq!(["araba", "ev"].map(|s| after(s, "(y)A")), ["ya", "e"]);
        assert_eq!(["araba", "ev"].map(|s| after(s, "(s)I")), ["sı", "i"]);
        assert_eq!(["araba", "ev"].map(|s| after(s, "(I)mIz")), ["mız", "imiz"]);
    }

    #[test]
    fn d_and_c_are_voiceless_after_a_voiceless_consonant() {
        assert_eq!(["sokak", "ev", "araba"].map(|s| after(s, "DA")), ["ta", "de", "da"]);
        assert_eq!(["kitap", "göz"].map(|s| after(s, "CI")), ["çı", "cü"]);
    }

    #[test]
    fn a_last_k_softens_before_vowels_and_only_there() {
        let ways = spell_out("DIK");
        let kind = Context::after(&letters("gel"), Context::default()).kind();
        let (hard, soft) = (ways[0][kind], ways[1][kind]);
        assert!(hard.after.may_end() && !hard.after.admits(true) && hard.after.admits(false));
        assert!(!soft.after.may_end() && soft.after.admits(true) && !soft.after.admits(false));
        assert!(soft.matches(u64::from_le_bytes(letters("diğimiz0")[..8].try_into().unwrap())));
        assert!(!hard.matches(u64::from_le_bytes(letters("diğimiz0")[..8].try_into().unwrap())));
    }

    #[test]
    fn a_suffix_without_vowel_keeps_the_harmony_of_its_stem() {
        let stem = Context::after(&letters("gel"), Context::default());
        assert_eq!(Context::after(&letters("m"), stem).0 & Context::FRONT, Context::FRONT);
    }
}
