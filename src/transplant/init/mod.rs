//! Rows for tokens that the old vocabulary lacks: one method a file, all of them in one table.
//!
//! Most methods are a weighting: the new row is a combination of old rows, and the same weights serve every matrix of the
//! vocabulary, whatever its width. Tokens in common keep their rows under every method, and what a method can say nothing
//! about gets the mean row, whose logit never stands out. Rows are independent of each other, so any number of threads makes
//! the same ones.

mod aligned;
mod best;
mod by_script;
mod distribution;
mod first_last;
pub(super) mod learnt;
mod neighbours;
mod omp;
mod retok;
mod tokenadapt;

use serde::Serialize;

use super::auxiliary::Auxiliary;
use super::matching::TokenMap;
use super::pieces::Pieces;
use super::rows::OldRows;
use super::side::Side;
use super::sources::Sources;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::vocab::Id;

/// What a matrix is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Rows that go into the model.
    Input,
    /// Rows that hidden states are multiplied with.
    Head,
    /// Both: the head is tied to the input.
    Tied,
}

impl Part {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Part::Input => "input",
            Part::Head => "head",
            Part::Tied => "input and head",
        }
    }
}

/// How a row came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From the old pieces of the token.
    Pieces,
    /// From tokens that are near in some space.
    Neighbours,
    /// From both.
    Mixed,
    /// From tokens in common, as a donor model makes it of them.
    Donor,
    /// From the old tokens that a file says it is a translation of.
    Aligned,
    /// Drawn from a distribution.
    Drawn,
    /// The mean row, by choice or because there was nothing else.
    Mean,
}

/// Everything that methods may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The tokenizer that the checkpoint has.
    pub old: &'a Side,
    /// The tokenizer that it gets.
    pub new: &'a Side,
    /// Which rows are copied.
    pub map: &'a TokenMap,
    /// The new tokens that need a row. Methods name them by their index here.
    pub fresh: &'a [Id],
    /// Their old pieces, by that index.
    pub pieces: &'a Pieces,
    /// Vectors of old and fresh tokens, where there are any.
    pub auxiliary: Option<&'a Auxiliary>,
    /// A donor model and an alignment, where there are such.
    pub sources: &'a Sources,
    /// How methods are set.
    pub settings: &'a Settings,
}

/// How methods are set; the defaults are those of their sources.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Settings {
    /// Of everything random.
    pub seed: u64,
    /// Whether TokenAdapt and OMP are the published formulas to the letter.
    pub exact: bool,
    /// TokenAdapt: temperature of its softmax.
    pub temperature: f64,
    /// TokenAdapt: the weight of neighbours in the hybrid.
    pub global_weight: f64,
    /// TokenAdapt: how many neighbours.
    pub neighbours: usize,
    /// TokenAdapt: neighbours of a smaller cosine are left out.
    pub threshold: f64,
    /// Whether neighbours have to be of the token's own script or sort: letters, numbers, signs.
    pub same_script: bool,
    /// First/last piece: how much less each further piece weighs.
    pub decay: f64,
    /// OMP: rows that a row is put together from, at most.
    pub atoms: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 1,
            exact: false,
            temperature: 0.3,
            global_weight: 0.3,
            neighbours: 3,
            threshold: 0.0,
            same_script: false,
            decay: 0.5,
            atoms: 64,
        }
    }
}

/// A way to make rows.
pub trait EmbeddingInit: Sync {
    /// Called before the rows of a matrix are asked for: whatever depends on its numbers as a whole.
    ///
    /// # Errors
    /// What the computation reports; [`Error::Interrupted`].
    fn fit(&mut self, _rows: &OldRows, _part: Part, _observer: &dyn Observer) -> Result<()> {
        Ok(())
    }

    /// Writes the row of the fresh token of this index into `out`, which holds zeros; `None` where the method knows nothing
    /// about it, and `out` is then not looked at.
    fn row(&self, rows: &OldRows, part: Part, index: usize, out: &mut [f32]) -> Option<Origin>;
}

/// Old ids with their weights.
pub type Weights = Vec<(Id, f32)>;

/// Adds up old rows.
pub(super) fn combine(rows: &OldRows, weights: &[(Id, f32)], out: &mut [f32]) {
    weights.iter().for_each(|&(id, weight)| rows.add(id, weight, out));
}

/// What a method cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing but the checkpoint and the two tokenizers.
    Nothing,
    /// Vectors of tokens (`--aux`).
    Auxiliary,
    /// Nothing, but vectors make it better.
    MayAuxiliary,
    /// A model that has the new tokenizer (`--donor`).
    Donor,
    /// A file of aligned tokens (`--alignment`).
    Alignment,
}

impl Needs {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Needs::Nothing => "nothing",
            Needs::Auxiliary => "--aux",
            Needs::MayAuxiliary => "nothing; uses --aux",
            Needs::Donor => "--donor",
            Needs::Alignment => "--alignment",
        }
    }
}

/// A row of the table.
pub struct Method {
    /// The name that `--init` takes.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What it cannot do without.
    pub needs: Needs,
    /// Makes it ready: whatever is common to all tokens is done here.
    pub build: for<'a> fn(Context<'a>) -> Result<Box<dyn EmbeddingInit + 'a>>,
}

/// Every method, in the order of the list.
pub const METHODS: &[Method] = &[
    Method {
        name: "best",
        about: "what came out best: mean of pieces and a learnt map, apart for input and head; with vectors, FOCUS too",
        source: "toktool; RESULTS.md has the ablation",
        needs: Needs::MayAuxiliary,
        build: |cx| Ok(Box::new(best::Best::new(cx)?)),
    },
    Method {
        name: "random",
        about: "drawn from a normal distribution with the mean and deviation of all old numbers",
        source: "common baseline; the fallback of TokenAdapt (2505.09738)",
        needs: Needs::Nothing,
        build: |cx| Ok(Box::new(distribution::Random { seed: cx.settings.seed })),
    },
    Method {
        name: "mean",
        about: "the mean of all old rows",
        source: "common baseline",
        needs: Needs::Nothing,
        build: |_| Ok(Box::new(distribution::Mean)),
    },
    Method {
        name: "hewitt",
        about: "drawn from a normal distribution with the mean and covariance of the old rows",
        source: "Hewitt 2021; `resize_token_embeddings` of transformers shrinks it",
        needs: Needs::Nothing,
        build: |cx| Ok(Box::new(distribution::Hewitt { seed: cx.settings.seed })),
    },
    Method {
        name: "hewitt-script",
        about: "drawn as by `hewitt`, from the old rows of the token's script and place in a word",
        source: "Downey et al. 2023 (2309.04679)",
        needs: Needs::Nothing,
        build: |cx| Ok(Box::new(by_script::ByScript::new(cx))),
    },
    Method {
        name: "retok",
        about: "the mean of the rows of a token's old pieces",
        source: "FVT, Gee et al. 2022 (2402.09977); ReTok, Gu et al. 2024 (2410.04335)",
        needs: Needs::Nothing,
        build: |cx| Ok(Box::new(retok::ReTok { cx })),
    },
    Method {
        name: "first-last",
        about: "input: the last piece; head: first pieces with decay; tied: both ends",
        source: "transplant-vocab; AdaptiVocab (2503.19693)",
        needs: Needs::Nothing,
        build: |cx| Ok(Box::new(first_last::FirstLast { cx })),
    },
    Method {
        name: "tokenadapt-local",
        about: "pieces weighted by length and, with vectors, by similarity to the token",
        source: "TokenAdapt (2505.09738), section 3.1",
        needs: Needs::MayAuxiliary,
        build: |cx| tokenadapt::build(cx, tokenadapt::Which::Local),
    },
    Method {
        name: "tokenadapt-global",
        about: "the old tokens that are nearest to the token by their vectors",
        source: "TokenAdapt (2505.09738), section 3.2",
        needs: Needs::Auxiliary,
        build: |cx| tokenadapt::build(cx, tokenadapt::Which::Global),
    },
    Method {
        name: "tokenadapt",
        about: "local and global, 0.7 to 0.3; without vectors, local alone",
        source: "TokenAdapt (2505.09738)",
        needs: Needs::MayAuxiliary,
        build: |cx| tokenadapt::build(cx, tokenadapt::Which::Hybrid),
    },
    Method {
        name: "learnt",
        about: "a linear map of first piece, last piece and mean, fitted to the old vocabulary's own merges",
        source: "toktool; ridge regression",
        needs: Needs::Nothing,
        build: |cx| Ok(Box::new(learnt::Learnt::new(cx))),
    },
    Method {
        name: "wechsel",
        about: "the ten nearest old tokens by their vectors, softmax of temperature 0.1",
        source: "WECHSEL, Minixhofer et al. 2022 (2112.06598)",
        needs: Needs::Auxiliary,
        build: neighbours::wechsel,
    },
    Method {
        name: "focus",
        about: "tokens in common by their vectors, sparsemax",
        source: "FOCUS, Dobler and de Melo 2023 (2305.14481)",
        needs: Needs::Auxiliary,
        build: neighbours::focus,
    },
    Method {
        name: "omp",
        about: "the combination of tokens in common that a donor model's row of the token is",
        source: "orthogonal matching pursuit, Goddard and Fernandes Neto 2025 (2506.06607)",
        needs: Needs::Donor,
        build: omp::build,
    },
    Method {
        name: "transtokenizer",
        about: "the old tokens that a file of aligned tokens or words names, by their weights; else the pieces",
        source: "Trans-Tokenization, Remy et al. 2024 (2408.04303)",
        needs: Needs::Alignment,
        build: aligned::build,
    },
];

/// The method of this name.
///
/// # Errors
/// [`Error::Config`] with the names there are.
pub fn method(name: &str) -> Result<&'static Method> {
    METHODS.iter().find(|method| method.name == name).ok_or_else(|| {
        let names: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
        Error::config("--init", format!("`{name}` is no way to make rows"))
            .with_hint(format!("one of {}; `toktool transplant --list` says what they are", names.join(", ")))
    })
}

/// The vectors, for a method that cannot do without.
fn auxiliary<'a>(cx: &Context<'a>, name: &str) -> Result<&'a Auxiliary> {
    cx.auxiliary.ok_or_else(|| {
        Error::config(
            "--init",
            format!("`{name}` looks for tokens that are near to each other, and has no vectors of them"),
        )
        .with_hint("give vectors of tokens with `--aux FILE`, or `--aux own` for the model's own rows")
    })
}
