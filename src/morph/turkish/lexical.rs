//! Which units are words of Turkish, and which are one morpheme.
//!
//! A morpheme is a form of a root in the lexicon (`kitap`, `kitab`, `başl`), or one suffix of the grammar in any spelling
//! that harmony, buffers and assimilation give it (`ler`, `yla`, `acağ`). A word is besides whatever the analyser knows,
//! guesses apart, and a chain of suffixes that may follow a root and end a word: `lerinden` is what is left of
//! `evlerinden`. Conventions:
//! 1. An apostrophe before a suffix is not part of it: `'da` is the suffix `da`, `'lerinden` a chain.
//! 2. Before an inner apostrophe any letters and digits will do (`Shakespeare'in`, `1992'de`): names are open.
//! 3. Case, canonical equivalence and circumflexes do not count. Names are roots, written with a capital or not.
//!
//! Sources: the lexicon and the grammar of the segmenter. The set of suffixes and the beginnings of chains follow from the
//! grammar alone and are made once. Complexity: a look-up, an analysis where that fails, and then O(letters x states).

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::grammar::State;
use super::letters::{Word, is_letter, letter};
use super::sound::{Context, Spelled, realize};
use super::suffix::Suffix;
use super::table::Table;
use super::{EMBEDDED, Lexicons, Turkish};
use crate::morph::lexical::{Folding, Lexical, version};

/// Every suffix as it may be spelled.
static SUFFIXES: LazyLock<FxHashSet<Vec<u8>>> = LazyLock::new(suffixes);
static CHAINS: LazyLock<Chains> = LazyLock::new(Chains::new);

/// The words and morphemes that a Turkish analyser knows.
#[derive(Debug)]
pub struct Lexis {
    turkish: Turkish,
    name: String,
}

impl Lexis {
    /// Those of `turkish`, roots that were added included.
    pub fn new(turkish: Turkish) -> Lexis {
        let lexicon = match &turkish.lexicon {
            Lexicons::Embedded(_) => format!("sha256 {}", version(EMBEDDED)),
            Lexicons::Own(own) => format!("the user's, {} forms", own.len()),
        };
        let added = turkish.added.as_ref().map_or(String::new(), |added| format!(", {} forms added", added.len()));
        Lexis { turkish, name: format!("Turkish analyser, lexicon {lexicon}{added}") }
    }

    fn is_root(&self, letters: &[u8]) -> bool {
        let lexicons = [Some(self.turkish.lexicon()), self.turkish.added.as_deref()];
        lexicons.into_iter().flatten().any(|lexicon| {
            let mut found = false;
            lexicon.prefixes(letters, |len, _| found |= len == letters.len());
            found
        })
    }

    /// Whether one morpheme is all there is.
    fn is_single(&self, word: &Word) -> bool {
        match word.letters() {
            [b'\'', suffix @ ..] => SUFFIXES.contains(suffix),
            letters => SUFFIXES.contains(letters) || self.is_root(letters),
        }
    }
}

impl Lexical for Lexis {
    fn is_word(&self, unit: &str) -> bool {
        let Some(word) = Word::new(unit) else { return false };
        let letters = word.letters();
        let stem = letters.iter().rposition(|&l| l == b'\'').map_or(0, |at| at);
        if !letters[..stem].iter().all(|&l| is_letter(l) || l.is_ascii_digit()) {
            return false;
        }
        self.is_single(&word) || !self.turkish.strict(unit, &word).is_empty() || CHAINS.accept(&word)
    }

    fn is_morpheme(&self, unit: &str) -> bool {
        Word::new(unit).is_some_and(|word| self.is_single(&word))
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn folding(&self) -> Folding {
        Folding::of("tr")
    }
}

/// Contexts that the letters before a suffix can make, each with a last letter that makes it.
fn contexts() -> impl Iterator<Item = (u8, Context)> {
    let harmony = [0, Context::FRONT, Context::ROUND, Context::FRONT | Context::ROUND];
    // What conditions ask of a last letter: a vowel, l, r, another consonant, a voiceless one.
    let lasts = [('a', Context::VOWEL), ('l', 0), ('r', 0), ('n', 0), ('t', Context::VOICELESS)];
    harmony.into_iter().flat_map(move |bits| lasts.map(|(last, more)| (letter(last), Context(bits | more))))
}

fn suffixes() -> FxHashSet<Vec<u8>> {
    let spell = |suffix: &Suffix, context| [false, true].map(|soft| realize(suffix.template(), context, soft));
    contexts().flat_map(|(_, context)| Suffix::ALL.iter().flat_map(move |suffix| spell(suffix, context))).collect()
}

/// What may begin a chain of suffixes: the steps out of the classes of roots, whatever the root.
#[derive(Debug)]
struct Chains {
    /// By first letter.
    first: Vec<Vec<(Spelled, State)>>,
}

impl Chains {
    fn new() -> Chains {
        let mut first: Vec<Vec<(Spelled, State)>> = vec![Vec::new(); 256];
        let roots = State::ALL.iter().copied().filter(|&state| state < State::NounD);
        for (state, (last, context)) in roots.flat_map(|state| contexts().map(move |row| (state, row))) {
            for next in (0..=u8::MAX).filter(|&l| is_letter(l)) {
                let steps = Table::get().steps(state, context, next).iter();
                let known = &mut first[usize::from(next)];
                for step in steps.filter(|step| step.spelled.first() == Some(next) && step.when.holds(last, context)) {
                    if !known.contains(&(step.spelled, step.to)) {
                        known.push((step.spelled, step.to));
                    }
                }
            }
        }
        Chains { first }
    }

    /// Whether suffixes are all there is, in an order in which they may follow a root and end a word.
    fn accept(&self, word: &Word) -> bool {
        let letters = word.letters();
        if !letters.iter().all(|&l| is_letter(l)) {
            return false;
        }
        // What has been reached after so many letters. Few states are, so a list finds them as fast as a set.
        let mut reached: Vec<Vec<(State, Context)>> = vec![Vec::new(); letters.len() + 1];
        for (spelled, to) in &self.first[usize::from(letters[0])] {
            if spelled.matches(word.eight(0)) {
                reach(&mut reached, usize::from(spelled.len), *to, spelled.after);
            }
        }
        for at in 1..letters.len() {
            for (state, context) in std::mem::take(&mut reached[at]) {
                for step in Table::get().steps(state, context, letters[at]) {
                    let fits = step.spelled.matches(word.eight(at)) && context.admits(step.spelled.vowel_first);
                    if fits && step.when.holds(letters[at - 1], context) {
                        reach(&mut reached, at + usize::from(step.spelled.len), step.to, step.spelled.after);
                    }
                }
            }
        }
        reached[letters.len()].iter().any(|(state, context)| context.may_end() && state.is_final())
    }
}

fn reach(reached: &mut [Vec<(State, Context)>], at: usize, state: State, context: Context) {
    if let Some(here) = reached.get_mut(at).filter(|here| !here.contains(&(state, context))) {
        here.push((state, context));
    }
}

#[cfg(test)]
mod tests;
