//! Loops as boxes: the loop stays a loop, in its derivatives too.

use super::{Op, Program};
use crate::{
    diagram::{Args, Diagram, Few, Wire},
    error::{Result, same_len},
    op::Bin,
    real::Primitive,
};
use alloc::{sync::Arc, vec::Vec};

/// The shape of a [`Scan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Loop {
    /// How many numbers every step reads alike.
    pub params: usize,
    /// How many numbers a step hands to the next.
    pub state: usize,
    /// How many steps there are.
    pub steps: usize,
    /// The last step runs first.
    pub backwards: bool,
}

/// A loop over a body: $(s_{t+1}, y_t) = b(p, s_t, x_t)$ for $t = 0 \dots n-1$ (delayed trace).
///
/// The box reads $p, s_0, x_0 \dots x_{n-1}$ and makes $s_n, y_0 \dots y_{n-1}$. Its reverse derivative is a loop the
/// other way, its forward derivative a loop the same way, so that neither grows with the number of steps.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Stored<F>", into = "Stored<F>"))]
#[cfg_attr(feature = "serde", serde(bound(serialize = "F: Primitive + serde::Serialize")))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "F: Primitive + serde::Deserialize<'de>")))]
pub struct Scan<F = f64> {
    body: Program<F>,
    shape: Loop,
}

impl<F: Primitive> PartialEq for Scan<F> {
    fn eq(&self, o: &Self) -> bool {
        self.shape == o.shape && self.body == o.body
    }
}

impl<F: Primitive> Scan<F> {
    /// Returns the loop.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the body reads less than `params + state` numbers or
    /// makes less than `state`, and the fault of the body.
    pub fn new(body: Program<F>, shape: Loop) -> Result<Self> {
        body.validate()?;
        let (reads, makes) = body.arity();
        let least = shape.params.saturating_add(shape.state);
        same_len("scan", least.max(reads), reads)?;
        same_len("scan", shape.state.max(makes), makes)?;
        Ok(Scan { body, shape })
    }
    /// Returns the program of one step: from parameters, state and input to state and output.
    pub fn body(&self) -> &Program<F> {
        &self.body
    }
    /// Returns the shape.
    pub fn shape(&self) -> Loop {
        self.shape
    }
    /// Returns how many inputs and outputs each step has of its own.
    pub fn per_step(&self) -> (usize, usize) {
        let (reads, makes) = self.body.arity();
        (reads - self.shape.params - self.shape.state, makes - self.shape.state)
    }
    /// Returns the numbers of wires that the box reads and makes.
    pub(super) fn arity(&self) -> (usize, usize) {
        let ((inputs, outputs), Loop { params, state, steps, .. }) = (self.per_step(), self.shape);
        let wires = |own: usize, each: usize| steps.saturating_mul(each).saturating_add(own);
        (wires(params.saturating_add(state), inputs), wires(state, outputs))
    }
    /// Returns how many steps have wires of their own, or states on the way.
    fn steps_with_wires(&self) -> usize {
        let (inputs, outputs) = self.per_step();
        if inputs + outputs + self.shape.state > 0 { self.shape.steps } else { 0 }
    }
    /// Returns the steps in their order of running.
    fn order(&self) -> impl Iterator<Item = usize> + use<F> {
        let Loop { steps, backwards, .. } = self.shape;
        (0..steps).map(move |t| if backwards { steps - 1 - t } else { t })
    }
    /// Runs the loop; `step` interprets the body.
    ///
    /// # Errors
    /// What `step` returns, and [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where that has another length than
    /// the outputs of the body.
    pub fn run<W: Clone>(
        &self,
        x: Args<'_, W>,
        out: &mut Vec<W>,
        mut step: impl FnMut(&Program<F>, &[W]) -> Result<Vec<W>>,
    ) -> Result<()> {
        let ((inputs, outputs), Loop { params, state, steps, .. }) = (self.per_step(), self.shape);
        let x: Vec<W> = x.iter().cloned().collect();
        let mut reads: Vec<W> = x[..params + state].to_vec();
        let mut made: Vec<Few<W>> = alloc::vec![Few::new(); if outputs > 0 { steps } else { 0 }];
        for t in self.order() {
            let at = params + state + t * inputs;
            reads.truncate(params + state);
            reads.extend_from_slice(&x[at..at + inputs]);
            let after = step(&self.body, &reads)?;
            same_len("scan", state + outputs, after.len())?;
            reads[params..params + state].clone_from_slice(&after[..state]);
            if outputs > 0 {
                made[t] = after[state..].iter().cloned().collect();
            }
        }
        out.extend_from_slice(&reads[params..params + state]);
        out.extend(made.into_iter().flatten());
        Ok(())
    }

    /// Pushes the reverse loop: its state is the change of the state and the sum of the changes of the parameters.
    pub(super) fn pull(&self, d: &mut Program<F>, x: &[Wire], by: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        let ((inputs, outputs), Loop { params, state, steps, backwards }) = (self.per_step(), self.shape);
        // the states on the way, by running the loop once more
        let visited = Diagram::build(params + state + inputs, |d, x| {
            let after = d.inline(&self.body, x);
            [&after[..state], &x[params..params + state]].concat()
        });
        let visited = Scan::new(visited.prune(), self.shape)?;
        let states = d.push(Op::Scan(Arc::new(visited)), x);
        d.validate()?; // so many states there may not be
        let reverse = self.body.reverse()?;
        let body = Diagram::build(params + 2 * state + params + inputs + outputs, |d, x| {
            let (p, rest) = x.split_at(params);
            let (changes, rest) = rest.split_at(state);
            let (sums, rest) = rest.split_at(params);
            let (s_x, by) = rest.split_at(state + inputs);
            let pulled = d.inline(&reverse, &[p, s_x, changes, by].concat());
            let sums: Vec<Wire> =
                sums.iter().zip(&pulled).map(|(&s, &c)| d.push(Op::Bin(Bin::Add), &[s, c])[0]).collect();
            [&pulled[params..params + state], &sums, &pulled[params + state..]].concat()
        });
        let shape = Loop { params, state: state + params, steps, backwards: !backwards };
        let zero = d.push(Op::Const(F::of(0.0)), &[])[0];
        let by: Vec<Wire> = by.iter().map(|b| b.unwrap_or(zero)).collect();
        let mut args = [&x[..params], &by[..state], &alloc::vec![zero; params]].concat();
        for t in 0..self.steps_with_wires() {
            args.extend_from_slice(&states[state + t * state..][..state]);
            args.extend_from_slice(&x[params + state + t * inputs..][..inputs]);
            args.extend_from_slice(&by[state + t * outputs..][..outputs]);
        }
        let made = d.push(Op::Scan(Arc::new(Scan::new(body, shape)?)), &args);
        d.validate()?;
        let (changes, rest) = made.split_at(state);
        let (sums, dx) = rest.split_at(params);
        Ok([sums, changes, dx].concat().into_iter().map(Some).collect())
    }
    /// Pushes the loop of values and changes.
    pub(super) fn push(&self, d: &mut Program<F>, x: &[Wire], along: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        let ((inputs, outputs), Loop { params, state, steps, backwards }) = (self.per_step(), self.shape);
        let forward = self.body.with_pushforward()?;
        let body = Diagram::build(2 * (params + state + inputs), |d, x| {
            let (p, rest) = x.split_at(2 * params);
            let (s, x) = rest.split_at(2 * state);
            let half = |k: usize| [half(p, k), half(s, k), half(x, k)].concat();
            let made = d.inline(&forward, &[half(0), half(1)].concat());
            let (value, change) = made.split_at(state + outputs);
            [&value[..state], &change[..state], &change[state..]].concat()
        });
        let shape = Loop { params: 2 * params, state: 2 * state, steps, backwards };
        let zero = d.push(Op::Const(F::of(0.0)), &[])[0];
        let along: Vec<Wire> = along.iter().map(|v| v.unwrap_or(zero)).collect();
        let mut args = Vec::with_capacity(2 * x.len());
        let parts = [params, state].into_iter().chain(core::iter::repeat_n(inputs, if inputs > 0 { steps } else { 0 }));
        parts.fold(0, |at, len| {
            args.extend_from_slice(&x[at..at + len]);
            args.extend_from_slice(&along[at..at + len]);
            at + len
        });
        let made = d.push(Op::Scan(Arc::new(Scan::new(body.prune(), shape)?)), &args);
        d.validate()?;
        Ok(made[state..].iter().copied().map(Some).collect())
    }
}
/// Returns the first or the second half.
fn half(x: &[Wire], k: usize) -> &[Wire] {
    let n = x.len() / 2;
    &x[k * n..(k + 1) * n]
}

impl<F: Primitive> Program<F> {
    /// Returns the loop that runs this program `steps` times, as a program of one box. See [`Scan`].
    ///
    /// This program is one step, from `params` numbers that every step reads, `state` numbers that a step hands to the
    /// next, and its own inputs, to the next state and its own outputs.
    ///
    /// # Shapes
    /// $p, s_0, x_0 \dots x_{n-1}$ to $s_n, y_0 \dots y_{n-1}$.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the step reads or makes too few numbers.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// // s' = p·s + x, without outputs on the way
    /// let step = Program::record(|v| v[0] * v[1] + v[2], &[0.5, 1.0, 1.0])?;
    /// let power = step.scan(1, 1, 3)?;
    /// assert_eq!(power.eval(&[2.0, 1.0, 0.0, 0.0, 1.0])?, [9.0]); // 2³ + 1
    /// assert_eq!(power.gradient()?.eval(&[2.0, 1.0, 0.0, 0.0, 1.0])?, [12.0, 8.0, 4.0, 2.0, 1.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn scan(&self, params: usize, state: usize, steps: usize) -> Result<Self> {
        let shape = Loop { params, state, steps, backwards: false };
        let program = Diagram::generator(Op::Scan(Arc::new(Scan::new(self.clone(), shape)?)));
        program.validate().map(|()| program)
    }
}

/// A loop as it is stored.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(bound(serialize = "F: Primitive + serde::Serialize"))]
#[serde(bound(deserialize = "F: Primitive + serde::Deserialize<'de>"))]
struct Stored<F> {
    body: Program<F>,
    shape: Loop,
}
#[cfg(feature = "serde")]
impl<F: Primitive> From<Scan<F>> for Stored<F> {
    fn from(s: Scan<F>) -> Self {
        Stored { body: s.body, shape: s.shape }
    }
}
#[cfg(feature = "serde")]
impl<F: Primitive> TryFrom<Stored<F>> for Scan<F> {
    type Error = crate::error::Error;
    fn try_from(s: Stored<F>) -> Result<Self> {
        Scan::new(s.body, s.shape)
    }
}
