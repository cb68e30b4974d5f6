//! The vector functions against sixty-digit truth, against the standard library, and at their edges.

use super::*;
use std::f64::consts::{FRAC_PI_2, LN_2};

/// A function under test: its name, both variants, the standard library's, and the error it may have in units in the last
/// place: a little more than the largest of 60 000 points (`docs/design/perf.md`).
struct Case {
    name: &'static str,
    units: f64,
    plain: fn(f64) -> f64,
    fused: fn(f64) -> f64,
    standard: fn(f64) -> f64,
}
macro_rules! cases {
    ($($name:ident $units:literal: $standard:expr),* $(,)?) => {
        [$(Case {
            name: stringify!($name),
            units: $units,
            plain: |x| $name(Scalar::<false>(x)).0,
            fused: |x| $name(Scalar::<true>(x)).0,
            standard: $standard,
        }),*]
    };
}

fn cases() -> [Case; 13] {
    cases! {
        exp 1.0: f64::exp,
        exp2 1.1: f64::exp2,
        exp_m1 1.3: f64::exp_m1,
        sinh 1.4: f64::sinh,
        cosh 1.5: f64::cosh,
        tanh 1.7: f64::tanh,
        sigmoid 1.4: |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) },
        softplus 1.6: |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
        ln 0.85: f64::ln,
        ln_1p 0.9: f64::ln_1p,
        sin 0.8: f64::sin,
        cos 0.8: f64::cos,
        atan 1.2: f64::atan,
    }
}

/// The unit in the last place of a finite number.
fn unit(y: f64) -> f64 {
    f64::from_bits(y.abs().to_bits() + 1) - y.abs()
}

#[test]
fn every_function_is_as_near_the_truth_as_it_says() {
    let (cases, mut rows) = (cases(), [0; 13]);
    for (at, line) in include_str!("../../../tests/truth/vector.csv").lines().enumerate().skip(1) {
        let [name, x, value, rest] = line.split(',').collect::<Vec<_>>()[..] else { panic!("line {}: {line}", at + 1) };
        let [x, value, rest] = [x, value, rest].map(|number| number.parse::<f64>().expect(line));
        let which = cases.iter().position(|case| case.name == name).expect(line);
        rows[which] += 1;
        for (variant, y) in [("plain", (cases[which].plain)(x)), ("fused", (cases[which].fused)(x))] {
            if value == 0.0 || value.is_infinite() {
                assert_eq!(y.to_bits(), value.to_bits(), "{name}({x:e}), {variant}: {y:e}, line {}", at + 1);
            } else {
                let off = ((y - value) / unit(value) - rest).abs();
                assert!(
                    off <= 2.0,
                    "{name}({x:e}), {variant}: {y:e} is {off:.2} units from {value:e}, line {}",
                    at + 1
                );
            }
        }
    }
    assert!(rows.iter().all(|&n| n >= 90), "rows of each function: {rows:?}");
}

/// Both results are the same special value, or they are within so many units in the last place.
fn agree(y: f64, standard: f64, units: f64) -> bool {
    let special = |y: f64| y == 0.0 || y.is_infinite();
    match (y.is_nan(), standard.is_nan()) {
        (false, false) if special(y) && special(standard) => y.to_bits() == standard.to_bits(),
        (false, false) => (y - standard).abs() <= units * unit(if y.is_finite() { y } else { standard }),
        (nan, standard_nan) => nan && standard_nan,
    }
}

/// Numbers that look random, the same in each run.
struct Random(u64);
impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ mixed >> 29
    }
    /// A double of any bits, or one between 2^-33 and 2^10 in size: most of the first kind are far outside.
    fn number(&mut self) -> f64 {
        let bits = self.bits();
        if bits & (1 << 20) == 0 {
            return f64::from_bits(self.bits());
        }
        f64::from_bits(bits & (1 << 63 | ((1 << 52) - 1)) | (990 + self.bits() % 44) << 52)
    }
}

#[test]
fn every_function_agrees_with_the_standard_library_over_the_whole_range() {
    for case in cases() {
        let (mut random, mut seen) = (Random(7), 0);
        for _ in 0..200_000 {
            let x = random.number();
            if ["sin", "cos"].contains(&case.name) && x.abs() > CIRCULAR_LIMIT {
                continue;
            }
            seen += 1;
            let standard = (case.standard)(x);
            for y in [(case.plain)(x), (case.fused)(x)] {
                assert!(agree(y, standard, 3.0), "{}({x:e}): {y:e}, std {standard:e}", case.name);
            }
        }
        assert!(seen > 100_000, "{}: {seen} arguments", case.name);
    }
}

#[test]
fn every_function_keeps_the_edges() {
    const INF: f64 = f64::INFINITY;
    // at -inf, -0, +0, +inf
    let edges: [(&str, [f64; 4]); 13] = [
        ("exp", [0.0, 1.0, 1.0, INF]),
        ("exp2", [0.0, 1.0, 1.0, INF]),
        ("exp_m1", [-1.0, -0.0, 0.0, INF]),
        ("sinh", [-INF, -0.0, 0.0, INF]),
        ("cosh", [INF, 1.0, 1.0, INF]),
        ("tanh", [-1.0, -0.0, 0.0, 1.0]),
        ("sigmoid", [0.0, 0.5, 0.5, 1.0]),
        ("softplus", [0.0, LN_2, LN_2, INF]),
        ("ln", [f64::NAN, -INF, -INF, INF]),
        ("ln_1p", [f64::NAN, -0.0, 0.0, INF]),
        ("sin", [f64::NAN, -0.0, 0.0, f64::NAN]),
        ("cos", [f64::NAN, 1.0, 1.0, f64::NAN]),
        ("atan", [-FRAC_PI_2, -0.0, 0.0, FRAC_PI_2]),
    ];
    for (case, (name, expected)) in cases().iter().zip(edges) {
        assert_eq!(case.name, name);
        for f in [case.plain, case.fused] {
            assert!(f(f64::NAN).is_nan(), "{name}(NaN)");
            for (x, y) in [-INF, -0.0, 0.0, INF].into_iter().zip(expected) {
                assert!(f(x).to_bits() == y.to_bits() || (f(x).is_nan() && y.is_nan()), "{name}({x}): {}", f(x));
            }
        }
    }
}

#[test]
fn functions_that_vanish_with_their_argument_keep_subnormals() {
    for case in cases().iter().filter(|case| ["exp_m1", "sinh", "tanh", "ln_1p", "sin", "atan"].contains(&case.name)) {
        for x in [5e-324, -5e-324, 1e-310, -1e-310, f64::MIN_POSITIVE] {
            assert_eq!([(case.plain)(x), (case.fused)(x)], [x, x], "{}", case.name);
        }
    }
    assert_eq!(exp(Scalar::<false>(-745.0)).0, 5e-324);
    assert_eq!(exp(Scalar::<false>(-745.14)).0.to_bits(), 0);
    assert_eq!(exp2(Scalar::<false>(-1074.0)).0, 5e-324);
    assert_eq!(exp2(Scalar::<false>(1024.0)).0, f64::INFINITY);
    assert!(ln(Scalar::<false>(-5e-324)).0.is_nan() && ln_1p(Scalar::<false>(-1.0 - f64::EPSILON)).0.is_nan());
    assert_eq!(ln_1p(Scalar::<false>(-1.0)).0, f64::NEG_INFINITY);
}

#[test]
fn sine_and_cosine_together_are_each_alone() {
    let mut random = Random(11);
    for x in std::iter::repeat_with(|| random.number()).filter(|x| x.abs() <= CIRCULAR_LIMIT).take(10_000) {
        let (x, bits) = (Scalar::<false>(x), |y: Scalar<false>| y.0.to_bits());
        let (sine, cosine) = sin_cos(x);
        assert_eq!([bits(sine), bits(cosine)], [bits(sin(x)), bits(cos(x))], "{}", x.0);
    }
}

/// The sine of each lane; says whether multiply-adds were fused.
struct Sine([f64; 8]);
impl Kernel for Sine {
    type Output = ([f64; 8], bool);
    #[inline(always)]
    fn run<const FUSED: bool>(self) -> Self::Output {
        (each_within::<FUSED, 8>(CIRCULAR_LIMIT, &self.0, |x| sin(x), f64::sin), FUSED)
    }
}

#[test]
fn a_lane_beyond_the_limit_is_the_standard_librarys_and_disturbs_no_other() {
    let near = [0.5, -1.0, 2.0, CIRCULAR_LIMIT, 3.0, f64::NAN, 4.0, -0.0];
    let mut far = near;
    (far[1], far[4], far[6]) = (1e6 * 7.0, -1e300, f64::INFINITY);
    for run in [dispatch, baseline] {
        let ((y, fused), (z, _)) = (run(Sine(near)), run(Sine(far)));
        for k in 0..8 {
            let alone = if fused { sin(Scalar::<true>(far[k])).0 } else { sin(Scalar::<false>(far[k])).0 };
            let expected = if far[k].abs() > CIRCULAR_LIMIT { far[k].sin() } else { alone };
            assert!(z[k].to_bits() == expected.to_bits() || (z[k].is_nan() && expected.is_nan()), "lane {k}: {}", z[k]);
            assert!(far[k] == near[k] || k == 5 || y[k] != z[k], "lane {k}");
        }
        assert_eq!([y[0], y[2], y[3], y[7]], [z[0], z[2], z[3], z[7]]);
    }
}

#[test]
fn a_single_lane_beyond_the_limit_is_found() {
    for k in 0..16 {
        let mut x = [3.0; 16];
        x[k] = -f64::from_bits(3.0_f64.to_bits() + 1);
        let y = each_within::<false, 16>(3.0, &x, |x| x * 2.0, |_| 7.0);
        let mut expected = [6.0; 16];
        expected[k] = 7.0;
        assert_eq!(y, expected);
    }
}

#[test]
fn bits_are_moved_as_the_trait_says() {
    let x = Scalar::<false>(-1.5);
    let bits = |y: Scalar<false>| y.0.to_bits();
    let before = (-1.5_f64).to_bits();
    assert_eq!(bits(x.bits_right(52)), 0xbff);
    assert_eq!(bits(x.bits_left(1)), before << 1);
    assert_eq!(bits(x.bits_plus(u64::MAX)), before - 1);
    assert_eq!([bits(x.bits_and(0xff << 51)), bits(x.bits_or(5))], [before & 0xff << 51, before | 5]);
    assert_eq!(bits(x.bits_xor(x.lit(2.0))), before ^ 2.0_f64.to_bits());
    assert!(!x.less(x) && x.less(x.lit(0.0)) && !x.less(x.lit(f64::NAN)) && !x.lit(f64::NAN).less(x));
    // 1 + 2^-52 times 1 - 2^-52 is 1 - 2^-104: only a fused product still knows
    let (above, below) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON);
    assert_eq!(x.lit(above).mul_add(x.lit(below), x.lit(-1.0)).0, 0.0);
    let fused = Scalar::<true>(above).mul_add(Scalar(below), Scalar(-1.0)).0;
    assert_eq!(fused, -f64::EPSILON * f64::EPSILON);
}

#[test]
fn the_kernel_that_runs_is_the_one_this_machine_can_run() {
    let (_, fused) = dispatch(Sine([0.0; 8]));
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    assert_eq!(fused, std::is_x86_feature_detected!("fma") && std::is_x86_feature_detected!("avx2"));
    let (_, plain) = baseline(Sine([0.0; 8]));
    assert_eq!(plain, cfg!(all(feature = "std", any(target_feature = "fma", target_arch = "aarch64"))));
    assert!(fused || !plain);
}
