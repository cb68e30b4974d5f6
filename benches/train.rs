//! What a step of learning costs: under backprop beside the same step written by hand on `ndarray`, and under other rules
//! beside backprop.
//!
//! `cargo bench --bench train [-- filter] [--quick]`. Figures: `docs/design/perf.md`.

#[allow(dead_code)] // other benches use the rest
mod harness;

use harness::{Comparison, Settings, report};
use ndarray::{Array1, Array2, Axis, Zip, linalg::general_mat_mul};
use pullback::{
    category::{Identity, Relu},
    learn::*,
    net::*,
    rule::*,
};
use std::hint::black_box;

/// Rate and momentum: with nothing the parameters stay, so that every step is the same and can be checked.
const STAY: Momentum<f32> = Momentum::new(0.0, 0.0);

fn main() {
    let settings = Settings::from_args();
    for (sizes, batch) in [([64, 128, 10], 64), ([784, 256, 10], 128)] {
        let task = Task::new(sizes, batch);
        task.by_hand(&settings);
        task.rules(&settings);
    }
}

/// A network, a batch and its labels.
struct Task {
    title: String,
    net: Net,
    p: Params<f32>,
    x: Array<f32>,
    labels: Vec<usize>,
}

impl Task {
    fn new([ins, hidden, outs]: [usize; 3], batch: usize) -> Self {
        let net = dense(ins, hidden, Relu) >> dense(hidden, outs, Identity);
        let mut draw = uniform(7);
        let x = Array2::from_shape_simple_fn((batch, ins), || draw() as f32).into_shared();
        let labels = (0..batch).map(|k| (k * 7) % outs).collect();
        let p = net.init(&mut uniform(1));
        Task { title: format!("{ins}-{hidden}-{outs}, batch {batch}"), net, p, x, labels }
    }
    fn truth(&self) -> (f64, Vec<f64>) {
        let mut hand = ByHand::new(&self.p, self.x.nrows());
        hand.step(&self.x, &self.labels);
        (f64::from(self.p.slots[0][0][[0, 0]]), hand.velocity())
    }
    /// One step under a rule; returns the first weight.
    fn under<'a, R: Rule<On: Objects<Input<f32> = Array<f32>>> + 'a>(
        &'a self,
        rule: R,
    ) -> impl FnMut(Option<&mut [f64]>) -> f64 + 'a {
        let learn = learner(self.net.under::<R, f32>(rule), class_cross_entropy(), descend(), STAY);
        let mut s = learn.start(learn.model().init(&mut uniform(1)).expect("shapes fit"));
        move |check| {
            learn.step(&mut s, black_box(self.x.clone()), &self.labels).expect("shapes fit");
            if check.is_some() {
                report(&s.memory.flat().iter().map(|&v| f64::from(v)).collect::<Vec<_>>(), check);
            }
            f64::from(s.params.slots[0][0][[0, 0]])
        }
    }
    fn by_hand(&self, settings: &Settings) {
        let (value, truth) = self.truth();
        let mut c = Comparison::new(format!("step {}", self.title), value, truth).within(1e-4);
        let mut hand = ByHand::new(&self.p, self.x.nrows());
        c.variant("by hand, buffers kept", None, move |check| {
            hand.step(black_box(&self.x), &self.labels);
            if check.is_some() {
                report(&hand.velocity(), check);
            }
            f64::from(hand.w1[[0, 0]])
        });
        c.refer_to_last();
        let mut plain = ByHand::new(&self.p, self.x.nrows());
        c.variant("by hand, arrays made anew", None, move |check| {
            plain.plain_step(black_box(&self.x), &self.labels);
            if check.is_some() {
                report(&plain.velocity(), check);
            }
            f64::from(plain.w1[[0, 0]])
        });
        c.variant("Backprop", Some(1.1), self.under(Backprop));
        c.run(settings);
    }
    fn rules(&self, settings: &Settings) {
        let (value, truth) = self.truth();
        let mut c = Comparison::new(format!("rules {}", self.title), value, truth).within(1e-4);
        c.variant("Backprop", None, self.under(Backprop));
        c.refer_to_last();
        macro_rules! rules { ($($rule:expr),* $(,)?) => { $(
            let name: String = stringify!($rule).split([':', '(', '.']).next().unwrap_or_default().into();
            let mut run = self.under($rule);
            c.value_only(name, move || run(None));
        )* } }
        rules![
            FeedbackAlignment::seeded(1),
            SignSymmetry::Uniform,
            KolenPollack,
            WeightMirror::seeded(1, 32),
            ProductFeedback::seeded(1, 5),
            DirectFeedback::seeded(1),
            DirectRandomTarget::seeded(1),
            DifferenceTarget::seeded(1),
            FewBit::bits(2).expect("two bits"),
            RandomizedLinear::fraction(0.25, 1).expect("a fraction"),
            SampledRows::fraction(0.25, Weighing::Uniform, 1).expect("a fraction"),
            ForwardGradient::seeded(1),
            ActivityPerturbation::seeded(1),
            Spsa::seeded(1, 1e-3),
            Pepita::seeded(1),
            PredictiveCoding::zero_divergence(),
        ];
        c.run(settings);
    }
}

/// The same step without this crate. The change of the input is not computed: nobody reads it.
struct ByHand {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
    h: Array2<f32>,
    d: Array2<f32>,
    dh: Array2<f32>,
    v: (Array2<f32>, Array1<f32>, Array2<f32>, Array1<f32>),
    c: (Array2<f32>, Array1<f32>, Array2<f32>, Array1<f32>),
}
impl ByHand {
    fn new(p: &Params<f32>, batch: usize) -> Self {
        let (w1, b1) = (p.slots[0][0].clone(), p.slots[0][1].row(0).to_owned());
        let (w2, b2) = (p.slots[2][0].clone(), p.slots[2][1].row(0).to_owned());
        let v = (
            Array2::zeros(w1.raw_dim()),
            Array1::zeros(b1.raw_dim()),
            Array2::zeros(w2.raw_dim()),
            Array1::zeros(b2.raw_dim()),
        );
        let (h, d) = (Array2::zeros((batch, b1.len())), Array2::zeros((batch, b2.len())));
        ByHand { dh: h.clone(), h, d, c: v.clone(), v, w1, b1, w2, b2 }
    }
    fn velocity(&self) -> Vec<f64> {
        let (w1, b1, w2, b2) = &self.v;
        w1.iter().chain(b1).chain(w2).chain(b2).map(|&v| f64::from(v)).collect()
    }
    fn step(&mut self, x: &Array<f32>, labels: &[usize]) {
        self.h.assign(&self.b1);
        general_mat_mul(1.0, x, &self.w1.t(), 1.0, &mut self.h);
        self.h.mapv_inplace(|a| if a > 0.0 { a } else { 0.0 });
        self.d.assign(&self.b2);
        general_mat_mul(1.0, &self.h, &self.w2.t(), 1.0, &mut self.d);
        black_box(error(&mut self.d, labels));
        general_mat_mul(-1.0, &self.d.t(), &self.h, 0.0, &mut self.c.2);
        columns(&self.d, &mut self.c.3);
        general_mat_mul(1.0, &self.d, &self.w2, 0.0, &mut self.dh);
        self.dh.zip_mut_with(&self.h, |d, &h| *d = if h > 0.0 { *d } else { 0.0 });
        general_mat_mul(-1.0, &self.dh.t(), x, 0.0, &mut self.c.0);
        columns(&self.dh, &mut self.c.1);
        self.moved();
    }
    /// As one writes it first.
    fn plain_step(&mut self, x: &Array<f32>, labels: &[usize]) {
        let a = x.dot(&self.w1.t()) + &self.b1;
        let h = a.mapv(|a| if a > 0.0 { a } else { 0.0 });
        let mut d = h.dot(&self.w2.t()) + &self.b2;
        black_box(error(&mut d, labels));
        let d = -d;
        let dh = d.dot(&self.w2) * a.mapv(|a| if a > 0.0 { 1.0 } else { 0.0 });
        self.c = (dh.t().dot(x), dh.sum_axis(Axis(0)), d.t().dot(&h), d.sum_axis(Axis(0)));
        self.moved();
    }
    fn moved(&mut self) {
        macro_rules! momentum { ($($c:expr, $v:expr, $p:expr;)*) => { $(
            Zip::from(&mut $p).and(&mut $v).and(&$c).for_each(|p, v, &c| {
                *v = STAY.momentum * *v + c;
                *p += STAY.rate * *v;
            });
        )* } }
        momentum! {
            self.c.0, self.v.0, self.w1;
            self.c.1, self.v.1, self.b1;
            self.c.2, self.v.2, self.w2;
            self.c.3, self.v.3, self.b2;
        }
    }
}
/// Turns scores into the gradient of their mean cross-entropy, and returns that.
fn error(z: &mut Array2<f32>, labels: &[usize]) -> f32 {
    let share = 1.0 / labels.len() as f32;
    let mut loss = 0.0;
    for (mut row, &label) in z.rows_mut().into_iter().zip(labels) {
        let top = row.iter().fold(f32::NEG_INFINITY, |m, &z| m.max(z));
        let score = row[label];
        row.mapv_inplace(|z| (z - top).exp());
        let total = row.sum();
        loss += (total.ln() + top - score) * share;
        row.mapv_inplace(|e| e / total * share);
        row[label] -= share;
    }
    loss
}
/// Minus the sum of the rows.
fn columns(d: &Array2<f32>, sum: &mut Array1<f32>) {
    sum.fill(0.0);
    d.rows().into_iter().for_each(|row| sum.zip_mut_with(&row, |s, &d| *s -= d));
}
