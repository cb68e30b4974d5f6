//! A program as straight code over slots: what the executors run.
//!
//! Calls are replaced by their value, constants stand in slots of their own, and a slot is used again as soon as nothing
//! reads it any more. Code is for running only: it has forgotten what a call's derivative is.

use super::{Loop, Op, Program};
use crate::{
    diagram::{Few, Wire},
    error::Result,
    op::Relation,
    real::Primitive,
};
use alloc::{boxed::Box, vec, vec::Vec};

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
    Guard { relation: Relation, holds: bool, guard: u32, args: [u32; 2] },
    Loop(Box<Loops<F>>),
}
/// A loop: the slots that it reads and writes, and its body, whose slots stand behind those of the code around it, with
/// room for the state behind them.
#[derive(Clone, Debug)]
pub(super) struct Loops<F = f64> {
    pub(super) shape: Loop,
    pub(super) per_step: (usize, usize),
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
        program.validate()?;
        let flat = program.without_calls()?;
        Schedule::new(&flat).run(&flat)
    }
    pub(super) fn steps(&self) -> &[Step<F>] {
        &self.steps
    }
    pub(super) fn outputs(&self) -> &[u32] {
        &self.outputs
    }
    /// Returns the number of slots of this code alone.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }
    /// Returns the number of slots with those of the loops inside.
    pub(super) fn all_slots(&self) -> usize {
        self.all_slots
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

impl<F: Primitive> Program<F> {
    /// Returns the program with the value of each call in its place.
    fn without_calls(&self) -> Result<Self> {
        if self.count(|op| matches!(op, Op::Call(_))) == 0 {
            return Ok(self.clone());
        }
        let once = self.substitute(|_, op| match op {
            Op::Call(c) => c.value().clone(),
            op => Self::generator(op.clone()),
        })?;
        once.without_calls()
    }
}

/// Gives slots to wires while they are needed.
struct Schedule<F> {
    /// The last box that reads each wire.
    last: Vec<usize>,
    slot: Vec<u32>,
    free: Vec<u32>,
    code: Code<F>,
    guards: u32,
}
const NEVER: usize = usize::MAX;
impl<F: Primitive> Schedule<F> {
    fn new(p: &Program<F>) -> Self {
        let mut last = vec![0; p.wires()];
        p.boxes().for_each(|b| b.args.iter().for_each(|w| last[w.index()] = b.site));
        p.outputs().iter().for_each(|w| last[w.index()] = NEVER);
        let slots = p.arity().0;
        let code = Code { steps: vec![], constants: vec![], outputs: vec![], slots, all_slots: 0 };
        let mut slot = vec![0; p.wires()];
        p.inputs().for_each(|w| slot[w.index()] = w.index() as u32);
        Schedule { last, slot, free: vec![], code, guards: 0 }
    }
    fn fresh(&mut self) -> u32 {
        self.code.slots += 1;
        (self.code.slots - 1) as u32
    }
    fn at(&self, w: Wire) -> u32 {
        self.slot[w.index()]
    }
    fn run(mut self, p: &Program<F>) -> Result<Code<F>> {
        for b in p.boxes() {
            let args: Few<u32> = b.args.iter().map(|&w| self.at(w)).collect();
            let made: Few<usize> = b.outputs.clone().collect();
            match b.generator {
                // constants are loaded once: their slots are not used again
                Op::Const(c) => {
                    let to = self.fresh();
                    self.code.constants.push((to, *c));
                    self.slot[made[0]] = to;
                    self.last[made[0]] = NEVER;
                    continue;
                }
                Op::Guard { relation, holds } => {
                    let (relation, holds, guard) = (*relation, *holds, self.guards);
                    self.guards += 1;
                    self.code.steps.push(Step::Guard { relation, holds, guard, args: [args[0], args[1]] });
                }
                Op::Scan(s) => {
                    let outs: Vec<u32> = made.iter().map(|_| self.next()).collect();
                    made.iter().zip(&outs).for_each(|(&w, &to)| self.slot[w] = to);
                    let body = Code::of(s.body())?;
                    let (shape, per_step) = (s.shape(), s.per_step());
                    self.code.all_slots = self.code.all_slots.max(body.all_slots + shape.state);
                    let step = Loops { shape, per_step, args: args.to_vec(), outs, body };
                    self.code.steps.push(Step::Loop(Box::new(step)));
                }
                op => {
                    self.release(b.site, b.args);
                    let to = self.next();
                    self.slot[made[0]] = to;
                    let mut three = [args[0]; 3];
                    three.iter_mut().zip(&args).for_each(|(to, &a)| *to = a);
                    self.code.steps.push(Step::Do(Ins { op: op.clone(), args: three, to }));
                    self.release_unread(&made);
                    continue;
                }
            }
            self.release(b.site, b.args);
            self.release_unread(&made);
        }
        self.code.outputs = p.outputs().iter().map(|&w| self.at(w)).collect();
        self.code.all_slots += self.code.slots;
        Ok(self.code)
    }
    fn next(&mut self) -> u32 {
        match self.free.pop() {
            Some(slot) => slot,
            None => self.fresh(),
        }
    }
    /// Frees the slots of the wires that the box at `site` was the last to read.
    fn release(&mut self, site: usize, args: &[Wire]) {
        for (k, w) in args.iter().enumerate() {
            if self.last[w.index()] == site && !args[..k].contains(w) {
                self.free.push(self.at(*w));
            }
        }
    }
    /// Frees the slots of the wires that nothing reads.
    fn release_unread(&mut self, made: &[usize]) {
        let unread = made.iter().filter(|&&w| self.last[w] == 0).map(|&w| self.slot[w]);
        self.free.extend(unread);
    }
}
