//! `Exact` keeps every result to the bit, special values included; `Relaxed` does what its table says and no more.

use crate::{
    bits,
    random::{Random, SPECIAL, program, smooth, special},
};
use pullback::{
    Dual, Program, Result,
    diagram::Diagram,
    op::{Bin, Un},
    program::{Level, Op},
};

#[test]
fn exact_keeps_every_bit() -> Result<()> {
    let ops = special();
    let (mut before, mut after) = (0, 0);
    for seed in 0..1500 {
        let r = &mut Random(seed);
        let p = program(r, [3, 3, 14], &ops);
        let q = p.simplify(Level::Exact);
        before += p.len();
        after += q.len();
        assert_eq!(q.simplify(Level::Exact), q, "seed {seed}: what is simple stays");
        for _ in 0..6 {
            let x: Vec<f64> = (0..3).map(|_| r.one(&SPECIAL)).collect();
            let (a, b) = (p.eval(&x)?, q.eval(&x)?);
            let same = a.iter().zip(&b).all(|(a, b)| bits(*a, *b));
            assert!(same, "seed {seed} at {x:?}: {a:?} became {b:?}\n{p:?}\n{q:?}");
        }
    }
    assert!(after < before * 2 / 3, "{after} of {before} boxes are left");
    Ok(())
}

#[test]
fn exact_keeps_every_bit_of_a_derivative() -> Result<()> {
    let ops = special();
    for seed in 0..300 {
        let r = &mut Random(seed);
        let p = program(r, [2, 2, 8], &ops);
        for d in [p.reverse()?, p.pushforward()?, p.reverse()?.pushforward()?] {
            let q = d.simplify(Level::Exact);
            for _ in 0..6 {
                let x: Vec<f64> = (0..d.arity().0).map(|_| r.one(&SPECIAL)).collect();
                let (a, b) = (d.eval(&x)?, q.eval(&x)?);
                let same = a.iter().zip(&b).all(|(a, b)| bits(*a, *b));
                assert!(same, "seed {seed} at {x:?}: {a:?} became {b:?}\n{d:?}\n{q:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_derivative_afterwards_is_the_same_to_rounding() -> Result<()> {
    let mut ops = smooth();
    ops.extend([Op::Const(1.0), Op::Const(-1.0), Op::Const(0.0), Op::Const(-0.0), Op::Times, Op::Select, Op::Max]);
    for seed in 0..400 {
        let r = &mut Random(seed);
        let p = program(r, [3, 2, 14], &ops);
        let x = r.point(3);
        let (j, d) = (p.jacobian()?, p.pushforward()?);
        for level in [Level::Exact, Level::Relaxed] {
            let q = p.simplify(level);
            let scale = j.eval(&x)?.iter().fold(1.0, |m: f64, j| m.max(j.abs()));
            let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * scale);
            assert!(same(&q.jacobian()?.eval(&x)?, &j.eval(&x)?), "seed {seed}, {level:?}, {p:?}");
            assert!(same(&j.simplify(level).eval(&x)?, &j.eval(&x)?), "seed {seed}, {level:?}, {p:?}");
            let along = [&x[..], &[0.3, -0.2, 0.9]].concat();
            assert!(same(&q.pushforward()?.eval(&along)?, &d.eval(&along)?), "seed {seed}, {level:?}, {p:?}");
        }
    }
    Ok(())
}

/// `op` with a constant on one side, and a second way to write it.
fn by(op: Bin, left: Option<f64>, right: Option<f64>) -> Program {
    Program::<f64>::build(1, |d, x| {
        let mut side = |c: Option<f64>| c.map_or(x[0], |c| d.push(Op::Const(c), &[])[0]);
        let args = [side(left), side(right)];
        d.push(Op::Bin(op), &args).to_vec()
    })
}
#[test]
fn the_rows_of_the_table() -> Result<()> {
    let (e, r) = (Level::Exact, Level::Relaxed);
    let left = |op, c, level| by(op, Some(c), None).simplify(level);
    let right = |op, c, level| by(op, None, Some(c)).simplify(level);
    let (id, neg) = (Diagram::id(1), Diagram::generator(Op::Un(Un::Neg)));
    for level in [e, r] {
        assert_eq!(right(Bin::Mul, 1.0, level), id);
        assert_eq!(left(Bin::Mul, 1.0, level), id);
        assert_eq!(right(Bin::Div, 1.0, level), id);
        assert_eq!(right(Bin::Sub, 0.0, level), id);
        assert_eq!(right(Bin::Add, -0.0, level), id);
        assert_eq!(right(Bin::Mul, -1.0, level), neg);
        assert_eq!(left(Bin::Sub, -0.0, level), neg);
        assert_eq!((neg.clone() >> neg.clone()).simplify(level), id);
    }
    // what differs in a special value is kept by `Exact`
    for (exact, relaxed, simple) in [
        (right(Bin::Add, 0.0, e), right(Bin::Add, 0.0, r), id.clone()),
        (left(Bin::Add, 0.0, e), left(Bin::Add, 0.0, r), id.clone()),
        (left(Bin::Sub, 0.0, e), left(Bin::Sub, 0.0, r), neg.clone()),
        (
            right(Bin::Mul, 0.0, e),
            right(Bin::Mul, 0.0, r),
            Program::<f64>::build(1, |d, _| d.push(Op::Const(0.0), &[]).to_vec()),
        ),
        (right(Bin::Div, 4.0, e), right(Bin::Div, 4.0, r), by(Bin::Mul, None, Some(0.25)).simplify(e)),
        (
            by(Bin::Sub, None, None).simplify(e),
            by(Bin::Sub, None, None).simplify(r),
            Program::<f64>::build(1, |d, _| d.push(Op::Const(0.0), &[]).to_vec()),
        ),
    ] {
        assert_eq!(exact.operations(), 1, "{exact:?}");
        assert!(relaxed.equivalent(&simple)?, "{relaxed:?}");
    }
    assert_eq!(right(Bin::Add, 0.0, e).eval(&[-0.0])?[0].to_bits(), 0.0f64.to_bits());
    assert!(right(Bin::Mul, 0.0, e).eval(&[f64::INFINITY])?[0].is_nan());
    assert!(by(Bin::Sub, None, None).simplify(e).eval(&[f64::INFINITY])?[0].is_nan());
    // a/0 and a/∞ have no inverse to multiply with, or a wrong one
    for c in [0.0, -0.0, 5e-324, f64::NAN] {
        assert_eq!(right(Bin::Div, c, r).count(|op| *op == Op::Bin(Bin::Div)), 1, "{c}");
    }
    Ok(())
}

#[test]
fn guards_that_always_pass_go_and_those_that_never_do_stay() -> Result<()> {
    let p = Program::record(|x| if x[0] * 0.0 + 1.0 < 2.0 { x[0] } else { -x[0] }, &[1.0])?;
    let (e, r) = (p.simplify(Level::Exact), p.simplify(Level::Relaxed));
    assert!(!e.is_empty() && r.is_empty());
    assert!(e.eval(&[f64::INFINITY]).is_err(), "∞·0 is NaN, which is not below 2");
    assert_eq!(r.eval(&[f64::INFINITY])?, [f64::INFINITY], "as documented: x·0 is 0");
    Ok(())
}

#[test]
fn a_zero_change_past_a_pole_is_zero_after_simplifying() -> Result<()> {
    let p = Program::record(|x| x[0].sqrt() * x[1], &[1.0, 1.0])?;
    let r = p.reverse()?.simplify(Level::Exact);
    assert_eq!(r.eval(&[0.0, 0.0, 1.0])?[0], 0.0, "the change of the root is 0");
    assert_eq!(r.eval(&[0.0, 2.0, 1.0])?[0], f64::INFINITY);
    assert_eq!(p.simplify(Level::Exact).eval(&[Dual::new(0.0, 0.0), Dual::new(1.0, 1.0)])?[0].tangent(), 0.0);
    assert_eq!(p.gradient()?.eval(&[0.0, 0.0])?, [0.0, 0.0]);
    Ok(())
}

#[test]
fn equal_boxes_are_one() -> Result<()> {
    let p = Program::record(|x| (x[0] * x[1]).sin() + (x[1] * x[0]).sin(), &[1.0, 2.0])?;
    assert_eq!((p.operations(), p.simplify(Level::Exact).operations()), (5, 3));
    // 0 and -0 are two constants, NaN is one
    let q = Program::<f64>::build(0, |d, _| {
        [0.0, -0.0, f64::NAN, -f64::NAN, 0.0].map(|c| d.push(Op::Const(c), &[])[0]).to_vec()
    });
    assert_eq!(q.simplify(Level::Exact).len(), 3);
    Ok(())
}
