//! Blocks that are computed backwards.

use crate::{
    error::{Error, Result, same_len},
    lens::{Additive, Lens, Para},
    net::{Array, Element, Net, Params},
    rule::{Arrays, Rule, Under},
};
use alloc::{vec, vec::Vec};
use ndarray::{Axis, concatenate};

/// A row of reversible blocks. Made by [`reversible`].
#[derive(Clone, Debug)]
pub struct Reversible<R, T = f64> {
    blocks: Vec<[Under<R, T>; 2]>,
}

/// Returns a row of blocks, each of two networks $F$ and $G$ on half of the features:
///
/// $$ y_1 = x_1 + F(x_2), \quad y_2 = x_2 + G(y_1); \qquad x_2 = y_2 - G(y_1), \quad x_1 = y_1 - F(x_2). $$
///
/// Only what leaves the last block is kept. On the way back each block first computes its input from its output, then
/// what the rule sends back. It is a lens like any other; its parameters are those of $F$ and $G$ for each block.
///
/// # Check
/// The forward bits are those of the blocks written out. The changes are theirs up to the rounding of the inversion.
///
/// # Errors
/// From every use: [`Error::ShapeMismatch`] of a batch with an odd number of features, and those of the networks.
///
/// # Cost
/// Memory for one batch, whatever the number of blocks; one more pass forward.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let lens = reversible(&[(linear(1, 1), linear(1, 1))], Backprop);
/// let times = |w: f64| Params::new(vec![vec![arr2(&[[w]])]]);
/// let p = vec![(times(2.0), times(3.0))];
/// let (x, dy) = (arr2(&[[1.0, 10.0]]).into_shared(), arr2(&[[1.0, 0.0]]).into_shared());
/// let (y, dx, dp) = lens.pull(&p, x, dy)?; // 1 + 2·10, then 10 + 3·21
/// assert_eq!((y, dx), (arr2(&[[21.0, 73.0]]).into_shared(), arr2(&[[1.0, 2.0]]).into_shared()));
/// assert_eq!(dp[0].0.slots[0][0], arr2(&[[10.0]]));
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Dinh, Krueger and Bengio 2015; Gomez, Ren, Urtasun and Grosse 2017.
pub fn reversible<R: Rule<On = Arrays> + Clone, T: Element>(blocks: &[(Net, Net)], rule: R) -> Lens<Reversible<R, T>> {
    let under = |(f, g): &(Net, Net)| [f.under(rule.clone()), g.under(rule.clone())];
    Lens(Reversible { blocks: blocks.iter().map(under).collect() })
}
impl<R: Rule<On = Arrays>, T: Element> Reversible<R, T> {
    /// Returns first parameters.
    ///
    /// # Errors
    /// The fault of a network.
    pub fn init(&self, draw: &mut impl FnMut() -> f64) -> Result<Vec<(Params<T>, Params<T>)>> {
        self.blocks.iter().map(|[f, g]| Ok((f.init(draw)?, g.init(draw)?))).collect()
    }
}
fn halves<T: Element>(x: &Array<T>) -> Result<[Array<T>; 2]> {
    if x.ncols() % 2 != 0 {
        return Err(Error::ShapeMismatch { op: "reversible", expected: vec![x.ncols() + 1], found: vec![x.ncols()] });
    }
    let (a, b) = x.view().split_at(Axis(1), x.ncols() / 2);
    Ok([a.to_owned().into_shared(), b.to_owned().into_shared()])
}
fn joined<T: Element>([a, b]: [Array<T>; 2]) -> Result<Array<T>> {
    let whole = concatenate(Axis(1), &[a.view(), b.view()]);
    let found = || Error::ShapeMismatch { op: "reversible", expected: a.shape().to_vec(), found: b.shape().to_vec() };
    Ok(whole.map_err(|_| found())?.into_shared())
}
fn minus<T: Element>(mut a: Array<T>, b: &Array<T>) -> Result<Array<T>> {
    crate::net::same_shape("reversible", a.shape(), b.shape())?;
    a.zip_mut_with(b, |a, &b| *a -= b);
    Ok(a)
}
impl<R: Rule<On = Arrays>, T: Element> Para for Reversible<R, T> {
    type P = Vec<(Params<T>, Params<T>)>;
    type A = Array<T>;
    type B = Array<T>;
    /// What left the last block.
    type M = Array<T>;
    fn fwd(&self, p: &[(Params<T>, Params<T>)], x: Array<T>) -> Result<(Array<T>, Array<T>)> {
        same_len("reversible", self.blocks.len(), p.len())?;
        let [mut a, mut b] = halves(&x)?;
        for ([f, g], (p, q)) in self.blocks.iter().zip(p) {
            a.add(&f.fwd(p, b.clone())?.0)?;
            b.add(&g.fwd(q, a.clone())?.0)?;
        }
        let y = joined([a, b])?;
        Ok((y.clone(), y))
    }
    fn bwd(
        &self,
        p: &[(Params<T>, Params<T>)],
        y: Array<T>,
        dy: Array<T>,
        dp: &mut Vec<(Params<T>, Params<T>)>,
    ) -> Result<Array<T>> {
        same_len("reversible", self.blocks.len(), p.len())?;
        same_len("reversible", self.blocks.len(), dp.len())?;
        let ([mut a, mut b], [mut da, mut db]) = (halves(&y)?, halves(&dy)?);
        for (([f, g], (p, q)), (dp, dq)) in self.blocks.iter().zip(p).zip(dp).rev() {
            let (again, kept) = g.fwd(q, a.clone())?;
            b = minus(b, &again)?;
            da.add(&g.bwd(q, kept, db.clone(), dq)?)?;
            let (again, kept) = f.fwd(p, b.clone())?;
            a = minus(a, &again)?;
            db.add(&f.bwd(p, kept, da.clone(), dp)?)?;
        }
        joined([da, db])
    }
    fn predict(&self, p: &[(Params<T>, Params<T>)], x: Array<T>) -> Result<Array<T>> {
        same_len("reversible", self.blocks.len(), p.len())?;
        let [mut a, mut b] = halves(&x)?;
        for ([f, g], (p, q)) in self.blocks.iter().zip(p) {
            a.add(&f.predict(p, b.clone())?)?;
            b.add(&g.predict(q, a.clone())?)?;
        }
        joined([a, b])
    }
}
