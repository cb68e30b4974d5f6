//! Functions on every number.

use super::{Array, Element, array::same_shape, buffers::Running};
use crate::{category, error::Result, op::Un};
use alloc::{format, string::String};
use ndarray::Zip;

/// A function on every number of a wire.
///
/// | activation | $f(x)$ | $f'(x)$ |
/// | --- | --- | --- |
/// | `Op(u)` | any operation of [`crate::op`] | its partial |
/// | `Identity` | $x$ | 1 |
/// | `Relu` | $\max(0, x)$ | $1_{x > 0}$ |
/// | `LeakyRelu(a)` | $x$ or $a x$ | 1 or $a$; at 0 $a$ |
/// | `Elu(a)` | $x$ or $a(e^x - 1)$ | 1 or $a e^x$ |
/// | `Gelu` | $x\,\Phi(x)$ | $\Phi(x) + x\,\varphi(x)$ |
/// | `Silu` | $x\,\sigma(x)$ | $\sigma(x) + x\,\sigma'(x)$ |
/// | `Mish` | $x \tanh(\mathrm{softplus}\,x)$ | by the product rule |
/// | `HardTanh` | $x$ clamped to $\pm 1$ | $1_{-1 < x < 1}$ |
/// | `HardSigmoid` | $x$ clamped to $[0, 1]$ | $1_{0 < x < 1}$ |
/// | `Softsign` | $x/(1+|x|)$ | $1/(1+|x|)^2$ |
/// | `Sign` | $\pm 1$, at 0 $+1$ | 0 |
/// | `Step` | $[x \ge 0]$ | 0 |
/// | `Affine(a, b)` | $a x + b$ | $a$ |
///
/// At a kink the derivative is that of the branch which the table of kinks names; each is the one-sided value from the
/// flat side.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
#[allow(missing_docs)] // the table above
pub enum Activation {
    Op(Un),
    Identity,
    Relu,
    LeakyRelu(f64),
    Elu(f64),
    Gelu,
    Silu,
    Mish,
    HardTanh,
    HardSigmoid,
    Softsign,
    Sign,
    Step,
    Affine(f64, f64),
}

impl From<Un> for Activation {
    fn from(u: Un) -> Self {
        Activation::Op(u)
    }
}
macro_rules! named { ($($t:ty => $a:expr,)*) => { $(
    impl From<$t> for Activation {
        fn from(_: $t) -> Self { $a }
    }
)* } }
named! {
    category::Tanh => Activation::Op(Un::Tanh),
    category::Sigmoid => Activation::Op(Un::Sigmoid),
    category::Softplus => Activation::Op(Un::Softplus),
    category::Identity => Activation::Identity,
    category::Relu => Activation::Relu,
}

impl Activation {
    /// $\tanh x$
    pub const TANH: Activation = Activation::Op(Un::Tanh);
    /// $\sigma(x)$
    pub const SIGMOID: Activation = Activation::Op(Un::Sigmoid);
    /// Returns the name.
    pub fn name(self) -> String {
        match self {
            Activation::Op(u) => u.name().into(),
            other => format!("{other:?}").to_lowercase(),
        }
    }
    /// Returns $f(x)$.
    #[inline(always)]
    pub fn eval<T: Element>(self, x: T) -> T {
        let c = T::of;
        match self {
            Activation::Op(u) => u.eval(x),
            Activation::Identity => x,
            Activation::Relu => x.relu(),
            Activation::LeakyRelu(a) => T::select(x.gt01(c(0.0)), x, x * c(a)),
            Activation::Elu(a) => T::select(x.gt01(c(0.0)), x, x.min(c(0.0)).exp_m1() * c(a)),
            Activation::Gelu => x * x.norm_cdf(),
            Activation::Silu => x * x.sigmoid(),
            Activation::Mish => x * x.softplus().tanh(),
            Activation::HardTanh => x.max(c(-1.0)).min(c(1.0)),
            Activation::HardSigmoid => x.max(c(0.0)).min(c(1.0)),
            Activation::Softsign => x / (x.abs() + c(1.0)),
            Activation::Sign => x.ge01(c(0.0)) * c(2.0) - c(1.0),
            Activation::Step => x.ge01(c(0.0)),
            Activation::Affine(a, b) => x * c(a) + c(b),
        }
    }
    /// Returns $f'(x)$, where `y` is $f(x)$.
    #[inline(always)]
    pub fn slope<T: Element>(self, x: T, y: T) -> T {
        let c = T::of;
        let inside = |lo: f64, hi: f64| x.gt01(c(lo)) * c(hi).gt01(x);
        match self {
            Activation::Op(u) => u.partial(x, y),
            Activation::Identity => c(1.0),
            Activation::Relu => x.gt01(c(0.0)),
            Activation::LeakyRelu(a) => T::select(x.gt01(c(0.0)), c(1.0), c(a)),
            Activation::Elu(a) => T::select(x.gt01(c(0.0)), c(1.0), y + c(a)),
            Activation::Gelu => x.norm_cdf() + x * Un::NormCdf.partial(x, y),
            Activation::Silu => x.sigmoid() + x * Un::Sigmoid.partial(x, x.sigmoid()),
            Activation::Mish => {
                let t = x.softplus().tanh();
                t + x * Un::Tanh.partial(x.softplus(), t) * x.sigmoid()
            }
            Activation::HardTanh => inside(-1.0, 1.0),
            Activation::HardSigmoid => inside(0.0, 1.0),
            Activation::Softsign => {
                let r = (x.abs() + c(1.0)).recip();
                r * r
            }
            Activation::Sign | Activation::Step => c(0.0),
            Activation::Affine(a, _) => c(a),
        }
    }
    /// Returns $f$ of every number. The choice of the function is made once, not for each.
    pub(super) fn map<T: Element>(self, x: &Array<T>, run: Running<'_, T>) -> Array<T> {
        match self {
            Activation::Identity => x.clone(),
            Activation::Relu => run.map(x, |x| Activation::Relu.eval(x)),
            Activation::Op(Un::Tanh) => run.map(x, |x| Activation::Op(Un::Tanh).eval(x)),
            Activation::Op(Un::Sigmoid) => run.map(x, |x| Activation::Op(Un::Sigmoid).eval(x)),
            other => run.map(x, |x| other.eval(x)),
        }
    }
    /// Returns $f'(x)\,d$ for every number; a zero change stays zero.
    pub(crate) fn times_slope<T: Element>(self, x: &Array<T>, y: &Array<T>, d: &Array<T>) -> Result<Array<T>> {
        self.times_slope_in(x, y, d, Running::default())
    }
    pub(super) fn times_slope_in<T: Element>(
        self,
        x: &Array<T>,
        y: &Array<T>,
        d: &Array<T>,
        run: Running<'_, T>,
    ) -> Result<Array<T>> {
        same_shape("pointwise", x.shape(), d.shape())?;
        let seen = [x, y, d];
        Ok(match self {
            Activation::Identity => d.clone(),
            Activation::Relu => times(seen, run, |x, y| Activation::Relu.slope(x, y)),
            Activation::Op(Un::Tanh) => times(seen, run, |x, y| Activation::Op(Un::Tanh).slope(x, y)),
            Activation::Op(Un::Sigmoid) => times(seen, run, |x, y| Activation::Op(Un::Sigmoid).slope(x, y)),
            other => times(seen, run, |x, y| other.slope(x, y)),
        })
    }
}
/// Returns $f(x, y)\,d$ of every number. Not by a function pointer: each slope becomes a loop of its own.
fn times<T: Element>([x, y, d]: [&Array<T>; 3], run: Running<'_, T>, slope: impl Fn(T, T) -> T) -> Array<T> {
    run.make([x.nrows(), x.ncols()], |out| {
        Zip::from(out).and(x).and(y).and(d).for_each(|out, &x, &y, &d| *out = slope(x, y).times(d));
    })
}
