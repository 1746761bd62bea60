//! `toktool encode`: text to ids.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use toktool::corpus::{Block, Corpus, Raw};
use toktool::encode::{EncodeOptions, Encoder, Scratch};
use toktool::vocab::Id;
use toktool::{Error, Result};

use crate::args::{self, Global, Reading, Tok};
use crate::documents;
use crate::exit::Exit;
use crate::output::{self, Pending, index_path};
use crate::pipeline;
use crate::token_files::{NPY_HEADER, npy_header, push_id, push_ids, push_number, width};
use crate::tokens::{self, Tokens, one_word};
use crate::ui::Stdout;

const EXAMPLES: &str = "\
Examples:
  echo 'merhaba dünya' | toktool encode -t turkish
  toktool encode -t turkish corpus.txt --format bin -o corpus.bin --append-eos
  toktool encode -t turkish corpus.jsonl --format jsonl --offsets --tokens
  toktool encode -t turkish corpus.txt --count --quiet";

/// Turn text into token ids
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Encode {
    #[command(flatten)]
    tok: Tok,

    /// Files or folders to read; `-` is standard input
    #[arg(value_name = "INPUT", default_value = "-")]
    inputs: Vec<PathBuf>,

    /// Write here instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How to write ids
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// Print tokens per document instead of ids; with `--quiet` only their sum
    #[arg(long, conflicts_with_all = ["format", "offsets", "tokens"])]
    count: bool,

    /// With `jsonl`: the byte range that each token stands for
    #[arg(long)]
    offsets: bool,

    /// With `jsonl`: tokens as the vocabulary spells them
    #[arg(long)]
    tokens: bool,

    /// Put the tokenizer's special tokens around each document
    #[arg(long)]
    special_tokens: bool,

    /// Read special tokens in the text as plain text
    #[arg(long)]
    no_parse_special: bool,

    /// End each document with the end-of-text token
    #[arg(long)]
    append_eos: bool,

    /// The end-of-text token, where the tokenizer's files do not say
    #[arg(long, value_name = "TOKEN", requires = "append_eos")]
    eos: Option<String>,

    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// A line of numbers per document
    #[default]
    Ids,
    /// A line of tokens per document
    Tokens,
    /// A JSON object per document
    Jsonl,
    /// A NumPy array of all ids, and FILE.idx with document ends
    Npy,
    /// Bare little-endian integers, and FILE.idx with document ends
    Bin,
}

/// What a worker needs to know. Shared, read-only.
struct Job {
    encoder: Encoder,
    options: EncodeOptions,
    eos: Option<Id>,
    form: Form,
}

/// What becomes of ids.
enum Form {
    Count,
    Ids,
    Tokens(Vec<String>),
    Jsonl { offsets: bool, tokens: Option<Vec<String>> },
    Flat { width: usize },
}

/// A block's share of the output.
#[derive(Default)]
struct Encoded {
    bytes: Vec<u8>,
    /// Tokens up to the end of each document.
    ends: Vec<u64>,
    /// Bytes of text.
    text: usize,
}

pub fn run(args: &Encode, global: &Global) -> Result<Exit> {
    check(args)?;
    if let Some(path) = &args.output {
        output::check_file(path, global.force)?;
        if args.flat() {
            output::check_file(&index_path(path), global.force)?;
        }
    }
    let tokenizer = args.tok.read()?;
    let eos = match args.append_eos {
        true => {
            let path = args::tokenizer_path(&args.tok.tokenizer);
            Some(tokens::end_of_text(&tokenizer, &path, args.eos.as_deref())?)
        }
        false => None,
    };
    let spelled = || -> Result<Vec<String>> {
        let tokens = Tokens::new(&tokenizer)?;
        Ok((0..tokens.bound() as Id).map(|id| tokens.get(id).unwrap_or_default().to_owned()).collect())
    };
    let form = match args.format {
        _ if args.count => Form::Count,
        Format::Ids => Form::Ids,
        Format::Tokens => Form::Tokens(spelled()?.iter().map(|t| one_word(t)).collect()),
        Format::Jsonl => {
            let json = |t: String| serde_json::Value::String(t).to_string();
            let tokens = if args.tokens { Some(spelled()?.into_iter().map(json).collect()) } else { None };
            Form::Jsonl { offsets: args.offsets, tokens }
        }
        Format::Npy | Format::Bin => Form::Flat { width: width(tokens::bound(&tokenizer)?) },
    };
    let encoder = Encoder::new(&tokenizer)?;
    drop(tokenizer);
    let options = EncodeOptions { special_tokens: args.special_tokens, plain_specials: args.no_parse_special };
    let job = Arc::new(Job { encoder, options, eos, form });
    let corpus = Arc::new(Corpus::open(&documents::plain(&args.inputs), args.reading.options())?);
    let reader = Arc::clone(&corpus);
    let worker = || {
        let (job, corpus, mut scratch) = (Arc::clone(&job), Arc::clone(&corpus), Scratch::default());
        move |raw: Raw| job.block(&raw.decode(&corpus)?, &mut scratch)
    };
    let mut sink = Sink::new(args, global, &job)?;
    pipeline::run(global.threads(), Box::new(move || reader.next()), worker, |encoded| sink.take(&encoded))?;
    documents::warn(global.ui(), &corpus.stats());
    sink.finish(args, global)
}

/// Combinations that clap cannot see.
fn check(args: &Encode) -> Result<()> {
    if args.flat() && args.output.is_none() {
        let format = if args.format == Format::Bin { "bin" } else { "npy" };
        return Err(Error::config("--format", format!("`{format}` needs a file")).with_hint("add `-o FILE`"));
    }
    if (args.offsets || args.tokens) && args.format != Format::Jsonl {
        let option = if args.offsets { "--offsets" } else { "--tokens" };
        return Err(Error::config(option, "only JSON rows have room for it").with_hint("add `--format jsonl`"));
    }
    Ok(())
}

impl Encode {
    fn flat(&self) -> bool {
        !self.count && matches!(self.format, Format::Bin | Format::Npy)
    }
}

impl Job {
    fn block(&self, block: &Block, scratch: &mut Scratch) -> Result<Encoded> {
        let mut encoded = Encoded { ends: Vec::with_capacity(block.spans.len()), ..Encoded::default() };
        let mut ids: Vec<Id> = Vec::new();
        let mut tokens = 0;
        for document in block.documents() {
            encoded.text += document.len();
            if !matches!(self.form, Form::Flat { .. }) {
                ids.clear();
            }
            let before = ids.len();
            let mut spans = Vec::new();
            if matches!(self.form, Form::Jsonl { offsets: true, .. }) {
                for token in self.encoder.encode_offsets(document, self.options, scratch)? {
                    ids.push(token.id);
                    spans.push((token.start, token.end));
                }
            } else {
                self.encoder.encode_into(document, self.options, scratch, &mut ids)?;
            }
            if let Some(eos) = self.eos {
                ids.push(eos);
                spans.push((document.len(), document.len()));
            }
            tokens += (ids.len() - before) as u64;
            encoded.ends.push(tokens);
            self.row(&ids, &spans, &mut encoded.bytes);
        }
        if let Form::Flat { width } = self.form {
            push_ids(&ids, width, &mut encoded.bytes);
        }
        Ok(encoded)
    }

    /// A document's line, in the formats that have lines.
    fn row(&self, ids: &[Id], spans: &[(usize, usize)], out: &mut Vec<u8>) {
        match &self.form {
            Form::Flat { .. } => {}
            Form::Count => {
                push_number(ids.len() as u64, out);
                out.push(b'\n');
            }
            Form::Ids => {
                join(ids, b' ', out, |&id, out| push_id(id, out));
                out.push(b'\n');
            }
            Form::Tokens(tokens) => {
                join(ids, b' ', out, |&id, out| out.extend_from_slice(name(tokens, id).as_bytes()));
                out.push(b'\n');
            }
            Form::Jsonl { offsets, tokens } => {
                out.extend_from_slice(b"{\"ids\":[");
                join(ids, b',', out, |&id, out| push_id(id, out));
                if *offsets {
                    out.extend_from_slice(b"],\"offsets\":[");
                    join(spans, b',', out, |&(start, end), out| {
                        out.push(b'[');
                        push_number(start as u64, out);
                        out.push(b',');
                        push_number(end as u64, out);
                        out.push(b']');
                    });
                }
                if let Some(tokens) = tokens {
                    out.extend_from_slice(b"],\"tokens\":[");
                    join(ids, b',', out, |&id, out| out.extend_from_slice(name(tokens, id).as_bytes()));
                }
                out.extend_from_slice(b"]}\n");
            }
        }
    }
}

fn name(tokens: &[String], id: Id) -> &str {
    tokens.get(id as usize).map_or("\"\"", String::as_str)
}

fn join<T>(items: &[T], between: u8, out: &mut Vec<u8>, each: impl Fn(&T, &mut Vec<u8>)) {
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push(between);
        }
        each(item, out);
    }
}

/// Where encoded blocks go.
struct Sink {
    out: Out,
    /// Document ends, of flat formats.
    index: Option<Pending>,
    count_only: bool,
    width: usize,
    documents: u64,
    tokens: u64,
    text: u64,
}

enum Out {
    Stdout(Stdout),
    File(Pending),
    Nowhere,
}

impl Sink {
    fn new(args: &Encode, global: &Global, job: &Job) -> Result<Sink> {
        let count_only = args.count && global.quiet;
        let mut out = match &args.output {
            Some(path) => Out::File(Pending::create(path, global.force)?),
            None if count_only => Out::Nowhere,
            None => Out::Stdout(Stdout::lock()),
        };
        let width = if let Form::Flat { width } = job.form { width } else { 0 };
        let mut index = None;
        if let (true, Some(path)) = (args.flat(), &args.output) {
            index = Some(Pending::create(&index_path(path), global.force)?);
        }
        if let (Format::Npy, Out::File(file)) = (args.format, &mut out) {
            file.write(&[0; NPY_HEADER])?;
        }
        Ok(Sink { out, index, count_only, width, documents: 0, tokens: 0, text: 0 })
    }

    fn take(&mut self, encoded: &Encoded) -> Result<()> {
        match &mut self.out {
            _ if self.count_only => {}
            Out::Stdout(out) => out.write(&encoded.bytes)?,
            Out::File(file) => file.write(&encoded.bytes)?,
            Out::Nowhere => {}
        }
        if let Some(index) = &mut self.index {
            let ends: Vec<u8> = encoded.ends.iter().flat_map(|end| (self.tokens + end).to_le_bytes()).collect();
            index.write(&ends)?;
        }
        self.documents += encoded.ends.len() as u64;
        self.tokens += encoded.ends.last().copied().unwrap_or(0);
        self.text += encoded.text as u64;
        Ok(())
    }

    fn finish(self, args: &Encode, global: &Global) -> Result<Exit> {
        let Sink { out, index, count_only, width, documents, tokens, text } = self;
        let total = format!("{tokens}\n");
        // The index first: where there is a token file, there is its index.
        if let Some(index) = index {
            index.commit(global.force)?;
        }
        match out {
            Out::File(mut file) => {
                if count_only {
                    file.write(total.as_bytes())?;
                }
                if args.flat() && args.format == Format::Npy {
                    file.write_at_start(&npy_header(width, tokens))?;
                }
                file.commit(global.force)?;
            }
            Out::Stdout(out) => out.finish()?,
            Out::Nowhere => crate::ui::print(&total)?,
        }
        if let Some(path) = &args.output {
            let per_token =
                if tokens == 0 { String::new() } else { format!(", {:.3} bytes/token", text as f64 / tokens as f64) };
            let what = format!("{documents} documents, {text} bytes, {tokens} tokens{per_token}");
            global.ui().summary(format_args!("{what} -> `{}`", path.display()));
        }
        Ok(Exit::Done)
    }
}
