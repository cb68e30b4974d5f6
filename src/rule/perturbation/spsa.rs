//! A gradient from two values of the loss.

use super::{
    few_numbers::{FewNumbers, in_place},
    noise::positive,
};
use crate::{
    diagram::{Few, Generator},
    error::{Result, same_len},
    lens::Closing,
    net::{Array, Element, Params},
    rule::{Directions, Pass, Rule, Silent, Site, Under},
};
use alloc::{vec, vec::Vec};
use ndarray::Array2;
use smallvec::smallvec;

/// What a rule that learns from values alone says of each layer: it runs it and keeps nothing.
macro_rules! values_alone { () => {
    type On = Silent;
    type Res<T: Element> = ();
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, ())> {
        Ok((s.apply(x)?, ()))
    }
    fn has_schedule(&self) -> bool {
        true
    }
    fn rev<T: Element>(&self, s: &Site<'_, T>, (): (), (): (), _: &mut [Array2<T>]) -> Result<Few<Option<()>>> {
        Ok(smallvec![Some(()); s.layer.arity().0])
    }
} }
pub(super) use values_alone;

/// The loss is looked at on both sides of the parameters along random signs $z$:
///
/// $$ \bar p = \frac{v(p + \epsilon z) - v(p - \epsilon z)}{2 \epsilon}\, z, $$
///
/// where $v$ is the number that learning raises: minus the loss under descent.
///
/// # Objects
/// $(A, 1)$; the schedule runs the network twice more and asks the rest of the row for values only. Nothing is kept and
/// no layer needs a derivative: every layer and every residual connection is known.
///
/// # Check
/// Where the loss is quadratic in the parameters the mean over all sign vectors is the gradient, whatever $\epsilon$ is.
///
/// # Standing
/// Far *below a linear classifier* on the digits (73 % with one hidden layer, 58 % with two, where that names 96 %); as good as
/// [`ForwardGradient`](crate::rule::ForwardGradient), which it approaches as $\epsilon \to 0$. Costs three forward passes and
/// one copy of the parameters. Values are `f64` without derivatives: a step under [`Dual`](crate::Dual) numbers is not
/// differentiated through the loss.
///
/// # Source
/// Spall 1992.
///
/// # Example
/// ```
/// use pullback::{learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// // the loss (w - 5)²/2 at w = 2: the change is 3, exactly, although ε is large
/// let learn = learner(linear(1, 1).under(Spsa::seeded(1, 0.5)), batch_quadratic(), descend(), Plus);
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let (_, dp, _) = learn.put(arr2(&[[1.0]]).into_shared(), &p, &arr2(&[[5.0]]).into_shared())?;
/// assert_eq!(dp.slots[0][0][[0, 0]], 3.0);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Spsa {
    directions: Directions,
    epsilon: f64,
}
impl Spsa {
    /// Returns the rule with random signs and steps of length `epsilon`.
    pub const fn seeded(seed: u64, epsilon: f64) -> Self {
        Spsa { directions: Directions::signs(seed), epsilon }
    }
    /// Returns the rule with these directions.
    pub const fn along(directions: Directions, epsilon: f64) -> Self {
        Spsa { directions, epsilon }
    }
}
impl Rule for Spsa {
    values_alone! {}
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<()>> {
        in_place(self, pass, rest, dp).map(|()| None)
    }
}
impl FewNumbers for Spsa {
    /// Returns the slope.
    fn numbers<T: Element>(&self, pass: Pass<'_, Self, T>, rest: &mut dyn Closing<Array<T>>) -> Result<Vec<f64>> {
        Ok(vec![two_sided(&pass, &self.directions, 0, self.epsilon, rest)?])
    }
    fn spend<T: Element>(
        &self,
        under: &Under<Self, T>,
        p: &Params<T>,
        at: Option<u64>,
        numbers: &[f64],
        dp: &mut Params<T>,
    ) -> Result<()> {
        same_len("numbers", 1, numbers.len())?;
        move_along(under, &self.directions, 0, at, numbers[0], p, dp)
    }
}

/// [`Spsa`] along normal directions, $k$ of them averaged, for networks that hardly fit into memory: directions are
/// replayed from their seed, so that what a step needs beside the parameters is one moved copy.
///
/// # Check
/// With $k = 1$ it is [`Spsa`] along the same directions; the mean over directions is the gradient of the loss smoothed
/// with variance $\epsilon^2$.
///
/// # Standing
/// As [`Spsa`]: 70 % on the digits with one hidden layer, 52 % with two, far *below a linear classifier*. It is meant for moving large trained networks a
/// little. Costs $2k + 1$ forward passes.
///
/// # Source
/// Malladi, Gao, Nichani, Damian, Lee, Chen and Arora 2023. There the parameters are moved in place and moved back, which
/// is not exact in floating point; here they are never touched.
///
/// # Example
/// ```
/// use pullback::{learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// let learn = learner(linear(1, 1).under(MeZo::seeded(1, 1e-3, 400)), batch_quadratic(), descend(), Plus);
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let (_, dp, _) = learn.put(arr2(&[[1.0]]).into_shared(), &p, &arr2(&[[5.0]]).into_shared())?;
/// assert!((dp.slots[0][0][[0, 0]] - 3.0f64).abs() < 1.0); // E[z²] = 1
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MeZo {
    directions: Directions,
    epsilon: f64,
    count: u64,
}
impl MeZo {
    /// Returns the rule that averages `count` normal directions (at least one), with steps of length `epsilon`.
    pub const fn seeded(seed: u64, epsilon: f64, count: u64) -> Self {
        MeZo { directions: Directions::normal(seed), epsilon, count: if count == 0 { 1 } else { count } }
    }
}
impl Rule for MeZo {
    values_alone! {}
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<()>> {
        in_place(self, pass, rest, dp).map(|()| None)
    }
}
impl FewNumbers for MeZo {
    /// Returns the slope along each direction.
    fn numbers<T: Element>(&self, pass: Pass<'_, Self, T>, rest: &mut dyn Closing<Array<T>>) -> Result<Vec<f64>> {
        (0..self.count).map(|k| two_sided(&pass, &self.directions, k, self.epsilon, rest)).collect()
    }
    fn spend<T: Element>(
        &self,
        under: &Under<Self, T>,
        p: &Params<T>,
        at: Option<u64>,
        numbers: &[f64],
        dp: &mut Params<T>,
    ) -> Result<()> {
        same_len("numbers", self.count as usize, numbers.len())?;
        for (k, slope) in (0..).zip(numbers) {
            move_along(under, &self.directions, k, at, slope / self.count as f64, p, dp)?;
        }
        Ok(())
    }
}

/// Returns the values at $p + \epsilon z$ and $p - \epsilon z$ for the direction number `k`. One moved copy is made.
pub(super) fn both_sides<R: Rule<On = Silent>, T: Element>(
    pass: &Pass<'_, R, T>,
    directions: &Directions,
    k: u64,
    epsilon: f64,
    rest: &mut dyn Closing<Array<T>>,
) -> Result<[f64; 2]> {
    positive("distance", epsilon)?;
    let mut side = |by: f64| {
        let mut moved = pass.p.clone();
        move_along(pass.under, directions, k, pass.at, by, pass.p, &mut moved)?;
        rest.value(pass.under.forward(&moved, pass.at, pass.x.clone())?.0)
    };
    Ok([side(epsilon)?, side(-epsilon)?])
}
fn two_sided<R: Rule<On = Silent>, T: Element>(
    pass: &Pass<'_, R, T>,
    directions: &Directions,
    k: u64,
    epsilon: f64,
    rest: &mut dyn Closing<Array<T>>,
) -> Result<f64> {
    let [up, down] = both_sides(pass, directions, k, epsilon, rest)?;
    Ok((up - down) / (2.0 * epsilon))
}
/// Adds `by` times the direction number `k` to `to`, layer by layer.
pub(super) fn move_along<R: Rule, T: Element>(
    under: &Under<R, T>,
    directions: &Directions,
    k: u64,
    at: Option<u64>,
    by: f64,
    p: &Params<T>,
    to: &mut Params<T>,
) -> Result<()> {
    for b in under.net().boxes() {
        let own = b.generator.weights().len();
        let to = &mut to.slots[b.site][..own];
        directions.add(&under.site(b.site, at, p)?, k, T::of(by), to)?;
    }
    Ok(())
}
