//! What is measured of a network that has learned: accuracy, angle, time, memory, and what a layer must know of the next.

use crate::{
    network::Hidden,
    student::Student,
    train::{BATCH, Task},
};
use pullback::{
    Result,
    learn::{Source, Still, argmax, uniform},
    net::*,
    rule::{Backprop, ForwardForward},
};
use std::time::{Duration, Instant};

/// A network that has learned, and what.
pub(crate) struct Seen<'a, 't> {
    pub(crate) task: &'a Task<'t>,
    pub(crate) net: &'a Net,
    pub(crate) student: &'a mut dyn Student,
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

impl Seen<'_, '_> {
    /// Percent of the test rows whose largest output is their class.
    pub(crate) fn accuracy(&self) -> Result<f64> {
        let (x, y) = &self.task.data.test;
        let scores = self.student.scores(x.clone())?;
        let right = scores.rows().into_iter().zip(y).filter(|(row, y)| argmax(&row.to_vec()) == **y);
        Ok(100.0 * right.count() as f64 / y.len() as f64)
    }

    /// The angle between the changes of the first weights under the rule and under backprop, over the first batches.
    pub(crate) fn angle(&self, most: usize) -> Result<Option<f64>> {
        if !self.student.is_plain() || self.task.hidden == Hidden::Shared {
            return Ok(None); // backprop learns from something else there
        }
        let exact = self.task.learner(self.net, Backprop, Still);
        let mut p = self.student.params().clone();
        let own = p.of_net(self.net)?;
        let (mut both, mut left, mut right) = (0.0, 0.0, 0.0);
        for rows in (0..self.task.data.train.1.len()).collect::<Vec<_>>().chunks(BATCH).take(most) {
            let (x, y) = self.task.batch(rows);
            let a = self.student.change((x.clone(), y.clone()), &p)?;
            let Ok((_, b, _)) = exact.put(x, &own, &y) else { return Ok(None) };
            for (&a, &b) in a.slots[0][0].iter().zip(&b.slots[0][0]) {
                let (a, b) = (f64::from(a), f64::from(b));
                (both, left, right) = (both + a * b, left + a * a, right + b * b);
            }
            p.draws += 1; // a rule that draws does so for each batch
        }
        let cosine: f64 = both / (left * right).sqrt();
        Ok(Some(cosine.clamp(-1.0, 1.0).acos().to_degrees()).filter(|a| !a.is_nan()))
    }

    /// What backprop reads in the place of the first batch: the same, with room for a label where the rule has one.
    fn plain(&self) -> Result<Array<f32>> {
        let (x, _) = self.task.first();
        match self.student.is_plain() {
            true => Ok(x),
            false => Ok(ForwardForward::new(self.task.classes()).blank(&x)?.0),
        }
    }
    /// The bytes that the layers keep of a batch, over those that backprop keeps.
    pub(crate) fn memory(&self) -> Result<f64> {
        let own = self.student.params().of_net(self.net)?;
        let theirs = self.net.under(Backprop).residual_bytes(&own, self.plain()?)?;
        Ok(self.student.bytes(self.task.first())? as f64 / theirs as f64)
    }

    /// Moves the weights of the second layer, and looks whether the first one learns something else in one of a few draws.
    pub(crate) fn ahead(&self) -> Result<Option<Ahead>> {
        let mut linear = self.net.boxes().filter(|b| b.generator.is_linear()).map(|b| b.site);
        let (Some(first), Some(next)) = (linear.next(), linear.next()) else { return Ok(None) };
        let mut most = Ahead::Never;
        for draws in 0..4 {
            let p = self.student.params().clone().with_draws(draws);
            let (mut moved, mut noise) = (p.clone(), Source::seeded(1));
            moved.slots[next][0].mapv_inplace(|w| 0.5 * w + 0.2 * noise.uniform() as f32);
            let learned = |p: &Params<f32>| Ok(self.student.change(self.task.first(), p)?.slots[first][0].clone());
            if same(learned(&p), learned(&moved))? {
                continue;
            }
            let (x, _) = self.task.first();
            let outputs = self.net.shapes()?.last().cloned().flatten().map_or(1, |s| s.iter().product());
            let mut noise = Source::seeded(2); // any error will do, as long as it is the same
            let error = Array::from_shape_simple_fn((x.nrows(), outputs), || 0.1 * noise.uniform() as f32);
            let learned =
                |p: &Params<f32>| Ok(self.student.change_by(&error, self.task.first(), p)?.slots[first][0].clone());
            let fixed = same(learned(&p), learned(&moved))?;
            most = most.max(if fixed { Ahead::ByError } else { Ahead::Always });
        }
        Ok(Some(most))
    }

    /// The time of a step over one of backprop on the same network (where that has slopes, else of tanh), in turns; the
    /// least of many each.
    pub(crate) fn time(&mut self) -> Result<f64> {
        let (task, (x, y)) = (self.task, self.task.first());
        let (net, plain, p) = match task.hidden.is_discrete() {
            true => {
                let net = Hidden::Tanh.net(task.data.features, task.data.classes, 0);
                let p = net.init(&mut uniform(0));
                (net, x.clone(), p)
            }
            false => (self.net.clone(), self.plain()?, self.student.params().of_net(self.net)?),
        };
        let exact = task.learner(&net, Backprop, task.momentum());
        let mut other = exact.start(p);
        let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
        let (begin, most) = (Instant::now(), Duration::from_millis(500));
        for round in 0..80 {
            if round > 10 && begin.elapsed() > most {
                break;
            }
            let batch = (x.clone(), y.clone());
            let start = Instant::now(); // one step at a time: short enough to run undisturbed once
            self.student.step(batch)?;
            ours = ours.min(start.elapsed());
            let input = plain.clone();
            let start = Instant::now();
            exact.step(&mut other, input, &y)?;
            theirs = theirs.min(start.elapsed());
        }
        Ok(ours.as_secs_f64() / theirs.as_secs_f64())
    }
}
type Weights = Result<ndarray::Array2<f32>>;
fn same(a: Weights, b: Weights) -> Result<bool> {
    Ok(a? == b?)
}
