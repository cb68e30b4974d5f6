//! Bessel functions of the first kind: of integer order, and the spherical ones.
//!
//! In the order `n` they obey a recurrence of three terms. Upwards it keeps its digits while `n < x` and loses them after;
//! downwards it is the other way round. Either way it takes `n` steps, so past [`LARGE`] the order becomes an ally
//! instead: the integral
//! $$ J_\nu(x) = \operatorname{Re} \frac{1}{\pi i} \int_{-\infty}^{\infty + \pi i} e^{x \sinh t - \nu t}\,dt $$
//! then lives in a small neighbourhood of its saddle point, and the trapezoidal rule on a smooth path through it needs the
//! same number of points for every order and argument, the turning point $x = \nu$ included.

use core::f64::consts::{FRAC_PI_2, PI};

use num_complex::Complex64;
#[allow(unused_imports)] // inherent methods take over wherever std is linked
use num_traits::Float;

/// The order past which the integral replaces the recurrence; the two cost about the same here.
const LARGE: u32 = 2000;

/// Returns $J_n(x)$ for any integer order, with $J_{-n}(x) = J_n(-x) = (-1)^n J_n(x)$.
///
/// # Cost
/// At most about `LARGE` steps of a recurrence, or the 97 points of an integral: tens of microseconds for any input.
///
/// # Source
/// `libm` up to the order `LARGE`; past it NIST DLMF 10.9.17 and 10.9.18.
pub(crate) fn bessel_j(n: i32, x: f64) -> f64 {
    let order = n.unsigned_abs();
    if order <= LARGE || x.is_nan() {
        return libm::jn(n, x);
    }
    let value = large_order(f64::from(order), x.abs());
    if order % 2 == 1 && (n < 0) != x.is_sign_negative() { -value } else { value }
}

/// Returns $j_n(x) = \sqrt{\pi/2x}\,J_{n+1/2}(x)$; $j_0(0) = 1$, $j_n(0) = 0$, and $j_n(-x) = (-1)^n j_n(x)$.
///
/// The relative error is below 1e-14 away from the zeros; near a zero the absolute error is that small against the
/// oscillation's own size. Past `LARGE` it grows with the phase, as `f64::EPSILON` times $\sqrt{|x^2 - n^2|}$.
///
/// # Cost
/// At most about `n` steps of a recurrence for orders up to `LARGE`; past it the 97 points of an integral.
///
/// # Source
/// NIST DLMF 10.51.1, 10.49.3 and 10.53.1.
pub(crate) fn spherical_bessel_j(n: u32, x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let (size, order) = (x.abs(), f64::from(n));
    let value = if size == 0.0 {
        if n == 0 { 1.0 } else { 0.0 }
    } else if size == f64::INFINITY {
        0.0
    } else if n > LARGE {
        FRAC_PI_2.sqrt() / size.sqrt() * large_order(order + 0.5, size)
    } else if n == 0 {
        size.sin() / size
    } else if size * size < 2.0 * order + 3.0 {
        power_series(order, size)
    } else if size > order {
        upwards(order, size)
    } else {
        downwards(order, size)
    };
    if n % 2 == 1 && x.is_sign_negative() { -value } else { value }
}

/// $j_n(x) = \frac{x^n}{(2n+1)!!} \left(1 - \frac{x^2/2}{2n+3} + \dots\right)$ for $x^2 < 2n+3$, where the terms halve.
fn power_series(n: f64, x: f64) -> f64 {
    let mut front = 1.0;
    let mut k = 1.0;
    while k <= n && front > 0.0 {
        front *= x / (2.0 * k + 1.0);
        k += 1.0;
    }
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term.abs() > f64::EPSILON / 16.0 {
        term *= -0.5 * x * x / (k * (2.0 * (n + k) + 1.0));
        sum += term;
        k += 1.0;
    }
    front * sum
}

/// $j_0$ and $j_1$ for `x` past 1.
fn first_two(x: f64) -> (f64, f64) {
    let (sin, cos) = x.sin_cos();
    let j0 = sin / x;
    (j0, (j0 - cos) / x)
}

/// The recurrence from $j_0$, $j_1$ up to $j_n$, for `1 <= n < x`.
fn upwards(n: f64, x: f64) -> f64 {
    let (mut below, mut here) = first_two(x);
    let mut k = 1.0;
    while k < n {
        (below, here) = (here, (2.0 * k + 1.0) / x * here - below);
        k += 1.0;
    }
    here
}

/// The recurrence from above $j_n$ down to $j_0$, then scaled to meet it, for `x <= n`.
fn downwards(n: f64, x: f64) -> f64 {
    // The ratio j_{k+1} / j_k, started at zero far enough up for the start not to matter.
    let mut k = n + 20.0 + (8.0 * n.cbrt()).floor();
    let mut ratio = 0.0;
    while k >= n {
        ratio = 1.0 / ((2.0 * k + 3.0) / x - ratio);
        k -= 1.0;
    }
    let (mut above, mut here, mut scale) = (ratio, 1.0, 1.0);
    let mut k = n;
    while k > 0.0 {
        (above, here) = (here, (2.0 * k + 1.0) / x * here - above);
        if here.abs() > 1e200 {
            (above, here, scale) = (above * 1e-200, here * 1e-200, scale * 1e-200);
        }
        k -= 1.0;
    }
    let (j0, j1) = first_two(x);
    if j0.abs() > j1.abs() { j0 / here * scale } else { j1 / above * scale }
}

/// Points of the trapezoidal rule on either side of the saddle point.
const POINTS: i32 = 48;

/// Returns $J_\nu(x)$ for large `nu` and `x >= 0`.
///
/// With $w = \sqrt{|\nu^2 - x^2|}$ the saddle is at $t = \operatorname{arcosh}(\nu/x)$ for $x < \nu$ and at
/// $t = i \arccos(\nu/x)$ for $x > \nu$, and at $t + z$ the exponent is its value at the saddle plus
/// $c\,(\cosh z - 1) + \nu (\sinh z - z)$ with $c = w$ or $iw$. The path is a branch of a hyperbola whose arms point where
/// $z^3$ decreases: to $e^{\pm i\pi/3}$ for $x < \nu$ (both halves of $J$), to $e^{i\pi/3}$ and $e^{i\pi}$ for $x > \nu$.
fn large_order(nu: f64, x: f64) -> f64 {
    if x == f64::INFINITY {
        return 0.0;
    }
    let sqrt_3_by_4 = 0.75_f64.sqrt();
    let w = (nu - x).abs().sqrt() * (nu + x).sqrt();
    let monotone = x < nu;
    let saddle = if monotone { (w / x).asinh() } else { w.atan2(nu) };
    let at_saddle = w - nu * saddle;
    let (c, front, along, bend) = if monotone {
        if at_saddle < -750.0 {
            return 0.0;
        }
        let front = Complex64::new(0.5 * at_saddle.exp(), 0.0);
        (Complex64::new(w, 0.0), front, Complex64::new(0.0, sqrt_3_by_4), Complex64::new(0.5, 0.0))
    } else {
        let front = Complex64::new(at_saddle.cos(), at_saddle.sin());
        (
            Complex64::new(0.0, w),
            front,
            Complex64::new(0.75, 0.5 * sqrt_3_by_4),
            Complex64::new(-0.25, 0.5 * sqrt_3_by_4),
        )
    };
    let radius = saddle.max(1.0 / nu.cbrt());
    let reach = (160.0 / w).sqrt().min((300.0 / nu).cbrt());
    let step = reach / f64::from(POINTS);
    let mut sum = Complex64::new(0.0, 0.0);
    for k in -POINTS..=POINTS {
        let s = step * f64::from(k);
        let root = s.hypot(radius);
        let z = along * s + bend * (s * s / (root + radius));
        let (cosh_minus_1, sinh_minus_z) = remainders(z);
        let exponent = c * cosh_minus_1 + sinh_minus_z * nu;
        let (sin, cos) = exponent.im.sin_cos();
        sum += Complex64::new(cos, sin) * exponent.re.exp() * (along + bend * (s / root));
    }
    (front * sum).im * step / PI
}

/// Returns $\cosh z - 1$ and $\sinh z - z$ for $|z| < 1$.
fn remainders(z: Complex64) -> (Complex64, Complex64) {
    let square = z * z;
    let (mut cosh, mut sinh) = (Complex64::new(1.0, 0.0), Complex64::new(1.0, 0.0));
    for k in (2..=8).rev() {
        let k = 2.0 * f64::from(k);
        cosh = square * cosh / (k * (k - 1.0)) + 1.0;
        sinh = square * sinh / (k * (k + 1.0)) + 1.0;
    }
    (square * cosh * 0.5, z * square * sinh / 6.0)
}
