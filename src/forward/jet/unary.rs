//! How each operation of one argument expands.

use super::Jet;
use crate::{
    op::*,
    real::{Primitive, Real},
};
use core::{
    convert::Infallible,
    f64::consts::{LN_2, LN_10},
};
use smallvec::SmallVec;

/// An operation that knows its way with Taylor series. An operation without this does not compile as one of a jet.
pub(super) trait Expand: Unary {
    /// Returns the series of the operation at `x`, where `y` is the value. Unless there is something better: its
    /// partial derivative, integrated.
    #[inline]
    fn expand<F: Primitive, T: Real<F>, const K: usize>(self, x: Jet<T, K, F>, y: T) -> Jet<T, K, F> {
        let Ok(y) = Jet::rounds::<Infallible>(y, &[x], &mut [x], |y, p| {
            p[0] = self.partial(x, y);
            Ok(())
        });
        y
    }
}

/// Writes `Op |op, x, x0, y0| series` for a series `x` with the value `x0`, where the operation has the value `y0`.
macro_rules! expand { ($($op:ident |$this:ident, $x:ident, $x0:ident, $y0:ident| $series:expr;)*) => { $(
    impl Expand for $op {
        #[inline]
        #[allow(unused_variables)]
        fn expand<F: Primitive, T: Real<F>, const K: usize>(self, $x: Jet<T, K, F>, $y0: T) -> Jet<T, K, F> {
            let ($this, $x0) = (self, $x.level());
            $series
        }
    }
)* } }
/// Lists the operations that have nothing better.
macro_rules! integrated { ($($op:ident)*) => { $( impl Expand for $op {} )* } }

integrated! {
    Signum Floor Ceil Round Trunc
    Asin Acos Atan Asinh Acosh Atanh Erf Erfc LnGamma Logit Softplus NormCdf NormPpf Xlogx
}
expand! {
    Neg |op, x, x0, y| x.linear(y, op.partial(x0, y));
    Abs |op, x, x0, y| x.linear(y, op.partial(x0, y));
    Fract |op, x, x0, y| x.linear(y, op.partial(x0, y));
    ToDegrees |op, x, x0, y| x.linear(y, op.partial(x0, y));
    ToRadians |op, x, x0, y| x.linear(y, op.partial(x0, y));
    // x y = 1
    Recip |op, x, x0, y0| Jet::grow(y0, |y, k| -y0.times(y0.times(x.c[k]) + Jet::middle(&x.c, y, k)));
    // y y = x
    Sqrt |op, x, x0, y0| {
        let p = op.partial(x0, y0);
        Jet::grow(y0, |y, k| p.times(x.c[k] - Jet::middle(y, y, k)))
    };
    Cbrt |op, x, x0, y| x.power(y, op.partial(x0, y), T::lit(F::of(1.0) / F::of(3.0)));
    Exp |op, x, x0, y| x.exponential(y, op.partial(x0, y), F::of(1.0));
    Exp2 |op, x, x0, y| x.exponential(y, op.partial(x0, y), F::of(LN_2));
    ExpM1 |op, x, x0, y| x.exponential(y, op.partial(x0, y), F::of(1.0));
    Ln |op, x, x0, y| x.logarithm(y, op.partial(x0, y), F::of(1.0));
    Log2 |op, x, x0, y| x.logarithm(y, op.partial(x0, y), F::of(LN_2));
    Log10 |op, x, x0, y| x.logarithm(y, op.partial(x0, y), F::of(LN_10));
    Ln1p |op, x, x0, y| x.logarithm(y, op.partial(x0, y), F::of(1.0));
    Sin |op, x, x0, y| x.circle(y, op.partial(x0, y), F::of(-1.0)).0;
    Cos |op, x, x0, y| x.circle(-op.partial(x0, y), y, F::of(-1.0)).1;
    Sinh |op, x, x0, y| x.circle(y, op.partial(x0, y), F::of(1.0)).0;
    Cosh |op, x, x0, y| x.circle(op.partial(x0, y), y, F::of(1.0)).1;
    // 1 + y²
    Tan |op, x, x0, y| x.riccati(y, op.partial(x0, y), y + y, F::of(1.0));
    // 1 − y²
    Tanh |op, x, x0, y| x.riccati(y, op.partial(x0, y), -(y + y), F::of(-1.0));
    // y (1 − y)
    Sigmoid |op, x, x0, y| x.riccati(y, op.partial(x0, y), (-x0).sigmoid() - y, F::of(-1.0));
    // repeated squaring: no division, so nothing special at 0
    Powi |op, x, x0, y| {
        let mut base = if op.0 < 0 { x.recip() } else { x };
        let mut power = Jet::constant(T::one());
        let mut n = op.0.unsigned_abs();
        while n > 1 {
            if n % 2 == 1 {
                power *= base;
            }
            base *= base;
            n /= 2;
        }
        (if n == 1 { power * base } else { power }).valued(y)
    };
    // The families: each member's partial is the next, without end, so the derivatives come first.
    Digamma |op, x, x0, y| x.tower(|k| if k == 0 { y } else { x0.polygamma(k as u32) });
    Polygamma |op, x, x0, y| x.tower(|k| if k == 0 { y } else { x0.polygamma(op.0.saturating_add(k as u32)) });
    // J_n′ = J_{n−1}/2 − J_{n+1}/2
    BesselJ |op, x, x0, y| {
        let member = |m: i64| x0.bessel_j(m.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
        let d: [T; K] = ladder::<F, T, K>(i64::from(op.0), member, |_| [0.5, -0.5]);
        x.tower(|k| if k == 0 { y } else { d[k] })
    };
    // j_n′ = (n j_{n−1} − (n+1) j_{n+1})/(2n+1), where j_0 has no lower neighbour
    SphericalBesselJ |op, x, x0, y| {
        let member = |m: i64| if m < 0 { T::zero() } else { x0.spherical_bessel_j(u32::try_from(m).unwrap_or(u32::MAX)) };
        let d: [T; K] = ladder::<F, T, K>(i64::from(op.0), member, |m| {
            let (n, whole) = (m as f64, 2.0 * m as f64 + 1.0);
            if m < 0 { [0.0, 0.0] } else { [n / whole, -(n + 1.0) / whole] }
        });
        x.tower(|k| if k == 0 { y } else { d[k] })
    };
}

/// Returns the derivatives of member `n` of a family with $f_m' = l_m f_{m-1} + u_m f_{m+1}$, where `rule(m)` is
/// $(l_m, u_m)$. Each step spoils one more member at both ends of the table; the one in its middle lasts for `K` orders.
fn ladder<F: Primitive, T: Real<F>, const K: usize>(
    n: i64,
    member: impl Fn(i64) -> T,
    rule: impl Fn(i64) -> [f64; 2],
) -> [T; K] {
    let first = n - (K as i64 - 1);
    let mut f: SmallVec<[T; 32]> = (first..first + 2 * K as i64 - 1).map(member).collect();
    core::array::from_fn(|order| {
        if order > 0 {
            let mut below = T::zero();
            for i in 0..f.len() {
                let (here, [l, u]) = (f[i], rule(first + i as i64));
                let above = f.get(i + 1).copied().unwrap_or_else(T::zero);
                f[i] = T::lit(F::of(l)) * below + above * F::of(u);
                below = here;
            }
        }
        f[K - 1]
    })
}
