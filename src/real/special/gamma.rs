//! The gamma function's logarithm and its derivatives.
//!
//! All of it rests on two facts. Far to the right the Bernoulli numbers give the value in a few terms; the recurrence
//! $\psi(x) = \psi(x+1) - 1/x$ carries any positive argument there. To the left of zero a reflection carries it back.
//!
//! The polygamma functions are sums: $\psi^{(n)}(x) = (-1)^{n+1}\, n! \sum_{k \ge 0} (x+k)^{-n-1}$. For negative $x$ the
//! same sum splits by the sign of $x + k$ into three sums with positive arguments, so no derivative of the cotangent is
//! needed and $n$ may be as large as a `u32` goes.

use core::f64::consts::{E, PI, TAU};

#[allow(unused_imports)] // inherent methods take over wherever std is linked
use num_traits::Float;

/// Bernoulli numbers $B_2, B_4, \dots, B_{20}$.
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
];

/// Where the Bernoulli series of [`digamma`] and [`stirling`] are used from: its ninth term is below `f64::EPSILON / 60`.
pub(super) const FAR: f64 = 10.0;

/// Returns $\ln|\Gamma(x)|$; `+inf` at the poles 0, -1, -2, ...
pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Returns $\ln\Gamma(x) - (x - \tfrac12)\ln x + x - \tfrac12\ln 2\pi$ for `x >= FAR`: what Stirling's formula leaves out.
pub(super) fn stirling(x: f64) -> f64 {
    let inv = 1.0 / x;
    let mut sum = 0.0;
    for (k, b) in BERNOULLI[..8].iter().enumerate().rev() {
        let even = 2.0 * (k + 1) as f64;
        sum = sum * inv * inv + b / (even * (even - 1.0));
    }
    sum * inv
}

/// The positive root of digamma, in two parts.
const ROOT: (f64, f64) = (1.461_632_144_968_362_2, 9.549_995_429_965_697e-17);

/// How far from its root digamma is its Taylor series: the first term left out is below `f64::EPSILON / 80` of the value.
const NEAR_ROOT: f64 = 0.2;

/// $\psi^{(k)}(\text{root}) / k!$ for $k = 1, 2, \dots$
const ROOT_SERIES: [f64; 20] = [
    0.9676722454476212,
    -0.4427631689835921,
    0.258499760955651,
    -0.16394270544240652,
    0.10782405069126237,
    -0.07219956125645471,
    0.04880428816414311,
    -0.03316112647484736,
    0.022597648232218104,
    -0.01542476590494896,
    0.010538791616612175,
    -0.007204534386356869,
    0.004926781395729853,
    -0.003369801655439328,
    0.002305126326734928,
    -0.0015769367714301972,
    0.0010788252019162967,
    -0.0007380709389960052,
    0.000504953265834602,
    -0.0003454680251063077,
];

/// Returns $\psi(x) = \Gamma'(x)/\Gamma(x)$.
///
/// The relative error stays below 1e-14 for `x > 0`, the neighbourhood of the root 1.4616... included. For `x < 0` it is
/// the absolute error that stays near `f64::EPSILON` times the larger of 1 and $|\pi\cot\pi x|$.
///
/// # Kinks
/// Poles: `-inf` at `+0.0`, `+inf` at `-0.0`, NaN at the negative integers, where the two sides disagree.
///
/// # Source
/// NIST DLMF 5.11.2, 5.5.2 and 5.5.4.
pub(crate) fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return -1.0 / x;
    }
    if x < 0.0 {
        return digamma(1.0 - x) - pi_cot_pi(x);
    }
    let from_root = (x - ROOT.0) - ROOT.1;
    if from_root.abs() < NEAR_ROOT {
        return from_root * ROOT_SERIES.iter().rev().fold(0.0, |sum, c| sum * from_root + c);
    }
    let (mut y, mut k, mut climbed) = (x, 0.0, 0.0);
    while y < FAR {
        climbed += 1.0 / y;
        k += 1.0;
        y = x + k;
    }
    let inv = 1.0 / y;
    let mut tail = 0.0;
    for (k, b) in BERNOULLI[..8].iter().enumerate().rev() {
        tail = (tail + b / (2.0 * (k + 1) as f64)) * inv * inv;
    }
    y.ln() - 0.5 * inv - tail - climbed
}

/// Returns $\pi\cot\pi x$; NaN at the integers.
fn pi_cot_pi(x: f64) -> f64 {
    let r = x - x.round();
    if r == 0.0 {
        f64::NAN
    } else if r.abs() <= 0.25 {
        PI / (PI * r).tan()
    } else {
        (PI * (PI * (0.5 - r.abs())).tan()).copysign(r)
    }
}

/// Returns $\psi^{(n)}(x)$, the derivative of order `n` of [`digamma`].
///
/// # Kinks
/// Poles at 0, -1, -2, ... For odd `n` both sides agree and the value is `+inf`. For even `n` it is NaN at the negative
/// integers, `-inf` at `+0.0` and `+inf` at `-0.0`.
///
/// # Cost
/// At most about fifty exponentials, whatever `n` and `x` > 0, and none for `n` up to 7; for `x < 0` three times as many.
///
/// # Source
/// NIST DLMF 5.15.1 and 25.11.5 (the Hurwitz zeta function by Euler and Maclaurin's summation).
pub(crate) fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    let odd = n % 2 == 1;
    if x > 0.0 {
        return if odd { magnitude(n, x) } else { -magnitude(n, x) };
    }
    if x == 0.0 {
        return if odd { f64::INFINITY } else { -1.0 / x };
    }
    // The terms with x + k < 0 are those of `below` from its fraction up to -x; the others start at 1 - fraction.
    let below = -x;
    let fraction = below - below.floor();
    if fraction == 0.0 {
        return if odd { f64::INFINITY } else { f64::NAN };
    }
    let beyond = magnitude(n, 1.0 + below);
    let (left, right) = (magnitude(n, fraction), magnitude(n, 1.0 - fraction));
    if odd {
        if left == f64::INFINITY { left } else { left - beyond + right }
    } else if fraction == 0.5 {
        -beyond
    } else if left == f64::INFINITY && right == f64::INFINITY {
        f64::INFINITY.copysign(0.5 - fraction)
    } else if right == f64::INFINITY {
        -right
    } else {
        left - right - beyond
    }
}

/// Returns $n! \sum_{k \ge 0} (x+k)^{-n-1}$ for `n >= 1`, `x > 0`.
///
/// It is $\Gamma(n)\,x^{-n}$ times a sum of moderate size. The power enters as a square, each half on one side of the
/// product, so that only a result out of range leaves the range.
fn magnitude(n: u32, x: f64) -> f64 {
    if x == f64::INFINITY {
        return 0.0;
    }
    let n_minus_1_factorial_is_finite = n <= 171;
    let n = f64::from(n);
    let (front, half_power) = if n_minus_1_factorial_is_finite {
        (libm::tgamma(n), x.powf(-0.5 * n))
    } else {
        ((TAU / n).sqrt() * stirling(n).exp(), (n / (E * x)).powf(0.5 * n))
    };
    (front * half_power) * (half_power * n * (zeta_ratio(n + 1.0, x) / x))
}

/// Returns $\sum_{k \ge 0} (x/(x+k))^s$ for `s >= 2` and finite `x > 0`.
fn zeta_ratio(s: f64, x: f64) -> f64 {
    let (mut k, mut term, mut sum) = (0.0, 1.0, 0.0);
    while x + k < s + FAR {
        sum += term;
        k += 1.0;
        term = if s <= 8.0 { (x / (x + k)).powi(s as i32) } else { (-s * (k / x).ln_1p()).exp() };
        if term < f64::EPSILON / 256.0 {
            return sum;
        }
    }
    let y = x + k;
    let mut tail = y / (s - 1.0) + 0.5;
    let mut c = 0.5 * s / y;
    for (k, b) in BERNOULLI.iter().enumerate() {
        let j = 2.0 * (k + 1) as f64;
        tail += b * c;
        c *= ((s + j - 1.0) / (y * (j + 1.0))) * ((s + j) / (y * (j + 2.0)));
    }
    sum + term * tail
}
