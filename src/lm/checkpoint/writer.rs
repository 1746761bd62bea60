//! Writing a safetensors file as a stream.
//!
//! The header needs types and shapes only, so it is written first and the numbers follow in pieces of any size: a
//! matrix of any length passes through one block of rows. What was announced is what has to come: too many bytes are
//! refused at once, too few at the end. The file is created, never replaced, and reaches the disk before
//! [`SafetensorsWriter::finish`] returns; whoever calls writes into a folder that is renamed when it is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::TensorInfo;
use super::dtype::Dtype;
use super::header::{MAX_HEADER, METADATA};
use crate::error::{Error, Place, Result};

/// One tensor of a file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorSpec {
    /// Its name.
    pub name: String,
    /// The type of its numbers; block types of GGUF cannot be written.
    pub dtype: Dtype,
    /// Its dimensions, outermost first.
    pub shape: Vec<usize>,
    /// Its size in bytes.
    pub bytes: u64,
}

impl TensorSpec {
    /// A tensor of a type whose size is known.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for block types and for names of types that safetensors does not define;
    /// [`Error::Input`] for a shape that is too large.
    pub fn new(name: impl Into<String>, dtype: Dtype, shape: Vec<usize>) -> Result<TensorSpec> {
        let name = name.into();
        let no = |why: &str| Error::unsupported(format!("writing `{name}` as {}", dtype.name()), why);
        if matches!(dtype, Dtype::Block(_)) {
            return Err(no("a safetensors file has no block types").with_hint("choose F32, F16 or BF16"));
        }
        let bytes = dtype.size_of(&shape)?.ok_or_else(|| no("the size of its numbers is not known"))?;
        Ok(TensorSpec { name, dtype, shape, bytes })
    }

    /// A tensor that is copied byte for byte, of whatever type it is.
    pub fn copy_of(name: impl Into<String>, info: &TensorInfo) -> TensorSpec {
        TensorSpec { name: name.into(), dtype: info.dtype.clone(), shape: info.shape.clone(), bytes: info.bytes() }
    }

    /// What its first byte has to be a multiple of, for readers that look at the file in place.
    fn alignment(&self) -> u64 {
        self.dtype.bytes().unwrap_or(1) as u64
    }
}

/// The order in which tensors lie in a file: wide numbers first, so that each tensor is aligned to its own, and
/// otherwise as they come.
pub fn file_order(mut tensors: Vec<TensorSpec>) -> Vec<TensorSpec> {
    tensors.sort_by_key(|tensor| std::cmp::Reverse(tensor.alignment()));
    tensors
}

/// A safetensors file in the making.
#[derive(Debug)]
pub struct SafetensorsWriter {
    path: PathBuf,
    out: BufWriter<File>,
    tensors: Vec<TensorSpec>,
    /// The tensor that is being written, and how many of its bytes are.
    current: usize,
    written: u64,
    size: u64,
}

impl SafetensorsWriter {
    /// Creates the file and writes its header. The numbers of `tensors` follow in this order; `metadata` are the
    /// strings about the file (`format`: `pt` is what transformers expects).
    ///
    /// # Errors
    /// [`Error::Io`], also when the file exists; [`Error::Input`] naming the tensor when a name stands twice, a block
    /// type is asked for or a tensor would not be aligned (see [`file_order`]).
    pub fn create(path: &Path, tensors: Vec<TensorSpec>, metadata: &BTreeMap<String, String>) -> Result<Self> {
        let header = header(&tensors, metadata).map_err(|e| e.in_file(path))?;
        let io = |e| Error::io("create", path, e);
        let mut out = BufWriter::with_capacity(1 << 20, File::create_new(path).map_err(io)?);
        let length = header.len() as u64;
        out.write_all(&length.to_le_bytes()).and_then(|()| out.write_all(&header)).map_err(io)?;
        Ok(SafetensorsWriter { path: path.to_path_buf(), out, tensors, current: 0, written: 0, size: 8 + length })
    }

    /// The tensor that the next byte belongs to; `None` when all are complete.
    pub fn next_tensor(&mut self) -> Option<&TensorSpec> {
        while self.tensors.get(self.current).is_some_and(|tensor| tensor.bytes == self.written) {
            (self.current, self.written) = (self.current + 1, 0);
        }
        self.tensors.get(self.current)
    }

    /// Appends bytes to the current tensor; when it is complete, the next one is current. One call never spans two.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Verify`] when the tensor would get more bytes than its shape has.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let count = bytes.len() as u64;
        let why = match self.next_tensor().cloned() {
            None => Some(format!("{count} bytes after the last tensor")),
            Some(tensor) if tensor.bytes - self.written < count => {
                Some(format!("`{}`: {count} bytes follow {} of {}", tensor.name, self.written, tensor.bytes))
            }
            Some(_) => None,
        };
        if let Some(why) = why {
            return Err(Error::Verify { why: format!("`{}`: {why}", self.path.display()) });
        }
        self.out.write_all(bytes).map_err(|e| Error::io("write", &self.path, e))?;
        self.written += count;
        self.size += count;
        Ok(())
    }

    /// Ends the file: all is on the disk. Returns its size in bytes.
    ///
    /// # Errors
    /// [`Error::Verify`] when a tensor is not complete, with its name; [`Error::Io`].
    pub fn finish(mut self) -> Result<u64> {
        let path = self.path.clone();
        if let Some(tensor) = self.next_tensor().cloned() {
            let why = format!("`{}`: `{}`: {} of {} bytes", path.display(), tensor.name, self.written, tensor.bytes);
            return Err(Error::Verify { why });
        }
        let io = |e| Error::io("write", &path, e);
        let file = self.out.into_inner().map_err(|e| io(e.into_error()))?;
        file.sync_all().map_err(io)?;
        Ok(self.size)
    }
}

/// The header's text, padded so that the data starts at a multiple of 8.
fn header(tensors: &[TensorSpec], metadata: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut entries = Map::new();
    if !metadata.is_empty() {
        entries.insert(METADATA.into(), json!(metadata));
    }
    let mut seen = BTreeSet::from([METADATA]);
    let mut at = 0u64;
    for tensor in tensors {
        let fault = |why: String| Error::input("", why).at(Place::Entry(tensor.name.clone()));
        if !seen.insert(&tensor.name) {
            return Err(fault("two tensors of one name, or a name that is reserved".into()));
        }
        if matches!(tensor.dtype, Dtype::Block(_)) {
            return Err(fault(format!("{} is a block type, which safetensors files do not have", tensor.dtype.name())));
        }
        if !at.is_multiple_of(tensor.alignment()) {
            return Err(fault(format!("byte {at} is no place for numbers of {} bytes", tensor.alignment())));
        }
        let end = at.checked_add(tensor.bytes).ok_or_else(|| fault("the file would be too large".into()))?;
        let entry = json!({"dtype": tensor.dtype.name(), "shape": tensor.shape, "data_offsets": [at, end]});
        entries.insert(tensor.name.clone(), entry);
        at = end;
    }
    let mut text = Value::Object(entries).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    if text.len() as u64 > MAX_HEADER {
        return Err(Error::input("", format!("the header would have {} bytes, {MAX_HEADER} at most", text.len())));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str, dtype: &str, shape: &[usize]) -> TensorSpec {
        TensorSpec::new(name, Dtype::of_name(dtype), shape.to_vec()).unwrap()
    }

    #[test]
    fn the_crate_reads_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        let tensors = file_order(vec![
            spec("odd", "BF16", &[3]),
            spec("none", "F32", &[0, 4]),
            spec("w", "F32", &[2, 2]),
            spec("n", "I64", &[1]),
        ]);
        let metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
        let mut writer = SafetensorsWriter::create(&path, tensors, &metadata).unwrap();
        assert_eq!(writer.next_tensor().unwrap().name, "n");
        writer.write(&7i64.to_le_bytes()).unwrap();
        assert_eq!(writer.next_tensor().unwrap().name, "w");
        let numbers: Vec<u8> = [1f32, 2.0, 3.0, 4.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        writer.write(&numbers[..5]).unwrap();
        writer.write(&numbers[5..]).unwrap();
        writer.write(&[1, 2, 3, 4, 5, 6]).unwrap();
        let size = writer.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len() as u64, size);
        let read = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(read.tensor("w").unwrap().data(), numbers);
        assert_eq!(read.tensor("odd").unwrap().data(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(read.tensor("none").unwrap().shape(), [0, 4]);
        let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
        assert_eq!(header.metadata().as_ref().unwrap()["format"], "pt");
    }

    #[test]
    fn bytes_have_to_match_the_announcement() {
        let folder = tempfile::tempdir().unwrap();
        let create = |name: &str| {
            let path = folder.path().join(name);
            SafetensorsWriter::create(&path, vec![spec("a", "U8", &[2]), spec("b", "U8", &[2])], &BTreeMap::new())
        };
        let mut writer = create("x").unwrap();
        writer.write(&[1]).unwrap();
        assert!(writer.write(&[2, 3]).unwrap_err().to_string().contains("`a`: 2 bytes follow 1 of 2"));
        assert!(writer.finish().unwrap_err().to_string().contains("`a`: 1 of 2 bytes"));
        assert!(create("x").is_err(), "an existing file is not replaced");
        let mut writer = create("y").unwrap();
        writer.write(&[1, 2]).unwrap();
        assert!(writer.finish().unwrap_err().to_string().contains("`b`: 0 of 2 bytes"));
        let mut writer = create("z").unwrap();
        writer.write(&[1, 2]).unwrap();
        writer.write(&[1, 2]).unwrap();
        assert!(writer.write(&[1]).unwrap_err().to_string().contains("after the last tensor"));
    }

    #[test]
    fn what_readers_would_refuse_is_refused() {
        let path = Path::new("never-created");
        let create = |tensors| SafetensorsWriter::create(path, tensors, &BTreeMap::new()).unwrap_err().to_string();
        assert!(create(vec![spec("a", "U8", &[2]), spec("a", "U8", &[2])]).contains("two tensors of one name"));
        assert!(create(vec![spec("a", "U8", &[3]), spec("b", "F32", &[2])]).contains("no place for numbers of 4"));
        assert!(TensorSpec::new("a", Dtype::of_name("XYZ"), vec![1]).is_err());
        assert!(!path.exists());
    }
}
