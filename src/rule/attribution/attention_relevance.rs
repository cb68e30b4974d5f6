//! Relevance through products of wires.

use super::{
    Explain, Probe, Start, moved,
    share::{epsilon_add, epsilon_linear},
};
use crate::{
    diagram::Few,
    error::Result,
    net::{Array, Element, Layer},
    rule::{Reverse, Site},
};
use ndarray::Array2;
use smallvec::smallvec;

/// Relevance as for attention: the ε form of [`LayerwiseRelevance`](super::LayerwiseRelevance), and the product of two
/// wires gives each of them half.
///
/// # Check
/// Sums and products conserve exactly as $\varepsilon \to 0$.
///
/// # Errors
/// [`Error::NoReverse`](crate::Error::NoReverse) of a layer that is neither linear, nor number by number, nor a sum or product of wires.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let net = Net::build(1, |d, x| d.push(Layer::Mul(Mul), &[x[0], x[0]]).to_vec());
/// let x = arr2(&[[3.0]]).into_shared();
/// let map = net.under(AttentionRelevance::epsilon(0.0)).explain(&net.init(&mut || 0.0), &x, 0)?;
/// assert_eq!(map, arr2(&[[9.0]])); // half of 9 on each way
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Achtibat, Hatefi, Dreyer, Jain, Wiegand, Lapuschkin and Samek 2024.
#[doc(alias = "AttnLRP")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionRelevance {
    epsilon: f64,
}
impl AttentionRelevance {
    /// Returns the rule that stabilises quotients by $\pm\varepsilon$.
    pub const fn epsilon(epsilon: f64) -> Self {
        AttentionRelevance { epsilon }
    }
}
impl Reverse for AttentionRelevance {
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        epsilon_linear(self.epsilon, s, x, y, r)
    }
    fn pointwise<T: Element>(&self, _: &Site<'_, T>, _: &Array<T>, _: &Array<T>, r: &Array<T>) -> Result<Array<T>> {
        Ok(r.clone())
    }
    fn add<T: Element>(&self, _: &Site<'_, T>, x: [&Array<T>; 2], r: &Array<T>) -> Result<[Array<T>; 2]> {
        Ok(epsilon_add(self.epsilon, x, r))
    }
    fn other<T: Element>(
        &self,
        s: &Site<'_, T>,
        _: &[&Array<T>],
        _: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        match s.layer {
            Layer::Mul(_) => {
                let half = r.mapv(|r| r * T::of(0.5)).into_shared();
                Ok(smallvec![half.clone(), half])
            }
            _ => moved("AttentionRelevance", s, r),
        }
    }
}
impl Explain for AttentionRelevance {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        probe(x, Start::Score)
    }
}
