//! Roots that the user adds: a second lexicon, built when it is asked for and searched beside the embedded one.
//!
//! Nothing is known of how often they occur, so a form costs the median of its word class: as much as an ordinary root,
//! which wins over a chance reading of rare pieces and loses to a common word. Suffixes and ends cost the same in both
//! lexicons. A form that the lexicon has already is left out: twice the same path would count twice.
//!
//! Complexity: linear in the rows, but for sorting them.

use std::collections::BTreeSet;

use super::lexicon::Lexicon;
use super::roots::{Form, Row};
use crate::error::{Error, Place, Result};

/// The lexicon of the rows of a file in Zemberek's format, beside `beside`.
///
/// # Errors
/// [`Error::Input`] naming the line of the first row that does not parse or gives no root.
pub(super) fn lexicon(beside: &Lexicon, rows: &str) -> Result<Lexicon> {
    let mut forms: BTreeSet<Form> = BTreeSet::new();
    for (n, line) in rows.strip_prefix('\u{feff}').unwrap_or(rows).lines().enumerate() {
        let line_number = n as u64 + 1;
        let Some(row) = Row::parse(line, line_number)? else { continue };
        if let Some(why) = row.objection() {
            return Err(Error::input("", why).at(Place::Line(line_number)).with_hint("leave the row out"));
        }
        forms.extend(row.forms());
    }
    let costs = beside.medians();
    let new = forms.into_iter().filter(|form| !beside.holds(form));
    let forms = new
        .map(|form| {
            let cost = costs[form.state as usize];
            (form, cost)
        })
        .collect();
    Lexicon::read(Lexicon::build(forms, &beside.edges, &beside.ends)?.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Turkish;
    use crate::morph::{Kind, Segmenter};

    fn pieces(turkish: &Turkish, word: &str) -> Vec<String> {
        let mut cuts = Vec::new();
        turkish.boundaries(word, &mut cuts);
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        starts.zip(cuts.iter().copied().chain([word.len()])).map(|(a, b)| word[a..b].to_owned()).collect()
    }

    fn with(rows: &str) -> Turkish {
        Turkish::new().unwrap().with_roots(rows).unwrap()
    }

    #[test]
    fn an_added_root_takes_suffixes_by_its_attributes() {
        let plain = Turkish::new().unwrap();
        let added = with("# mine\n\nzambırak [P:Noun]\nblogit [P:Noun; A:NoVoicing]\nklavlamak [P:Verb]\r\nQuuxor\n");
        assert!(!plain.knows("zambırağımızdan") && !plain.knows("klavlıyorlar"));
        assert_eq!(pieces(&added, "zambırağımızdan"), ["zambırağ", "ımız", "dan"]);
        assert_eq!(pieces(&added, "blogiti"), ["blogit", "i"]);
        assert!(!added.knows("blogidi"), "it is not softened");
        assert_eq!(pieces(&added, "klavlıyorlar"), ["klavl", "ıyor", "lar"]);
        assert_eq!(pieces(&added, "Quuxordan"), ["Quuxor", "dan"]);
        let best = &added.analyses("zambırağı", 1)[0].pieces[0];
        assert_eq!((best.kind, &*best.tag, best.canonical.as_deref()), (Kind::Stem, "Noun", Some("zambırak")));
    }

    #[test]
    fn what_the_lexicon_has_changes_nothing() {
        let (plain, added) = (Turkish::new().unwrap(), with("kitap [P:Noun]\nev\ngelmek [P:Verb; A:Aorist_I]\n"));
        for word in ["kitabımdan", "evini", "gelirler", "kitapçı", "xyzq"] {
            assert_eq!(plain.analyses(word, 9), added.analyses(word, 9), "{word}");
        }
    }

    #[test]
    fn roots_added_later_replace_those_before() {
        let again = with("zambırak\n").with_roots("klavuzot\n").unwrap();
        assert!(again.knows("klavuzotlar") && !again.knows("zambıraklar"));
        let none = again.with_roots("").unwrap();
        assert!(!none.knows("klavuzotlar") && none.knows("evler"));
    }

    #[test]
    fn a_row_that_gives_no_root_is_refused_at_its_line() {
        let refused =
            |row: &str| Turkish::new().unwrap().with_roots(&format!("ev\n# x\n{row}\n")).unwrap_err().to_string();
        for (row, why) in [
            ("ab [P:Noun", "not closed"),
            ("ab [P:Nuon]", "not a word class"),
            ("ab [A:Nothing]", "not an attribute"),
            ("ab [X:y]", "no key"),
            ("ab cd", "not one word"),
            ("yap [P:Verb]", "-mak or -mek"),
            ("mek", "no root"),
            ("ben [P:Pron,Pers]", "built in"),
            ("中文", "Turkish letters"),
            ("O'Neill", "Turkish letters"),
        ] {
            let said = refused(row);
            assert!(said.contains(", line 3: ") && said.contains(why), "{row}: {said}");
        }
    }

    proptest! {
        #[test]
        fn any_rows_are_read_or_refused(
            rows in "([a-zçğıöşüİ' é-]{0,6}( \\[[PASRoots]{1,5}:[A-Za-z_0-9, -]{0,14};?\\])?\n?){0,6}",
            word in "[a-zçğıöşü]{1,8}",
        ) {
            if let Ok(turkish) = Turkish::new().unwrap().with_roots(&rows) {
                prop_assert_eq!(pieces(&turkish, &word).concat(), word);
            }
        }

        #[test]
        fn every_attribute_of_every_class_is_read_or_refused(
            lemma in "[a-zçğıöşü]{1,7}(mak|mek)?",
            class in "(Noun|Adj|Adv|Verb|Num|Pron|Ques|Postp|Conj|Prop)(,(Time|Prop|Pers|Abbrv))?",
            attribute in "(Voicing|NoVoicing|InverseHarmony|Doubling|LastVowelDrop|CompoundP3sg|Aorist_A|NoSuffix)",
            ending in "[a-zçğıöşü]{0,4}",
        ) {
            if let Ok(turkish) = Turkish::new().unwrap().with_roots(&format!("{lemma} [P:{class}; A:{attribute}]")) {
                let word = format!("{lemma}{ending}");
                prop_assert_eq!(pieces(&turkish, &word).concat(), word);
            }
        }
    }
}
