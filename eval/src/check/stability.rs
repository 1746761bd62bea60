//! Checks of what should not depend on anything: on numbers, on company, on chance, on who runs the file.

use std::collections::BTreeMap;

use toktool::encode::{EncodeOptions, Scratch};
use toktool::formats::hf;
use toktool::formats::verify::{HOSTILE, against_tokenizers};
use toktool::random::Random;
use toktool::text::Cutter;
use toktool::{Error, Result};

use super::probes::{MARKS, ODD, SCRIPTS, SPACES};
use super::{Bench, Finding, Outcome};
use crate::agreement::Cuts;

/// Digits of the numbers that are tried.
const LENGTHS: std::ops::RangeInclusive<u32> = 2..=6;
/// Numbers of each length.
const NUMBERS: usize = 200;
/// The share of numbers that have to be cut like most of their length.
const CONSISTENT: f64 = 0.99;
/// The share of characters that have to reach a token.
const CONSERVED: f64 = 0.999;
/// Documents that are encoded again and again.
const REPEATED: usize = 500;

fn texts<'t>(bench: &'t Bench<'_>) -> impl Iterator<Item = &'t str> + Clone {
    let probes = SCRIPTS.iter().map(|(_, text)| *text).chain(MARKS).chain(SPACES).chain(ODD);
    probes.chain(bench.texts.iter().map(String::as_str))
}

/// A number with bars at its borders.
fn barred(number: &str, cuts: &[usize]) -> String {
    let mut out = number.to_owned();
    cuts.iter().rev().for_each(|&at| out.insert(at, '|'));
    out
}

pub(super) fn digits(bench: &Bench<'_>) -> Result<Finding> {
    let mut scratch = Scratch::default();
    let mut random = Random::new(bench.seed);
    let (mut n, mut alike, mut example) = (0u64, 0u64, None);
    let mut cuts = Cuts::default();
    for length in LENGTHS {
        let first = 10usize.pow(length - 1);
        let mut ways: BTreeMap<Vec<usize>, (u64, String)> = BTreeMap::new();
        for _ in 0..NUMBERS {
            let number = (first + random.below(9 * first)).to_string();
            let text = format!("x {number} y");
            cuts.read(text.len(), &bench.judged.tokens(&text, &mut scratch)?);
            let way = cuts.within(2, 2 + number.len()).collect();
            ways.entry(way).or_insert((0, number)).0 += 1;
        }
        // The commonest way; of equally common ones the first.
        let most = ways.values().map(|(count, _)| *count).max().unwrap_or(0);
        n += NUMBERS as u64;
        alike += most;
        let usual = ways.iter().find(|(_, (count, _))| *count == most);
        let other = ways.iter().filter(|(way, _)| usual.is_none_or(|(usual, _)| usual != *way));
        if let (Some((way, (_, number))), Some((other, (_, odd)))) = (usual, other.max_by_key(|(_, (count, _))| *count))
        {
            example.get_or_insert_with(|| format!("{}, but {}", barred(number, way), barred(odd, other)));
        }
    }
    let share = alike as f64 / n as f64;
    let note = format!("of {} to {} digits", LENGTHS.start(), LENGTHS.end());
    Ok(if share >= CONSISTENT {
        Finding::new(Outcome::Pass, n, Some(share), note)
    } else {
        Finding::new(Outcome::Warn, n, Some(share), note).with(example)
    })
}

pub(super) fn pretokenizer(bench: &Bench<'_>) -> Result<Finding> {
    let (mut n, mut kept, mut example) = (0u64, 0u64, None::<String>);
    let mut lose = |text: &str, at: usize| {
        example.get_or_insert_with(|| text[at..].chars().take(20).collect());
    };
    if bench.is_foreign() {
        let mut scratch = Scratch::default();
        for text in texts(bench) {
            let tokens = bench.judged.tokens(text, &mut scratch)?;
            let mut next = tokens.iter().peekable();
            for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
                while next.next_if(|token| token.end <= at).is_some() {}
                let covered = next.peek().is_some_and(|token| token.start <= at);
                // What the normalizer leaves nothing of is not the pre-tokenizer's.
                let gone =
                    || Ok::<_, Error>(bench.normalized(&c.to_string())?.is_some_and(|left| left.trim().is_empty()));
                if !covered && gone()? {
                    continue;
                }
                n += 1;
                kept += u64::from(covered);
                if !covered {
                    lose(text, at);
                }
            }
        }
    } else {
        let splitter = &bench.judged.tokenizer.splitter;
        let cutter = Cutter::new(splitter)?;
        for text in texts(bench) {
            let normal = bench.normalized(text)?;
            let text = cutter.rewrite(normal.as_deref().unwrap_or(text), true);
            let visible = |part: &str| part.chars().filter(|c| !c.is_whitespace()).count() as u64;
            let mut last = 0;
            cutter.cut(&text, |start, end| {
                kept += visible(&text[start..end]);
                if visible(&text[last..start]) > 0 {
                    lose(&text, last);
                }
                last = end;
            });
            if visible(&text[last..]) > 0 {
                lose(&text, last);
            }
            n += visible(&text);
        }
    }
    let share = kept as f64 / n.max(1) as f64;
    let outcome = if share >= CONSERVED { Outcome::Pass } else { Outcome::Fail };
    let note = if kept == n { "all".to_owned() } else { format!("{} reach no token", n - kept) };
    Ok(Finding::new(outcome, n, Some(share), note).with(example))
}

pub(super) fn deterministic(bench: &Bench<'_>) -> Result<Finding> {
    let all: Vec<&str> = texts(bench).take(REPEATED).collect();
    let encoder = &bench.judged.encoder;
    let batch = encoder.encode_batch(&all, EncodeOptions::default())?;
    let mut scratch = Scratch::default();
    let (mut same, mut example) = (0u64, None);
    for (text, batched) in all.iter().zip(batch.documents()) {
        let again = bench.ids(text, &mut scratch)?;
        // The scratch knows its pieces now.
        let known = bench.ids(text, &mut scratch)?;
        if encoder.encode(text)? == batched && again == batched && known == batched {
            same += 1;
        } else {
            example.get_or_insert_with(|| text.chars().take(40).collect::<String>());
        }
    }
    let n = all.len() as u64;
    let outcome = if same == n { Outcome::Pass } else { Outcome::Fail };
    let note = if same == n { "all".to_owned() } else { format!("{} change", n - same) };
    Ok(Finding::new(outcome, n, Some(same as f64 / n as f64), note).with(example))
}

pub(super) fn packing(bench: &Bench<'_>) -> Result<Finding> {
    let added = &bench.judged.tokenizer.added;
    let end = bench.declared.roles.iter().find(|(role, _)| role == "eos").map(|(_, content)| content);
    let token = added.iter().find(|token| Some(&token.content) == end);
    let Some(token) = token.or_else(|| added.iter().find(|token| token.special && !token.content.is_empty())) else {
        return Ok(Finding::not_applicable("it has no special token to put between documents"));
    };
    let mut scratch = Scratch::default();
    let (mut n, mut same, mut example) = (0u64, 0u64, None);
    let all: Vec<&str> = texts(bench).take(REPEATED).collect();
    for pair in all.windows(2) {
        let joined = bench.ids(&[pair[0], &token.content, pair[1]].concat(), &mut scratch)?;
        let parts = [bench.ids(pair[0], &mut scratch)?, vec![token.id], bench.ids(pair[1], &mut scratch)?].concat();
        n += 1;
        same += u64::from(joined == parts);
        if joined != parts {
            let (before, after) = (pair[0].chars().rev().take(10).collect::<Vec<_>>(), pair[1].chars().take(10));
            let text: String = before.into_iter().rev().chain(token.content.chars()).chain(after).collect();
            example.get_or_insert(text);
        }
    }
    let outcome = if same == n { Outcome::Pass } else { Outcome::Warn };
    let note = format!("around `{}`", token.content);
    Ok(Finding::new(outcome, n, Some(same as f64 / n.max(1) as f64), note).with(example))
}

pub(super) fn stock(bench: &Bench<'_>) -> Result<Finding> {
    if bench.is_foreign() {
        return Ok(Finding::not_applicable("the `tokenizers` crate itself runs this model"));
    }
    let tokenizer = &bench.judged.tokenizer;
    let json = match hf::write_string(tokenizer) {
        Ok(json) => json,
        Err(e) => {
            let note = format!("it cannot be written as tokenizer.json: {e}");
            return Ok(Finding::new(Outcome::CannotTell, 0, None, note));
        }
    };
    let probes: Vec<String> = texts(bench).take(REPEATED).map(str::to_owned).collect();
    let n = (HOSTILE.len() + probes.len()) as u64;
    Ok(match against_tokenizers(tokenizer, &json, &probes) {
        Ok(verified) => Finding::new(Outcome::Pass, verified.texts as u64, None, verified.to_string()),
        Err(Error::Verify { why }) => Finding::new(Outcome::Fail, n, None, why),
        Err(e) => Finding::new(Outcome::Fail, n, None, format!("it does not load: {e}")),
    })
}
