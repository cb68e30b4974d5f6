//! A network at every step of a sequence.

use super::{
    Array, Element, Layer, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen, Weight, fits},
    norm::groups,
    pass::{Kept, Pass, Sent},
};
use crate::{
    diagram::Few,
    error::{Error, Result, same_len},
    lens::Additive,
};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::{Array2, Axis, Slice, concatenate};
use smallvec::smallvec;

/// A network that hands states from step to step. Made by [`scan`] and [`shown`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Scan {
    /// From the states and an input to the next states and an output.
    pub body: Net,
    /// The number of steps.
    pub steps: usize,
    /// The number of features of each state.
    pub states: Vec<usize>,
    /// Whether every step reads the whole input, in place of its part of a sequence.
    pub held: bool,
    /// Whether the output is the mean of the outputs of the steps, in place of their sequence.
    pub mean: bool,
}

/// Returns the network that runs `body` $: (h_{t-1}, x_t) \mapsto (h_t, y_t)$ for $t = 1 \ldots n$ with the same
/// parameters at each step, from $h_0 = 0$. Backward is back-propagation through time.
///
/// A rule sees it as one layer and takes its exact reverse derivative, unless it says that it holds
/// [`inside`](crate::rule::Reverse::inside): those past steps do. A body with several states is a [`Scan`] written out.
///
/// # Shapes
/// `[steps, ..]` to `[steps, outputs]`; `body` reads `[state]` and one step. Parameters: those of `body`.
///
/// # Errors
/// From every use: a body without an input and an output for each state and one more, a state of another size, a sample
/// that is no whole number of steps.
///
/// # Cost
/// Backward runs forward again, and keeps every layer of every step for the length of one call.
/// [`SpatialLearning`](crate::rule::SpatialLearning) keeps those of one step.
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
    layer(Scan { body, steps, states: vec![state], held: false, mean: false })
}
/// Returns the network that shows its input to `body` `steps` times and returns the mean of the outputs, a rate. `states`
/// are the sizes of the states that `body` hands on, in order before its input and its output.
///
/// # Shapes
/// `[..]` to that of an output of `body`. No wire outside of the body grows with the number of steps.
///
/// # Errors
/// As [`scan`].
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// // a current of 0.75 charges the neuron to 0.75, then 1.125: every second step it spikes and starts anew
/// let net = shown(leaky_integrate_and_fire(0.5, 1.0), 6, &[1]);
/// let p: Params = net.init(&mut || 0.0);
/// let y = net.under(Backprop).predict(&p, ndarray::arr2(&[[0.75], [0.5], [2.0]]).into_shared())?;
/// assert_eq!(y, ndarray::arr2(&[[0.5], [0.0], [1.0]]).into_shared());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn shown(body: Net, steps: usize, states: &[usize]) -> Net {
    layer(Scan { body, steps, states: states.to_vec(), held: true, mean: true })
}

/// What a step sends back to the states it has read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Time<'a> {
    /// Goes back through time.
    Through,
    /// Is dropped, and only these steps are asked: each is spent before the next one runs.
    Apart(&'a [bool]),
}
/// A layer of the body at one step.
pub(crate) struct Inner<'a, T> {
    pub(crate) site: usize,
    pub(crate) layer: &'a Layer,
    pub(crate) at: At,
    pub(crate) p: &'a [Array2<T>],
}
/// What goes back past a layer of the body, given what it kept, the change of its output, and where its parameters' goes.
type Inside<'b, T> = dyn FnMut(Inner<'_, T>, &Kept<T>, &Array<T>, &mut [Array2<T>]) -> Result<Sent<T>> + 'b;

const NAME: &str = "scan";
impl Scan {
    /// Checks the body, and returns the shape of its last output, where one step of the input has this shape.
    fn output(&self, step: Option<Shape>) -> Result<Option<Shape>> {
        self.body.validate()?;
        self.wired()?;
        let known = self.states.iter().map(|&n| Some([n].into()));
        let (_, mut made) = self.body.shaped(known.chain([step]).collect())?;
        let last = made.pop().flatten();
        for (state, next) in self.states.iter().zip(&made) {
            if let Some(next) = next {
                same_len(NAME, *state, super::numbers(next))?;
            }
        }
        Ok(last)
    }
    fn wired(&self) -> Result<()> {
        let wires = self.states.len() + 1;
        same_shape(NAME, &[wires, wires], &[self.body.arity().0, self.body.arity().1])
    }
    /// The features of step `t`.
    fn step<T: Element>(&self, x: &Array<T>, t: usize) -> Array<T> {
        if self.held {
            return x.clone();
        }
        let width = x.ncols() / self.steps;
        x.slice_axis(Axis(1), Slice::from(t * width..(t + 1) * width)).to_owned().into_shared()
    }
    fn check<T: Element>(&self, p: &[Array2<T>], x: &Array<T>) -> Result<()> {
        self.wired()?;
        groups(NAME, self.steps, if self.held { self.steps } else { x.ncols() })?;
        fits(NAME, &self.weights(), p)
    }
    fn start<T: Element>(&self, x: &Array<T>) -> Few<Array<T>> {
        self.states.iter().map(|&n| Array::zeros((x.nrows(), n))).collect()
    }
    /// Cuts what a step made into the next states, of which the shape is checked, and the output.
    fn cut<T: Element>(&self, rows: usize, made: Vec<Array<T>>) -> Result<(Few<Array<T>>, Array<T>)> {
        let (found, mut made) = (made.len(), made);
        let wrong =
            || Error::ShapeMismatch { op: NAME, expected: [self.states.len() + 1].into(), found: [found].into() };
        let y = made.pop().ok_or_else(wrong)?;
        same_len(NAME, self.states.len(), made.len())?;
        made.iter().zip(&self.states).try_for_each(|(h, &n)| same_shape(NAME, &[rows, n], h.shape()))?;
        Ok((made.into_iter().collect(), y))
    }
    /// Returns the output. `each` gets what the layers keep at each step, in order.
    fn run<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        x: &Array<T>,
        mut each: impl FnMut(usize, Vec<Kept<T>>) -> Result<()>,
    ) -> Result<Array<T>> {
        self.check(p, x)?;
        let (pass, mut h) = (Pass::inside(&self.body, at, p)?, self.start(x));
        let mut outputs = Outputs::of(self);
        for t in 0..self.steps {
            h.push(self.step(x, t));
            let (made, layers) = pass.clone().step(t).forward(&self.body, h)?;
            let (next, y) = self.cut(x.nrows(), made)?;
            h = next;
            outputs.add(y)?;
            each(t, layers)?;
        }
        outputs.joined(x.nrows())
    }
    /// Returns the change of the input, where `inside` says what each layer of the body sends back.
    #[allow(clippy::too_many_arguments)] // a layer in its place, what comes back, and how
    pub(crate) fn back<T: Element>(
        &self,
        at: At,
        p: &[Array2<T>],
        x: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
        time: Time<'_>,
        inside: &mut Inside<'_, T>,
    ) -> Result<Array<T>> {
        self.check(p, x)?;
        let states = self.states.len();
        let (pass, starts) = (Pass::inside(&self.body, at, p)?, self.starts());
        same_len(NAME, x.nrows(), dy.nrows())?;
        groups(NAME, self.steps, if self.mean { self.steps } else { dy.ncols() })?;
        let share = self.mean.then(|| dy.mapv(|d| d * T::of(1.0 / self.steps as f64)).into_shared());
        let mut spent = |t: usize, layers: Vec<Kept<T>>, next: Few<Option<Array<T>>>| {
            let (pass, mut by) = (pass.clone().step(t), next);
            by.push(Some(share.clone().unwrap_or_else(|| part(dy, t, self.steps))));
            let mut back = pass.backward(&self.body, layers, by, &mut |site, layer, kept, dy| {
                let from = starts[site].min(dp.len());
                inside(Inner { site, layer, at: pass.at(site), p: pass.slot(site) }, kept, dy, &mut dp[from..])
            })?;
            same_len(NAME, states + 1, back.len())?;
            let dx = back.pop().flatten();
            Ok((back.into_iter().collect::<Few<_>>(), dx))
        };
        let mut input = InputChange::of(self, x);
        match time {
            Time::Through => {
                let mut kept = Vec::with_capacity(self.steps);
                self.run(at, p, x, |_, layers| {
                    kept.push(layers);
                    Ok(())
                })?;
                let mut dh: Few<Option<Array<T>>> = smallvec![None; states];
                for (t, layers) in kept.into_iter().enumerate().rev() {
                    let dx;
                    (dh, dx) = spent(t, layers, dh)?;
                    input.add(t, dx)?;
                }
            }
            Time::Apart(asked) => {
                self.run(at, p, x, |t, layers| {
                    if asked.get(t) == Some(&true) {
                        let (_, dx) = spent(t, layers, smallvec![None; states])?;
                        input.add(t, dx)?;
                    }
                    Ok(())
                })?;
            }
        }
        Ok(input.joined())
    }
    /// Where the arrays of each layer of the body start.
    fn starts(&self) -> Vec<usize> {
        let ends = self.body.boxes().scan(0, |end, b| {
            let start = *end;
            *end += b.generator.weights().len();
            Some(start)
        });
        ends.collect()
    }
}
/// The change of the input so far: of each step, or one sum where every step reads the whole input.
enum InputChange<T> {
    Sum(Array<T>),
    Parts(Array2<T>, usize),
}
impl<T: Element> InputChange<T> {
    fn of(scan: &Scan, x: &Array<T>) -> Self {
        match scan.held {
            true => InputChange::Sum(Array::zeros(x.raw_dim())),
            false => InputChange::Parts(Array2::zeros(x.raw_dim()), scan.steps),
        }
    }
    fn add(&mut self, t: usize, dx: Option<Array<T>>) -> Result<()> {
        match (self, dx) {
            (_, None) => Ok(()),
            (InputChange::Sum(sum), Some(dx)) => sum.add(&dx),
            (InputChange::Parts(all, steps), Some(dx)) => {
                let (rows, width) = (all.nrows(), all.ncols() / *steps);
                same_shape(NAME, &[rows, width], dx.shape())?;
                all.slice_axis_mut(Axis(1), Slice::from(t * width..(t + 1) * width)).assign(&dx);
                Ok(())
            }
        }
    }
    fn joined(self) -> Array<T> {
        match self {
            InputChange::Sum(sum) => sum,
            InputChange::Parts(all, _) => all.into_shared(),
        }
    }
}
/// The outputs of the steps so far.
struct Outputs<T> {
    list: Vec<Array<T>>,
    /// The number of steps, where their mean is wanted: then the list has one element.
    mean: Option<usize>,
}
impl<T: Element> Outputs<T> {
    fn of(scan: &Scan) -> Self {
        Outputs { list: Vec::new(), mean: scan.mean.then_some(scan.steps) }
    }
    fn add(&mut self, y: Array<T>) -> Result<()> {
        match (self.mean, self.list.first_mut()) {
            (Some(_), Some(sum)) => sum.add(&y),
            _ => {
                self.list.push(y);
                Ok(())
            }
        }
    }
    fn joined(mut self, rows: usize) -> Result<Array<T>> {
        match (self.mean, self.list.pop()) {
            (Some(steps), Some(sum)) => {
                let share = T::of(1.0 / steps as f64);
                Ok(sum.mapv(|y| y * share).into_shared())
            }
            (_, last) => {
                self.list.extend(last);
                joined(rows, &self.list)
            }
        }
    }
}
/// The features of the step `t` of so many.
fn part<T: Element>(y: &Array<T>, t: usize, steps: usize) -> Array<T> {
    let width = y.ncols() / steps;
    y.slice_axis(Axis(1), Slice::from(t * width..(t + 1) * width)).to_owned().into_shared()
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
            Some(shape) if self.held => Some(shape.clone()),
            Some(shape) if shape.len() > 1 && shape[0] == self.steps => Some(shape[1..].to_vec()),
            Some(shape) => {
                let numbers = super::numbers(shape);
                groups(NAME, self.steps, numbers)?;
                Some([numbers / self.steps].into())
            }
        };
        let y = self.output(step)?;
        Ok(y.map(|shape| if self.mean { shape } else { [&[self.steps], &shape[..]].concat() }))
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
        self.run(at, p, x[0], |_, _| Ok(()))
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        let x = s.x[0];
        self.check(s.p, x)?;
        same_shape(NAME, x.shape(), dx[0].shape())?;
        let [pass, changes] = [Pass::inside(&self.body, s.at, s.p)?, Pass::inside(&self.body, s.at, dp)?];
        let mut h: Vec<(Array<T>, Array<T>)> = self.start(x).into_iter().map(|h| (h.clone(), h)).collect();
        let mut outputs = Outputs::of(self);
        for t in 0..self.steps {
            h.push((self.step(x, t), self.step(dx[0], t)));
            let (made, along): (Vec<_>, Vec<_>) =
                pass.clone().step(t).along(&changes, &self.body, h)?.into_iter().unzip();
            let ((next, _), (along, dy)) = (self.cut(x.nrows(), made)?, self.cut(x.nrows(), along)?);
            h = next.into_iter().zip(along).collect();
            outputs.add(dy)?;
        }
        outputs.joined(x.nrows())
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        same_shape(NAME, s.y.shape(), dy.shape())?;
        let dx = self.back(s.at, s.p, s.x[0], dy, dp, Time::Through, &mut |inner, (x, y), dy, dp| {
            let x: Few<&Array<T>> = x.iter().collect();
            Ok(inner.layer.vjp(inner.at, inner.p, &x, y, dy, dp)?.into_iter().map(Some).collect())
        })?;
        Ok(smallvec![dx])
    }
}
