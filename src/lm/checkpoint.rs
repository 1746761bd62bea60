//! Model checkpoints: where every tensor lies, and rows of it as numbers.
//!
//! A checkpoint is a Hugging Face folder (one `model.safetensors` or shards with an index) or a `.gguf` file, which
//! looks as if it were such a folder: tensors have their Hugging Face names and values. Opening reads headers only;
//! numbers are read on request, by ranges of rows, with positioned reads, so memory is what is asked for and several
//! threads may read at once. Files are read and not mapped: a file that shrinks under us is an error, not a crash.

mod dequantise;
mod dtype;
mod folder;
mod gguf;
mod header;
mod huggingface;
mod vocabulary;
mod writer;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use serde_json::{Map, Value};

pub use dequantise::BlockType;
pub use dtype::Dtype;
pub use huggingface::{Written, write_hf};
pub use vocabulary::{VocabularyNames, VocabularyTensors};
pub use writer::{SafetensorsWriter, TensorSpec, file_order};

use self::gguf::names::{Change, unpaired};
use super::Weights;
use crate::error::{Error, Place, Result};

/// One tensor: its type, its shape and where its bytes lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// The type of its numbers as stored.
    pub dtype: Dtype,
    /// Its dimensions, outermost first; empty for a single number.
    pub shape: Vec<usize>,
    /// The number of its file in [`Checkpoint::shards`].
    pub shard: usize,
    /// Its first byte, counted from the start of that file.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
}

impl TensorInfo {
    /// Size in bytes.
    pub fn bytes(&self) -> u64 {
        self.end - self.start
    }

    /// The first dimension; 1 for a single number.
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Numbers in a row: the product of the other dimensions.
    pub fn columns(&self) -> usize {
        self.shape.iter().skip(1).fold(1, |product, &n| product.saturating_mul(n))
    }
}

/// One file of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name in the folder.
    pub name: String,
    /// Bytes of the header's text, without the eight that hold this number; 0 for GGUF.
    pub header_len: u64,
    /// The strings under `__metadata__`.
    pub metadata: BTreeMap<String, String>,
    /// Bytes of the file.
    pub size: u64,
}

/// The file that says which shard holds which tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// Its name in the folder.
    pub name: String,
    /// What it holds: `metadata` and `weight_map`.
    pub json: Map<String, Value>,
}

/// A checkpoint whose headers have been read.
#[derive(Debug)]
pub struct Checkpoint {
    /// The folder, or the `.gguf` file.
    pub path: PathBuf,
    /// `config.json`; for a GGUF file what it would be.
    pub config: Map<String, Value>,
    /// The tensors by name.
    pub tensors: BTreeMap<String, TensorInfo>,
    /// The files that they lie in.
    pub shards: Vec<Shard>,
    /// The index, where the weights are shards.
    pub index: Option<Index>,
    /// The chat template in a GGUF file; a folder has it among its tokenizer files.
    pub chat_template: Option<String>,
    from_gguf: bool,
    files: Vec<File>,
    /// What a converter did to the numbers, by Hugging Face name; those of folders are as they are.
    changes: BTreeMap<String, Change>,
}

impl Checkpoint {
    /// Opens a folder or a `.gguf` file: headers only.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] with the file, and the tensor where one is at fault, for whatever the format
    /// does not allow: bytes that are missing, shared or left over, sizes that do not match shapes, names that stand
    /// twice, shards or tensors that the index names and that are not there, weights in pickles, no weights at all.
    pub fn open(path: &Path) -> Result<Checkpoint> {
        let found = path.metadata().map_err(|e| Error::io("read", path, e))?;
        if !found.is_dir() {
            if gguf::is_gguf(path)? {
                return gguf::open(path);
            }
            return Err(Error::input(path, "not a checkpoint")
                .with_hint("name the folder of a Hugging Face checkpoint, or a `.gguf` file"));
        }
        let config = folder::config(path)?;
        let folder::Weights { shards, tensors, index } = folder::weights(path)?;
        let files = open_all(&shards)?;
        let (path, changes) = (path.to_path_buf(), BTreeMap::new());
        Ok(Checkpoint { path, config, tensors, shards, index, chat_template: None, from_gguf: false, files, changes })
    }

    /// Whether this is a GGUF file: its tensors can be read as numbers, but not all of them copied as bytes.
    pub fn is_gguf(&self) -> bool {
        self.from_gguf
    }

    /// The part of the configuration that describes the language model: `text_config` of a model that also sees or
    /// hears, otherwise all of it.
    pub fn text_config(&self) -> &Map<String, Value> {
        match self.config.get("text_config") {
            Some(Value::Object(text)) => text,
            _ => &self.config,
        }
    }

    /// What is known about a tensor.
    ///
    /// # Errors
    /// [`Error::Input`] when there is none of that name.
    pub fn info(&self, name: &str) -> Result<&TensorInfo> {
        self.tensors.get(name).ok_or_else(|| self.fault(name, "the checkpoint has no tensor of this name"))
    }

    fn fault(&self, tensor: &str, why: impl Into<String>) -> Error {
        Error::input(&self.path, why).at(Place::Entry(tensor.to_owned()))
    }

    /// Rows of a tensor as f32, row after row; a row is everything below the first dimension. Exact but for f64, which
    /// is rounded to the nearest f32.
    ///
    /// # Errors
    /// [`Error::Input`] when there is no such tensor or row, or its type is not read as numbers; [`Error::Io`].
    pub fn rows(&self, name: &str, range: Range<usize>) -> Result<Vec<f32>> {
        let info = self.info(name)?;
        match self.changes.get(name).unwrap_or(&Change::None) {
            Change::None => self.decode(name, info, &self.stored_rows(name, info, range)?),
            Change::PlusOne => {
                let mut values = self.decode(name, info, &self.stored_rows(name, info, range)?)?;
                values.iter_mut().for_each(|value| *value -= 1.0);
                Ok(values)
            }
            Change::Paired { heads } => {
                let (head, columns) = (info.rows() / heads, info.columns());
                self.check_range(name, info, &range)?;
                let whole = range.start / head * head..range.end.next_multiple_of(head);
                let stored = self.decode(name, info, &self.stored_rows(name, info, whole.clone())?)?;
                let values = unpaired(&stored, head, columns);
                Ok(values[(range.start - whole.start) * columns..(range.end - whole.start) * columns].to_vec())
            }
        }
    }

    /// Rows of a tensor as they are stored.
    ///
    /// # Errors
    /// [`Error::Input`] when there is no such tensor or row, when rows are not whole bytes, or when the converter to GGUF
    /// changed the numbers; [`Error::Io`].
    pub fn raw_rows(&self, name: &str, range: Range<usize>) -> Result<Vec<u8>> {
        let info = self.info(name)?;
        self.refuse_changed(name)?;
        self.stored_rows(name, info, range)
    }

    /// Rows of a tensor as they are stored, read into `out`, which has just their size.
    ///
    /// # Errors
    /// As [`Checkpoint::raw_rows`]; [`Error::Input`] where `out` is of another size.
    pub fn raw_rows_into(&self, name: &str, range: Range<usize>, out: &mut [u8]) -> Result<()> {
        let info = self.info(name)?;
        self.refuse_changed(name)?;
        let bytes = self.bytes_of(name, info, range)?;
        if bytes.end - bytes.start != out.len() as u64 {
            return Err(self.fault(name, format!("{} bytes do not go into {}", bytes.end - bytes.start, out.len())));
        }
        self.read_into(info, bytes.start, out)
    }

    fn refuse_changed(&self, name: &str) -> Result<()> {
        if self.changes.get(name).is_some_and(|change| *change != Change::None) {
            let why = "its bytes are not those of a Hugging Face checkpoint: the converter changed them";
            return Err(self.fault(name, why).with_hint("write the model as a Hugging Face folder first"));
        }
        Ok(())
    }

    fn check_range(&self, name: &str, info: &TensorInfo, range: &Range<usize>) -> Result<()> {
        if range.start > range.end || range.end > info.rows() {
            return Err(self.fault(name, format!("rows {} to {} of {}", range.start, range.end, info.rows())));
        }
        Ok(())
    }

    fn stored_rows(&self, name: &str, info: &TensorInfo, range: Range<usize>) -> Result<Vec<u8>> {
        self.read(info, self.bytes_of(name, info, range)?)
    }

    /// Where rows lie, counted from the first byte of their tensor.
    fn bytes_of(&self, name: &str, info: &TensorInfo, range: Range<usize>) -> Result<Range<u64>> {
        self.check_range(name, info, &range)?;
        let (rows, bytes) = (info.rows(), info.bytes());
        if range.is_empty() {
            return Ok(0..0);
        }
        if !bytes.is_multiple_of(rows as u64) {
            return Err(self.fault(name, format!("its {bytes} bytes are not {rows} rows of whole bytes")));
        }
        let row = bytes / rows as u64;
        Ok(range.start as u64 * row..range.end as u64 * row)
    }

    /// Hands all of a tensor to `take` as it is stored, in order, at most `portion` bytes at once; of any type.
    ///
    /// # Errors
    /// [`Error::Input`] when there is no such tensor, or when the converter to GGUF changed the numbers; [`Error::Io`]; what
    /// `take` reports.
    pub fn each_portion(&self, name: &str, portion: u64, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let info = self.info(name)?;
        self.refuse_changed(name)?;
        let mut at = 0;
        while at < info.bytes() {
            let next = (at + portion.max(1)).min(info.bytes());
            take(&self.read(info, at..next)?)?;
            at = next;
        }
        Ok(())
    }

    /// All of a tensor as f32, in row-major order.
    ///
    /// # Errors
    /// As [`Checkpoint::rows`].
    pub fn tensor_f32(&self, name: &str) -> Result<Vec<f32>> {
        self.rows(name, 0..self.info(name)?.rows())
    }

    fn decode(&self, name: &str, info: &TensorInfo, bytes: &[u8]) -> Result<Vec<f32>> {
        let mut out = Vec::new();
        match info.dtype.decode(bytes, &mut out) {
            Ok(()) => Ok(out),
            Err(Error::Unsupported { what, why, .. }) => Err(self
                .fault(name, format!("{what}: {why}"))
                .with_hint("use a checkpoint whose embeddings are F32, F16 or BF16")),
            Err(other) => Err(other.in_file(&self.path).at(Place::Entry(name.to_owned()))),
        }
    }

    /// Bytes of a tensor, counted from its first.
    fn read(&self, info: &TensorInfo, range: Range<u64>) -> Result<Vec<u8>> {
        let too_large = |_| Error::input(&self.shards[info.shard].path, "the tensor is too large for this machine");
        let mut bytes = vec![0; usize::try_from(range.end - range.start).map_err(too_large)?];
        self.read_into(info, range.start, &mut bytes)?;
        Ok(bytes)
    }

    fn read_into(&self, info: &TensorInfo, start: u64, bytes: &mut [u8]) -> Result<()> {
        let (shard, file) = (&self.shards[info.shard], &self.files[info.shard]);
        read_at(file, &shard.path, bytes, info.start + start).map_err(|e| Error::io("read", &shard.path, e))
    }
}

fn open_all(shards: &[Shard]) -> Result<Vec<File>> {
    shards.iter().map(|shard| File::open(&shard.path).map_err(|e| Error::io("read", &shard.path, e))).collect()
}

/// Reads at a position, whatever other threads read.
#[cfg(unix)]
fn read_at(file: &File, _: &Path, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(not(unix))]
fn read_at(_: &File, path: &Path, bytes: &mut [u8], at: u64) -> io::Result<()> {
    // A handle has one position, so each read has a handle of its own.
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(bytes)
}

impl Weights for Checkpoint {
    fn get(&self, name: &str) -> Result<Option<Tensor>> {
        let Some(info) = self.tensors.get(name) else { return Ok(None) };
        let values = self.tensor_f32(name)?;
        let tensor = Tensor::from_vec(values, info.shape.as_slice(), &Device::Cpu);
        tensor.map(Some).map_err(|e| self.fault(name, e.to_string()))
    }
}

#[cfg(test)]
mod tests;
