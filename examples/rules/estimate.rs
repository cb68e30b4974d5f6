//! Bias and variance: what rules that draw ask for on average, against the true gradient.

use crate::{
    chart::{self, Axis, Line, Scale},
    train::Task,
};
use pullback::{
    Result,
    category::{Identity, Tanh},
    learn::*,
    lens::Lens,
    net::*,
    rule::*,
};

/// What is known of an estimate after many draws.
pub(crate) struct Estimate {
    pub(crate) name: &'static str,
    /// The distance of the mean of so many draws from the gradient, over the length of the gradient.
    pub(crate) errors: Vec<[f64; 2]>,
    /// The standard deviation of one draw, over the length of the gradient.
    pub(crate) deviation: f64,
    /// The length of the part of the error of the mean that its deviation does not explain: the bias.
    pub(crate) bias: f64,
    /// The angle of one draw to the gradient, in degrees: that of the mean cosine.
    pub(crate) angle: f64,
}

/// A batch in `f64`, where it is measured, on a network that is small enough for noise to fade.
struct Place<'a> {
    at: Yardstick<'a, Lens<ClassCrossEntropy<f64>>>,
    draws: u64,
}
type Asked = fn(&Place<'_>) -> Result<Estimate>;

/// The rules whose estimates are compared: a line for each.
#[rustfmt::skip]
const ESTIMATES: &[Asked] = &[
    |at| at.ask("forward gradient", ForwardGradient::seeded(1)),
    |at| at.ask("forward gradient, 16", Averaged::new(ForwardGradient::seeded(1), 16)),
    |at| at.ask("activity", ActivityPerturbation::seeded(1)),
    |at| at.ask("likelihood ratio, σ = 0.1", LikelihoodRatio::seeded(1, 0.1)),
    |at| at.ask("SPSA, ε = 0.01", Spsa::seeded(1, 0.01)),
    |at| at.ask("MeZO, ε = 0.5", MeZo::seeded(1, 0.5, 1)),
    |at| at.ask("evolution, σ = 0.1", EvolutionStrategy::seeded(1, 0.1, 8).unshaped()),
    |at| at.ask("redrawn signs", SignSymmetry::Redrawn(1)),
    |at| at.ask("feedback alignment", FeedbackAlignment::seeded(1)),
];

impl Place<'_> {
    fn ask<R>(&self, name: &'static str, rule: R) -> Result<Estimate>
    where
        R: Rule<On: Objects<Input<f64> = Array>> + Clone,
    {
        let counts = std::iter::successors(Some(1), |n| Some(2 * n)).take_while(|n| *n < self.draws);
        let error = |n| Ok([n as f64, self.at.measure(rule.clone(), n)?.bias]);
        let mut errors = counts.map(error).collect::<Result<Vec<_>>>()?;
        let found = self.at.measure(rule.clone(), self.draws)?;
        errors.push([self.draws as f64, found.bias]);
        let bias = (found.bias * found.bias - found.chance() * found.chance()).max(0.0).sqrt();
        Ok(Estimate { name, errors, deviation: found.variance.sqrt(), bias, angle: found.cosine.acos().to_degrees() })
    }
}

/// Returns what so many draws say of each rule, on one hidden layer of eight and the first batch.
pub(crate) fn all(task: &Task<'_>, draws: u64) -> Result<Vec<Estimate>> {
    let (x, y) = task.first();
    let net = dense(task.data.features, 8, Tanh) >> dense(8, task.classes(), Identity);
    let x = x.mapv(f64::from).into_shared();
    let at = Yardstick::new(&net, class_cross_entropy(), &net.init(&mut uniform(1)), &x, &y)?;
    let place = Place { at, draws };
    ESTIMATES.iter().map(|ask| ask(&place)).collect()
}
pub(crate) fn picture(all: &[Estimate]) -> std::result::Result<String, String> {
    let lines: Vec<Line> =
        all.iter().map(|e| Line { name: e.name.into(), points: e.errors.clone(), pale: false }).collect();
    let numbers = |k: usize| lines.iter().flat_map(|l| &l.points).map(move |p| p[k]);
    let x = Axis::over("draws that are averaged", Scale::Log, numbers(0));
    let y = Axis::over("error ÷ length of the gradient", Scale::Log, numbers(1));
    chart::curves("How far the mean is from the gradient", x, y, &lines)
}
