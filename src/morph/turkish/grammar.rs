//! Morphotactics: which suffix may follow which, as states and edges.
//!
//! A root starts in the state of its word class; a suffix leads from state to state; a word may end in most of them.
//! Classes and slots follow the usual description of Turkish (number, possession, case, `-ki`, copula, person; voice,
//! ability, negation, tense, person). Where two grammars differ, the cut is what counts here, and the conventions are:
//! 1. Buffers `y n s ş` belong to the suffix; changes of the stem stay in the stem (`kitab ı`, `anl ıyor`).
//! 2. Copula and person are pieces of their own (`gel di m`); `-Iyor`, `-ArAK`, `-mAdAn` and the like are one each.
//! 3. What makes no sound makes no piece: nominative, third person singular, present copula have no edge.
//! 4. Readings that cut alike share an edge: `-AcAK` and `-mIş` are tense and participle at once.

use super::sound::When;
use super::suffix::Suffix;

macro_rules! states {
    ($($name:ident),* $(,)?) => {
        /// What a word is made of so far.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub(super) enum State { $($name),* }

        impl State {
            /// Every state, in the order of their numbers.
            pub const ALL: &[State] = &[$(State::$name),*];
        }
    };
}

states! {
    // Root classes; a record has six bits for one.
    Noun, Time, Proper, Adj, Adv, Num, Word, Comp, CompBare, Su, Ne, Ben, Sen, Biz, Siz, BanSan, Dem, Kendi, PronP3, Ques, Pred,
    VerbV, VerbA, VerbI, VerbP, VerbDrop, VerbSyncope, VerbDi, ToBe,
    // What suffixes make.
    NounD, AdjD, Plur, Poss, Poss3, DatS, AccS, LocS, AblS, GenS, InsS, EquS, KiS, VerbAble, VerbNeg, VerbNegProg, Inf1S,
    PartS, PastPartS, Inf2S, ProgS, Prog2S, FutS, NarrS, AorS, NegAorS, PastS, DesireS, OptS, NecesS, PastC, NarrC, CondC, WhileS,
    TenseA3pl, Person, CopS, Conv, End,
}

/// A suffix that may follow, and what it leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub suffix: Suffix,
    pub to: State,
    pub when: When,
}

type Row = (Suffix, State);
use State as T;
use Suffix as S;

const CASES: &[Row] = &[
    (S::Dat, T::DatS),
    (S::Acc, T::AccS),
    (S::Loc, T::LocS),
    (S::Abl, T::AblS),
    (S::Gen, T::GenS),
    (S::Ins, T::InsS),
    (S::Equ, T::EquS),
];
const CASES_BUT_GENITIVE: &[Row] =
    &[(S::Dat, T::DatS), (S::Acc, T::AccS), (S::Loc, T::LocS), (S::Abl, T::AblS), (S::Equ, T::EquS)];
const POSSESSION: &[Row] =
    &[(S::P1sg, T::Poss), (S::P2sg, T::Poss), (S::P3sg, T::Poss3), (S::P1pl, T::Poss), (S::P2pl, T::Poss)];
const NUMBER: &[Row] = &[(S::Plural, T::Plur)];
/// Cases after third person possession, `-ki` and pronouns.
const N_CASES: &[Row] = &[
    (S::NDat, T::DatS),
    (S::NAcc, T::AccS),
    (S::NLoc, T::LocS),
    (S::NAbl, T::AblS),
    (S::NGen, T::GenS),
    (S::Ins, T::InsS),
    (S::NEqu, T::EquS),
];
const PRESENT: &[Row] = &[(S::A1sg, T::Person), (S::A2sg, T::Person), (S::A1pl, T::Person), (S::A2pl, T::Person)];
const COPULA: &[Row] =
    &[(S::Cop, T::CopS), (S::PastCop, T::PastC), (S::NarrCop, T::NarrC), (S::CondCop, T::CondC), (S::While, T::WhileS)];
const THEY: &[Row] = &[(S::A3pl, T::TenseA3pl)];
const SHORT_PERSONS: &[Row] = &[
    (S::ShortA1sg, T::Person),
    (S::ShortA2sg, T::Person),
    (S::ShortA1pl, T::Person),
    (S::ShortA2pl, T::Person),
    (S::A3pl, T::TenseA3pl),
];
const FROM_NOUN: &[Row] = &[
    (S::With, T::AdjD),
    (S::Without, T::AdjD),
    (S::Ness, T::NounD),
    (S::Agent, T::NounD),
    (S::Dim, T::NounD),
    (S::DimPity, T::NounD),
    (S::Related, T::AdjD),
    (S::Like, T::AdjD),
    (S::LikeSI, T::AdjD),
    (S::Become, T::VerbP),
    (S::Acquire, T::VerbP),
    (S::AsIf, T::EquS),
];
const FROM_NUMBER: &[Row] = &[(S::Ordinal, T::AdjD), (S::Each, T::AdjD)];
/// What a verb takes whether negated or not.
const VERBAL: &[Row] = &[
    (S::Prog2, T::Prog2S),
    (S::Fut, T::FutS),
    (S::Past, T::PastS),
    (S::Narr, T::NarrS),
    (S::Desire, T::DesireS),
    (S::Optative, T::OptS),
    (S::Necessity, T::NecesS),
    (S::ImpA3sg, T::End),
    (S::ImpA2pl, T::End),
    (S::ImpA2plPolite, T::End),
    (S::ImpA3pl, T::End),
    (S::ImpPlease, T::End),
    (S::ImpPleasePl, T::End),
    (S::PresPart, T::PartS),
    (S::PastPart, T::PastPartS),
    (S::FeelLike, T::NounD),
    (S::Inf1, T::Inf1S),
    (S::Inf2, T::Inf2S),
    (S::Inf3, T::NounD),
    (S::Doer, T::NounD),
    (S::AfterDoing, T::Conv),
    (S::ByDoing, T::Conv),
    (S::When, T::Conv),
    (S::Since, T::Conv),
    (S::AsLongAs, T::Conv),
    (S::Able, T::VerbAble),
    (S::Hastily, T::VerbAble),
];
/// A verb that ends in a vowel loses it before this, and stands in [`State::VerbDrop`].
const PROGRESSIVE: &[Row] = &[(S::Prog, T::ProgS)];
/// What only a verb that is not negated takes.
const POSITIVE: &[Row] = &[
    (S::Neg, T::VerbNeg),
    (S::NegProg, T::VerbNegProg),
    (S::NotState, T::NounD),
    (S::Without1, T::End),
    (S::Without2, T::End),
];
const UNABLE: &[Row] = &[(S::Unable, T::VerbNeg), (S::UnableProg, T::VerbNegProg), (S::Unable1, T::End)];
const AUXILIARIES: &[Row] = &[
    (S::Stay, T::VerbAble),
    (S::EverSince, T::VerbAble),
    (S::Almost, T::VerbAble),
    (S::Repeat, T::VerbAble),
    (S::Start, T::VerbAble),
];

/// The rows of a state that hold whatever stands before.
fn rows(state: State) -> Vec<&'static [Row]> {
    match state {
        T::Noun | T::NounD => vec![NUMBER, POSSESSION, CASES, FROM_NOUN, PRESENT, COPULA],
        T::Proper => vec![NUMBER, POSSESSION, CASES, FROM_NOUN, PRESENT, COPULA],
        T::Time => vec![NUMBER, POSSESSION, CASES, FROM_NOUN, PRESENT, COPULA, &[(S::Ki, T::KiS)]],
        T::Adj | T::AdjD => vec![NUMBER, POSSESSION, CASES, FROM_NOUN, PRESENT, COPULA],
        T::Num => vec![NUMBER, POSSESSION, CASES, FROM_NOUN, FROM_NUMBER, PRESENT, COPULA],
        T::Adv => vec![PRESENT, COPULA, &[(S::Ki, T::KiS), (S::Ness, T::NounD), (S::Dim, T::EquS)]],
        T::Pred => vec![PRESENT, COPULA, THEY],
        T::Comp => vec![N_CASES, PRESENT, COPULA],
        T::CompBare => vec![
            &[(S::Plural, T::Plur), (S::P1sg, T::Poss), (S::P2sg, T::Poss), (S::P1pl, T::Poss)],
            &[(S::P2pl, T::Poss), (S::With, T::AdjD), (S::Without, T::AdjD), (S::Agent, T::NounD), (S::Ness, T::NounD)],
        ],
        T::Su => vec![
            NUMBER,
            CASES,
            FROM_NOUN,
            COPULA,
            &[(S::YP1sg, T::Poss), (S::YP2sg, T::Poss), (S::YP3sg, T::Poss3), (S::YP1pl, T::Poss), (S::YP2pl, T::Poss)],
            &[(S::YGen, T::GenS)],
        ],
        T::Ne => vec![NUMBER, POSSESSION, CASES, COPULA, PRESENT, &[(S::YGen, T::GenS), (S::YP1sg, T::Poss)]],
        T::Ben => vec![
            &[(S::Acc, T::AccS), (S::Loc, T::LocS), (S::Abl, T::AblS), (S::GenIm, T::GenS), (S::InsIm, T::InsS)],
            &[(S::Equ, T::EquS), (S::With, T::AdjD), (S::Without, T::AdjD)],
            PRESENT,
            COPULA,
        ],
        T::Sen => vec![
            &[(S::Acc, T::AccS), (S::Loc, T::LocS), (S::Abl, T::AblS), (S::Gen, T::GenS), (S::InsIn, T::InsS)],
            &[(S::Equ, T::EquS), (S::With, T::AdjD), (S::Without, T::AdjD)],
            PRESENT,
            COPULA,
        ],
        T::Biz => vec![
            CASES_BUT_GENITIVE,
            &[
                (S::GenIm, T::GenS),
                (S::InsIm, T::InsS),
                (S::Plural, T::Plur),
                (S::With, T::AdjD),
                (S::Without, T::AdjD),
            ],
            PRESENT,
            COPULA,
        ],
        T::Siz => vec![
            CASES_BUT_GENITIVE,
            &[(S::Gen, T::GenS), (S::InsIn, T::InsS), (S::Plural, T::Plur), (S::With, T::AdjD), (S::Without, T::AdjD)],
            PRESENT,
            COPULA,
        ],
        T::BanSan => vec![&[(S::Dat, T::DatS)]],
        T::Dem => vec![
            &[(S::NDat, T::DatS), (S::NAcc, T::AccS), (S::NLoc, T::LocS), (S::NAbl, T::AblS), (S::NGen, T::GenS)],
            &[(S::NIns, T::InsS), (S::NEqu, T::EquS), (S::NPlural, T::Plur), (S::Without, T::AdjD)],
            PRESENT,
            COPULA,
        ],
        T::Kendi => vec![N_CASES, POSSESSION, &[(S::P3pl, T::Poss3), (S::Equ, T::EquS)], PRESENT, COPULA],
        T::PronP3 => {
            vec![
                N_CASES,
                &[(S::P3sg, T::Poss3), (S::Plural, T::Plur), (S::P1pl, T::Poss), (S::P2pl, T::Poss)],
                PRESENT,
                COPULA,
            ]
        }
        T::Ques => vec![PRESENT, &[(S::PastCop, T::PastC), (S::NarrCop, T::NarrC), (S::Cop, T::CopS)]],
        T::VerbV => vec![POSITIVE, VERBAL, UNABLE, AUXILIARIES],
        T::VerbA | T::VerbI | T::VerbP => vec![POSITIVE, PROGRESSIVE, VERBAL, UNABLE, AUXILIARIES],
        T::VerbAble => vec![POSITIVE, PROGRESSIVE, VERBAL],
        T::VerbNeg => vec![VERBAL, &[(S::NegAor, T::NegAorS), (S::ShortA1sg, T::End), (S::A1pl, T::End)]],
        T::VerbDrop | T::VerbNegProg => vec![PROGRESSIVE],
        T::VerbSyncope => vec![&[(S::PassIl, T::VerbP)]],
        T::VerbDi => vec![
            &[
                (S::Prog, T::ProgS),
                (S::Fut, T::FutS),
                (S::Optative, T::OptS),
                (S::PresPart, T::PartS),
                (S::Inf3, T::NounD),
            ],
            &[
                (S::Doer, T::NounD),
                (S::AfterDoing, T::Conv),
                (S::ByDoing, T::Conv),
                (S::When, T::Conv),
                (S::Since, T::Conv),
            ],
            &[(S::Able, T::VerbAble), (S::Hastily, T::VerbAble), (S::ImpA2pl, T::End), (S::ImpA2plPolite, T::End)],
            UNABLE,
        ],
        T::ToBe => vec![&[(S::Past, T::PastS), (S::Narr, T::NarrC), (S::Desire, T::CondC), (S::While, T::WhileS)]],
        T::Plur => vec![POSSESSION, CASES, PRESENT, COPULA],
        T::Poss => vec![CASES, PRESENT, COPULA, THEY],
        T::Poss3 => vec![N_CASES, PRESENT, COPULA, THEY],
        T::DatS | T::AblS | T::InsS | T::EquS => vec![PRESENT, COPULA, THEY],
        T::AccS | T::End => vec![],
        T::LocS | T::GenS => vec![&[(S::Ki, T::KiS)], PRESENT, COPULA, THEY],
        T::KiS => vec![N_CASES, &[(S::Plural, T::Plur), (S::P3sg, T::Poss3)], PRESENT, COPULA],
        T::Inf1S => {
            vec![
                &[(S::Loc, T::LocS), (S::Abl, T::AblS), (S::Ins, T::InsS), (S::Ness, T::NounD), (S::Plural, T::Plur)],
                COPULA,
            ]
        }
        T::PartS | T::PastPartS | T::Inf2S => vec![NUMBER, POSSESSION, CASES, PRESENT, COPULA],
        T::FutS | T::NarrS => {
            vec![
                PRESENT,
                NUMBER,
                POSSESSION,
                CASES,
                &[(S::PastCop, T::PastC), (S::NarrCop, T::NarrC), (S::CondCop, T::CondC)],
                COPULA_REST,
            ]
        }
        T::ProgS => vec![PRESENT, THEY, COPULA, &[(S::AsIf, T::EquS)]],
        T::AorS => vec![PRESENT, THEY, COPULA, &[(S::AsIf, T::EquS)], POSSESSION, CASES],
        T::NegAorS => vec![&[(S::A2sg, T::Person), (S::A2pl, T::Person)], THEY, COPULA, &[(S::AsIf, T::EquS)], CASES],
        T::Prog2S | T::NecesS => vec![PRESENT, THEY, COPULA],
        T::PastS | T::PastC => vec![SHORT_PERSONS, &[(S::CondCop, T::CondC), (S::PastCop, T::PastC)]],
        T::NarrC => vec![
            PRESENT,
            THEY,
            &[(S::CondCop, T::CondC), (S::PastCop, T::PastC), (S::Cop, T::CopS), (S::AsIf, T::EquS)],
        ],
        T::DesireS | T::CondC => vec![SHORT_PERSONS, &[(S::PastCop, T::PastC), (S::NarrCop, T::NarrC)]],
        T::OptS => vec![
            &[(S::OptA1sg, T::End), (S::OptA1pl, T::End), (S::A2sg, T::End), (S::A2pl, T::End), (S::A3pl, T::End)],
            &[(S::PastCop, T::PastC), (S::NarrCop, T::NarrC)],
        ],
        T::TenseA3pl => vec![COPULA],
        T::Person => vec![&[(S::Cop, T::CopS), (S::CondCop, T::CondC), (S::PastCop, T::PastC)]],
        T::CopS => vec![THEY],
        T::WhileS => vec![&[(S::Ki, T::KiS)]],
        T::Conv => vec![&[(S::Dat, T::End), (S::Abl, T::End), (S::Cop, T::CopS)]],
        T::Word => vec![],
    }
}

const COPULA_REST: &[Row] = &[(S::Cop, T::CopS), (S::While, T::WhileS), (S::AsIf, T::EquS), (S::Ness, T::NounD)];

/// The rows of a state that depend on the letters before.
fn conditional(state: State) -> &'static [(Suffix, State, When)] {
    match state {
        T::Time | T::Adv => &[(S::Kü, T::KiS, When::FrontRound)],
        T::VerbV => &[
            (S::PassN, T::VerbP, When::Vowel),
            (S::PassNIl, T::VerbP, When::Vowel),
            (S::CausT, T::VerbP, When::Vowel),
            (S::AorR, T::AorS, When::Vowel),
        ],
        T::VerbA => &[
            (S::PassIn, T::VerbP, When::L),
            (S::PassIl, T::VerbP, When::NotL),
            (S::CausDIr, T::VerbP, When::Consonant),
            (S::AorA, T::AorS, When::Consonant),
        ],
        T::VerbI => &[
            (S::PassIn, T::VerbP, When::L),
            (S::PassIl, T::VerbP, When::NotL),
            (S::CausDIr, T::VerbP, When::Consonant),
            (S::AorI, T::AorS, When::Consonant),
        ],
        T::VerbP => &[
            (S::PassIn, T::VerbP, When::L),
            (S::PassIl, T::VerbP, When::NotL),
            (S::CausDIr, T::VerbP, When::NotLR),
            (S::CausT, T::VerbP, When::LR),
            (S::AorI, T::AorS, When::Consonant),
        ],
        T::VerbAble => &[(S::AorI, T::AorS, When::Consonant)],
        _ => &[],
    }
}

impl State {
    /// The suffixes that may follow.
    pub fn edges(self) -> Vec<Edge> {
        let always = rows(self).into_iter().flatten().map(|&(suffix, to)| Edge { suffix, to, when: When::Always });
        let mut edges: Vec<Edge> = always.collect();
        edges.extend(conditional(self).iter().map(|&(suffix, to, when)| Edge { suffix, to, when }));
        edges
    }

    /// Whether a word may end in this state.
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            T::CompBare
                | T::BanSan
                | T::VerbDrop
                | T::VerbSyncope
                | T::VerbDi
                | T::VerbNegProg
                | T::ToBe
                | T::PastPartS
        )
    }

    /// What a root in this state is called.
    pub fn tag(self) -> &'static str {
        match self {
            T::Adj => "Adj",
            T::Adv => "Adv",
            T::Num => "Num",
            T::Ben | T::Sen | T::Biz | T::Siz | T::BanSan | T::Dem | T::Kendi | T::PronP3 | T::Ne => "Pron",
            T::Ques => "Ques",
            T::Word | T::Pred => "Word",
            T::VerbV | T::VerbA | T::VerbI | T::VerbP | T::VerbDrop | T::VerbSyncope | T::VerbDi | T::ToBe => "Verb",
            T::Proper => "Prop",
            _ => "Noun",
        }
    }
}
