//! How the energy falls while a network settles.

use crate::{
    chart::{self, Axis, Line, Scale},
    loss::Loss,
    network::Hidden,
    train::{Task, rows_of},
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

/// The energy of predictive coding after each number of rounds, over that of the start. Of one sample a bias learns
/// exactly the error of its layer, so that the energy $\frac12 \sum_l \lVert\epsilon_l\rVert^2$ can be read off the
/// changes; under squared error the last one is the error of the output.
fn coding(task: &Task<'_>, rate: f64) -> Result<Vec<f64>> {
    let (net, p, (x, y)) = (task.net(), task.params(), task.first());
    let energy = |rounds: usize| -> Result<f64> {
        let rule = PredictiveCoding::inference(Settling::rounds(rounds, rate));
        let learn = learner(net.under::<_, f32>(rule), Loss::Squared, descend(), Still);
        let mut sum = 0.0;
        for row in 0..y.len() {
            let (x, y) = rows_of(&x, &y, &[row]);
            let changes = learn.put(x, &p, &y)?.1;
            let biases = changes.slots.iter().filter_map(|slot| slot.get(1));
            sum += biases.flatten().map(|e| 0.5 * f64::from(*e) * f64::from(*e)).sum::<f64>();
        }
        Ok(sum)
    };
    let start = energy(0)?;
    (0..=ROUNDS).map(|rounds| Ok(energy(rounds)? / start)).collect()
}
/// The energy of the free phase after each number of rounds, above that of the equilibrium.
fn equilibrium(task: &Task<'_>, rate: f64) -> Result<Vec<f64>> {
    let net = task.net();
    let mut p: Params<f64> = net.init(&mut uniform(task.seed));
    p.slots.iter_mut().flatten().for_each(|w| w.mapv_inplace(|w| 0.7 * w)); // few weights, one equilibrium
    let x = task.first().0.mapv(f64::from).into_shared();
    let energy = |settling: Settling| -> Result<f64> {
        let rule = EquilibriumPropagation::one_sided(settling, 0.1);
        let under = net.under(rule);
        EquilibriumPropagation::energy(&under, &p, &x, &rule.nodes(&under, &p, &x)?)
    };
    let still = energy(Settling::rounds(2000, 0.2))?;
    (0..=ROUNDS).map(|rounds| Ok(energy(Settling::rounds(rounds, rate))? - still)).collect()
}
