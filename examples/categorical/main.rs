//! Learning put together from lenses, with the figures that the papers give.
//!
//! ```text
//! cargo run --release --example categorical            # all of it, a few seconds
//! cargo run --release --example categorical -- --quick # fewer passes
//! ```
//! Curves go to `target/categorical/*.svg`.

mod plot;
mod row;

use indicatif::{ProgressBar, ProgressStyle};
use pullback::{Result, category::*, learn::*, lens::*};
use std::{io, path::Path};

type Flower = [f64; 4];
/// The parameters of a 4-20-3 network.
type Weights = ((Matrix<f64, 20, 4>, [f64; 20]), (Matrix<f64, 3, 20>, [f64; 3]));

fn main() -> io::Result<()> {
    let folder = Path::new("target/categorical");
    std::fs::create_dir_all(folder)?;
    let passes = if std::env::args().any(|a| a == "--quick") { 30 } else { 200 };
    let curves = report(passes).map_err(io::Error::other)?;
    plot::write(&folder.join("iris.svg"), "Loss on all irises, by pass (logarithmic)", &curves[..6], true)?;
    plot::write(&folder.join("game.svg"), "Where the generator stands; the data have mean 2", &curves[6..7], false)?;
    plot::write(&folder.join("equations.svg"), "How far f;g and g;f are from doing nothing", &curves[7..], true)?;
    println!("\nCurves: {}/{{iris,game,equations}}.svg", folder.display());
    Ok(())
}

/// Prints the tables and returns the curves.
fn report(passes: usize) -> Result<Vec<plot::Curve>> {
    let flowers = iris();
    println!("One network, 4-20-3 with tanh, on all 150 irises, {passes} passes, one flower a step");
    let bar =
        ProgressBar::new(12).with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}").expect("valid"));
    let (mut rows, mut curves) = (vec![], vec![]);
    let mut row = |optimiser: &str, loss: &str, trained: Result<(f64, Vec<f64>)>| -> Result<()> {
        let (right, curve) = trained?;
        rows.push(format!("{optimiser:24}{loss:22}{right:8.1}"));
        curves.push((optimiser.to_string(), curve));
        bar.set_message(optimiser.to_string());
        bar.inc(1);
        Ok(())
    };
    let ce = softmax_cross_entropy;
    let steps = 150 * passes as u64;
    let cosine_sgd = scheduled(Sgd::new(0.1), cosine(steps, 0.0));
    row("Sgd 0.02", "cross-entropy", train(&flowers, passes, ce(), Sgd::new(0.02)))?;
    row("Sgd 0.1, cosine", "cross-entropy", train(&flowers, passes, ce(), cosine_sgd))?;
    row("Momentum 0.01, 0.9", "cross-entropy", train(&flowers, passes, ce(), Momentum::new(0.01, 0.9)))?;
    row("Adam 0.003", "cross-entropy", train(&flowers, passes, ce(), Adam::new(0.003)))?;
    row("Lion 0.0005, 0.01", "cross-entropy", train(&flowers, passes, ce(), Lion::new(0.0005, 0.01)))?;
    row("CoRe", "cross-entropy", train(&flowers, passes, ce(), CoRe { decay: 0.0, ..CoRe::default() }))?;
    row("Nesterov 0.01, 0.9", "cross-entropy", train(&flowers, passes, ce(), Nesterov::new(0.01, 0.9)))?;
    row("Adagrad 0.05", "cross-entropy", train(&flowers, passes, ce(), Adagrad::new(0.05)))?;
    row("RmsProp 0.001", "cross-entropy", train(&flowers, passes, ce(), RmsProp::new(0.001)))?;
    row("AdamW 0.003, 0.01", "cross-entropy", train(&flowers, passes, ce(), AdamW::new(0.003, 0.01)))?;
    row("Sgd 0.02", "quadratic", train(&flowers, passes, quadratic(), Sgd::new(0.02)))?;
    row("Sgd 0.02", "Huber 0.5", train(&flowers, passes, huber(0.5), Sgd::new(0.02)))?;
    bar.finish_and_clear();
    println!("{:24}{:22}right, %\n{}", "optimiser", "loss", rows.join("\n"));
    curves.truncate(6);

    println!("\nThe same learner over bits: reverse derivative ascent, one pass, from an empty truth table");
    println!("{:40}{:>10}{:>12}", "irises, half of them for the test", "right, %", "published");
    let right = [
        ascend_bits(&flowers, 2, |c| [c == 1])?,
        ascend_bits(&flowers, 2, |c| [c == 0, c == 1])?,
        ascend_bits(&flowers, 3, |c| [c & 1 == 1, c & 2 == 2])?,
        ascend_bits(&flowers, 3, |c| [c == 0, c == 1, c == 2])?,
    ];
    let published = [98.0, 98.0, 73.3, 73.3];
    let names = ["two classes, one bit", "two classes, one-hot", "three classes, two bits", "three classes, one-hot"];
    for ((name, right), published) in names.iter().zip(right).zip(published) {
        println!("{name:40}{right:10.1}{published:12.1}");
    }

    println!("{:40}{:10.1}{:12.1}", "digits 0 and 1, a mask of 8 × 8 bits", row::digits()?, 99.2);
    println!("(published for 28 × 28 bits; at 8 × 8 a ring and a stroke share most of their pixels)");

    println!("\nExclusive or in one pass over its four rows: {}", xor()?);
    println!("Dreaming of a versicolor: {}", dream(&flowers, passes)?);
    println!("A composite learner against the composite of learners: {:.1e} apart at most", functor()?);
    println!("Back-propagation through time against the unrolling: {:.1e} apart at most", row::time()?);
    let [slid, cancelled] = row::sliding()?;
    println!("A rate of ¼ in the cap or in the optimiser, 400 steps: {slid:.1e} apart");
    println!("Adam with a cap of −¼ or −1, 400 steps: {cancelled:.1e} apart; it cancels a rate in the cap");
    let (generated, found, mean) = row::game(20_000)?;
    println!("A generator against a critic: its mean {found:.3}, that of the data {mean:.3}");
    let equations = row::cooperation()?;
    println!("Two networks that undo each other: {:.1e} from it", equations.last().copied().unwrap_or(f64::NAN));
    curves.push(("generator".to_string(), generated));
    curves.push(("½|f;g − id|² + ½|g;f − id|²".to_string(), equations));
    Ok(curves)
}

/// Measurements and classes. Two rows are put back to what the copy of the UCI repository says, which the papers used.
fn iris() -> (Vec<Flower>, Vec<usize>) {
    let parse = |line: &str| {
        let mut numbers = line.split(',').map(|n| n.parse().unwrap_or(f64::NAN));
        let x: Flower = std::array::from_fn(|_| numbers.next().unwrap_or(f64::NAN));
        (x, numbers.next().unwrap_or(f64::NAN) as usize)
    };
    let (mut x, y): (Vec<_>, Vec<_>) = include_str!("../../data/iris.csv").lines().skip(1).map(parse).unzip();
    (x[34], x[37]) = ([4.9, 3.1, 1.5, 0.1], [4.9, 3.1, 1.5, 0.1]);
    (x, y)
}

/// Mean and standard deviation of each measurement.
fn scale(x: &[Flower]) -> [(f64, f64); 4] {
    std::array::from_fn(|j| {
        let mean = x.iter().map(|x| x[j]).sum::<f64>() / x.len() as f64;
        (mean, (x.iter().map(|x| (x[j] - mean).powi(2)).sum::<f64>() / x.len() as f64).sqrt())
    })
}
fn standardised(x: &[Flower]) -> Vec<Flower> {
    let scale = scale(x);
    x.iter().map(|x| std::array::from_fn(|j| (x[j] - scale[j].0) / scale[j].1)).collect()
}
fn one_hot(class: usize) -> [f64; 3] {
    std::array::from_fn(|c| f64::from(u8::from(c == class)))
}
fn network() -> Lens<impl Init<P = Weights, A = Flower, B = [f64; 3]> + Copy> {
    dense::<4, 20>(Tanh) >> dense::<20, 3>(Identity)
}

/// Per cent of all flowers that are right after training on all of them, and the mean loss after each pass.
fn train<E, U>(
    (x, y): &(Vec<Flower>, Vec<usize>),
    passes: usize,
    loss: Lens<E>,
    optimiser: U,
) -> Result<(f64, Vec<f64>)>
where
    E: Para<P = [f64; 3], A = [f64; 3], B = f64>,
    U: Optimiser<Weights>,
{
    let x = standardised(x);
    let learn = learner(network(), loss, descend(), optimiser);
    let mut s = learn.start(network().init(&mut uniform(1)));
    let mut curve = vec![];
    for _ in 0..passes {
        for k in (0..150).map(|k| k * 67 % 150) {
            learn.step(&mut s, x[k], &one_hot(y[k]))?;
        }
        let losses = x.iter().zip(y).map(|(x, y)| learn.loss(&s.params, *x, &one_hot(*y)));
        curve.push(losses.sum::<Result<f64>>()? / 150.0);
    }
    let mut table = Confusion::new(3);
    for (x, y) in x.iter().zip(y) {
        table.add(*y, argmax(&learn.predict(&s, *x)?));
    }
    Ok((100.0 * table.accuracy(), curve))
}

/// Per cent of the test half that is right. A measurement is a bit: is it above the middle of its range?
fn ascend_bits<const M: usize>(
    (x, y): &(Vec<Flower>, Vec<usize>),
    classes: usize,
    code: impl Fn(usize) -> [bool; M],
) -> Result<f64> {
    let x = &x[..50 * classes];
    let middle: Flower = std::array::from_fn(|j| {
        let column = || x.iter().map(|x| x[j]);
        (column().fold(f64::INFINITY, f64::min) + column().fold(f64::NEG_INFINITY, f64::max)) / 2.0
    });
    let bits = |k: usize| std::array::from_fn(|j| Z2(x[k][j] > middle[j]));
    let label = |k: usize| code(y[k]).map(Z2);
    let learn = learner(lookup::<4, M, 16>(), boolean_error(), echo(), Plus);
    let mut s = learn.start(Matrix::from_fn(|_, _| Z2(false)));
    let half = |from: usize| (0..classes).flat_map(move |c| 50 * c + from..50 * c + from + 25);
    half(0).try_for_each(|k| learn.step(&mut s, bits(k), &label(k)))?;
    let mut right = 0;
    for k in half(25) {
        right += usize::from(learn.predict(&s, bits(k))? == label(k));
    }
    Ok(100.0 * right as f64 / (25 * classes) as f64)
}

fn xor() -> Result<&'static str> {
    let (o, i) = (Z2(false), Z2(true));
    let learn = learner(lookup::<2, 1, 4>(), boolean_error(), echo(), Plus);
    let mut s = learn.start(Matrix::new([[o; 4]]));
    let rows = [[o, o], [o, i], [i, o], [i, i]];
    rows.iter().try_for_each(|[a, b]| learn.step(&mut s, [*a, *b], &[*a + *b]))?;
    let right = rows.iter().all(|[a, b]| learn.predict(&s, [*a, *b]) == Ok([*a + *b]));
    Ok(if right { "learnt" } else { "not learnt" })
}

/// The optimiser sits on the input wire: which flower is most like a versicolor?
fn dream((x, y): &(Vec<Flower>, Vec<usize>), passes: usize) -> Result<String> {
    let (scale, x) = (scale(x), standardised(x));
    let learn = learner(network(), softmax_cross_entropy(), descend(), Momentum::new(0.01, 0.9));
    let mut s = learn.start(network().init(&mut uniform(1)));
    for k in (0..150 * passes).map(|k| k * 67 % 150) {
        learn.step(&mut s, x[k], &one_hot(y[k]))?;
    }
    let sleeper = learner(network(), softmax_cross_entropy(), descend(), Sgd::new(0.1));
    let mut d = sleeper.start_dream([0.0; 4]);
    let loss = |x: Flower| sleeper.loss(&s.params, x, &one_hot(1));
    let before = loss(d.params)?;
    (0..100).try_for_each(|_| sleeper.dream(&mut d, &s.params, &one_hot(1)))?;
    let [a, b, c, e]: Flower = std::array::from_fn(|j| d.params[j] * scale[j].1 + scale[j].0);
    Ok(format!("{a:.1}, {b:.1}, {c:.1}, {e:.1} cm; its loss fell from {before:.3} to {:.1e}", loss(d.params)?))
}

/// Fong, Spivak, Tuyéras: the learner of `f >> g` updates and asks as the two learners do that hand each other targets.
fn functor() -> Result<f64> {
    fn learn<F, const N: usize, const M: usize>(f: F, p: &F::P, a: [f64; N], b: [f64; M]) -> Result<(F::P, [f64; N])>
    where
        F: Para<A = [f64; N], B = [f64; M], P: Elementwise<f64>>,
    {
        let learn = learner(f, quadratic(), descend(), Sgd::new(0.1));
        let mut s = learn.start(p.clone());
        learn.step(&mut s, a, &b)?;
        let (da, _, _) = learn.put(a, p, &b)?;
        Ok((s.params, std::array::from_fn(|k| a[k] + da[k])))
    }
    let (f, g, mut draw, mut worst) = (dense::<4, 20>(Tanh), dense::<20, 3>(Sigmoid), uniform(8), 0f64);
    for _ in 0..20 {
        let (p, q) = (f.init(&mut draw), g.init(&mut draw));
        let (a, c): (Flower, [f64; 3]) = (std::array::from_fn(|_| draw()), std::array::from_fn(|_| draw()));
        let (mut whole, request) = learn(f >> g, &(p.clone(), q.clone()), a, c)?;
        let (uq, target) = learn(g, &q, f.eval(&p, a)?, c)?;
        let (up, asked) = learn(f, &p, a, target)?;
        let mut apart = |[u, v]: [&mut f64; 2]| worst = worst.max((*u - *v).abs());
        Elementwise::zip([&mut whole, &mut (up, uq)], &mut apart)?;
        Elementwise::zip([&mut { request }, &mut { asked }], &mut apart)?;
    }
    Ok(worst)
}
