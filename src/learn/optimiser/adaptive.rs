//! Optimisers that divide by how large changes usually are, each coordinate for itself. They do not feel the scale of
//! the loss (up to ε).

use super::{Elementwise, Optimiser};
use crate::{error::Result, real::Primitive};

/// $G \leftarrow G + c^2$, then $p \leftarrow p + \eta c/(\sqrt G + \varepsilon)$
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (Adagrad::new(0.5), 0.0);
/// let mut g = u.init(&p);
/// u.put(&mut g, &mut p, &mut 3.0)?; // G = 9
/// u.put(&mut g, &mut p, &mut 4.0)?; // G = 25
/// assert!((p - (0.5 + 0.4f64)).abs() < 1e-9 && g == 25.0);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Duchi, Hazan, Singer 2011.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adagrad<T = f64> {
    /// $\eta$
    pub rate: T,
    /// $\varepsilon$, 1e-10 by default.
    pub epsilon: T,
}
impl<T: Primitive> Adagrad<T> {
    /// Returns the optimiser with this rate, 0.01 for instance.
    pub fn new(rate: T) -> Self {
        Adagrad { rate, epsilon: T::of(1e-10) }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Adagrad<T> {
    type State = P;
    fn init(&self, p: &P) -> P {
        p.zero()
    }
    fn put(&self, g: &mut P, p: &mut P, c: &mut P) -> Result<()> {
        P::zip([p, c, g], &mut |[p, c, g]| {
            *g += *c * *c;
            *p += self.rate * *c / (g.sqrt() + self.epsilon);
        })
    }
}

/// $v \leftarrow \alpha v + (1-\alpha) c^2$, then $p \leftarrow p + \eta c/(\sqrt v + \varepsilon)$
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (RmsProp { decay: 0.75, ..RmsProp::new(0.5) }, 0.0);
/// let mut v = u.init(&p);
/// u.put(&mut v, &mut p, &mut 2.0)?; // v = 1
/// assert!((p - 1.0f64).abs() < 1e-7 && v == 1.0);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Tieleman, Hinton 2012.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp<T = f64> {
    /// $\eta$
    pub rate: T,
    /// $\alpha$, 0.99 by default.
    pub decay: T,
    /// $\varepsilon$, 1e-8 by default.
    pub epsilon: T,
}
impl<T: Primitive> RmsProp<T> {
    /// Returns the optimiser with this rate, 0.001 for instance.
    pub fn new(rate: T) -> Self {
        RmsProp { rate, decay: T::of(0.99), epsilon: T::of(1e-8) }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for RmsProp<T> {
    type State = P;
    fn init(&self, p: &P) -> P {
        p.zero()
    }
    fn put(&self, v: &mut P, p: &mut P, c: &mut P) -> Result<()> {
        P::zip([p, c, v], &mut |[p, c, v]| {
            *v = self.decay * *v + (T::of(1.0) - self.decay) * *c * *c;
            *p += self.rate * *c / (v.sqrt() + self.epsilon);
        })
    }
}

/// The state of [`Adam`] and [`AdamW`]: raw moments and the number of steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments<P> {
    /// The mean of the changes.
    pub first: P,
    /// The mean of their squares.
    pub second: P,
    /// Steps so far.
    pub steps: u64,
}

/// $m \leftarrow \beta_1 m + (1-\beta_1) c$, $v \leftarrow \beta_2 v + (1-\beta_2) c^2$, both corrected for their
/// start at zero by $1/(1-\beta^t)$, then $p \leftarrow p + \eta \hat m/(\sqrt{\hat v} + \varepsilon)$
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (Adam::new(0.001), [0.0, 0.0]);
/// let mut s = u.init(&p);
/// u.put(&mut s, &mut p, &mut [5.0, -0.01])?; // the first step is the rate, whatever the size of the change
/// assert!((p[0] - 0.001f64).abs() < 1e-9 && (p[1] + 0.001f64).abs() < 1e-8);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Kingma, Ba 2015, algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam<T = f64> {
    /// $\eta$
    pub rate: T,
    /// $(\beta_1, \beta_2)$, 0.9 and 0.999 by default.
    pub betas: (T, T),
    /// $\varepsilon$, 1e-8 by default.
    pub epsilon: T,
}
impl<T: Primitive> Adam<T> {
    /// Returns the optimiser with this rate, 0.001 for instance.
    pub fn new(rate: T) -> Self {
        Adam { rate, betas: (T::of(0.9), T::of(0.999)), epsilon: T::of(1e-8) }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Adam<T> {
    type State = Moments<P>;
    fn init(&self, p: &P) -> Moments<P> {
        Moments { first: p.zero(), second: p.zero(), steps: 0 }
    }
    fn put(&self, s: &mut Moments<P>, p: &mut P, c: &mut P) -> Result<()> {
        s.steps = s.steps.saturating_add(1);
        let (one, (b1, b2)) = (T::of(1.0), self.betas);
        let grown = |b: T| one - b.powi(i32::try_from(s.steps).unwrap_or(i32::MAX));
        let (grown1, grown2) = (grown(b1), grown(b2));
        P::zip([p, c, &mut s.first, &mut s.second], &mut |[p, c, m, v]| {
            *m = b1 * *m + (one - b1) * *c;
            *v = b2 * *v + (one - b2) * *c * *c;
            *p += self.rate * (*m / grown1) / ((*v / grown2).sqrt() + self.epsilon);
        })
    }
}

/// $p \leftarrow (1 - \eta\lambda) p$, then a step of [`Adam`]: the decay is not divided by the size of the changes.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (AdamW::new(0.5, 0.5), 4.0);
/// let mut s = u.init(&p);
/// u.put(&mut s, &mut p, &mut 0.0)?; // no change: only the decay
/// assert_eq!(p, 3.0);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Loshchilov, Hutter 2019.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW<T = f64> {
    /// The optimiser after the decay; its rate is the rate of the decay too.
    pub adam: Adam<T>,
    /// $\lambda$
    pub decay: T,
}
impl<T: Primitive> AdamW<T> {
    /// Returns the optimiser with this rate and this decay, 0.001 and 0.01 for instance.
    pub fn new(rate: T, decay: T) -> Self {
        AdamW { adam: Adam::new(rate), decay }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for AdamW<T> {
    type State = Moments<P>;
    fn init(&self, p: &P) -> Moments<P> {
        self.adam.init(p)
    }
    fn put(&self, s: &mut Moments<P>, p: &mut P, c: &mut P) -> Result<()> {
        let keep = T::of(1.0) - self.adam.rate * self.decay;
        P::zip([&mut *p], &mut |[p]| *p *= keep)?;
        self.adam.put(s, p, c)
    }
}
