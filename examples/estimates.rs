//! What estimates of a gradient are worth: one network, one batch of digits, many rules.
//!
//! ```text
//! cargo run --release --example estimates -- 400
//! ```
//!
//! The number is how often each rule draws. *Bias* is how far the mean of its changes lies from the gradient, in lengths of
//! the gradient, and *chance* how much of that so many draws leave by themselves; *variance* is in squares of that length;
//! *cosine* is that of the angle between a single change and the gradient.

#[path = "rules/data.rs"]
#[allow(dead_code)] // reads tables of a user's own, too
mod data;

use ndarray::Axis;
use pullback::{
    Result,
    category::{Identity, Tanh},
    learn::{ClassCrossEntropy, Yardstick, class_cross_entropy, uniform},
    lens::Lens,
    net::*,
    rule::*,
};

type Digits<'a> = Yardstick<'a, Lens<ClassCrossEntropy<f32>>, f32>;

fn row<R: Rule<On: Objects<Input<f32> = Array<f32>>>>(at: &Digits<'_>, name: &str, rule: R, draws: u64) -> Result<()> {
    let found = at.measure(rule, draws)?;
    println!(
        "{name:34}{:>10.3}{:>10.3}{:>12.3}{:>10.3}{:>10.3}",
        found.bias,
        found.chance(),
        found.variance,
        found.cosine,
        found.scale
    );
    Ok(())
}

fn main() -> core::result::Result<(), Box<dyn std::error::Error>> {
    let draws = match std::env::args().nth(1) {
        Some(text) => text.parse().map_err(|_| format!("expected a number of draws, found {text:?}"))?,
        None => 200,
    };
    let (x, y) = data::Data::digits().train;
    let rows: Vec<usize> = (0..32).collect();
    let (x, y) = (x.select(Axis(0), &rows).into_shared(), y[..32].to_vec());
    let net = dense(64, 64, Tanh) >> dense(64, 64, Tanh) >> dense(64, 10, Identity);
    let p: Params<f32> = net.init(&mut uniform(1));
    let at = Yardstick::new(&net, class_cross_entropy(), &p, &x, &y)?;
    println!("{} parameters, {} units, 32 rows, {draws} draws", net.parameters(), 64 + 64 + 10);
    println!("{:34}{:>10}{:>10}{:>12}{:>10}{:>10}", "rule", "bias", "chance", "variance", "cosine", "scale");
    row(&at, "backprop", Backprop, 1)?;
    row(&at, "forward gradient", ForwardGradient::seeded(1), draws)?;
    row(&at, "  normal directions", ForwardGradient::along(Directions::normal(1)), draws)?;
    row(&at, "  sixteen averaged", Averaged::new(ForwardGradient::seeded(1), 16), draws)?;
    row(&at, "activity perturbation", ActivityPerturbation::seeded(1), draws)?;
    row(&at, "SPSA, distance 0.01", Spsa::seeded(1, 0.01), draws)?;
    row(&at, "MeZO, distance 0.01", MeZo::seeded(1, 0.01, 1), draws)?;
    row(&at, "evolution, 8 pairs, values", EvolutionStrategy::seeded(1, 0.05, 8).unshaped(), draws)?;
    row(&at, "evolution, 8 pairs, ranks", EvolutionStrategy::seeded(1, 0.05, 8), draws)?;
    row(&at, "likelihood ratio, noise 0.1", LikelihoodRatio::seeded(1, 0.1), draws)?;
    row(&at, "  eight copies", LikelihoodRatio::seeded(1, 0.1).copies(8), draws)?;
    row(&at, "  together", LikelihoodRatio::seeded(1, 0.1).together(), draws)?;
    row(&at, "  both sides", LikelihoodRatio::seeded(1, 0.1).both_sides(), draws)?;
    row(&at, "three factors", ThreeFactor::seeded(1, 0.1), draws)?;
    row(&at, "  expecting the others' mean", ThreeFactor::seeded(1, 0.1).baseline(Baseline::Others), draws)?;
    row(&at, "projection on feedback alignment", LocalGuess::of(FeedbackAlignment::seeded(1)), 1)?;
    row(&at, "feedback alignment", FeedbackAlignment::seeded(1), 1)?;
    row(&at, "sign symmetry", SignSymmetry::Uniform, 1)?;
    row(&at, "sign symmetry, redrawn", SignSymmetry::Redrawn(1), draws)?;
    row(&at, "half of the rows", SampledRows::fraction(0.5, Weighing::Uniform, 1)?, draws)?;
    row(&at, "input sketched to half", RandomizedLinear::fraction(0.5, 1)?, draws)?;
    Ok(())
}
