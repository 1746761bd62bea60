//! What the table of this module says about a character, by the properties of `icu_properties`.
//!
//! Shared by the program that writes the table (`examples/cluster_table.rs`) and the test that checks it; no part of
//! the library.

use icu_properties::props::{
    ExtendedPictographic, GeneralCategory as Gc, GeneralCategoryGroup, GraphemeClusterBreak as Gcb,
    IndicConjunctBreak as Incb, IndicSyllabicCategory as Insc, LogicalOrderException,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The flags of a character, see `cluster.rs`.
pub fn flags(c: char) -> u8 {
    let gc = CodePointMapData::<Gc>::new().get(c);
    let insc = CodePointMapData::<Insc>::new().get(c);
    let gcb = CodePointMapData::<Gcb>::new().get(c);
    let incb = CodePointMapData::<Incb>::new().get(c);

    let is_dependent = matches!(
        insc,
        Insc::VowelDependent
            | Insc::Virama
            | Insc::Nukta
            | Insc::Bindu
            | Insc::Visarga
            | Insc::PureKiller
            | Insc::InvisibleStacker
    );
    // Thai and its kin write some vowels before the consonant that they follow in speech.
    let is_written_before = CodePointSetData::new::<LogicalOrderException>().contains(c);
    let is_joiner = matches!(c, '\u{200c}' | '\u{200d}');
    let is_mark = GeneralCategoryGroup::Mark.contains(gc) || is_joiner || is_dependent && !is_written_before;
    let extends = is_mark || matches!(gcb, Gcb::Extend | Gcb::SpacingMark | Gcb::ZWJ | Gcb::V | Gcb::T);

    let is_virama = matches!(insc, Insc::Virama | Insc::InvisibleStacker);
    let begins_grapheme = incb == Incb::Linker || matches!(gcb, Gcb::Prepend | Gcb::L);
    let begins_akshara = begins_grapheme || is_virama && !matches!(c, '\u{bcd}' | '\u{dca}');

    let is_letter = GeneralCategoryGroup::Letter.contains(gc);
    let joins = is_letter
        && !is_mark
        && matches!(
            insc,
            Insc::Consonant
                | Insc::ConsonantDead
                | Insc::ConsonantHeadLetter
                | Insc::ConsonantPlaceholder
                | Insc::ConsonantWithStacker
                | Insc::VowelIndependent
        );
    let is_pictographic = CodePointSetData::new::<ExtendedPictographic>().contains(c);

    [
        is_mark,
        extends,
        begins_grapheme,
        begins_akshara,
        joins,
        is_virama,
        gcb == Gcb::RegionalIndicator,
        is_pictographic,
    ]
    .iter()
    .enumerate()
    .fold(0, |flags, (bit, &is)| flags | u8::from(is) << bit)
}
