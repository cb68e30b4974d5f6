//! A program over many points at once: each operation is decoded once for `L` points.

use super::{
    Op, Program,
    plan::Count,
    schedule::{Code, Ins, Loop, Step},
    vector::{self, Kernel, Scalar, dispatch, each, each_within},
};
use crate::{
    error::{Error, Result, same_len},
    op::{Bin, Relation, Un},
};
use alloc::{vec, vec::Vec};

/// A program made ready for `L` points in step. Made by [`Program::lanes`].
///
/// Its memory is kept: a second call allocates nothing where it writes into a buffer of yours.
#[derive(Clone, Debug)]
pub struct Lanes<const L: usize> {
    code: Code,
    slots: Vec<[f64; L]>,
    arity: (usize, usize),
    /// Every function is that of the standard library.
    exact: bool,
}

impl Program<f64> {
    /// Returns the program ready for `L` points at a time; 8 to 32 are good.
    ///
    /// # Numbers
    /// Arithmetic is that of [`eval`](Self::eval) bit for bit. `exp`, `exp2`, `exp_m1`, `ln`, `ln_1p`, `sin`, `cos`,
    /// `tanh`, `sinh`, `cosh`, `atan`, `sigmoid` and `softplus` are vector functions within 2 units in the last place of
    /// the true value, which depend on the machine in their last bits; [`Lanes::exact`] uses the standard library's.
    ///
    /// # Errors
    /// The program's own fault.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let slope = Program::record(|x| x[0] * x[0], &[1.0])?.gradient()?;
    /// let ys = slope.lanes::<8>()?.eval_many(&[[0.0], [0.75], [-3.0]])?;
    /// assert_eq!(ys, [[0.0], [1.5], [-6.0]]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn lanes<const L: usize>(&self) -> Result<Lanes<L>> {
        let code = Code::of(self)?;
        let slots = vec![[0.0; L]; code.all_slots()];
        Ok(Lanes { code, slots, arity: self.arity(), exact: false })
    }
}

impl<const L: usize> Lanes<L> {
    /// Returns the same with the functions of the standard library, lane after lane: the bits of [`Program::eval`].
    #[must_use]
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }
    /// Returns the outputs at every point.
    ///
    /// # Errors
    /// [`Error::BranchChanged`] where a point takes another branch, [`Error::ShapeMismatch`] for a point of another
    /// length.
    pub fn eval_many<X: AsRef<[f64]>>(&mut self, points: &[X]) -> Result<Vec<Vec<f64>>> {
        let (n, m) = self.arity;
        points.iter().try_for_each(|x| same_len("eval_many", n, x.as_ref().len()))?;
        let flat: Vec<f64> = points.iter().flat_map(|x| x.as_ref()).copied().collect();
        let mut y = vec![0.0; m * points.len()];
        self.run(&[], &flat, points.len(), |k, lane, outputs| {
            (0..m).for_each(|j| y[k * m + j] = outputs.at(j)[lane]);
        })?;
        Ok((0..points.len()).map(|k| y[k * m..(k + 1) * m].to_vec()).collect())
    }
    /// Writes the outputs at every point to `y`, point after point; `x` holds the points one after another.
    ///
    /// # Errors
    /// As [`eval_many`](Self::eval_many); no point where the program has no inputs.
    pub fn eval_many_into(&mut self, x: &[f64], y: &mut [f64]) -> Result<()> {
        let (n, m) = self.arity;
        let points = x.len() / n.max(1);
        same_len("eval_many_into", points * n, x.len())?;
        same_len("eval_many_into", points * m, y.len())?;
        self.run(&[], x, points, |k, lane, outputs| {
            (0..m).for_each(|j| y[k * m + j] = outputs.at(j)[lane]);
        })
    }
    /// Writes the sum of the outputs over all points to `y`. The first inputs are `shared` by all points, `x` holds the
    /// others, point after point: a loss over data, or its gradient.
    ///
    /// Each lane sums its own points; the lanes are added last. So the sum differs from one in order by rounding.
    ///
    /// # Errors
    /// As [`eval_many`](Self::eval_many).
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// // Σ (a·x − y)² and its slope in a
    /// let item = Program::record(|v| (v[0] * v[1] - v[2]).powi(2), &[1.0, 1.0, 1.0])?;
    /// let both = item.value_and_gradient()?.project([0, 1]);
    /// let mut sum = [0.0; 2];
    /// both.lanes::<8>()?.sum_many_into(&[2.0], &[1.0, 2.0, 2.0, 4.5, 3.0, 6.0], &mut sum)?;
    /// assert_eq!(sum, [0.25, -2.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn sum_many_into(&mut self, shared: &[f64], x: &[f64], y: &mut [f64]) -> Result<()> {
        let (n, m) = self.arity;
        same_len("sum_many_into", m, y.len())?;
        let own = n.checked_sub(shared.len()).filter(|&own| own > 0);
        let Some(own) = own else {
            return Err(Error::ShapeMismatch {
                op: "sum_many_into",
                expected: vec![n.saturating_sub(1)],
                found: vec![shared.len()],
            });
        };
        let points = x.len() / own;
        same_len("sum_many_into", points * own, x.len())?;
        let mut sums = vec![[0.0; L]; m];
        self.run_blocks(shared, x, points, |_, live, outputs| {
            for (j, sum) in sums.iter_mut().enumerate() {
                let row = outputs.at(j);
                match live == L {
                    true => (0..L).for_each(|lane| sum[lane] += row[lane]),
                    false => (0..live).for_each(|lane| sum[lane] += row[lane]),
                }
            }
        })?;
        y.iter_mut().zip(&sums).for_each(|(y, sum)| *y = sum.iter().sum());
        Ok(())
    }

    fn run(
        &mut self,
        shared: &[f64],
        x: &[f64],
        points: usize,
        mut take: impl FnMut(usize, usize, Outputs<'_, L>),
    ) -> Result<()> {
        self.run_blocks(shared, x, points, |first, live, outputs| {
            (0..live).for_each(|lane| take(first + lane, lane, outputs));
        })
    }
    /// Runs blocks of `L` points. The last is filled up with its last point.
    fn run_blocks(
        &mut self,
        shared: &[f64],
        x: &[f64],
        points: usize,
        mut take: impl FnMut(usize, usize, Outputs<'_, L>),
    ) -> Result<()> {
        if L == 0 {
            return Err(Error::ShapeMismatch { op: "lanes", expected: vec![1], found: vec![0] });
        }
        let own = self.arity.0 - shared.len();
        self.code.load_constants(&mut self.slots);
        for first in (0..points).step_by(L) {
            let live = L.min(points - first);
            for (slot, &c) in self.slots.iter_mut().zip(shared) {
                *slot = [c; L];
            }
            for (j, slot) in self.slots[shared.len()..].iter_mut().take(own).enumerate() {
                for (lane, to) in slot.iter_mut().enumerate() {
                    *to = x[(first + lane.min(live - 1)) * own + j];
                }
            }
            dispatch(Block { code: &self.code, slots: &mut self.slots, base: 0, exact: self.exact })?;
            take(first, live, Outputs { slots: &self.slots, at: self.code.outputs() });
        }
        Ok(())
    }
}

/// The outputs of a block.
#[derive(Clone, Copy)]
struct Outputs<'a, const L: usize> {
    slots: &'a [[f64; L]],
    at: &'a [u32],
}
impl<'a, const L: usize> Outputs<'a, L> {
    fn at(self, j: usize) -> &'a [f64; L] {
        &self.slots[self.at[j] as usize]
    }
}

/// One block of points, compiled for several sets of instructions.
struct Block<'a, const L: usize> {
    code: &'a Code,
    slots: &'a mut [[f64; L]],
    /// How many guards ran before.
    base: usize,
    exact: bool,
}
impl<const L: usize> Kernel for Block<'_, L> {
    type Output = Result<()>;
    #[inline(always)]
    fn run<const FUSED: bool>(self) -> Result<()> {
        run_code::<FUSED, L>(self.code, self.slots, self.base, self.exact)
    }
}

/// Runs code; `base` guards ran before it.
#[inline(always)]
fn run_code<const FUSED: bool, const L: usize>(
    code: &Code,
    slots: &mut [[f64; L]],
    base: usize,
    exact: bool,
) -> Result<()> {
    for step in code.steps() {
        match step {
            Step::Do(ins) => {
                let y = instruction::<FUSED, L>(ins, slots, exact);
                slots[ins.to as usize] = y;
            }
            Step::Guard { relation, holds, count, args } => {
                let [a, b] = args.map(|s| slots[s as usize]);
                pass(*relation, *holds, number(*count, base), &a, &b)?;
            }
            Step::Loop(l) => run_loop(l, code.slots(), slots, base, exact)?,
        }
    }
    Ok(())
}
/// Returns the number of a guard, as the interpreter counts them.
#[inline(always)]
fn number(count: Count, base: usize) -> usize {
    count.before + if count.afresh { 0 } else { base }
}
fn run_loop<const L: usize>(l: &Loop, own: usize, slots: &mut [[f64; L]], base: usize, exact: bool) -> Result<()> {
    let (outer, inner) = slots.split_at_mut(own);
    let (inner, state) = inner.split_at_mut(l.body.all_slots());
    let (kept, made) = (l.params + l.state, l.body.outputs());
    l.body.load_constants(inner);
    gather(state, outer, &l.args[l.params..kept]);
    for round in 0..l.steps {
        let t = if l.backwards { l.steps - 1 - round } else { round };
        gather(inner, outer, &l.args[..l.params]);
        inner[l.params..kept].copy_from_slice(&state[..l.state]);
        gather(&mut inner[kept..], outer, &l.args[kept + t * l.inputs..][..l.inputs]);
        let base = number(l.count, base) + round * l.body.guards();
        // a function that calls itself cannot be inlined, so the body chooses its instructions again
        dispatch(Block { code: &l.body, slots: inner, base, exact })?;
        gather(state, inner, &made[..l.state]);
        for (&to, &from) in l.outs[l.state + t * l.outputs..].iter().zip(&made[l.state..]) {
            outer[to as usize] = inner[from as usize];
        }
    }
    l.outs.iter().zip(&state[..l.state]).for_each(|(&to, s)| outer[to as usize] = *s);
    Ok(())
}
fn gather<const L: usize>(to: &mut [[f64; L]], from: &[[f64; L]], at: &[u32]) {
    to.iter_mut().zip(at).for_each(|(to, &k)| *to = from[k as usize]);
}

fn pass<const L: usize>(relation: Relation, recorded: bool, guard: usize, a: &[f64; L], b: &[f64; L]) -> Result<()> {
    match (0..L).find(|&k| relation.holds(&a[k], &b[k]) != recorded) {
        None => Ok(()),
        Some(k) => Err(Error::BranchChanged { guard, relation: relation.name(), recorded, at: [a[k], b[k]] }),
    }
}

/// Returns what one operation makes of `L` points.
#[inline(always)]
fn instruction<const FUSED: bool, const L: usize>(ins: &Ins, slots: &[[f64; L]], exact: bool) -> [f64; L] {
    let [a, b, c] = ins.args.map(|s| &slots[s as usize]);
    let two = |f: fn(f64, f64) -> f64| -> [f64; L] { core::array::from_fn(|k| f(a[k], b[k])) };
    match &ins.op {
        Op::Bin(Bin::Add) => zip(a, b, |a, b| a + b),
        Op::Bin(Bin::Sub) => zip(a, b, |a, b| a - b),
        Op::Bin(Bin::Mul) => zip(a, b, |a, b| a * b),
        Op::Bin(Bin::Div) => zip(a, b, |a, b| a / b),
        Op::Times => zip(a, b, |p, d| if d == 0.0 { 0.0 } else { p * d }),
        Op::MulAdd => core::array::from_fn(|k| {
            if FUSED { num_traits::Float::mul_add(a[k], b[k], c[k]) } else { fused(a[k], b[k], c[k]) }
        }),
        Op::Max => two(f64::max),
        Op::Min => two(f64::min),
        Op::Indicator(Relation::Less) => zip(a, b, |a, b| if a < b { 1.0 } else { 0.0 }),
        Op::Indicator(Relation::LessOrEqual) => zip(a, b, |a, b| if a <= b { 1.0 } else { 0.0 }),
        Op::Indicator(Relation::Equal) => zip(a, b, |a, b| if a == b { 1.0 } else { 0.0 }),
        Op::Select => core::array::from_fn(|k| if a[k] != 0.0 { b[k] } else { c[k] }),
        Op::Un(u) => unary::<FUSED, L>(*u, a, exact),
        Op::Bin(other) => {
            let mut y = [0.0; L];
            each_pair(*other, a, b, &mut y);
            y
        }
        // the scheduler leaves no other operation
        Op::Const(_) | Op::Stop | Op::Guard { .. } | Op::Call(_) | Op::Scan(_) => *a,
    }
}
#[inline(always)]
fn zip<const L: usize>(a: &[f64; L], b: &[f64; L], f: impl Fn(f64, f64) -> f64) -> [f64; L] {
    let mut y = [0.0; L];
    for k in 0..L {
        y[k] = f(a[k], b[k]);
    }
    y
}
#[inline(always)]
fn unary<const FUSED: bool, const L: usize>(u: Un, x: &[f64; L], exact: bool) -> [f64; L] {
    match u {
        Un::Neg => x.map(|x| -x),
        Un::Abs => x.map(f64::abs),
        Un::Sqrt => x.map(num_traits::Float::sqrt),
        Un::Recip => x.map(|x| 1.0 / x),
        Un::Powi(2) => x.map(|x| x * x),
        _ if exact => one_by_one(u, x),
        Un::Exp => each(x, vector::exp::<Scalar<FUSED>>),
        Un::Exp2 => each(x, vector::exp2::<Scalar<FUSED>>),
        Un::ExpM1 => each(x, vector::exp_m1::<Scalar<FUSED>>),
        Un::Ln => each(x, vector::ln::<Scalar<FUSED>>),
        Un::Ln1p => each(x, vector::ln_1p::<Scalar<FUSED>>),
        Un::Sin => each_within(vector::CIRCULAR_LIMIT, x, vector::sin::<Scalar<FUSED>>, num_traits::Float::sin),
        Un::Cos => each_within(vector::CIRCULAR_LIMIT, x, vector::cos::<Scalar<FUSED>>, num_traits::Float::cos),
        Un::Tanh => each(x, vector::tanh::<Scalar<FUSED>>),
        Un::Sinh => each(x, vector::sinh::<Scalar<FUSED>>),
        Un::Cosh => each(x, vector::cosh::<Scalar<FUSED>>),
        Un::Atan => each(x, vector::atan::<Scalar<FUSED>>),
        Un::Sigmoid => each(x, vector::sigmoid::<Scalar<FUSED>>),
        Un::Softplus => each(x, vector::softplus::<Scalar<FUSED>>),
        other => one_by_one(other, x),
    }
}
fn one_by_one<const L: usize>(u: Un, x: &[f64; L]) -> [f64; L] {
    x.map(|x| u.eval::<f64, f64>(x))
}
#[inline(never)]
fn each_pair(b: Bin, x: &[f64], y: &[f64], to: &mut [f64]) {
    for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) {
        *to = b.eval::<f64, f64>(x, y);
    }
}
#[inline(never)]
fn fused(a: f64, b: f64, c: f64) -> f64 {
    num_traits::Float::mul_add(a, b, c)
}
