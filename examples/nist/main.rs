//! Fits the 27 nonlinear regression problems of NIST's Statistical Reference Datasets, each from both of its starting
//! points, with exact Jacobians, and counts the correct digits.
//!
//! ```text
//! cargo run --release --example nist                       all problems
//! cargo run --release --example nist -- --quick            six of them
//! cargo run --release --example nist -- --problem MGH09    one of them
//! ```
//!
//! `problems.rs` has the models, each written once; `fit.rs` asks for their Jacobians with one call of `jacobian_fwd`.
//! The exit code is 1 where a run has fewer than nine correct digits.

mod fit;
mod problems;
mod reader;
mod report;

use fit::{Derivatives, fit};
use indicatif::{ProgressBar, ProgressStyle};
use problems::{Problem, problems};
use report::{ACCURATE, Cost, Line, Report, Run, Score};
use std::{env, error::Error, process::ExitCode};

const USAGE: &str = "usage: nist [--quick | --problem NAME]

Fits the NIST StRD nonlinear regression problems from both starting points.

  --quick          six problems, one of each kind
  --problem NAME   one problem
  --help           this text";

/// An easy one, a logarithm, nine parameters, a rational, a start on a plateau, a power.
const QUICK: [&str; 6] = ["Misra1a", "Nelson", "ENSO", "MGH09", "BoxBOD", "Rat43"];

fn main() -> ExitCode {
    let outcome = match parse(env::args().skip(1)) {
        Ok(Request::Help) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Ok(Request::Fit(choice)) => run(&choice),
        Err(message) => Err(format!("{message}\n\n{USAGE}").into()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("nist: {error}");
        ExitCode::from(2)
    })
}

enum Request {
    Help,
    Fit(Choice),
}

enum Choice {
    All,
    Quick,
    One(String),
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Request, String> {
    let Some(word) = words.next() else { return Ok(Request::Fit(Choice::All)) };
    let request = match word.as_str() {
        "--help" | "-h" => Request::Help,
        "--quick" => Request::Fit(Choice::Quick),
        "--problem" => Request::Fit(Choice::One(words.next().ok_or("--problem: expected a name, found nothing")?)),
        _ => return Err(format!("expected an option, found {word:?}")),
    };
    words.next().map_or(Ok(request), |word| Err(format!("expected nothing more, found {word:?}")))
}

impl Choice {
    fn of(&self, all: Vec<Problem>) -> Result<Vec<Problem>, String> {
        let named = |name: &str, p: &Problem| p.data.name.eq_ignore_ascii_case(name);
        match self {
            Choice::All => Ok(all),
            Choice::Quick => Ok(all.into_iter().filter(|p| QUICK.iter().any(|name| named(name, p))).collect()),
            Choice::One(name) => {
                let names = all.iter().map(|p| p.data.name.as_str()).collect::<Vec<_>>().join(" ");
                let one: Vec<_> = all.into_iter().filter(|p| named(name, p)).collect();
                if one.is_empty() { Err(format!("expected one of {names}, found {name:?}")) } else { Ok(one) }
            }
        }
    }
}

fn run(choice: &Choice) -> Result<ExitCode, Box<dyn Error>> {
    let problems = choice.of(problems()?)?;
    let bar = ProgressBar::new(2 * problems.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos:>2}/{len} {msg}")?);
    let lines = problems.iter().map(|problem| line(problem, &bar)).collect();
    bar.finish_and_clear();
    let report = Report(lines);
    print!("{report}");

    let (all, accurate) = (report.runs().count(), report.accurate());
    if accurate == all {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("nist: expected LRE {ACCURATE} in {all} runs with exact Jacobians, found it in {accurate}");
    Ok(ExitCode::FAILURE)
}

fn line<'a>(problem: &'a Problem, bar: &ProgressBar) -> Line<'a> {
    bar.set_message(problem.data.name.clone());
    let runs = [0, 1].map(|start| {
        let score = |derivatives| Score::of(fit(problem, &problem.data.starts[start], derivatives), problem);
        let run = Run {
            exact: score(Derivatives::Exact),
            central: score(Derivatives::CentralDifference),
            forward: score(Derivatives::ForwardDifference),
        };
        bar.inc(1);
        run
    });
    Line { problem, runs, cost: Cost::measure(problem) }
}
