//! One network, many learning rules: what each reaches on the same data.
//!
//! ```text
//! cargo run --release --example rules                    # all rules on the digits, five seeds
//! cargo run --release --example rules -- --quick         # a few passes, one seed
//! cargo run --release --example rules -- --rule kolen-pollack --seeds 3
//! cargo run --release --example rules -- --data my.csv   # numbers and commas, the class last
//! ```
//!
//! Test rows are every fifth. *Frozen* is the same network whose hidden layers stay as they were drawn: a rule trains
//! hidden layers only as far as it beats that. *Linear* is a classifier without hidden layers. *Angle* lies between what
//! the rule and what backprop ask of the first layer after training, over all training batches; *time* is that of a step
//! over one of backprop.

mod data;
mod table;
mod train;

use data::Data;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use table::{Entry, Hidden, RULES, Run};
use train::{Outcome, Task};

/// What the command line asks for.
struct Options {
    rules: Vec<String>,
    quick: bool,
    seeds: u64,
    data: Option<String>,
    list: bool,
}
impl Options {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut o = Options { rules: vec![], quick: false, seeds: 0, data: None, list: false };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg}: expected a value behind it, found none"));
            match arg.as_str() {
                "--rule" => o.rules.push(value()?),
                "--data" => o.data = Some(value()?),
                "--seeds" => {
                    let n = value()?;
                    let number = n.parse().ok().filter(|n| *n > 0);
                    o.seeds = number.ok_or(format!("--seeds: expected a number from 1 on, found {n:?}"))?;
                }
                "--quick" => o.quick = true,
                "--list" => o.list = true,
                other => {
                    return Err(format!(
                        "expected --quick, --seeds N, --rule NAME, --data PATH or --list, found {other:?}"
                    ));
                }
            }
        }
        if o.seeds == 0 {
            o.seeds = if o.quick { 1 } else { 5 };
        }
        Ok(o)
    }
    fn chosen(&self) -> Result<Vec<&'static Entry>, String> {
        let known = |name: &String| RULES.iter().any(|e| e.name == name);
        if let Some(unknown) = self.rules.iter().find(|name| !known(name)) {
            let names: Vec<&str> = RULES.iter().map(|e| e.name).collect();
            return Err(format!("--rule: expected one of {}, found {unknown:?}", names.join(", ")));
        }
        Ok(RULES.iter().filter(|e| self.rules.is_empty() || self.rules.iter().any(|n| n == e.name)).collect())
    }
}

/// One run: a row of the table and a seed.
struct Job {
    row: usize,
    hidden: Hidden,
    seed: u64,
    run: Run,
}

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)).and_then(|o| run(&o)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn run(o: &Options) -> Result<(), String> {
    let chosen = o.chosen()?;
    if o.list {
        chosen.iter().for_each(|e| println!("{:24}{}", e.name, e.family));
        return Ok(());
    }
    let data = match &o.data {
        Some(path) => Data::from_csv(path)?,
        None => Data::digits(),
    };
    let epochs = if o.quick { 4 } else { 30 };
    // rows: the linear control, a frozen control for each kind of hidden layer, the rules
    let mut kinds: Vec<Hidden> = vec![];
    chosen.iter().for_each(|e| kinds.extend((!kinds.contains(&e.hidden)).then_some(e.hidden)));
    let mut rows: Vec<(Hidden, Run)> = vec![(Hidden::Tanh, |t| t.linear())];
    let frozen: Run = |t| t.frozen();
    rows.extend(kinds.iter().map(|&k| (k, frozen)));
    rows.extend(chosen.iter().map(|e| (e.hidden, e.run)));
    let jobs: Vec<Job> = (0..o.seeds)
        .flat_map(|seed| rows.iter().enumerate().map(move |(row, &(hidden, run))| Job { row, hidden, seed, run }))
        .collect();
    println!(
        "{}: {} rows to learn from, {} to test, {} features, {} classes; {epochs} passes, {} seeds",
        o.data.as_deref().unwrap_or("digits"),
        data.train.1.len(),
        data.test.1.len(),
        data.features,
        data.classes,
        o.seeds
    );
    let outcomes = work(&jobs, rows.len(), &data, epochs)?;
    print(&outcomes, &kinds, &chosen);
    Ok(())
}

/// Runs the jobs on all cores and returns the outcomes of each row.
fn work(jobs: &[Job], rows: usize, data: &Data, epochs: usize) -> Result<Vec<Vec<Outcome>>, String> {
    let bar = ProgressBar::new(jobs.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} left") {
        bar.set_style(style);
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![vec![]; rows]));
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let worker = || -> Result<(), String> {
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let task = Task { data, hidden: job.hidden, seed: job.seed, epochs };
            let outcome = (job.run)(&task).map_err(|e| e.to_string())?;
            done.lock().map_err(|e| e.to_string())?[job.row].push(outcome);
            bar.inc(1);
        }
        Ok(())
    };
    std::thread::scope(|s| {
        let workers: Vec<_> = (0..cores).map(|_| s.spawn(worker)).collect();
        workers.into_iter().try_for_each(|w| w.join().unwrap_or_else(|_| Err("a run has panicked".into())))
    })?;
    bar.finish_and_clear();
    done.into_inner().map_err(|e| e.to_string())
}

/// Mean and deviation.
fn spread(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.clone().count().max(1) as f64;
    let mean = x.clone().sum::<f64>() / n;
    (mean, (x.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt())
}

fn print(outcomes: &[Vec<Outcome>], kinds: &[Hidden], chosen: &[&Entry]) {
    let accuracy = |row: usize| spread(outcomes[row].iter().map(|o| o.accuracy));
    let linear = accuracy(0).0;
    println!(
        "\n{:26}{:18}{:10}{:>14}{:>10}{:>10}{:>8}{:>7}",
        "rule", "family", "hidden", "right, %", "- frozen", "- linear", "angle", "time"
    );
    println!("{:54}{:>8.1} ± {:3.1}", "linear classifier (control)", linear, accuracy(0).1);
    for (k, kind) in kinds.iter().enumerate() {
        let (mean, deviation) = accuracy(1 + k);
        let name = "frozen hidden layers (control)";
        println!("{name:44}{:10}{mean:>8.1} ± {deviation:3.1}{:10}{:>+10.1}", kind.name(), "", mean - linear);
    }
    for (k, e) in chosen.iter().enumerate() {
        let row = &outcomes[1 + kinds.len() + k];
        let (mean, deviation) = spread(row.iter().map(|o| o.accuracy));
        let frozen = kinds.iter().position(|kind| *kind == e.hidden).map_or(f64::NAN, |k| accuracy(1 + k).0);
        let angle = spread(row.iter().filter_map(|o| o.angle)).0;
        let angle = if row.iter().any(|o| o.angle.is_some()) { format!("{angle:.0}°") } else { "-".into() };
        let time = row.iter().filter_map(|o| o.time).fold(f64::INFINITY, f64::min);
        println!(
            "{:26}{:18}{:10}{mean:>8.1} ± {deviation:3.1}{:>+10.1}{:>+10.1}{angle:>8}{time:>7.2}",
            e.name,
            e.family,
            e.hidden.name(),
            mean - frozen,
            mean - linear
        );
    }
}
