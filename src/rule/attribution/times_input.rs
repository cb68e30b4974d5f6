//! An explanation times the input.

use super::{Explain, Probe};
use crate::{
    error::Result,
    net::{Array, Element},
    rule::{Rule, inner::inner},
};

/// The input times what another rule says: $x \odot R(x)$. Over [`Backprop`](crate::rule::Backprop) it is input times
/// gradient.
///
/// # Check
/// In a network of rectifiers without biases, input times gradient sums to the output.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0, -1.0]])]]);
/// let map = linear(2, 1).under(TimesInput(Backprop)).explain(&p, &arr2(&[[3.0, 1.0]]).into_shared(), 0)?;
/// assert_eq!(map, arr2(&[[6.0, -1.0]]));
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Shrikumar, Greenside, Shcherbina and Kundaje 2016.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimesInput<R>(pub R);
impl<R> TimesInput<R> {}
impl<R: Rule> Rule for TimesInput<R> {
    inner! { 0: types name fwd rev tap arrays }
    fn learns(&self) -> bool {
        false
    }
}
impl<R: Explain> Explain for TimesInput<R> {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        let mut r = self.0.explain(x, probe)?;
        r.zip_mut_with(x, |r, &x| *r *= x);
        Ok(r)
    }
}
