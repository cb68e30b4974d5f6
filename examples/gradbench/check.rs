//! `--quick`: every eval on a small input, each mode against the derivative by hand.

use crate::suite::{Mode, module, random};
use serde_json::Value;
use std::process::ExitCode;

/// Checks everything, prints a line an eval, and fails if one does.
pub(crate) fn all() -> ExitCode {
    let evals: [(&str, &str, Value); 13] = [
        ("hello", "double", 3.0.into()),
        ("llsq", "gradient", random::llsq(40, 10)),
        ("lse", "gradient", random::lse(100)),
        ("det", "gradient", random::det(5)),
        ("ode", "gradient", random::ode(20, 10)),
        ("gmm", "jacobian", random::gmm(3, 4, 20)),
        ("lstm", "jacobian", random::lstm(2, 20, 4)),
        ("ba", "jacobian", random::ba(2, 3, 7)),
        ("ht", "jacobian", random::ht(40, 10, true)),
        ("ht", "jacobian", random::ht(40, 10, false)),
        ("kmeans", "dir", random::kmeans(4, 50, 3)),
        ("saddle", "fr", random::saddle()),
        ("particle", "rf", random::particle()),
    ];
    let mut failed = false;
    for (name, function, input) in &evals {
        let worst = Mode::ALL.iter().try_fold(0.0, |worst: f64, &(_, mode)| {
            let [found, expected] = [mode, Mode::Manual].map(|mode| numbers(name, function, input, mode));
            Ok::<_, String>(worst.max(difference(&found?, &expected?)))
        });
        let bad = !matches!(worst, Ok(worst) if worst <= 1e-9);
        println!("{name:9} {function:9} {} {worst:?}", if bad { "FAILED" } else { "ok" });
        failed |= bad;
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn numbers(name: &str, function: &str, input: &Value, mode: Mode) -> Result<Vec<f64>, String> {
    let prepare = module(name).ok_or("no such module")?;
    let (mut job, mut out) = (prepare(function, input.clone(), mode).map_err(|e| e.0)?, vec![]);
    job.run(&mut out).map_err(|e| e.to_string())?;
    job.encode(&out).map_err(|e| e.0)?;
    Ok(out)
}

/// Returns the largest difference, relative to the component or a millionth of the largest.
fn difference(found: &[f64], expected: &[f64]) -> f64 {
    let largest = expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
    let each = found.iter().zip(expected).map(|(f, e)| (f - e).abs() / e.abs().max(1e-6 * largest).max(1e-300));
    if found.len() == expected.len() { each.fold(0.0, f64::max) } else { f64::INFINITY }
}
