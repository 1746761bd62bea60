//! The tensors of a checkpoint that have a row, or a number, for every token.
//!
//! A tokenizer is exchanged by rewriting exactly these. They are found by a table of families, else by shape, else
//! not at all: what is left over is refused by name, because a tensor that keeps the old vocabulary would make a model
//! that loads and is wrong. Names given by the user go before both.
//!
//! What counts as left over: a tensor one of whose dimensions is a size of the vocabulary (`vocab_size`, or the rows of
//! a matrix that was found), which is not among those found, unless
//!
//! 1. its name says that it belongs to positions or segments, or
//! 2. that size is also another size of the model (as in tiny models whose vocabulary is as large as a layer), and the
//!    tensor lies in a numbered layer or has no word of the vocabulary in its name.
//!
//! Rows and `vocab_size` may differ (matrices are padded); neither is corrected here.

mod families;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::families::{Family, family_of, is_called};
use super::Checkpoint;
use crate::error::{Error, Place, Result};

/// Names that the user gives instead of those that would be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VocabularyNames {
    /// The input matrix.
    pub input: Option<String>,
    /// The head matrix.
    pub head: Option<String>,
    /// The bias of the head.
    pub bias: Option<String>,
}

/// The tensors of the vocabulary. Where a role has several names, they are copies of one tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VocabularyTensors {
    /// The input matrix, `[rows, width]`; at least one name.
    pub input: Vec<String>,
    /// The head matrix, `[rows, width]`. None is stored where it is tied or the model has no head; stored copies of a
    /// tied head have to be kept equal to the input.
    pub head: Vec<String>,
    /// The bias of the head, `[rows]`, which exists for tied heads as well.
    pub bias: Vec<String>,
    /// Whether the input matrix is the head.
    pub tied: bool,
    /// Rows of the input matrix.
    pub rows: usize,
    /// Numbers in its rows.
    pub width: usize,
    /// Rows of the head: those of its own matrix, else of the input.
    pub head_rows: usize,
    /// `vocab_size` of the configuration.
    pub vocab_size: Option<usize>,
    /// Whether a family's names were found, not only shapes or names that the user gave.
    pub known_family: bool,
}

impl VocabularyTensors {
    /// Every name, once.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.input.iter().chain(&self.head).chain(&self.bias).map(String::as_str)
    }
}

impl Checkpoint {
    /// The tensors of the vocabulary, by the names of the family or by shape.
    ///
    /// # Errors
    /// [`Error::Input`] when the input matrix is not found or not the only candidate, when shapes contradict each
    /// other, when a head that is not tied is missing, or when tensors of the vocabulary's size are left over: with
    /// their names.
    pub fn vocabulary(&self) -> Result<VocabularyTensors> {
        self.vocabulary_named(&VocabularyNames::default())
    }

    /// As [`Checkpoint::vocabulary`], with names that go before those that would be found.
    ///
    /// # Errors
    /// As [`Checkpoint::vocabulary`]; [`Error::Config`] when a name given is not one of a tensor.
    pub fn vocabulary_named(&self, names: &VocabularyNames) -> Result<VocabularyTensors> {
        let family = family_of(&self.config).or_else(|| family_of(self.text_config()));
        let mut found = Found::default();
        if let Some(family) = family {
            found = self.by_name(family);
        }
        let known_family = !found.input.is_empty();
        if !known_family && names.input.is_none() {
            found = self.by_shape(names)?;
        }
        for (role, option, given) in [
            (&mut found.input, "--input-tensor", &names.input),
            (&mut found.head, "--head-tensor", &names.head),
            (&mut found.bias, "--bias-tensor", &names.bias),
        ] {
            if let Some(name) = given {
                if !self.tensors.contains_key(name) {
                    return Err(Error::config(option, format!("the checkpoint has no tensor `{name}`"))
                        .with_hint("give its full name, as in `model.embed_tokens.weight`"));
                }
                *role = vec![name.clone()];
            }
        }
        let tied = tied_by(self.text_config()).or_else(|| tied_by(&self.config));
        let tied = tied.unwrap_or(family.is_none_or(|family| family.tied));
        let vocabulary = self.measured(found, tied, known_family)?;
        self.refuse_missing_head(&vocabulary, family)?;
        self.refuse_left_over(&vocabulary)?;
        Ok(vocabulary)
    }

    fn by_name(&self, family: &Family) -> Found {
        let named = |patterns: &[&str]| -> Vec<String> {
            let called =
                |pattern: &&str| self.tensors.keys().filter(|name| is_called(name, pattern)).cloned().collect();
            patterns.iter().flat_map(|pattern| -> Vec<String> { called(pattern) }).collect()
        };
        Found { input: named(family.input), head: named(family.head), bias: named(family.bias) }
    }

    /// Matrices of `vocab_size` rows or more whose name says what they are, outside of the layers.
    fn by_shape(&self, names: &VocabularyNames) -> Result<Found> {
        let Some(size) = self.vocab_size() else {
            return Err(Error::input(&self.path, "the configuration has no `vocab_size` and the family is not known")
                .at(Place::Entry("config.json".into()))
                .with_hint("name the tensors with `--input-tensor` and `--head-tensor`"));
        };
        let mut found = Found::default();
        for (name, info) in &self.tensors {
            let outside = !in_layer(name) && !of_positions(name) && info.rows() >= size;
            match info.shape.len() {
                2 if outside && says_head(name) => found.head.push(name.clone()),
                2 if outside && says_input(name) => found.input.push(name.clone()),
                _ => {}
            }
        }
        for (role, what, option, given) in [
            (&found.input, "input matrix", "--input-tensor", &names.input),
            (&found.head, "head", "--head-tensor", &names.head),
        ] {
            if role.len() > 1 && given.is_none() {
                return Err(Error::input(&self.path, format!("{what}: several tensors may be it: {}", listed(role)))
                    .with_hint(format!("name it with `{option}`")));
            }
        }
        if found.input.is_empty() && names.input.is_none() {
            let why = format!("no matrix of {size} rows or more has the name of an input matrix");
            return Err(Error::input(&self.path, why).with_hint("name it with `--input-tensor`"));
        }
        let bias = found.head.first().and_then(|head| head.strip_suffix("weight")).map(|stem| format!("{stem}bias"));
        found.bias = bias.into_iter().filter(|name| self.tensors.contains_key(name)).collect();
        Ok(found)
    }

    fn vocab_size(&self) -> Option<usize> {
        let of = |config: &Map<String, Value>| {
            ["vocab_size", "padded_vocab_size"].iter().find_map(|key| config.get(*key)?.as_u64())
        };
        of(self.text_config()).or_else(|| of(&self.config)).and_then(|n| usize::try_from(n).ok())
    }

    /// Checks the shapes against each other.
    fn measured(&self, found: Found, tied: bool, known_family: bool) -> Result<VocabularyTensors> {
        let matrix = |names: &[String]| -> Result<Option<(usize, usize)>> {
            let mut first: Option<(usize, usize)> = None;
            for name in names {
                let info = self.info(name)?;
                let &[rows, width] = info.shape.as_slice() else {
                    return Err(self.fault(name, format!("a matrix is expected, its shape is {:?}", info.shape)));
                };
                if first.is_some_and(|other| other != (rows, width)) {
                    let why = format!("{rows} x {width}, but `{}` has another shape", names[0]);
                    return Err(self.fault(name, why));
                }
                first = Some((rows, width));
            }
            Ok(first)
        };
        let (rows, width) = matrix(&found.input)?.ok_or_else(|| Error::input(&self.path, "no input matrix"))?;
        let head = matrix(&found.head)?;
        let (head_rows, _) = head.unwrap_or((rows, width));
        if tied && let Some(head) = head.filter(|head| *head != (rows, width)) {
            let why = format!("{} x {}, but the head is tied to the input of {rows} x {width}", head.0, head.1);
            return Err(self.fault(&found.head[0], why).with_hint("set `tie_word_embeddings` to false in config.json"));
        }
        for name in &found.bias {
            let shape = &self.info(name)?.shape;
            if *shape != [head_rows] {
                return Err(self.fault(name, format!("the bias of a head of {head_rows} rows has the shape {shape:?}")));
            }
        }
        let Found { input, head, bias } = found;
        let vocab_size = self.vocab_size();
        Ok(VocabularyTensors { input, head, bias, tied, rows, width, head_rows, vocab_size, known_family })
    }

    fn refuse_missing_head(&self, vocabulary: &VocabularyTensors, family: Option<&Family>) -> Result<()> {
        let architecture = self.config.get("architectures").and_then(|all| all.get(0)).and_then(Value::as_str);
        let has_head = architecture.is_some_and(|name| {
            ["ForCausalLM", "LMHead", "ForConditionalGeneration", "ForMaskedLM"].iter().any(|mark| name.contains(mark))
        });
        if vocabulary.tied || !vocabulary.head.is_empty() || !has_head {
            return Ok(());
        }
        let expected = family.and_then(|family| family.head.first()).unwrap_or(&"lm_head.weight");
        Err(Error::input(&self.path, "the head is not tied to the input, but the checkpoint has no such tensor")
            .at(Place::Entry((*expected).to_owned()))
            .with_hint("name it with `--head-tensor`, or set `tie_word_embeddings` to true if it is tied"))
    }

    fn refuse_left_over(&self, vocabulary: &VocabularyTensors) -> Result<()> {
        let claimed: BTreeSet<&str> = vocabulary.names().collect();
        let sizes =
            BTreeSet::from_iter([vocabulary.rows, vocabulary.head_rows].into_iter().chain(vocabulary.vocab_size));
        let others = other_sizes(self.text_config());
        let is_left_over = |name: &str, shape: &[usize]| {
            let same: Vec<usize> = shape.iter().copied().filter(|n| sizes.contains(n)).collect();
            let only_vocabulary = same.iter().any(|n| !others.contains(n));
            let named = !in_layer(name) && (says_head(name) || says_input(name));
            !same.is_empty() && !of_positions(name) && (only_vocabulary || named)
        };
        let left: Vec<String> = self
            .tensors
            .iter()
            .filter(|(name, info)| !claimed.contains(name.as_str()) && is_left_over(name, &info.shape))
            .map(|(name, _)| name.clone())
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        let why =
            format!("these tensors have the size of the vocabulary, but what they do is not known: {}", listed(&left));
        Err(Error::input(&self.path, why).with_hint(
            "if one of them is the input, the head or its bias, name it with `--input-tensor`, `--head-tensor` or \
             `--bias-tensor`",
        ))
    }
}

/// Names of candidates by role.
#[derive(Debug, Default)]
struct Found {
    input: Vec<String>,
    head: Vec<String>,
    bias: Vec<String>,
}

fn tied_by(config: &Map<String, Value>) -> Option<bool> {
    ["tie_word_embeddings", "tie_embedding"].iter().find_map(|key| config.get(*key)?.as_bool())
}

/// Every size that the configuration states besides the vocabulary's, and the usual products of them.
fn other_sizes(config: &Map<String, Value>) -> BTreeSet<usize> {
    let number = |key: &str| config.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let of_tokens = |key: &str| key.contains("vocab") || key.ends_with("_id") || key.ends_with("_index");
    let stated: BTreeSet<usize> = config.keys().filter(|key| !of_tokens(key)).filter_map(|key| number(key)).collect();
    let mut all = stated.clone();
    for size in stated {
        // Fused projections: two halves of a gated layer, query with key and value.
        all.extend([2, 3, 4].iter().filter_map(|n| size.checked_mul(*n)));
    }
    if let (Some(heads), Some(width)) = (number("num_attention_heads"), number("head_dim")) {
        let groups = number("num_key_value_heads").unwrap_or(heads);
        let fused = groups.checked_mul(2).and_then(|n| n.checked_add(heads));
        all.extend([Some(heads), Some(groups), fused].into_iter().flatten().filter_map(|n| n.checked_mul(width)));
    }
    all
}

/// The part of a name that says what the tensor is: `lm_head` of `model.lm_head.weight`.
fn leaf(name: &str) -> &str {
    let stem = name.strip_suffix(".weight").or_else(|| name.strip_suffix(".bias")).unwrap_or(name);
    stem.rsplit('.').next().unwrap_or(stem)
}

fn says_head(name: &str) -> bool {
    let leaf = leaf(name);
    ["head", "embed_out", "output", "decoder", "proj_out", "logits", "vocab"].iter().any(|word| leaf.contains(word))
}

fn says_input(name: &str) -> bool {
    let leaf = leaf(name);
    ["embed", "wte", "shared"].iter().any(|word| leaf.contains(word))
}

/// Positions and segments are embedded too, but are not the vocabulary.
fn of_positions(name: &str) -> bool {
    ["position", "wpe", "token_type", "segment"].iter().any(|word| name.contains(word))
}

/// Whether a part of the name is a number, as in `model.layers.3.mlp.up_proj.weight`.
fn in_layer(name: &str) -> bool {
    name.split('.').any(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
