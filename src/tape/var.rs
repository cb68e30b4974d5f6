//! The variable of reverse mode.

use super::{
    arena::{RaggedKind, Recording},
    node::{LEAF, Node},
};
use crate::{
    error::Result,
    op::{Binary, INLINE, Unary, linearise, number},
    real::{Operation, Primitive, Real},
};
use core::marker::PhantomData;
use smallvec::SmallVec;

/// Up to so many arguments make a chain of nodes, three a node, which costs less than an entry in the arena.
const CHAINED: usize = 10;

/// A number that records how it was made, so that a sweep can carry a cotangent back to the inputs.
///
/// A variable is `Copy`. It holds its value and up to two (index, partial) pairs that have not been written to the tape
/// yet: chains of unary operations, products with constants, and sums over the same two entries record nothing. What
/// comes out as more than two pairs becomes one entry of up to four. Constants carry no pairs.
///
/// `'t` brands the recording. Variables of two recordings do not mix, and none escapes: both are compile errors. A
/// variable of an outer recording enters an inner one through [`lift`].
///
/// # Example
/// ```
/// use pullback::*;
/// let (y, g) = value_and_grad(|x| (1.0 - x[0]) * 2.0 * x[1].sin(), &[0.5, 0.0])?;
/// assert_eq!((y, g), (0.0, vec![0.0, 1.0]));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Var<'t, T = f64, F = f64> {
    pub(super) recording: Option<&'t Recording<'t, T>>,
    pub(super) value: T,
    pub(super) index: [u32; 2],
    pub(super) scale: [T; 2],
    pub(super) _primitive: PhantomData<F>,
}

impl<T: core::fmt::Debug, F> core::fmt::Debug for Var<'_, T, F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Var({:?})", self.value)
    }
}

/// Returns a value of the level below as a constant of this level.
///
/// It is the only way in: without it, mixing nesting levels is a type error.
///
/// # Example
/// ```
/// use pullback::*;
/// // d/da of (d/db of a·b³ at b) = 3b²
/// let inner = try_grad(|x| {
///     let a = x[0];
///     Ok(grad(|y| y[0].powi(3) * lift(a), &[x[1]])?[0])
/// }, &[5.0, 2.0])?;
/// assert_eq!(inner, [12.0, 60.0]);
/// # Ok::<(), Error>(())
/// ```
#[inline(always)]
pub fn lift<'t, F: Primitive, T: Real<F>>(x: T) -> Var<'t, T, F> {
    Var::constant(x)
}

impl<'t, F: Primitive, T: Real<F>> Var<'t, T, F> {
    /// Returns a value of the level below as a constant. See [`lift`].
    #[inline(always)]
    pub fn constant(value: T) -> Self {
        Var { recording: None, value, index: [0; 2], scale: [T::zero(); 2], _primitive: PhantomData }
    }
    /// Returns the value, a number of the level below.
    #[inline(always)]
    pub fn value(&self) -> T {
        self.value
    }
    /// Returns the same variable with an entry of its own, so that its cotangent can be read after a sweep.
    ///
    /// It is also worth a call on a variable that is made once and used very often: used in its lazy form, its two
    /// pairs are written again at each use.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let (bx, bm) = record(|t| {
    ///     let x = t.inputs(&[3.0]);
    ///     let m = (x[0] * 2.0).anchor();
    ///     let y = m * m;
    ///     Ok((t.grad(y, &x)?, t.grad(y, &[m])?))
    /// })?;
    /// assert_eq!((bx, bm), (vec![24.0], vec![12.0]));
    /// # Ok::<(), Error>(())
    /// ```
    #[inline]
    pub fn anchor(self) -> Self {
        match self.recording {
            Some(t) if !self.has_entry() => {
                let (i, d, zero) = (self.index, self.scale, T::zero());
                self.entry(t, self.value, Node { index: [i[0], i[1], 0, 0], partial: [d[0], d[1], zero, zero] })
            }
            _ => self,
        }
    }
    /// Says whether the variable is exactly one entry.
    pub(super) fn has_entry(&self) -> bool {
        self.index[0] != 0 && self.index[1] == 0 && (self.scale[0] - T::one()).vanishes()
    }
    /// Returns the variable of an entry.
    #[inline(always)]
    pub(super) fn at(t: &'t Recording<'t, T>, value: T, index: u32) -> Self {
        let scale = [T::one(), T::zero()];
        Var { recording: Some(t), value, index: [index, 0], scale, _primitive: PhantomData }
    }
    #[inline(always)]
    fn entry(self, t: &'t Recording<'t, T>, value: T, node: Node<T>) -> Self {
        Self::at(t, value, t.push(node))
    }
    /// Returns the variable `value` whose partial with respect to each of `args` is given: one entry.
    pub(super) fn combine<'a>(value: T, args: impl Iterator<Item = (&'a Self, T)> + Clone) -> Self
    where
        Self: 'a,
    {
        let Some(t) = args.clone().find_map(|(x, _)| x.recording) else { return Self::constant(value) };
        let many = args.size_hint().1.is_none_or(|most| most > CHAINED);
        let pairs = args.flat_map(|(x, p)| (0..2).map(move |k| (x.index[k], x.scale[k] * p)));
        let live = pairs.filter(|&(index, _)| index != 0);
        if many {
            let live: SmallVec<[(u32, T); 32]> = live.collect();
            let index = t.bump().alloc_slice_fill_iter(live.iter().map(|&(index, _)| index));
            let partial = t.bump().alloc_slice_fill_iter(live.iter().map(|&(_, partial)| partial));
            return Self::at(t, value, t.push_wide(index, partial));
        }
        let (mut node, mut filled) = (Node::of_kind(LEAF), 0);
        for (index, partial) in live {
            if filled == 4 {
                let before = t.push(node);
                node = Node::of_kind(LEAF);
                (node.index[0], node.partial[0], filled) = (before, T::one(), 1);
            }
            (node.index[filled], node.partial[filled]) = (index, partial);
            filled += 1;
        }
        Self::at(t, value, t.push(node))
    }
    /// As [`combine`](Self::combine), for arguments that are an array. Where each is a single pair, which is the rule,
    /// the entries are laid out without a count and without a copy.
    #[inline(always)]
    pub(super) fn combine_array<const N: usize>(value: T, x: &[Self; N], p: [T; N]) -> Self {
        let single = x.iter().fold(true, |all, x| all & (x.index[0] != 0) & (x.index[1] == 0));
        let Some(Some(t)) = x.first().map(|x| x.recording) else { return Self::combine(value, x.iter().zip(p)) };
        if !single {
            return Self::combine(value, x.iter().zip(p));
        }
        if N > CHAINED {
            let index = t.bump().alloc_slice_fill_with(N, |k| x[k].index[0]);
            let partial = t.bump().alloc_slice_fill_with(N, |k| x[k].scale[0] * p[k]);
            return Self::at(t, value, t.push_wide(index, partial));
        }
        Self::chained(t, value, N, |k| (x[k].index[0], x[k].scale[0] * p[k]))
    }
    /// Returns the variable of `n` pairs as a chain of nodes: four pairs, then the node before and three more.
    #[inline(always)]
    fn chained(t: &'t Recording<'t, T>, value: T, n: usize, pair: impl Fn(usize) -> (u32, T)) -> Self {
        let pair = |k: usize| if k < n { pair(k) } else { (0, T::zero()) };
        let node = |pairs: [(u32, T); 4]| Node { index: pairs.map(|(i, _)| i), partial: pairs.map(|(_, p)| p) };
        let mut last = t.push(node([pair(0), pair(1), pair(2), pair(3)]));
        let mut next = 4;
        while next < n {
            last = t.push(node([(last, T::one()), pair(next), pair(next + 1), pair(next + 2)]));
            next += 3;
        }
        Self::at(t, value, last)
    }

    #[inline(always)]
    fn level(&self) -> T {
        self.value
    }
    #[inline(always)]
    fn chain(self, t: &'t Recording<'t, T>, value: T, p: T) -> Self {
        self.settle(t, value, [self.scale[0] * p, self.scale[1] * p])
    }
    /// Returns the variable with another value and other scales. A scale that is not finite goes to the tape: there the
    /// zero test of the sweep guards it (rule B).
    #[inline(always)]
    fn settle(self, t: &'t Recording<'t, T>, value: T, d: [T; 2]) -> Self {
        let i = self.index;
        if d[0].both_finite(d[1]) {
            return Var { value, scale: d, ..self };
        }
        cold();
        self.entry(t, value, Node { index: [i[0], i[1], 0, 0], partial: [d[0], d[1], T::zero(), T::zero()] })
    }
    /// Returns the sum of two variables whose scales are `a` and `b`, under another value. The scales of a variable are
    /// finite; `NEW` says that these are not theirs.
    #[inline(always)]
    fn join<const NEW: bool>(self, o: Self, t: &'t Recording<'t, T>, value: T, a: [T; 2], b: [T; 2]) -> Self {
        let (i, j) = (self.index, o.index);
        if i == j {
            let d = [a[0] + b[0], a[1] + b[1]];
            if d[0].both_finite(d[1]) {
                return Var { value, scale: d, ..self };
            }
        } else if i[1] == 0 && j[1] == 0 && (!NEW || a[0].both_finite(b[0])) {
            return Var { value, index: [i[0], j[0]], scale: [a[0], b[0]], ..self };
        }
        self.entry(t, value, Node { index: [i[0], i[1], j[0], j[1]], partial: [a[0], a[1], b[0], b[1]] })
    }
    #[inline(always)]
    fn un<O: Unary>(self, op: O) -> Self {
        let value = op.eval(self.value);
        match self.recording {
            Some(t) if !O::FLAT => self.chain(t, value, op.partial(self.value, value)),
            _ => Self::constant(value),
        }
    }
    #[inline(always)]
    fn bin<O: Binary>(self, o: Self, op: O) -> Self {
        let value = op.eval(self.value, o.value);
        let partials = || op.partials(self.value, o.value, value);
        match (self.recording, o.recording) {
            (None, None) => Self::constant(value),
            (Some(_), None) if O::SIGN != 0 => Var { value, ..self },
            (None, Some(_)) if O::SIGN > 0 => Var { value, ..o },
            (None, Some(_)) if O::SIGN < 0 => Var { value, scale: [-o.scale[0], -o.scale[1]], ..o },
            (Some(t), None) => self.chain(t, value, partials()[0]),
            (None, Some(t)) => o.chain(t, value, partials()[1]),
            (Some(t), Some(_)) => {
                let (a, b) = (self.scale, o.scale);
                match O::SIGN {
                    0 => {
                        let [p, q] = partials();
                        self.join::<true>(o, t, value, [a[0] * p, a[1] * p], [b[0] * q, b[1] * q])
                    }
                    1 => self.join::<false>(o, t, value, a, b),
                    _ => self.join::<false>(o, t, value, a, [-b[0], -b[1]]),
                }
            }
        }
    }
    #[inline(always)]
    fn by<O: Binary>(self, o: F, op: O) -> Self {
        let value = op.eval_by(self.value, o);
        match (self.recording, op.slope_by(o)) {
            (None, _) => Self::constant(value),
            (Some(_), Some(_)) if O::SIGN != 0 => Var { value, ..self },
            (Some(t), Some(p)) => self.settle(t, value, [self.scale[0] * p, self.scale[1] * p]),
            (Some(_), None) => self.bin(Self::constant(T::lit(o)), op),
        }
    }
    #[inline(always)]
    fn fused(self, a: Self, b: Self) -> Self {
        Var { value: self.value.mul_add(a.value, b.value), ..self * a + b }
    }
    #[inline(always)]
    fn valued(self, value: T) -> Self {
        Var { value, ..self }
    }
    #[inline(always)]
    fn choose(c: Self, a: Self, b: Self) -> Self {
        match c.value.truth() {
            Some(true) => a,
            Some(false) => b,
            None => {
                let zero = T::zero();
                let value = T::select(c.value, a.value, b.value);
                let weights = [T::select(c.value, T::one(), zero), T::select(c.value, zero, T::one())];
                Self::combine(value, [&a, &b].into_iter().zip(weights))
            }
        }
    }
    fn apply_op<O: Operation<F>>(op: &O, x: &[Self]) -> Result<Self> {
        let first = x.first().map_or(0, |x| x.index[0]);
        let (mut single, mut follow) = (true, true);
        for (x, expected) in x.iter().zip(first..) {
            single &= (x.index[0] != 0) & (x.index[1] == 0);
            follow &= x.index[0] == expected;
        }
        match x.first().map(|x| x.recording) {
            Some(Some(t)) if single && x.len() <= CHAINED => {
                let (mut values, mut p) = ([T::zero(); CHAINED], [T::zero(); CHAINED]);
                values.iter_mut().zip(x).for_each(|(v, x)| *v = x.value);
                let y = T::linearise(op, &values[..x.len()], &mut p[..x.len()])?;
                Ok(Self::chained(t, y, x.len(), |k| (x[k].index[0], x[k].scale[0] * p[k])))
            }
            Some(Some(t)) if single => {
                // the partials are computed where they stay
                let values: SmallVec<[T; INLINE]> = x.iter().map(Self::level).collect();
                let partial = t.bump().alloc_slice_fill_copy(x.len(), T::zero());
                let y = T::linearise(op, &values, partial)?;
                partial.iter_mut().zip(x).for_each(|(p, x)| *p = x.scale[0] * *p);
                let kind = match follow {
                    true => RaggedKind::Run { first, partial },
                    false => {
                        RaggedKind::Wide { index: t.bump().alloc_slice_fill_with(x.len(), |k| x[k].index[0]), partial }
                    }
                };
                Ok(Self::at(t, y, t.push_ragged(kind)))
            }
            _ => {
                let (y, p) = linearise(op, x.iter().map(Self::level))?;
                Ok(Self::combine(y, x.iter().zip(p.iter().copied())))
            }
        }
    }
    #[inline(always)]
    fn is_zero_everywhere(&self) -> bool {
        self.recording.is_none() && self.value.vanishes()
    }
    #[inline(always)]
    fn is_finite_everywhere(&self) -> bool {
        self.value.all_finite()
    }
    #[inline(always)]
    fn rides_nothing(&self) -> bool {
        self.recording.is_none()
    }
}
number! {
    ['t, T: Real<F>, F: Primitive] Var<'t, T, F>, F;
    f64 ['t, T: Real<f64>] Var<'t, T, f64>;
    f32 ['t, T: Real<f32>] Var<'t, T, f32>;
}

/// Marks the branch that calls it as unlikely.
#[cold]
#[inline(never)]
fn cold() {}
