//! Weights that are held in memory: of tests, and of checkpoints that are small or that are edited.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Device, Tensor};

use super::{Weights, failed};
use crate::error::{Error, Result};

/// Tensors by their names.
#[derive(Debug, Clone, Default)]
pub struct Memory(pub BTreeMap<String, Tensor>);

impl Memory {
    /// The tensors of the bytes of a safetensors file.
    ///
    /// # Errors
    /// [`Error::Input`] without a path, where the bytes are no such file.
    pub fn from_safetensors(bytes: &[u8], device: &Device) -> Result<Memory> {
        let tensors = candle_core::safetensors::load_buffer(bytes, device);
        let tensors = tensors.map_err(|e| Error::input("", format!("not a safetensors file: {e}")))?;
        Ok(Memory(tensors.into_iter().collect()))
    }

    /// The tensors of a safetensors file, read whole.
    ///
    /// # Errors
    /// The file cannot be read, or is no such file.
    pub fn read(path: &Path, device: &Device) -> Result<Memory> {
        let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
        Memory::from_safetensors(&bytes, device).map_err(|e| e.in_file(path))
    }

    /// The same tensors as variables, which gradients are computed for.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn variables(&self) -> Result<Memory> {
        let variable = |(name, tensor): (&String, &Tensor)| {
            let variable = candle_core::Var::from_tensor(tensor).map_err(failed("making variables"))?;
            Ok((name.clone(), variable.into_inner()))
        };
        self.0.iter().map(variable).collect::<Result<_>>().map(Memory)
    }
}

impl Weights for Memory {
    fn get(&self, name: &str) -> Result<Option<Tensor>> {
        Ok(self.0.get(name).cloned())
    }
}
