//! How large the terms of a derivative are before they cancel.

use crate::{
    error::Result,
    op::{Binary, Unary, linearise, number},
    real::{Operation, Primitive, Real},
};
use core::marker::PhantomData;

/// A dual number whose tangent adds up *absolute values*: $|p_1||\dot x_1| + |p_2||\dot x_2|$ where a
/// [`Dual`](crate::Dual) has $p_1 \dot x_1 + p_2 \dot x_2$.
///
/// A derivative is a sum over all paths from an input to an output. Two modes add its terms in different orders, so they
/// may differ by some units in the last place of the *largest sum of terms*, not of the result. The majorant is that
/// sum. It makes the tolerance of a comparison neither too strict where terms cancel nor too wide where they do not.
///
/// In the same way [`roundoff`](Self::roundoff) bounds, to first order, how far the *value* may be off, in units of the
/// machine epsilon: each operation adds the size of its result to what it passes on.
///
/// # Example
/// ```
/// use pullback::{check::Majorant, *};
/// fn f<T: Real>(x: T) -> T { x * 1e6 - x * 999_999.0 }
/// assert_eq!(derivative(|x| f(x), 2.0), 1.0);
/// assert_eq!(f(Majorant::new(2.0, 1.0)).bound(), 1_999_999.0); // eps · bound = 4e-10: that is what 1.0 is good for
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Majorant<T = f64, F = f64> {
    value: T,
    bound: T,
    roundoff: T,
    _primitive: PhantomData<F>,
}

impl<T: Copy, F> Majorant<T, F> {
    /// Returns the value.
    #[inline(always)]
    pub fn value(&self) -> T {
        self.value
    }
    /// Returns the sum of the absolute values of all terms of the tangent.
    #[inline(always)]
    pub fn bound(&self) -> T {
        self.bound
    }
    /// Returns how far the value may be off by rounding, in units of the machine epsilon.
    #[inline(always)]
    pub fn roundoff(&self) -> T {
        self.roundoff
    }
}

impl<F: Primitive, T: Real<F>> Majorant<T, F> {
    /// Returns the exact number `value` with this bound of its change, which must not be negative.
    #[inline(always)]
    pub fn new(value: T, bound: T) -> Self {
        Majorant { value, bound, roundoff: T::zero(), _primitive: PhantomData }
    }
    /// Returns a value of the level below as a constant.
    #[inline(always)]
    pub fn constant(value: T) -> Self {
        Self::new(value, T::zero())
    }
    fn made(value: T, bound: T, roundoff: T) -> Self {
        Majorant { value, bound, roundoff: roundoff + value.abs(), _primitive: PhantomData }
    }
    #[inline(always)]
    fn level(&self) -> T {
        self.value
    }
    fn un<O: Unary>(self, op: O) -> Self {
        let y = op.eval(self.value);
        if O::FLAT {
            return Self::constant(y);
        }
        let p = op.partial(self.value, y).abs();
        Self::made(y, p.times(self.bound), p.times(self.roundoff))
    }
    fn bin<O: Binary>(self, o: Self, op: O) -> Self {
        let y = op.eval(self.value, o.value);
        let [p, q] = op.partials(self.value, o.value, y).map(T::abs);
        Self::made(y, p.times(self.bound) + q.times(o.bound), p.times(self.roundoff) + q.times(o.roundoff))
    }
    fn fused(self, a: Self, b: Self) -> Self {
        Majorant { value: self.value.mul_add(a.value, b.value), ..self * a + b }
    }
    fn choose(c: Self, a: Self, b: Self) -> Self {
        Majorant {
            value: T::select(c.value, a.value, b.value),
            bound: T::select(c.value, a.bound, b.bound),
            roundoff: T::select(c.value, a.roundoff, b.roundoff),
            _primitive: PhantomData,
        }
    }
    fn apply_op<O: Operation<F>>(op: &O, x: &[Self]) -> Result<Self> {
        let (y, p) = linearise(op, x.iter().map(Self::level))?;
        let sum = |part: fn(&Self) -> T| p.iter().zip(x).fold(T::zero(), |sum, (p, x)| sum + p.abs().times(part(x)));
        Ok(Self::made(y, sum(|x| x.bound), sum(|x| x.roundoff)))
    }
    #[inline(always)]
    fn is_zero_everywhere(&self) -> bool {
        self.value.vanishes() && self.bound.vanishes()
    }
    #[inline(always)]
    fn is_finite_everywhere(&self) -> bool {
        self.value.all_finite() && self.bound.all_finite()
    }
    #[inline(always)]
    fn rides_nothing(&self) -> bool {
        self.bound.vanishes()
    }
}
number! { [T: Real<F>, F: Primitive] Majorant<T, F>, F; }
