//! The recurrences that more than one operation runs on, and the two ways to expand an operation that has none of its
//! own: in rounds, from its partial derivatives, and by a tower, from its derivatives of every order.

use super::Jet;
use crate::real::{Primitive, Real};

impl<F: Primitive, T: Real<F>, const K: usize> Jet<T, K, F> {
    /// Returns the series whose coefficient `k` is `step(y, k)`, where `y` holds the lower ones.
    #[inline(always)]
    pub(super) fn grow(value: T, mut step: impl FnMut(&[T; K], usize) -> T) -> Self {
        let mut y = [T::zero(); K];
        y[0] = value;
        for k in 1..K {
            y[k] = step(&y, k);
        }
        Self::new(y)
    }
    /// Returns $k\,c_k$: the coefficients of $t\,\dot x$.
    #[inline(always)]
    pub(super) fn slope(&self) -> [T; K] {
        core::array::from_fn(|k| if k == 1 { self.c[1] } else { self.c[k] * F::of(k as f64) })
    }
    /// Returns $\sum_{0<j<k} u_j v_{k-j}$, the part of a product to which no value contributes. A term is exactly 0 if
    /// one of its factors is (rule B); on a tape such a term leaves no trace.
    #[inline(always)]
    pub(super) fn middle(u: &[T; K], v: &[T; K], k: usize) -> T {
        if u[0].is_plain() & v[0].is_plain() {
            let sum = (1..k).fold(T::zero(), |sum, j| sum + u[j] * v[k - j]);
            if sum.all_finite() {
                return sum;
            }
        }
        Self::middle_term_by_term(u, v, k)
    }
    #[inline(never)]
    fn middle_term_by_term(u: &[T; K], v: &[T; K], k: usize) -> T {
        let live = (1..k).filter(|&j| !u[j].vanishes() && !v[k - j].vanishes());
        live.fold(T::zero(), |sum, j| sum + u[j] * v[k - j])
    }
    /// Returns coefficient `k` of $\int p\,\dot x\,dt$, which needs those of $p$ below `k`.
    #[inline(always)]
    pub(super) fn integral(x: &Self, slope: &[T; K], p: &[T; K], k: usize) -> T {
        p[0].times(x.c[k]) + Self::middle(slope, p, k) * F::of(1.0 / k as f64)
    }

    /// Returns $p_0 x$ under another value: the series of a function that is linear near $x_0$.
    #[inline(always)]
    pub(super) fn linear(self, y: T, p: T) -> Self {
        Self::grow(y, |_, k| p.times(self.c[k]))
    }
    /// Returns the solution of $\dot y = (p_0 - l y_0 + l y)\,\dot x$: an exponential of rate `l`.
    #[inline(always)]
    pub(super) fn exponential(self, y: T, p: T, l: F) -> Self {
        let slope = self.slope();
        Self::grow(y, |y, k| p.times(self.c[k]) + Self::middle(&slope, y, k) * (l * F::of(1.0 / k as f64)))
    }
    /// Returns the solution of $l\,(x + a)\,\dot y = \dot x$, where $p = 1/(l\,(x_0 + a))$: a logarithm.
    #[inline(always)]
    pub(super) fn logarithm(self, y: T, p: T, l: F) -> Self {
        let mut slope = [T::zero(); K];
        Self::grow(y, |_, k| {
            let y = p.times(self.c[k] - Self::middle(&slope, &self.c, k) * (l * F::of(1.0 / k as f64)));
            slope[k] = y * F::of(k as f64);
            y
        })
    }
    /// Returns the solution of $\dot y = p(y)\,\dot x$ for a $p$ of degree two with $p(y_0) = p_0$, $p'(y_0) = q$ and
    /// leading coefficient `l`.
    #[inline(always)]
    pub(super) fn riccati(self, y: T, p: T, q: T, l: F) -> Self {
        let slope = self.slope();
        let mut rate = [T::zero(); K];
        rate[0] = p;
        Self::grow(y, |y, k| {
            if k > 1 {
                rate[k - 1] = q.times(y[k - 1]) + Self::middle(y, y, k - 1) * l;
            }
            Self::integral(&self, &slope, &rate, k)
        })
    }
    /// Returns the solution $(s, c)$ of $\dot s = c\,\dot x$, $\dot c = l\,s\,\dot x$: sine and cosine of a circle
    /// ($l = -1$) or a hyperbola ($l = 1$).
    #[inline(always)]
    pub(super) fn circle(self, s: T, c: T, l: F) -> (Self, Self) {
        let slope = self.slope();
        let mut cos = [T::zero(); K];
        cos[0] = c;
        let sin = Self::grow(s, |sin, k| {
            cos[k] = Self::integral(&self, &slope, sin, k) * l;
            Self::integral(&self, &slope, &cos, k)
        });
        (sin, Self::new(cos))
    }
    /// Returns the solution of $x\,\dot y = b\,y\,\dot x$, where $p = b\,y_0/x_0$: the power $x^b$.
    ///
    /// Where $b$ is a whole number below `K`, some derivative of the power is 0 and the recurrence finds it as a
    /// difference of large numbers if $x_0$ is small: not for such.
    #[inline(always)]
    pub(super) fn power(self, y: T, p: T, b: T) -> Self {
        let r = self.c[0].recip();
        Self::grow(y, |y, k| {
            let live = (1..k).filter(|&j| !self.c[j].vanishes() && !y[k - j].vanishes());
            let sum = live.fold(T::zero(), |sum, j| {
                let weight = b * F::of(j as f64 / k as f64) - F::of((k - j) as f64 / k as f64);
                sum + weight * self.c[j] * y[k - j]
            });
            p.times(self.c[k]) + r.times(sum)
        })
    }

    /// Returns the series of value `y` with $\dot y = \sum_i p_i\,\dot x_i$, where `partials(y, p)` writes the $p_i$ as
    /// series of their own.
    ///
    /// Coefficient $k$ of $y$ needs the partials below $k$, and these need $y$ below $k$. So a round gains one
    /// coefficient at least. Those of $y$ that are not known yet are NaN in the meantime: what comes out as a number did
    /// not need them, and partials that look at no more than the value of $y$ take one round.
    #[inline]
    pub(super) fn rounds<E>(
        value: T,
        x: &[Self],
        p: &mut [Self],
        mut partials: impl FnMut(Self, &mut [Self]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut y = Self::new([T::nan(); K]).valued(value);
        let mut known = 1;
        while known < K {
            partials(y, p)?;
            let round = known;
            while known < K {
                let terms = p.iter().zip(x).map(|(p, x)| Self::integral(x, &x.slope(), &p.c, known));
                let next = terms.fold(T::zero(), |sum, term| sum + term);
                if known > round && next.is_nan() {
                    break;
                }
                y.c[known] = next;
                known += 1;
            }
        }
        Ok(y)
    }
    /// Returns the series of $f(x)$ where `d(k)` is $f^{(k)}(x_0)$: that of $f^{(k)}(x)$ to $K-1-k$, for falling $k$.
    #[inline]
    pub(super) fn tower(self, d: impl Fn(usize) -> T) -> Self {
        let slope = self.slope();
        let mut p = [T::zero(); K];
        for order in (0..K).rev() {
            let y = Self::grow(
                d(order),
                |_, k| {
                    if k < K - order { Self::integral(&self, &slope, &p, k) } else { T::zero() }
                },
            );
            p = y.c;
        }
        Self::new(p)
    }
}
