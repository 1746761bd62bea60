//! Types of the numbers in a checkpoint, and f32 to and from them.
//!
//! Everything is computed in f32 and stored in the type that the file had. Types that are not floating-point numbers
//! (integers, 8-bit floats, packed 4-bit weights) are *opaque*: their tensors are copied byte for byte and never read
//! as numbers, which is what a checkpoint with a quantised body needs, whose embeddings are ordinary numbers.

use half::slice::HalfFloatSliceExt as _;
use half::{bf16, f16};

use super::dequantise::BlockType;
use crate::error::{Error, Result};

/// The type of a tensor's numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// IEEE 754 double precision.
    F64,
    /// IEEE 754 single precision.
    F32,
    /// IEEE 754 half precision: 11 bits of precision, at most 65,504.
    F16,
    /// The upper half of an f32: 8 bits of precision, the range of f32.
    BF16,
    /// A block type of GGUF: several numbers share a scale. Read only.
    Block(BlockType),
    /// Anything else, by its name in the safetensors header: copied, never read.
    Opaque(String),
}

impl Dtype {
    /// The type with this name in a safetensors header; names that are not known here are opaque.
    pub fn of_name(name: &str) -> Dtype {
        match name {
            "F64" => Dtype::F64,
            "F32" => Dtype::F32,
            "F16" => Dtype::F16,
            "BF16" => Dtype::BF16,
            other => Dtype::Opaque(other.to_owned()),
        }
    }

    /// The name: as in a safetensors header, for a block type as GGUF tools print it.
    pub fn name(&self) -> &str {
        match self {
            Dtype::F64 => "F64",
            Dtype::F32 => "F32",
            Dtype::F16 => "F16",
            Dtype::BF16 => "BF16",
            Dtype::Block(block) => block.name(),
            Dtype::Opaque(name) => name,
        }
    }

    /// Bytes of one number; `None` where a number has no bytes of its own (block types, types of less than a byte) or
    /// the name is not known.
    pub fn bytes(&self) -> Option<usize> {
        match self {
            Dtype::F64 => Some(8),
            Dtype::F32 => Some(4),
            Dtype::F16 | Dtype::BF16 => Some(2),
            Dtype::Block(_) => None,
            Dtype::Opaque(_) => self.bits().filter(|bits| bits % 8 == 0).map(|bits| bits / 8),
        }
    }

    /// Bits of one number, where safetensors defines them.
    fn bits(&self) -> Option<usize> {
        let name = serde_json::Value::String(self.name().to_owned());
        serde_json::from_value::<safetensors::Dtype>(name).ok().map(|known| known.bitsize())
    }

    /// Whether the numbers can be read as f32.
    pub fn is_readable(&self) -> bool {
        !matches!(self, Dtype::Opaque(_))
    }

    /// Bytes of a tensor of this type and shape; `Ok(None)` for a type whose size is not known.
    ///
    /// # Errors
    /// [`Error::Input`] without a path: the product overflows, or the last dimension is not whole blocks or bytes.
    pub fn size_of(&self, shape: &[usize]) -> Result<Option<u64>> {
        let fault = |why: &str| Error::input("", format!("the shape {shape:?} of {} numbers {why}", self.name()));
        let too_large = || fault("is too large");
        let numbers = shape
            .iter()
            .try_fold(1u64, |product, &n| product.checked_mul(u64::try_from(n).ok()?))
            .ok_or_else(too_large)?;
        if let Dtype::Block(block) = self {
            let row = shape.last().copied().unwrap_or(1) as u64;
            if !row.is_multiple_of(block.numbers() as u64) {
                return Err(fault(&format!("is not whole blocks of {}", block.numbers())));
            }
            let blocks = numbers / block.numbers() as u64;
            return blocks.checked_mul(block.bytes() as u64).map(Some).ok_or_else(too_large);
        }
        let Some(bits) = self.bits() else { return Ok(None) };
        let bits = numbers.checked_mul(bits as u64).ok_or_else(too_large)?;
        if bits % 8 != 0 {
            return Err(fault("is not whole bytes"));
        }
        Ok(Some(bits / 8))
    }

    /// Appends `values` to `out` in this type, little-endian, rounded to the nearest, ties to even. Infinities and NaN
    /// stay what they are.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when a finite value is beyond the range of the type, with the value and its place in
    /// `values`; or for types that can only be read.
    pub fn encode(&self, values: &[f32], out: &mut Vec<u8>) -> Result<()> {
        match self {
            Dtype::F64 => out.extend(values.iter().flat_map(|&v| f64::from(v).to_le_bytes())),
            Dtype::F32 => out.extend(values.iter().flat_map(|v| v.to_le_bytes())),
            Dtype::F16 => {
                let mut narrow = vec![f16::ZERO; values.len()];
                narrow.convert_from_f32_slice(values);
                self.in_range(values, narrow.iter().map(|v| v.is_infinite()))?;
                out.extend(narrow.iter().flat_map(|v| v.to_le_bytes()));
            }
            Dtype::BF16 => {
                let mut narrow = vec![bf16::ZERO; values.len()];
                narrow.convert_from_f32_slice(values);
                self.in_range(values, narrow.iter().map(|v| v.is_infinite()))?;
                out.extend(narrow.iter().flat_map(|v| v.to_le_bytes()));
            }
            Dtype::Block(_) | Dtype::Opaque(_) => {
                return Err(Error::unsupported(format!("writing numbers as {}", self.name()), "it is a packed type")
                    .with_hint("write them as F32, F16 or BF16"));
            }
        }
        Ok(())
    }

    /// Refuses finite values that became infinite.
    fn in_range(&self, values: &[f32], infinite: impl Iterator<Item = bool>) -> Result<()> {
        match values.iter().zip(infinite).position(|(v, infinite)| infinite && v.is_finite()) {
            None => Ok(()),
            Some(n) => {
                let what = format!("the value {} (number {n} of {}) as {}", values[n], values.len(), self.name());
                Err(Error::unsupported(what, "it is beyond the range of the type")
                    .with_hint("write the tensor as BF16 or F32"))
            }
        }
    }

    /// Appends to `out` the numbers in `bytes`, which are whole numbers or blocks of this type. An f64 is rounded to
    /// the nearest f32; the others are exact.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for an opaque type; [`Error::Input`] without a path when `bytes` ends inside a number.
    pub fn decode(&self, bytes: &[u8], out: &mut Vec<f32>) -> Result<()> {
        let unit = match self {
            Dtype::Block(block) => block.bytes(),
            Dtype::Opaque(name) => {
                return Err(Error::unsupported(format!("reading {name} as numbers"), "only floating-point is read")
                    .with_hint("use a checkpoint in F32, F16 or BF16"));
            }
            Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::BF16 => self.bytes().unwrap_or(1),
        };
        if !bytes.len().is_multiple_of(unit) {
            return Err(Error::input("", format!("{} bytes are not whole numbers of {}", bytes.len(), self.name())));
        }
        match self {
            Dtype::F64 => out.extend(chunks(bytes).map(|b| f64::from_le_bytes(b) as f32)),
            Dtype::F32 => out.extend(chunks(bytes).map(f32::from_le_bytes)),
            Dtype::F16 => out.extend(chunks(bytes).map(|b| f16::from_le_bytes(b).to_f32())),
            Dtype::BF16 => out.extend(chunks(bytes).map(|b| bf16::from_le_bytes(b).to_f32())),
            Dtype::Block(block) => block.dequantise(bytes, out)?,
            Dtype::Opaque(_) => {}
        }
        Ok(())
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    bytes.as_chunks::<N>().0.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(dtype: &Dtype, values: &[f32]) -> Vec<u8> {
        let mut out = Vec::new();
        dtype.encode(values, &mut out).unwrap();
        out
    }

    #[test]
    fn halves_are_rounded_to_the_nearest_and_ties_to_even() {
        // 1 + 2^-11 lies between two neighbours in f16, 1 + 2^-8 in bf16.
        let between = |bits: i32| [1.0 + 2f32.powi(-bits), 1.0 + 3.0 * 2f32.powi(-bits), 1.0 + 1.01 * 2f32.powi(-bits)];
        let mut back = Vec::new();
        Dtype::F16.decode(&encoded(&Dtype::F16, &between(11)), &mut back).unwrap();
        assert_eq!(back, [1.0, 1.0 + 2f32.powi(-9), 1.0 + 2f32.powi(-10)]);
        back.clear();
        Dtype::BF16.decode(&encoded(&Dtype::BF16, &between(8)), &mut back).unwrap();
        assert_eq!(back, [1.0, 1.0 + 2f32.powi(-6), 1.0 + 2f32.powi(-7)]);
    }

    #[test]
    fn every_half_comes_back_bit_for_bit() {
        for dtype in [Dtype::F16, Dtype::BF16] {
            let bytes: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
            let mut values = Vec::new();
            dtype.decode(&bytes, &mut values).unwrap();
            let again = encoded(&dtype, &values);
            for (n, value) in values.iter().enumerate().filter(|(_, v)| !v.is_nan()) {
                assert_eq!(again[2 * n..2 * n + 2], bytes[2 * n..2 * n + 2], "{value}");
            }
        }
    }

    #[test]
    fn a_value_out_of_range_is_named() {
        let error = Dtype::F16.encode(&[1.0, -70_000.0], &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("-70000") && error.contains("number 1 of 2") && error.contains("F16"), "{error}");
        assert!(Dtype::BF16.encode(&[f32::MAX], &mut Vec::new()).is_err());
        assert_eq!(encoded(&Dtype::F16, &[f32::INFINITY]), [0x00, 0x7c]);
        // The largest f32 that still rounds down to 65,504.
        assert_eq!(encoded(&Dtype::F16, &[65_519.9]), [0xff, 0x7b]);
    }

    #[test]
    fn sizes_are_checked() {
        assert_eq!(Dtype::BF16.size_of(&[3, 5]).unwrap(), Some(30));
        assert_eq!(Dtype::of_name("I64").size_of(&[3]).unwrap(), Some(24));
        assert_eq!(Dtype::of_name("F8_E4M3").bytes(), Some(1));
        assert_eq!(Dtype::of_name("F4").size_of(&[4]).unwrap(), Some(2));
        assert!(Dtype::of_name("F4").size_of(&[3]).is_err());
        assert_eq!(Dtype::of_name("Q99").size_of(&[3]).unwrap(), None);
        assert!(Dtype::F32.size_of(&[usize::MAX, usize::MAX]).is_err());
        assert_eq!(Dtype::F32.size_of(&[]).unwrap(), Some(4));
    }
}
