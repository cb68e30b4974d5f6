//! Masks before a softmax.

use super::{
    Array, Element, Net, Shape, layer,
    layer::{At, Kernel, Seen},
    norm::groups,
};
use crate::{diagram::Few, error::Result};
use alloc::vec::Vec;
use ndarray::Array2;
use smallvec::smallvec;

/// The numbers that are allowed; $-\infty$ in place of the others. Made by [`mask`] and [`causal_mask`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mask {
    /// Which numbers stay. It is used again for each group of as many numbers, for instance for each head.
    pub allowed: Vec<bool>,
}
impl Mask {
    /// Returns the mask of a square of scores in which row `i` may see the columns up to `i`.
    pub fn causal(tokens: usize) -> Self {
        Mask { allowed: (0..tokens).flat_map(|i| (0..tokens).map(move |j| j <= i)).collect() }
    }
}

/// Returns the network that puts $-\infty$ where `allowed` is false: [`softmax`](super::softmax) gives nothing there.
///
/// # Errors
/// From every use: a sample that is no whole number of masks.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let net = causal_mask(2) >> softmax(2);
/// let x = ndarray::arr2(&[[7.0, 7.0, 7.0, 7.0]]).into_shared();
/// let y = net.under(Backprop).predict(&Params::new(vec![vec![], vec![]]), x)?;
/// assert_eq!(y, ndarray::arr2(&[[1.0, 0.0, 0.5, 0.5]]).into_shared());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn mask(allowed: Vec<bool>) -> Net {
    layer(Mask { allowed })
}
/// Returns the [`mask`] of a square of scores in which row `i` may see the columns up to `i`.
pub fn causal_mask(tokens: usize) -> Net {
    layer(Mask::causal(tokens))
}

impl Mask {
    fn put<T: Element>(&self, x: &Array<T>, instead: T) -> Result<Array<T>> {
        groups(self.name(), self.allowed.len(), x.ncols())?;
        let mut y = x.to_owned();
        for mut row in y.rows_mut() {
            row.iter_mut().zip(self.allowed.iter().cycle()).filter(|(_, a)| !**a).for_each(|(y, _)| *y = instead);
        }
        Ok(y.into_shared())
    }
}
impl Kernel for Mask {
    fn name(&self) -> &'static str {
        "mask"
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        x[0].iter().try_for_each(|s| groups(self.name(), self.allowed.len(), super::numbers(s)))?;
        Ok(x[0].clone())
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.put(x[0], T::neg_infinity())
    }
    fn jvp<T: Element>(&self, _: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.put(dx[0], T::zero())
    }
    fn vjp<T: Element>(&self, _: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![self.put(dy, T::zero())?])
    }
}
