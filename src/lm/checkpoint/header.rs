//! The header of a safetensors file, read strictly.
//!
//! A file is a little-endian u64 (the length of the header), the header (a JSON object: tensor name to type, shape and
//! byte range, with strings about the file under `__metadata__`) and the data, in which the ranges lie without overlap
//! or gap. The `safetensors` crate checks most of this as well, but wants the whole file in memory for it, silently
//! keeps the last of two tensors of one name, refuses types that it does not know, and names no tensor in most of its
//! errors; its list of types is used here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::dtype::Dtype;
use super::{Shard, TensorInfo};
use crate::error::{Error, Place, Result};

/// A longer header is refused: the limit of the format's own reader.
pub(super) const MAX_HEADER: u64 = 100_000_000;
/// The key that names no tensor.
pub(super) const METADATA: &str = "__metadata__";

/// The header's entries in file order, so that a name that stands twice is seen.
struct Entries(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> std::result::Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Entries, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Entries(all))
            }
        }
        input.deserialize_map(Each)
    }
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// Reads the header of the file at `path`: the shard and its tensors, which get the number `shard`.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`] with the path, and the tensor where one is at fault.
pub(super) fn read(path: &Path, shard: usize) -> Result<(Shard, BTreeMap<String, TensorInfo>)> {
    let io = |e| Error::io("read", path, e);
    let mut file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let fault = |why: String| Error::input(path, why).with_hint("the file is damaged or incomplete: fetch it again");
    let mut length = [0; 8];
    if size < 8 {
        return Err(fault(format!("a safetensors file has at least 8 bytes, this one has {size}")));
    }
    file.read_exact(&mut length).map_err(io)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER {
        return Err(fault(format!("not a safetensors file: its header would have {length} bytes")));
    }
    if length > size - 8 {
        return Err(fault(format!("the header has {length} bytes, but the file has {size}")));
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(io)?;
    if header.len() as u64 != length {
        return Err(fault("the file ends in the middle of its header".into()));
    }
    let (metadata, tensors) = parse(&header, 8 + length, size, shard).map_err(|e| e.in_file(path))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((Shard { path: path.to_path_buf(), name, header_len: length, metadata, size }, tensors))
}

type Parsed = (BTreeMap<String, String>, BTreeMap<String, TensorInfo>);

/// The header's text, of a file of `size` bytes whose data starts at `data`.
fn parse(header: &[u8], data: u64, size: u64, shard: usize) -> Result<Parsed> {
    let Entries(entries) = serde_json::from_slice(header).map_err(|e| {
        Error::input("", format!("the safetensors header is not readable: {e}"))
            .with_hint("the file is damaged or is no safetensors file")
    })?;
    let mut metadata = BTreeMap::new();
    let mut tensors = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (name, raw) in entries {
        let fault = |why: String| Error::input("", why).at(Place::Entry(name.clone()));
        if !seen.insert(name.clone()) {
            return Err(fault("the header holds this name twice".into()));
        }
        if name == METADATA {
            metadata = serde_json::from_str(raw.get())
                .map_err(|e| fault(format!("it has to be an object of strings: {e}")))?;
            continue;
        }
        let entry: Entry = serde_json::from_str(raw.get())
            .map_err(|e| fault(format!("a tensor needs `dtype`, `shape` and `data_offsets`: {e}")))?;
        let info = checked(&entry, data, size, shard).map_err(|e| e.at(Place::Entry(name.clone())))?;
        tensors.insert(name, info);
    }
    check_cover(&tensors, data, size)?;
    Ok((metadata, tensors))
}

fn checked(entry: &Entry, data: u64, size: u64, shard: usize) -> Result<TensorInfo> {
    let (start, end) = entry.data_offsets;
    if end < start {
        return Err(Error::input("", format!("its bytes end ({end}) before they start ({start})")));
    }
    let room = size - data;
    if end > room {
        let why = format!("its bytes end at {end} of the data, of which the file has {room}");
        return Err(Error::input("", why).with_hint("the file is incomplete: fetch it again"));
    }
    let shape = entry.shape.iter().map(|&n| usize::try_from(n)).collect::<std::result::Result<Vec<_>, _>>();
    let shape = shape.map_err(|_| Error::input("", format!("the shape {:?} is too large", entry.shape)))?;
    let dtype = Dtype::of_name(&entry.dtype);
    if let Some(expected) = dtype.size_of(&shape)?
        && expected != end - start
    {
        let why = format!("{} of shape {shape:?} has {expected} bytes, not {}", dtype.name(), end - start);
        return Err(Error::input("", why));
    }
    Ok(TensorInfo { dtype, shape, shard, start: data + start, end: data + end })
}

/// The tensors have to cover the data from its first byte to its last, each byte once.
fn check_cover(tensors: &BTreeMap<String, TensorInfo>, data: u64, size: u64) -> Result<()> {
    let mut order: Vec<_> = tensors.iter().collect();
    order.sort_by_key(|(_, info)| (info.start, info.end));
    let mut at = data;
    for (name, info) in order {
        let fault = |why: String| Err(Error::input("", why).at(Place::Entry(name.clone())));
        if info.start < at {
            return fault(format!("its bytes overlap those of another tensor (byte {})", info.start));
        }
        if info.start > at {
            return fault(format!("no tensor owns the {} bytes before it (byte {at})", info.start - at));
        }
        at = info.end;
    }
    if at != size {
        return Err(Error::input("", format!("{} bytes after the last tensor", size - at)).at(Place::Byte(at)));
    }
    Ok(())
}
