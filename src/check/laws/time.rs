//! Laws of sequences.

use super::{Around, Sample, Verdict, pulled, undefined, verdict::Law};
use crate::{
    error::Result,
    lens::{Object, Para},
};
use alloc::{format, vec::Vec};

/// Tries that a map of sequences, from a first state and inputs to a last state and outputs, is causal: the first `k`
/// outputs do not change when later inputs do; and anticausal backward: the changes of the inputs from `k` on do not
/// change when those of earlier outputs do. For every `k`, exactly.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{category::*, check::laws, lens::*};
/// // a delay: the output is the state, the next state is the input
/// let delay = unroll(swap::<f64, f64>());
/// laws::causal(&delay, &laws::at((), (0.0, vec![1.0, 2.0, 3.0])))?.ok()?;
/// assert_eq!(delay.eval(&(), (0.0, vec![1.0, 2.0, 3.0]))?, (3.0, vec![0.0, 1.0, 2.0]));
/// let reverses = lens(|(s, x): (f64, Vec<f64>)| ((s, x.iter().rev().copied().collect()), ()),
///     |(), (s, d): (f64, Vec<f64>)| (s, d.iter().rev().copied().collect::<Vec<f64>>()));
/// assert!(!laws::causal(&reverses, &laws::at((), (0.0, vec![1.0, 2.0, 3.0])))?.holds());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn causal<F, S, X, Y>(f: &F, at: &Around<F::P, (S, Vec<X>)>) -> Result<Verdict>
where
    S: Sample + Object<Co: Sample>,
    X: Sample + Object<Co: Sample>,
    Y: Sample + Object<Co: Sample>,
    F: Para<P: Sample + Object<Co: Sample>, A = (S, Vec<X>), B = (S, Vec<Y>)>,
{
    let (b, _) = f.fwd(at.p.view(), at.a.clone())?;
    let law = Law {
        name: "causal",
        equation: "outputs before k do not feel inputs from k on; changes of inputs from k on not those of outputs before k",
        describe: &|((p, a), (later, (d, earlier))): &((_, (S, Vec<X>)), (Vec<X>, (_, Vec<Y::Co>)))| {
            format!("p = {p:?}, a = {a:?}, other inputs = {later:?}, d = {d:?}, other changes = {earlier:?}")
        },
    };
    let template = ((at.p.clone(), at.a.clone()), (at.a.1.clone(), (b.zero(), b.1.zero())));
    law.test(at.trials, &template, |((p, (s, xs)), (later, (d, earlier)))| {
        let (b, (_, dxs), _) = pulled(f, p, &(s.clone(), xs.clone()), d)?;
        if undefined(&b) {
            return Ok(None);
        }
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for k in 0..xs.len().min(b.1.len()) {
            let mixed: Vec<X> = xs.iter().take(k).chain(later.iter().skip(k)).cloned().collect();
            let (c, _) = f.fwd(p.view(), (s.clone(), mixed))?;
            let changes: Vec<Y::Co> = earlier.iter().take(k).chain(d.1.iter().skip(k)).cloned().collect();
            let (_, (_, exs), _) = pulled(f, p, &(s.clone(), xs.clone()), &(d.0.clone(), changes))?;
            left.push((c.1[..k.min(c.1.len())].to_vec(), exs[k.min(exs.len())..].to_vec()));
            right.push((b.1[..k].to_vec(), dxs[k.min(dxs.len())..].to_vec()));
        }
        Ok(Some([left, right]))
    })
}
