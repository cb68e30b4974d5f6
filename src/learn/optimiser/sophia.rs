//! An optimiser that also asks how curved the loss is.

use super::{Elementwise, Optimiser, sign::sign};
use crate::{error::Result, real::Primitive};

/// $m \leftarrow \beta_1 m + (1-\beta_1) c$, then
/// $p \leftarrow (1 - \eta\lambda) p + \eta\,\mathrm{sign}(m) \min(|m|/(\rho n h + 10^{-15}), 1)$: a Newton step along each
/// coordinate, never longer than the rate.
///
/// The curvature $h$ comes from an extra pass every few steps: [`Learner::curve`](crate::learn::Learner::curve) sends back the change for
/// labels *drawn from the model*, and [`curvature`](Self::curvature) takes $h \leftarrow \beta_2 h + (1-\beta_2)\hat c^2$;
/// $n\hat c^2$ estimates the diagonal of the Gauss–Newton matrix for the mean loss of a batch of $n$.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let u = Sophia { rho: 1.0, betas: (0.0, 0.0), decay: 0.0, ..Sophia::new(0.5) };
/// let mut p = [0.0, 0.0];
/// let mut s = u.init(&p);
/// u.curvature(&mut s, [2.0, 1.0])?; // h = 4, 1
/// u.put(&mut s, &mut p, &mut [1.0, -3.0])?; // ½ · ¼; the second is cut to length ½
/// assert!((p[0] - 0.125f64).abs() < 1e-15 && p[1] == -0.5);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Liu, Li, Hall, Liang, Ma 2023, *Sophia*, algorithm 3 with the estimator of algorithm 2 (Gauss–Newton–Bartlett).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sophia<T = f64> {
    /// $\eta$
    pub rate: T,
    /// $(\beta_1, \beta_2)$, 0.965 and 0.99 by default.
    pub betas: (T, T),
    /// $\rho$, 0.04 by default: the smaller, the more coordinates move by the full rate.
    pub rho: T,
    /// $\lambda$, 0.1 by default.
    pub decay: T,
    /// $n$, how many examples a change is the mean of; 1 by default.
    pub batch: T,
}
impl<T: Primitive> Sophia<T> {
    /// Returns the optimiser with this rate, 0.0001 for instance.
    pub fn new(rate: T) -> Self {
        let (betas, one) = ((T::of(0.965), T::of(0.99)), T::of(1.0));
        Sophia { rate, betas, rho: T::of(0.04), decay: T::of(0.1), batch: one }
    }
    /// Takes the change `c` for labels drawn from the model into the curvature.
    ///
    /// # Errors
    /// A change in another shape than the state.
    pub fn curvature<P: Elementwise<T>>(&self, s: &mut Curved<P>, mut c: P) -> Result<()> {
        let b = self.betas.1;
        P::zip([&mut s.curvature, &mut c], &mut |[h, c]| *h = b * *h + (T::of(1.0) - b) * *c * *c)
    }
}

/// The state of [`Sophia`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curved<P> {
    /// The mean of the changes, $m$.
    pub first: P,
    /// The mean of the squared changes for drawn labels, $h$.
    pub curvature: P,
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Sophia<T> {
    type State = Curved<P>;
    fn init(&self, p: &P) -> Curved<P> {
        Curved { first: p.zero(), curvature: p.zero() }
    }
    fn put(&self, s: &mut Curved<P>, p: &mut P, c: &mut P) -> Result<()> {
        let (one, b, keep) = (T::of(1.0), self.betas.0, T::of(1.0) - self.rate * self.decay);
        P::zip([p, c, &mut s.first, &mut s.curvature], &mut |[p, c, m, h]| {
            *m = b * *m + (one - b) * *c;
            let newton = m.abs() / (self.rho * self.batch * *h + T::of(1e-15));
            *p = keep * *p + self.rate * sign(*m) * newton.min(one);
        })
    }
}
