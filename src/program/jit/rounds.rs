//! Loops: a round that fits one function keeps its state in registers, a longer one in memory.

use super::{
    frame::{Base, Frame, Place},
    lower::{Emission, LONGEST, Lowering, Sink, number_of},
};
use crate::{
    error::Result,
    program::{
        Op,
        plan::{Count, Operand, Rounds},
    },
    real::Primitive,
};
use alloc::{vec, vec::Vec};
use cranelift_codegen::ir::{InstBuilder, Value};

/// From how many numbers on a copy is a loop.
const SHORTEST_RUN: usize = 8;

/// What a slot of a loop is, over the rounds.
#[derive(Clone, Copy)]
enum View<F> {
    Same(Place<F>),
    Strided { base: Base, start: i32, stride: i32 },
}

/// The addresses that move with the rounds: one for each memory and stride.
struct Moving {
    groups: Vec<(Base, i32)>,
    backwards: bool,
    steps: usize,
}
impl Moving {
    fn group(&mut self, base: Base, stride: i32) -> usize {
        self.groups.iter().position(|&g| g == (base, stride)).unwrap_or_else(|| {
            self.groups.push((base, stride));
            self.groups.len() - 1
        })
    }
    /// The addresses in the first round.
    fn start<F: Primitive>(&self, f: &mut Frame<'_, F>) -> Vec<Value> {
        let last = if self.backwards { self.steps as i64 - 1 } else { 0 };
        self.groups.iter().map(|&(base, stride)| f.pointer(base, last * i64::from(stride))).collect()
    }
    /// The addresses in the next round.
    fn next<F: Primitive>(&self, f: &mut Frame<'_, F>, now: &[Value]) -> Vec<Value> {
        let sign = if self.backwards { -1 } else { 1 };
        self.groups.iter().zip(now).map(|(&(_, stride), &p)| f.pointer(Base::At(p), sign * i64::from(stride))).collect()
    }
}

impl<F: Primitive> Lowering<F> {
    pub(super) fn rounds(
        &mut self,
        f: &mut Frame<'_, F>,
        e: &mut Emission<'_, F>,
        r: &Rounds<F>,
        (args, outs): (&[Operand<F>], &[u32]),
        count: Count,
    ) -> Result<()> {
        let fixed = args[..r.params + r.state].iter().map(|x| e.place(x)).collect::<Result<Vec<_>>>()?;
        let (params, first) = fixed.split_at(r.params);
        let mut moving = Moving { groups: vec![], backwards: r.backwards, steps: r.steps };
        let mut views = Vec::with_capacity(r.inputs);
        for slot in 0..r.inputs {
            let all = (0..r.steps).map(|t| e.place(&args[r.argument(slot, t)])).collect::<Result<Vec<_>>>()?;
            views.push(self.view(f, &all)?);
        }
        let sinks = self.destinations(e, r, outs)?;
        let in_registers = r.body.operations() <= LONGEST;
        if !in_registers {
            for view in &mut views {
                if let View::Same(place) = view {
                    *place = self.settled(f, *place)?;
                }
            }
        }
        let grouped: Vec<_> = views
            .iter()
            .map(|v| match *v {
                View::Same(place) => (None, place),
                View::Strided { base, start, stride } => (Some(moving.group(base, stride)), Place::Memory(base, start)),
            })
            .collect();
        let places: Vec<_> = sinks.iter().map(|&(base, start, stride)| (moving.group(base, stride), start)).collect();
        let before = (r.body.guards > 0).then(|| number_of(f, e.base, count));
        let io = Io { moving, grouped, places, before };
        let last = match in_registers {
            true => self.in_registers(f, r, params, first, &io)?.into_iter().map(Place::Value).collect(),
            false => self.in_memory(f, r, params, first, &io)?,
        };
        for (k, place) in last.into_iter().enumerate() {
            let v = f.get(place);
            self.define(f, e, outs[k], v)?;
        }
        for (slot, &(base, start, stride)) in sinks.iter().enumerate() {
            for t in 0..r.steps {
                let place = Place::Memory(base, start + stride * t as i32);
                e.places[outs[r.output(slot, t)] as usize] = Some(place);
            }
        }
        Ok(())
    }

    fn in_registers(
        &mut self,
        f: &mut Frame<'_, F>,
        r: &Rounds<F>,
        params: &[Place<F>],
        first: &[Place<F>],
        io: &Io<F>,
    ) -> Result<Vec<Value>> {
        let steps = f.integer(r.steps as i64);
        let mut start: Vec<Value> = first.iter().map(|&p| f.get(p)).collect();
        start.extend(io.moving.start(f));
        let mut last = f.rounds(steps, &start, |f, k, carried| {
            let (state, at) = carried.split_at(r.state);
            let mut inputs = params.to_vec();
            inputs.extend(state.iter().map(|&v| Place::Value(v)));
            inputs.extend(io.inputs(at));
            let mut sinks: Vec<Option<Sink>> = vec![None; r.state];
            sinks.extend(io.places.iter().map(|&(group, start)| Some((Base::At(at[group]), start))));
            let base = io.base(f, r, k);
            let made = self.body(f, &r.body, &inputs, base, &sinks)?;
            let mut next: smallvec::SmallVec<[Value; 8]> = made[..r.state].iter().map(|&p| f.get(p)).collect();
            next.extend(io.moving.next(f, at));
            Ok::<_, crate::error::Error>(next)
        })?;
        last.truncate(r.state);
        Ok(last)
    }
    fn in_memory(
        &mut self,
        f: &mut Frame<'_, F>,
        r: &Rounds<F>,
        params: &[Place<F>],
        first: &[Place<F>],
        io: &Io<F>,
    ) -> Result<Vec<Place<F>>> {
        let params = params.iter().map(|&p| self.settled(f, p)).collect::<Result<Vec<_>>>()?;
        let (state, own) = (self.reserve(r.state)?, self.reserve(r.inputs)?);
        let size = f.m.size;
        let state_at = |k: usize| (Base::Scratch, state + size * k as i32);
        for (k, &place) in first.iter().enumerate() {
            let v = f.get(place);
            f.put(v, state_at(k));
        }
        let memory = |(base, by): Sink| Place::Memory(base, by);
        let steps = f.integer(r.steps as i64);
        let start = io.moving.start(f);
        f.rounds(steps, &start, |f, k, at| {
            let mut inputs = params.clone();
            inputs.extend((0..r.state).map(|k| memory(state_at(k))));
            for (slot, place) in io.inputs(at).enumerate() {
                if !matches!(place, Place::Memory(Base::At(_), _)) {
                    inputs.push(place);
                    continue;
                }
                let (v, here) = (f.get(place), (Base::Scratch, own + size * slot as i32));
                f.put(v, here);
                inputs.push(memory(here));
            }
            let base = io.base(f, r, k);
            let made = self.body(f, &r.body, &inputs, base, &[])?;
            for (&(group, start), &place) in io.places.iter().zip(&made[r.state..]) {
                let v = f.get(place);
                f.put(v, (Base::At(at[group]), start));
            }
            // a state that becomes another is read before that one is written
            let (turned, moved): (Vec<_>, Vec<_>) = made[..r.state]
                .iter()
                .enumerate()
                .map(|(k, &place)| (place, state_at(k)))
                .partition(|(place, _)| (0..r.state).any(|k| same(place, &memory(state_at(k)))));
            let turned: Vec<_> = turned.into_iter().map(|(place, to)| (f.get(place), to)).collect();
            self.copy(f, &moved)?;
            turned.into_iter().for_each(|(v, to)| f.put(v, to));
            Ok::<_, crate::error::Error>(io.moving.next(f, at).into())
        })?;
        Ok((0..r.state).map(|k| memory(state_at(k))).collect())
    }

    /// Returns how a slot moves: in place where its numbers are evenly spaced in one memory, else gathered.
    fn view(&mut self, f: &mut Frame<'_, F>, all: &[Place<F>]) -> Result<View<F>> {
        let first = all[0];
        if all.iter().all(|p| same(p, &first)) {
            return Ok(View::Same(first));
        }
        if let (Place::Memory(base, start), Place::Memory(_, second)) = (first, all[1]) {
            let stride = second - start;
            let fits = |(t, p): (usize, &Place<F>)| {
                let here = i64::from(start) + t as i64 * i64::from(stride);
                matches!(*p, Place::Memory(b, at) if b == base && i64::from(at) == here)
            };
            if all.iter().enumerate().all(fits) {
                return Ok(View::Strided { base, start, stride });
            }
        }
        let (at, size) = (self.reserve(all.len())?, f.m.size);
        let sinks = (0..all.len()).map(|t| (Base::Scratch, at + size * t as i32));
        let moves: Vec<_> = all.iter().copied().zip(sinks).collect();
        self.copy(f, &moves)?;
        Ok(View::Strided { base: Base::Scratch, start: at, stride: size })
    }
    /// Returns where the outputs of the rounds go: straight to the outputs of the plan, where they lie evenly there.
    fn destinations(&mut self, e: &mut Emission<'_, F>, r: &Rounds<F>, outs: &[u32]) -> Result<Vec<(Base, i32, i32)>> {
        let size = self.m.size;
        let mut rest = vec![];
        let mut all = vec![(Base::Scratch, 0, 0); r.outputs];
        for (slot, destination) in all.iter_mut().enumerate() {
            let wire = |t: usize| outs[r.output(slot, t)];
            let sinks: Vec<_> = (0..r.steps).map_while(|t| e.sink(wire(t))).collect();
            let stride = if sinks.len() > 1 { sinks[1].1 - sinks[0].1 } else { size };
            let even = sinks.len() == r.steps
                && sinks.iter().enumerate().all(|(t, s)| *s == (sinks[0].0, sinks[0].1 + stride * t as i32))
                && !matches!(sinks[0].0, Base::At(_));
            if even {
                *destination = (sinks[0].0, sinks[0].1, stride);
                (0..r.steps).for_each(|t| e.is_stored(wire(t)));
            } else {
                rest.push(slot);
            }
        }
        let at = self.reserve(r.steps * rest.len())?;
        let stride = size * rest.len() as i32;
        for (k, slot) in rest.into_iter().enumerate() {
            all[slot] = (Base::Scratch, at + size * k as i32, stride);
        }
        Ok(all)
    }
    /// Copies numbers; evenly spaced ones by a loop.
    pub(super) fn copy(&mut self, f: &mut Frame<'_, F>, moves: &[(Place<F>, Sink)]) -> Result<()> {
        let mut rest = moves;
        while let Some(&(from, to)) = rest.first() {
            let (count, from_by, to_by) = run(rest);
            let (run, after) = rest.split_at(count);
            rest = after;
            let Place::Memory(base, by) = from else {
                let v = f.get(from);
                f.put(v, to);
                continue;
            };
            if count < SHORTEST_RUN {
                for &(from, to) in run {
                    let v = f.get(from);
                    f.put(v, to);
                }
                continue;
            }
            let (steps, start) = (f.integer(count as i64), [f.pointer(base, 0), f.pointer(to.0, 0)]);
            f.rounds(steps, &start, |f, _, at| {
                let v = f.get(Place::Memory(Base::At(at[0]), by));
                f.put(v, (Base::At(at[1]), to.1));
                let next = [f.pointer(Base::At(at[0]), from_by), f.pointer(Base::At(at[1]), to_by)];
                Ok::<_, crate::error::Error>(smallvec::SmallVec::from_slice(&next))
            })?;
        }
        Ok(())
    }
}

/// What the rounds read and make.
struct Io<F> {
    moving: Moving,
    grouped: Vec<(Option<usize>, Place<F>)>,
    places: Vec<(usize, i32)>,
    before: Option<Value>,
}
impl<F: Primitive> Io<F> {
    fn inputs(&self, at: &[Value]) -> impl Iterator<Item = Place<F>> {
        self.grouped.iter().map(|&(group, place)| match (group, place) {
            (Some(g), Place::Memory(_, start)) => Place::Memory(Base::At(at[g]), start),
            (_, place) => place,
        })
    }
    /// The number of guards before round `k`.
    fn base(&self, f: &mut Frame<'_, F>, r: &Rounds<F>, k: Value) -> Option<Value> {
        self.before.map(|before| {
            let passed = f.b.ins().imul_imm_s(k, r.body.guards as i64);
            f.b.ins().iadd(before, passed)
        })
    }
}

fn same<F: Primitive>(a: &Place<F>, b: &Place<F>) -> bool {
    match (a, b) {
        (Place::Const(a), Place::Const(b)) => Op::Const(*a) == Op::Const(*b),
        (Place::Value(a), Place::Value(b)) => a == b,
        (Place::Memory(a, i), Place::Memory(b, j)) => (a, i) == (b, j),
        _ => false,
    }
}
/// Returns how many of the first moves are evenly spaced, and the distances.
fn run<F: Primitive>(moves: &[(Place<F>, Sink)]) -> (usize, i64, i64) {
    let (Place::Memory(from, i), (to, j)) = moves[0] else { return (1, 0, 0) };
    let Some(&(Place::Memory(_, i2), (_, j2))) = moves.get(1) else { return (1, 0, 0) };
    let (di, dj) = (i64::from(i2) - i64::from(i), i64::from(j2) - i64::from(j));
    let fits = |(t, m): (i64, &(Place<F>, Sink))| {
        matches!(m.0, Place::Memory(b, a) if b == from && i64::from(a) == i64::from(i) + t * di)
            && m.1.0 == to
            && i64::from(m.1.1) == i64::from(j) + t * dj
    };
    ((0..).zip(moves).take_while(|&m| fits(m)).count(), di, dj)
}
