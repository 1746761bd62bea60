//! Normal forms and the other rewritings that `tokenizer.json` calls normalizers.
//!
//! Results equal those of the `tokenizers` crate, which normalizes by the tables of Unicode 9: the same small crate
//! does it here, so that stock Hugging Face gives the same ids for newer characters too. It reports which characters
//! became which, and from that come the alignments. Deviation: text that is in normal form already, as nearly all text
//! is, is recognised and borrowed.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use unicode_normalization_alignments::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::error::{Error, Result};

/// One normalizer, in Hugging Face's meaning of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalizer {
    /// Canonical composition.
    Nfc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility composition.
    Nfkc,
    /// Compatibility decomposition.
    Nfkd,
    /// Every character to its lower case, without regard to language or context.
    Lowercase,
    /// White space is cut from the ends.
    Strip {
        /// At the start.
        left: bool,
        /// At the end.
        right: bool,
    },
    /// Goes before any text that is not empty.
    Prepend(String),
    /// Every match of `from` becomes `to`.
    Replace {
        /// A fixed string, or a regular expression.
        from: String,
        /// Whether `from` is a regular expression.
        regex: bool,
        /// By what.
        to: String,
    },
}

impl Normalizer {
    /// Reads what `--normalize` takes: a comma list of `nfc`, `nfd`, `nfkc`, `nfkd`, `lower`, `lower:LANGUAGE`, `strip`,
    /// `prepend:TEXT` and `replace:FROM=TO`.
    ///
    /// `lower:tr` and `lower:az` first turn `İ` into `i` and `I` into `ı`, which is how stock Hugging Face can be made
    /// to do it.
    ///
    /// # Errors
    /// [`Error::Config`] naming the part that is not one of these.
    pub fn parse(spec: &str) -> Result<Vec<Normalizer>> {
        let mut steps = Vec::new();
        for part in spec.split(',').filter(|part| !part.is_empty()) {
            let (name, argument) = part.split_once(':').map_or((part, None), |(name, rest)| (name, Some(rest)));
            let replace = |from: &str, to: &str| Normalizer::Replace { from: from.into(), regex: false, to: to.into() };
            match (name, argument) {
                ("nfc", None) => steps.push(Normalizer::Nfc),
                ("nfd", None) => steps.push(Normalizer::Nfd),
                ("nfkc", None) => steps.push(Normalizer::Nfkc),
                ("nfkd", None) => steps.push(Normalizer::Nfkd),
                ("strip", None) => steps.push(Normalizer::Strip { left: true, right: true }),
                ("lower", None) => steps.push(Normalizer::Lowercase),
                ("lower", Some("tr" | "az")) => {
                    // The dot above that NFD text puts after a capital I is part of the dotted letter.
                    steps.extend([
                        replace("I\u{307}", "i"),
                        replace("İ", "i"),
                        replace("I", "ı"),
                        Normalizer::Lowercase,
                    ]);
                }
                ("lower", Some(_)) => steps.push(Normalizer::Lowercase),
                ("prepend", Some(text)) if !text.is_empty() => steps.push(Normalizer::Prepend(text.into())),
                ("replace", Some(rule)) if rule.split_once('=').is_some_and(|(from, _)| !from.is_empty()) => {
                    let (from, to) = rule.split_once('=').unwrap_or_default();
                    steps.push(replace(from, to));
                }
                _ => {
                    return Err(Error::config("--normalize", format!("`{part}` is not a normalizer")).with_hint(
                        "use nfc, nfd, nfkc, nfkd, lower, lower:tr, strip, prepend:TEXT or replace:FROM=TO",
                    ));
                }
            }
        }
        Ok(steps)
    }
}

/// For each byte of changed text, the byte range it comes from.
pub type Alignment = Vec<(u32, u32)>;

/// Compiled normalizers.
#[derive(Debug)]
pub struct Normalizing {
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Plain(Normalizer),
    Regex(fancy_regex::Regex, String),
}

impl Normalizing {
    /// Compiles normalizers, to be applied in order.
    ///
    /// # Errors
    /// [`Error::Config`] for a regular expression that does not compile.
    pub fn new(normalizers: &[Normalizer]) -> Result<Normalizing> {
        let compile = |normalizer: &Normalizer| match normalizer {
            // The empty string is found everywhere, as the empty regular expression is.
            Normalizer::Replace { from, regex, to } if *regex || from.is_empty() => {
                match fancy_regex::Regex::new(from) {
                    Ok(regex) => Ok(Step::Regex(regex, to.clone())),
                    Err(e) => Err(Error::config("normalizer", format!("`{from}`: {e}"))),
                }
            }
            other => Ok(Step::Plain(other.clone())),
        };
        Ok(Normalizing { steps: normalizers.iter().map(compile).collect::<Result<_>>()? })
    }

    /// Whether text is left as it is.
    pub fn is_identity(&self) -> bool {
        self.steps.is_empty()
    }

    /// The normalized text; borrowed where nothing changed. O(n).
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.steps.iter().fold(Cow::Borrowed(text), |text, step| match step.apply(&text) {
            Some(changed) => Cow::Owned(changed),
            None => text,
        })
    }

    /// The normalized text, and for each of its bytes the byte range of `text` that it comes from. What a normalizer
    /// put in has an empty range at the place where it was put.
    pub fn apply_aligned(&self, text: &str) -> (String, Alignment) {
        let mut current = text.to_owned();
        let mut alignment: Alignment = (0..text.len() as u32).map(|at| (at, at + 1)).collect();
        for step in &self.steps {
            let mut next = Changed::default();
            step.apply_aligned(&current, &mut next);
            let end = text.len() as u32;
            let origin = |&(start, stop): &(u32, u32)| {
                let from = alignment.get(start as usize).map_or(end, |span| span.0);
                let to = if stop > start { alignment.get(stop as usize - 1).map_or(end, |span| span.1) } else { from };
                (from, to.max(from))
            };
            alignment = next.alignment.iter().map(origin).collect();
            current = next.text;
        }
        (current, alignment)
    }
}

/// Text under construction with its alignment.
#[derive(Default)]
struct Changed {
    text: String,
    alignment: Alignment,
}

impl Changed {
    fn push(&mut self, c: char, from: (u32, u32)) {
        self.text.push(c);
        self.alignment.resize(self.text.len(), from);
    }

    fn keep(&mut self, text: &str, start: usize) {
        self.text.push_str(text);
        self.alignment.extend((start..start + text.len()).map(|at| (at as u32, at as u32 + 1)));
    }
}

impl Step {
    /// The changed text, or `None` where it stays as it is.
    fn apply(&self, text: &str) -> Option<String> {
        match self {
            Step::Plain(Normalizer::Nfc) => (!is_nfc(text)).then(|| text.nfc().map(|(c, _)| c).collect()),
            Step::Plain(Normalizer::Nfd) => (!text.is_ascii()).then(|| text.nfd().map(|(c, _)| c).collect()),
            Step::Plain(Normalizer::Nfkc) => (!text.is_ascii()).then(|| text.nfkc().map(|(c, _)| c).collect()),
            Step::Plain(Normalizer::Nfkd) => (!text.is_ascii()).then(|| text.nfkd().map(|(c, _)| c).collect()),
            Step::Plain(Normalizer::Lowercase) => lowered(text),
            Step::Plain(Normalizer::Strip { left, right }) => {
                let kept = stripped(text, *left, *right);
                (kept.len() < text.len()).then(|| text[kept].to_owned())
            }
            Step::Plain(Normalizer::Prepend(what)) => (!text.is_empty()).then(|| [what.as_str(), text].concat()),
            Step::Plain(Normalizer::Replace { from, to, .. }) => {
                let finder = memchr::memmem::find_iter(text.as_bytes(), from);
                rebuilt(text, finder.map(|at| (at, at + from.len())), to)
            }
            // There is nothing to find in an empty text, not even the empty string.
            Step::Regex(..) if text.is_empty() => None,
            Step::Regex(regex, to) => {
                let found = regex.find_iter(text).map_while(std::result::Result::ok);
                rebuilt(text, found.map(|m| (m.start(), m.end())), to)
            }
        }
    }

    fn apply_aligned(&self, text: &str, out: &mut Changed) {
        match self {
            Step::Plain(Normalizer::Nfc) => reordered(text, text.nfc(), out),
            Step::Plain(Normalizer::Nfd) => reordered(text, text.nfd(), out),
            Step::Plain(Normalizer::Nfkc) => reordered(text, text.nfkc(), out),
            Step::Plain(Normalizer::Nfkd) => reordered(text, text.nfkd(), out),
            Step::Plain(Normalizer::Lowercase) => {
                for (at, c) in text.char_indices() {
                    c.to_lowercase().for_each(|lower| out.push(lower, (at as u32, (at + c.len_utf8()) as u32)));
                }
            }
            Step::Plain(Normalizer::Strip { left, right }) => {
                let kept = stripped(text, *left, *right);
                out.keep(&text[kept.clone()], kept.start);
            }
            Step::Plain(Normalizer::Prepend(what)) => {
                if !text.is_empty() {
                    what.chars().for_each(|c| out.push(c, (0, 0)));
                }
                out.keep(text, 0);
            }
            Step::Plain(Normalizer::Replace { from, to, .. }) => {
                replaced(text, text.match_indices(from.as_str()).map(|(at, m)| (at, at + m.len())), to, out);
            }
            Step::Regex(..) if text.is_empty() => {}
            Step::Regex(regex, to) => {
                let found = regex.find_iter(text).map_while(std::result::Result::ok);
                replaced(text, found.map(|m| (m.start(), m.end())), to, out);
            }
        }
    }
}

fn stripped(text: &str, left: bool, right: bool) -> std::ops::Range<usize> {
    let end = if right { text.trim_end().len() } else { text.len() };
    let start = if left { text[..end].len() - text[..end].trim_start().len() } else { 0 };
    start..end
}

/// Text with `to` in every place that was found, or `None` where nothing was.
fn rebuilt(text: &str, mut found: impl Iterator<Item = (usize, usize)>, to: &str) -> Option<String> {
    let mut next = found.next()?;
    let (mut changed, mut done) = (String::with_capacity(text.len() + text.len() / 4), 0);
    loop {
        changed.push_str(&text[done..next.0]);
        changed.push_str(to);
        done = next.1;
        match found.next() {
            Some(more) => next = more,
            None => return Some(changed + &text[done..]),
        }
    }
}

/// Text in lower case, or `None` where it is already.
fn lowered(text: &str) -> Option<String> {
    let changes = |c: char| if c.is_ascii() { c.is_ascii_uppercase() } else { !c.to_lowercase().eq([c]) };
    let (same, rest) = text.split_at(text.find(changes)?);
    let mut changed = String::with_capacity(text.len() + 8);
    changed.push_str(same);
    let mut rest = rest;
    while let Some(c) = rest.chars().next() {
        let ascii = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let (plain, other) = rest.split_at(ascii);
        let start = changed.len();
        changed.push_str(plain);
        changed[start..].make_ascii_lowercase();
        rest = other;
        if ascii == 0 {
            changed.extend(c.to_lowercase());
            rest = &rest[c.len_utf8()..];
        }
    }
    Some(changed)
}

fn replaced(text: &str, found: impl Iterator<Item = (usize, usize)>, to: &str, out: &mut Changed) {
    let mut done = 0;
    for (start, end) in found {
        out.keep(&text[done..start], done);
        to.chars().for_each(|c| out.push(c, (start as u32, end as u32)));
        done = end;
    }
    out.keep(&text[done..], done);
}

/// Aligns a normal form: a change of 0 replaces one character, -n swallows n more, and 1 adds one to the one before.
fn reordered(text: &str, form: impl Iterator<Item = (char, isize)>, out: &mut Changed) {
    let mut source = text.char_indices().map(|(at, c)| (at as u32, (at + c.len_utf8()) as u32));
    let mut last = (0, 0);
    for (c, change) in form {
        if change <= 0
            && let Some(span) = source.next()
        {
            last = span;
            for _ in 0..-change {
                last.1 = source.next().map_or(last.1, |span| span.1);
            }
        }
        out.push(c, last);
    }
}

/// Whether text is certainly in NFC.
fn is_nfc(text: &str) -> bool {
    text.chars().all(|c| (c as u32) < 0x300 || is_inert(c)) || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// Whether a character of the basic plane neither composes nor moves, whatever stands beside it.
fn is_inert(c: char) -> bool {
    static INERT: LazyLock<Vec<u64>> = LazyLock::new(|| {
        let mut bits = vec![0u64; 1024];
        for c in (0..0x1_0000).filter_map(char::from_u32) {
            let still = unicode_normalization_alignments::char::canonical_combining_class(c) == 0;
            if still && is_nfc_quick(std::iter::once(c)) == IsNormalized::Yes {
                bits[c as usize / 64] |= 1 << (c as u32 % 64);
            }
        }
        bits
    });
    INERT.get(c as usize / 64).is_some_and(|word| word >> (c as u32 % 64) & 1 == 1)
}

#[cfg(test)]
mod tests;
