//! A program made ready for an executor: calls inlined, constants at their uses, loops joined and trimmed.
//!
//! What runs is the same, to the bit: nothing is rewritten, only left out or put together. The executors that read a
//! [`Plan`] are the emitted Rust and the machine code.

mod join;
mod trim;

use crate::{
    error::Result,
    op::Relation,
    program::{Op, Program, Scan},
    real::Primitive,
};
use alloc::{boxed::Box, vec, vec::Vec};
use smallvec::SmallVec;

/// What a step reads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand<F> {
    Const(F),
    Wire(u32),
}
impl<F: Primitive> PartialEq for Operand<F> {
    fn eq(&self, o: &Self) -> bool {
        match (self, o) {
            (Operand::Const(a), Operand::Const(b)) => Op::Const(*a) == Op::Const(*b),
            (Operand::Wire(a), Operand::Wire(b)) => a == b,
            _ => false,
        }
    }
}

/// Which guard comes next: the interpreter counts them in the order of running, and afresh inside a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    /// How many ran before, in this round of the loop around.
    pub(super) before: usize,
    /// The rounds of the loop around do not count.
    pub(super) afresh: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Step<F> {
    /// An operation with one output.
    Apply { op: Op<F>, args: SmallVec<[Operand<F>; 3]>, out: u32 },
    /// A comparison that must have its recorded answer.
    Guard { relation: Relation, holds: bool, args: [Operand<F>; 2], count: Count },
    /// A loop. `outs` are the wires of the last state, then those of each round.
    Rounds { rounds: Box<Rounds<F>>, args: Vec<Operand<F>>, outs: Vec<u32>, count: Count },
}

/// A loop: as [`Loop`](crate::program::Loop), with what each round reads and makes of its own.
#[derive(Clone, Debug)]
pub(super) struct Rounds<F> {
    pub(super) body: Plan<F>,
    pub(super) params: usize,
    pub(super) state: usize,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) steps: usize,
    pub(super) backwards: bool,
}
impl<F> Rounds<F> {
    /// Returns where input `slot` of round `t` stands among the arguments.
    pub(super) fn argument(&self, slot: usize, t: usize) -> usize {
        self.params + self.state + t * self.inputs + slot
    }
    /// Returns where output `slot` of round `t` stands among the outputs.
    pub(super) fn output(&self, slot: usize, t: usize) -> usize {
        self.state + t * self.outputs + slot
    }
}

/// The steps of a program. Wires are numbered, inputs first; each is made once.
#[derive(Clone, Debug)]
pub(super) struct Plan<F> {
    pub(super) inputs: usize,
    pub(super) wires: u32,
    pub(super) steps: Vec<Step<F>>,
    pub(super) outputs: Vec<Operand<F>>,
    /// How many guards one run passes.
    pub(super) guards: usize,
}

impl<F: Primitive> Plan<F> {
    /// Returns the plan of a program.
    ///
    /// # Errors
    /// The program's own fault.
    pub(super) fn of(p: &Program<F>) -> Result<Self> {
        p.validate()?;
        let mut plan = Self::whole(&join::joined(p)?)?;
        plan.trim();
        Ok(plan)
    }
    fn whole(p: &Program<F>) -> Result<Self> {
        let inputs = p.arity().0;
        let mut plan = Plan { inputs, wires: inputs as u32, steps: vec![], outputs: vec![], guards: 0 };
        let x: Vec<_> = (0..plan.wires).map(Operand::Wire).collect();
        plan.outputs = plan.inline(p, &x, false)?;
        Ok(plan)
    }
    fn inline(&mut self, p: &Program<F>, x: &[Operand<F>], afresh: bool) -> Result<Vec<Operand<F>>> {
        p.validate()?;
        let mut on = x.to_vec();
        for b in p.boxes() {
            let mut args = b.args.iter().map(|w| on[w.index()]);
            let count = Count { before: self.guards, afresh };
            match b.generator {
                Op::Const(c) => on.push(Operand::Const(*c)),
                Op::Stop => on.extend(args.next()),
                Op::Guard { relation, holds } => {
                    let args = [on[b.args[0].index()], on[b.args[1].index()]];
                    self.steps.push(Step::Guard { relation: *relation, holds: *holds, args, count });
                    self.guards += 1;
                }
                Op::Call(c) => {
                    let args: Vec<_> = args.collect();
                    let outside = core::mem::take(&mut self.guards);
                    let made = self.inline(c.value(), &args, true)?;
                    self.guards = outside;
                    on.extend(made);
                }
                Op::Scan(s) => {
                    let args: Vec<_> = args.collect();
                    let made = self.roll(s, &args, count)?;
                    on.extend(made);
                }
                op => {
                    let (args, out) = (args.collect(), self.claim());
                    self.steps.push(Step::Apply { op: op.clone(), args, out });
                    on.push(Operand::Wire(out));
                }
            }
        }
        Ok(p.outputs().iter().map(|w| on[w.index()]).collect())
    }
    fn claim(&mut self) -> u32 {
        self.wires += 1;
        self.wires - 1
    }
    /// Adds a loop and returns what its outputs are. A state that no round changes becomes a parameter.
    fn roll(&mut self, s: &Scan<F>, x: &[Operand<F>], count: Count) -> Result<Vec<Operand<F>>> {
        let ((inputs, outputs), shape) = (s.per_step(), s.shape());
        let (params, state, steps) = (shape.params, shape.state, shape.steps);
        if steps == 0 {
            return Ok(x[params..params + state].to_vec());
        }
        let body = Self::whole(s.body())?;
        let still: Vec<bool> = (0..state).map(|k| body.outputs[k] == Operand::Wire((params + k) as u32)).collect();
        let moving = still.iter().filter(|s| !**s).count();
        let mut rounds = Rounds {
            params: params + state - moving,
            state: moving,
            inputs,
            outputs,
            steps,
            body,
            backwards: shape.backwards,
        };
        rounds.body.outputs = kept(&rounds.body.outputs, |k| !still.get(k).copied().unwrap_or(false));
        let is_still = |k: usize| k.checked_sub(params).is_some_and(|k| still.get(k).copied().unwrap_or(false));
        let order: Vec<usize> = (0..params)
            .chain((params..params + state).filter(|&k| is_still(k)))
            .chain((params..params + state).filter(|&k| !is_still(k)))
            .collect();
        rounds.body.permute_inputs(&order);
        // without a state the order of the rounds does not matter, except to guards
        rounds.backwards &= moving > 0 || rounds.body.guards > 0;
        let args = order.iter().map(|&k| x[k]).chain(x[params + state..].iter().copied()).collect();
        let outs: Vec<u32> = (0..moving + steps * outputs).map(|_| self.claim()).collect();
        let mut changed = outs[..moving].iter().map(|&w| Operand::Wire(w));
        let mut made: Vec<_> =
            (0..state).filter_map(|k| if still[k] { Some(x[params + k]) } else { changed.next() }).collect();
        made.extend(outs[moving..].iter().map(|&w| Operand::Wire(w)));
        self.guards += steps * rounds.body.guards;
        self.steps.push(Step::Rounds { rounds: Box::new(rounds), args, outs, count });
        Ok(made)
    }
    /// Renumbers the first inputs: new input `k` is the old `order[k]`.
    fn permute_inputs(&mut self, order: &[usize]) {
        let mut to: Vec<u32> = (0..self.wires).collect();
        order.iter().enumerate().for_each(|(new, &old)| to[old] = new as u32);
        self.renumber(&to);
    }
    /// Replaces each wire `w` by `to[w]`.
    fn renumber(&mut self, to: &[u32]) {
        let other = |x: &mut Operand<F>| {
            if let Operand::Wire(w) = x {
                *w = to[*w as usize];
            }
        };
        for step in &mut self.steps {
            match step {
                Step::Apply { args, out, .. } => {
                    args.iter_mut().for_each(other);
                    *out = to[*out as usize];
                }
                Step::Guard { args, .. } => args.iter_mut().for_each(other),
                Step::Rounds { args, outs, .. } => {
                    args.iter_mut().for_each(other);
                    outs.iter_mut().for_each(|w| *w = to[*w as usize]);
                }
            }
        }
        self.outputs.iter_mut().for_each(other);
    }
    /// Returns the number of operations, those of loops once.
    #[cfg(feature = "jit")]
    pub(super) fn operations(&self) -> usize {
        self.steps.iter().map(Step::operations).sum()
    }
}
#[cfg(feature = "jit")]
impl<F: Primitive> Step<F> {
    /// Returns the number of operations, those of loops once.
    pub(super) fn operations(&self) -> usize {
        match self {
            Step::Apply { .. } | Step::Guard { .. } => 1,
            Step::Rounds { rounds, .. } => rounds.body.operations(),
        }
    }
}

/// Returns the elements whose index is to be kept.
fn kept<T: Clone>(all: &[T], keep: impl Fn(usize) -> bool) -> Vec<T> {
    all.iter().enumerate().filter(|(k, _)| keep(*k)).map(|(_, x)| x.clone()).collect()
}
