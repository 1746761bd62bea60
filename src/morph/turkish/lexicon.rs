//! The lexicon: every form of every root in a finite-state transducer, with what each costs.
//!
//! A key is a form in letters ([`super::letters`]); its value is where its records begin, one for each root that has
//! this form. A record is a word class, a context, the way back to the lemma and a cost. Costs are in nats, negative
//! logarithms of probabilities that were fitted on raw text ([`super::fit`]).
//!
//! File layout, little-endian: magic, version, a hash of the grammar, four lengths, the cost of every edge and of ending
//! in every state (f32), the records (u32), the transducer.

use std::borrow::Cow;

use fst::raw::{Fst, Output};

use super::grammar::State;
use super::roots::Form;
use super::sound::Context;
use super::table::Table;
use super::undo::Undo;
use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"TOKTURK\0";
const VERSION: u32 = 1;
/// Steps of a quantized cost in a nat.
const STEPS: f32 = 12.0;

/// One root behind a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record(u32);

const LAST: u32 = 1 << 31;

impl Record {
    /// What is the same in all records of the form of a root, whatever they cost.
    const IDENTITY: u32 = !(LAST | 0xFF);

    fn new(form: &Form, cost: f32, last: bool) -> Record {
        let cost = (cost * STEPS).round().clamp(0.0, 255.0) as u32;
        let bits = cost
            | (form.context.0 as u32) << 8
            | (form.state as u32) << 14
            | (form.undo as u32) << 20
            | (u32::from(form.softened)) << 24;
        Record(bits | if last { LAST } else { 0 })
    }

    /// Its cost in nats.
    pub fn cost(self) -> f32 {
        (self.0 & 0xFF) as f32 / STEPS
    }

    /// What a suffix sees of it.
    pub fn context(self) -> Context {
        Context((self.0 >> 8) as u8 & 0x3F)
    }

    /// Its word class.
    pub fn state(self) -> State {
        State::ALL[(self.0 >> 14) as usize & 0x3F]
    }

    /// The lemma behind a form that has this record.
    pub fn lemma(self, form: &[u8]) -> Vec<u8> {
        Undo::from_number((self.0 >> 20) as u8 & 0xF).lemma(form, self.0 >> 24 & 1 == 1)
    }
}

/// Roots and costs.
pub(super) struct Lexicon {
    fst: Fst<Cow<'static, [u8]>>,
    records: Vec<Record>,
    /// The cost of every edge of the grammar.
    pub edges: Vec<f32>,
    /// The cost of ending in every state.
    pub ends: Vec<f32>,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lexicon({} forms)", self.records.len())
    }
}

/// What the file's costs belong to: the grammar's edges in their order.
fn grammar_hash() -> u32 {
    let mut hash = 0x811C_9DC5u32;
    let mut mix = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    for &state in State::ALL {
        format!("{state:?}").bytes().for_each(&mut mix);
        for edge in state.edges() {
            format!("{:?}{:?}{:?}{}", edge.suffix, edge.to, edge.when, edge.suffix.template())
                .bytes()
                .for_each(&mut mix);
        }
    }
    hash
}

impl Lexicon {
    /// A lexicon of forms with their costs in nats. Forms that occur twice cost the less of the two.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the transducer cannot be built.
    pub fn build(mut forms: Vec<(Form, f32)>, edges: &[f32], ends: &[f32]) -> Result<Vec<u8>> {
        forms.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        forms.dedup_by(|later, first| later.0 == first.0);
        let mut records = Vec::with_capacity(forms.len());
        let mut builder = fst::raw::Builder::memory();
        let failed = |e: fst::Error| Error::unsupported("lexicon", e.to_string());
        for (n, (form, cost)) in forms.iter().enumerate() {
            if n == 0 || forms[n - 1].0.letters != form.letters {
                builder.insert(&form.letters, n as u64).map_err(failed)?;
            }
            let last = forms.get(n + 1).is_none_or(|next| next.0.letters != form.letters);
            records.push(Record::new(form, *cost, last));
        }
        let fst = builder.into_inner().map_err(failed)?;
        let mut out = MAGIC.to_vec();
        for number in
            [VERSION, grammar_hash(), edges.len() as u32, ends.len() as u32, records.len() as u32, fst.len() as u32]
        {
            out.extend(number.to_le_bytes());
        }
        out.extend(edges.iter().chain(ends).flat_map(|cost| cost.to_le_bytes()));
        out.extend(records.iter().flat_map(|record| record.0.to_le_bytes()));
        out.extend(fst);
        Ok(out)
    }

    /// The lexicon in `bytes`.
    ///
    /// # Errors
    /// [`Error::Input`] where they are not what [`Lexicon::build`] made with this grammar.
    pub fn read(bytes: Cow<'static, [u8]>) -> Result<Lexicon> {
        let wrong = |why: &str| Error::input("", format!("not a lexicon of this version: {why}"));
        let word = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let number = |at: usize| word(at).ok_or_else(|| wrong("it is cut short"));
        if !bytes.starts_with(MAGIC) || number(8)? != VERSION {
            return Err(wrong("its first bytes are others"));
        }
        let table = Table::get();
        let (edges, ends, records) = (number(16)? as usize, number(20)? as usize, number(24)? as usize);
        if number(12)? != grammar_hash() || edges != table.edges() || ends != State::ALL.len() {
            return Err(wrong("it belongs to another grammar"));
        }
        let costs = (0..edges + ends).map(|n| number(32 + 4 * n).map(f32::from_bits)).collect::<Result<Vec<f32>>>()?;
        let at = 32 + 4 * (edges + ends);
        let records = (0..records).map(|n| number(at + 4 * n).map(Record)).collect::<Result<Vec<Record>>>()?;
        let at = at + 4 * records.len();
        if records.last().is_some_and(|r| r.0 & LAST == 0) {
            return Err(wrong("a record is damaged"));
        }
        let fst = match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(at..).unwrap_or_default()),
            Cow::Owned(bytes) => Cow::Owned(bytes.get(at..).unwrap_or_default().to_vec()),
        };
        let fst = Fst::new(fst).map_err(|e| wrong(&e.to_string()))?;
        Ok(Lexicon { fst, records, edges: costs[..edges].to_vec(), ends: costs[edges..].to_vec() })
    }

    /// The record of a number.
    pub fn record(&self, number: u32) -> Record {
        self.records[number as usize]
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is a record of the form, at whatever cost.
    pub fn holds(&self, form: &Form) -> bool {
        let wanted = Record::new(form, 0.0, false).0 & Record::IDENTITY;
        let mut held = false;
        self.prefixes(&form.letters, |len, number| {
            held |= len == form.letters.len() && self.record(number).0 & Record::IDENTITY == wanted;
        });
        held
    }

    /// The median cost of the forms of every word class, by its number; of all forms where a class has none.
    pub fn medians(&self) -> Vec<f32> {
        let median = |wanted: &dyn Fn(State) -> bool| {
            let mut costs: Vec<f32> =
                self.records.iter().filter(|r| wanted(r.state())).map(|record| record.cost()).collect();
            costs.sort_by(f32::total_cmp);
            costs.get(costs.len() / 2).copied()
        };
        let all = median(&|_| true).unwrap_or_default();
        State::ALL.iter().map(|&class| median(&|state| state == class).unwrap_or(all)).collect()
    }

    /// Calls `found(length, number of the record)` for every root that `letters` begin with, the shortest first.
    #[inline]
    pub fn prefixes(&self, letters: &[u8], mut found: impl FnMut(usize, u32)) {
        let mut node = self.fst.root();
        let mut output = Output::zero();
        for (n, &letter) in letters.iter().enumerate() {
            let Some(at) = node.find_input(letter) else { return };
            let transition = node.transition(at);
            output = output.cat(transition.out);
            node = self.fst.node(transition.addr);
            if node.is_final() {
                let first = output.cat(node.final_output()).value() as usize;
                for (number, record) in self.records.iter().enumerate().skip(first) {
                    found(n + 1, number as u32);
                    if record.0 & LAST != 0 {
                        break;
                    }
                }
            }
        }
    }
}
