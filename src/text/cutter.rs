//! The compiled splitter: text in, byte ranges of its pieces out.
//!
//! A pattern divides text into segments, matches and what lies between; a behavior says between which neighbouring
//! segments there is a cut. That way pieces come out one by one, without lists. Look-around sees only the text it is
//! given, so in a chain a later pattern sees one piece of the earlier one, as in the `tokenizers` crate; and as there,
//! a regular expression that gives up (too much backtracking) ends the search, and the rest is one segment.

use std::borrow::Cow;

use fancy_regex::Regex;
use memchr::memmem;

use crate::error::{Error, Result};
use crate::unicode::Alignment;

use super::heads::Lookup;
use super::scan::{covers, deepseek_v3, scan};
use super::{Behavior, Named, Pattern, Prepend, Rewrite, Split, Splitter};

/// The compiled form of a [`Splitter`]. Cheap to share between threads.
#[derive(Debug)]
pub struct Cutter {
    rewrite: Option<Rewrite>,
    cuts: Vec<Cut>,
    /// The cuts are DeepSeek V3's three, which one scanner does in one pass.
    deepseek: bool,
}

#[derive(Debug)]
struct Cut {
    finder: Finder,
    behavior: Behavior,
    invert: bool,
}

#[derive(Debug)]
enum Finder {
    Named(Named),
    Regex(Regex),
    Literal(memmem::Finder<'static>),
    Heads(Lookup),
}

impl Cutter {
    /// Compiles a splitter.
    ///
    /// # Errors
    /// [`Error::Config`] for a regular expression that does not compile.
    pub fn new(splitter: &Splitter) -> Result<Cutter> {
        Ok(Cutter {
            rewrite: splitter.rewrite,
            cuts: splitter.splits.iter().map(Cut::new).collect::<Result<_>>()?,
            deepseek: splitter.splits == Splitter::named("deepseek")?.splits,
        })
    }

    /// Whether [`Cutter::rewrite`] may change text.
    pub fn rewrites(&self) -> bool {
        self.rewrite.is_some()
    }

    /// The text that is cut and that the model sees. `first` says that it stands at the start of its document.
    pub fn rewrite<'t>(&self, text: &'t str, first: bool) -> Cow<'t, str> {
        match self.rewrite {
            None => Cow::Borrowed(text),
            _ if text.is_empty() => Cow::Borrowed(text),
            Some(Rewrite::PrefixSpace) if text.starts_with(' ') => Cow::Borrowed(text),
            Some(Rewrite::PrefixSpace) => Cow::Owned([" ", text].concat()),
            Some(Rewrite::Metaspace { mark, prepend }) => {
                let mut changed = String::with_capacity(text.len() + text.len() / 2 + 4);
                if prepends(text, mark, prepend, first) {
                    changed.push(mark);
                }
                let mut done = 0;
                for at in memchr::memchr_iter(b' ', text.as_bytes()) {
                    changed.push_str(&text[done..at]);
                    changed.push(mark);
                    done = at + 1;
                }
                changed.push_str(&text[done..]);
                Cow::Owned(changed)
            }
        }
    }

    /// [`Cutter::rewrite`] with the byte range of `text` that each byte of the result comes from.
    pub fn rewrite_aligned(&self, text: &str, first: bool) -> (String, Alignment) {
        let changed = self.rewrite(text, first).into_owned();
        let mut alignment = Alignment::with_capacity(changed.len());
        let mut source = text.char_indices().map(|(at, c)| (at as u32, (at + c.len_utf8()) as u32));
        let added = changed.chars().count() - text.chars().count();
        for (n, c) in changed.chars().enumerate() {
            let span = if n < added { (0, 0) } else { source.next().unwrap_or_default() };
            if c.len_utf8() as u32 == span.1 - span.0 {
                alignment.extend((span.0..span.1).map(|at| (at, at + 1)));
            } else {
                alignment.extend(std::iter::repeat_n(span, c.len_utf8()));
            }
        }
        (changed, alignment)
    }

    /// Calls `emit(start, end)` for every piece of `text`, in order; no piece is empty.
    #[inline]
    pub fn cut(&self, text: &str, mut emit: impl FnMut(usize, usize)) {
        match &self.cuts[..] {
            [] if text.is_empty() => {}
            [] => emit(0, text.len()),
            [Cut { finder: Finder::Named(named), behavior, invert }] if tiles(*named, *behavior, *invert) => {
                scan(*named, text, emit);
            }
            // SentencePiece's words: a cut before every mark.
            [Cut { finder: Finder::Literal(mark), behavior: Behavior::MergedWithNext, invert: false }]
                if !mark.needle().is_empty() =>
            {
                let mut start = 0;
                for at in mark.find_iter(text.as_bytes()).chain([text.len()]) {
                    if start < at {
                        emit(start, at);
                    }
                    start = at;
                }
            }
            _ if self.deepseek => deepseek_v3(text, emit),
            cuts => chain(cuts, text, 0, &mut emit),
        }
    }
}

/// Whether the pieces are just the matches: the pattern leaves nothing between them, and none is dropped or joined.
fn tiles(named: Named, behavior: Behavior, invert: bool) -> bool {
    covers(named) && matches!((behavior, invert), (Behavior::Isolated, _) | (Behavior::Removed, true))
}

fn prepends(text: &str, mark: char, prepend: Prepend, first: bool) -> bool {
    let wanted = match prepend {
        Prepend::Always => true,
        Prepend::First => first,
        Prepend::Never => false,
    };
    wanted && !text.starts_with([' ', mark])
}

/// Cuts `text`, which stands at `base`, with the first of `cuts`, and its pieces with the others.
fn chain(cuts: &[Cut], text: &str, base: usize, emit: &mut dyn FnMut(usize, usize)) {
    let Some((cut, later)) = cuts.split_first() else {
        if !text.is_empty() {
            emit(base, base + text.len());
        }
        return;
    };
    cut.pieces(text, &mut |start, end| chain(later, &text[start..end], base + start, emit));
}

impl Cut {
    fn new(split: &Split) -> Result<Cut> {
        let finder = match &split.pattern {
            Pattern::Named(named) => Finder::Named(*named),
            Pattern::Literal(text) => Finder::Literal(memmem::Finder::new(text).into_owned()),
            Pattern::Heads(heads) => Finder::Heads(Lookup::new(heads)),
            Pattern::Regex(regex) => match Named::recognise(regex) {
                Some(named) => Finder::Named(named),
                None => {
                    Finder::Regex(Regex::new(regex).map_err(|e| Error::config("--pattern", format!("`{regex}`: {e}")))?)
                }
            },
        };
        Ok(Cut { finder, behavior: split.behavior, invert: split.invert })
    }

    fn pieces(&self, text: &str, emit: &mut dyn FnMut(usize, usize)) {
        if let Finder::Named(named) = self.finder
            && tiles(named, self.behavior, self.invert)
        {
            return scan(named, text, emit);
        }
        // The piece under construction and whether its last segment counts as a match.
        let mut open: Option<(usize, usize, bool)> = None;
        let mut segment = |start: usize, end: usize, matched: bool| {
            let matched = matched != self.invert;
            open = match open {
                None => Some((start, end, matched)),
                Some((from, to, before)) if self.cuts_between(before, matched) => {
                    self.close(from, to, before, emit);
                    Some((start, end, matched))
                }
                Some((from, ..)) => Some((from, end, matched)),
            };
        };
        let mut done = 0;
        let mut found = |start: usize, end: usize| {
            if done < start {
                segment(done, start, false);
            }
            segment(start, end, true);
            done = end;
        };
        match &self.finder {
            Finder::Named(named) => scan(*named, text, &mut found),
            Finder::Heads(heads) => {
                if let Some(end) = heads.cut(text) {
                    found(0, end);
                }
            }
            // As in the `tokenizers` crate, the empty string is found everywhere.
            Finder::Literal(literal) if literal.needle().is_empty() => {
                text.char_indices().map(|(at, _)| at).chain([text.len()]).for_each(|at| found(at, at));
            }
            Finder::Literal(literal) => {
                let len = literal.needle().len();
                literal.find_iter(text.as_bytes()).for_each(|at| found(at, at + len));
            }
            Finder::Regex(regex) => {
                regex.find_iter(text).map_while(std::result::Result::ok).for_each(|m| found(m.start(), m.end()));
            }
        }
        if done < text.len() {
            segment(done, text.len(), false);
        }
        if let Some((from, to, last)) = open {
            self.close(from, to, last, emit);
        }
    }

    fn cuts_between(&self, before: bool, after: bool) -> bool {
        match self.behavior {
            Behavior::Isolated | Behavior::Removed => true,
            Behavior::Contiguous => before != after,
            Behavior::MergedWithPrevious => !after || before,
            Behavior::MergedWithNext => !before || after,
        }
    }

    fn close(&self, start: usize, end: usize, matched: bool, emit: &mut dyn FnMut(usize, usize)) {
        if start < end && !(matched && self.behavior == Behavior::Removed) {
            emit(start, end);
        }
    }
}

#[cfg(test)]
mod tests;
