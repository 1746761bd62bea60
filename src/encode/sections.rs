//! A document as sections: added tokens, and the text between them, normalized and rewritten.

use std::ops::Range;

use crate::error::Result;
use crate::vocab::Id;

use super::{EncodeOptions, Encoder};

/// Takes the sections of a document one by one.
pub(super) type Emit<'a> = dyn FnMut(Section<'_>) -> Result<()> + 'a;

/// A section of a document.
pub(super) enum Section<'a> {
    Added(Id, AddedAt),
    Text {
        /// Normalized and rewritten.
        text: &'a str,
        /// Its section of the raw document.
        raw: Range<usize>,
        /// Its part of the normalized section.
        normal: Range<usize>,
        first: bool,
    },
}

/// Where an added token stands: in the raw text, or in the normalized form of a raw section.
pub(super) struct AddedAt {
    pub(super) raw: Range<usize>,
    pub(super) normal: Option<Range<usize>>,
}

impl Encoder {
    /// Walks the sections of a document: added tokens, and the normalized and rewritten text between them.
    pub(super) fn sections(&self, text: &str, options: EncodeOptions, emit: &mut Emit<'_>) -> Result<()> {
        match &self.raw {
            None if text.is_empty() => Ok(()),
            None => self.normalized_sections(text, 0..text.len(), options, emit),
            Some(added) => added.sections(text, options.plain_specials, |(id, raw)| match id {
                Some(id) => emit(Section::Added(id, AddedAt { raw, normal: None })),
                None => self.normalized_sections(text, raw, options, emit),
            }),
        }
    }

    fn normalized_sections(
        &self,
        text: &str,
        raw: Range<usize>,
        options: EncodeOptions,
        emit: &mut Emit<'_>,
    ) -> Result<()> {
        let normal = self.normalizing.apply(&text[raw.clone()]);
        match &self.normalized {
            None if normal.is_empty() => Ok(()),
            None => self.rewritten(&normal, raw, 0..normal.len(), emit),
            Some(added) => added.sections(&normal, options.plain_specials, |(id, part)| match id {
                Some(id) => emit(Section::Added(id, AddedAt { raw: raw.clone(), normal: Some(part) })),
                None => self.rewritten(&normal, raw.clone(), part, emit),
            }),
        }
    }

    fn rewritten(&self, normal: &str, raw: Range<usize>, part: Range<usize>, emit: &mut Emit<'_>) -> Result<()> {
        let first = raw.start == 0 && part.start == 0;
        let text = self.cutter.rewrite(&normal[part.clone()], first);
        emit(Section::Text { text: &text, raw, normal: part, first })
    }
}
