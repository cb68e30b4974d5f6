//! Every operation against truth that no code of the crate has touched: `ops.csv` to fourth order, mixed orders
//! included, `nary.csv` to second, in every mode.
//!
//! Each formula stands once in `src/op`, so agreement between modes says nothing about it; these tables do. And each
//! mode schedules formulas by itself, so a formula that is right in one mode says nothing about another.
//!
//! # Tolerance
//! `eps · (FORMULA · (1 + c) · |d| + excess · s)`, where `c` (condition) and `s` (scale) come with the row. The first part
//! is what a formula of a few correctly rounded operations may lose. The second is there only for the operations of
//! [`excess`], whose formula subtracts equals somewhere; each says why.

use crate::{
    operation::{NAMES, Named},
    scenario::{Found, Mode, modes},
    truth,
};
use std::collections::BTreeSet;

/// Roundings of a formula. The worst that was measured is 2.0 at `f64` and 3.5 at `f32`; other machines have other
/// elementary functions.
const FORMULA: f64 = 8.0;

/// Returns how many units of the scale an operation may lose at this order, besides.
fn excess(op: &str, order: usize) -> f64 {
    match (op, order) {
        // documented: 1 - y² is right to a unit in the last place of 1
        ("tanh", 1..) => 8.0,
        // the slope of (1 - x)(1 + x) is the difference of 1 + x and 1 - x
        ("asin" | "acos" | "atanh", 2..) => 4.0,
        // (b/h)/h and a/h in polar form: a² - b² and the like, where one of a and b is small against the other
        ("atan2" | "hypot", 2..) => 8.0,
        // σ(x)σ(-x) near 0: the slopes of the factors cancel
        ("sigmoid", 2..) | ("softplus", 3..) => 4.0,
        // ψ(a) - ψ(a + b), poles of equal size near the origin
        ("beta" | "ln_beta", 1..) => 24.0,
        _ => 0.0,
    }
}
/// Returns by how much the condition of an inner step exceeds that of the whole.
fn amplified(op: &str, value: f64) -> f64 {
    match op {
        // exp(y²/2) turns a relative error of y into y² times that
        "norm_ppf" => 1.0 + value * value,
        _ => 1.0,
    }
}

/// Whether a row can be asked at `f32`: its arguments are `f32`s, its derivatives have a normal `f32` beside them.
fn fits_single<'a>(x: &[f64], d: impl Iterator<Item = &'a f64>) -> bool {
    let normal = |d: f64| d == 0.0 || (1e-37..1e38).contains(&d.abs());
    x.iter().all(|&x| f64::from(x as f32) == x) && d.copied().all(normal)
}
fn unit<G>(mode: &Mode<G>) -> f64 {
    f64::from(if mode.single { f32::EPSILON } else { 0.0 }).max(f64::EPSILON)
}
fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
/// Shows the first few of all failures, not only the first.
pub(crate) fn none(failures: Vec<String>, checks: usize) {
    let first = failures.iter().take(25).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {checks} checks failed, the first of them:\n{first}", failures.len());
    eprintln!("{checks} checks");
}

#[test]
fn values_and_derivatives_to_fourth_order_in_every_mode() {
    let (mut failures, mut checks) = (vec![], 0);
    for row in truth::ops() {
        let (f, top) = (Named { op: row.op, n: row.n.unwrap_or(0) }, if row.x.len() == 3 { 1 } else { 4 });
        for mode in modes().iter().filter(|m| m.order <= top) {
            let in_reach = row.d.iter().take(if mode.single { 6 } else { 0 }).map(|d| &d.d);
            if mode.single && !fits_single(&row.x, in_reach) {
                continue;
            }
            for Found { order, value } in (mode.run)(&f, &row.x) {
                let k = order.iter().sum();
                if k > top {
                    continue;
                }
                let t = row.derivative(&order);
                let formula = FORMULA * (1.0 + t.c) * t.d.abs() * amplified(row.op, row.d[0].d);
                let tolerance = unit(mode) * (formula + excess(row.op, k) * t.s);
                checks += 1;
                if (value - t.d).abs() <= tolerance {
                    continue; // not: !(… > …), a NaN fails
                }
                let (line, op, name, x, d) = (row.line, row.op, mode.name, &row.x, t.d);
                failures.push(format!(
                    "ops.csv:{line} {op} at {x:?} in {name}, order {order:?}: expected {d:e}, found {value:e}"
                ));
            }
        }
    }
    assert!(checks > 80_000, "{checks}");
    none(failures, checks);
}

#[test]
fn operations_of_many_arguments_in_every_mode() {
    let (mut failures, mut checks) = (vec![], 0);
    for row in truth::nary() {
        let (f, n) = (Named { op: row.op, n: 0 }, row.x.len());
        for mode in modes().iter().filter(|m| m.order <= 2) {
            let all = row.gradient.iter().chain([&row.value]).map(|d| &d.d).chain(&row.hessian);
            if mode.single && !fits_single(&row.x, all) {
                continue;
            }
            for Found { order, value } in (mode.run)(&f, &row.x) {
                let at: Vec<usize> = (0..n).flat_map(|k| std::iter::repeat_n(k, order[k])).collect();
                let (expected, size) = match at[..] {
                    [] => (row.value.d, (1.0 + row.value.c) * row.value.d.abs()),
                    [i] => (row.gradient[i].d, (1.0 + row.gradient[i].c) * row.gradient[i].d.abs()),
                    // softmax weights: differences of products of weights, which are at most 1
                    [i, j, ..] if row.op == "log_sum_exp" => (row.hessian[i * n + j], 1.0),
                    // the table has no condition for these: the largest entry stands for it
                    [i, j, ..] => (row.hessian[i * n + j], row.hessian_scale),
                };
                // as many roundings as terms
                checks += 1;
                if (value - expected).abs() <= unit(mode) * (FORMULA + n as f64) * size {
                    continue;
                }
                let (line, op, name, x) = (row.line, row.op, mode.name, &row.x);
                failures.push(format!(
                    "nary.csv:{line} {op} at {x:?} in {name}, order {order:?}: expected {expected:e}, found {value:e}"
                ));
            }
        }
    }
    assert!(checks > 5_000, "{checks}");
    none(failures, checks);
}

/// What the standard library says, where it has the operation.
fn std_value(op: &str, n: i32, x: &[f64]) -> Option<f64> {
    Some(match (op, x) {
        ("neg", [a]) => -a,
        ("abs", [a]) => a.abs(),
        ("signum", [a]) => a.signum(),
        ("floor", [a]) => a.floor(),
        ("ceil", [a]) => a.ceil(),
        ("round", [a]) => a.round(),
        ("trunc", [a]) => a.trunc(),
        ("fract", [a]) => a.fract(),
        ("recip", [a]) => a.recip(),
        ("sqrt", [a]) => a.sqrt(),
        ("cbrt", [a]) => a.cbrt(),
        ("powi", [a]) => a.powi(n),
        ("exp", [a]) => a.exp(),
        ("exp2", [a]) => a.exp2(),
        ("exp_m1", [a]) => a.exp_m1(),
        ("ln", [a]) => a.ln(),
        ("log2", [a]) => a.log2(),
        ("log10", [a]) => a.log10(),
        ("ln_1p", [a]) => a.ln_1p(),
        ("sin", [a]) => a.sin(),
        ("cos", [a]) => a.cos(),
        ("tan", [a]) => a.tan(),
        ("asin", [a]) => a.asin(),
        ("acos", [a]) => a.acos(),
        ("atan", [a]) => a.atan(),
        ("sinh", [a]) => a.sinh(),
        ("cosh", [a]) => a.cosh(),
        ("tanh", [a]) => a.tanh(),
        ("asinh", [a]) => a.asinh(),
        ("acosh", [a]) => a.acosh(),
        ("atanh", [a]) => a.atanh(),
        ("to_degrees", [a]) => a.to_degrees(),
        ("to_radians", [a]) => a.to_radians(),
        ("add", [a, b]) => a + b,
        ("sub", [a, b]) => a - b,
        ("mul", [a, b]) => a * b,
        ("div", [a, b]) => a / b,
        ("rem", [a, b]) => a % b,
        ("powf", [a, b]) => a.powf(*b),
        ("atan2", [a, b]) => a.atan2(*b),
        ("hypot", [a, b]) => a.hypot(*b),
        ("copysign", [a, b]) => a.copysign(*b),
        ("log", [a, b]) => a.log(*b),
        ("div_euclid", [a, b]) => a.div_euclid(*b),
        ("rem_euclid", [a, b]) => a.rem_euclid(*b),
        // `max` and `min` of two zeros have either sign in std
        ("max", [a, b]) if *a != 0.0 || *b != 0.0 => a.max(*b),
        ("min", [a, b]) if *a != 0.0 || *b != 0.0 => a.min(*b),
        ("mul_add", [a, b, c]) => a.mul_add(*b, *c),
        ("clamp", [a, b, c]) => a.clamp(*b, *c),
        _ => return None,
    })
}

#[test]
fn a_value_has_the_bits_of_std_and_the_same_in_every_mode() {
    let (mut failures, mut checks, mut asked_std) = (vec![], 0, 0);
    let ops = truth::ops().into_iter().map(|r| (r.op, r.n, r.x));
    let edges = truth::edges().into_iter().map(|r| (r.op, r.n, r.x));
    for (op, n, x) in ops.chain(truth::nary().into_iter().map(|r| (r.op, None, r.x))).chain(edges) {
        let f = Named { op, n: n.unwrap_or(0) };
        let plain = (modes()[0].run)(&f, &x)[0].value;
        if let Some(std) = std_value(op, f.n, &x) {
            asked_std += 1;
            if !same_bits(plain, std) {
                failures.push(format!("{op} at {x:?}: std has {std:e}, f64 as a `Real` {plain:e}"));
            }
        }
        let single_fits = fits_single(&x, [].iter());
        let singles = modes().into_iter().filter(|m| m.single && single_fits).collect::<Vec<_>>();
        let plain_single = singles.first().map(|m| (m.run)(&f, &x)[0].value);
        for mode in modes().iter().filter(|m| !m.single).chain(&singles) {
            let expected = if mode.single { plain_single.unwrap_or(f64::NAN) } else { plain };
            for found in (mode.run)(&f, &x).iter().filter(|found| found.order.iter().all(|&o| o == 0)) {
                checks += 1;
                if !same_bits(found.value, expected) {
                    failures.push(format!("{op} at {x:?}: {:e} in {}, {expected:e} plain", found.value, mode.name));
                }
            }
        }
    }
    assert!(asked_std > 500, "{asked_std}");
    none(failures, checks + asked_std);
}

#[test]
fn every_operation_has_rows() {
    let ops = truth::ops().iter().map(|r| r.op).chain(truth::nary().iter().map(|r| r.op)).collect::<BTreeSet<_>>();
    let edges = truth::edges().iter().map(|r| r.op).collect::<BTreeSet<_>>();
    for name in NAMES {
        assert!(
            ops.contains(name) || ["relu", "max_of", "min_of"].contains(name),
            "`{name}` has no row of derivatives"
        );
        assert!(edges.contains(name), "`{name}` has no row of edges");
    }
    // and the other way round: a name that operation.rs does not know is a panic there
    assert_eq!(ops.union(&edges).count(), NAMES.len());
}
