//! The model file: text, one morph a line, closed by a checksum.
//!
//! ```text
//! toktool segmenter 1
//! words           <distinct words it was learned from>
//! corpus-weight   <number>
//! fold-case       no|yes
//! cut-after       <characters>
//! transitions     <11 counts: prefix to prefix and stem; stem to prefix, stem, suffix, end; suffix to stem, suffix,
//!                 end; start to prefix and stem>
//! morphs          <how many follow>
//! <morph>         <count as prefix>  <as stem>  <as suffix>
//! ...
//! sha256          <of everything above, in hexadecimal>
//! ```
//!
//! Fields are separated by one tab, the counts of `transitions` by one space. Morphs stand in byte order. A backslash, tab,
//! line feed and carriage return in a morph are written `\\`, `\t`, `\n`, `\r`. Everything else that a model knows is
//! computed from these counts when it is loaded.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::grid::{CATEGORIES, END, MAY_FOLLOW, PREFIX, STEM, SUFFIX};
use super::lexicon::{Counts, Lexicon};
use super::symbols::Reading;
use crate::error::{Error, Place, Result};

const MAGIC: &str = "toktool segmenter ";
const VERSION: &str = "1";
/// Counts are computed with as `f64`, which is exact so far.
pub(super) const MOST: u64 = 1 << 52;

/// The pairs of categories in the order of the file.
fn arcs() -> impl Iterator<Item = (usize, usize)> {
    let all = [PREFIX, STEM, SUFFIX, END];
    all.into_iter().flat_map(move |before| all.map(|after| (before, after))).filter(|&(b, a)| MAY_FOLLOW[b][a])
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn unescape(text: &str) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('\\') => '\\',
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                _ => return Err(format!("`{}` has a backslash that escapes nothing", short(text))),
            },
            _ => c,
        });
    }
    Ok(plain)
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

pub(super) fn write(lexicon: &Lexicon) -> Vec<u8> {
    let Lexicon { reading, corpus_weight, words, morphs, transitions } = lexicon;
    let cut_after = escape(&reading.cut_after.iter().collect::<String>());
    let fold = if reading.fold_case { "yes" } else { "no" };
    let counts: Vec<String> = arcs().map(|(before, after)| transitions[before][after].to_string()).collect();
    let mut text = format!(
        "{MAGIC}{VERSION}\nwords\t{words}\ncorpus-weight\t{corpus_weight}\nfold-case\t{fold}\ncut-after\t{cut_after}\n\
         transitions\t{}\nmorphs\t{}\n",
        counts.join(" "),
        morphs.len()
    );
    for (morph, [prefix, stem, suffix]) in morphs {
        let _ = writeln!(text, "{}\t{prefix}\t{stem}\t{suffix}", escape(morph));
    }
    let sum = checksum(&text);
    let _ = writeln!(text, "sha256\t{sum}");
    text.into_bytes()
}

/// Lines with their numbers and where they start.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: u64,
}

impl<'a> Lines<'a> {
    fn fault(&self, why: impl Into<String>) -> Error {
        Error::input("", why).at(Place::Line(self.number))
    }

    fn next(&mut self) -> Result<&'a str> {
        self.number += 1;
        let Some(len) = self.text[self.at..].find('\n') else {
            return Err(self.fault("the file ends here, before its checksum").with_hint(
                "the file was cut short: copy it again, or learn the model anew with `toktool segment --train`",
            ));
        };
        let line = &self.text[self.at..self.at + len];
        self.at += len + 1;
        Ok(line)
    }

    /// The value of the field that has to come next.
    fn field(&mut self, name: &str) -> Result<&'a str> {
        let line = self.next()?;
        let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix('\t'));
        value.ok_or_else(|| {
            damaged(self.fault(format!("`{name}`, a tab and a value have to stand here, not `{}`", short(line))))
        })
    }

    fn number(&self, text: &str) -> Result<u64> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|&number: &u64| digits && number <= MOST);
        number.ok_or_else(|| damaged(self.fault(format!("`{}` is not a count up to 2^52", short(text)))))
    }
}

/// The beginning of a text, for a message.
fn short(text: &str) -> String {
    let end = text.char_indices().nth(40).map_or(text.len(), |(end, _)| end);
    if end < text.len() { format!("{}...", &text[..end]) } else { text.to_owned() }
}

fn damaged(error: Error) -> Error {
    error.with_hint("the file is damaged: copy it again, or learn the model anew with `toktool segment --train`")
}

/// Reads what [`write`] wrote. Errors have no file name.
pub(super) fn read(bytes: &[u8]) -> Result<Lexicon> {
    let other = "give a model that `toktool segment --train` wrote";
    if !bytes.starts_with(MAGIC.as_bytes()) {
        let what = if bytes.is_empty() { "the file is empty" } else { "the file is no learned segmenter" };
        return Err(Error::input("", what).with_hint(other));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| damaged(Error::input("", "invalid UTF-8").at(Place::Byte(e.valid_up_to() as u64))))?;
    let mut lines = Lines { text, at: 0, number: 0 };
    let version = &lines.next()?[MAGIC.len()..];
    if version != VERSION {
        let version = short(version);
        let why = format!("the model is of version `{version}`, and this program reads version {VERSION}");
        let hint = "learn the model anew with `toktool segment --train`, or use the program that wrote it";
        return Err(lines.fault(why).with_hint(hint));
    }
    let lexicon = read_body(&mut lines)?;
    let body = &text[..lines.at];
    let sum = lines.field("sha256")?;
    if sum != checksum(body) {
        return Err(damaged(lines.fault("the checksum does not fit: the file was changed after it was written")));
    }
    if lines.at < text.len() {
        lines.number += 1;
        return Err(damaged(lines.fault("something stands after the checksum")));
    }
    Ok(lexicon)
}

fn read_body(lines: &mut Lines<'_>) -> Result<Lexicon> {
    let words = lines.field("words")?;
    let words = lines.number(words)?;
    let weight = lines.field("corpus-weight")?;
    let corpus_weight: f64 = weight.parse().unwrap_or(f64::NAN);
    if !super::options::fits_corpus_weight(corpus_weight) {
        return Err(damaged(lines.fault(format!("`{}` is no corpus weight", short(weight)))));
    }
    let fold_case = match lines.field("fold-case")? {
        "no" => false,
        "yes" => true,
        other => return Err(damaged(lines.fault(format!("`{}` is neither `yes` nor `no`", short(other))))),
    };
    let cut_after = lines.field("cut-after")?;
    let cut_after = unescape(cut_after).map_err(|why| damaged(lines.fault(why)))?.chars().collect();
    let transitions = read_transitions(lines)?;
    let count = lines.field("morphs")?;
    let count = lines.number(count)?;
    let mut morphs: Vec<(String, Counts)> = Vec::new();
    let mut tokens = 0u64;
    for _ in 0..count {
        let (morph, counts) = read_morph(lines)?;
        if morphs.last().is_some_and(|(last, _)| *last >= morph) {
            return Err(damaged(
                lines.fault(format!("`{}` stands in the wrong place: morphs are in byte order", short(&morph))),
            ));
        }
        tokens += counts.iter().sum::<u64>();
        if tokens > MOST {
            return Err(damaged(lines.fault("the counts of the morphs sum up to more than 2^52")));
        }
        morphs.push((morph, counts));
    }
    Ok(Lexicon { reading: Reading { fold_case, cut_after }, corpus_weight, words, morphs, transitions })
}

fn read_transitions(lines: &mut Lines<'_>) -> Result<[[u64; CATEGORIES + 1]; CATEGORIES + 1]> {
    let mut transitions = [[0; CATEGORIES + 1]; CATEGORIES + 1];
    let row = lines.field("transitions")?;
    let counts: Vec<&str> = row.split(' ').collect();
    if counts.len() != arcs().count() {
        return Err(damaged(lines.fault(format!("{} counts stand here, not {}", counts.len(), arcs().count()))));
    }
    for ((before, after), count) in arcs().zip(counts) {
        transitions[before][after] = lines.number(count)?;
    }
    Ok(transitions)
}

fn read_morph(lines: &mut Lines<'_>) -> Result<(String, Counts)> {
    let line = lines.next()?;
    let fields: Vec<&str> = line.split('\t').collect();
    let &[morph, prefix, stem, suffix] = fields.as_slice() else {
        return Err(damaged(
            lines.fault(format!("a morph and three counts have to stand here, not `{}`", short(line))),
        ));
    };
    let morph = unescape(morph).map_err(|why| damaged(lines.fault(why)))?;
    let counts = [lines.number(prefix)?, lines.number(stem)?, lines.number(suffix)?];
    if morph.is_empty() || counts == [0; CATEGORIES] {
        return Err(damaged(lines.fault("a morph that is empty or never occurs")));
    }
    Ok((morph, counts))
}

#[cfg(test)]
mod tests;
