//! Softmax.

use super::{
    Array, Element, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen},
    norm::{groups, numbers},
    window::shaped,
};
use crate::{diagram::Few, error::Result};
use alloc::{format, string::String};
use ndarray::Array2;
use smallvec::smallvec;

/// The last `features` numbers of each group as shares of one. Made by [`softmax`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Softmax {
    /// The length of a group.
    pub features: usize,
}

/// Returns $y_i = e^{x_i} / \sum_j e^{x_j}$ over each group of `features` numbers, without overflow.
///
/// $-\infty$ gets exactly 0 and takes no part in any derivative; a group of nothing but $-\infty$ gets zeros.
///
/// # Shapes
/// `[.., features]` to the same.
///
/// # Errors
/// From every use: a sample that is no whole number of groups.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let x = ndarray::arr2(&[[1000.0, 1000.0, 0.0, f64::NEG_INFINITY]]).into_shared();
/// let y = softmax(2).under(Backprop).predict(&Params::new(vec![vec![]]), x)?;
/// assert_eq!(y, ndarray::arr2(&[[0.5, 0.5, 1.0, 0.0]]).into_shared());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn softmax(features: usize) -> Net {
    layer(Softmax { features })
}

const NAME: &str = "softmax";
impl Softmax {
    /// $y \odot (d - \langle y, d \rangle)$ in each group: the derivative along `d`, which is its own transpose.
    fn derivative<T: Element>(&self, y: &Array<T>, d: &Array<T>) -> Result<Array<T>> {
        same_shape(NAME, y.shape(), d.shape())?;
        groups(NAME, self.features, y.ncols())?;
        let (y, mut d) = (numbers(y), (d.dim(), numbers(d)));
        for (y, d) in y.chunks_exact(self.features).zip(d.1.chunks_exact_mut(self.features)) {
            let along = y.iter().zip(&*d).fold(T::zero(), |sum, (&y, &d)| sum + y * d);
            d.iter_mut().zip(y).for_each(|(d, &y)| *d = y * (*d - along));
        }
        Ok(shaped(NAME, [d.0.0, d.0.1], d.1)?.into_shared())
    }
}
impl Kernel for Softmax {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        format!("softmax {}", self.features)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        x[0].iter().try_for_each(|s| groups(NAME, self.features, s.last().copied().unwrap_or(0)))?;
        Ok(x[0].clone())
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        groups(NAME, self.features, x[0].ncols())?;
        let mut y = numbers(x[0]);
        for group in y.chunks_exact_mut(self.features) {
            let top = group.iter().fold(T::neg_infinity(), |top, &x| top.max(x)).stop_gradient();
            if top == T::neg_infinity() {
                group.fill(T::zero());
                continue;
            }
            group.iter_mut().for_each(|x| *x = (*x - top).exp());
            let share = group.iter().fold(T::zero(), |sum, &e| sum + e).recip();
            group.iter_mut().for_each(|e| *e *= share);
        }
        Ok(shaped(NAME, [x[0].nrows(), x[0].ncols()], y)?.into_shared())
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.derivative(s.y, dx[0])
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![self.derivative(s.y, dy)?])
    }
}
