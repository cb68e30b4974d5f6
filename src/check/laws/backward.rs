//! Laws of one backward map.

use super::{Around, Testable, Verdict, point, pulled, undefined, verdict::Law};
use crate::{
    error::Result,
    lens::{Additive, Lens, Object, Para, copy},
};
use alloc::format;

/// Tries $b(d + e) = b(d) + b(e)$ and $b(0) = 0$, for the change of the input and that of the parameters: the backward
/// map is additive (RD.2). Reverse derivatives are; clipping, signs, top-k are not.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{category::*, check::laws, lens::*};
/// laws::additive(&dense::<2, 1>(Tanh), &laws::at((Matrix::new([[1.0, 2.0]]), [0.5]), [1.0, 1.0]))?.ok()?;
/// let sign = lens(|x: f64| (x, ()), |(), d: f64| d.signum());
/// assert!(!laws::additive(&sign, &laws::at((), 1.0))?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn additive<F: Testable>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict> {
    let (start, d) = point(f, at)?;
    let law = Law {
        name: "additive",
        equation: "(b(d + e), b(0)) = (b(d) + b(e), 0)",
        describe: &|((p, a), (d, e)): &((F::P, F::A), (_, _))| format!("p = {p:?}, a = {a:?}, d = {d:?}, e = {e:?}"),
    };
    law.test(at.trials, &(start, (d.clone(), d)), |((p, a), (d, e))| {
        let (b, da, dp) = pulled(f, p, a, d)?;
        if undefined(&b) {
            return Ok(None);
        }
        let (_, ea, ep) = pulled(f, p, a, e)?;
        let (mut sum, mut both) = (d.clone(), (da, dp));
        sum.add(e)?;
        both.add(&(ea, ep))?;
        let (_, sa, sp) = pulled(f, p, a, &sum)?;
        let (_, za, zp) = pulled(f, p, a, &b.zero())?;
        Ok(Some([((sa, sp), (za, zp)), (both, (a.zero(), p.zero()))]))
    })
}

/// Tries that copying after the map equals copying before it: $f ; \mathrm{copy} = \mathrm{copy} ; (f \times f)$ with
/// one parameter for both. It holds exactly where the backward map is additive; where it does not, results depend on
/// where a wire is branched.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{category::*, check::laws, lens::*};
/// laws::copies(&(copy::<Modular<7>>() >> multiply()), &laws::at(((), ()), Modular::new(3)))?.ok()?;
/// let clipped = lens(|x: f64| (x, ()), |(), d: f64| d.clamp(-1.0, 1.0));
/// assert!(!laws::copies(&clipped, &laws::at((), 0.0))?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn copies<F: Testable>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict> {
    let (start, d) = point(f, at)?;
    let law = Law {
        name: "copies",
        equation: "f ; copy = copy ; (f × f)",
        describe: &|((p, a), (d, e)): &((F::P, F::A), (_, _))| format!("p = {p:?}, a = {a:?}, d = {d:?}, e = {e:?}"),
    };
    law.test(at.trials, &(start, (d.clone(), d)), |((p, a), (d, e))| {
        let change = (d.clone(), e.clone());
        let after = (Lens(f) >> copy()).pull(&(p.clone(), ()), a.clone(), change.clone())?;
        if undefined(&after.0) {
            return Ok(None);
        }
        let before = copy() >> (Lens(f) * Lens(f));
        let (y, da, ((), (mut dp, dq))) = before.pull(&((), (p.clone(), p.clone())), a.clone(), change)?;
        dp.add(&dq)?;
        Ok(Some([(after.0, (after.1, after.2.0)), (y, (da, dp))]))
    })
}

/// Tries that the backward map *adds* its change of the parameters to what it is given: starting from `s` it ends at
/// `s` plus what it makes from zero.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{check::laws, lens::*};
/// let at = laws::at(2.0, 3.0);
/// let good = para(|p: &f64, x: f64| (p * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp += x * d; p * d });
/// let bad = para(|p: &f64, x: f64| (p * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp = x * d; p * d });
/// assert!(laws::accumulates(&good, &at)?.holds() && !laws::accumulates(&bad, &at)?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn accumulates<F: Testable>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict> {
    let law = Law {
        name: "accumulates",
        equation: "bwd from start = start + bwd from 0",
        describe: &|(((p, a), d), start): &(((F::P, F::A), _), _)| {
            format!("p = {p:?}, a = {a:?}, d = {d:?}, start = {start:?}")
        },
    };
    law.test(at.trials, &(point(f, at)?, at.p.zero()), |(((p, a), d), start)| {
        let (b, m) = f.fwd(p.view(), a.clone())?;
        if undefined(&b) {
            return Ok(None);
        }
        let mut on_top = start.clone();
        let da = f.bwd(p.view(), m, d.clone(), &mut on_top)?;
        let (_, alone, mut sum) = pulled(f, p, a, d)?;
        sum.add(start)?;
        Ok(Some([(da, on_top), (alone, sum)]))
    })
}

/// Tries that the same point gives the same answer twice, with another one in between: a lens has no memory.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{check::laws, lens::*};
/// use std::cell::Cell;
/// let calls = Cell::new(0.0);
/// let tired = lens(|x: f64| (x, ()), |(), d: f64| { calls.set(calls.get() + 1.0); d / calls.get() });
/// assert!(!laws::repeatable(&tired, &laws::at((), 1.0))?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn repeatable<F: Testable>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict> {
    let law = Law {
        name: "repeatable",
        equation: "pull(p, a, d) = pull(p, a, d) again",
        describe: &|((p, a), d): &((F::P, F::A), _)| format!("p = {p:?}, a = {a:?}, d = {d:?}"),
    };
    law.test(at.trials, &point(f, at)?, |((p, a), d)| {
        let (b, da, dp) = pulled(f, p, a, d)?;
        if undefined(&b) {
            return Ok(None);
        }
        pulled(f, &at.p, &at.a, &b.zero())?;
        let (c, ea, ep) = pulled(f, p, a, d)?;
        Ok(Some([(b, (da, dp)), (c, (ea, ep))]))
    })
}

/// Tries that the map is linear in its input: $f(p, a + b) = f(p, a) + f(p, b)$, and the change of the input does not
/// depend on where it is taken.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{check::laws, lens::*};
/// let w = Matrix::new([[1.0, 2.0]]);
/// laws::linear(&linear::<f64, 2, 1>(), &laws::at(w.clone(), [0.5, 0.25]))?.ok()?;
/// let affine = linear::<f64, 2, 1>() >> bias();
/// assert!(!laws::linear(&affine, &laws::at((w, [1.0]), [0.5, 0.25]))?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn linear<F>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict>
where
    F: Testable + Para<A: Additive, B: Additive>,
{
    let ((p, a), d) = point(f, at)?;
    let law = Law {
        name: "linear",
        equation: "(f(a + b), a' at a) = (f(a) + f(b), a' at b)",
        describe: &|((p, (a, b)), d): &((F::P, (F::A, F::A)), _)| format!("p = {p:?}, a = {a:?}, b = {b:?}, d = {d:?}"),
    };
    law.test(at.trials, &((p, (a.clone(), a)), d), |((p, (a, b)), d)| {
        let (mut fa, at_a, _) = pulled(f, p, a, d)?;
        let (fb, at_b, _) = pulled(f, p, b, d)?;
        let mut sum = a.clone();
        sum.add(b)?;
        let of_sum = f.fwd(p.view(), sum)?.0;
        fa.add(&fb)?;
        if undefined(&of_sum) || undefined(&fa) {
            return Ok(None);
        }
        Ok(Some([(of_sum, at_a), (fa, at_b)]))
    })
}
