//! The models and the reader of `examples/nist` against what NIST certifies, against differences, and against partial
//! derivatives by hand.

#[path = "../examples/nist/problems.rs"]
mod problems;
#[path = "../examples/nist/reader.rs"]
mod reader;

use problems::{Model, Problem, problems};
use pullback::{jacobian, jacobian_fwd};
use reader::{Difficulty, ReadError, read};
use std::f64::consts::PI;

fn all() -> Vec<Problem> {
    problems().expect("the embedded files are whole")
}

fn named(name: &str) -> Problem {
    all().into_iter().find(|p| p.data.name == name).expect("one of the 27 names")
}

#[test]
fn every_file_is_read() {
    let all = all();
    let level = |difficulty| all.iter().filter(|p| p.data.difficulty == difficulty).count();
    assert_eq!([level(Difficulty::Lower), level(Difficulty::Average), level(Difficulty::Higher)], [8, 11, 8]);
    assert_eq!(all.iter().map(|p| p.data.rows.len()).sum::<usize>(), 2176);
    let mut names: Vec<_> = all.iter().map(|p| p.data.name.as_str()).collect();
    names.dedup();
    assert_eq!(names.len(), 27);
    for Problem { data, .. } in &all {
        assert_eq!([&data.starts[0], &data.starts[1], &data.deviations].map(Vec::len), [data.certified.len(); 3]);
    }
}

#[test]
fn misra1a_reads_as_it_stands_in_the_file() {
    let data = named("Misra1a").data;
    assert_eq!(data.starts, [vec![500.0, 0.0001], vec![250.0, 0.0005]]);
    assert_eq!(data.certified, [2.3894212918e2, 5.5015643181e-4]);
    assert_eq!(data.deviations, [2.7070075241, 7.2668688436e-6]);
    assert_eq!((data.rss, data.residual_deviation), (1.2455138894e-1, 1.0187876330e-1));
    assert_eq!((data.rows[0].y, data.rows[0].x[0]), (10.07, 77.6));
    assert_eq!((data.rows[13].y, data.rows[13].x[0]), (81.78, 760.0));
}

/// Returns how far the cut at 11 digits can move the residuals: a parameter is off by up to 5e-11 of itself, and carries
/// them along its column of the Jacobian.
fn cut(b: &[f64], jacobian: &[Vec<f64>]) -> f64 {
    let length = |k: usize| jacobian.iter().map(|row| row[k] * row[k]).sum::<f64>().sqrt();
    (0..b.len()).map(|k| 5e-11 * b[k].abs() * length(k)).sum()
}

/// At a minimum the sum of squares feels the cut of the parameters in second order, its own cut at 11 digits, and the
/// rounding of its residuals.
#[test]
fn certified_parameters_have_the_certified_sum_of_squares() {
    for p in all() {
        let (data, b) = (&p.data, &p.data.certified);
        let (found, cut) = (p.rss(b), cut(b, &jacobian_fwd(|b| p.residuals(b), b).unwrap()));
        let rounding = f64::EPSILON * data.rows.iter().map(|row| p.model.response(row.y).powi(2)).sum::<f64>().sqrt();
        let tolerance = 5e-11 * data.rss + cut * cut + 4.0 * data.rss.sqrt() * rounding;
        assert!((found - data.rss).abs() < tolerance, "{}: {found:e}, certified {:e}", data.name, data.rss);

        let freedom = (data.rows.len() - b.len()) as f64;
        assert!(((data.rss / freedom).sqrt() / data.residual_deviation - 1.0).abs() < 1e-10, "{}", data.name);
    }
}

/// At the certified point the residuals lean on no column of the exact Jacobian, but for the cut. This holds data,
/// derivatives and answers against each other.
#[test]
fn certified_parameters_are_stationary() {
    for p in all() {
        let b = &p.data.certified;
        let (r, j) = (p.residuals(b), jacobian_fwd(|b| p.residuals(b), b).unwrap());
        let tolerance = cut(b, &j) + 1e3 * f64::EPSILON * p.rss(b).sqrt();
        for k in 0..b.len() {
            let column = j.iter().map(|row| row[k]);
            let length = column.clone().map(|x| x * x).sum::<f64>().sqrt();
            let lean = column.zip(&r).map(|(x, r)| x * r).sum::<f64>() / length;
            assert!(lean.abs() < tolerance, "{} b{}: {lean:e} of {tolerance:e}", p.data.name, k + 1);
        }
    }
}

/// Returns column k of the Jacobian by central differences at h, h/2, h/4, extrapolated twice, and how far it may be off:
/// the last correction, and what rounding leaves of a model of that `size`, ε size / h.
fn richardson(p: &Problem, b: &[f64], k: usize, h: f64, size: f64) -> (Vec<f64>, f64) {
    let central = |h: f64| -> Vec<f64> {
        let [ahead, behind] = [h, -h].map(|h| {
            let mut b = b.to_vec();
            b[k] += h;
            p.residuals(&b)
        });
        ahead.iter().zip(&behind).map(|(a, b)| (a - b) / (2.0 * h)).collect()
    };
    let extrapolate = |coarse: &[f64], fine: &[f64], order: i32| -> Vec<f64> {
        let gain = 2.0_f64.powi(order);
        coarse.iter().zip(fine).map(|(c, f)| (gain * f - c) / (gain - 1.0)).collect()
    };
    let [d1, d2, d4] = [h, h / 2.0, h / 4.0].map(central);
    let (once, again) = (extrapolate(&d1, &d2, 2), extrapolate(&d2, &d4, 2));
    let slopes = extrapolate(&once, &again, 4);
    let correction = slopes.iter().zip(&again).map(|(s, a)| (s - a).abs()).fold(0.0, f64::max);
    (slopes, correction + 256.0 * f64::EPSILON * size / h)
}

/// The step is the one whose own error estimate is least: a peak four wide at 451 (Eckerle4) wants another than b^x.
#[test]
fn jacobians_agree_with_richardson() {
    for p in all() {
        let (name, b) = (&p.data.name, &p.data.certified);
        let exact = jacobian_fwd(|b| p.residuals(b), b).unwrap();
        let size = p.data.rows.iter().map(|row| p.model.value(b, &row.x).abs()).fold(0.0, f64::max);
        for k in 0..b.len() {
            let estimates = [6, 9, 12, 15].map(|e| richardson(&p, b, k, b[k].abs() * 2.0_f64.powi(-e), size));
            let (slopes, off) = estimates.into_iter().min_by(|x, y| x.1.total_cmp(&y.1)).unwrap();
            let largest = slopes.iter().fold(0.0, |m: f64, s| m.max(s.abs()));
            assert!(off < 1e-6 * largest, "{name} b{}: an estimate of {largest:e} to {off:e} says little", k + 1);
            for (i, (row, expected)) in exact.iter().zip(&slopes).enumerate() {
                let found = row[k];
                assert!(
                    (found - expected).abs() <= off,
                    "{name} [{i}, {k}]: {found:e}, expected {expected:e} to {off:e}"
                );
            }
        }
    }
}

/// Partial derivatives by hand, from the formulas in the files.
fn by_hand(model: Model, b: &[f64], x: f64) -> Option<Vec<f64>> {
    Some(match model {
        Model::Saturation => {
            let e = (-b[1] * x).exp();
            vec![1.0 - e, b[0] * x * e]
        }
        Model::Misra1d => {
            let d = 1.0 + b[1] * x;
            vec![b[1] * x / d, b[0] * x / (d * d)]
        }
        Model::Chwirut => {
            let (e, d) = ((-b[0] * x).exp(), b[1] + b[2] * x);
            vec![-x * e / d, -e / (d * d), -x * e / (d * d)]
        }
        Model::DanWood => vec![x.powf(b[1]), b[0] * x.powf(b[1]) * x.ln()],
        Model::Rat42 => {
            let e = (b[1] - b[2] * x).exp();
            let d = 1.0 + e;
            vec![1.0 / d, -b[0] * e / (d * d), b[0] * x * e / (d * d)]
        }
        Model::Mgh09 => {
            let (n, d) = (x * x + x * b[1], x * x + x * b[2] + b[3]);
            vec![n / d, b[0] * x / d, -b[0] * n * x / (d * d), -b[0] * n / (d * d)]
        }
        Model::Mgh10 => {
            let (d, e) = (x + b[2], (b[1] / (x + b[2])).exp());
            vec![e, b[0] * e / d, -b[0] * b[1] * e / (d * d)]
        }
        Model::Roszman1 => {
            let (d, u) = (x - b[3], b[2] / (x - b[3]));
            let slope = -1.0 / (PI * (1.0 + u * u));
            vec![1.0, -x, slope / d, slope * u / d]
        }
        Model::Eckerle4 => {
            let z = (x - b[2]) / b[1];
            let e = (-z * z / 2.0).exp();
            vec![e / b[1], b[0] * e * (z * z - 1.0) / (b[1] * b[1]), b[0] * e * z / (b[1] * b[1])]
        }
        Model::Bennett5 => {
            let s = b[1] + x;
            let y = s.powf(-1.0 / b[2]);
            vec![y, -b[0] / b[2] * y / s, b[0] * y * s.ln() / (b[2] * b[2])]
        }
        _ => return None,
    })
}

/// Twelve problems, at the certified point and at both starts. The two sides round a handful of operations differently;
/// an exponent z makes that |z| times larger. The partials of a row share their terms, so one of them can cancel, but no
/// further than the rounding of the row's largest |J_l b_l|.
#[test]
fn jacobians_agree_with_partials_by_hand() {
    let mut problems = 0;
    for p in all() {
        let [start1, start2] = &p.data.starts;
        let mut checked = false;
        for b in [&p.data.certified, start1, start2] {
            let exact = jacobian_fwd(|b| p.residuals(b), b).unwrap();
            for (row, observed) in exact.iter().zip(&p.data.rows) {
                let Some(expected) = by_hand(p.model, b, observed.x[0]) else { continue };
                checked = true;
                let largest = expected.iter().zip(b).map(|(j, b)| (j * b).abs()).fold(0.0, f64::max);
                let exponent = largest.ln().abs().max(1.0);
                for (k, (&found, &expected)) in row.iter().zip(&expected).enumerate() {
                    let tolerance = 32.0 * f64::EPSILON * exponent * (largest / b[k].abs()).max(expected.abs());
                    let close = (found - expected).abs() <= tolerance;
                    assert!(close, "{} b{} at {observed:?}: {found:e}, expected {expected:e}", p.data.name, k + 1);
                }
            }
        }
        problems += usize::from(checked);
    }
    assert_eq!(problems, 12);
}

/// One text of a model, two modes.
#[test]
fn reverse_agrees_with_forward() {
    for p in all() {
        let b = &p.data.starts[1];
        let forward = jacobian_fwd(|b| p.residuals(b), b).unwrap();
        let reverse = jacobian(|b| p.residuals(b), b).unwrap();
        for (f, r) in forward.iter().zip(&reverse) {
            for (k, (f, r)) in f.iter().zip(r).enumerate() {
                let size = f.abs().max(r.abs());
                assert!((f - r).abs() <= 64.0 * f64::EPSILON * size, "{} b{}: {f:e}, {r:e}", p.data.name, k + 1);
            }
        }
    }
}

const GOOD: &str = "
Dataset Name:  Line              (Line.dat)
Data:          1 Response  (y)
               1 Predictor (x)
               2 Observations
               Lower Level of Difficulty
Model:         Polynomial
               2 Parameters (b1 and b2)
        Start 1     Start 2           Parameter     Standard Deviation
  b1 =   1           2           3.0E+00  4.0E-01
  b2 =  -1          -2          -3.0E+00  .5
Residual Sum of Squares:                    6.0E+00
Residual Standard Deviation:                7.0E+00
Data:  y               x
       1.0E0    2
       3        -.4E+01
";

#[test]
fn a_small_file_is_read() {
    let data = read(GOOD).unwrap();
    assert_eq!((data.name.as_str(), data.difficulty), ("Line", Difficulty::Lower));
    assert_eq!(data.deviations, [0.4, 0.5]);
    assert_eq!((data.rows[1].y, data.rows[1].x[0]), (3.0, -4.0));
}

#[test]
fn a_damaged_file_is_an_error_that_says_where() {
    let damage = |from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        read(&GOOD.replace(from, to)).unwrap_err()
    };
    assert_eq!(read("").unwrap_err(), ReadError::Missing { what: "Dataset Name: .." });
    let cases = [
        (
            damage("Lower Level", "Some Level"),
            "expected a line \"Lower|Average|Higher Level of Difficulty\", found none",
        ),
        (damage("1 Predictor", "Predictor"), "expected a line \"N Predictor ..\", found none"),
        (damage("Residual Sum", "Sum"), "expected a line \"Residual Sum of Squares:\", found none"),
        (damage("2 Observations", "3 Observations"), "observations: expected 3 as the header says, found 2"),
        (damage("2 Parameters", "1 Parameters"), "parameters: expected 1 as the header says, found 2"),
        (damage("b2 =", "b3 ="), "line 11: expected parameter b2"),
        (damage("3        -.4E+01", "3 -.4E+01 7"), "line 16: expected 2 numbers, found 3"),
        (damage("3.0E+00  4.0E-01", "3.0E+00"), "line 10: expected 4 numbers, found 3"),
        (damage("1.0E0 ", "1.0D0 "), "line 15: expected a finite number, found \"1.0D0\""),
        (damage("6.0E+00", "inf"), "line 12: expected a finite number, found \"inf\""),
    ];
    for (error, message) in cases {
        assert_eq!(error.to_string(), message);
    }
}
