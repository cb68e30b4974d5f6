//! Diagrams that are closed under differentiation.

use super::{Args, Diagram, Few, Functor, Generator, LensFunctor, Wire};
use crate::error::Result;
use alloc::vec::Vec;

/// Generators whose derivatives are diagrams of the same generators.
///
/// In both methods `None` is a change that is exactly zero; a box may push others into `d`.
pub trait Differentiable: Generator {
    /// Returns the box of no input that makes a zero.
    fn zero() -> Self;
    /// Returns the box that adds two wires.
    fn add() -> Self;
    /// Returns the change of each argument, given that of each output.
    ///
    /// # Errors
    /// [`Error::NoPartial`](crate::Error::NoPartial) where the derivative is not known.
    fn pull(
        &self,
        d: &mut Diagram<Self>,
        args: &[Wire],
        outs: &[Wire],
        by: &[Option<Wire>],
    ) -> Result<Few<Option<Wire>>>;
    /// Returns the change of each output, given that of each argument.
    ///
    /// # Errors
    /// [`Error::NoPartial`](crate::Error::NoPartial) where the derivative is not known.
    fn push(
        &self,
        d: &mut Diagram<Self>,
        args: &[Wire],
        outs: &[Wire],
        along: &[Option<Wire>],
    ) -> Result<Few<Option<Wire>>>;
}

/// The reverse derivative as a lens functor into diagrams.
struct Reverse<G>(Diagram<G>);
impl<G: Differentiable> LensFunctor<G> for Reverse<G> {
    type Fwd = Wire;
    type Back = Wire;
    type Res = (Few<Wire>, Few<Wire>);
    fn fwd(&mut self, _site: usize, g: &G, args: Args<'_, Wire>, out: &mut Vec<Wire>) -> Result<Self::Res> {
        let args: Few<Wire> = args.iter().copied().collect();
        let made = self.0.push(g.clone(), &args);
        out.extend_from_slice(&made);
        Ok((args, made))
    }
    fn bwd(&mut self, _site: usize, g: &G, (args, made): Self::Res, by: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        g.pull(&mut self.0, &args, &made, by)
    }
    fn merge(&mut self, a: Wire, b: Wire) -> Result<Wire> {
        Ok(self.0.push(G::add(), &[a, b])[0])
    }
}

/// The forward derivative as a functor: a wire becomes a wire and its change.
struct Forward<G>(Diagram<G>);
impl<G: Differentiable> Functor<G> for Forward<G> {
    type Wire = (Wire, Option<Wire>);
    fn apply(&mut self, _: usize, g: &G, args: Args<'_, Self::Wire>, out: &mut Vec<Self::Wire>) -> Result<()> {
        let (args, along): (Few<Wire>, Few<Option<Wire>>) = args.iter().copied().unzip();
        let made = self.0.push(g.clone(), &args);
        let changes = match along.iter().all(Option::is_none) {
            true => smallvec::smallvec![None; made.len()],
            false => g.push(&mut self.0, &args, &made, &along)?,
        };
        out.extend(made.into_iter().zip(changes));
        Ok(())
    }
}

/// Puts a zero where there is no change.
fn filled<G: Differentiable>(d: &mut Diagram<G>, changes: impl IntoIterator<Item = Option<Wire>>) -> Vec<Wire> {
    let mut zero = None;
    let mut wire = |w: Option<Wire>| w.unwrap_or_else(|| *zero.get_or_insert_with(|| d.push(G::zero(), &[])[0]));
    changes.into_iter().map(&mut wire).collect()
}

impl<G: Differentiable> Diagram<G> {
    /// Returns $R\[f\] : A \times B \to A$, the reverse derivative: $(a, b) \mapsto J_f(a)^\top b$.
    ///
    /// Applying it again gives the second reverse derivative, and so on: the result is a diagram like any other.
    ///
    /// # Errors
    /// The diagram's fault, or [`Error::NoPartial`](crate::Error::NoPartial) of a box without a derivative.
    ///
    /// # Source
    /// Cockett et al., *Reverse derivative categories*, 2019, definition 13.
    pub fn reverse(&self) -> Result<Self> {
        let (n, m) = self.arity();
        Ok(self.with_reverse()?.project(m..m + n).prune())
    }
    /// Returns $(a, b) \mapsto (f(a), J_f(a)^\top b)$.
    ///
    /// # Errors
    /// As [`reverse`](Self::reverse).
    pub fn with_reverse(&self) -> Result<Self> {
        let n = self.arity().0;
        let (d, x) = Self::open(n + self.arity().1);
        d.validate()?;
        let mut reverse = Reverse(d);
        let (mut y, kept) = self.sweep_forward(&mut reverse, x[..n].iter().copied())?;
        let by = x[n..].iter().map(|&w| Some(w));
        let changes = self.sweep_backward(&mut reverse, kept, by)?;
        y.extend(filled(&mut reverse.0, changes));
        Ok(reverse.0.close(y))
    }
    /// Returns $D\[f\] : A \times A \to B$, the forward derivative: $(a, v) \mapsto J_f(a)\,v$.
    ///
    /// # Errors
    /// As [`reverse`](Self::reverse).
    ///
    /// # Source
    /// Blute, Cockett, Seely, *Cartesian differential categories*, 2009.
    pub fn pushforward(&self) -> Result<Self> {
        let m = self.arity().1;
        Ok(self.with_pushforward()?.project(m..2 * m).prune())
    }
    /// Returns $(a, v) \mapsto (f(a), J_f(a)\,v)$.
    ///
    /// # Errors
    /// As [`reverse`](Self::reverse).
    pub fn with_pushforward(&self) -> Result<Self> {
        let n = self.arity().0;
        let (d, x) = Self::open(2 * n);
        d.validate()?;
        let mut forward = Forward(d);
        let pairs = (0..n).map(|k| (x[k], Some(x[n + k])));
        let (mut y, changes): (Vec<Wire>, Vec<Option<Wire>>) = self.walk(&mut forward, pairs)?.into_iter().unzip();
        y.extend(filled(&mut forward.0, changes));
        Ok(forward.0.close(y))
    }
}
