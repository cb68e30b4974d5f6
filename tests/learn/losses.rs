//! Each loss against its closed form and against central differences, by prediction and by label.

use pullback::{Result, category::Z2, learn::*, lens::*};

type Row = [f64; 3];

/// Compares both changes of `loss` with central differences of its value.
#[track_caller]
fn check<E: Para<P = Row, A = Row, B = f64>>(loss: Lens<E>, points: &[(Row, Row)]) {
    let h = 1e-5;
    for (t, y) in points {
        let (_, dy, dt) = loss.pull(t, *y, 2.0).unwrap();
        for k in 0..3 {
            let along = |by_label: bool| {
                let at = |h: f64| {
                    let (mut t, mut y) = (*t, *y);
                    if by_label {
                        t[k] += h
                    } else {
                        y[k] += h
                    }
                    loss.eval(&t, y).unwrap()
                };
                2.0 * (at(h) - at(-h)) / (2.0 * h)
            };
            // h² times a third derivative below 1, and 1e-16/h
            assert!((along(false) - dy[k]).abs() < 1e-9, "dy[{k}] at {t:?} {y:?}: {} against {}", dy[k], along(false));
            assert!((along(true) - dt[k]).abs() < 1e-9, "dt[{k}] at {t:?} {y:?}: {} against {}", dt[k], along(true));
        }
    }
}

const POINTS: &[(Row, Row)] = &[
    ([0.0, 1.0, 0.0], [0.3, -0.2, 1.5]),
    ([0.25, 0.5, 0.75], [-2.0, 0.1, 0.7]),
    ([1.0, -1.0, 1.0], [0.2, 0.4, 3.0]),
    ([-1.0, 2.0, 0.5], [4.0, -3.0, -0.5]),
];

#[test]
fn changes_are_derivatives() {
    check(quadratic(), POINTS);
    check(dot_product(), POINTS);
    check(huber(0.6), POINTS);
    check(huber(100.0), POINTS);
    check(hinge(), POINTS);
    check(binary_cross_entropy_with_logits(), POINTS);
    check(softmax_cross_entropy(), POINTS);
}

#[test]
fn closed_forms() -> Result<()> {
    for (t, y) in POINTS {
        let exp = y.map(f64::exp);
        let total: f64 = exp.iter().sum();
        let (loss, dy, dt) = softmax_cross_entropy().pull(t, *y, 1.0)?;
        let mut value = 0.0;
        for k in 0..3 {
            let (s, all) = (exp[k] / total, t.iter().sum::<f64>());
            value -= t[k] * s.ln();
            assert!((dy[k] - (s * all - t[k])).abs() < 1e-14 && (dt[k] + s.ln()).abs() < 1e-14);
        }
        assert!((loss - value).abs() < 1e-13);
        let (loss, dy, dt) = quadratic().pull(t, *y, -1.0)?; // under `descend`: what is missing
        assert_eq!(dy, core::array::from_fn(|k| t[k] - y[k]));
        assert_eq!(dt, core::array::from_fn(|k| y[k] - t[k]));
        assert!((loss - (0..3).map(|k| (y[k] - t[k]).powi(2) / 2.0).sum::<f64>()).abs() < 1e-14);
        let (loss, dy, _) = binary_cross_entropy_with_logits().pull(t, *y, 1.0)?;
        let sigmoid = |y: f64| 1.0 / (1.0 + (-y).exp());
        let terms = (0..3).map(|k| -t[k] * sigmoid(y[k]).ln() - (1.0 - t[k]) * (1.0 - sigmoid(y[k])).ln());
        assert!((loss - terms.sum::<f64>()).abs() < 1e-13);
        assert!((0..3).all(|k| (dy[k] - (sigmoid(y[k]) - t[k])).abs() < 1e-15));
    }
    // a large δ never leaves the parabola
    assert_eq!(huber(9.0).pull(&POINTS[0].0, POINTS[0].1, 1.0)?, quadratic().pull(&POINTS[0].0, POINTS[0].1, 1.0)?);
    Ok(())
}

#[test]
fn extremes() -> Result<()> {
    // no overflow, and a label of 0 has nothing to say about an excluded class
    let (loss, dy, _) = softmax_cross_entropy().pull(&[1.0, 0.0], [1e4, -1e4], 1.0)?;
    assert_eq!((loss, dy), (0.0, [0.0, 0.0]));
    let (loss, dy, _) = softmax_cross_entropy().pull(&[1.0, 0.0], [0.0, f64::NEG_INFINITY], 1.0)?;
    assert_eq!((loss, dy), (0.0, [0.0, 0.0]));
    let (loss, dy, _) = softmax_cross_entropy().pull(&[1.0, 0.0], [-1e4, 1e4], 1.0)?;
    assert_eq!((loss, dy), (2e4, [-1.0, 1.0]));
    let (loss, dy, _) = binary_cross_entropy_with_logits().pull(&[1.0, 0.0], [-800.0, -800.0], 1.0)?;
    assert_eq!((loss, dy), (800.0, [-1.0, 0.0]));
    // at the kinks: no change at the margin of a hinge, the parabola's slope at the end of a Huber
    assert_eq!(hinge().pull(&[1.0], [1.0], 1.0)?, (0.0, [0.0], [0.0]));
    assert_eq!(huber(1.0).pull(&[0.0], [1.0], 1.0)?.1, [1.0]);
    Ok(())
}

#[test]
fn over_other_rings() -> Result<()> {
    let bits = |n: u32| [0, 1].map(|k| Z2(n >> k & 1 == 1));
    for (t, y, d) in (0..64).map(|n| (bits(n), bits(n >> 2), bits(n >> 4))) {
        let e = [t[0] + y[0], t[1] + y[1]];
        assert_eq!(boolean_error().pull(&t, y, d)?, (e, d, d));
        assert_eq!(dot_product().pull(&t, y, d[0])?.1, [d[0] * t[0], d[0] * t[1]]);
    }
    Ok(())
}

#[test]
fn lengths_are_checked() {
    let label = vec![1.0];
    let found = |e: Result<(f64, Vec<f64>, Vec<f64>)>| e.unwrap_err().to_string();
    assert_eq!(found(quadratic().pull(&label, vec![], 1.0)), "quadratic: expected length 1, found 0");
    let e = found(softmax_cross_entropy().pull(&label, vec![0.0; 2], 1.0));
    assert_eq!(e, "softmax_cross_entropy: expected length 1, found 2");
    let e = mean(quadratic::<f64>()).pull(&vec![], vec![], 1.0).unwrap_err();
    assert_eq!(e.to_string(), "mean: expected at least one example, found 0");
    let e = mean(quadratic::<f64>()).pull(&vec![1.0], vec![], 1.0).unwrap_err();
    assert_eq!(e.to_string(), "mean: expected length 1, found 0");
}
