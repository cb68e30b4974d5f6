//! Neurons that spike.

use super::{Activation, Add, Detach, Layer, Mul, Net, Pointwise};
use crate::diagram::Wire;
use alloc::vec;

/// Returns one step of leaky neurons that integrate a current and fire: from what is left of their potentials and the
/// current to what is left, and the spikes.
///
/// $$ u_t = \lambda\, r_{t-1} + x_t, \qquad s_t = [u_t \ge \vartheta], \qquad r_t = u_t (1 - s_t) $$
///
/// A spike sets its neuron back to 0; nothing goes back along this way. It is the body of a [`scan`](super::scan) or, behind
/// a layer that makes the current and with others in [`cells`], of [`shown`](super::shown). A spike has no slope: rules such as
/// [`Surrogate`](crate::rule::Surrogate) put one there, also inside of a scan.
///
/// # Shapes
/// Any number of features, the same on both wires.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let net = scan(leaky_integrate_and_fire(0.5, 1.0), 4, 1);
/// let p: Params = net.init(&mut || 0.0);
/// let current = ndarray::arr2(&[[0.75, 0.75, 0.75, 0.25]]).into_shared();
/// // potentials 0.75, 1.125 (a spike), 0.75, 0.625
/// assert_eq!(net.under(Backprop).predict(&p, current)?, ndarray::arr2(&[[0.0, 1.0, 0.0, 0.0]]).into_shared());
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "LIF")]
pub fn leaky_integrate_and_fire(leak: f64, threshold: f64) -> Net {
    let affine = |a, b| Layer::Pointwise(Pointwise(Activation::Affine(a, b)));
    Net::build(2, |d, x| {
        let mut one = |layer: Layer, x: &[Wire]| d.push(layer, x)[0];
        let decayed = one(affine(leak, 0.0), &x[..1]);
        let u = one(Add.into(), &[decayed, x[1]]);
        let above = one(affine(1.0, -threshold), &[u]);
        let spike = one(Layer::Pointwise(Pointwise(Activation::Step)), &[above]);
        let seen = one(Detach.into(), &[spike]);
        let silent = one(affine(-1.0, 1.0), &[seen]);
        let left = one(Mul.into(), &[u, silent]);
        vec![left, spike]
    })
}

/// Returns bodies in a row, as one body: the output of each is the input of the next, and the states of all stand side by
/// side. A network without states is a body too.
///
/// # Example
/// ```
/// use pullback::{category::Identity, net::*};
/// let spikes = || leaky_integrate_and_fire(0.5, 1.0);
/// let body = cells(&[dense(64, 32, Identity), spikes(), dense(32, 16, Identity), spikes(), dense(16, 10, Identity)]);
/// assert_eq!(body.arity(), (3, 3));
/// assert_eq!(shown(body, 8, &[32, 16]).shapes()?, [Some(vec![10])]);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Errors
/// From every use: a body that has not as many inputs as outputs.
pub fn cells(bodies: &[Net]) -> Net {
    let states = bodies.iter().map(|b| b.arity().0.saturating_sub(1)).sum::<usize>();
    Net::build(states + 1, |d, x| {
        let (mut states, mut signal) = (x.iter().take(states), x.get(states).copied());
        let mut made = vec![];
        for body in bodies {
            let own = body.arity().0.saturating_sub(1);
            let read: alloc::vec::Vec<Wire> = states.by_ref().take(own).copied().chain(signal).collect();
            let mut next = d.inline(body, &read);
            signal = next.pop();
            made.extend(next);
        }
        made.extend(signal);
        made
    })
}
