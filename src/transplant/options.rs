//! What to do in a transplantation, but for the checkpoint and the tokenizer. The report says all of it again.

use std::path::PathBuf;

use serde::Serialize;

use super::auxiliary::Space;
use super::calibrate::Calibration;
use super::init::Settings;
use super::matching::Special;
use super::side_files::ChatTemplate;
use crate::lm::checkpoint::VocabularyNames;

/// How files come along whose tensors stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shards {
    /// As hard links, where the file system can: no bytes are copied, and old and new folder share the file.
    #[default]
    Link,
    /// As copies.
    Copy,
}

/// What to do, but for the checkpoint and the tokenizer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Options {
    /// The method for the input matrix, by name.
    pub init: String,
    /// The method for a head of its own; that of the input where it is not said.
    pub init_head: Option<String>,
    /// Where vectors of tokens come from.
    pub aux: Option<Space>,
    /// A checkpoint that has the new tokenizer already, for methods that learn from one.
    pub donor: Option<PathBuf>,
    /// A file that says which tokens are translations of each other, for methods that go by it.
    pub alignment: Option<PathBuf>,
    /// What rows are fitted to after they are made.
    pub calibrate: Option<Calibration>,
    /// How methods are set.
    pub settings: Settings,
    /// Give a tied model a head of its own.
    pub untie: bool,
    /// Rows are a multiple of this.
    pub pad_to_multiple: usize,
    /// Special tokens that belong together, old and new.
    pub special_map: Vec<Special>,
    /// Names of tensors that go before those that would be found.
    #[serde(skip)]
    pub names: VocabularyNames,
    /// How untouched files come along.
    pub shards: Shards,
    /// Whose chat template.
    pub chat_template: ChatTemplate,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            init: "best".to_owned(),
            init_head: None,
            aux: None,
            donor: None,
            alignment: None,
            calibrate: None,
            settings: Settings::default(),
            untie: false,
            pad_to_multiple: 1,
            special_map: Vec::new(),
            names: VocabularyNames::default(),
            shards: Shards::default(),
            chat_template: ChatTemplate::default(),
        }
    }
}
