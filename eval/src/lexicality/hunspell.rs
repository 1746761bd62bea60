//! A Hunspell dictionary as a lexicon: a `.dic` of stems with the affixes that they take, and an `.aff` that spells them.
//!
//! Words are what the spelling checker accepts. Morphemes are the entries of the `.dic` and the affixes of the `.aff` as
//! they are written. That is only as good as the dictionary: many list inflected forms as stems, and give a chain of
//! suffixes as one. Deviations from a spelling checker:
//! 1. Units are folded, so a word that the dictionary has with a capital is found without one.
//! 2. Numbers, punctuation and abbreviations with their full stops are no words, which checkers let pass.
//!
//! 3. Flag 0, which Hunspell warns of and uses all the same, is given a free number: the Turkish dictionary has it.
//!
//! Only UTF-8 is read; dictionaries in old encodings are converted by `iconv`.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashSet;
use spellbook::Dictionary;
use toktool::error::{Error, Place, Result};
use toktool::morph::Lexical;
use toktool::morph::lexical::{Folding, version};

use super::{Bucket, unit};

/// A Hunspell dictionary.
pub struct Hunspell {
    dictionary: Dictionary,
    /// Entries and affixes, folded.
    morphemes: FxHashSet<Box<str>>,
    folding: Folding,
    name: String,
}

impl fmt::Debug for Hunspell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hunspell({})", self.name)
    }
}

impl Hunspell {
    /// The dictionary in the bytes of two files; `label` says which it is, in reports.
    ///
    /// # Errors
    /// [`Error::Input`] without a path in the [`Fault`] of the file that is not UTF-8 or does not parse.
    pub fn new(aff: &[u8], dic: &[u8], label: &str, folding: Folding) -> std::result::Result<Hunspell, Fault> {
        let affixes = text(aff).map_err(Fault::Aff)?;
        let stems = text(dic).map_err(Fault::Dic)?;
        if let Some((line, encoding)) =
            encoding(affixes).filter(|(_, encoding)| !encoding.eq_ignore_ascii_case("utf-8"))
        {
            let error = Error::input("", format!("the dictionary says that it is in {encoding}"));
            let hint = "convert both files with `iconv -t UTF-8` and write `SET UTF-8`";
            return Err(Fault::Aff(error.at(Place::Line(line)).with_hint(hint)));
        }
        let (numbered, listed) = without_zero(affixes, stems);
        let dictionary = Dictionary::new(&numbered, &listed).map_err(|e| {
            let error = Error::input("", format!("no Hunspell dictionary: {e}"));
            let in_dic = e.to_string().contains(".dic file");
            if in_dic { Fault::Dic(error) } else { Fault::Aff(error) }
        })?;
        let mut morphemes: FxHashSet<Box<str>> = FxHashSet::default();
        let mut add = |form: &str| {
            if !form.is_empty() {
                morphemes.insert(folding.fold(form).into());
            }
        };
        stems.lines().skip(1).map(|line| entry(line).0.trim()).for_each(&mut add);
        affixes.lines().filter_map(affix).for_each(&mut add);
        if morphemes.is_empty() {
            return Err(Fault::Dic(Error::input("", "the dictionary has no entry")));
        }
        let name = format!("{label}, sha256 {} and {}", version(dic), version(aff));
        Ok(Hunspell { dictionary, morphemes, folding, name })
    }
}

/// In which of the two files something is wrong.
#[derive(Debug)]
pub enum Fault {
    /// In the `.aff`.
    Aff(Error),
    /// In the `.dic`.
    Dic(Error),
}

fn text(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let error = Error::input("", "invalid UTF-8").at(Place::Byte(e.valid_up_to() as u64));
        error.with_hint("convert both files with `iconv -t UTF-8` and write `SET UTF-8` into the .aff")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The encoding that an `.aff` names, and in which line.
fn encoding(affixes: &str) -> Option<(u64, &str)> {
    let mut lines = (1..).zip(affixes.lines());
    lines.find_map(|(n, line)| line.strip_prefix("SET ").map(|encoding| (n, encoding.trim())))
}

/// A line of a `.dic` as the stem, the flags behind its slash, and the rest. `\/` is a slash of the stem.
fn entry(line: &str) -> (&str, &str, &str) {
    let slash = line.char_indices().find(|&(at, c)| c == '/' && at > 0 && !line[..at].ends_with('\\'));
    let end = |from: usize| line[from..].find(char::is_whitespace).map_or(line.len(), |at| from + at);
    match slash {
        Some((at, _)) => (&line[..at], &line[at + 1..end(at)], &line[end(at)..]),
        None => {
            let end = line.find('\t').unwrap_or(line.len());
            (&line[..end], "", &line[end..])
        }
    }
}

/// The fields of a rule `SFX flag strip affix/flags condition`; nothing where the line is none.
fn rule(line: &str) -> Option<[&str; 5]> {
    let fields: Vec<&str> = line.split_whitespace().take(5).collect();
    let [name, flag, strip, affix, condition] = fields[..] else { return None };
    // `SFX A Y 12` is the header of a group, and may have a comment behind it.
    let header = matches!(strip, "Y" | "N") && affix.bytes().all(|b| b.is_ascii_digit());
    (matches!(name, "SFX" | "PFX") && !header).then_some([name, flag, strip, affix, condition])
}

/// The affix of a rule, where it adds anything.
fn affix(line: &str) -> Option<&str> {
    let [_, _, _, affix, _] = rule(line)?;
    affix.split('/').next().filter(|affix| *affix != "0")
}

/// Both files with another number for flag 0, which the checker refuses. Only numbered flags can be 0, and where they
/// stand for lists of flags (`AF`) they are left alone.
fn without_zero<'t>(aff: &'t str, dic: &'t str) -> (Cow<'t, str>, Cow<'t, str>) {
    let unchanged = (Cow::Borrowed(aff), Cow::Borrowed(dic));
    let numbered = aff.lines().any(|line| line.split_whitespace().eq(["FLAG", "num"]));
    if !numbered || aff.lines().any(|line| line.starts_with("AF ")) {
        return unchanged;
    }
    let of_rules = aff.lines().filter(|line| line.starts_with("SFX ") || line.starts_with("PFX "));
    let lists =
        dic.lines().map(|line| entry(line).1).chain(of_rules.clone().filter_map(|l| l.split_whitespace().nth(1)));
    let used: FxHashSet<u32> = lists.flat_map(|list| list.split(',')).filter_map(|flag| flag.parse().ok()).collect();
    let Some(free) = (1..65_000u32).rev().find(|n| !used.contains(n)).filter(|_| used.contains(&0)) else {
        return unchanged;
    };
    let free = free.to_string();
    let renumber =
        |list: &str| list.split(',').map(|f| if f == "0" { &*free } else { f }).collect::<Vec<_>>().join(",");
    let new_aff = aff.lines().map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [name @ ("SFX" | "PFX"), flag, ref rest @ ..] => {
            let rest = rest.iter().map(|field| match field.split_once('/') {
                Some((affix, flags)) => format!(" {affix}/{}", renumber(flags)),
                None => format!(" {field}"),
            });
            format!("{name} {}{}\n", renumber(flag), rest.collect::<String>())
        }
        _ => format!("{line}\n"),
    });
    let new_dic = dic.lines().map(|line| match entry(line) {
        (_, "", _) => format!("{line}\n"),
        (stem, flags, rest) => format!("{stem}/{}{rest}\n", renumber(flags)),
    });
    (Cow::Owned(new_aff.collect()), Cow::Owned(new_dic.collect()))
}

impl Lexical for Hunspell {
    fn is_word(&self, text: &str) -> bool {
        if self.is_morpheme(text) {
            return true;
        }
        let wordlike = unit(text.as_bytes()) == (text.as_bytes(), Bucket::Letters);
        wordlike && self.dictionary.checker().check_lower_as_title(true).check_lower_as_upper(true).check(text)
    }

    fn is_morpheme(&self, unit: &str) -> bool {
        self.morphemes.contains(&*self.folding.fold(unit))
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn folding(&self) -> Folding {
        self.folding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFF: &str = "SET UTF-8\nSFX 1 Y 2\nSFX 1 0 ler .\nSFX 1 0 lerde/2 .\nPFX 3 Y 1\nPFX 3 0 na .\n";
    const DIC: &str = "3\nev/1\nAnkara\nkm\\/sa\n";

    fn read(aff: &str, dic: &str) -> std::result::Result<Hunspell, Fault> {
        Hunspell::new(aff.as_bytes(), dic.as_bytes(), "small", Folding::of("tr"))
    }

    #[test]
    fn words_are_what_the_checker_accepts_and_morphemes_what_the_files_list() {
        let hunspell = read(AFF, DIC).unwrap();
        for morpheme in ["ev", "EV", "ler", "lerde", "na", "Ankara", "ankara"] {
            assert!(hunspell.is_morpheme(morpheme) && hunspell.is_word(morpheme), "{morpheme}");
        }
        assert!(hunspell.is_word("evler") && !hunspell.is_morpheme("evler"));
        for none in ["", "3", "3.", ".", "evlar", "ev.", "0", "Y", "xyz"] {
            assert!(!hunspell.is_word(none), "{none}");
        }
        assert!(hunspell.name().starts_with("small, sha256 "));
    }

    #[test]
    fn a_flag_that_is_zero_gets_a_free_number() {
        let aff = "FLAG num\nSFX 0 Y 1\nSFX 0 0 a/0,2 .\nSFX 2 Y 1\nSFX 2 0 lar .\nSFX 64999 N 1\nSFX 64999 0 b .\n";
        let dic = "2\nkov/0,2\tpo:noun\nkm\\/0/10\n";
        let (new_aff, new_dic) = without_zero(aff, dic);
        assert!(new_aff.contains("SFX 64998 Y 1\nSFX 64998 0 a/64998,2 .\nSFX 2 Y 1\n"), "{new_aff}");
        assert_eq!(new_dic, "2\nkov/64998,2\tpo:noun\nkm\\/0/10\n");
        let hunspell = read(aff, dic).unwrap();
        assert!(hunspell.is_word("kova") && hunspell.is_word("kovlar") && !hunspell.is_word("kovb"));
        let plain = without_zero("SFX 0 Y 1\nSFX 0 0 a .\n", "1\nkov/0\n");
        assert!(matches!(plain, (Cow::Borrowed(_), Cow::Borrowed(_))), "flags are characters here");
    }

    #[test]
    fn files_that_are_none_are_refused_where_they_are_wrong() {
        let utf8 = Hunspell::new(AFF.as_bytes(), b"1\ng\xfczel\n", "x", Folding::default()).unwrap_err();
        assert!(matches!(utf8, Fault::Dic(Error::Input { at: Place::Byte(3), .. })), "{utf8:?}");
        let set = read("# x\nSET ISO8859-9\n", DIC).unwrap_err();
        assert!(matches!(set, Fault::Aff(Error::Input { at: Place::Line(2), .. })), "{set:?}");
        assert!(matches!(read(AFF, "").unwrap_err(), Fault::Dic(_)));
        assert!(matches!(read("SFX 1 Y 2\nSFX 1 0 ler .\n", DIC).unwrap_err(), Fault::Aff(_)));
    }
}
