//! The operations as data, for what records them: [`Un`] and [`Bin`] name every elementary operation of the table.
//!
//! The value and the partial are those of the operation that is named; no formula stands here.

use super::{Binary, Unary};
use crate::real::{Primitive, Real};

/// A question about two numbers whose answer decides what the host program does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Relation {
    /// $a < b$
    Less,
    /// $a \le b$
    LessOrEqual,
    /// $a = b$
    Equal,
}
impl Relation {
    /// Returns the relation as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Less => "a < b",
            Relation::LessOrEqual => "a <= b",
            Relation::Equal => "a == b",
        }
    }
    /// Says whether it holds; no relation holds of NaN.
    #[inline(always)]
    pub fn holds<T: PartialOrd>(self, a: &T, b: &T) -> bool {
        match self {
            Relation::Less => a < b,
            Relation::LessOrEqual => a <= b,
            Relation::Equal => a == b,
        }
    }
    /// Returns 1 where it holds, else 0, with derivative zero.
    #[inline(always)]
    pub fn indicator<F: Primitive, T: Real<F>>(self, a: T, b: T) -> T {
        match self {
            Relation::Less => b.gt01(a),
            Relation::LessOrEqual => b.ge01(a),
            Relation::Equal => a.eq01(b),
        }
    }
}

/// Something to do with an operation of one argument whose type is known.
trait VisitUnary<R> {
    fn visit<O: Unary>(self, op: O) -> R;
}
/// Something to do with an operation of two arguments whose type is known.
trait VisitBinary<R> {
    fn visit<O: Binary>(self, op: O) -> R;
}

macro_rules! table { ($($un:ident $(($n:ident: $nt:ty))?)*; $($bin:ident)*) => {
    /// An operation of one argument, as data.
    ///
    /// # Example
    /// ```
    /// use pullback::op::Un;
    /// assert_eq!((Un::Powi(3).eval(2.0), Un::Powi(3).partial(2.0, 8.0), Un::Sin.name()), (8.0, 12.0, "sin"));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[non_exhaustive]
    pub enum Un { $(
        #[doc = concat!("See [`op::", stringify!($un), "`](super::", stringify!($un), ").")]
        $un $((#[doc = "The order."] $nt))?
    ),* }
    impl Un {
        /// Every operation; one that has an order, at the order 3.
        pub const ALL: &'static [Un] = &[$( Un::$un $(({ let $n: $nt = 3; $n }))? ),*];
        #[inline(always)]
        fn visit<R>(self, v: impl VisitUnary<R>) -> R {
            match self { $( Un::$un $(($n))? => v.visit(super::$un $(($n))?) ),* }
        }
    }
    $( impl From<super::$un> for Un {
        #[inline(always)]
        #[allow(unused_variables)]
        fn from(op: super::$un) -> Un { $(let super::$un($n) = op;)? Un::$un $(($n))? }
    } )*

    /// An operation of two arguments, as data.
    ///
    /// # Example
    /// ```
    /// use pullback::op::Bin;
    /// assert_eq!((Bin::Mul.eval(2.0, 3.0), Bin::Mul.partials(2.0, 3.0, 6.0)), (6.0, [3.0, 2.0]));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[non_exhaustive]
    pub enum Bin { $(
        #[doc = concat!("See [`op::", stringify!($bin), "`](super::", stringify!($bin), ").")]
        $bin
    ),* }
    impl Bin {
        /// Every operation.
        pub const ALL: &'static [Bin] = &[$( Bin::$bin ),*];
        #[inline(always)]
        fn visit<R>(self, v: impl VisitBinary<R>) -> R {
            match self { $( Bin::$bin => v.visit(super::$bin) ),* }
        }
    }
    $( impl From<super::$bin> for Bin {
        #[inline(always)]
        fn from(_: super::$bin) -> Bin { Bin::$bin }
    } )*

} }
table! {
    Neg Abs Signum Floor Ceil Round Trunc Fract Recip Sqrt Cbrt Powi(n: i32) Exp Exp2 ExpM1 Ln Log2 Log10 Ln1p
    Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh
    Erf Erfc LnGamma Digamma Polygamma(n: u32) Sigmoid Logit Softplus NormCdf NormPpf
    SphericalBesselJ(n: u32) BesselJ(n: i32) Xlogx ToDegrees ToRadians;
    Add Sub Mul Div Rem Powf Atan2 Hypot Copysign Xlogy Beta LnBeta
}

impl Un {
    /// Returns the name, as the method that applies it is spelled.
    pub fn name(self) -> &'static str {
        struct Name;
        impl VisitUnary<&'static str> for Name {
            fn visit<O: Unary>(self, _: O) -> &'static str {
                O::NAME
            }
        }
        self.visit(Name)
    }
    /// Says whether the derivative is zero wherever it exists.
    pub fn is_flat(self) -> bool {
        struct Flat;
        impl VisitUnary<bool> for Flat {
            fn visit<O: Unary>(self, _: O) -> bool {
                O::FLAT
            }
        }
        self.visit(Flat)
    }
    /// Returns the value at `x`.
    #[inline]
    pub fn eval<F: Primitive, T: Real<F>>(self, x: T) -> T {
        struct Value<F, T>(T, core::marker::PhantomData<F>);
        impl<F: Primitive, T: Real<F>> VisitUnary<T> for Value<F, T> {
            #[inline(always)]
            fn visit<O: Unary>(self, op: O) -> T {
                op.eval(self.0)
            }
        }
        self.visit(Value(x, core::marker::PhantomData::<F>))
    }
    /// Returns $dy/dx$ at `x`, where `y` is the value.
    pub fn partial<F: Primitive, T: Real<F>>(self, x: T, y: T) -> T {
        struct Partial<F, T>(T, T, core::marker::PhantomData<F>);
        impl<F: Primitive, T: Real<F>> VisitUnary<T> for Partial<F, T> {
            fn visit<O: Unary>(self, op: O) -> T {
                op.partial(self.0, self.1)
            }
        }
        self.visit(Partial(x, y, core::marker::PhantomData::<F>))
    }
}
impl Bin {
    /// Returns the name, as the method that applies it is spelled.
    pub fn name(self) -> &'static str {
        struct Name;
        impl VisitBinary<&'static str> for Name {
            fn visit<O: Binary>(self, _: O) -> &'static str {
                O::NAME
            }
        }
        self.visit(Name)
    }
    /// Says whether the arguments may change places.
    pub fn commutes(self) -> bool {
        struct Commutes;
        impl VisitBinary<bool> for Commutes {
            fn visit<O: Binary>(self, _: O) -> bool {
                O::COMMUTES
            }
        }
        self.visit(Commutes)
    }
    /// Returns the value at `(a, b)`.
    #[inline]
    pub fn eval<F: Primitive, T: Real<F>>(self, a: T, b: T) -> T {
        struct Value<F, T>(T, T, core::marker::PhantomData<F>);
        impl<F: Primitive, T: Real<F>> VisitBinary<T> for Value<F, T> {
            #[inline(always)]
            fn visit<O: Binary>(self, op: O) -> T {
                op.eval(self.0, self.1)
            }
        }
        self.visit(Value(a, b, core::marker::PhantomData::<F>))
    }
    /// Returns $(\partial y/\partial a, \partial y/\partial b)$, where `y` is the value.
    pub fn partials<F: Primitive, T: Real<F>>(self, a: T, b: T, y: T) -> [T; 2] {
        struct Partials<F, T>(T, T, T, core::marker::PhantomData<F>);
        impl<F: Primitive, T: Real<F>> VisitBinary<[T; 2]> for Partials<F, T> {
            fn visit<O: Binary>(self, op: O) -> [T; 2] {
                op.partials(self.0, self.1, self.2)
            }
        }
        self.visit(Partials(a, b, y, core::marker::PhantomData::<F>))
    }
}
