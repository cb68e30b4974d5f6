//! How the energy falls while a network settles.

use crate::{
    chart::{self, Axis, Line, Scale},
    loss::Loss,
    network::Hidden,
    train::Task,
};
use pullback::{Result, learn::*, net::*, rule::*};

const ROUNDS: usize = 30;
/// A name, and the settling after so many rounds.
type Paces = [(&'static str, f64); 3];

/// Returns a chart for predictive coding and one for equilibrium propagation, at first parameters.
pub(crate) fn pictures(task: &Task<'_>) -> std::result::Result<Vec<String>, String> {
    let task = task.of(Hidden::Tanh).squared();
    let paces: Paces = [("rate 0.05", 0.05), ("rate 0.1", 0.1), ("rate 0.3", 0.3)];
    let coding = chart("Predictive coding: errors of prediction", "energy ÷ that of the start", paces, |rate| {
        coding(&task, rate)
    })?;
    let paces: Paces = [("rate 0.1", 0.1), ("rate 0.2", 0.2), ("rate 0.5", 0.5)];
    let one = task.of(Hidden::One);
    let equilibrium =
        chart("Equilibrium propagation: the free phase", "energy above the equilibrium", paces, |rate| {
            equilibrium(&one, rate)
        })?;
    Ok(vec![coding, equilibrium])
}
fn chart(
    title: &str,
    label: &str,
    paces: Paces,
    energies: impl Fn(f64) -> Result<Vec<f64>>,
) -> std::result::Result<String, String> {
    let mut lines = vec![];
    for (name, rate) in paces {
        let energies = energies(rate).map_err(|e| format!("{title}: {e}"))?;
        let points = energies.iter().enumerate().map(|(k, e)| [k as f64, *e]).collect();
        lines.push(Line { name: name.into(), points, pale: false });
    }
    let all = |k: usize| lines.iter().flat_map(|l| &l.points).map(move |p| p[k]);
    let (x, y) = (Axis::over("round", Scale::Linear, all(0)), Axis::over(label, Scale::Log, all(1)));
    chart::curves(title, x, y, &lines)
}

/// The energy of predictive coding before each round, over that of the start.
fn coding(task: &Task<'_>, rate: f64) -> Result<Vec<f64>> {
    let (watch, (x, y)) = (Watch::new(), task.first());
    let rule = PredictiveCoding::inference(Settling::rounds(ROUNDS + 1, rate));
    let learn = learner(task.net().under::<_, f32>(rule).watched(&watch), Loss::Squared, descend(), Still);
    learn.put(x, &task.params(), &y)?;
    let energies = energies(&watch);
    Ok(energies.iter().map(|e| e / energies[0]).collect())
}
/// The energy of the free phase before each round, above that of the equilibrium.
fn equilibrium(task: &Task<'_>, rate: f64) -> Result<Vec<f64>> {
    let (net, watch) = (task.net(), Watch::new());
    let mut p: Params<f64> = net.init(&mut uniform(task.seed));
    p.slots.iter_mut().flatten().for_each(|w| w.mapv_inplace(|w| 0.7 * w)); // few weights, one equilibrium
    let x = task.first().0.mapv(f64::from).into_shared();
    let settle = |settling| -> Result<Vec<f64>> {
        net.under(EquilibriumPropagation::one_sided(settling, 0.1)).watched(&watch).predict(&p, x.clone())?;
        Ok(energies(&watch))
    };
    let still = settle(Settling::rounds(2000, 0.2))?.pop().unwrap_or_default();
    Ok(settle(Settling::rounds(ROUNDS + 1, rate))?.iter().map(|e| e - still).collect())
}
fn energies(watch: &Watch) -> Vec<f64> {
    watch.rounds().iter().filter_map(|r| r.energy).collect()
}
