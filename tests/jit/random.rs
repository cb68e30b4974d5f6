//! Random programs, their gradients, and other things that are recorded rather than built.

use crate::{Random, check, check_orders, rosenbrock};
use pullback::{
    check::strategy::{Expression, Op, Step},
    program::Level,
    *,
};

#[test]
fn random_expressions_and_their_gradients() {
    let mut random = Random(2026);
    let mut guarded = 0;
    for round in 0..30 {
        let inputs = 1 + round % 4;
        let x: Vec<f64> = (0..inputs).map(|_| random.number()).collect();
        let steps: Vec<Step> = (0..3 + round % 25)
            .map(|k| Step {
                // now and then a comparison that the host sees
                op: if k % 5 == 2 { Op::Branch } else { Op::ALL[random.next() as usize % Op::ALL.len()] },
                a: random.next() as usize % 8,
                b: random.next() as usize % 8,
            })
            .collect();
        let f = Expression::fitted(inputs, steps, &x).expect("fits");
        let p = Program::record_function(&f, &x).expect("records");
        let far: Vec<f64> = x.iter().map(|_| random.number() * 4.0).collect();
        let points = [x, far];
        guarded += usize::from(points.iter().any(|x| p.eval(x).is_err()));
        for point in &points {
            check(&f.to_string(), &p, std::slice::from_ref(point));
            let g = p.gradient().expect("differentiates");
            check(&format!("gradient of {f}"), &g, std::slice::from_ref(point));
            check(&format!("relaxed gradient of {f}"), &g.simplify(Level::Relaxed), std::slice::from_ref(point));
        }
    }
    assert!(guarded > 1, "expected some programs to meet a guard, found {guarded}");
}

#[test]
fn rosenbrock_of_every_order() {
    let mut random = Random(3);
    for n in [2, 3, 10] {
        let points: Vec<Vec<f64>> = (0..4).map(|_| (0..n).map(|_| random.number()).collect()).collect();
        check_orders("rosenbrock", &Program::record(|x| rosenbrock(x), &points[0]).expect("records"), &points);
    }
}

#[test]
fn long_straight_lines_are_cut() {
    let mut random = Random(4);
    let x: Vec<f64> = (0..700).map(|_| random.number()).collect();
    let p = Program::record(|x| rosenbrock(x), &x).expect("records");
    let g = p.value_and_gradient().expect("differentiates");
    let code = check("rosenbrock 700", &g, &[x.clone(), x.iter().map(|x| x * 0.5).collect()]);
    assert!(code.code_size().1 > 5, "expected several functions, found {code:?}");
    // a guard far into the code
    let late = Program::record(
        |x| {
            let y = rosenbrock(x);
            if y < 1e9 && x[3] > -5.0 { y + x[0] } else { y }
        },
        &x,
    );
    let mut wild = x.clone();
    wild[3] = -6.0;
    let late = late.expect("records");
    check("late guard", &late, std::slice::from_ref(&x));
    check("late guard", &late, std::slice::from_ref(&wild));
    assert!(matches!(late.compile().and_then(|c| c.call(&wild)), Err(Error::BranchChanged { guard: 1, .. })));
}

#[test]
fn calls_are_inlined_and_their_guards_count_afresh() {
    /// Looks at its argument, inside.
    struct Looks;
    impl Operation for Looks {
        fn name(&self) -> &'static str {
            "looks"
        }
        fn value<T: Real>(&self, x: &[T]) -> Result<T> {
            Ok(if x[0] < 10.0 && x[1] > x[0] { x[0] * x[1] } else { x[1] })
        }
        fn partials<T: Real>(&self, x: &[T], _y: T, p: &mut [T]) -> Result<()> {
            (p[0], p[1]) = (x[1], x[0]);
            Ok(())
        }
    }
    let p = Program::record_many(
        |x| {
            let a = if x[0] > 0.0 { apply(&Looks, x)? } else { x[0] };
            let b = if x[1] < 5.0 { a.sin() } else { a };
            Ok(vec![b, log_sum_exp(x), norm(x), apply(&Looks, &[b, x[1]])?])
        },
        &[1.0, 2.0],
    )
    .expect("records");
    let points =
        [[1.0, 2.0], [-1.0, 2.0], [2.0, 1.0], [1.0, 7.0], [11.0, 2.0], [0.5, 0.75]].map(|x: [f64; 2]| x.to_vec());
    for x in &points {
        check("calls", &p, std::slice::from_ref(x));
        check("Jacobian of calls", &p.jacobian().expect("differentiates"), std::slice::from_ref(x));
    }
}
