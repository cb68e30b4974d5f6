//! What the workloads need of a number, so that the same text runs at the numbers of every crate.

use num_dual::DualNum;
use num_traits::Float;
use pullback::{Dual, Multi, Real, Var};
use std::ops::{Add, Div, Mul, Neg, Sub};

pub(crate) trait Number:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    fn lit(x: f64) -> Self;
    fn primal(self) -> f64;
    fn max(self, o: Self) -> Self;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sqrt(self) -> Self;
    fn tanh(self) -> Self;
    fn recip(self) -> Self;
}

/// Numbers of crates that implement `num_traits::Float`.
macro_rules! float { ($([$($g:tt)*] $ty:ty, $lit:expr, $primal:expr;)*) => { $(
    impl<$($g)*> Number for $ty {
        #[inline(always)]
        fn lit(x: f64) -> Self { $lit(x) }
        #[inline(always)]
        fn primal(self) -> f64 { $primal(self) }
        #[inline(always)]
        fn max(self, o: Self) -> Self { Float::max(self, o) }
        #[inline(always)]
        fn exp(self) -> Self { Float::exp(self) }
        #[inline(always)]
        fn ln(self) -> Self { Float::ln(self) }
        #[inline(always)]
        fn sqrt(self) -> Self { Float::sqrt(self) }
        #[inline(always)]
        fn tanh(self) -> Self { Float::tanh(self) }
        #[inline(always)]
        fn recip(self) -> Self { Float::recip(self) }
    }
)* } }
float! {
    [] f64, |x| x, |x| x;
    ['t, T: Real] Var<'t, T>, Real::lit, Real::primal;
    [T: Real] Dual<T>, Real::lit, Real::primal;
    [T: Real, const N: usize] Multi<T, N>, Real::lit, Real::primal;
    [] echidna::Reverse<f64>, echidna::Scalar::from_f, |x| echidna::Scalar::value(&x);
    [] echidna::BReverse<f64>, echidna::Scalar::from_f, |x| echidna::Scalar::value(&x);
}

/// Numbers of `num-dual`.
macro_rules! dual { ($([$($g:tt)*] $ty:ty;)*) => { $(
    impl<$($g)*> Number for $ty {
        #[inline(always)]
        fn lit(x: f64) -> Self { x.into() }
        #[inline(always)]
        fn primal(self) -> f64 { self.re }
        #[inline(always)]
        fn max(self, o: Self) -> Self { if self.re >= o.re { self } else { o } }
        #[inline(always)]
        fn exp(self) -> Self { DualNum::exp(&self) }
        #[inline(always)]
        fn ln(self) -> Self { DualNum::ln(&self) }
        #[inline(always)]
        fn sqrt(self) -> Self { DualNum::sqrt(&self) }
        #[inline(always)]
        fn tanh(self) -> Self { DualNum::tanh(&self) }
        #[inline(always)]
        fn recip(self) -> Self { DualNum::recip(&self) }
    }
)* } }
dual! {
    [const N: usize] num_dual::DualSVec64<N>;
    [const N: usize] num_dual::Dual2SVec64<N>;
    [] num_dual::HyperDual64;
}
