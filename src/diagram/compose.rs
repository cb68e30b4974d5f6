//! Putting diagrams together. One primitive, [`Diagram::inline`], is behind all of it.

use super::{Args, Diagram, Functor, Generator, Wire};
use crate::error::Result;
use alloc::{vec, vec::Vec};
use core::ops::{Mul, Shr};

impl<G: Generator> Diagram<G> {
    /// Returns `n` wires that nothing happens to.
    pub fn id(n: usize) -> Self {
        Self::build(n, |_, x| x.to_vec())
    }
    /// Returns $x \mapsto (x, x)$ for `n` wires.
    pub fn copy(n: usize) -> Self {
        Self::build(n, |_, x| [x, x].concat())
    }
    /// Returns $x \mapsto ()$ for `n` wires.
    pub fn discard(n: usize) -> Self {
        Self::build(n, |_, _| vec![])
    }
    /// Returns $(x, y) \mapsto (y, x)$ for `n` wires `x` and `m` wires `y`.
    pub fn swap(n: usize, m: usize) -> Self {
        Self::build(n.saturating_add(m), |_, x| {
            let (x, y) = x.split_at(n.min(x.len()));
            [y, x].concat()
        })
    }
    /// Returns one box.
    pub fn generator(g: G) -> Self {
        Self::build(g.arity().0, |d, x| d.push(g, x).to_vec())
    }
    /// Copies the boxes of `f` into this diagram, its inputs joined to `x`, and returns its outputs.
    ///
    /// A wrong number of wires becomes the fault of this diagram, and so does a fault of `f`.
    pub fn inline(&mut self, f: &Self, x: &[Wire]) -> Vec<Wire> {
        self.inline_as("inline", f, x)
    }
    fn inline_as(&mut self, op: &'static str, f: &Self, x: &[Wire]) -> Vec<Wire> {
        if f.inputs as usize != x.len() {
            self.miswired(op, f.inputs as usize, x.len());
        }
        if let Some(fault) = &f.fault {
            self.inherit(fault);
        }
        if self.fault.is_some() {
            return self.claim(f.outputs.len()).collect();
        }
        let mut map = x.to_vec();
        map.reserve(f.wires());
        for b in f.boxes() {
            let args: super::Few<Wire> = b.args.iter().map(|w| map[w.index()]).collect();
            map.extend(self.push(b.generator.clone(), &args));
        }
        f.outputs.iter().map(|w| map[w.index()]).collect()
    }
    /// Returns `self`, then `g` on its outputs. Also written `f >> g`.
    #[must_use]
    pub fn then(&self, g: &Self) -> Self {
        Self::build(self.arity().0, |d, x| {
            let y = d.inline(self, x);
            d.inline_as("then", g, &y)
        })
    }
    /// Returns `self` and `g` side by side. Also written `f * g`.
    #[must_use]
    pub fn par(&self, g: &Self) -> Self {
        let n = self.arity().0;
        Self::build(n + g.arity().0, |d, x| {
            let (left, right) = x.split_at(n.min(x.len()));
            let mut y = d.inline(self, left);
            y.extend(d.inline(g, right));
            y
        })
    }
    /// Returns $\langle f, g\rangle : x \mapsto (f(x), g(x))$.
    #[must_use]
    #[doc(alias = "pairing")]
    pub fn fork(&self, g: &Self) -> Self {
        Self::build(self.arity().0, |d, x| {
            let mut y = d.inline(self, x);
            y.extend(d.inline_as("fork", g, x));
            y
        })
    }
    /// Returns the diagram with other outputs: `keep` numbers outputs of this one.
    ///
    /// An output that does not exist becomes a fault.
    #[must_use]
    pub fn project(&self, keep: impl IntoIterator<Item = usize>) -> Self {
        let mut d = self.clone();
        let (mut chosen, found) = (vec![], d.outputs.len());
        for k in keep {
            match d.outputs.get(k) {
                Some(&w) => chosen.push(w),
                None => d.miswired("project", k.saturating_add(1), found),
            }
        }
        d.close(chosen)
    }
    /// Returns the diagram in which `meaning` stands for each box: a functor into diagrams over other generators.
    ///
    /// # Errors
    /// The fault of this diagram. A replacement with another arity is a fault of the result.
    pub fn substitute<H: Generator>(&self, meaning: impl FnMut(usize, &G) -> Diagram<H>) -> Result<Diagram<H>> {
        struct Substitution<H, M>(Diagram<H>, M);
        impl<G: Generator, H: Generator, M: FnMut(usize, &G) -> Diagram<H>> Functor<G> for Substitution<H, M> {
            type Wire = Wire;
            fn apply(&mut self, site: usize, g: &G, args: Args<'_, Wire>, out: &mut Vec<Wire>) -> Result<()> {
                let args: Vec<Wire> = args.iter().copied().collect();
                let made = self.0.inline_as("substitute", &self.1(site, g), &args);
                if made.len() != g.arity().1 {
                    self.0.miswired("substitute", g.arity().1, made.len());
                }
                out.extend(made);
                out.resize(g.arity().1, Wire(0)); // not read again: the fault is kept
                Ok(())
            }
        }
        let (d, x) = Diagram::open(self.arity().0);
        let mut functor = Substitution(d, meaning);
        let y = self.walk(&mut functor, x)?;
        Ok(functor.0.close(y))
    }
    /// Returns the diagram without boxes whose outputs nothing reads. A box without outputs is an effect and stays.
    #[must_use]
    pub fn prune(&self) -> Self {
        if self.fault.is_some() {
            return self.clone();
        }
        let mut live = vec![false; self.wires()];
        self.outputs.iter().for_each(|w| live[w.index()] = true);
        let mut keep = vec![true; self.len()];
        for b in self.boxes().rev() {
            keep[b.site] = b.outputs.is_empty() || b.outputs.clone().any(|w| live[w]);
            if keep[b.site] {
                b.args.iter().for_each(|w| live[w.index()] = true);
            }
        }
        let (mut d, mut map) = Self::open(self.arity().0);
        for b in self.boxes() {
            if keep[b.site] {
                let args: super::Few<Wire> = b.args.iter().map(|w| map[w.index()]).collect();
                map.extend(d.push(b.generator.clone(), &args));
            } else {
                map.extend(b.outputs.map(|_| Wire(u32::MAX))); // nothing reads it
            }
        }
        let outputs = self.outputs.iter().map(|w| map[w.index()]).collect();
        d.close(outputs)
    }
}

/// `f >> g`: `f`, then `g`.
impl<G: Generator> Shr for Diagram<G> {
    type Output = Self;
    fn shr(self, g: Self) -> Self {
        self.then(&g)
    }
}
/// `f * g`: side by side.
impl<G: Generator> Mul for Diagram<G> {
    type Output = Self;
    fn mul(self, g: Self) -> Self {
        self.par(&g)
    }
}
