//! Every operation against the tables of `tests/truth`: four derivatives made by mpmath, and the edges written by hand.

use super::*;
use crate::truth::{self, Op};
use std::collections::BTreeMap;

/// The largest error of each operation, in units of ε (|d| (1 + condition)) or, where a formula may cancel, of ε scale.
#[derive(Default)]
struct Worst(BTreeMap<&'static str, (f64, String)>);
impl Worst {
    fn see(&mut self, row: &Op, order: usize, found: f64, expected: f64, unit: f64) {
        let error = if found == expected { 0.0 } else { (found - expected).abs() / (f64::EPSILON * unit) };
        let worst = self.0.entry(row.op).or_default();
        if error > worst.0 || error.is_nan() {
            let Op { line, op, n, x, .. } = row;
            let what =
                format!("line {line}, {op}({n:?}) at {x:?}, order {order}: expected {expected:e}, found {found:e}");
            *worst = (error, what);
        }
    }
    fn check(self, units: impl Fn(&str) -> f64) {
        for (op, (error, what)) in &self.0 {
            println!("{op} {error:.2} {what}");
        }
        for (op, (error, what)) in self.0 {
            assert!(error <= units(op), "{error:.1} units: {what}");
        }
    }
}

/// The parameter as the list of operations spells it.
fn parameter(n: Option<i32>) -> String {
    n.map(|n| n.to_string()).unwrap_or_default()
}

#[test]
fn one_argument() {
    let mut worst = Worst::default();
    for row in truth::ops().iter().filter(|row| row.x.len() == 1) {
        let x = row.x[0];
        let found = unary(row.op, &parameter(row.n), Jet::<f64, 5>::variable(x)).derivatives();
        for (k, &found) in found.iter().enumerate() {
            let truth = row.derivative(&[k]);
            // the finite differences of the table leave 1e-80 where an even or odd function has no derivative
            let d = if x == 0.0 && truth.d.abs() < 1e-70 { 0.0 } else { truth.d };
            worst.see(row, k, found, d, ((1.0 + truth.c) * d.abs()).max(truth.s));
        }
    }
    assert!(worst.0.len() >= 45, "the table has {} operations", worst.0.len());
    // the slope of the quantile is exp(y²/2), whose exponent is 130 at 1e-60
    worst.check(|op| if op == "norm_ppf" { 64.0 } else { 6.0 });
}

#[test]
fn two_arguments() {
    let mut worst = Worst::default();
    for row in truth::ops().iter().filter(|row| row.x.len() == 2) {
        for [u, v] in [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -2.0]] {
            let (a, b) = (Jet::<f64, 5>::along(row.x[0], u), Jet::along(row.x[1], v));
            let found = binary(row.op, a, b).derivatives();
            // order k along (u, v) is Σ_j C(k, j) u^(k−j) v^j ∂_a^(k−j) ∂_b^j
            for (k, &found) in found.iter().enumerate() {
                let (mut expected, mut unit, mut binomial) = (0.0, 0.0, 1.0);
                for j in 0..=k {
                    let truth = row.derivative(&[k - j, j]);
                    let weight = binomial * f64::powi(u, (k - j) as i32) * f64::powi(v, j as i32);
                    expected += weight * truth.d;
                    unit += weight.abs() * ((1.0 + truth.c) * truth.d.abs()).max(truth.s);
                    binomial *= (k - j) as f64 / (j + 1) as f64;
                }
                worst.see(row, k, found, expected, unit);
            }
        }
    }
    assert!(worst.0.len() >= 15, "the table has {} operations", worst.0.len());
    // differences of digamma at 1e-5; a fourth derivative of atan2 that cancels
    worst.check(|op| match op {
        "beta" | "ln_beta" => 32.0,
        "atan2" => 10.0,
        _ => 4.0,
    });
}

/// Value, slope and curvature at kinks, poles and ends of domains; and rule B, with a zero seed in place of one.
#[test]
fn edges() {
    let (mut seen, mut wrong) = (0, vec![]);
    for row in truth::edges() {
        let arity = row.x.len();
        let known = match arity {
            1 => UNARY.iter().any(|&(name, n, _)| name == row.op && n == parameter(row.n)),
            2 => BINARY.iter().any(|&(name, _)| name == row.op),
            _ => false,
        };
        if !known {
            continue;
        }
        seen += 1;
        let eval = |seed: &dyn Fn(usize) -> f64| {
            let x: Vec<_> = row.x.iter().enumerate().map(|(i, &x)| Jet::<f64, 3>::along(x, seed(i))).collect();
            let y = if arity == 1 { unary(row.op, &parameter(row.n), x[0]) } else { binary(row.op, x[0], x[1]) };
            y.derivatives()
        };
        for (i, partial) in row.partials.iter().enumerate() {
            let found = eval(&|k| f64::from(u8::from(k == i)));
            let second = row.second.as_ref().map(|h| h[i * arity + i]);
            let right = row.value.admits(found[0], 1e-14)
                && partial.admits(found[1], 1e-14)
                && second.is_none_or(|s| s.admits(found[2], 1e-14));
            if !right {
                wrong.push(format!("along argument {i}: found {found:?}, expected {row:?}"));
            }
        }
        let still = eval(&|_| 0.0);
        if still[1..] != [0.0; 2] {
            wrong.push(format!("no change: found {still:?}, {row:?}"));
        }
    }
    assert!(seen > 300, "only {seen} rows");
    assert!(wrong.is_empty(), "{} of {seen} rows:\n{}", wrong.len(), wrong.join("\n"));
}
