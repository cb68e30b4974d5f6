//! The two walks.

use super::{Diagram, Few, Generator, Placed, Wire};
use crate::error::{Error, Result, same_len};
use alloc::{vec, vec::Vec};

/// An interpretation of diagrams: what a wire becomes, and what each box does.
///
/// # Example
/// The depth of a circuit: a wire becomes the number of boxes before it.
/// ```
/// use pullback::{category::{Circuit, Polynomial, Z2}, diagram::{Args, Functor}, Result};
/// struct Depth;
/// impl<G> Functor<G> for Depth {
///     type Wire = usize;
///     fn apply(&mut self, _site: usize, _box: &G, args: Args<'_, usize>, out: &mut Vec<usize>) -> Result<()> {
///         out.push(1 + args.iter().max().unwrap_or(&0));
///         Ok(())
///     }
/// }
/// let square = Circuit::<Z2>::copy(1) >> Circuit::generator(Polynomial::Mul);
/// assert_eq!((square.clone() >> square).walk(&mut Depth, [0])?, [2]);
/// # Ok::<(), pullback::Error>(())
/// ```
pub trait Functor<G> {
    /// What a wire becomes.
    type Wire: Clone;
    /// Appends to `out` what the output wires of the box become.
    ///
    /// # Errors
    /// Whatever makes the box meaningless there; the walk stops.
    fn apply(&mut self, site: usize, g: &G, args: Args<'_, Self::Wire>, out: &mut Vec<Self::Wire>) -> Result<()>;
}

/// What rides on the input wires of a box, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a, W> {
    on: &'a [W],
    at: &'a [Wire],
}
impl<'a, W> Args<'a, W> {
    /// Returns the number of input wires.
    pub fn len(&self) -> usize {
        self.at.len()
    }
    /// Says whether the box reads nothing.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
    /// Returns what rides on each input wire.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'a W> {
        self.at.iter().map(move |w| &self.on[w.index()])
    }
    /// Returns the input wires themselves.
    pub fn wires(self) -> &'a [Wire] {
        self.at
    }
}
impl<W> core::ops::Index<usize> for Args<'_, W> {
    type Output = W;
    #[inline(always)]
    fn index(&self, i: usize) -> &W {
        &self.on[self.at[i].index()]
    }
}

/// An interpretation in lenses: forward keeps a residual at each box, backward spends it.
///
/// Backward, copying becomes [`merge`](Self::merge) and discarding becomes nothing: `None` is the zero of `Back`.
pub trait LensFunctor<G> {
    /// What rides forward.
    type Fwd: Clone;
    /// What rides backward.
    type Back: Clone;
    /// What a box keeps.
    type Res;
    /// Appends to `out` what leaves the box, and returns what it keeps.
    ///
    /// # Errors
    /// Whatever makes the box meaningless there.
    fn fwd(&mut self, site: usize, g: &G, args: Args<'_, Self::Fwd>, out: &mut Vec<Self::Fwd>) -> Result<Self::Res>;
    /// Returns what goes back on each input wire, given what came back on each output wire.
    ///
    /// # Errors
    /// A box without a derivative, and whatever else has no answer.
    fn bwd(
        &mut self,
        site: usize,
        g: &G,
        kept: Self::Res,
        by: &[Option<Self::Back>],
    ) -> Result<Few<Option<Self::Back>>>;
    /// Joins what came back from two uses of one wire.
    ///
    /// # Errors
    /// Two changes that cannot be added, for instance of different shapes.
    fn merge(&mut self, a: Self::Back, b: Self::Back) -> Result<Self::Back>;
}

/// What rides on the outputs after the forward half, and what each box keeps.
pub type Swept<Fwd, Res> = (Vec<Fwd>, Vec<Res>);

/// The forward half of a lens functor is a functor; its residuals are kept in order.
struct Keeping<'l, L, R>(&'l mut L, Vec<R>);
impl<G, L: LensFunctor<G>> Functor<G> for Keeping<'_, L, L::Res> {
    type Wire = L::Fwd;
    fn apply(&mut self, site: usize, g: &G, args: Args<'_, L::Fwd>, out: &mut Vec<L::Fwd>) -> Result<()> {
        let kept = self.0.fwd(site, g, args, out)?;
        self.1.push(kept);
        Ok(())
    }
}

impl<G: Generator> Diagram<G> {
    /// Interprets the diagram by `f`, with `x` on its inputs, and returns what rides on its outputs.
    ///
    /// # Errors
    /// The diagram's own fault, [`Error::ShapeMismatch`] where `x` has another length, [`Error::Miswired`] where `f`
    /// makes another number of wires than the box has, and what `f` returns.
    pub fn walk<F: Functor<G>>(&self, f: &mut F, x: impl IntoIterator<Item = F::Wire>) -> Result<Vec<F::Wire>> {
        let mut on = Vec::new();
        self.walk_in(f, x, &mut on)?;
        Ok(self.outputs.iter().map(|w| on[w.index()].clone()).collect())
    }
    /// [`walk`](Self::walk) that leaves what rides on *every* wire in `on`, whose memory is used again.
    ///
    /// # Errors
    /// As `walk`.
    pub fn walk_in<F: Functor<G>>(
        &self,
        f: &mut F,
        x: impl IntoIterator<Item = F::Wire>,
        on: &mut Vec<F::Wire>,
    ) -> Result<()> {
        self.run(f, x, on, |_, _| ())
    }
    /// Every walk; `after` is told of each box when it has run.
    fn run<F: Functor<G>>(
        &self,
        f: &mut F,
        x: impl IntoIterator<Item = F::Wire>,
        on: &mut Vec<F::Wire>,
        mut after: impl FnMut(&Placed<'_, G>, &mut [F::Wire]),
    ) -> Result<()> {
        self.validate()?;
        on.clear();
        on.extend(x);
        same_len("inputs", self.arity().0, on.len())?;
        on.reserve_exact(self.wires() - on.len());
        let mut made = Vec::with_capacity(2);
        for b in self.boxes() {
            f.apply(b.site, b.generator, Args { on, at: b.args }, &mut made)?;
            if made.len() != b.outputs.len() {
                let (expected, found) = (b.outputs.len(), made.len());
                return Err(Error::Miswired { op: b.generator.name(), site: b.site, expected, found });
            }
            on.append(&mut made);
            after(&b, on);
        }
        Ok(())
    }
    /// Runs the forward half of `l` and returns the outputs, and what each box keeps. What rides on a wire is let go when
    /// its last reader has run, so that only what is kept stays.
    ///
    /// # Errors
    /// As [`walk`](Self::walk).
    pub fn sweep_forward<L: LensFunctor<G>>(
        &self,
        l: &mut L,
        x: impl IntoIterator<Item = L::Fwd>,
    ) -> Result<Swept<L::Fwd, L::Res>> {
        self.validate()?;
        let mut keeping = Keeping(l, Vec::with_capacity(self.len()));
        let mut last = vec![0; self.wires()];
        self.boxes().for_each(|b| b.args.iter().for_each(|w| last[w.index()] = b.site));
        self.outputs.iter().for_each(|w| last[w.index()] = self.len());
        let mut on = Vec::new();
        self.run(&mut keeping, x, &mut on, |b, on| {
            for w in b.args.iter().map(|w| w.index()).filter(|&w| w > 0 && last[w] == b.site) {
                on[w] = on[0].clone(); // a wire has to carry something; the first one stays to the end
            }
        })?;
        Ok((self.outputs.iter().map(|w| on[w.index()].clone()).collect(), keeping.1))
    }
    /// Runs the backward half of `l` on what forward kept, and returns what comes back on the inputs.
    ///
    /// A box none of whose outputs gets anything back is not asked: zero stays zero.
    ///
    /// # Errors
    /// The diagram's own fault, [`Error::ShapeMismatch`] where `kept` or `by` have another length than boxes or
    /// outputs, and what `l` returns.
    pub fn sweep_backward<L: LensFunctor<G>>(
        &self,
        l: &mut L,
        kept: Vec<L::Res>,
        by: impl IntoIterator<Item = Option<L::Back>>,
    ) -> Result<Vec<Option<L::Back>>> {
        self.validate()?;
        let by: Vec<_> = by.into_iter().collect();
        same_len("residuals", self.len(), kept.len())?;
        same_len("changes", self.outputs.len(), by.len())?;
        let mut back: Vec<Option<L::Back>> = vec![None; self.wires()];
        for (&w, b) in self.outputs.iter().zip(by) {
            add(l, &mut back[w.index()], b)?;
        }
        for (b, kept) in self.boxes().zip(kept).rev() {
            let by: Few<Option<L::Back>> = b.outputs.clone().map(|w| back[w].take()).collect();
            if by.iter().all(Option::is_none) {
                continue;
            }
            let changes = l.bwd(b.site, b.generator, kept, &by)?;
            if changes.len() != b.args.len() {
                let (expected, found) = (b.args.len(), changes.len());
                return Err(Error::Miswired { op: b.generator.name(), site: b.site, expected, found });
            }
            for (&w, change) in b.args.iter().zip(changes) {
                add(l, &mut back[w.index()], change)?;
            }
        }
        back.truncate(self.arity().0);
        Ok(back)
    }
}

/// Adds a change to what a wire has already got back.
fn add<G, L: LensFunctor<G>>(l: &mut L, to: &mut Option<L::Back>, change: Option<L::Back>) -> Result<()> {
    *to = match (to.take(), change) {
        (Some(a), Some(b)) => Some(l.merge(a, b)?),
        (a, b) => a.or(b),
    };
    Ok(())
}
