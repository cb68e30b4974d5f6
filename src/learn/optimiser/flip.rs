//! An optimiser of weights that are 1 or −1.

use super::{Elementwise, Optimiser};
use crate::{
    error::Result,
    lens::{Co, Object},
    real::Primitive,
};

/// Gathers votes on weights that are 1 or −1, and turns a weight round where they have come to weigh one against it:
///
/// $$ m \leftarrow \rho m + \eta c, \qquad w \leftarrow -w,\; m \leftarrow 0 \;\text{ where } m w \le -1, \qquad
///    \rho \leftarrow 1 - \text{the share of weights that turned} $$
///
/// Weights stay 1 and −1 to the bit; a weight of 0, such as a bias, is never turned. There is one $\rho$ for all weights
/// that it moves: for one a layer, make each layer a group with [`Both`](super::Both).
///
/// # Source
/// Nguyen and others 2024, *BOLD: Boolean Logic Deep Learning*, algorithm 8; there $q = -c$ is a vote for a loss that
/// grows, so agreement turns.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut w) = (Flip::new(0.5), [1.0, 1.0, -1.0, -1.0]);
/// let mut s = u.init(&w);
/// for _ in 0..2 {
///     u.put(&mut s, &mut w, &mut [-1.0, 1.0, 0.5, -9.0])?;
/// }
/// assert_eq!(w, [-1.0, 1.0, -1.0, -1.0]); // −½ − ½ against the first; the third needs two more steps
/// assert_eq!((s.votes, s.kept), ([0.0, 1.0, 0.5, -9.0], 0.75));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flip<T = f64> {
    /// $\eta$
    pub rate: T,
}
impl<T> Flip<T> {
    /// Returns the optimiser with this rate, for instance 0.5 where the loss is the mean over a batch.
    pub const fn new(rate: T) -> Self {
        Flip { rate }
    }
}

/// What [`Flip`] remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Votes<P, T = f64> {
    /// $m$: the votes on each weight since it last turned.
    pub votes: P,
    /// $\rho$: the share of weights that stayed in the last step.
    pub kept: T,
}

impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Flip<T>
where
    P: Object<Co = P>,
{
    type State = Votes<P, T>;
    fn init(&self, p: &P) -> Self::State {
        Votes { votes: p.zero(), kept: T::one() }
    }
    fn put(&self, s: &mut Self::State, p: &mut P, c: &mut Co<P>) -> Result<()> {
        let (kept, mut weights, mut turned) = (s.kept, 0_u64, 0_u64);
        P::zip([p, c, &mut s.votes], &mut |[w, c, m]| {
            *m = kept * *m + self.rate * *c;
            weights += u64::from(*w != T::zero());
            if *m * *w <= -T::one() {
                (*w, *m) = (-*w, T::zero());
                turned += 1;
            }
        })?;
        s.kept = T::of(1.0 - turned as f64 / weights.max(1) as f64);
        Ok(())
    }
}
