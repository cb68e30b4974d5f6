//! Duals with several tangents.

use crate::{
    error::Result,
    op::{Binary, Unary, linearise, number},
    real::{Operation, Primitive, Real},
};
use core::{array, marker::PhantomData};

/// A value with `N` tangents: `N` directional derivatives in one pass.
///
/// The tangents are a plain array, so the compiler keeps them in vector registers. For up to about ten inputs this is
/// the fastest way to a whole gradient, and it needs no tape.
///
/// # Cost
/// The primal once, and one or two multiply-adds an operation and direction; an elementary function is evaluated once
/// for all directions.
///
/// # Example
/// ```
/// use pullback::*;
/// let [x, y] = Multi::<f64, 2>::seeds([3.0, 5.0]);
/// let z = x * x * y;
/// assert_eq!((z.value(), z.tangents()), (45.0, [30.0, 9.0]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Multi<T, const N: usize, F = f64> {
    value: T,
    tangents: [T; N],
    _primitive: PhantomData<F>,
}

impl<T, const N: usize, F> Multi<T, N, F> {
    /// Returns the number with this value and these tangents.
    #[inline(always)]
    pub fn new(value: T, tangents: [T; N]) -> Self {
        Multi { value, tangents, _primitive: PhantomData }
    }
}
impl<T: Copy, const N: usize, F> Multi<T, N, F> {
    /// Returns $x$.
    #[inline(always)]
    pub fn value(&self) -> T {
        self.value
    }
    /// Returns $\dot x$ in each direction.
    #[inline(always)]
    pub fn tangents(&self) -> [T; N] {
        self.tangents
    }
}

impl<F: Primitive, T: Real<F>, const N: usize> Multi<T, N, F> {
    /// Returns a value of the level below as a constant.
    #[inline(always)]
    pub fn constant(value: T) -> Self {
        Self::new(value, [T::zero(); N])
    }
    /// Returns `x` with the unit vector `k` as its tangents; a constant where `k >= N`.
    #[inline(always)]
    pub fn seed(x: T, k: usize) -> Self {
        Self::new(x, array::from_fn(|j| if j == k { T::one() } else { T::zero() }))
    }
    /// Returns the `N` inputs of a function, each seeded with its own unit vector.
    #[inline(always)]
    pub fn seeds(x: [T; N]) -> [Self; N] {
        array::from_fn(|k| Self::seed(x[k], k))
    }
    #[inline(always)]
    fn level(&self) -> T {
        self.value
    }
    /// Returns `p · tangents`; rule B is looked at once for all lanes.
    #[inline(always)]
    fn scaled(&self, p: T) -> [T; N] {
        if p.all_finite() { array::from_fn(|k| p * self.tangents[k]) } else { self.tangents.map(|t| p.times(t)) }
    }
    #[inline(always)]
    fn un<O: Unary>(self, op: O) -> Self {
        let y = op.eval(self.value);
        if O::FLAT {
            return Self::constant(y);
        }
        Self::new(y, self.scaled(op.partial(self.value, y)))
    }
    #[inline(always)]
    fn bin<O: Binary>(self, o: Self, op: O) -> Self {
        let y = op.eval(self.value, o.value);
        let (a, b) = match O::SIGN {
            0 => {
                let [p, q] = op.partials(self.value, o.value, y);
                (self.scaled(p), o.scaled(q))
            }
            _ => (self.tangents, o.tangents),
        };
        Self::new(y, array::from_fn(|k| if O::SIGN < 0 { a[k] - b[k] } else { a[k] + b[k] }))
    }
    #[inline(always)]
    fn by<O: Binary>(self, o: F, op: O) -> Self {
        let y = op.eval_by(self.value, o);
        match op.slope_by(o) {
            Some(_) if O::SIGN != 0 => Self::new(y, self.tangents),
            Some(p) if p.all_finite() => Self::new(y, self.tangents.map(|t| t * p)),
            _ => self.bin(Self::constant(T::lit(o)), op),
        }
    }
    #[inline(always)]
    fn fused(self, a: Self, b: Self) -> Self {
        Self::new(self.value.mul_add(a.value, b.value), (self * a + b).tangents)
    }
    #[inline(always)]
    fn valued(self, value: T) -> Self {
        Self { value, ..self }
    }
    #[inline(always)]
    fn choose(c: Self, a: Self, b: Self) -> Self {
        let tangents = array::from_fn(|k| T::select(c.value, a.tangents[k], b.tangents[k]));
        Self::new(T::select(c.value, a.value, b.value), tangents)
    }
    fn apply_op<O: Operation<F>>(op: &O, x: &[Self]) -> Result<Self> {
        let (y, p) = linearise(op, x.iter().map(Self::level))?;
        let mut tangents = [T::zero(); N];
        for (&p, x) in p.iter().zip(x) {
            let part = x.scaled(p);
            tangents = array::from_fn(|k| tangents[k] + part[k]);
        }
        Ok(Self::new(y, tangents))
    }
    #[inline(always)]
    fn is_zero_everywhere(&self) -> bool {
        self.value.vanishes() && self.rides_nothing()
    }
    #[inline(always)]
    fn is_finite_everywhere(&self) -> bool {
        self.tangents.iter().fold(self.value.all_finite(), |all, t| all & t.all_finite())
    }
    #[inline(always)]
    fn rides_nothing(&self) -> bool {
        self.tangents.iter().fold(true, |all, t| all & t.vanishes())
    }
}
number! {
    [T: Real<F>, const N: usize, F: Primitive] Multi<T, N, F>, F;
    f64 [T: Real<f64>, const N: usize] Multi<T, N, f64>;
    f32 [T: Real<f32>, const N: usize] Multi<T, N, f32>;
}
