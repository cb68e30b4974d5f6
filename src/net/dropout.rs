//! Dropout.

use super::{
    Array, Element, Net, Shape, layer,
    layer::{At, Kernel, Seen},
    window::shaped,
};
use crate::{
    diagram::Few,
    error::{Error, Result},
    random::{Source, mix},
};
use alloc::{format, string::String};
use ndarray::Array2;
use smallvec::smallvec;

/// Zeros at random while learning. Made by [`dropout`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Dropout {
    /// The probability of a zero.
    pub rate: f64,
    /// What the random numbers are drawn from.
    pub seed: u64,
}

/// Returns the network that, while learning, makes each number zero with probability `rate` and divides the others by
/// $1 - \mathrm{rate}$. While predicting it does nothing.
///
/// Which numbers is a function of the seed, the place in the network and the number of the step: a pass can be repeated,
/// and a stored state goes on with the same numbers.
///
/// # Errors
/// From every use: a rate outside $[0, 1)$.
///
/// # Example
/// ```
/// use pullback::{lens::Para, net::*, rule::*};
/// let (under, x) = (dropout(0.5, 7).under(Backprop), ndarray::Array2::ones((1, 1000)).into_shared());
/// let p: Params = Params::new(vec![vec![]]);
/// assert_eq!(under.predict(&p, x.clone())?, x);
/// let (y, _) = under.fwd(&p, x)?;
/// let twice = y.iter().filter(|&&y| y == 2.0).count();
/// assert!((450..550).contains(&twice) && y.sum() == 2.0 * twice as f64); // the others are zero
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014.
pub fn dropout(rate: f64, seed: u64) -> Net {
    layer(Dropout { rate, seed })
}

impl Dropout {
    fn check(&self) -> Result<()> {
        match (0.0..1.0).contains(&self.rate) {
            true => Ok(()),
            false => Err(Error::OutOfDomain { op: "dropout", value: self.rate, domain: "a rate in [0, 1)" }),
        }
    }
    fn dropped<T: Element>(&self, at: At, x: &Array<T>) -> Result<Array<T>> {
        self.check()?;
        let Some(draw) = at.draw else { return Ok(x.clone()) };
        let mut source = Source::seeded(mix(&[self.seed, at.site as u64, draw]));
        let kept = T::of(1.0 / (1.0 - self.rate));
        let drop = self.rate * 2.0 - 1.0;
        let all = x.iter().map(|&x| if source.uniform() < drop { T::zero() } else { x * kept }).collect();
        Ok(shaped("dropout", [x.nrows(), x.ncols()], all)?.into_shared())
    }
}
impl Kernel for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }
    fn label(&self) -> String {
        format!("dropout {}", self.rate)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        self.check()?;
        Ok(x[0].clone())
    }
    fn apply<T: Element>(&self, at: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.dropped(at, x[0])
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.dropped(s.at, dx[0])
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![self.dropped(s.at, dy)?])
    }
}
