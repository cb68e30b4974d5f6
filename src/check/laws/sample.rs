//! Values that a law can draw, compare and make simpler.

use crate::{
    category::{Modular, Z2},
    check::dot_product::Directions,
    lens::{Matrix, Scalar},
};
use alloc::{boxed::Box, vec, vec::Vec};
use core::fmt::Debug;
#[allow(unused_imports)] // with std, f64 has its methods itself
use num_traits::Float;

/// Where random values come from: bits from a seed.
#[derive(Clone, Debug)]
pub struct Draw(Directions);

impl Draw {
    /// Returns the source with this seed.
    pub fn seeded(seed: u64) -> Self {
        Draw(Directions::seeded(seed))
    }
    /// Returns 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.bits()
    }
}

/// A value that can stand in a law: it draws others in its own shape, says how far it is from another, and knows simpler
/// ones. Numbers, arrays, `Vec`, `Box`, [`Matrix`] and pairs are; implement it for your own objects.
///
/// # Example
/// ```
/// use pullback::check::laws::{Draw, Sample};
/// let shape = (0.0, vec![0.0; 3]);
/// let (x, v) = shape.draw(&mut Draw::seeded(1));
/// assert!(x != 0.0 && v.len() == 3);
/// assert_eq!((1.0f64).apart(&1.0), 0.0);
/// assert!((1.0f64).apart(&1.1) > 1.0 && f64::NAN.apart(&f64::NAN) > 1.0); // in units of what rounding may do
/// ```
pub trait Sample: Clone + Debug {
    /// Returns a random value in the shape of `self`.
    fn draw(&self, draw: &mut Draw) -> Self;
    /// Returns the distance in units of what rounding may do: at most 1 counts as equal, another shape or a NaN on
    /// either side is ∞. Exact numbers are 0 or ∞ apart.
    fn apart(&self, other: &Self) -> f64;
    /// Returns simpler values in the same shape, the simplest first. Going on from one of them must come to an end.
    fn simpler(&self) -> Vec<Self>;
}

/// Floating point: small multiples of 1/64, so that polynomials of low degree are exact; three sizes, because what
/// depends on size shows only where sizes differ.
macro_rules! real { ($($t:ty, $unit:expr);*) => { $(
    impl Sample for $t {
        fn draw(&self, draw: &mut Draw) -> Self {
            let bits = draw.bits();
            let size = [1.0, 8.0, 0.125][(bits >> 40) as usize % 3];
            ((bits & 255) as $t - 127.5) / 64.0 * size
        }
        fn apart(&self, other: &Self) -> f64 {
            if self == other {
                return 0.0;
            }
            let apart = (self - other).abs() / (1.0 + self.abs().max(other.abs())) / $unit;
            if apart.is_nan() { f64::INFINITY } else { f64::from(apart) }
        }
        fn simpler(&self) -> Vec<Self> {
            let x = *self;
            let candidates = match x {
                _ if x == 0.0 || x.is_nan() => return vec![],
                _ if x == 1.0 => return vec![0.0],
                _ if x < 0.0 => vec![0.0, 1.0, -x, x.trunc(), (x / 2.0).trunc()],
                _ => vec![0.0, 1.0, x.trunc(), (x / 2.0).trunc(), (x * 4.0).trunc() / 4.0],
            };
            candidates.into_iter().filter(|y| *y != x).collect()
        }
    }
)* } }
real! { f64, 1e-12; f32, 1e-5 }

impl Sample for Z2 {
    fn draw(&self, draw: &mut Draw) -> Self {
        Z2(draw.bits() >> 63 == 1)
    }
    fn apart(&self, other: &Self) -> f64 {
        if self == other { 0.0 } else { f64::INFINITY }
    }
    fn simpler(&self) -> Vec<Self> {
        if self.0 { vec![Z2(false)] } else { vec![] }
    }
}
impl<const N: u64> Sample for Modular<N> {
    fn draw(&self, draw: &mut Draw) -> Self {
        Modular::new(draw.bits())
    }
    fn apart(&self, other: &Self) -> f64 {
        if self == other { 0.0 } else { f64::INFINITY }
    }
    fn simpler(&self) -> Vec<Self> {
        let x = self.value();
        [0, 1, x / 2, x - x.min(1)].into_iter().filter(|y| *y < x).map(Modular::new).collect()
    }
}
impl Sample for () {
    fn draw(&self, _: &mut Draw) {}
    fn apart(&self, (): &()) -> f64 {
        0.0
    }
    fn simpler(&self) -> Vec<()> {
        vec![]
    }
}
impl<X: Sample, Y: Sample> Sample for (X, Y) {
    fn draw(&self, draw: &mut Draw) -> Self {
        (self.0.draw(draw), self.1.draw(draw))
    }
    fn apart(&self, other: &Self) -> f64 {
        self.0.apart(&other.0).max(self.1.apart(&other.1))
    }
    fn simpler(&self) -> Vec<Self> {
        let first = self.0.simpler().into_iter().map(|x| (x, self.1.clone()));
        first.chain(self.1.simpler().into_iter().map(|y| (self.0.clone(), y))).collect()
    }
}

/// What rows of values have in common.
fn apart<X: Sample>(a: &[X], b: &[X]) -> f64 {
    if a.len() == b.len() { a.iter().zip(b).fold(0.0, |m, (a, b)| a.apart(b).max(m)) } else { f64::INFINITY }
}
/// One place at a time.
fn simpler<X: Sample, R: Clone>(row: &R, places: impl Fn(&mut R) -> &mut [X]) -> Vec<R> {
    let mut copy = row.clone();
    let steps: Vec<_> = places(&mut copy).iter().enumerate().map(|(k, x)| (k, x.simpler())).collect();
    let mut all = vec![];
    for (k, x) in steps.into_iter().flat_map(|(k, xs)| xs.into_iter().map(move |x| (k, x))) {
        let mut row = row.clone();
        places(&mut row)[k] = x;
        all.push(row);
    }
    all
}

impl<X: Sample, const N: usize> Sample for [X; N] {
    fn draw(&self, draw: &mut Draw) -> Self {
        self.each_ref().map(|x| x.draw(draw))
    }
    fn apart(&self, other: &Self) -> f64 {
        apart(self, other)
    }
    fn simpler(&self) -> Vec<Self> {
        simpler(self, |row| &mut row[..])
    }
}
impl<X: Sample> Sample for Vec<X> {
    fn draw(&self, draw: &mut Draw) -> Self {
        self.iter().map(|x| x.draw(draw)).collect()
    }
    fn apart(&self, other: &Self) -> f64 {
        apart(self, other)
    }
    fn simpler(&self) -> Vec<Self> {
        simpler(self, |row| &mut row[..])
    }
}
impl<X: Sample> Sample for Box<X> {
    fn draw(&self, draw: &mut Draw) -> Self {
        Box::new((**self).draw(draw))
    }
    fn apart(&self, other: &Self) -> f64 {
        (**self).apart(other)
    }
    fn simpler(&self) -> Vec<Self> {
        (**self).simpler().into_iter().map(Box::new).collect()
    }
}
impl<T: Scalar + Sample, const M: usize, const N: usize> Sample for Matrix<T, M, N> {
    fn draw(&self, draw: &mut Draw) -> Self {
        Matrix::from_fn(|i, j| self[(i, j)].draw(draw))
    }
    fn apart(&self, other: &Self) -> f64 {
        apart(self.rows().as_flattened(), other.rows().as_flattened())
    }
    fn simpler(&self) -> Vec<Self> {
        simpler(self, |m| m.rows_mut().as_flattened_mut())
    }
}
