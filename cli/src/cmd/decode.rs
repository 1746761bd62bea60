//! `toktool decode`: ids back to bytes.
//!
//! Documents of line formats and of files with an index are ended by a line feed, as lines are; the last one only where
//! its line was, or where it does not end with one itself. Without an index a token file is one document.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use toktool::encode::Encoder;
use toktool::error::Place;
use toktool::tokenizer::{Decoder, Model, Tokenizer};
use toktool::vocab::Id;
use toktool::{Error, Result};

use crate::args::{Global, Tok};
use crate::exit::Exit;
use crate::interrupt::{self, Stdin, read_error};
use crate::output::{self, Out, index_path};
use crate::token_files::{self, Layout, npy_layout, width};
use crate::tokens::Tokens;

const EXAMPLES: &str = "\
Examples:
  echo 'merhaba dünya' | toktool encode -t turkish | toktool decode -t turkish
  toktool decode -t turkish corpus.bin -o corpus.txt --skip-special-tokens";

/// Turn token ids back into text
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Decode {
    #[command(flatten)]
    tok: Tok,

    /// What `encode` wrote, in any of its formats; `-` is standard input
    #[arg(value_name = "INPUT", default_value = "-")]
    input: PathBuf,

    /// Write here instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How ids are written [default: by the file's name and content]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,

    /// Leave special tokens out
    #[arg(long)]
    skip_special_tokens: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line of numbers per document
    Ids,
    /// A line of tokens per document
    Tokens,
    /// A JSON object with `ids` per document
    Jsonl,
    /// A NumPy array of integers
    Npy,
    /// Bare little-endian integers
    Bin,
}

type Input = BufReader<Box<dyn Read>>;

/// Text is handed on in portions of about this size.
const PORTION: usize = 1 << 16;

pub fn run(args: &Decode, global: &Global) -> Result<Exit> {
    if let Some(path) = &args.output {
        output::check_file(path, global.force)?;
    }
    let tokenizer = args.tok.read()?;
    let mut job = Job {
        encoder: Encoder::new(&tokenizer)?,
        tokens: Tokens::new(&tokenizer)?,
        skip_special: args.skip_special_tokens,
        concatenates: concatenates(&tokenizer),
        path: args.input.clone(),
        out: Out::open(args.output.as_deref(), global.force)?,
        text: Vec::new(),
        last: None,
        handed_on: 0,
    };
    let stdin = args.input == Path::new("-");
    let reader: Box<dyn Read> = match stdin {
        true => Box::new(Stdin::open()),
        false => Box::new(File::open(&args.input).map_err(|e| Error::io("read", &args.input, e))?),
    };
    let mut input = BufReader::with_capacity(1 << 18, reader);
    let format = match args.format {
        Some(format) => format,
        None => sniff(&args.input, job.start(&mut input)?)?,
    };
    match format {
        Format::Ids => job.lines(input, |job, line, ids| job.numbers(line, ids))?,
        Format::Jsonl => job.lines(input, |job, line, ids| job.object(line, ids))?,
        Format::Tokens => {
            let words = job.tokens.by_word();
            job.lines(input, |_, line, ids| words_to_ids(line, &words, ids))?;
        }
        Format::Npy => {
            let layout = npy_layout(job.start(&mut input)?).map_err(|why| Error::input(&args.input, why))?;
            job.array(input, layout)?;
        }
        Format::Bin => {
            let layout = Layout { skip: 0, width: width(job.tokens.bound()), count: None };
            job.array(input, layout)?;
        }
    }
    job.flush()?;
    job.out.finish(global.force)?;
    Ok(Exit::Done)
}

/// Whether decoding a sequence is decoding its parts one after the other.
fn concatenates(tokenizer: &Tokenizer) -> bool {
    let trims = |d: &Decoder| matches!(d, Decoder::Strip { .. } | Decoder::Metaspace { prepended: true, .. });
    matches!(tokenizer.model, Model::Bpe(_)) && !tokenizer.decoders.iter().any(trims)
}

fn sniff(path: &Path, start: &[u8]) -> Result<Format> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let first = start.iter().find(|b| !b.is_ascii_whitespace());
    Ok(match extension {
        _ if start.starts_with(b"\x93NUMPY") => Format::Npy,
        "npy" => Format::Npy,
        "bin" => Format::Bin,
        "jsonl" => Format::Jsonl,
        _ if start.iter().all(|b| b.is_ascii_digit() || b.is_ascii_whitespace()) => Format::Ids,
        _ if first == Some(&b'{') => Format::Jsonl,
        _ => {
            return Err(Error::input(path, "it is not clear how its ids are written")
                .with_hint("say so: `--format ids|tokens|jsonl|npy|bin`"));
        }
    })
}

struct Job {
    encoder: Encoder,
    tokens: Tokens,
    skip_special: bool,
    concatenates: bool,
    path: PathBuf,
    out: Out,
    text: Vec<u8>,
    /// The last byte handed on.
    last: Option<u8>,
    /// Bytes handed on.
    handed_on: u64,
}

impl Job {
    /// The first bytes, without using them up.
    fn start<'a>(&self, input: &'a mut Input) -> Result<&'a [u8]> {
        input.fill_buf().map_err(|e| read_error(&self.path, e))
    }

    fn decode(&mut self, ids: &[Id]) -> Result<()> {
        self.encoder.decode_into(ids, self.skip_special, &mut self.text);
        if self.text.len() >= PORTION { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        interrupt::check()?;
        self.out.write(&self.text)?;
        self.last = self.text.last().copied().or(self.last);
        self.handed_on += self.text.len() as u64;
        self.text.clear();
        Ok(())
    }

    /// Decodes a document per line.
    fn lines(
        &mut self,
        mut input: Input,
        parse: impl Fn(&Job, &[u8], &mut Vec<Id>) -> Result<(), String>,
    ) -> Result<()> {
        let (mut line, mut ids, mut number) = (Vec::new(), Vec::new(), 0);
        loop {
            line.clear();
            input.read_until(b'\n', &mut line).map_err(|e| read_error(&self.path, e))?;
            let ended = line.pop_if(|b| *b == b'\n').is_some();
            if line.is_empty() && !ended {
                return Ok(());
            }
            line.pop_if(|b| *b == b'\r');
            number += 1;
            ids.clear();
            parse(self, &line, &mut ids).map_err(|why| Error::input(&self.path, why).at(Place::Line(number)))?;
            self.encoder.decode_into(&ids, self.skip_special, &mut self.text);
            if ended {
                self.text.push(b'\n');
            }
            if self.text.len() >= PORTION {
                self.flush()?;
            }
        }
    }

    fn known(&self, id: Id) -> Result<Id, String> {
        match self.tokens.get(id) {
            Some(_) => Ok(id),
            None => Err(format!("id {id} is not in the vocabulary")),
        }
    }

    fn numbers(&self, line: &[u8], ids: &mut Vec<Id>) -> Result<(), String> {
        for word in line.split(|b| b.is_ascii_whitespace()).filter(|w| !w.is_empty()) {
            let mut n = 0u64;
            for b in word {
                if !b.is_ascii_digit() || n > u64::from(Id::MAX) {
                    return Err(format!("`{}` is not an id", String::from_utf8_lossy(word)));
                }
                n = n * 10 + u64::from(b - b'0');
            }
            let id = Id::try_from(n).map_err(|_| format!("`{n}` is not an id"))?;
            ids.push(self.known(id)?);
        }
        Ok(())
    }

    fn object(&self, line: &[u8], ids: &mut Vec<Id>) -> Result<(), String> {
        #[derive(serde::Deserialize)]
        struct Row {
            ids: Vec<Id>,
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            return Err("an empty line is no JSON object".to_owned());
        }
        let row: Row = serde_json::from_slice(line).map_err(|e| e.to_string())?;
        for id in row.ids {
            ids.push(self.known(id)?);
        }
        Ok(())
    }

    /// Decodes a token file, by the index beside it where there is one.
    fn array(&mut self, mut input: Input, layout: Layout) -> Result<()> {
        let failed = |e| read_error(&self.path, e);
        let skipped = std::io::copy(&mut input.by_ref().take(layout.skip), &mut std::io::sink()).map_err(failed)?;
        if skipped < layout.skip {
            return Err(Error::input(&self.path, "it is cut short"));
        }
        let index = index_path(&self.path);
        let mut done = 0;
        if index.is_file() {
            let open = File::open(&index).map_err(|e| Error::io("read", &index, e))?;
            let mut ends = BufReader::new(open);
            let mut bytes = [0; 8];
            let (mut open_line, mut empty) = (false, false);
            while read_whole(&mut ends, &mut bytes).map_err(|e| Error::io("read", &index, e))? {
                let end = u64::from_le_bytes(bytes);
                let Some(len) = end.checked_sub(done) else {
                    return Err(Error::input(&index, format!("a document ends at token {end}, before it begins")));
                };
                if open_line {
                    self.text.push(b'\n');
                }
                let before = self.written();
                self.document(&mut input, layout.width, done, Some(len))?;
                empty = self.written() == before;
                done = end;
                open_line = true;
            }
            // The line feed before an empty document is not its own.
            if open_line && (empty || !self.ends_line()) {
                self.text.push(b'\n');
            }
        } else {
            done = self.document(&mut input, layout.width, 0, layout.count)?;
        }
        if layout.count.is_some_and(|count| count != done) {
            return Err(Error::input(&index, "it does not cover the tokens of its file"));
        }
        let mut rest = Vec::new();
        input.take(1).read_to_end(&mut rest).map_err(|e| read_error(&self.path, e))?;
        if rest.is_empty() {
            Ok(())
        } else {
            Err(Error::input(&self.path, format!("bytes follow token {done}, the last")))
        }
    }

    /// Bytes of text so far.
    fn written(&self) -> u64 {
        self.handed_on + self.text.len() as u64
    }

    fn ends_line(&self) -> bool {
        self.text.last().copied().or(self.last) == Some(b'\n')
    }

    /// Decodes the next `len` tokens, or all; returns how many there were. Memory is that of the document only where
    /// decoding looks at its ends.
    fn document(&mut self, input: &mut Input, width: usize, first: u64, len: Option<u64>) -> Result<u64> {
        let (mut bytes, mut ids, mut done) = (Vec::new(), Vec::new(), 0);
        let chunk = (PORTION / width) as u64;
        loop {
            let wanted = len.map_or(chunk, |len| chunk.min(len - done));
            bytes.clear();
            let portion = input.by_ref().take(wanted * width as u64).read_to_end(&mut bytes);
            portion.map_err(|e| read_error(&self.path, e))?;
            let read = (bytes.len() / width) as u64;
            let short = len.is_some() && read < wanted;
            if short || bytes.len() % width != 0 {
                let why = format!("it is cut short after token {}", first + done + read);
                return Err(Error::input(&self.path, why).with_hint("was it made with this tokenizer?"));
            }
            for (n, id) in token_files::ids(&bytes, width).enumerate() {
                let known =
                    id.ok_or_else(|| "a negative or huge number is no id".to_owned()).and_then(|id| self.known(id));
                let place = || Place::Entry(format!("token {}", first + done + n as u64));
                ids.push(known.map_err(|why| Error::input(&self.path, why).at(place()))?);
            }
            done += read;
            let last = read == 0 || len == Some(done);
            if self.concatenates || last {
                self.decode(&ids)?;
                ids.clear();
            }
            if last {
                return Ok(done);
            }
        }
    }
}

/// Fills `bytes`; false at the end of the file. A partial number at the end is an error of kind `UnexpectedEof`.
fn read_whole(input: &mut impl Read, bytes: &mut [u8]) -> std::io::Result<bool> {
    let mut filled = 0;
    while filled < bytes.len() {
        match input.read(&mut bytes[filled..])? {
            0 if filled == 0 => return Ok(false),
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => filled += n,
        }
    }
    Ok(true)
}

fn words_to_ids(line: &[u8], words: &HashMap<String, Id>, ids: &mut Vec<Id>) -> Result<(), String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not valid UTF-8".to_owned())?;
    for word in line.split(' ').filter(|w| !w.is_empty()) {
        ids.push(*words.get(word).ok_or_else(|| format!("`{word}` is not in the vocabulary"))?);
    }
    Ok(())
}
