//! The two boxes that most networks are made of, over any ring of scalars.

use super::{
    coordinates::{Coordinates, Scalar},
    object::{Additive, Co, Object, View},
    para::{Lens, Para},
};
use crate::error::Result;
use alloc::{boxed::Box, vec::Vec};
use core::{
    marker::PhantomData,
    ops::{Index, IndexMut},
};

/// `M` rows of `N` numbers, row-major, on the heap.
///
/// # Example
/// ```
/// use pullback::lens::Matrix;
/// let mut a = Matrix::new([[1, 2, 3], [4, 5, 6]]);
/// a[(1, 0)] = 7;
/// assert_eq!((a[(1, 0)], a.rows()), (7, &[[1, 2, 3], [7, 5, 6]][..]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Matrix<T, const M: usize, const N: usize>(Box<[[T; N]]>);

impl<T, const M: usize, const N: usize> Matrix<T, M, N> {
    /// Returns the matrix with these rows.
    pub fn new(rows: [[T; N]; M]) -> Self {
        Matrix(Box::new(rows))
    }
    /// Returns the matrix with entry `f(row, column)`.
    ///
    /// # Example
    /// ```
    /// use pullback::lens::Matrix;
    /// assert_eq!(Matrix::from_fn(|i, j| i == j), Matrix::new([[true, false], [false, true]]));
    /// ```
    pub fn from_fn(mut f: impl FnMut(usize, usize) -> T) -> Self {
        Matrix((0..M).map(|i| core::array::from_fn(|j| f(i, j))).collect::<Vec<_>>().into_boxed_slice())
    }
    /// Returns the rows.
    pub fn rows(&self) -> &[[T; N]] {
        &self.0
    }
    /// Returns the rows for writing.
    pub fn rows_mut(&mut self) -> &mut [[T; N]] {
        &mut self.0
    }
}
impl<T, const M: usize, const N: usize> Index<(usize, usize)> for Matrix<T, M, N> {
    type Output = T;
    fn index(&self, (i, j): (usize, usize)) -> &T {
        &self.0[i][j]
    }
}
impl<T, const M: usize, const N: usize> IndexMut<(usize, usize)> for Matrix<T, M, N> {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut T {
        &mut self.0[i][j]
    }
}
impl<T: Scalar, const M: usize, const N: usize> Additive for Matrix<T, M, N> {
    fn add(&mut self, o: &Self) -> Result<()> {
        self.coordinates_mut().iter_mut().zip(o.coordinates()).for_each(|(a, b)| *a += *b);
        Ok(())
    }
}
impl<T: Scalar, const M: usize, const N: usize> Object for Matrix<T, M, N> {
    type Co = Self;
    type View<'a>
        = &'a Self
    where
        T: 'a;
    #[inline(always)]
    fn view(&self) -> &Self {
        self
    }
    fn owned(view: &Self) -> Self {
        view.clone()
    }
    fn zero_of(_: &Self) -> Self {
        Matrix(alloc::vec![[T::ZERO; N]; M].into_boxed_slice())
    }
}
impl<T: Scalar, const M: usize, const N: usize> Coordinates for Matrix<T, M, N> {
    type Scalar = T;
    #[inline(always)]
    fn coordinates(&self) -> &[T] {
        self.0.as_flattened()
    }
    #[inline(always)]
    fn coordinates_mut(&mut self) -> &mut [T] {
        self.0.as_flattened_mut()
    }
    #[inline(always)]
    fn seen<'v>(view: &'v Self::View<'_>) -> &'v [T] {
        view.coordinates()
    }
}

/// Defines a box without fields and the function that makes it.
macro_rules! unit_box { ($name:ident<$t:ident $(, $n:ident)*>) => {
    impl<$t, $(const $n: usize),*> Clone for $name<$t, $($n),*> {
        fn clone(&self) -> Self { *self }
    }
    impl<$t, $(const $n: usize),*> Copy for $name<$t, $($n),*> {}
    impl<$t, $(const $n: usize),*> core::fmt::Debug for $name<$t, $($n),*> {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str(stringify!($name))?;
            f.debug_list().entries([$($n),*]).finish()
        }
    }
} }

/// The box of [`linear`].
pub struct Linear<T, const N: usize, const M: usize>(PhantomData<fn(T)>);
unit_box! { Linear<T, N, M> }

/// Returns $x \mapsto Wx$ with the parameter $W$.
///
/// $$ \bar x = W^\top \bar y, \qquad \bar W = \bar y\, x^\top $$
///
/// # Example
/// ```
/// use pullback::{category::Z2, lens::*};
/// let w = Matrix::new([[1.0, 2.0], [3.0, 4.0]]);
/// let (y, dx, dw) = linear::<f64, 2, 2>().pull(&w, [1.0, 10.0], [1.0, 0.0])?;
/// assert_eq!((y, dx, dw), ([21.0, 43.0], [1.0, 2.0], Matrix::new([[1.0, 10.0], [0.0, 0.0]])));
/// // the same box over bits
/// let (o, i) = (Z2(false), Z2(true));
/// assert_eq!(linear().eval(&Matrix::new([[i, i]]), [i, i])?, [o]);
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn linear<T: Scalar, const N: usize, const M: usize>() -> Lens<Linear<T, N, M>> {
    Lens(Linear(PhantomData))
}
impl<T: Scalar, const N: usize, const M: usize> Para for Linear<T, N, M> {
    type P = Matrix<T, M, N>;
    type A = [T; N];
    type B = [T; M];
    type M = [T; N];
    #[inline]
    fn fwd(&self, w: View<'_, Self::P>, x: [T; N]) -> Result<([T; M], [T; N])> {
        let mut y = [T::ZERO; M];
        for (y, row) in y.iter_mut().zip(w.rows()) {
            for (w, x) in row.iter().zip(&x) {
                *y += *w * *x;
            }
        }
        Ok((y, x))
    }
    #[inline]
    fn bwd(&self, w: View<'_, Self::P>, x: [T; N], dy: [T; M], dw: &mut Co<Self::P>) -> Result<[T; N]> {
        let mut dx = [T::ZERO; N];
        for ((row, to), d) in w.rows().iter().zip(dw.rows_mut()).zip(dy) {
            for k in 0..N {
                to[k] += d * x[k];
                dx[k] += d * row[k];
            }
        }
        Ok(dx)
    }
}

/// The box of [`bias`].
pub struct Bias<T, const N: usize>(PhantomData<fn(T)>);
unit_box! { Bias<T, N> }

/// Returns $x \mapsto x + b$ with the parameter $b$.
///
/// # Example
/// ```
/// use pullback::lens::*;
/// assert_eq!(bias().pull(&[1.0, 2.0], [3.0, 4.0], [5.0, 6.0])?, ([4.0, 6.0], [5.0, 6.0], [5.0, 6.0]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn bias<T: Scalar, const N: usize>() -> Lens<Bias<T, N>> {
    Lens(Bias(PhantomData))
}
impl<T: Scalar, const N: usize> Para for Bias<T, N> {
    type P = [T; N];
    type A = [T; N];
    type B = [T; N];
    type M = ();
    #[inline]
    fn fwd(&self, b: View<'_, Self::P>, mut x: [T; N]) -> Result<([T; N], ())> {
        x.add(b)?;
        Ok((x, ()))
    }
    #[inline]
    fn bwd(&self, _: View<'_, Self::P>, (): (), d: [T; N], db: &mut [T; N]) -> Result<[T; N]> {
        db.add(&d)?;
        Ok(d)
    }
}
