//! What the tape itself costs: bytes, nanoseconds and allocations; lanes; the copy that makes a `Pullback`.
//!
//! `cargo bench --bench tape [-- filter] [--quick]`. Targets and figures: `docs/design/perf.md`.

mod harness;
#[allow(dead_code, unused_imports)] // the hand gradients and the data are for `gradient`
mod workloads;

use harness::{Comparison, Settings, quantile, timed};
use pullback::{Real as Number, *};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::{alloc::System, hint::black_box};
use workloads::*;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A workload with the number of elementary operations that a tape without any merging would record.
struct Counted<W> {
    workload: W,
    operations: usize,
}
fn rosenbrock(n: usize) -> Counted<Rosenbrock> {
    Counted { workload: Rosenbrock(n), operations: 8 * (n - 1) }
}
fn lorenz(steps: usize) -> Counted<Lorenz> {
    Counted { workload: Lorenz(steps), operations: 71 * steps + 5 }
}
fn lstm() -> Counted<Lstm> {
    Counted { workload: Lstm::new(16, 64), operations: 29 * 16 * 64 }
}

fn main() {
    let settings = Settings::from_args();
    if settings.wants("bytes per operation") {
        println!("\n| bytes per operation | entries | operations | bytes per operation | target |");
        println!("|---|---|---|---|---|");
        bytes(&rosenbrock(1000));
        bytes(&lorenz(1000));
        bytes(&lstm());
    }
    if settings.wants("time per operation") {
        println!("\n| time per operation, warm | 1e4 | 1e5 | 1e6 | 1e7 | 1e7 to 1e5 | target |");
        println!("|---|---|---|---|---|---|---|");
        flatness("rosenbrock", &settings, |operations| rosenbrock(operations / 8 + 1));
        flatness("lorenz", &settings, |operations| lorenz(operations / 71));
    }
    if settings.wants("allocations") {
        println!("\n| allocations per call | first | second | third | target |");
        println!("|---|---|---|---|---|");
        allocations(&rosenbrock(1000).workload);
        allocations(&rosenbrock(100_000).workload);
        allocations(&lorenz(10_000).workload);
    }
    lanes("rosenbrock 1000", &settings, &rosenbrock(1000).workload);
    lanes("lorenz 1000", &settings, &lorenz(1000).workload);
    lanes("lstm", &settings, &lstm().workload);
    pullback(&settings, &rosenbrock(1000).workload);
    pullback(&settings, &lorenz(1000).workload);
}

/// An entry has four indices, four partials and an adjoint.
const ENTRY: usize = 4 * (4 + 8) + 8;

fn bytes<W: Workload>(c: &Counted<W>) {
    let x = c.workload.point();
    let entries = record(|t| {
        c.workload.call(t.inputs::<f64>(&x));
        Ok(t.len() - x.len())
    })
    .expect("the workload is total");
    let each = (entries * ENTRY) as f64 / c.operations as f64;
    let verdict = if each <= 25.0 { "met" } else { "**missed**" };
    println!("| {} | {entries} | {} | **{each:.1}** | ≤ 25, {verdict} |", c.workload.name(), c.operations);
}

fn flatness<W: Workload>(name: &str, settings: &Settings, sized: impl Fn(usize) -> Counted<W>) {
    let nanoseconds = [10_000, 100_000, 1_000_000, 10_000_000].map(|operations| {
        let c = sized(operations);
        let x = c.workload.point();
        let mut tape = Tape::new();
        let mut call = || {
            black_box(tape.value_and_grad(|x| c.workload.call(x), black_box(&x)).expect("the workload is total"));
        };
        (0..3).for_each(|_| call());
        let calls = (4_000_000 / operations).max(1);
        let rounds = if settings.quick { 5 } else { 15 };
        let times = (0..rounds).map(|_| timed(|| (0..calls).for_each(|_| call())).as_secs_f64() / calls as f64);
        quantile(&times.collect::<Vec<_>>(), 0.5) * 1e9 / c.operations as f64
    });
    let [a, b, c, d] = nanoseconds;
    let verdict = if d <= 1.2 * b { "met" } else { "**missed**" };
    println!("| {name} | {a:.2} ns | {b:.2} ns | {c:.2} ns | {d:.2} ns | **{:.2}** | ≤ 1.2, {verdict} |", d / b);
}

fn allocations<W: Workload>(w: &W) {
    let x = w.point();
    let mut tape = Tape::new();
    let calls = [(); 3].map(|()| {
        let region = Region::new(COUNTED);
        black_box(tape.value_and_grad(|x| w.call(x), &x).expect("the workload is total"));
        let change = region.change();
        change.allocations + change.reallocations
    });
    let [first, second, third] = calls;
    let verdict = if second == 0 && third == 0 { "met" } else { "**missed**" };
    println!("| {} | {first} | {second} | {third} | 0 from the second on, {verdict} |", w.name());
}

/// Times sweeps of several cotangents over one recording.
fn lanes<W: Workload>(name: &str, settings: &Settings, w: &W) {
    let point = w.point();
    record(|t| {
        let x = t.inputs(&point);
        let y = w.call(x);
        let mut c = Comparison::new(format!("sweep, lanes, {name}"), y.value(), vec![]);
        lane::<1>(&mut c, t, y, x, None);
        c.refer_to_last();
        lane::<2>(&mut c, t, y, x, None);
        lane::<4>(&mut c, t, y, x, Some(1.8));
        lane::<8>(&mut c, t, y, x, None);
        c.run(settings);
        Ok(())
    })
    .expect("the workload is total");
}

fn lane<'a, 't: 'a, const L: usize>(
    c: &mut Comparison<'a>,
    t: Frame<'t>,
    y: Var<'t>,
    x: &'t [Var<'t>],
    target: Option<f64>,
) {
    c.variant(format!("{L} cotangents"), target, move |_| {
        black_box(t.pull_lanes(&[y], black_box(&[[1.0; L]]), x).expect("one cotangent an output"));
        y.value()
    });
}

/// Times what it costs to turn a recording into a value, and to use it.
fn pullback<W: Workload>(settings: &Settings, w: &W) {
    let x = w.point();
    let x = &x[..];
    let mut g = vec![0.0; x.len()];
    let value = w.gradient(x, &mut g);
    let mut c = Comparison::new(format!("Pullback of {}", w.name()), value, g);
    c.variant("value_and_grad, cold", None, move |check| {
        let (y, g) = value_and_grad(|x| w.call(x), black_box(x)).expect("the workload is total");
        harness::report(&g, check);
        y
    });
    c.refer_to_last();
    c.variant("vjp, then one pull", None, move |check| {
        let (y, pb) = vjp(|x| vec![w.call(x)], black_box(x)).expect("the workload is total");
        harness::report(&pb.pull(&[1.0]).expect("one output"), check);
        y[0]
    });
    let (_, pb) = vjp(|x| vec![w.call(x)], x).expect("the workload is total");
    let shared = std::rc::Rc::new(pb);
    let pb = shared.clone();
    c.variant("one more pull", None, move |check| {
        harness::report(&pb.pull(black_box(&[1.0])).expect("one output"), check);
        value
    });
    let dx: Vec<f64> = x.iter().map(|_| 1.0).collect();
    c.value_only("one more push", move || {
        black_box(shared.push(black_box(&dx)).expect("one tangent an input"));
        value
    });
    c.run(settings);
}
