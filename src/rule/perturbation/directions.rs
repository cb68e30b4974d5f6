//! The directions in which rules that perturb move the parameters.

use crate::{
    error::{Error, Result, same_len},
    net::{At, Element, Params, same_shape},
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
    /// Where the arrays of each layer begin, and where the last ends.
    EverySign(Arc<[usize]>),
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
    /// Returns always the same direction, divided by its length: [`ForwardGradient`](crate::rule::ForwardGradient) along
    /// it is the exact projection of the gradient on it. A direction of length 0 stays one.
    ///
    /// # Example
    /// ```
    /// use pullback::{lens::Lens, net::*, rule::*};
    /// use ndarray::arr2;
    /// // the gradient (4, 1) on the direction (1, -1): ⟨g, d⟩/‖d‖² = 3/2
    /// let guess = Directions::unit(Params::new(vec![vec![arr2(&[[1.0, -1.0]])]]));
    /// let p = Params::new(vec![vec![arr2(&[[2.0, 3.0]])]]);
    /// let (x, dy) = (arr2(&[[4.0, 1.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
    /// let (_, _, dp) = Lens(linear(2, 1).under(ForwardGradient::along(guess))).pull(&p, x, dy)?;
    /// assert!((dp.slots[0][0][[0, 0]] - 1.5f64).abs() < 1e-15 && (dp.slots[0][0][[0, 1]] + 1.5).abs() < 1e-15);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn unit(mut direction: Params) -> Self {
        let square: f64 = direction.slots.iter().flatten().flatten().map(|v| v * v).sum();
        let by = if square > 0.0 { 1.0 / num_traits::Float::sqrt(square) } else { 0.0 };
        direction.slots.iter_mut().flatten().for_each(|a| a.mapv_inplace(|v| v * by));
        Self::given(direction)
    }
    /// Returns the sign vectors of numbers in the shape of `like`, one after the other: the draw number $d$ has the bits
    /// of $d$. As many draws as there are vectors, $2^D$, are all of them, so that a mean over them is no estimate.
    ///
    /// # Errors
    /// From every use: [`Error::OutOfDomain`](crate::Error::OutOfDomain) where there are more than 64 numbers, and
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where a layer has another number of them.
    pub fn every_sign<T: Element>(like: &Params<T>) -> Self {
        let ends = like.slots.iter().scan(0, |end, slot| {
            *end += slot.iter().map(Array2::len).sum::<usize>();
            Some(*end)
        });
        Directions(Kind::EverySign(core::iter::once(0).chain(ends).collect()))
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
            Kind::EverySign(starts) => return bits(starts, s.at, k, by, to),
        };
        let mut draw = s.stream(mix(&[seed, k]));
        let mut second = None;
        let mut one = || match normal {
            false if draw() < 0.0 => -1.0,
            false => 1.0,
            true => second.take().unwrap_or_else(|| {
                let (u, turn) = (0.5 - 0.5 * draw(), core::f64::consts::PI * draw());
                let length = num_traits::Float::sqrt(-2.0 * num_traits::Float::ln(u));
                let (sin, cos) = num_traits::Float::sin_cos(turn);
                second = Some(length * sin);
                length * cos
            }),
        };
        to.iter_mut().for_each(|to| to.mapv_inplace(|x| x + T::of(one()) * by));
        Ok(())
    }
    /// Returns the direction number `k` in one array of this size.
    pub(super) fn array<T: Element>(&self, s: &Site<'_, T>, k: u64, size: [usize; 2]) -> Result<Array2<T>> {
        let mut v = [Array2::zeros(size)];
        self.add(s, k, T::one(), &mut v)?;
        let [v] = v;
        Ok(v)
    }
    /// Returns the direction in arrays of these sizes.
    pub(super) fn arrays<T: Element>(&self, s: &Site<'_, T>, sizes: &[[usize; 2]]) -> Result<Vec<Array2<T>>> {
        let mut v: Vec<Array2<T>> = sizes.iter().map(|&size| Array2::zeros(size)).collect();
        self.add(s, 0, T::one(), &mut v)?;
        Ok(v)
    }
}
/// Adds `by` times the sign vector with the bits of the draw and `k`.
fn bits<T: Element>(starts: &[usize], at: At, k: u64, by: T, to: &mut [Array2<T>]) -> Result<()> {
    let all = starts.last().copied().unwrap_or(0);
    if all > 64 {
        return Err(Error::OutOfDomain { op: "every sign", value: all as f64, domain: "at most 64 numbers" });
    }
    let here = starts.get(at.site..).unwrap_or(&[]);
    let (start, end) = (here.first().copied().unwrap_or(all), here.get(1).copied().unwrap_or(all));
    same_len("direction", end - start, to.iter().map(Array2::len).sum())?;
    let bits = at.draw.unwrap_or(0).wrapping_add(k);
    for (place, x) in (start..).zip(to.iter_mut().flatten()) {
        *x += if bits >> place & 1 == 1 { by } else { -by };
    }
    Ok(())
}
