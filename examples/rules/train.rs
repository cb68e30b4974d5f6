//! One run: a rule, a network, a seed.

use crate::{
    data::{Batch, Data},
    feed::{Fed, Feed, Labels},
    loss::Loss,
    measure::{Ahead, Trained},
    network::Hidden,
};
use ndarray::Axis;
use pullback::{
    Result,
    category::Identity,
    learn::*,
    net::*,
    rule::{Backprop, InSweep, Reverse, Rule, Under},
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
        self.run(&self.net(), rule, self.momentum(), None)
    }
    /// Trains under the rule with momentum and a decay of 0.001.
    pub(crate) fn decay<R: Fed>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, Decayed { decay: 1e-3, optimiser: self.momentum() }, None)
    }
    /// Trains under the rule with Adam, 0.001.
    pub(crate) fn adam<R: Fed>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, Adam::new(self.rate.unwrap_or(1e-3)), None)
    }
    /// Trains under the rule with steps of 0.05 times the change.
    pub(crate) fn plain<R: Fed>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, Sgd::new(self.rate.unwrap_or(0.05)), None)
    }
    /// Trains under the rule with weights that move inside the sweep.
    pub(crate) fn in_sweep<R: Reverse>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), InSweep::new(rule, 0.2), Plus, None)
    }
    /// Trains the hidden layers under a rule that sees no labels, then the output layer alone.
    pub(crate) fn without_labels<R: Fed>(&self, rule: R) -> Result<Outcome> {
        let hidden = self.hidden.layers(self.data.features, self.seed);
        let task = Task { loss: Loss::Squared, ..*self }; // never counts: the rule is blind to it
        let learn = task.learner(&hidden, rule, Sgd::new(self.rate.unwrap_or(0.01)));
        let mut state = learn.start(task.start(&learn)?);
        task.each_pass(|x, y, labels| learn.step(&mut state, Feed::learning((x, y.clone()), labels)?, &y), |_| Ok(()))?;
        let net = self.hidden.frozen(self.data.features, self.data.classes, self.seed);
        let mut start: Params<f32> = net.init(&mut uniform(self.seed));
        start.slots.splice(..hidden.len(), state.params.slots);
        self.run(&net, Backprop, self.momentum(), Some(start))
    }
    /// Trains the output layer alone.
    pub(crate) fn frozen(&self) -> Result<Outcome> {
        let net = self.hidden.frozen(self.data.features, self.data.classes, self.seed);
        match self.hidden.is_discrete() {
            false => self.run(&net, Backprop, self.momentum(), None),
            true => self.run(&net, Backprop, Adam::new(1e-3), None),
        }
    }
    /// Trains a network without hidden layers.
    pub(crate) fn linear(&self) -> Result<Outcome> {
        self.run(&dense(self.data.features, self.data.classes, Identity), Backprop, self.momentum(), None)
    }

    /// Returns the network.
    pub(crate) fn net(&self) -> Net {
        self.hidden.net(self.data.features, self.data.classes, self.seed)
    }
    /// Returns how many classes there are.
    pub(crate) fn classes(&self) -> usize {
        self.data.classes
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
    fn start<R: Rule, U: Optimiser<Params<f32>>>(&self, learn: &RuleLearner<R, U>) -> Result<Params<f32>> {
        let mut p = learn.model().init(&mut uniform(self.seed))?;
        let mut draw = Source::seeded(self.seed);
        if self.sparse < 1.0 {
            let keep = |w: f32, u: f64| if 0.5 + 0.5 * u < self.sparse { w / (self.sparse as f32).sqrt() } else { 0.0 };
            let weights = p.slots.iter_mut().filter_map(|slot| slot.first_mut());
            weights.for_each(|w| w.mapv_inplace(|w| keep(w, draw.uniform())));
        }
        Ok(p)
    }
    fn length(&self) -> [usize; 2] {
        [self.passes.min(self.most[0]), self.rows.min(self.most[1]).min(self.data.train.1.len())]
    }
    /// Calls `step` with every batch and `after` behind every pass, and before the first.
    pub(crate) fn each_pass(
        &self,
        mut step: impl FnMut(Array<f32>, Vec<usize>, &mut Labels) -> Result<()>,
        mut after: impl FnMut(usize) -> Result<()>,
    ) -> Result<()> {
        let ([passes, rows], (x, y), mut labels) = (self.length(), &self.data.train, self.labels());
        let mut order = batches(rows, BATCH, self.seed);
        after(0)?;
        for pass in 1..=passes {
            while order.passes() < pass as u64 {
                let Some(rows) = order.next() else { return Ok(()) };
                let (x, y) = rows_of(x, y, &rows);
                step(x, y, &mut labels)?;
            }
            after(pass)?;
        }
        Ok(())
    }
    fn run<R, U>(&self, net: &Net, rule: R, optimiser: U, start: Option<Params<f32>>) -> Result<Outcome>
    where
        R: Fed,
        U: Optimiser<Params<f32>>,
    {
        let learn = self.learner(net, rule, optimiser);
        let start = start.map_or_else(|| self.start(&learn), Ok)?;
        let trained = std::cell::RefCell::new(Trained { task: self, net, state: learn.start(start), learn });
        let ([passes, rows], first) = (self.length(), self.seed == 0);
        let mut o = Outcome { passes, rows, ..Outcome::default() };
        let every = passes.div_ceil(30).max(1);
        let step = |x: Array<f32>, y: Vec<usize>, labels: &mut Labels| {
            let Trained { learn, state, .. } = &mut *trained.borrow_mut();
            learn.step(state, Feed::learning((x, y.clone()), labels)?, &y)
        };
        self.each_pass(step, |pass| {
            if first && pass % every == 0 {
                let t = trained.borrow();
                o.curve.push([pass as f64, t.accuracy()?]);
                o.angles.extend(t.angle(4)?.map(|angle| [pass as f64, angle]));
            }
            Ok(())
        })?;
        let mut trained = trained.into_inner();
        (o.accuracy, o.angle) = (trained.accuracy()?, trained.angle(usize::MAX)?);
        if first {
            (o.memory, o.ahead) = (Some(trained.memory()?), trained.ahead()?);
            o.time = Some(trained.time()?);
        }
        Ok(o)
    }
}

/// A network under a rule, with a loss and an optimiser.
pub(crate) type RuleLearner<R, U> = Learner<Under<R, f32>, Loss, Direction<f32>, U>;

pub(crate) fn rows_of(x: &Array<f32>, y: &[usize], rows: &[usize]) -> Batch {
    (x.select(Axis(0), rows).into_shared(), rows.iter().map(|&i| y[i]).collect())
}
