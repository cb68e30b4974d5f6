//! Learning put together from lenses, with the figures that the papers give.
//!
//! ```text
//! cargo run --release --example categorical            # all of it, a few seconds
//! cargo run --release --example categorical -- --quick # fewer passes
//! ```

use pullback::{Result, category::*, learn::*, lens::*};

type Flower = [f64; 4];
/// The parameters of a 4-20-3 network.
type Weights = ((Matrix<f64, 20, 4>, [f64; 20]), (Matrix<f64, 3, 20>, [f64; 3]));

fn main() -> Result<()> {
    let passes = if std::env::args().any(|a| a == "--quick") { 30 } else { 200 };
    let flowers = iris();

    println!("One network, 4-20-3 with tanh, on all 150 irises, {passes} passes, one flower a step");
    println!("{:24}{:22}right, %", "optimiser", "loss");
    let row = |optimiser: &str, loss: &str, right: Result<f64>| -> Result<()> {
        println!("{optimiser:24}{loss:22}{:8.1}", right?);
        Ok(())
    };
    let ce = softmax_cross_entropy;
    let steps = 150 * passes as u64;
    row("Sgd 0.02", "cross-entropy", train(&flowers, passes, ce(), Sgd::new(0.02)))?;
    row(
        "Sgd 0.1, cosine",
        "cross-entropy",
        train(&flowers, passes, ce(), scheduled(Sgd::new(0.1), cosine(steps, 0.0))),
    )?;
    row("Momentum 0.01, 0.9", "cross-entropy", train(&flowers, passes, ce(), Momentum::new(0.01, 0.9)))?;
    row("Nesterov 0.01, 0.9", "cross-entropy", train(&flowers, passes, ce(), Nesterov::new(0.01, 0.9)))?;
    row("Adagrad 0.05", "cross-entropy", train(&flowers, passes, ce(), Adagrad::new(0.05)))?;
    row("RmsProp 0.001", "cross-entropy", train(&flowers, passes, ce(), RmsProp::new(0.001)))?;
    row("Adam 0.003", "cross-entropy", train(&flowers, passes, ce(), Adam::new(0.003)))?;
    row("AdamW 0.003, 0.01", "cross-entropy", train(&flowers, passes, ce(), AdamW::new(0.003, 0.01)))?;
    row("Lion 0.0005, 0.01", "cross-entropy", train(&flowers, passes, ce(), Lion::new(0.0005, 0.01)))?;
    row("CoRe", "cross-entropy", train(&flowers, passes, ce(), CoRe { decay: 0.0, ..CoRe::default() }))?;
    row("Sgd 0.02", "quadratic", train(&flowers, passes, quadratic(), Sgd::new(0.02)))?;
    row("Sgd 0.02", "Huber 0.5", train(&flowers, passes, huber(0.5), Sgd::new(0.02)))?;

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

    println!("\nExclusive or in one pass over its four rows: {}", xor()?);
    println!("Dreaming of a versicolor: {}", dream(&flowers, passes)?);
    println!("A composite learner against the composite of learners: {:.1e} apart at most", functor()?);
    Ok(())
}

/// Measurements and classes. Two rows are put back to what the copy of the UCI repository says, which the papers used.
fn iris() -> (Vec<Flower>, Vec<usize>) {
    let parse = |line: &str| {
        let mut numbers = line.split(',').map(|n| n.parse().unwrap_or(f64::NAN));
        let x: Flower = std::array::from_fn(|_| numbers.next().unwrap_or(f64::NAN));
        (x, numbers.next().unwrap_or(f64::NAN) as usize)
    };
    let (mut x, y): (Vec<_>, Vec<_>) = include_str!("../data/iris.csv").lines().skip(1).map(parse).unzip();
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

/// Per cent of all flowers that are right after training on all of them.
fn train<E, U>((x, y): &(Vec<Flower>, Vec<usize>), passes: usize, loss: Lens<E>, optimiser: U) -> Result<f64>
where
    E: Para<P = [f64; 3], A = [f64; 3], B = f64>,
    U: Optimiser<Weights>,
{
    let x = standardised(x);
    let learn = learner(network(), loss, descend(), optimiser);
    let mut s = learn.start(network().init(&mut uniform(1)));
    for k in (0..150 * passes).map(|k| k * 67 % 150) {
        learn.step(&mut s, x[k], &one_hot(y[k]))?;
    }
    let mut right = 0;
    for (x, y) in x.iter().zip(y) {
        let o = learn.predict(&s, *x)?;
        right += usize::from((0..3).all(|c| o[c] <= o[*y]));
    }
    Ok(right as f64 / 1.5)
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
