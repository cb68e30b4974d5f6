//! Backprop with other weights on the way back.

use super::{Back, Backprop, Broadcast, Reverse, Rule, Site};
use crate::{
    diagram::Few,
    error::Result,
    net::{Array, Element, same_shape},
};
use alloc::{vec, vec::Vec};
use ndarray::{Array2, linalg::general_mat_mul};
use smallvec::smallvec;

/// The transpose $W^\top$ on the way back is replaced by a fixed random matrix $B$ in its shape:
/// $\bar x = \bar y B$, $\bar W = \bar y^\top x$.
///
/// # Check
/// With $B = W$ it is [`Backprop`].
///
/// # Source
/// Lillicrap, Cownden, Tweed and Akerman 2016.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedbackAlignment {
    seed: u64,
}
impl FeedbackAlignment {
    /// Returns the rule whose matrices are drawn from `seed`, uniform as Glorot's.
    pub const fn seeded(seed: u64) -> Self {
        FeedbackAlignment { seed }
    }
}
impl Reverse for FeedbackAlignment {
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        let sizes = s.layer.weights().into_iter().take(usize::from(s.layer.is_linear())).map(|w| w.size);
        sizes.map(|[rows, columns]| s.glorot(self.seed, rows, columns)).collect()
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

/// On the way back only the signs of the weights are known: $\bar x = \bar y S$ with $S = c\,\mathrm{sign}(W)$,
/// $c = \sqrt{2/(\mathrm{in} + \mathrm{out})}$.
///
/// # Check
/// Where every $|W_{ij}| = c$ it is [`Backprop`].
///
/// # Source
/// Liao, Leibo and Poggio 2016.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignSymmetry;
impl Reverse for SignSymmetry {
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        _: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        s.outer(x, dy, dp)?;
        let c = T::of(num_traits::Float::sqrt(2.0 / s.p[0].shape().iter().sum::<usize>().max(1) as f64));
        s.pull(&s.p[0].mapv(|w| T::select(w.eq01(T::zero()), T::zero(), w.signum() * c)), dy)
    }
}

/// Feedback alignment whose $B$ learns with the same increment as $W$: $\bar B = \bar W$. With weight decay the two meet.
///
/// # State
/// $B$, behind the layer's own parameters; the user's optimiser moves it.
///
/// # Check
/// Under plain descent $B_t - W_t = (1 - \eta\lambda)^t (B_0 - W_0)$.
///
/// # Source
/// Kolen and Pollack 1994; Akrout, Wilson, Humphreys, Lillicrap and Tweed 2019.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KolenPollack;
impl Reverse for KolenPollack {
    fn learned<T: Element>(&self, s: &Site<'_, T>, draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        match s.layer.is_linear() {
            true => crate::net::glorot(s.layer, &mut || draw()).into_iter().take(1).collect(),
            false => vec![],
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
        let own = s.layer.weights().len();
        let (to, learned) = dp.split_at_mut(own);
        s.outer(x, dy, to)?;
        s.outer(x, dy, &mut learned[..1])?;
        s.pull(&s.p[own], dy)
    }
}

/// The change of the output goes straight to every activation, through a fixed random matrix:
/// $\bar x = (e B) \odot f'(x)$. No layer waits for another.
///
/// # Objects
/// $(A, E \times A')$: the change $e$ of the output rides back on every wire.
///
/// # Source
/// Nøkland 2016; Launay, Poli, Boniface and Krzakala 2020.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectFeedback {
    seed: u64,
}
impl DirectFeedback {
    /// Returns the rule whose matrices are drawn from `seed`.
    pub const fn seeded(seed: u64) -> Self {
        DirectFeedback { seed }
    }
}
impl Rule for DirectFeedback {
    type On = Broadcast;
    type Res<T: Element> = (Few<Array<T>>, Array<T>);
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Self::Res<T>)> {
        Rule::fwd(&Backprop, s, x)
    }
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        match s.layer.activation() {
            Some(_) => vec![s.glorot(self.seed, s.outputs, s.width)],
            None => vec![],
        }
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        (x, y): Self::Res<T>,
        (e, d): Back<Self, T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Back<Self, T>>>> {
        let x: Few<&Array<T>> = x.iter().collect();
        let changes: Few<Option<Array<T>>> = match (s.layer.activation(), d) {
            (Some(f), _) => {
                same_shape("direct feedback", &[e.ncols(), y.ncols()], s.fixed[0].shape())?;
                let mut d = Array2::zeros((e.nrows(), y.ncols()));
                general_mat_mul(T::one(), &e, &s.fixed[0], T::zero(), &mut d);
                smallvec![Some(f.times_slope(x[0], &y, &d.into_shared())?)]
            }
            (None, Some(d)) if s.layer.is_linear() => {
                s.outer(x[0], &d, dp)?; // what it would send back, the activation before it does not read
                smallvec![None]
            }
            (None, Some(d)) => s.vjp(&x, &y, &d, dp)?.into_iter().map(Some).collect(),
            (None, None) => smallvec![None; x.len()],
        };
        Ok(changes.into_iter().map(|d| Some((e.clone(), d))).collect())
    }
}
