//! The vector functions against sixty-digit truth, against the standard library, and at their edges.

use super::*;
use std::f64::consts::{FRAC_PI_2, LN_2};

/// A function under test: its name, both variants, the standard library's, and what its argument is limited to.
struct Case {
    name: &'static str,
    plain: fn(f64) -> f64,
    fused: fn(f64) -> f64,
    standard: fn(f64) -> f64,
}
macro_rules! cases {
    ($($name:ident: $standard:expr),* $(,)?) => {
        [$(Case {
            name: stringify!($name),
            plain: |x| $name(Scalar::<false>(x)).0,
            fused: |x| $name(Scalar::<true>(x)).0,
            standard: $standard,
        }),*]
    };
}

fn cases() -> [Case; 13] {
    cases! {
        exp: f64::exp, exp2: f64::exp2, exp_m1: f64::exp_m1, sinh: f64::sinh, cosh: f64::cosh, tanh: f64::tanh,
        sigmoid: |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) },
        softplus: |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
        ln: f64::ln, ln_1p: f64::ln_1p, sin: f64::sin, cos: f64::cos, atan: f64::atan,
    }
}

/// The unit in the last place of a finite number.
fn unit(y: f64) -> f64 {
    (y.abs().to_bits() | 1).cast_signed_exponent()
}
trait Unit {
    fn cast_signed_exponent(self) -> f64;
}
impl Unit for u64 {
    fn cast_signed_exponent(self) -> f64 {
        let exponent = (self >> 52).max(1);
        // 2^(exponent - 1075), which may be subnormal
        if exponent > 52 { f64::from_bits((exponent - 52) << 52) } else { f64::from_bits(1 << (exponent - 1)) }
    }
}

#[test]
fn every_function_is_within_two_units_of_the_truth() {
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
