//! Vectors from a file.
//!
//! - word2vec's text form (`.vec`, `.txt`): a line a token, its numbers after it, parted by spaces; a first line of two
//!   numbers (how many, how wide) may be there. Read as a stream; only tokens that are asked for are kept.
//! - `.npy` and `.safetensors` with one matrix, and beside it a file of the same name and the ending `.tokens`, with the token
//!   of each row on its line.
//!
//! Tokens may be spelled as themselves, with SentencePiece's mark or in GPT-2's byte alphabet: whichever gives a token that
//! is asked for.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use rustc_hash::FxHashMap;

use super::{Auxiliary, Vectors};
use crate::alphabet;
use crate::error::{Error, Place, Result};
use crate::inventory::Class;
use crate::lm::checkpoint::Dtype;
use crate::transplant::init::Context;
use crate::vocab::Id;

/// Vectors of the tokens that are asked for, by their bytes.
struct Found {
    width: usize,
    wanted: FxHashMap<Vec<u8>, Option<Vec<f32>>>,
}

impl Found {
    /// Takes a row of a file, where somebody asks for it; the first of equal tokens.
    fn take(&mut self, token: &str, numbers: impl FnOnce() -> Result<Vec<f32>>) -> Result<()> {
        let keys = [Some(token.replace('▁', " ").into_bytes()), alphabet::unspell(token)];
        let mut numbers = Some(numbers);
        for key in keys.into_iter().flatten() {
            if let Some(slot @ None) = self.wanted.get_mut(&key)
                && let Some(numbers) = numbers.take()
            {
                *slot = Some(numbers()?);
            }
        }
        Ok(())
    }

    fn get(&self, bytes: &[u8]) -> Option<&[f32]> {
        let bare = bytes.strip_prefix(b" ").unwrap_or(bytes);
        let found = |key: &[u8]| self.wanted.get(key)?.as_deref();
        found(bytes).or_else(|| found(bare))
    }
}

/// Vectors of all old tokens below `rows` and of all fresh ones from a file.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`] naming the line or the row where widths differ, a number is none, tokens and rows are not
/// of one number, or the file is of no kind that is known; and when not one fresh token has a vector.
pub fn read(path: &Path, cx: &Context<'_>, rows: usize) -> Result<Auxiliary> {
    let old = |id: Id| cx.old.inventory.canonical(id);
    let is_text = |id: &Id| matches!(cx.old.inventory.class(*id), Class::Text);
    let olds: Vec<Id> = (0..rows.min(cx.old.bound()) as Id).collect();
    let mut found = Found { width: 0, wanted: FxHashMap::default() };
    let all = olds.iter().copied().filter(is_text).map(old);
    for bytes in all.chain(cx.fresh.iter().map(|&id| cx.new.inventory.canonical(id))) {
        found.wanted.entry(bytes.strip_prefix(b" ").unwrap_or(&bytes).to_vec()).or_default();
        found.wanted.entry(bytes.into_owned()).or_default();
    }
    match path.extension().and_then(|e| e.to_str()) {
        Some("npy" | "safetensors") => matrix(path, &mut found)?,
        Some("vec" | "txt") => text(path, &mut found)?,
        _ => {
            return Err(Error::input(path, "not a file of vectors").with_hint(
                "`--aux` takes `own`, word2vec text (.vec, .txt), or a matrix (.npy, .safetensors) with its tokens beside it (.tokens)",
            ));
        }
    }
    let (mut vectors, mut fresh) = (Vectors::new(found.width), Vectors::new(found.width));
    olds.iter().for_each(|id| vectors.push(if is_text(id) { found.get(&old(*id)) } else { None }));
    cx.fresh.iter().for_each(|&id| fresh.push(found.get(&cx.new.inventory.canonical(id))));
    let auxiliary = Auxiliary { name: path.display().to_string(), old: vectors, fresh };
    if !cx.fresh.is_empty() && auxiliary.known().1 == 0 {
        return Err(Error::input(path, "it has a vector of not one token that needs a row")
            .with_hint("are they vectors of this language, and tokens spelled as words?"));
    }
    Ok(auxiliary)
}

fn text(path: &Path, found: &mut Found) -> Result<()> {
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let mut width = None;
    for (number, line) in (1..).zip(BufReader::new(file).split(b'\n')) {
        let line = line.map_err(|e| Error::io("read", path, e))?;
        let fault = |why: String| Error::input(path, why).at(Place::Line(number));
        // A word that is no UTF-8 is nobody's token; fastText's own files have some.
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        // The token may be a space itself.
        let Some((at, _)) = line.match_indices(' ').find(|(at, _)| *at > 0) else { continue };
        let (token, rest) = line.split_at(at);
        let columns = rest.split_ascii_whitespace().count();
        if number == 1 && columns == 1 && token.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let expected = *width.get_or_insert(columns);
        if columns != expected {
            return Err(fault(format!("`{token}` has {columns} numbers, those before it have {expected}")));
        }
        found.take(token, || {
            let number = |text: &str| text.parse().map_err(|_| fault(format!("`{text}` is no number")));
            rest.split_ascii_whitespace().map(number).collect()
        })?;
    }
    found.width = width.ok_or_else(|| Error::input(path, "there is no vector in it"))?;
    Ok(())
}

fn matrix(path: &Path, found: &mut Found) -> Result<()> {
    let beside = path.with_extension("tokens");
    let tokens = std::fs::read_to_string(&beside).map_err(|e| Error::io("read", &beside, e))?;
    let tokens: Vec<&str> = tokens.lines().collect();
    let (count, width, numbers) = match path.extension().and_then(|e| e.to_str()) {
        Some("npy") => npy(path)?,
        _ => only_matrix(path)?,
    };
    if count != tokens.len() {
        let why = format!("it has {count} rows, but `{}` has {} lines", beside.display(), tokens.len());
        return Err(Error::input(path, why).with_hint("one token a line, in the order of the rows"));
    }
    found.width = width;
    for (row, token) in tokens.into_iter().enumerate() {
        found.take(token, || Ok(numbers[row * width..][..width].to_vec()))?;
    }
    Ok(())
}

/// The one matrix of a safetensors file: rows, width, numbers.
fn only_matrix(path: &Path) -> Result<(usize, usize, Vec<f32>)> {
    let fault = |e: candle_core::Error| Error::input(path, format!("cannot be read as a matrix: {e}"));
    let all = candle_core::safetensors::load(path, &Device::Cpu).map_err(fault)?;
    let mut matrices: Vec<Tensor> = all.into_values().filter(|tensor| tensor.rank() == 2).collect();
    if matrices.len() != 1 {
        return Err(Error::input(path, format!("it has {} matrices, not one", matrices.len())));
    }
    let matrix = matrices.remove(0);
    let (count, width) = matrix.dims2().map_err(fault)?;
    let numbers = matrix.to_dtype(DType::F32).and_then(|m| m.flatten_all()?.to_vec1()).map_err(fault)?;
    Ok((count, width, numbers))
}

/// The matrix of a NumPy file. Read here, as candle takes memory for whatever shape a damaged header claims.
fn npy(path: &Path) -> Result<(usize, usize, Vec<f32>)> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    let fault = |why: &str| {
        Error::input(path, format!("cannot be read as a matrix: {why}"))
            .with_hint("save it with `numpy.save` as rows of float16, float32 or float64")
    };
    let cut = || {
        let rest = bytes.strip_prefix(b"\x93NUMPY")?;
        let (version, rest) = rest.split_first_chunk::<2>()?;
        let (length, rest) = match version[0] {
            1 => rest.split_first_chunk::<2>().map(|(n, rest)| (u16::from_le_bytes(*n) as usize, rest))?,
            _ => rest.split_first_chunk::<4>().map(|(n, rest)| (u32::from_le_bytes(*n) as usize, rest))?,
        };
        let (header, data) = rest.split_at_checked(length)?;
        Some((std::str::from_utf8(header).ok()?, data))
    };
    let (header, data) = cut().ok_or_else(|| fault("it does not begin as a NumPy file"))?;
    let of = |key: &str| header.split_once(&format!("'{key}':")).map_or("", |(_, value)| value.trim_start());
    let dtype = match of("descr").get(1..4) {
        Some("<f2") => Dtype::F16,
        Some("<f4") => Dtype::F32,
        Some("<f8") => Dtype::F64,
        _ => return Err(fault("its numbers are of another type")),
    };
    if !of("fortran_order").starts_with("False") {
        return Err(fault("it is stored column by column"));
    }
    let shape = of("shape").strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or("", |(shape, _)| shape);
    let sizes: Option<Vec<usize>> = shape.split(',').map(|n| n.trim().parse().ok()).collect();
    let Some(&[count, width]) = sizes.as_deref() else { return Err(fault("its shape is not rows and columns")) };
    if dtype.size_of(&[count, width])? != Some(data.len() as u64) {
        return Err(fault("its length does not fit its shape"));
    }
    let mut numbers = Vec::new();
    dtype.decode(data, &mut numbers)?;
    Ok((count, width, numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_npy(shape: &str, descr: &str, data: &[u8]) -> Result<(usize, usize, Vec<f32>)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let bytes = [&b"\x93NUMPY\x01\x00"[..], &(header.len() as u16).to_le_bytes(), header.as_bytes(), data].concat();
        std::fs::write(file.path(), bytes).unwrap();
        npy(file.path())
    }

    #[test]
    fn numpy_files_are_read_or_refused() {
        let data: Vec<u8> = [1.0f32, 2.0, 3.0, 4.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(read_npy("(2, 2)", "<f4", &data).unwrap(), (2, 2, vec![1.0, 2.0, 3.0, 4.0]));
        for (shape, descr) in [
            ("(2, 3)", "<f4"),
            ("(4,)", "<f4"),
            ("(2, 2)", ">f4"),
            ("(2, 2)", "<i4"),
            ("(9999999999, 9999999999)", "<f4"),
            ("(2, 99999999999999999999)", "<f4"),
        ] {
            assert!(read_npy(shape, descr, &data).is_err(), "{shape} {descr}");
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        for bytes in [&b""[..], b"\x93NUMPY\x01\x00\xff\xff", b"\x93NUMPY\x01"] {
            std::fs::write(file.path(), bytes).unwrap();
            assert!(npy(file.path()).is_err(), "{bytes:?}");
        }
    }
}
