//! The kinds of layers. Each is an exact smooth map in a file of its own; this file only chooses between them.

use super::{
    Activation, Array, Element, Shape,
    elementwise::{Add, Detach, Mul, Pointwise, Reshape},
    linear::Linear,
    sample::Sample,
};
use crate::{
    diagram::{Few, Generator},
    error::Result,
};
use alloc::{string::String, vec::Vec};
use ndarray::Array2;

/// One array of parameters of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    /// Its name within the layer.
    pub name: &'static str,
    /// Rows and columns.
    pub size: [usize; 2],
    /// How it starts.
    pub start: Start,
}
/// How an array of parameters starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// At this number.
    At(f64),
    /// At random: so many numbers are added into one output, and so many outputs read one input.
    Fans {
        /// Numbers that are added into one output.
        fan_in: usize,
        /// Outputs that one input reaches.
        fan_out: usize,
    },
}

/// Where and when a layer runs: what a layer that draws random numbers draws them from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// Its position in the network.
    pub site: usize,
    /// The number of the draw while learning, `None` while predicting.
    pub draw: Option<u64>,
}

/// What a layer must do. `p` are its parameters, `x` its inputs, `y` its output.
pub(super) trait Kernel {
    /// The name that errors use.
    fn name(&self) -> &'static str;
    /// The text in a drawing.
    fn label(&self) -> String {
        self.name().into()
    }
    /// The number of inputs.
    fn inputs(&self) -> usize {
        1
    }
    /// The shape of the output; `None` is a shape that is not known before data comes.
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>>;
    /// The arrays of parameters.
    fn weights(&self) -> Vec<Weight> {
        Vec::new()
    }
    /// The output.
    fn apply<T: Element>(&self, at: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>>;
    /// The change of the output for changes `dx` of the inputs and `dp` of the parameters.
    fn jvp<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        x: &[&Array<T>],
        y: &Array<T>,
        dx: &[&Array<T>],
        dp: &[Array2<T>],
    ) -> Result<Array<T>>;
    /// The changes of the inputs for the change `dy` of the output; that of the parameters is added to `dp`.
    fn vjp<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        x: &[&Array<T>],
        y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>>;
}

macro_rules! layers { ($($(#[$doc:meta])* $name:ident,)*) => {
    /// A layer of a [`Net`](super::Net).
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub enum Layer { $( $(#[$doc])* $name($name), )* }
    $( impl From<$name> for Layer {
        fn from(layer: $name) -> Self { Layer::$name(layer) }
    } )*
    macro_rules! each { ($layer:expr, $k:ident => $e:expr) => { match $layer { $( Layer::$name($k) => $e, )* } } }
} }
layers! {
    /// $x W^\top + b$
    Linear,
    /// A function on every number.
    Pointwise,
    /// The sum of two wires.
    Add,
    /// The product of two wires, number by number.
    Mul,
    /// The same numbers in another shape.
    Reshape,
    /// The same numbers; nothing goes back.
    Detach,
    /// One class of several, drawn.
    Sample,
}

impl Generator for Layer {
    fn name(&self) -> &'static str {
        self.kernel_name()
    }
    fn arity(&self) -> (usize, usize) {
        (each!(self, k => k.inputs()), 1)
    }
    fn label(&self) -> String {
        each!(self, k => k.label())
    }
}

impl Layer {
    pub(crate) fn kernel_name(&self) -> &'static str {
        each!(self, k => k.name())
    }
    /// Returns the shape of the output for inputs of these shapes; `None` is a shape that is not known yet.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the layer cannot read them.
    pub fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        each!(self, k => k.shape(x))
    }
    /// Returns the arrays of parameters that the layer has.
    pub fn weights(&self) -> Vec<Weight> {
        each!(self, k => k.weights())
    }
    /// Says whether the layer is linear in its input and its weights are its first array: what feedback rules replace.
    pub fn is_linear(&self) -> bool {
        matches!(self, Layer::Linear(_))
    }
    /// Returns the activation if the layer is one.
    pub fn activation(&self) -> Option<Activation> {
        match self {
            Layer::Pointwise(p) => Some(p.0),
            _ => None,
        }
    }
    /// Returns the output.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where inputs or parameters have another shape.
    pub fn apply<T: Element>(&self, at: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        each!(self, k => k.apply(at, p, x))
    }
    /// Returns the change of the output for the changes `dx` of the inputs and `dp` of the parameters.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn jvp<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        x: &[&Array<T>],
        y: &Array<T>,
        dx: &[&Array<T>],
        dp: &[Array2<T>],
    ) -> Result<Array<T>> {
        each!(self, k => k.jvp(at, p, x, y, dx, dp))
    }
    /// Returns the changes of the inputs for the change `dy` of the output, and adds that of the parameters to `dp`.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn vjp<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        x: &[&Array<T>],
        y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        each!(self, k => k.vjp(at, p, x, y, dy, dp))
    }
    /// Returns what the transpose of a linear layer with the weights `w` makes of `dy`: the input's change if `w` are
    /// its own. Rules put others there.
    ///
    /// # Errors
    /// [`Error::NoReverse`](crate::Error::NoReverse) where the layer is not linear, and a wrong shape.
    pub fn pull<T: Element>(&self, w: &Array2<T>, dy: &Array<T>) -> Result<Array<T>> {
        match self {
            Layer::Linear(k) => k.pull(w, dy),
            _ => Err(crate::error::Error::NoReverse { rule: "a linear rule", layer: self.kernel_name() }),
        }
    }
    /// Adds the change of the parameters of a linear layer to `dp`.
    ///
    /// # Errors
    /// As [`pull`](Self::pull).
    pub fn outer<T: Element>(&self, x: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<()> {
        match self {
            Layer::Linear(k) => k.outer(x, dy, dp),
            _ => Err(crate::error::Error::NoReverse { rule: "a linear rule", layer: self.kernel_name() }),
        }
    }
}
