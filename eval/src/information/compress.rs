//! Tokenizers as the first half of a compressor: how small text becomes when its tokens go through coders that people use.
//!
//! Every row is a number of bytes that a program really wrote and could read back; nothing is an estimate. Which
//! serialisation of ids a coder sees matters as much as the tokenizer, so each is a row of its own, beside the same coder
//! on the plain text. All rows are bits per byte of the *text*.
//!
//! | compressor | setting |
//! |---|---|
//! | [`Compressor::Deflate`] | level 9, no header, window 32 KiB; backend zlib-rs |
//! | [`Compressor::Zstd`] | level 19, window as large as the input (8 MiB at least, 2 GiB at most), no checksum |
//! | [`Compressor::Xz`] | preset 9 (dictionary 64 MiB), no checksum |
//! | [`Compressor::Ppmd`] | PPMd variant H (7-Zip's), order 16, memory 256 MiB, no end marker |
//! | [`Compressor::RangeOrder0`], [`Compressor::RangeOrder1`] | the range coder of `constriction` over an adaptive order-0 model, or over orders 0 and 1 mixed, by weights of Witten and Bell |
//!
//! | serialisation | bytes |
//! |---|---|
//! | [`Serialisation::Fixed`] | little-endian `u16` for up to 65,536 ids, else `u32` |
//! | [`Serialisation::Leb128`] | seven bits a byte, low bits first, the high bit set but on the last |
//! | [`Serialisation::Leb128Rank`] | the same of ranks by falling frequency, smaller id first |
//! | [`Serialisation::BytePlanes`] | all highest bytes of `Fixed`, then the next, down to the lowest |
//! | [`Serialisation::Range`] | ids go into the range coder as they are |
//!
//! Sources: Erdogan et al. 2026 (arXiv 2601.09039) for tokenizing before a universal compressor; Kalcher 2026
//! (arXiv 2602.22958) for ranks in LEB128 and the cost of the vocabulary.
//!
//! Where we differ:
//! 1. The dictionary is a cost of its own: the tokens' bytes, each after its length in LEB128, through the same
//!    compressor. They stand by id; for ranks by rank, tokens not used last by id, so that the rank table is part of it.
//!    That restores the text; numbers of ids are names and not part of it.
//! 2. Documents stand one after another without marks, in the ids as in the text.
//!
//! Cost: xz and zstd at these levels take in the order of a second per megabyte and serialisation, so measure a sample.
//! Memory for each thread: xz about 12 times its input, up to 700 MB; PPMd 256 MiB.

mod coder;
mod range;
mod serialise;
#[cfg(test)]
mod tests;

use rayon::prelude::*;
use toktool::{Error, Result};

use serialise::{by_rank, dictionary};

/// A compressor with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Compressor {
    /// Deflate.
    Deflate,
    /// Zstandard.
    Zstd,
    /// LZMA2 in an xz file.
    Xz,
    /// Prediction by partial matching.
    Ppmd,
    /// A range coder over an adaptive order-0 model.
    RangeOrder0,
    /// A range coder over an adaptive mixture of orders 0 and 1.
    RangeOrder1,
}

impl Compressor {
    /// All of them.
    pub const ALL: [Compressor; 6] = [
        Compressor::Deflate,
        Compressor::Zstd,
        Compressor::Xz,
        Compressor::Ppmd,
        Compressor::RangeOrder0,
        Compressor::RangeOrder1,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Compressor::Deflate => "deflate",
            Compressor::Zstd => "zstd",
            Compressor::Xz => "xz",
            Compressor::Ppmd => "ppmd",
            Compressor::RangeOrder0 => "range_order0",
            Compressor::RangeOrder1 => "range_order1",
        }
    }

    /// The serialisations that it is measured on.
    pub fn serialisations(self) -> &'static [Serialisation] {
        match self {
            Compressor::RangeOrder0 | Compressor::RangeOrder1 => &[Serialisation::Range],
            _ => &Serialisation::BYTES,
        }
    }

    /// Bytes that `data` takes.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the compressor fails, which means that there is no memory for it.
    pub fn size(self, data: &[u8]) -> Result<u64> {
        let compressed = match self {
            Compressor::Deflate => coder::deflate(data),
            Compressor::Zstd => coder::zstd(data),
            Compressor::Xz => coder::xz(data),
            Compressor::Ppmd => coder::ppmd(data),
            Compressor::RangeOrder0 | Compressor::RangeOrder1 => {
                let ids: Vec<u32> = data.iter().map(|&byte| u32::from(byte)).collect();
                return self.size_of_ids(&ids, 256);
            }
        };
        let failed = |e: std::io::Error| {
            let what = format!("compressing {} bytes with {}", data.len(), self.name());
            Error::unsupported(what, e.to_string()).with_hint("measure on a smaller sample")
        };
        compressed.map(|bytes| bytes.len() as u64).map_err(failed)
    }

    /// Bytes that ids below `vocabulary` take in the range coder.
    fn size_of_ids(self, ids: &[u32], vocabulary: usize) -> Result<u64> {
        let contexts = self == Compressor::RangeOrder1;
        Ok(range::encode(ids, vocabulary, contexts)?.len() as u64)
    }
}

/// How ids become bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Serialisation {
    /// Two or four bytes each.
    Fixed,
    /// Variable length.
    Leb128,
    /// Variable length, of ranks.
    Leb128Rank,
    /// Byte by byte of all ids.
    BytePlanes,
    /// None: the range coder takes ids.
    Range,
}

impl Serialisation {
    /// Those that give bytes.
    pub const BYTES: [Serialisation; 4] =
        [Serialisation::Fixed, Serialisation::Leb128, Serialisation::Leb128Rank, Serialisation::BytePlanes];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Serialisation::Fixed => "fixed",
            Serialisation::Leb128 => "leb128",
            Serialisation::Leb128Rank => "leb128_rank",
            Serialisation::BytePlanes => "byte_planes",
            Serialisation::Range => "range",
        }
    }
}

/// A text by itself, compressed: what every tokenizer of it is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// Bytes of text.
    pub bytes: u64,
    sizes: Vec<(Compressor, u64)>,
}

impl Plain {
    /// The UTF-8 text of all documents, one after another, under each of `compressors`.
    ///
    /// # Errors
    /// As [`Compressor::size`].
    pub fn new(text: &[u8], compressors: &[Compressor]) -> Result<Plain> {
        let size = |&compressor: &Compressor| Ok((compressor, compressor.size(text)?));
        let sizes = compressors.par_iter().map(size).collect::<Result<_>>()?;
        Ok(Plain { bytes: text.len() as u64, sizes })
    }
}

/// A text and its tokens.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a, B> {
    /// The tokens of all documents, one after another.
    pub ids: &'a [u32],
    /// The bytes of each token by id; ids without bytes of their own (special tokens, holes) are empty.
    pub vocabulary: &'a [B],
    /// The text.
    pub plain: &'a Plain,
}

/// One compressor on one form of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The compressor.
    pub compressor: Compressor,
    /// How the ids were written; `None` for the plain text.
    pub serialisation: Option<Serialisation>,
    /// Compressed bytes, without the dictionary.
    pub bytes: u64,
    /// Compressed bytes of the dictionary; `None` for the plain text, which needs none.
    pub dictionary_bytes: Option<u64>,
    /// Compressed bits over bytes of text.
    pub bits_per_byte: Option<f64>,
    /// The same with the dictionary.
    pub bits_per_byte_with_dictionary: Option<f64>,
}

/// What [`measure`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes {
    /// Bytes of text.
    pub text_bytes: u64,
    /// By compressor as asked for; the plain text first, then [`Compressor::serialisations`].
    pub rows: Vec<Row>,
}

impl Sizes {
    /// The row of a compressor on a serialisation, or on the plain text.
    pub fn row(&self, compressor: Compressor, serialisation: Option<Serialisation>) -> Option<&Row> {
        self.rows.iter().find(|row| row.compressor == compressor && row.serialisation == serialisation)
    }

    /// The smallest row of a compressor on ids, without the dictionary.
    pub fn best(&self, compressor: Compressor) -> Option<&Row> {
        let rows = self.rows.iter().filter(|row| row.compressor == compressor && row.serialisation.is_some());
        rows.min_by_key(|row| row.bytes)
    }
}

/// A thing that is compressed.
enum Payload {
    Bytes(Vec<u8>),
    Ids,
}

/// Compresses every serialisation of the ids of a text with each of the compressors that the text itself was.
///
/// # Errors
/// [`Error::Config`] when an id is not below the size of the vocabulary; [`Error::Unsupported`] when a compressor fails.
///
/// ```
/// use toktool_eval::information::compress::{Compressor, Input, Plain, Serialisation, measure};
///
/// let text = "abab".repeat(100);
/// let plain = Plain::new(text.as_bytes(), &[Compressor::Zstd]).unwrap();
/// let sizes = measure(&Input { ids: &[2; 200], vocabulary: &["a", "b", "ab"], plain: &plain }).unwrap();
/// let row = sizes.row(Compressor::Zstd, Some(Serialisation::Fixed)).unwrap();
/// assert!(row.bits_per_byte.unwrap() < 1.0 && row.dictionary_bytes.is_some());
/// ```
pub fn measure<B: AsRef<[u8]>>(input: &Input<'_, B>) -> Result<Sizes> {
    let vocabulary = input.vocabulary.len();
    if let Some(id) = input.ids.iter().find(|&&id| id as usize >= vocabulary) {
        let why = format!("the text holds id {id}, but only {vocabulary} tokens are given");
        return Err(Error::config("vocabulary", why).with_hint("give added tokens as well"));
    }
    let order = by_rank(input.ids, vocabulary);
    let bytes = |serialisation| match serialisation {
        Serialisation::Fixed => Payload::Bytes(serialise::fixed(input.ids, vocabulary)),
        Serialisation::Leb128 => Payload::Bytes(serialise::leb128(input.ids)),
        Serialisation::Leb128Rank => Payload::Bytes(serialise::leb128(&serialise::ranks(input.ids, &order))),
        Serialisation::BytePlanes => Payload::Bytes(serialise::byte_planes(input.ids, vocabulary)),
        Serialisation::Range => Payload::Ids,
    };
    let tokens = |order: &[u32]| dictionary(order.iter().map(|&id| input.vocabulary[id as usize].as_ref()));
    let by_id: Vec<u32> = (0..vocabulary as u32).collect();
    // Payloads by what they stand for; the dictionaries last.
    let all = [&Serialisation::BYTES[..], &[Serialisation::Range]].concat();
    let mut payloads: Vec<Payload> = all.iter().map(|&s| bytes(s)).collect();
    let (named, ranked) = (payloads.len(), payloads.len() + 1);
    payloads.extend([Payload::Bytes(tokens(&by_id)), Payload::Bytes(tokens(&order))]);

    let place = |serialisation| all.iter().position(|&s| s == serialisation).unwrap_or(0);
    let dictionary_of = |s| if s == Serialisation::Leb128Rank { ranked } else { named };
    let mut jobs: Vec<(Compressor, usize)> = Vec::new();
    for &(compressor, _) in &input.plain.sizes {
        let payloads = compressor.serialisations().iter().flat_map(|&s| [place(s), dictionary_of(s)]);
        jobs.extend(payloads.map(|payload| (compressor, payload)));
    }
    jobs.sort_unstable();
    jobs.dedup();
    let sizes: Vec<u64> = jobs
        .par_iter()
        .map(|&(compressor, payload)| match &payloads[payload] {
            Payload::Bytes(bytes) => compressor.size(bytes),
            Payload::Ids => compressor.size_of_ids(input.ids, vocabulary),
        })
        .collect::<Result<_>>()?;
    let size = |compressor, payload| jobs.binary_search(&(compressor, payload)).map_or(0, |at| sizes[at]);

    let text_bytes = input.plain.bytes;
    let rate = |bytes: u64| (text_bytes > 0).then(|| 8.0 * bytes as f64 / text_bytes as f64);
    let row = |(compressor, plain): (Compressor, u64), serialisation: Option<Serialisation>| {
        let bytes = serialisation.map_or(plain, |s| size(compressor, place(s)));
        let dictionary_bytes = serialisation.map(|s| size(compressor, dictionary_of(s)));
        Row {
            compressor,
            serialisation,
            bytes,
            dictionary_bytes,
            bits_per_byte: rate(bytes),
            bits_per_byte_with_dictionary: rate(bytes + dictionary_bytes.unwrap_or(0)),
        }
    };
    let of_compressor = |&sized: &(Compressor, u64)| {
        let forms = sized.0.serialisations().iter().map(|&s| Some(s));
        [None].into_iter().chain(forms).map(|form| row(sized, form)).collect::<Vec<_>>()
    };
    Ok(Sizes { text_bytes, rows: input.plain.sizes.iter().flat_map(of_compressor).collect() })
}
