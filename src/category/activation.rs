//! Smooth boxes: elementary operations on every coordinate, and the logarithm of a softmax.

use crate::{
    error::{Result, same_len},
    lens::{Bias, Coordinates, Lens, Linear, Map, Para, Then, bias, linear},
    op::{Unary, log_sum_exp},
    real::{Primitive, Real},
};
use core::marker::PhantomData;
use num_traits::Float;

pub use crate::op::{Sigmoid, Softplus, Tanh};

/// $x$
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity;
impl Unary for Identity {
    const NAME: &'static str = "identity";
    #[inline(always)]
    fn eval<F: Primitive, T: Real<F>>(self, x: T) -> T {
        x
    }
    #[inline(always)]
    fn partial<F: Primitive, T: Real<F>>(self, _: T, _: T) -> T {
        T::lit(F::of(1.0))
    }
}

/// $\max(0, x)$; derivative 0 at 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relu;
impl Unary for Relu {
    const NAME: &'static str = "relu";
    const KINKS: &'static [f64] = &[0.0];
    #[inline(always)]
    fn eval<F: Primitive, T: Real<F>>(self, x: T) -> T {
        x.relu()
    }
    #[inline(always)]
    fn partial<F: Primitive, T: Real<F>>(self, x: T, _: T) -> T {
        x.gt01(T::lit(F::of(0.0)))
    }
}

/// An operation on every coordinate. Made by [`pointwise`].
pub struct Pointwise<U, A>(U, PhantomData<fn(A)>);

/// Returns the lens of `op` on every coordinate: [`Tanh`], [`Sigmoid`], [`Relu`], [`Identity`], any operation of one
/// argument in [`crate::op`], or one of yours. Forward keeps the partials.
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*};
/// let (y, dx, ()) = pointwise(Relu).pull(&(), [-2.0, 0.0, 3.0], [1.0; 3])?;
/// assert_eq!((y, dx), ([0.0, 0.0, 3.0], [0.0, 0.0, 1.0]));
/// assert_eq!(pointwise(Tanh).pull(&(), 0.0, 5.0)?, (0.0, 5.0, ()));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn pointwise<U: Unary, A: Coordinates<Scalar: Primitive>>(op: U) -> Lens<Pointwise<U, A>> {
    Lens(Pointwise(op, PhantomData))
}
impl<U: Clone, A> Clone for Pointwise<U, A> {
    fn clone(&self) -> Self {
        Pointwise(self.0.clone(), PhantomData)
    }
}
impl<U: Copy, A> Copy for Pointwise<U, A> {}
impl<U: core::fmt::Debug, A> core::fmt::Debug for Pointwise<U, A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}
impl<U: Unary, A: Coordinates<Scalar: Primitive>> Para for Pointwise<U, A> {
    type P = ();
    type A = A;
    type B = A;
    type M = A;
    #[inline]
    fn fwd(&self, (): (), mut a: A) -> Result<(A, A)> {
        let mut partials = a.clone();
        for (x, p) in a.coordinates_mut().iter_mut().zip(partials.coordinates_mut()) {
            let y = self.0.eval(*x);
            *p = self.0.partial(*x, y);
            *x = y;
        }
        Ok((a, partials))
    }
    #[inline]
    fn bwd(&self, (): (), partials: A, mut d: A, (): &mut ()) -> Result<A> {
        same_len(U::NAME, partials.coordinates().len(), d.coordinates().len())?;
        for (d, p) in d.coordinates_mut().iter_mut().zip(partials.coordinates()) {
            *d = p.times(*d);
        }
        Ok(d)
    }
}

/// A fully connected layer. Made by [`dense`].
pub type Dense<U, const N: usize, const M: usize> =
    Lens<Map<Then<Linear<f64, N, M>, Bias<f64, M>>, Pointwise<U, [f64; M]>>>;

/// Returns $x \mapsto \mathrm{act}(Wx + b)$ from `N` numbers to `M`, with the parameters $(W, b)$.
///
/// For `f32` write the three boxes: `(linear::<f32, N, M>() >> bias()).map(pointwise(Tanh))`.
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*};
/// let net = dense::<2, 1>(Relu);
/// let (y, dx, dp) = net.pull(&(Matrix::new([[1.0, -1.0]]), [0.5]), [2.0, 1.0], [1.0])?;
/// assert_eq!((y, dx, dp), ([1.5], [1.0, -1.0], (Matrix::new([[2.0, 1.0]]), [1.0])));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn dense<const N: usize, const M: usize>(activation: impl Unary) -> Dense<impl Unary, N, M> {
    (linear() >> bias()).map(pointwise(activation))
}

/// The logarithm of a softmax. Made by [`log_softmax`].
pub struct LogSoftmax<A>(PhantomData<fn(A)>);

/// Returns $y_i = x_i - \ln\sum_k e^{x_k}$, without overflow; backward, $\bar x = \bar y - e^y \sum_k \bar y_k$.
///
/// # Example
/// ```
/// use pullback::{category::log_softmax, lens::*};
/// let (y, dx, ()) = log_softmax().pull(&(), [1000.0, 1000.0], [1.0, 0.0])?;
/// assert_eq!((y, dx), ([-(2f64.ln()); 2], [0.5, -0.5]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn log_softmax<A: Coordinates<Scalar: Primitive>>() -> Lens<LogSoftmax<A>> {
    Lens(LogSoftmax(PhantomData))
}
impl<A> Clone for LogSoftmax<A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for LogSoftmax<A> {}
impl<A> core::fmt::Debug for LogSoftmax<A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("log_softmax")
    }
}
impl<A: Coordinates<Scalar: Primitive>> Para for LogSoftmax<A> {
    type P = ();
    type A = A;
    type B = A;
    type M = A;
    fn fwd(&self, (): (), mut a: A) -> Result<(A, A)> {
        // the largest becomes 0 first: then a common offset of the inputs costs no digits
        let top = a.coordinates().iter().fold(A::Scalar::neg_infinity(), |m, x| m.max(*x));
        if top.is_finite() {
            a.coordinates_mut().iter_mut().for_each(|x| *x -= top);
        }
        let l = log_sum_exp::<A::Scalar, A::Scalar>(a.coordinates());
        a.coordinates_mut().iter_mut().for_each(|x| *x -= l);
        Ok((a.clone(), a))
    }
    fn bwd(&self, (): (), y: A, mut d: A, (): &mut ()) -> Result<A> {
        same_len("log_softmax", y.coordinates().len(), d.coordinates().len())?;
        let total: A::Scalar = d.coordinates().iter().copied().sum();
        for (d, y) in d.coordinates_mut().iter_mut().zip(y.coordinates()) {
            *d -= y.exp().times(total);
        }
        Ok(d)
    }
}
