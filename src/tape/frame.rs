//! The scope of one recording: inputs, sweeps, segments.

use super::{
    arena::{Arena, Recording},
    node::{LEAF, Node},
    sweep,
    var::Var,
};
use crate::{
    error::{Error, Result, same_len},
    real::{Primitive, Real},
};
use alloc::vec::Vec;

/// A handle on the recording that is going on: makes inputs, runs sweeps.
///
/// It is handed to the closure of [`record`](crate::record); inside any other driver [`Var::frame`] returns it. What
/// leaves the closure must not mention the brand `'t`: numbers may, variables may not.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'t, T = f64>(pub(super) &'t Recording<'t, T>);

impl<'t, T> Frame<'t, T> {
    /// Returns the number of entries so far, inputs included.
    pub fn len(&self) -> usize {
        self.0.len() - 1
    }
    /// Says whether nothing has been recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Keeps a copy of `x` until the recording ends, for the residual of a [`custom`](crate::custom) entry.
    pub fn keep(&self, x: &[T]) -> &'t [T]
    where
        T: Copy,
    {
        self.0.bump().alloc_slice_copy(x)
    }
    /// Runs `f` in a recording of its own whose entries are dropped when it ends: the safe form of *mark* and *rewind*.
    ///
    /// No variable crosses the border, in either direction: what goes in is values ([`lift`](crate::lift)), what comes
    /// out is numbers.
    ///
    /// # Errors
    /// What `f` returns.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let entries = record(|t| {
    ///     let x = t.inputs(&[2.0]);
    ///     let slope = t.segment(|s| {
    ///         let x = s.inputs(&[x[0].value()]);
    ///         Ok(s.grad(x[0].sin() * x[0].cos() + x[0].exp() * x[0], &x)?[0])
    ///     })?;
    ///     assert!((slope - (4f64.cos() + 3.0 * 2f64.exp())).abs() < 1e-14);
    ///     Ok(t.len())
    /// })?;
    /// assert_eq!(entries, 1);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn segment<R>(&self, f: impl for<'s> FnOnce(Frame<'s, T>) -> Result<R>) -> Result<R> {
        self.0.segment(|inner| {
            let outcome = f(Frame(inner));
            inner.check().and(outcome)
        })
    }
}

/// Runs `f` in a fresh recording over `arena`.
pub(super) fn scope<'t, T: 't, R>(arena: &'t Arena<T>, f: impl for<'s> FnOnce(Frame<'s, T>) -> Result<R>) -> Result<R> {
    let recording = Recording::new(arena);
    let outcome = f(Frame(&recording));
    recording.check().and(outcome)
}

impl<'t, T> Frame<'t, T> {
    /// Returns variables for the inputs `x`.
    pub fn inputs<F: Primitive>(&self, x: &[T]) -> &'t [Var<'t, T, F>]
    where
        T: Real<F>,
    {
        let t = self.0;
        if t.is_untouched() {
            t.reserve_inputs(x.len());
            return t.bump().alloc_slice_fill_with(x.len(), |k| Var::at(t, x[k], k as u32 + 1));
        }
        t.bump().alloc_slice_fill_with(x.len(), |k| Var::at(t, x[k], t.push(Node::of_kind(LEAF))))
    }
    /// As [`inputs`](Self::inputs), for values that are made on the way.
    pub(crate) fn inputs_from<F: Primitive>(&self, x: impl ExactSizeIterator<Item = T>) -> &'t [Var<'t, T, F>]
    where
        T: Real<F>,
    {
        self.inputs(self.0.bump().alloc_slice_fill_iter(x))
    }
    /// Returns $\partial y / \partial x_k$ for each of `x`. They may be inputs, constants, or intermediates with an
    /// entry of their own ([`Var::anchor`]).
    ///
    /// # Errors
    /// [`Error::NoEntry`] where one of `x` is an intermediate that was not anchored; [`Error::TapeFull`]; what a custom
    /// pullback returns.
    pub fn grad<F: Primitive>(&self, y: Var<'t, T, F>, x: &[Var<'t, T, F>]) -> Result<Vec<T>>
    where
        T: Real<F>,
    {
        self.pull(&[y], &[T::one()], x)
    }
    /// Returns $\bar x = J^\top \bar y$: the cotangents of `x` from the cotangents `by` of `y`.
    ///
    /// # Errors
    /// As [`grad`](Self::grad), and [`Error::ShapeMismatch`] where `by` and `y` have different lengths.
    pub fn pull<F: Primitive>(&self, y: &[Var<'t, T, F>], by: &[T], x: &[Var<'t, T, F>]) -> Result<Vec<T>>
    where
        T: Real<F>,
    {
        let mut bx = alloc::vec![T::zero(); x.len()];
        self.pull_into(y, by, x, &mut bx)?;
        Ok(bx)
    }
    /// Writes what [`pull`](Self::pull) returns to `bx`.
    ///
    /// # Errors
    /// As [`pull`](Self::pull), and [`Error::ShapeMismatch`] where `bx` and `x` have different lengths.
    pub fn pull_into<F: Primitive>(
        &self,
        y: &[Var<'t, T, F>],
        by: &[T],
        x: &[Var<'t, T, F>],
        bx: &mut [T],
    ) -> Result<()>
    where
        T: Real<F>,
    {
        same_len("pull", y.len(), by.len())?;
        same_len("pull", x.len(), bx.len())?;
        entries_only(x)?;
        self.0.sweep::<F, _, 1>(
            |adjoints| y.iter().zip(by).for_each(|(y, &b)| sweep::seed(y.index, y.scale, [b], adjoints)),
            |adjoints| bx.iter_mut().zip(x).for_each(|(bx, x)| *bx = adjoints[x.index[0] as usize]),
        )
    }
    /// Hands $\partial y / \partial x_k$ for the first `n` entries to `read`: for a recording that starts with its inputs,
    /// where nothing need be looked up.
    #[inline]
    pub(crate) fn pull_first<F: Primitive>(&self, y: Var<'t, T, F>, n: usize, read: impl FnOnce(&[T])) -> Result<()>
    where
        T: Real<F>,
    {
        self.0.sweep_first::<F>(n, |adjoints| sweep::seed(y.index, y.scale, [T::one()], adjoints), read)
    }
    /// Pulls `L` cotangents in one sweep: `by` holds, for each output, its cotangent in each lane.
    ///
    /// # Cost
    /// Four lanes cost about 1.5 sweeps.
    ///
    /// # Errors
    /// As [`pull`](Self::pull).
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let rows = record(|t| {
    ///     let x = t.inputs(&[3.0, 5.0]);
    ///     t.pull_lanes(&[x[0] * x[1], x[0] - x[1]], &[[1.0, 0.0], [0.0, 1.0]], &x)
    /// })?;
    /// assert_eq!(rows, [[5.0, 1.0], [3.0, -1.0]]); // bx[input][lane]
    /// # Ok::<(), Error>(())
    /// ```
    pub fn pull_lanes<F: Primitive, const L: usize>(
        &self,
        y: &[Var<'t, T, F>],
        by: &[[T; L]],
        x: &[Var<'t, T, F>],
    ) -> Result<Vec<[T; L]>>
    where
        T: Real<F>,
    {
        let mut bx = Vec::with_capacity(x.len());
        self.pull_each(y, by, x, |_, lanes| bx.push(lanes))?;
        Ok(bx)
    }
    /// As [`pull_lanes`](Self::pull_lanes), handing each input's number and cotangents to `read`, in order.
    pub(crate) fn pull_each<F: Primitive, const L: usize>(
        &self,
        y: &[Var<'t, T, F>],
        by: &[[T; L]],
        x: &[Var<'t, T, F>],
        mut read: impl FnMut(usize, [T; L]),
    ) -> Result<()>
    where
        T: Real<F>,
    {
        const { assert!(L > 0, "at least one lane") };
        same_len("pull", y.len(), by.len())?;
        entries_only(x)?;
        self.0.sweep::<F, _, L>(
            |adjoints| y.iter().zip(by).for_each(|(y, &b)| sweep::seed(y.index, y.scale, b, adjoints)),
            |adjoints| {
                for (k, x) in x.iter().enumerate() {
                    let at = x.index[0] as usize * L;
                    read(k, core::array::from_fn(|lane| adjoints[at + lane]));
                }
            },
        )
    }
    /// Returns room for `n` variables, zeros at first.
    pub(crate) fn constants<F: Primitive>(&self, n: usize) -> &'t mut [Var<'t, T, F>]
    where
        T: Real<F>,
    {
        self.0.bump().alloc_slice_fill_copy(n, Var::constant(T::zero()))
    }
}

impl<'t, T: Copy, F> Var<'t, T, F> {
    /// Returns the recording that this variable belongs to, or `None` for a constant.
    pub fn frame(&self) -> Option<Frame<'t, T>> {
        self.recording.map(Frame)
    }
}

fn entries_only<F: Primitive, T: Real<F>>(x: &[Var<'_, T, F>]) -> Result<()> {
    match x.iter().position(|x| x.recording.is_some() && !x.has_entry()) {
        Some(argument) => Err(Error::NoEntry { op: "pull", argument }),
        None => Ok(()),
    }
}
