//! The named patterns: what they are called, and how they are spelled as regular expressions.
//!
//! A tokenizer file holds a pattern as a regular expression. The same pattern goes about in several spellings, with
//! possessive quantifiers or without; those listed here are proven equal by the tests, and only they are recognised:
//! anything else runs as the regular expression that it is.

use fancy_regex::Regex;
use serde::{Deserialize, Serialize};

use super::{Behavior, Pattern, Prepend, Rewrite, Split, Splitter};
use crate::error::{Error, Result};

/// A known pre-tokenization pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// The project's own default: words keep marks and joiners, an apostrophe in a word starts the suffix.
    Unicode,
    /// GPT-2, also r50k and p50k.
    Gpt2,
    /// GPT-4, as its `tokenizer.json` files and most programs have it.
    Cl100k,
    /// GPT-4 as tiktoken itself has it: white space at the end of the text is one piece, whatever line breaks are in it.
    Cl100kTiktoken,
    /// GPT-4o.
    O200k,
    /// Llama 3: the same pattern as [`Named::Cl100k`].
    Llama3,
    /// Qwen 2 and 3.
    Qwen2,
    /// The third of DeepSeek V3's three splits, the other two being plain ones.
    DeepSeek,
    /// Digits in groups of up to three: DeepSeek V3's first split.
    Digits3,
    /// Runs of CJK ideographs and kana: DeepSeek V3's second split.
    Cjk,
    /// Runs of anything but white space, each with the white space before it: nothing is dropped.
    Whitespace,
}

/// What [`Splitter::named`] takes besides regular expressions.
pub const NAMES: [&str; 10] =
    ["unicode", "gpt2", "cl100k", "o200k", "llama3", "qwen2", "deepseek", "whitespace", "metaspace", "none"];

/// Every spelling, the first of a pattern being the one that is written. Those written are valid in Oniguruma too, which
/// the Python packages use, with the same meaning; so they have neither `$` nor `{1,3}+`.
pub(super) const SPELLINGS: [(Named, &str); 16] = [
    (
        Named::Unicode,
        concat!(
            r"(?:[^\r\n\p{L}\p{N}'’]|(?<=[\p{L}\p{M}\p{N}\x{200C}\x{200D}])['’])?\p{L}[\p{L}\p{M}\x{200C}\x{200D}]*",
            r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
    (Named::Gpt2, r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
    (Named::Gpt2, r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
    (Named::Gpt2, r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"),
    (
        Named::Cl100k,
        concat!(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*",
            r"|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
    (
        Named::Cl100k,
        concat!(
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*",
            r"|\s*[\r\n]|\s+(?!\S)|\s+",
        ),
    ),
    (
        Named::Cl100kTiktoken,
        concat!(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*",
            r"|\s+\z|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
    (
        Named::Cl100kTiktoken,
        concat!(
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+",
            r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
        ),
    ),
    (
        Named::O200k,
        concat!(
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
    (
        Named::Llama3,
        concat!(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*",
            r"|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
    (
        Named::Qwen2,
        concat!(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*",
            r"|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
    // The published files have the line breaks in this one as such, not escaped.
    (
        Named::DeepSeek,
        concat!(
            r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^"##,
            "\r\n",
            r"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[",
            "\r\n",
            r"]*|\s*[",
            "\r\n",
            r"]+|\s+(?!\S)|\s+",
        ),
    ),
    (
        Named::DeepSeek,
        concat!(
            r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"##,
            r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
    (Named::Digits3, r"\p{N}{1,3}"),
    (Named::Cjk, "[一-龥぀-ゟ゠-ヿ]+"),
    (Named::Whitespace, r"\s*\S+|\s+"),
];

impl Named {
    /// The pattern as a regular expression, for `fancy-regex` and Oniguruma alike.
    pub fn regex(self) -> &'static str {
        SPELLINGS.iter().find(|(named, _)| *named == self).map_or("", |(_, regex)| regex)
    }

    /// The pattern that a regular expression spells, if it is a known spelling; Llama 3's is [`Named::Cl100k`].
    pub fn recognise(regex: &str) -> Option<Named> {
        SPELLINGS.iter().find(|(_, spelling)| *spelling == regex).map(|(named, _)| *named)
    }

    /// The pattern of a name of [`NAMES`] that stands for exactly one.
    pub fn parse(name: &str) -> Option<Named> {
        Some(match name {
            "unicode" => Named::Unicode,
            "gpt2" => Named::Gpt2,
            "cl100k" => Named::Cl100k,
            "o200k" => Named::O200k,
            // The same pattern: one name for it, so that a file written and read again is the same tokenizer.
            "llama3" => Named::Cl100k,
            "qwen2" => Named::Qwen2,
            "whitespace" => Named::Whitespace,
            _ => return None,
        })
    }
}

impl Splitter {
    /// The splitter of a name of [`NAMES`], or of any regular expression, every match of which is a piece, and so is what
    /// lies between matches. DeepSeek's is three splits, `metaspace` is SentencePiece's word mark U+2581 before every
    /// word, `none` leaves the text whole.
    ///
    /// # Errors
    /// [`Error::Config`] for a word that is no name, and for a regular expression that does not compile or that finds
    /// nothing but the empty string. (One that never matches at all can't be told from one for text that is not there.)
    pub fn named(name: &str) -> Result<Splitter> {
        let isolated = |pattern| Split { pattern, behavior: Behavior::Isolated, invert: false };
        let (rewrite, splits) = match name {
            "none" => (None, Vec::new()),
            "deepseek" => {
                let parts = [Named::Digits3, Named::Cjk, Named::DeepSeek];
                (None, parts.into_iter().map(|part| isolated(Pattern::Named(part))).collect())
            }
            "metaspace" => {
                let mark = '▁';
                let pattern = Pattern::Literal(mark.to_string());
                let split = Split { pattern, behavior: Behavior::MergedWithNext, invert: false };
                (Some(Rewrite::Metaspace { mark, prepend: Prepend::Always }), vec![split])
            }
            _ => match Named::parse(name).or_else(|| Named::recognise(name)) {
                Some(named) => (None, vec![isolated(Pattern::Named(named))]),
                None => {
                    check(name)?;
                    (None, vec![isolated(Pattern::Regex(name.to_owned()))])
                }
            },
        };
        Ok(Splitter { rewrite, splits })
    }
}

/// Whether a user's regular expression can be meant.
fn check(regex: &str) -> Result<()> {
    let refused = |why: String| {
        let names = format!("use one of {}, or a regular expression", NAMES.join(", "));
        Error::config("--pattern", why).with_hint(names)
    };
    if !regex.is_empty() && regex.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
        return Err(refused(format!("there is no pattern `{regex}`")));
    }
    let compiled = Regex::new(regex).map_err(|e| refused(format!("`{regex}` is not a regular expression: {e}")))?;
    // Something of everything that patterns are made for.
    let probe = "Abc dé, İş'in 12.5 (x_y)  \t\r\n\u{a0}«नमस्ते» 漢字かな 한국어 😀<a/>\"{}[];:=+-*#&%$@!?|\\~^`";
    let lengths: Vec<_> = compiled.find_iter(probe).map_while(|m| m.ok()).map(|m| m.range().len()).collect();
    if !lengths.is_empty() && lengths.iter().all(|&len| len == 0) {
        return Err(refused(format!("`{regex}` matches the empty string only, so it would cut everywhere")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_makes_a_splitter() {
        for name in NAMES {
            let splitter = Splitter::named(name).unwrap();
            assert_eq!(splitter.splits.is_empty(), name == "none");
            if let Some(named) = Named::parse(name) {
                assert_eq!(splitter.splits[0].pattern, Pattern::Named(named));
            }
        }
        assert_eq!(Splitter::named(Named::O200k.regex()).unwrap(), Splitter::named("o200k").unwrap());
    }

    #[test]
    fn a_regular_expression_is_taken_as_it_is() {
        let splitter = Splitter::named(r"\w+|\W").unwrap();
        assert_eq!(splitter.splits[0].pattern, Pattern::Regex(r"\w+|\W".into()));
        Splitter::named("<br>").unwrap();
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (pattern, why) in [
            ("gpt3", "there is no pattern"),
            ("(a", "not a regular expression"),
            ("", "empty string"),
            ("(?=a)", "empty string"),
            (r"\b", "empty string"),
        ] {
            let error = Splitter::named(pattern).unwrap_err();
            assert!(error.to_string().contains(why), "{pattern}: {error}");
            assert!(error.hint().unwrap().contains("o200k"));
        }
    }

    #[test]
    fn every_pattern_is_recognised_by_its_own_spelling() {
        for (named, regex) in SPELLINGS {
            let found = Named::recognise(regex).unwrap();
            assert!(found == named || found.regex() == named.regex(), "{named:?}");
        }
        assert_eq!(Named::recognise(r"\S+"), None);
    }
}
