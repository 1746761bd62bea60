//! What bodies are made of: weights with their names and shapes checked, linear maps, norms, feed-forward layers.
//!
//! All of it is made of candle operations that have a backward pass.

use candle_core::{CpuStorage, CustomOp1, D, DType, Layout, Shape, Storage, Tensor};

use super::config::Activation;
use super::{Weights, failed};
use crate::error::{Error, Place, Result};

/// Takes the tensors of a body out of a checkpoint and remembers them by name.
pub(super) struct Loader<'a> {
    weights: &'a dyn Weights,
    prefix: &'a str,
    /// Every tensor taken, as f32.
    pub taken: Vec<(String, Tensor)>,
}

impl<'a> Loader<'a> {
    pub fn new(weights: &'a dyn Weights, prefix: &'a str) -> Loader<'a> {
        Loader { weights, prefix, taken: Vec::new() }
    }

    /// The tensor called `name` after the prefix, which must have this shape.
    pub fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let name = format!("{}{name}", self.prefix);
        let tensor = tensor(self.weights, &name, shape)?;
        self.taken.push((name, tensor.clone()));
        Ok(tensor)
    }

    /// `name.weight`, `[outputs, inputs]`, and its bias where there should be one.
    pub fn linear(&mut self, name: &str, inputs: usize, outputs: usize, bias: bool) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        let weight = weight.t().map_err(failed("loading a model"))?;
        let bias = if bias { Some(self.tensor(&format!("{name}.bias"), &[outputs])?) } else { None };
        Ok(Linear { weight, bias })
    }

    /// The same of GPT-2, which stores the transposed matrix, `[inputs, outputs]`, and always has biases.
    pub fn transposed(&mut self, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), &[inputs, outputs])?;
        Ok(Linear { weight, bias: Some(self.tensor(&format!("{name}.bias"), &[outputs])?) })
    }

    /// A root-mean-square norm; `plus_one` where the file holds the weights' distance from 1.
    pub fn rms_norm(&mut self, name: &str, size: usize, eps: f64, plus_one: bool) -> Result<Norm> {
        let weight = self.tensor(&format!("{name}.weight"), &[size])?;
        let weight = if plus_one { (weight + 1.0).map_err(failed("loading a model"))? } else { weight };
        Ok(Norm { weight, bias: None, eps })
    }

    /// A layer norm.
    pub fn layer_norm(&mut self, name: &str, size: usize, eps: f64) -> Result<Norm> {
        let weight = self.tensor(&format!("{name}.weight"), &[size])?;
        Ok(Norm { weight, bias: Some(self.tensor(&format!("{name}.bias"), &[size])?), eps })
    }
}

/// The tensor called `name`, which must have this shape, as f32.
pub(super) fn tensor(weights: &dyn Weights, name: &str, shape: &[usize]) -> Result<Tensor> {
    let at = || Place::Entry(name.to_owned());
    let Some(tensor) = weights.get(name)? else {
        return Err(Error::input("", "the checkpoint has no tensor of this name")
            .at(at())
            .with_hint("its weights and its `config.json` may be of different models"));
    };
    if tensor.dims() != shape {
        let why = format!("its shape is {:?}, by `config.json` it should be {shape:?}", tensor.dims());
        return Err(Error::input("", why).at(at()));
    }
    tensor.to_dtype(DType::F32).map_err(|e| Error::input("", format!("its numbers cannot be used: {e}")).at(at()))
}

/// x · weight + bias.
#[derive(Debug)]
pub(super) struct Linear {
    /// `[inputs, outputs]`.
    pub weight: Tensor,
    pub bias: Option<Tensor>,
}

impl Linear {
    /// Columns `from..from + len` as a map of its own.
    pub fn columns(&self, from: usize, len: usize) -> Result<Linear> {
        let cut = || -> candle_core::Result<Linear> {
            let weight = self.weight.narrow(1, from, len)?.contiguous()?;
            let bias = self.bias.as_ref().map(|bias| bias.narrow(0, from, len)).transpose()?;
            Ok(Linear { weight, bias })
        };
        cut().map_err(failed("loading a model"))
    }

    /// Of `[..., inputs]`, which gives `[..., outputs]`.
    pub fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let (inputs, outputs) = self.weight.dims2()?;
        let mut shape = x.dims().to_vec();
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        // One product of two matrices is faster than one for each row of the batch.
        let y = product(&x.reshape(((), inputs))?, &self.weight)?;
        let y = match &self.bias {
            Some(bias) => y.broadcast_add(bias)?,
            None => y,
        };
        y.reshape(shape)
    }
}

/// `x · weight`. Where `x` carries gradients and `weight` does not, candle would compute those of the weight all the same,
/// which is a third of the work of a step that only wants those of `x`; so on CPUs the product brings its own backward pass.
fn product(x: &Tensor, weight: &Tensor) -> candle_core::Result<Tensor> {
    if !x.track_op() || weight.track_op() || !x.device().is_cpu() {
        return x.matmul(weight);
    }
    let result = x.detach().matmul(weight)?;
    x.apply_op1(Frozen { result, weight: weight.clone() })
}

/// The product with a weight that does not learn.
struct Frozen {
    result: Tensor,
    weight: Tensor,
}

impl CustomOp1 for Frozen {
    fn name(&self) -> &'static str {
        "product with a frozen weight"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        match &*self.result.storage_and_layout().0 {
            Storage::Cpu(storage) => Ok((storage.clone(), self.result.shape().clone())),
            _ => candle_core::bail!("the result is on another device"),
        }
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> candle_core::Result<Option<Tensor>> {
        gradient.matmul(&self.weight.t()?).map(Some)
    }
}

/// Layer norm (Ba et al. 2016) where there is a bias, else root-mean-square norm (Zhang and Sennrich 2019).
#[derive(Debug)]
pub(super) struct Norm {
    weight: Tensor,
    bias: Option<Tensor>,
    eps: f64,
}

impl Norm {
    /// Over the last dimension.
    pub fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let x = match self.bias {
            Some(_) => &x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?,
            None => x,
        };
        let deviation = (x.sqr()?.mean_keepdim(D::Minus1)? + self.eps)?.sqrt()?;
        let x = x.broadcast_div(&deviation)?.broadcast_mul(&self.weight)?;
        match &self.bias {
            Some(bias) => x.broadcast_add(bias),
            None => Ok(x),
        }
    }
}

impl Activation {
    pub(super) fn apply(self, x: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Activation::Silu => x.silu(),
            Activation::GeluErf => x.gelu_erf(),
            Activation::GeluTanh => x.gelu(),
            Activation::Relu => x.relu(),
        }
    }
}

/// A feed-forward layer, gated (Shazeer 2020) or not.
#[derive(Debug)]
pub(super) struct Mlp {
    pub gate: Option<Linear>,
    pub up: Linear,
    pub down: Linear,
    pub activation: Activation,
}

impl Mlp {
    pub fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let up = self.up.forward(x)?;
        let inner = match &self.gate {
            Some(gate) => (self.activation.apply(&gate.forward(x)?)? * up)?,
            None => self.activation.apply(&up)?,
        };
        self.down.forward(&inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    /// With a weight that learns, candle differentiates by itself; with one that does not, ours has to say the same.
    #[test]
    fn a_frozen_product_has_the_same_gradient() {
        let random = |shape: (usize, usize)| Tensor::randn(0f32, 1.0, shape, &Device::Cpu).unwrap();
        let (x, weight) = (Var::from_tensor(&random((5, 3))).unwrap(), random((4, 3)));
        let gradient = |weight: &Tensor| {
            // As a linear map has it: transposed, not contiguous.
            let y = product(&x, &weight.t().unwrap()).unwrap();
            let grads = y.sqr().unwrap().sum_all().unwrap().backward().unwrap();
            let own = grads.get(x.as_tensor()).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            (y.flatten_all().unwrap().to_vec1::<f32>().unwrap(), own, grads.get(weight).is_some())
        };
        let (learning, frozen) = (gradient(Var::from_tensor(&weight).unwrap().as_tensor()), gradient(&weight));
        assert!(learning.2 && !frozen.2);
        assert_eq!(learning.0, frozen.0);
        let apart = learning.1.iter().zip(&frozen.1).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-4, "{apart}");
    }
}
