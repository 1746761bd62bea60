//! Words with known segmentations.

use crate::error::{Error, Place, Result};
use crate::unicode::cluster;

/// A word and the ways in which it may be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldWord {
    /// The word.
    pub word: String,
    /// At least one segmentation, each as the ascending byte offsets of its inner boundaries. Where there are several,
    /// training takes the one that fits the rest best.
    pub segmentations: Vec<Vec<usize>>,
}

/// Reads gold segmentations: a word a line, a tab, its pieces separated by one space; further segmentations of the word
/// after `, `. More columns are ignored, and so are empty lines and a first line that begins with the column names
/// `word` and `segments`.
///
/// # Errors
/// [`Error::Input`] without a file name, with the line: no second column, pieces that do not join to the word, a boundary
/// inside an orthographic cluster.
pub fn parse_gold(text: &str) -> Result<Vec<GoldWord>> {
    let mut gold = Vec::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() || (number == 1 && (line == "word\tsegments" || line.starts_with("word\tsegments\t"))) {
            continue;
        }
        let row = parse_row(line).map_err(|why| {
            let hint = "write a word, a tab and its pieces with a space between them: `evlerden`, tab, `ev ler den`";
            Error::input("", why).at(Place::Line(number)).with_hint(hint)
        })?;
        gold.push(row);
    }
    Ok(gold)
}

fn parse_row(line: &str) -> Result<GoldWord, String> {
    let mut columns = line.split('\t');
    let (Some(word), Some(all)) = (columns.next(), columns.next()) else {
        return Err(format!("`{line}` has no second column with pieces"));
    };
    if word.is_empty() {
        return Err("the first column, the word, is empty".into());
    }
    let segmentations = all.split(", ").map(|pieces| parse_pieces(word, pieces)).collect::<Result<_, String>>()?;
    Ok(GoldWord { word: word.to_owned(), segmentations })
}

fn parse_pieces(word: &str, pieces: &str) -> Result<Vec<usize>, String> {
    let mut rest = word;
    let mut cuts = Vec::new();
    for piece in pieces.split(' ') {
        if piece.is_empty() {
            return Err(format!("the pieces `{pieces}` of `{word}` have an empty one: separate them by one space"));
        }
        let Some(after) = rest.strip_prefix(piece) else {
            return Err(format!("the pieces `{pieces}` do not join to `{word}`"));
        };
        rest = after;
        cuts.push(word.len() - rest.len());
    }
    if !rest.is_empty() {
        return Err(format!("the pieces `{pieces}` do not join to `{word}`"));
    }
    cuts.pop();
    check(word, &cuts)?;
    Ok(cuts)
}

/// Whether `cuts` are boundaries that a word may have.
pub(super) fn check(word: &str, cuts: &[usize]) -> Result<(), String> {
    let mut last = 0;
    for &cut in cuts {
        if cut <= last || cut >= word.len() || !word.is_char_boundary(cut) {
            return Err(format!("`{word}` has no place for an inner boundary at byte {cut} after the one at {last}"));
        }
        if cluster::inside(word, cut) {
            let (before, after) = word.split_at(cut);
            return Err(format!("the boundary between `{before}` and `{after}` lies inside an orthographic cluster"));
        }
        last = cut;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_alternatives_more_columns_and_a_heading() {
        let text = "word\tsegments\tclass\nevlerden\tev ler den, evler den\tx\r\n\nçok\tçok\n";
        let gold = parse_gold(text).unwrap();
        assert_eq!(gold.len(), 2);
        assert_eq!(gold[0], GoldWord { word: "evlerden".into(), segmentations: vec![vec![2, 5], vec![5]] });
        assert_eq!(gold[1].segmentations, [Vec::<usize>::new()]);
        assert!(parse_gold("").unwrap().is_empty());
    }

    #[test]
    fn faults_are_named_with_their_line() {
        for (text, line, why) in [
            ("ev\tev\nevler", 2, "no second column"),
            ("a\ta\n\nevler\tev er", 3, "do not join"),
            ("evler\tev lerde", 1, "do not join"),
            ("evler\tev", 1, "do not join"),
            ("evler\tev  ler", 1, "empty one"),
            ("evler\t", 1, "empty one"),
            ("\tx", 1, "empty"),
            ("evler\tev ler, ", 1, "empty one"),
            ("कि\tक ि", 1, "inside an orthographic cluster"),
        ] {
            let error = parse_gold(text).unwrap_err();
            let said = error.to_string();
            assert!(said.contains(&format!("line {line}")) && said.contains(why), "{text:?}: {said}");
            assert!(error.hint().is_some());
        }
    }
}
