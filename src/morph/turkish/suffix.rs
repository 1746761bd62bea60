//! The suffixes, in the notation of [`super::sound`].
//!
//! Inventory and names are those of descriptive grammars of Turkish (Göksel and Kerslake 2005); tags are the short ones in
//! use among analysers.

use crate::morph::Kind;

macro_rules! suffixes {
    ($($name:ident $tag:literal $kind:ident $template:literal),* $(,)?) => {
        /// A suffix of the inventory.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Suffix { $(#[doc = $template] $name),* }

        impl Suffix {
            /// Every suffix, in the order of their numbers.
            pub const ALL: &[Suffix] = &[$(Suffix::$name),*];

            /// Its name in analyses.
            pub fn tag(self) -> &'static str {
                match self { $(Suffix::$name => $tag),* }
            }

            /// What it does.
            pub fn kind(self) -> Kind {
                match self { $(Suffix::$name => Kind::$kind),* }
            }

            /// How it is written in archiphonemes.
            pub fn template(self) -> &'static str {
                match self { $(Suffix::$name => $template),* }
            }
        }
    };
}

suffixes! {
    Plural "A3pl" Inflection "lAr", NPlural "A3pl" Inflection "nlAr",
    P1sg "P1sg" Inflection "(I)m", P2sg "P2sg" Inflection "(I)n", P3sg "P3sg" Inflection "(s)I",
    P1pl "P1pl" Inflection "(I)mIz", P2pl "P2pl" Inflection "(I)nIz", P3pl "P3pl" Inflection "lArI",
    YP1sg "P1sg" Inflection "yIm", YP2sg "P2sg" Inflection "yIn", YP3sg "P3sg" Inflection "yI",
    YP1pl "P1pl" Inflection "yImIz", YP2pl "P2pl" Inflection "yInIz",
    Dat "Dat" Inflection "(y)A", Acc "Acc" Inflection "(y)I", Loc "Loc" Inflection "DA", Abl "Abl" Inflection "DAn",
    Gen "Gen" Inflection "(n)In", Ins "Ins" Inflection "(y)lA", Equ "Equ" Inflection "CA",
    NDat "Dat" Inflection "nA", NAcc "Acc" Inflection "nI", NLoc "Loc" Inflection "nDA", NAbl "Abl" Inflection "nDAn",
    NGen "Gen" Inflection "nIn", NEqu "Equ" Inflection "ncA", NIns "Ins" Inflection "nInlA",
    GenIm "Gen" Inflection "im", InsIm "Ins" Inflection "imle", InsIn "Ins" Inflection "inle", YGen "Gen" Inflection "yIn",
    Ki "Rel" Derivation "ki", Kü "Rel" Derivation "kü",
    With "With" Derivation "lI", Without "Without" Derivation "sIz", Ness "Ness" Derivation "lIK",
    Agent "Agt" Derivation "CI", Dim "Dim" Derivation "CIK", DimPity "Dim" Derivation "CAğIz",
    Related "Related" Derivation "sAl", Like "JustLike" Derivation "(I)msI", LikeSI "JustLike" Derivation "sI",
    Become "Become" Derivation "lAş", Acquire "Acquire" Derivation "lAn", AsIf "AsIf" Derivation "CAsInA",
    Ordinal "Ord" Derivation "(I)ncI", Each "Dist" Derivation "(ş)Ar",
    A1sg "A1sg" Inflection "(y)Im", A2sg "A2sg" Inflection "sIn", A1pl "A1pl" Inflection "(y)Iz",
    A2pl "A2pl" Inflection "sInIz", A3pl "A3pl" Inflection "lAr",
    ShortA1sg "A1sg" Inflection "m", ShortA2sg "A2sg" Inflection "n", ShortA1pl "A1pl" Inflection "k",
    ShortA2pl "A2pl" Inflection "nIz",
    Cop "Cop" Clitic "DIr", PastCop "Past" Clitic "(y)DI", NarrCop "Narr" Clitic "(y)mIş", CondCop "Cond" Clitic "(y)sA",
    While "While" Clitic "(y)ken",
    PassN "Pass" Derivation "n", PassIn "Pass" Derivation "In", PassIl "Pass" Derivation "Il", PassNIl "Pass" Derivation "nIl",
    CausT "Caus" Derivation "t", CausDIr "Caus" Derivation "DIr",
    Able "Able" Derivation "(y)Abil", Hastily "Hastily" Derivation "(y)Iver", Stay "Stay" Derivation "(y)Akal",
    EverSince "EverSince" Derivation "(y)Agel", Almost "Almost" Derivation "(y)Ayaz", Repeat "Repeat" Derivation "(y)Adur",
    Start "Start" Derivation "(y)Akoy",
    Neg "Neg" Inflection "mA", NegProg "Neg" Inflection "m", Unable "Unable" Inflection "(y)AmA",
    UnableProg "Unable" Inflection "(y)Am", NegAor "Aor" Inflection "z",
    Prog "Prog1" Inflection "(I)yor", Prog2 "Prog2" Inflection "mAktA", Fut "Fut" Inflection "(y)AcAK",
    AorR "Aor" Inflection "r", AorA "Aor" Inflection "Ar", AorI "Aor" Inflection "Ir",
    Past "Past" Inflection "DI", Narr "Narr" Inflection "mIş", Desire "Desr" Inflection "sA", Optative "Opt" Inflection "(y)A",
    OptA1sg "A1sg" Inflection "yIm", OptA1pl "A1pl" Inflection "lIm", Necessity "Neces" Inflection "mAlI",
    ImpA3sg "A3sg" Inflection "sIn", ImpA2pl "A2pl" Inflection "(y)In", ImpA2plPolite "A2pl" Inflection "(y)InIz",
    ImpA3pl "A3pl" Inflection "sInlAr", ImpPlease "A2sg" Inflection "sAnA", ImpPleasePl "A2pl" Inflection "sAnIzA",
    PresPart "PresPart" Derivation "(y)An", PastPart "PastPart" Derivation "DIK", FeelLike "FeelLike" Derivation "(y)AsI",
    NotState "NotState" Derivation "mAzlIK",
    Inf1 "Inf1" Derivation "mAk", Inf2 "Inf2" Derivation "mA", Inf3 "Inf3" Derivation "(y)Iş", Doer "Agt" Derivation "(y)IcI",
    AfterDoing "AfterDoingSo" Derivation "(y)Ip", ByDoing "ByDoingSo" Derivation "(y)ArAk", When "When" Derivation "(y)IncA",
    Without1 "WithoutHavingDoneSo" Derivation "mAdAn", Without2 "WithoutHavingDoneSo" Derivation "mAksIzIn",
    Unable1 "WithoutBeingAbleToHaveDoneSo" Derivation "(y)AmAdAn", Since "SinceDoingSo" Derivation "(y)AlI",
    AsLongAs "AsLongAs" Derivation "DIkçA",
}
