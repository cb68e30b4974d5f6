//! Feedback weights that learn what the weights learn.

use crate::{
    error::Result,
    net::{Array, Element, same_shape},
    rule::{Reverse, Site},
};
use alloc::vec::Vec;
use ndarray::Array2;

/// [`FeedbackAlignment`](crate::rule::FeedbackAlignment) whose $B$ learns with the same increment as $W$:
/// $\bar x = \bar y B$, $\bar W = \bar B = \bar y^\top x$. With weight decay the two meet.
///
/// # Objects
/// $(A, A')$. State: $B$, behind the layer's own parameters; the user's optimiser moves it.
///
/// # Check
/// Under any optimiser that is linear in its changes the gap $B - W$ hears of no change: under plain descent with a
/// [decay](crate::learn::Decayed) $\lambda$, $B_t - W_t = (1 - \eta\lambda)^t (B_0 - W_0)$; with momentum the same
/// recursion with a velocity. Without decay the gap stays for ever.
///
/// # Standing
/// On the digits as good as backprop. Costs a second outer product and a copy of the weights, 1.5 times a step of
/// backprop on layers of 64.
///
/// # Source
/// Kolen and Pollack 1994; Akrout, Wilson, Humphreys, Lillicrap and Tweed 2019.
///
/// # Example
/// ```
/// use pullback::{learn::uniform, lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0]]), arr2(&[[10.0]])]]); // W, then B
/// let (x, dy) = (arr2(&[[3.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
/// let (y, dx, dp) = Lens(linear(1, 1).under(KolenPollack)).pull(&p, x, dy)?;
/// assert_eq!((y[[0, 0]], dx[[0, 0]]), (6.0, 10.0));
/// assert_eq!(dp.slots[0], [arr2(&[[3.0]]), arr2(&[[3.0]])]);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KolenPollack;
impl Reverse for KolenPollack {
    fn learned<T: Element>(&self, s: &Site<'_, T>, draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        s.like_weights(draw)
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        _: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        let own = s.own();
        let (to, learned) = dp.split_at_mut(own);
        let learned_sizes = s.p[own..].iter().chain(&*learned);
        learned_sizes.into_iter().try_for_each(|b| same_shape("kolen pollack", s.p[0].shape(), b.shape()))?;
        let mut change: Vec<Array2<T>> = to.iter().map(|a| Array2::zeros(a.raw_dim())).collect();
        s.outer(x, dy, &mut change)?; // one product for both
        let of_both = to.iter_mut().zip(&change).chain(learned.iter_mut().zip(&change));
        of_both.for_each(|(to, d)| to.zip_mut_with(d, |to, &d| *to += d));
        s.pull(&s.p[own], dy)
    }
}
