//! A loop equals its unrolling: values, R, D and second order, both ways; its size does not grow with its steps.

use crate::{
    all_close,
    random::{Random, program, smooth},
};
use pullback::{
    Error, Program, Result,
    diagram::{Diagram, Wire},
    program::{Level, Loop, Op, Scan},
};
use std::sync::Arc;

fn looped(body: &Program, shape: Loop) -> Result<Program> {
    let p = Diagram::generator(Op::Scan(Arc::new(Scan::new(body.clone(), shape)?)));
    p.validate().map(|()| p)
}
/// The same loop, written out.
fn unrolled(body: &Program, Loop { params, state, steps, backwards }: Loop) -> Program {
    let (reads, makes) = body.arity();
    let (inputs, outputs) = (reads - params - state, makes - state);
    Program::<f64>::build(params + state + steps * inputs, |d, x| {
        let mut s: Vec<Wire> = x[params..params + state].to_vec();
        let mut made = vec![vec![]; steps];
        for k in 0..steps {
            let t = if backwards { steps - 1 - k } else { k };
            let own = &x[params + state + t * inputs..][..inputs];
            let after = d.inline(body, &[&x[..params], &s, own].concat());
            s = after[..state].to_vec();
            made[t] = after[state..state + outputs].to_vec();
        }
        [s, made.concat()].concat()
    })
}

#[test]
fn loops_equal_their_unrolling() -> Result<()> {
    let ops = smooth();
    for seed in 0..200 {
        let r = &mut Random(seed);
        let (params, state, inputs, outputs) = (r.below(3), r.below(3), r.below(3), r.below(2));
        let (reads, makes) = (params + state + inputs, state + outputs);
        if reads == 0 {
            continue;
        }
        let body = program(r, [reads, makes, 6], &ops);
        let shape = Loop { params, state, steps: r.below(5), backwards: r.below(2) == 0 };
        let (l, u) = (looped(&body, shape)?, unrolled(&body, shape));
        assert_eq!(l.arity(), u.arity(), "{shape:?}");
        let (n, m) = l.arity();
        let x = r.point(n);
        assert_eq!(l.eval(&x)?, u.eval(&x)?, "seed {seed}, {shape:?}");
        assert_eq!(l.simplify(Level::Exact).eval(&x)?, u.eval(&x)?);
        let (by, along) = ([&x[..], &r.point(m)].concat(), [&x[..], &r.point(n)].concat());
        let both = |f: &dyn Fn(&Program) -> Result<Program>| Ok::<_, Error>((f(&l)?, f(&u)?));
        let (lr, ur) = both(&|p| p.reverse())?;
        all_close(&lr.eval(&by)?, &ur.eval(&by)?, 1e-12);
        let (ld, ud) = both(&|p| p.pushforward())?;
        all_close(&ld.eval(&along)?, &ud.eval(&along)?, 1e-12);
        // second order: each derivative of each
        let (rr, dr, rd) =
            ([&by[..], &r.point(n)].concat(), [&by[..], &r.point(n + m)].concat(), [&along[..], &r.point(m)].concat());
        all_close(&lr.reverse()?.eval(&rr)?, &ur.reverse()?.eval(&rr)?, 1e-12);
        all_close(&lr.pushforward()?.eval(&dr)?, &ur.pushforward()?.eval(&dr)?, 1e-12);
        all_close(&ld.reverse()?.eval(&rd)?, &ud.reverse()?.eval(&rd)?, 1e-12);
        all_close(&l.jacobian()?.eval(&x)?, &u.jacobian()?.eval(&x)?, 1e-12);
        // a loop may say too much, never too little
        for (all, some) in l.sparsity()?.iter().zip(u.sparsity()?) {
            assert!(some.iter().all(|k| all.contains(k)), "seed {seed}");
        }
    }
    Ok(())
}

/// s' = tanh(p·s + x), y = s'·s
fn cell() -> Result<Program> {
    Program::record_many(
        |v| {
            let s = (v[0] * v[1] + v[2]).tanh();
            Ok(vec![s, s * v[1]])
        },
        &[0.5, 0.1, 0.2],
    )
}
#[test]
fn the_size_does_not_grow_with_the_steps() -> Result<()> {
    let sizes = |steps| -> Result<[usize; 4]> {
        let l = cell()?.scan(1, 1, steps)?;
        let r = l.reverse()?;
        Ok([l.operations(), r.operations(), r.len(), l.pushforward()?.reverse()?.operations()])
    };
    let two = sizes(2)?;
    assert_eq!(sizes(3)?, two);
    assert_eq!(sizes(500)?, two);
    Ok(())
}
#[test]
fn no_step_and_one_step() -> Result<()> {
    let none = cell()?.scan(1, 1, 0)?;
    assert_eq!((none.arity(), none.eval(&[0.5, 0.1])?), ((2, 1), vec![0.1]));
    assert_eq!(none.gradient()?.eval(&[0.5, 0.1])?, [0.0, 1.0]);
    let one = cell()?.scan(1, 1, 1)?;
    assert_eq!(one.eval(&[0.5, 0.1, 0.2])?, cell()?.eval(&[0.5, 0.1, 0.2])?);
    all_close(&one.jacobian()?.eval(&[0.5, 0.1, 0.2])?, &cell()?.jacobian()?.eval(&[0.5, 0.1, 0.2])?, 1e-15);
    Ok(())
}
#[test]
fn a_closed_form() -> Result<()> {
    // s ← p·s, ten times: p¹⁰ s, whose derivatives are known
    let step = Program::record(|v| v[0] * v[1], &[1.0, 1.0])?;
    let power = step.scan(1, 1, 10)?;
    let (p, s) = (1.1f64, 0.7);
    all_close(&power.gradient()?.eval(&[p, s])?, &[10.0 * p.powi(9) * s, p.powi(10)], 1e-14);
    let mixed = 10.0 * p.powi(9);
    all_close(&power.hessian()?.eval(&[p, s])?, &[90.0 * p.powi(8) * s, mixed, mixed, 0.0], 1e-13);
    Ok(())
}
#[test]
fn a_guard_inside_a_loop_is_asked_at_every_step() -> Result<()> {
    let step = Program::record(|v| if v[0] < 10.0 { v[0] * 2.0 } else { v[0] }, &[1.0])?;
    let l = step.scan(0, 1, 3)?;
    assert_eq!(l.eval(&[1.0])?, [8.0]);
    let changed = l.eval(&[3.0]);
    assert_eq!(changed, Err(Error::BranchChanged { guard: 2, relation: "a < b", recorded: true, at: [12.0, 10.0] }));
    assert!(l.gradient()?.eval(&[3.0]).is_err());
    Ok(())
}
#[test]
fn wrong_shapes_are_errors() -> Result<()> {
    let shape =
        |expected, found| Err(Error::ShapeMismatch { op: "scan", expected: vec![expected], found: vec![found] });
    let scan = |params, state, steps| cell().and_then(|c| c.scan(params, state, steps)).map(|_| ());
    assert_eq!(scan(2, 2, 1), shape(4, 3));
    assert_eq!(scan(0, 3, 1), shape(3, 2));
    assert_eq!(scan(usize::MAX, 1, 1), shape(usize::MAX, 3));
    assert_eq!(scan(1, 1, usize::MAX), Err(Error::TooManyWires { limit: u32::MAX }));
    assert_eq!(scan(1, 1, 1 << 32), Err(Error::TooManyWires { limit: u32::MAX }));
    assert!(cell()?.scan(1, 1, 3)?.eval(&[1.0; 4]).is_err());
    // a step that reads and makes nothing of its own: any number of steps, but not of states to go back through
    let power = Program::record(|v| v[0] * v[1], &[1.0, 1.0])?;
    let long = power.scan(1, 1, 1 << 40)?;
    assert_eq!(long.gradient().map(|_| ()), Err(Error::TooManyWires { limit: u32::MAX }));
    assert_eq!(long.pushforward().map(|d| d.arity()), Ok((4, 1)));
    let wrong = Program::<f64>::build(1, |d, x| d.push(Op::Times, x).to_vec());
    assert!(matches!(wrong.scan(0, 1, 2), Err(Error::Miswired { op: "times", .. })));
    Ok(())
}
