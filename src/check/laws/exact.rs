//! Laws that say what a backward map *is*.

use super::{Around, Sample, Testable, Verdict, point, pulled, undefined, verdict::Law};
use crate::{
    check::dot_product::check_pair,
    error::Result,
    learn::Elementwise,
    lens::{Additive, Coordinates, Object, Para, Scalar},
};
use alloc::{format, vec::Vec};

/// At how many points differences are taken: they cost about a hundred evaluations a coordinate.
const POINTS: usize = 3;

/// Tries that the backward map is the transposed derivative, $(p', a') = J^\top d$, against differences of the forward
/// map: every entry of $J$ by the parameters and by the input. Of a learning rule it says where the rule is exact.
///
/// At kinks every slope between the two sides passes. Three points are looked at.
///
/// # Errors
/// What the lens returns at the given point; [`Error::OutOfDomain`](crate::Error::OutOfDomain) where it is not finite.
///
/// # Example
/// ```
/// use pullback::{category::*, check::laws, lens::*};
/// laws::exact(&dense::<2, 1>(Tanh), &laws::at((Matrix::new([[1.0, 2.0]]), [0.5]), [0.3, 0.1]))?.ok()?;
/// let straight_through = lens(|x: f64| (x.tanh(), ()), |(), d: f64| d);
/// let verdict = laws::exact(&straight_through, &laws::at((), 0.5))?;
/// assert!(!verdict.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn exact<F>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict>
where
    F: Testable + Para<P: Elementwise<f64>, A: Elementwise<f64>, B: Elementwise<f64>>,
{
    let law = Law {
        name: "exact",
        equation: "the change that comes back = J^T d, by differences",
        describe: &|(p, a): &(F::P, F::A)| format!("p = {p:?}, a = {a:?}"),
    };
    let mut trials = at.trials;
    trials.rounds = trials.rounds.min(POINTS);
    law.test(trials, &(at.p.clone(), at.a.clone()), |start| {
        let moved = |x: &[f64]| {
            let mut to = start.clone();
            fill(&mut to, x)?;
            Ok(to)
        };
        let value = |x: &[f64]| {
            let (p, a) = moved(x)?;
            row(&f.fwd(p.view(), a)?.0)
        };
        let pull = |by: &[f64]| {
            let (b, m) = f.fwd(start.0.view(), start.1.clone())?;
            let (mut d, mut dp) = (b.zero(), start.0.zero());
            fill(&mut d, by)?;
            let da = f.bwd(start.0.view(), m, d, &mut dp)?;
            row(&(dp, da))
        };
        let report = check_pair("exact", value, pull, &row(start)?)?;
        let worst = report.worst().map_or([0.0; 2], |(_, e)| [e.found, e.expected]);
        Ok(Some(if report.passes() { [worst[1]; 2] } else { worst }))
    })
}

/// Returns the numbers of `x` in their order.
fn row<X: Elementwise<f64>>(x: &X) -> Result<Vec<f64>> {
    let mut row = Vec::new();
    X::zip([&mut x.clone()], &mut |[x]| row.push(*x))?;
    Ok(row)
}
/// Writes the numbers of `from` into `x`.
fn fill<X: Elementwise<f64>>(x: &mut X, from: &[f64]) -> Result<()> {
    let mut from = from.iter();
    X::zip([x], &mut |[x]| *x = from.next().copied().unwrap_or(f64::NAN))
}

/// Tries, for a map that is linear in its input, that its backward map is its transpose:
/// $\langle f(a), d\rangle = \langle a, a'\rangle$, over any ring.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{category::Modular, check::laws, lens::*};
/// type K = Modular<7>;
/// let w = Matrix::from_fn(|i, j| K::new((2 * i + j) as u64));
/// laws::transpose(&linear::<K, 3, 2>(), &laws::at(w, [K::new(1); 3]))?.ok()?;
/// let lazy = lens(|[x, y]: [K; 2]| ([x + y, y], ()), |(), d: [K; 2]| d);
/// assert!(!laws::transpose(&lazy, &laws::at((), [K::new(1); 2]))?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn transpose<F, T: Scalar + Sample>(f: &F, at: &Around<F::P, F::A>) -> Result<Verdict>
where
    F: Testable + Para<A: Coordinates<Scalar = T>, B: Coordinates<Scalar = T>>,
{
    let law = Law {
        name: "transpose",
        equation: "<f(a), d> = <a, a'>",
        describe: &|((p, a), d): &((F::P, F::A), F::B)| format!("p = {p:?}, a = {a:?}, d = {d:?}"),
    };
    law.test(at.trials, &point(f, at)?, |((p, a), d)| {
        let (b, da, _) = pulled(f, p, a, d)?;
        if undefined(&b) {
            return Ok(None);
        }
        Ok(Some([product(&b, d)?, product(a, &da)?]))
    })
}
fn product<A: Coordinates>(a: &A, b: &A) -> Result<A::Scalar> {
    let mut sum = A::Scalar::ZERO;
    a.coordinates().iter().zip(b.coordinates()).try_for_each(|(a, b)| sum.add(&(*a * *b)))?;
    Ok(sum)
}
