//! stub
mod merges;
use crate::{Result, tokenizer::*, vocab::Id};
/// stub
pub struct Encoder {
    t: merges::MergeTable,
}
impl Encoder {
    /// stub
    pub fn new(t: &Tokenizer) -> Result<Encoder> {
        let Model::Bpe(m) = &t.model else { panic!() };
        Ok(Encoder { t: merges::MergeTable::new(&m.vocab.merges) })
    }
    /// stub
    pub fn merge_symbols(&self, ids: &mut Vec<Id>) {
        self.t.merge(ids, &mut Default::default())
    }
}
