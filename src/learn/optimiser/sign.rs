//! Optimisers that only look at the sign of a change.

use super::{Elementwise, Optimiser};
use crate::{error::Result, real::Primitive};

/// Returns −1, 0 or 1: unlike `signum`, no direction at 0 (nor at NaN).
pub(super) fn sign<T: Primitive>(x: T) -> T {
    x.gt01(T::of(0.0)) - T::of(0.0).gt01(x)
}

/// $p \leftarrow p + \eta\,(\mathrm{sign}(\beta_1 m + (1-\beta_1) c) - \lambda p)$, then
/// $m \leftarrow \beta_2 m + (1-\beta_2) c$
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (Lion::new(0.5, 0.25), 2.0);
/// let mut m = u.init(&p);
/// u.put(&mut m, &mut p, &mut -0.001)?; // 2 + ½(−1 − ½)
/// assert_eq!(p, 1.25);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Chen and others 2023, *Symbolic Discovery of Optimization Algorithms*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lion<T = f64> {
    /// $\eta$
    pub rate: T,
    /// $(\beta_1, \beta_2)$, 0.9 and 0.99 by default.
    pub betas: (T, T),
    /// $\lambda$
    pub decay: T,
}
impl<T: Primitive> Lion<T> {
    /// Returns the optimiser with this rate and this decay, 0.0001 and 0.1 for instance.
    pub fn new(rate: T, decay: T) -> Self {
        Lion { rate, betas: (T::of(0.9), T::of(0.99)), decay }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Lion<T> {
    type State = P;
    fn init(&self, p: &P) -> P {
        p.zero()
    }
    fn put(&self, m: &mut P, p: &mut P, c: &mut P) -> Result<()> {
        let (one, (b1, b2)) = (T::of(1.0), self.betas);
        P::zip([p, c, m], &mut |[p, c, m]| {
            let push = sign(b1 * *m + (one - b1) * *c) - self.decay * *p;
            *p += self.rate * push;
            *m = b2 * *m + (one - b2) * *c;
        })
    }
}

/// A step for each coordinate that grows while the change keeps its sign and shrinks when it turns; the size of the
/// change plays no part. For full batches: a sign is only worth something without noise. After a turn the coordinate
/// rests for one step.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (Rprop { first: 0.5, ..Rprop::default() }, 0.0);
/// let mut s = u.init(&p);
/// u.put(&mut s, &mut p, &mut 9.0)?; // + 0.5
/// u.put(&mut s, &mut p, &mut 0.1)?; // + 0.6
/// u.put(&mut s, &mut p, &mut -5.0)?; // turned: rest, and halve the step
/// u.put(&mut s, &mut p, &mut -5.0)?; // − 0.3
/// assert!((p - 0.8f64).abs() < 1e-15);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Riedmiller, Braun 1993, in the form of Igel, Hüsken 2000 without going back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rprop<T = f64> {
    /// The first step, 0.1 by default.
    pub first: T,
    /// Factors of shrinking and growing, 0.5 and 1.2 by default.
    pub factors: (T, T),
    /// The smallest and the largest step, 1e-6 and 50 by default.
    pub limits: (T, T),
}
impl<T: Primitive> Default for Rprop<T> {
    fn default() -> Self {
        Rprop { first: T::of(0.1), factors: (T::of(0.5), T::of(1.2)), limits: (T::of(1e-6), T::of(50.0)) }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Rprop<T> {
    /// The steps, and the last changes.
    type State = (P, P);
    fn init(&self, p: &P) -> (P, P) {
        let mut steps = p.zero();
        P::zip([&mut steps], &mut |[s]| *s = self.first).expect("bug: a walk over one value failed");
        (steps, p.zero())
    }
    fn put(&self, (steps, last): &mut (P, P), p: &mut P, c: &mut P) -> Result<()> {
        let ((shrink, grow), (least, most)) = (self.factors, self.limits);
        P::zip([p, c, steps, last], &mut |[p, c, step, last]| {
            let turn = *c * *last;
            if turn > T::of(0.0) {
                *step = (*step * grow).min(most);
            } else if turn < T::of(0.0) {
                *step = (*step * shrink).max(least);
                *c = T::of(0.0);
            }
            *p += sign(*c) * *step;
            *last = *c;
        })
    }
}
