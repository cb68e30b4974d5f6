//! Laws of several lenses in a diagram.

use super::{Around, Testable, Verdict, point, pulled, undefined, verdict::Law};
use crate::{
    error::Result,
    lens::{Additive, Co, Lens, Object, Para, Pulled, Then, id},
};
use alloc::format;

/// What is compared of a lens: output, change of the input, change of the parameters. Residuals are how, not what.
type Seen<F> = (<F as Para>::B, (Co<<F as Para>::A>, Co<<F as Para>::P>));
fn seen<F: Para>((b, da, dp): Pulled<F>) -> Seen<F> {
    (b, (da, dp))
}

/// Compares `f` with another way to get what it shows.
fn compare<F: Testable>(
    name: &'static str,
    equation: &'static str,
    f: &F,
    at: &Around<F::P, F::A>,
    other: impl Fn(&F::P, &F::A, &Co<F::B>) -> Result<Seen<F>>,
) -> Result<Verdict> {
    let describe = |((p, a), d): &((F::P, F::A), _)| format!("p = {p:?}, a = {a:?}, d = {d:?}");
    Law { name, equation, describe: &describe }.test(at.trials, &point(f, at)?, |((p, a), d)| {
        let left = seen::<F>(pulled(f, p, a, d)?);
        if undefined(&left.0) {
            return Ok(None);
        }
        Ok(Some([left, other(p, a, d)?]))
    })
}

/// Tries that two lenses agree on the output and both changes.
///
/// # Errors
/// What the lenses return at the given point.
///
/// # Example
/// ```
/// use pullback::{check::laws, lens::*};
/// let square = lens(|x: f64| (x * x, x), |x, d: f64| 2.0 * x * d);
/// let slow = lens(|x: f64| (x * x, x), |x, d: f64| x * d + x * d);
/// laws::equal(&square, &slow, &laws::at((), 3.0))?.ok()?;
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn equal<F, G>(f: &F, g: &G, at: &Around<F::P, F::A>) -> Result<Verdict>
where
    F: Testable,
    G: Para<P = F::P, A = F::A, B = F::B>,
{
    compare("equal", "f = g", f, at, |p, a, d| Ok(seen::<G>(pulled(g, p, a, d)?)))
}

/// Tries that two lenses have the same forward map: two learning rules for one network must.
///
/// # Errors
/// What the lenses return at the given point.
pub fn same_forward<F, G>(f: &F, g: &G, at: &Around<F::P, F::A>) -> Result<Verdict>
where
    F: Testable,
    G: Para<P = F::P, A = F::A, B = F::B>,
{
    compare("same_forward", "f.fwd = g.fwd", f, at, |p, a, d| {
        let (_, da, dp) = pulled(f, p, a, d)?;
        Ok((g.fwd(p.view(), a.clone())?.0, (da, dp)))
    })
}

/// Tries $\mathrm{id} ; f = f = f ; \mathrm{id}$.
///
/// # Errors
/// What the lens returns at the given point.
pub fn unit<F: Testable>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict> {
    let law = compare("unit", "f = id ; f", f, at, |p, a, d| {
        let (b, da, ((), dp)) = (id() >> Lens(f)).pull(&((), p.clone()), a.clone(), d.clone())?;
        Ok((b, (da, dp)))
    })?;
    if !law.holds() {
        return Ok(law);
    }
    compare("unit", "f = f ; id", f, at, |p, a, d| {
        let (b, da, (dp, ())) = (Lens(f) >> id()).pull(&(p.clone(), ()), a.clone(), d.clone())?;
        Ok((b, (da, dp)))
    })
}

/// Tries $(f ; g) ; h = f ; (g ; h)$, the parameters re-bracketed from $((p, q), s)$ to $(p, (q, s))$.
///
/// # Errors
/// What the lenses return at the given point.
pub fn associative<F, G, H>(f: &F, g: &G, h: &H, at: &Around<((F::P, G::P), H::P), F::A>) -> Result<Verdict>
where
    F: Testable,
    G: Testable + Para<A = F::B>,
    H: Testable + Para<A = G::B>,
{
    let left = (Lens(f) >> Lens(g)) >> Lens(h);
    compare("associative", "(f ; g) ; h = f ; (g ; h)", &left, at, |((p, q), s), a, d| {
        let right = Lens(f) >> (Lens(g) >> Lens(h));
        let (b, da, (dp, (dq, ds))) = right.pull(&(p.clone(), (q.clone(), s.clone())), a.clone(), d.clone())?;
        Ok((b, (da, ((dp, dq), ds))))
    })
}

/// Tries $(f ; g) \times (h ; k) = (f \times h) ; (g \times k)$: rows of columns are columns of rows.
///
/// # Errors
/// What the lenses return at the given point.
#[allow(clippy::type_complexity)]
pub fn interchange<F, G, H, K>(
    (f, g): (&F, &G),
    (h, k): (&H, &K),
    at: &Around<((F::P, G::P), (H::P, K::P)), (F::A, H::A)>,
) -> Result<Verdict>
where
    F: Testable,
    G: Testable + Para<A = F::B>,
    H: Testable,
    K: Testable + Para<A = H::B>,
{
    let rows = (Lens(f) >> Lens(g)) * (Lens(h) >> Lens(k));
    compare("interchange", "(f ; g) × (h ; k) = (f × h) ; (g × k)", &rows, at, |((p, q), (s, t)), a, d| {
        let columns = (Lens(f) * Lens(h)) >> (Lens(g) * Lens(k));
        let pairs = ((p.clone(), s.clone()), (q.clone(), t.clone()));
        let (b, da, ((dp, ds), (dq, dt))) = columns.pull(&pairs, a.clone(), d.clone())?;
        Ok((b, (da, ((dp, dq), (ds, dt)))))
    })
}

/// Tries $h ; (f + g) = h ; f + h ; g$: composition distributes over sums from the left, as long as the backward map of
/// `h` is additive. From the right it does not.
///
/// # Errors
/// What the lenses return at the given point.
pub fn distributive<H, F, G>(h: &H, (f, g): (&F, &G), at: &Around<(H::P, (F::P, G::P)), H::A>) -> Result<Verdict>
where
    H: Testable,
    F: Testable + Para<A = H::B, B: Additive>,
    G: Testable + Para<A = H::B, B = F::B>,
{
    let left = Lens(h) >> (Lens(f) + Lens(g));
    compare("distributive", "h ; (f + g) = h ; f + h ; g", &left, at, |(s, (p, q)), a, d| {
        let right = (Lens(h) >> Lens(f)) + (Lens(h) >> Lens(g));
        let params = ((s.clone(), p.clone()), (s.clone(), q.clone()));
        let (b, da, ((mut ds, dp), (dt, dq))) = right.pull(&params, a.clone(), d.clone())?;
        ds.add(&dt)?;
        Ok((b, (da, (ds, (dp, dq)))))
    })
}

/// Tries that the lens `whole`, which some functor gives to a composite, is the composite of the lenses `f` and `g` that
/// it gives to the parts. Reverse derivatives and local learning rules are functorial; a rule that sends the error of
/// the output straight to a layer is not.
///
/// For maps without parameters, whose composite has none, write `id() >> whole`.
///
/// # Errors
/// What the lenses return at the given point.
///
/// # Example
/// ```
/// use pullback::{category::smooth, check::laws, lens::*, *};
/// function!(Polar = |x| [x[0] * x[1].cos(), x[0] * x[1].sin()]);
/// function!(Square = |x| [x[0] * x[0] + x[1] * x[1]]);
/// function!(Whole = |x| [(x[0] * x[1].cos()).powi(2) + (x[0] * x[1].sin()).powi(2)]);
/// let at = laws::at(((), ()), vec![3.0, 0.5]).slack(10.0);
/// laws::functorial(&(id() >> smooth(Whole)), &smooth(Polar), &smooth(Square), &at)?.ok()?; // the chain rule
/// # Ok::<(), Error>(())
/// ```
pub fn functorial<W, F, G>(whole: &W, f: &F, g: &G, at: &Around<(F::P, G::P), F::A>) -> Result<Verdict>
where
    W: Para<P = (F::P, G::P), A = F::A, B = G::B>,
    F: Testable,
    G: Testable + Para<A = F::B>,
{
    compare("functorial", "lens of (f ; g) = lens of f ; lens of g", whole, at, |p, a, d| {
        Ok(seen::<Then<&F, &G>>(pulled(&Then(f, g), p, a, d)?))
    })
}
