//! The special functions that every numerical user expects. Each family is closed under differentiation, so no
//! derivative divides by a number that may be zero.

use super::{c, inside, unary};
use core::f64::consts::{FRAC_2_SQRT_PI, PI};

const INF: f64 = f64::INFINITY;
/// $\sqrt{2\pi}$
const SQRT_TAU: f64 = 2.506_628_274_631_000_5;

unary! {
    /// $\mathrm{erf}\,x$, with slope $\frac{2}{\sqrt\pi} e^{-x^2}$.
    Erf = erf => |x, y| (-(x * x)).exp() * F::of(FRAC_2_SQRT_PI);
    /// $\mathrm{erfc}\,x = 1 - \mathrm{erf}\,x$.
    Erfc = erfc => |x, y| (-(x * x)).exp() * F::of(-FRAC_2_SQRT_PI);
    /// $\ln|\Gamma(x)|$, with slope $\psi(x)$.
    LnGamma = ln_gamma => |x, y| x.digamma();
    /// $\psi(x)$, with slope $\psi'(x)$.
    Digamma = digamma => |x, y| x.polygamma(1);
    /// $\psi^{(n)}(x)$, with slope $\psi^{(n+1)}(x)$.
    Polygamma(n: u32) = polygamma => |x, y| x.polygamma(n.saturating_add(1));
    /// $\sigma(x) = 1/(1+e^{-x})$, with slope $\sigma(x)\,\sigma(-x)$ to full accuracy in both tails.
    Sigmoid = sigmoid => |x, y| y * (-x).sigmoid();
    /// $\ln\frac{x}{1-x}$; slope $\infty$ at 0 and 1.
    Logit = logit on [0.0, 1.0] => |x, y| {
        let p = x * (-x + c::<F, T>(1.0));
        inside(p.ge01(c(0.0)), (p + c::<F, T>(0.0)).recip())
    };
    /// $\ln(1+e^x)$, with slope $\sigma(x)$.
    Softplus = softplus => |x, y| x.sigmoid();
    /// $\Phi(x)$, with slope $e^{-x^2/2}/\sqrt{2\pi}$.
    NormCdf = norm_cdf => |x, y| (-(x * x) * F::of(0.5)).exp() * F::of(1.0 / SQRT_TAU);
    /// $\Phi^{-1}(x)$, with slope $1/\varphi(y)$; $\infty$ at 0 and 1.
    NormPpf = norm_ppf on [0.0, 1.0] => |x, y| (y * y * F::of(0.5)).exp() * F::of(SQRT_TAU);
    /// The spherical Bessel function: $j_n' = \frac{n\,j_{n-1} - (n+1)\,j_{n+1}}{2n+1}$, and $j_0 = \sin(x)/x$.
    SphericalBesselJ(n: u32) = spherical_bessel_j => |x, y| {
        let (k, up) = (f64::from(n), x.spherical_bessel_j(n.saturating_add(1)));
        match n.checked_sub(1) {
            None => -up,
            Some(m) => (x.spherical_bessel_j(m) * F::of(k) - up * F::of(k + 1.0)) / F::of(2.0 * k + 1.0),
        }
    };
    /// The Bessel function of the first kind: $J_n' = \frac12(J_{n-1} - J_{n+1})$, and $J_0' = -J_1$.
    BesselJ(n: i32) = bessel_j => |x, y| match n {
        0 => -x.bessel_j(1),
        _ => (x.bessel_j(n.saturating_sub(1)) - x.bessel_j(n.saturating_add(1))) * F::of(0.5),
    };
    /// $x \ln x$, with slope $1 + \ln x$; $-\infty$ at 0.
    Xlogx = xlogx on [0.0, INF] => |x, y| x.ln() + c::<F, T>(1.0);
    /// $180 x/\pi$
    ToDegrees = to_degrees => |x, y| c::<F, T>(180.0 / PI);
    /// $\pi x/180$
    ToRadians = to_radians => |x, y| c::<F, T>(PI / 180.0);
}
