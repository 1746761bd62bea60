//! One tokenizer on gold words: everything that the metrics of morphology ask.

use toktool::Result;

use crate::alignment::baseline::{characters, random, rate, whole_words};
use crate::alignment::boundary::{WordScore, macro_average, word_scores};
use crate::alignment::consistency::{self, Consistency, FirstToken, consistency, lemma_first_token};
use crate::alignment::emma::{self, Emma, emma2};
use crate::alignment::morphscore::{self, V2};
use crate::alignment::sequence::{SequenceRates, sequence_rates, sequence_scores};
use crate::alignment::stem::{AffixRates, affix_rates, stem_scores};
use crate::alignment::{self, Prediction, Prf, allomorph, predict_tokens, words};
use crate::blocks::MOST;
use crate::counts::sums;
use crate::gold::GoldWord;
use crate::subject::{Baseline, Kind, Subject};

/// Affixes that are seen less often have no share of their own.
const SEEN: u64 = 20;

sums! {
    /// Sums over words.
    Sums:
    /// Words whose boundaries are known.
    words,
    /// Boundaries that are right, made, wanted.
    hit,
    /// See `hit`.
    made,
    /// See `hit`.
    wanted,
    /// Places between characters.
    positions,
    /// Words with all boundaries right and none too many.
    exact,
    /// Words kept whole.
    whole,
    /// Words of two or more pieces, and the same of them.
    multi_words,
    /// See `multi_words`.
    multi_hit,
    /// See `multi_words`.
    multi_made,
    /// See `multi_words`.
    multi_wanted,
    /// See `multi_words`.
    multi_exact,
    /// Boundaries, each as often as its word occurs.
    weighted_hit,
    /// See `weighted_hit`.
    weighted_made,
    /// See `weighted_hit`.
    weighted_wanted,
    /// Words with a stem.
    stems,
    /// Stems that are one token.
    whole_stems,
    /// Stems with something after or before them.
    inflected,
    /// Those of which a token straddles the border.
    straddled,
    /// Words with a boundary that are not kept whole, for MorphScore.
    scored,
    /// Those of them with the first boundary right.
    first_hit,
}

/// What came of one tokenizer.
#[derive(Debug)]
pub struct Aligned {
    /// Over all words.
    pub total: Sums,
    /// In blocks of words, for the bootstrap.
    pub blocks: Vec<Sums>,
    /// Means over words.
    pub macro_average: Prf,
    /// MorphScore of the second version, with its usual options.
    pub morphscore: V2,
    /// How often affixes are tokens.
    pub affixes: AffixRates,
    /// Morphemes and tokens as sequences.
    pub sequence: SequenceRates,
    /// EMMA-2.
    pub emma: Emma,
    /// Pairs of words that share tokens and morphemes.
    pub consistency: Consistency,
    /// The same without tokens of one letter.
    pub consistency_letters: Consistency,
    /// Lemmas whose forms begin with the same token.
    pub first_token: FirstToken,
    /// Bits of the ways in which an affix is cut.
    pub allomorph_bits: Option<f64>,
}

impl Aligned {
    /// Judges a tokenizer or baseline on gold words. `random_rate` is how often `baseline:random` cuts between characters.
    ///
    /// # Errors
    /// Only what a foreign model reports.
    pub fn new(subject: &Subject, gold: &[GoldWord], random_rate: f64, seed: u64) -> Result<Aligned> {
        let list = words(gold);
        let prediction = match &subject.kind {
            Kind::Tokenizer(judged) => predict_tokens(&judged.encoder, &list)?,
            Kind::Baseline(baseline) => {
                let cuts = match baseline {
                    Baseline::Characters => characters(&list),
                    Baseline::Bytes => alignment::baseline::bytes(&list),
                    Baseline::Words => whole_words(&list),
                    Baseline::Random { .. } => random(&list, random_rate, seed),
                };
                Prediction::of_cuts(&list, &cuts)
            }
        };
        let cuts = &prediction.cuts;
        let scores = word_scores(gold, cuts);
        let mut rows = vec![Sums::default(); gold.len()];
        scores.iter().for_each(|score| boundaries(score, &mut rows[score.row]));
        for score in stem_scores(gold, cuts) {
            let sums = &mut rows[score.row];
            sums.stems += 1;
            sums.whole_stems += u64::from(score.intact);
            sums.inflected += u64::from(score.straddled.is_some());
            sums.straddled += u64::from(score.straddled == Some(true));
        }
        for item in morphscore::items(gold, cuts).iter().filter(|item| item.split) {
            rows[item.row].scored += 1;
            rows[item.row].first_hit += u64::from(item.hit);
        }
        let sum = |rows: &[Sums]| {
            let mut sum = Sums::default();
            rows.iter().for_each(|row| sum.add(row));
            sum
        };
        let options = consistency::Options { seed, ..Default::default() };
        Ok(Aligned {
            total: sum(&rows),
            blocks: rows.chunks(rows.len().div_ceil(MOST).max(1)).map(sum).collect(),
            macro_average: macro_average(&scores),
            morphscore: morphscore::v2(&scores, &morphscore::Options::default()),
            affixes: affix_rates(gold, cuts, SEEN),
            sequence: sequence_rates(&sequence_scores(gold, cuts)),
            emma: emma2(gold, &prediction, &emma::Options { seed, ..Default::default() }),
            consistency: consistency(gold, &prediction, &options),
            consistency_letters: consistency(
                gold,
                &prediction,
                &consistency::Options { ignore_single: true, ..options },
            ),
            first_token: lemma_first_token(gold, &prediction),
            allomorph_bits: allomorph::allomorphy(gold, &prediction, SEEN).bits,
        })
    }
}

fn boundaries(score: &WordScore, sums: &mut Sums) {
    let (hit, made, wanted) = (u64::from(score.hit), u64::from(score.made), u64::from(score.wanted));
    sums.words += 1;
    sums.hit += hit;
    sums.made += made;
    sums.wanted += wanted;
    sums.positions += u64::from(score.positions);
    sums.exact += u64::from(score.exact());
    sums.whole += u64::from(score.made == 0);
    sums.weighted_hit = sums.weighted_hit.saturating_add(hit.saturating_mul(score.weight));
    sums.weighted_made = sums.weighted_made.saturating_add(made.saturating_mul(score.weight));
    sums.weighted_wanted = sums.weighted_wanted.saturating_add(wanted.saturating_mul(score.weight));
    if score.multi {
        sums.multi_words += 1;
        sums.multi_hit += hit;
        sums.multi_made += made;
        sums.multi_wanted += wanted;
        sums.multi_exact += u64::from(score.exact());
    }
}

/// How often the tokenizers cut between characters of gold words, on average over the tokenizers.
///
/// # Errors
/// Only what a foreign model reports.
pub fn random_rate(tokenizers: &[Subject], gold: &[GoldWord]) -> Result<f64> {
    let list = words(gold);
    let (mut sum, mut known) = (0.0, 0);
    for judged in tokenizers.iter().filter_map(Subject::judged) {
        let cuts = alignment::predict(&judged.encoder, &list)?;
        if let Some(rate) = rate(&word_scores(gold, &cuts)) {
            sum += rate.min(1.0);
            known += 1;
        }
    }
    Ok(if known > 0 { sum / f64::from(known) } else { 0.0 })
}
