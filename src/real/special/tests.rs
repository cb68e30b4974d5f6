//! Every function against fifty digits of another author, then the edges that no table holds.

extern crate std;

use core::f64::consts::{LN_2, PI};
use std::{collections::BTreeMap, println, string::String};

use super::*;

const TRUTH: &str = include_str!("../../../tests/truth/special.csv");

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Calls the function a row names.
fn call(name: &str, n: i64, x: f64, y: f64) -> f64 {
    let order = || u32::try_from(n).unwrap();
    match name {
        "erf" => erf(x),
        "erfc" => erfc(x),
        "norm_cdf" => norm_cdf(x),
        "norm_ppf" => norm_ppf(x),
        "ln_gamma" => ln_gamma(x),
        "digamma" => digamma(x),
        "polygamma" => polygamma(order(), x),
        "beta" => beta(x, y),
        "ln_beta" => ln_beta(x, y),
        "bessel_j" => bessel_j(i32::try_from(n).unwrap(), x),
        "spherical_bessel_j" => spherical_bessel_j(order(), x),
        "sigmoid" => sigmoid(x),
        "softplus" => softplus(x),
        "logit" => logit(x),
        "xlogx" => xlogx(x),
        "xlogy" => xlogy(x, y),
        _ => panic!("no function {name}"),
    }
}

/// How many `f64::EPSILON * (1 + condition)` a value may be off: a few roundings of the argument and of the value each.
const ALLOWED: f64 = 3.0;

/// A row of the table.
struct Row {
    name: &'static str,
    n: i64,
    x: f64,
    y: f64,
    truth: f64,
    condition: f64,
}

fn rows() -> impl Iterator<Item = Row> {
    let number = |text: &str| text.parse::<f64>().unwrap();
    TRUTH.lines().skip(1).map(move |line| {
        let field: std::vec::Vec<&str> = line.split(',').collect();
        let &[name, n, x, y, value, condition] = &field[..] else { panic!("not six fields: {line}") };
        let y = if y.is_empty() { NAN } else { number(y) };
        Row { name, n: n.parse().unwrap(), x: number(x), y, truth: number(value), condition: number(condition) }
    })
}

/// Returns what a row's function gives, and its relative error.
fn measure(row: &Row) -> (f64, f64) {
    let found = call(row.name, row.n, row.x, row.y);
    // Below the normal numbers a rounding has a fixed size; 4 of them. A NaN is never within it.
    let error = (found - row.truth).abs();
    (found, if error <= 4.0 * 5e-324 { 0.0 } else { error / row.truth.abs() })
}

#[derive(Default)]
struct Worst {
    rows: usize,
    relative: f64,
    relative_at: String,
    scaled: f64,
    scaled_at: String,
}

#[test]
fn values_agree_with_fifty_digits() {
    let mut worst = BTreeMap::<&str, Worst>::new();
    for row in rows() {
        let (found, relative) = measure(&row);
        let Row { name, n, x, y, truth, condition } = row;
        let scaled = relative / (f64::EPSILON * (1.0 + condition));
        let worst = worst.entry(name).or_default();
        worst.rows += 1;
        let place = std::format!("n = {n}, x = {x}, y = {y}, found {found:e}, truth {truth:e}");
        if condition < 5.0 && (relative.is_nan() || relative > worst.relative) {
            (worst.relative, worst.relative_at) = (relative, place.clone());
        }
        if scaled.is_nan() || scaled > worst.scaled {
            (worst.scaled, worst.scaled_at) = (scaled, place);
        }
    }
    for (name, w) in &worst {
        println!("{name:18} {:3} rows, condition < 5: relative {:.1e} ({})", w.rows, w.relative, w.relative_at);
        println!("{:18} eps (1 + condition): {:.2} ({})", "", w.scaled, w.scaled_at);
    }
    assert_eq!(worst.len(), 16, "a function has no rows");
    for (name, w) in &worst {
        assert!(w.rows >= 12, "{name}: only {} rows", w.rows);
        assert!(w.scaled <= ALLOWED, "{name}: {} at {}", w.scaled, w.scaled_at);
    }
}

#[test]
fn no_digit_is_lost_where_the_condition_would_excuse_it() {
    let mut seen = 0;
    for row in rows() {
        let allowed = match row.name {
            "norm_cdf" | "logit" | "xlogx" | "xlogy" => ALLOWED * f64::EPSILON,
            "digamma" if row.x > 0.0 => 1e-14,
            _ => continue,
        };
        let (found, relative) = measure(&row);
        assert!(relative <= allowed, "{}({}, {}) is {found:e}, not {:e}", row.name, row.x, row.y, row.truth);
        seen += 1;
    }
    assert_eq!(seen, 111);
}

/// Equal, NaN included, the sign of zero included.
#[track_caller]
fn same(found: f64, expected: f64) {
    let agree = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
    assert!(agree, "expected {expected}, found {found}");
}

/// Within `ALLOWED` roundings.
#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= ALLOWED * f64::EPSILON * expected.abs(), "expected {expected}, found {found}");
}

#[test]
fn nan_in_gives_nan_out() {
    let unary = [erf, erfc, norm_cdf, norm_ppf, ln_gamma, digamma, sigmoid, softplus, logit, xlogx];
    for f in unary {
        same(f(NAN), NAN);
    }
    for n in [0, 1, 2, 3, 30, 171, 172, 5000, u32::MAX] {
        same(polygamma(n, NAN), NAN);
        same(spherical_bessel_j(n, NAN), NAN);
    }
    for n in [0, 1, -1, 2, -7, 5000, i32::MIN, i32::MAX] {
        same(bessel_j(n, NAN), NAN);
    }
    for f in [beta, ln_beta, xlogy] {
        for y in [0.0, 1.0, -2.0, 0.5, INF, -INF, NAN] {
            same(f(NAN, y), NAN);
            same(f(y, NAN), NAN);
        }
    }
}

#[test]
fn every_order_ends_soon_and_stays_in_range() {
    let sizes = [
        5e-324,
        1e-300,
        1e-8,
        0.5,
        1.0,
        7.5,
        1e3,
        1999.5,
        2001.0,
        1e6,
        1e9,
        2147483647.5,
        4294967296.0,
        1e12,
        1e20,
        1e155,
        f64::MAX,
    ];
    for size in sizes {
        for x in [size, -size] {
            for n in [0, 1, 2, 3, 170, 171, 172, 173, 1999, 2000, 2001, 65_535, 1 << 30, u32::MAX] {
                let j = spherical_bessel_j(n, x);
                assert!(j.abs() <= 1.0, "j_{n}({x}) = {j}");
                let psi = polygamma(n, x);
                assert!(!psi.is_nan() || x == x.floor() && x < 0.0, "psi^({n})({x}) = {psi}");
            }
            for n in [0, -1, 2, -3, 1999, 2000, 2001, -2002, 65_535, 1 << 30, i32::MIN, i32::MAX] {
                let j = bessel_j(n, x);
                assert!(j.abs() <= 1.0, "J_{n}({x}) = {j}");
            }
        }
    }
}

#[test]
fn error_function_and_normal_distribution_at_the_ends() {
    same(erf(-0.0), -0.0);
    same(erf(INF), 1.0);
    same(erf(-INF), -1.0);
    same(erfc(0.0), 1.0);
    same(erfc(INF), 0.0);
    same(erfc(-INF), 2.0);
    same(norm_cdf(0.0), 0.5);
    same(norm_cdf(-0.0), 0.5);
    same(norm_cdf(INF), 1.0);
    same(norm_cdf(-INF), 0.0);
    same(norm_cdf(-39.0), 0.0);
    same(norm_cdf(f64::MIN), 0.0);
    same(norm_ppf(0.5), 0.0);
    for zero in [0.0, -0.0] {
        same(norm_ppf(zero), -INF);
    }
    same(norm_ppf(1.0), INF);
    for p in [-5e-324, 1.0 + f64::EPSILON, INF, -INF] {
        same(norm_ppf(p), NAN);
    }
}

#[test]
fn normal_quantile_undoes_the_distribution() {
    for k in 1..=75 {
        let x = -0.5 * f64::from(k);
        let back = norm_ppf(norm_cdf(x));
        close(back, x);
    }
}

#[test]
fn gamma_family_at_its_poles() {
    for pole in [0.0, -0.0, -1.0, -2.0, -1e9, -1e300] {
        same(ln_gamma(pole), INF);
        for odd in [1, 3, 171, 173] {
            same(polygamma(odd, pole), INF);
        }
    }
    for pole in [-1.0, -2.0, -1e9, -1e300] {
        for even in [0, 2, 4, 172] {
            same(polygamma(even, pole), NAN);
        }
    }
    for even in [0, 2, 4, 172] {
        same(polygamma(even, 0.0), -INF);
        same(polygamma(even, -0.0), INF);
    }
    same(ln_gamma(1.0), 0.0);
    same(ln_gamma(2.0), 0.0);
    same(ln_gamma(INF), INF);
    same(digamma(INF), INF);
    same(digamma(-INF), NAN);
    same(digamma(5e-324), -INF);
    same(polygamma(1, INF), 0.0);
    same(polygamma(2, INF), -0.0);
    same(polygamma(1, -INF), NAN);
    same(polygamma(2, -INF), NAN);
}

#[test]
fn polygamma_overflows_with_its_sign() {
    same(polygamma(1, 1e-200), INF);
    same(polygamma(200, 0.5), -INF);
    same(polygamma(201, -0.5), INF);
    same(polygamma(200, -0.25), INF);
    same(polygamma(200, -0.75), -INF);
    same(polygamma(u32::MAX, 1e9), INF);
    same(polygamma(u32::MAX, 2e9), 0.0);
    same(polygamma(u32::MAX - 1, 2e9), -0.0);
}

#[test]
fn polygamma_has_its_classical_values() {
    let euler = 0.577_215_664_901_532_9;
    close(digamma(0.5), -euler - 2.0 * LN_2);
    close(polygamma(1, 1.0), PI * PI / 6.0);
    close(polygamma(1, 0.5), PI * PI / 2.0);
    close(polygamma(1, -0.5), PI * PI / 2.0 + 4.0);
    close(polygamma(3, 1.0), PI.powi(4) / 15.0);
}

#[test]
fn beta_at_its_poles_and_zeros() {
    same(beta(0.0, 2.5), INF);
    same(beta(2.5, -0.0), -INF);
    same(beta(-0.5, 0.0), INF);
    same(beta(0.0, 0.0), INF);
    same(beta(-0.0, -0.0), -INF);
    same(beta(-0.0, 0.0), NAN);
    same(beta(-3.0, 2.5), NAN);
    same(beta(-3.0, -0.5), NAN);
    same(beta(-3.0, 0.0), NAN);
    same(beta(-3.0, 4.0), NAN);
    close(beta(-3.0, 1.0), -1.0 / 3.0);
    close(beta(2.0, -3.0), 1.0 / 6.0);
    same(beta(-1.5, 0.5).abs(), 0.0);
    same(beta(-1.5, -1.5).abs(), 0.0);
    same(ln_beta(-1.5, 0.5), -INF);
    for (a, b) in [(0.0, 2.5), (-0.0, 2.5), (-3.0, 2.5), (-3.0, 4.0), (0.0, -0.0), (-3.0, -2.0)] {
        same(ln_beta(a, b), INF);
    }
    close(ln_beta(-3.0, 1.0), -3.0_f64.ln());
}

#[test]
fn beta_of_infinite_and_huge_arguments() {
    same(beta(INF, 2.0), 0.0);
    same(beta(INF, INF), 0.0);
    same(beta(-0.5, INF), -INF);
    same(beta(-1.5, INF), INF);
    same(beta(-1.0, INF), NAN);
    same(beta(0.0, INF), NAN);
    same(beta(-INF, 2.0), NAN);
    same(ln_beta(INF, 2.0), -INF);
    same(ln_beta(-0.5, INF), INF);
    same(ln_beta(0.0, INF), NAN);
    same(ln_beta(-INF, 2.0), NAN);
    same(beta(f64::MAX, f64::MAX), 0.0);
    close(ln_beta(1e308, 1e308), -1e308 * (2.0 * LN_2));
    same(beta(5e-324, 1.0), INF);
    close(beta(1e-200, 1e200), 1e200);
}

#[test]
fn beta_is_symmetric() {
    for (a, b) in [(0.3, 7.0), (12.0, 300.0), (-2.25, 9.5), (-0.75, -11.5), (1e-9, 1e9)] {
        same(beta(a, b), beta(b, a));
        same(ln_beta(a, b), ln_beta(b, a));
    }
}

#[test]
fn bessel_functions_at_zero_and_infinity() {
    same(bessel_j(0, 0.0), 1.0);
    same(spherical_bessel_j(0, 0.0), 1.0);
    same(spherical_bessel_j(0, -0.0), 1.0);
    for n in [1, 2, 3, 2001, 70_001] {
        for x in [0.0, -0.0, INF, -INF] {
            assert_eq!(bessel_j(n, x), 0.0);
            assert_eq!(bessel_j(-n, x), 0.0);
            assert_eq!(spherical_bessel_j(n.unsigned_abs(), x), 0.0);
        }
    }
    same(bessel_j(0, INF), 0.0);
    same(spherical_bessel_j(0, -INF), 0.0);
}

#[test]
fn bessel_functions_have_the_parity_of_their_order() {
    for (n, x) in [(1, 2.5), (4, 0.5), (31, 40.0), (2001, 2100.0), (2002, 1990.0), (40_001, 50_000.0)] {
        let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
        same(bessel_j(-n, x), sign * bessel_j(n, x));
        same(bessel_j(n, -x), sign * bessel_j(n, x));
        same(bessel_j(-n, -x), bessel_j(n, x));
        let n = n.unsigned_abs();
        same(spherical_bessel_j(n, -x), sign * spherical_bessel_j(n, x));
    }
}

#[test]
fn logistic_family_at_the_ends() {
    same(sigmoid(0.0), 0.5);
    same(sigmoid(INF), 1.0);
    same(sigmoid(-INF), 0.0);
    same(softplus(INF), INF);
    same(softplus(-INF), 0.0);
    close(softplus(-0.0), LN_2);
    same(logit(0.5), 0.0);
    same(logit(0.0), -INF);
    same(logit(1.0), INF);
    for p in [-1e-300, 1.0 + f64::EPSILON, INF, -INF] {
        same(logit(p), NAN);
    }
}

#[test]
fn x_log_y_is_zero_at_zero_x() {
    for y in [0.0, -0.0, 1.0, -1.0, INF, -INF] {
        same(xlogy(0.0, y), 0.0);
        same(xlogy(-0.0, y), 0.0);
    }
    same(xlogy(1.0, 0.0), -INF);
    same(xlogy(1.0, -1.0), NAN);
    same(xlogx(0.0), 0.0);
    same(xlogx(1.0), 0.0);
    same(xlogx(INF), INF);
    same(xlogx(-1.0), NAN);
}
