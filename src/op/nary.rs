//! The operations of many arguments. On a tape each is one entry, or a few chained nodes where the arguments are few.
//!
//! They are values of [`Operation`](crate::Operation), like a user's own, and have free functions as their everyday
//! form: [`sum`], [`product`], [`norm`], [`log_sum_exp`], [`dot`], [`affine`].

use super::c;
use crate::{
    error::{Result, same_len},
    real::{Operation, Primitive, Real},
};
use smallvec::SmallVec;

/// Defines n-ary operations: `Name = name |x| value => |y, p| { write the partials }`, and where the two share work,
/// `both` with an expression that does both.
macro_rules! nary { ($(
    $(#[$doc:meta])*
    $op:ident = $name:ident |$x:ident| $value:expr => |$y:ident, $p:ident| $partials:block $(, both $both:expr)?
)*) => { $(
    $(#[$doc])*
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct $op;
    impl<F: Primitive> Operation<F> for $op {
        fn name(&self) -> &'static str { stringify!($name) }
        #[inline]
        fn value<T: Real<F>>(&self, $x: &[T]) -> Result<T> { Ok($value) }
        #[inline]
        #[allow(unused_variables)]
        fn partials<T: Real<F>>(&self, $x: &[T], $y: T, $p: &mut [T]) -> Result<()> { $partials; Ok(()) }
        $(
            #[inline]
            fn value_and_partials<T: Real<F>>(&self, $x: &[T], $p: &mut [T]) -> Result<T> { Ok($both) }
        )?
    }
)* } }

nary! {
    /// $\sum_k x_k$
    Sum = sum |x| x.iter().copied().sum() => |y, p| { p.fill(c(1.0)) }
    /// $\prod_k x_k$; the partials are products of the others, right where factors are 0.
    Product = product |x| x.iter().copied().product() => |y, p| {
        let mut before = c::<F, T>(1.0);
        for (p, &x) in p.iter_mut().zip(x) {
            *p = before;
            before *= x;
        }
        let mut after = c::<F, T>(1.0);
        for (p, &x) in p.iter_mut().zip(x).rev() {
            *p *= after;
            after *= x;
        }
    }
    /// $\sqrt{\sum_k x_k^2}$ without overflow; derivative 0 at the origin (rule D).
    Norm = norm |x| {
        let top = x.iter().fold(c::<F, T>(0.0), |m, &x| m.max(x.abs())).stop_gradient();
        let usable = top.gt01(c(0.0)) * T::lit(F::infinity()).gt01(top);
        let scale = T::select(usable, top, c(1.0));
        scale * x.iter().map(|&x| (x / scale) * (x / scale)).sum::<T>().sqrt()
    } => |y, p| {
        for (p, &x) in p.iter_mut().zip(x) {
            *p = T::select(y.eq01(c(0.0)), c(0.0), x / y);
        }
    }
    /// $\ln \sum_k e^{x_k}$ without overflow; the partials are the softmax weights, all 0 where every $x_k = -\infty$.
    LogSumExp = log_sum_exp |x| {
        let shift = largest::<F, T>(x);
        x.iter().map(|&x| (x - shift).exp()).sum::<T>().ln() + shift
    } => |y, p| {
        softmax::<F, T>(x, p);
    }, both softmax::<F, T>(x, p)
    /// $a \cdot b$ for the concatenation of $a$ and $b$.
    Dot = dot |x| {
        let (a, b) = x.split_at(x.len() / 2);
        a.iter().zip(b).map(|(&a, &b)| a * b).sum()
    } => |y, p| {
        let n = x.len() / 2;
        p[..n].copy_from_slice(&x[n..2 * n]);
        p[n..2 * n].copy_from_slice(&x[..n]);
    }
    /// $w \cdot x + b$ for the concatenation of $w$, $x$ and the number $b$.
    Affine = affine |x| match x.split_last() {
        None => c(0.0),
        Some((&b, x)) => {
            let (w, x) = x.split_at(x.len() / 2);
            w.iter().zip(x).map(|(&w, &x)| w * x).sum::<T>() + b
        }
    } => |y, p| {
        if let Some((b, p)) = p.split_last_mut() {
            *b = c(1.0);
            let n = p.len() / 2;
            p[..n].copy_from_slice(&x[n..2 * n]);
            p[n..2 * n].copy_from_slice(&x[..n]);
        }
    }
}

/// Writes the softmax weights of `x` to `p`, zeros where every $x_k = -\infty$, and returns $\ln \sum_k e^{x_k}$.
fn softmax<F: Primitive, T: Real<F>>(x: &[T], p: &mut [T]) -> T {
    let shift = largest::<F, T>(x);
    p.iter_mut().zip(x).for_each(|(p, &x)| *p = (x - shift).exp());
    let total = p.iter().copied().sum::<T>();
    let y = total.ln() + shift;
    let none = y.eq01(T::lit(F::neg_infinity()));
    p.iter_mut().for_each(|p| *p = T::select(none, c(0.0), *p / total));
    y
}

/// Returns the largest of `x` as a constant to subtract before `exp`; 0 where that is infinite.
fn largest<F: Primitive, T: Real<F>>(x: &[T]) -> T {
    let top = x.iter().fold(T::lit(F::neg_infinity()), |m, &x| m.max(x)).stop_gradient();
    T::select(top.abs().eq01(T::lit(F::infinity())), c(0.0), top)
}

/// How many arguments fit a call without a heap allocation.
pub(crate) const INLINE: usize = 96;

/// Returns the value of `op` and its partials at the numbers `x` of one level.
pub(crate) fn linearise<F: Primitive, T: Real<F>>(
    op: &impl Operation<F>,
    x: impl Iterator<Item = T>,
) -> Result<(T, SmallVec<[T; INLINE]>)> {
    let x: SmallVec<[T; INLINE]> = x.collect();
    let mut p: SmallVec<[T; INLINE]> = smallvec::smallvec![T::zero(); x.len()];
    let y = T::linearise(op, &x, &mut p)?;
    Ok((y, p))
}

/// Applies an operation of this file, none of which can fail.
#[inline]
fn total<F: Primitive, T: Real<F>>(op: &impl Operation<F>, x: &[T]) -> T {
    T::apply(op, x).expect("bug: an n-ary operation of the crate failed")
}

/// Returns $\sum_k x_k$; 0 for an empty slice.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(grad(|x| sum(x) * x[0], &[1.0, 2.0, 3.0])?, [7.0, 1.0, 1.0]);
/// # Ok::<(), Error>(())
/// ```
pub fn sum<F: Primitive, T: Real<F>>(x: &[T]) -> T {
    total(&Sum, x)
}

/// Returns $\prod_k x_k$; 1 for an empty slice. The gradient is right where factors are zero.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(grad(|x| product(x), &[0.0, 2.0, 3.0])?, [6.0, 0.0, 0.0]);
/// # Ok::<(), Error>(())
/// ```
pub fn product<F: Primitive, T: Real<F>>(x: &[T]) -> T {
    total(&Product, x)
}

/// Returns the Euclidean norm $\sqrt{\sum_k x_k^2}$, without overflow.
///
/// # Kinks
/// At the origin the gradient is 0, the shortest subgradient.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(value_and_grad(|x| norm(x), &[3.0, 4.0])?, (5.0, vec![0.6, 0.8]));
/// assert_eq!(grad(|x| norm(x), &[0.0, 0.0])?, [0.0, 0.0]);
/// # Ok::<(), Error>(())
/// ```
pub fn norm<F: Primitive, T: Real<F>>(x: &[T]) -> T {
    total(&Norm, x)
}

/// Returns $\ln \sum_k e^{x_k}$, without overflow; $-\infty$ for an empty slice.
///
/// # Example
/// ```
/// use pullback::*;
/// let (y, g) = value_and_grad(|x| log_sum_exp(x), &[1000.0, 1000.0])?;
/// assert_eq!((y, g), (1000.0 + 2f64.ln(), vec![0.5, 0.5]));
/// # Ok::<(), Error>(())
/// ```
pub fn log_sum_exp<F: Primitive, T: Real<F>>(x: &[T]) -> T {
    total(&LogSumExp, x)
}

/// Returns $a \cdot b$.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the lengths differ.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(try_grad(|x| dot(&x[..2], &x[2..]), &[1.0, 2.0, 3.0, 4.0])?, [3.0, 4.0, 1.0, 2.0]);
/// let short = try_grad(|x| dot(&x[..1], &x[1..]), &[1.0, 2.0, 3.0]).unwrap_err();
/// assert_eq!(short.to_string(), "dot: expected length 1, found 2");
/// # Ok::<(), Error>(())
/// ```
pub fn dot<F: Primitive, T: Real<F>>(a: &[T], b: &[T]) -> Result<T> {
    same_len("dot", a.len(), b.len())?;
    let mut x = SmallVec::<[T; 32]>::from_slice(a);
    x.extend_from_slice(b);
    T::apply(&Dot, &x)
}

/// Returns $w \cdot x + b$.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `w` and `x` have different lengths.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(try_grad(|x| affine(&x[..1], &x[1..2], x[2]), &[2.0, 3.0, 5.0])?, [3.0, 2.0, 1.0]);
/// # Ok::<(), Error>(())
/// ```
pub fn affine<F: Primitive, T: Real<F>>(w: &[T], x: &[T], b: T) -> Result<T> {
    same_len("affine", w.len(), x.len())?;
    let mut args = SmallVec::<[T; 32]>::from_slice(w);
    args.extend_from_slice(x);
    args.push(b);
    T::apply(&Affine, &args)
}
