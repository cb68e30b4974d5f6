//! Digits read by neurons that spike: learning through time beside learning in space alone, and what each keeps.
//!
//! ```text
//! cargo run --release --example spikes                 # three seeds, twenty passes
//! cargo run --release --example spikes -- --quick      # one seed, two passes
//! cargo run --release --example spikes -- --steps 4 --seeds 5
//! ```
//!
//! A hidden layer of 64 leaky neurons sees an image for some steps, as a current or as spikes at random, and a readout
//! takes the mean of what it makes of their spikes. *Memory* is the most that one step of learning holds at a time.

use allocation_counter::measure;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array2, Axis};
use pullback::{Result, category::Identity, learn::*, lens::Para, net::*, rule::*};
use std::{process::ExitCode, time::Instant};

type Batch = (Array<f32>, Vec<usize>);
const SPIKE: Surrogate = Surrogate::FastSigmoid(5.0);
const SPATIAL: SpatialLearning<Surrogate> = SpatialLearning::new(SPIKE);
const BATCH: usize = 32;
const RATE: f32 = 2e-3;

/// What the command line asks for.
struct Options {
    steps: usize,
    seeds: u64,
    passes: usize,
}
impl Options {
    fn read(args: impl Iterator<Item = String>) -> std::result::Result<Options, String> {
        let mut o = Options { steps: 8, seeds: 3, passes: 20 };
        let args: Vec<String> = args.collect();
        if args.iter().any(|a| a == "--quick") {
            (o.seeds, o.passes) = (1, 2);
        }
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let mut number = || match args.next() {
                None => Err(format!("{arg}: expected a number behind it, found none")),
                Some(n) => {
                    let read = n.parse::<u16>().ok().filter(|n| *n > 0).map(usize::from);
                    read.ok_or(format!("{arg}: expected a number from 1 to 65535, found {n:?}"))
                }
            };
            match arg.as_str() {
                "--quick" => {}
                "--steps" => o.steps = number()?,
                "--seeds" => o.seeds = number()? as u64,
                "--passes" => o.passes = number()?,
                other => return Err(format!("expected --quick, --steps N, --seeds N or --passes N, found {other:?}")),
            }
        }
        Ok(o)
    }
}

fn main() -> ExitCode {
    let done = Options::read(std::env::args().skip(1)).and_then(|o| report(&o).map_err(|e| e.to_string()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

/// Images with values in `0..=1` and their classes: those to learn from, and every fifth to test with.
fn digits() -> [Batch; 2] {
    let lines: Vec<&[u8]> = include_str!("../data/digits.txt").lines().map(str::as_bytes).collect();
    let value = |c: u8| f32::from(if c < b'A' { c - b'0' } else { c - b'A' + 10 }) / 16.0;
    [false, true].map(|test| {
        let some: Vec<&[u8]> =
            lines.iter().enumerate().filter(|(i, _)| (i % 5 == 0) == test).map(|(_, &l)| l).collect();
        let x = Array2::from_shape_fn((some.len(), 64), |(i, j)| value(some[i][j]));
        (x.into_shared(), some.iter().map(|l| usize::from(l[65] - b'0')).collect())
    })
}

/// One step: 64 pixels, 64 neurons, 10 classes.
fn body() -> Net {
    cells(&[dense(64, 64, Identity), leaky_integrate_and_fire(0.5, 1.0), dense(64, 10, Identity)])
}
/// How an image is shown.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    /// Its brightness is a current, the same at each step.
    Current,
    /// Its brightness is the chance of a spike, at each step anew.
    Trains,
}
fn network(shown_as: Shown, steps: usize) -> Net {
    match shown_as {
        Shown::Current => shown(body(), steps, &[64]),
        Shown::Trains => layer(Scan { body: body(), steps, states: vec![64], held: false, mean: true }),
    }
}
/// The images as the network reads them.
fn as_input(x: Array<f32>, shown_as: Shown, steps: usize, draw: &mut impl FnMut() -> f64) -> Array<f32> {
    match shown_as {
        Shown::Current => x,
        Shown::Trains => Array2::from_shape_fn((x.nrows(), 64 * steps), |(i, j)| {
            f32::from((draw() + 1.0) / 2.0 < f64::from(x[[i, j % 64]]))
        })
        .into_shared(),
    }
}

/// A row of the table: a name, and what reaches so many percent with a seed.
type Row = (&'static str, fn(&Options, u64) -> Result<f64>);
const ROWS: &[Row] = &[
    ("a linear classifier", |o, seed| {
        let net = dense(64, 10, Identity);
        train(o, net.under::<_, f32>(Backprop), net.init(&mut uniform(seed)), Shown::Current, seed, 2e-2)
    }),
    ("current, hidden layer frozen", |o, seed| {
        let under = network(Shown::Current, o.steps).under::<_, f32>(SPIKE);
        let p = first(&under, seed);
        let (model, free) = under.frozen(&p, |name| name.starts_with("0.scan.0."))?;
        train(o, model, free, Shown::Current, seed, RATE)
    }),
    ("current, through time", |o, seed| spiking(o, SPIKE, Shown::Current, seed)),
    ("current, in space", |o, seed| spiking(o, SPATIAL, Shown::Current, seed)),
    ("current, in space, a quarter of the steps", |o, seed| {
        spiking(o, SPATIAL.of_steps(o.steps.div_ceil(4), seed), Shown::Current, seed)
    }),
    ("spikes at random, through time", |o, seed| spiking(o, SPIKE, Shown::Trains, seed)),
    ("spikes at random, in space", |o, seed| spiking(o, SPATIAL, Shown::Trains, seed)),
];

fn first<R: Reverse>(under: &Under<R, f32>, seed: u64) -> Params<f32> {
    under.net().init_with(|_| Initialiser::He, &mut uniform(seed))
}
fn spiking<R: Reverse>(o: &Options, rule: R, how: Shown, seed: u64) -> Result<f64> {
    let under = network(how, o.steps).under::<R, f32>(rule);
    let p = first(&under, seed);
    train(o, under, p, how, seed, RATE)
}
/// Trains, and returns the percent of the test images that are named.
fn train<M>(o: &Options, model: M, p: Params<f32>, how: Shown, seed: u64, rate: f32) -> Result<f64>
where
    M: Para<P = Params<f32>, A = Array<f32>, B = Array<f32>>,
{
    let [(x, y), (test, classes)] = digits();
    let learn = learner(model, class_cross_entropy(), descend(), Adam::new(rate));
    let (mut s, mut draw) = (learn.start(p), uniform(seed + 100));
    for rows in batches(y.len(), BATCH, seed).take(o.passes * y.len().div_ceil(BATCH)) {
        let labels: Vec<usize> = rows.iter().map(|&i| y[i]).collect();
        let x = as_input(x.select(Axis(0), &rows).into_shared(), how, o.steps, &mut draw);
        learn.step(&mut s, x, &labels)?;
    }
    let scores = learn.predict(&s, as_input(test, how, o.steps, &mut draw))?;
    let right = scores.rows().into_iter().zip(&classes).filter(|(r, c)| r.as_slice().map(argmax) == Some(**c));
    Ok(100.0 * right.count() as f64 / classes.len() as f64)
}

/// The most bytes that a step of learning holds at a time, and the bytes kept between its two halves.
fn memory<R: Reverse>(steps: usize, rule: R) -> Result<(u64, usize)> {
    let [(x, y), _] = digits();
    let x = x.slice_axis(Axis(0), ndarray::Slice::from(..BATCH)).to_owned().into_shared();
    let labels = y[..BATCH].to_vec();
    let under = network(Shown::Current, steps).under::<R, f32>(rule);
    let p = first(&under, 1);
    let kept = under.residual_bytes(&p, x.clone())?;
    let learn = learner(under, class_cross_entropy(), descend(), Sgd::new(0.1));
    let mut s = learn.start(p);
    learn.step(&mut s, x.clone(), &labels)?;
    let mut done = Ok(());
    let most = measure(|| done = learn.step(&mut s, x, &labels)).bytes_max;
    done.map(|()| (most, kept))
}
/// The time of a step in space over that of one through time, in turns; the least of many each.
fn slower(steps: usize) -> Result<f64> {
    let [(x, y), _] = digits();
    let x = x.slice_axis(Axis(0), ndarray::Slice::from(..BATCH)).to_owned().into_shared();
    let labels = y[..BATCH].to_vec();
    let net = network(Shown::Current, steps);
    let through = learner(net.under::<_, f32>(SPIKE), class_cross_entropy(), descend(), Sgd::new(0.0));
    let space = learner(net.under::<_, f32>(SPATIAL), class_cross_entropy(), descend(), Sgd::new(0.0));
    let mut s = through.start(first(through.model(), 1));
    let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..20 {
        let start = Instant::now();
        space.step(&mut s, x.clone(), &labels)?;
        ours = ours.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        through.step(&mut s, x.clone(), &labels)?;
        theirs = theirs.min(start.elapsed().as_secs_f64());
    }
    Ok(ours / theirs)
}

/// A pulse, up or down, on one wire at the first of eight steps, and one on another wire at the last: are they equal? Only
/// the last output counts. Says whether four neurons answer all four pairs rightly.
fn pulses<R: Reverse>(rule: R, seed: u64) -> Result<bool> {
    let body = cells(&[dense(2, 4, Identity), leaky_integrate_and_fire(0.9, 1.0), dense(4, 2, Identity)]);
    let net = scan(body, 8, 4) >> gather(8, 2, vec![7]);
    let signs = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]];
    let x = Array2::from_shape_fn((4, 16), |(i, j)| match j {
        0 => signs[i][0],
        15 => signs[i][1],
        _ => 0.0,
    });
    let (x, classes) = (x.into_shared(), vec![0, 1, 1, 0]);
    let learn = learner(net.under::<R, f32>(rule), class_cross_entropy(), descend(), Adam::new(2e-2));
    let mut s = learn.start(first(learn.model(), seed));
    (0..300).try_for_each(|_| learn.step(&mut s, x.clone(), &classes))?;
    let scores = learn.predict(&s, x)?;
    Ok(scores.rows().into_iter().zip(&classes).all(|(r, c)| r.as_slice().map(argmax) == Some(*c)))
}

fn report(o: &Options) -> Result<()> {
    let Options { steps, seeds, passes, .. } = *o;
    println!("{seeds} seeds, {passes} passes over 1437 digits, {steps} steps; 360 to test with");
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}").unwrap_or(ProgressStyle::default_bar());
    let bar = ProgressBar::new(ROWS.len() as u64 * seeds).with_style(style);
    let mut lines = vec![];
    for (name, run) in ROWS {
        bar.set_message(*name);
        let mut reached = vec![];
        for seed in 1..=seeds {
            reached.push(run(o, seed)?);
            bar.inc(1);
        }
        let mean = reached.iter().sum::<f64>() / seeds as f64;
        let spread = (reached.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / seeds as f64).sqrt();
        lines.push(format!("{name:44}{mean:8.1} ± {spread:.1}"));
    }
    bar.finish_and_clear();
    println!("{:44}right, %\n{}", "", lines.join("\n"));

    println!("\nbatch of {BATCH}{:10}through time{:14}in space", "", "");
    println!("{:>8}{:>14}{:>12}{:>14}{:>12}{:>14}", "steps", "memory", "kept", "memory", "kept", "time, ratio");
    for steps in [4, 8, 16, 32] {
        let ((through, kept), (space, also)) = (memory(steps, SPIKE)?, memory(steps, SPATIAL)?);
        println!("{steps:8}{through:14}{kept:12}{space:14}{also:12}{:14.2}", slower(steps)?);
    }

    let (runs, mut solved) = (4 * seeds.min(5), [0, 0]);
    for seed in 1..=runs {
        solved[0] += u64::from(pulses(SPIKE, seed)?);
        solved[1] += u64::from(pulses(SPATIAL, seed)?);
    }
    println!(
        "\nAre two pulses, seven steps apart, equal? Of {runs} runs {} learn it through time, {} in space",
        solved[0], solved[1]
    );
    Ok(())
}
