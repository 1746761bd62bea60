//! `--trim`, `--extend` and `--permute`: the tokenizer is made from the checkpoint's own.

use std::path::Path;

use serde_json::{Map, Value};
use toktool::lm::checkpoint::Checkpoint;
use toktool::transplant::derive::{Derivation, Order};
use toktool::transplant::{Derived, Report, Side, named_ids};
use toktool::vocab::Id;
use toktool::{Error, Result};

use super::Transplant;
use crate::args::Global;
use crate::describe::grouped;
use crate::trimming::{self, Texts};
use crate::ui::Ui;

/// A list longer than this is none of tokens or ids.
const MAX_LIST: u64 = 1 << 30;

/// The tokenizer that is asked for, with what to say about it; `None` where another one is given.
pub fn asked(
    args: &Transplant,
    global: &Global,
    checkpoint: &Checkpoint,
    old: &Side,
) -> Result<Option<(Derived, Vec<String>)>> {
    if !args.trim.is_empty() {
        return trimmed(args, global, checkpoint, old).map(Some);
    }
    let derived = if let Some(path) = &args.extend {
        Derived::extended(old, &list(path)?).map_err(|e| e.in_file(path))?
    } else if let Some(path) = &args.permute {
        let order = Order::read(&list(path)?, old.bound()).map_err(|e| e.in_file(path))?;
        Derived::permuted(old, &order).map_err(|e| e.in_file(path))?
    } else {
        return Ok(None);
    };
    let said = derived.verified.iter().map(|verified| format!("verified: {verified}")).collect();
    Ok(Some((derived, said)))
}

fn trimmed(args: &Transplant, global: &Global, checkpoint: &Checkpoint, old: &Side) -> Result<(Derived, Vec<String>)> {
    trimming::check(&old.tokenizer)?;
    let texts = Texts::new("--trim", &args.trim, &args.reading)?;
    let cut = trimming::cut(&old.tokenizer, Some(&texts), &named(checkpoint, old)?, global.ui())?;
    let alike = cut.checked.documents.unwrap_or_default() as u64;
    let tokens = cut.usage.as_ref().map_or(0, |usage| usage.tokens);
    let said = vec![
        format!("verified: {}", cut.checked.stock),
        format!("encoded as before, by the map of ids: all {} documents, {} tokens", grouped(alike), grouped(tokens)),
    ];
    Ok((Derived::trimmed(old, &cut.trimmed)?, said))
}

/// Ids that stay because the model's files name them.
fn named(checkpoint: &Checkpoint, old: &Side) -> Result<Vec<Id>> {
    let mut ids: Vec<Id> = old.roles.values().copied().collect();
    ids.extend(named_ids(&checkpoint.config));
    let path = checkpoint.path.join("generation_config.json");
    if path.is_file() {
        let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, e))?;
        let generation: Map<String, Value> =
            serde_json::from_slice(&bytes).map_err(|e| Error::input(&path, format!("not a configuration: {e}")))?;
        ids.extend(named_ids(&generation));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn list(path: &Path) -> Result<Vec<u8>> {
    let io = |e| Error::io("read", path, e);
    if path.metadata().map_err(io)?.len() > MAX_LIST {
        return Err(Error::input(path, "the list is larger than 1 GiB").with_hint("write one token or id a line"));
    }
    std::fs::read(path).map_err(io)
}

/// What became of the tokenizer.
pub fn summary(ui: Ui, report: &Report, path: &Path) {
    let n = |n: usize| grouped(n as u64);
    match &report.derivation {
        None => {}
        Some(Derivation::Trimmed { tokens_before, tokens_after, removed_dead, removed_unseen, kept_needed }) => {
            ui.summary(format_args!(
                "trimmed: {} -> {} tokens; {} that no text reaches and {} that the texts do not use are gone, {} stay as alphabet, parts of others, or named by the model",
                n(*tokens_before), n(*tokens_after), n(*removed_dead), n(*removed_unseen), n(*kept_needed)
            ));
            ui.summary(format_args!("saved: {} bytes", grouped(report.bytes_saved().max(0) as u64)));
            if *removed_unseen > 0 {
                ui.warning("other texts may need more tokens than before: `toktool perplexity` says what that costs");
            }
        }
        Some(Derivation::Extended { tokens_before, tokens_after, lines }) => {
            ui.summary(format_args!(
                "extended: {} -> {} tokens, from {} new ones in `{}`",
                n(*tokens_before),
                n(*tokens_after),
                n(lines.added),
                path.display()
            ));
            if lines.empty + lines.repeated + lines.known > 0 {
                ui.warning(format_args!(
                    "lines passed over: {} empty, {} repeated, {} that are tokens already",
                    n(lines.empty),
                    n(lines.repeated),
                    n(lines.known)
                ));
            }
        }
        Some(Derivation::Permuted { tokens, moved }) => {
            ui.summary(format_args!("permuted: {} of {} tokens have another id", n(*moved), n(*tokens)));
        }
    }
}
