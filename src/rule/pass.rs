//! A pass of a network under a rule: forward, what is done with that, backward.

use super::{Back, Fwd, Input, Objects, Rule, Site, Taps, Under};
use crate::{
    diagram::{Args, Few, LensFunctor},
    error::{Error, Result},
    lens::{Closing, Co, Object, Para},
    net::{Array, At, Buffers, Element, Layer, Params, Running, same_shape},
    real::Primitive,
};
use alloc::{boxed::Box, vec::Vec};
use ndarray::ArrayView1;

/// A finished forward pass, for [`Rule::schedule`].
#[allow(missing_debug_implementations)] // what a rule keeps need not be printable
pub struct Pass<'a, R: Rule, T: Element = f64> {
    /// The network.
    pub under: &'a Under<R, T>,
    /// The parameters.
    pub p: &'a Params<T>,
    /// The number of the draw.
    pub at: Option<u64>,
    /// The input.
    pub x: Input<R, T>,
    /// What left the network.
    pub y: Fwd<R, T>,
    /// What each layer kept.
    pub kept: Vec<R::Res<T>>,
    /// How the pass is run.
    pub run: Running<'a, T>,
}
impl<R: Rule, T: Element> Pass<'_, R, T> {
    /// Asks the rest once for the change of the output, and goes back: the schedule of most rules.
    ///
    /// # Errors
    /// Those of the rest and of the reverse maps.
    pub fn once(self, rest: &mut dyn Closing<Array<T>>, dp: &mut Params<T>) -> Result<Option<Back<R, T>>> {
        let dy = rest.change(self.run.copy(&R::On::lower(&self.y)))?;
        self.run.keep(&dy);
        let seed = R::On::seed(&self.y, dy)?;
        self.back(seed, dp)
    }
    /// Goes back over what the pass kept: [`Under::back`], which does not compute what nobody reads.
    ///
    /// # Errors
    /// As `Under::back`.
    pub fn back(self, by: Back<R, T>, dp: &mut Params<T>) -> Result<Option<Back<R, T>>> {
        self.under.back_in(self.p, self.at, (self.kept, by), dp, self.run, self.under.taps.as_ref())
    }
}

/// One run of a network under a rule, as a lens functor.
struct Run<'a, R, T> {
    under: &'a Under<R, T>,
    p: &'a Params<T>,
    draw: Option<u64>,
    dp: Option<&'a mut Params<T>>,
    run: Running<'a, T>,
    taps: Option<&'a Taps<T>>,
}
impl<R: Rule, T: Element> Run<'_, R, T> {
    fn site<'s>(&'s self, site: usize, layer: &'s Layer) -> Site<'s, T> {
        let at = At { site, draw: self.draw };
        self.under.placed(layer, at, &self.p.slots[site], self.run)
    }
}
fn in_layer(layer: &Layer, site: usize, cause: Error) -> Error {
    Error::InLayer { layer: layer.kernel_name(), site, cause: Box::new(cause) }
}
impl<R: Rule, T: Element> LensFunctor<Layer> for Run<'_, R, T> {
    type Fwd = Fwd<R, T>;
    type Back = Back<R, T>;
    type Res = R::Res<T>;
    fn fwd(&mut self, i: usize, l: &Layer, x: Args<'_, Self::Fwd>, out: &mut Vec<Self::Fwd>) -> Result<R::Res<T>> {
        let x: Few<&Self::Fwd> = x.iter().collect();
        let (y, kept) = self.under.rule().fwd(&self.site(i, l), &x).map_err(|e| in_layer(l, i, e))?;
        if let (Layer::Tap(tap), Some(taps)) = (l, self.taps) {
            taps.saw(&tap.name, R::On::lower(&y));
        }
        out.push(y);
        Ok(kept)
    }
    fn bwd(
        &mut self,
        i: usize,
        l: &Layer,
        kept: R::Res<T>,
        by: &[Option<Self::Back>],
    ) -> Result<Few<Option<Self::Back>>> {
        if let (Layer::Tap(tap), [Some(by)], Some(taps)) = (l, by, self.taps) {
            taps.got_back(&tap.name, R::On::change(by));
        }
        let at = At { site: i, draw: self.draw };
        let site = self.under.placed(l, at, &self.p.slots[i], self.run);
        match (&mut self.dp, by) {
            (Some(dp), [Some(by)]) => {
                let (rule, to) = (self.under.rule(), &mut dp.slots[i]);
                match l {
                    Layer::Tap(_) => rule.tap(&site, kept, by.clone(), to),
                    _ => rule.rev(&site, kept, by.clone(), to),
                }
                .map_err(|e| in_layer(l, i, e))
            }
            _ => Ok(smallvec::smallvec![None; crate::diagram::Generator::arity(l).0]),
        }
    }
    fn merge(&mut self, a: Self::Back, b: Self::Back) -> Result<Self::Back> {
        R::On::merge(a, b)
    }
}

/// What leaves a network, and what each layer keeps.
pub(super) type Finished<R, T> = (Fwd<R, T>, Vec<<R as Rule>::Res<T>>);
/// What a network keeps between its two halves.
pub(super) type Kept<R, T> = (Input<R, T>, Fwd<R, T>, Vec<<R as Rule>::Res<T>>);

impl<R: Rule, T: Element> Para for Under<R, T> {
    type P = Params<T>;
    type A = Input<R, T>;
    type B = Array<T>;
    type M = Kept<R, T>;
    fn fwd(&self, p: &Params<T>, x: Input<R, T>) -> Result<(Array<T>, Self::M)> {
        let (y, kept) = self.forward(p, Some(p.draws), x.clone())?;
        Ok((R::On::lower(&y), (x, y, kept)))
    }
    fn bwd(&self, p: &Params<T>, (x, y, kept): Self::M, dy: Array<T>, dp: &mut Params<T>) -> Result<Co<Input<R, T>>> {
        let zero = x.zero();
        let back = self.spend(p, (x, y, kept), dp, &mut Given(dy), Running::default())?;
        Ok(R::On::unlift(zero, back))
    }
    fn predict(&self, p: &Params<T>, x: Input<R, T>) -> Result<Array<T>> {
        Under::predict(self, p, x)
    }
    fn close(
        &self,
        p: &Params<T>,
        x: Input<R, T>,
        dp: &mut Params<T>,
        rest: &mut dyn Closing<Array<T>>,
    ) -> Result<Co<Input<R, T>>> {
        let zero = x.zero();
        let back = self.pass(p, x, dp, rest, false)?;
        Ok(R::On::unlift(zero, back))
    }
    fn learn(&self, p: &Params<T>, x: Input<R, T>, dp: &mut Params<T>, rest: &mut dyn Closing<Array<T>>) -> Result<()> {
        self.pass(p, x, dp, rest, true).map(drop)
    }
}
impl<R: Rule, T: Element> Under<R, T> {
    /// Runs the network forward and returns what leaves it and what each layer keeps.
    ///
    /// # Errors
    /// As [`check`](Self::check), and those of the layers, with their place.
    pub fn forward(&self, p: &Params<T>, draw: Option<u64>, x: Input<R, T>) -> Result<Finished<R, T>> {
        self.forward_in(p, draw, x, Running::default(), self.taps.as_ref())
    }
    /// The same, run in this way and seen by these taps.
    pub(super) fn forward_in(
        &self,
        p: &Params<T>,
        draw: Option<u64>,
        x: Input<R, T>,
        run: Running<'_, T>,
        taps: Option<&Taps<T>>,
    ) -> Result<Finished<R, T>> {
        self.check(p)?;
        let mut run = Run { under: self, p, draw, dp: None, run, taps };
        let (mut y, kept) = self.net().sweep_forward(&mut run, [R::On::lift(x)])?;
        let y = y.pop().ok_or(Error::ShapeMismatch {
            op: "outputs of the network",
            expected: [1].into(),
            found: [0].into(),
        })?;
        Ok((y, kept))
    }
    /// Runs the network backward on what forward kept, adds the changes of the parameters to `dp`, and returns what
    /// comes back at the input.
    ///
    /// # Errors
    /// Those of the reverse maps, with their place.
    pub fn back(
        &self,
        p: &Params<T>,
        draw: Option<u64>,
        kept: Vec<R::Res<T>>,
        by: Back<R, T>,
        dp: &mut Params<T>,
    ) -> Result<Option<Back<R, T>>> {
        self.back_in(p, draw, (kept, by), dp, Running::default(), self.taps.as_ref())
    }
    /// The same, run in this way and seen by these taps.
    pub(super) fn back_in(
        &self,
        p: &Params<T>,
        draw: Option<u64>,
        (kept, by): (Vec<R::Res<T>>, Back<R, T>),
        dp: &mut Params<T>,
        run: Running<'_, T>,
        taps: Option<&Taps<T>>,
    ) -> Result<Option<Back<R, T>>> {
        self.check(dp)?;
        let mut run = Run { under: self, p, draw, dp: Some(dp), run, taps };
        let mut back = self.net().sweep_backward(&mut run, kept, [Some(by)])?;
        Ok(back.pop().flatten())
    }
    /// A whole pass in the memory that `dp` brings. Where it is `idle`, nobody reads what comes back at the input.
    fn pass(
        &self,
        p: &Params<T>,
        x: Input<R, T>,
        dp: &mut Params<T>,
        rest: &mut dyn Closing<Array<T>>,
        idle: bool,
    ) -> Result<Option<Back<R, T>>> {
        if !self.rule().learns() {
            let why = "expected a rule that learns, found one that explains";
            return Err(Error::Unfit { rule: self.rule().name(), why });
        }
        let buffers = Buffers::of(core::mem::take(&mut dp.spare));
        let run = Running { buffers: Some(&buffers), idle };
        let finished = self.forward_in(p, Some(p.draws), x.clone(), run, self.taps.as_ref());
        let back = finished.and_then(|(y, kept)| self.spend(p, (x, y, kept), dp, rest, run));
        dp.spare = buffers.spare();
        back
    }
    fn spend(
        &self,
        p: &Params<T>,
        (x, y, kept): Kept<R, T>,
        dp: &mut Params<T>,
        rest: &mut dyn Closing<Array<T>>,
        run: Running<'_, T>,
    ) -> Result<Option<Back<R, T>>> {
        let draw = Some(p.draws);
        let back = self.rule().schedule(Pass { under: self, p, at: draw, x, y, kept, run }, rest, dp)?;
        dp.draws = dp.draws.wrapping_add(1);
        Ok(back)
    }
}

/// The rest of a row of which only the change of the output is given: it is as good as the loss $\langle c, y \rangle$.
struct Given<T>(Array<T>);
impl<T: Element> Closing<Array<T>> for Given<T> {
    fn change(&mut self, y: Array<T>) -> Result<Array<T>> {
        same_shape("change", y.shape(), self.0.shape())?;
        Ok(self.0.clone())
    }
    fn value(&mut self, y: Array<T>) -> Result<f64> {
        same_shape("change", y.shape(), self.0.shape())?;
        Ok(y.iter().zip(&self.0).map(|(&y, &c)| y.primal().widen() * c.primal().widen()).sum())
    }
    fn values(&mut self, y: Array<T>) -> Result<Vec<f64>> {
        same_shape("change", y.shape(), self.0.shape())?;
        let rows = y.nrows() as f64; // the loss of the batch is the mean of those of its rows
        let product = |(y, c): (ArrayView1<'_, T>, ArrayView1<'_, T>)| {
            rows * y.iter().zip(c).map(|(&y, &c)| y.primal().widen() * c.primal().widen()).sum::<f64>()
        };
        Ok(y.rows().into_iter().zip(self.0.rows()).map(product).collect())
    }
}
