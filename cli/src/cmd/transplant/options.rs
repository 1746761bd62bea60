//! What can be said to `toktool transplant`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use toktool::lm::checkpoint::VocabularyNames;
use toktool::transplant::auxiliary::Space;
use toktool::transplant::init::Settings;
use toktool::transplant::{Budget, Calibration, ChatTemplate, Options, Shards, Special};

use crate::args::{Global, Reading};

const EXAMPLES: &str = "\
Examples:
  toktool transplant llama --tokenizer turkish -o llama-turkish
  toktool transplant llama --tokenizer turkish --dry-run
  toktool transplant model.gguf --tokenizer turkish --init retok -o model-turkish
  toktool transplant llama --trim mine.txt more.jsonl -o llama-small
  toktool transplant llama --extend new-tokens.txt -o llama-more

Rows of tokens that both tokenizers have are copied bit for bit; the others are made by `--init`
(`--list` says how). Everything outside of the vocabulary stays as it is: files without a tensor of
the vocabulary are linked. Configuration, special tokens and chat template follow the tokenizer;
`transplant_report.json` says of each id where its row comes from.

`--trim`, `--extend` and `--permute` make the tokenizer from the checkpoint's own. A trimmed model encodes
the texts as before and gives each token that is left the logit that it had; what it would have given to
removed tokens is shared out, so bits per byte of those texts go down a little or stay.";

/// Give a model another tokenizer
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("vocabulary").args(["tokenizer", "trim", "extend", "permute"]))]
pub struct Transplant {
    /// A Hugging Face folder with safetensors, or a .gguf file
    #[arg(value_name = "CHECKPOINT", required_unless_present = "list")]
    pub(super) checkpoint: Option<PathBuf>,

    /// The tokenizer it gets: a tokenizer.json, a folder that holds one, a .tiktoken, SentencePiece .model or .gguf file
    #[arg(long, short, value_name = "TOK", required_unless_present_any = ["list", "trim", "extend", "permute"])]
    pub(super) tokenizer: Option<PathBuf>,

    /// Instead: its own tokenizer without the tokens that these texts never use: files or folders; `-` is standard input
    #[arg(long, value_name = "TEXT", num_args = 1..)]
    pub(super) trim: Vec<PathBuf>,

    /// Instead: its own tokenizer with the tokens of this file, one a line, as added tokens
    #[arg(long, value_name = "FILE")]
    pub(super) extend: Option<PathBuf>,

    /// Instead: its own tokenizer in another order; line k of this file, from 0, holds the old id that becomes id k
    #[arg(long, value_name = "FILE")]
    pub(super) permute: Option<PathBuf>,

    /// The folder to write
    #[arg(long, short, value_name = "DIR", required_unless_present_any = ["list", "dry_run"])]
    pub(super) output: Option<PathBuf>,

    /// How rows are made for tokens that the model lacks
    #[arg(long, value_name = "NAME", default_value = "best")]
    pub(super) init: String,

    /// The same for a head of its own [default: as --init]
    #[arg(long, value_name = "NAME")]
    pub(super) init_head: Option<String>,

    /// Say what ways there are to make rows, and what they need
    #[arg(long)]
    pub(super) list: bool,

    /// Vectors of tokens that say which are alike: `own` (the model's rows), a file (.vec, .txt, .npy, .safetensors), the
    /// folder of a sentence encoder, or `train:PATH` (trained here on a text file or folder of the new language)
    #[arg(long, value_name = "SPACE")]
    pub(super) aux: Option<String>,

    /// A model that has the new tokenizer already, for `--init omp`: a Hugging Face folder or a .gguf file
    #[arg(long, value_name = "CHECKPOINT")]
    pub(super) donor: Option<PathBuf>,

    /// For `--init transtokenizer`: lines of new token, old token and weight, parted by tabs; a fourth column `word` says that
    /// they are words
    #[arg(long, value_name = "FILE")]
    pub(super) alignment: Option<PathBuf>,

    /// Rows that `--init omp` puts a row together from, at most
    #[arg(long, value_name = "K", default_value_t = Settings::default().atoms)]
    pub(super) atoms: usize,

    /// Formulas as published, or corrected: TokenAdapt with lengths in bytes and no piece dropped; OMP by direction of rows
    #[arg(long, value_enum, value_name = "MODE", default_value = "corrected")]
    formula: Formula,

    /// Neighbours have to be of a token's own script, or numbers, or signs, as it is (`--init` methods that use --aux)
    #[arg(long)]
    pub(super) same_script: bool,

    /// Fit the new rows to this text, with the rest of the model frozen: files or folders; much better with --untie
    #[arg(long, value_name = "TEXT", num_args = 1..)]
    calibrate: Vec<PathBuf>,

    /// Minutes that calibration may take
    #[arg(long, value_name = "N", default_value_t = 10.0, requires = "calibrate")]
    calibrate_minutes: f64,

    /// Tokens that calibration reads, whatever time it takes: the same rows on every machine
    #[arg(long, value_name = "N", requires = "calibrate", conflicts_with = "calibrate_minutes")]
    calibrate_tokens: Option<u64>,

    /// Give a model whose head is tied to its input a head of its own
    #[arg(long)]
    pub(super) untie: bool,

    /// Rows are a multiple of this
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) pad_to_multiple: usize,

    /// Special tokens that belong together; may be given several times
    #[arg(long, value_name = "OLD=NEW", value_parser = special)]
    pub(super) special_map: Vec<Special>,

    /// Whose chat template
    #[arg(long, value_enum, value_name = "WHOSE", default_value = "auto")]
    chat_template: Template,

    /// Copy files that stay as they are, instead of linking them
    #[arg(long)]
    pub(super) copy: bool,

    /// Write nothing; print what would be done
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Also write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,

    /// The checkpoint's own tokenizer, where it does not lie in its folder
    #[arg(long, value_name = "TOK")]
    pub(super) old_tokenizer: Option<PathBuf>,

    /// How the tokenizer splits text, where its file does not say
    #[arg(long, value_name = "PATTERN")]
    pub(super) pattern: Option<String>,

    /// The tensor of the input rows, where it is not found by itself
    #[arg(long, value_name = "NAME")]
    pub(super) input_tensor: Option<String>,

    /// The tensor of the head
    #[arg(long, value_name = "NAME")]
    pub(super) head_tensor: Option<String>,

    /// The bias of the head
    #[arg(long, value_name = "NAME")]
    pub(super) bias_tensor: Option<String>,

    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Formula {
    /// To the letter.
    Exact,
    /// With our corrections.
    Corrected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Template {
    /// The model's where its control tokens are known, else the tokenizer's.
    Auto,
    /// The model's.
    Model,
    /// The tokenizer's.
    Tokenizer,
    /// None.
    None,
}

fn special(text: &str) -> Result<Special, String> {
    // A special token may hold an equals sign, the one that parts them rarely is the last.
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok((old.to_owned(), new.to_owned())),
        _ => Err("write OLD=NEW, as in `<|eot_id|>=<|im_end|>`".to_owned()),
    }
}

impl Transplant {
    /// What is asked for, as the library takes it.
    pub(super) fn options(&self, global: &Global) -> Options {
        let defaults = Settings::default();
        Options {
            init: self.init.clone(),
            init_head: self.init_head.clone(),
            aux: self.aux.as_deref().map(Space::parse),
            donor: self.donor.clone(),
            alignment: self.alignment.clone(),
            calibrate: (!self.calibrate.is_empty()).then(|| Calibration {
                text: self.calibrate.clone(),
                budget: self.calibrate_tokens.map_or(Budget::Minutes(self.calibrate_minutes), Budget::Tokens),
            }),
            settings: Settings {
                seed: global.seed.unwrap_or(defaults.seed),
                exact: self.formula == Formula::Exact,
                atoms: self.atoms,
                same_script: self.same_script,
                ..defaults
            },
            untie: self.untie,
            pad_to_multiple: self.pad_to_multiple,
            special_map: self.special_map.clone(),
            names: VocabularyNames {
                input: self.input_tensor.clone(),
                head: self.head_tensor.clone(),
                bias: self.bias_tensor.clone(),
            },
            shards: if self.copy { Shards::Copy } else { Shards::Link },
            chat_template: match self.chat_template {
                Template::Auto => ChatTemplate::Auto,
                Template::Model => ChatTemplate::Model,
                Template::Tokenizer => ChatTemplate::Tokenizer,
                Template::None => ChatTemplate::None,
            },
        }
    }
}
