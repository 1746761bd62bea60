//! What a rating means, with examples: the same text for the page, for RUBRIC.md and for reports.

use std::fmt::Write as _;

use super::cuts::SEPARATOR;

/// A rating of the scale.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    /// The number.
    pub rating: u8,
    /// What it is called.
    pub name: &'static str,
    /// When to give it.
    pub meaning: &'static str,
    /// `evlerimizde`, in our houses: `ev`, `ler`, `imiz`, `de`.
    pub turkish: &'static str,
    /// `असफलता`, failure: `अ`, `सफल`, `ता`.
    pub hindi: &'static str,
}

/// The scale, best first.
pub const LEVELS: [Level; 5] = [
    Level {
        rating: 5,
        name: "all and only",
        meaning: "Every boundary between morphemes is there, and no other. A word that is one morpheme is left whole.",
        turkish: "ev | ler | imiz | de",
        hindi: "अ | सफल | ता",
    },
    Level {
        rating: 4,
        name: "nearly",
        meaning: "One boundary is missing, or one is too many; the rest is right, and no character is torn.",
        turkish: "ev | ler | imizde",
        hindi: "असफल | ता",
    },
    Level {
        rating: 3,
        name: "partly",
        meaning: "Some boundaries are right, about as many are missing or wrong.",
        turkish: "evler | imi | zde",
        hindi: "अस | फल | ता",
    },
    Level {
        rating: 2,
        name: "hardly",
        meaning: "More boundaries are wrong than right; or none is there, and a word of several morphemes is left whole.",
        turkish: "evlerimizde",
        hindi: "असफलता",
    },
    Level {
        rating: 1,
        name: "torn",
        meaning: "Boundaries lie inside morphemes or inside characters. Where every letter stands alone, the true ones among them are there by accident and do not count.",
        turkish: "evl | erim | izde",
        hindi: "असफ | लत | ◌ा",
    },
];

/// What an annotator has to know besides.
pub const NOTES: [&str; 6] = [
    "Judge each segmentation by itself, whatever the others of the word are; two of them may have the same rating.",
    "A word that is one morpheme deserves 5 if it is whole, and 1 if it is cut: kitap and पानी are whole, kit | ap and पा | नी are torn.",
    "A piece that begins with a sign is shown on a dotted circle: घर | ◌ों. Such a boundary is right where the sign begins a suffix, as here, and inside a morpheme otherwise.",
    "Bytes in angle brackets, such as ⟨e0 a4⟩, are a part of a character that was torn: that is 1.",
    "Names and foreign words are one morpheme; endings of your language on them are morphemes of their own.",
    "Where you do not know the word, or cannot decide, leave the rating empty and say why under comment.",
];

/// What is asked.
pub const TASK: &str = "Each line shows a word and one way of cutting it into pieces. How well do the pieces fit the morphemes of the word?";

/// The rubric as a file of its own.
pub fn markdown() -> String {
    let mut out = format!("# How to rate the segmentations\n\n{TASK}\nA cut is shown as `{}`.\n\n", SEPARATOR.trim());
    out.push_str("| rating | | when | Turkish: evlerimizde | Hindi: असफलता |\n|---|---|---|---|---|\n");
    let cell = |text: &str| text.replace('|', "\\|");
    for level in &LEVELS {
        let (turkish, hindi) = (cell(level.turkish), cell(level.hindi));
        let _ = writeln!(out, "| {} | {} | {} | {turkish} | {hindi} |", level.rating, level.name, level.meaning);
    }
    out.push('\n');
    for note in NOTES {
        let _ = writeln!(out, "- {note}");
    }
    out.push_str(
        "\nRate in `sheet.html` (answers stay in the browser; save them as a file at the end) or fill in the column `rating` \
         of `sheet.csv`.\nKeep the other columns as they are. Send back one file an annotator, named after the annotator.\n",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples are what they say: of the true cuts 2, 5, 9 of `evlerimizde` 3, 2, 1 and none are made.
    #[test]
    fn examples_spell_their_words() {
        for level in &LEVELS {
            let join = |text: &str| text.replace(SEPARATOR, "").replace('◌', "");
            assert_eq!((join(level.turkish), join(level.hindi)), ("evlerimizde".into(), "असफलता".into()));
        }
        let cuts = |text: &str| {
            let mut at = 0;
            let mut ends: Vec<usize> = text.split(SEPARATOR).map(|piece| (at += piece.len(), at).1).collect();
            ends.pop();
            ends
        };
        let right: Vec<usize> =
            LEVELS.iter().map(|l| cuts(l.turkish).iter().filter(|c| [2, 5, 9].contains(*c)).count()).collect();
        assert_eq!(right, [3, 2, 1, 0, 0]);
        assert_eq!(LEVELS.map(|level| level.rating), [5, 4, 3, 2, 1]);
    }

    #[test]
    fn the_file_has_every_level_and_every_note() {
        let text = markdown();
        assert!(
            LEVELS.iter().all(|level| text.contains(level.meaning)) && NOTES.iter().all(|note| text.contains(note))
        );
        assert!(text.contains("ev \\| ler \\| imiz \\| de"));
    }
}
