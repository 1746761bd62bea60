//! `toktool export`: a tokenizer in another format, checked before success is reported.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use toktool::encode::{EncodeOptions, Encoder};
use toktool::formats::{listing, tiktoken, verify, write};
use toktool::tokenizer::Tokenizer;
use toktool::{Error, Result};

use crate::args::{self, Global};
use crate::exit::Exit;
use crate::output;
use crate::tokens;

const EXAMPLES: &str = "\
Examples:
  toktool export turkish --to tiktoken -o turkish.tiktoken
  toktool export model.gguf --to hf -o model
  toktool export turkish --to listing -o turkish.tsv";

/// Write a tokenizer in another format
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// A tokenizer.json, a folder that holds one, a .tiktoken, SentencePiece .model or .gguf file
    #[arg(value_name = "TOK")]
    tok: PathBuf,

    /// The format
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Format,

    /// Where to write: a folder for `hf` (or one file, by a name that ends in .json), else a file
    #[arg(long, short, value_name = "PATH")]
    output: PathBuf,

    /// How to split text, where the file does not say
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A Hugging Face folder
    Hf,
    /// Ranks for OpenAI's tiktoken
    Tiktoken,
    /// A table for people: id, token, parents
    Listing,
}

pub fn run(args: &Export, global: &Global) -> Result<Exit> {
    let folder = args.to == Format::Hf && args.output.extension().is_none_or(|e| e != "json");
    if !folder {
        output::check_file(&args.output, global.force)?;
    }
    let tokenizer = args::read_tokenizer(&args.tok, args.pattern.as_deref())?;
    let probes = verify::samples();
    let file = |bytes: &[u8]| {
        write::write_file_atomic(&args.output, global.force, |out| {
            out.write_all(bytes).map_err(|e| Error::io("write", &args.output, e))
        })
    };
    let checked = match args.to {
        Format::Hf => {
            let roles = tokens::roles(&args::tokenizer_path(&args.tok), &tokenizer);
            let files = write::folder_files(&tokenizer, &roles)?;
            let json = files.iter().find(|f| f.0 == "tokenizer.json").map(|f| f.1.as_slice()).unwrap_or_default();
            let verified = verify::against_tokenizers(&tokenizer, &String::from_utf8_lossy(json), &probes)?;
            if folder {
                let out = write::OutputDir::new(&args.output, global.force)?;
                for (name, bytes) in &files {
                    out.write(name, bytes)?;
                }
                out.commit()?;
            } else {
                file(json)?;
            }
            verified.to_string()
        }
        Format::Tiktoken => {
            let bytes = tiktoken::write(&tokenizer)?;
            let checked = verify_ranks(&tokenizer, &bytes, &args.output, &probes)?;
            file(&bytes)?;
            checked
        }
        Format::Listing => {
            file(listing::write(&tokenizer, |_| None)?.as_bytes())?;
            "not read back: a table for people".to_owned()
        }
    };
    let ui = global.ui();
    ui.summary(format_args!("`{}` -> `{}`", args.tok.display(), args.output.display()));
    ui.summary(format_args!("{checked}"));
    Ok(Exit::Done)
}

/// Ranks hold neither added tokens nor the splitter: those are lent to the file that is read back.
fn verify_ranks(tokenizer: &Tokenizer, bytes: &[u8], path: &Path, probes: &[String]) -> Result<String> {
    let mut read = tiktoken::read(bytes, Some("none")).map_err(|e| e.in_file(path))?;
    read.splitter = tokenizer.splitter.clone();
    let added = tokenizer.added.clone();
    read.added = added;
    let options = EncodeOptions { plain_specials: true, ..EncodeOptions::default() };
    let (ours, theirs) = (Encoder::new(tokenizer)?, Encoder::new(&read)?);
    let probes: Vec<&str> = verify::HOSTILE.into_iter().chain(probes.iter().map(String::as_str)).collect();
    let (a, b) = (ours.encode_batch(&probes, options)?, theirs.encode_batch(&probes, options)?);
    match a.documents().zip(b.documents()).position(|(a, b)| a != b) {
        None => Ok(format!("verified: {} probe texts, {} ids identical when read back", a.len(), a.ids.len())),
        Some(at) => Err(Error::Verify { why: format!("read back, the ranks give other ids for {:?}", probes[at]) }),
    }
}
