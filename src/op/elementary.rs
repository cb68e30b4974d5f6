//! The operations that `num_traits::Float` knows: arithmetic of one argument, powers, exponentials, circles.

use super::{c, inside, unary};
use core::f64::consts::{LN_2, LN_10};

const INF: f64 = f64::INFINITY;

unary! {
    /// $-x$
    Neg = neg => |x, y| -c::<F, T>(1.0);
    /// $|x|$. Kink at 0: derivative 0 (rule D).
    Abs = abs kinks [0.0] => |x, y| T::select(x.eq01(c(0.0)), c(0.0), x.signum());
    /// The sign, 1 at +0 and −1 at −0. Derivative 0 everywhere.
    Signum = signum kinks [0.0], flat => |x, y| c(0.0);
    /// The largest integer not above $x$. Derivative 0 everywhere.
    Floor = floor, flat => |x, y| c(0.0);
    /// The smallest integer not below $x$. Derivative 0 everywhere.
    Ceil = ceil, flat => |x, y| c(0.0);
    /// The nearest integer, halves away from zero. Derivative 0 everywhere.
    Round = round, flat => |x, y| c(0.0);
    /// The integer part. Derivative 0 everywhere.
    Trunc = trunc, flat => |x, y| c(0.0);
    /// $x - \mathrm{trunc}(x)$. Derivative 1 everywhere.
    Fract = fract => |x, y| c(1.0);
    /// $1/x$; $-\infty$ slope at ±0.
    Recip = recip => |x, y| -(y * y);
    /// $\sqrt x$; slope $+\infty$ at ±0.
    Sqrt = sqrt on [0.0, INF] => |x, y| c::<F, T>(0.5) / (y + c::<F, T>(0.0));
    /// $x^{1/3}$; slope $+\infty$ at ±0.
    Cbrt = cbrt kinks [0.0] => |x, y| (y * y * F::of(3.0)).recip();
    /// $x^n$; derivative 0 for $n = 0$ and 1 for $n = 1$, at 0 too.
    Powi(n: i32) = powi => |x, y| match n.checked_sub(1) {
        Some(_) if n == 0 => c(0.0),
        Some(_) if n == 1 => c(1.0),
        Some(m) => x.powi(m) * F::of(f64::from(n)),
        None => y / x * F::of(f64::from(n)),
    };
    /// $e^x$
    Exp = exp => |x, y| y;
    /// $2^x$
    Exp2 = exp2 => |x, y| y * F::of(LN_2);
    /// $e^x - 1$
    ExpM1 = exp_m1 => |x, y| x.exp();
    /// $\ln x$; slope $+\infty$ at ±0.
    Ln = ln on [0.0, INF] => |x, y| inside(x.ge01(c(0.0)), (x + c::<F, T>(0.0)).recip());
    /// $\log_2 x$
    Log2 = log2 on [0.0, INF] => |x, y| inside(x.ge01(c(0.0)), ((x + c::<F, T>(0.0)) * F::of(LN_2)).recip());
    /// $\log_{10} x$
    Log10 = log10 on [0.0, INF] => |x, y| inside(x.ge01(c(0.0)), ((x + c::<F, T>(0.0)) * F::of(LN_10)).recip());
    /// $\ln(1 + x)$; slope $+\infty$ at −1.
    Ln1p = ln_1p on [-1.0, INF] => |x, y| inside(x.ge01(c(-1.0)), (x + c::<F, T>(1.0)).recip());
    /// $\sin x$
    Sin = sin => |x, y| x.cos();
    /// $\cos x$
    Cos = cos => |x, y| -x.sin();
    /// $\tan x$
    Tan = tan => |x, y| y * y + c::<F, T>(1.0);
    /// $\arcsin x$; slope $+\infty$ at ±1.
    Asin = asin on [-1.0, 1.0] => |x, y| ((-x + c::<F, T>(1.0)) * (x + c::<F, T>(1.0))).sqrt().recip();
    /// $\arccos x$; slope $-\infty$ at ±1.
    Acos = acos on [-1.0, 1.0] => |x, y| -((-x + c::<F, T>(1.0)) * (x + c::<F, T>(1.0))).sqrt().recip();
    /// $\arctan x$
    Atan = atan => |x, y| (x * x + c::<F, T>(1.0)).recip();
    /// $\sinh x$
    Sinh = sinh => |x, y| x.cosh();
    /// $\cosh x$
    Cosh = cosh => |x, y| x.sinh();
    /// $\tanh x$. The partial is $1 - y^2$: its absolute error is below one unit in the last place of 1, so beyond
    /// $|x| \approx 19$, where $y$ rounds to ±1, it is 0.
    Tanh = tanh => |x, y| -(y * y) + c::<F, T>(1.0);
    /// $\mathrm{arsinh}\,x$
    Asinh = asinh => |x, y| x.hypot(c(1.0)).recip();
    /// $\mathrm{arcosh}\,x$; slope $+\infty$ at 1.
    Acosh = acosh on [1.0, INF] => |x, y| (x - c::<F, T>(1.0)).sqrt().recip() * (x + c::<F, T>(1.0)).sqrt().recip();
    /// $\mathrm{artanh}\,x$; slope $+\infty$ at ±1.
    Atanh = atanh on [-1.0, 1.0] => |x, y| {
        let p = (-x + c::<F, T>(1.0)) * (x + c::<F, T>(1.0));
        inside(p.ge01(c(0.0)), p.recip())
    };
}
