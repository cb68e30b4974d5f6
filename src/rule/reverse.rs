//! The short form of a rule: batches both ways, and a reverse map that is exact until overridden.

use super::{Arrays, Pass, Rule, Site, Under};
use crate::{
    diagram::Few,
    error::Result,
    lens::Closing,
    net::{Array, Element, Layer, Params, Time},
};
use alloc::vec::Vec;
use ndarray::Array2;
use smallvec::smallvec;

/// A rule with batches forward and changes of them backward. Each method is exact backpropagation until overridden.
///
/// `x` is what entered the layer, `y` what left it, `dy` the change that comes back. A method adds the change of the
/// parameters to `dp`, whose arrays stand as in [`Site::p`].
pub trait Reverse: Sized {
    /// The name that errors use.
    fn name(&self) -> &'static str {
        core::any::type_name::<Self>().rsplit("::").next().unwrap_or("rule")
    }
    /// Says whether the rule also holds for the layers inside of a layer, of a [`scan`](crate::net::scan) at every step:
    /// its reverse maps then serve there as well, and what flows back through time is what they send. By default such a
    /// layer is one layer, whose reverse derivative is exact. A rule that says so has no arrays of its own.
    fn inside(&self) -> bool {
        false
    }
    /// Returns the change of the input of a layer that is linear in it.
    ///
    /// # Errors
    /// A wrong shape.
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        Ok(s.vjp(&[x], y, dy, dp)?.remove(0))
    }
    /// Returns the change of the input of an activation.
    ///
    /// # Errors
    /// A wrong shape.
    fn pointwise<T: Element>(&self, s: &Site<'_, T>, x: &Array<T>, y: &Array<T>, dy: &Array<T>) -> Result<Array<T>> {
        Ok(s.vjp(&[x], y, dy, &mut [])?.remove(0))
    }
    /// Returns the changes of two wires that are added.
    ///
    /// # Errors
    /// A wrong shape.
    fn add<T: Element>(&self, _s: &Site<'_, T>, _x: [&Array<T>; 2], dy: &Array<T>) -> Result<[Array<T>; 2]> {
        Ok([dy.clone(), dy.clone()])
    }
    /// Returns the changes of the inputs of any other layer. A rule for which exact backpropagation is wrong there
    /// returns [`Error::NoReverse`](crate::Error::NoReverse).
    ///
    /// # Errors
    /// A wrong shape, and what the rule does not know.
    fn other<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &[&Array<T>],
        y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        s.vjp(x, y, dy, dp)
    }
    /// As [`Rule::fixed`].
    fn fixed<T: Element>(&self, _s: &Site<'_, T>) -> Vec<Array2<T>> {
        Vec::new()
    }
    /// As [`Rule::learned`].
    fn learned<T: Element>(&self, _s: &Site<'_, T>, _draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        Vec::new()
    }
    /// As [`Rule::schedule`].
    ///
    /// # Errors
    /// Those of the reverse maps, of further forward passes, and of the rest.
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Array<T>>> {
        pass.once(rest, dp)
    }
    /// As [`Rule::has_schedule`].
    fn has_schedule(&self) -> bool {
        false
    }
    /// As [`Rule::learns`].
    fn learns(&self) -> bool {
        true
    }
    /// As [`Rule::predict`].
    ///
    /// # Errors
    /// Those of the forward maps.
    fn predict<T: Element>(&self, under: &Under<Self, T>, p: &Params<T>, x: Array<T>) -> Result<Array<T>> {
        Ok(under.forward(p, None, x)?.0)
    }
}

impl<R: Reverse> Rule for R {
    type On = Arrays;
    type Res<T: Element> = (Few<Array<T>>, Array<T>);
    fn name(&self) -> &'static str {
        Reverse::name(self)
    }
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Self::Res<T>)> {
        let y = s.apply(x)?;
        Ok((y.clone(), (x.iter().map(|&x| x.clone()).collect(), y)))
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        (x, y): Self::Res<T>,
        dy: Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Array<T>>>> {
        let x: Few<&Array<T>> = x.iter().collect();
        Ok(match (s.layer, &x[..]) {
            (Layer::Detach(_), _) => smallvec![None],
            (Layer::Pointwise(_), [x]) => smallvec![Some(self.pointwise(s, x, &y, &dy)?)],
            (Layer::Add(_), &[a, b]) => self.add(s, [a, b], &dy)?.map(Some).into_iter().collect(),
            (Layer::Scan(scan), [x]) if self.inside() => {
                smallvec![Some(s.at_every_step(self, scan, (x, &y), &dy, dp, Time::Through)?)]
            }
            (layer, [x]) if layer.is_linear() => smallvec![Some(self.linear(s, x, &y, &dy, dp)?)],
            _ => self.other(s, &x, &y, &dy, dp)?.into_iter().map(Some).collect(),
        })
    }
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        Reverse::fixed(self, s)
    }
    fn learned<T: Element>(&self, s: &Site<'_, T>, draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        Reverse::learned(self, s, draw)
    }
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Array<T>>> {
        Reverse::schedule(self, pass, rest, dp)
    }
    fn has_schedule(&self) -> bool {
        Reverse::has_schedule(self)
    }
    fn learns(&self) -> bool {
        Reverse::learns(self)
    }
    fn predict<T: Element>(&self, under: &Under<Self, T>, p: &Params<T>, x: Array<T>) -> Result<Array<T>> {
        Reverse::predict(self, under, p, x)
    }
}

/// Exact reverse derivatives: what flows back is $J^\top$ of everything behind.
///
/// # Objects
/// $(A, A')$; a layer keeps its inputs and its output, which it shares with its neighbours.
///
/// # Source
/// Linnainmaa 1970; Rumelhart, Hinton and Williams 1986.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backprop;
impl Reverse for Backprop {}
