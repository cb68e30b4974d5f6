//! What a number must do.
//!
//! Write a function once, generic over [`Real`], and it runs at `f64`, at [`Dual`](crate::Dual) (forward mode), at
//! [`Var`](crate::Var) (reverse mode), at [`Jet`](crate::Jet) (Taylor series) and at any nesting of these: *the number
//! decides the mode*. `num_traits::Float` is a supertrait, so a function of another crate that is generic over `Float`
//! can be differentiated as it stands.
//!
//! This room knows nothing of derivatives. It holds the trait, its two ground instances `f32` and `f64`
//! ([`Primitive`]), the primal values of the special functions, and two traits by which a user's own code joins in:
//! [`Function`] (a function as a value) and [`Operation`] (an operation with its own partial derivatives).
//!
//! ```
//! use pullback::*;
//! fn pendulum<T: Real>(angle: T, speed: T) -> T {
//!     speed * speed * 0.5 + (-angle.cos() + 1.0) * 9.81
//! }
//! assert_eq!(pendulum(0.0, 2.0), 2.0);
//! assert_eq!(derivative(|s| pendulum(Dual::constant(0.0), s), 2.0), 2.0);
//! ```

mod function;
mod operation;
mod primitive;
mod special;

pub use function::Function;
pub use operation::{Operation, apply};
pub use primitive::Primitive;

use crate::error::Result;
use core::{
    fmt::Debug,
    iter::{Product, Sum},
    ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Rem, Sub, SubAssign},
};
use num_traits::Float;

/// A real number of any mode, over the primitive `F` (`f64` unless said otherwise).
///
/// In generic code a literal stands on the right: `x * 2.0`, `x - 1.0`, `x > 0.0`. On the concrete number types it may
/// stand on either side.
///
/// # Comparison
/// `<`, `==`, `max`, `floor` look at the primal value only. The derivative is that of the branch which the primal
/// selects; the table of kinks is `docs/design/kinks.md`.
///
/// # Example
/// ```
/// use pullback::*;
/// fn huber<T: Real>(x: T) -> T {
///     if x.abs() < 1.0 { x * x * 0.5 } else { x.abs() - 0.5 }
/// }
/// assert_eq!(derivative(|x| huber(x), 0.25), 0.25);
/// assert_eq!(derivative(|x| huber(x), -3.0), -1.0);
/// ```
pub trait Real<F: Primitive = f64>:
    Float
    + Debug
    + Sum
    + Product
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Add<F, Output = Self>
    + Sub<F, Output = Self>
    + Mul<F, Output = Self>
    + Div<F, Output = Self>
    + Rem<F, Output = Self>
    + AddAssign<F>
    + SubAssign<F>
    + MulAssign<F>
    + DivAssign<F>
    + PartialOrd<F>
{
    /// Returns the constant `x`.
    fn lit(x: F) -> Self;
    /// Returns the value without any derivative.
    fn primal(self) -> F;
    /// Returns `self` as a constant of every level: the value stays, each derivative is zero.
    #[doc(alias = "detach")]
    #[doc(alias = "no_grad")]
    fn stop_gradient(self) -> Self;

    /// Says whether every component is exactly zero, derivatives included. A recording number that is not a constant
    /// never vanishes: this is a question of structure, not a comparison of primals.
    fn vanishes(self) -> bool;
    /// Says whether every component is finite.
    fn all_finite(self) -> bool;
    /// Says whether every component of both is finite, with one branch where that is possible.
    #[doc(hidden)]
    #[inline(always)]
    fn both_finite(self, o: Self) -> bool {
        self.all_finite() & o.all_finite()
    }
    /// Says whether no derivative rides on this number at any level.
    fn is_plain(self) -> bool;
    /// Returns `Some(self != 0)`, or `None` where a recording must keep the question open.
    fn truth(self) -> Option<bool>;

    /// Returns 1 where `self >= o`, else 0, with derivative zero.
    fn ge01(self, o: Self) -> Self;
    /// Returns 1 where `self > o`, else 0, with derivative zero.
    fn gt01(self, o: Self) -> Self;
    /// Returns 1 where `self == o`, else 0, with derivative zero.
    fn eq01(self, o: Self) -> Self;
    /// Returns `a` where `c` is not zero, else `b`, with the derivative of that branch and nothing of the other.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// // sqrt has an infinite slope at 0; the branch that was not taken leaves no trace.
    /// let g = grad(|x| Var::select(x[0].gt01(lift(0.0)), x[0].sqrt(), x[0] * 2.0), &[0.0])?;
    /// assert_eq!(g, [2.0]);
    /// # Ok::<(), Error>(())
    /// ```
    fn select(c: Self, a: Self, b: Self) -> Self;
    /// Returns `self · d` for a partial derivative `self` and a change `d`, where no change stays no change: exactly
    /// zero if `d` vanishes, even if the partial is infinite (rule B).
    #[inline(always)]
    fn times(self, d: Self) -> Self {
        if d.vanishes() { Self::lit(F::of(0.0)) } else { self * d }
    }
    /// Applies an operation that brings its own partial derivatives. See [`apply`].
    ///
    /// # Errors
    /// What the operation's `partials` returns.
    fn apply<O: Operation<F>>(op: &O, x: &[Self]) -> Result<Self>;
    /// Returns the value of an operation and writes its partials, which arrive filled with zeros. At a nested level the
    /// value comes by the operation's own partials, not through the code of its value.
    ///
    /// # Errors
    /// What the operation returns.
    #[doc(hidden)]
    #[inline]
    fn linearise<O: Operation<F>>(op: &O, x: &[Self], p: &mut [Self]) -> Result<Self> {
        let y = Self::apply(op, x)?;
        op.partials(x, y, p)?;
        Ok(y)
    }

    /// Returns $\max(0, x)$; the derivative at 0 is 0.
    #[inline(always)]
    fn relu(self) -> Self {
        let zero = Self::lit(F::of(0.0));
        Self::select(zero.ge01(self), zero, self)
    }
    /// Returns the error function $\frac{2}{\sqrt\pi}\int_0^x e^{-t^2}dt$.
    fn erf(self) -> Self;
    /// Returns $1 - \mathrm{erf}(x)$ without cancellation.
    fn erfc(self) -> Self;
    /// Returns $\ln|\Gamma(x)|$.
    #[doc(alias = "lgamma")]
    fn ln_gamma(self) -> Self;
    /// Returns $\psi(x) = \Gamma'(x)/\Gamma(x)$.
    fn digamma(self) -> Self;
    /// Returns $\psi^{(n)}(x)$; `n = 0` is [`digamma`](Real::digamma).
    fn polygamma(self, n: u32) -> Self;
    /// Returns the Beta function $\Gamma(a)\Gamma(b)/\Gamma(a+b)$.
    fn beta(self, b: Self) -> Self;
    /// Returns $\ln|B(a, b)|$.
    fn ln_beta(self, b: Self) -> Self;
    /// Returns $1/(1+e^{-x})$, without overflow.
    #[doc(alias = "logistic")]
    #[doc(alias = "expit")]
    fn sigmoid(self) -> Self;
    /// Returns $\ln(p/(1-p))$.
    fn logit(self) -> Self;
    /// Returns $\ln(1+e^x)$, without overflow.
    fn softplus(self) -> Self;
    /// Returns the standard normal distribution function $\Phi(x)$.
    fn norm_cdf(self) -> Self;
    /// Returns the normal quantile $\Phi^{-1}(p)$.
    #[doc(alias = "probit")]
    fn norm_ppf(self) -> Self;
    /// Returns $\sin(x)/x$, which is 1 at 0 (not normalised by $\pi$). It is the spherical Bessel function $j_0$.
    #[inline(always)]
    fn sinc(self) -> Self {
        self.spherical_bessel_j(0)
    }
    /// Returns the spherical Bessel function $j_n(x)$.
    fn spherical_bessel_j(self, n: u32) -> Self;
    /// Returns the Bessel function of the first kind $J_n(x)$.
    fn bessel_j(self, n: i32) -> Self;
    /// Returns $J_0(x)$.
    #[inline(always)]
    fn bessel_j0(self) -> Self {
        self.bessel_j(0)
    }
    /// Returns $J_1(x)$.
    #[inline(always)]
    fn bessel_j1(self) -> Self {
        self.bessel_j(1)
    }
    /// Returns $x \ln x$, which is 0 at 0 with slope $-\infty$.
    fn xlogx(self) -> Self;
    /// Returns $x \ln y$, which is 0 at $x = 0$.
    fn xlogy(self, y: Self) -> Self;
    /// Returns the integer quotient $q$ with $x = q\,o + r$, $0 \le r < |o|$. Its derivative is zero.
    #[inline]
    fn div_euclid(self, o: Self) -> Self {
        let (zero, one) = (Self::lit(F::of(0.0)), Self::lit(F::of(1.0)));
        let step = Self::select(o.gt01(zero), one, -one);
        Self::select(zero.gt01(self % o), (self / o).trunc() - step, (self / o).trunc())
    }
    /// Returns the remainder $r = x - q\,o$, $0 \le r < |o|$. Its partials are $1$ and $-q$.
    #[inline]
    fn rem_euclid(self, o: Self) -> Self {
        let r = self % o;
        Self::select(Self::lit(F::of(0.0)).gt01(r), r + o.abs(), r)
    }
}
