//! Checks of what becomes of text.

use std::collections::BTreeMap;

use toktool::Result;
use toktool::encode::{EncodeOptions, Scratch};
use toktool::tokenizer::{Alphabet, Model};
use toktool::unicode::{Normalizer, Normalizing};

use super::bench::{bare, difference};
use super::probes::{COMPOSED, MARKS, ODD, SCRIPTS, SPACES, with_byte};
use super::{Bench, Finding, Loss, Outcome};
use toktool::inventory::Class;

/// Unknown tokens of a script beyond which a warning is due.
const UNKNOWN: f64 = 0.01;
/// More tokens for decomposed text beyond which a warning is due.
const DECOMPOSED: f64 = 0.25;

pub(super) fn bytes(bench: &Bench<'_>) -> Result<Finding> {
    let mut scratch = Scratch::default();
    let (mut n, mut lost) = (0, Vec::new());
    // Models that take any bytes are given those that no text has, too.
    let raw = bench.normalized("a")?.is_none()
        && match &bench.judged.tokenizer.model {
            Model::Bpe(model) => model.alphabet == Alphabet::Bytes || model.byte_fallback,
            Model::Foreign(_) => false,
        };
    for byte in 0..=255u8 {
        let mut comes_back = true;
        if let Some(c) = with_byte(byte) {
            n += 1;
            comes_back = !bench.trip(&format!("a{c}b"), &mut scratch)?.1.is_defect();
        } else if raw {
            n += 1;
        }
        if raw && comes_back {
            let mut ids = Vec::new();
            let encoder = &bench.judged.encoder;
            encoder.encode_bytes_into(&[b'a', byte], EncodeOptions::default(), &mut scratch, &mut ids)?;
            comes_back = encoder.decode(&ids, false).last() == Some(&byte);
        }
        if !comes_back {
            lost.push(byte);
        }
    }
    let share = (n - lost.len() as u64) as f64 / n as f64;
    let note = match lost.len() {
        0 if raw => "all, those that no UTF-8 text has included".to_owned(),
        0 => "all that UTF-8 text has".to_owned(),
        count => format!("{count} do not come back"),
    };
    // What no text has is missed only by those who encode other things than text.
    let needed = lost.iter().find(|&&byte| with_byte(byte).is_some());
    let outcome = match (lost.is_empty(), needed) {
        (true, _) => Outcome::Pass,
        (false, None) => Outcome::Warn,
        (false, Some(_)) => Outcome::Fail,
    };
    Ok(Finding::new(outcome, n, Some(share), note).with(needed.or(lost.first()).map(|&byte| vec![byte])))
}

/// How texts come back: losses by cause, and an example of the worst. `forgive` says of a text and what came back
/// whether that is as good.
fn survival<'t>(
    bench: &Bench<'_>,
    texts: impl IntoIterator<Item = &'t str>,
    forgive: impl Fn(&str, &[u8]) -> bool,
) -> Result<Finding> {
    let mut scratch = Scratch::default();
    let (mut n, mut causes) = (0u64, BTreeMap::<Loss, u64>::new());
    let mut worst: Option<(Loss, Vec<u8>)> = None;
    for text in texts {
        n += 1;
        let (decoded, loss) = bench.trip(text, &mut scratch)?;
        if loss == Loss::None || forgive(text, &decoded) {
            continue;
        }
        *causes.entry(loss).or_default() += 1;
        if worst.as_ref().is_none_or(|(known, _)| loss > *known) {
            worst = Some((loss, difference(text, &decoded)));
        }
    }
    let lost: u64 = causes.values().sum();
    let outcome = match &worst {
        None => Outcome::Pass,
        Some((loss, _)) if loss.is_defect() => Outcome::Fail,
        Some(_) => Outcome::Warn,
    };
    let note = if causes.is_empty() {
        "all come back".to_owned()
    } else {
        let named: Vec<String> = causes.iter().map(|(loss, count)| format!("{count} by {}", loss.name())).collect();
        format!("changed: {}", named.join(", "))
    };
    let share = (n > 0).then(|| (n - lost) as f64 / n as f64);
    Ok(Finding::new(outcome, n, share, note).with(worst.map(|(_, example)| example)))
}

pub(super) fn loss(bench: &Bench<'_>) -> Result<Finding> {
    let texts = SCRIPTS.iter().map(|(_, text)| *text).chain(bench.texts.iter().map(String::as_str));
    survival(bench, texts, |_, _| false)
}

pub(super) fn marks(bench: &Bench<'_>) -> Result<Finding> {
    let nfc = Normalizing::new(&[Normalizer::Nfc])?;
    let same = |text: &str, decoded: &[u8]| {
        std::str::from_utf8(decoded).is_ok_and(|back| bare(&nfc.apply(back)) == bare(&nfc.apply(text)))
    };
    survival(bench, MARKS, same)
}

pub(super) fn white_space(bench: &Bench<'_>) -> Result<Finding> {
    survival(bench, SPACES, |_, _| false)
}

pub(super) fn odd(bench: &Bench<'_>) -> Result<Finding> {
    survival(bench, ODD, |text, decoded| std::str::from_utf8(decoded).is_ok_and(|back| bare(back) == bare(text)))
}

pub(super) fn normalizer(bench: &Bench<'_>) -> Result<Finding> {
    let mut scratch = Scratch::default();
    let probes = || SCRIPTS.iter().map(|(_, text)| *text).chain(MARKS).chain(COMPOSED).chain(["ABC ABC"]);
    let declares = bench.declared.lower_case == Some(true);
    if bench.normalized("a")?.is_none() && !declares {
        return Ok(Finding::not_applicable("it declares no normalizer"));
    }
    if declares && bench.trip("ABC ABC", &mut scratch)?.1 == Loss::None {
        let note = "`tokenizer_config.json` says `do_lower_case`, and capitals stay";
        return Ok(Finding::new(Outcome::Fail, 1, Some(0.0), note).with(Some("ABC ABC")));
    }
    let (mut n, mut other, mut only_spaces) = (0u64, Vec::new(), true);
    for text in probes() {
        let Some(normal) = bench.normalized(text)? else { continue };
        only_spaces &= bare(&normal) == bare(text);
        // What changes again when it is done twice cannot be compared.
        if normal == text || bench.normalized(&normal)?.as_deref() != Some(&normal) {
            continue;
        }
        n += 1;
        if bench.ids(text, &mut scratch)? != bench.ids(&normal, &mut scratch)? {
            other.push(text.to_owned());
        }
    }
    // Text that an added token takes out before it is normalized.
    for token in bench.judged.tokenizer.added.iter().filter(|token| !token.special && !token.normalized) {
        let Some(normal) = bench.normalized(&token.content)? else { continue };
        n += 1;
        if bare(&normal) != bare(&token.content) {
            other.push(token.content.clone());
        }
    }
    if n == 0 && only_spaces {
        return Ok(Finding::not_applicable("its normalizer rewrites white space alone"));
    }
    if n == 0 {
        let note = "the normalizer leaves every text tried as it is, or changes it again the second time";
        return Ok(Finding::new(Outcome::CannotTell, 0, None, note));
    }
    let share = (n - other.len() as u64) as f64 / n as f64;
    let (outcome, note) = match other.len() {
        0 => (Outcome::Pass, "all".to_owned()),
        count => (Outcome::Fail, format!("{count} are encoded otherwise")),
    };
    Ok(Finding::new(outcome, n, Some(share), note).with(other.into_iter().next()))
}

pub(super) fn normal_forms(bench: &Bench<'_>) -> Result<Finding> {
    let form = |form| Normalizing::new(&[form]);
    let (nfc, nfd) = (form(Normalizer::Nfc)?, form(Normalizer::Nfd)?);
    let mut scratch = Scratch::default();
    let (mut composed, mut decomposed, mut folded) = (0u64, 0u64, 0);
    let (mut lost, mut dearest): (Option<String>, Option<(f64, String)>) = (None, None);
    for text in COMPOSED {
        let (one, other) = (nfc.apply(text), nfd.apply(text));
        let (a, b) = (bench.ids(&one, &mut scratch)?, bench.ids(&other, &mut scratch)?);
        composed += a.len() as u64;
        decomposed += b.len() as u64;
        folded += usize::from(a == b);
        let mut defect = |text: &str| -> Result<bool> { Ok(bench.trip(text, &mut scratch)?.1.is_defect()) };
        if lost.is_none() && defect(&other)? && !defect(&one)? {
            lost = Some(other.clone().into_owned());
        }
        let cost = b.len() as f64 / a.len().max(1) as f64;
        if dearest.as_ref().is_none_or(|(known, _)| cost > *known) {
            dearest = Some((cost, text.to_owned()));
        }
    }
    let more = decomposed as f64 / composed.max(1) as f64 - 1.0;
    let finding = |outcome, note: String| Finding::new(outcome, composed, Some(more), note);
    Ok(if let Some(text) = lost {
        finding(Outcome::Warn, "decomposed text is lost where composed text is not".to_owned()).with(Some(text))
    } else if folded == COMPOSED.len() {
        finding(Outcome::Pass, "both have the same ids".to_owned())
    } else if more > DECOMPOSED {
        finding(Outcome::Warn, format!("decomposed text takes {decomposed} tokens instead of {composed}"))
            .with(dearest.map(|(_, text)| text))
    } else {
        finding(Outcome::Pass, format!("{composed} tokens composed, {decomposed} decomposed"))
    })
}

pub(super) fn unknown(bench: &Bench<'_>) -> Result<Finding> {
    if !bench.judged.inventory.has_unknown {
        return Ok(Finding::not_applicable("it has no unknown token"));
    }
    let mut scratch = Scratch::default();
    let (mut n, mut worst, mut over) = (0, None::<(f64, &str)>, Vec::new());
    for (script, text) in SCRIPTS {
        let ids = bench.ids(text, &mut scratch)?;
        n += ids.len() as u64;
        let unknown = ids.iter().filter(|&&id| bench.judged.inventory.class(id) == Class::Unknown).count();
        let share = unknown as f64 / ids.len().max(1) as f64;
        if worst.is_none_or(|(known, _)| share > known) {
            worst = Some((share, text));
        }
        if share > UNKNOWN {
            over.push(script);
        }
    }
    let share = worst.map(|(share, _)| share);
    Ok(if over.is_empty() {
        Finding::new(Outcome::Pass, n, share, "at most 1 % in every script")
    } else {
        let note = format!("more than 1 % in {}", over.join(", "));
        Finding::new(Outcome::Warn, n, share, note).with(worst.map(|(_, text)| text))
    })
}
