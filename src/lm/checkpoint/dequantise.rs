//! The block types of GGUF as f32.
//!
//! A block is a run of numbers of one row that share scales; rows are whole blocks, so any range of rows can be read
//! by itself. The arithmetic is candle's, given the blocks of one range and never a whole tensor: for every type here
//! it equals the reference (the `gguf` package of Python) bit for bit, as the fixture in `testdata` beside this file shows.

use std::borrow::Cow;

use candle_core::Device;
use candle_core::quantized::{GgmlDType, QStorage, QTensor};

use crate::error::{Error, Result};

/// A block type that is read; the names are GGUF's.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockType {
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
}

impl BlockType {
    /// All of them.
    pub const ALL: [BlockType; 10] = {
        use BlockType::*;
        [Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2K, Q3K, Q4K, Q5K, Q6K]
    };

    /// The name as GGUF tools print it.
    pub fn name(self) -> &'static str {
        match self {
            BlockType::Q4_0 => "Q4_0",
            BlockType::Q4_1 => "Q4_1",
            BlockType::Q5_0 => "Q5_0",
            BlockType::Q5_1 => "Q5_1",
            BlockType::Q8_0 => "Q8_0",
            BlockType::Q2K => "Q2_K",
            BlockType::Q3K => "Q3_K",
            BlockType::Q4K => "Q4_K",
            BlockType::Q5K => "Q5_K",
            BlockType::Q6K => "Q6_K",
        }
    }

    fn ggml(self) -> GgmlDType {
        match self {
            BlockType::Q4_0 => GgmlDType::Q4_0,
            BlockType::Q4_1 => GgmlDType::Q4_1,
            BlockType::Q5_0 => GgmlDType::Q5_0,
            BlockType::Q5_1 => GgmlDType::Q5_1,
            BlockType::Q8_0 => GgmlDType::Q8_0,
            BlockType::Q2K => GgmlDType::Q2K,
            BlockType::Q3K => GgmlDType::Q3K,
            BlockType::Q4K => GgmlDType::Q4K,
            BlockType::Q5K => GgmlDType::Q5K,
            BlockType::Q6K => GgmlDType::Q6K,
        }
    }

    /// Numbers in a block.
    pub fn numbers(self) -> usize {
        self.ggml().block_size()
    }

    /// Bytes of a block.
    pub fn bytes(self) -> usize {
        self.ggml().type_size()
    }

    /// Appends the numbers of whole blocks to `out`.
    ///
    /// # Errors
    /// [`Error::Input`] without a path when `bytes` is not whole blocks.
    pub fn dequantise(self, bytes: &[u8], out: &mut Vec<f32>) -> Result<()> {
        if !bytes.len().is_multiple_of(self.bytes()) {
            return Err(Error::input("", format!("{} bytes are not whole blocks of {}", bytes.len(), self.name())));
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let numbers = bytes.len() / self.bytes() * self.numbers();
        let failed = |e: candle_core::Error| Error::input("", format!("reading blocks of {}: {e}", self.name()));
        let mut spare = Vec::new();
        let storage = QStorage::from_data(Cow::Borrowed(aligned(bytes, &mut spare)), &Device::Cpu, self.ggml());
        let values = QTensor::new(storage.map_err(failed)?, numbers)
            .and_then(|blocks| blocks.dequantize(&Device::Cpu))
            .and_then(|tensor| tensor.to_vec1::<f32>())
            .map_err(failed)?;
        out.extend(values);
        Ok(())
    }
}

/// The bytes at an address that is a multiple of 4, which candle insists on; copied to `spare` where they are not.
fn aligned<'a>(bytes: &'a [u8], spare: &'a mut Vec<u8>) -> &'a [u8] {
    const TO: usize = 4;
    if bytes.as_ptr().align_offset(TO) == 0 {
        return bytes;
    }
    spare.resize(bytes.len() + TO, 0);
    let start = spare.as_ptr().align_offset(TO).min(TO);
    let place = &mut spare[start..start + bytes.len()];
    place.copy_from_slice(bytes);
    place
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::header;
    use super::*;

    #[test]
    fn every_type_equals_the_reference_bit_for_bit() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lm/checkpoint/testdata/blocks.safetensors");
        let (_, tensors) = header::read(&path, 0).unwrap();
        let file = std::fs::read(&path).unwrap();
        for block in BlockType::ALL {
            let bytes = |name: &str| {
                let info = &tensors[&format!("{}.{name}", block.name())];
                file[info.start as usize..info.end as usize].to_vec()
            };
            let (blocks, mut values) = (bytes("blocks"), Vec::new());
            assert_eq!(blocks.len(), 8 * block.bytes(), "{block:?}");
            block.dequantise(&blocks, &mut values).unwrap();
            let bits: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            assert_eq!(bits, bytes("values"), "{block:?}");
            // From an odd address, and of a range of blocks.
            let shifted = [&[0], &blocks[..]].concat();
            let mut again = Vec::new();
            block.dequantise(&shifted[1 + 3 * block.bytes()..1 + 5 * block.bytes()], &mut again).unwrap();
            assert_eq!(again, values[3 * block.numbers()..5 * block.numbers()], "{block:?}");
            assert!(block.dequantise(&blocks[1..], &mut again).is_err());
            block.dequantise(&[], &mut again).unwrap();
        }
    }
}
