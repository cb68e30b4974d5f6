//! Pull and push are adjoint: $\langle \bar y, J \dot x\rangle = \langle J^\top \bar y, \dot x\rangle$, in every mode.

use crate::integers::{Draw, Polynomial, for_all, inner};
use pullback::*;

#[test]
fn pull_and_push_of_one_recording() {
    for_all(|f, x, draw| {
        let (by, dx) = (draw.integers(f.outputs), draw.integers(f.inputs));
        let (_, pb) = vjp(|x| f.of(x), x).expect("no limit");
        let (bx, dy) = (pb.pull(&by).expect("length"), pb.push(&dx).expect("length"));
        assert_eq!(inner(&by, &dy), inner(&bx, &dx));
        // and against the mode that shares no code with the tape
        assert_eq!(inner(&by, &jvp(|x| f.of(x), x, &dx).expect("length").1), inner(&bx, &dx));
    });
}

#[test]
fn pull_and_push_through_entries_of_every_kind() {
    /// $(g(x)_0,\ x_0^2 + g(x)_{last})$ as a custom entry with two outputs, whose pullback is that of `g`.
    fn through<'t>(g: &Polynomial, x: &[Var<'t>]) -> Vec<Var<'t>> {
        let t = x[0].frame().expect("an input");
        let values: Vec<f64> = x.iter().map(Var::value).collect();
        let (y, pb) = vjp(|x| g.of(x), &values).expect("no limit");
        let (first, last) = (0, y.len() - 1);
        let row = |k: usize| {
            let unit: Vec<f64> = (0..y.len()).map(|j| f64::from(u8::from(j == k))).collect();
            t.keep(&pb.pull(&unit).expect("length"))
        };
        let (rows, x0) = ([row(first), row(last)], values[0]);
        let out = custom("g", x, &[y[first], x0 * x0 + y[last]], move |by, bx| {
            for (k, bx) in bx.iter_mut().enumerate() {
                *bx += by[0] * rows[0][k] + by[1] * rows[1][k];
            }
            bx[0] += 2.0 * x0 * by[1];
            Ok(())
        });
        let mut all = out.expect("two outputs");
        all.push(fuse([all[0], x[0]], |[a, b]| a * b - b));
        all.push(sum_map([[all[0], x[0]], [all[1], all[2]]], |[a, b]| a * b));
        all.push(preaccumulate(&[all[1], x[0]], |y| Ok(y[0] * y[1] * y[1] + y[0])).expect("no limit"));
        all.push(product(&[all[1], x[0], x[x.len() - 1], x[0], lift(2.0)]));
        all
    }
    fn plain<T: Real>(g: &Polynomial, x: &[T]) -> Vec<T> {
        let y = g.of(x);
        let (a, b) = (y[0], x[0] * x[0] + y[y.len() - 1]);
        let c = a * x[0] - x[0];
        vec![a, b, c, a * x[0] + b * c, b * x[0] * x[0] + b, b * x[0] * x[x.len() - 1] * x[0] * 2.0]
    }
    for_all(|f, x, draw: &mut Draw| {
        let (by, dx) = (draw.integers(6), draw.integers(f.inputs));
        let (y, pb) = vjp(|x| through(f, x), x).expect("no limit");
        let (bx, dy) = (pb.pull(&by).expect("length"), pb.push(&dx).expect("length"));
        assert_eq!(inner(&by, &dy), inner(&bx, &dx));
        let (value, change) = jvp(|x| plain(f, x), x, &dx).expect("length");
        assert_eq!((y, dy), (value, change));
        let live = record(|t| {
            let x = t.inputs(x);
            t.pull(&through(f, x), &by, x)
        });
        assert_eq!(live, Ok(bx));
    });
}
