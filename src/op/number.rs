//! `number!` turns an engine into a number: operators, methods, `num_traits::Float`, [`Real`](crate::Real), literals on
//! either side.
//!
//! An engine over the lower level `T` writes twelve small functions; the rest is the same for all and stands here once:
//!
//! | function | what it says |
//! | --- | --- |
//! | `constant(T)`, `level(self) -> T` | up from and down to the level below |
//! | `un(self, op)`, `bin(self, o, op)`, `by(self, literal, op)` | schedule one operation |
//! | `fused(self, a, b)` | `self · a + b` with the rounding of `mul_add` |
//! | `choose(c, a, b)` | `a` where `c ≠ 0`, else `b` |
//! | `valued(self, T)` | the same derivative with another value |
//! | `apply_op(op, x)` | schedule an [`Operation`](crate::Operation) |
//! | `is_zero_everywhere`, `is_finite_everywhere`, `rides_nothing` | questions of structure |
//!
//! What an engine that carries a value does when the host program looks at a number is the same for all of them too: it
//! looks at the level below. An engine that *records* the question instead writes these itself, and is introduced by
//! `number! { recording .. }`: `holds(self, relation, o)`, `order(self, o)` and `pin(self)` give the host an answer;
//! `literal(F)` brings a number in; `indicator(self, relation, o)`, `larger(self, o)`, `smaller(self, o)`,
//! `detached(self)`, `weighted(self, d)`, `known(self)` and `plain(self)` stay inside.
//!
//! Inherent methods shadow the trait's, so a closure over a concrete number needs no trait in scope, and those of two
//! arguments take a literal too: `x.max(0.0)`, `x.powf(2.5)`.

/// See the module.
macro_rules! number {
    ([$($g:tt)*] $ty:ty, $f:ty; $($lit:tt)*) => {
        $crate::op::number! { @levelled [$($g)*] $ty, $f }
        $crate::op::number! { recording [$($g)*] $ty, $f; $($lit)* }
    };
    (recording [$($g:tt)*] $ty:ty, $f:ty; $($lit:ident [$($lg:tt)*] $lty:ty;)*) => {
        $crate::op::number! { @op [$($g)*] $ty, $f;
            Add add AddAssign add_assign $crate::op::Add, Sub sub SubAssign sub_assign $crate::op::Sub,
            Mul mul MulAssign mul_assign $crate::op::Mul, Div div DivAssign div_assign $crate::op::Div,
            Rem rem RemAssign rem_assign $crate::op::Rem }
        $crate::op::number! { @traits [$($g)*] $ty, $f }
        $crate::op::number! { @methods [$($g)*] $ty, $f;
            neg $crate::op::Neg, abs $crate::op::Abs, signum $crate::op::Signum, floor $crate::op::Floor, ceil $crate::op::Ceil,
            round $crate::op::Round, trunc $crate::op::Trunc, fract $crate::op::Fract, recip $crate::op::Recip,
            sqrt $crate::op::Sqrt, cbrt $crate::op::Cbrt, exp $crate::op::Exp, exp2 $crate::op::Exp2, exp_m1 $crate::op::ExpM1,
            ln $crate::op::Ln, log2 $crate::op::Log2, log10 $crate::op::Log10, ln_1p $crate::op::Ln1p, sin $crate::op::Sin,
            cos $crate::op::Cos, tan $crate::op::Tan, asin $crate::op::Asin, acos $crate::op::Acos, atan $crate::op::Atan,
            sinh $crate::op::Sinh, cosh $crate::op::Cosh, tanh $crate::op::Tanh, asinh $crate::op::Asinh,
            acosh $crate::op::Acosh, atanh $crate::op::Atanh, to_degrees $crate::op::ToDegrees,
            to_radians $crate::op::ToRadians;
            powf $crate::op::Powf, atan2 $crate::op::Atan2, hypot $crate::op::Hypot, copysign $crate::op::Copysign;
            erf $crate::op::Erf, erfc $crate::op::Erfc, ln_gamma $crate::op::LnGamma, digamma $crate::op::Digamma,
            sigmoid $crate::op::Sigmoid, logit $crate::op::Logit, softplus $crate::op::Softplus,
            norm_cdf $crate::op::NormCdf, norm_ppf $crate::op::NormPpf, xlogx $crate::op::Xlogx;
            beta $crate::op::Beta, ln_beta $crate::op::LnBeta, xlogy $crate::op::Xlogy;
            polygamma(n: u32) $crate::op::Polygamma, bessel_j(n: i32) $crate::op::BesselJ,
            spherical_bessel_j(n: u32) $crate::op::SphericalBesselJ
        }
        $(
            $crate::op::number! { @left [$($lg)*] $lit, $lty;
                Add add $crate::op::Add, Sub sub $crate::op::Sub, Mul mul $crate::op::Mul, Div div $crate::op::Div,
                Rem rem $crate::op::Rem }
        )*
    };
    // A number that carries a value lets the host look at it.
    (@levelled [$($g:tt)*] $ty:ty, $f:ty) => {
        impl<$($g)*> $ty {
            #[inline(always)]
            fn literal(x: $f) -> Self { Self::constant(T::lit(x)) }
            #[inline(always)]
            fn holds(&self, relation: $crate::op::Relation, o: Self) -> bool { relation.holds(&self.level(), &o.level()) }
            #[inline(always)]
            fn order(&self, o: Self) -> Option<core::cmp::Ordering> { self.level().partial_cmp(&o.level()) }
            #[inline(always)]
            fn pin(&self) -> $f { self.level().primal() }
            #[inline(always)]
            fn indicator(self, relation: $crate::op::Relation, o: Self) -> Self {
                Self::constant(relation.indicator(self.level(), o.level()))
            }
            // the value by itself: chosen together with the derivative it would cost a branch
            #[inline(always)]
            fn larger(self, o: Self) -> Self {
                let first = $crate::op::larger_is_first(self.level(), o.level());
                Self::choose(Self::constant(first), self, o).valued(self.level().max(o.level()))
            }
            #[inline(always)]
            fn smaller(self, o: Self) -> Self {
                let first = $crate::op::smaller_is_first(self.level(), o.level());
                Self::choose(Self::constant(first), self, o).valued(self.level().min(o.level()))
            }
            #[inline(always)]
            fn detached(self) -> Self { Self::constant(self.level().stop_gradient()) }
            #[inline(always)]
            fn known(self) -> Option<bool> { self.level().truth() }
            #[inline(always)]
            fn plain(&self) -> bool { self.rides_nothing() && self.level().is_plain() }
            #[inline(always)]
            fn weighted(self, d: Self) -> Self { if d.is_zero_everywhere() { Self::default() } else { self * d } }
        }
    };
    (@order [$($g:tt)*] $ty:ty, $o:ty, |$b:ident| $lift:expr) => {
        impl<$($g)*> PartialOrd<$o> for $ty {
            #[inline(always)]
            fn partial_cmp(&self, $b: &$o) -> Option<core::cmp::Ordering> { self.order($lift) }
            #[inline(always)]
            fn lt(&self, $b: &$o) -> bool { self.holds($crate::op::Relation::Less, $lift) }
            #[inline(always)]
            fn le(&self, $b: &$o) -> bool { self.holds($crate::op::Relation::LessOrEqual, $lift) }
            #[inline(always)]
            fn gt(&self, $b: &$o) -> bool { ($lift).holds($crate::op::Relation::Less, *self) }
            #[inline(always)]
            fn ge(&self, $b: &$o) -> bool { ($lift).holds($crate::op::Relation::LessOrEqual, *self) }
        }
    };
    (@op $g:tt $ty:ty, $f:ty; $($tr:ident $m:ident $asg:ident $am:ident $op:expr),*) => { $(
        $crate::op::number! { @op1 $g $ty, $f; $tr $m $asg $am $op }
    )* };
    (@op1 [$($g:tt)*] $ty:ty, $f:ty; $tr:ident $m:ident $asg:ident $am:ident $op:expr) => {
        impl<$($g)*> core::ops::$tr for $ty {
            type Output = Self;
            #[inline(always)]
            fn $m(self, o: Self) -> Self { self.bin(o, $op) }
        }
        impl<$($g)*> core::ops::$tr<$f> for $ty {
            type Output = Self;
            #[inline(always)]
            fn $m(self, o: $f) -> Self { self.by(o, $op) }
        }
        impl<$($g)*> core::ops::$asg for $ty {
            #[inline(always)]
            fn $am(&mut self, o: Self) { *self = self.bin(o, $op) }
        }
        impl<$($g)*> core::ops::$asg<$f> for $ty {
            #[inline(always)]
            fn $am(&mut self, o: $f) { *self = self.by(o, $op) }
        }
    };
    (@left $g:tt $lit:ident, $ty:ty; $($tr:ident $m:ident $op:expr),*) => { $(
        $crate::op::number! { @left1 $g $lit, $ty; $tr $m $op }
    )* };
    (@left1 [$($g:tt)*] $lit:ident, $ty:ty; $tr:ident $m:ident $op:expr) => {
        impl<$($g)*> core::ops::$tr<$ty> for $lit {
            type Output = $ty;
            #[inline(always)]
            fn $m(self, o: $ty) -> $ty {
                if $crate::op::commutes(&$op) { o.by(self, $op) } else { <$ty as From<$lit>>::from(self).bin(o, $op) }
            }
        }
    };
    (@traits [$($g:tt)*] $ty:ty, $f:ty) => {
        impl<$($g)*> From<$f> for $ty {
            #[inline(always)]
            fn from(x: $f) -> Self { Self::literal(x) }
        }
        impl<$($g)*> Default for $ty {
            fn default() -> Self { Self::from(<$f as $crate::Primitive>::of(0.0)) }
        }
        impl<$($g)*> core::ops::Neg for $ty {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self { self.un($crate::op::Neg) }
        }
        impl<$($g)*> core::iter::Sum for $ty {
            #[inline]
            fn sum<I: Iterator<Item = Self>>(i: I) -> Self { i.fold(<Self as num_traits::Float>::neg_zero(), |a, b| a + b) }
        }
        impl<'iter, $($g)*> core::iter::Sum<&'iter Self> for $ty {
            #[inline]
            fn sum<I: Iterator<Item = &'iter Self>>(i: I) -> Self { i.copied().sum() }
        }
        impl<$($g)*> core::iter::Product for $ty {
            #[inline]
            fn product<I: Iterator<Item = Self>>(i: I) -> Self { i.fold(<Self as num_traits::One>::one(), |a, b| a * b) }
        }
        impl<'iter, $($g)*> core::iter::Product<&'iter Self> for $ty {
            #[inline]
            fn product<I: Iterator<Item = &'iter Self>>(i: I) -> Self { i.copied().product() }
        }
        impl<$($g)*> PartialEq for $ty {
            #[inline(always)]
            fn eq(&self, o: &Self) -> bool { self.holds($crate::op::Relation::Equal, *o) }
        }
        impl<$($g)*> PartialEq<$f> for $ty {
            #[inline(always)]
            fn eq(&self, o: &$f) -> bool { self.holds($crate::op::Relation::Equal, Self::literal(*o)) }
        }
        $crate::op::number! { @order [$($g)*] $ty, $ty, |o| *o }
        $crate::op::number! { @order [$($g)*] $ty, $f, |o| Self::literal(*o) }
        impl<$($g)*> num_traits::Zero for $ty {
            #[inline(always)]
            fn zero() -> Self { Self::default() }
            #[inline(always)]
            fn is_zero(&self) -> bool { self.holds($crate::op::Relation::Equal, Self::default()) }
        }
        impl<$($g)*> num_traits::One for $ty {
            #[inline(always)]
            fn one() -> Self { Self::from(<$f as $crate::Primitive>::of(1.0)) }
        }
        impl<$($g)*> num_traits::Num for $ty {
            type FromStrRadixErr = <$f as num_traits::Num>::FromStrRadixErr;
            fn from_str_radix(s: &str, radix: u32) -> core::result::Result<Self, Self::FromStrRadixErr> {
                <$f as num_traits::Num>::from_str_radix(s, radix).map(Self::from)
            }
        }
        impl<$($g)*> num_traits::ToPrimitive for $ty {
            fn to_i64(&self) -> Option<i64> { self.pin().to_i64() }
            fn to_u64(&self) -> Option<u64> { self.pin().to_u64() }
            fn to_f64(&self) -> Option<f64> { self.pin().to_f64() }
        }
        impl<$($g)*> num_traits::NumCast for $ty {
            fn from<Source: num_traits::ToPrimitive>(n: Source) -> Option<Self> {
                <$f as num_traits::NumCast>::from(n).map(<Self as From<$f>>::from)
            }
        }
        impl<$($g)*> num_traits::FromPrimitive for $ty {
            fn from_i64(n: i64) -> Option<Self> { <$f as num_traits::FromPrimitive>::from_i64(n).map(Self::from) }
            fn from_u64(n: u64) -> Option<Self> { <$f as num_traits::FromPrimitive>::from_u64(n).map(Self::from) }
            fn from_f64(n: f64) -> Option<Self> { <$f as num_traits::FromPrimitive>::from_f64(n).map(Self::from) }
        }
        impl<$($g)*> num_traits::FloatConst for $ty {
            $crate::op::number! { @consts $f; E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4
                FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_E LOG2_E PI SQRT_2 }
        }
    };
    (@consts $f:ty; $($name:ident)*) => { $(
        fn $name() -> Self { Self::from(<$f as num_traits::FloatConst>::$name()) }
    )* };
    (@methods [$($g:tt)*] $ty:ty, $f:ty;
        neg $nop:expr, $($u:ident $ue:expr),*; $($b:ident $be:expr),*;
        $($su:ident $sue:expr),*; $($sb:ident $sbe:expr),*; $($sn:ident($n:ident: $nt:ty) $sne:path),*
    ) => {
        impl<$($g)*> $ty {
            $(
                #[doc = concat!("`Float::", stringify!($u), "`, callable without the trait in scope.")]
                #[inline(always)]
                pub fn $u(self) -> Self { self.un($ue) }
            )*
            $(
                #[doc = concat!("`Float::", stringify!($b), "`; the argument may be a literal.")]
                #[inline(always)]
                pub fn $b(self, o: impl Into<Self>) -> Self { self.bin(o.into(), $be) }
            )*
            $(
                #[doc = concat!("`Real::", stringify!($su), "`, callable without the trait in scope.")]
                #[inline(always)]
                pub fn $su(self) -> Self { self.un($sue) }
            )*
            $(
                #[doc = concat!("`Real::", stringify!($sb), "`; the argument may be a literal.")]
                #[inline(always)]
                pub fn $sb(self, o: impl Into<Self>) -> Self { self.bin(o.into(), $sbe) }
            )*
            $(
                #[doc = concat!("`Real::", stringify!($sn), "`, callable without the trait in scope.")]
                #[inline(always)]
                pub fn $sn(self, $n: $nt) -> Self { self.un($sne($n)) }
            )*
            /// `Float::powi`, callable without the trait in scope.
            #[inline(always)]
            pub fn powi(self, n: i32) -> Self { self.un($crate::op::Powi(n)) }
            /// `Float::max`: at a tie `self`, with its derivative; the other where one is NaN.
            #[inline(always)]
            pub fn max(self, o: impl Into<Self>) -> Self { self.larger(o.into()) }
            /// `Float::min`: at a tie `self`, with its derivative; the other where one is NaN.
            #[inline(always)]
            pub fn min(self, o: impl Into<Self>) -> Self { self.smaller(o.into()) }
            /// Returns `self` inside `[lo, hi]`, bounds included, else the bound; NaN stays NaN.
            #[inline(always)]
            pub fn clamp(self, lo: impl Into<Self>, hi: impl Into<Self>) -> Self {
                let (lo, hi) = (lo.into(), hi.into());
                let above = hi.indicator($crate::op::Relation::Less, self);
                let below = self.indicator($crate::op::Relation::Less, lo);
                Self::choose(below, lo, Self::choose(above, hi, self))
            }
            /// Returns `self - o` where that is positive, else 0.
            #[inline(always)]
            pub fn abs_sub(self, o: impl Into<Self>) -> Self {
                let d = self - o.into();
                Self::choose(d.indicator($crate::op::Relation::LessOrEqual, Self::default()), Self::default(), d)
            }
            /// Returns `self · a + b`; the value is rounded once, as by `f64::mul_add`.
            #[inline(always)]
            pub fn mul_add(self, a: impl Into<Self>, b: impl Into<Self>) -> Self { self.fused(a.into(), b.into()) }
            /// `Float::sin_cos`, callable without the trait in scope.
            #[inline(always)]
            pub fn sin_cos(self) -> (Self, Self) { (self.un($crate::op::Sin), self.un($crate::op::Cos)) }
            /// Returns $\ln x / \ln b$.
            #[inline(always)]
            pub fn log(self, b: impl Into<Self>) -> Self { self.ln() / b.into().ln() }
        }
        impl<$($g)*> num_traits::Float for $ty {
            $( #[inline(always)] fn $u(self) -> Self { self.un($ue) } )*
            $( #[inline(always)] fn $b(self, o: Self) -> Self { self.bin(o, $be) } )*
            #[inline(always)]
            fn powi(self, n: i32) -> Self { <$ty>::powi(self, n) }
            #[inline(always)]
            fn max(self, o: Self) -> Self { <$ty>::max(self, o) }
            #[inline(always)]
            fn min(self, o: Self) -> Self { <$ty>::min(self, o) }
            #[inline(always)]
            fn clamp(self, lo: Self, hi: Self) -> Self { <$ty>::clamp(self, lo, hi) }
            #[inline(always)]
            fn abs_sub(self, o: Self) -> Self { <$ty>::abs_sub(self, o) }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self { self.fused(a, b) }
            #[inline(always)]
            fn sin_cos(self) -> (Self, Self) { <$ty>::sin_cos(self) }
            #[inline(always)]
            fn log(self, b: Self) -> Self { <$ty>::log(self, b) }
            fn nan() -> Self { Self::literal(<$f as num_traits::Float>::nan()) }
            fn infinity() -> Self { Self::literal(<$f as num_traits::Float>::infinity()) }
            fn neg_infinity() -> Self { Self::literal(<$f as num_traits::Float>::neg_infinity()) }
            fn neg_zero() -> Self { Self::literal(<$f as num_traits::Float>::neg_zero()) }
            fn min_value() -> Self { Self::literal(<$f as num_traits::Float>::min_value()) }
            fn min_positive_value() -> Self { Self::literal(<$f as num_traits::Float>::min_positive_value()) }
            fn max_value() -> Self { Self::literal(<$f as num_traits::Float>::max_value()) }
            fn epsilon() -> Self { Self::literal(<$f as num_traits::Float>::epsilon()) }
            #[inline(always)]
            fn is_nan(self) -> bool { !self.holds($crate::op::Relation::Equal, self) }
            #[inline(always)]
            fn is_infinite(self) -> bool {
                self == <Self as num_traits::Float>::infinity() || self == <Self as num_traits::Float>::neg_infinity()
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self < <Self as num_traits::Float>::infinity() && self > <Self as num_traits::Float>::neg_infinity()
            }
            fn is_normal(self) -> bool { self.pin().is_normal() }
            fn classify(self) -> core::num::FpCategory { self.pin().classify() }
            fn is_sign_positive(self) -> bool { !self.is_sign_negative() }
            fn is_sign_negative(self) -> bool { <Self as num_traits::One>::one().copysign(self) < Self::default() }
            fn integer_decode(self) -> (u64, i16, i8) { self.pin().integer_decode() }
        }
        impl<$($g)*> $crate::Real<$f> for $ty {
            #[inline(always)]
            fn lit(x: $f) -> Self { Self::literal(x) }
            #[inline(always)]
            fn primal(self) -> $f { self.pin() }
            #[inline(always)]
            fn stop_gradient(self) -> Self { self.detached() }
            #[inline(always)]
            fn vanishes(self) -> bool { self.is_zero_everywhere() }
            #[inline(always)]
            fn all_finite(self) -> bool { self.is_finite_everywhere() }
            #[inline(always)]
            fn is_plain(self) -> bool { self.plain() }
            #[inline(always)]
            fn truth(self) -> Option<bool> { self.known() }
            #[inline(always)]
            fn ge01(self, o: Self) -> Self { o.indicator($crate::op::Relation::LessOrEqual, self) }
            #[inline(always)]
            fn gt01(self, o: Self) -> Self { o.indicator($crate::op::Relation::Less, self) }
            #[inline(always)]
            fn eq01(self, o: Self) -> Self { self.indicator($crate::op::Relation::Equal, o) }
            #[inline(always)]
            fn times(self, d: Self) -> Self { self.weighted(d) }
            #[inline(always)]
            fn select(c: Self, a: Self, b: Self) -> Self { Self::choose(c, a, b) }
            #[inline(always)]
            fn apply<O: $crate::Operation<$f>>(op: &O, x: &[Self]) -> $crate::Result<Self> { Self::apply_op(op, x) }
            $( #[inline(always)] fn $su(self) -> Self { self.un($sue) } )*
            $( #[inline(always)] fn $sb(self, o: Self) -> Self { self.bin(o, $sbe) } )*
            $( #[inline(always)] fn $sn(self, $n: $nt) -> Self { self.un($sne($n)) } )*
        }
    };
}
pub(crate) use number;
