//! From a form of a root back to its lemma.

use super::letters::{is_vowel, letter, spell};

/// What a form lacks of its lemma, apart from softening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Undo {
    /// Nothing.
    Nothing,
    /// The last consonant is there twice.
    Double,
    /// A vowel is missing before the last consonant.
    DropI,
    /// The same, ı.
    DropDotlessI,
    /// The same, u.
    DropU,
    /// The same, ü.
    DropUmlautU,
    /// The same, a.
    DropA,
    /// The same, e.
    DropE,
    /// The last vowel is missing, a: the verb before `-Iyor`.
    LastA,
    /// The same, e.
    LastE,
    /// The same, ı.
    LastDotlessI,
    /// The same, i.
    LastI,
    /// The same, u.
    LastU,
    /// The same, ü.
    LastUmlautU,
    /// The vowel is another: `di` for `de`, `ban` for `ben`.
    Raised,
}

impl Undo {
    const ALL: [Undo; 15] = [
        Undo::Nothing,
        Undo::Double,
        Undo::DropI,
        Undo::DropDotlessI,
        Undo::DropU,
        Undo::DropUmlautU,
        Undo::DropA,
        Undo::DropE,
        Undo::LastA,
        Undo::LastE,
        Undo::LastDotlessI,
        Undo::LastI,
        Undo::LastU,
        Undo::LastUmlautU,
        Undo::Raised,
    ];

    /// The value of a number, [`Undo::Nothing`] for one that is none.
    pub fn from_number(number: u8) -> Undo {
        Undo::ALL.get(number as usize).copied().unwrap_or(Undo::Nothing)
    }

    /// A missing last vowel.
    pub fn of_last(vowel: u8) -> Undo {
        match spell(vowel) {
            'a' => Undo::LastA,
            'e' => Undo::LastE,
            'ı' => Undo::LastDotlessI,
            'i' => Undo::LastI,
            'u' => Undo::LastU,
            _ => Undo::LastUmlautU,
        }
    }

    /// The lemma of a form whose last consonant is voiced for a voiceless one, or not.
    pub fn lemma(self, form: &[u8], softened: bool) -> Vec<u8> {
        let mut lemma = form.to_vec();
        if self == Undo::Double {
            lemma.pop();
        }
        if softened {
            harden(&mut lemma);
        }
        let before_last = lemma.len().saturating_sub(1);
        match self {
            Undo::Nothing | Undo::Double => {}
            Undo::DropI => lemma.insert(before_last, letter('i')),
            Undo::DropDotlessI => lemma.insert(before_last, letter('ı')),
            Undo::DropU => lemma.insert(before_last, letter('u')),
            Undo::DropUmlautU => lemma.insert(before_last, letter('ü')),
            Undo::DropA => lemma.insert(before_last, letter('a')),
            Undo::DropE => lemma.insert(before_last, letter('e')),
            Undo::LastA => lemma.push(letter('a')),
            Undo::LastE => lemma.push(letter('e')),
            Undo::LastDotlessI => lemma.push(letter('ı')),
            Undo::LastI => lemma.push(letter('i')),
            Undo::LastU => lemma.push(letter('u')),
            Undo::LastUmlautU => lemma.push(letter('ü')),
            Undo::Raised => {
                if let Some(vowel) = lemma.iter_mut().rev().find(|l| is_vowel(**l)) {
                    *vowel = letter('e');
                }
            }
        }
        lemma
    }
}

/// Makes a last voiced consonant the voiceless one that it stands for.
pub(super) fn harden(lemma: &mut [u8]) {
    if let Some(last) = lemma.last_mut() {
        let hard = [('b', 'p'), ('c', 'ç'), ('d', 't'), ('g', 'k'), ('ğ', 'k')];
        if let Some((_, voiceless)) = hard.iter().find(|(voiced, _)| letter(*voiced) == *last) {
            *last = letter(*voiceless);
        }
    }
}

/// `ağız` as `ağz`, with what puts the vowel back.
pub(super) fn without_last_vowel(stem: &[u8]) -> Option<(Vec<u8>, Undo)> {
    let at = stem.len().checked_sub(2)?;
    let undo = match spell(stem[at]) {
        'i' => Undo::DropI,
        'ı' => Undo::DropDotlessI,
        'u' => Undo::DropU,
        'ü' => Undo::DropUmlautU,
        'a' => Undo::DropA,
        'e' => Undo::DropE,
        _ => return None,
    };
    Some(([&stem[..at], &stem[at + 1..]].concat(), undo))
}

#[cfg(test)]
mod tests {
    use super::super::letters::{letters, spell_all};
    use super::*;

    #[test]
    fn every_change_is_undone() {
        let lemma = |form: &str, undo: Undo, softened: bool| spell_all(&undo.lemma(&letters(form), softened));
        assert_eq!(lemma("kitab", Undo::Nothing, true), "kitap");
        assert_eq!(lemma("reng", Undo::Nothing, true), "renk");
        assert_eq!(lemma("hakk", Undo::Double, false), "hak");
        assert_eq!(lemma("tıbb", Undo::Double, true), "tıp");
        assert_eq!(lemma("kayb", Undo::DropDotlessI, true), "kayıp");
        assert_eq!(lemma("di", Undo::Raised, false), "de");
        for stem in ["başla", "bekle", "tanı", "yeri", "oku", "yürü"] {
            let letters = letters(stem);
            let (last, narrow) = letters.split_last().unwrap();
            assert_eq!(spell_all(&Undo::of_last(*last).lemma(narrow, false)), stem);
        }
        for stem in ["ağız", "oğul", "şehir", "hüküm"] {
            let (short, undo) = without_last_vowel(&letters(stem)).unwrap();
            assert_eq!(spell_all(&undo.lemma(&short, false)), stem);
        }
    }

    #[test]
    fn numbers_name_what_they_stand_for() {
        for (n, &undo) in Undo::ALL.iter().enumerate() {
            assert_eq!(undo as usize, n);
            assert_eq!(Undo::from_number(n as u8), undo);
        }
    }
}
