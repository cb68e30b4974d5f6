//! Kinks, poles, ends of domains, infinities, NaN, signed zeros, subnormals: every row of `edges.csv` in every mode, and
//! rule B (no change stays no change) at each of them.

use crate::{
    operation::Named,
    ops::none,
    scenario::{Formula, Found, modes},
    truth::{self, Edge, Expected},
};
use pullback::*;

/// Relative error of a finite entry, in rounding units. Most are exact.
const ROUNDINGS: f64 = 16.0;

fn named(row: &Edge) -> Named {
    Named { op: row.op, n: row.n.unwrap_or(0) }
}
/// The argument of each differentiation: `[1, 2]` is `[0, 1, 1]`.
fn arguments(order: &[usize]) -> Vec<usize> {
    order.iter().enumerate().flat_map(|(k, &o)| std::iter::repeat_n(k, o)).collect()
}
fn is_zero(x: f64) -> bool {
    x == 0.0
}

#[test]
fn the_table_holds_in_every_mode_and_nesting() {
    let (mut failures, mut checks) = (vec![], 0);
    for row in truth::edges() {
        let n = row.x.len();
        for mode in modes().iter().filter(|m| m.order <= 2) {
            let representable = |&x: &f64| x.is_nan() || f64::from(x as f32) == x;
            if mode.single && !row.x.iter().all(representable) {
                continue;
            }
            let unit = if mode.single { f64::from(f32::EPSILON) } else { f64::EPSILON };
            for Found { order, value } in (mode.run)(&named(&row), &row.x) {
                let expected = match (&arguments(&order)[..], &row.second) {
                    ([], _) => row.value,
                    ([i], _) => row.partials[*i],
                    ([i, j, ..], Some(second)) => second[i * n + j],
                    (_, None) => continue,
                };
                checks += 1;
                if !expected.admits(value, ROUNDINGS * unit) {
                    let (line, op, x, name, rule, note) = (row.line, row.op, &row.x, mode.name, row.rule, row.note);
                    failures.push(format!(
                        "edges.csv:{line} {op} at {x:?} in {name}, order {order:?}: expected {expected:?} ({rule} {note}), found {value:e}"
                    ));
                }
            }
        }
    }
    assert!(checks > 20_000, "{checks}");
    none(failures, checks);
}

/// What rule B says of a row: whatever the partials, a zero seed gives zero.
fn zeros_of(row: &Edge) -> Vec<(&'static str, f64)> {
    let (f, x, n) = (named(row), &row.x[..], row.x.len());
    let mut zeros = vec![];
    // forward: no tangent in, no tangent out, at each level
    let still: Vec<Dual> = x.iter().map(|&x| Dual::new(x, 0.0)).collect();
    zeros.push(("Dual", f.call(&still).tangent()));
    let lanes: Vec<Multi<f64, 2>> = x.iter().map(|&x| Multi::new(x, [0.0, 0.0])).collect();
    zeros.extend(f.call(&lanes).tangents().map(|t| ("Multi", t)));
    let twice: Vec<HyperDual> = x.iter().map(|&x| hyper(x, 0.0, 0.0)).collect();
    let (_, a, b, ab) = hyper_parts(f.call(&twice));
    zeros.extend([a, b, ab].map(|t| ("Dual²", t)));
    // reverse: no cotangent in, none out; in a sweep of its own, in a lane beside a full one, behind a product with 0
    let swept = record(|t| {
        let v = t.inputs(x);
        let y = f.call(v);
        let alone = t.pull(&[y], &[0.0], v)?;
        let beside: Vec<f64> = t.pull_lanes(&[y], &[[1.0, 0.0]], v)?.iter().map(|b| b[1]).collect();
        let behind = t.grad(y * 0.0, v)?;
        let branch = t.grad(Var::select(lift(0.0), y, lift(1.0)), v)?;
        Ok([alone, beside, behind, branch].concat())
    });
    zeros.extend(swept.expect("no limit").into_iter().map(|b| ("Var", b)));
    let (_, pb) = vjp(|x| vec![f.call(x)], x).expect("no limit");
    zeros.extend(pb.pull(&[0.0]).expect("one output").into_iter().map(|b| ("Pullback::pull", b)));
    zeros.extend(pb.push(&vec![0.0; n]).expect("n inputs").into_iter().map(|b| ("Pullback::push", b)));
    // second order: the gradient does not move where the point does not
    let hv = hvp(|x| f.call(x), x, &vec![0.0; n]).expect("shapes");
    zeros.extend(hv.into_iter().map(|h| ("hvp", h)));
    zeros
}

#[test]
fn a_zero_seed_gives_zero_at_every_edge() {
    let (mut failures, mut checks) = (vec![], 0);
    for row in truth::edges() {
        for (mode, zero) in zeros_of(&row) {
            checks += 1;
            if !is_zero(zero) {
                let (line, op, x) = (row.line, row.op, &row.x);
                failures.push(format!("edges.csv:{line} {op} at {x:?} in {mode}: expected 0, found {zero:e}"));
            }
        }
    }
    none(failures, checks);
}

#[test]
fn a_pole_in_one_argument_leaves_the_derivative_along_another() {
    let (mut failures, mut checks) = (vec![], 0);
    for row in truth::edges().iter().filter(|row| row.partials.iter().any(|&p| p.is_not_finite())) {
        for (k, &expected) in row.partials.iter().enumerate().filter(|(_, p)| !p.is_not_finite()) {
            let along: Vec<Dual> =
                row.x.iter().enumerate().map(|(j, &x)| Dual::new(x, f64::from(u8::from(j == k)))).collect();
            let (_, pb) = vjp(|x| vec![named(row).call(x)], &row.x).expect("no limit");
            let unit: Vec<f64> = (0..row.x.len()).map(|j| f64::from(u8::from(j == k))).collect();
            for found in [named(row).call(&along).tangent(), pb.push(&unit).expect("n inputs")[0]] {
                checks += 1;
                if !expected.admits(found, ROUNDINGS * f64::EPSILON) {
                    failures.push(format!("edges.csv:{} {} at {:?} along {k}: {found:e}", row.line, row.op, row.x));
                }
            }
        }
    }
    assert!(checks > 20, "{checks}");
    none(failures, checks);
}

/// Expressions whose derivative a lazy variable could lose: the pole or the overflow comes before the zero.
#[derive(Clone, Copy, Debug)]
enum Hole {
    Overflow,
    InfiniteFactor,
    Root,
    Reciprocal,
    Quotient,
    RootAndSum,
    NestedRoot,
    LogTimesZero,
    ManyPoles,
    PoleInWide,
}
const HOLES: [(Hole, [f64; 2], [f64; 2]); 11] = [
    (Hole::Overflow, [3.0, 1.0], [0.0, 0.0]),
    (Hole::InfiniteFactor, [3.0, 1.0], [0.0, 0.0]),
    (Hole::Root, [0.0, 1.0], [0.0, 0.0]),
    (Hole::Reciprocal, [0.0, 1.0], [0.0, 0.0]),
    (Hole::Quotient, [1.0, 0.0], [1.0, 0.0]),
    (Hole::Quotient, [0.0, 0.0], [1.0, 0.0]),
    (Hole::RootAndSum, [0.0, 2.0], [0.0, 0.0]),
    (Hole::NestedRoot, [0.0, 1.0], [0.0, 1.0]),
    (Hole::LogTimesZero, [0.0, 1.0], [0.0, 0.0]),
    (Hole::ManyPoles, [0.0, 0.0], [1.0, 1.0]),
    (Hole::PoleInWide, [0.0, 2.0], [0.0, 1.0]),
];
impl Formula for Hole {
    fn call<F: Primitive, T: Real<F>>(&self, v: &[T]) -> T {
        let (x, y, zero) = (v[0], v[1], F::of(0.0));
        let huge = F::max_value().sqrt() * F::of(4.0); // its square overflows
        match self {
            Hole::Overflow => x * huge * huge * zero,
            Hole::InfiniteFactor => x * F::infinity() * zero,
            Hole::Root => x.sqrt() * zero,
            Hole::Reciprocal => x.recip() * zero,
            Hole::Quotient => x / y * zero + x,
            Hole::RootAndSum => (x.sqrt() + y) * (y - v[1]),
            Hole::NestedRoot => (x.sqrt().sqrt() * zero + y).sqrt() * F::of(2.0),
            Hole::LogTimesZero => (x.ln() + x.recip() + x.sqrt()) * zero,
            Hole::ManyPoles => (x.sqrt() + y.ln()) * zero + (x.recip() / y) * zero + x + y,
            Hole::PoleInWide => sum(&[x.sqrt() * zero, y, x.recip() * zero, x.ln() * zero, x.cbrt() * zero]),
        }
    }
}

#[test]
fn a_lazy_scale_hides_no_zero() -> Result<()> {
    for (hole, x, truth) in HOLES {
        // every mode whose first derivatives come from a sweep: what is skipped there is the entry
        assert_eq!(grad(|x| hole.call(x), &x)?, truth, "{hole:?} in Var");
        let single = grad(|x| hole.call(x), &x.map(|x| x as f32))?;
        assert_eq!(single.iter().map(|&g| f64::from(g)).collect::<Vec<_>>(), truth, "{hole:?} in Var f32");
        let (_, pb) = vjp(|x| vec![hole.call(x)], &x)?;
        assert_eq!(pb.pull(&[1.0])?, truth, "{hole:?} in Pullback");
        let lanes = record(|t| {
            let v = t.inputs(&x);
            t.pull_lanes(&[hole.call(v), v[1]], &[[1.0, 0.0], [0.0, 1.0]], v)
        })?;
        assert_eq!(lanes, [[truth[0], 0.0], [truth[1], 1.0]], "{hole:?} in lanes");
        let over_dual = value_and_grad(|x| hole.call(x), &x.map(|x| Dual::new(x, 0.0)))?.1;
        assert_eq!(over_dual.iter().map(Dual::value).collect::<Vec<_>>(), truth, "{hole:?} in Var<Dual>");
    }
    Ok(())
}
#[test]
fn a_product_with_an_active_zero_keeps_what_does_depend() -> Result<()> {
    // (√x + y)(y − y): the second factor is 0 and moves with nothing, its cotangent is ∞ or 2
    let g = grad(|x| (x[0].sqrt() + x[1]) * (x[1] - x[1] * 1.0), &[0.0, 2.0])?;
    assert_eq!(g, [0.0, 0.0]);
    // √x · (y − 1) at (0, 1): ∂x is ∞ · 0 by rule B an exact 0, ∂y is √0
    assert_eq!(grad(|x| x[0].sqrt() * (x[1] - 1.0), &[0.0, 1.0])?, [0.0, 0.0]);
    // and with a cotangent that is not zero the pole is honest
    assert_eq!(grad(|x| x[0].sqrt() * x[1], &[0.0, 1.0])?, [f64::INFINITY, 0.0]);
    assert_eq!(grad(|x| x[0].sqrt() * x[1], &[0.0, -1.0])?, [f64::NEG_INFINITY, 0.0]);
    Ok(())
}

#[test]
fn forward_modes_see_the_pole_that_comes_before_the_zero() {
    // Rule B skips a zero that arrives. Forwards ∞ arrives at the factor 0, and ∞ · 0 is NaN: the two directions differ
    // where a pole is multiplied by a constant zero, and only there. The select below is the way to write it.
    assert!(derivative(|x| x.sqrt() * 0.0, 0.0f64).is_nan());
    assert!(derivative(|x| x * 1e200 * 1e200 * 0.0, 3.0f64).is_nan());
    // the other way round reverse mode multiplies its ∞ by the partial 0
    assert_eq!(derivative(|x| (x * 0.0).sqrt(), 1.0), 0.0);
    assert!(grad(|x| (x[0] * 0.0).sqrt(), &[1.0f64]).expect("no limit")[0].is_nan());
}

#[test]
fn a_zero_that_moves_is_not_skipped_at_a_nested_level() -> Result<()> {
    // √x · y at (0, 0): the cotangent of √x is y. As a number it is 0 and skipped ...
    assert_eq!(grad(|x| x[0].sqrt() * x[1], &[0.0, 0.0])?, [0.0, 0.0]);
    let by_hvp = |v: [f64; 2]| value_and_grad(|x| x[0].sqrt() * x[1], &[Dual::new(0.0, v[0]), Dual::new(0.0, v[1])]);
    assert_eq!(by_hvp([0.0, 0.0])?.1[0].value(), 0.0);
    // ... but where y moves, it is a zero with a derivative, ∞ of it arrives, and ∞ · 0 is NaN
    assert!(by_hvp([0.0, 1.0])?.1[0].value().is_nan());
    Ok(())
}

/// `√x` where x > 0, else `2x`, by `select` and by `if`.
#[derive(Clone, Copy, Debug)]
enum Where {
    Select,
    Branch,
}
impl Formula for Where {
    fn call<F: Primitive, T: Real<F>>(&self, x: &[T]) -> T {
        let (x, zero) = (x[0], T::lit(F::of(0.0)));
        match self {
            Where::Select => T::select(x.gt01(zero), x.sqrt() + x.ln() + x.recip(), x * F::of(2.0) + x * x),
            Where::Branch if x > zero => x.sqrt() + x.ln() + x.recip(),
            Where::Branch => x * F::of(2.0) + x * x,
        }
    }
}

#[test]
fn the_branch_that_is_not_taken_leaves_no_trace() {
    for f in [Where::Select, Where::Branch] {
        for mode in modes::<Where>().iter().filter(|m| m.order <= 4) {
            for Found { order, value } in (mode.run)(&f, &[0.0]) {
                assert_eq!(value, [0.0, 2.0, 2.0, 0.0, 0.0][order[0]], "{f:?} in {}, order {order:?}", mode.name);
            }
        }
    }
}

#[test]
fn an_expectation_of_a_signed_zero_is_strict() {
    assert!(Expected::Number(-0.0).admits(-0.0, 1.0) && !Expected::Number(-0.0).admits(0.0, 1.0));
    assert!(is_zero(-0.0) && !is_zero(f64::NAN));
}
