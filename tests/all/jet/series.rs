//! Closed forms: series whose coefficients are rational numbers (times a constant), or follow a formula.

use super::*;
use std::f64::consts::{FRAC_2_SQRT_PI, FRAC_PI_2, FRAC_PI_4, LN_2, LN_10, PI};

type J = Jet<f64, 8>;

fn factorial(k: usize) -> f64 {
    (1..=k).map(|k| k as f64).product()
}
/// $\binom a k$
fn choose(a: f64, k: usize) -> f64 {
    (0..k).map(|j| (a - j as f64) / (j + 1) as f64).product()
}
fn each(f: impl FnMut(usize) -> f64) -> [f64; 8] {
    core::array::from_fn(f)
}
/// $x^a$ around `x`.
fn power(x: f64, a: f64) -> [f64; 8] {
    each(|k| choose(a, k) * x.powf(a - k as f64))
}
/// $v + s \ln(x + t)$ without its constant, which is `v`.
fn logarithm(v: f64, s: f64, x: f64) -> [f64; 8] {
    each(|k| if k == 0 { v } else { -s * (-1f64 / x).powi(k as i32) / k as f64 })
}
/// The odd or even function with the coefficients `c` in every other place, times `scale`.
fn every_other(first: usize, scale: f64, c: [f64; 4]) -> [f64; 8] {
    each(|k| if k % 2 == first % 2 { scale * c[k / 2] } else { 0.0 })
}

/// The odd function at `-x`, from its series at `x`.
fn odd(c: [f64; 8]) -> [f64; 8] {
    each(|k| if k % 2 == 0 { -c[k] } else { c[k] })
}

#[test]
fn closed_forms() {
    let t = J::variable;
    let cases: Vec<(&str, J, [f64; 8])> = vec![
        ("exp 0", t(0.0).exp(), each(|k| 1.0 / factorial(k))),
        ("exp 1", t(1.0).exp(), each(|k| 1f64.exp() / factorial(k))),
        ("exp -40", t(-40.0).exp(), each(|k| (-40f64).exp() / factorial(k))),
        ("exp2 3", t(3.0).exp2(), each(|k| 8.0 * LN_2.powi(k as i32) / factorial(k))),
        ("exp_m1 0", t(0.0).exp_m1(), each(|k| if k == 0 { 0.0 } else { 1.0 / factorial(k) })),
        ("exp_m1 1", t(1.0).exp_m1(), each(|k| 1f64.exp() / factorial(k) - if k == 0 { 1.0 } else { 0.0 })),
        ("1/(1-t)", 1.0 / (1.0 - t(0.0)), [1.0; 8]),
        ("t/(1-t)²", t(0.0) / (1.0 - t(0.0)) / (1.0 - t(0.0)), each(|k| k as f64)),
        ("recip -2", t(-2.0).recip(), each(|k| -(0.5f64.powi(k as i32 + 1)))),
        ("recip 2^-100", t(2f64.powi(-100)).recip(), each(|k| 2f64.powi(100 * (k as i32 + 1)) * [1.0, -1.0][k % 2])),
        ("ln 1", t(1.0).ln(), logarithm(0.0, 1.0, 1.0)),
        ("ln 3", t(3.0).ln(), logarithm(3f64.ln(), 1.0, 3.0)),
        ("log2 8", t(8.0).log2(), logarithm(3.0, 1.0 / LN_2, 8.0)),
        ("log10 100", t(100.0).log10(), logarithm(2.0, 1.0 / LN_10, 100.0)),
        ("ln_1p 0", t(0.0).ln_1p(), logarithm(0.0, 1.0, 1.0)),
        ("ln_1p -1/2", t(-0.5).ln_1p(), logarithm(-LN_2, 1.0, 0.5)),
        ("sqrt 1", t(1.0).sqrt(), power(1.0, 0.5)),
        ("sqrt 1e-20", t(1e-20).sqrt(), power(1e-20, 0.5)),
        ("cbrt 8", t(8.0).cbrt(), power(8.0, 1.0 / 3.0)),
        ("cbrt -8", t(-8.0).cbrt(), odd(power(8.0, 1.0 / 3.0))),
        ("powi -3", t(2.0).powi(-3), power(2.0, -3.0)),
        ("powi 3", t(-2.0).powi(3), [-8.0, 12.0, -6.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        ("powi 3 at 0", t(0.0).powi(3), [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        ("powi 40", t(1.5).powi(40), power(1.5, 40.0)),
        ("powf 5/2", t(4.0).powf(2.5), power(4.0, 2.5)),
        ("powf -3/2", t(0.25).powf(-1.5), power(0.25, -1.5)),
        ("powf 3", t(2.0).powf(3.0), [8.0, 12.0, 6.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        ("powf 3 at 0", t(0.0).powf(3.0), [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        ("powf 3 at -2", t(-2.0).powf(3.0), [-8.0, 12.0, -6.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        ("powf -3 at -2", t(-2.0).powf(-3.0), odd(power(2.0, -3.0))),
        ("powf 0 at 0", t(0.0).powf(0.0), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        ("powf 1e3", t(1.0).powf(1000.5), power(1.0, 1000.5)),
        ("2^t", J::constant(2.0).powf(t(3.0)), each(|k| 8.0 * LN_2.powi(k as i32) / factorial(k))),
        // (1+t)^(1+t) = 1 + t + t² + t³/2 + t⁴/3 + t⁵/12 + 3t⁶/40 − t⁷/120 + …
        ("t^t at 1", t(1.0).powf(t(1.0)), [1.0, 1.0, 1.0, 1.0 / 2.0, 1.0 / 3.0, 1.0 / 12.0, 3.0 / 40.0, -1.0 / 120.0]),
        ("sin 0", t(0.0).sin(), every_other(1, 1.0, [1.0, -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0])),
        ("cos 0", t(0.0).cos(), every_other(0, 1.0, [1.0, -0.5, 1.0 / 24.0, -1.0 / 720.0])),
        ("sin 1", t(1.0).sin(), each(|k| (1.0 + k as f64 * FRAC_PI_2).sin() / factorial(k))),
        ("cos 1", t(1.0).cos(), each(|k| (1.0 + k as f64 * FRAC_PI_2).cos() / factorial(k))),
        ("sinh 0", t(0.0).sinh(), every_other(1, 1.0, [1.0, 1.0 / 6.0, 1.0 / 120.0, 1.0 / 5040.0])),
        ("cosh 0", t(0.0).cosh(), every_other(0, 1.0, [1.0, 0.5, 1.0 / 24.0, 1.0 / 720.0])),
        ("sinh 2", t(2.0).sinh(), each(|k| [2f64.sinh(), 2f64.cosh()][k % 2] / factorial(k))),
        ("cosh 2", t(2.0).cosh(), each(|k| [2f64.cosh(), 2f64.sinh()][k % 2] / factorial(k))),
        ("tan 0", t(0.0).tan(), every_other(1, 1.0, [1.0, 1.0 / 3.0, 2.0 / 15.0, 17.0 / 315.0])),
        (
            "tan π/4",
            t(FRAC_PI_4).tan(),
            [1.0, 2.0, 2.0, 8.0 / 3.0, 10.0 / 3.0, 64.0 / 15.0, 244.0 / 45.0, 2176.0 / 315.0],
        ),
        ("tanh 0", t(0.0).tanh(), every_other(1, 1.0, [1.0, -1.0 / 3.0, 2.0 / 15.0, -17.0 / 315.0])),
        ("asin 0", t(0.0).asin(), every_other(1, 1.0, [1.0, 1.0 / 6.0, 3.0 / 40.0, 5.0 / 112.0])),
        ("acos 0", t(0.0).acos() - FRAC_PI_2, every_other(1, -1.0, [1.0, 1.0 / 6.0, 3.0 / 40.0, 5.0 / 112.0])),
        ("atan 0", t(0.0).atan(), every_other(1, 1.0, [1.0, -1.0 / 3.0, 1.0 / 5.0, -1.0 / 7.0])),
        // arctan(1+t) = π/4 + t/2 − t²/4 + t³/12 − t⁵/40 + t⁶/48 − t⁷/112 + …
        ("atan 1", t(1.0).atan(), [FRAC_PI_4, 0.5, -0.25, 1.0 / 12.0, 0.0, -1.0 / 40.0, 1.0 / 48.0, -1.0 / 112.0]),
        (
            "atan2(1+t, 1)",
            t(1.0).atan2(1.0),
            [FRAC_PI_4, 0.5, -0.25, 1.0 / 12.0, 0.0, -1.0 / 40.0, 1.0 / 48.0, -1.0 / 112.0],
        ),
        ("asinh 0", t(0.0).asinh(), every_other(1, 1.0, [1.0, -1.0 / 6.0, 3.0 / 40.0, -5.0 / 112.0])),
        ("atanh 0", t(0.0).atanh(), every_other(1, 1.0, [1.0, 1.0 / 3.0, 1.0 / 5.0, 1.0 / 7.0])),
        ("hypot(t, 1)", t(0.0).hypot(1.0), every_other(0, 1.0, [1.0, 0.5, -1.0 / 8.0, 1.0 / 16.0])),
        ("hypot(3s, 4s)", (t(1.0) * 3.0).hypot(t(1.0) * 4.0), [5.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        ("hypot(-t, 0)", t(2.0).hypot(0.0), [2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        (
            "sigmoid 0",
            t(0.0).sigmoid() - 0.5,
            every_other(1, 1.0, [1.0 / 4.0, -1.0 / 48.0, 1.0 / 480.0, -17.0 / 80640.0]),
        ),
        // 2 ln(1+eᵗ) = 2 ln 2 + t + t²/4 − t⁴/96 + t⁶/1440
        (
            "softplus 0",
            t(0.0).softplus() * 2.0 - t(0.0),
            every_other(0, 1.0, [2.0 * LN_2, 0.25, -1.0 / 96.0, 1.0 / 1440.0]),
        ),
        ("logit 1/2", t(0.5).logit(), every_other(1, 1.0, [4.0, 16.0 / 3.0, 64.0 / 5.0, 256.0 / 7.0])),
        ("erf 0", t(0.0).erf(), every_other(1, FRAC_2_SQRT_PI, [1.0, -1.0 / 3.0, 1.0 / 10.0, -1.0 / 42.0])),
        ("erfc 0", t(0.0).erfc() - 1.0, every_other(1, -FRAC_2_SQRT_PI, [1.0, -1.0 / 3.0, 1.0 / 10.0, -1.0 / 42.0])),
        (
            "norm_cdf 0",
            t(0.0).norm_cdf() - 0.5,
            every_other(1, 1.0 / (2.0 * PI).sqrt(), [1.0, -1.0 / 6.0, 1.0 / 40.0, -1.0 / 336.0]),
        ),
        ("J0", t(0.0).bessel_j(0), every_other(0, 1.0, [1.0, -1.0 / 4.0, 1.0 / 64.0, -1.0 / 2304.0])),
        ("J1", t(0.0).bessel_j(1), every_other(1, 1.0, [1.0 / 2.0, -1.0 / 16.0, 1.0 / 384.0, -1.0 / 18432.0])),
        ("J-1", t(0.0).bessel_j(-1), every_other(1, -1.0, [1.0 / 2.0, -1.0 / 16.0, 1.0 / 384.0, -1.0 / 18432.0])),
        ("J5", t(0.0).bessel_j(5), every_other(1, 1.0, [0.0, 0.0, 1.0 / 3840.0, -1.0 / 92160.0])),
    ];
    for (name, found, expected) in cases {
        // seven steps of a few roundings each; the argument π/4 is itself rounded, and powers of 1000 lose 10 bits
        let units = if name == "powf 1e3" { 1e3 } else { 12.0 };
        // the fourth coefficient of atan2 is a difference of numbers near 1/4
        let scale = if name.starts_with("atan2") { 0.25 } else { 0.0 };
        close(name, &found.coefficients(), &expected, units, scale);
    }
}

#[test]
fn closed_forms_of_special_functions() {
    let t = J::variable;
    let gamma = 0.577_215_664_901_532_9;
    let zeta = [
        f64::NAN,
        f64::NAN,
        1.644_934_066_848_226_4,
        1.202_056_903_159_594_3,
        1.082_323_233_711_138_2,
        1.036_927_755_143_37,
        1.017_343_061_984_449,
        1.008_349_277_381_922_8,
        1.004_077_356_197_944_3,
        1.002_008_392_826_082_2,
    ];
    let sign = |k: usize| [1.0, -1.0][k % 2];
    let cases = [
        ("xlogx", t(1.0).xlogx(), each(|k| if k < 2 { k as f64 } else { sign(k) / (k * (k - 1)) as f64 })),
        // −γ + ζ(2) t − ζ(3) t² + …
        ("digamma", t(1.0).digamma(), each(|k| if k == 0 { -gamma } else { -sign(k) * zeta[k + 1] })),
        ("polygamma 1", t(1.0).polygamma(1), each(|k| sign(k) * (k + 1) as f64 * zeta[k + 2])),
        (
            "ln_gamma",
            t(1.0).ln_gamma(),
            each(|k| [0.0, -gamma].get(k).copied().unwrap_or(sign(k) * zeta[k] / k as f64)),
        ),
        (
            "norm_ppf",
            t(0.5).norm_ppf(),
            each(|k| {
                if k % 2 == 0 {
                    0.0
                } else {
                    [1.0, 1.0 / 6.0, 7.0 / 120.0, 127.0 / 5040.0][k / 2] * (2.0 * PI).sqrt().powi(k as i32)
                }
            }),
        ),
        ("j0", t(0.0).sinc(), every_other(0, 1.0, [1.0, -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0])),
        (
            "j1",
            t(0.0).spherical_bessel_j(1),
            every_other(1, 1.0, [1.0 / 3.0, -1.0 / 30.0, 1.0 / 840.0, -1.0 / 45360.0]),
        ),
        ("j2", t(0.0).spherical_bessel_j(2), every_other(0, 1.0, [0.0, 1.0 / 15.0, -1.0 / 210.0, 1.0 / 7560.0])),
        // B(1 + t, 1) = 1/(1 + t)
        ("beta", t(1.0).beta(1.0), each(sign)),
        ("ln_beta", t(1.0).ln_beta(1.0), logarithm(0.0, -1.0, 1.0)),
        ("xlogy", t(1.0).xlogy(t(1.0)), each(|k| if k < 2 { k as f64 } else { sign(k) / (k * (k - 1)) as f64 })),
    ];
    for (name, found, expected) in cases {
        // digamma differences cancel in beta: its own digits are those of ψ(2) − ψ(1), five orders deep
        let units = if name.contains("beta") { 64.0 } else { 12.0 };
        close(name, &found.coefficients(), &expected, units, 0.0);
    }
}

/// The recurrence of a power divides by $x_0$; near 0 a whole exponent must not lose its digits that way.
#[test]
fn powers_near_zero_keep_their_digits() {
    let curve = J::new([1e-9, 1.0, 2.0, -1.0, 0.5, 0.0, 0.0, 0.0]);
    for n in 2..8 {
        let product = (1..n).fold(curve, |y, _| y * curve);
        close("powf", &curve.powf(f64::from(n)).coefficients(), &product.coefficients(), 16.0, 0.0);
        close("powi", &curve.powi(n).coefficients(), &product.coefficients(), 16.0, 0.0);
    }
    let tiny = Jet::new([1e-200, 1.0, 0.0, 0.0]);
    assert_eq!(tiny.powf(3.0).coefficients()[2..], [3e-200, 1.0], "the value underflows, the rest does not");
}

#[test]
fn high_order() {
    let y = Jet::<f64, 13>::variable(0.3).sin().exp();
    // mpmath 1.3, 120 digits: taylor(exp ∘ sin, 0.3, 12)
    let truth = [
        1.343_825_243_731_653_4,
        1.283_805_290_344_959_5,
        0.414_669_262_527_364_86,
        -0.208_381_457_492_315_43,
        -0.217_165_664_149_977_5,
        -0.045_447_213_850_752_88,
        0.031_418_979_765_035_236,
        0.021_211_066_591_855_416,
        0.001_381_340_393_806_211,
        -0.003_418_808_377_659_535_3,
        -0.001_320_280_904_532_155_4,
        0.000_161_894_451_087_754_73,
        0.000_254_569_758_695_343_05,
    ];
    close("exp sin", &y.coefficients(), &truth, 40.0, 0.0);
    close("12th derivative", &y.derivatives()[12..], &[121_939.321_726_683_22], 40.0, 0.0);
}

#[test]
fn drivers() -> Result<()> {
    // f = x² y along (1, 1) from (2, 3): (2+t)² (3+t) = 12 + 16 t + 7 t² + t³
    let c: [f64; 4] = taylor(|x| x[0] * x[0] * x[1], &[2.0, 3.0], &[1.0, 1.0])?;
    assert_eq!(c, [12.0, 16.0, 7.0, 1.0]);
    let (a, b) = taylor::<3, _, _, _>(|x| (x[0] + x[1], [x[0] * x[1]]), &[2.0, 3.0], &[1.0, 1.0])?;
    assert_eq!((a, b), ([5.0, 2.0, 0.0], [[6.0, 5.0, 1.0]]));
    let short = taylor::<3, _, _, _>(|x| x[0], &[2.0, 3.0], &[1.0]).unwrap_err();
    assert_eq!(short.to_string(), "taylor: expected length 2, found 1");
    let single = taylor::<3, _, _, _>(|x| 1.0 / x[0], &[1f32], &[-1.0])?;
    assert_eq!(single, [1f32; 3]);
    Ok(())
}
