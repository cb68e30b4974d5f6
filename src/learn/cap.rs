//! Caps: which way to go.

use crate::{
    lens::{Cap, Co, Lens, Object, Scalar, cap},
    real::Primitive,
};

/// The cap of [`descend`], [`ascend`] and [`echo`].
pub type Direction<L> = Lens<Cap<L, fn(L) -> Co<L>>>;

/// Returns the cap that answers a loss with −1: make it smaller.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// assert_eq!(descend::<f64>().pull(&(), 7.0, ())?, ((), -1.0, ()));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn descend<T: Primitive + Scalar>() -> Direction<T> {
    cap(|_| T::of(-1.0))
}

/// Returns the cap that answers with +1: make it larger.
pub fn ascend<T: Primitive + Scalar>() -> Direction<T> {
    cap(|_| T::of(1.0))
}

/// Returns the cap that answers with what it got. Over bits the loss *is* the error, and this sends it back.
///
/// # Example
/// ```
/// use pullback::{category::Z2, learn::*, lens::*};
/// let error = [Z2(true), Z2(false)];
/// assert_eq!(echo().pull(&(), error, ())?, ((), error, ()));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn echo<L: Object<Co = L>>() -> Direction<L> {
    cap(|l| l)
}
