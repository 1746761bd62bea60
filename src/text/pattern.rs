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
