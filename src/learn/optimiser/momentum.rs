//! Optimisers that follow the change, with or without inertia.

use super::{Elementwise, Optimiser};
use crate::{
    error::Result,
    lens::{Additive, Object},
    real::Primitive,
};
use alloc::borrow::Cow;

/// Adds the change as it is, over any numbers: over bits this is reverse derivative ascent.
///
/// # Example
/// ```
/// use pullback::{category::Z2, learn::*};
/// let mut p = [Z2(true), Z2(false)];
/// Plus.put(&mut (), &mut p, &mut [Z2(true), Z2(true)])?;
/// assert_eq!(p, [Z2(false), Z2(true)]);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plus;
impl<P: Object<Co = P> + Additive> Optimiser<P> for Plus {
    type State = ();
    fn init(&self, _: &P) {}
    fn put(&self, (): &mut (), p: &mut P, c: &mut P) -> Result<()> {
        p.add(c)
    }
}

/// $p \leftarrow p + \eta c$
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let mut p = 1.0;
/// Sgd::new(0.25).put(&mut (), &mut p, &mut -2.0)?;
/// assert_eq!(p, 0.5);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd<T = f64> {
    /// $\eta$
    pub rate: T,
}
impl<T> Sgd<T> {
    /// Returns the optimiser with this rate.
    pub const fn new(rate: T) -> Self {
        Sgd { rate }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Sgd<T> {
    type State = ();
    fn init(&self, _: &P) {}
    fn put(&self, (): &mut (), p: &mut P, c: &mut P) -> Result<()> {
        P::zip([p, c], &mut |[p, c]| *p += self.rate * *c)
    }
}

/// $v \leftarrow \mu v + c$, then $p \leftarrow p + \eta v$
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (Momentum::new(0.5, 0.5), 0.0);
/// let mut v = u.init(&p);
/// u.put(&mut v, &mut p, &mut 1.0)?; // v = 1
/// u.put(&mut v, &mut p, &mut 1.0)?; // v = 1.5
/// assert_eq!((p, v), (1.25, 1.5));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum<T = f64> {
    /// $\eta$
    pub rate: T,
    /// $\mu$, how much of the velocity stays.
    pub momentum: T,
}
impl<T> Momentum<T> {
    /// Returns the optimiser with this rate and this momentum, for instance 0.05 and 0.9.
    pub const fn new(rate: T, momentum: T) -> Self {
        Momentum { rate, momentum }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Momentum<T> {
    type State = P;
    fn init(&self, p: &P) -> P {
        p.zero()
    }
    fn put(&self, v: &mut P, p: &mut P, c: &mut P) -> Result<()> {
        P::zip([p, c, v], &mut |[p, c, v]| {
            *v = self.momentum * *v + *c;
            *p += self.rate * *v;
        })
    }
}

/// Momentum that looks ahead: the model is evaluated at $p + \mu v$; then $v \leftarrow \mu v + \eta c$,
/// $p \leftarrow p + v$. The only optimiser here whose `get` is not the identity.
///
/// With a constant rate, $p + \mu v$ runs through the same points as the usual formula
/// $v \leftarrow \mu v + c$, $\varphi \leftarrow \varphi + \eta(c + \mu v)$.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (Nesterov::new(0.5, 0.5), 0.0);
/// let mut v = u.init(&p);
/// u.put(&mut v, &mut p, &mut 1.0)?;
/// assert_eq!((p, *u.get(&v, &p)?), (0.5, 0.75));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nesterov<T = f64> {
    /// $\eta$
    pub rate: T,
    /// $\mu$, how much of the velocity stays.
    pub momentum: T,
}
impl<T> Nesterov<T> {
    /// Returns the optimiser with this rate and this momentum.
    pub const fn new(rate: T, momentum: T) -> Self {
        Nesterov { rate, momentum }
    }
}
impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for Nesterov<T> {
    type State = P;
    fn init(&self, p: &P) -> P {
        p.zero()
    }
    fn get<'a>(&self, v: &'a P, p: &'a P) -> Result<Cow<'a, P>> {
        let (mut ahead, mut v) = (p.clone(), v.clone());
        P::zip([&mut ahead, &mut v], &mut |[p, v]| *p += self.momentum * *v)?;
        Ok(Cow::Owned(ahead))
    }
    fn put(&self, v: &mut P, p: &mut P, c: &mut P) -> Result<()> {
        P::zip([p, c, v], &mut |[p, c, v]| {
            *v = self.momentum * *v + self.rate * *c;
            *p += *v;
        })
    }
}
