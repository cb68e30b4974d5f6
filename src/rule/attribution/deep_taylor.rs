//! Deep Taylor decomposition.

use super::{Explain, FirstLayer, Probe, Start, moved, share::Signed};
use crate::{
    diagram::Few,
    error::Result,
    net::{Array, Element},
    rule::{Reverse, Site},
};
use ndarray::Array2;

/// Deep Taylor decomposition, the $z^+$ rule: relevance goes only to what spoke *for* an output,
///
/// $$ R_x = \sum \frac{(x w)^+}{\sum (x w)^+} R_y. $$
///
/// Biases get nothing. The layer that reads the network's input may share in [another way](Self::first_layer): the box
/// $z^{\mathcal B}$ for pixels, $w^2$ for any real input.
///
/// # Check
/// $R \ge 0$ where the score is, and conserved, except by an output for which nothing spoke: its relevance is lost.
///
/// # Errors
/// [`Error::NoReverse`](crate::Error::NoReverse) of a product of wires.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0, -1.0]])]]);
/// let x = arr2(&[[0.5, 0.25]]).into_shared(); // 1 - 0.25
/// let map = |first| linear(2, 1).under(DeepTaylor::new().first_layer(first)).explain(&p, &x, 0);
/// assert_eq!(map(FirstLayer::Same)?, arr2(&[[0.75, 0.0]]));
/// assert_eq!(map(FirstLayer::Squares)?, arr2(&[[0.6, 0.15]]));
/// // in [0, 1]: 0.5·2 - 0·2 and 0.25·(-1) - 1·(-1), so 4 to 3
/// assert_eq!(map(FirstLayer::Bounded { low: 0.0, high: 1.0 })?, arr2(&[[0.75 / 1.75, 0.75 / 1.75 * 0.75]]));
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Montavon, Lapuschkin, Binder, Samek and Müller 2017.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DeepTaylor {
    first: FirstLayer,
}
impl DeepTaylor {
    /// Returns the rule that treats all layers alike.
    pub const fn new() -> Self {
        DeepTaylor { first: FirstLayer::Same }
    }
    /// Returns the rule with another way of sharing where a layer reads the input of the network.
    pub const fn first_layer(self, first: FirstLayer) -> Self {
        DeepTaylor { first }
    }
}
impl Reverse for DeepTaylor {
    fn learns(&self) -> bool {
        false
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        match self.first.share(s, x, r)? {
            Some(back) => Ok(back),
            None => Signed::Positive.linear(s, x, y, r),
        }
    }
    fn pointwise<T: Element>(&self, _: &Site<'_, T>, _: &Array<T>, _: &Array<T>, r: &Array<T>) -> Result<Array<T>> {
        Ok(r.clone())
    }
    fn add<T: Element>(&self, _: &Site<'_, T>, x: [&Array<T>; 2], r: &Array<T>) -> Result<[Array<T>; 2]> {
        Ok(Signed::Positive.add(x, r))
    }
    fn other<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &[&Array<T>],
        y: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        moved("DeepTaylor", s, (x, y, r), || Signed::Positive.sum(s, x[0], y, r))
    }
}
impl Explain for DeepTaylor {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        probe.back(x, Start::Score)
    }
}
