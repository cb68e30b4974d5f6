//! A network at every step of a sequence.

use super::{
    Array, Element, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen, Weight, fits},
    norm::groups,
    pass::{Kept, Pass},
};
use crate::{
    diagram::Few,
    error::{Error, Result, same_len},
};
use alloc::{format, string::String, vec::Vec};
use ndarray::{Array2, Axis, Slice, concatenate};
use smallvec::smallvec;

/// A network that hands a state from step to step. Made by [`scan`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Scan {
    /// From a state and an input to the next state and an output.
    pub body: Net,
    /// The number of steps.
    pub steps: usize,
    /// The number of features of the state.
    pub state: usize,
}

/// Returns the network that runs `body` $: (h_{t-1}, x_t) \mapsto (h_t, y_t)$ for $t = 1 \ldots n$ with the same
/// parameters at each step, from $h_0 = 0$. Backward is back-propagation through time.
///
/// Every rule sees it as one layer and takes its exact reverse derivative.
///
/// # Shapes
/// `[steps, ..]` to `[steps, outputs]`; `body` reads `[state]` and one step. Parameters: those of `body`.
///
/// # Errors
/// From every use: a body without two inputs and two outputs, a state of another size, a sample that is no whole number
/// of steps.
///
/// # Cost
/// Backward runs forward again, and keeps every layer of every step for the length of one call.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// // h ← h + w·x, and the state is the output
/// let body = Net::build(2, |d, hx| {
///     let wx = d.inline(&linear(1, 1), &hx[1..]);
///     let h = d.push(Layer::Add(Add), &[hx[0], wx[0]]);
///     vec![h[0], h[0]]
/// });
/// let p = Params::new(vec![vec![ndarray::arr2(&[[2.0]])]]);
/// let (x, dy) = (ndarray::arr2(&[[1.0, 10.0, 100.0]]).into_shared(), ndarray::arr2(&[[0.0, 0.0, 1.0]]).into_shared());
/// let (y, dx, dp) = Lens(scan(body, 3, 1).under(Backprop)).pull(&p, x, dy)?;
/// assert_eq!(y, ndarray::arr2(&[[2.0, 22.0, 222.0]]).into_shared());
/// assert_eq!((dx, dp.slots[0][0][[0, 0]]), (ndarray::arr2(&[[2.0, 2.0, 2.0]]).into_shared(), 111.0));
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "rnn")]
pub fn scan(body: Net, steps: usize, state: usize) -> Net {
    layer(Scan { body, steps, state })
}

const NAME: &str = "scan";
impl Scan {
    /// Checks the body, and returns the shape of its second output, where one step of the input has this shape.
    fn output(&self, step: Option<Shape>) -> Result<Option<Shape>> {
        self.body.validate()?;
        let (inputs, outputs) = self.body.arity();
        same_shape(NAME, &[2, 2], &[inputs, outputs])?;
        let (_, mut made) = self.body.shaped([Some([self.state].into()), step].into())?;
        if let Some(Some(next)) = made.first() {
            same_len(NAME, self.state, next.iter().product())?;
        }
        Ok(made.pop().flatten())
    }
    /// The features of step `t`.
    fn step<T: Element>(&self, x: &Array<T>, t: usize) -> Array<T> {
        let width = x.ncols() / self.steps;
        x.slice_axis(Axis(1), Slice::from(t * width..(t + 1) * width)).to_owned().into_shared()
    }
    fn check<T: Element>(&self, p: &[Array2<T>], x: &Array<T>) -> Result<()> {
        same_shape(NAME, &[2, 2], &[self.body.arity().0, self.body.arity().1])?;
        groups(NAME, self.steps, x.ncols())?;
        fits(NAME, &self.weights(), p)
    }
    fn start<T: Element>(&self, x: &Array<T>) -> Array<T> {
        Array::zeros((x.nrows(), self.state))
    }
    fn known<T: Element>(&self, x: &Array<T>, next: &Array<T>) -> Result<()> {
        same_shape(NAME, &[x.nrows(), self.state], next.shape())
    }
    /// Returns the outputs of all steps, and what the layers of each keep.
    #[allow(clippy::type_complexity)]
    fn run<T: Element>(&self, at: At, p: &[Array2<T>], x: &Array<T>) -> Result<(Array<T>, Vec<Vec<Kept<T>>>)> {
        self.check(p, x)?;
        let (pass, mut h) = (Pass::inside(&self.body, at, p)?, self.start(x));
        let (mut outputs, mut kept) = (Vec::with_capacity(self.steps), Vec::with_capacity(self.steps));
        for t in 0..self.steps {
            let (made, layers) = pass.clone().step(t).forward(&self.body, smallvec![h, self.step(x, t)])?;
            let [next, y] = two(made)?;
            self.known(x, &next)?;
            h = next;
            outputs.push(y);
            kept.push(layers);
        }
        Ok((joined(x.nrows(), &outputs)?, kept))
    }
}
fn two<X>(made: Vec<X>) -> Result<[X; 2]> {
    let wrong = |made: Vec<X>| Error::ShapeMismatch { op: NAME, expected: [2].into(), found: [made.len()].into() };
    made.try_into().map_err(wrong)
}
/// Returns the batches side by side.
fn joined<T: Element>(samples: usize, parts: &[Array<T>]) -> Result<Array<T>> {
    let views: Vec<_> = parts.iter().map(|y| y.view()).collect();
    let width = parts.first().map_or(0, |y| y.ncols());
    parts.iter().try_for_each(|y| same_shape(NAME, &[samples, width], y.shape()))?;
    Ok(concatenate(Axis(1), &views).unwrap_or_else(|_| Array2::zeros((samples, 0))).into_shared())
}

impl Kernel for Scan {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        format!("scan {} steps", self.steps)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        let step = match &x[0] {
            None => None,
            Some(shape) if shape.len() > 1 && shape[0] == self.steps => Some(shape[1..].to_vec()),
            Some(shape) => {
                let numbers = shape.iter().product();
                groups(NAME, self.steps, numbers)?;
                Some([numbers / self.steps].into())
            }
        };
        let y = self.output(step)?;
        Ok(y.map(|shape| [&[self.steps], &shape[..]].concat()))
    }
    fn weights(&self) -> Vec<Weight> {
        self.body.boxes().flat_map(|b| b.generator.weights()).collect()
    }
    fn names(&self) -> Vec<String> {
        self.body.names()
    }
    fn inside(&self) -> Option<&Net> {
        Some(&self.body)
    }
    fn products(&self) -> usize {
        self.steps.saturating_mul(self.body.products())
    }
    fn mixes_rows(&self) -> bool {
        self.body.boxes().any(|b| b.generator.mixes_rows())
    }
    fn apply<T: Element>(&self, at: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        Ok(self.run(at, p, x[0])?.0)
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        let x = s.x[0];
        self.check(s.p, x)?;
        same_shape(NAME, x.shape(), dx[0].shape())?;
        let [pass, changes] = [Pass::inside(&self.body, s.at, s.p)?, Pass::inside(&self.body, s.at, dp)?];
        let (mut h, mut outputs) = ((self.start(x), self.start(x)), Vec::with_capacity(self.steps));
        for t in 0..self.steps {
            let x = (self.step(x, t), self.step(dx[0], t));
            let made = pass.clone().step(t).along(&changes, &self.body, [h, x].into())?;
            let [next, y] = two(made)?;
            self.known(s.x[0], &next.0)?;
            h = next;
            outputs.push(y.1);
        }
        joined(x.nrows(), &outputs)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        let x = s.x[0];
        let (y, kept) = self.run(s.at, s.p, x)?;
        same_shape(NAME, y.shape(), dy.shape())?;
        let pass = Pass::inside(&self.body, s.at, s.p)?;
        let starts: Vec<usize> = self
            .body
            .boxes()
            .scan(0, |end, b| {
                let start = *end;
                *end += b.generator.weights().len();
                Some(start)
            })
            .collect();
        let (mut dh, mut dxs) = (None, Vec::with_capacity(self.steps));
        for (t, kept) in kept.into_iter().enumerate().rev() {
            let pass = pass.clone().step(t);
            let by = smallvec![dh.take(), Some(self.step(dy, t))];
            let back = pass.backward(&self.body, kept, by, &mut |site, layer, kept, dy| {
                let from = starts[site].min(dp.len());
                pass.pull(site, layer, kept, dy, &mut dp[from..])
            })?;
            let [before, dx] = two(back)?;
            dh = before;
            dxs.push(dx.unwrap_or_else(|| Array::zeros((x.nrows(), x.ncols() / self.steps))));
        }
        dxs.reverse();
        Ok(smallvec![joined(x.nrows(), &dxs)?])
    }
}
