//! Backprop with other weights on the way back.

use crate::{
    error::Result,
    net::{Array, Element},
    rule::{Reverse, Site},
};
use alloc::vec::Vec;
use ndarray::Array2;

/// The transpose $W^\top$ on the way back is replaced by a fixed random matrix $B$ in its shape:
/// $\bar x = \bar y B$, $\bar W = \bar y^\top x$.
///
/// # Objects
/// $(A, A')$. State: $B$ for each linear layer, drawn once, uniform as Glorot's start of $W$.
///
/// # Check
/// With $B = W$ it is [`Backprop`](crate::rule::Backprop), bit for bit.
///
/// # Standing
/// On the digits as good as backprop with one hidden layer; with more prefer tanh to rectifiers. Above a linear
/// classifier. It does not scale to large images. Costs what backprop costs, and the memory of $B$.
///
/// # Source
/// Lillicrap, Cownden, Tweed and Akerman 2016.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let under = linear(1, 1).under(FeedbackAlignment::seeded(1));
/// let b = under.site(0, None, &p)?.fixed[0][[0, 0]];
/// let (x, dy) = (arr2(&[[3.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
/// let (_, dx, dp) = Lens(under).pull(&p, x, dy)?;
/// assert_eq!((dx[[0, 0]], dp.slots[0][0][[0, 0]]), (b, 3.0));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedbackAlignment {
    seed: u64,
}
impl FeedbackAlignment {
    /// Returns the rule whose matrices are drawn from `seed`.
    pub const fn seeded(seed: u64) -> Self {
        FeedbackAlignment { seed }
    }
}
impl Reverse for FeedbackAlignment {
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        s.like_weights(crate::random::uniform(s.seed(self.seed)))
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        _: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        s.outer(x, dy, dp)?;
        s.pull(&s.fixed[0], dy)
    }
}
