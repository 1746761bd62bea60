//! Which texts no normalizer and no rewriting lets through.
//!
//! Proofs, from the last step backwards, about stretches of a token that must have stood in a step's output as they are:
//!
//! 1. A normal form is closed under taking substrings and leaves a normal text as it is; so a stretch that the form
//!    changes is in no text that has the form.
//! 2. Lower case works on single characters and never yields one that it would change.
//! 3. A character that is replaced everywhere by something without it is gone.
//! 4. A step that puts text in or takes text out lets a stretch through where it is free of what was put in; where it
//!    takes out, or finds by a regular expression, only single characters are followed.
//!
//! What is not proved counts as possible.

use crate::error::Result;
use crate::text::Rewrite;
use crate::unicode::{Normalizer, Normalizing};

/// The normalizers of a tokenizer and its rewriting, for questions about single stretches of text.
#[derive(Debug)]
pub(super) struct Fold {
    steps: Vec<(Normalizer, Normalizing)>,
    rewrite: Option<Rewrite>,
}

impl Fold {
    pub(super) fn new(normalizers: &[Normalizer], rewrite: Option<Rewrite>) -> Result<Fold> {
        let alone = |n: &Normalizer| Ok((n.clone(), Normalizing::new(std::slice::from_ref(n))?));
        Ok(Fold { steps: normalizers.iter().map(alone).collect::<Result<_>>()?, rewrite })
    }

    /// Whether it is proved that no text has `text` in it once it is normalized and rewritten.
    pub(super) fn excludes(&self, text: &str) -> bool {
        let mut stretches: Vec<String> = vec![text.to_owned()];
        match self.rewrite {
            None => {}
            Some(Rewrite::PrefixSpace) => stretches = vec![text.strip_prefix(' ').unwrap_or(text).to_owned()],
            Some(Rewrite::Metaspace { mark, .. }) => {
                if mark != ' ' && text.contains(' ') {
                    return true;
                }
                stretches = free_of(&stretches, &mark.to_string());
            }
        }
        for (step, alone) in self.steps.iter().rev() {
            match step {
                Normalizer::Strip { .. } => {}
                Normalizer::Prepend(put) => stretches = free_of(&stretches, put),
                Normalizer::Replace { from, regex, to } => {
                    let mut all = from.chars();
                    if let (false, Some(c), None) = (*regex, all.next(), all.next())
                        && !to.contains(c)
                        && stretches.iter().any(|s| s.contains(c))
                    {
                        return true;
                    }
                    stretches = free_of(&stretches, to);
                    if *regex || to.is_empty() {
                        stretches = stretches.iter().flat_map(|s| s.chars()).map(String::from).collect();
                    }
                }
                // What comes before these is not followed: they may make anything of it.
                Normalizer::Nfc | Normalizer::Nfd | Normalizer::Nfkc | Normalizer::Nfkd | Normalizer::Lowercase => {
                    return stretches.iter().any(|s| alone.apply(s) != *s);
                }
            }
        }
        false
    }
}

/// The longest stretches without any character of `put`.
fn free_of(stretches: &[String], put: &str) -> Vec<String> {
    let parts = stretches.iter().flat_map(|s| s.split(|c| put.contains(c)));
    parts.filter(|s| !s.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lower_case_never_yields_what_it_would_change() {
        let lower = Normalizing::new(&[Normalizer::Lowercase]).unwrap();
        for c in '\0'..=char::MAX {
            let once = lower.apply(c.encode_utf8(&mut [0; 4])).into_owned();
            for c in once.chars() {
                assert_eq!(lower.apply(&c.to_string()), c.to_string());
            }
        }
    }

    fn letters() -> impl Strategy<Value = String> {
        let near = prop::sample::select(
            "aAéeE\u{301}\u{327}\u{323}İıǅﬁ½각\u{1100}\u{1161}\u{11a8}\u{93c}क▁ b".chars().collect::<Vec<_>>(),
        );
        prop::collection::vec(prop_oneof![3 => near, 1 => any::<char>()], 0..8)
            .prop_map(|all| all.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_that_comes_out_is_excluded(
            text in letters(),
            picks in prop::collection::vec(0usize..11, 0..4),
            rewriting in 0usize..3,
            cut in any::<prop::sample::Index>(),
            len in 0usize..5,
        ) {
            let replace = |from: &str, regex, to: &str| Normalizer::Replace { from: from.into(), regex, to: to.into() };
            let all = [
                Normalizer::Nfc,
                Normalizer::Nfd,
                Normalizer::Nfkc,
                Normalizer::Nfkd,
                Normalizer::Lowercase,
                Normalizer::Strip { left: true, right: true },
                Normalizer::Prepend("▁".into()),
                replace(" ", false, "▁"),
                replace("a", false, ""),
                replace("A", false, "bE"),
                replace("e|\u{301}", true, ""),
            ];
            let steps: Vec<Normalizer> = picks.into_iter().map(|n| all[n].clone()).collect();
            let rewrite = [
                None,
                Some(Rewrite::PrefixSpace),
                Some(Rewrite::Metaspace { mark: '▁', prepend: crate::text::Prepend::Always }),
            ][rewriting];
            let splitter = crate::text::Splitter { rewrite, splits: Vec::new() };
            let normal = Normalizing::new(&steps).unwrap().apply(&text).into_owned();
            let cutter = crate::text::Cutter::new(&splitter).unwrap();
            let out: Vec<char> = cutter.rewrite(&normal, true).chars().collect();
            prop_assume!(!out.is_empty());
            let start = cut.index(out.len());
            let part: String = out[start..].iter().take(len).collect();
            prop_assert!(!Fold::new(&steps, rewrite).unwrap().excludes(&part), "{:?} of {:?}", part, text);
        }
    }
}
