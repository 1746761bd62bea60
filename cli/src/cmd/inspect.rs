//! `toktool inspect`: what is inside a tokenizer, how it cuts a text, where a token comes from.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use toktool::encode::{EncodeOptions, Encoder, Scratch, Token};
use toktool::formats::listing::escape;
use toktool::tokenizer::{Alphabet, Model, Tokenizer};
use toktool::vocab::Id;
use toktool::{Error, Result, alphabet};

use crate::args::{self, Global};
use crate::describe::{self, grouped};
use crate::exit::Exit;
use crate::interrupt::{Stdin, read_error};
use crate::tokens::Tokens;
use crate::ui;

const EXAMPLES: &str = "\
Examples:
  toktool inspect turkish
  toktool inspect turkish --text \"İstanbul'da yaşıyorum\"
  toktool inspect turkish --token 'Ġbir'
  toktool inspect turkish --token 300 --format json";

/// Show what is inside a tokenizer
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Inspect {
    /// A tokenizer.json, a folder that holds one, a .tiktoken, SentencePiece .model or .gguf file
    #[arg(value_name = "TOK")]
    tok: PathBuf,

    /// How to split text, where the file does not say
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    /// Show how this text is cut into tokens; `-` reads it from standard input
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,

    /// Show one token, named by its id, its spelling or its text
    #[arg(long, value_name = "TOKEN", conflicts_with = "text")]
    token: Option<String>,

    /// How to print it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

pub fn run(args: &Inspect, global: &Global) -> Result<Exit> {
    let tokenizer = args::read_tokenizer(&args.tok, args.pattern.as_deref())?;
    let tokens = Tokens::new(&tokenizer)?;
    let json = args.format == Format::Json;
    let result = if let Some(text) = &args.text {
        let text = if text == "-" { stdin()? } else { text.clone() };
        let pieces =
            Encoder::new(&tokenizer)?.encode_offsets(&text, EncodeOptions::default(), &mut Scratch::default())?;
        if json {
            pieces_json(&text, &pieces, &tokens)
        } else {
            pieces_text(&text, &pieces, global.ui().colored_stdout())
        }
    } else if let Some(wanted) = &args.token {
        let token = OneToken::find(&tokenizer, &tokens, wanted)?;
        if json { token.json(&tokens) } else { token.text(&tokens) }
    } else {
        let overview = Overview::new(&tokenizer, &tokens);
        if json { overview.json(&tokenizer) } else { overview.text(&tokenizer) }
    };
    ui::print(&result)?;
    Ok(Exit::Done)
}

fn stdin() -> Result<String> {
    let mut text = String::new();
    Stdin::open().read_to_string(&mut text).map_err(|e| read_error(Path::new("standard input"), e))?;
    Ok(text)
}

fn document(mut value: Value) -> String {
    if let Value::Object(map) = &mut value {
        map.shift_insert(0, "schema".to_owned(), "toktool.inspect/1".into());
    }
    format!("{value:#}\n")
}

/// Backgrounds that pieces take in turn: readable under dark and light text.
const BACKGROUNDS: [&str; 4] = ["\x1b[30;48;5;153m", "\x1b[30;48;5;222m", "\x1b[30;48;5;157m", "\x1b[30;48;5;218m"];

fn pieces_text(text: &str, pieces: &[Token], color: bool) -> String {
    let mut out = String::new();
    for (n, piece) in pieces.iter().enumerate() {
        let shown = escape(text.as_bytes().get(piece.start..piece.end).unwrap_or_default());
        if color {
            let _ = write!(out, "{}{shown}\x1b[0m", BACKGROUNDS[n % BACKGROUNDS.len()]);
        } else {
            let _ = write!(out, "{}{shown}", if n > 0 { "|" } else { "" });
        }
    }
    let per_token = if pieces.is_empty() { 0.0 } else { text.len() as f64 / pieces.len() as f64 };
    let ids: Vec<String> = pieces.iter().map(|p| p.id.to_string()).collect();
    format!("{out}\n{}\n{} tokens, {} bytes, {per_token:.2} bytes/token\n", ids.join(" "), pieces.len(), text.len())
}

fn pieces_json(text: &str, pieces: &[Token], tokens: &Tokens) -> String {
    let ids: Vec<Id> = pieces.iter().map(|p| p.id).collect();
    let spelled: Vec<Option<&str>> = ids.iter().map(|&id| tokens.get(id)).collect();
    let offsets: Vec<[usize; 2]> = pieces.iter().map(|p| [p.start, p.end]).collect();
    document(json!({"text": text, "bytes": text.len(), "ids": ids, "tokens": spelled, "offsets": offsets}))
}

/// A tokenizer in figures.
struct Overview {
    tokens: usize,
    bound: usize,
    merges: Option<usize>,
    base: Option<usize>,
    longest: Vec<(Id, String)>,
    sample: Vec<(Id, String)>,
}

impl Overview {
    fn new(tokenizer: &Tokenizer, tokens: &Tokens) -> Overview {
        let all: Vec<(Id, &str)> = (0..tokens.bound() as Id).filter_map(|id| Some((id, tokens.get(id)?))).collect();
        let is_added = |id: Id| tokenizer.added.iter().any(|a| a.id == id);
        let shown = |&(id, spelled): &(Id, &str)| (id, readable(tokenizer, id).unwrap_or_else(|| spelled.to_owned()));
        let mut by_length: Vec<(Id, &str)> = all.iter().copied().filter(|&(id, _)| !is_added(id)).collect();
        let step = (by_length.len() / 16).max(1);
        let sample = by_length.iter().skip(step / 2).step_by(step).map(shown).collect();
        by_length.sort_by_key(|&(id, text)| (std::cmp::Reverse(text.chars().count()), id));
        let longest = by_length.iter().take(8).map(shown).collect();
        let bpe = if let Model::Bpe(bpe) = &tokenizer.model { Some(bpe) } else { None };
        let base = bpe.map(|bpe| {
            let single = |token: &[u8]| match bpe.alphabet {
                Alphabet::Bytes => token.len() == 1,
                Alphabet::Chars => std::str::from_utf8(token).is_ok_and(|t| t.chars().count() == 1),
            };
            bpe.vocab.iter().filter(|&(id, t)| !bpe.vocab.is_literal(id) && single(t)).count()
        });
        let merges = bpe.map(|bpe| bpe.vocab.merges.len());
        Overview { tokens: all.len(), bound: tokens.bound(), merges, base, longest, sample }
    }

    fn text(&self, tokenizer: &Tokenizer) -> String {
        let mut out = String::new();
        let mut row = |name: &str, value: String| {
            let _ = writeln!(out, "{name:<12} {value}");
        };
        row("model", describe::kind(tokenizer));
        let holes = self.bound - self.tokens;
        let holes = if holes > 0 {
            format!(" ({} ids below {} unused)", grouped(holes as u64), self.bound)
        } else {
            String::new()
        };
        row("tokens", format!("{}{holes}", grouped(self.tokens as u64)));
        if let (Some(merges), Some(base), Model::Bpe(bpe)) = (self.merges, self.base, &tokenizer.model) {
            row("merges", grouped(merges as u64));
            let unit = if bpe.alphabet == Alphabet::Bytes { "bytes" } else { "characters" };
            row("alphabet", format!("{} {unit}", grouped(base as u64)));
        }
        if !matches!(tokenizer.model, Model::Foreign(_)) {
            row("splitter", describe::splitter(&tokenizer.splitter));
            row("normalizer", describe::normalizers(&tokenizer.normalizers));
        }
        row("lossless", if tokenizer.is_lossless() { "yes".into() } else { "not for every text".into() });
        row("added", grouped(tokenizer.added.len() as u64));
        for token in tokenizer.added.iter().take(8) {
            row("", describe::added(token));
        }
        if tokenizer.added.len() > 8 {
            row("", format!("and {} more", grouped(tokenizer.added.len() as u64 - 8)));
        }
        let join = |tokens: &[(Id, String)]| tokens.iter().map(|t| t.1.as_str()).collect::<Vec<_>>().join(" | ");
        row("longest", join(&self.longest));
        row("sample", join(&self.sample));
        out
    }

    fn json(&self, tokenizer: &Tokenizer) -> String {
        let added = |a: &toktool::tokenizer::AddedToken| {
            json!({"id": a.id, "content": a.content, "special": a.special, "single_word": a.single_word,
                "lstrip": a.lstrip, "rstrip": a.rstrip, "normalized": a.normalized})
        };
        document(json!({
            "model": describe::kind(tokenizer),
            "tokens": self.tokens,
            "ids_below": self.bound,
            "merges": self.merges,
            "alphabet": self.base,
            "splitter": describe::splitter(&tokenizer.splitter),
            "normalizer": describe::normalizers(&tokenizer.normalizers),
            "lossless": tokenizer.is_lossless(),
            "added": tokenizer.added.iter().map(added).collect::<Vec<_>>(),
            "longest": self.longest.iter().map(|t| t.1.as_str()).collect::<Vec<_>>(),
        }))
    }
}

/// The bytes that a token of a BPE model stands for, by its own spelling.
fn bytes_of(tokenizer: &Tokenizer, id: Id) -> Option<Vec<u8>> {
    match &tokenizer.model {
        Model::Bpe(bpe) => match bpe.vocab.token(id) {
            Some(token) => Some(token.to_vec()),
            None => tokenizer.added.iter().find(|a| a.id == id).map(|a| a.content.clone().into_bytes()),
        },
        Model::Foreign(_) => None,
    }
}

fn readable(tokenizer: &Tokenizer, id: Id) -> Option<String> {
    bytes_of(tokenizer, id).map(|bytes| escape(&bytes))
}

/// All about one token.
struct OneToken {
    id: Id,
    spelled: String,
    bytes: Vec<u8>,
    added: bool,
    /// Rank of the merge that makes it, and its parts.
    merge: Option<(usize, Id, Id)>,
    /// Tokens that a merge makes of it.
    children: usize,
    /// What its own text becomes, where it has one.
    encoded: Option<Vec<Id>>,
}

impl OneToken {
    fn find(tokenizer: &Tokenizer, tokens: &Tokens, wanted: &str) -> Result<OneToken> {
        let id = Self::id(tokenizer, tokens, wanted).ok_or_else(|| {
            Error::unsupported(format!("token `{wanted}`"), "it is not in the vocabulary")
                .with_hint("name it by its id, as the vocabulary spells it (`Ġbir`) or by its text (` bir`)")
        })?;
        let encoder = Encoder::new(tokenizer)?;
        let bytes = encoder.decode(&[id], false);
        let mut scratch = Scratch::default();
        let mut encoded = None;
        // A word mark that decoding drops at the start of a text is put back by encoding.
        for text in [bytes.clone(), bytes_of(tokenizer, id).unwrap_or_default()] {
            let mut ids = Vec::new();
            let done = encoder.encode_bytes_into(&text, EncodeOptions::default(), &mut scratch, &mut ids);
            if done.is_ok() && (encoded.is_none() || ids == [id]) {
                encoded = Some(ids);
            }
        }
        let mut found = OneToken {
            id,
            spelled: tokens.get(id).unwrap_or_default().to_owned(),
            bytes,
            added: tokenizer.added.iter().any(|a| a.id == id),
            merge: None,
            children: 0,
            encoded,
        };
        if let Model::Bpe(bpe) = &tokenizer.model {
            for (rank, m) in bpe.vocab.merges.iter().enumerate() {
                if m.new == id && found.merge.is_none() {
                    found.merge = Some((rank, m.left, m.right));
                }
                found.children += usize::from(m.left == id || m.right == id);
            }
        }
        Ok(found)
    }

    fn id(tokenizer: &Tokenizer, tokens: &Tokens, wanted: &str) -> Option<Id> {
        if let Some(id) = wanted.parse().ok().filter(|&id| tokens.get(id).is_some()) {
            return Some(id);
        }
        let spelled = |text: &str| (0..tokens.bound() as Id).find(|&id| tokens.get(id) == Some(text));
        let other = match &tokenizer.model {
            Model::Bpe(bpe) if bpe.alphabet == Alphabet::Bytes => alphabet::spell(wanted.as_bytes()),
            _ => wanted.replace(' ', "\u{2581}"),
        };
        spelled(wanted).or_else(|| spelled(&other))
    }

    fn reachable(&self) -> Option<bool> {
        self.encoded.as_ref().map(|ids| *ids == [self.id])
    }

    fn text(&self, tokens: &Tokens) -> String {
        let mut out = String::new();
        let mut row = |name: &str, value: String| {
            let _ = writeln!(out, "{name:<12} {value}");
        };
        let named = |id: Id| format!("{id} {}", escape(tokens.get(id).unwrap_or_default().as_bytes()));
        row("id", self.id.to_string());
        row("token", escape(self.spelled.as_bytes()));
        row("text", escape(&self.bytes));
        row("bytes", self.bytes.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(" "));
        match self.merge {
            Some((rank, left, right)) => row("parents", format!("{} + {} (merge {rank})", named(left), named(right))),
            None if self.added => row("parents", "none: an added token".to_owned()),
            None => row("parents", "none: no merge makes it".to_owned()),
        }
        row("children", self.children.to_string());
        row(
            "reachable",
            match &self.encoded {
                None => "unknown: its bytes are no text of their own".to_owned(),
                Some(ids) if *ids == [self.id] => "yes".to_owned(),
                Some(ids) => {
                    let parts: Vec<String> = ids.iter().map(|&id| named(id)).collect();
                    format!("not from its own text, which becomes {}", parts.join(" | "))
                }
            },
        );
        out
    }

    fn json(&self, tokens: &Tokens) -> String {
        let merge = self.merge.map(|(rank, left, right)| {
            json!({"rank": rank, "left": left, "right": right,
                "tokens": [tokens.get(left), tokens.get(right)]})
        });
        document(json!({
            "id": self.id,
            "token": self.spelled,
            "text": String::from_utf8_lossy(&self.bytes),
            "bytes": self.bytes,
            "added": self.added,
            "merge": merge,
            "children": self.children,
            "reachable": self.reachable(),
            "encoded": self.encoded,
        }))
    }
}
