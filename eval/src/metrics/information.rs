//! Tokenizers as sources and as compressors.

use crate::information::compress::{Compressor, Serialisation, Sizes};
use crate::information::orders::{OrderRow, Orders};
use crate::metric::{Better, Compute, Figure, Metric, RENYI};
use crate::view::View;

const FAMILY: &str = RENYI;
const ORDERS: &str = "entropy";
const SIZES: &str = "compressors";
const CLOSED: &str = "the vocabulary is open, or nothing came out";
const PAPER: &str = "Erdogan et al. 2026 (2601.09039), section VI";
const ZOUHAR: &str = "Zouhar et al. 2023 (2306.16842)";

fn spectral(v: &View, value: Option<f64>) -> Figure {
    Figure { value, n: v.tokens }
}

fn of_declared(v: &View, f: impl Fn(u64) -> Option<f64>) -> Figure {
    Figure { value: v.declared.and_then(f), n: v.tokens }
}

macro_rules! spectrum {
    ($name:literal, $unit:literal, $better:ident, $missing:expr, $source:expr, $definition:literal, $compute:expr) => {
        Metric {
            name: $name,
            family: FAMILY,
            unit: $unit,
            better: Better::$better,
            aggregation: "over running tokens",
            definition: $definition,
            source: $source,
            missing: $missing,
            detail: false,
            compute: $compute,
        }
    };
}

/// The Renyi efficiency of an order, over the tokens that came out or over the vocabulary.
pub fn renyi_figure(view: &View, alpha: f64, used: bool) -> Figure {
    match used {
        true => spectral(view, view.spectrum.renyi_efficiency(alpha, view.used)),
        false => of_declared(view, |size| view.spectrum.renyi_efficiency(alpha, size)),
    }
}

/// The row of a Renyi efficiency that is not in the table.
pub fn renyi<'a>(name: &'a str, definition: &'a str, compute: Compute) -> Metric<'a> {
    Metric {
        name,
        family: FAMILY,
        unit: "ratio",
        better: Better::Neither,
        aggregation: "over running tokens",
        definition,
        source: ZOUHAR,
        missing: if matches!(compute, Compute::Renyi(_, true)) { NONE } else { CLOSED },
        detail: false,
        compute,
    }
}

const NONE: &str = "no token, or more than four million different ones";

/// What one look at the counts of tokens says.
pub const ROWS: &[Metric] = &[
    spectrum!(
        "entropy_h1_plugin",
        "bits/token",
        Neither,
        NONE,
        PAPER,
        "entropy of single tokens by their frequencies: too low where the text is short",
        Compute::Tokens(|v| spectral(v, v.spectrum.entropy_plugin()))
    ),
    spectrum!(
        "entropy_h1_miller_madow",
        "bits/token",
        Neither,
        NONE,
        "Miller 1955",
        "the same with the first term of its bias added",
        Compute::Tokens(|v| spectral(v, v.spectrum.entropy_miller_madow()))
    ),
    spectrum!(
        "entropy_h1_grassberger",
        "bits/token",
        Neither,
        NONE,
        "Grassberger 2003",
        "the same by an estimator of small bias",
        Compute::Tokens(|v| spectral(v, v.spectrum.entropy_grassberger()))
    ),
    spectrum!(
        "capacity_utilization",
        "ratio",
        Neither,
        CLOSED,
        PAPER,
        "entropy_h1_plugin over log2 of the declared vocabulary, added tokens included; a Zipf source reaches 0.7 by itself",
        Compute::Tokens(|v| of_declared(v, |size| v.spectrum.capacity_utilization(size)))
    ),
    spectrum!(
        "slack",
        "bits/token",
        Lower,
        CLOSED,
        "log2 of the vocabulary less H1",
        "bits that ids of fixed length waste",
        Compute::Tokens(|v| of_declared(v, |size| v.spectrum.slack(size)))
    ),
    spectrum!(
        "effective_vocabulary",
        "tokens",
        Neither,
        NONE,
        "perplexity of single tokens",
        "2 to the power of entropy_h1_plugin",
        Compute::Tokens(|v| spectral(v, v.spectrum.effective_vocabulary()))
    ),
    spectrum!(
        "renyi_2_vocab",
        "ratio",
        Neither,
        CLOSED,
        PAPER,
        "Renyi entropy of order 2 over log2 of the declared vocabulary",
        Compute::Renyi(2.0, false)
    ),
    spectrum!(
        "renyi_2.5_vocab",
        "ratio",
        Neither,
        CLOSED,
        ZOUHAR,
        "Renyi entropy of order 2.5 over log2 of the declared vocabulary",
        Compute::Renyi(2.5, false)
    ),
    spectrum!(
        "renyi_2.5_used",
        "ratio",
        Neither,
        NONE,
        "tokenization-scorer, which divides by types seen",
        "Renyi entropy of order 2.5 over log2 of the different tokens that came out; ranks otherwise than renyi_2.5_vocab",
        Compute::Renyi(2.5, true)
    ),
    spectrum!(
        "renyi_3_used",
        "ratio",
        Neither,
        NONE,
        "tokenization-scorer's default order",
        "Renyi entropy of order 3 over log2 of the different tokens that came out",
        Compute::Renyi(3.0, true)
    ),
    spectrum!(
        "percentile_frequency",
        "share",
        Neither,
        NONE,
        "Gowda and May 2020, in Zouhar et al. 2023",
        "share of running tokens whose type ranks between 3 % and 83 % of all types",
        Compute::Tokens(|v| spectral(v, v.spectrum.percentile_frequency(0.03, 0.83)))
    ),
    spectrum!(
        "vocabulary_gini",
        "ratio",
        Neither,
        CLOSED,
        "Gini 1912",
        "inequality of the counts of all entries, those that never came out included",
        Compute::Tokens(|v| of_declared(v, |size| v.spectrum.gini(size)))
    ),
    spectrum!(
        "zipf_exponent",
        "slope",
        Neither,
        NONE,
        "Zipf 1935; fitted on ranks spaced by their logarithm",
        "how fast frequency falls with rank",
        Compute::Tokens(|v| spectral(v, v.spectrum.zipf_fit().map(|fit| fit.exponent)))
    ),
];

fn order(orders: &Orders, k: usize, f: impl Fn(&OrderRow) -> Option<f64>) -> Figure {
    let row = orders.rows.get(k - 1);
    Figure { value: row.and_then(f), n: row.map_or(0, |row| row.grams) }
}

fn tested(orders: &Orders, k: usize, f: impl Fn(&OrderRow) -> Option<f64>) -> Figure {
    let tokens = orders.test.iter().map(|d| d.tokens).sum();
    Figure { n: tokens, ..order(orders, k, f) }
}

macro_rules! orders {
    ($name:literal, $unit:literal, $better:ident, $detail:literal, $definition:literal, $source:literal, $compute:expr) => {
        Metric {
            name: $name,
            family: ORDERS,
            unit: $unit,
            better: Better::$better,
            aggregation: "over the document sample",
            definition: $definition,
            source: $source,
            missing: "the sample has too few documents, or the vocabulary is open: new words would cost nothing",
            detail: $detail,
            compute: $compute,
        }
    };
}

macro_rules! per_order {
    ($($k:literal: $plugin:literal $heldout:literal $bits:literal $structure:literal $unseen:literal,)*) => {
        /// Entropies of higher order, on the document sample.
        pub const ENTROPIES: &[Metric] = &[
            $(orders!($heldout, "bits/token", Neither, false,
                "cross-entropy of unseen documents under an n-gram model (interpolated modified Kneser-Ney) of this order: above the truth, where the plug-in value is below it",
                "Chen and Goodman 1999", Compute::HeldOut($k, false)),)*
            $(orders!($bits, "bits/byte", Lower, false,
                "bits of unseen documents under that model over their bytes: comparable between vocabularies",
                "rate of Erdogan et al. 2026, held out", Compute::HeldOut($k, true)),)*
            $(orders!($plugin, "bits/token", Neither, true,
                "entropy of a token given those before it, by frequencies: falls to 0 with the order on pure noise too",
                "Erdogan et al. 2026 (2601.09039), section IV", Compute::Orders(|o| order(o, $k, |r| r.plugin))),)*
            $(orders!($structure, "bits/token", Neither, true,
                "how much lower the plug-in value is than on the same tokens shuffled: structure, most of the bias cancelled",
                "shuffled control", Compute::Orders(|o| order(o, $k, |r| r.structure))),)*
            $(orders!($unseen, "share", Neither, true,
                "contexts that occur once over all contexts: where it passes 0.1, the order is not to be trusted on this text",
                "Good 1953", Compute::Orders(|o| order(o, $k, |r| r.unseen_contexts))),)*
            orders!("bits_per_byte_best", "bits/byte", Lower, false,
                "bits per byte at the order that does best on validation documents",
                "the headline of the family", Compute::HeldOut(0, true)),
            orders!("bits_per_byte_adaptive", "bits/byte", Lower, false,
                "bits of an adaptive code of single tokens, what it costs to learn the frequencies included, over bytes",
                "Krichevsky and Trofimov 1981", Compute::Orders(|o| Figure { value: o.adaptive_bits_per_byte, n: order(o, 1, |_| None).n })),
            orders!("redundancy", "share", Neither, false,
                "how much less the best order needs for a token of unseen text than order 1",
                "Erdogan et al. 2026 (2601.09039), on held-out text", Compute::Orders(|o| tested(o, 1, |_| o.best()?.redundancy_heldout))),
            orders!("best_order", "tokens", Neither, true,
                "the order of bits_per_byte_best",
                "chosen on validation documents", Compute::Orders(|o| tested(o, 1, |_| o.best_order.map(|k| k as f64)))),
        ];
    };
}

per_order! {
    1: "entropy_h1_plugin_sample" "entropy_h1_heldout" "bits_per_byte_h1" "structure_h1" "unseen_contexts_h1",
    2: "entropy_h2_plugin" "entropy_h2_heldout" "bits_per_byte_h2" "structure_h2" "unseen_contexts_h2",
    3: "entropy_h3_plugin" "entropy_h3_heldout" "bits_per_byte_h3" "structure_h3" "unseen_contexts_h3",
    4: "entropy_h4_plugin" "entropy_h4_heldout" "bits_per_byte_h4" "structure_h4" "unseen_contexts_h4",
    5: "entropy_h5_plugin" "entropy_h5_heldout" "bits_per_byte_h5" "structure_h5" "unseen_contexts_h5",
}

fn best(sizes: &Sizes, compressor: Compressor, dictionary: bool) -> Figure {
    let row = sizes.best(compressor);
    let value = row.and_then(|r| if dictionary { r.bits_per_byte_with_dictionary } else { r.bits_per_byte });
    Figure { value, n: sizes.text_bytes }
}

fn on(sizes: &Sizes, compressor: Compressor, serialisation: Option<Serialisation>) -> Figure {
    let row = sizes.row(compressor, serialisation);
    Figure { value: row.and_then(|r| r.bits_per_byte), n: sizes.text_bytes }
}

macro_rules! size {
    ($name:literal, $detail:literal, $definition:literal, $compute:expr) => {
        Metric {
            name: $name,
            family: SIZES,
            unit: "bits/byte",
            better: Better::Lower,
            aggregation: "over the document sample",
            definition: $definition,
            source: "Erdogan et al. 2026 (2601.09039): tokenizers before compressors",
            missing: "the sample is empty, or the vocabulary is open: new words would cost nothing",
            detail: $detail,
            compute: Compute::Sizes($compute),
        }
    };
}

macro_rules! per_compressor {
    ($($c:ident: $ids:literal $dictionary:literal $raw:literal $fixed:literal $leb:literal $rank:literal $planes:literal,)*) => {
        /// Compressors on the document sample.
        pub const COMPRESSORS: &[Metric] = &[
            $(size!($ids, false, "bits of the compressed ids over bytes of text, by the serialisation that comes out smallest",
                |s| best(s, Compressor::$c, false)),)*
            $(size!($dictionary, false, "the same with the vocabulary, compressed by the same compressor",
                |s| best(s, Compressor::$c, true)),)*
            $(size!($raw, false, "the same compressor on the text itself: not of the tokenizer, but to hold it against",
                |s| on(s, Compressor::$c, None)),)*
            $(size!($fixed, true, "on ids of two bytes each, four where the vocabulary is larger",
                |s| on(s, Compressor::$c, Some(Serialisation::Fixed))),)*
            $(size!($leb, true, "on ids of variable length (LEB128)",
                |s| on(s, Compressor::$c, Some(Serialisation::Leb128))),)*
            $(size!($rank, true, "on ranks by frequency, of variable length (LEB128)",
                |s| on(s, Compressor::$c, Some(Serialisation::Leb128Rank))),)*
            $(size!($planes, true, "on the bytes of ids, all first bytes before all second ones",
                |s| on(s, Compressor::$c, Some(Serialisation::BytePlanes))),)*
            size!("compressed_range_order0_bits_per_byte", false, "an adaptive range coder on ids",
                |s| best(s, Compressor::RangeOrder0, false)),
            size!("compressed_range_order1_bits_per_byte", false, "an adaptive range coder on ids that mixes in the token before",
                |s| best(s, Compressor::RangeOrder1, false)),
            size!("raw_range_order1_bits_per_byte", false, "the same coder on the bytes of the text",
                |s| on(s, Compressor::RangeOrder1, None)),
        ];
    };
}

per_compressor! {
    Deflate: "compressed_deflate_bits_per_byte" "compressed_deflate_dictionary_bits_per_byte" "raw_deflate_bits_per_byte"
        "compressed_deflate_fixed_bits_per_byte" "compressed_deflate_leb128_bits_per_byte"
        "compressed_deflate_leb128_rank_bits_per_byte" "compressed_deflate_byte_planes_bits_per_byte",
    Zstd: "compressed_zstd_bits_per_byte" "compressed_zstd_dictionary_bits_per_byte" "raw_zstd_bits_per_byte"
        "compressed_zstd_fixed_bits_per_byte" "compressed_zstd_leb128_bits_per_byte"
        "compressed_zstd_leb128_rank_bits_per_byte" "compressed_zstd_byte_planes_bits_per_byte",
    Xz: "compressed_xz_bits_per_byte" "compressed_xz_dictionary_bits_per_byte" "raw_xz_bits_per_byte"
        "compressed_xz_fixed_bits_per_byte" "compressed_xz_leb128_bits_per_byte"
        "compressed_xz_leb128_rank_bits_per_byte" "compressed_xz_byte_planes_bits_per_byte",
    Ppmd: "compressed_ppmd_bits_per_byte" "compressed_ppmd_dictionary_bits_per_byte" "raw_ppmd_bits_per_byte"
        "compressed_ppmd_fixed_bits_per_byte" "compressed_ppmd_leb128_bits_per_byte"
        "compressed_ppmd_leb128_rank_bits_per_byte" "compressed_ppmd_byte_planes_bits_per_byte",
}
