//! Over lanes a program computes what it computes point by point: to the bit with the standard functions, within a few
//! units in the last place with the vector functions.

use crate::{
    all_close, bits,
    random::{Random, SPECIAL, program, smooth, special},
};
use pullback::{Error, Program, Real, Result, dot, program::Op};

fn points(r: &mut Random, n: usize, count: usize) -> Vec<Vec<f64>> {
    (0..count)
        .map(|_| (0..n).map(|_| if r.below(3) == 0 { r.one(&SPECIAL) } else { r.real(-2.0, 2.0) }).collect())
        .collect()
}

#[test]
fn exact_lanes_are_the_interpreter_to_the_bit() -> Result<()> {
    let ops = special();
    for seed in 0..150 {
        let r = &mut Random(seed);
        let p = program(r, [3, 2, 25], &ops);
        let xs = points(r, 3, 11);
        let all = [p.lanes::<4>()?.exact().eval_many(&xs)?, p.lanes::<8>()?.exact().eval_many(&xs)?];
        for ys in all {
            for (x, y) in xs.iter().zip(ys) {
                let truth = p.eval(x)?;
                assert!(
                    truth.iter().zip(&y).all(|(a, b)| bits(*a, *b)),
                    "seed {seed} at {x:?}: {y:?}, not {truth:?}\n{p:?}"
                );
            }
        }
    }
    Ok(())
}

#[test]
fn vector_functions_change_the_last_digits_only() -> Result<()> {
    let ops = smooth();
    for seed in 0..100 {
        let r = &mut Random(seed);
        let p = program(r, [3, 1, 12], &ops).value_and_gradient()?;
        let xs: Vec<Vec<f64>> = (0..9).map(|_| r.point(3)).collect();
        for (x, y) in xs.iter().zip(p.lanes::<8>()?.eval_many(&xs)?) {
            all_close(&y, &p.eval(x)?, 1e-12);
        }
    }
    Ok(())
}

#[test]
fn loops_and_calls_run_over_lanes() -> Result<()> {
    let step = Program::record_many(|v| Ok(vec![dot(&v[..2], &v[1..3])?.tanh(), v[1] - v[2]]), &[0.5, 0.2, 0.1])?;
    let p = step.scan(1, 1, 6)?;
    let reverse = p.reverse()?;
    let r = &mut Random(5);
    for program in [&p, &reverse] {
        let n = program.arity().0;
        let xs: Vec<Vec<f64>> = (0..5).map(|_| r.point(n)).collect();
        for (x, y) in xs.iter().zip(program.lanes::<4>()?.exact().eval_many(&xs)?) {
            assert_eq!(y, program.eval(x)?);
        }
    }
    Ok(())
}

#[test]
fn a_point_on_another_branch_is_refused() -> Result<()> {
    let p = Program::record(|x| if x[0] < 1.0 { x[0] } else { x[0] * 2.0 }, &[0.0])?;
    assert_eq!(p.lanes::<4>()?.eval_many(&[[0.5]; 6])?, vec![[0.5]; 6]);
    let e = p.lanes::<4>()?.eval_many(&[[0.5], [0.25], [0.0], [0.0], [0.0], [3.0]]).unwrap_err();
    assert_eq!(e, Error::BranchChanged { guard: 0, relation: "a < b", recorded: true, at: [3.0, 1.0] });
    Ok(())
}

#[test]
fn sums_share_their_first_inputs() -> Result<()> {
    fn loss<T: Real>(v: &[T]) -> T {
        (v[0] * v[2] + v[1] - v[3]).powi(2)
    }
    let gradient = Program::record(|v| loss(v), &[1.0; 4])?.gradient()?.project([0, 1]);
    let r = &mut Random(9);
    let (shared, data) = (r.point(2), r.point(2 * 37));
    let mut found = [0.0; 2];
    gradient.lanes::<8>()?.sum_many_into(&shared, &data, &mut found)?;
    let mut truth = [0.0; 2];
    for item in data.chunks(2) {
        let d = 2.0 * (shared[0] * item[0] + shared[1] - item[1]);
        truth[0] += d * item[0];
        truth[1] += d;
    }
    all_close(&found, &truth, 1e-13);
    Ok(())
}

#[test]
fn wrong_lengths_are_errors() -> Result<()> {
    let p = Program::record(|x| x[0] * x[1], &[1.0, 2.0])?;
    assert_eq!(p.lanes::<8>()?.eval_many(&[[1.0]]).unwrap_err().to_string(), "eval_many: expected length 2, found 1");
    let mut y = [0.0];
    assert!(p.lanes::<8>()?.eval_many_into(&[1.0; 3], &mut y).is_err());
    assert!(p.lanes::<8>()?.sum_many_into(&[1.0; 2], &[1.0; 3], &mut y).is_err());
    assert!(p.lanes::<0>()?.eval_many(&[[1.0, 2.0]]).is_err());
    assert_eq!(p.lanes::<8>()?.eval_many::<[f64; 2]>(&[])?, Vec::<Vec<f64>>::new());
    let constant = Program::<f64>::generator(Op::Const(2.5));
    assert_eq!(constant.lanes::<4>()?.eval_many(&[[], []])?, [[2.5], [2.5]]);
    Ok(())
}
