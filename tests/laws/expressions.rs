//! All modes and nestings give the same derivative of the same expression, and it is the one that differences give.
//!
//! The expressions are random (`pullback::check::strategy`), each with a point at which it is smooth. Two computations of
//! one derivative may differ by 8 times the bound that running error analysis gives (`Majorant` at `Rounded`), no more.
//! `CASES=20000 cargo test --all-features --test laws` runs more.

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use pullback::check::strategy::{Expression, cases, expressions, points};
use pullback::check::{Majorant, Rounded};
use pullback::*;
use std::cell::Cell;

const INPUTS: usize = 3;
const STEPS: usize = 16;
const SEED: u8 = 7;

/// How to differentiate along a direction.
trait Mode {
    fn along<T: Real>(f: &impl Function, x: &[T], dx: &[f64]) -> Result<Vec<T>>;
}
struct Forward;
impl Mode for Forward {
    fn along<T: Real>(f: &impl Function, x: &[T], dx: &[f64]) -> Result<Vec<T>> {
        let x: Vec<Dual<T>> = x.iter().zip(dx).map(|(&x, &dx)| Dual::new(x, T::lit(dx))).collect();
        Ok(f.call(&x)?.iter().map(Dual::tangent).collect())
    }
}
/// One of three lanes; the others carry something else.
struct Lane;
impl Mode for Lane {
    fn along<T: Real>(f: &impl Function, x: &[T], dx: &[f64]) -> Result<Vec<T>> {
        let lane = |&dx: &f64| [T::lit(1.0), T::lit(dx), T::lit(-dx)];
        let x: Vec<Multi<T, 3>> = x.iter().zip(dx).map(|(&x, dx)| Multi::new(x, lane(dx))).collect();
        Ok(f.call(&x)?.iter().map(|y| y.tangents()[1]).collect())
    }
}
struct Reverse;
impl Mode for Reverse {
    fn along<T: Real>(f: &impl Function, x: &[T], dx: &[f64]) -> Result<Vec<T>> {
        record(|t| {
            let x = t.inputs(x);
            let each = f.call(x)?.into_iter().map(|y| {
                let g = t.grad(y, x)?;
                Ok(g.iter().zip(dx).map(|(&g, &dx)| g * dx).sum())
            });
            each.collect()
        })
    }
}
/// The sum of the sizes of the terms.
struct Bound;
impl Mode for Bound {
    fn along<T: Real>(f: &impl Function, x: &[T], dx: &[f64]) -> Result<Vec<T>> {
        let x: Vec<Majorant<T>> = x.iter().zip(dx).map(|(&x, &dx)| Majorant::new(x, T::lit(dx.abs()))).collect();
        Ok(f.call(&x)?.iter().map(Majorant::bound).collect())
    }
}
/// A recording that has become a value, pushed forward.
struct Pushed;
impl Mode for Pushed {
    fn along<T: Real>(f: &impl Function, x: &[T], dx: &[f64]) -> Result<Vec<T>> {
        let (_, pb) = vjp(|x| f.call(x).unwrap_or_default(), x)?;
        pb.push(&dx.iter().map(|&dx| T::lit(dx)).collect::<Vec<_>>())
    }
}

/// The derivative of `f` along `dx` in mode `M`, as a function: modes nest.
struct D<'a, M, G>(&'a G, &'a [f64], std::marker::PhantomData<M>);
impl<M: Mode, G: Function> Function for D<'_, M, G> {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        M::along(self.0, x, self.1)
    }
}
fn d<'a, M: Mode, G: Function>(f: &'a G, dx: &'a [f64], _: M) -> D<'a, M, G> {
    D(f, dx, std::marker::PhantomData)
}
fn at(f: &impl Function, x: &[f64]) -> f64 {
    f.call(x).expect("an expression does not fail")[0]
}
/// The bound of the rounding error of `f` at `x`.
fn rounding(f: &impl Function, x: &[f64]) -> f64 {
    let x: Vec<Rounded> = x.iter().map(|&x| Rounded::exact(x)).collect();
    f.call(&x).expect("an expression does not fail")[0].error() * f64::EPSILON
}

fn runs() -> u32 {
    std::env::var("CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2000)
}
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[SEED; 32]))
}
fn wrong(f: &Expression, what: &str, found: f64, expected: f64, tolerance: f64) -> TestCaseError {
    TestCaseError::fail(format!("{what}: expected {expected:e} within {tolerance:.1e}, found {found:e}, in\n{f}"))
}
fn direction(x: &[f64]) -> Vec<f64> {
    (0..x.len()).map(|k| [1.0, -0.5, 0.75, 2.0][k % 4]).collect()
}

#[test]
fn every_mode_and_nesting_agrees() {
    let (seen, steps, worst) = (Cell::new(0u32), Cell::new(0usize), Cell::new(0f64));
    let outcome = runner(runs()).run(&cases(INPUTS, STEPS, -3.0..3.0), |(f, x)| {
        seen.set(seen.get() + 1);
        steps.set(steps.get() + f.len());
        let dx = direction(&x);
        let check = |what: &str, found: f64, expected: f64, rounding: f64| {
            if found == expected {
                return Ok(());
            }
            worst.set(worst.get().max((found - expected).abs() / rounding));
            let ok = (found - expected).abs() <= 8.0 * rounding; // false for NaN
            if ok { Ok(()) } else { Err(wrong(&f, what, found, expected, 8.0 * rounding)) }
        };
        let one = d(&f, &dx, Forward);
        let (bound, first) = (d(&f, &dx, Bound), at(&one, &x));
        let e = rounding(&bound, &x);
        check("three lanes", at(&d(&f, &dx, Lane), &x), first, e)?;
        check("reverse", at(&d(&f, &dx, Reverse), &x), first, e)?;
        check("pushed", at(&d(&f, &dx, Pushed), &x), first, e)?;

        let reverse = d(&f, &dx, Reverse);
        let two = d(&one, &dx, Forward);
        let (second, e) = (at(&two, &x), rounding(&d(&bound, &dx, Bound), &x));
        check("reverse over forward", at(&d(&one, &dx, Reverse), &x), second, e)?;
        check("forward over reverse", at(&d(&reverse, &dx, Forward), &x), second, e)?;
        check("reverse over reverse", at(&d(&reverse, &dx, Reverse), &x), second, e)
    });
    println!(
        "seed {SEED}: {} expressions, {} operations, worst {:.1} × rounding",
        seen.get(),
        steps.get(),
        worst.get()
    );
    outcome.unwrap();
}

#[test]
fn differences_and_complex_steps_agree() {
    let (seen, entries, decided, complex) = (Cell::new(0), Cell::new(0), Cell::new(0), Cell::new(0));
    let outcome = runner(runs()).run(&cases(INPUTS, STEPS, -3.0..3.0), |(f, x)| {
        let report = check_gradient(&f, &x).expect("an expression does not fail");
        if !report.passes() || !report.kinks.is_empty() {
            return Err(TestCaseError::fail(format!("{report}\nat {x:?} in\n{f}")));
        }
        seen.set(seen.get() + 1);
        entries.set(entries.get() + INPUTS);
        complex.set(complex.get() + report.comparisons[0].compared);
        decided.set(decided.get() + report.comparisons[1].compared);
        Ok(())
    });
    let (entries, decided, complex) = (entries.get(), decided.get(), complex.get());
    println!("seed {SEED}: {} expressions, {entries} entries, {decided} by differences, {complex} complex", seen.get());
    outcome.unwrap();
    assert!(decided * 100 >= entries * 95, "differences must decide 95 entries in 100");
    assert!(complex * 100 >= entries * 80, "complex steps must be known for 80 entries in 100");
}

#[test]
fn single_precision_agrees_within_its_rounding() {
    let seen = Cell::new(0u32);
    let strategy = (expressions(INPUTS, STEPS), points(INPUTS, -3.0..3.0));
    let outcome = runner(runs()).run(&strategy, |(f, x)| {
        seen.set(seen.get() + 1);
        let x: Vec<f64> = x.iter().map(|&x| f64::from(x as f32)).collect();
        let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let single = try_grad(|x| Ok(f.call(x)?[0]), &narrow).expect("an expression does not fail");
        let double = try_grad(|x| Ok(f.call(x)?[0]), &x).expect("an expression does not fail");
        for k in 0..INPUTS {
            let unit: Vec<f64> = (0..INPUTS).map(|j| if j == k { 1.0 } else { 0.0 }).collect();
            let rounding = rounding(&d(&f, &unit, Bound), &x) / f64::EPSILON * f64::from(f32::EPSILON);
            let (found, expected) = (f64::from(single[k]), double[k]);
            // of first order: it means nothing once it is as large as the derivative
            if rounding < 1e-3 * (expected.abs() + 1.0) && (found - expected).abs() > 8.0 * rounding + 1e-30 {
                return Err(wrong(&f, "f32", found, expected, 8.0 * rounding));
            }
        }
        Ok(())
    });
    println!("seed {SEED}: {} expressions", seen.get());
    outcome.unwrap();
}
