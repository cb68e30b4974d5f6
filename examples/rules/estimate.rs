//! Bias and variance: what rules that draw ask for on average, against the true gradient.

use crate::{
    chart::{self, Axis, Line, Scale},
    train::Task,
};
use pullback::{
    Result,
    category::{Identity, Tanh},
    learn::*,
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
    /// The angle of one draw to the gradient, in degrees, on average.
    pub(crate) angle: f64,
}

/// A batch in `f64`, where it is measured, on a network that is small enough for noise to fade.
struct Place {
    net: Net,
    p: Params,
    x: Array,
    y: Vec<usize>,
    exact: Vec<f64>,
    draws: u64,
}
type Asked = fn(&Place) -> Result<Estimate>;

/// The rules whose estimates are compared: a line for each.
#[rustfmt::skip]
const ESTIMATES: &[Asked] = &[
    |at| at.ask("forward gradient", ForwardGradient::seeded(1)),
    |at| at.ask("forward gradient, 16", Averaged::new(ForwardGradient::seeded(1), 16)),
    |at| at.ask("activity", ActivityPerturbation::seeded(1)),
    |at| at.ask("SPSA, ε = 0.01", Spsa::seeded(1, 0.01)),
    |at| at.ask("MeZO, ε = 0.5", MeZo::seeded(1, 0.5, 1)),
    |at| at.ask("evolution, σ = 0.1", EvolutionStrategy::seeded(1, 0.1, 8).unshaped()),
    |at| at.ask("redrawn signs", SignSymmetry::Redrawn(1)),
    |at| at.ask("feedback alignment", FeedbackAlignment::seeded(1)),
];

impl Place {
    fn change<R: Rule<On: Objects<Input<f64> = Array>>>(&self, rule: R) -> impl Fn(u64) -> Result<Vec<f64>> {
        let learn = learner(self.net.under::<R, f64>(rule), class_cross_entropy(), descend(), Still);
        move |draw| {
            let p = self.p.clone().with_draws(draw);
            Ok(learn.put(self.x.clone(), &p, &self.y)?.1.flat())
        }
    }
    fn ask<R: Rule<On: Objects<Input<f64> = Array>>>(&self, name: &'static str, rule: R) -> Result<Estimate> {
        let change = self.change(rule);
        let length = norm(self.exact.iter().copied());
        let (mut sum, mut squares, mut angles) = (vec![0.0; self.exact.len()], 0.0, 0.0);
        let mut errors = vec![];
        let away = |sum: &[f64], n: f64| norm(sum.iter().zip(&self.exact).map(|(s, e)| s / n - e)) / length;
        for draw in 1..=self.draws {
            let one = change(draw)?;
            sum.iter_mut().zip(&one).for_each(|(s, c)| *s += c);
            let (size, dot) = (norm(one.iter().copied()), one.iter().zip(&self.exact).map(|(a, b)| a * b).sum::<f64>());
            squares += size * size;
            angles += (dot / (size * length)).clamp(-1.0, 1.0).acos().to_degrees();
            if draw.is_power_of_two() {
                errors.push([draw as f64, away(&sum, draw as f64)]);
            }
        }
        let n = self.draws as f64;
        let mean = norm(sum.iter().map(|s| s / n)) / length;
        let variance = (squares / n / (length * length) - mean * mean).max(0.0) * n / (n - 1.0);
        let bias = (away(&sum, n).powi(2) - variance / n).max(0.0).sqrt();
        Ok(Estimate { name, errors, deviation: variance.sqrt(), bias, angle: angles / n })
    }
}
fn norm(x: impl Iterator<Item = f64>) -> f64 {
    x.map(|x| x * x).sum::<f64>().sqrt()
}

/// Returns what so many draws say of each rule, on one hidden layer of eight and the first batch.
pub(crate) fn all(task: &Task<'_>, draws: u64) -> Result<Vec<Estimate>> {
    let (x, y) = task.first();
    let net = dense(task.data.features, 8, Tanh) >> dense(8, task.classes(), Identity);
    let (p, x) = (net.init(&mut uniform(1)), x.mapv(f64::from).into_shared());
    let mut place = Place { net, p, x, y, exact: vec![], draws };
    let exact = place.change(Backprop)(0)?;
    place.exact = exact;
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
