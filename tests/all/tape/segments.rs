//! A segment neither keeps nor disturbs anything.

use super::*;

#[test]
fn a_segment_is_dropped_and_leaves_the_recording_as_it_was() -> Result<()> {
    // at every fill of the first blocks
    for n in 2..200 {
        let x = integers(n);
        let (g, inner, before, after) = record(|t| {
            let v = t.inputs(&x);
            let y = chain(v);
            let before = t.len();
            let inner = t.segment(|s| {
                let w = s.inputs(&x);
                let z = chain(w) * chain(w) + chain(&w[..2]);
                s.segment(|r| {
                    let u = r.inputs(&x);
                    r.grad(chain(u), u)
                })?;
                s.grad(z, w)
            })?;
            let after = t.len();
            let y = y * 2.0 + chain(v);
            Ok((t.grad(y, v)?, inner, before, after))
        })?;
        let slope = chain_gradient(&x);
        assert_eq!(before, after);
        assert_eq!(g, slope.iter().map(|s| 3.0 * s).collect::<Vec<_>>(), "{n} inputs");
        let mut truth: Vec<_> = slope.iter().map(|s| 2.0 * chain(&x) * s).collect();
        truth[0] += x[1];
        truth[1] += x[0];
        assert_eq!(inner, truth, "{n} inputs");
    }
    Ok(())
}

#[test]
fn an_outer_operation_inside_a_segment_belongs_outside() -> Result<()> {
    // while the segment is open, its surroundings record too: neither may write over the other
    for (before, rounds) in [(0, 1), (0, 100), (1, 3), (63, 2), (64, 200), (500, 1000)] {
        let (x, y) = ([2.0, 3.0, 5.0], [7.0, 11.0]);
        let (outer, inner) = record(|t| {
            let x = t.inputs(&x);
            let mut side = (0..before).fold(x[0], |s, _| s * x[1] * 0.0 + x[0] + x[2]);
            let inner = t.segment(|s| {
                let y = s.inputs(&y);
                let mut z = y[0] * y[1];
                for _ in 0..rounds {
                    side = x[0] * x[1] + x[2] * x[2] + side * 0.0; // an entry outside
                    z = y[0] * y[1] + y[0] * y[0] + z * 0.0; // an entry inside
                }
                s.grad(z, y)
            })?;
            let after = side * x[0] + x[1] * x[2];
            Ok((t.grad(after, x)?, inner))
        })?;
        let [a, b, c] = x;
        assert_eq!(inner, [y[1] + 2.0 * y[0], y[0]], "the segment, {before} entries before, {rounds} rounds");
        assert_eq!(
            outer,
            [a * b + c * c + a * b, a * a + c, 2.0 * c * a + b],
            "around the segment, {before} entries before, {rounds} rounds"
        );
    }
    Ok(())
}

#[test]
fn outer_operations_inside_nested_segments_belong_to_their_own() -> Result<()> {
    let g = record(|t| {
        let x = t.inputs(&[2.0, 3.0, 5.0]);
        let (a, b, c) = t.segment(|s| {
            let y = s.inputs(&[7.0, 11.0, 13.0]);
            let (mut outer, mut middle) = (x[0], y[0]);
            let inner = s.segment(|r| {
                let z = r.inputs(&[17.0, 19.0, 23.0]);
                let mut inner = z[0];
                for _ in 0..50 {
                    outer = x[0] * x[1] + x[2];
                    inner = z[0] * z[1] + z[2];
                    middle = y[0] * y[1] + y[2];
                }
                r.grad(inner, z)
            })?;
            Ok((t.grad(outer, x)?, s.grad(middle * y[0] + y[2] * y[1], y)?, inner))
        })?;
        Ok([a, b, c, t.grad(x[0] * x[1] + x[2], x)?])
    })?;
    assert_eq!(g[0], [3.0, 2.0, 1.0]);
    assert_eq!(g[1], [7.0 * 11.0 + 7.0 * 11.0 + 13.0, 49.0 + 13.0, 7.0 + 11.0]);
    assert_eq!(g[2], [19.0, 17.0, 1.0]);
    assert_eq!(g[3], [3.0, 2.0, 1.0]);
    Ok(())
}
