//! Reverse and forward sweeps: lanes, shapes, empty shapes.

use super::*;

fn outputs<T: Real>(x: &[T], m: usize) -> Vec<T> {
    let n = x.len();
    (0..m).map(|k| x[k % n] * x[(k + 1) % n] * (k as f64 + 1.0) + x[(3 * k) % n].powi(2) - x[k % n]).collect()
}
fn lanes_equal_single_sweeps<const L: usize>() -> Result<()> {
    let (n, m) = (5, 7);
    let x = random(n, 1);
    let by: Vec<[f64; L]> = random(m * L, 2).chunks(L).map(|c| std::array::from_fn(|l| c[l])).collect();
    let dx: Vec<[f64; L]> = random(n * L, 3).chunks(L).map(|c| std::array::from_fn(|l| c[l])).collect();
    let (_, pb) = vjp(|x| wide_outputs(x, m), &x)?;
    let live = record(|t| {
        let x = t.inputs(&x);
        t.pull_lanes(&wide_outputs(x, m), &by, x)
    })?;
    let (pulled, pushed) = (pb.pull_lanes(&by)?, pb.push_lanes(&dx)?);
    for lane in 0..L {
        let by: Vec<f64> = by.iter().map(|b| b[lane]).collect();
        let dx: Vec<f64> = dx.iter().map(|d| d[lane]).collect();
        let single = pb.pull(&by)?;
        let one = record(|t| {
            let x = t.inputs(&x);
            t.pull(&wide_outputs(x, m), &by, x)
        })?;
        // the same additions in the same order: the same bits
        assert_eq!(pulled.iter().map(|b| b[lane]).collect::<Vec<_>>(), single, "lane {lane} of {L}");
        assert_eq!(live.iter().map(|b| b[lane]).collect::<Vec<_>>(), one, "lane {lane} of {L}");
        assert_eq!(pushed.iter().map(|d| d[lane]).collect::<Vec<_>>(), pb.push(&dx)?, "lane {lane} of {L}");
    }
    Ok(())
}
/// Plain, wide, custom and fused entries, and an output that is a constant.
fn wide_outputs<'t>(x: &[Var<'t>], m: usize) -> Vec<Var<'t>> {
    let mut y = outputs(x, m - 4);
    y.push(product(x) * x[0]);
    y.push(lift(3.0));
    let values = [x[0].value() * x[1].value(), x[1].value()];
    let (a, b) = (x[0].value(), x[1].value());
    let two = custom("two", &[x[0] * x[2], x[1]], &values, move |by, bx| {
        bx[0] += by[0] * b;
        bx[1] += by[0] * a + by[1];
        Ok(())
    });
    y.extend(two.expect("outputs"));
    y
}

#[test]
fn lanes() -> Result<()> {
    lanes_equal_single_sweeps::<1>()?;
    lanes_equal_single_sweeps::<2>()?;
    lanes_equal_single_sweeps::<4>()?;
    lanes_equal_single_sweeps::<8>()
}

#[test]
fn a_zero_lane_beside_a_full_one_stays_zero() -> Result<()> {
    // 1/0 has an infinite partial: lane 0 asks for it, lane 1 does not
    let f = |x: &[Var<'_>]| -> [f64; 4] {
        let t = x[0].frame().expect("an input");
        let y = [x[0].recip() * x[1], x[1] * 2.0];
        let bx = t.pull_lanes(&y, &[[1.0, 0.0], [0.0, 1.0]], x).expect("shapes");
        [bx[0][0], bx[1][0], bx[0][1], bx[1][1]]
    };
    let found = record(|t| Ok(f(t.inputs(&[0.0, 1.0]))))?;
    assert_eq!(found, [f64::NEG_INFINITY, f64::INFINITY, 0.0, 2.0]);
    let (_, pb) = vjp(|x| vec![x[0].recip() * x[1], x[1] * 2.0], &[0.0, 1.0])?;
    assert_eq!(pb.pull_lanes(&[[1.0, 0.0], [0.0, 1.0]])?, [[f64::NEG_INFINITY, 0.0], [f64::INFINITY, 2.0]]);
    assert_eq!(pb.push_lanes(&[[1.0, 0.0], [0.0, 0.0]])?, [[f64::NEG_INFINITY, 0.0], [0.0, 0.0]]);
    Ok(())
}

#[test]
fn jacobians_agree_for_every_shape() -> Result<()> {
    for n in 1..=9 {
        for m in [0, 1, 2, 3, 4, 5, 8, 9, 13] {
            let x = integers(n);
            let truth: Vec<Vec<f64>> = (0..m)
                .map(|k| {
                    let mut row = vec![0.0; n];
                    row[k % n] += x[(k + 1) % n] * (k as f64 + 1.0) - 1.0;
                    row[(k + 1) % n] += x[k % n] * (k as f64 + 1.0);
                    row[(3 * k) % n] += 2.0 * x[(3 * k) % n];
                    row
                })
                .collect();
            assert_eq!(jacobian(|x| outputs(x, m), &x)?, truth, "{m} × {n}");
            assert_eq!(jacobian_rev(|x| outputs(x, m), &x)?, truth, "{m} × {n}");
            assert_eq!(jacobian_fwd(|x| outputs(x, m), &x)?, truth, "{m} × {n}");
            let (mut tape, mut y, mut rows) = (Tape::new(), vec![f64::NAN; m], vec![f64::NAN; m * n]);
            for _ in 0..2 {
                tape.jacobian_into(
                    |x, y| {
                        y.copy_from_slice(&outputs(x, m));
                        Ok(())
                    },
                    &x,
                    &mut y,
                    &mut rows,
                )?;
                assert_eq!((&y, &rows), (&outputs(&x, m), &truth.concat()), "{m} × {n}");
            }
        }
    }
    Ok(())
}

#[test]
fn no_inputs_and_no_outputs() -> Result<()> {
    assert_eq!(grad(|_| lift(2.0), &[] as &[f64])?, [0.0; 0]);
    assert_eq!(hvp(|_| lift(Dual::from(2.0)), &[] as &[f64], &[])?, [0.0; 0]);
    assert_eq!(hessian(|_| lift(Multi::from(2.0)), &[] as &[f64])?, Vec::<Vec<f64>>::new());
    assert_eq!(jacobian(|_| vec![], &[1.0, 2.0])?, Vec::<Vec<f64>>::new());
    assert_eq!(jacobian(|_| vec![lift(1.0), lift(2.0)], &[] as &[f64])?, [[0.0; 0]; 2]);
    assert_eq!(jacobian_fwd(|_| Vec::<Multi<f64, 8>>::new(), &[1.0])?, Vec::<Vec<f64>>::new());
    assert_eq!(jacobian_fwd(|_| [Multi::from(1.0)], &[] as &[f64])?, [[0.0; 0]; 1]);
    let (y, pb) = vjp(|_| vec![], &[1.0, 2.0])?;
    assert_eq!((y.len(), pb.inputs(), pb.outputs()), (0, 2, 0));
    assert_eq!((pb.pull(&[])?, pb.push(&[1.0, 1.0])?), (vec![0.0, 0.0], vec![]));
    let (_, pb) = vjp(|_| vec![lift(1.0)], &[] as &[f64])?;
    assert_eq!((pb.pull(&[1.0])?, pb.push(&[])?), (vec![], vec![0.0]));
    record(|t| {
        let x = t.inputs::<f64>(&[]);
        assert!(t.is_empty() && x.is_empty());
        assert_eq!((t.pull(&[], &[], x)?, t.grad(lift(1.0), x)?), (vec![], vec![]));
        assert_eq!(t.pull_lanes::<f64, 4>(&[], &[], x)?, [[0.0; 4]; 0]);
        Ok(())
    })?;
    assert_eq!((sum::<f64, f64>(&[]), product::<f64, f64>(&[]), norm::<f64, f64>(&[])), (0.0, 1.0, 0.0));
    assert_eq!(log_sum_exp::<f64, f64>(&[]), f64::NEG_INFINITY);
    assert_eq!((dot::<f64, f64>(&[], &[])?, affine::<f64, f64>(&[], &[], 3.0)?), (0.0, 3.0));
    let empty_ops = |x: &[Var<'_>]| -> f64 {
        let none: &[Var<'_>] = &[];
        (sum(none) + product(none) + norm(none) + sum_map([] as [[Var<'_>; 1]; 0], |[a]| a) + x[0]).value()
    };
    assert_eq!(record(|t| Ok(empty_ops(t.inputs(&[2.0]))))?, 3.0);
    Ok(())
}

#[test]
fn an_output_that_is_an_input_or_a_repeated_one() -> Result<()> {
    let (y, pb) = vjp(|x| vec![x[1], x[0] * x[1], x[1], -x[0], lift(4.0)], &[3.0, 5.0])?;
    assert_eq!(y, [5.0, 15.0, 5.0, -3.0, 4.0]);
    assert_eq!(pb.pull(&[1.0, 10.0, 100.0, 1000.0, 7.0])?, [50.0 - 1000.0, 1.0 + 30.0 + 100.0]);
    assert_eq!(pb.push(&[1.0, 2.0])?, [2.0, 11.0, 2.0, -1.0, 0.0]);
    Ok(())
}
