//! What a compiled program costs, as a multiple of the gradient by hand, and when it pays.
//!
//! `cargo bench --features jit --bench program [-- filter] [--quick]`. Every variant is checked against the gradient by
//! hand before it is timed. Targets and figures: `docs/design/perf.md`, "Programs".
//!
//! A workload is a [`Case`]: the program of value and gradient, and its inputs. Executors are rows of [`rows`].

mod harness;
#[allow(unused_imports, dead_code)] // a unit of the network is written anew, and second orders are not measured here
mod workloads;

use harness::{Comparison, Settings, report, timed};
use pullback::{
    Real as Number,
    diagram::Wire,
    op::Bin,
    program::{Level, Op},
    *,
};
use std::{hint::black_box, time::Instant};
use workloads::*;

fn main() -> Result<()> {
    let settings = Settings::from_args();
    let rosen10 = Rosenbrock(10);
    straight(&settings, &rosen10, 1.1)?;
    windows(&settings)?;
    black_scholes(&settings)?;
    lstm(&settings)?;
    lorenz(&settings)?;
    mixture(&settings)
}

/// A function as a program, with the data that a program takes as further inputs.
struct Case<'a, W> {
    workload: &'a W,
    /// Returns the function, recorded.
    record: Box<dyn Fn() -> Result<Program> + 'a>,
    /// Other ways to a program of value and gradient.
    variants: Vec<(&'static str, Program)>,
    /// Value and gradient over lanes, where the workload is many points.
    lanes: Option<OverLanes>,
    x: Vec<f64>,
    data: Vec<f64>,
    target: f64,
    by_primal: bool,
}
/// Returns the value at a point and writes the gradient.
type OverLanes = Box<dyn FnMut(&[f64], &mut [f64]) -> f64>;

/// Times the executors of one case and prints what compiling costs and when it pays.
fn rows<W: Workload>(settings: &Settings, case: Case<'_, W>) -> Result<()> {
    let (w, x) = (case.workload, &case.x[..]);
    if !settings.wants(&w.name()) {
        return Ok(());
    }
    let n = x.len();
    let mut truth = vec![0.0; n];
    let value = w.gradient(x, &mut truth);
    let mut c = Comparison::new(w.name(), value, truth);
    c.value_only("primal", move || w.call(black_box(x)));
    if case.by_primal {
        c.refer_to_last();
    }
    let mut g = vec![0.0; n];
    c.variant("hand", None, move |check| {
        let y = w.gradient(black_box(x), &mut g);
        report(&g, check);
        y
    });
    if !case.by_primal {
        c.refer_to_last();
    }
    let mut tape = Tape::new();
    c.variant("tape", None, move |check| {
        let (y, g) = tape.value_and_grad(|x| w.call(x), black_box(x)).expect("the workload is total");
        report(g, check);
        y
    });
    let differentiate = || (case.record)().and_then(|p| p.value_and_gradient()).map(|p| p.project(0..=n));
    let (exact, took) = least(|| differentiate())?;
    let recorded = (case.record)()?.operations();
    let operations = exact.operations();
    println!("\n{}: {recorded} operations recorded, {operations} with gradient;", w.name());
    println!("  record and differentiate {:.2} µs an operation of the result", took * 1e6 / operations as f64);
    let mut all = vec![("jit", exact.clone()), ("jit, relaxed", exact.simplify(Level::Relaxed))];
    all.extend(case.variants.iter().map(|(name, p)| (*name, p.clone())));
    let inputs = [x, &case.data].concat();
    let mut seconds = 0.0;
    for (name, p) in all {
        let operations = p.operations();
        let (code, took) = least(|| p.compile())?;
        let (bytes, functions) = code.code_size();
        let each = took * 1e6 / operations as f64;
        println!(
            "  {name}: {operations} operations, {each:.1} µs an operation to compile, {bytes} bytes in {functions} functions"
        );
        if name == "jit" {
            seconds = took;
        }
        let mut y = vec![0.0; p.arity().1];
        let inputs = inputs.clone();
        c.variant(name, case.target, move |check| {
            code.call_into(black_box(&inputs), &mut y).expect("the branch is the same");
            report(&y[1..], check);
            y[0]
        });
    }
    if let Some(mut lanes) = case.lanes {
        let (x, mut g) = (case.x.clone(), vec![0.0; n]);
        c.variant("lanes", case.target, move |check| {
            let y = lanes(black_box(&x), &mut g);
            report(&g, check);
            y
        });
    }
    let figures = c.run(settings);
    let time = |name: &str| figures.iter().find(|f| f.name == name).map_or(f64::NAN, |f| f.seconds);
    let saved = time("tape") - time("jit");
    println!("\npays against the tape after {:.0} evaluations", (took + seconds) / saved);
    Ok(())
}
/// Returns what `f` returns, and the least of three times.
fn least<T>(f: impl Fn() -> Result<T>) -> Result<(T, f64)> {
    let mut times = vec![];
    let mut last = None;
    let begun = Instant::now();
    while times.is_empty() || (times.len() < 5 && begun.elapsed().as_secs_f64() < 2.0) {
        let mut made = None;
        times.push(timed(|| made = Some(f())).as_secs_f64());
        last = made;
    }
    let made = last.expect("ran at least once")?;
    Ok((made, times.into_iter().fold(f64::INFINITY, f64::min)))
}

/// The workload as it is written, recorded in one piece.
fn straight<W: Workload>(settings: &Settings, w: &W, target: f64) -> Result<()> {
    let x = w.point();
    let at = x.clone();
    let record = Box::new(move || Program::record(|x| w.call(x), &at));
    rows(
        settings,
        Case { workload: w, record, variants: vec![], lanes: None, x, data: vec![], target, by_primal: false },
    )
}

/// Returns the loop that sums value and gradient of a term: from parameters and the inputs of all terms to the sum and its
/// gradient by the parameters. This is differentiation of the body instead of the loop.
fn summed(term: &Program, params: usize, inputs: usize, terms: usize) -> Result<Program> {
    let gradient = term.value_and_gradient()?.project(0..=params);
    let body = Program::build(params + (1 + params) + inputs, |d, x| {
        let (p, rest) = x.split_at(params);
        let (sums, own) = rest.split_at(1 + params);
        let made = d.inline(&gradient, &[p, own].concat());
        sums.iter().zip(&made).map(|(&s, &m)| d.push(Op::Bin(Bin::Add), &[s, m])[0]).collect()
    });
    let rounds = body.scan(params, 1 + params, terms)?;
    Ok(Program::build(params + inputs * terms, |d, x| {
        let (p, own) = x.split_at(params);
        let zero = d.push(Op::Const(0.0), &[])[0];
        d.inline(&rounds, &[p, &vec![zero; 1 + params], own].concat())
    }))
}

/// Returns value and gradient by the parameters of one item, for lanes.
fn item(term: &Program, params: usize) -> Result<Program> {
    Ok(term.value_and_gradient()?.project(0..=params).simplify(Level::Relaxed))
}

fn windows(settings: &Settings) -> Result<()> {
    let w = Rosenbrock(1000);
    let (x, n) = (w.point(), w.0);
    let term = || Program::record(|x| window([x[0], x[1]]), &[1.0, 1.0]);
    // the state is the sum; a round reads two neighbours
    let record = Box::new(move || {
        let term = term()?;
        let body = Program::build(3, |d, x| {
            let made = d.inline(&term, &x[1..]);
            d.push(Op::Bin(Bin::Add), &[x[0], made[0]]).to_vec()
        });
        let rounds = body.scan(0, 1, n - 1)?;
        Ok(Program::build(n, |d, x| {
            let zero = d.push(Op::Const(0.0), &[]);
            let pairs: Vec<Wire> = x.windows(2).flatten().copied().collect();
            d.inline(&rounds, &[&zero[..], &pairs].concat())
        }))
    });
    // the gradient of the body in a loop: the state is the number before, the sum, and what the number before got so far
    let gradient = term()?.value_and_gradient()?;
    let body = Program::build(4, |d, x| {
        let [before, sum, got, here] = [x[0], x[1], x[2], x[3]];
        let made = d.inline(&gradient, &[before, here]);
        let mut add = |a: Wire, b: Wire| d.push(Op::Bin(Bin::Add), &[a, b])[0];
        vec![here, add(sum, made[0]), made[2], add(got, made[1])]
    });
    let rounds = body.scan(0, 3, n - 1)?;
    let scanned = Program::build(n, |d, x| {
        let zero = d.push(Op::Const(0.0), &[])[0];
        let made = d.inline(&rounds, &[&[x[0], zero, zero], &x[1..]].concat());
        [&made[1..2], &made[3..], &made[2..3]].concat()
    });
    let variants = vec![("jit, gradient of the body scanned", scanned.simplify(Level::Exact))];
    rows(settings, Case { workload: &w, record, variants, lanes: None, x, data: vec![], target: 1.3, by_primal: false })
}

fn black_scholes(settings: &Settings) -> Result<()> {
    let w = BlackScholes::new(10_000);
    let (x, data) = (w.point(), w.normals.clone());
    let n = data.len();
    let path =
        || Program::record(|v| (v[0] * (v[2] + v[3] * v[4]).exp() - v[1]).max(0.0), &[100.0, 105.0, 0.0, 0.3, 0.1]);
    let head = || {
        Program::record_many(
            |x| Ok(vec![x[0], x[1], (x[2] - x[3] * x[3] * 0.5) * x[4], x[3] * x[4].sqrt()]),
            &[100.0, 105.0, 0.03, 0.25, 1.5],
        )
    };
    let tail = move || Program::record(|v| v[0] * (-(v[1] * v[2])).exp() * (1.0 / n as f64), &[1e5, 0.03, 1.5]);
    let whole = move |rounds: Program| -> Result<Program> {
        let (head, tail) = (head()?, tail()?);
        Ok(Program::build(5 + n, |d, x| {
            let p = d.inline(&head, &x[..5]);
            let zero = d.push(Op::Const(0.0), &[]);
            let sum = d.inline(&rounds, &[&p[..], &zero, &x[5..]].concat());
            d.inline(&tail, &[sum[0], x[2], x[4]])
        }))
    };
    let record = Box::new(move || {
        let path = path()?;
        let body = Program::build(6, |d, x| {
            let made = d.inline(&path, &[&x[..4], &x[5..]].concat());
            d.push(Op::Bin(Bin::Add), &[x[4], made[0]]).to_vec()
        });
        whole(body.scan(4, 1, n)?)
    });
    // gradient of the sum by the four parameters of a path in one loop, then the chain through head and tail
    let sums = summed(&path()?, 4, 1, n)?;
    let (head_program, tail_gradient) = (head()?, tail()?.value_and_gradient()?);
    let back = head_program.reverse()?;
    let scanned = Program::build(5 + n, |d, x| {
        let p = d.inline(&head_program, &x[..5]);
        let made = d.inline(&sums, &[&p[..], &x[5..]].concat());
        let last = d.inline(&tail_gradient, &[made[0], x[2], x[4]]); // value, by sum, by rate, by time
        let by: Vec<Wire> = made[1..].iter().map(|&s| d.push(Op::Bin(Bin::Mul), &[s, last[1]])[0]).collect();
        let mut g = d.inline(&back, &[&x[..5], &by].concat());
        g[2] = d.push(Op::Bin(Bin::Add), &[g[2], last[2]])[0];
        g[4] = d.push(Op::Bin(Bin::Add), &[g[4], last[3]])[0];
        [&last[..1], &g].concat()
    });
    let variants = vec![("jit, gradient of the body scanned", scanned.simplify(Level::Exact))];
    // the paths over lanes, head and tail point by point
    let item = item(&path()?, 4)?;
    let (mut item, head, back) = (item.lanes::<16>()?, head()?.lanes::<1>()?, back.lanes::<1>()?);
    let (mut head, mut back, mut tail) = (head, back, tail_gradient.lanes::<1>()?);
    let (normals, mut p, mut sums, mut last) = (data.clone(), [0.0; 4], [0.0; 5], [0.0; 4]);
    let lanes = move |x: &[f64], g: &mut [f64]| -> f64 {
        let mut run = || -> Result<()> {
            head.eval_many_into(x, &mut p)?;
            item.sum_many_into(&p, &normals, &mut sums)?;
            tail.eval_many_into(&[sums[0], x[2], x[4]], &mut last)?;
            let by: Vec<f64> = sums[1..].iter().map(|s| s * last[1]).collect();
            back.eval_many_into(&[x, &by].concat(), g)
        };
        run().expect("the branch is the same");
        g[2] += last[2];
        g[4] += last[3];
        last[0]
    };
    let lanes: Option<OverLanes> = Some(Box::new(lanes));
    rows(settings, Case { workload: &w, record, variants, lanes, x, data, target: 1.5, by_primal: true })
}

fn lstm(settings: &Settings) -> Result<()> {
    let w = Lstm::new(16, 64);
    let (x, data) = (w.point(), w.data.clone());
    let (units, steps) = (w.units, w.steps);
    let record = Box::new(move || {
        // each unit by itself: eight parameters; hidden, cell, loss; input and target
        let body = Program::record_many(
            |v| {
                let [hidden, cell] = unit_at(v[8], v[9], &v[..8], v[11]);
                let e = hidden - v[12];
                Ok(vec![hidden, cell, v[10] + e * e])
            },
            &[0.1; 13],
        )?;
        let rounds = body.scan(8, 3, steps)?;
        Ok(Program::build(8 * units + (steps + 1) * units, |d, x| {
            let (q, data) = x.split_at(8 * units);
            let zero = d.push(Op::Const(0.0), &[])[0];
            let mut total = zero;
            for u in 0..units {
                let mut args = [&q[8 * u..8 * u + 8], &[zero; 3]].concat();
                args.extend((0..steps).flat_map(|t| [data[t * units + u], data[(t + 1) * units + u]]));
                let loss = d.inline(&rounds, &args)[2];
                total = d.push(Op::Bin(Bin::Add), &[total, loss])[0];
            }
            vec![total]
        }))
    });
    // a unit is a point: its parameters, then what it reads; sixteen run in step
    let body = Program::record_many(
        |v| {
            let [hidden, cell] = unit_at(v[8], v[9], &v[..8], v[11]);
            let e = hidden - v[12];
            Ok(vec![hidden, cell, v[10] + e * e])
        },
        &[0.1; 13],
    )?;
    let rounds = body.scan(8, 3, steps)?;
    let unit = Program::build(8 + 2 * steps, |d, x| {
        let zero = d.push(Op::Const(0.0), &[])[0];
        let made = d.inline(&rounds, &[&x[..8], &[zero; 3], &x[8..]].concat());
        vec![made[2]]
    });
    let mut unit = item(&unit, 8)?.lanes::<16>()?;
    let (reads, seen) = (8 + 2 * steps, data.clone());
    let (mut points, mut made) = (vec![0.0; units * reads], vec![0.0; 9 * units]);
    let lanes = move |q: &[f64], g: &mut [f64]| -> f64 {
        for (u, point) in points.chunks_mut(reads).enumerate() {
            point[..8].copy_from_slice(&q[8 * u..8 * u + 8]);
            for (t, pair) in point[8..].chunks_mut(2).enumerate() {
                pair.copy_from_slice(&[seen[t * units + u], seen[(t + 1) * units + u]]);
            }
        }
        unit.eval_many_into(&points, &mut made).expect("there are no guards");
        made.chunks(9).zip(g.chunks_mut(8)).for_each(|(made, g)| g.copy_from_slice(&made[1..]));
        made.chunks(9).map(|m| m[0]).sum()
    };
    let lanes: Option<OverLanes> = Some(Box::new(lanes));
    rows(settings, Case { workload: &w, record, variants: vec![], lanes, x, data, target: 0.9, by_primal: false })
}
/// The unit of the workload, whose input is a number too.
fn unit_at<'t>(hidden: Sym<'t>, cell: Sym<'t>, q: &[Sym<'t>], x: Sym<'t>) -> [Sym<'t>; 2] {
    let logistic = |x: Sym<'t>| ((-x).exp() + 1.0).recip();
    let (forget, take, show) = (logistic(q[0] * x + q[1]), logistic(hidden * q[2] + q[3]), logistic(q[4] * x + q[5]));
    let cell = cell * forget + take * (hidden * q[6] + q[7]).tanh();
    [show * cell.tanh(), cell]
}

fn lorenz(settings: &Settings) -> Result<()> {
    let w = Lorenz(10_000);
    let (x, steps) = (w.point(), w.0);
    let record = Box::new(move || {
        let step = Program::record_many(|v| Ok(rk4([v[3], v[4], v[5]], [v[0], v[1], v[2]]).to_vec()), &[1.0; 6])?;
        let rounds = step.scan(3, 3, steps)?;
        let square = Program::record(|s| s[0] * s[0] + s[1] * s[1] + s[2] * s[2], &[1.0; 3])?;
        Ok(Program::build(6, |d, x| {
            let end = d.inline(&rounds, &[&x[3..], &x[..3]].concat());
            d.inline(&square, &end)
        }))
    });
    rows(
        settings,
        Case { workload: &w, record, variants: vec![], lanes: None, x, data: vec![], target: 1.0, by_primal: false },
    )
}

fn mixture(settings: &Settings) -> Result<()> {
    let w = Mixture::new(10, 25, 1000);
    let (x, data) = (w.point(), w.data.clone());
    let (n, points, dim) = (x.len(), w.points, w.dim);
    let (shape, at) = (&w, x.clone());
    let record = Box::new(move || {
        let (d, k, m) = (shape.dim, shape.components, shape.triangle());
        // the parameters of a point: weights with the logarithms, means, diagonals, triangles below
        let head = Program::record_many(
            |x| {
                let Parts { weight, mean, root } = shape.parts(x);
                let (diagonal, logs) = shape.diagonals(root);
                let mut all: Vec<Sym<'_>> = weight.iter().zip(&logs).map(|(&w, &l)| w + l).collect();
                all.extend(mean);
                all.extend(&diagonal);
                root.chunks(m).for_each(|root| all.extend(&root[d..]));
                all.push(shape.prior(root, &diagonal, &logs) - log_sum_exp(weight) * points as f64);
                Ok(all)
            },
            &at,
        )?;
        let params = head.arity().1 - 1;
        let point = Program::record(
            |v| {
                let (p, rest) = v.split_at(params);
                let (weight, p) = p.split_at(k);
                let (mean, p) = p.split_at(k * d);
                let (diagonal, mut below) = p.split_at(k * d);
                let mut term = |j: usize| {
                    let c: Vec<Sym<'_>> = (0..d).map(|a| rest[1 + a] - mean[j * d + a]).collect();
                    let mut squares = Sym::constant(0.0);
                    for a in 0..d {
                        let (row, after) = below.split_at(a);
                        below = after;
                        let sum = row.iter().zip(&c).fold(diagonal[j * d + a] * c[a], |sum, (&l, &c)| sum + l * c);
                        squares += sum * sum;
                    }
                    weight[j] - squares * 0.5
                };
                let terms: Vec<Sym<'_>> = (0..k).map(&mut term).collect();
                rest[0] + log_sum_exp(&terms)
            },
            &vec![0.1; params + 1 + d],
        )?;
        let rounds = point.scan(params, 1, points)?;
        Ok(Program::build(n + points * dim, |d, x| {
            let p = d.inline(&head, &x[..n]);
            let zero = d.push(Op::Const(0.0), &[]);
            let sum = d.inline(&rounds, &[&p[..params], &zero, &x[n..]].concat());
            d.push(Op::Bin(Bin::Add), &[sum[0], p[params]]).to_vec()
        }))
    });
    rows(settings, Case { workload: &w, record, variants: vec![], lanes: None, x, data, target: 1.2, by_primal: false })
}
