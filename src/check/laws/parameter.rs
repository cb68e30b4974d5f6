//! Laws of the parameter wire.

use super::{Around, Sample, Testable, Verdict, point, pulled, undefined, verdict::Law};
use crate::{
    error::Result,
    lens::{Additive, Lens, Object, Para, id, tied},
};
use alloc::format;

/// Tries that computing parameters from others composes: $(f^r)^s = f^{s;r}$, and $f^{\mathrm{id}} = f$.
///
/// # Errors
/// What the lenses return at the given point.
///
/// # Example
/// ```
/// use pullback::{check::laws, lens::*};
/// let scale = para(|p: &f64, x: f64| (p * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp += x * d; p * d });
/// let square = lens(|q: f64| (q * q, q), |q, d: f64| 2.0 * q * d);
/// laws::reparametrises(&scale, &square, &square, &laws::at(2.0, 3.0))?.ok()?;
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn reparametrises<F, R, S>(f: &F, r: &R, s: &S, at: &Around<S::A, F::A>) -> Result<Verdict>
where
    F: Testable,
    R: Testable + Para<P = (), B = F::P>,
    S: Testable + Para<P = (), B = R::A>,
{
    let twice = Lens(f).reparam(Lens(r)).reparam(Lens(s));
    let law = Law {
        name: "reparametrises",
        equation: "(f^r)^s = f^(s ; r), f^id = f",
        describe: &|((p, a), d): &((S::A, F::A), _)| format!("p = {p:?}, a = {a:?}, d = {d:?}"),
    };
    law.test(at.trials, &point(&twice, at)?, |((q, a), d)| {
        let left = pulled(&twice, q, a, d)?;
        if undefined(&left.0) {
            return Ok(None);
        }
        let right = pulled(&Lens(f).reparam(Lens(s).map(Lens(r))), q, a, d)?;
        let p = r.fwd((), s.fwd((), q.clone())?.0)?.0;
        let (plain, same) = (pulled(f, &p, a, d)?, pulled(&Lens(f).reparam(id()), &p, a, d)?);
        let nest = |(b, da, dp)| (b, (da, dp));
        Ok(Some([(nest(left), (plain.0, (plain.1, plain.2))), (nest(right), (same.0, (same.1, same.2)))]))
    })
}

/// Tries that tying the two halves of the parameters adds their changes, also on top of what is there.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{check::laws, lens::*};
/// let scale = || para(|p: &f64, x: f64| (p * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp += x * d; p * d });
/// laws::ties(&(scale() >> scale()), &laws::at(2.0, 3.0))?.ok()?;
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn ties<F, P>(f: &F, at: &Around<P, F::A>) -> Result<Verdict>
where
    P: Sample + Object<Co: Sample>,
    F: Para<P = (P, P), A: Sample + Object<Co: Sample>, B: Sample + Object<Co: Sample>>,
{
    let once = tied(Lens(f));
    let law = Law {
        name: "ties",
        equation: "change of tied(f) from start = start + first half + second half",
        describe: &|(((p, a), d), start): &(((P, F::A), _), _)| {
            format!("p = {p:?}, a = {a:?}, d = {d:?}, start = {start:?}")
        },
    };
    law.test(at.trials, &(point(&once, at)?, at.p.zero()), |(((p, a), d), start)| {
        let (b, m) = once.fwd(p.view(), a.clone())?;
        if undefined(&b) {
            return Ok(None);
        }
        let mut dp = start.clone();
        let da = once.bwd(p.view(), m, d.clone(), &mut dp)?;
        let (c, ea, (first, second)) = pulled(f, &(p.clone(), p.clone()), a, d)?;
        let mut sum = start.clone();
        sum.add(&first)?;
        sum.add(&second)?;
        Ok(Some([(b, (da, dp)), (c, (ea, sum))]))
    })
}

/// Tries that freezing keeps output and change of the input, and lets no change through to the parameters.
///
/// # Errors
/// What the lens returns at the given point.
pub fn freezes<F: Testable>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict> {
    let law = Law {
        name: "freezes",
        equation: "f.frozen() = f with the change 0 of its parameters",
        describe: &|((p, a), d): &((F::P, F::A), _)| format!("p = {p:?}, a = {a:?}, d = {d:?}"),
    };
    law.test(at.trials, &point(f, at)?, |((p, a), d)| {
        let (b, da, dp) = pulled(&Lens(f).frozen(), p, a, d)?;
        if undefined(&b) {
            return Ok(None);
        }
        let (c, ea, _) = pulled(f, p, a, d)?;
        Ok(Some([(b, (da, dp)), (c, (ea, p.zero()))]))
    })
}
