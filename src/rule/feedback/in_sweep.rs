//! Weights that move while the sweep goes back.

use crate::{
    diagram::Few,
    error::Result,
    net::{Array, Element, Layer, Time},
    rule::{Reverse, Site, inner::inner},
};
use alloc::vec::Vec;
use ndarray::Array2;
use smallvec::smallvec;

/// The rule `R` with the update inside the reverse sweep: a layer learns first, and what it sends back goes through the
/// weights that it then has.
///
/// $$ W' = W + \eta\, \bar W, \qquad \bar x = \mathrm{rev}_{W'}(\bar y) $$
///
/// The sweep moves a copy and writes the displacement $W' - W = \eta\,\bar W$, so the optimiser that makes the step the
/// sweep believed in is [`Plus`](crate::learn::Plus); any other takes the displacement for a change.
///
/// # Objects
/// Those of `R`, which is a [`Reverse`]: $(A, A')$. State: that of `R`. The schedule is one pass back; a rule
/// with another one is [`Error::Unfit`](crate::Error::Unfit).
///
/// # Check
/// The last layer learns what it learns under `R`, times $\eta$. As $\eta \to 0$ the displacement over $\eta$ tends to the
/// change of `R`, to first order. A layer uses only its own parameters, so it composes as `R` does.
///
/// # Standing
/// Close to `R` at small rates. Twice the reverse maps of the layers with parameters.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let under = linear(1, 1).under(InSweep::new(Backprop, 0.5));
/// let (_, dx, dp) = Lens(under).pull(&p, arr2(&[[3.0]]).into_shared(), arr2(&[[1.0]]).into_shared())?;
/// assert_eq!((dx[[0, 0]], dp.slots[0][0][[0, 0]]), (3.5, 1.5)); // W' = 2 + 0.5·3
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InSweep<R> {
    rule: R,
    rate: f64,
}
impl<R> InSweep<R> {
    /// Returns `rule` with weights that move by `rate` times the change during the sweep.
    pub const fn new(rule: R, rate: f64) -> Self {
        InSweep { rule, rate }
    }
    /// Runs a reverse map twice: for the change of the parameters, then for what goes back past the moved ones.
    fn twice<T: Element, X>(
        &self,
        s: &Site<'_, T>,
        dp: &mut [Array2<T>],
        rev: impl Fn(&Site<'_, T>, &mut [Array2<T>]) -> Result<X>,
    ) -> Result<X> {
        if dp.is_empty() {
            return rev(s, dp);
        }
        let mut moved: Vec<Array2<T>> = dp.iter().map(|d| Array2::zeros(d.raw_dim())).collect();
        rev(s, &mut moved)?;
        for ((d, to), p) in moved.iter_mut().zip(dp).zip(s.p) {
            d.mapv_inplace(|d| d * T::of(self.rate));
            *to += &*d;
            *d += p;
        }
        let mut unused: Vec<Array2<T>> = moved.iter().map(|d| Array2::zeros(d.raw_dim())).collect();
        rev(&Site { p: &moved, ..*s }, &mut unused)
    }
}
impl<R: Reverse> Reverse for InSweep<R> {
    inner! { rule: name learns once pointwise add arrays }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        self.twice(s, dp, |s, dp| self.rule.linear(s, x, y, dy, dp))
    }
    fn other<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &[&Array<T>],
        y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        self.twice(s, dp, |s, dp| match (s.layer, x) {
            (Layer::Scan(scan), [x]) if self.rule.inside() => {
                Ok(smallvec![s.at_every_step(&self.rule, scan, (x, y), dy, dp, Time::Through)?])
            }
            _ => self.rule.other(s, x, y, dy, dp),
        })
    }
}
