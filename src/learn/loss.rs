//! Losses: lenses whose parameter is the label.
//!
//! A loss is a parametric lens $(B, e) : B \to L$: forward it compares a prediction with the label, backward it gives a
//! change to both. Most are a sum over coordinates of a function of two numbers; a [`Pairwise`] says which.
//!
//! | loss | $e(t, y)$ | $\partial e/\partial t$ | $\partial e/\partial y$ |
//! | --- | --- | --- | --- |
//! | [`quadratic`] | $\frac12 (y - t)^2$ | $t - y$ | $y - t$ |
//! | [`dot_product`] | $ty$ | $y$ | $t$ |
//! | [`huber`] | $\frac12 r^2$, from $\lvert r\rvert = \delta$ on linear; $r = y - t$ | minus the next | $r$ clamped to $\pm\delta$ |
//! | [`hinge`] | $\max(0, 1 - ty)$ | $-y$ or 0 | $-t$ or 0 |
//! | [`binary_cross_entropy_with_logits`] | $\ln(1 + e^y) - ty$ | $-y$ | $\sigma(y) - t$ |
//! | [`softmax_cross_entropy`] | $-t \ln \mathrm{softmax}(y)$ | $-\ln\mathrm{softmax}(y)$ | $\mathrm{softmax}(y) \sum t - t$ |
//! | [`boolean_error`] | $t + y$, over bits | 1 | 1 |

use crate::{
    category::{LogSoftmax, Z2, log_softmax},
    error::{Error, Result, same_len},
    lens::{Co, Coordinates, Lens, Object, Para, Scalar, View},
    real::{Primitive, Real},
};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// A function of a label and a prediction, one number each.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// #[derive(Clone, Copy)]
/// struct Logarithmic; // exp(y) - t·y: a Poisson likelihood
/// impl Pairwise<f64> for Logarithmic {
///     const NAME: &'static str = "logarithmic";
///     fn value(self, t: f64, y: f64) -> f64 { y.exp() - t * y }
///     fn slopes(self, t: f64, y: f64) -> [f64; 2] { [-y, y.exp() - t] }
/// }
/// assert_eq!(pairwise(Logarithmic).pull(&[2.0], [0.0], 1.0)?, (1.0, [-1.0], [0.0]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub trait Pairwise<T>: Copy {
    /// The name that errors use.
    const NAME: &'static str;
    /// Returns the loss for the label `t` and the prediction `y`.
    fn value(self, t: T, y: T) -> T;
    /// Returns the partial derivatives by the label and by the prediction.
    fn slopes(self, t: T, y: T) -> [T; 2];
}

/// A sum of a [`Pairwise`] loss over all coordinates. Made by [`pairwise`].
pub struct Summed<E, A>(E, PhantomData<fn(A)>);

/// Returns the loss that sums `e` over all coordinates.
///
/// # Shapes
/// Label and prediction have the same length, else `Err`.
pub fn pairwise<A: Coordinates, E: Pairwise<A::Scalar>>(e: E) -> Lens<Summed<E, A>> {
    Lens(Summed(e, PhantomData))
}
impl<E: Copy, A> Clone for Summed<E, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E: Copy, A> Copy for Summed<E, A> {}
impl<E: core::fmt::Debug, A> core::fmt::Debug for Summed<E, A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}
impl<A: Coordinates, E: Pairwise<A::Scalar>> Para for Summed<E, A> {
    type P = A;
    type A = A;
    type B = A::Scalar;
    type M = A;
    #[inline]
    fn fwd(&self, label: View<'_, A>, y: A) -> Result<(A::Scalar, A)> {
        let t = A::seen(&label);
        same_len(E::NAME, t.len(), y.coordinates().len())?;
        let mut sum = A::Scalar::ZERO;
        t.iter().zip(y.coordinates()).for_each(|(t, y)| sum += self.0.value(*t, *y));
        Ok((sum, y))
    }
    #[inline]
    fn bwd(&self, label: View<'_, A>, mut y: A, d: Co<A::Scalar>, dt: &mut Co<A>) -> Result<Co<A>> {
        let t = A::seen(&label);
        same_len(E::NAME, t.len(), dt.coordinates().len())?;
        for ((t, y), dt) in t.iter().zip(y.coordinates_mut()).zip(dt.coordinates_mut()) {
            let [by_label, by_prediction] = self.0.slopes(*t, *y);
            *dt += d * by_label;
            *y = d * by_prediction;
        }
        Ok(y)
    }
}

/// Half the squared difference. See [`quadratic`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quadratic;
/// The product. See [`dot_product`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot;
/// Quadratic, then linear. See [`huber`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber<T> {
    /// Where the line begins.
    pub delta: T,
}
/// The margin that is missing. See [`hinge`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hinge;
/// Minus the log-likelihood of a bit. See [`binary_cross_entropy_with_logits`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropy;

impl<T: Primitive> Pairwise<T> for Quadratic {
    const NAME: &'static str = "quadratic";
    #[inline(always)]
    fn value(self, t: T, y: T) -> T {
        (y - t) * (y - t) * T::of(0.5)
    }
    #[inline(always)]
    fn slopes(self, t: T, y: T) -> [T; 2] {
        [t - y, y - t]
    }
}
impl<T: Scalar> Pairwise<T> for Dot {
    const NAME: &'static str = "dot_product";
    #[inline(always)]
    fn value(self, t: T, y: T) -> T {
        t * y
    }
    #[inline(always)]
    fn slopes(self, t: T, y: T) -> [T; 2] {
        [y, t]
    }
}
impl<T: Primitive> Pairwise<T> for Huber<T> {
    const NAME: &'static str = "huber";
    #[inline(always)]
    fn value(self, t: T, y: T) -> T {
        let r = (y - t).abs();
        if r <= self.delta { r * r * T::of(0.5) } else { (r - self.delta * T::of(0.5)) * self.delta }
    }
    #[inline(always)]
    fn slopes(self, t: T, y: T) -> [T; 2] {
        let r = y - t;
        let by_prediction = if r.abs() <= self.delta { r } else { r.signum() * self.delta };
        [-by_prediction, by_prediction]
    }
}
impl<T: Primitive> Pairwise<T> for Hinge {
    const NAME: &'static str = "hinge";
    #[inline(always)]
    fn value(self, t: T, y: T) -> T {
        (-(t * y) + T::of(1.0)).relu()
    }
    #[inline(always)]
    fn slopes(self, t: T, y: T) -> [T; 2] {
        if t * y < T::of(1.0) { [-y, -t] } else { [T::of(0.0); 2] }
    }
}
impl<T: Primitive> Pairwise<T> for BinaryCrossEntropy {
    const NAME: &'static str = "binary_cross_entropy_with_logits";
    #[inline(always)]
    fn value(self, t: T, y: T) -> T {
        y.softplus() - t * y
    }
    #[inline(always)]
    fn slopes(self, t: T, y: T) -> [T; 2] {
        [-y, y.sigmoid() - t]
    }
}

/// Returns $e = \frac12 \sum_i (y_i - t_i)^2$.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// let (loss, dy, dt) = quadratic().pull(&[1.0, 0.0], [3.0, 1.0], 1.0)?; // label, prediction
/// assert_eq!((loss, dy, dt), (2.5, [2.0, 1.0], [-2.0, -1.0]));
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "mse")]
pub fn quadratic<A: Coordinates<Scalar: Primitive>>() -> Lens<Summed<Quadratic, A>> {
    pairwise(Quadratic)
}
/// Returns $e = \sum_i t_i y_i$, over any scalars: how much of the label is in the prediction. Its change does not
/// depend on the prediction; that makes it the loss of *dreaming*.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// assert_eq!(dot_product().pull(&[1.0, 0.0], [3.0, 5.0], 1.0)?, (3.0, [1.0, 0.0], [3.0, 5.0]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn dot_product<A: Coordinates>() -> Lens<Summed<Dot, A>> {
    pairwise(Dot)
}
/// Returns the quadratic loss that goes on as a line where $|y_i - t_i| > \delta$, so that one outlier pulls with a
/// bounded force.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// assert_eq!(huber(1.0).pull(&[0.0, 0.0], [0.5, -3.0], 1.0)?, (2.625, [0.5, -1.0], [-0.5, 1.0]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn huber<A: Coordinates<Scalar: Primitive>>(delta: A::Scalar) -> Lens<Summed<Huber<A::Scalar>, A>> {
    pairwise(Huber { delta })
}
/// Returns $e = \sum_i \max(0, 1 - t_i y_i)$ for labels ±1.
///
/// # Kinks
/// At the margin, $t_i y_i = 1$, both derivatives are 0.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// assert_eq!(hinge().pull(&[1.0, -1.0], [0.25, -2.0], 1.0)?, (0.75, [-1.0, 0.0], [-0.25, 0.0]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn hinge<A: Coordinates<Scalar: Primitive>>() -> Lens<Summed<Hinge, A>> {
    pairwise(Hinge)
}
/// Returns $e = \sum_i \ln(1 + e^{y_i}) - t_i y_i$ for labels in $[0, 1]$: minus the log-likelihood of the label where
/// $\sigma(y_i)$ is the probability of 1. No overflow.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// let (loss, dy, dt) = binary_cross_entropy_with_logits().pull(&[1.0], [0.0], 1.0)?;
/// assert_eq!((loss, dy, dt), (2f64.ln(), [-0.5], [0.0]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn binary_cross_entropy_with_logits<A: Coordinates<Scalar: Primitive>>() -> Lens<Summed<BinaryCrossEntropy, A>> {
    pairwise(BinaryCrossEntropy)
}

/// The loss of [`softmax_cross_entropy`].
pub struct SoftmaxCrossEntropy<A>(Lens<LogSoftmax<A>>);

/// Returns $e = -\sum_i t_i \ln \mathrm{softmax}(y)_i$. An entry of the label that is 0 adds exactly 0, even where the
/// prediction excludes it.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// let (loss, dy, _) = softmax_cross_entropy().pull(&[1.0, 0.0], [0.0, 0.0], 1.0)?;
/// assert_eq!((loss, dy), (2f64.ln(), [-0.5, 0.5]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn softmax_cross_entropy<A: Coordinates<Scalar: Primitive>>() -> Lens<SoftmaxCrossEntropy<A>> {
    Lens(SoftmaxCrossEntropy(log_softmax()))
}
impl<A> Clone for SoftmaxCrossEntropy<A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for SoftmaxCrossEntropy<A> {}
impl<A> core::fmt::Debug for SoftmaxCrossEntropy<A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("softmax_cross_entropy")
    }
}
impl<A: Coordinates<Scalar: Primitive>> Para for SoftmaxCrossEntropy<A> {
    type P = A;
    type A = A;
    type B = A::Scalar;
    type M = A;
    fn fwd(&self, label: View<'_, A>, y: A) -> Result<(A::Scalar, A)> {
        let t = A::seen(&label);
        same_len("softmax_cross_entropy", t.len(), y.coordinates().len())?;
        let (y, _) = self.0.fwd((), y)?;
        let mut sum = A::Scalar::ZERO;
        t.iter().zip(y.coordinates()).for_each(|(t, y)| sum += -y.times(*t));
        Ok((sum, y))
    }
    fn bwd(&self, label: View<'_, A>, y: A, d: Co<A::Scalar>, dt: &mut Co<A>) -> Result<Co<A>> {
        let t = A::seen(&label);
        same_len("softmax_cross_entropy", t.len(), dt.coordinates().len())?;
        let mut dy = y.clone();
        for (((t, y), dt), dy) in t.iter().zip(y.coordinates()).zip(dt.coordinates_mut()).zip(dy.coordinates_mut()) {
            *dt += -y.times(d);
            *dy = -*t * d;
        }
        self.0.bwd((), y, dy, &mut ())
    }
}

/// The loss of [`boolean_error`].
pub struct BooleanError<A>(PhantomData<fn(A)>);

/// Returns $e = t + y$ over bits: which of them are wrong. The loss is not a number but the error itself, so the cap
/// that belongs to it is [`echo`](super::echo).
///
/// # Example
/// ```
/// use pullback::{category::Z2, learn::*, lens::*};
/// let (o, i) = (Z2(false), Z2(true));
/// assert_eq!(boolean_error().pull(&[i, o], [i, i], [o, i])?, ([o, i], [o, i], [o, i]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn boolean_error<A: Coordinates<Scalar = Z2>>() -> Lens<BooleanError<A>> {
    Lens(BooleanError(PhantomData))
}
impl<A> Clone for BooleanError<A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for BooleanError<A> {}
impl<A> core::fmt::Debug for BooleanError<A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("boolean_error")
    }
}
impl<A: Coordinates<Scalar = Z2>> Para for BooleanError<A> {
    type P = A;
    type A = A;
    type B = A;
    type M = ();
    fn fwd(&self, label: View<'_, A>, mut y: A) -> Result<(A, ())> {
        y.add(&A::owned(label))?;
        Ok((y, ()))
    }
    fn bwd(&self, _: View<'_, A>, (): (), d: A, dt: &mut A) -> Result<A> {
        dt.add(&d)?;
        Ok(d)
    }
}

/// The mean of a loss over a batch. Made by [`mean`].
#[derive(Clone, Copy, Debug)]
pub struct Mean<E>(pub E);

/// Returns the mean of `loss` over a batch: what follows [`each`](crate::lens::each).
///
/// # Errors
/// Forward: as many labels as predictions, and at least one.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// let (loss, dy, _) = mean(quadratic()).pull(&vec![[0.0], [0.0]], vec![[2.0], [4.0]], 1.0)?;
/// assert_eq!((loss, dy), (5.0, vec![[1.0], [2.0]]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn mean<E: Para<B: Primitive + Scalar>>(loss: Lens<E>) -> Lens<Mean<E>> {
    Lens(Mean(loss.0))
}
impl<E: Para<B: Primitive + Scalar>> Para for Mean<E> {
    type P = Vec<E::P>;
    type A = Vec<E::A>;
    type B = E::B;
    type M = Vec<E::M>;
    fn fwd(&self, labels: &[E::P], y: Vec<E::A>) -> Result<(E::B, Vec<E::M>)> {
        same_len("mean", labels.len(), y.len())?;
        if labels.is_empty() {
            return Err(Error::OutOfDomain { op: "mean", value: 0.0, domain: "at least one example" });
        }
        let (mut sum, mut residuals) = (E::B::ZERO, Vec::with_capacity(y.len()));
        for (t, y) in labels.iter().zip(y) {
            let (e, m) = self.0.fwd(t.view(), y)?;
            sum += e;
            residuals.push(m);
        }
        Ok((sum / E::B::of(labels.len() as f64), residuals))
    }
    fn bwd(&self, labels: &[E::P], m: Vec<E::M>, d: E::B, dt: &mut Co<Vec<E::P>>) -> Result<Co<Vec<E::A>>> {
        same_len("mean", labels.len(), dt.len())?;
        let share = d / E::B::of(labels.len() as f64);
        labels.iter().zip(m).zip(dt).map(|((t, m), dt)| self.0.bwd(t.view(), m, share, dt)).collect()
    }
}
