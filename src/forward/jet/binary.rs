//! How each operation of two arguments expands.

use super::Jet;
use crate::{
    op::*,
    real::{Primitive, Real},
};
use core::convert::Infallible;

/// As [`Expand`](super::Expand), for two arguments.
pub(super) trait ExpandPair: Binary {
    /// Returns the series of the operation at `(a, b)`, where `y` is the value. Unless there is something better: its
    /// partial derivatives, integrated.
    #[inline]
    fn expand<F: Primitive, T: Real<F>, const K: usize>(self, a: Jet<T, K, F>, b: Jet<T, K, F>, y: T) -> Jet<T, K, F> {
        let Ok(y) = Jet::rounds::<Infallible>(y, &[a, b], &mut [a, b], |y, p| {
            p.copy_from_slice(&self.partials(a, b, y));
            Ok(())
        });
        y
    }
}

macro_rules! expand { ($($op:ident |$this:ident, $a:ident, $b:ident, $y:ident| $series:expr;)*) => { $(
    impl ExpandPair for $op {
        #[inline]
        fn expand<F: Primitive, T: Real<F>, const K: usize>(
            self, $a: Jet<T, K, F>, $b: Jet<T, K, F>, $y: T,
        ) -> Jet<T, K, F> {
            let $this = self;
            $series
        }
    }
)* } }

impl ExpandPair for Xlogy {}
impl ExpandPair for Beta {}
impl ExpandPair for LnBeta {}
expand! {
    Add |_op, a, b, y| Jet::grow(y, |_, k| a.c[k] + b.c[k]);
    Sub |_op, a, b, y| Jet::grow(y, |_, k| a.c[k] - b.c[k]);
    Mul |_op, a, b, y| {
        let (a0, b0) = (a.level(), b.level());
        match (a.rides_nothing(), b.rides_nothing()) {
            (_, true) => a.linear(y, b0),
            (true, _) => b.linear(y, a0),
            _ => Jet::grow(y, |_, k| b0.times(a.c[k]) + a0.times(b.c[k]) + Jet::middle(&a.c, &b.c, k)),
        }
    };
    // b y = a
    Div |_op, a, b, y0| {
        let p = b.level().recip();
        if b.rides_nothing() {
            return a.linear(y0, p);
        }
        Jet::grow(y0, |y, k| p.times(a.c[k] - y0.times(b.c[k]) - Jet::middle(&b.c, y, k)))
    };
    Rem |op, a, b, y| linear(op, a, b, y);
    Copysign |op, a, b, y| linear(op, a, b, y);
    // y y = a a + b b, divided by y_0 so that nothing overflows
    Hypot |op, a, b, y0| {
        let [p, q] = op.partials(a.level(), b.level(), y0);
        let kink = y0.eq01(T::zero());
        let unit = |c: &[T; K]| c.map(|c| c / y0);
        let (ua, ub) = (unit(&a.c), unit(&b.c));
        Jet::grow(y0, |y, k| {
            let bend = Jet::middle(&ua, &a.c, k) + Jet::middle(&ub, &b.c, k) - Jet::middle(&unit(y), y, k);
            p.times(a.c[k]) + q.times(b.c[k]) + T::select(kink, T::zero(), bend * F::of(0.5))
        })
    };
    // (a a + b b) ẏ = b ȧ − a ḃ, divided by h² = a_0 a_0 + b_0 b_0
    Atan2 |op, a, b, y| {
        let [p, q] = op.partials(a.level(), b.level(), y);
        let r = a.level().hypot(b.level()).recip();
        let [a1, b1] = [a, b].map(|x| Jet::new(x.c.map(|c| r.times(c))));
        let square = (a1 * a1 + b1 * b1).c;
        let (sa, sb, mut slope) = (a1.slope(), b1.slope(), [T::zero(); K]);
        Jet::grow(y, |_, k| {
            let turn = Jet::middle(&sa, &b1.c, k) - Jet::middle(&sb, &a1.c, k) - Jet::middle(&slope, &square, k);
            let y = p.times(a.c[k]) + q.times(b.c[k]) + turn * F::of(1.0 / k as f64);
            slope[k] = y * F::of(k as f64);
            y
        })
    };
    Powf |_op, a, b, y| {
        let (a0, b0) = (a.level(), b.level());
        let p = y * b0 / a0;
        let regular = y.is_normal() && p.is_normal();
        if b.rides_nothing() {
            let whole = (0..K as i32).find(|&n| b0 == F::of(f64::from(n)));
            match whole {
                Some(n) if b0.is_plain() => return a.powi(n).valued(y),
                None if regular => return a.power(y, p, b0),
                _ => (),
            }
        } else if regular && a0 > F::of(0.0) {
            return (b * a.ln()).exponential(y, y, F::of(1.0));
        }
        power_tower(a, b)
    };
}

/// An operation that is linear in both arguments around the point.
#[inline(always)]
fn linear<O: Binary, F: Primitive, T: Real<F>, const K: usize>(
    op: O,
    a: Jet<T, K, F>,
    b: Jet<T, K, F>,
    y: T,
) -> Jet<T, K, F> {
    let [p, q] = op.partials(a.level(), b.level(), y);
    Jet::grow(y, |_, k| p.times(a.c[k]) + q.times(b.c[k]))
}

/// Returns $a^b$ where $a_0$ is 0 or negative, or the value leaves the range of normal numbers: the series of
/// $a^{b-m}$ to $K-1-m$, for falling $m$, from the partials of the table. The powers follow each other without end, so
/// the table alone would not stop.
#[inline(never)]
fn power_tower<F: Primitive, T: Real<F>, const K: usize>(a: Jet<T, K, F>, b: Jet<T, K, F>) -> Jet<T, K, F> {
    let mut power = Jet::default();
    for m in (0..K).rev() {
        let exponent = b - F::of(m as f64);
        let value = a.level().powf(exponent.level());
        let Ok(next) = Jet::rounds::<Infallible>(value, &[a, b], &mut [a, b], |y, p| {
            p[0] = Powf.partial_in_base(a, exponent, power);
            p[1] = Powf.partial_in_exponent(a, exponent, y);
            Ok(())
        });
        power = next;
    }
    power
}
