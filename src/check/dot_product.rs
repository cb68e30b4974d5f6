//! The dot-product test: $\langle J\dot x, \bar y\rangle = \langle \dot x, J^\top\bar y\rangle$ for random directions.
//!
//! It checks a whole Jacobian in both directions for the price of a few sweeps, whatever the number of inputs, and it is
//! the only test for a linear map that exists as two pieces of code (Claerbout 1992).

use super::{
    difference::{Estimate, difference_along, difference_along_above, differences, start},
    judge::{estimated, exact},
    majorant::Majorant,
    report::{Comparison, Report},
    rounded::{Rounded, rounding},
};
use crate::{
    error::{Result, same_len},
    forward::Dual,
    real::Function,
    tape::{Frame, Var, record},
};
use alloc::{vec, vec::Vec};
#[allow(unused_imports)] // with std, f64 has its methods itself
use num_traits::Float;

/// The seed of the random directions, unless another is given. It is printed with every report.
pub const SEED: u64 = 20_240_229;
/// How many pairs of directions are tried: half of them of ±1, half normal.
pub const TRIALS: usize = 8;

/// Returns a report on the derivative of `f` along random directions: $\langle J\dot x, \bar y\rangle$ by forward mode,
/// $\langle \dot x, J^\top\bar y\rangle$ by reverse mode, and the former by differences.
///
/// Row `k` of the report is the trial `k`. A wrong entry of the Jacobian changes the products of every trial, except
/// for directions that happen to cancel it.
///
/// # Cost
/// 8 sweeps in each direction and about 400 evaluations of `f`, for any number of inputs.
///
/// # Errors
/// As [`check_gradient`](super::check_gradient).
///
/// # Example
/// ```
/// use pullback::*;
/// struct Chain;
/// impl Function for Chain {
///     fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
///         Ok(x.windows(2).map(|w| w[0].sin() * w[1]).collect())
///     }
/// }
/// check_dot_product(&Chain, &[0.5; 1000])?.ok()?;
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "dot_test")]
#[doc(alias = "adjoint_test")]
#[doc(alias = "transpose_test")]
pub fn check_dot_product(f: &impl Function, x: &[f64]) -> Result<Report> {
    check_dot_product_seeded(f, x, SEED)
}

/// As [`check_dot_product`], with the seed of the directions.
///
/// # Errors
/// As [`check_dot_product`].
pub fn check_dot_product_seeded(f: &impl Function, x: &[f64], seed: u64) -> Result<Report> {
    const CHECK: &str = "check_dot_product";
    let outputs = start(CHECK, |x| f.call(x), x)?.len();
    let noise = rounding(f, x)?;
    let mut directions = Directions::seeded(seed);
    let mut report = Report::new(CHECK, [TRIALS, 1]);
    report.seed = Some(seed);
    let mut modes = Comparison::new("reverse", "forward");
    let mut by_differences = Comparison::new("reverse", "differences");
    let mut forward_differences = Comparison::new("forward", "differences");
    for k in 0..TRIALS {
        let (dx, by) = (directions.next(k, x.len()), directions.next(k, outputs));
        let seeded: Vec<Dual> = x.iter().zip(&dx).map(|(&x, &dx)| Dual::new(x, dx)).collect();
        let dy: Vec<f64> = f.call(&seeded)?.iter().map(Dual::tangent).collect();
        let bx = record(|t| {
            let x = t.inputs(x);
            t.pull(&f.call(x)?, &by, x)
        })?;
        let bounded = |(x, dx): (&f64, &f64)| Majorant::new(Rounded::exact(*x), Rounded::exact(dx.abs()));
        let bounded: Vec<Majorant<_>> = x.iter().zip(&dx).map(bounded).collect();
        let errors: Vec<f64> = f.call(&bounded)?.iter().map(|y| y.bound().error() * f64::EPSILON).collect();
        same_len(CHECK, outputs, dy.len())?;
        same_len(CHECK, outputs, errors.len())?;
        let (pushed, pulled) = (product(&dy, &by), product(&dx, &bx));
        let rounding = size(&errors, &by) + f64::EPSILON * (size(&dy, &by) + size(&bx, &dx));
        exact(&mut modes, [k, 0], pulled, pushed, rounding);
        let along = combine(&difference_along_above(&noise, |x| f.call(x), x, &dx)?, &by);
        estimated(&mut by_differences, &mut report.kinks, [k, 0], pulled, &along, rounding);
        estimated(&mut forward_differences, &mut report.kinks, [k, 0], pushed, &along, rounding);
    }
    report.comparisons.extend([by_differences, forward_differences, modes]);
    Ok(report)
}

/// Returns a report on the reverse mode of a closure over variables: the way to check a pullback given to
/// [`custom`](crate::custom), partials given to [`opaque`](crate::opaque), or any code that only runs on a tape.
///
/// First every entry of the Jacobian, one pull an output, against differences of the values of the same closure; then
/// the dot-product test along random directions, which also pulls cotangents that are not unit vectors.
///
/// # Errors
/// What `f` returns; [`Error::OutOfDomain`](crate::Error::OutOfDomain) where `x` or $f(x)$ is not finite;
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the number of outputs is not always the same.
///
/// # Example
/// ```
/// use pullback::*;
/// fn square<'t>(x: &[Var<'t>], factor: f64) -> Result<Vec<Var<'t>>> {
///     let v = x[0].value();
///     custom("square", x, &[v * v], move |by, bx| { bx[0] = by[0] * v * factor; Ok(()) })
/// }
/// check_pullback(|x| square(x, 2.0), &[3.0])?.ok()?;
/// let e = check_pullback(|x| square(x, -2.0), &[3.0])?.ok().unwrap_err();
/// assert!(matches!(e, Error::CheckFailed { found: -6.0, .. }));
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "gradcheck")]
#[doc(alias = "test_rrule")]
pub fn check_pullback(f: impl for<'t> Fn(&[Var<'t>]) -> Result<Vec<Var<'t>>>, x: &[f64]) -> Result<Report> {
    let value = |x: &[f64]| record(|t: Frame<'_>| Ok(f(t.inputs(x))?.iter().map(Var::value).collect::<Vec<f64>>()));
    let pull = |by: &[f64]| {
        record(|t| {
            let x = t.inputs(x);
            t.pull(&f(x)?, by, x)
        })
    };
    check_pair("check_pullback", value, pull, x)
}

/// Holds any backward map at `x` against differences of the values.
pub(super) fn check_pair(
    check: &'static str,
    value: impl Fn(&[f64]) -> Result<Vec<f64>>,
    pull: impl Fn(&[f64]) -> Result<Vec<f64>>,
    x: &[f64],
) -> Result<Report> {
    let outputs = start(check, &value, x)?.len();
    let mut report = Report::new(check, [outputs, x.len()]);
    let mut entries = Comparison::new("reverse", "differences");
    for (i, row) in differences(&value, x)?.iter().enumerate() {
        let mut by = vec![0.0; outputs];
        by[i] = 1.0;
        for (j, (&found, along)) in pull(&by)?.iter().zip(row).enumerate() {
            estimated(&mut entries, &mut report.kinks, [i, j], found, along, 0.0);
        }
    }
    let mut products = Comparison::new("reverse along random directions", "differences");
    let mut directions = Directions::seeded(SEED);
    report.seed = Some(SEED);
    for k in 0..TRIALS {
        let (dx, by) = (directions.next(k, x.len()), directions.next(k, outputs));
        let bx = pull(&by)?;
        let along = combine(&difference_along(&value, x, &dx)?, &by);
        let rounding = f64::EPSILON * size(&bx, &dx);
        // kinks along a line are those of the entries
        estimated(&mut products, &mut vec![], [k, 0], product(&dx, &bx), &along, rounding);
    }
    report.comparisons.extend([entries, products]);
    Ok(report)
}

/// Returns a report on two linear maps that should be transposes of each other:
/// $\langle A\dot x, \bar y\rangle = \langle \dot x, A^\top\bar y\rangle$ for random $\dot x \in \mathbb R^n$,
/// $\bar y \in \mathbb R^m$.
///
/// # Errors
/// What the maps return; [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where a map returns the wrong length.
///
/// # Example
/// ```
/// use pullback::*;
/// // differences of neighbours, and what is meant to be their transpose
/// let push = |x: &[f64]| Ok(vec![x[1] - x[0], x[2] - x[1]]);
/// check_transpose(push, |y| Ok(vec![-y[0], y[0] - y[1], y[1]]), 3, 2)?.ok()?;
/// assert!(!check_transpose(push, |y| Ok(vec![-y[0], y[0] + y[1], y[1]]), 3, 2)?.passes());
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "adjoint_test")]
pub fn check_transpose(
    push: impl Fn(&[f64]) -> Result<Vec<f64>>,
    pull: impl Fn(&[f64]) -> Result<Vec<f64>>,
    n: usize,
    m: usize,
) -> Result<Report> {
    const CHECK: &str = "check_transpose";
    let mut report = Report::new(CHECK, [TRIALS, 1]);
    report.seed = Some(SEED);
    let mut comparison = Comparison::new("pull", "push");
    let mut directions = Directions::seeded(SEED);
    for k in 0..TRIALS {
        let (dx, by) = (directions.next(k, n), directions.next(k, m));
        let (dy, bx) = (push(&dx)?, pull(&by)?);
        same_len(CHECK, m, dy.len())?;
        same_len(CHECK, n, bx.len())?;
        let rounding = f64::EPSILON * (n + m) as f64 * (size(&dy, &by) + size(&bx, &dx));
        exact(&mut comparison, [k, 0], product(&dx, &bx), product(&dy, &by), rounding);
    }
    report.comparisons.push(comparison);
    Ok(report)
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
/// The sum of the sizes of the terms of a product.
fn size(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum()
}
/// Returns $\langle \dot y, \bar y\rangle$ for a $\dot y$ by differences. A kink of one output is a kink of the product.
fn combine(dy: &[Estimate], by: &[f64]) -> Estimate {
    let whole = Estimate { value: 0.0, error: 0.0, order: None, step: f64::NAN, kink: None, scale: 0.0 };
    dy.iter().zip(by).filter(|(_, by)| **by != 0.0).fold(whole, |sum, (e, by)| Estimate {
        value: sum.value + e.value * by,
        error: if e.decides() { sum.error + e.error * by.abs() } else { f64::INFINITY },
        order: sum.order.or(e.order),
        step: e.step,
        // what one output does at its kink says nothing about the slopes of the sum
        kink: sum.kink.or(e.kink.map(|_| (super::Shape::Jump, [f64::NAN; 2]))),
        scale: sum.scale + e.scale * by.abs(),
    })
}

/// Random directions from a seed: SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub(super) struct Directions(u64);

impl Directions {
    pub(super) fn seeded(seed: u64) -> Self {
        Directions(seed)
    }
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number in (0, 1].
    fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }
    /// The direction of trial `k`: of ±1 where `k` is even, normal (Box and Muller) where it is odd.
    pub(super) fn next(&mut self, k: usize, n: usize) -> Vec<f64> {
        let sign = |d: &mut Self| if d.bits() >> 63 == 0 { 1.0 } else { -1.0 };
        let normal = |d: &mut Self| (-2.0 * d.unit().ln()).sqrt() * (core::f64::consts::TAU * d.unit()).cos();
        (0..n).map(|_| if k % 2 == 0 { sign(self) } else { normal(self) }).collect()
    }
}
