//! The operations of two arguments.

use super::{Binary, c, inside};
use crate::real::{Primitive, Real};

/// Defines binary operations: `Name(sign) = name |a, b| value => |y| [partials]`, and the slope where `b` is a literal.
macro_rules! binary { ($(
    $(#[$doc:meta])*
    $op:ident $(($sign:expr))? = $name:ident |$a:ident, $b:ident| $value:expr => |$y:ident| [$p:expr, $q:expr]
    $(, literal |$c:ident| $slope:expr $(, $commutes:ident)?)?;
)*) => { $(
    $(#[$doc])*
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct $op;
    impl Binary for $op {
        const NAME: &'static str = stringify!($name);
        $(const SIGN: i8 = $sign;)?
        #[inline(always)]
        fn eval<F: Primitive, T: Real<F>>(self, $a: T, $b: T) -> T { $value }
        #[inline(always)]
        #[allow(unused_variables)]
        fn partials<F: Primitive, T: Real<F>>(self, $a: T, $b: T, $y: T) -> [T; 2] { [$p, $q] }
        $(
            $(const COMMUTES: bool = stringify!($commutes).len() == 8;)?
            #[inline(always)]
            fn eval_by<F: Primitive, T: Real<F>>(self, $a: T, $b: F) -> T { $value }
            #[inline(always)]
            #[allow(unused_variables)]
            fn slope_by<F: Primitive>(self, $c: F) -> Option<F> { Some($slope) }
        )?
    }
)* } }

binary! {
    /// $a + b$
    Add(1) = add |a, b| a + b => |y| [c(1.0), c(1.0)], literal |b| F::of(1.0), commutes;
    /// $a - b$
    Sub(-1) = sub |a, b| a - b => |y| [c(1.0), c(-1.0)], literal |b| F::of(1.0);
    /// $a\,b$
    Mul = mul |a, b| a * b => |y| [b, a], literal |b| b, commutes;
    /// $a/b$, with partials $1/b$ and $-y/b$.
    Div = div |a, b| a / b => |y| [b.recip(), -(y / b)], literal |b| b.recip();
    /// The remainder with the sign of $a$: $a - q\,b$, with partials $1$ and $-q$, $q = \mathrm{trunc}(a/b)$.
    Rem = rem |a, b| a % b => |y| [inside(y.eq01(y), c(1.0)), -((a - y) / b).round()];
    /// $a^b$. At $b = 0$ the first partial is 0 for $a = 0$ and NaN too (the function is constant there). At $a = 0$ the
    /// second is 0 for $b > 0$; its own slope in $a$ is kept by the sign and size of $-\sqrt a$ for $b \le 1$.
    Powf = powf |a, b| a.powf(b) => |y| [
        Powf.partial_in_base(a, b, a.powf(b - c::<F, T>(1.0))),
        Powf.partial_in_exponent(a, b, y)
    ];
    /// The angle of the point $(b, a)$; undefined (NaN) at the origin.
    Atan2 = atan2 |a, b| a.atan2(b) => |y| [
        {
            let h = a.hypot(b);
            b / h / h
        },
        {
            let h = a.hypot(b);
            -(a / h / h)
        }
    ];
    /// $\sqrt{a^2+b^2}$; derivative 0 at the origin (rule D).
    Hypot = hypot |a, b| a.hypot(b) => |y| [
        T::select(y.eq01(c(0.0)), c(0.0), a / y),
        T::select(y.eq01(c(0.0)), c(0.0), b / y)
    ];
    /// $|a|$ with the sign of $b$.
    Copysign = copysign |a, b| a.copysign(b) => |y| [a.signum() * b.signum(), c(0.0)];
    /// $a \ln b$, which is 0 at $a = 0$, with partials $\ln b$ and $a/b$.
    Xlogy = xlogy |a, b| a.xlogy(b) => |y| [b.ln(), inside(b.ge01(c(0.0)), a / b)];
    /// The Beta function, with partials $y(\psi(a) - \psi(a+b))$ and $y(\psi(b) - \psi(a+b))$.
    Beta = beta |a, b| a.beta(b) => |y| [
        y * (a.digamma() - (a + b).digamma()),
        y * (b.digamma() - (a + b).digamma())
    ];
    /// $\ln|B(a,b)|$, with partials $\psi(a) - \psi(a+b)$ and $\psi(b) - \psi(a+b)$.
    LnBeta = ln_beta |a, b| a.ln_beta(b) => |y| [
        a.digamma() - (a + b).digamma(),
        b.digamma() - (a + b).digamma()
    ];
}

impl Powf {
    /// Returns $\partial y/\partial a$, where `lower` is $a^{b-1}$.
    #[inline(always)]
    pub(crate) fn partial_in_base<F: Primitive, T: Real<F>>(self, a: T, b: T, lower: T) -> T {
        let nowhere = c::<F, T>(1.0) - a.abs().gt01(c(0.0)); // 0 or NaN
        T::select(nowhere * b.eq01(c(0.0)), c(0.0), b * lower)
    }
    /// Returns $\partial y/\partial b$.
    #[inline(always)]
    pub(crate) fn partial_in_exponent<F: Primitive, T: Real<F>>(self, a: T, b: T, y: T) -> T {
        let rim = a.eq01(c(0.0)) * b.gt01(c(0.0));
        let flat = T::select(b.gt01(c(1.0)), c(0.0), -a.sqrt());
        T::select(rim, flat, y * a.ln())
    }
}
