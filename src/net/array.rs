//! What rides on the wires of a network, and its parameters.

use super::buffers::Spare;
use crate::{
    error::{Error, Result, same_len},
    forward::Dual,
    lens::{Additive, Object},
    real::{Primitive, Real},
};
use alloc::vec::Vec;
use ndarray::{ArcArray2, Array2, LinalgScalar};

/// A number that arrays can hold: `f32`, `f64`, and dual numbers over them, so that a whole step of learning can be
/// differentiated forward.
pub trait Element: Real<<Self as Element>::F> + LinalgScalar + Send + Sync {
    /// The machine number below.
    type F: Primitive;
    /// Returns the nearest number to `x`.
    #[inline(always)]
    fn of(x: f64) -> Self {
        Self::lit(Self::F::of(x))
    }
}
impl Element for f32 {
    type F = f32;
}
impl Element for f64 {
    type F = f64;
}
impl<F: Primitive, T: Element<F = F>> Element for Dual<T, F> {
    type F = F;
}

/// A batch: a row for each sample, a column for each feature. A clone shares its memory, so keeping one is free.
pub type Array<T = f64> = ArcArray2<T>;

/// The lengths of one sample, for instance `[channels, height, width]`. A batch stores a sample as one row.
pub type Shape = Vec<usize>;

/// Returns how many numbers a shape has; more than can be counted are the largest count.
pub(crate) fn numbers(shape: &[usize]) -> usize {
    shape.iter().fold(1, |n: usize, &k| n.saturating_mul(k))
}
/// Returns [`Error::ShapeMismatch`] where `found` is not `expected`.
pub(crate) fn same_shape(op: &'static str, expected: &[usize], found: &[usize]) -> Result<()> {
    match expected == found {
        true => Ok(()),
        false => Err(Error::ShapeMismatch { op, expected: expected.to_vec(), found: found.to_vec() }),
    }
}

impl<T: Element> Additive for ArcArray2<T> {
    fn add(&mut self, o: &Self) -> Result<()> {
        same_shape("add", self.shape(), o.shape())?;
        self.zip_mut_with(o, |a, &b| *a += b);
        Ok(())
    }
}
impl<T: Element> Object for ArcArray2<T> {
    type Co = Self;
    type View<'a>
        = &'a Self
    where
        Self: 'a;
    fn view(&self) -> &Self {
        self
    }
    fn owned(view: &Self) -> Self {
        view.clone()
    }
    fn zero_of(view: &Self) -> Self {
        Self::zeros(view.raw_dim())
    }
}

/// The parameters of a network under a rule: a slot of arrays for each layer, its own first, then what the rule learns.
///
/// It also counts the random draws that were made while learning, so that a stored state goes on as if it had never
/// stopped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params<T = f64> {
    /// The arrays of each layer.
    pub slots: Vec<Vec<Array2<T>>>,
    /// How many steps have drawn random numbers: the number of the next draw. With a seed and a place in the network it
    /// decides all that is drawn there.
    pub draws: u64,
    /// Memory of the passes that wrote this change.
    pub(crate) spare: Spare<T>,
}

impl<T: Element> Params<T> {
    /// Returns parameters with these slots, before the first draw.
    pub fn new(slots: Vec<Vec<Array2<T>>>) -> Self {
        Params { slots, draws: 0, spare: Spare::default() }
    }
    /// Returns the same parameters after so many steps that have drawn.
    pub fn with_draws(self, draws: u64) -> Self {
        Params { draws, ..self }
    }
    /// Returns the number of numbers.
    pub fn count(&self) -> usize {
        self.slots.iter().flatten().map(Array2::len).sum()
    }
    /// Returns all numbers in order.
    pub fn flat(&self) -> Vec<T> {
        self.slots.iter().flatten().flat_map(|a| a.iter().copied()).collect()
    }
    /// Returns the parameters of the network alone: the first arrays of each slot, without what a rule has learned.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where the parameters are of another network.
    pub fn of_net(&self, net: &super::Net) -> Result<Self> {
        same_len("params", net.len(), self.slots.len())?;
        let own = |b: crate::diagram::Placed<'_, super::Layer>| {
            let wanted = b.generator.weights();
            let slot = &self.slots[b.site];
            same_len(b.generator.kernel_name(), wanted.len().min(slot.len()), wanted.len())?;
            Ok(slot[..wanted.len()].to_vec())
        };
        Ok(Params { draws: self.draws, ..Params::new(net.boxes().map(own).collect::<Result<_>>()?) })
    }
}

impl<T: Element> Additive for Params<T> {
    fn add(&mut self, o: &Self) -> Result<()> {
        same_sizes(self, o)?;
        for (a, b) in self.slots.iter_mut().flatten().zip(o.slots.iter().flatten()) {
            a.zip_mut_with(b, |a, &b| *a += b);
        }
        self.draws = self.draws.wrapping_add(o.draws);
        Ok(())
    }
}
impl<T: Element> Object for Params<T> {
    type Co = Self;
    type View<'a>
        = &'a Self
    where
        Self: 'a;
    fn view(&self) -> &Self {
        self
    }
    fn owned(view: &Self) -> Self {
        view.clone()
    }
    fn zero_of(view: &Self) -> Self {
        let zeros = |slot: &Vec<Array2<T>>| slot.iter().map(|a| Array2::zeros(a.raw_dim())).collect();
        Params::new(view.slots.iter().map(zeros).collect())
    }
    fn reset(view: &Self, change: &mut Self) {
        match same_sizes(view, change) {
            Ok(()) => change.slots.iter_mut().flatten().for_each(|a| a.fill(T::zero())),
            Err(_) => *change = Self::zero_of(view),
        }
        change.draws = 0;
    }
}

/// Returns [`Error::ShapeMismatch`] where the arrays of two differ in number or shape.
fn same_sizes<T>(x: &Params<T>, y: &Params<T>) -> Result<()> {
    same_len("params", x.slots.len(), y.slots.len())?;
    for (a, b) in x.slots.iter().zip(&y.slots) {
        same_len("params", a.len(), b.len())?;
        a.iter().zip(b).try_for_each(|(a, b)| same_shape("params", a.shape(), b.shape()))?;
    }
    Ok(())
}

/// Calls `f` on the arrays that stand at the same place in all of `xs`.
pub(crate) fn zip_slots<T, const K: usize>(
    mut xs: [&mut Params<T>; K],
    mut f: impl FnMut([&mut Array2<T>; K]),
) -> Result<()> {
    let Some((first, others)) = xs.split_first() else { return Ok(()) };
    others.iter().try_for_each(|x| same_sizes(first, x))?;
    for layer in 0..xs[0].slots.len() {
        for array in 0..xs[0].slots[layer].len() {
            f(xs.each_mut().map(|x| &mut x.slots[layer][array]));
        }
    }
    Ok(())
}

/// A dual number changes by dual numbers, so that a step of learning can itself be differentiated.
impl<F: Primitive, T: Real<F>> Additive for Dual<T, F> {
    fn add(&mut self, o: &Self) -> Result<()> {
        *self += *o;
        Ok(())
    }
}
impl<F: Primitive, T: Real<F>> Object for Dual<T, F> {
    type Co = Self;
    type View<'a>
        = Self
    where
        Self: 'a;
    fn view(&self) -> Self {
        *self
    }
    fn owned(view: Self) -> Self {
        view
    }
    fn zero_of(_: Self) -> Self {
        Self::default()
    }
}
