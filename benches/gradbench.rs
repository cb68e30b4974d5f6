//! GradBench's evals at moderate size: the primal, the derivative by hand, and the crate's modes, in turn in one process.
//!
//! `cargo bench --bench gradbench [-- filter] [--quick]`. Every mode is checked against the derivative by hand before it
//! is timed. Targets, other tools' figures and what decides each row: `docs/design/gradbench.md`.

#[allow(dead_code)] // the rivals' bench and the targets of other benches
mod harness;
#[allow(dead_code)] // the protocol
#[path = "../examples/gradbench/suite/mod.rs"]
mod suite;

use harness::{Comparison, Figure, Settings};
use serde_json::Value;
use std::hint::black_box;
use suite::{
    Job, Mode, module,
    nested::Way,
    particle::{self, Particle},
    random,
    saddle::{self, Saddle},
};

/// What a ratio refers to.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Manual,
    Primal,
}
use By::{Manual, Primal};

/// An eval at one size.
struct Row {
    name: &'static str,
    functions: [&'static str; 2],
    input: Value,
    /// The target, the stretch target, and what they refer to.
    target: (f64, f64, By),
    /// The best tape in C++ and JAX, where published, in the same unit.
    rivals: &'static str,
    modes: &'static [Mode],
}

fn main() {
    let settings = Settings::from_args();
    println!("| eval | primal µs | manual / primal | mode | / manual | / primal | target | stretch | others |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for row in rows() {
        if settings.wants(row.name) {
            row.run(&settings);
        }
    }
    if settings.wants("saddle particle") {
        nested(&settings);
    }
}

#[rustfmt::skip] // a table
fn rows() -> Vec<Row> {
    use Mode::{Best, Reverse};
    let gradient = ["primal", "gradient"];
    let jacobian = ["objective", "jacobian"];
    let row = |name, functions, input, target, rivals, modes| Row { name, functions, input, target, rivals, modes };
    vec![
        row("llsq n1024 m128", gradient, random::llsq(1024, 128), (4.0, 2.5, Manual), "CoDiPack 5.5, JAX 21", &[Best, Reverse]),
        row("llsq n4096 m128", gradient, random::llsq(4096, 128), (4.0, 2.5, Manual), "CoDiPack 5.9, JAX 15", &[Best, Reverse]),
        row("lse n40000", gradient, random::lse(40_000), (2.5, 1.6, Manual), "CoDiPack 3.0, JAX 0.65", &[Best]),
        row("lse n640000", gradient, random::lse(640_000), (2.5, 1.6, Manual), "CoDiPack 3.1, JAX 2.1", &[Best]),
        row("det 7", gradient, random::det(7), (0.38, 0.25, Manual), "CoDiPack 0.40", &[Best, Reverse]),
        row("det 9", gradient, random::det(9), (0.38, 0.25, Manual), "CoDiPack 0.38", &[Best, Reverse]),
        row("ode n1000 s10", gradient, random::ode(1000, 10), (18.0, 10.0, Primal), "CoDiPack 19, JAX 16", &[Best, Reverse]),
        row("ode n1000 s100", gradient, random::ode(1000, 100), (18.0, 10.0, Primal), "CoDiPack 23, JAX 11", &[Best, Reverse]),
        row("gmm d2 k25 n1000", jacobian, random::gmm(2, 25, 1000), (3.0, 2.5, Manual), "CoDiPack 3.2, JAX 3.8", &[Best, Reverse]),
        row("gmm d10 k25 n1000", jacobian, random::gmm(10, 25, 1000), (6.0, 3.0, Manual), "CoDiPack 8.4, JAX 2.6", &[Best, Reverse]),
        row("kmeans k10 n1000 d8", ["cost", "dir"], random::kmeans(10, 1000, 8), (6.0, 2.0, Manual), "CoDiPack 19, JAX 3.2", &[Best]),
        row("kmeans k100 n1000 d8", ["cost", "dir"], random::kmeans(100, 1000, 8), (6.0, 2.0, Manual), "CoDiPack 23, JAX 1.3", &[Best]),
        row("lstm l4 c1024", jacobian, random::lstm(4, 1024, 14), (2.86, 2.2, Primal), "CoDiPack 2.8", &[Best]),
        row("lstm l4 c4096", jacobian, random::lstm(4, 4096, 14), (2.86, 2.2, Primal), "CoDiPack 3.1", &[Best]),
        row("ba p31843", jacobian, random::ba(49, 7776, 31_843), (3.5, 1.5, Manual), "CoDiPack 4.5", &[Best, Reverse]),
        row("ht c100 us", jacobian, random::ht(10_000, 100, true), (5.5, 3.0, Manual), "CoDiPack 11.2 (6.0)", &[Best]),
        row("ht c6400", jacobian, random::ht(544, 6400, false), (5.5, 3.0, Manual), "", &[Best]),
    ]
}

impl Row {
    fn job(&self, function: &str, mode: Mode) -> Job {
        let name = self.name.split(' ').next().unwrap_or_default();
        let prepare = module(name).expect("a module");
        prepare(function, self.input.clone(), mode).expect("a good input")
    }
    fn run(&self, settings: &Settings) {
        let [primal, derivative] = self.functions;
        let (mut truth, mut value) = (vec![], vec![]);
        self.job(derivative, Mode::Manual).run(&mut truth).expect("by hand");
        let mut of_value = self.job(primal, Mode::Best);
        of_value.run(&mut value).expect("a value");
        let mut c = Comparison::new(self.name, 1.0, truth);
        c.value_only("primal", move || {
            of_value.run(black_box(&mut value)).expect("a value");
            1.0
        });
        for &mode in [Mode::Manual].iter().chain(self.modes) {
            let (mut job, mut out) = (self.job(derivative, mode), vec![]);
            c.variant(mode.name(), None, move |check| {
                job.run(&mut out).expect("a derivative");
                harness::report(black_box(&out), check);
                1.0
            });
            if mode == Mode::Manual {
                c.refer_to_last();
            }
        }
        let figures = c.figures(settings);
        let p = figures[0].ratio[0];
        for Figure { name, ratio: [manual, ..], .. } in &figures[2..] {
            let (target, stretch, by) = self.target;
            let (figure, unit) = if by == Manual { (*manual, "") } else { (*manual / p, " p") };
            let met = if figure <= stretch {
                "stretch met"
            } else if figure <= target {
                "met"
            } else {
                "**missed**"
            };
            println!(
                "| {} | {:.1} | {:.2} | {name} | {manual:.2} | {:.2} | {target}{unit} {met} | {stretch}{unit} | {} |",
                self.name,
                figures[0].seconds * 1e6,
                1.0 / p,
                manual / p,
                self.rivals,
            );
        }
    }
}

/// The nested evals: four pairs of modes, differences inside differences, and both derivatives by hand.
fn nested(settings: &Settings) {
    println!("\n| eval | outer over inner | ms | / differences |");
    println!("|---|---|---|---|");
    let start = |pair: [Way; 2]| saddle::job(Saddle { start: [1.0, 1.0] }, pair[0], pair[1]);
    pairs(settings, "saddle", &start);
    let start = |pair: [Way; 2]| particle::job(Particle { w: 0.0 }, pair[0], pair[1]);
    pairs(settings, "particle", &start);
}

fn pairs(settings: &Settings, name: &str, start: &dyn Fn([Way; 2]) -> Job) {
    use Way::{Differences, Forward, Reverse};
    let ways = [
        ("differences", [Differences; 2]),
        ("rr", [Reverse, Reverse]),
        ("ff", [Forward, Forward]),
        ("fr", [Forward, Reverse]),
        ("rf", [Reverse, Forward]),
        ("by hand", [Way::Manual; 2]),
    ];
    let mut c = Comparison::new(name, 1.0, vec![]);
    for (way, pair) in ways {
        let (mut job, mut out) = (start(pair), vec![]);
        c.value_only(way, move || {
            job.run(&mut out).expect("a point");
            black_box(&out);
            1.0
        });
    }
    for f in c.figures(settings) {
        println!("| {name} | {} | {:.3} | {:.3} |", f.name, f.seconds * 1e3, f.ratio[0]);
    }
}
