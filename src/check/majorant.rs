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
/// A derivative is a sum over all paths from an input to an output. Each mode adds its terms in another order, so two of
/// them may differ by some units in the last place of the sum of the *sizes* of the terms, which is this bound. Run at
/// [`Rounded`](super::Rounded), it also knows how well the partials themselves are known: the error of the bound is a
/// bound of the error, whatever the order. Nested, it bounds second derivatives.
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
    _primitive: PhantomData<F>,
}

impl<T, F> Majorant<T, F> {
    /// Returns the number with this value and this bound of its change, which must not be negative.
    pub fn new(value: T, bound: T) -> Self {
        Majorant { value, bound, _primitive: PhantomData }
    }
}
impl<T: Copy, F> Majorant<T, F> {
    /// Returns the value.
    pub fn value(&self) -> T {
        self.value
    }
    /// Returns the sum of the absolute values of all terms of the tangent.
    pub fn bound(&self) -> T {
        self.bound
    }
}

impl<F: Primitive, T: Real<F>> Majorant<T, F> {
    /// Returns a value of the level below as a constant.
    pub fn constant(value: T) -> Self {
        Self::new(value, T::zero())
    }
    fn level(&self) -> T {
        self.value
    }
    fn un<O: Unary>(self, op: O) -> Self {
        let y = op.eval(self.value);
        match O::NAME {
            _ if O::FLAT => Self::constant(y),
            // its slope 0 at 0 would hide a partial that vanishes here and changes nearby
            "abs" | "neg" => Self::new(y, self.bound),
            _ => Self::new(y, op.partial(self.value, y).abs().times(self.bound)),
        }
    }
    fn bin<O: Binary>(self, o: Self, op: O) -> Self {
        let y = op.eval(self.value, o.value);
        let [p, q] = op.partials(self.value, o.value, y);
        Self::new(y, p.abs().times(self.bound) + q.abs().times(o.bound))
    }
    fn by<O: Binary>(self, o: F, op: O) -> Self {
        self.bin(Self::from(o), op)
    }
    fn valued(self, value: T) -> Self {
        Self { value, ..self }
    }
    fn fused(self, a: Self, b: Self) -> Self {
        Self::new(self.value.mul_add(a.value, b.value), (self * a + b).bound)
    }
    fn choose(c: Self, a: Self, b: Self) -> Self {
        Self::new(T::select(c.value, a.value, b.value), T::select(c.value, a.bound, b.bound))
    }
    fn apply_op<O: Operation<F>>(op: &O, x: &[Self]) -> Result<Self> {
        let (y, p) = linearise(op, x.iter().map(Self::level))?;
        let bound = p.iter().zip(x).fold(T::zero(), |sum, (&p, x)| sum + p.abs().times(x.bound));
        Ok(Self::new(y, bound))
    }
    fn is_zero_everywhere(&self) -> bool {
        self.value.vanishes() && self.bound.vanishes()
    }
    fn is_finite_everywhere(&self) -> bool {
        self.value.all_finite() && self.bound.all_finite()
    }
    fn rides_nothing(&self) -> bool {
        self.bound.vanishes()
    }
}
number! { [T: Real<F>, F: Primitive] Majorant<T, F>, F; }
