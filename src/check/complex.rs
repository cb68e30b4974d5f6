//! Derivatives by a step into the complex plane: exact to rounding, and not made of the crate's partials.
//!
//! For an analytic function, $f(x + ih) = f(x) + i h f'(x) + O(h^2)$. The imaginary part is never a difference of close
//! numbers, so $h$ can be $2^{-332} \approx 10^{-100}$ and the error term is gone (Squire and Trapp 1998). Here the elementary functions
//! are the complex ones, written without a look at `op/`: a wrong partial there shows up here. The inverse ones are
//! Kahan's (1987), since the textbook logarithms would lose so small an imaginary part.

use crate::{
    error::{Result, same_len},
    op::{Binary, Unary, number},
    real::{Function, Operation, Real},
};
use alloc::vec::Vec;
use core::f64::consts::{LN_2, LN_10};
#[allow(unused_imports)] // with std, f64 has the methods of Float itself
use num_traits::{Float, One, Zero};

pub(super) const METHOD: &str = "complex step";

/// A complex number that can go through a generic function.
///
/// Comparisons look at the real part, and `abs`, `max`, `floor` and their kin act by branch: each branch is analytic.
/// The real part is always the value of the real function, from which the complex one differs by $O(h^2)$, so every
/// branch is the one that the function takes at `f64`.
///
/// An operation that is not known in the complex plane (erf, gamma and Bessel functions), or that sits on its kink or
/// at the edge of its domain, marks the number; the mark stays with all that is made of it.
///
/// # Example
/// ```
/// use pullback::{check::Complex, *};
/// fn f<T: Real>(x: T) -> T { x.sin() * x }
/// let y = f(Complex::new(2.0, 1e-100));
/// assert!((y.imaginary() / 1e-100 - (2f64.sin() + 2.0 * 2f64.cos())).abs() < 1e-15);
/// assert_eq!(Complex::new(2.0, 1e-100).erf().unknown(), Some("erf"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Complex {
    re: f64,
    im: f64,
    unknown: Option<&'static str>,
}

/// Returns the Jacobian of `f` at `x` by the complex step: `rows[output][input]`, each entry a number or the name of
/// the operation that has no complex extension there.
///
/// # Errors
/// What `f` returns; [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the number of outputs changes.
///
/// # Cost
/// One complex evaluation an input.
///
/// # Example
/// ```
/// use pullback::{check::complex_step, *};
/// function!(F = |x| [x[0].powi(3), x[1].erf() + x[0]]);
/// let rows = complex_step(&F, &[2.0, 1.0])?;
/// assert_eq!(rows[0], [Ok(12.0), Ok(0.0)]);
/// assert_eq!(rows[1], [Ok(1.0), Err("erf")]);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "csd")]
pub fn complex_step(f: &impl Function, x: &[f64]) -> Result<Vec<Vec<Result<f64, &'static str>>>> {
    let mut rows: Vec<Vec<_>> = Vec::new();
    if x.is_empty() {
        rows.resize(f.call::<Complex>(&[])?.len(), Vec::new());
    }
    let mut point: Vec<Complex> = x.iter().map(|&x| Complex::constant(x)).collect();
    for k in 0..x.len() {
        let h = step(x[k]);
        point[k].im = h;
        let y = f.call(&point)?;
        point[k].im = 0.0;
        if k == 0 {
            rows.resize(y.len(), Vec::with_capacity(x.len()));
        }
        same_len("complex_step", rows.len(), y.len())?;
        rows.iter_mut().zip(y).for_each(|(row, y)| row.push(y.unknown.map_or(Ok(y.im / h), Err)));
    }
    Ok(rows)
}

/// A power of two, about $10^{-100}$, and small even beside a small `x`.
fn step(x: f64) -> f64 {
    let beside = if x == 0.0 { 0.0 } else { x.abs().log2().floor() - 100.0 };
    beside.clamp(-1000.0, -332.0).exp2()
}

impl Complex {
    /// Returns $re + i\,im$.
    pub fn new(re: f64, im: f64) -> Self {
        Complex { re, im, unknown: None }
    }
    /// Returns a real number.
    pub fn constant(re: f64) -> Self {
        Self::new(re, 0.0)
    }
    /// Returns the imaginary part.
    pub fn imaginary(&self) -> f64 {
        self.im
    }
    /// Returns the first operation on the way here whose complex value is not known.
    pub fn unknown(&self) -> Option<&'static str> {
        self.unknown
    }
    fn level(&self) -> f64 {
        self.re
    }
    fn un<O: Unary>(self, op: O) -> Self {
        let re = op.eval(self.re);
        if self.im == 0.0 {
            return Complex { re, ..self };
        }
        let on_edge = O::DOMAIN.contains(&self.re) || O::KINKS.contains(&self.re);
        match (unary(op, self.re, self.im, re), on_edge) {
            (Some(im), false) => Complex { re, im, ..self },
            _ => Complex { re, im: f64::NAN, unknown: self.unknown.or(Some(O::NAME)) },
        }
    }
    fn bin<O: Binary>(self, o: Self, op: O) -> Self {
        let re = op.eval(self.re, o.re);
        let unknown = self.unknown.or(o.unknown);
        if self.im == 0.0 && o.im == 0.0 {
            return Complex { re, im: 0.0, unknown };
        }
        match binary(O::NAME, [self.re, self.im], [o.re, o.im], re) {
            Some(im) => Complex { re, im, unknown },
            None => Complex { re, im: f64::NAN, unknown: unknown.or(Some(O::NAME)) },
        }
    }
    fn by<O: Binary>(self, o: f64, op: O) -> Self {
        self.bin(Self::from(o), op)
    }
    fn valued(self, value: f64) -> Self {
        Complex { re: value, ..self }
    }
    fn fused(self, a: Self, b: Self) -> Self {
        Complex { re: self.re.mul_add(a.re, b.re), ..self * a + b }
    }
    fn choose(c: Self, a: Self, b: Self) -> Self {
        if c.re != 0.0 { a } else { b }
    }
    fn apply_op<O: Operation>(op: &O, x: &[Self]) -> Result<Self> {
        op.value(x)
    }
    fn is_zero_everywhere(&self) -> bool {
        self.re == 0.0 && self.im == 0.0
    }
    fn is_finite_everywhere(&self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }
    fn rides_nothing(&self) -> bool {
        self.im == 0.0
    }
}

/// The level below, under the name that `number!` has for it.
type T = f64;
number! { [] Complex, f64; f64 [] Complex; }

/// Returns the imaginary part of an operation at $x + iy$, $y \ne 0$. `re` is the value at `x`.
fn unary<O: Unary>(op: O, x: f64, y: f64, re: f64) -> Option<f64> {
    let angle = (y / x).atan(); // of z, or of −z where x < 0
    Some(match O::NAME {
        "neg" => -y,
        "abs" => y * x.signum(),
        "signum" => 0.0,
        "floor" | "ceil" | "trunc" if x.fract() == 0.0 => return None,
        "round" if x.fract().abs() == 0.5 => return None,
        "floor" | "ceil" | "round" | "trunc" => 0.0,
        "fract" if x.fract() == 0.0 => return None,
        "fract" => y,
        "recip" => -(y / x) / x / (1.0 + (y / x) * (y / x)),
        "sqrt" => re * (angle / 2.0).sin(),
        "cbrt" => re * (angle / 3.0).sin(),
        // the exponent is read off the value at 2, so as to ask for no partial
        "powi" => match op.eval::<f64, f64>(2.0).log2() {
            n if !n.is_finite() => return None,
            n if x == 0.0 => return if n < 0.0 { None } else { Some(if n == 1.0 { y } else { 0.0 }) },
            n => re * (n * angle).sin(),
        },
        "exp" | "exp_m1" => x.exp() * y.sin(),
        "exp2" => re * (y * LN_2).sin(),
        "ln" => y.atan2(x),
        "log2" => y.atan2(x) / LN_2,
        "log10" => y.atan2(x) / LN_10,
        "ln_1p" => y.atan2(1.0 + x),
        "sin" => x.cos() * y.sinh(),
        "cos" => -x.sin() * y.sinh(),
        "tan" => y.tanh() * (1.0 + re * re) / (1.0 + (re * y.tanh()) * (re * y.tanh())),
        "asin" => asin_imaginary(x, y),
        "acos" => -asin_imaginary(x, y),
        "atan" => (4.0 * y / (x * x + (1.0 - y) * (1.0 - y))).ln_1p() / 4.0,
        "sinh" => x.cosh() * y.sin(),
        "cosh" => x.sinh() * y.sin(),
        "tanh" => {
            let t = y.tan();
            t / x.cosh() / x.cosh() / (1.0 + (re * t) * (re * t))
        }
        // asinh z = i asin(−iz), and the real part of asin w is the angle of (Re √(1−w)√(1+w), Re w)
        "asinh" => {
            let ([a, u], [b, v]) = (root(1.0 - y, x), root(1.0 + y, -x));
            y.atan2(a * b - u * v)
        }
        "acosh" => 2.0 * root(x - 1.0, y)[1].atan2(root(x + 1.0, y)[0]),
        "atanh" => 0.5 * (2.0 * y).atan2((1.0 - x) * (1.0 + x) - y * y),
        "to_degrees" => y.to_degrees(),
        "to_radians" => y.to_radians(),
        "sigmoid" => {
            let e = (-x.abs()).exp();
            e * y.sin() / ((1.0 + e) * (1.0 + e))
        }
        "logit" => y.atan2(x) + y.atan2(1.0 - x),
        "softplus" if x > 0.0 => y - ((-x).exp() * y.sin()).atan2(1.0 + (-x).exp()),
        "softplus" => (x.exp() * y.sin()).atan2(1.0 + x.exp()),
        "xlogx" => y * x.abs().ln() + x * y.atan2(x),
        "spherical_bessel_j" if op.eval::<f64, f64>(1.0) == 1f64.sin() && x != 0.0 => {
            (x.cos() * y.sinh() - re * y) / x // sin z / z
        }
        _ => return None,
    })
}

/// $\mathrm{Im}\,\arcsin z = \mathrm{arsinh}\,\mathrm{Im}(\overline{\sqrt{1-z}}\sqrt{1+z})$
fn asin_imaginary(x: f64, y: f64) -> f64 {
    let ([a, u], [b, v]) = (root(1.0 - x, -y), root(1.0 + x, y));
    (a * v - u * b).asinh()
}
/// The parts of the principal square root of a number with positive real part.
fn root(re: f64, im: f64) -> [f64; 2] {
    let (modulus, angle) = (re.hypot(im).sqrt(), im.atan2(re) / 2.0);
    [modulus * angle.cos(), modulus * angle.sin()]
}

/// Returns the imaginary part of an operation of two arguments, of which at least one is not real.
fn binary(name: &str, [a, u]: [f64; 2], [b, v]: [f64; 2], re: f64) -> Option<f64> {
    Some(match name {
        "add" => u + v,
        "sub" => u - v,
        "mul" => a * v + u * b,
        "div" => (u - re * v) / b / (1.0 + (v / b) * (v / b)),
        "rem" if re == 0.0 => return None,
        "rem" => u - (a / b).trunc() * v,
        // z^w = exp(w ln z)
        "powf" if a == 0.0 => match b {
            _ if v != 0.0 => return None,
            1.0 => u,
            b if b > 1.0 || b == 0.0 => 0.0,
            _ => return None,
        },
        "powf" => {
            let turn = if v == 0.0 { 0.0 } else { v * a.ln() }; // NaN for a negative base
            re * (b * (u / a).atan() + turn).sin()
        }
        "atan2" if a == 0.0 && b == 0.0 => return None,
        // arctan of the ratio whose modulus is at most 1
        "atan2" if a.abs() <= b.abs() => unary(crate::op::Atan, a / b, (u - a / b * v) / b, 0.0)?,
        "atan2" => -unary(crate::op::Atan, b / a, (v - b / a * u) / a, 0.0)?,
        "hypot" if re == 0.0 => return None,
        "hypot" => u * (a / re) + v * (b / re), // Im (z² + w²) / 2 Re √(z² + w²)
        "copysign" if a == 0.0 => return None,
        "copysign" => u * a.signum() * b.signum(),
        "xlogy" => u * b.ln() + a * v.atan2(b),
        _ => return None,
    })
}
