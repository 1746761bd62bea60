//! The beginning of a GGUF file: its key-value metadata and the list of its tensors.
//!
//! Versions 2 and 3, little-endian. Lengths are checked against what is left of the file, and data is read in pieces,
//! so that a lying length costs nothing.

use std::collections::BTreeMap;
use std::io::Read;

use crate::error::{Error, Place, Result};

/// Longer strings are refused; the longest real ones are chat templates.
const MAX_STRING: u64 = 16 << 20;
/// More tokens or merges are refused.
const MAX_ITEMS: u64 = 1 << 24;

/// A metadata value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Number(f64),
    Flag(bool),
    Text(String),
    Texts(Vec<String>),
    Numbers(Vec<f64>),
    Other,
}

/// The metadata, read from a stream of `left` bytes.
struct Reader<R> {
    input: R,
    at: u64,
    left: u64,
}

impl<R: Read> Reader<R> {
    fn fault(&self, why: impl Into<String>) -> Error {
        Error::input("", why).at(Place::Byte(self.at))
    }

    fn bytes(&mut self, n: u64) -> Result<Vec<u8>> {
        if n > self.left {
            return Err(self.fault(format!("{n} bytes are announced, but the file has {} left", self.left)));
        }
        let mut out = Vec::new();
        let got = self.input.by_ref().take(n).read_to_end(&mut out).map_err(|e| Error::io("read", "", e))?;
        if got as u64 != n {
            return Err(self.fault("the file ends in the middle of its metadata"));
        }
        (self.at, self.left) = (self.at + n, self.left - n);
        Ok(out)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.number()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.number()?))
    }

    fn text(&mut self) -> Result<String> {
        let len = self.u64()?;
        if len > MAX_STRING {
            return Err(self.fault(format!("a string of {len} bytes")));
        }
        let bytes = self.bytes(len)?;
        String::from_utf8(bytes).map_err(|_| self.fault("a string is not UTF-8"))
    }

    /// A number or flag of type `kind`.
    fn scalar(&mut self, kind: u32) -> Result<Value> {
        Ok(Value::Number(match kind {
            0 => f64::from(u8::from_le_bytes(self.number()?)),
            1 => f64::from(i8::from_le_bytes(self.number()?)),
            2 => f64::from(u16::from_le_bytes(self.number()?)),
            3 => f64::from(i16::from_le_bytes(self.number()?)),
            4 => f64::from(self.u32()?),
            5 => f64::from(i32::from_le_bytes(self.number()?)),
            6 => f64::from(f32::from_le_bytes(self.number()?)),
            7 => return Ok(Value::Flag(self.number::<1>()? != [0])),
            10 => self.u64()? as f64,
            11 => i64::from_le_bytes(self.number()?) as f64,
            12 => f64::from_le_bytes(self.number()?),
            _ => return Err(self.fault(format!("a value of unknown type {kind}"))),
        }))
    }

    fn value(&mut self, kind: u32, depth: u32) -> Result<Value> {
        match kind {
            8 => Ok(Value::Text(self.text()?)),
            9 => self.array(depth),
            _ => self.scalar(kind),
        }
    }

    /// Passes over `n` bytes without keeping them.
    fn pass(&mut self, n: u64) -> Result<()> {
        if n > self.left {
            return Err(self.fault(format!("{n} bytes are announced, but the file has {} left", self.left)));
        }
        let mut scratch = [0; 512];
        let mut rest = n;
        while rest > 0 {
            let part = rest.min(scratch.len() as u64) as usize;
            self.fill(&mut scratch[..part])?;
            rest -= part as u64;
        }
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        let n = bytes.len() as u64;
        if n > self.left {
            return Err(self.fault(format!("{n} bytes are announced, but the file has {} left", self.left)));
        }
        self.input.read_exact(bytes).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => self.fault("the file ends in the middle of its metadata"),
            _ => Error::io("read", "", e),
        })?;
        (self.at, self.left) = (self.at + n, self.left - n);
        Ok(())
    }

    /// Passes over a value of type `kind`: a vocabulary that nobody asked for is not built.
    fn pass_value(&mut self, kind: u32, depth: u32) -> Result<()> {
        let width = |kind| match kind {
            0 | 1 | 7 => Some(1),
            2 | 3 => Some(2),
            4..=6 => Some(4),
            10..=12 => Some(8),
            _ => None,
        };
        match (kind, width(kind)) {
            (_, Some(bytes)) => self.pass(bytes),
            (8, _) => {
                let len = self.u64()?;
                self.pass(len)
            }
            (9, _) => {
                let (kind, len) = (self.u32()?, self.u64()?);
                if depth > 4 || len > MAX_ITEMS || len > self.left {
                    return Err(self.fault(format!("a list of {len} values, with {} bytes left", self.left)));
                }
                match width(kind) {
                    Some(bytes) => self.pass(len * bytes),
                    None => (0..len).try_for_each(|_| self.pass_value(kind, depth + 1)),
                }
            }
            _ => Err(self.fault(format!("a value of unknown type {kind}"))),
        }
    }

    fn array(&mut self, depth: u32) -> Result<Value> {
        let (kind, len) = (self.u32()?, self.u64()?);
        if depth > 4 || len > MAX_ITEMS || len > self.left {
            return Err(self.fault(format!("a list of {len} values, with {} bytes left", self.left)));
        }
        match kind {
            8 => (0..len).map(|_| self.text()).collect::<Result<_>>().map(Value::Texts),
            9 => {
                for _ in 0..len {
                    self.array(depth + 1)?;
                }
                Ok(Value::Other)
            }
            _ => {
                let mut all = Vec::new();
                for _ in 0..len {
                    match self.scalar(kind)? {
                        Value::Number(n) => all.push(n),
                        Value::Flag(on) => all.push(f64::from(u8::from(on))),
                        _ => {}
                    }
                }
                Ok(Value::Numbers(all))
            }
        }
    }
}

/// A tensor as the file lists it.
#[cfg(feature = "models")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub name: String,
    /// Dimensions, outermost first (the file has them innermost first).
    pub shape: Vec<u64>,
    /// The number of its type.
    pub kind: u32,
    /// Its first byte, counted from the start of the data.
    pub offset: u64,
}

/// What stands before the data of the tensors.
#[cfg(feature = "models")]
#[derive(Debug)]
pub(crate) struct Header {
    pub keys: BTreeMap<String, Value>,
    pub tensors: Vec<Listed>,
    /// Where the data of the tensors starts.
    pub data: u64,
}

/// The keys of a file that `keep` wants, and how many tensors follow them.
fn start<R: Read>(reader: &mut Reader<R>, keep: impl Fn(&str) -> bool) -> Result<(BTreeMap<String, Value>, u64)> {
    if reader.bytes(4)? != b"GGUF" {
        return Err(Error::input("", "not a GGUF file"));
    }
    match reader.u32()? {
        2 | 3 => {}
        v if v.swap_bytes() <= 3 => return Err(reader.fault("a big-endian GGUF file, which is not supported")),
        v => return Err(reader.fault(format!("GGUF version {v}; versions 2 and 3 are supported"))),
    }
    let tensors = reader.u64()?;
    let count = reader.u64()?;
    let mut keys = BTreeMap::new();
    for _ in 0..count {
        let key = reader.text()?;
        let kind = reader.u32()?;
        if keep(&key) {
            keys.insert(key, reader.value(kind, 0)?);
        } else {
            reader.pass_value(kind, 0)?;
        }
    }
    Ok((keys, tensors))
}

/// The `tokenizer.` keys of a file of `size` bytes, without that prefix.
pub(super) fn of_tokenizer(input: impl Read, size: u64) -> Result<BTreeMap<String, Value>> {
    const PREFIX: &str = "tokenizer.";
    let mut reader = Reader { input, at: 0, left: size };
    let (keys, _) = start(&mut reader, |key| key.starts_with(PREFIX))?;
    Ok(keys.into_iter().filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?.to_owned(), value))).collect())
}

/// The header of a file of `size` bytes: the keys that `keep` wants, and all tensors.
///
/// # Errors
/// [`Error::Input`] without a path that names the byte.
#[cfg(feature = "models")]
pub(crate) fn header(input: impl Read, size: u64, keep: impl Fn(&str) -> bool) -> Result<Header> {
    const ALIGNMENT: &str = "general.alignment";
    let mut reader = Reader { input, at: 0, left: size };
    let (keys, count) = start(&mut reader, |key| key == ALIGNMENT || keep(key))?;
    if count > MAX_ITEMS {
        return Err(reader.fault(format!("a list of {count} tensors")));
    }
    let mut tensors = Vec::new();
    for _ in 0..count {
        let name = reader.text()?;
        let dimensions = reader.u32()?;
        if dimensions > 8 {
            return Err(reader.fault(format!("`{name}` has {dimensions} dimensions")));
        }
        let mut shape = (0..dimensions).map(|_| reader.u64()).collect::<Result<Vec<_>>>()?;
        shape.reverse();
        tensors.push(Listed { name, shape, kind: reader.u32()?, offset: reader.u64()? });
    }
    let alignment = match keys.get(ALIGNMENT) {
        None => 32,
        Some(Value::Number(n)) if *n >= 1.0 && *n <= 65_536.0 && n.fract() == 0.0 => *n as u64,
        Some(other) => {
            return Err(Error::input("", format!("an alignment of {other:?}")).at(Place::Entry(ALIGNMENT.into())));
        }
    };
    Ok(Header { keys, tensors, data: reader.at.next_multiple_of(alignment) })
}
