//! One run: a rule, a network, a seed.

use crate::{
    data::{Batch, Data},
    feed::{Fed, Labels},
    loss::Loss,
    measure::{Ahead, Seen},
    network::Hidden,
    student::{Pupil, RuleLearner, Student},
};
use ndarray::Axis;
use pullback::{
    Result,
    category::Identity,
    learn::*,
    net::*,
    rule::{Backprop, InSweep, Reverse, Rule},
};

/// What a run has reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// How often the training rows were passed, and how many they were.
    pub(crate) passes: usize,
    pub(crate) rows: usize,
    /// Percent of the test rows that were named.
    pub(crate) accuracy: f64,
    /// Degrees between the change of the first weights and backprop's, where both are.
    pub(crate) angle: Option<f64>,
    /// The rest is measured for the first seed. Time of a step over that of backprop:
    pub(crate) time: Option<f64>,
    /// Bytes that the layers keep for the way back, over backprop's.
    pub(crate) memory: Option<f64>,
    pub(crate) ahead: Option<Ahead>,
    /// After so many passes, percent of the test rows that were named.
    pub(crate) curve: Vec<[f64; 2]>,
    /// After so many passes, degrees.
    pub(crate) angles: Vec<[f64; 2]>,
}

/// What is to be learned, and how. A row of the table changes what its rule needs.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) data: &'a Data,
    pub(crate) hidden: Hidden,
    pub(crate) seed: u64,
    /// At most so many passes and rows, whatever the row of the table says.
    pub(crate) most: [usize; 2],
    passes: usize,
    rows: usize,
    rate: Option<f32>,
    loss: Loss,
    height: f64,
    sparse: f64,
}

pub(crate) const BATCH: usize = 32;

impl<'a> Task<'a> {
    /// Returns the usual task: 30 passes over all rows, cross-entropy.
    pub(crate) fn new(data: &'a Data, hidden: Hidden, seed: u64, most: [usize; 2]) -> Self {
        let loss = Loss::CrossEntropy;
        Task { data, hidden, seed, most, passes: 30, rows: usize::MAX, rate: None, loss, height: 1.0, sparse: 1.0 }
    }
    /// Changes the hidden layers.
    pub(crate) fn of(self, hidden: Hidden) -> Self {
        Task { hidden, ..self }
    }
    /// Changes the number of passes.
    pub(crate) fn passes(self, passes: usize) -> Self {
        Task { passes, ..self }
    }
    /// Learns from the first rows only.
    pub(crate) fn rows(self, rows: usize) -> Self {
        Task { rows, ..self }
    }
    /// Changes the rate of the optimiser.
    pub(crate) fn rate(self, rate: f32) -> Self {
        Task { rate: Some(rate), ..self }
    }
    /// Takes squared error in the place of cross-entropy.
    pub(crate) fn squared(self) -> Self {
        Task { loss: Loss::Squared, ..self }
    }
    /// Changes the number that stands for the right label, where it is written beside the input.
    pub(crate) fn writing(self, height: f64) -> Self {
        Task { height, ..self }
    }
    /// Starts with so large a part of the weights; the others are zero.
    pub(crate) fn sparse(self, part: f64) -> Self {
        Task { sparse: part, ..self }
    }

    /// Trains under the rule with momentum, 0.05 and 0.9.
    pub(crate) fn train<R: Fed>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, self.momentum())
    }
    /// Trains under the rule with momentum and a decay of 0.001.
    pub(crate) fn decay<R: Fed>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, Decayed { decay: 1e-3, optimiser: self.momentum() })
    }
    /// Trains under the rule with Adam, 0.001.
    pub(crate) fn adam<R: Fed>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, Adam::new(self.rate.unwrap_or(1e-3)))
    }
    /// Trains under the rule with steps of 0.05 times the change.
    pub(crate) fn plain<R: Fed>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, Sgd::new(self.rate.unwrap_or(0.05)))
    }
    /// Trains under the rule with weights that move inside the sweep.
    pub(crate) fn in_sweep<R: Reverse>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), InSweep::new(rule, 0.2), Plus)
    }
    /// Trains the hidden layers under a rule that sees no labels, then the output layer alone.
    pub(crate) fn without_labels<R: Fed>(&self, rule: R) -> Result<Outcome> {
        let hidden = self.hidden.layers(self.data.features, self.seed);
        // the loss never counts: the rule is blind to it
        let mut student = self.squared().student(&hidden, rule, Sgd::new(self.rate.unwrap_or(0.01)))?;
        self.each_pass().flatten().try_for_each(|rows| student.step(self.batch(&rows)))?;
        let net = self.hidden.frozen(self.data.features, self.data.classes, self.seed);
        let mut start: Params<f32> = net.init(&mut uniform(self.seed));
        start.slots.splice(..hidden.len(), student.params().slots.iter().cloned());
        let learn = self.learner(&net, Backprop, self.momentum());
        self.watch(&net, &mut Pupil::new(learn, start, self.labels()))
    }
    /// Trains the output layer alone.
    pub(crate) fn frozen(&self) -> Result<Outcome> {
        let net = self.hidden.frozen(self.data.features, self.data.classes, self.seed);
        match self.hidden.is_discrete() {
            false => self.run(&net, Backprop, self.momentum()),
            true => self.run(&net, Backprop, Adam::new(1e-3)),
        }
    }
    /// Trains a network without hidden layers.
    pub(crate) fn linear(&self) -> Result<Outcome> {
        self.run(&dense(self.data.features, self.data.classes, Identity), Backprop, self.momentum())
    }

    /// Returns the network.
    pub(crate) fn net(&self) -> Net {
        self.hidden.net(self.data.features, self.data.classes, self.seed)
    }
    /// Returns how many classes there are.
    pub(crate) fn classes(&self) -> usize {
        self.data.classes
    }
    /// Returns into how many parts, 32 at most, what each layer reads can be cut.
    pub(crate) fn parts(&self) -> usize {
        1 << self.data.features.trailing_zeros().min(5)
    }
    /// Returns the parameters that the network starts with.
    pub(crate) fn params(&self) -> Params<f32> {
        self.net().init(&mut uniform(self.seed))
    }
    /// Returns the first batch.
    pub(crate) fn first(&self) -> Batch {
        let (x, y) = &self.data.train;
        rows_of(x, y, &(0..BATCH.min(y.len())).collect::<Vec<_>>())
    }
    pub(crate) fn labels(&self) -> Labels {
        Labels { classes: self.data.classes, height: self.height, wrong: Source::seeded(self.seed) }
    }
    pub(crate) fn momentum(&self) -> Momentum<f32> {
        Momentum::new(self.rate.unwrap_or(0.05), 0.9)
    }
    pub(crate) fn learner<R: Rule, U: Optimiser<Params<f32>>>(&self, net: &Net, rule: R, by: U) -> RuleLearner<R, U> {
        learner(net.under(rule), self.loss, descend(), by)
    }
    fn student<R: Fed, U: Optimiser<Params<f32>>>(&self, net: &Net, rule: R, by: U) -> Result<Pupil<R, U>> {
        let learn = self.learner(net, rule, by);
        let mut p = learn.model().init(&mut uniform(self.seed))?;
        let mut draw = Source::seeded(!self.seed); // not the numbers that the weights come from
        if self.sparse < 1.0 {
            let keep = |w: f32, u: f64| if 0.5 + 0.5 * u < self.sparse { w / (self.sparse as f32).sqrt() } else { 0.0 };
            let weights = p.slots.iter_mut().filter_map(|slot| slot.first_mut());
            weights.for_each(|w| w.mapv_inplace(|w| keep(w, draw.uniform())));
        }
        Ok(Pupil::new(learn, p, self.labels()))
    }
    fn length(&self) -> [usize; 2] {
        [self.passes.min(self.most[0]), self.rows.min(self.most[1]).min(self.data.train.1.len())]
    }
    /// Returns for each pass the rows of its batches.
    pub(crate) fn each_pass(&self) -> impl Iterator<Item = Vec<Vec<usize>>> + use<> {
        let [passes, rows] = self.length();
        let mut order = batches(rows, BATCH, self.seed);
        (0..passes).map(move |_| order.by_ref().take(rows.div_ceil(BATCH)).collect())
    }
    /// Returns these training rows.
    pub(crate) fn batch(&self, rows: &[usize]) -> Batch {
        rows_of(&self.data.train.0, &self.data.train.1, rows)
    }
    fn run<R: Fed, U: Optimiser<Params<f32>>>(&self, net: &Net, rule: R, by: U) -> Result<Outcome> {
        self.watch(net, &mut self.student(net, rule, by)?)
    }
    /// Trains a student, and looks at it on the way and in the end.
    fn watch(&self, net: &Net, student: &mut dyn Student) -> Result<Outcome> {
        let [passes, rows] = self.length();
        let mut o = Outcome { passes, rows, ..Outcome::default() };
        let (first, every) = (self.seed == 0, passes.div_ceil(30).max(1));
        let mut look = |pass: usize, student: &mut dyn Student| -> Result<()> {
            let seen = Seen { task: self, net, student };
            o.curve.push([pass as f64, seen.accuracy()?]);
            o.angles.extend(seen.angle(4)?.map(|angle| [pass as f64, angle]));
            Ok(())
        };
        if first {
            look(0, student)?;
        }
        for (pass, batches) in self.each_pass().enumerate() {
            batches.iter().try_for_each(|rows| student.step(self.batch(rows)))?;
            if first && (pass + 1) % every == 0 {
                look(pass + 1, student)?;
            }
        }
        let mut seen = Seen { task: self, net, student };
        (o.accuracy, o.angle) = (seen.accuracy()?, seen.angle(usize::MAX)?);
        if first {
            (o.memory, o.ahead) = (Some(seen.memory()?), seen.ahead()?);
            o.time = Some(seen.time()?);
        }
        Ok(o)
    }
}

pub(crate) fn rows_of(x: &Array<f32>, y: &[usize], rows: &[usize]) -> Batch {
    (x.select(Axis(0), rows).into_shared(), rows.iter().map(|&i| y[i]).collect())
}
