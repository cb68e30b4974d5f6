//! The functor on wires: what rides forward, and what rides backward.

use crate::{
    error::{Error, Result},
    lens::{Additive, Co, Object},
    net::{Array, Element, same_shape},
};
use ndarray::Zip;

/// What rides on a wire under a rule. What rides backward is a commutative monoid: two uses of a wire are
/// [`merge`](Objects::merge)d, and an unused wire sends nothing.
pub trait Objects {
    /// What enters the network.
    type Input<T: Element>: Object;
    /// What rides forward.
    type Fwd<T: Element>: Clone;
    /// What rides backward.
    type Back<T: Element>: Clone;
    /// Returns what an input puts on its wire.
    fn lift<T: Element>(x: Self::Input<T>) -> Self::Fwd<T>;
    /// Returns the batch that a loss compares with labels.
    fn lower<T: Element>(y: &Self::Fwd<T>) -> Array<T>;
    /// Returns what starts back at the output, given the change that the loss asks for.
    ///
    /// # Errors
    /// A change in another shape than the output.
    fn seed<T: Element>(y: &Self::Fwd<T>, dy: Array<T>) -> Result<Self::Back<T>>;
    /// Returns the change of the input; `zero` in its shape where nothing came back.
    fn unlift<T: Element>(zero: Co<Self::Input<T>>, bx: Option<Self::Back<T>>) -> Co<Self::Input<T>>;
    /// Returns what rides backward as a change of a batch, where it is one.
    fn change<T: Element>(_: &Self::Back<T>) -> Option<Array<T>> {
        None
    }
    /// Joins what came back from two uses of a wire.
    ///
    /// # Errors
    /// Two changes in different shapes.
    fn merge<T: Element>(a: Self::Back<T>, b: Self::Back<T>) -> Result<Self::Back<T>>;
    /// Returns `a` times a number: what rules that average passes or weigh paths need. Where all wires carry the same, a
    /// path weighs nothing and `a` stays as it is.
    ///
    /// # Errors
    /// [`Error::NoPartial`] where it has not been said what that means, which is the default.
    fn scale<T: Element>(_a: Self::Back<T>, _by: T) -> Result<Self::Back<T>> {
        Err(Error::NoPartial { op: "scale of what rides backward" })
    }
}

/// Wires on which something of your own rides forward and nothing backward: the short form of [`Objects`].
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// /// A batch, and the same batch with its signs turned.
/// enum Mirrored {}
/// impl OneWay for Mirrored {
///     type Wire<T: Element> = (Array<T>, Array<T>);
///     fn lift<T: Element>(x: Array<T>) -> Self::Wire<T> {
///         (x.clone(), x.mapv(|x| -x).into_shared())
///     }
///     fn lower<T: Element>(y: &Self::Wire<T>) -> Array<T> {
///         y.0.clone()
///     }
/// }
/// let x = ndarray::arr2(&[[1.0, 2.0]]).into_shared();
/// assert_eq!(<Mirrored as Objects>::lift(x).1[[0, 1]], -2.0);
/// ```
pub trait OneWay {
    /// What rides forward.
    type Wire<T: Element>: Clone;
    /// Returns what an input puts on its wire.
    fn lift<T: Element>(x: Array<T>) -> Self::Wire<T>;
    /// Returns the batch that a loss compares with labels.
    fn lower<T: Element>(y: &Self::Wire<T>) -> Array<T>;
}
impl<W: OneWay> Objects for W {
    type Input<T: Element> = Array<T>;
    type Fwd<T: Element> = W::Wire<T>;
    type Back<T: Element> = ();
    fn lift<T: Element>(x: Array<T>) -> W::Wire<T> {
        W::lift(x)
    }
    fn lower<T: Element>(y: &W::Wire<T>) -> Array<T> {
        W::lower(y)
    }
    fn seed<T: Element>(_: &W::Wire<T>, _: Array<T>) -> Result<()> {
        Ok(())
    }
    fn unlift<T: Element>(zero: Array<T>, _: Option<()>) -> Array<T> {
        zero
    }
    fn merge<T: Element>((): (), (): ()) -> Result<()> {
        Ok(())
    }
    fn scale<T: Element>((): (), _: T) -> Result<()> {
        Ok(())
    }
}

/// $(A, A')$: a batch forward, a change of it backward.
#[derive(Clone, Copy, Debug)]
pub enum Arrays {}
impl Objects for Arrays {
    type Input<T: Element> = Array<T>;
    type Fwd<T: Element> = Array<T>;
    type Back<T: Element> = Array<T>;
    fn lift<T: Element>(x: Array<T>) -> Array<T> {
        x
    }
    fn lower<T: Element>(y: &Array<T>) -> Array<T> {
        y.clone()
    }
    fn seed<T: Element>(y: &Array<T>, dy: Array<T>) -> Result<Array<T>> {
        same_shape("seed", y.shape(), dy.shape())?;
        Ok(dy)
    }
    fn unlift<T: Element>(zero: Array<T>, bx: Option<Array<T>>) -> Array<T> {
        bx.unwrap_or(zero)
    }
    fn change<T: Element>(d: &Array<T>) -> Option<Array<T>> {
        Some(d.clone())
    }
    fn merge<T: Element>(mut a: Array<T>, b: Array<T>) -> Result<Array<T>> {
        a.add(&b)?;
        Ok(a)
    }
    fn scale<T: Element>(a: Array<T>, by: T) -> Result<Array<T>> {
        Ok(a.mapv(|a| a * by).into_shared())
    }
}

/// $(A, 1)$: a batch forward, nothing backward. Each layer learns from what it keeps.
#[derive(Clone, Copy, Debug)]
pub enum Silent {}
impl OneWay for Silent {
    type Wire<T: Element> = Array<T>;
    fn lift<T: Element>(x: Array<T>) -> Array<T> {
        x
    }
    fn lower<T: Element>(y: &Array<T>) -> Array<T> {
        y.clone()
    }
}

/// $(A, E \times A')$: a batch forward; backward the change of the network's output, the same on every wire, and a
/// change of the batch where there is one.
#[derive(Clone, Copy, Debug)]
pub enum Broadcast {}
impl Objects for Broadcast {
    type Input<T: Element> = Array<T>;
    type Fwd<T: Element> = Array<T>;
    type Back<T: Element> = (Array<T>, Option<Array<T>>);
    fn lift<T: Element>(x: Array<T>) -> Array<T> {
        x
    }
    fn lower<T: Element>(y: &Array<T>) -> Array<T> {
        y.clone()
    }
    fn seed<T: Element>(y: &Array<T>, e: Array<T>) -> Result<Self::Back<T>> {
        same_shape("seed", y.shape(), e.shape())?;
        Ok((e.clone(), Some(e)))
    }
    fn unlift<T: Element>(zero: Array<T>, bx: Option<Self::Back<T>>) -> Array<T> {
        bx.and_then(|(_, d)| d).unwrap_or(zero)
    }
    fn change<T: Element>((_, d): &Self::Back<T>) -> Option<Array<T>> {
        d.clone()
    }
    fn merge<T: Element>((e, a): Self::Back<T>, (_, b): Self::Back<T>) -> Result<Self::Back<T>> {
        let joined = match (a, b) {
            (Some(a), Some(b)) => Some(Arrays::merge(a, b)?),
            (a, b) => a.or(b),
        };
        Ok((e, joined))
    }
    fn scale<T: Element>((e, d): Self::Back<T>, by: T) -> Result<Self::Back<T>> {
        Ok((e, d.map(|d| Arrays::scale(d, by)).transpose()?))
    }
}

/// $(A \times TA, \mathbb R)$: a batch and a change of it forward; backward one number, the same on every wire.
#[derive(Clone, Copy, Debug)]
pub enum Tangents {}
impl Objects for Tangents {
    type Input<T: Element> = Array<T>;
    type Fwd<T: Element> = (Array<T>, Array<T>);
    type Back<T: Element> = T;
    fn lift<T: Element>(x: Array<T>) -> Self::Fwd<T> {
        let zero = x.zero();
        (x, zero)
    }
    fn lower<T: Element>(y: &Self::Fwd<T>) -> Array<T> {
        y.0.clone()
    }
    fn seed<T: Element>((_, y): &Self::Fwd<T>, dy: Array<T>) -> Result<T> {
        same_shape("seed", y.shape(), dy.shape())?;
        Ok(Zip::from(y).and(&dy).fold(T::zero(), |sum, &y, &dy| sum + y * dy))
    }
    fn unlift<T: Element>(zero: Array<T>, _: Option<T>) -> Array<T> {
        zero
    }
    fn merge<T: Element>(a: T, _: T) -> Result<T> {
        Ok(a)
    }
    fn scale<T: Element>(a: T, _: T) -> Result<T> {
        Ok(a)
    }
}

/// $(A \times A, 1)$: two batches forward, for instance a right and a wrong one; nothing backward.
#[derive(Clone, Copy, Debug)]
pub enum Pairs {}
impl Objects for Pairs {
    type Input<T: Element> = (Array<T>, Array<T>);
    type Fwd<T: Element> = (Array<T>, Array<T>);
    type Back<T: Element> = ();
    fn lift<T: Element>(x: Self::Input<T>) -> Self::Fwd<T> {
        x
    }
    fn lower<T: Element>(y: &Self::Fwd<T>) -> Array<T> {
        y.0.clone()
    }
    fn seed<T: Element>(_: &Self::Fwd<T>, _: Array<T>) -> Result<()> {
        Ok(())
    }
    fn unlift<T: Element>(zero: Self::Input<T>, _: Option<()>) -> Self::Input<T> {
        zero
    }
    fn merge<T: Element>((): (), (): ()) -> Result<()> {
        Ok(())
    }
    fn scale<T: Element>((): (), _: T) -> Result<()> {
        Ok(())
    }
}
