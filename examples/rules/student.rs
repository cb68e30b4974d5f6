//! A network that learns under some rule: what can be asked of it without knowing which.

use crate::{
    data::Batch,
    feed::{Fed, Feed, Labels},
    loss::Loss,
};
use pullback::{
    Result,
    learn::*,
    lens::{Object, Para},
    net::*,
    rule::{Input, Rule, Under},
};

/// A network under a rule, with its loss, its optimiser and what it has learned.
pub(crate) trait Student {
    fn params(&self) -> &Params<f32>;
    /// Learns from a batch.
    fn step(&mut self, batch: Batch) -> Result<()>;
    /// Answers: a column for each class.
    fn scores(&self, x: Array<f32>) -> Result<Array<f32>>;
    /// What a batch would change, were the parameters `p`.
    fn change(&self, batch: Batch, p: &Params<f32>) -> Result<Params<f32>>;
    /// The same, were `error` what comes back at the output.
    fn change_by(&self, error: &Array<f32>, batch: Batch, p: &Params<f32>) -> Result<Params<f32>>;
    /// The bytes that the layers keep of a batch for the way back.
    fn bytes(&self, batch: Batch) -> Result<usize>;
    /// Whether the network reads the batch and nothing else.
    fn is_plain(&self) -> bool;
}

/// A network under a rule, with a loss and an optimiser.
pub(crate) type RuleLearner<R, U> = Learner<Under<R, f32>, Loss, Direction<f32>, U>;

/// The student of a rule.
pub(crate) struct Pupil<R: Rule, U: Optimiser<Params<f32>>> {
    learn: RuleLearner<R, U>,
    state: State<Params<f32>, U::State>,
    labels: Labels,
}
impl<R: Fed, U: Optimiser<Params<f32>>> Pupil<R, U> {
    pub(crate) fn new(learn: RuleLearner<R, U>, start: Params<f32>, labels: Labels) -> Self {
        Pupil { state: learn.start(start), learn, labels }
    }
    fn input(&self, batch: Batch) -> Result<Input<R, f32>> {
        Feed::learning(batch, &mut self.labels.clone())
    }
}
impl<R: Fed, U: Optimiser<Params<f32>>> Student for Pupil<R, U> {
    fn params(&self) -> &Params<f32> {
        &self.state.params
    }
    fn step(&mut self, (x, y): Batch) -> Result<()> {
        let input = Feed::learning((x, y.clone()), &mut self.labels)?;
        self.learn.step(&mut self.state, input, &y)
    }
    fn scores(&self, x: Array<f32>) -> Result<Array<f32>> {
        self.learn.predict(&self.state, Feed::asking(x, &self.labels)?)
    }
    fn change(&self, (x, y): Batch, p: &Params<f32>) -> Result<Params<f32>> {
        Ok(self.learn.put(self.input((x, y.clone()))?, p, &y)?.1)
    }
    fn change_by(&self, error: &Array<f32>, batch: Batch, p: &Params<f32>) -> Result<Params<f32>> {
        let (mut dp, model) = (p.zero(), self.learn.model());
        let (_, kept) = model.fwd(p, self.input(batch)?)?;
        model.bwd(p, kept, error.clone(), &mut dp)?;
        Ok(dp)
    }
    fn bytes(&self, batch: Batch) -> Result<usize> {
        self.learn.model().residual_bytes(&self.state.params, self.input(batch)?)
    }
    fn is_plain(&self) -> bool {
        <Input<R, f32> as Feed>::PLAIN
    }
}
