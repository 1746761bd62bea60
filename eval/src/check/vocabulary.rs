//! Checks of the vocabulary by itself.

use toktool::Result;
use toktool::repair::{Class as ReachClass, duplicates, reachability};
use toktool::tokenizer::{Alphabet, Model};
use toktool::vocab::Id;

use super::probes::with_byte;
use super::special::summed;
use super::{Bench, Finding, Outcome};
use crate::compare::Strings;
use crate::report::number::shown;
use toktool::inventory::Class;

/// Characters of a token beyond which it is long.
const LONG: usize = 64;
/// The share of dead tokens beyond which a warning is due.
const DEAD: f64 = 0.001;

pub(super) fn byte_alphabet(bench: &Bench<'_>) -> Result<Finding> {
    let inventory = &bench.judged.inventory;
    let (byte_level, falls_back) = match &bench.judged.tokenizer.model {
        Model::Bpe(model) => (model.alphabet == Alphabet::Bytes, model.byte_fallback),
        Model::Foreign(json) => (json.contains("\"ByteLevel\""), inventory.has_fallback),
    };
    if !byte_level && !falls_back {
        return Ok(Finding::not_applicable("it spells text in characters, without byte fallback"));
    }
    let class = if byte_level { Class::Text } else { Class::Fallback };
    let strings = Strings::of(inventory, |c| c == class);
    let missing: Vec<u8> = (0..=255).filter(|&byte| !strings.has(&[byte])).collect();
    let share = (256 - missing.len()) as f64 / 256.0;
    // What no text has is missed only by those who encode other things than text.
    let needed = missing.iter().find(|&&byte| with_byte(byte).is_some());
    let (outcome, note) = match (missing.len(), needed) {
        (0, _) => (Outcome::Pass, "all".to_owned()),
        (count, None) => (Outcome::Warn, format!("{count} are missing that no UTF-8 text has")),
        (count, Some(_)) => (Outcome::Fail, format!("{count} are missing")),
    };
    Ok(Finding::new(outcome, 256, Some(share), note).with(needed.or(missing.first()).map(|&byte| vec![byte])))
}

pub(super) fn integrity(bench: &Bench<'_>) -> Result<Finding> {
    let (inventory, tokenizer) = (&bench.judged.inventory, &bench.judged.tokenizer);
    let n = inventory.len() as u64;
    let (mut failed, mut doubtful, mut example) = (Vec::new(), Vec::new(), None::<Vec<u8>>);
    if let Some(rows) = bench.declared.rows.filter(|&rows| rows < n) {
        failed.push(format!("ids beyond the {rows} rows of the model"));
        example = Some(inventory.bytes(rows as Id).to_vec());
        // As many as there are.
        failed.resize((n - rows) as usize, failed[0].clone());
    }
    if let Model::Bpe(model) = &tokenizer.model {
        for token in &tokenizer.added {
            let other = model.vocab.token(token.id).filter(|other| *other != token.content.as_bytes());
            if other.is_some_and(|_| bench.judged.inventory.class(token.id) != Class::Unknown) {
                failed.push("added tokens under the id of another entry".to_owned());
                example.get_or_insert_with(|| token.content.clone().into_bytes());
            }
        }
    }
    for group in duplicates(tokenizer) {
        doubtful.push("tokens with the bytes of another".to_owned());
        doubtful.extend(group[2..].iter().map(|_| "tokens with the bytes of another".to_owned()));
        example.get_or_insert_with(|| inventory.bytes(group[0]).to_vec());
    }
    for id in (0..n as Id).filter(|&id| inventory.class(id) == Class::Hole) {
        doubtful.push("ids without a token".to_owned());
        example.get_or_insert_with(|| format!("id {id}").into_bytes());
    }
    let faults = (failed.len() + doubtful.len()) as f64;
    let (outcome, note) = if !failed.is_empty() {
        (Outcome::Fail, summed(&[failed, doubtful].concat()))
    } else if !doubtful.is_empty() {
        (Outcome::Warn, summed(&doubtful))
    } else {
        let rows = bench
            .declared
            .rows
            .map_or(String::new(), |rows| format!("; the model has {} rows", shown(Some(rows as f64))));
        (Outcome::Pass, format!("{} entries{rows}", shown(Some(inventory.declared as f64))))
    };
    Ok(Finding::new(outcome, n, Some(faults), note).with(example))
}

pub(super) fn long_tokens(bench: &Bench<'_>) -> Result<Finding> {
    let inventory = &bench.judged.inventory;
    let length = |id: &Id| String::from_utf8_lossy(inventory.bytes(*id)).chars().count();
    let long: Vec<Id> = (0..inventory.len() as Id)
        .filter(|&id| inventory.class(id) == Class::Text && inventory.bytes(id).len() > LONG)
        .filter(|id| length(id) > LONG)
        .collect();
    // Runs of white space are there for the indentation of code.
    let (spaces, long): (Vec<Id>, Vec<Id>) =
        long.into_iter().partition(|&id| inventory.bytes(id).trim_ascii().is_empty());
    let longest = long.iter().copied().max_by_key(|id| (length(id), std::cmp::Reverse(*id)));
    let (outcome, mut note) = match &longest {
        None => (Outcome::Pass, "none".to_owned()),
        Some(id) => (Outcome::Warn, format!("the longest has {} characters", length(id))),
    };
    if !spaces.is_empty() {
        note += &format!("; {} of white space alone", spaces.len());
    }
    let example = longest.map(|id| inventory.bytes(id).to_vec());
    Ok(Finding::new(outcome, inventory.declared, Some(long.len() as f64), note).with(example))
}

pub(super) fn reachable(bench: &Bench<'_>) -> Result<Finding> {
    let all = reachability(&bench.judged.tokenizer)?;
    let n = all.len() as u64;
    // The byte alphabet is there so that nothing is unknown; some of its bytes are in no text.
    let alphabet = |id: Id| bench.judged.inventory.bytes(id).len() == 1;
    let dead: Vec<_> = all.iter().filter(|reach| reach.class.is_dead() && !alphabet(reach.id)).collect();
    let open = all.iter().filter(|reach| matches!(reach.class, ReachClass::Undecidable(_))).count();
    let share = (n > 0).then(|| dead.len() as f64 / n as f64);
    let classes: Vec<String> = dead.iter().map(|reach| reach.class.name().to_owned()).collect();
    let mut parts = vec![if dead.is_empty() { "none is dead".to_owned() } else { summed(&classes) }];
    if open > 0 {
        parts.push(format!("{open} undecided"));
    }
    let outcome = match share {
        Some(share) if share > DEAD => Outcome::Warn,
        // Nothing is known of any.
        _ if open as u64 == n => Outcome::CannotTell,
        _ => Outcome::Pass,
    };
    let example = dead.first().map(|reach| bench.judged.inventory.bytes(reach.id).to_vec());
    Ok(Finding::new(outcome, n, share, parts.join("; ")).with(example))
}
