//! The derivative of a cell's scan is the derivative of the unrolling; a scan of cells in a row is a row of scans.

use crate::lens::K;
use pullback::{Result, category::*, check::laws, lens::*, *};

const ONE: K = K::new(1);

/// s ← p·s·x + x, output s·x + s: a cell whose every wire depends on every other.
#[allow(clippy::type_complexity)]
fn cell() -> Lens<impl Para<P = K, A = (K, K), B = (K, K), M = (K, K)> + Copy> {
    para(
        |p: &K, (s, x): (K, K)| ((*p * s * x + x, s * x + s), (s, x)),
        |p: &K, (s, x), (ds, dy): (K, K), dp: &mut K| {
            *dp += s * x * ds;
            (*p * x * ds + (x + ONE) * dy, (*p * s + ONE) * ds + s * dy)
        },
    )
}
#[test]
fn a_scan_is_the_unrolling_exactly() -> Result<()> {
    let mut draw = crate::lens::Points(21);
    for _ in 0..100 {
        let (p, s, [x, y, z]) = (draw.next(), draw.next(), [draw.next(), draw.next(), draw.next()]);
        let (ds, d) = (draw.next(), [draw.next(), draw.next(), draw.next()]);
        let (out, (back_s, back_x), dp) = unroll(cell()).pull(&p, (s, vec![x, y, z]), (ds, d.to_vec()))?;
        // by hand, from the last step to the first
        let ((s1, y1), (s2, y2)) = {
            let (a, _) = cell().fwd(p, (s, x))?;
            let (b, _) = cell().fwd(p, (a.0, y))?;
            (a, b)
        };
        let ((s3, y3), (l2, x3), p3) = cell().pull(&p, (s2, z), (ds, d[2]))?;
        let (_, (l1, x2), p2) = cell().pull(&p, (s1, y), (l2, d[1]))?;
        let (_, (l0, x1), p1) = cell().pull(&p, (s, x), (l1, d[0]))?;
        assert_eq!(out, (s3, vec![y1, y2, y3]));
        assert_eq!((back_s, back_x, dp), (l0, vec![x1, x2, x3], p1 + p2 + p3));
    }
    Ok(())
}

/// Forward, the derivative of the unrolling is the unrolling of the derived cell, whose state is a state and a tangent: it
/// is the adjoint of back-propagation through time, exactly.
#[test]
fn the_derived_cell_is_the_adjoint_of_going_back() -> Result<()> {
    let mut draw = crate::lens::Points(23);
    for _ in 0..100 {
        let mut k = || draw.next();
        let (p, dp, s, ds, lambda) = (k(), k(), k(), k(), k());
        let steps: Vec<[K; 3]> = (0..5).map(|_| [k(), k(), k()]).collect(); // input, its tangent, change of the output
        let mut pushed = K::new(0);
        let (mut at, mut along) = (s, ds);
        for [x, dx, by] in &steps {
            pushed += ((*x + ONE) * along + at * *dx) * *by;
            (at, along) = (p * at * *x + *x, dp * at * *x + p * along * *x + p * at * *dx + *dx);
        }
        pushed += along * lambda;
        let inputs = steps.iter().map(|[x, ..]| *x).collect();
        let changes = steps.iter().map(|[_, _, by]| *by).collect();
        let (_, (back_s, back_x), back_p) = unroll(cell()).pull(&p, (s, inputs), (lambda, changes))?;
        let pulled = steps.iter().zip(back_x).fold(ds * back_s + dp * back_p, |sum, ([_, dx, _], d)| sum + *dx * d);
        assert_eq!(pushed, pulled);
    }
    Ok(())
}

/// A recurrent cell with tanh, and the same three times written out for the tape.
fn recurrent<T: Real>(p: &[T], s: T, x: T) -> (T, T) {
    let next = (p[0] * s + p[1] * x + p[2]).tanh();
    (next, next * p[3])
}
#[derive(Clone, Copy)]
struct Cell;
impl Function for Cell {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        let (s, y) = recurrent(&x[..4], x[4], x[5]);
        Ok(vec![s, y])
    }
}
/// Parameters, first state, inputs to last state, outputs.
struct Unrolled;
impl Function for Unrolled {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        let mut s = x[4];
        let outputs: Vec<T> = x[5..]
            .iter()
            .map(|&x_t| {
                let (next, y) = recurrent(&x[..4], s, x_t);
                s = next;
                y
            })
            .collect();
        Ok([vec![s], outputs].concat())
    }
}

/// The cell as a lens on `(f64, f64)`, through the tape.
fn taped() -> Lens<impl Para<P = Vec<f64>, A = (f64, f64), B = (f64, f64)> + Copy> {
    let split = lens(|(s, x): (f64, f64)| (vec![s, x], ()), |(), d: Vec<f64>| (d[0], d[1]));
    let join = lens(|y: Vec<f64>| ((y[0], y[1]), ()), |(), (ds, dy): (f64, f64)| vec![ds, dy]);
    fn unit() -> Lens<impl Para<P = (), A = Vec<f64>, B = ((), Vec<f64>)> + Copy> {
        lens(|p: Vec<f64>| (((), p), ()), |(), ((), d): ((), Vec<f64>)| d)
    }
    (split >> smooth_para(Cell)).reparam(unit()).map(join)
}

#[test]
fn a_scan_is_back_propagation_through_time() -> Result<()> {
    let (p, s, x) = (vec![0.5, -1.5, 0.25, 2.0], 0.3, vec![1.0, -0.5, 2.0, 0.25, -1.0]);
    let (ds, d) = (0.7, vec![1.0, -2.0, 0.5, 0.25, 3.0]);
    let ((last, y), (back_s, back_x), dp) = unroll(taped()).pull(&p, (s, x.clone()), (ds, d.clone()))?;
    let point = [p, vec![s], x].concat();
    let (out, pb) = vjp(|x| Unrolled.call(x).expect("lengths fit"), &point)?;
    let by = [vec![ds], d].concat();
    let found = [dp, vec![back_s], back_x].concat();
    for (a, b) in [vec![last], y].concat().iter().zip(&out).chain(found.iter().zip(&pb.pull(&by)?)) {
        assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{a} against {b}");
    }
    // forward derivatives agree by the adjoint identity, and differences of the values say the same
    let along: Vec<f64> = (0..point.len()).map(|k| (k as f64).cos()).collect();
    let (_, pushed) = jvp(|x| Unrolled.call(x).expect("lengths fit"), &point, &along)?;
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    assert!((inner(&pushed, &by) - inner(&along, &found)).abs() < 1e-12);
    laws::exact(&unroll(taped()), &laws::at(point[..4].to_vec(), (s, vec![1.0, -0.5])))?.ok()
}

#[test]
fn time_flows_one_way_and_back_the_other() -> Result<()> {
    laws::causal(&unroll(cell()), &laws::at(ONE, (ONE, vec![ONE; 5])))?.ok()?;
    laws::accumulates(&unroll(cell()), &laws::at(ONE, (ONE, vec![ONE; 3])))?.ok()?;
    laws::additive(&unroll(cell()), &laws::at(ONE, (ONE, vec![ONE; 3])))?.ok()?;
    // what the law catches backward: a scan that forgets to turn the changes round
    let slip = lens(
        |(s, x): (f64, Vec<f64>)| ((s, x), ()),
        |(), (s, d): (f64, Vec<f64>)| {
            (s, d.iter().scan(0.0, |sum, d| Some(std::mem::replace(sum, *sum + d))).collect::<Vec<f64>>())
        },
    );
    assert!(!laws::causal(&slip, &laws::at((), (0.0, vec![1.0; 3])))?.holds());
    let short = unroll(cell()).pull(&ONE, (ONE, vec![ONE; 2]), (ONE, vec![ONE]));
    assert_eq!(short.unwrap_err().to_string(), "unroll: expected length 2, found 1");
    Ok(())
}

/// Cut after every second step, going back is going back through pieces of two steps, each from a change 0 of its last
/// state; where nothing is cut, it is exact.
#[test]
fn truncation_is_going_back_in_pieces() -> Result<()> {
    let mut draw = crate::lens::Points(24);
    for _ in 0..50 {
        let mut k = || draw.next();
        let (p, s, x, ds, d) = (k(), k(), [k(), k(), k()], k(), [k(), k(), k()]);
        let whole = (s, x.to_vec());
        let (out, (back_s, back_x), dp) = unroll(cell()).truncated(2).pull(&p, whole.clone(), (ds, d.to_vec()))?;
        let (first, (bs, bx), dp1) = unroll(cell()).pull(&p, (s, x[..2].to_vec()), (K::new(0), d[..2].to_vec()))?;
        let (_, (_, bx2), dp2) = unroll(cell()).pull(&p, (first.0, x[2..].to_vec()), (ds, d[2..].to_vec()))?;
        assert_eq!(out, unroll(cell()).eval(&p, whole)?);
        assert_eq!((back_s, back_x, dp), (bs, [bx, bx2].concat(), dp1 + dp2));
    }
    let at = laws::at(ONE, (ONE, vec![ONE; 3]));
    laws::equal(&unroll(cell()).truncated(3), &unroll(cell()), &at)?.ok()?;
    laws::same_forward(&unroll(cell()).truncated(1), &unroll(cell()), &at)?.ok()?;
    assert!(!laws::equal(&unroll(cell()).truncated(2), &unroll(cell()), &at)?.holds());
    laws::accumulates(&unroll(cell()).truncated(2), &at)?.ok()?;
    laws::additive(&unroll(cell()).truncated(2), &at)?.ok()
}

#[test]
fn cells_in_a_row_are_scans_in_a_row() -> Result<()> {
    let mut draw = crate::lens::Points(22);
    for _ in 0..50 {
        let mut k = || draw.next();
        let (p, q, s, t, x) = (k(), k(), k(), k(), vec![k(), k(), k()]);
        let (ds, dt, d) = (k(), k(), vec![k(), k(), k()]);
        let (out, back, dp) =
            unroll(cell().then_cell(cell())).pull(&(p, q), ((s, t), x.clone()), ((ds, dt), d.clone()))?;
        let ((s1, y), _) = unroll(cell()).fwd(p, (s, x.clone()))?;
        let ((t1, z), (bt, dy), dq) = unroll(cell()).pull(&q, (t, y), (dt, d))?;
        let (_, (bs, dx), dp_f) = unroll(cell()).pull(&p, (s, x), (ds, dy))?;
        assert_eq!((out, back, dp), (((s1, t1), z), ((bs, bt), dx), (dp_f, dq)));
    }
    Ok(())
}
