//! A convolutional network and one with attention, each under three rules: what they reach and what they keep.
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

fn convolutional() -> Net {
    let seen = conv2d(Window::new([1, 8, 8], [3, 3]).padding([1, 1]), 8) >> pointwise(Tanh);
    seen >> max_pool(Window::new([8, 8, 8], [2, 2]).stride([2, 2])) >> flatten() >> dense(128, 10, Identity)
}
/// The rows of an image are tokens.
fn attentive() -> Net {
    let rows = reshape(&[8, 8]) >> tokenwise(8, 8, 16) >> residual(attention(8, 16, 2)) >> layer_norm(16);
    rows >> flatten() >> dense(128, 32, Tanh) >> dense(32, 10, Identity)
}

/// Trains, and prints what came of it.
fn row<R: Rule<On: Objects<Input<f32> = Array<f32>>>>(
    name: &str,
    net: &Net,
    rule: R,
    rate: f32,
    passes: usize,
) -> Result<f64> {
    let [(x, y), (test, classes)] = digits();
    let learn = learner(net.under::<R, f32>(rule), class_cross_entropy(), descend(), Momentum::new(rate, 0.9));
    let mut state = learn.start(learn.model().init(&mut uniform(1))?);
    let begun = std::time::Instant::now();
    for some in batches(y.len(), 32, 1).take(passes * y.len().div_ceil(32)) {
        let labels: Vec<usize> = some.iter().map(|&i| y[i]).collect();
        learn.step(&mut state, x.select(Axis(0), &some).into_shared(), &labels)?;
    }
    let took = begun.elapsed().as_secs_f64();
    let scores = learn.predict(&state, test)?;
    let best =
        |row: ndarray::ArrayView1<'_, f32>| row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|b| b.0);
    let right = scores.rows().into_iter().zip(&classes).filter(|(row, c)| best(*row) == Some(**c)).count();
    let kept = learn.model().residual_bytes(&state.params, x.slice(ndarray::s![..32, ..]).to_owned().into_shared())?;
    let percent = 100.0 * right as f64 / classes.len() as f64;
    println!("{name:<44} {percent:>5.1} % {:>8} bytes kept {took:>6.1} s", kept);
    Ok(percent)
}

fn main() -> Result<()> {
    let quick = std::env::args().any(|a| a == "--quick");
    let passes = if quick { 1 } else { 10 };
    // direct feedback of attention does not hold at the rate of the others
    for (name, net, direct) in [("convolution", convolutional(), 0.05), ("attention", attentive(), 0.01)] {
        println!("{name}: {} parameters, {} products an image", net.parameters(), net.products());
        row(&format!("{name}, backprop"), &net, Backprop, 0.05, passes)?;
        row(&format!("{name}, direct feedback"), &net, DirectFeedback::seeded(1), direct, passes)?;
        row(&format!("{name}, slopes of two bits"), &net, FewBit::bits(2)?, 0.05, passes)?;
        row(&format!("{name}, checkpoints every three layers"), &net, Checkpointed::every(3, Backprop), 0.05, passes)?;
    }
    Ok(())
}
