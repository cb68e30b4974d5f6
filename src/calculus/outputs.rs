//! What a function under a forward driver may return.

use crate::{
    error::Result,
    forward::{Dual, Jet, Multi},
};
use alloc::vec::Vec;

/// A number, an array, a `Vec`, a tuple of these, or a `Result` of them: the shapes that a forward driver hands through.
///
/// `N` is the number that the function computes with.
pub trait Outputs<N> {
    /// The same shape with `U` in each place.
    type Of<U>;
    /// Returns the shape with `f` of each number, in order.
    ///
    /// # Errors
    /// The error that the function returned.
    fn each<U>(&self, f: &mut impl FnMut(N) -> U) -> Result<Self::Of<U>>;
}

macro_rules! single { ($([$($g:tt)*] $n:ty),*) => { $(
    impl<$($g)*> Outputs<$n> for $n {
        type Of<U> = U;
        fn each<U>(&self, f: &mut impl FnMut(Self) -> U) -> Result<U> {
            Ok(f(*self))
        }
    }
)* } }
single! {
    [] f32,
    [] f64,
    [T: Copy, F: Copy] Dual<T, F>,
    [T: Copy, const K: usize, F: Copy] Multi<T, K, F>,
    [T: Copy, const K: usize, F: Copy] Jet<T, K, F>
}

impl<N: Copy, const M: usize> Outputs<N> for [N; M] {
    type Of<U> = [U; M];
    fn each<U>(&self, f: &mut impl FnMut(N) -> U) -> Result<[U; M]> {
        Ok(self.map(f))
    }
}
impl<N: Copy> Outputs<N> for Vec<N> {
    type Of<U> = Vec<U>;
    fn each<U>(&self, f: &mut impl FnMut(N) -> U) -> Result<Vec<U>> {
        Ok(self.iter().map(|&n| f(n)).collect())
    }
}
impl<N, O: Outputs<N>> Outputs<N> for Result<O> {
    type Of<U> = O::Of<U>;
    fn each<U>(&self, f: &mut impl FnMut(N) -> U) -> Result<O::Of<U>> {
        self.as_ref().map_err(Clone::clone)?.each(f)
    }
}
macro_rules! tuple { ($($o:ident $k:tt),*) => {
    impl<N, $($o: Outputs<N>),*> Outputs<N> for ($($o,)*) {
        type Of<U> = ($($o::Of<U>,)*);
        fn each<U>(&self, f: &mut impl FnMut(N) -> U) -> Result<Self::Of<U>> {
            Ok(($(self.$k.each(f)?,)*))
        }
    }
} }
tuple! { A 0 }
tuple! { A 0, B 1 }
tuple! { A 0, B 1, C 2 }
tuple! { A 0, B 1, C 2, D 3 }
