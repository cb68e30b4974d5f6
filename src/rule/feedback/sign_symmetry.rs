//! Backprop that knows only the signs of the weights.

use crate::{
    error::Result,
    net::{Array, Element},
    rule::{Reverse, Site},
};
use alloc::vec::Vec;
use ndarray::{Array2, Zip};

/// On the way back only the signs of the weights are known: $\bar x = \bar y S$, $\bar W = \bar y^\top x$, with one of
/// three sizes of $S$:
///
/// | form | $S$ | paper's name |
/// | --- | --- | --- |
/// | `Uniform` | $c\,\mathrm{sign}(W)$, $c = \sqrt{2/(\mathrm{in} + \mathrm{out})}$ | uSF |
/// | `Fixed(seed)` | $\lvert B\rvert \odot \mathrm{sign}(W)$, $B$ drawn once as $W$ is | frSF |
/// | `Redrawn(seed)` | the same with a new $B$ each step | brSF |
///
/// The sign of 0 is 0: a weight that is not there sends nothing back.
///
/// # Objects
/// $(A, A')$. State: $B$ in the form `Fixed`, else none.
///
/// # Check
/// Where every $|W_{ij}|$ is the size that is put in its place it is [`Backprop`](crate::rule::Backprop).
///
/// # Standing
/// On the digits as good as backprop, and clearly above a linear classifier. Costs one more array in the size of $W$ a
/// step; `Redrawn` also the draws.
///
/// # Source
/// Liao, Leibo and Poggio 2016. Fans are those of Glorot's start, so $c$ is the standard deviation of $W$ there.
///
/// # Example
/// ```
/// use pullback::{category::Identity, lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[5.0, -0.1, 0.0, 2.0]])]]); // in + out = 5
/// let under = linear(4, 1).under(SignSymmetry::Uniform);
/// let x = arr2(&[[1.0, 1.0, 1.0, 1.0]]).into_shared();
/// let (_, dx, _) = Lens(under).pull(&p, x, arr2(&[[1.0]]).into_shared())?;
/// let c = 0.4f64.sqrt();
/// assert_eq!(dx, arr2(&[[c, -c, 0.0, c]]).into_shared());
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignSymmetry {
    /// One size for all weights of a layer.
    #[default]
    Uniform,
    /// Random sizes, drawn once from a seed.
    Fixed(u64),
    /// Random sizes, drawn at each step.
    Redrawn(u64),
}
impl Reverse for SignSymmetry {
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        match self {
            SignSymmetry::Fixed(seed) => s.like_weights(crate::random::uniform(s.seed(*seed))),
            _ => Vec::new(),
        }
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
        let sign = |w: T| T::select(w.eq01(T::zero()), T::zero(), w.signum());
        let sized = |sizes: &Array2<T>| Zip::from(&s.p[0]).and(sizes).map_collect(|&w, &b| sign(w) * b.abs());
        let feedback = match self {
            SignSymmetry::Uniform => {
                let c = T::of(s.spread());
                s.p[0].mapv(|w| sign(w) * c)
            }
            SignSymmetry::Fixed(_) => sized(&s.fixed[0]),
            SignSymmetry::Redrawn(seed) => sized(&s.like_weights(s.stream(*seed))[0]),
        };
        s.pull(&feedback, dy)
    }
}
