//! A plan as straight code over slots: what runs over lanes.
//!
//! Constants stand in slots of their own, and the slot of a wire is used again as soon as nothing reads it any more.

use super::{
    Op, Program,
    plan::{Count, Operand, Plan, Rounds, Step as Planned},
};
use crate::{error::Result, op::Relation, real::Primitive};
use alloc::{boxed::Box, vec, vec::Vec};
use hashbrown::HashMap;

/// One operation: up to three slots that it reads, and the one it writes, which may be one of them.
#[derive(Clone, Debug)]
pub(super) struct Ins<F = f64> {
    pub(super) op: Op<F>,
    pub(super) args: [u32; 3],
    pub(super) to: u32,
}
/// One step of code.
#[derive(Clone, Debug)]
pub(super) enum Step<F = f64> {
    Do(Ins<F>),
    Guard { relation: Relation, holds: bool, count: Count, args: [u32; 2] },
    Loop(Box<Loop<F>>),
}
/// A loop: the slots that it reads and writes, and its body, whose slots stand behind those of the code around it, with
/// room for the state behind them.
#[derive(Clone, Debug)]
pub(super) struct Loop<F = f64> {
    pub(super) params: usize,
    pub(super) state: usize,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) steps: usize,
    pub(super) backwards: bool,
    pub(super) count: Count,
    pub(super) args: Vec<u32>,
    pub(super) outs: Vec<u32>,
    pub(super) body: Code<F>,
}

/// The steps of a program. Its inputs stand in the first slots.
#[derive(Clone, Debug)]
pub(super) struct Code<F = f64> {
    steps: Vec<Step<F>>,
    constants: Vec<(u32, F)>,
    outputs: Vec<u32>,
    /// How many guards one run passes.
    guards: usize,
    slots: usize,
    /// With those of the loops inside.
    all_slots: usize,
}

impl<F: Primitive> Code<F> {
    /// Returns the code of a program.
    ///
    /// # Errors
    /// The program's own fault.
    pub(super) fn of(program: &Program<F>) -> Result<Self> {
        Ok(Self::of_plan(&Plan::of(program)?))
    }
    fn of_plan(plan: &Plan<F>) -> Self {
        let mut schedule = Schedule::new(plan);
        plan.steps.iter().enumerate().for_each(|(k, step)| schedule.add(k, step));
        let Schedule { mut code, mut slot_of, .. } = schedule;
        code.outputs = plan.outputs.iter().map(|&o| slot_of.at(&mut code, o)).collect();
        code.all_slots += code.slots;
        code
    }
    pub(super) fn steps(&self) -> &[Step<F>] {
        &self.steps
    }
    pub(super) fn outputs(&self) -> &[u32] {
        &self.outputs
    }
    pub(super) fn guards(&self) -> usize {
        self.guards
    }
    /// Returns the number of slots of this code alone.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }
    /// Returns the number of slots with those of the loops inside.
    pub(super) fn all_slots(&self) -> usize {
        self.all_slots
    }
    fn fresh(&mut self) -> u32 {
        self.slots += 1;
        (self.slots - 1) as u32
    }
}
impl Code<f64> {
    /// Writes the constants into their slots; a loop does so when it starts.
    pub(super) fn load_constants<const L: usize>(&self, slots: &mut [[f64; L]]) {
        for &(slot, c) in &self.constants {
            slots[slot as usize] = [c; L];
        }
    }
}

/// Gives slots to wires while they are needed.
struct Schedule<F> {
    /// The last step that reads each wire; [`NEVER`] for one that is an output.
    last: Vec<usize>,
    free: Vec<u32>,
    slot_of: Slots,
    code: Code<F>,
}
/// The slot of each wire, and of each constant by its bits.
struct Slots {
    wires: Vec<u32>,
    constants: HashMap<u64, u32>,
}
/// No step is the last to read it.
const NEVER: usize = usize::MAX;
/// No step reads it.
const UNREAD: usize = usize::MAX - 1;

impl Slots {
    /// Returns the slot of what a step reads; a constant gets one that is never used again.
    fn at<F: Primitive>(&mut self, code: &mut Code<F>, operand: Operand<F>) -> u32 {
        match operand {
            Operand::Wire(w) => self.wires[w as usize],
            Operand::Const(c) => *self.constants.entry(c.widen().to_bits()).or_insert_with(|| {
                let slot = code.fresh();
                code.constants.push((slot, c));
                slot
            }),
        }
    }
}
fn wires<F: Primitive>(operands: &[Operand<F>]) -> impl Iterator<Item = usize> {
    operands.iter().filter_map(|o| match o {
        Operand::Wire(w) => Some(*w as usize),
        Operand::Const(_) => None,
    })
}

impl<F: Primitive> Schedule<F> {
    fn new(plan: &Plan<F>) -> Self {
        let mut last = vec![UNREAD; plan.wires as usize];
        for (k, step) in plan.steps.iter().enumerate() {
            let args = match step {
                Planned::Apply { args, .. } => &args[..],
                Planned::Guard { args, .. } => &args[..],
                Planned::Rounds { args, .. } => &args[..],
            };
            wires(args).for_each(|w| last[w] = k);
        }
        wires(&plan.outputs).for_each(|w| last[w] = NEVER);
        let mut slot_of = vec![0; plan.wires as usize];
        (0..plan.inputs).for_each(|w| slot_of[w] = w as u32);
        let (guards, slots) = (plan.guards, plan.inputs);
        let code = Code { steps: vec![], constants: vec![], outputs: vec![], guards, slots, all_slots: 0 };
        Schedule { last, free: vec![], slot_of: Slots { wires: slot_of, constants: HashMap::new() }, code }
    }
    fn slot(&mut self, operand: Operand<F>) -> u32 {
        self.slot_of.at(&mut self.code, operand)
    }
    /// Takes a slot for a wire.
    fn claim(&mut self, wire: u32) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| self.code.fresh());
        self.slot_of.wires[wire as usize] = slot;
        slot
    }
    /// Frees the slots of the wires that step `k` was the last to read.
    fn release(&mut self, k: usize, args: &[Operand<F>]) {
        for w in wires(args) {
            if self.last[w] == k {
                self.last[w] = NEVER; // once
                self.free.push(self.slot_of.wires[w]);
            }
        }
    }
    /// Frees the slot of a wire that nothing reads.
    fn release_unread(&mut self, wire: u32) {
        if self.last[wire as usize] == UNREAD {
            self.free.push(self.slot_of.wires[wire as usize]);
        }
    }
    fn add(&mut self, k: usize, step: &Planned<F>) {
        match step {
            Planned::Apply { op, args, out } => {
                let first = args.first().map_or(0, |&a| self.slot(a));
                let mut three = [first; 3];
                three.iter_mut().zip(args).for_each(|(to, &a)| *to = self.slot(a));
                self.release(k, args);
                let to = self.claim(*out);
                self.code.steps.push(Step::Do(Ins { op: op.clone(), args: three, to }));
                self.release_unread(*out);
            }
            Planned::Guard { relation, holds, args, count } => {
                let slots = args.map(|a| self.slot(a));
                let (relation, holds, count) = (*relation, *holds, *count);
                self.code.steps.push(Step::Guard { relation, holds, count, args: slots });
                self.release(k, args);
            }
            Planned::Rounds { rounds, args, outs, count } => {
                let slots = args.iter().map(|&a| self.slot(a)).collect();
                let made: Vec<u32> = outs.iter().map(|&w| self.claim(w)).collect(); // while the arguments are still read
                let body = Code::of_plan(&rounds.body);
                self.code.all_slots = self.code.all_slots.max(body.all_slots + rounds.state);
                let Rounds { params, state, inputs, outputs, steps, backwards, .. } = **rounds;
                let args_of = slots;
                let l = Loop {
                    params,
                    state,
                    inputs,
                    outputs,
                    steps,
                    backwards,
                    count: *count,
                    args: args_of,
                    outs: made,
                    body,
                };
                self.code.steps.push(Step::Loop(Box::new(l)));
                self.release(k, args);
                outs.iter().for_each(|&w| self.release_unread(w));
            }
        }
    }
}
