//! A layer that draws one of several classes.

use super::{
    Array, Element, Shape,
    array::same_shape,
    layer::{At, Kernel, Seen},
};
use crate::{
    diagram::Few,
    error::{Error, Result},
};
use alloc::{format, string::String};
use ndarray::{Array2, Zip};

/// Draws from $\mathrm{softmax}(\theta)$: each group of `classes` neighbouring features becomes a 1 at the class that was
/// drawn and 0 elsewhere. While predicting nothing is drawn: the 1 stands at the most likely class.
///
/// It draws by adding Gumbel noise $-\ln(-\ln u)$ to $\theta$ and taking the largest (Maddison, Tarlow and Minka 2014),
/// the same numbers for one seed, one place and one step.
///
/// A sample has no derivative, so backpropagation through it is [`Error::NoPartial`]. Rules estimate one:
/// [`StraightThrough`](crate::rule::StraightThrough), [`GumbelStraightThrough`](crate::rule::GumbelStraightThrough),
/// [`ReinMax`](crate::rule::ReinMax), [`Reinforce`](crate::rule::Reinforce).
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let under = sample(3, 7).under::<_, f64>(ReinMax::default());
/// let theta = arr2(&[[0.0, 2.0, 1.0]]).into_shared();
/// let p = Params::new(vec![vec![]]);
/// assert_eq!(under.predict(&p, theta.clone())?, arr2(&[[0.0, 1.0, 0.0]]).into_shared());
/// let drawn = (0..1000).map(|k| under.forward(&p, Some(k), theta.clone()).map(|(y, _)| y[[0, 0]])).sum::<Result<f64, _>>()?;
/// assert!((drawn / 1000.0 - 1.0 / (1.0 + 2f64.exp() + 1f64.exp())).abs() < 0.03);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sample {
    /// The number of classes of one draw.
    pub classes: usize,
    /// Where the random numbers come from.
    pub seed: u64,
}

impl Sample {
    fn read<T: Element>(&self, x: &Array<T>) -> Result<()> {
        match self.classes > 0 && x.ncols() % self.classes == 0 {
            true => Ok(()),
            false => same_shape("sample", &[x.nrows(), self.classes], x.shape()),
        }
    }
    /// Calls `f` on the part of each array that belongs to one draw, draw after draw.
    pub(crate) fn groups<T: Element>(&self, x: &Array<T>, f: impl Fn(usize, &[T]) -> T) -> Result<Array<T>> {
        self.read(x)?;
        let x = x.as_standard_layout();
        let flat = x.as_slice().unwrap_or_default();
        let of = |i: usize| f(i % self.classes, &flat[i - i % self.classes..][..self.classes]);
        let columns = x.ncols();
        Ok(Array2::from_shape_fn(x.raw_dim(), |(r, c)| of(r * columns + c)).into_shared())
    }
    /// Returns $\mathrm{softmax}(\theta)$ in groups.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where the features do not make whole groups.
    pub fn probabilities<T: Element>(&self, theta: &Array<T>) -> Result<Array<T>> {
        self.groups(theta, |k, theta| {
            let top = theta.iter().fold(T::neg_infinity(), |m, &t| m.max(t)).stop_gradient();
            (theta[k] - top).exp() / theta.iter().fold(T::zero(), |sum, &t| sum + (t - top).exp())
        })
    }
    /// Returns $\pi \odot (d - \pi \cdot d)$ in groups: the transposed derivative of the softmax with value $\pi$.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where the two differ in shape or do not make whole groups.
    pub fn pull_softmax<T: Element>(&self, pi: &Array<T>, d: &Array<T>) -> Result<Array<T>> {
        same_shape("sample", pi.shape(), d.shape())?;
        let weighed = Zip::from(pi).and(d).map_collect(|&p, &d| p.times(d)).into_shared();
        let mean = self.groups(&weighed, |_, w| w.iter().fold(T::zero(), |sum, &w| sum + w))?;
        Ok(Zip::from(&weighed).and(pi).and(&mean).map_collect(|&w, &p, &m| w - p * m).into_shared())
    }
    /// Returns the Gumbel noise of this place and step; zero while predicting.
    pub fn noise<T: Element>(&self, at: At, rows: usize, columns: usize) -> Array<T> {
        let Some(draw) = at.draw else { return Array::zeros((rows, columns)) };
        let mut draw = crate::random::uniform(crate::random::mix(&[self.seed, at.site as u64, draw]));
        let gumbel = move || {
            let u = (draw() + 1.0) / 2.0 + 1e-16; // in (0, 1)
            -num_traits::Float::ln(-num_traits::Float::ln(u.min(1.0 - 1e-16)))
        };
        let mut gumbel = gumbel;
        Array2::from_shape_simple_fn((rows, columns), || T::of(gumbel())).into_shared()
    }
}
impl Kernel for Sample {
    fn name(&self) -> &'static str {
        "sample"
    }
    fn label(&self) -> String {
        format!("sample {}", self.classes)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        if let Some(shape) = &x[0] {
            let features: usize = super::numbers(shape);
            if self.classes == 0 || features % self.classes != 0 {
                return same_shape("sample", &[self.classes], &[features]).and(Ok(None));
            }
        }
        Ok(x[0].clone())
    }
    fn apply<T: Element>(&self, at: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        let noise = self.noise::<T>(at, x[0].nrows(), x[0].ncols());
        let score = Zip::from(x[0]).and(&noise).map_collect(|&x, &g| x + g).into_shared();
        self.groups(&score, |k, score| {
            let beaten = |(j, &other): (usize, &T)| other > score[k] || (other == score[k] && j < k);
            T::of(f64::from(!score.iter().enumerate().any(beaten)))
        })
    }
    fn jvp<T: Element>(&self, _: &Seen<'_, T>, _: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        Err(Error::NoPartial { op: "sample" })
    }
    fn vjp<T: Element>(&self, _: &Seen<'_, T>, _: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Err(Error::NoPartial { op: "sample" })
    }
}
