//! Parameters that are held still.

use super::{Input, Rule, Under};
use crate::{
    error::{Error, Result, same_len},
    lens::{Closing, Co, Para},
    net::{Array, Element, Params},
};
use alloc::{format, string::String, vec::Vec};
use ndarray::Array2;

/// A network under a rule with some of its parameters held still. Made by [`Under::frozen`].
///
/// The arrays that are held are not among the parameters any more: in their place the slots hold arrays without numbers.
/// No optimiser, no weight decay and no momentum can touch what it does not have.
#[derive(Clone, Debug)]
pub struct Frozen<R, T = f64> {
    under: Under<R, T>,
    /// What is held; an array without numbers where it is learned.
    held: Params<T>,
}

impl<R: Rule, T: Element> Under<R, T> {
    /// Returns the name of each array of parameters: those of the network as [`Net::names`](crate::net::Net::names), and
    /// `site.layer.rule.k` for what the rule learns there.
    pub fn names(&self) -> Vec<String> {
        let of = |b: crate::diagram::Placed<'_, crate::net::Layer>| {
            let (site, layer) = (b.site, b.generator.kernel_name());
            let mut own = b.generator.names();
            let learned = self.arrays(site).saturating_sub(own.len());
            own.extend((0..learned).map(|k| format!("rule.{k}")));
            own.into_iter().map(move |name| format!("{site}.{layer}.{name}"))
        };
        self.net().boxes().flat_map(of).collect()
    }
    /// Holds the arrays whose [name](Self::names) `is` chosen at their values in `p`, and returns the network and the
    /// parameters that are left to learn.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    ///
    /// # Cost
    /// The parameters are copied once a step.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::{Identity, Tanh}, learn::*, net::*, rule::*};
    /// let net = dense(2, 4, Tanh) >> dense(4, 1, Identity);
    /// let p: Params = net.init(&mut uniform(1));
    /// let (model, free) = net.under(Backprop).frozen(&p, |name| name.starts_with("0."))?;
    /// assert_eq!(free.count(), 5); // the second layer
    /// let learn = learner(model, batch_quadratic(), descend(), AdamW::new(0.1, 0.1));
    /// let mut s = learn.start(free);
    /// let (x, y) = (ndarray::arr2(&[[1.0, 2.0]]), ndarray::arr2(&[[1.0]]).into_shared());
    /// learn.step(&mut s, x.into_shared(), &y)?;
    /// let after = learn.model().full(&s.params)?;
    /// assert_eq!(after.slots[0], p.slots[0]); // weight decay has not touched it
    /// assert_ne!(after.slots[2], p.slots[2]);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn frozen(self, p: &Params<T>, is: impl Fn(&str) -> bool) -> Result<(Frozen<R, T>, Params<T>)> {
        self.check(p)?;
        let (mut held, mut free, mut names) = (p.clone(), p.clone(), self.names().into_iter());
        for (held, free) in held.slots.iter_mut().flatten().zip(free.slots.iter_mut().flatten()) {
            let frozen = names.next().is_some_and(|name| is(&name)) && !held.is_empty();
            *if frozen { free } else { held } = none();
        }
        Ok((Frozen { under: self, held }, free))
    }
}
/// Stands for an array that is elsewhere.
fn none<T: Element>() -> Array2<T> {
    Array2::zeros((0, 0))
}

impl<R: Rule, T: Element> Frozen<R, T> {
    /// Returns the network under the rule.
    pub fn under(&self) -> &Under<R, T> {
        &self.under
    }
    /// Returns all parameters: those that are held, and these.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where they are of another network, rule or choice.
    pub fn full(&self, free: &Params<T>) -> Result<Params<T>> {
        let mut all = free.clone();
        self.exchange(&mut all, |held, array| array.clone_from(held))?;
        Ok(all)
    }
    /// Calls `f` with each array that is held and the one in its place.
    fn exchange(&self, p: &mut Params<T>, mut f: impl FnMut(&Array2<T>, &mut Array2<T>)) -> Result<()> {
        same_len("frozen", self.held.slots.len(), p.slots.len())?;
        for (held, slot) in self.held.slots.iter().zip(&mut p.slots) {
            same_len("frozen", held.len(), slot.len())?;
            for (held, array) in held.iter().zip(slot).filter(|(held, _)| !held.is_empty()) {
                match array.is_empty() {
                    true => f(held, array),
                    false => {
                        return Err(Error::ShapeMismatch {
                            op: "frozen",
                            expected: [0, 0].into(),
                            found: array.shape().to_vec(),
                        });
                    }
                }
            }
        }
        Ok(())
    }
    /// Runs `back` with a change in the shape of all parameters, and keeps of it what is learned.
    fn learned<X>(&self, dp: &mut Params<T>, back: impl FnOnce(&mut Params<T>) -> Result<X>) -> Result<X> {
        self.exchange(dp, |held, array| *array = Array2::zeros(held.raw_dim()))?;
        let made = back(dp);
        for (held, array) in self.held.slots.iter().flatten().zip(dp.slots.iter_mut().flatten()) {
            if !held.is_empty() {
                *array = none();
            }
        }
        made
    }
}

impl<R: Rule, T: Element> Para for Frozen<R, T> {
    type P = Params<T>;
    type A = Input<R, T>;
    type B = Array<T>;
    type M = <Under<R, T> as Para>::M;
    fn fwd(&self, p: &Params<T>, x: Input<R, T>) -> Result<(Array<T>, Self::M)> {
        self.under.fwd(&self.full(p)?, x)
    }
    fn bwd(&self, p: &Params<T>, kept: Self::M, dy: Array<T>, dp: &mut Params<T>) -> Result<Co<Input<R, T>>> {
        let p = self.full(p)?;
        self.learned(dp, |dp| self.under.bwd(&p, kept, dy, dp))
    }
    fn predict(&self, p: &Params<T>, x: Input<R, T>) -> Result<Array<T>> {
        Under::predict(&self.under, &self.full(p)?, x)
    }
    fn close(
        &self,
        p: &Params<T>,
        x: Input<R, T>,
        dp: &mut Params<T>,
        rest: &mut dyn Closing<Array<T>>,
    ) -> Result<Co<Input<R, T>>> {
        let p = self.full(p)?;
        self.learned(dp, |dp| self.under.close(&p, x, dp, rest))
    }
}
