//! Texts that may have a token in their encoding, tried one after the other. Nothing counts that was not encoded.

use crate::encode::{EncodeOptions, Encoder, Scratch};
use crate::text::Rewrite;
use crate::tokenizer::Tokenizer;
use crate::unicode::Normalizer;
use crate::vocab::Id;

use super::partial::{Ends, lefts, rights};
use super::symbols::Symbols;

/// What is put before a token: nothing, spaces, line ends, and one character of each class that patterns tell apart,
/// some of them common and some (U+A66E, U+E000) that hardly any merge joins.
const BEFORE: [&str; 16] =
    ["", " ", "\n", "a", "Z", "1", ".", "'", "\u{e000}", "\u{a66e}", "字", "\u{a015}", "\u{301}", "\t", "a ", "\r\n "];

/// What is put after it; the ends of contractions among it, which some patterns leave with their word.
const AFTER: [&str; 28] = [
    "", " ", "a", "Z", "1", ".", "\n", "\u{e000}", "\u{a66e}", "字", "\u{a015}", "\u{301}", " a", "\na", "s", "t",
    "re", "ve", "m", "ll", "d", "S", "T", "RE", "VE", "M", "LL", "D",
];

/// More ways to write one token's text are not tried.
const MOST_TEXTS: usize = 16;

/// As many completions of each side are tried of a token with its neighbour.
const FEW: usize = 64;

/// As many survivors of each side are tried with one another, where a token begins and ends inside a character.
const BOTH_SIDES: usize = 48;

/// What texts are tried with.
pub(super) struct Search<'a> {
    encoder: &'a Encoder,
    /// What the normalizers and the rewriting replace, the last step first: what stands in the result, and what stood there.
    undo: Vec<(String, String)>,
    /// What is put before a text.
    put: Vec<String>,
}

/// One thread's share.
#[derive(Default)]
pub(super) struct Buffers {
    scratch: Scratch,
    ids: Vec<Id>,
}

impl<'a> Search<'a> {
    pub(super) fn new(encoder: &'a Encoder, tokenizer: &Tokenizer) -> Self {
        let (mut undo, mut put) = (Vec::new(), Vec::new());
        match tokenizer.splitter.rewrite {
            None => {}
            Some(Rewrite::PrefixSpace) => put.push(" ".to_owned()),
            Some(Rewrite::Metaspace { mark, .. }) => {
                undo.push((mark.to_string(), " ".to_owned()));
                put.push(mark.to_string());
            }
        }
        for normalizer in tokenizer.normalizers.iter().rev() {
            match normalizer {
                Normalizer::Replace { from, regex: false, to } if !to.is_empty() => {
                    undo.push((to.clone(), from.clone()))
                }
                Normalizer::Prepend(text) => put.push(text.clone()),
                _ => {}
            }
        }
        Search { encoder, undo, put }
    }

    /// A search for tokens of a foreign model, which writes spaces as `▁` if it has that.
    pub(super) fn foreign(encoder: &'a Encoder) -> Self {
        Search { encoder, undo: vec![("▁".into(), " ".into())], put: vec!["▁".into()] }
    }

    fn encode(&self, text: &str, buffers: &mut Buffers) -> bool {
        buffers.ids.clear();
        self.encoder.encode_into(text, EncodeOptions::default(), &mut buffers.scratch, &mut buffers.ids).is_ok()
    }

    /// Whether the encoding of `text` has `id` in it.
    pub(super) fn holds(&self, text: &str, id: Id, buffers: &mut Buffers) -> bool {
        self.encode(text, buffers) && buffers.ids.contains(&id)
    }

    /// Texts that become what the model sees as `text`, or may.
    fn texts(&self, text: &str) -> Vec<String> {
        let mut all = vec![text.to_owned()];
        let add = |new: String, all: &mut Vec<String>| {
            if all.len() < MOST_TEXTS && !new.is_empty() && !all.contains(&new) {
                all.push(new);
            }
        };
        for put in &self.put {
            if let Some(rest) = text.strip_prefix(put.as_str()) {
                add(rest.to_owned(), &mut all);
            }
        }
        for (now, before) in &self.undo {
            for n in 0..all.len() {
                add(all[n].replace(now.as_str(), before), &mut all);
            }
        }
        all
    }

    /// A text of the token's own that becomes this one token.
    pub(super) fn own(&self, text: &str, id: Id, buffers: &mut Buffers) -> Option<String> {
        let alone = |text: &String| self.encode(text, buffers) && buffers.ids == [id];
        self.texts(text).into_iter().find(alone)
    }

    /// A text with the token's own in it, and the token in its encoding.
    pub(super) fn context(&self, text: &str, id: Id, buffers: &mut Buffers) -> Option<String> {
        let texts = self.texts(text);
        for after in AFTER {
            for before in BEFORE {
                for text in &texts {
                    let whole = [before, text, after].concat();
                    if self.holds(&whole, id, buffers) {
                        return Some(whole);
                    }
                }
            }
        }
        None
    }

    /// The same between any two of the given texts.
    pub(super) fn between(&self, befores: &[String], text: &str, id: Id, buffers: &mut Buffers) -> Option<String> {
        let texts = self.texts(text);
        for before in befores {
            for text in &texts {
                for after in ["", " ", "\n"] {
                    let whole = [before, text, after].concat();
                    if self.holds(&whole, id, buffers) {
                        return Some(whole);
                    }
                }
            }
        }
        None
    }

    /// A text with `bytes` and the token, `bytes` being more than the token; few of their completions are tried.
    pub(super) fn around(&self, bytes: &[u8], id: Id, buffers: &mut Buffers) -> Option<String> {
        lefts(bytes).take(FEW).find_map(|left| {
            let start = [&left[..], bytes].concat();
            rights(&start).take(FEW).find_map(|right| {
                let text = String::from_utf8([&start[..], &right].concat()).ok()?;
                let tries = [text.clone(), format!("a{text}"), format!(" {text}"), format!("{text}a")];
                tries.into_iter().find(|text| self.holds(text, id, buffers))
            })
        })
    }

    /// A text for a token that begins or ends inside a character: the character is completed in every way, and of the
    /// ways that no merge with the token destroys each is tried. By locality the two sides do not depend on each other.
    pub(super) fn completed(
        &self,
        bytes: &[u8],
        ends: Ends,
        id: Id,
        symbols: &Symbols<'_>,
        buffers: &mut Buffers,
    ) -> Option<String> {
        let merged = |bytes: &[u8]| symbols.of_bytes(bytes).map(|ids| symbols.merged(&ids)).unwrap_or_default();
        let mut found = |left: &[u8], right: &[u8], wide: bool| {
            let text = String::from_utf8([left, bytes, right].concat()).ok()?;
            if wide {
                self.context(&text, id, buffers)
            } else {
                self.texts(&text).into_iter().find(|t| self.holds(t, id, buffers))
            }
        };
        if ends == Ends::Inside {
            let mut pairs = lefts(bytes).flat_map(|left| {
                let start = [&left[..], bytes].concat();
                rights(&start).map(move |right| (left.clone(), right)).collect::<Vec<_>>()
            });
            return pairs.find_map(|(left, right)| {
                let ids = merged(&[&left, bytes, &right].concat());
                if ids.contains(&id) { found(&left, &right, false) } else { None }
            });
        }
        let lefts: Vec<Vec<u8>> =
            lefts(bytes).filter(|left| merged(&[left, bytes].concat()).last() == Some(&id)).collect();
        let rights: Vec<Vec<u8>> =
            rights(bytes).filter(|right| merged(&[bytes, right].concat()).first() == Some(&id)).collect();
        let some = |all: &[Vec<u8>], most: usize| -> Vec<Vec<u8>> {
            let step = all.len().div_ceil(most).max(1);
            all.iter().step_by(step).cloned().collect()
        };
        let (few_lefts, few_rights) = (some(&lefts, 6), some(&rights, 6));
        let pairs = |lefts: &[Vec<u8>], rights: &[Vec<u8>]| -> Vec<(Vec<u8>, Vec<u8>)> {
            lefts.iter().flat_map(|l| rights.iter().map(move |r| (l.clone(), r.clone()))).collect()
        };
        let most = if lefts.len().min(rights.len()) <= 1 { usize::MAX } else { BOTH_SIDES };
        let many = pairs(&some(&lefts, most), &some(&rights, most));
        pairs(&few_lefts, &few_rights)
            .iter()
            .find_map(|(l, r)| found(l, r, false))
            .or_else(|| many.iter().find_map(|(l, r)| found(l, r, false)))
            .or_else(|| pairs(&few_lefts, &few_rights).iter().find_map(|(l, r)| found(l, r, true)))
    }
}
