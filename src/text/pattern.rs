//! The named patterns.

use serde::{Deserialize, Serialize};

/// A known pre-tokenization pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// The project's own default.
    Unicode,
    /// GPT-2, also r50k and p50k.
    Gpt2,
    /// GPT-4.
    Cl100k,
    /// GPT-4o.
    O200k,
    /// Llama 3.
    Llama3,
    /// Qwen 2 and 3.
    Qwen2,
    /// The third of DeepSeek V3's three splits, the other two being plain ones.
    DeepSeek,
    /// Digits in groups of up to three: DeepSeek V3's first split.
    Digits3,
    /// Runs of CJK ideographs and kana: DeepSeek V3's second split.
    Cjk,
    /// Runs of anything but white space.
    Whitespace,
}

/// Stub.
const TABLE: [(Named, &str); 9] = [
    (Named::Gpt2, r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
    (
        Named::Cl100k,
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        Named::O200k,
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        Named::Llama3,
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        Named::Qwen2,
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        Named::DeepSeek,
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
    ),
    (Named::Digits3, r"\p{N}{1,3}"),
    (Named::Cjk, "[一-龥぀-ゟ゠-ヿ]+"),
    (Named::Whitespace, r"\S+"),
];
impl Named {
    /// Stub.
    pub fn recognise(regex: &str) -> Option<Named> {
        TABLE.iter().find(|(_, r)| *r == regex).map(|t| t.0)
    }
    /// Stub.
    pub fn regex(self) -> &'static str {
        TABLE.iter().find(|(n, _)| *n == self).map_or("", |t| t.1)
    }
}
