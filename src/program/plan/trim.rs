//! Leaving out what nothing reads: steps, and in loops also states, parameters, inputs and outputs.

use super::{Operand, Plan, Rounds, Step, kept};
use crate::real::Primitive;
use alloc::{vec, vec::Vec};

impl<F: Primitive> Plan<F> {
    /// Leaves out what the outputs and the guards do not need, and returns which wires are read.
    pub(super) fn trim(&mut self) -> Vec<bool> {
        let mut live = vec![false; self.wires as usize];
        read(&mut live, &self.outputs);
        let mut keep: Vec<bool> = Vec::with_capacity(self.steps.len());
        for step in self.steps.iter_mut().rev() {
            keep.push(match step {
                Step::Apply { args, out, .. } => {
                    let keep = live[*out as usize];
                    if keep {
                        read(&mut live, args);
                    }
                    keep
                }
                Step::Guard { args, .. } => {
                    read(&mut live, args);
                    true
                }
                Step::Rounds { rounds, args, outs, .. } => {
                    let keep = rounds.body.guards > 0 || outs.iter().any(|&w| live[w as usize]);
                    if keep {
                        rounds.trim(args, outs, &live);
                        read(&mut live, args);
                    }
                    keep
                }
            });
        }
        self.steps.retain(|_| keep.pop().unwrap_or(true));
        live
    }
}
fn read<F>(live: &mut [bool], args: &[Operand<F>]) {
    for x in args {
        if let Operand::Wire(w) = x {
            live[*w as usize] = true;
        }
    }
}

impl<F: Primitive> Rounds<F> {
    fn trim(&mut self, args: &mut Vec<Operand<F>>, outs: &mut Vec<u32>, live: &[bool]) {
        let is_live = |at: usize| live[outs[at] as usize];
        let mut states: Vec<bool> = (0..self.state).map(is_live).collect();
        let slots: Vec<bool> =
            (0..self.outputs).map(|slot| (0..self.steps).any(|t| is_live(self.output(slot, t)))).collect();
        // a state is needed where it is read after the loop, or in it by something needed
        let (body, used) = loop {
            let mut body = self.body.clone();
            let wanted = |k: usize| if k < self.state { states[k] } else { slots[k - self.state] };
            body.outputs = kept(&body.outputs, wanted);
            let used = body.trim();
            let missing = (0..self.state).filter(|&k| used[self.params + k] && !states[k]).collect::<Vec<_>>();
            if missing.is_empty() {
                break (body, used);
            }
            missing.into_iter().for_each(|k| states[k] = true);
        };
        let reads = |k: usize| match k.checked_sub(self.params) {
            Some(s) if s < self.state => states[s],
            _ => used[k],
        };
        let all = self.body.inputs;
        *args = kept(args, |k| reads(if k < all { k } else { all - self.inputs + (k - all) % self.inputs.max(1) }));
        *outs = kept(outs, |k| match k.checked_sub(self.state) {
            None => states[k],
            Some(k) => slots[k % self.outputs.max(1)],
        });
        self.body = body;
        self.body.keep_inputs(reads);
        let count = |range: core::ops::Range<usize>| range.filter(|&k| reads(k)).count();
        let params = count(0..self.params);
        let state = states.iter().filter(|s| **s).count();
        self.inputs = count(self.params + self.state..all);
        self.outputs = slots.iter().filter(|s| **s).count();
        (self.params, self.state) = (params, state);
    }
}
impl<F: Primitive> Plan<F> {
    /// Leaves out inputs that are not read.
    fn keep_inputs(&mut self, keep: impl Fn(usize) -> bool) {
        let mut next = 0;
        let to: Vec<u32> = (0..self.wires)
            .map(|w| {
                let here = next;
                next += u32::from(w as usize >= self.inputs || keep(w as usize));
                here
            })
            .collect();
        self.renumber(&to);
        self.inputs = (0..self.inputs).filter(|&k| keep(k)).count();
        self.wires = next;
    }
}
