//! The dense linear layer on each token of a sequence.

use super::{
    Array, Element, Linear, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen, Weight},
    norm::numbers,
    window::shaped,
};
use crate::{
    diagram::Few,
    error::{Result, same_len},
};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::Array2;

/// A [`Linear`] layer that is applied to each token with the same weights. Made by [`tokenwise`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tokenwise {
    /// The number of tokens in a sample.
    pub tokens: usize,
    /// What happens to each.
    pub each: Linear,
}

/// Returns $y_t = x_t W^\top + b$ for each of `tokens` tokens.
///
/// # Shapes
/// `[tokens, ins]` to `[tokens, outs]`; `weight`: outs × ins, `bias`: 1 × outs.
///
/// # Errors
/// From every use: an input of another size.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let p = Params::new(vec![vec![ndarray::arr2(&[[2.0]]), ndarray::arr2(&[[1.0]])]]);
/// let x = ndarray::arr2(&[[1.0, 2.0, 3.0]]).into_shared();
/// let y = tokenwise(3, 1, 1).under(Backprop).predict(&p, x)?;
/// assert_eq!(y, ndarray::arr2(&[[3.0, 5.0, 7.0]]).into_shared());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn tokenwise(tokens: usize, ins: usize, outs: usize) -> Net {
    layer(Tokenwise { tokens, each: Linear { ins, outs, bias: true } })
}

const NAME: &str = "tokenwise";
impl Tokenwise {
    /// A row for each token.
    fn split<T: Element>(&self, features: usize, x: &Array<T>) -> Result<Array<T>> {
        same_shape(NAME, &[x.nrows(), self.tokens.saturating_mul(features)], x.shape())?;
        Ok(shaped(NAME, [x.nrows() * self.tokens, features], numbers(x))?.into_shared())
    }
    /// A row for each sample.
    fn join<T: Element>(&self, samples: usize, y: Array<T>) -> Result<Array<T>> {
        let features = self.tokens.saturating_mul(y.ncols());
        Ok(shaped(NAME, [samples, features], numbers(&y))?.into_shared())
    }
}
impl Kernel for Tokenwise {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        format!("{} × {}", self.tokens, self.each.label())
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        match &x[0] {
            Some(shape) if shape.len() == 2 => same_shape(NAME, &[self.tokens, self.each.ins], shape)?,
            Some(shape) => same_len(NAME, self.tokens.saturating_mul(self.each.ins), super::numbers(shape))?,
            None => {}
        }
        Ok(Some(vec![self.tokens, self.each.outs]))
    }
    fn weights(&self) -> Vec<Weight> {
        self.each.weights()
    }
    fn apply<T: Element>(&self, at: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.join(x[0].nrows(), self.each.apply(at, p, &[&self.split(self.each.ins, x[0])?])?)
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        let [x, dx] = [self.split(self.each.ins, s.x[0])?, self.split(self.each.ins, dx[0])?];
        self.join(s.x[0].nrows(), self.each.jvp(&Seen { x: &[&x], ..*s }, &[&dx], dp)?)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        self.outer(s.x[0], dy, dp)?;
        let [w, ..] = s.p else { return same_len(NAME, 1, 0).map(|()| Few::new()) };
        Ok(smallvec::smallvec![self.pull(w, dy)?])
    }
    fn linear(&self) -> bool {
        true
    }
    fn products(&self) -> usize {
        self.tokens.saturating_mul(self.each.products())
    }
    fn reads(&self) -> Option<usize> {
        Some(self.tokens.saturating_mul(self.each.ins))
    }
    fn pull<T: Element>(&self, w: &Array2<T>, dy: &Array<T>) -> Result<Array<T>> {
        self.join(dy.nrows(), self.each.pull(w, &self.split(self.each.outs, dy)?)?)
    }
    fn outer<T: Element>(&self, x: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<()> {
        self.each.outer(&self.split(self.each.ins, x)?, &self.split(self.each.outs, dy)?, dp)
    }
}
