//! Networks as data.
//!
//! A [`Net`] is a [`Diagram`] of [`Layer`]s: it says what is joined to what and mentions no parameters, no loss and no
//! learning rule. Put a rule on it, [`net.under(rule)`](Net::under), and it is a lens that a [`learner`](crate::learn::learner)
//! trains.
//!
//! | what | layers |
//! | --- | --- |
//! | dense | [`linear`], [`dense`], [`pointwise`], [`residual`], [`Add`], [`Mul`] |
//! | images | [`conv2d`], [`mean_pool`], [`max_pool`], on a [`Window`] |
//! | norms | [`layer_norm`], [`rms_norm`], [`batch_norm`] |
//! | sequences | [`tokenwise`], [`attention`], [`MatMul`], [`mask`], [`softmax`], [`embedding`], [`scan`] |
//! | spikes | [`leaky_integrate_and_fire`], [`cells`], [`shown`] |
//! | graphs | [`gather`], [`scatter`] |
//! | shapes | [`flatten`], [`reshape`], [`permute`] |
//! | passes | [`dropout`], [`detach`], [`tap`] |
//! | your own | [`smooth`] |
//!
//! Each layer is exact forward ([`Layer::jvp`]) and backward ([`Layer::vjp`]), at `f32`, `f64` and dual numbers. Of a kink
//! the table of kinks says which side counts; a maximum at a tie is the first.
//!
//! A batch is an [`Array`] with a row for each sample. Shapes are checked before any number is computed:
//! [`Net::shapes`] returns them or the layer that does not fit.
//!
//! ```
//! use pullback::{category::{Identity, Tanh}, net::*};
//! let net = dense(64, 32, Tanh) >> residual(dense(32, 32, Tanh)) >> dense(32, 10, Identity);
//! assert_eq!(net.parameters(), 64 * 32 + 32 + 32 * 32 + 32 + 32 * 10 + 10);
//! let wrong = dense(64, 32, Tanh) >> dense(31, 10, Identity);
//! assert_eq!(wrong.shapes().unwrap_err().to_string(), "linear at layer 2: expected length 31, found 32");
//! # Ok::<(), pullback::Error>(())
//! ```

mod activation;
mod array;
mod attention;
mod batch_norm;
mod conv;
mod dropout;
mod buffers;
mod class_error;
mod elementwise;
mod embedding;
#[cfg(feature = "safetensors")]
mod file;
mod flatten;
mod gather;
mod initialiser;
mod layer;
mod linear;
mod mask;
mod matmul;
mod norm;
mod name;
mod pass;
mod permute;
mod pool;
mod scan;
mod smooth;
mod spiking;
mod softmax;
mod tap;
mod tokenwise;
mod window;
mod sample;

pub use activation::Activation;
pub use array::{Array, Element, Params, Shape};
pub(crate) use array::{numbers, same_shape, zip_slots};
pub use attention::{attention, attention_with, causal_attention};
pub use batch_norm::{BatchNorm, batch_norm};
pub(crate) use buffers::Buffers;
pub use buffers::Running;
pub(crate) use class_error::class_error;
pub use conv::{Conv2d, conv2d};
pub use dropout::{Dropout, dropout};
pub use elementwise::{Add, Detach, Mul, Pointwise, Reshape};
pub use embedding::{Embedding, embedding};
pub use flatten::{Flatten, flatten};
pub use gather::{Gather, Scatter, gather, scatter};
pub use initialiser::Initialiser;
pub(crate) use initialiser::glorot;
pub use layer::{At, Layer, Start, Weight};
pub use linear::Linear;
pub use mask::{Mask, causal_mask, mask};
pub use matmul::MatMul;
pub use norm::{LayerNorm, RmsNorm, layer_norm, rms_norm};
pub use permute::{Permute, permute};
pub use pool::{MaxPool, MeanPool, max_pool, mean_pool};
pub use sample::Sample;
pub(crate) use scan::{Inner, Time};
pub use scan::{Scan, scan, shown};
pub use smooth::{Smooth, smooth};
pub use softmax::{Softmax, softmax};
pub use spiking::{cells, leaky_integrate_and_fire};
pub use tap::{Tap, tap};
pub use tokenwise::{Tokenwise, tokenwise};
pub use window::Window;

use crate::{
    diagram::{Args, Diagram, Functor, Wire},
    error::{Error, Result},
};
use alloc::{boxed::Box, vec::Vec};

/// A network. See the [module](self).
pub type Net = Diagram<Layer>;

/// Returns the network of one layer.
pub fn layer(layer: impl Into<Layer>) -> Net {
    Net::generator(layer.into())
}
/// Returns $x W^\top$ with no bias.
pub fn linear(ins: usize, outs: usize) -> Net {
    layer(Linear { ins, outs, bias: false })
}
/// Returns $f(x W^\top + b)$ from `ins` features to `outs`.
///
/// # Example
/// ```
/// use pullback::{category::Relu, net::*};
/// let net = dense(3, 2, Relu);
/// assert_eq!((net.len(), net.parameters()), (2, 8)); // a linear layer and a pointwise one
/// ```
pub fn dense(ins: usize, outs: usize, f: impl Into<Activation>) -> Net {
    let affine = layer(Linear { ins, outs, bias: true });
    match f.into() {
        Activation::Identity => affine,
        f => affine >> pointwise(f),
    }
}
/// Returns $f$ on every number.
pub fn pointwise(f: impl Into<Activation>) -> Net {
    layer(Pointwise(f.into()))
}
/// Returns $x + f(x)$: copy, `f` beside nothing, add.
pub fn residual(f: Net) -> Net {
    Net::build(1, |d, x| {
        let y = d.inline(&f, x);
        let args: Vec<Wire> = x.iter().chain(&y).copied().collect();
        d.push(Layer::Add(Add), &args).to_vec()
    })
}
/// Returns the network that gives a sample another shape; its numbers stay.
///
/// # Errors
/// From every use: a sample of another size.
pub fn reshape(shape: &[usize]) -> Net {
    layer(Reshape(shape.to_vec()))
}
/// Returns the network that passes everything on and nothing back.
#[doc(alias = "stop_gradient")]
pub fn detach() -> Net {
    layer(Detach)
}

/// Shapes as far as they are known.
type Known = Vec<Option<Shape>>;
/// Returns the network that draws one of each `classes` neighbouring features in proportion to their exponentials.
pub fn sample(classes: usize, seed: u64) -> Net {
    layer(Sample { classes, seed })
}

/// The shapes of a network, as a functor.
struct Shapes(Known);
impl Functor<Layer> for Shapes {
    type Wire = Option<Shape>;
    fn apply(&mut self, site: usize, l: &Layer, x: Args<'_, Self::Wire>, out: &mut Vec<Self::Wire>) -> Result<()> {
        let x: Vec<Option<Shape>> = x.iter().cloned().collect();
        let y = l.shape(&x).map_err(|e| Error::InLayer { layer: l.kernel_name(), site, cause: Box::new(e) })?;
        self.0.push(y.clone());
        out.push(y);
        Ok(())
    }
}

impl Net {
    /// Returns the shape of the output of each layer; `None` where it is not known before data comes.
    ///
    /// # Errors
    /// [`Error::InLayer`] with the layer that does not fit, or the fault of the diagram.
    pub fn shapes(&self) -> Result<Vec<Option<Shape>>> {
        Ok(self.shaped(self.inputs().map(|_| None).collect())?.0)
    }
    /// Returns the shapes that the layers make, and those of the outputs.
    pub(crate) fn shaped(&self, x: Known) -> Result<(Known, Known)> {
        let mut shapes = Shapes(Vec::new());
        let y = self.walk(&mut shapes, x)?;
        Ok((shapes.0, y))
    }
    /// Returns how many products of two numbers the matrix products of one sample add up: what a forward pass costs
    /// where they cost most. A backward pass takes twice as many.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::Relu, net::*};
    /// let net = conv2d(Window::new([1, 28, 28], [5, 5]), 8) >> dense(8 * 24 * 24, 10, Relu);
    /// assert_eq!(net.products(), 24 * 24 * 8 * 25 + 8 * 24 * 24 * 10);
    /// assert_eq!(attention(5, 8, 2).products(), 4 * 5 * 8 * 8 + 2 * (5 * 5 * 8)); // four maps, two products
    /// ```
    #[doc(alias = "flops")]
    pub fn products(&self) -> usize {
        self.boxes().fold(0, |n: usize, b| n.saturating_add(b.generator.products()))
    }
    /// Returns the number of parameters.
    pub fn parameters(&self) -> usize {
        let numbers = self.boxes().flat_map(|b| b.generator.weights()).map(|w| w.size[0].saturating_mul(w.size[1]));
        numbers.fold(0, usize::saturating_add)
    }
}
