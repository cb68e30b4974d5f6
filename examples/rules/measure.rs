//! What is measured of a trained network: accuracy, angle, time, memory, and what a layer must know of the next one.

use crate::{
    feed::{Fed, Feed},
    network::Hidden,
    train::{BATCH, RuleLearner, Task, rows_of},
};
use pullback::{
    Result,
    learn::*,
    lens::{Object, Para},
    net::*,
    rule::{Backprop, ForwardForward, Input},
};
use std::time::{Duration, Instant};

/// A network that has learned, and how.
pub(crate) struct Trained<'a, R: Fed, U: Optimiser<Params<f32>>> {
    pub(crate) task: &'a Task<'a>,
    pub(crate) net: &'a Net,
    pub(crate) learn: RuleLearner<R, U>,
    pub(crate) state: State<Params<f32>, U::State>,
}

/// How what the first layer learns depends on the weights of the layer behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ahead {
    /// Not by one bit.
    Never,
    /// Only because the error at the output does.
    ByError,
    /// Also where the error at the output stays the same.
    Always,
}
impl Ahead {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Ahead::Never => "no",
            Ahead::ByError => "error",
            Ahead::Always => "yes",
        }
    }
}

impl<R: Fed, U: Optimiser<Params<f32>>> Trained<'_, R, U> {
    /// Percent of the test rows whose largest output is their class.
    pub(crate) fn accuracy(&self) -> Result<f64> {
        let (x, y) = &self.task.data.test;
        let scores = self.learn.predict(&self.state, Feed::asking(x.clone(), &self.task.labels())?)?;
        let right = scores.rows().into_iter().zip(y).filter(|(row, y)| argmax(&row.to_vec()) == **y);
        Ok(100.0 * right.count() as f64 / y.len() as f64)
    }

    /// The angle between the changes of the first weights under the rule and under backprop, over the first batches.
    pub(crate) fn angle(&self, most: usize) -> Result<Option<f64>> {
        if !<Input<R, f32> as Feed>::PLAIN {
            return Ok(None);
        }
        let exact = self.task.learner(self.net, Backprop, Still);
        let (p, mut labels) = (&self.state.params, self.task.labels());
        let own = p.of_net(self.net)?;
        let (mut both, mut left, mut right) = (0.0, 0.0, 0.0);
        let (x, y) = &self.task.data.train;
        let mut p = p.clone();
        for rows in (0..y.len()).collect::<Vec<_>>().chunks(BATCH).take(most) {
            let (x, y) = rows_of(x, y, rows);
            let (_, a, _) = self.learn.put(Feed::learning((x.clone(), y.clone()), &mut labels)?, &p, &y)?;
            p.draws += 1; // a rule that draws does so for each batch
            let Ok((_, b, _)) = exact.put(x, &own, &y) else { return Ok(None) };
            for (&a, &b) in a.slots[0][0].iter().zip(&b.slots[0][0]) {
                let (a, b) = (f64::from(a), f64::from(b));
                (both, left, right) = (both + a * b, left + a * a, right + b * b);
            }
        }
        let cosine: f64 = both / (left * right).sqrt();
        Ok(Some(cosine.clamp(-1.0, 1.0).acos().to_degrees()).filter(|a| !a.is_nan()))
    }

    /// What backprop reads in the place of the first batch: the same, with room for a label where the rule has one.
    fn plain(&self) -> Result<Array<f32>> {
        let (x, _) = self.task.first();
        match self.task.hidden {
            Hidden::Labels if !<Input<R, f32> as Feed>::PLAIN => {
                Ok(ForwardForward::new(self.task.classes()).blank(&x)?.0)
            }
            _ => Ok(x),
        }
    }
    /// The bytes that the layers keep of a batch, over those that backprop keeps.
    pub(crate) fn memory(&self) -> Result<f64> {
        let (p, first) = (&self.state.params, self.task.first());
        let ours = self.learn.model().residual_bytes(p, Feed::learning(first, &mut self.task.labels())?)?;
        let theirs = self.net.under(Backprop).residual_bytes(&p.of_net(self.net)?, self.plain()?)?;
        Ok(ours as f64 / theirs as f64)
    }

    /// Moves the weights of the second layer, and looks whether the first one learns something else in one of a few draws.
    pub(crate) fn ahead(&self) -> Result<Option<Ahead>> {
        let mut most = None;
        for draw in 0..4 {
            most = most.max(self.ahead_at(draw)?);
        }
        Ok(most)
    }
    fn ahead_at(&self, draw: u64) -> Result<Option<Ahead>> {
        let mut linear = self.net.boxes().filter(|b| b.generator.is_linear()).map(|b| b.site);
        let (Some(first), Some(next)) = (linear.next(), linear.next()) else { return Ok(None) };
        let (p, model) = (&Params { draws: draw, ..self.state.params.clone() }, self.learn.model());
        let (mut moved, mut noise) = (p.clone(), Source::seeded(1));
        moved.slots[next][0].mapv_inplace(|w| 0.5 * w + 0.2 * noise.uniform() as f32);
        let (x, y) = self.task.first();
        let x: Input<R, f32> = Feed::learning((x, y.clone()), &mut self.task.labels())?;
        let learned =
            |p: &Params<f32>| -> Result<_> { Ok(self.learn.put(x.clone(), p, &y)?.1.slots[first][0].clone()) };
        if learned(p)? == learned(&moved)? {
            return Ok(Some(Ahead::Never));
        }
        let out = model.fwd(p, x.clone())?.0; // any error will do, as long as it is the same
        let error = out.mapv(|y| 0.1 * (y - 0.5)).into_shared();
        let learned = |p: &Params<f32>| -> Result<_> {
            let (mut dp, (_, kept)) = (p.zero(), model.fwd(p, x.clone())?);
            model.bwd(p, kept, error.clone(), &mut dp)?;
            Ok(dp.slots[first][0].clone())
        };
        Ok(Some(if learned(p)? == learned(&moved)? { Ahead::ByError } else { Ahead::Always }))
    }

    /// The time of a step over one of backprop on the same network (where that has slopes, else of tanh), in turns; the
    /// least of many each.
    pub(crate) fn time(&mut self) -> Result<f64> {
        let task = self.task;
        let (net, plain) = match task.hidden {
            h if h.is_discrete() => (Hidden::Tanh.net(task.data.features, task.data.classes, 0), task.first().0),
            _ => (self.net.clone(), self.plain()?),
        };
        let exact = task.learner(&net, Backprop, task.momentum());
        let mut other = exact.start(net.init(&mut uniform(0)));
        let ((x, y), mut labels) = (task.first(), task.labels());
        let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
        let (begin, most) = (Instant::now(), Duration::from_millis(250));
        for round in 0..80 {
            if round > 3 && begin.elapsed() > most {
                break;
            }
            let input = Feed::learning((x.clone(), y.clone()), &mut labels)?;
            let start = Instant::now(); // one step at a time: short enough to run undisturbed once
            self.learn.step(&mut self.state, input, &y)?;
            ours = ours.min(start.elapsed());
            let start = Instant::now();
            exact.step(&mut other, plain.clone(), &y)?;
            theirs = theirs.min(start.elapsed());
        }
        Ok(ours.as_secs_f64() / theirs.as_secs_f64())
    }
}
