//! All runs that are asked for, on all cores.

use crate::{
    data::Data,
    network::Hidden,
    table::{Entry, Run},
    train::{Outcome, Task},
};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// The outcomes of a row of the table, one for each seed.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The family of a rule; none for a control.
    pub(crate) entry: Option<&'static Entry>,
    pub(crate) hidden: Hidden,
    pub(crate) outcomes: Vec<Outcome>,
}
impl Row {
    /// Mean and deviation of the percentage.
    pub(crate) fn accuracy(&self) -> (f64, f64) {
        spread(self.outcomes.iter().map(|o| o.accuracy))
    }
    pub(crate) fn angle(&self) -> Option<f64> {
        let angles = || self.outcomes.iter().filter_map(|o| o.angle);
        angles().next().map(|_| spread(angles()).0)
    }
    /// The outcome of the first seed, of which everything is measured.
    pub(crate) fn first(&self) -> Option<&Outcome> {
        self.outcomes.iter().find(|o| o.time.is_some())
    }
}
/// Mean and deviation.
fn spread(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.clone().count().max(1) as f64;
    let mean = x.clone().sum::<f64>() / n;
    (mean, (x.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt())
}

/// All rows of a table.
pub(crate) struct Results {
    pub(crate) linear: Row,
    /// The network with frozen hidden layers, for each kind of them.
    pub(crate) frozen: Vec<Row>,
    pub(crate) rules: Vec<Row>,
}
impl Results {
    /// The mean percentage of the network with the same hidden layers, frozen.
    pub(crate) fn frozen_mean(&self, hidden: Hidden) -> f64 {
        self.frozen.iter().find(|row| row.hidden == hidden).map_or(f64::NAN, |row| row.accuracy().0)
    }
    /// The rules of each family, in the order of the table.
    pub(crate) fn families(&self) -> Vec<(&'static str, Vec<&Row>)> {
        let mut families: Vec<(&str, Vec<&Row>)> = vec![];
        for row in &self.rules {
            let family = row.entry.map_or("", |e| e.family);
            match families.iter_mut().find(|(name, _)| *name == family) {
                Some((_, rows)) => rows.push(row),
                None => families.push((family, vec![row])),
            }
        }
        families
    }
}

/// Runs the controls and the chosen rules with each seed, with at most so many passes and rows.
pub(crate) fn all(chosen: &[&'static Entry], data: &Data, seeds: u64, most: [usize; 2]) -> Result<Results, String> {
    let row = |name, entry, hidden| Row { name, entry, hidden, outcomes: vec![] };
    let mut plan: Vec<(Row, Run)> = vec![(row("linear classifier", None, Hidden::Tanh), |t| t.linear())];
    for e in chosen {
        if !plan[1..].iter().any(|(row, _)| row.hidden == e.hidden) {
            plan.push((row("frozen hidden layers", None, e.hidden), |t| t.frozen()));
        }
    }
    let controls = plan.len();
    plan.extend(chosen.iter().map(|&e| (row(e.name, Some(e), e.hidden), e.run)));
    let jobs: Vec<(usize, u64)> =
        (0..seeds).flat_map(|seed| (0..plan.len()).rev().map(move |row| (row, seed))).collect();
    for (row, outcome) in work(&jobs, |&(row, seed)| {
        let (Row { name, hidden, .. }, run) = &plan[row];
        let outcome = run(&Task::new(data, *hidden, seed, most)).map_err(|e| format!("{name}: {e}"))?;
        Ok((row, outcome))
    })? {
        plan[row].0.outcomes.push(outcome);
    }
    let mut rows = plan.into_iter().map(|(row, _)| row);
    let linear = rows.next().ok_or("no rows")?;
    Ok(Results { linear, frozen: rows.by_ref().take(controls - 1).collect(), rules: rows.collect() })
}

/// Does the jobs on all cores and returns what each has made.
fn work<J: Sync, X: Send>(jobs: &[J], job: impl Fn(&J) -> Result<X, String> + Sync) -> Result<Vec<X>, String> {
    let bar = ProgressBar::new(jobs.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} left") {
        bar.set_style(style);
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![]));
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let worker = || -> Result<(), String> {
        while let Some(this) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let made = job(this)?;
            done.lock().map_err(|e| e.to_string())?.push(made);
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
