//! Dual numbers: a value and one tangent.

use crate::{
    error::Result,
    op::{Binary, Unary, linearise, number},
    real::{Operation, Primitive, Real},
};
use core::marker::PhantomData;

/// A value $x$ with a tangent $\dot x$: one directional derivative rides along.
///
/// Every operation carries $y = f(x)$ and $\dot y = f'(x)\,\dot x$. The parts are of any number type, so duals nest:
/// see [`HyperDual`](crate::HyperDual) for two levels.
///
/// # Cost
/// About two to three times the primal, for one direction.
///
/// # Example
/// ```
/// use pullback::*;
/// let y = Dual::new(3.0, 1.0).powi(2) * 2.0;
/// assert_eq!((y.value(), y.tangent()), (18.0, 12.0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dual<T = f64, F = f64> {
    value: T,
    tangent: T,
    _primitive: PhantomData<F>,
}

impl<T, F> Dual<T, F> {
    /// Returns the number with this value and this tangent.
    #[inline(always)]
    pub fn new(value: T, tangent: T) -> Self {
        Dual { value, tangent, _primitive: PhantomData }
    }
}
impl<T: Copy, F> Dual<T, F> {
    /// Returns $x$.
    #[inline(always)]
    pub fn value(&self) -> T {
        self.value
    }
    /// Returns $\dot x$.
    #[inline(always)]
    pub fn tangent(&self) -> T {
        self.tangent
    }
}

impl<F: Primitive, T: Real<F>> Dual<T, F> {
    /// Returns a value of the level below as a constant.
    #[inline(always)]
    pub fn constant(value: T) -> Self {
        Self::new(value, T::zero())
    }
    #[inline(always)]
    fn level(&self) -> T {
        self.value
    }
    #[inline(always)]
    fn un<O: Unary>(self, op: O) -> Self {
        let y = op.eval(self.value);
        if O::FLAT {
            return Self::constant(y);
        }
        Self::new(y, op.partial(self.value, y).times(self.tangent))
    }
    #[inline(always)]
    fn bin<O: Binary>(self, o: Self, op: O) -> Self {
        let y = op.eval(self.value, o.value);
        match O::SIGN {
            1 => Self::new(y, self.tangent + o.tangent),
            -1 => Self::new(y, self.tangent - o.tangent),
            _ => {
                let [p, q] = op.partials(self.value, o.value, y);
                Self::new(y, p.times(self.tangent) + q.times(o.tangent))
            }
        }
    }
    #[inline(always)]
    fn by<O: Binary>(self, o: F, op: O) -> Self {
        let y = op.eval_by(self.value, o);
        match op.slope_by(o) {
            Some(_) if O::SIGN != 0 => Self::new(y, self.tangent),
            Some(p) if p.all_finite() => Self::new(y, self.tangent * p),
            _ => self.bin(Self::constant(T::lit(o)), op),
        }
    }
    #[inline(always)]
    fn fused(self, a: Self, b: Self) -> Self {
        Self::new(self.value.mul_add(a.value, b.value), (self * a + b).tangent)
    }
    #[inline(always)]
    fn valued(self, value: T) -> Self {
        Self { value, ..self }
    }
    #[inline(always)]
    fn choose(c: Self, a: Self, b: Self) -> Self {
        Self::new(T::select(c.value, a.value, b.value), T::select(c.value, a.tangent, b.tangent))
    }
    fn apply_op<O: Operation<F>>(op: &O, x: &[Self]) -> Result<Self> {
        let (y, p) = linearise(op, x.iter().map(Self::level))?;
        let tangent = p.iter().zip(x).fold(T::zero(), |sum, (&p, x)| sum + p.times(x.tangent));
        Ok(Self::new(y, tangent))
    }
    #[inline(always)]
    fn is_zero_everywhere(&self) -> bool {
        self.value.vanishes() && self.tangent.vanishes()
    }
    #[inline(always)]
    fn is_finite_everywhere(&self) -> bool {
        self.value.all_finite() && self.tangent.all_finite()
    }
    #[inline(always)]
    fn rides_nothing(&self) -> bool {
        self.tangent.vanishes()
    }
}
number! { [T: Real<F>, F: Primitive] Dual<T, F>, F; f64 [T: Real<f64>] Dual<T, f64>; f32 [T: Real<f32>] Dual<T, f32>; }
