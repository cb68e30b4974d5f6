//! The directions in which rules that perturb move the parameters.

use crate::{
    error::{Result, same_len},
    net::{Element, Params, same_shape},
    random::mix,
    rule::Site,
};
use alloc::{sync::Arc, vec::Vec};
use ndarray::Array2;

/// Where to look: a direction for each array of a layer, drawn again whenever it is asked for, so that none is stored.
///
/// The same layer, step and number of the direction give the same numbers. All directions have mean 0 and variance 1.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// // along the direction (1, -1) the network 2a + 3b grows by 2 - 3, here for a = b = 1
/// let direction = Directions::given(Params::new(vec![vec![arr2(&[[1.0, -1.0]])]]));
/// let p = Params::new(vec![vec![arr2(&[[2.0, 3.0]])]]);
/// let (x, dy) = (arr2(&[[4.0, 1.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
/// let (_, _, dp) = Lens(linear(2, 1).under(ForwardGradient::along(direction))).pull(&p, x, dy)?;
/// assert_eq!(dp.slots[0][0], arr2(&[[3.0, -3.0]])); // 4·1 + 1·(-1) = 3, times the direction
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Directions(Kind);
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Signs(u64),
    Normal(u64),
    Given(Arc<Params>),
}
impl Directions {
    /// Returns random signs (Rademacher).
    pub const fn signs(seed: u64) -> Self {
        Directions(Kind::Signs(seed))
    }
    /// Returns normal numbers (Box and Muller).
    pub const fn normal(seed: u64) -> Self {
        Directions(Kind::Normal(seed))
    }
    /// Returns always the same direction: a guess of the gradient, or one of all sign vectors in a test.
    pub fn given(direction: Params) -> Self {
        Directions(Kind::Given(Arc::new(direction)))
    }
    /// Adds `by` times the direction number `k` of this layer and step to `to`, number by number, without storing it.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where a given direction has other arrays.
    pub fn add<T: Element>(&self, s: &Site<'_, T>, k: u64, by: T, to: &mut [Array2<T>]) -> Result<()> {
        let (seed, normal) = match &self.0 {
            Kind::Signs(seed) => (*seed, false),
            Kind::Normal(seed) => (*seed, true),
            Kind::Given(all) => {
                let found = all.slots.get(s.at.site).map_or(&[][..], |slot| slot);
                same_len("direction", to.len(), found.len().min(to.len()))?;
                for (to, from) in to.iter_mut().zip(found) {
                    same_shape("direction", to.shape(), from.shape())?;
                    to.zip_mut_with(from, |to, &v| *to += T::of(v) * by);
                }
                return Ok(());
            }
        };
        let mut draw = s.stream(mix(&[seed, k]));
        let mut one = || match normal {
            false if draw() < 0.0 => -1.0,
            false => 1.0,
            true => {
                let (u, turn) = (0.5 - 0.5 * draw(), core::f64::consts::PI * draw());
                num_traits::Float::sqrt(-2.0 * num_traits::Float::ln(u)) * num_traits::Float::cos(turn)
            }
        };
        to.iter_mut().for_each(|to| to.mapv_inplace(|x| x + T::of(one()) * by));
        Ok(())
    }
    /// Returns the direction in arrays of these sizes.
    pub(super) fn arrays<T: Element>(&self, s: &Site<'_, T>, sizes: &[[usize; 2]]) -> Result<Vec<Array2<T>>> {
        let mut v: Vec<Array2<T>> = sizes.iter().map(|&size| Array2::zeros(size)).collect();
        self.add(s, 0, T::one(), &mut v)?;
        Ok(v)
    }
}
