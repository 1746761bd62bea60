//! The same text in several languages, line by line: what a language costs.

use rayon::prelude::*;
use toktool::encode::Scratch;
use toktool::{Error, Result};

use crate::blocks::MOST;
use crate::subject::Subject;

/// Lines that say the same in every language.
#[derive(Debug, Clone)]
pub struct ParallelText {
    /// Unique in a report.
    pub name: String,
    /// Each language with its lines.
    pub languages: Vec<(String, Vec<String>)>,
    /// Index of the language that the others are held against.
    pub pivot: usize,
}

impl ParallelText {
    /// Checks that the lines can belong together.
    ///
    /// # Errors
    /// [`Error::Config`] for fewer than two languages, one that is named twice, a pivot that is none of them, or unequal
    /// numbers of lines, with the numbers.
    pub fn new(name: &str, languages: Vec<(String, Vec<String>)>, pivot: &str) -> Result<ParallelText> {
        let known: Vec<&str> = languages.iter().map(|(lang, _)| lang.as_str()).collect();
        if let Some(twice) = known.iter().enumerate().find(|(n, lang)| known[..*n].contains(lang)) {
            return Err(Error::config("--parallel", format!("`{}` is given twice", twice.1)));
        }
        if languages.len() < 2 {
            return Err(Error::config("--parallel", "one language has nothing to be compared with")
                .with_hint("give it for each language: `--parallel en=a.txt --parallel tr=b.txt`"));
        }
        let Some(pivot) = known.iter().position(|lang| *lang == pivot) else {
            let why = format!("`{pivot}` is none of the languages given: {}", known.join(", "));
            return Err(Error::config("--pivot", why).with_hint("name one of them"));
        };
        let lines = languages[0].1.len();
        if languages.iter().any(|(_, l)| l.len() != lines) {
            let counts: Vec<String> = languages.iter().map(|(lang, l)| format!("{lang} {}", l.len())).collect();
            return Err(Error::config(
                "--parallel",
                format!("the files are not aligned; lines: {}", counts.join(", ")),
            )
            .with_hint("line n of each file has to say the same; empty lines count"));
        }
        Ok(ParallelText { name: name.to_owned(), languages, pivot })
    }
}

/// Sums over lines, for each language.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Costs {
    /// Index of the pivot language.
    pub pivot: usize,
    /// Lines that have tokens in every language.
    pub lines: u64,
    /// Tokens of each language.
    pub tokens: Vec<u64>,
    /// Sums over lines of tokens over those of the pivot.
    pub ratios: Vec<f64>,
}

impl Costs {
    /// Adds other sums.
    pub fn add(&mut self, other: &Costs) {
        self.pivot = other.pivot;
        self.lines += other.lines;
        self.tokens.resize(other.tokens.len().max(self.tokens.len()), 0);
        self.ratios.resize(other.ratios.len().max(self.ratios.len()), 0.0);
        self.tokens.iter_mut().zip(&other.tokens).for_each(|(a, b)| *a += b);
        self.ratios.iter_mut().zip(&other.ratios).for_each(|(a, b)| *a += b);
    }

    /// Gini of tokens per line over the languages: sum of |a - b| over all ordered pairs, over 2 · m² · mean. 0 is equal,
    /// 1 - 1/m the most.
    pub fn gini(&self) -> Option<f64> {
        let m = self.tokens.len() as f64;
        let sum: u64 = self.tokens.iter().sum();
        let apart: u64 = self.tokens.iter().flat_map(|&a| self.tokens.iter().map(move |&b| a.abs_diff(b))).sum();
        (sum > 0).then(|| apart as f64 / (2.0 * m * sum as f64))
    }

    /// The dearest language over the cheapest.
    pub fn max_over_min(&self) -> Option<f64> {
        let (min, max) = (self.tokens.iter().min()?, self.tokens.iter().max()?);
        (*min > 0).then(|| *max as f64 / *min as f64)
    }

    /// Standard deviation over mean.
    pub fn variation(&self) -> Option<f64> {
        let m = self.tokens.len() as f64;
        let mean = self.tokens.iter().sum::<u64>() as f64 / m;
        let squares: f64 = self.tokens.iter().map(|&t| (t as f64 - mean).powi(2)).sum();
        (mean > 0.0).then(|| (squares / m).sqrt() / mean)
    }
}

/// Costs of one tokenizer in blocks of lines, for the bootstrap.
///
/// # Errors
/// Only what a foreign model reports.
pub fn costs(subject: &Subject, text: &ParallelText) -> Result<Vec<Costs>> {
    let counted = text.languages.iter().map(|(_, lines)| {
        let parts: Result<Vec<Vec<u64>>> = lines
            .par_chunks(256)
            .map(|lines| {
                let (mut scratch, mut ends) = (Scratch::default(), Vec::new());
                lines.iter().map(|line| Ok(subject.tokens(line, &mut scratch, &mut ends)?.len() as u64)).collect()
            })
            .collect();
        Ok(parts?.concat())
    });
    let counted = counted.collect::<Result<Vec<Vec<u64>>>>()?;
    let lines = text.languages[0].1.len();
    let line = |n: usize| {
        let tokens: Vec<u64> = counted.iter().map(|language| language[n]).collect();
        // A line that is empty somewhere says nothing of what a language costs.
        if tokens.contains(&0) {
            let (tokens, ratios) = (vec![0; tokens.len()], vec![0.0; tokens.len()]);
            return Costs { pivot: text.pivot, lines: 0, tokens, ratios };
        }
        let pivot = tokens[text.pivot] as f64;
        Costs { pivot: text.pivot, lines: 1, ratios: tokens.iter().map(|&t| t as f64 / pivot).collect(), tokens }
    };
    let size = lines.div_ceil(MOST).max(1);
    let block = |start: usize| {
        let mut sum = Costs::default();
        (start..(start + size).min(lines)).for_each(|n| sum.add(&line(n)));
        sum
    };
    Ok((0..lines).step_by(size).map(block).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Baseline;

    fn text() -> ParallelText {
        let lines = |lines: &[&str]| lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
        let languages =
            vec![("en".to_owned(), lines(&["ab", "abcd", ""])), ("tr".to_owned(), lines(&["abcd", "abcd", "x"]))];
        ParallelText::new("p", languages, "en").unwrap()
    }

    /// Characters: en 2 and 4, tr 4 and 4; the third line is empty in English. Ratios 2 and 1: mean 1.5. Tokens 6 and 8:
    /// Gini (2 + 2)/(2 · 2 · 14) = 1/14; 8/6; mean 7, deviation 1.
    #[test]
    fn costs_by_hand() {
        let blocks = costs(&Subject::baseline(Baseline::Characters), &text()).unwrap();
        assert_eq!(blocks.len(), 3);
        let mut sum = Costs::default();
        blocks.iter().for_each(|block| sum.add(block));
        assert_eq!(sum, Costs { pivot: 0, lines: 2, tokens: vec![6, 8], ratios: vec![2.0, 3.0] });
        assert_eq!(sum.gini(), Some(1.0 / 14.0));
        assert_eq!(sum.max_over_min(), Some(8.0 / 6.0));
        assert_eq!(sum.variation(), Some(1.0 / 7.0));
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let lines = |n: usize| vec!["x".to_owned(); n];
        let refuse = |languages: Vec<(&str, usize)>, pivot| {
            let languages = languages.into_iter().map(|(l, n)| (l.to_owned(), lines(n))).collect();
            ParallelText::new("p", languages, pivot).unwrap_err().to_string()
        };
        assert!(refuse(vec![("en", 2), ("tr", 3)], "en").contains("en 2, tr 3"));
        assert!(refuse(vec![("en", 2)], "en").contains("nothing to be compared"));
        assert!(refuse(vec![("en", 2), ("tr", 2)], "de").contains("`de`"));
        assert!(refuse(vec![("en", 2), ("en", 2)], "en").contains("twice"));
    }
}
