//! Segments that are computed again.

use crate::{
    diagram::{Args, Few, LensFunctor},
    error::{Error, Result},
    lens::Closing,
    net::{Array, Element, Layer, Params},
    rule::{
        Arrays, Objects, Pass, Rule, Site, Under,
        inner::{inner, one_pass},
    },
};
use alloc::{boxed::Box, vec, vec::Vec};
use ndarray::Array2;

/// Another rule, with less memory for more time: a network is cut into segments of so many layers, and only what enters a
/// segment is kept. On the way back each segment is run forward once more.
///
/// # Check
/// Bit for bit its rule: what is computed again, random draws included, is what was computed.
///
/// # Errors
/// [`Error::NoReverse`] where the pass back is not this rule's own.
///
/// # Cost
/// One more pass forward. With $L$ layers in segments of $\sqrt L$, memory for about $2\sqrt L$ layers in the place of $L$.
/// A rule that runs passes of its own does not run them here.
///
/// # Example
/// ```
/// use pullback::{category::Tanh, net::*, rule::*};
/// let net = (0..8).fold(pointwise(Tanh), |net, _| net >> dense(16, 16, Tanh));
/// let (p, x) = (net.init(&mut || 0.1), Array::<f64>::zeros((32, 16)));
/// let batch = 8 * 32 * 16;
/// assert_eq!(net.under(Backprop).residual_bytes(&p, x.clone())?, 18 * batch);
/// assert_eq!(net.under(Checkpointed::every(6, Backprop)).residual_bytes(&p, x)?, 3 * batch);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Griewank 1992; Chen, Xu, Zhang and Guestrin 2016.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpointed<R> {
    rule: R,
    every: usize,
}
impl<R> Checkpointed<R> {
    /// Returns the rule that keeps what enters every segment of so many layers, at least one.
    pub const fn every(layers: usize, rule: R) -> Self {
        Checkpointed { rule, every: if layers == 0 { 1 } else { layers } }
    }
    fn segment(&self, site: usize) -> usize {
        site / self.every
    }
}
impl<R: Rule<On = Arrays>> Rule for Checkpointed<R> {
    inner! { rule: name learns arrays }
    type On = Arrays;
    /// The inputs of a layer that come from another segment.
    type Res<T: Element> = Few<Option<Array<T>>>;
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Self::Res<T>)> {
        let enters = |from: &Option<usize>| from.map(|f| self.segment(f)) != Some(self.segment(s.at.site));
        let kept = s.from.iter().zip(x).map(|(from, &x)| enters(from).then(|| x.clone())).collect();
        Ok((self.rule.fwd(s, x)?.0, kept))
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        _: Self::Res<T>,
        _: Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Few<Option<Array<T>>>> {
        Err(Error::NoReverse { rule: "Checkpointed", layer: s.layer.kernel_name() })
    }
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Array<T>>> {
        one_pass(&self.rule)?;
        let dy = Arrays::seed(&pass.y, rest.change(pass.y.clone())?)?;
        let Pass { under, p, at, kept, .. } = pass;
        under.check(dp)?;
        let residuals = vec![(); kept.len()];
        let mut replay = Replay { under, p, at, entered: kept, open: None, dp };
        let mut back = under.net().sweep_backward(&mut replay, residuals, [Some(dy)])?;
        Ok(back.pop().flatten())
    }
}

/// The first layer of a segment, and what its layers keep.
type Segment<K> = (usize, Vec<Option<K>>);
/// A pass back that opens one segment at a time.
struct Replay<'a, R: Rule<On = Arrays>, T: Element> {
    under: &'a Under<Checkpointed<R>, T>,
    p: &'a Params<T>,
    at: Option<u64>,
    entered: Vec<Few<Option<Array<T>>>>,
    open: Option<Segment<R::Res<T>>>,
    dp: &'a mut Params<T>,
}
impl<R: Rule<On = Arrays>, T: Element> Replay<'_, R, T> {
    /// Runs the segment of a layer once more.
    fn opened(&mut self, site: usize) -> Result<Segment<R::Res<T>>> {
        let rule = self.under.rule();
        let first = rule.segment(site) * rule.every;
        if let Some(open) = self.open.take().filter(|open| open.0 == first) {
            return Ok(open);
        }
        let (mut made, mut kept): (Vec<Array<T>>, Vec<_>) = (vec![], vec![]);
        for i in first..(first + rule.every).min(self.entered.len()) {
            let s = self.under.site(i, self.at, self.p)?;
            let entered = core::mem::take(&mut self.entered[i]);
            let (y, residual) = {
                let made = |from: Option<usize>| from.and_then(|f| f.checked_sub(first)).and_then(|f| made.get(f));
                let both = entered.iter().zip(s.from);
                let x: Few<&Array<T>> = both.filter_map(|(x, &from)| x.as_ref().or_else(|| made(from))).collect();
                rule.rule.fwd(&s, &x)?
            };
            made.push(y);
            kept.push(Some(residual));
        }
        Ok((first, kept))
    }
}
impl<R: Rule<On = Arrays>, T: Element> LensFunctor<Layer> for Replay<'_, R, T> {
    type Fwd = Array<T>;
    type Back = Array<T>;
    type Res = ();
    fn fwd(&mut self, i: usize, _: &Layer, x: Args<'_, Array<T>>, out: &mut Vec<Array<T>>) -> Result<()> {
        let x: Few<&Array<T>> = x.iter().collect();
        out.push(self.under.rule().rule.fwd(&self.under.site(i, self.at, self.p)?, &x)?.0);
        Ok(())
    }
    fn bwd(&mut self, i: usize, l: &Layer, (): (), by: &[Option<Array<T>>]) -> Result<Few<Option<Array<T>>>> {
        let (first, mut kept) = self.opened(i)?;
        let residual = kept.get_mut(i - first).and_then(Option::take);
        self.open = Some((first, kept));
        let (Some(residual), [Some(by)]) = (residual, by) else {
            return Ok(smallvec::smallvec![None; crate::diagram::Generator::arity(l).0]);
        };
        let s = self.under.site(i, self.at, self.p)?;
        let (rule, to) = (&self.under.rule().rule, &mut self.dp.slots[i]);
        let change = match l {
            Layer::Tap(_) => rule.tap(&s, residual, by.clone(), to),
            _ => rule.rev(&s, residual, by.clone(), to),
        };
        change.map_err(|e| Error::InLayer { layer: l.kernel_name(), site: i, cause: Box::new(e) })
    }
    fn merge(&mut self, a: Array<T>, b: Array<T>) -> Result<Array<T>> {
        Arrays::merge(a, b)
    }
}
