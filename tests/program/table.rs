//! Every operation of the table as a program: value, R and D at ordinary points, at every edge, and against the tables
//! of 50-digit truth.

use crate::{
    bits, close,
    operation::Named,
    scenario::Formula,
    truth::{self, Expected},
};
use pullback::{
    Dual, Program, Result,
    op::{Bin, Un},
    vjp,
};

/// Other orders than the one in `Un::ALL`.
const ORDERS: [Un; 7] = [
    Un::Powi(-2),
    Un::Powi(0),
    Un::Powi(1),
    Un::Polygamma(0),
    Un::SphericalBesselJ(0),
    Un::BesselJ(0),
    Un::BesselJ(-1),
];
const POINTS: [f64; 20] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    0.3,
    2.0,
    -2.5,
    3.0,
    7.25,
    5e-324,
    -5e-324,
    1e-300,
    1e16,
    -1e16,
    700.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
const SEEDS: [f64; 4] = [1.0, 0.0, -2.5, 1e-3];

/// A function of plain numbers, of the tape, of duals and as a program.
struct Ways<'a> {
    name: String,
    plain: &'a dyn Fn(&[f64]) -> f64,
    tape: &'a dyn Fn(&[f64], f64) -> Vec<f64>,
    dual: &'a dyn Fn(&[Dual]) -> f64,
    program: Program,
}
impl Ways<'_> {
    fn compare(&self, x: &[f64], failures: &mut Vec<String>) -> Result<()> {
        let Ways { name, plain, tape, dual, program } = self;
        let (value, y) = (plain(x), program.eval(x)?[0]);
        if !bits(value, y) {
            failures.push(format!("{name} at {x:?}: {y:e}, plain {value:e}"));
        }
        let (r, d) = (program.reverse()?, program.pushforward()?);
        for seed in SEEDS {
            let (found, expected) = (r.eval(&[x, &[seed]].concat())?, tape(x, seed));
            let zero = seed == 0.0 && found.iter().any(|f| *f != 0.0);
            if zero || !found.iter().zip(&expected).all(|(f, e)| close(*f, *e, 1e-14)) {
                failures.push(format!("R of {name} at {x:?}, {seed}: {found:?}, tape {expected:?}"));
            }
            for k in 0..x.len() {
                let along: Vec<f64> = (0..x.len()).map(|j| if j == k { seed } else { 0.0 }).collect();
                let duals: Vec<Dual> = x.iter().zip(&along).map(|(&x, &v)| Dual::new(x, v)).collect();
                let (found, expected) = (d.eval(&[x, &along].concat())?[0], dual(&duals));
                if (seed == 0.0 && found != 0.0) || !close(found, expected, 1e-14) {
                    failures.push(format!("D of {name} at {x:?}, {along:?}: {found:e}, dual {expected:e}"));
                }
            }
        }
        Ok(())
    }
}
fn none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures[..failures.len().min(40)].join("\n"));
}

#[test]
fn operations_of_one_argument() -> Result<()> {
    let mut failures = vec![];
    for &un in Un::ALL.iter().chain(&ORDERS) {
        let ways = Ways {
            name: format!("{un:?}"),
            plain: &|x| un.eval(x[0]),
            tape: &|x, seed| vjp(|x| vec![un.eval(x[0])], x).and_then(|(_, pb)| pb.pull(&[seed])).expect("one output"),
            dual: &|x| un.eval(x[0]).tangent(),
            program: Program::record(|x| un.eval(x[0]), &[0.4])?,
        };
        assert_eq!((ways.program.len(), ways.program.arity()), (1, (1, 1)));
        for x in POINTS {
            ways.compare(&[x], &mut failures)?;
        }
    }
    none(&failures);
    Ok(())
}

#[test]
fn operations_of_two_arguments() -> Result<()> {
    let mut failures = vec![];
    for &bin in Bin::ALL {
        let ways = Ways {
            name: format!("{bin:?}"),
            plain: &|x| bin.eval(x[0], x[1]),
            tape: &|x, seed| {
                vjp(|x| vec![bin.eval(x[0], x[1])], x).and_then(|(_, pb)| pb.pull(&[seed])).expect("one output")
            },
            dual: &|x| bin.eval(x[0], x[1]).tangent(),
            program: Program::record(|x| bin.eval(x[0], x[1]), &[0.4, 0.7])?,
        };
        assert_eq!((ways.program.len(), ways.program.arity()), (1, (2, 1)));
        for x in POINTS {
            for y in POINTS {
                ways.compare(&[x, y], &mut failures)?;
            }
        }
    }
    none(&failures);
    Ok(())
}

/// The program of a row, recorded at another point wherever that takes the same branch.
fn recorded(f: &Named, x: &[f64]) -> Result<Program> {
    Program::record(|x| f.call(x), &vec![0.45; x.len()])
}

#[test]
fn the_table_of_edges_holds_for_programs() -> Result<()> {
    let (mut failures, mut checks) = (vec![], 0);
    for row in truth::edges() {
        let f = Named { op: row.op, n: row.n.unwrap_or(0) };
        let n = row.x.len();
        let p = recorded(&f, &row.x)?;
        assert_eq!(p.count(|op| matches!(op, pullback::program::Op::Guard { .. })), 0, "{} needs no guard", row.op);
        let mut check = |what: &str, found: f64, expected: Expected| {
            checks += 1;
            if !expected.admits(found, 16.0 * f64::EPSILON) {
                let (line, op, x) = (row.line, row.op, &row.x);
                failures
                    .push(format!("edges.csv:{line} {op} at {x:?}, {what}: expected {expected:?}, found {found:e}"));
            }
        };
        check("value", p.eval(&row.x)?[0], row.value);
        let (r, d, gradient) = (p.reverse()?, p.pushforward()?, p.gradient()?);
        let along = |p: &Program, k: usize| -> Result<Vec<f64>> {
            let unit: Vec<f64> = (0..n).map(|j| f64::from(u8::from(j == k))).collect();
            p.eval(&[&row.x[..], &unit].concat())
        };
        for (k, &expected) in row.partials.iter().enumerate() {
            check(&format!("R {k}"), r.eval(&[&row.x[..], &[1.0]].concat())?[k], expected);
            check(&format!("gradient {k}"), gradient.eval(&row.x)?[k], expected);
            check(&format!("D {k}"), along(&d, k)?[0], expected);
            check(&format!("R of zero {k}"), r.eval(&[&row.x[..], &[0.0]].concat())?[k], Expected::Zero);
            check(&format!("D of zero {k}"), d.eval(&[&row.x[..], &vec![0.0; n]].concat())?[0], Expected::Zero);
        }
        if let Some(second) = &row.second {
            let (hessian, hvp) = (p.hessian()?.eval(&row.x)?, p.hvp()?);
            for (k, &expected) in second.iter().enumerate() {
                check(&format!("Hessian {k}"), hessian[k], expected);
                check(&format!("hvp {k}"), along(&hvp, k % n)?[k / n], expected);
            }
        }
    }
    assert!(checks > 4000, "{checks}");
    none(&failures);
    Ok(())
}

#[test]
fn values_gradients_and_hessians_of_the_truth_tables() -> Result<()> {
    let (mut failures, mut checks) = (vec![], 0);
    for row in truth::ops() {
        let f = Named { op: row.op, n: row.n.unwrap_or(0) };
        let n = row.x.len();
        let p = recorded(&f, &row.x)?;
        let (plain, y) = (f.call::<f64, f64>(&row.x), p.eval(&row.x)?[0]);
        assert!(bits(plain, y), "ops.csv:{} {}: {y:e}, plain {plain:e}", row.line, row.op);
        let (gradient, hessian) = (p.gradient()?.eval(&row.x)?, p.hessian()?.eval(&row.x)?);
        // the formulas are held to the truth by `all`; here a program may differ from the same formula by roundings
        let tape = pullback::grad(|x| f.call(x), &row.x)?;
        let twice = pullback::hessian(|x| f.call(x), &row.x)?.concat();
        for k in 0..n {
            checks += 1;
            let mut order = vec![0; n];
            order[k] = 1;
            let truth = row.derivative(&order);
            let slack = f64::EPSILON * (32.0 * (1.0 + truth.c) * truth.d.abs() + 64.0 * truth.s);
            if !close(gradient[k], tape[k], 1e-14) || (gradient[k] - truth.d).abs() > slack {
                failures.push(format!(
                    "ops.csv:{} {} at {:?}, {k}: {:e} {:e}",
                    row.line, row.op, row.x, gradient[k], tape[k]
                ));
            }
        }
        let scale = twice.iter().fold(0.0, |m: f64, h| m.max(h.abs()));
        for (h, t) in hessian.iter().zip(&twice) {
            checks += 1;
            if !close(*h, *t, 1e-12) && (h - t).abs() > 1e-12 * scale {
                failures
                    .push(format!("ops.csv:{} {} at {:?}, Hessian: {h:e}, calculus {t:e}", row.line, row.op, row.x));
            }
        }
    }
    assert!(checks > 1500, "{checks}");
    none(&failures);
    Ok(())
}
