//! The table of layouts, and how they are told apart.

use toktool::{Error, Result};

use super::rows::{Columns, Rows, cuts, lines};
use super::{Coverage, canonical, conllu, lemma, morphtok, surface};

/// How many lines a detector looks at.
const SAMPLE: usize = 200;

/// A layout of gold segmentations.
#[derive(Debug)]
pub struct Layout {
    /// Its name in reports.
    pub name: &'static str,
    /// What its rows look like.
    pub description: &'static str,
    /// Which boundaries of its words it knows.
    pub coverage: Coverage,
    detect: fn(&Head<'_>) -> bool,
    pub(super) parse: fn(&str, &mut Rows),
}

/// Every layout that can be read; the first whose detector agrees is taken.
pub const LAYOUTS: &[Layout] = &[
    Layout {
        name: "segments",
        description: "header with `word` and `segments`, pieces separated by spaces, alternatives by `, `",
        coverage: Coverage::All,
        detect: |head| head.tabs.has(&["word", "segments"]),
        parse: surface::segments,
    },
    Layout {
        name: "inflectional-groups",
        description: "header with `word` and `ig_segments`: pieces that derivations separate",
        coverage: Coverage::Some,
        detect: |head| head.tabs.has(&["word", "ig_segments"]),
        parse: surface::inflectional_groups,
    },
    Layout {
        name: "stem-rest",
        description: "header with `form`, `stem` and `rest`: one boundary, silver",
        coverage: Coverage::Some,
        detect: |head| head.tabs.has(&["form", "stem", "rest"]),
        parse: surface::stem_rest,
    },
    Layout {
        name: "lemma-table",
        description: "header with `form` and `lemma`, also `upos`, `feats`, `count`: no boundaries",
        coverage: Coverage::None,
        detect: |head| head.tabs.has(&["form", "lemma"]),
        parse: lemma::table,
    },
    Layout {
        name: "morphscore",
        description: "CSV with `full_word`, `pt1` and `rest`: one boundary",
        coverage: Coverage::Some,
        detect: |head| head.has(&["full_word", "pt1", "rest"]),
        parse: surface::morphscore,
    },
    Layout {
        name: "morphscore-v2",
        description: "CSV with `wordform`, `preceding_part`, `stem` and `following_part`: one or two boundaries",
        coverage: Coverage::Some,
        detect: |head| head.has(&["wordform", "preceding_part", "stem", "following_part"]),
        parse: surface::morphscore_v2,
    },
    Layout {
        name: "morphtok",
        description: "CSV with `word`, `segmentation` (canonical morphemes joined by `+`) and `language`",
        coverage: Coverage::All,
        detect: |head| head.has(&["word", "segmentation"]),
        parse: morphtok::table,
    },
    Layout {
        name: "conllu",
        description: "CoNLL-U of Universal Dependencies: boundaries in multiword tokens only",
        coverage: Coverage::Some,
        detect: |head| {
            let id = |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit());
            head.most(|row| row[0].starts_with('#') || (row.len() == 10 && id(row[0])))
                && head.rows.iter().any(|row| row.len() == 10)
        },
        parse: conllu::words,
    },
    Layout {
        name: "morphynet-derivational",
        description: "source, target, two parts of speech, affix, `prefix` or `suffix`: one boundary",
        coverage: Coverage::Some,
        detect: |head| head.most(|row| row.len() == 6 && matches!(row[5], "prefix" | "suffix")),
        parse: canonical::morphynet,
    },
    Layout {
        name: "unimorph-derivations",
        description: "source, target, parts of speech, affix with a hyphen on its inner side: one boundary",
        coverage: Coverage::Some,
        detect: |head| head.most(|row| row.len() == 4 && (row[3].starts_with('-') != row[3].ends_with('-'))),
        parse: canonical::unimorph_derivations,
    },
    Layout {
        name: "morphynet-inflectional",
        description: "lemma, form, features, canonical morphemes separated by `|` (`-` for none)",
        coverage: Coverage::All,
        detect: |head| head.most(|row| row.len() == 4 && features(row[2]) && (row[3].contains('|') || row[3] == "-")),
        parse: canonical::barred,
    },
    Layout {
        name: "sigmorphon2022-sentences",
        description: "a sentence and its canonical morphemes, those within a word after `@@`",
        coverage: Coverage::All,
        detect: |head| {
            head.most(|row| row.len() == 2 && row[0].trim().contains(' '))
                && head.rows.iter().any(|row| row.len() == 2 && row[1].contains(" @@"))
        },
        parse: canonical::sigmorphon_sentences,
    },
    Layout {
        name: "sigmorphon2022",
        description: "word, canonical morphemes, all but the first after `@@`, and the category",
        coverage: Coverage::All,
        detect: |head| {
            let category = |cell: &str| cell.len() == 3 && cell.bytes().all(|b| matches!(b, b'0' | b'1'));
            head.most(|row| matches!(row.len(), 2 | 3))
                && (head.rows.iter().any(|row| row.len() > 1 && row[1].contains(" @@"))
                    || head.most(|row| row.len() == 3 && category(row[2])))
        },
        parse: canonical::sigmorphon,
    },
    Layout {
        name: "unimorph",
        description: "lemma, form, features: no boundaries",
        coverage: Coverage::None,
        detect: |head| head.most(|row| row.len() == 3 && features(row[2])),
        parse: lemma::unimorph,
    },
    Layout {
        name: "pieces",
        description: "word, TAB, its pieces separated by spaces, alternatives by `, `; no header",
        coverage: Coverage::All,
        detect: |head| {
            let joins = |word: &str, all: &str| all.split(", ").all(|one| cuts(word, one.split(' ')).is_ok());
            head.most(|row| row.len() > 1 && joins(row[0], row[1]))
        },
        parse: surface::pieces,
    },
];

/// Whether a cell holds a bundle of features of UniMorph: capitals and digits, at least two separated by semicolons.
fn features(cell: &str) -> bool {
    let sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || ";|.,/{}()+-*=_:".contains(c);
    cell.contains(';') && cell.chars().all(sign)
}

/// The beginning of a file.
struct Head<'t> {
    /// The cells of the first line between TABs.
    tabs: Columns,
    /// The same between commas.
    commas: Columns,
    /// The first lines, cut at TABs.
    rows: Vec<Vec<&'t str>>,
}

impl Head<'_> {
    /// Whether the header has these columns, however it separates them.
    fn has(&self, names: &[&str]) -> bool {
        self.tabs.has(names) || self.commas.has(names)
    }

    /// Whether more than half of the lines are so.
    fn most(&self, like: impl Fn(&[&str]) -> bool) -> bool {
        2 * self.rows.iter().filter(|row| like(row)).count() > self.rows.len()
    }
}

/// The layout of a text.
///
/// # Errors
/// [`Error::Input`] where there is none; the hint lists those that are known.
pub(super) fn detect(text: &str) -> Result<&'static Layout> {
    let rows: Vec<Vec<&str>> = lines(text).take(SAMPLE).map(|(_, line)| line.split('\t').collect()).collect();
    let Some(first) = lines(text).next().map(|(_, line)| line) else {
        return Err(Error::input("", "the file is empty").with_hint("name a file with words and their morphemes"));
    };
    let head = Head { tabs: Columns::new(first.split('\t')), commas: Columns::new(first.split(',')), rows };
    LAYOUTS.iter().find(|layout| (layout.detect)(&head)).ok_or_else(|| {
        let known: Vec<String> =
            LAYOUTS.iter().map(|layout| format!("{} ({})", layout.name, layout.description)).collect();
        Error::input("", "its layout is none of those for gold segmentations")
            .with_hint(format!("known layouts: {}", known.join("; ")))
    })
}
