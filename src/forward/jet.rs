//! Jets: truncated Taylor series as numbers.

mod binary;
mod series;
mod unary;

use crate::{
    error::Result,
    op::{linearise, number},
    real::{Operation, Primitive, Real},
};
use binary::ExpandPair;
use core::{array, marker::PhantomData};
use smallvec::{SmallVec, smallvec};
use unary::Expand;

/// The first `K` Taylor coefficients of a function of one parameter: $c_k = x^{(k)}(0)/k!$ for $k < K$.
///
/// $$ x(t) = c_0 + c_1 t + c_2 t^2 + \dots + c_{K-1} t^{K-1} + O(t^K) $$
///
/// Every operation carries the coefficients of its arguments to those of its result: a derivative of order $K-1$ along
/// a line (or a curve) in one pass. Products, quotients, roots, powers, exponentials and circular functions have a
/// recurrence each; every other operation integrates its partial derivative, $\dot y = p\,\dot x$, so its formula
/// still stands in one place. The coefficients are of any number type, so jets nest in each other, in
/// [`Dual`](crate::Dual) and in [`Var`](crate::Var), and these in them.
///
/// `K = 2` is [`Dual`](crate::Dual) under another name; `K = 0` does not compile.
///
/// # Cost
/// $O(K^2)$ an operation, where `K - 1` nested duals cost $O(3^{K-1})$; $O(K^3)$ for a Bessel or polygamma function.
/// No allocation, except for a Bessel function or an operation of many arguments of a long jet.
///
/// # Kinks
/// As everywhere: the branch which the primal selects. At the kink of `abs`, `hypot` and `norm` every coefficient above
/// $c_0$ is 0; a coefficient that is 0 contributes exactly 0, even against an infinite partial.
///
/// # Example
/// ```
/// use pullback::*;
/// let t = Jet::<f64, 4>::variable(0.0);
/// assert_eq!((1.0 / (1.0 - t)).coefficients(), [1.0, 1.0, 1.0, 1.0]);
/// assert_eq!((t * t * 3.0).derivatives(), [0.0, 0.0, 6.0, 0.0]);
/// ```
///
/// A jet without coefficients is no number:
/// ```compile_fail
/// let _ = pullback::Jet::<f64, 0>::constant(1.0);
/// ```
///
/// # Source
/// Griewank and Walther (2008), *Evaluating Derivatives*, chapter 13.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "taylor_mode")]
pub struct Jet<T, const K: usize, F = f64> {
    c: [T; K],
    _primitive: PhantomData<F>,
}

impl<T, const K: usize, F> Jet<T, K, F> {
    /// Returns the number with these Taylor coefficients, lowest first.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let curve = Jet::new([0.0, 1.0, 0.5]); // t + t²/2
    /// assert_eq!((curve * curve).coefficients(), [0.0, 0.0, 1.0]);
    /// ```
    #[inline(always)]
    pub fn new(c: [T; K]) -> Self {
        const { assert!(K > 0, "a jet needs at least one coefficient") };
        Jet { c, _primitive: PhantomData }
    }
}
impl<T: Copy, const K: usize, F> Jet<T, K, F> {
    /// Returns the Taylor coefficients $c_k$, lowest first.
    #[inline(always)]
    pub fn coefficients(&self) -> [T; K] {
        self.c
    }
    /// Returns $c_0$, the value.
    #[inline(always)]
    pub fn value(&self) -> T {
        self.c[0]
    }
}

impl<F: Primitive, T: Real<F>, const K: usize> Jet<T, K, F> {
    /// Returns a value of the level below as a constant.
    #[inline(always)]
    pub fn constant(value: T) -> Self {
        Self::along(value, T::zero())
    }
    /// Returns the parameter itself at `x`: $x + t$.
    #[inline(always)]
    pub fn variable(x: T) -> Self {
        Self::along(x, T::one())
    }
    /// Returns the point of a line: $x + t\,\dot x$.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let y = Jet::<f64, 3>::along(1.0, 2.0).recip(); // 1/(1 + 2t)
    /// assert_eq!(y.coefficients(), [1.0, -2.0, 4.0]);
    /// ```
    #[inline(always)]
    pub fn along(x: T, dx: T) -> Self {
        Self::new(array::from_fn(|k| match k {
            0 => x,
            1 => dx,
            _ => T::zero(),
        }))
    }
    /// Returns the derivatives $x^{(k)} = k!\,c_k$, lowest first.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// assert_eq!(Jet::<f64, 4>::variable(2.0).powi(3).derivatives(), [8.0, 12.0, 12.0, 6.0]);
    /// ```
    #[inline]
    pub fn derivatives(&self) -> [T; K] {
        let mut factorial = F::of(1.0);
        array::from_fn(|k| {
            factorial *= F::of(k.max(1) as f64);
            self.c[k] * factorial
        })
    }

    #[inline(always)]
    fn level(&self) -> T {
        self.c[0]
    }
    #[inline(always)]
    fn un<O: Expand>(self, op: O) -> Self {
        let y = op.eval(self.c[0]);
        if O::FLAT { Self::constant(y) } else { op.expand(self, y) }
    }
    #[inline(always)]
    fn bin<O: ExpandPair>(self, o: Self, op: O) -> Self {
        op.expand(self, o, op.eval(self.c[0], o.c[0]))
    }
    #[inline(always)]
    fn by<O: ExpandPair>(self, o: F, op: O) -> Self {
        let y = op.eval_by(self.c[0], o);
        match op.slope_by(o) {
            Some(_) if O::SIGN != 0 => self.valued(y),
            Some(p) if p.all_finite() => Self::new(self.c.map(|c| c * p)).valued(y),
            _ => self.bin(Self::constant(T::lit(o)), op),
        }
    }
    #[inline(always)]
    fn fused(self, a: Self, b: Self) -> Self {
        (self * a + b).valued(self.c[0].mul_add(a.c[0], b.c[0]))
    }
    #[inline(always)]
    fn valued(mut self, value: T) -> Self {
        self.c[0] = value;
        self
    }
    #[inline(always)]
    fn choose(c: Self, a: Self, b: Self) -> Self {
        Self::new(array::from_fn(|k| T::select(c.c[0], a.c[k], b.c[k])))
    }
    /// The first two coefficients ask for the partials at the level below only, as a dual would: an operation that
    /// knows no second derivative serves a jet of two.
    fn apply_op<O: Operation<F>>(op: &O, x: &[Self]) -> Result<Self> {
        let (y, slope) = linearise(op, x.iter().map(Self::level))?;
        if K <= 2 || x.iter().all(Self::rides_nothing) {
            return Ok(Self::grow(y, |_, k| slope.iter().zip(x).fold(T::zero(), |sum, (&p, x)| sum + p.times(x.c[k]))));
        }
        let mut p: SmallVec<[Self; 8]> = smallvec![Self::default(); x.len()];
        Self::rounds(y, x, &mut p, |y, p| {
            p.fill(Self::default());
            op.partials(x, y, p)
        })
    }
    #[inline(always)]
    fn is_zero_everywhere(&self) -> bool {
        self.c[0].vanishes() && self.rides_nothing()
    }
    #[inline(always)]
    fn is_finite_everywhere(&self) -> bool {
        self.c.iter().fold(true, |all, c| all & c.all_finite())
    }
    #[inline(always)]
    fn rides_nothing(&self) -> bool {
        self.c[1..].iter().fold(true, |all, c| all & c.vanishes())
    }
}
number! {
    [T: Real<F>, const K: usize, F: Primitive] Jet<T, K, F>, F;
    f64 [T: Real<f64>, const K: usize] Jet<T, K, f64>;
    f32 [T: Real<f32>, const K: usize] Jet<T, K, f32>;
}
