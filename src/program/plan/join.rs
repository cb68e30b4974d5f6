//! Loops that visit the same states become one: the reverse of a loop runs it again to see its states on the way.

use crate::{
    diagram::{Diagram, Few, Shared, Wire},
    error::Result,
    program::{Op, Program, Scan},
    real::Primitive,
};
use alloc::{sync::Arc, vec, vec::Vec};

/// Returns the program in which a loop that reads what an earlier one reads, and whose states take the same values, is
/// a part of that earlier one.
pub(super) fn joined<F: Primitive>(p: &Program<F>) -> Result<Program<F>> {
    let mut groups: Vec<Group<F>> = vec![];
    let mut of = vec![None; p.len()];
    for b in p.boxes() {
        if let Op::Scan(s) = b.generator {
            let body = joined(s.body())?;
            let found = groups.iter_mut().position(|g| g.args == b.args && g.take(&body, s));
            let group = found.unwrap_or_else(|| {
                groups.push(Group::new(b.args, body, s));
                groups.len() - 1
            });
            of[b.site] = Some((group, groups[group].offsets.len() - 1));
        }
    }
    let loops = groups.iter().map(Group::scan).collect::<Result<Vec<_>>>()?;
    let mut made: Vec<Few<Wire>> = vec![Few::new(); groups.len()];
    let (mut d, mut on) = Diagram::open(p.arity().0);
    for b in p.boxes() {
        let args: Few<Wire> = b.args.iter().map(|w| on[w.index()]).collect();
        let Some((group, member)) = of[b.site] else {
            on.extend(d.push(b.generator.clone(), &args));
            continue;
        };
        if member == 0 {
            made[group] = d.push(Op::Scan(loops[group].clone()), &args);
        }
        on.extend(groups[group].outputs(member, &made[group]));
    }
    let outputs = p.outputs().iter().map(|w| on[w.index()]).collect();
    let d = d.close(outputs);
    d.validate().map(|()| d)
}

/// Loops over the same arguments whose states agree.
struct Group<'a, F> {
    args: &'a [Wire],
    scan: &'a Scan<F>,
    /// The bodies together.
    body: Program<F>,
    /// Where the outputs of each member start, and how many there are.
    offsets: Vec<(usize, usize)>,
}
impl<'a, F: Primitive> Group<'a, F> {
    fn new(args: &'a [Wire], body: Program<F>, scan: &'a Scan<F>) -> Self {
        Group { args, scan, body, offsets: vec![(0, scan.per_step().1)] }
    }
    /// Takes another loop in, if its states are those of this one. Guards count, so a loop with guards stays.
    fn take(&mut self, body: &Program<F>, s: &Scan<F>) -> bool {
        let state = s.shape().state;
        let apart = s.shape() != self.scan.shape() || body.arity().0 != self.body.arity().0;
        if apart || has_guards(body) || has_guards(&self.body) {
            return false;
        }
        let (mut shared, x) = Shared::open(body.arity().0);
        let walks = [&self.body, body].map(|b| b.walk(&mut shared, x.iter().copied()));
        let [Ok(mut mine), Ok(theirs)] = walks else { return false };
        if mine[..state] != theirs[..state] {
            return false;
        }
        self.offsets.push((mine.len() - state, theirs.len() - state));
        mine.extend_from_slice(&theirs[state..]);
        self.body = shared.close(mine);
        true
    }
    fn scan(&self) -> Result<Arc<Scan<F>>> {
        Ok(Arc::new(Scan::new(self.body.clone(), self.scan.shape())?))
    }
    /// Returns the wires of one member among those of all.
    fn outputs(&self, member: usize, made: &[Wire]) -> impl Iterator<Item = Wire> {
        let (state, steps) = (self.scan.shape().state, self.scan.shape().steps);
        let ((at, count), all) = (self.offsets[member], self.body.arity().1 - state);
        let rounds = (0..steps).flat_map(move |t| (0..count).map(move |k| state + t * all + at + k));
        (0..state).chain(rounds).map(|k| made[k])
    }
}
/// Says whether running the program compares anything.
fn has_guards<F: Primitive>(p: &Program<F>) -> bool {
    p.boxes().any(|b| match b.generator {
        Op::Guard { .. } => true,
        Op::Call(c) => has_guards(c.value()),
        Op::Scan(s) => has_guards(s.body()),
        _ => false,
    })
}
