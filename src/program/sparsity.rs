//! Which output can depend on which input.

use super::{Op, Program};
use crate::{
    diagram::{Args, Functor, Generator},
    error::Result,
    real::Primitive,
};
use alloc::{rc::Rc, vec::Vec};

/// The places where a Jacobian can differ from zero: for each output the inputs it depends on, in order.
pub type Sparsity = Vec<Vec<usize>>;

impl<F: Primitive> Program<F> {
    /// Returns the sparsity pattern of the Jacobian, for every point of this branch.
    ///
    /// Operations with derivative zero (`floor`, `signum`, [`stop_gradient`](crate::Real::stop_gradient), comparisons)
    /// pass nothing on. Values are not looked at: `x * 0.0` counts as a dependence until it is simplified away.
    ///
    /// # Errors
    /// The program's own fault.
    ///
    /// # Cost
    /// One union of sorted sets a box.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record_many(|x| Ok(vec![x[0] * x[2], x[1].floor(), x[1] + x[2]]), &[1.0, 2.0, 3.0])?;
    /// assert_eq!(p.sparsity()?, [vec![0, 2], vec![], vec![1, 2]]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn sparsity(&self) -> Result<Sparsity> {
        let inputs = (0..self.arity().0).map(|k| Rc::from([k]));
        Ok(self.walk(&mut Dependence, inputs)?.iter().map(|s| s.to_vec()).collect())
    }
}

/// A wire becomes the inputs that it depends on.
struct Dependence;
type Set = Rc<[usize]>;
impl<F: Primitive> Functor<Op<F>> for Dependence {
    type Wire = Set;
    fn apply(&mut self, _site: usize, op: &Op<F>, x: Args<'_, Set>, out: &mut Vec<Set>) -> Result<()> {
        let all = |x: &mut dyn Iterator<Item = &Set>| x.fold(Set::from([]), |a, b| union(&a, b));
        out.push(match op {
            Op::Const(_) | Op::Stop | Op::Indicator(_) => Set::from([]),
            Op::Guard { .. } => return Ok(()),
            Op::Un(u) if u.is_flat() => Set::from([]),
            Op::Select => union(&x[1], &x[2]), // the condition does not move
            Op::Scan(s) => {
                // every state of a loop may reach every other: run it to the end
                return s.run(x, out, |body, x| body.walk(self, x.iter().cloned()));
            }
            Op::Un(_) | Op::Bin(_) | Op::Times | Op::MulAdd | Op::Max | Op::Min | Op::Call(_) => all(&mut x.iter()),
        });
        debug_assert_eq!(op.arity().1, 1);
        Ok(())
    }
}
fn union(a: &Set, b: &Set) -> Set {
    if a.is_empty() || Rc::ptr_eq(a, b) {
        return b.clone();
    }
    if b.is_empty() {
        return a.clone();
    }
    let mut all: Vec<usize> = a.iter().chain(b.iter()).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}
