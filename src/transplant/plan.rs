//! What will be done, worked out before anything is written: which tensors get which shape, which files are rewritten.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::derive::{Derivation, Derived};
use super::init::{self, Method, Part};
use super::matching::TokenMap;
use super::options::Options;
use super::positions::{self, Positions};
use super::side::Side;
use super::sources::Sources;
use crate::error::{Error, Result};
use crate::lm::checkpoint::{Checkpoint, Dtype, TensorSpec, VocabularyTensors};

/// Where a tensor of the new checkpoint comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// The old tensor, byte for byte.
    Copy(String),
    /// The old tensor, in another type.
    Convert(String),
    /// New rows after the old ones of this tensor.
    Rows(String, Part),
    /// Positions after the old ones.
    Positions(String),
}

/// One file of the new checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum File {
    /// As it is.
    Same(PathBuf),
    /// Written anew, tensor by tensor.
    New(Vec<(TensorSpec, Content)>),
}

/// A transplantation that has been thought through.
pub struct Plan<'a> {
    /// What it is done to.
    pub checkpoint: &'a Checkpoint,
    /// The old tokenizer.
    pub old: &'a Side,
    /// The new one.
    pub new: &'a Side,
    /// Which rows are copied.
    pub map: TokenMap,
    /// The tensors of the vocabulary.
    pub vocabulary: VocabularyTensors,
    /// Rows that its matrices will have.
    pub rows: usize,
    /// Whether the vocabulary stays as it is, and so all files do.
    pub unchanged: bool,
    /// How the new tokenizer was made from the old one, where it was.
    pub derivation: Option<&'a Derivation>,
    /// What was asked.
    pub options: &'a Options,
    pub(super) methods: [&'static Method; 2],
    pub(super) sources: Sources,
    pub(super) positions: Option<Positions>,
    pub(super) files: Vec<(String, File)>,
}

/// The name that a head gets which a model did not have.
const HEAD: &str = "lm_head.weight";

impl<'a> Plan<'a> {
    /// Thinks it through.
    ///
    /// # Errors
    /// [`Error::Config`] for options that make no sense together; what matching and finding the tensors report.
    pub fn new(checkpoint: &'a Checkpoint, old: &'a Side, new: &'a Side, options: &'a Options) -> Result<Plan<'a>> {
        let map = |rows| TokenMap::new(old, new, rows, &options.special_map);
        Plan::mapped(checkpoint, old, new, options, None, map)
    }

    /// The same for a tokenizer that was made from the old one.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn of_derived(
        checkpoint: &'a Checkpoint,
        old: &'a Side,
        derived: &'a Derived,
        options: &'a Options,
    ) -> Result<Plan<'a>> {
        let map = |rows| TokenMap::of_derived(old, derived, rows, &options.special_map);
        Plan::mapped(checkpoint, old, &derived.side, options, Some(&derived.derivation), map)
    }

    fn mapped(
        checkpoint: &'a Checkpoint,
        old: &'a Side,
        new: &'a Side,
        options: &'a Options,
        derivation: Option<&'a Derivation>,
        map: impl FnOnce(usize) -> Result<TokenMap>,
    ) -> Result<Plan<'a>> {
        let vocabulary = checkpoint.vocabulary_named(&options.names)?;
        if options.pad_to_multiple == 0 {
            return Err(Error::config("--pad-to-multiple", "nothing is a multiple of 0").with_hint("1 pads nothing"));
        }
        if options.untie && !vocabulary.tied {
            return Err(
                Error::config("--untie", "this model's head is not tied to its input").with_hint("leave `--untie` out")
            );
        }
        if options.init_head.is_some() && vocabulary.tied && !options.untie {
            return Err(Error::config("--init-head", "one matrix is both input and head of this model")
                .with_hint("give it a head of its own with `--untie`, or leave `--init-head` out"));
        }
        let methods =
            [init::method(&options.init)?, init::method(options.init_head.as_ref().unwrap_or(&options.init))?];
        // What is copied has to be there in both matrices, whose padding may differ.
        let map = map(vocabulary.rows.min(vocabulary.head_rows))?;
        let sources = Sources::open(options, methods, (old, vocabulary.rows), new)?;
        let multiple = options.pad_to_multiple;
        let unchanged =
            map.is_identity(old, vocabulary.rows) && !options.untie && vocabulary.rows.is_multiple_of(multiple);
        let rows = if unchanged { vocabulary.rows } else { map.sources.len().next_multiple_of(multiple) };
        let positions = positions::plan(checkpoint, old, new)?;
        let mut plan = Plan {
            checkpoint,
            old,
            new,
            map,
            vocabulary,
            rows,
            unchanged,
            derivation,
            options,
            methods,
            sources,
            positions,
            files: Vec::new(),
        };
        plan.files = plan.files()?;
        Ok(plan)
    }

    /// Names of the files that are written anew.
    pub fn rewritten(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter(|(_, file)| matches!(file, File::New(_))).map(|(name, _)| name.as_str())
    }

    /// Names of the files that stay as they are.
    pub fn untouched(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter(|(_, file)| matches!(file, File::Same(_))).map(|(name, _)| name.as_str())
    }

    /// Every tensor that changes, with its old and its new shape.
    pub fn changed_tensors(&self) -> Vec<(String, Vec<usize>, Vec<usize>)> {
        let news = self.files.iter().filter_map(|(_, file)| if let File::New(all) = file { Some(all) } else { None });
        let changed = news.flatten().filter_map(|(spec, content)| match content {
            Content::Rows(old, _) | Content::Positions(old) => {
                Some((spec.name.clone(), self.checkpoint.tensors[old].shape.clone(), spec.shape.clone()))
            }
            Content::Copy(_) | Content::Convert(_) => None,
        });
        changed.collect()
    }

    /// Bytes of all tensors of the new checkpoint.
    pub fn bytes(&self) -> u64 {
        let size = |(_, file): &(String, File)| match file {
            File::Same(path) => {
                let shard = self.checkpoint.shards.iter().position(|shard| shard.path == *path);
                let own = self.checkpoint.tensors.values().filter(|tensor| Some(tensor.shard) == shard);
                own.map(|tensor| tensor.bytes()).sum()
            }
            File::New(tensors) => tensors.iter().map(|(spec, _)| spec.bytes).sum::<u64>(),
        };
        self.files.iter().map(size).sum()
    }

    fn files(&self) -> Result<Vec<(String, File)>> {
        let checkpoint = self.checkpoint;
        let foreign = checkpoint.is_gguf();
        let mut files = Vec::new();
        for (number, shard) in checkpoint.shards.iter().enumerate() {
            let own: Vec<&String> =
                checkpoint.tensors.iter().filter(|(_, tensor)| tensor.shard == number).map(|(name, _)| name).collect();
            let touched = own.iter().any(|name| self.is_rewritten(name));
            if !foreign && (!touched || self.unchanged) {
                files.push((shard.name.clone(), File::Same(shard.path.clone())));
                continue;
            }
            let mut tensors = Vec::new();
            for name in own {
                self.tensor(name, foreign, &mut tensors)?;
            }
            // Tensors lie in the order of their bytes, so that the old file is read from front to back.
            let start = |content: &Content| match content {
                Content::Copy(name) | Content::Convert(name) | Content::Rows(name, _) | Content::Positions(name) => {
                    checkpoint.tensors[name].start
                }
            };
            tensors.sort_by_key(|(spec, content)| {
                (std::cmp::Reverse(spec.dtype.bytes().unwrap_or(1)), start(content), spec.name.clone())
            });
            let name = if foreign { "model.safetensors".to_owned() } else { shard.name.clone() };
            files.push((name, File::New(tensors)));
        }
        Ok(files)
    }

    fn is_rewritten(&self, name: &str) -> bool {
        self.vocabulary.names().any(|own| own == name) || self.positions.as_ref().is_some_and(|p| p.tensor == name)
    }

    fn tensor(&self, name: &str, foreign: bool, out: &mut Vec<(TensorSpec, Content)>) -> Result<()> {
        let info = &self.checkpoint.tensors[name];
        let dtype = if matches!(info.dtype, Dtype::Block(_)) { Dtype::F32 } else { info.dtype.clone() };
        let shaped = |name: &str, rows: usize| {
            let mut shape = info.shape.clone();
            shape[0] = rows;
            TensorSpec::new(name, dtype.clone(), shape)
        };
        let name = name.to_owned();
        let vocabulary = &self.vocabulary;
        let tied = vocabulary.tied && !self.options.untie;
        if self.unchanged || !self.is_rewritten(&name) {
            // Converters change numbers on the way, so nothing of a foreign file is copied as it lies.
            let (spec, content) = match foreign {
                true => (TensorSpec::new(&name, dtype, info.shape.clone())?, Content::Convert(name)),
                false => (TensorSpec::copy_of(&name, info), Content::Copy(name)),
            };
            out.push((spec, content));
        } else if let Some(positions) = self.positions.as_ref().filter(|p| p.tensor == name) {
            out.push((shaped(&name, positions.rows)?, Content::Positions(name)));
        } else if vocabulary.input.contains(&name) {
            let part = if tied { Part::Tied } else { Part::Input };
            out.push((shaped(&name, self.rows)?, Content::Rows(name.clone(), part)));
            if self.options.untie && vocabulary.head.is_empty() && vocabulary.input[0] == name {
                out.push((shaped(HEAD, self.rows)?, Content::Rows(name, Part::Head)));
            }
        } else {
            let part = if tied { Part::Tied } else { Part::Head };
            out.push((shaped(&name, self.rows)?, Content::Rows(name, part)));
        }
        Ok(())
    }

    /// The new configuration, but for ids.
    pub(super) fn config(&self) -> Map<String, Value> {
        let mut config = self.checkpoint.config.clone();
        if self.checkpoint.is_gguf() {
            config.insert("torch_dtype".to_owned(), Value::from("float32"));
        }
        if self.options.untie {
            config.insert("tie_word_embeddings".to_owned(), Value::Bool(false));
            if let Some(Value::Object(text)) = config.get_mut("text_config") {
                text.insert("tie_word_embeddings".to_owned(), Value::Bool(false));
            }
        }
        if let Some(positions) = &self.positions
            && !self.unchanged
        {
            config.insert("max_position_embeddings".to_owned(), Value::from(positions.rows));
        }
        config
    }
}
