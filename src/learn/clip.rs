//! A change that is not longer than so much.

use super::optimiser::{Elementwise, Optimiser};
use crate::{
    error::Result,
    lens::{Co, Object},
    real::Primitive,
};
use alloc::borrow::Cow;

/// An optimiser that gets the change $c \cdot \min(1, \ell/\lVert c\rVert_2)$, the norm over all parameters together.
///
/// Clipping stands here, at the end of the parameter wire, and not inside a network: there it would break the law that
/// copying a wire before or after a map is the same.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (Clipped { most: 1.0, optimiser: Sgd::new(0.5) }, [0.0, 0.0]);
/// u.put(&mut (), &mut p, &mut [3.0, 4.0])?;
/// assert_eq!(p, [0.3, 0.4]);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clipped<U, T = f64> {
    /// The greatest length, $\ell$.
    pub most: T,
    /// What moves the parameters.
    pub optimiser: U,
}
impl<T: Primitive, P: Elementwise<T>, U: Optimiser<P>> Optimiser<P> for Clipped<U, T>
where
    P: Object<Co = P>,
{
    type State = U::State;
    fn init(&self, p: &P) -> U::State {
        self.optimiser.init(p)
    }
    fn get<'a>(&self, state: &'a U::State, p: &'a P) -> Result<Cow<'a, P>> {
        self.optimiser.get(state, p)
    }
    fn put(&self, state: &mut U::State, p: &mut P, c: &mut Co<P>) -> Result<()> {
        let (mut largest, mut squares) = (T::of(0.0), T::of(0.0));
        P::zip([c], &mut |[c]| largest = largest.max(c.abs()))?;
        P::zip([c], &mut |[c]| squares += (*c / largest) * (*c / largest))?; // no overflow
        let norm = largest * squares.sqrt();
        if norm > self.most {
            P::zip([c], &mut |[c]| *c = *c / norm * self.most)?;
        }
        self.optimiser.put(state, p, c)
    }
}
