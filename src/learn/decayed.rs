//! Weight decay in front of any optimiser.

use super::optimiser::{Elementwise, Optimiser};
use crate::{
    error::Result,
    lens::{Co, Object},
    real::Primitive,
};
use alloc::borrow::Cow;

/// An optimiser that gets the change $c - \lambda p$: the decay goes through momentum and everything else that the
/// optimiser does, as the term $\frac\lambda2 \lVert p\rVert^2$ of a loss would. [`AdamW`](super::AdamW) decays beside
/// it.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (Decayed { decay: 0.5, optimiser: Sgd::new(0.5) }, 4.0);
/// u.put(&mut (), &mut p, &mut 0.0)?; // no change: p shrinks by 1 - 0.5·0.5
/// assert_eq!(p, 3.0);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decayed<U, T = f64> {
    /// $\lambda$
    pub decay: T,
    /// What moves the parameters.
    pub optimiser: U,
}
impl<T: Primitive, P: Elementwise<T>, U: Optimiser<P>> Optimiser<P> for Decayed<U, T>
where
    P: Object<Co = P> + Clone,
{
    type State = U::State;
    fn init(&self, p: &P) -> U::State {
        self.optimiser.init(p)
    }
    fn get<'a>(&self, state: &'a U::State, p: &'a P) -> Result<Cow<'a, P>> {
        self.optimiser.get(state, p)
    }
    fn put(&self, state: &mut U::State, p: &mut P, c: &mut Co<P>) -> Result<()> {
        // the walk counts the draws of its first argument on, and it is the change that carries them
        let mut at = p.clone();
        P::zip([&mut at, c], &mut |[p, c]| *c -= self.decay * *p)?;
        self.optimiser.put(state, p, c)
    }
}
