//! The compressors of other people, each at one setting.

use std::io::{Error, Result, Write};

use liblzma::stream::{Check, Filters, LzmaOptions, Stream};
use ppmd_rust::Ppmd7Encoder;
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

/// Order and memory of PPMd.
pub(super) const PPMD_ORDER: u32 = 16;
pub(super) const PPMD_MEMORY: u32 = 256 << 20;

/// More than a model of order 16 takes for a byte of text: a context and a state for each order.
const PPMD_PER_BYTE: usize = 16 * 32;

/// The dictionary of preset 9.
const XZ_DICTIONARY: usize = 64 << 20;

/// The window of level 19, as an exponent of two, and the largest one.
const ZSTD_WINDOW: u32 = 23;
const ZSTD_WINDOW_MAX: u32 = 31;

pub(super) fn deflate(data: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(9));
    encoder.write_all(data)?;
    encoder.finish()
}

/// The exponent of the smallest power of two that covers `size`.
fn exponent(size: usize) -> u32 {
    usize::BITS - size.saturating_sub(1).leading_zeros()
}

pub(super) fn zstd(data: &[u8]) -> Result<Vec<u8>> {
    let mut compressor = Compressor::new(19)?;
    let window = exponent(data.len());
    if window > ZSTD_WINDOW {
        compressor.set_parameter(CParameter::WindowLog(window.min(ZSTD_WINDOW_MAX)))?;
    }
    compressor.compress(data)
}

pub(super) fn xz(data: &[u8]) -> Result<Vec<u8>> {
    let mut options = LzmaOptions::new_preset(9)?;
    // A dictionary beyond the input finds nothing more and costs memory.
    options.dict_size((1usize << exponent(data.len())).clamp(1 << 16, XZ_DICTIONARY) as u32);
    let stream = Stream::new_stream_encoder(Filters::new().lzma2(&options), Check::None)?;
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(data)?;
    encoder.finish()
}

pub(super) fn ppmd(data: &[u8]) -> Result<Vec<u8>> {
    let failed = |e: ppmd_rust::Error| Error::other(e.to_string());
    // Memory that the model cannot fill changes nothing, and takes its time to be cleared.
    let memory = data.len().saturating_mul(PPMD_PER_BYTE).clamp(1 << 20, PPMD_MEMORY as usize) as u32;
    let mut encoder = Ppmd7Encoder::new(Vec::new(), PPMD_ORDER, memory).map_err(failed)?;
    encoder.write_all(data)?;
    encoder.finish(false)
}
