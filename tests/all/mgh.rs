//! The test functions of Moré, Garbow and Hillstrom (1981): gradients, Hessians and Jacobians of every mode.
//!
//! [`residuals`] has the 35 functions, [`problems`] their dimensions, starts and minima, [`truth`] the table that sympy
//! and mpmath made (`tests/truth/mgh.py`) and the tolerance that goes with each of its entries.

mod problems;
mod residuals;
mod truth;

use problems::{Minimum, problems};
use pullback::*;
use residuals::{objective, residuals};
use std::cell::RefCell;
use truth::{C, Entries, Judge, Point, U, points};

/// The table has every function of the paper, at the dimensions and starting points of `problems`, and every minimum.
#[test]
fn table_and_problems_agree() {
    let points = points();
    let mut found = 0;
    for p in problems() {
        let of_p: Vec<_> = points.iter().filter(|q| (q.name, q.n) == (p.name, p.n)).collect();
        let labels: Vec<_> = of_p.iter().map(|q| q.label).collect();
        assert_eq!(labels, ["start", "other", "min1", "min2", "min3", "min4"][..2 + p.minima.len()], "{}", p.name);
        for (a, b) in p.x0.iter().zip(&of_p[0].x) {
            assert!((a - b).abs() <= 2.0 * U * a.abs(), "{}: start {a} is not {b}", p.name);
        }
        for q in &of_p {
            assert_eq!((q.x.len(), residuals(p.name, &q.x).len()), (p.n, p.m), "{}", p.name);
            assert_eq!((q.f.value.len(), q.g.value.len(), q.h.value.len()), (1, p.n, p.n * p.n), "{}", p.name);
            assert!(q.j.value.is_empty() || q.j.value.len() == p.m * p.n, "{}", p.name);
        }
        found += of_p.len();
    }
    assert_eq!(found, points.len());
    let mut names: Vec<_> = problems().iter().map(|p| p.name).collect();
    names.dedup();
    assert_eq!(names.len(), 35);
}

const F: fn(&Point) -> &Entries = |p| &p.f;
const G: fn(&Point) -> &Entries = |p| &p.g;
const H: fn(&Point) -> &Entries = |p| &p.h;
const J: fn(&Point) -> &Entries = |p| &p.j;

/// Runs `mode` at every point where the table has what `truth` asks for.
fn everywhere(mode: &'static str, truth: fn(&Point) -> &Entries, run: impl Fn(&Point) -> Result<Vec<f64>>) {
    let mut judge = Judge::new(mode);
    for p in points().iter().filter(|p| !truth(p).value.is_empty()) {
        let got = run(p).unwrap_or_else(|e| panic!("{mode}: {} n={} {}: {e}", p.name, p.n, p.label));
        judge.hold(p, truth(p), &got);
    }
    judge.report();
}

/// The `k`-th unit vector.
fn unit(n: usize, k: usize) -> Vec<f64> {
    (0..n).map(|j| if j == k { 1.0 } else { 0.0 }).collect()
}

/// The vectors `each(0), .., each(n - 1)`, one after the other: rows of a matrix.
fn rows(n: usize, each: impl FnMut(usize) -> Result<Vec<f64>>) -> Result<Vec<f64>> {
    Ok((0..n).map(each).collect::<Result<Vec<_>>>()?.concat())
}

/// The matrix whose columns are `each(0), .., each(n - 1)`, row by row.
fn columns(n: usize, each: impl FnMut(usize) -> Result<Vec<f64>>) -> Result<Vec<f64>> {
    let flat = rows(n, each)?;
    let m = flat.len() / n;
    Ok((0..m * n).map(|i| flat[i % n * m + i / n]).collect())
}

#[test]
fn values_at_every_number() {
    everywhere("f at f64", F, |p| Ok(vec![objective(p.name, &p.x)]));
    everywhere("f at Var", F, |p| value_and_grad(|x| objective(p.name, x), &p.x).map(|(y, _)| vec![y]));
    everywhere("f at Dual", F, |p| jvp(|x| [objective(p.name, x)], &p.x, &p.x).map(|(y, _)| y.to_vec()));
}

#[test]
fn gradients() {
    everywhere("gradient: grad", G, |p| grad(|x| objective(p.name, x), &p.x));
    let tape = RefCell::new(Tape::new());
    everywhere("gradient: one tape reused", G, |p| {
        Ok(tape.borrow_mut().value_and_grad(|x| objective(p.name, x), &p.x)?.1.to_vec())
    });
    everywhere("gradient: vjp of residuals, 2 r", G, |p| {
        let (r, pb) = vjp(|x| residuals(p.name, x), &p.x)?;
        pb.pull(&r.iter().map(|r| 2.0 * r).collect::<Vec<_>>())
    });
    everywhere("gradient: jvp, a Dual a column", G, |p| {
        rows(p.n, |k| Ok(jvp(|x| [objective(p.name, x)], &p.x, &unit(p.n, k))?.1.to_vec()))
    });
    everywhere("gradient: Multi<12>", G, |p| {
        let x: Vec<_> = p.x.iter().enumerate().map(|(k, &x)| Multi::<f64, 12>::seed(x, k)).collect();
        Ok(objective(p.name, &x).tangents()[..p.n].to_vec())
    });
}

#[test]
fn hessians_by_the_driver() {
    everywhere("Hessian: hessian", H, |p| Ok(hessian(|x| objective(p.name, x), &p.x)?.concat()));
    let tape = RefCell::new(Tape::<Multi<f64, 3>>::new());
    everywhere("Hessian: hessian_into, 3 lanes", H, |p| {
        let mut rows = vec![f64::NAN; p.n * p.n];
        tape.borrow_mut().hessian_into(|x| objective(p.name, x), &p.x, &mut rows)?;
        Ok(rows)
    });
    everywhere("Hessian: hvp, a unit vector a row", H, |p| {
        rows(p.n, |k| hvp(|x| objective(p.name, x), &p.x, &unit(p.n, k)))
    });
}

#[test]
fn hessians_by_reverse_over_reverse() {
    everywhere("Hessian: try_grad of grad", H, |p| {
        rows(p.n, |k| try_grad(|x| Ok(grad(|y| objective(p.name, y), x)?[k]), &p.x))
    });
    everywhere("Hessian: jacobian of grad", H, |p| {
        // an inner failure would leave no rows, hence too few entries
        Ok(jacobian(|x| grad(|y| objective(p.name, y), x).unwrap_or_default(), &p.x)?.concat())
    });
    everywhere("Hessian: jacobian_fwd of grad", H, |p| {
        Ok(jacobian_fwd(|x| grad(|y| objective(p.name, y), x), &p.x)?.concat())
    });
}

#[test]
fn hessians_by_forward_over_forward() {
    everywhere("Hessian: hyper-dual", H, |p| {
        let entry = |i: usize, j: usize| {
            let seed = |(k, &x): (usize, &f64)| hyper(x, f64::from(k == i), f64::from(k == j));
            hyper_parts(objective(p.name, &p.x.iter().enumerate().map(seed).collect::<Vec<_>>())).3
        };
        Ok((0..p.n * p.n).map(|at| entry(at / p.n, at % p.n)).collect())
    });
    everywhere("Hessian: Multi<Multi>", H, |p| {
        let seed = |(k, &x): (usize, &f64)| Multi::<Multi<f64, 12>, 12>::seed(Multi::seed(x, k), k);
        let y = objective(p.name, &p.x.iter().enumerate().map(seed).collect::<Vec<_>>());
        rows(p.n, |i| Ok(y.tangents()[i].tangents()[..p.n].to_vec()))
    });
    let mut judge = Judge::new("Hessian: hessian_diagonal");
    for p in &points() {
        let diagonal = |v: &[f64]| (0..p.n).map(|k| v[k * p.n + k]).collect();
        let truth = Entries { value: diagonal(&p.h.value), weight: diagonal(&p.h.weight) };
        judge.hold(p, &truth, &hessian_diagonal(|x| objective(p.name, x), &p.x));
    }
    judge.report();
}

#[test]
fn hessians_by_reverse_over_forward() {
    everywhere("Hessian: try_grad of jvp", H, |p| {
        rows(p.n, |k| {
            let v = unit(p.n, k);
            try_grad(
                |x| {
                    let v: Vec<_> = v.iter().map(|&v| lift(v)).collect();
                    Ok(jvp(|y| [objective(p.name, y)], x, &v)?.1[0])
                },
                &p.x,
            )
        })
    });
}

#[test]
fn hessian_times_a_vector() -> Result<()> {
    let mut judge = Judge::new("H v: hvp");
    for p in &points() {
        let v: Vec<f64> = (1..=p.n).map(|k| 1.5 - (0.7 * k as f64) % 2.0).collect();
        judge.hold(p, &p.h.times(&v), &hvp(|x| objective(p.name, x), &p.x, &v)?);
    }
    judge.report();
    Ok(())
}

#[test]
fn jacobians_of_the_residuals() {
    everywhere("Jacobian: jacobian", J, |p| Ok(jacobian(|x| residuals(p.name, x), &p.x)?.concat()));
    everywhere("Jacobian: jacobian_fwd", J, |p| Ok(jacobian_fwd(|x| residuals(p.name, x), &p.x)?.concat()));
    everywhere("Jacobian: jacobian_rev", J, |p| Ok(jacobian_rev(|x| residuals(p.name, x), &p.x)?.concat()));
    let tape = RefCell::new(Tape::new());
    everywhere("Jacobian: jacobian_into", J, |p| {
        let m = p.j.value.len() / p.n;
        let (mut y, mut rows) = (vec![f64::NAN; m], vec![f64::NAN; m * p.n]);
        tape.borrow_mut().jacobian_into(
            |x, y| {
                y.copy_from_slice(&residuals(p.name, x));
                Ok(())
            },
            &p.x,
            &mut y,
            &mut rows,
        )?;
        Ok(rows)
    });
    everywhere("Jacobian: jvp, a column each", J, |p| {
        columns(p.n, |k| Ok(jvp(|x| residuals(p.name, x), &p.x, &unit(p.n, k))?.1))
    });
    everywhere("Jacobian: linearize, push", J, |p| {
        let (_, l) = linearize(|x| residuals(p.name, x), &p.x)?;
        columns(p.n, |k| l.push(&unit(p.n, k)))
    });
    everywhere("Jacobian: vjp, pull", J, |p| {
        let (y, pb) = vjp(|x| residuals(p.name, x), &p.x)?;
        rows(y.len(), |k| pb.pull(&unit(y.len(), k)))
    });
}

/// At each minimum that the paper prints: place and value to the printed digits, and a gradient of zero.
#[test]
fn published_minima() -> Result<()> {
    let points = points();
    let mut minima = 0;
    for p in problems() {
        let places = points.iter().filter(|q| (q.name, q.n) == (p.name, p.n) && q.label.starts_with("min"));
        for (minimum, q) in p.minima.iter().zip(places) {
            let at = format!("{} n={} {}", p.name, p.n, q.label);
            printed_place(&at, minimum, &q.x);
            let (y, g) = value_and_grad(|x| objective(p.name, x), &q.x)?;
            let moved = moved_by_rounding(q);
            let at_zero = 0.5 * U * moved.iter().zip(&q.x).map(|(h, x)| h * x.abs()).sum::<f64>();
            let (printed, unit) = Minimum::printed(minimum.f);
            let slack = unit + C * U * (q.f.weight[0] + at_zero);
            assert!((y - printed).abs() <= slack, "{at}: found {y:e}, the paper has {}", minimum.f);
            if q.x.iter().any(|x| x.abs() >= FAR) {
                continue; // only approached: the gradient falls with 1/x
            }
            for (j, g) in g.iter().enumerate() {
                let slack = C * U * (q.g.weight[j] + moved[j]);
                assert!(g.abs() <= slack, "{at}: gradient [{j}] is {g:e}, more than {slack:e}");
            }
            minima += 1;
        }
    }
    assert_eq!(minima, 48);
    Ok(())
}

/// A minimum at infinity is looked at beyond this.
const FAR: f64 = 1e9;

fn printed_place(at: &str, minimum: &Minimum, x: &[f64]) {
    assert!(minimum.x.is_empty() || minimum.x.len() == x.len(), "{at}");
    for (text, &x) in minimum.x.iter().zip(x) {
        let (printed, unit) = Minimum::printed(text);
        let right = if printed.is_finite() { (x - printed).abs() <= unit } else { x * printed.signum() >= FAR };
        assert!(right, "{at}: {x} is not {text}");
    }
}

/// |H| |x|, which is what a gradient moves, in roundoffs, when the coordinates of a minimiser are rounded to f64: each
/// is off by u |x_k| at most. The value moves by half of u² |x| |H| |x|, which counts where the minimum is zero.
fn moved_by_rounding(q: &Point) -> Vec<f64> {
    let row = |j: usize| q.h.value[j * q.n..].iter().zip(&q.x).map(|(h, x)| (h * x).abs()).sum();
    (0..q.n).map(row).collect()
}
