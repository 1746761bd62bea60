//! How tokenizers cut the words that are asked about, as they stand in the text.
//!
//! A tokenizer may cut a word differently by what stands around it, so the cut that is shown is the one it makes most often in
//! the text; of equally frequent ones the smaller list of offsets. Baselines do not look around: characters are cut from
//! each other, and the random cuts of a word follow from the seed and the word alone.
//!
//! Where the bytes of a document's tokens, joined, are the document (but for one space in front), the tokens lie in it
//! as they are spelled. Otherwise their places are those that the tokenizer reports, and several tokens on the very same bytes
//! are told apart by their own lengths if these add up. Known limit: if they do not (a tokenizer that changes text and tears
//! a character), the tear is not shown.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use toktool::Result;
use toktool::corpus::Corpus;
use toktool::encode::{Scratch, Token};
use toktool::observe::{Event, Observer};
use toktool::unicode::cluster::is_sign;

use super::words::{Chosen, askable, each_document};
use crate::subject::Subject;
use toktool::inventory::Inventory;

/// What stands between the pieces of a segmentation.
pub const SEPARATOR: &str = " | ";

/// The inner boundaries of a word as ascending byte offsets.
pub type Cuts = Vec<usize>;

/// The most frequent cut of each word by each tokenizer: `[subject][word]`. Baselines have none.
///
/// # Errors
/// What reading and encoding report; [`toktool::Error::Interrupted`].
pub fn in_text(
    subjects: &[Subject],
    words: &[Chosen],
    corpus: &Corpus,
    threads: usize,
    observer: &dyn Observer,
) -> Result<Vec<Vec<Cuts>>> {
    observer.event(Event::Stage { name: "cutting words", total: corpus.total_bytes(), unit: "bytes" });
    let numbers: FxHashMap<&str, usize> = words.iter().enumerate().map(|(n, word)| (word.word.as_str(), n)).collect();
    let new = || Worker {
        scratch: subjects.iter().map(|_| Scratch::default()).collect(),
        seen: vec![vec![FxHashMap::default(); words.len()]; subjects.len()],
        ..Worker::default()
    };
    let workers = each_document(corpus, threads, observer, new, |worker, document| {
        worker.found.clear();
        worker.found.extend(
            askable(document, &mut worker.spans)
                .filter_map(|(start, word)| Some((*numbers.get(word)?, start, start + word.len()))),
        );
        if worker.found.is_empty() { Ok(()) } else { worker.read(document, subjects) }
    })?;
    let most = |subject: usize, word: usize| {
        let mut sum: FxHashMap<&Cuts, u64> = FxHashMap::default();
        for worker in &workers {
            worker.seen[subject][word].iter().for_each(|(cuts, count)| *sum.entry(cuts).or_default() += count);
        }
        let best = sum.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)));
        best.map(|(cuts, _)| cuts.clone()).unwrap_or_default()
    };
    Ok((0..subjects.len()).map(|s| (0..words.len()).map(|w| most(s, w)).collect()).collect())
}

/// What one thread keeps.
#[derive(Default)]
struct Worker {
    scratch: Vec<Scratch>,
    ends: Vec<u32>,
    spans: Vec<(u32, u32)>,
    /// Words of the document: which, and where.
    found: Vec<(usize, usize, usize)>,
    /// By subject and word: how often it was cut in each way.
    seen: Vec<Vec<FxHashMap<Cuts, u64>>>,
}

impl Worker {
    fn read(&mut self, document: &str, subjects: &[Subject]) -> Result<()> {
        for (n, subject) in subjects.iter().enumerate() {
            let Some(judged) = subject.judged() else { continue };
            let tokens = subject.tokens(document, &mut self.scratch[n], &mut self.ends)?;
            let starts = starts(document, &tokens, &judged.inventory);
            let mut first = 0;
            for &(word, start, end) in &self.found {
                first += starts[first..].partition_point(|&at| at <= start);
                let inner = starts[first..].iter().take_while(|&&at| at < end).map(|at| at - start);
                *self.seen[n][word].entry(inner.collect()).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// Where the tokens of a document begin, ascending, each place once.
fn starts(document: &str, tokens: &[Token], inventory: &Inventory) -> Vec<usize> {
    let spelled: Vec<u8> = tokens.iter().flat_map(|token| inventory.bytes(token.id)).copied().collect();
    let space = usize::from(spelled.first() == Some(&b' ') && !document.starts_with(' '));
    let mut starts = Vec::with_capacity(tokens.len());
    if spelled.get(space..) == Some(document.as_bytes()) {
        let mut at: usize = 0;
        for token in tokens {
            starts.push(at.saturating_sub(space));
            at += inventory.bytes(token.id).len();
        }
    } else {
        for group in tokens.chunk_by(|a, b| (a.start, a.end) == (b.start, b.end)) {
            let length = |token: &Token| inventory.bytes(token.id).len();
            let (mut at, span) = (group[0].start, group[0].end - group[0].start);
            starts.push(at);
            if group.len() > 1 && group.iter().map(length).sum::<usize>() == span {
                for token in &group[..group.len() - 1] {
                    at += length(token);
                    starts.push(at);
                }
            }
        }
        starts.sort_unstable();
    }
    starts.dedup();
    starts
}

/// Inner boundaries of a word over its places between characters, at most 1, on average over those words and tokenizers.
pub(super) fn rate(words: &[Chosen], cuts: &[Vec<Cuts>]) -> f64 {
    let places: usize = words.iter().map(|word| word.word.chars().count() - 1).sum();
    let made = |cuts: &Vec<Cuts>| cuts.iter().map(Vec::len).sum::<usize>().min(places);
    let sum: usize = cuts.iter().map(made).sum();
    if places == 0 || cuts.is_empty() { 0.0 } else { sum as f64 / (places * cuts.len()) as f64 }
}

/// A segmentation for people: pieces with [`SEPARATOR`] between them. What is no text of its own is said: bytes of a torn
/// character as `⟨e2 82⟩`, a piece that begins with a sign on a dotted circle, one of invisible characters by their
/// numbers.
pub fn shown(word: &str, cuts: &[usize]) -> String {
    pieces(word, cuts).map(shown_piece).collect::<Vec<_>>().join(SEPARATOR)
}

/// The bytes between boundaries.
fn pieces<'w>(word: &'w str, cuts: &'w [usize]) -> impl Iterator<Item = &'w [u8]> {
    let ends = cuts.iter().copied().chain([word.len()]);
    let mut start = 0;
    ends.map(move |end| {
        let piece = word.as_bytes().get(start..end).unwrap_or_default();
        start = end;
        piece
    })
}

fn shown_piece(piece: &[u8]) -> String {
    let mut out = String::new();
    for chunk in piece.utf8_chunks() {
        let text = chunk.valid();
        if !text.is_empty() && text.chars().all(is_invisible) {
            text.chars().for_each(|c| {
                let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
            });
        } else {
            if out.is_empty() && text.chars().next().is_some_and(is_sign) {
                out.push('◌');
            }
            out.push_str(text);
        }
        if !chunk.invalid().is_empty() {
            // Bytes of several torn characters in a row are one stretch.
            let hex = chunk.invalid().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
            match out.strip_suffix('⟩').filter(|_| text.is_empty()) {
                Some(open) => out = format!("{open} {hex}⟩"),
                None => out.push_str(&format!("⟨{hex}⟩")),
            }
        }
    }
    out
}

/// Joiners, selectors and marks of direction: nothing that can be seen by itself.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ş` is c5 9f; `कि` is e0 a4 95, e0 a4 bf.
    #[test]
    fn pieces_say_what_they_are() {
        for (word, cuts, text) in [
            ("evde", &[2][..], "ev | de"),
            ("ev", &[], "ev"),
            ("şa", &[1], "⟨c5⟩ | ⟨9f⟩a"),
            ("कि", &[3], "क | ◌ि"),
            ("कि", &[4], "क⟨e0⟩ | ⟨a4 bf⟩"),
            ("कि", &[1, 5], "⟨e0⟩ | ⟨a4 95 e0 a4⟩ | ⟨bf⟩"),
            ("e\u{301}t", &[1], "e | ◌\u{301}t"),
            ("क्\u{200d}ष", &[6, 9], "क् | ⟨U+200D⟩ | ष"),
        ] {
            assert_eq!(shown(word, cuts), text);
        }
    }

    #[test]
    fn cuts_show_apart_unless_they_are_one() {
        let word = "ş\u{200d}कि";
        let all: Vec<Cuts> = (0..1u32 << (word.len() - 1))
            .map(|set| (1..word.len()).filter(|at| set >> (at - 1) & 1 == 1).collect())
            .collect();
        let mut shapes: Vec<String> = all.iter().map(|cuts| shown(word, cuts)).collect();
        shapes.sort_unstable();
        shapes.dedup();
        assert_eq!(shapes.len(), all.len());
    }

    /// Places: 3 in `evde`, none in `o`. The first tokenizer makes 1 cut, the second 9, of which 3 count: (1 + 3)/(2 · 3).
    #[test]
    fn rates_count_places_between_characters() {
        let word = |word: &str| Chosen { word: word.into(), count: 1, band: 0 };
        let cuts = [vec![vec![2], vec![]], vec![(1..10).collect(), vec![]]];
        assert!((rate(&[word("evde"), word("o")], &cuts) - 4.0 / 6.0).abs() < 1e-12);
        assert_eq!(rate(&[word("o")], &cuts), 0.0);
        assert_eq!(rate(&[], &[]), 0.0);
    }
}
