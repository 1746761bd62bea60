//! `toktool trim`: a tokenizer without the tokens that nothing reaches, and a map from old to new ids.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use toktool::Result;
use toktool::formats::listing::{self, escape};
use toktool::formats::verify;
use toktool::formats::write::{OutputDir, folder_files};
use toktool::repair::{Class, Reach, Trimmed};
use toktool::tokenizer::Tokenizer;

use crate::args::{self, Global, Reading};
use crate::describe::grouped;
use crate::exit::Exit;
use crate::interrupt;
use crate::output;
use crate::tokens;
use crate::trimming::{self, Cut, Texts};
use crate::ui;

const EXAMPLES: &str = "\
Examples:
  toktool trim model.gguf --dry-run
  toktool trim turkish -o turkish-trimmed
  toktool trim big -o small --unseen corpus.txt more.jsonl.zst

A token is removed when it is proved that no text reaches it: it merges into others on its own
text, the pre-tokenizer always cuts it, a normalizer leaves nothing of it, or its bytes are no
text. Encodings stay the same for every text. With `--unseen`, tokens that the given texts do not
use go, too: those texts keep their encodings, others may take more tokens. The alphabet, added
tokens and what kept tokens are merged from always stay. `id_map.tsv` maps old ids to new ones,
for the rows of an embedding.";

/// Remove the tokens that no text reaches
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Trim {
    /// A tokenizer.json, a folder that holds one, a .tiktoken, SentencePiece .model or .gguf file
    #[arg(value_name = "TOK")]
    tok: PathBuf,

    /// The folder to write
    #[arg(long, short, value_name = "DIR", required_unless_present = "dry_run")]
    output: Option<PathBuf>,

    /// Also remove tokens that these texts do not use: files or folders; `-` is standard input
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    unseen: Vec<PathBuf>,

    /// Write nothing; print the tokens that would be removed, with the reason
    #[arg(long)]
    dry_run: bool,

    /// How to split text, where the file does not say
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    #[command(flatten)]
    reading: Reading,
}

pub fn run(args: &Trim, global: &Global) -> Result<Exit> {
    if let (Some(target), false) = (&args.output, args.dry_run) {
        output::check_folder(target, global.force)?;
    }
    let tokenizer = args::read_tokenizer(&args.tok, args.pattern.as_deref())?;
    global.in_pool(|| work(args, global, &tokenizer))??;
    Ok(Exit::Done)
}

fn work(args: &Trim, global: &Global, tokenizer: &Tokenizer) -> Result<()> {
    trimming::check(tokenizer)?;
    let texts = match &args.unseen[..] {
        [] => None,
        inputs => Some(Texts::new("--unseen", inputs, &args.reading)?),
    };
    let cut = trimming::cut(tokenizer, texts.as_ref(), &[], global.ui())?;
    let trimmed = &cut.trimmed;
    if args.dry_run {
        ui::print(&removed(&cut.reach, trimmed))?;
    }
    if let (Some(target), false) = (&args.output, args.dry_run) {
        let roles = tokens::roles(&args::tokenizer_path(&args.tok), &trimmed.tokenizer);
        let out = OutputDir::new(target, global.force)?;
        for (name, bytes) in folder_files(&trimmed.tokenizer, &roles)? {
            out.write(name, &bytes)?;
        }
        let old: std::collections::HashMap<_, _> =
            trimmed.map.rows.iter().filter_map(|row| Some((row.1?, row.0))).collect();
        let counts = cut.usage.as_ref().map(|usage| usage.counts.as_slice());
        let count = |id| counts?.get(*old.get(&id)? as usize).copied();
        out.write("vocabulary.tsv", listing::write(&trimmed.tokenizer, count)?.as_bytes())?;
        out.write("id_map.tsv", trimmed.map.tsv().as_bytes())?;
        out.write("report.json", report(args, &cut).as_bytes())?;
        interrupt::check()?;
        out.commit()?;
    }
    summary(args, global, &cut);
    Ok(())
}

/// `id<TAB>reason<TAB>token` of every token that goes.
fn removed(reach: &[Reach], trimmed: &Trimmed) -> String {
    let mut out = String::from("id\treason\ttoken\n");
    for (id, _, token) in trimmed.map.rows.iter().filter(|row| row.1.is_none()) {
        let class = reach.binary_search_by_key(id, |r| r.id).ok().map(|at| &reach[at].class);
        let reason = class.filter(|class| class.is_dead()).map_or("unseen", Class::name);
        let _ = writeln!(out, "{id}\t{reason}\t{}", escape(token));
    }
    out
}

fn report(args: &Trim, cut: &Cut) -> String {
    let Cut { trimmed, checked, .. } = cut;
    let classes: serde_json::Map<_, _> =
        cut.classes().into_iter().map(|(name, n)| (name.to_owned(), n.into())).collect();
    let [before, after] = cut.tokens();
    let unseen = cut.usage.as_ref().map(|usage| {
        json!({"inputs": args.unseen, "documents": usage.stats.documents, "bytes": usage.stats.bytes, "tokens": usage.tokens})
    });
    let value = json!({
        "schema": "toktool.trim/1",
        "toktool": env!("CARGO_PKG_VERSION"),
        "tokenizer": args.tok,
        "tokens_before": before,
        "tokens_after": after,
        "removed_dead": trimmed.dead,
        "removed_unseen": trimmed.unseen,
        "kept_needed": trimmed.needed,
        "merges_removed": trimmed.merges,
        "reachability": classes,
        "unseen": unseen,
        "verified": {
            "tokenizers": verify::WITNESS,
            "texts": checked.stock.texts,
            "ids": checked.stock.ids,
            "probes_identical": checked.probes.0,
            "probes_with_removed_tokens": checked.probes.1,
            "documents_identical": checked.documents,
        },
    });
    format!("{value:#}\n")
}

fn summary(args: &Trim, global: &Global, cut: &Cut) {
    let Cut { trimmed, checked, .. } = cut;
    let ui = global.ui();
    let n = |n: usize| grouped(n as u64);
    let [before, after] = cut.tokens();
    let target = match &args.output {
        Some(path) if !args.dry_run => format!("`{}`", path.display()),
        _ => "nothing written".to_owned(),
    };
    ui.summary(format_args!(
        "`{}` -> {target}: {} -> {} tokens, {} merges fewer",
        args.tok.display(),
        n(before),
        n(after),
        n(trimmed.merges)
    ));
    let found: Vec<String> = cut.classes().into_iter().map(|(name, count)| format!("{} {name}", n(count))).collect();
    ui.summary(format_args!("tokens: {}", found.join(", ")));
    let mut gone = format!("removed: {} dead", n(trimmed.dead));
    if let Some(usage) = &cut.usage {
        let text = format!("{} tokens of {} documents", grouped(usage.tokens), grouped(usage.stats.documents));
        let _ = write!(gone, ", {} unseen in {text}", n(trimmed.unseen));
    }
    ui.summary(format_args!("{gone}; {} kept as alphabet or parts of others", n(trimmed.needed)));
    ui.summary(format_args!("verified: {}", checked.stock));
    let mut same = format!("identical by the map: {} probe texts", n(checked.probes.0));
    if let Some(documents) = checked.documents {
        let _ = write!(same, ", all {} documents", n(documents));
    }
    ui.summary(same);
    if trimmed.unseen > 0 {
        ui.warning(format_args!(
            "{} tokens in use elsewhere are gone: texts with one of them ({} of the probes) are encoded in other, mostly more tokens",
            n(trimmed.unseen),
            n(checked.probes.1)
        ));
    }
}
