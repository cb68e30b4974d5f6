//! Laws of optimisers and learners.

use super::{Around, Sample, Testable, Verdict, undefined, verdict::Law};
use crate::{
    error::Result,
    learn::{Both, Elementwise, InSeries, Optimiser, Plus, Sgd, TargetLearner, descend, learner, mean},
    lens::{Additive, Lens, Object, Para, cap, each},
};
use alloc::{format, vec, vec::Vec};

/// How many changes an optimiser gets in a trial.
const STEPS: usize = 6;

/// Where `u` looks and where it stands after each change, from `p`.
fn walk<P: Object<Co: Clone>, U: Optimiser<P>>(u: &U, p: &P, changes: &[P::Co]) -> Result<Vec<(P, P)>> {
    let (mut s, mut p) = (u.init(p), p.clone());
    let step = |c: &P::Co| {
        let at = u.get(&s, &p)?.into_owned();
        u.put(&mut s, &mut p, &mut c.clone())?;
        Ok((at, p.clone()))
    };
    changes.iter().map(step).collect()
}
fn start<P: Clone>(p: &P) -> (P, Vec<P>) {
    (p.clone(), vec![p.clone(); STEPS])
}
fn describe<P: core::fmt::Debug>((p, c): &(P, Vec<P>)) -> alloc::string::String {
    format!("p = {p:?}, changes = {c:?}")
}
fn scaled<P: Elementwise<f64>>(changes: &[P], by: f64) -> Result<Vec<P>> {
    let one = |c: &P| {
        let mut c = c.clone();
        P::zip([&mut c], &mut |[c]| *c *= by).map(|()| c)
    };
    changes.iter().map(one).collect()
}

/// Tries that two optimisers walk the same way, also in where they look: what an optimiser becomes at special settings.
///
/// # Errors
/// What the optimisers return.
///
/// # Example
/// ```
/// use pullback::{check::laws, learn::*};
/// laws::same_walk(&Momentum::new(0.1, 0.0), &Sgd::new(0.1), &laws::at((), [1.0, 2.0]))?.ok()?;
/// assert!(!laws::same_walk(&Sgd::new(0.1), &Plus, &laws::at((), 1.0))?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn same_walk<P, U, V>(u: &U, v: &V, at: &Around<(), P>) -> Result<Verdict>
where
    P: Sample + Object<Co = P>,
    U: Optimiser<P>,
    V: Optimiser<P>,
{
    let law = Law { name: "same_walk", equation: "u and v look and stand at the same places", describe: &describe };
    law.test(at.trials, &start(&at.a), |(p, changes)| Ok(Some([walk(u, p, changes)?, walk(v, p, changes)?])))
}

/// Tries that the optimiser has no preferred side: minus the changes, from minus the start, walk the mirror image. It
/// catches a sign that is wrong in one term, and a weight decay that is added.
///
/// # Errors
/// What the optimiser returns.
///
/// # Example
/// ```
/// use pullback::{check::laws, learn::*};
/// laws::mirrors(&AdamW::new(0.1, 0.01), &laws::at((), 1.0))?.ok()?;
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn mirrors<P, U>(u: &U, at: &Around<(), P>) -> Result<Verdict>
where
    P: Sample + Elementwise<f64>,
    U: Optimiser<P>,
{
    let law = Law { name: "mirrors", equation: "walk(-p, -c) = -walk(p, c)", describe: &describe };
    law.test(at.trials, &start(&at.a), |(p, changes)| {
        let minus = scaled(core::slice::from_ref(p), -1.0)?;
        let mirrored = walk(u, &minus[0], &scaled(changes, -1.0)?)?;
        let back = |(x, y): (P, P)| Ok((scaled(&[x], -1.0)?, scaled(&[y], -1.0)?));
        let path = walk(u, p, changes)?.into_iter().map(|(x, y)| (vec![x], vec![y]));
        Ok(Some([mirrored.into_iter().map(back).collect::<Result<Vec<_>>>()?, path.collect()]))
    })
}

/// Tries that the optimiser does not feel the scale of the loss: changes 1024 times as large walk the same way. Adagrad,
/// Adam, Lion and Rprop pass (up to their ε: set it to 0); a rate in the cap would have no effect on them.
///
/// # Errors
/// What the optimiser returns.
///
/// # Example
/// ```
/// use pullback::{check::laws, learn::*};
/// let at = laws::at((), 1.0);
/// laws::scale_free(&Adam { epsilon: 0.0, ..Adam::new(0.1) }, &at.clone().slack(100.0))?.ok()?;
/// assert!(!laws::scale_free(&Sgd::new(0.1), &at)?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn scale_free<P, U>(u: &U, at: &Around<(), P>) -> Result<Verdict>
where
    P: Sample + Elementwise<f64>,
    U: Optimiser<P>,
{
    let law = Law { name: "scale_free", equation: "walk(p, 1024 c) = walk(p, c)", describe: &describe };
    law.test(at.trials, &start(&at.a), |(p, changes)| {
        let (small, large) = (walk(u, p, changes)?, walk(u, p, &scaled(changes, 1024.0)?)?);
        if undefined(&small) {
            return Ok(None); // 0/0 where the first change is 0 and ε too
        }
        Ok(Some([large, small]))
    })
}

/// Tries that the optimiser treats each half of a pair as if the other were not there. Clipping by the norm of all
/// parameters does not, and is not meant to.
///
/// # Errors
/// What the optimiser returns.
///
/// # Example
/// ```
/// use pullback::{check::laws, learn::*};
/// let at = laws::at((), 1.0);
/// laws::coordinatewise(&Adam::new(0.1), &at)?.ok()?;
/// assert!(!laws::coordinatewise(&Clipped { most: 1.0, optimiser: Plus }, &at)?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn coordinatewise<P, U>(u: &U, at: &Around<(), P>) -> Result<Verdict>
where
    P: Sample + Object<Co = P>,
    U: Optimiser<P> + Optimiser<(P, P)>,
{
    let law = Law { name: "coordinatewise", equation: "u on (p, q) = (u on p, u on q)", describe: &describe };
    law.test(at.trials, &start(&(at.a.clone(), at.a.clone())), |(p, changes)| {
        Ok(Some([walk(u, p, changes)?, walk(&Both(u, u), p, changes)?]))
    })
}

/// Tries that a rate in the cap is a rate in the optimiser: one step under the cap $-\frac14$ with `Plus` is one under
/// [`descend`] with `Sgd(1/4)`. It needs every backward map of the row to respect multiples.
///
/// # Errors
/// What model and loss return at the given point: parameters and label, input.
///
/// # Example
/// ```
/// use pullback::{category::*, check::laws, learn::*, lens::*};
/// let at = laws::at(((Matrix::new([[0.5, 1.0]]), [0.0]), [1.0]), [1.0, 2.0]);
/// laws::slides(&dense::<2, 1>(Tanh), &quadratic(), &at)?.ok()?;
/// let clipped = linear::<f64, 1, 1>().map(lens(|x: [f64; 1]| (x, ()), |(), [d]: [f64; 1]| [d.clamp(-1.0, 1.0)]));
/// assert!(!laws::slides(&clipped, &quadratic(), &laws::at((Matrix::new([[1.0]]), [0.0]), [1.0]))?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn slides<F, E>(model: &F, loss: &E, at: &Around<(F::P, E::P), F::A>) -> Result<Verdict>
where
    F: Testable + Para<P: Elementwise<f64> + Additive>,
    E: Testable + Para<A = F::B, B = f64>,
{
    const RATE: f64 = 0.25;
    let law = Law {
        name: "slides",
        equation: "cap(-1/4) ; Plus = descend ; Sgd(1/4)",
        describe: &|((p, t), a): &((F::P, E::P), F::A)| format!("p = {p:?}, a = {a:?}, label = {t:?}"),
    };
    law.test(at.trials, &(at.p.clone(), at.a.clone()), |((p, t), a)| {
        let before = learner(model, loss, cap(|_: f64| -RATE), Plus);
        let after = learner(model, loss, descend(), Sgd::new(RATE));
        if undefined(&before.loss(p, a.clone(), t)?) {
            return Ok(None);
        }
        let (mut s, mut u) = (before.start(p.clone()), after.start(p.clone()));
        before.step(&mut s, a.clone(), t)?;
        after.step(&mut u, a.clone(), t)?;
        Ok(Some([s.params, u.params]))
    })
}

/// Tries that a batch of two brings the mean of the two changes: the loss divides by the number of examples, and the
/// parameters fan out.
///
/// # Errors
/// What model and loss return at the given point: parameters and label, input.
///
/// # Example
/// ```
/// use pullback::{category::*, check::laws, learn::*, lens::*};
/// let at = laws::at(((Matrix::new([[0.5, 1.0]]), [0.0]), [1.0]), [1.0, 2.0]);
/// laws::batches(&dense::<2, 1>(Tanh), &quadratic(), &at)?.ok()?;
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn batches<F, E>(model: &F, loss: &E, at: &Around<(F::P, E::P), F::A>) -> Result<Verdict>
where
    F: Testable + Para<P: Elementwise<f64> + Additive>,
    E: Testable + Para<A = F::B, B = f64>,
{
    let law = Law {
        name: "batches",
        equation: "put of a batch = mean of the puts",
        describe: &|(p, ((a, t), (b, u))): &(F::P, ((F::A, E::P), (F::A, E::P)))| {
            format!("p = {p:?}, examples = ({a:?}, {t:?}), ({b:?}, {u:?})")
        },
    };
    let ((p, t), a) = (at.p.clone(), at.a.clone());
    let template = (p, ((a.clone(), t.clone()), (a, t)));
    law.test(at.trials, &template, |(p, ((a, t), (b, u)))| {
        let one = learner(model, loss, descend(), Plus);
        let two = learner(each(Lens(model)), mean(Lens(loss)), descend(), Plus);
        if undefined(&(one.loss(p, a.clone(), t)?, one.loss(p, b.clone(), u)?)) {
            return Ok(None);
        }
        let (_, batch, _) = two.put(vec![a.clone(), b.clone()], p, &vec![t.clone(), u.clone()])?;
        let (_, mut sum, _) = one.put(a.clone(), p, t)?;
        sum.add(&one.put(b.clone(), p, u)?.1)?;
        Ok(Some([vec![batch], scaled(&[sum], 0.5)?]))
    })
}

/// Tries that `whole` implements, updates and requests as `f` and `g` in series do, which hand each other targets.
///
/// # Errors
/// What the learners return at the given point.
///
/// # Example
/// ```
/// use pullback::{category::*, check::laws, learn::*, lens::*};
/// let (f, g) = (dense::<1, 2>(Tanh), linear::<f64, 2, 1>());
/// let at = laws::at(((Matrix::new([[1.0], [0.5]]), [0.0; 2]), Matrix::new([[1.0, -1.0]])), [0.5]);
/// laws::hands_on(&targets(f >> g, 0.1), &targets(f, 0.1), &targets(g, 0.1), &at)?.ok()?;
/// assert!(!laws::hands_on(&targets(f >> g, 0.1), &targets(f, 0.2), &targets(g, 0.1), &at)?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn hands_on<W, F, G>(whole: &W, f: &F, g: &G, at: &Around<(F::P, G::P), F::A>) -> Result<Verdict>
where
    F: TargetLearner<P: Sample, A: Sample>,
    G: TargetLearner<P: Sample, A = F::B, B: Sample>,
    W: TargetLearner<P = (F::P, G::P), A = F::A, B = G::B>,
{
    let law = Law {
        name: "hands_on",
        equation: "(I, U, r) of the composite = those of the learners in series",
        describe: &|((p, a), t): &(((F::P, G::P), F::A), G::B)| format!("p = {p:?}, a = {a:?}, target = {t:?}"),
    };
    let target = whole.implement(&at.p, &at.a)?;
    law.test(at.trials, &((at.p.clone(), at.a.clone()), target), |((p, a), t)| {
        let parts = InSeries(f, g);
        let left = (whole.implement(p, a)?, (whole.update(p, a, t)?, whole.request(p, a, t)?));
        if undefined(&left.0) {
            return Ok(None);
        }
        Ok(Some([left, (parts.implement(p, a)?, (parts.update(p, a, t)?, parts.request(p, a, t)?))]))
    })
}
