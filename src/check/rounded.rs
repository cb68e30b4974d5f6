//! A number that knows how far rounding may have moved it.

use crate::{
    error::Result,
    op::{Binary, Unary, linearise, number},
    real::{Function, Operation, Primitive},
};
use alloc::vec::Vec;

/// A value with a bound of its own rounding error (running error analysis: Wilkinson 1963; Higham 2002, section 3.3).
///
/// Each operation passes on the errors of its arguments, times the size of its partials, and adds the size of its own
/// result. The bound is of first order, and in units of the machine epsilon.
///
/// The checks run the [`Majorant`](super::Majorant) of a derivative at this number. That gives each entry its own
/// tolerance, neither too strict where large terms cancel nor too wide where they do not.
///
/// # Example
/// ```
/// use pullback::check::Rounded;
/// let y = (Rounded::exact(1e-8) + 1.0) - 1.0;
/// assert!(y.error() > 0.9 && y.error() < 1.1); // eps · 1 of 1e-8: half of the digits are lost
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rounded<T = f64> {
    value: T,
    error: T,
}

/// Returns a bound of the rounding error of each output of `f` at `x`, not in units but in full.
pub(super) fn rounding(f: &impl Function, x: &[f64]) -> Result<Vec<f64>> {
    let x: Vec<Rounded> = x.iter().map(|&x| Rounded::exact(x)).collect();
    Ok(f.call(&x)?.iter().map(|y| y.error * f64::EPSILON).collect())
}

impl<T: Primitive> Rounded<T> {
    /// Returns a number without error.
    pub fn exact(value: T) -> Self {
        Rounded { value, error: T::zero() }
    }
    /// Returns the value.
    pub fn value(&self) -> T {
        self.value
    }
    /// Returns the bound of the error, in units of the machine epsilon.
    pub fn error(&self) -> T {
        self.error
    }
    fn constant(value: T) -> Self {
        Self::exact(value)
    }
    fn level(&self) -> T {
        self.value
    }
    fn made(value: T, passed_on: T) -> Self {
        Rounded { value, error: passed_on + value.abs() }
    }
    fn un<O: Unary>(self, op: O) -> Self {
        let y = op.eval(self.value);
        match O::NAME {
            _ if O::FLAT => Self::exact(y),
            "neg" | "abs" => Rounded { value: y, ..self },
            _ => Self::made(y, op.partial(self.value, y).abs().times(self.error)),
        }
    }
    fn bin<O: Binary>(self, o: Self, op: O) -> Self {
        let y = op.eval(self.value, o.value);
        let [p, q] = op.partials(self.value, o.value, y).map(T::abs);
        let passed_on = p.times(self.error) + q.times(o.error);
        // to add nothing is exact, and so is a product with 0 or 1
        let trivial = |x: T| if O::SIGN == 0 { x.abs() == T::one() || x.is_zero() } else { x.is_zero() };
        if matches!(O::NAME, "add" | "sub" | "mul") && (trivial(self.value) || trivial(o.value)) {
            return Rounded { value: y, error: passed_on };
        }
        Self::made(y, passed_on)
    }
    fn by<O: Binary>(self, o: T, op: O) -> Self {
        self.bin(Self::from(o), op)
    }
    fn valued(self, value: T) -> Self {
        Self { value, ..self }
    }
    fn fused(self, a: Self, b: Self) -> Self {
        Rounded { value: self.value.mul_add(a.value, b.value), ..self * a + b }
    }
    fn choose(c: Self, a: Self, b: Self) -> Self {
        if c.value.vanishes() { b } else { a }
    }
    fn apply_op<O: Operation<T>>(op: &O, x: &[Self]) -> Result<Self> {
        let (y, p) = linearise(op, x.iter().map(Self::level))?;
        Ok(Self::made(y, p.iter().zip(x).fold(T::zero(), |sum, (p, x)| sum + p.abs().times(x.error))))
    }
    fn is_zero_everywhere(&self) -> bool {
        self.value.vanishes() && self.error.vanishes()
    }
    fn is_finite_everywhere(&self) -> bool {
        self.value.all_finite()
    }
    fn rides_nothing(&self) -> bool {
        self.error.vanishes()
    }
}
number! { [T: Primitive] Rounded<T>, T; }
