//! One run: a rule, a network, a seed.

use crate::{
    data::{Batch, Data},
    table::Hidden,
};
use ndarray::Axis;
use pullback::{
    Result,
    category::Identity,
    learn::*,
    lens::Para,
    net::*,
    rule::{Backprop, InSweep, Objects, Reverse, Rule, Under},
};
use std::time::Instant;

/// What a run has reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// Percent of the test rows that were named.
    pub(crate) accuracy: f64,
    /// Degrees between the change of the first weights and backprop's, where both are.
    pub(crate) angle: Option<f64>,
    /// Time of a step over that of backprop; measured for the first seed.
    pub(crate) time: Option<f64>,
}

/// What is to be learned, and how long.
pub(crate) struct Task<'a> {
    pub(crate) data: &'a Data,
    pub(crate) hidden: Hidden,
    pub(crate) seed: u64,
    pub(crate) epochs: usize,
}

const BATCH: usize = 32;
const MOMENTUM: Momentum<f32> = Momentum::new(0.05, 0.9);

impl Task<'_> {
    /// Trains under the rule with momentum.
    pub(crate) fn train<R: Rule<On: Objects<Input<f32> = Array<f32>>>>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, MOMENTUM)
    }
    /// Trains under the rule with momentum and decay.
    pub(crate) fn decay<R: Rule<On: Objects<Input<f32> = Array<f32>>>>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, Decayed { decay: 1e-3, optimiser: MOMENTUM })
    }
    /// Trains under the rule with Adam.
    pub(crate) fn adam<R: Rule<On: Objects<Input<f32> = Array<f32>>>>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), rule, Adam::new(1e-3))
    }
    /// Trains under the rule with weights that move inside the sweep.
    pub(crate) fn in_sweep<R: Reverse>(&self, rule: R) -> Result<Outcome> {
        self.run(&self.net(), InSweep::new(rule, 0.2), Plus)
    }
    /// Trains the output layer alone.
    pub(crate) fn frozen(&self) -> Result<Outcome> {
        let net = self.hidden.layers(self.data.features, self.seed) >> detach() >> self.head(64);
        match self.hidden {
            Hidden::Tanh | Hidden::Residual => self.run(&net, Backprop, MOMENTUM),
            _ => self.run(&net, Backprop, Adam::new(1e-3)),
        }
    }
    /// Trains a network without hidden layers.
    pub(crate) fn linear(&self) -> Result<Outcome> {
        self.run(&self.head(self.data.features), Backprop, MOMENTUM)
    }

    fn head(&self, ins: usize) -> Net {
        dense(ins, self.data.classes, Identity)
    }
    fn net(&self) -> Net {
        self.hidden.layers(self.data.features, self.seed) >> self.head(64)
    }
    fn run<R, U>(&self, net: &Net, rule: R, optimiser: U) -> Result<Outcome>
    where
        R: Rule<On: Objects<Input<f32> = Array<f32>>>,
        U: Optimiser<Params<f32>>,
    {
        let learn = learner(net.under::<R, f32>(rule), class_cross_entropy(), descend(), optimiser);
        let mut state = learn.start(learn.model().init(&mut uniform(self.seed))?);
        let (x, y) = &self.data.train;
        let mut order = batches(y.len(), BATCH, self.seed);
        while order.passes() < self.epochs as u64 {
            let Some(rows) = order.next() else { break };
            let (x, y) = rows_of(x, y, &rows);
            learn.step(&mut state, x, &y)?;
        }
        let accuracy = named(learn.model(), &state.params, &self.data.test)?;
        let angle = self.angle(net, &learn, &state.params)?;
        let time = match self.seed {
            0 => Some(self.time(&learn, &mut state)?),
            _ => None,
        };
        Ok(Outcome { accuracy, angle, time })
    }

    /// The angle between the changes of the first weights under the rule and under backprop.
    fn angle<R, E, C, U>(
        &self,
        net: &Net,
        learn: &Learner<Under<R, f32>, E, C, U>,
        p: &Params<f32>,
    ) -> Result<Option<f64>>
    where
        R: Rule<On: Objects<Input<f32> = Array<f32>>>,
        E: Para<P = Vec<usize>, A = Array<f32>>,
        C: Para<P = (), A = E::B, B = ()>,
    {
        let exact = learner(net.under::<Backprop, f32>(Backprop), class_cross_entropy(), descend(), Still);
        let own = p.of_net(net)?;
        let (mut both, mut left, mut right) = (0.0, 0.0, 0.0);
        let (x, y) = &self.data.train;
        for rows in (0..y.len()).collect::<Vec<_>>().chunks(BATCH) {
            let (x, y) = rows_of(x, y, rows);
            let (_, a, _) = learn.put(x.clone(), p, &y)?;
            let Ok((_, b, _)) = exact.put(x, &own, &y) else { return Ok(None) };
            for (&a, &b) in a.slots[0][0].iter().zip(&b.slots[0][0]) {
                let (a, b) = (f64::from(a), f64::from(b));
                (both, left, right) = (both + a * b, left + a * a, right + b * b);
            }
        }
        let cosine: f64 = both / (left * right).sqrt();
        Ok(Some(cosine.clamp(-1.0, 1.0).acos().to_degrees()).filter(|a| !a.is_nan()))
    }

    /// The time of a step over one of backprop on the network of tanh, in turns; the least of many each.
    fn time<R, E, C, U>(
        &self,
        learn: &Learner<Under<R, f32>, E, C, U>,
        state: &mut State<Params<f32>, U::State>,
    ) -> Result<f64>
    where
        R: Rule<On: Objects<Input<f32> = Array<f32>>>,
        E: Para<P = Vec<usize>, A = Array<f32>>,
        C: Para<P = (), A = E::B, B = ()>,
        U: Optimiser<Params<f32>>,
    {
        let net = Hidden::Tanh.layers(self.data.features, self.seed) >> self.head(64);
        let exact = learner(net.under::<Backprop, f32>(Backprop), class_cross_entropy(), descend(), MOMENTUM);
        let mut other = exact.start(net.init(&mut uniform(self.seed)));
        let (x, y) = &self.data.train;
        let (x, y) = rows_of(x, y, &(0..BATCH.min(y.len())).collect::<Vec<_>>());
        let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..80 {
            let start = Instant::now(); // one step at a time: short enough to run undisturbed once
            learn.step(state, x.clone(), &y)?;
            ours = ours.min(start.elapsed().as_secs_f64());
            let start = Instant::now();
            exact.step(&mut other, x.clone(), &y)?;
            theirs = theirs.min(start.elapsed().as_secs_f64());
        }
        Ok(ours / theirs)
    }
}

fn rows_of(x: &Array<f32>, y: &[usize], rows: &[usize]) -> Batch {
    (x.select(Axis(0), rows).into_shared(), rows.iter().map(|&i| y[i]).collect())
}
/// Percent of a batch whose largest output is their class.
fn named<R: Rule<On: Objects<Input<f32> = Array<f32>>>>(
    under: &Under<R, f32>,
    p: &Params<f32>,
    (x, y): &Batch,
) -> Result<f64> {
    let scores = under.predict(p, x.clone())?;
    let right =
        scores.rows().into_iter().zip(y).filter(|(row, y)| row.as_slice().is_some_and(|row| argmax(row) == **y));
    Ok(100.0 * right.count() as f64 / y.len() as f64)
}
