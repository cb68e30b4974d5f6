//! One walk over nested parameters.

use crate::{
    error::{Result, same_len},
    lens::{Coordinates, Matrix, Object, Scalar},
};
use alloc::{boxed::Box, vec::Vec};

/// Parameters that are numbers `T` all the way down: scalars, arrays, [`Matrix`], `Vec`, `Box`, pairs, the unit,
/// nested as you like.
pub trait Elementwise<T>: Object<Co = Self> {
    /// Calls `f` on the numbers that stand at the same place in all of `xs`, place after place.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where run-time lengths differ; what stands before them has
    /// been visited.
    ///
    /// # Example
    /// ```
    /// use pullback::learn::Elementwise;
    /// let (mut p, mut c) = ((1.0, vec![2.0, 3.0]), (10.0, vec![20.0, 30.0]));
    /// Elementwise::zip([&mut p, &mut c], &mut |[p, c]: [&mut f64; 2]| *p += *c)?;
    /// assert_eq!(p, (11.0, vec![22.0, 33.0]));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    fn zip<const K: usize>(xs: [&mut Self; K], f: &mut impl FnMut([&mut T; K])) -> Result<()>;
}

macro_rules! leaves { ($($t:ty)*) => { $(
    impl Elementwise<$t> for $t {
        #[inline(always)]
        fn zip<const K: usize>(xs: [&mut $t; K], f: &mut impl FnMut([&mut $t; K])) -> Result<()> {
            f(xs);
            Ok(())
        }
    }
)* } }
leaves! { f32 f64 }

impl<T> Elementwise<T> for () {
    fn zip<const K: usize>(_: [&mut (); K], _: &mut impl FnMut([&mut T; K])) -> Result<()> {
        Ok(())
    }
}
impl<T, X: Elementwise<T>, Y: Elementwise<T>> Elementwise<T> for (X, Y) {
    #[inline]
    fn zip<const K: usize>(mut xs: [&mut (X, Y); K], f: &mut impl FnMut([&mut T; K])) -> Result<()> {
        X::zip(xs.each_mut().map(|x| &mut x.0), f)?;
        Y::zip(xs.map(|x| &mut x.1), f)
    }
}
impl<T, X: Elementwise<T>, const N: usize> Elementwise<T> for [X; N] {
    #[inline]
    fn zip<const K: usize>(mut xs: [&mut [X; N]; K], f: &mut impl FnMut([&mut T; K])) -> Result<()> {
        (0..N).try_for_each(|k| X::zip(xs.each_mut().map(|x| &mut x[k]), f))
    }
}
impl<T, X: Elementwise<T>> Elementwise<T> for Vec<X> {
    #[inline]
    fn zip<const K: usize>(mut xs: [&mut Vec<X>; K], f: &mut impl FnMut([&mut T; K])) -> Result<()> {
        let n = xs.first().map_or(0, |x| x.len());
        xs.iter().try_for_each(|x| same_len("optimiser", n, x.len()))?;
        (0..n).try_for_each(|k| X::zip(xs.each_mut().map(|x| &mut x[k]), f))
    }
}
impl<T, X: Elementwise<T>> Elementwise<T> for Box<X> {
    #[inline]
    fn zip<const K: usize>(xs: [&mut Box<X>; K], f: &mut impl FnMut([&mut T; K])) -> Result<()> {
        X::zip(xs.map(|x| &mut **x), f)
    }
}
impl<T: Scalar, const M: usize, const N: usize> Elementwise<T> for Matrix<T, M, N> {
    #[inline]
    fn zip<const K: usize>(xs: [&mut Self; K], f: &mut impl FnMut([&mut T; K])) -> Result<()> {
        zip_rows(xs.map(|x| x.coordinates_mut()), f);
        Ok(())
    }
}

/// The numbers of all arrays, and the count of draws, which the change moves on.
#[cfg(feature = "learn")]
impl<T: crate::net::Element> Elementwise<T> for crate::net::Params<T> {
    fn zip<const K: usize>(mut xs: [&mut Self; K], f: &mut impl FnMut([&mut T; K])) -> Result<()> {
        if let [p, c, ..] = &mut xs[..] {
            p.draws = p.draws.wrapping_add(c.draws);
        }
        crate::net::zip_slots(xs, |arrays| zip_arrays(arrays, f))
    }
}
/// The numbers of a batch.
#[cfg(feature = "learn")]
impl<T: crate::net::Element> Elementwise<T> for crate::net::Array<T> {
    fn zip<const K: usize>(xs: [&mut Self; K], f: &mut impl FnMut([&mut T; K])) -> Result<()> {
        let shape = xs.first().map_or(Vec::new(), |x| x.shape().to_vec());
        xs.iter().try_for_each(|x| crate::net::same_shape("optimiser", &shape, x.shape()))?;
        zip_arrays(xs, f);
        Ok(())
    }
}
/// Calls `f` on the numbers that stand at the same place in all of some arrays of one shape.
#[cfg(feature = "learn")]
fn zip_arrays<T: Copy, S: ndarray::DataMut<Elem = T>, const K: usize>(
    mut xs: [&mut ndarray::ArrayBase<S, ndarray::Ix2>; K],
    f: &mut impl FnMut([&mut T; K]),
) {
    if xs.iter().all(|x| x.is_standard_layout()) {
        return zip_rows(xs.map(|x| x.as_slice_mut().expect("bug: checked above")), f);
    }
    let mut places = xs.each_mut().map(|x| x.iter_mut());
    loop {
        let next = places.each_mut().map(Iterator::next);
        if next.iter().any(Option::is_none) {
            return;
        }
        f(next.map(|x| x.expect("bug: checked above")));
    }
}
/// Calls `f` on the numbers that stand at the same place in all of some rows of one length. A few at a time are copied,
/// so that it is plain that they do not overlap and the loop over them runs in vector registers.
fn zip_rows<T: Copy, const K: usize>(mut rows: [&mut [T]; K], f: &mut impl FnMut([&mut T; K])) {
    const FEW: usize = 8;
    let n = rows.iter().map(|row| row.len()).min().unwrap_or(0);
    let whole = n - n % FEW;
    let Some(first) = rows.first().and_then(|row| row.first()) else { return };
    let (mut few, mut place) = ([[*first; FEW]; K], [*first; K]);
    for start in (0..whole).step_by(FEW) {
        for (few, row) in few.iter_mut().zip(&rows) {
            few.copy_from_slice(&row[start..start + FEW]);
        }
        for k in 0..FEW {
            for (x, few) in place.iter_mut().zip(&few) {
                *x = few[k];
            }
            f(place.each_mut());
            for (x, few) in place.iter().zip(&mut few) {
                few[k] = *x;
            }
        }
        for (few, row) in few.iter().zip(&mut rows) {
            row[start..start + FEW].copy_from_slice(few);
        }
    }
    (whole..n).for_each(|k| f(rows.each_mut().map(|row| &mut row[k])));
}
