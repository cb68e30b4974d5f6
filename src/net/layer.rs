//! The kinds of layers. Each is an exact smooth map in a file of its own; this file only chooses between them.

use super::{
    Activation, Array, Element, Shape,
    array::same_shape,
    batch_norm::BatchNorm,
    buffers::Running,
    conv::Conv2d,
    dropout::Dropout,
    elementwise::{Add, Detach, Mul, Pointwise, Reshape},
    embedding::Embedding,
    flatten::Flatten,
    gather::{Gather, Scatter},
    linear::Linear,
    mask::Mask,
    matmul::MatMul,
    norm::{LayerNorm, RmsNorm},
    permute::Permute,
    pool::{MaxPool, MeanPool},
    sample::Sample,
    scan::Scan,
    smooth::Smooth,
    softmax::Softmax,
    tap::Tap,
    tokenwise::Tokenwise,
};
use crate::{
    diagram::{Few, Generator},
    error::{Error, Result, same_len},
};
use alloc::{string::String, vec::Vec};
use ndarray::{Array2, ArrayViewMut2, Axis, Slice};

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
    /// The output, in memory of the pass where the layer makes one array.
    fn apply_in<T: Element>(&self, at: At, p: &[Array2<T>], x: &[&Array<T>], _: Running<'_, T>) -> Result<Array<T>> {
        self.apply(at, p, x)
    }
    /// The change of the output for changes `dx` of the inputs and `dp` of the parameters.
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>>;
    /// The changes of the inputs for the change `dy` of the output; that of the parameters is added to `dp`.
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>>;
    /// As `vjp`, in memory of the pass where the layer makes one array.
    fn vjp_in<T: Element>(
        &self,
        s: &Seen<'_, T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
        _: Running<'_, T>,
    ) -> Result<Few<Array<T>>> {
        self.vjp(s, dy, dp)
    }
    /// Whether the layer is linear in its input, and its first array holds the weights.
    fn linear(&self) -> bool {
        false
    }
    /// How many features the layer reads, where it knows that itself.
    fn reads(&self) -> Option<usize> {
        None
    }
    /// Whether, while nothing is drawn, a row of the output depends on more than its row of the input.
    fn mixes_rows(&self) -> bool {
        false
    }
    /// How many products of two numbers the matrix products of one sample add up.
    fn products(&self) -> usize {
        0
    }
    /// The names of the arrays of parameters.
    fn names(&self) -> Vec<String> {
        self.weights().into_iter().map(|w| w.name.into()).collect()
    }
    /// Writes the change of the parameters of each row for itself: a row of `out` is all arrays in order.
    fn per_row<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, mut out: ArrayViewMut2<'_, T>) -> Result<()> {
        let zeros = |w: Weight| Array2::zeros(w.size);
        let weights = self.weights();
        let rows = if weights.is_empty() { 0 } else { dy.nrows() };
        for r in 0..rows {
            let row = |a: &Array<T>| a.slice_axis(Axis(0), Slice::from(r..r + 1)).to_owned().into_shared();
            let (x, y): (Few<Array<T>>, _) = (s.x.iter().map(|x| row(x)).collect(), row(s.y));
            let x: Few<&Array<T>> = x.iter().collect();
            let mut dp: Vec<Array2<T>> = weights.iter().copied().map(zeros).collect();
            match self.linear() {
                true => self.outer(x[0], &row(dy), &mut dp)?,
                false => drop(self.vjp(&Seen { at: s.at, p: s.p, x: &x, y: &y }, &row(dy), &mut dp)?),
            }
            out.row_mut(r).iter_mut().zip(dp.iter().flatten()).for_each(|(out, &d)| *out = d);
        }
        Ok(())
    }
    /// The diagram inside.
    fn inside(&self) -> Option<&super::Net> {
        None
    }
    /// What the transpose of a linear layer with the weights `w` makes of `dy`.
    fn pull<T: Element>(&self, _w: &Array2<T>, _dy: &Array<T>) -> Result<Array<T>> {
        Err(Error::NoReverse { rule: "a linear rule", layer: self.name() })
    }
    /// As `pull`, in memory of the pass where the layer makes one array.
    fn pull_in<T: Element>(&self, w: &Array2<T>, dy: &Array<T>, _: Running<'_, T>) -> Result<Array<T>> {
        self.pull(w, dy)
    }
    /// Adds the change of the parameters of a linear layer.
    fn outer<T: Element>(&self, _x: &Array<T>, _dy: &Array<T>, _dp: &mut [Array2<T>]) -> Result<()> {
        Err(Error::NoReverse { rule: "a linear rule", layer: self.name() })
    }
}

/// A point at which a layer has run: where, with which parameters and inputs, and what it made.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a, T> {
    pub(super) at: At,
    pub(super) p: &'a [Array2<T>],
    pub(super) x: &'a [&'a Array<T>],
    pub(super) y: &'a Array<T>,
}

/// Returns [`Error::ShapeMismatch`] where `p` does not begin with arrays of these sizes.
pub(super) fn fits<T>(op: &'static str, weights: &[Weight], p: &[Array2<T>]) -> Result<()> {
    weights.iter().zip(p).try_for_each(|(w, p)| same_shape(op, &w.size, p.shape()))?;
    same_len(op, weights.len(), p.len().min(weights.len()))
}

macro_rules! layers { ($($(#[$doc:meta])* $name:ident,)*) => {
    /// A layer of a [`Net`](super::Net).
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// $x_t W^\top + b$ for each token.
    Tokenwise,
    /// A linear map under a window of an image.
    Conv2d,
    /// The mean under a window.
    MeanPool,
    /// The largest number under a window.
    MaxPool,
    /// Mean 0 and variance 1 in each group.
    LayerNorm,
    /// Mean square 1 in each group.
    RmsNorm,
    /// Mean 0 and variance 1 of each channel of a batch.
    BatchNorm,
    /// Shares of one in each group.
    Softmax,
    /// The matrix product of two wires.
    MatMul,
    /// $-\infty$ where a number is not allowed.
    Mask,
    /// Axes in another order.
    Permute,
    /// A row of a table for each number.
    Embedding,
    /// What nodes give to edges.
    Gather,
    /// What edges give to nodes.
    Scatter,
    /// Zeros at random while learning.
    Dropout,
    /// A sample as one list of numbers.
    Flatten,
    /// The same numbers, under a name by which they can be read.
    Tap,
    /// A network at every step of a sequence.
    Scan,
    /// A recorded function of one sample.
    Smooth,
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
    fn inside(&self) -> Option<&super::Net> {
        each!(self, k => k.inside())
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
        same_len(self.kernel_name(), self.arity().0, x.len())?;
        each!(self, k => k.shape(x))
    }
    fn reads_all<X>(&self, x: &[X]) -> Result<()> {
        same_len(self.kernel_name(), self.arity().0, x.len())
    }
    /// Returns the number of features that the layer reads from its first input, where it knows that itself.
    pub fn reads(&self) -> Option<usize> {
        each!(self, k => k.reads())
    }
    /// Says whether a row of the output depends on more than its own row of the input, while nothing is drawn: then there
    /// is no gradient of one example.
    pub fn mixes_rows(&self) -> bool {
        each!(self, k => k.mixes_rows())
    }
    /// Returns the arrays of parameters that the layer has.
    pub fn weights(&self) -> Vec<Weight> {
        each!(self, k => k.weights())
    }
    /// Says whether the layer is linear in its input and its weights are its first array: what feedback rules replace.
    pub fn is_linear(&self) -> bool {
        each!(self, k => k.linear())
    }
    /// Returns the activation if the layer is one.
    pub fn activation(&self) -> Option<Activation> {
        match self {
            Layer::Pointwise(p) => Some(p.0),
            _ => None,
        }
    }
    /// Returns how many products of two numbers the matrix products of one sample add up; 0 where the layer has none.
    pub fn products(&self) -> usize {
        each!(self, k => k.products())
    }
    /// Returns the names of the arrays of parameters, in their order.
    pub fn names(&self) -> Vec<String> {
        each!(self, k => k.names())
    }
    pub(super) fn per_row<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        (x, y): &super::pass::Kept<T>,
        dy: &Array<T>,
        out: ArrayViewMut2<'_, T>,
    ) -> Result<()> {
        let x: Few<&Array<T>> = x.iter().collect();
        each!(self, k => k.per_row(&Seen { at, p, x: &x, y }, dy, out))
    }
    /// Returns the output.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where inputs or parameters have another shape.
    pub fn apply<T: Element>(&self, at: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.reads_all(x)?;
        each!(self, k => k.apply(at, p, x))
    }
    pub(crate) fn apply_in<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        x: &[&Array<T>],
        run: Running<'_, T>,
    ) -> Result<Array<T>> {
        self.reads_all(x)?;
        each!(self, k => k.apply_in(at, p, x, run))
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
        self.reads_all(x)?;
        self.reads_all(dx)?;
        each!(self, k => k.jvp(&Seen { at, p, x, y }, dx, dp))
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
        self.vjp_in(at, p, x, y, dy, dp, Running::default())
    }
    #[allow(clippy::too_many_arguments)] // those of `vjp`, and how it is run
    pub(crate) fn vjp_in<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        x: &[&Array<T>],
        y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
        run: Running<'_, T>,
    ) -> Result<Few<Array<T>>> {
        self.reads_all(x)?;
        each!(self, k => k.vjp_in(&Seen { at, p, x, y }, dy, dp, run))
    }
    /// Returns what the transpose of a linear layer with the weights `w` makes of `dy`: the input's change if `w` are
    /// its own. Rules put others there.
    ///
    /// # Errors
    /// [`Error::NoReverse`](crate::Error::NoReverse) where the layer is not linear, and a wrong shape.
    pub fn pull<T: Element>(&self, w: &Array2<T>, dy: &Array<T>) -> Result<Array<T>> {
        self.pull_in(w, dy, Running::default())
    }
    pub(crate) fn pull_in<T: Element>(&self, w: &Array2<T>, dy: &Array<T>, run: Running<'_, T>) -> Result<Array<T>> {
        each!(self, k => k.pull_in(w, dy, run))
    }
    /// Adds the change of the parameters of a linear layer to `dp`.
    ///
    /// # Errors
    /// As [`pull`](Self::pull).
    pub fn outer<T: Element>(&self, x: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<()> {
        each!(self, k => k.outer(x, dy, dp))
    }
}
