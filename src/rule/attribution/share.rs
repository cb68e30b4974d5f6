//! How a layer shares relevance among its inputs.

use crate::{
    error::Result,
    net::{Array, Element},
    rule::Site,
};
use alloc::vec;
use ndarray::{Array2, Zip};

/// Another way of sharing for a layer that reads the input of the network: nothing there is a rectifier's output.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum FirstLayer {
    /// As in any other layer.
    #[default]
    Same,
    /// $z^{\mathcal B}$, for inputs between `low` and `high`: in proportion to $x w - l w^+ - h w^-$.
    Bounded {
        /// The lowest input, $l$.
        low: f64,
        /// The highest, $h$.
        high: f64,
    },
    /// In proportion to $w^2$, whatever the input.
    Squares,
}
impl FirstLayer {
    /// Returns what the first layer gives its inputs; `None` where it is as any other.
    pub(super) fn share<T: Element>(self, s: &Site<'_, T>, x: &Array<T>, r: &Array<T>) -> Result<Option<Array<T>>> {
        match self {
            FirstLayer::Bounded { low, high } if s.first => bounded(s, x, r, T::of(low), T::of(high)).map(Some),
            FirstLayer::Squares if s.first => squares(s, x, r).map(Some),
            _ => Ok(None),
        }
    }
}
fn bounded<T: Element>(s: &Site<'_, T>, x: &Array<T>, r: &Array<T>, low: T, high: T) -> Result<Array<T>> {
    let w = &s.p[0];
    let parts = [(w.clone(), x.clone(), T::one())].into_iter().chain(
        [(low, up as fn(T) -> T), (high, down)]
            .map(|(bound, part)| (w.mapv(part), Array::from_elem(x.raw_dim(), bound), -T::one())),
    );
    let parts: vec::Vec<_> = parts.collect();
    let mut z = Array::zeros(r.raw_dim());
    for (w, x, sign) in &parts {
        z.zip_mut_with(&through(s, w, |_| T::zero(), x)?, |z, &y| *z += *sign * y);
    }
    let shares = quotient(r, &z);
    let mut back = Array::zeros(x.raw_dim());
    for (w, x, sign) in &parts {
        Zip::from(&mut back).and(x).and(&s.pull(w, &shares)?).for_each(|b, &x, &p| *b += *sign * x * p);
    }
    Ok(back)
}
fn squares<T: Element>(s: &Site<'_, T>, x: &Array<T>, r: &Array<T>) -> Result<Array<T>> {
    let w = s.p[0].mapv(|w| w * w);
    let z = through(s, &w, |_| T::zero(), &Array::from_elem(x.raw_dim(), T::one()))?;
    s.pull(&w, &quotient(r, &z))
}

/// Shares that look at the sign of what an input gave. Weights come in two versions, $W_+$ and $W_-$; with
/// $x = x^+ + x^-$,
///
/// $$ z_+ = x^+ W_+^\top + x^- W_-^\top + b_+, \quad z_- = x^+ W_-^\top + x^- W_+^\top + b_-, $$
/// $$ R_x = x^+ \odot (s_+ W_+ + s_- W_-) + x^- \odot (s_+ W_- + s_- W_+). $$
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Signed {
    /// $W_\pm = W + \gamma W^\pm$; $s = R/z$ on the side of the sign of the output.
    Gamma(f64),
    /// $W_\pm = W^\pm$; $s_+ = \alpha R / z_+$, $s_- = (1 - \alpha) R / z_-$; everything to one side where the other is empty.
    AlphaBeta(f64),
    /// $W_\pm = W^\pm$, $s_+ = R / z_+$ without the bias, $s_- = 0$.
    Positive,
}
impl Signed {
    fn weigh<T: Element>(self, w: T, part: fn(T) -> T) -> T {
        match self {
            Signed::Gamma(g) => w + part(w) * T::of(g),
            _ => part(w),
        }
    }
    fn bias<T: Element>(self, b: T, part: fn(T) -> T) -> T {
        if self == Signed::Positive { T::zero() } else { self.weigh(b, part) }
    }
    /// Returns $s_+$ and $s_-$.
    fn shares<T: Element>(self, r: T, [plus, minus]: [T; 2], y: T) -> [T; 2] {
        let zero = T::zero();
        let over = |part: T, z: T| if z == zero { zero } else { part / z };
        match self {
            Signed::Gamma(_) if y > zero => [over(r, plus), zero],
            Signed::Gamma(_) => [zero, over(r, minus)],
            Signed::Positive => [over(r, plus), zero],
            Signed::AlphaBeta(_) if plus == zero || minus == zero => [over(r, plus), over(r, minus)],
            Signed::AlphaBeta(a) => [over(r * T::of(a), plus), over(r * T::of(1.0 - a), minus)],
        }
    }
    pub(super) fn linear<T: Element>(
        self,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        r: &Array<T>,
    ) -> Result<Array<T>> {
        let parts: [fn(T) -> T; 2] = [up, down];
        let w = parts.map(|part| s.p[0].mapv(|w| self.weigh(w, part)));
        let x = parts.map(|part| x.mapv(part).into_shared());
        let z = |k: usize| {
            let mut z = through(s, &w[k], |b| self.bias(b, parts[k]), &x[0])?;
            z.zip_mut_with(&through(s, &w[1 - k], |_| T::zero(), &x[1])?, |z, &more| *z += more);
            Ok(z)
        };
        let mut shares = [z(0)?, z(1)?];
        let [plus, minus] = &mut shares;
        Zip::from(plus).and(minus).and(y).and(r).for_each(|p, m, &y, &r| [*p, *m] = self.shares(r, [*p, *m], y));
        let back = |k: usize| {
            let mut b = s.pull(&w[k], &shares[0])?;
            b.zip_mut_with(&s.pull(&w[1 - k], &shares[1])?, |b, &more| *b += more);
            Ok(b)
        };
        let [up, down] = [back(0)?, back(1)?];
        let mut out = Array::zeros(x[0].raw_dim());
        Zip::from(&mut out).and(&x[0]).and(&up).for_each(|o, &x, &b| *o = x * b);
        Zip::from(&mut out).and(&x[1]).and(&down).for_each(|o, &x, &b| *o += x * b);
        Ok(out)
    }
    /// What a positive weight of one makes of `x` on the side `k`.
    fn side<T: Element>(self, k: usize, x: T) -> T {
        let w = [self.weigh(T::one(), up), self.weigh(T::one(), down)];
        up(x) * w[k] + down(x) * w[1 - k]
    }
    /// A layer that adds numbers up with positive weights that are fixed.
    pub(super) fn sum<T: Element>(self, s: &Site<'_, T>, x: &Array<T>, y: &Array<T>, r: &Array<T>) -> Result<Array<T>> {
        let sides = [0, 1].map(|k| x.mapv(|x| self.side(k, x)).into_shared());
        let mut shares = [s.apply(&[&sides[0]])?, s.apply(&[&sides[1]])?];
        let [plus, minus] = &mut shares;
        Zip::from(plus).and(minus).and(y).and(r).for_each(|p, m, &y, &r| [*p, *m] = self.shares(r, [*p, *m], y));
        let mut out = Array::zeros(x.raw_dim());
        for (side, share) in sides.iter().zip(&shares) {
            let back = s.vjp(&[x], y, share, &mut [])?.remove(0);
            Zip::from(&mut out).and(side).and(&back).for_each(|o, &x, &b| *o += x * b);
        }
        Ok(out)
    }
    /// Two wires that are added: the same with weights one.
    pub(super) fn add<T: Element>(self, [a, b]: [&Array<T>; 2], r: &Array<T>) -> [Array<T>; 2] {
        let side = |k: usize, x: T| self.side(k, x);
        let part = |x: &Array<T>| {
            let share = |&x: &T, &a: &T, &b: &T, &r: &T| {
                let [plus, minus] = self.shares(r, [side(0, a) + side(0, b), side(1, a) + side(1, b)], a + b);
                side(0, x) * plus + side(1, x) * minus
            };
            Zip::from(x).and(a).and(b).and(r).map_collect(share).into_shared()
        };
        [part(a), part(b)]
    }
}

/// The ε form: $R_x = x \odot ((R_y / (y \pm \varepsilon)) W)$.
pub(super) fn stable<T: Element>(epsilon: f64, z: T, r: T) -> T {
    let e = T::of(epsilon);
    r.times((z + T::select(z.ge01(T::zero()), e, -e)).recip())
}
pub(super) fn epsilon_linear<T: Element>(
    epsilon: f64,
    s: &Site<'_, T>,
    x: &Array<T>,
    y: &Array<T>,
    r: &Array<T>,
) -> Result<Array<T>> {
    let shares = Zip::from(y).and(r).map_collect(|&y, &r| stable(epsilon, y, r)).into_shared();
    let mut back = s.pull(&s.p[0], &shares)?;
    back.zip_mut_with(x, |b, &x| *b *= x);
    Ok(back)
}
/// The same for a layer that adds numbers up with fixed weights.
pub(super) fn epsilon_sum<T: Element>(
    epsilon: f64,
    s: &Site<'_, T>,
    x: &Array<T>,
    y: &Array<T>,
    r: &Array<T>,
) -> Result<Array<T>> {
    let shares = Zip::from(y).and(r).map_collect(|&y, &r| stable(epsilon, y, r)).into_shared();
    let mut back = s.vjp(&[x], y, &shares, &mut [])?.remove(0);
    back.zip_mut_with(x, |b, &x| *b *= x);
    Ok(back)
}
pub(super) fn epsilon_add<T: Element>(epsilon: f64, [a, b]: [&Array<T>; 2], r: &Array<T>) -> [Array<T>; 2] {
    let part = |x: &Array<T>| {
        let share = |&x: &T, &a: &T, &b: &T, &r: &T| x * stable(epsilon, a + b, r);
        Zip::from(x).and(a).and(b).and(r).map_collect(share).into_shared()
    };
    [part(a), part(b)]
}

fn up<T: Element>(x: T) -> T {
    x.relu()
}
fn down<T: Element>(x: T) -> T {
    -(-x).relu()
}
/// The layer with the weights `w` and the biases `b` in the place of its own.
fn through<T: Element>(s: &Site<'_, T>, w: &Array2<T>, b: impl Fn(T) -> T, x: &Array<T>) -> Result<Array<T>> {
    let mut p = vec![w.clone()];
    p.extend(s.p.iter().take(s.layer.weights().len()).skip(1).map(|own| own.mapv(&b)));
    s.layer.apply(s.at, &p, &[x])
}
/// $R/z$, and nothing where there is nothing to share by.
fn quotient<T: Element>(r: &Array<T>, z: &Array<T>) -> Array<T> {
    Zip::from(r).and(z).map_collect(|&r, &z| if z == T::zero() { z } else { r / z }).into_shared()
}
