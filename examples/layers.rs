//! A convolutional network and one with attention, each under four rules beside its frozen self: what they reach on digits,
//! from three seeds, and what they keep.
//!
//! ```text
//! cargo run --release --example layers            # ten passes over the digits
//! cargo run --release --example layers -- --quick # one
//! ```

use ndarray::{Array2, Axis};
use pullback::{
    Result,
    category::{Identity, Tanh},
    learn::*,
    net::*,
    rule::*,
};

/// Images of 8 × 8 pixels with values in `0..=1`, and their classes: those to learn from, and every fifth to test with.
fn digits() -> [(Array<f32>, Vec<usize>); 2] {
    let lines: Vec<&[u8]> = include_str!("../data/digits.txt").lines().map(str::as_bytes).collect();
    let value = |c: u8| f32::from(if c < b'A' { c - b'0' } else { c - b'A' + 10 }) / 16.0;
    [false, true].map(|test| {
        let some: Vec<&[u8]> =
            lines.iter().enumerate().filter(|(i, _)| (i % 5 == 0) == test).map(|(_, &l)| l).collect();
        let x = Array2::from_shape_fn((some.len(), 64), |(i, j)| value(some[i][j]));
        (x.into_shared(), some.iter().map(|l| usize::from(l[65] - b'0')).collect())
    })
}

/// The layers before the last one, and how many numbers they make.
fn convolutional() -> (Net, usize) {
    let seen = conv2d(Window::new([1, 8, 8], [3, 3]).padding([1, 1]), 8) >> pointwise(Tanh);
    (seen >> max_pool(Window::new([8, 8, 8], [2, 2]).stride([2, 2])) >> flatten(), 128)
}
/// The rows of an image are tokens.
fn attentive() -> (Net, usize) {
    let rows = reshape(&[8, 8]) >> tokenwise(8, 8, 16) >> residual(attention(8, 16, 2)) >> layer_norm(16);
    (rows >> flatten() >> dense(128, 32, Tanh), 32)
}

/// Trains from several seeds, and prints what came of it.
fn row<R: Rule<On: Objects<Input<f32> = Array<f32>>>>(
    name: &str,
    net: &Net,
    rule: impl Fn(u64) -> Result<R>,
    rate: f32,
    [passes, seeds]: [usize; 2],
) -> Result<()> {
    let [(x, y), (test, classes)] = digits();
    let begun = std::time::Instant::now();
    let (mut reached, mut kept) = (vec![], 0);
    for seed in 1..=seeds as u64 {
        let under = net.under::<R, f32>(rule(seed)?);
        let learn = learner(under, class_cross_entropy(), descend(), Momentum::new(rate, 0.9));
        let mut state = learn.start(learn.model().init(&mut uniform(seed))?);
        for some in batches(y.len(), 32, seed).take(passes * y.len().div_ceil(32)) {
            let labels: Vec<usize> = some.iter().map(|&i| y[i]).collect();
            learn.step(&mut state, x.select(Axis(0), &some).into_shared(), &labels)?;
        }
        let scores = learn.predict(&state, test.clone())?;
        let right = scores.rows().into_iter().zip(&classes).filter(|(row, c)| argmax(&row.to_vec()) == **c).count();
        reached.push(100.0 * right as f64 / classes.len() as f64);
        let first = x.slice(ndarray::s![..32, ..]).to_owned().into_shared();
        kept = learn.model().residual_bytes(&state.params, first)?;
    }
    let n = reached.len() as f64;
    let mean = reached.iter().sum::<f64>() / n;
    let deviation = (reached.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt();
    let took = begun.elapsed().as_secs_f64() / n;
    println!("{name:<44} {mean:>5.1} ± {deviation:4.1} % {kept:>8} bytes kept {took:>6.1} s");
    Ok(())
}

fn main() -> Result<()> {
    let quick = std::env::args().any(|a| a == "--quick");
    let long = if quick { [1, 1] } else { [10, 3] };
    // direct feedback of attention does not hold at the rate of the others
    for (name, (hidden, width), direct) in [("convolution", convolutional(), 0.05), ("attention", attentive(), 0.01)] {
        let head = || dense(width, 10, Identity);
        let (net, frozen) = (hidden.clone() >> head(), hidden >> detach() >> head());
        println!("{name}: {} parameters, {} products an image", net.parameters(), net.products());
        row(&format!("{name}, hidden layers frozen"), &frozen, |_| Ok(Backprop), 0.05, long)?;
        row(&format!("{name}, backprop"), &net, |_| Ok(Backprop), 0.05, long)?;
        row(&format!("{name}, direct feedback"), &net, |seed| Ok(DirectFeedback::seeded(seed)), direct, long)?;
        row(&format!("{name}, slopes of two bits"), &net, |_| FewBit::bits(2), 0.05, long)?;
        let checkpoints = |_| Ok(Checkpointed::every(3, Backprop));
        row(&format!("{name}, checkpoints every three layers"), &net, checkpoints, 0.05, long)?;
    }
    Ok(())
}
