//! Which pixels had to do with an answer, as each attribution rule sees it.

use crate::{
    chart::{self, Map},
    data::Batch,
    network::Hidden,
    train::{BATCH, Task, rows_of},
};
use pullback::{Result, learn::*, net::*, rule::*};

/// A network that has learned, its patterns, and what is asked: one sample and one of its classes.
pub(crate) struct Question<'a> {
    net: &'a Net,
    p: &'a Params<f32>,
    patterns: &'a Patterns,
    x: &'a Array<f32>,
    class: usize,
}
impl Question<'_> {
    fn to<R: Explain>(&self, rule: R) -> Result<Array<f32>> {
        self.net.under(rule).explain(self.p, self.x, self.class)
    }
}
type Answer = fn(&Question<'_>) -> Result<Array<f32>>;

const PIXELS: FirstLayer = FirstLayer::Bounded { low: 0.0, high: 1.0 };
/// The attribution rules of the report: a line for each.
#[rustfmt::skip]
const EXPLANATIONS: &[(&str, Answer)] = &[
    ("gradient", |q| q.to(Backprop)),
    ("SmoothGrad", |q| q.to(SmoothGrad::pairs(Backprop, 25, 0.15, 1))),
    ("input × gradient", |q| q.to(TimesInput(Backprop))),
    ("integrated gradients", |q| q.to(IntegratedGradients::steps(Backprop, 50))),
    ("relevance, ε", |q| q.to(LayerwiseRelevance::epsilon(0.1))),
    ("relevance, γ", |q| q.to(LayerwiseRelevance::gamma(0.25))),
    ("relevance, αβ", |q| q.to(LayerwiseRelevance::alpha_beta(2.0))),
    ("deep Taylor", |q| q.to(DeepTaylor::new().first_layer(PIXELS))),
    ("guided backprop", |q| q.to(GuidedBackprop)),
    ("deconvnet", |q| q.to(Deconvnet)),
    ("PatternNet", |q| q.to(PatternNet::new(q.patterns))),
    ("PatternAttribution", |q| q.to(PatternAttribution::new(q.patterns))),
];

/// Trains the rectified network by backprop and draws, for the first test row of a few classes, the row itself and what
/// each rule says of the answer.
pub(crate) fn picture(task: &Task<'_>) -> std::result::Result<String, String> {
    let fault = |e: pullback::Error| e.to_string();
    let task = task.of(Hidden::Relu);
    let net = task.net();
    let p = trained(&task, &net).map_err(fault)?;
    let (x, y) = &task.data.train;
    let seen = (0..y.len()).collect::<Vec<_>>();
    let seen = seen.chunks(BATCH).map(|rows| rows_of(x, y, rows).0);
    let patterns = Patterns::fit(&net, &p, seen).map_err(fault)?;
    let rows = samples(&task.data.test, task.data.classes);
    let answers =
        rows.iter().map(|(x, _)| net.under(Backprop).predict(&p, x.clone()).map(|y| argmax(&y.row(0).to_vec())));
    let answers: Vec<usize> = answers.collect::<Result<_>>().map_err(fault)?;
    let side = (task.data.features as f64).sqrt() as usize;
    let size = if side * side == task.data.features { [side, side] } else { [1, task.data.features] };
    let map = |a: &Array<f32>, signed| Map { size, numbers: a.iter().map(|&a| f64::from(a)).collect(), signed };
    let mut grid = vec![rows.iter().map(|(x, _)| map(x, false)).collect::<Vec<_>>()];
    for (name, ask) in EXPLANATIONS {
        let line = rows.iter().zip(&answers).map(|((x, _), &class)| {
            let q = Question { net: &net, p: &p, patterns: &patterns, x, class };
            ask(&q).map(|a| map(&a, true)).map_err(|e| format!("{name}: {e}"))
        });
        grid.push(line.collect::<std::result::Result<_, String>>()?);
    }
    let names: Vec<String> =
        ["what it sees"].into_iter().chain(EXPLANATIONS.iter().map(|e| e.0)).map(String::from).collect();
    let captions: Vec<String> = rows.iter().zip(&answers).map(|((_, y), a)| caption(*y, *a)).collect();
    chart::maps(&names, &captions, &grid)
}
fn caption(class: usize, answer: usize) -> String {
    match class == answer {
        true => format!("{answer}"),
        false => format!("{answer} for {class}"),
    }
}
fn trained(task: &Task<'_>, net: &Net) -> Result<Params<f32>> {
    let learn = task.learner(net, Backprop, task.momentum());
    let mut state = learn.start(net.init(&mut uniform(1)));
    for rows in task.each_pass().flatten() {
        let (x, y) = task.batch(&rows);
        learn.step(&mut state, x, &y)?;
    }
    Ok(state.params)
}
/// The first row of each of at most eight classes.
fn samples((x, y): &Batch, classes: usize) -> Vec<(Array<f32>, usize)> {
    let first = |class: usize| y.iter().position(|c| *c == class);
    let rows = (0..classes).filter_map(first).take(8);
    rows.map(|row| (rows_of(x, y, &[row]).0, y[row])).collect()
}
