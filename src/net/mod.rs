//! Networks as data.
//!
//! A [`Net`] is a [`Diagram`] of [`Layer`]s: it says what is joined to what and mentions no parameters, no loss and no
//! learning rule. Put a rule on it, [`net.under(rule)`](Net::under), and it is a lens that a [`learner`](crate::learn::learner)
//! trains.
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
mod class_error;
mod elementwise;
mod layer;
mod linear;

pub use activation::Activation;
pub use array::{Array, Element, Params, Shape};
pub(crate) use array::{same_shape, zip_slots};
pub(crate) use class_error::class_error;
pub use elementwise::{Add, Detach, Mul, Pointwise, Reshape};
pub use layer::{At, Layer, Start, Weight};
pub use linear::Linear;

use crate::{
    diagram::{Args, Diagram, Functor, Wire},
    error::{Error, Result},
};
use alloc::{boxed::Box, vec::Vec};
use ndarray::Array2;

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
/// Returns the network that passes everything on and nothing back.
#[doc(alias = "stop_gradient")]
pub fn detach() -> Net {
    layer(Detach)
}

/// The shapes of a network, as a functor.
struct Shapes(Vec<Option<Shape>>);
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
        let mut shapes = Shapes(Vec::new());
        self.walk(&mut shapes, self.inputs().map(|_| None))?;
        Ok(shapes.0)
    }
    /// Returns the number of parameters.
    pub fn parameters(&self) -> usize {
        self.boxes().flat_map(|b| b.generator.weights()).map(|w| w.size[0] * w.size[1]).sum()
    }
    /// Returns first parameters: weights uniform up to $\pm\sqrt{6/(\mathrm{in} + \mathrm{out})}$ (Glorot), biases zero,
    /// from uniform numbers in $[-1, 1)$ that `draw` returns.
    pub fn init<T: Element>(&self, draw: &mut impl FnMut() -> f64) -> Params<T> {
        Params::new(self.boxes().map(|b| glorot(b.generator, draw)).collect())
    }
}
/// Returns the first parameters of one layer.
pub(crate) fn glorot<T: Element>(layer: &Layer, draw: &mut impl FnMut() -> f64) -> Vec<Array2<T>> {
    let start = |w: Weight| match w.start {
        Start::At(c) => Array2::from_elem(w.size, T::of(c)),
        Start::Fans { fan_in, fan_out } => {
            let most = num_traits::Float::sqrt(6.0 / (fan_in + fan_out) as f64);
            Array2::from_shape_simple_fn(w.size, || T::of(most * draw()))
        }
    };
    layer.weights().into_iter().map(start).collect()
}
