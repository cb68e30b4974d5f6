//! Loops: forward, backward, nested, long in body and in rounds, with guards, without state.

use crate::{Random, check, rosenbrock};
use pullback::{program::Level, *};

fn numbers(n: usize) -> Vec<f64> {
    let mut random = Random(n as u64);
    (0..n).map(|_| random.number() * 0.5).collect()
}
fn check_loop(name: &str, p: &Program, points: &[Vec<f64>]) {
    check(name, p, points);
    let derivatives = [p.reverse(), p.with_reverse(), p.pushforward(), p.reverse().and_then(|r| r.reverse())];
    for d in derivatives {
        let d = d.expect(name);
        let n = d.arity().0;
        let points = [numbers(n), numbers(n + 1)[1..].to_vec()];
        check(&format!("a derivative of {name}"), &d, &points);
        check(&format!("a derivative of {name}, simplified"), &d.simplify(Level::Exact), &points);
        check(&format!("a derivative of {name}, relaxed"), &d.simplify(Level::Relaxed), &points);
    }
}

/// p, s, x to (s·sin x + p, s·x): one parameter, one state, one input, one output a round.
fn step() -> Program {
    Program::record_many(|v| Ok(vec![v[1] * v[2].sin() + v[0], v[1] * v[2]]), &[0.5, 1.0, 1.0]).expect("records")
}

#[test]
fn loops_and_their_derivatives() {
    for steps in [0, 1, 2, 7, 40] {
        let p = step().scan(1, 1, steps).expect("a loop");
        check_loop(&format!("scan {steps}"), &p, &[numbers(p.arity().0), numbers(p.arity().0 + 1)[1..].to_vec()]);
    }
}
#[test]
fn a_window_loop_has_no_state_to_keep() {
    let body =
        Program::record(|v| v[0] + (v[2] - v[1] * v[1]).powi(2) * 100.0 + (v[1] - 1.0).powi(2), &[0.0, 1.0, 1.0]);
    let n = 30;
    let rounds = body.expect("records").scan(0, 1, n - 1).expect("a loop");
    let windows = Program::build(n, |d, x| {
        let zero = d.push(program::Op::Const(0.0), &[]);
        let pairs: Vec<_> = x.windows(2).flatten().copied().collect();
        d.inline(&rounds, &[&zero[..], &pairs].concat())
    });
    let x = numbers(n);
    let straight = Program::record(|x| rosenbrock(x), &x).expect("records");
    assert_eq!(windows.eval(&x).expect("runs"), straight.eval(&x).expect("runs"));
    check("windows", &windows, &[x.clone(), numbers(n + 1)[1..].to_vec()]);
    check("gradient of windows", &windows.value_and_gradient().expect("differentiates"), std::slice::from_ref(&x));
    check("Hessian of windows", &windows.hessian().expect("differentiates"), &[x]);
}
#[test]
fn loops_in_loops() {
    let inner = step().scan(1, 1, 3).expect("a loop"); // 1 + 1 + 3 to 1 + 3
    let outer = inner.scan(1, 1, 4).expect("a loop"); // the outputs of the inner are those of a round
    check_loop("nested", &outer, &[numbers(outer.arity().0)]);
}
#[test]
fn long_bodies_keep_their_state_in_memory() {
    // one round has more operations than a function may have
    let body = Program::record_many(
        |v| {
            let y = (0..700).fold(v[1], |y, k| (y + v[2] * (k as f64 * 0.01)).sin() * v[0]);
            Ok(vec![y, v[1] + v[2], y * v[2]])
        },
        &[0.9, 1.0, 1.0],
    );
    // 2 states would be the first two outputs: the second reads the first of the round before
    let body = body.expect("records");
    let p = Program::build(5, |d, x| {
        let made = d.inline(&body, &[x[0], x[2], x[3]]);
        vec![made[0], made[1], made[2]]
    });
    let p = p.scan(1, 2, 5).expect("a loop");
    let code = check("long body", &p, &[numbers(p.arity().0)]);
    assert!(code.code_size().1 > 3, "expected pieces, found {code:?}");
    let d = p.with_reverse().expect("differentiates").simplify(Level::Exact);
    check("reverse of a long body", &d, &[numbers(d.arity().0)]);
}
#[test]
fn guards_in_loops_are_counted_as_they_run() {
    let body = Program::record_many(
        |v| {
            let s = if v[0] < 4.0 { v[0] + v[1] } else { v[0] };
            Ok(vec![s, if v[1] > -1.0 { s * 2.0 } else { s }])
        },
        &[0.0, 1.0],
    );
    let rounds = body.expect("records").scan(0, 1, 6).expect("a loop");
    let nested =
        Program::record_many(|x| Ok(vec![if x[0] < 3.5 { x[0] } else { x[1] }, x[1]]), &[0.0, 1.0]).expect("records");
    let nested = Program::build(7, |d, x| {
        let first = d.inline(&nested, &[x[0], x[1]]);
        let once = d.inline(&rounds, &[&first[..1], &x[1..]].concat());
        d.inline(&rounds, &[&once[..1], &x[1..]].concat())
    });
    let outer = nested.scan(0, 1, 3).expect("a loop");
    let n = outer.arity().0;
    let mut seen = std::collections::BTreeSet::new();
    for high in 0..n {
        for wrong in [-2.0, 3.0] {
            let mut x = vec![0.01; n];
            x[high] = wrong;
            check("guards in loops", &rounds, &[x[..7].to_vec()]);
            let code = check("guards in loops of loops", &outer, &[x.clone()]);
            if let Err(Error::BranchChanged { guard, .. }) = code.call(&x) {
                seen.insert(guard);
            }
        }
    }
    assert!(seen.len() > 10, "expected guards of many rounds to fail, found {seen:?}");
    let g = rounds.with_reverse().expect("differentiates");
    check("reverse with guards", &g, &[numbers(g.arity().0)]);
}
