//! What was done, for people and programs: `transplant_report.json` and a fragment for the model's card.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::auxiliary::Auxiliary;
use super::calibrate::Outcome;
use super::derive::Derivation;
use super::init::{Origin, Part};
use super::matching::{Overlap, Source};
use super::matrix::Made;
use super::metadata::Changed;
use super::outliers::Outliers;
use super::plan::Plan;
use super::side::Side;
use super::side_files::Template;
use crate::lm::checkpoint::TensorSpec;
use crate::vocab::Id;

/// One matrix that was written anew.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// The tensor.
    pub name: String,
    /// What it is for.
    pub part: &'static str,
    /// Its new shape.
    pub shape: Vec<usize>,
    /// Its type.
    pub dtype: String,
    /// Fresh rows by how they came about.
    pub origins: BTreeMap<Origin, u64>,
    /// The mean norm of copied rows.
    pub mean_norm_copied: f64,
    /// The mean norm of fresh rows.
    pub mean_norm_fresh: f64,
    /// The fresh row of the greatest norm: its id, token and norm.
    pub greatest_fresh: Option<(Id, String, f64)>,
    /// Fresh rows that are much larger or smaller than the old ones; `None` for a bias, and without a fresh row.
    pub outliers: Option<Outliers>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The methods for the input and for the head.
    pub methods: [&'static str; 2],
    /// What vectors were used, with how many old and fresh tokens have one.
    pub aux: Option<(String, usize, usize)>,
    /// What calibration did, where rows were calibrated.
    pub calibration: Option<Outcome>,
    /// How the new tokenizer was made from the old one, where it was.
    pub derivation: Option<Derivation>,
    /// How many tokens have a row to copy.
    pub overlap: Overlap,
    /// Matrices that were written.
    pub matrices: Vec<Matrix>,
    /// Files that were written anew, and those that stayed.
    pub files: [Vec<String>; 2],
    /// Keys of configurations that were changed.
    pub changed: Vec<Changed>,
    /// What became of the chat template.
    pub template: Template,
    /// Whether texts begin with BOS now, as the model wants it.
    pub bos_added: bool,
    /// Bytes of all tensors before and after.
    pub bytes: [u64; 2],
    /// Special tokens of the new tokenizer without a counterpart.
    pub unmapped: Vec<String>,
    /// Old special tokens that have no row in the matrix.
    pub rowless: Vec<String>,
    /// By new id: how the row of a fresh token came about, in the first matrix.
    pub origins: Vec<Option<Origin>>,
    sources: Vec<Source>,
    rows: [usize; 2],
    options: Value,
}

impl Report {
    pub(super) fn new(plan: &Plan<'_>, auxiliary: Option<&Auxiliary>) -> Report {
        let unmapped = |(id, source): (usize, &Source)| (*source == Source::Unmapped).then(|| plan.new.shown(id as Id));
        Report {
            methods: plan.methods.map(|method| method.name),
            aux: auxiliary.map(|vectors| (vectors.name.clone(), vectors.known().0, vectors.known().1)),
            calibration: None,
            derivation: plan.derivation.cloned(),
            overlap: plan.map.overlap,
            matrices: Vec::new(),
            files: [plan.rewritten().map(str::to_owned).collect(), plan.untouched().map(str::to_owned).collect()],
            changed: Vec::new(),
            template: Template::default(),
            bos_added: false,
            bytes: [plan.checkpoint.tensors.values().map(|tensor| tensor.bytes()).sum(), plan.bytes()],
            unmapped: plan.map.sources.iter().enumerate().filter_map(unmapped).collect(),
            rowless: plan.map.rowless.iter().map(|&id| plan.old.shown(id)).collect(),
            origins: Vec::new(),
            sources: plan.map.sources.clone(),
            rows: [plan.vocabulary.rows, plan.rows],
            options: json!(plan.options),
        }
    }

    /// Takes note of a matrix that was written.
    pub(super) fn take(&mut self, spec: &TensorSpec, part: Part, made: Made, outliers: Option<Outliers>, new: &Side) {
        let mut origins = BTreeMap::new();
        made.origins.iter().flatten().for_each(|&origin| *origins.entry(origin).or_default() += 1);
        self.matrices.push(Matrix {
            name: spec.name.clone(),
            part: part.name(),
            shape: spec.shape.clone(),
            dtype: spec.dtype.name().to_owned(),
            origins,
            mean_norm_copied: made.copied_norm,
            mean_norm_fresh: made.fresh_norm,
            outliers,
            greatest_fresh: made.greatest.map(|(id, norm)| (id, new.shown(id), norm)),
        });
        if self.origins.is_empty() {
            self.origins = made.origins;
        }
    }

    /// Special ids that nothing stands for any more, with the keys that held them.
    pub fn lost(&self) -> impl Iterator<Item = (&str, &str, &[Id])> {
        let some = self.changed.iter().filter(|changed| !changed.lost.is_empty());
        some.map(|changed| (changed.file.as_str(), changed.key.as_str(), changed.lost.as_slice()))
    }

    /// Matrices with fresh rows that are much larger than the old ones.
    pub fn too_large(&self) -> impl Iterator<Item = (&Matrix, &Outliers)> {
        let all = self.matrices.iter().filter_map(|matrix| Some((matrix, matrix.outliers.as_ref()?)));
        all.filter(|(_, outliers)| outliers.large > 0)
    }

    /// Bytes of tensors that the new checkpoint has less than the old one; negative where it has more.
    pub fn bytes_saved(&self) -> i64 {
        self.bytes[0] as i64 - self.bytes[1] as i64
    }

    /// The report as a JSON object. `provenance` has an entry for each new id: `kind` is an index into `kinds`, `old` the old
    /// id whose row it is.
    pub fn json(&self) -> Map<String, Value> {
        let mut kinds: Vec<&'static str> = Vec::new();
        let mut kind = |name: &'static str| {
            kinds.iter().position(|kind| *kind == name).unwrap_or_else(|| {
                kinds.push(name);
                kinds.len() - 1
            })
        };
        let (mut kind_of, mut old) = (Vec::new(), Vec::new());
        for (id, source) in self.sources.iter().enumerate() {
            let origin = self.origins.get(id).copied().flatten();
            kind_of.push(kind(origin.map_or(source.name(), |origin| match origin {
                Origin::Pieces => "new, from its pieces",
                Origin::Neighbours => "new, from its neighbours",
                Origin::Mixed => "new, from its pieces and neighbours",
                Origin::Donor => "new, as in the donor",
                Origin::Aligned => "new, from aligned tokens",
                Origin::Drawn => "new, drawn",
                Origin::Mean => "new, mean row",
            })));
            old.push(source.copied());
        }
        let value = json!({
            "schema": "toktool.transplant/1",
            "toktool": env!("CARGO_PKG_VERSION"),
            "init": self.methods[0],
            "init_head": self.methods[1],
            "options": self.options,
            "aux": self.aux.as_ref().map(|(name, old, fresh)| json!({"name": name, "old": old, "fresh": fresh})),
            "calibration": self.calibration,
            "rows_before": self.rows[0],
            "rows_after": self.rows[1],
            "bytes_before": self.bytes[0],
            "bytes_after": self.bytes[1],
            "bytes_saved": self.bytes_saved(),
            "derivation": self.derivation,
            "overlap": self.overlap,
            "matrices": self.matrices,
            "files_rewritten": self.files[0],
            "files_untouched": self.files[1],
            "configuration": self.changed,
            "chat_template": self.template,
            "bos_added": self.bos_added,
            "special_tokens_without_counterpart": self.unmapped,
            "old_tokens_without_row": self.rowless,
            "provenance": {"kinds": kinds, "kind": kind_of, "old": old},
        });
        match value {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }

    /// A paragraph for the model's card.
    pub(super) fn model_card(&self, plan: &Plan<'_>) -> String {
        let name = plan.checkpoint.path.file_name().unwrap_or_default().to_string_lossy();
        let which = match self.derivation {
            None => "another tokenizer",
            Some(Derivation::Trimmed { .. }) => "a part of its tokenizer",
            Some(Derivation::Extended { .. }) => "a longer tokenizer",
            Some(Derivation::Permuted { .. }) => "its tokenizer in another order",
        };
        let mut card = format!("## Tokenizer\n\nThis is `{name}` with {which}");
        if plan.unchanged {
            card.push_str(": none of its rows changed.\n");
            return card;
        }
        let overlap = &self.overlap;
        let fresh = overlap.new + overlap.unmapped;
        let _ = write!(card, " of {} tokens in the place of {} rows.", overlap.tokens, self.rows[0]);
        if fresh == 0 {
            card.push_str(" Every one of them kept its row.");
        } else {
            let copied = overlap.text + overlap.bytes + overlap.special;
            let by = self.methods[0];
            let _ = write!(card, " {copied} of them had a row to copy; the other {fresh} were given one by `{by}`");
            if self.methods[0] != self.methods[1] {
                let _ = write!(card, " (head: `{}`)", self.methods[1]);
            }
            let vectors = self.aux.as_ref().map_or("none".to_owned(), |aux| format!("`{}`", aux.0));
            let _ = write!(card, ", vectors: {vectors}.");
        }
        let after = self.calibration.as_ref().map_or("and nothing was trained after that".to_owned(), |outcome| {
            format!("and the new rows alone were then calibrated on {} tokens of text", outcome.tokens)
        });
        let _ = write!(
            card,
            " No weight outside of the vocabulary was changed, {after}.\n\nMade with toktool {}; `transplant_report.json` says of every id where its row comes from.\n",
            env!("CARGO_PKG_VERSION")
        );
        card
    }
}
