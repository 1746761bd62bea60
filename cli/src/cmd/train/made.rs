//! What a run made: vocabularies, checked, and the folder that holds them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use toktool::formats::verify::{self, Verified, WITNESS};
use toktool::formats::write::{OutputDir, folder_files};
use toktool::formats::{hf, listing};
use toktool::observe::{Event, Observer as _};
use toktool::tokenizer::{AddedToken, Tokenizer};
use toktool::train::constrain::{self, Rates};
use toktool::train::{Constraint, Trained, assemble};
use toktool::vocab::Id;
use toktool::{Error, Result};

use crate::describe::{self, grouped};
use crate::output;
use crate::progress::Progress;
use crate::recipe_file::RecipeFile;
use crate::tokens;
use crate::ui::Ui;

use super::morphology::{self, Morphology};
use super::plan::{Origin, Plan};
use super::tally::{Records, Tally};

/// One finished vocabulary.
pub struct Vocabulary {
    /// The size that was asked for.
    asked: usize,
    tokenizer: Tokenizer,
    /// Occurrences of the pair that became a token.
    counts: HashMap<Id, u64>,
    merges: usize,
    /// Merges that this run added.
    learned: usize,
    /// How many of them only put clusters together, and how well the constraint is kept, where there is one.
    constrained: Option<(usize, Rates)>,
    /// Tokens that only fill up to a multiple.
    unused: usize,
    roles: Vec<(String, String)>,
    verified: Verified,
    /// Tokens more than plain BPE needs, in percent, where morphology was asked for.
    inflation: Option<f64>,
}

/// What the vocabularies were made of.
pub struct Text<'a> {
    pub tally: &'a Tally,
    pub morphology: Option<&'a Morphology>,
    /// What plain BPE would have made, by size.
    pub plain: Option<Vec<Tokenizer>>,
}

impl Vocabulary {
    /// Tokens before filling up.
    fn size(&self) -> usize {
        self.total() - self.unused
    }

    fn total(&self) -> usize {
        tokens::bound(&self.tokenizer).unwrap_or(0)
    }
}

/// Refuses a target that could not be written in the end: before hours of work, and without leaving a trace.
pub fn check_target(target: &Path, force: bool) -> Result<()> {
    output::check_folder(target, force)
}

/// Every vocabulary that was asked for, verified.
pub fn vocabularies(plan: &Plan, text: &Text<'_>, trained: Trained, progress: &Progress) -> Result<Vec<Vocabulary>> {
    let sizes = &plan.recipe.vocab_size;
    if trained.counts.is_empty() {
        return Err(no_merge(plan, text.tally, trained.model.vocab.len(), plan.recipe.largest()));
    }
    progress.event(Event::Stage { name: "verifying", total: None, unit: "texts" });
    let mut made = Vec::new();
    for &size in sizes {
        if size < trained.smallest() {
            return Err(plan.recipe.constrain.no_room(size, trained.smallest()));
        }
        let smaller = if size == plan.recipe.largest() { trained.clone() } else { trained.truncated(size) };
        if smaller.counts.is_empty() {
            return Err(no_merge(plan, text.tally, smaller.model.vocab.len(), size));
        }
        let plain = text.plain.as_ref().and_then(|plain| plain.get(made.len()));
        made.push(vocabulary(plan, text, smaller, size, plain)?);
    }
    Ok(made)
}

/// Why nothing was learned.
fn no_merge(plan: &Plan, tally: &Tally, base: usize, size: usize) -> Error {
    if size <= base {
        return Error::unsupported(format!("`--vocab-size {size}`"), "it leaves no room for a single merge")
            .with_hint(format!("{base} tokens are there before the first merge: ask for more"));
    }
    let why =
        format!("no merge can be learned from it: no pair occurs in its {} distinct pretokens", tally.words.len());
    let hint = match plan.recipe.min_frequency {
        0 | 1 => "more text is needed",
        _ => "more text is needed, or a lower `--min-frequency`",
    };
    Error::input(plan.input_path(), why).with_hint(hint)
}

fn vocabulary(
    plan: &Plan,
    text: &Text<'_>,
    trained: Trained,
    asked: usize,
    plain: Option<&Tokenizer>,
) -> Result<Vocabulary> {
    let sample = &text.tally.sample;
    let (learned, attachments) = (trained.counts.len(), trained.attachments);
    let mut counts = HashMap::new();
    for (merge, &count) in trained.model.vocab.merges.iter().skip(trained.first).zip(&trained.counts) {
        counts.entry(merge.new).or_insert(count);
    }
    let merges = trained.model.vocab.merges.len();
    let mut frame = plan.frame()?;
    frame.splitter.splits.extend(text.morphology.iter().flat_map(|m| m.splits().to_vec()));
    let mut tokenizer = assemble(trained, &frame, plan.start.as_ref());
    let unused = pad(&mut tokenizer, plan.recipe.pad_vocab_to_multiple)?;
    let mut roles = plan.recipe.roles();
    if let Some(from) = &plan.from {
        let inherited = tokens::roles(&crate::args::tokenizer_path(from), &tokenizer);
        roles.extend(inherited.into_iter().filter(|(role, _)| !plan.recipe.roles().iter().any(|r| r.0 == *role)));
    }
    let json = hf::write_string(&tokenizer)?;
    let verified = verify::against_tokenizers(&tokenizer, &json, sample)?;
    let constrained = match plan.recipe.constrain {
        Constraint::None => None,
        constraint => Some((attachments, constrain::rates(&tokenizer, constraint, sample)?)),
    };
    let inflation = plain.map(|plain| morphology::inflation(&tokenizer, plain, sample)).transpose()?;
    Ok(Vocabulary { asked, tokenizer, counts, merges, learned, constrained, unused, roles, verified, inflation })
}

/// Adds unused tokens until their number is a multiple; returns how many.
fn pad(tokenizer: &mut Tokenizer, multiple: usize) -> Result<usize> {
    let total = tokens::bound(tokenizer)?;
    let wanted = total.next_multiple_of(multiple.max(1));
    let taken = |t: &Tokenizer, name: &str| t.added.iter().any(|a| a.content == name);
    let mut names = (0u32..).map(|n| format!("<|unused_{n}|>"));
    for id in total..wanted {
        let Some(content) = names.find(|name| !taken(tokenizer, name)) else { break };
        tokenizer.added.push(AddedToken { id: id as Id, content, special: true, ..AddedToken::default() });
    }
    Ok(wanted - total)
}

/// Where in `target` a vocabulary goes.
fn folder(plan: &Plan, asked: usize) -> PathBuf {
    if plan.recipe.vocab_size.len() > 1 { PathBuf::from(asked.to_string()) } else { PathBuf::new() }
}

/// That place, as it is shown.
fn shown(target: &Path, plan: &Plan, asked: usize) -> String {
    let place = target.join(folder(plan, asked)).display().to_string();
    if place.len() > 1 { place.trim_end_matches('/').to_owned() } else { place }
}

/// Writes the folder, all or nothing.
pub fn write(
    target: &Path,
    force: bool,
    plan: &Plan,
    text: &Text<'_>,
    records: &Records,
    vocabularies: &[Vocabulary],
) -> Result<()> {
    let out = OutputDir::new(target, force)?;
    for vocabulary in vocabularies {
        crate::interrupt::check()?;
        let place = folder(plan, vocabulary.asked);
        let put = |name: &str, bytes: &[u8]| out.write(&place.join(name).to_string_lossy(), bytes);
        for (name, bytes) in folder_files(&vocabulary.tokenizer, &vocabulary.roles)? {
            put(name, &bytes)?;
        }
        let listing = listing::write(&vocabulary.tokenizer, |id| vocabulary.counts.get(&id).copied())?;
        put("vocabulary.tsv", listing.as_bytes())?;
        put("recipe.toml", recipe(plan, records, vocabulary).text()?.as_bytes())?;
        put("report.json", format!("{:#}\n", report(plan, text, records, vocabulary)).as_bytes())?;
    }
    crate::interrupt::check()?;
    out.commit()
}

fn recipe(plan: &Plan, records: &Records, vocabulary: &Vocabulary) -> RecipeFile {
    let mut recipe = plan.recipe.clone();
    recipe.vocab_size = vec![vocabulary.asked];
    RecipeFile {
        recipe,
        from: records.from.clone(),
        segmenter: records.segmenter.clone(),
        counts: records.counts.clone(),
        inputs: records.inputs.clone(),
        ..RecipeFile::default()
    }
}

/// Figures of the run. No times are among them: the same input gives the same bytes.
fn report(plan: &Plan, text: &Text<'_>, records: &Records, vocabulary: &Vocabulary) -> Value {
    let (recipe, tally) = (&plan.recipe, text.tally);
    let morphology = text.morphology.zip(vocabulary.inflation).map(|(m, inflation)| m.report(inflation));
    let Verified { texts, bytes, ids, round_trips } = vocabulary.verified;
    let special = vocabulary.tokenizer.added.iter().filter(|a| a.special).count() - vocabulary.unused;
    json!({
        "schema": "toktool.train/1",
        "toktool": env!("CARGO_PKG_VERSION"),
        "preset": recipe.preset,
        "lang": recipe.lang,
        "sample": matches!(plan.origin, Origin::Sample(_)),
        "pattern": describe::splitter(&vocabulary.tokenizer.splitter),
        "vocab_size_asked": vocabulary.asked,
        "tokens": vocabulary.total(),
        "morph": recipe.morph,
        "morphology": morphology,
        "merges": vocabulary.merges,
        "merges_learned": vocabulary.learned,
        "special_tokens": special,
        "unused_tokens": vocabulary.unused,
        "constrained": vocabulary.constrained.map(|(attachments, rates)| json!({
            "by": recipe.constrain,
            "attachment_merges": attachments,
            "probe_tokens": rates.tokens,
            "probe_violations": rates.violations,
            "probe_byte_fallback": rates.fallback,
        })),
        "documents": tally.documents,
        "bytes": tally.bytes,
        "pretokens": tally.words.total().ok(),
        "distinct_pretokens": tally.words.len(),
        "files": records.inputs.len() + records.counts.len(),
        "lossless": vocabulary.tokenizer.is_lossless(),
        "verified": {
            "against": format!("tokenizers {WITNESS}"),
            "texts": texts,
            "bytes": bytes,
            "ids": ids,
            "round_trips": round_trips,
            "bytes_per_token": (ids > 0).then(|| bytes as f64 / ids as f64),
        },
        "notes": tally.notes,
    })
}

/// What came out otherwise than asked.
pub fn warn(ui: Ui, plan: &Plan, vocabularies: &[Vocabulary]) {
    for vocabulary in vocabularies {
        let size = vocabulary.size();
        if size < vocabulary.asked {
            ui.warning(format_args!(
                "{} tokens, not the {} asked for: the text has no more pairs to merge",
                grouped(size as u64),
                grouped(vocabulary.asked as u64)
            ));
        }
    }
    if plan.recipe.pattern == "metaspace" && plan.start.is_none() {
        ui.warning("`metaspace` reads U+2581 as a space and does not tell one space at the start of a text from none");
    }
}

/// What was made, in words, and what to do with it.
pub fn summary(target: &Path, plan: &Plan, text: &Text<'_>, made: &[Vocabulary], elapsed: Duration) -> String {
    let tally = text.tally;
    let mut lines = Vec::new();
    for vocabulary in made {
        let place = shown(target, plan, vocabulary.asked);
        let kind = describe::kind(&vocabulary.tokenizer);
        let tokens = grouped(vocabulary.total() as u64);
        let (merges, special) =
            (grouped(vocabulary.merges as u64), vocabulary.tokenizer.added.len() - vocabulary.unused);
        let mut parts = format!("{merges} merges, {special} special");
        if vocabulary.unused > 0 {
            parts.push_str(&format!(", {} unused", vocabulary.unused));
        }
        lines.push(format!("{place}: {kind}, {tokens} tokens ({parts})"));
    }
    let what = match plan.origin {
        Origin::Sample(lang) => format!(" of the embedded sample ({lang})"),
        _ => String::new(),
    };
    lines.push(format!(
        "trained on {} documents{what}, {:.2} MB, {} distinct pretokens, in {:.2} s",
        grouped(tally.documents),
        tally.bytes as f64 / 1e6,
        grouped(tally.words.len() as u64),
        elapsed.as_secs_f64(),
    ));
    for Vocabulary { tokenizer, asked, verified: v, inflation, .. } in made {
        let size = if made.len() > 1 { format!(" ({})", grouped(*asked as u64)) } else { String::new() };
        if let Some((morphology, &inflation)) = text.morphology.zip(inflation.as_ref()) {
            lines.push(format!("{}{size}", morphology.summary(inflation)));
        }
        let back = if tokenizer.is_lossless() { ", every text restored byte for byte" } else { "" };
        lines.push(format!(
            "verified{size}: {} probe texts, {} ids identical in tokenizers {WITNESS}{back}; {:.2} bytes/token",
            grouped(v.texts as u64),
            grouped(v.ids as u64),
            v.bytes as f64 / v.ids.max(1) as f64,
        ));
    }
    for Vocabulary { asked, constrained, .. } in made {
        let Some((attachments, rates)) = constrained else { continue };
        let size = if made.len() > 1 { format!(" ({})", grouped(*asked as u64)) } else { String::new() };
        let fallback = match plan.recipe.constrain {
            Constraint::Utf8 => "parts of characters",
            _ => "byte fallback inside a cluster",
        };
        lines.push(format!(
            "constrained{size}: {}, {} attachment merges; of {} probe tokens {} break the rule, {} are {fallback}",
            plan.recipe.constrain,
            grouped(*attachments as u64),
            grouped(rates.tokens),
            grouped(rates.violations),
            grouped(rates.fallback),
        ));
    }
    let place = made.last().map(|v| shown(target, plan, v.asked)).unwrap_or_default();
    lines.push(format!(
        "\nnext:\n  echo 'text' | toktool encode -t {place}\n  toktool inspect {place} --text 'text'\n  \
         python -c \"from transformers import AutoTokenizer; print(AutoTokenizer.from_pretrained('{place}').tokenize('text'))\"\n"
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use toktool::tokenizer::Model;

    #[test]
    fn the_witness_is_the_version_that_the_workspace_pins() {
        let manifest = include_str!("../../../../Cargo.toml");
        assert!(manifest.contains(&format!("tokenizers = {{ version = \"={WITNESS}\"")));
    }

    #[test]
    fn padding_fills_up_under_names_that_are_free() {
        let mut tokenizer = Tokenizer::default();
        if let Model::Bpe(bpe) = &mut tokenizer.model {
            for b in 0..5u8 {
                bpe.vocab.push(&[b]);
            }
        }
        let content = "<|unused_0|>".to_owned();
        tokenizer.added.push(AddedToken { id: 5, content, ..AddedToken::default() });
        assert_eq!(pad(&mut tokenizer, 4).unwrap(), 2);
        let names: Vec<_> = tokenizer.added.iter().map(|a| (a.id, a.content.as_str())).collect();
        assert_eq!(names, [(5, "<|unused_0|>"), (6, "<|unused_1|>"), (7, "<|unused_2|>")]);
        assert_eq!(pad(&mut tokenizer, 1).unwrap(), 0);
    }
}
