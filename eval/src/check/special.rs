//! Checks of special tokens: each is one id, found in text where it is looked for, and nowhere else.

use std::collections::BTreeMap;

use toktool::Result;
use toktool::encode::{EncodeOptions, Scratch};
use toktool::vocab::Id;

use super::{Bench, Finding, Outcome};
use toktool::inventory::Class;

/// Reading special tokens as plain text makes a foreign model anew each time.
const FOREIGN: usize = 32;

/// Faults so far, the first as the example.
#[derive(Default)]
struct Faults {
    failed: Vec<String>,
    doubtful: Vec<String>,
    example: Option<String>,
}

impl Faults {
    fn fail(&mut self, content: &str, why: &str) {
        if self.failed.is_empty() {
            self.example = Some(content.to_owned());
        }
        self.failed.push(why.to_owned());
    }

    fn doubt(&mut self, content: &str, why: &str) {
        self.example.get_or_insert_with(|| content.to_owned());
        self.doubtful.push(why.to_owned());
    }
}

/// Each reason with how often it was given.
pub(super) fn summed(reasons: &[String]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    reasons.iter().for_each(|reason| *counts.entry(reason).or_default() += 1);
    let shown: Vec<String> = counts.iter().map(|(why, count)| format!("{count} {why}")).collect();
    shown.join("; ")
}

pub(super) fn special_tokens(bench: &Bench<'_>) -> Result<Finding> {
    let (added, inventory) = (&bench.judged.tokenizer.added, &bench.judged.inventory);
    let roles = &bench.declared.roles;
    let n = (added.len() + roles.len()) as u64;
    if n == 0 {
        return Ok(Finding::not_applicable("it has no special tokens, and no role names one"));
    }
    let (mut faults, mut scratch) = (Faults::default(), Scratch::default());
    let mut by_content: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
    let mut by_id: BTreeMap<Id, &str> = BTreeMap::new();
    for token in added {
        by_content.entry(&token.content).or_default().push(token.id);
        if by_id.insert(token.id, &token.content).is_some_and(|other| other != token.content) {
            faults.fail(&token.content, "under an id that another added token has");
        }
    }
    for (content, _) in by_content.iter().filter(|(_, ids)| ids.len() > 1) {
        faults.fail(content, "there more than once");
    }
    for (role, content) in roles {
        let known = |id: &Id| inventory.class(*id) != Class::Hole && inventory.bytes(*id) == content.as_bytes();
        if !(0..inventory.len() as Id).any(|id| known(&id)) {
            faults.fail(content, &format!("role `{role}` without a token in the vocabulary"));
        } else if bench.ids(content, &mut scratch)?.len() != 1 {
            faults.fail(content, &format!("role `{role}` of more than one id"));
        }
    }
    let special = added.iter().filter(|token| token.special);
    for token in special.take(if bench.is_foreign() { FOREIGN } else { usize::MAX }) {
        if token.content.is_empty() {
            faults.fail("", "without a text");
            continue;
        }
        let ids = bench.ids(&token.content, &mut scratch)?;
        if ids != [token.id] && by_content[token.content.as_str()].len() == 1 {
            let why = if ids.contains(&token.id) { "with other tokens around" } else { "not found in its own text" };
            faults.fail(&token.content, why);
        }
        let options = EncodeOptions { plain_specials: true, ..EncodeOptions::default() };
        let mut plain = Vec::new();
        bench.judged.encoder.encode_into(&token.content, options, &mut scratch, &mut plain)?;
        let bare = |c: char| c.is_alphanumeric() || c.is_whitespace();
        if plain.contains(&token.id) && inventory.class(token.id) == Class::Special {
            faults.fail(&token.content, "out of plain text, too");
        } else if token.content.chars().all(bare) || token.content.trim() != token.content {
            faults.doubt(&token.content, "spelled like ordinary text");
        }
    }
    let failed = faults.failed.len() + faults.doubtful.len();
    let (outcome, note) = if !faults.failed.is_empty() {
        (Outcome::Fail, summed(&[faults.failed, faults.doubtful].concat()))
    } else if !faults.doubtful.is_empty() {
        (Outcome::Warn, summed(&faults.doubtful))
    } else {
        let roles: Vec<&str> = roles.iter().map(|(role, _)| role.as_str()).collect();
        let named = if roles.is_empty() { "none that is known".to_owned() } else { roles.join(", ") };
        (Outcome::Pass, format!("{} added tokens; roles: {named}", added.len()))
    };
    Ok(Finding::new(outcome, n, Some(failed as f64), note).with(faults.example))
}
