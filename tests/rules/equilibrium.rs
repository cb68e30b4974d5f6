//! Two equilibria are a gradient: equilibrium propagation and contrastive Hebbian learning.

use crate::harness::{batch, gap};
use ndarray::Array2;
use pullback::{
    Error,
    category::{Identity, Relu, Tanh},
    learn::{Plus, batch_quadratic, descend, learner, uniform},
    net::{Net, Params, Window, conv2d, dense, flatten, max_pool, pointwise, residual},
    rule::*,
};

/// First parameters, small enough that the equilibrium is one.
fn start(net: &Net) -> Params {
    let mut p: Params = net.init(&mut uniform(3));
    p.slots.iter_mut().flatten().for_each(|a| a.mapv_inplace(|w| 0.7 * w));
    p
}
fn still() -> Settling {
    Settling::until(1e-14, 5000, 0.5)
}
fn step<R: Rule<On = Arrays>>(net: &Net, rule: R) -> pullback::Result<Vec<f64>> {
    let learn = learner(net.under::<R, f64>(rule), batch_quadratic(), descend(), Plus);
    Ok(learn.put(batch(4, 3, 1), &start(net), &batch(4, 2, 2))?.1.flat())
}
/// Minus the gradient of the loss at the free equilibrium, by central differences.
fn settled_gradient(net: &Net) -> Vec<f64> {
    let (p, x, t) = (start(net), batch(4, 3, 1), batch(4, 2, 2));
    let under = net.under::<_, f64>(EquilibriumPropagation::symmetric(still(), 0.1));
    let loss = |p: &Params| {
        let y = under.predict(p, x.clone()).unwrap();
        (&y - &t).iter().map(|r| 0.5 * r * r).sum::<f64>() / 4.0
    };
    let moved = |k: usize, by: f64| {
        let mut p = p.clone();
        let number = p.slots.iter_mut().flatten().flat_map(|a| a.iter_mut()).nth(k).unwrap();
        *number += by;
        loss(&p)
    };
    let h = 1e-4;
    (0..p.count()).map(|k| (moved(k, -h) - moved(k, h)) / (2.0 * h)).collect()
}

/// Three pixels, two channels of two places, two outputs.
fn convolutional() -> Net {
    conv2d(Window::new([1, 1, 3], [1, 2]), 2) >> pointwise(Tanh) >> flatten() >> dense(4, 2, Identity)
}

#[test]
fn equilibrium_propagation_has_its_orders() {
    let small = dense(3, 4, Tanh) >> dense(4, 2, Identity);
    for net in [small, dense(3, 4, Tanh) >> dense(4, 4, Tanh) >> dense(4, 2, Tanh), convolutional()] {
        let exact = settled_gradient(&net);
        let one_sided = |beta| gap(&step(&net, EquilibriumPropagation::one_sided(still(), beta)).unwrap(), &exact);
        let symmetric = |beta| gap(&step(&net, EquilibriumPropagation::symmetric(still(), beta)).unwrap(), &exact);
        let (one, two) = ([0.1, 0.05, 0.025].map(one_sided), [0.1, 0.05, 0.025].map(symmetric));
        for k in [0, 1] {
            assert!((1.7..2.3).contains(&(one[k] / one[k + 1])), "order 1: {one:?}");
            assert!((3.6..4.4).contains(&(two[k] / two[k + 1])), "order 2: {two:?}");
        }
        assert!(one[2] < 0.1 && two[2] < 0.01, "{one:?}, {two:?}");
    }
}
#[test]
fn contrastive_hebbian_tends_to_backprop() {
    let deep = dense(3, 4, Tanh) >> dense(4, 4, Tanh) >> dense(4, 2, Identity);
    for net in [deep, convolutional()] {
        let exact = step(&net, Backprop).unwrap();
        let hidden = exact.len() - (4 + 1) * 2;
        let error = |gain: f64| {
            let found = step(&net, ContrastiveHebbian::new(still(), gain)).unwrap();
            gap(&found[..hidden], &exact[..hidden])
        };
        let gaps = [0.03, 0.01, 0.003].map(error);
        assert!((2.6..3.5).contains(&(gaps[0] / gaps[1])), "{gaps:?}"); // order 1 in κ
        assert!((2.9..3.8).contains(&(gaps[1] / gaps[2])), "{gaps:?}");
        assert!(gaps[0] < 0.28 && gaps[1] < 0.09, "{gaps:?}"); // the card's network is that far off
    }
}
#[test]
fn without_feedback_an_equilibrium_is_the_forward_pass() {
    // Jacobi sweeps: exact after as many rounds as there are layers, from anywhere
    let net = dense(3, 4, Tanh) >> dense(4, 4, Relu) >> dense(4, 2, Identity);
    let (p, x) = (start(&net), batch(4, 3, 1));
    let y = net.under::<_, f64>(Backprop).predict(&p, x.clone()).unwrap();
    let rule = ContrastiveHebbian::new(Settling::until(0.0, 4, 1.0), 0.0);
    assert_eq!(net.under::<_, f64>(rule).predict(&p, x).unwrap(), y);
}
#[test]
fn only_chains_settle_in_an_energy() {
    let looped = dense(3, 4, Tanh) >> residual(dense(4, 4, Tanh)) >> dense(4, 2, Identity);
    for e in [
        step(&looped, EquilibriumPropagation::symmetric(still(), 0.1)).unwrap_err(),
        step(&looped, ContrastiveHebbian::new(still(), 0.1)).unwrap_err(),
    ] {
        assert!(matches!(e, Error::NoReverse { layer: "add", .. }), "{e}");
    }
    let pooled = dense(3, 4, Tanh) >> max_pool(Window::new([1, 2, 2], [2, 1])) >> flatten() >> dense(2, 2, Identity);
    let e = step(&pooled, ContrastiveHebbian::new(still(), 0.1)).unwrap_err();
    assert!(matches!(e, Error::NoReverse { layer: "max_pool", .. }), "{e}");
    let twice = dense(3, 2, Tanh) >> pointwise(Tanh);
    let e = step(&twice, EquilibriumPropagation::symmetric(still(), 0.1)).unwrap_err();
    assert_eq!(e.to_string(), "EquilibriumPropagation: no reverse map for the layer pointwise");
}
#[test]
fn an_energy_that_is_not_still_is_an_error() {
    let net = dense(3, 4, Tanh) >> dense(4, 2, Identity);
    let hasty = Settling::until(1e-12, 3, 0.1);
    let e = step(&net, EquilibriumPropagation::symmetric(hasty, 0.1)).unwrap_err();
    assert!(matches!(e, Error::NotConverged { op: "EquilibriumPropagation", rounds: 3, .. }), "{e}");
    let e = step(&net, ContrastiveHebbian::new(hasty, 0.1)).unwrap_err();
    assert!(matches!(e, Error::NotConverged { op: "ContrastiveHebbian", rounds: 3, .. }), "{e}");
}
#[test]
fn two_settled_numbers_by_hand() {
    // s₁ = w₁x + w₂ h, h = s₂ = w₂ s₁: with w₁ = 1, w₂ = 0.5, x = 3: s₁ = 4, h = 2
    let net = pullback::net::linear(1, 1) >> pullback::net::linear(1, 1);
    let one = |w: f64| vec![Array2::from_elem((1, 1), w)];
    let p = Params::new(vec![one(1.0), one(0.5)]);
    let under = net.under::<_, f64>(EquilibriumPropagation::symmetric(still(), 0.1));
    let y = under.predict(&p, Array2::from_elem((1, 1), 3.0).into_shared()).unwrap();
    assert!((y[[0, 0]] - 2.0).abs() < 1e-12, "{y}");
}
#[test]
fn the_loss_is_that_of_the_equilibrium() {
    let net = dense(3, 4, Tanh) >> dense(4, 2, Identity);
    let (p, x, t) = (start(&net), batch(4, 3, 1), batch(4, 2, 2));
    let of = |y: &pullback::net::Array| (y - &t).iter().map(|r| 0.5 * r * r).sum::<f64>() / 4.0;
    let forward = of(&net.under::<_, f64>(Backprop).predict(&p, x.clone()).unwrap());
    let rule = EquilibriumPropagation::symmetric(still(), 0.1);
    let learn = learner(net.under(rule), batch_quadratic(), descend(), Plus);
    let settled = of(&learn.model().predict(&p, x.clone()).unwrap());
    let loss = learn.loss(&p, x.clone(), &t).unwrap();
    assert!((loss - settled).abs() < 1e-15 && (loss - forward).abs() > 1e-3, "{loss} {settled} {forward}");
    let learn = learner(net.under(ContrastiveHebbian::new(still(), 0.3)), batch_quadratic(), descend(), Plus);
    let settled = of(&learn.model().predict(&p, x.clone()).unwrap());
    assert!((learn.loss(&p, x, &t).unwrap() - settled).abs() < 1e-15);
}
#[test]
fn lower_layers_may_learn_more() {
    let net = dense(3, 4, Tanh) >> dense(4, 4, Tanh) >> dense(4, 2, Identity);
    let rule = EquilibriumPropagation::symmetric(still(), 0.1);
    let (plain, more) = (step(&net, rule).unwrap(), step(&net, rule.lower_layers(4.0)).unwrap());
    let last = (4 + 1) * 2;
    let (lower, upper) = plain.split_at(plain.len() - last);
    assert_eq!(more[lower.len()..], *upper);
    assert!(gap(&more[..lower.len()], &lower.iter().map(|d| 4.0 * d).collect::<Vec<_>>()) < 1e-12);
}
#[test]
fn both_settlings_are_seen() {
    let net = dense(3, 4, Tanh) >> dense(4, 4, Tanh) >> dense(4, 2, Identity);
    let (watch, p) = (Watch::new(), start(&net));
    let rounds = |k| Settling::rounds(k, 0.2);
    let rule = EquilibriumPropagation::symmetric(rounds(100), 0.1);
    let learn = learner(net.under(rule).watched(&watch), batch_quadratic(), descend(), Plus);
    learn.put(batch(4, 3, 1), &p, &batch(4, 2, 2)).unwrap();
    let seen = watch.rounds();
    let phase = |k: usize| seen.iter().filter(|r| r.settling == k).copied().collect::<Vec<Round>>();
    assert_eq!((seen.len(), phase(0).len(), phase(1).len(), phase(2).len()), (300, 100, 100, 100));
    for k in 0..3 {
        let energies: Vec<f64> = phase(k).iter().map(|r| r.energy.unwrap()).collect();
        assert!(energies.windows(2).all(|e| e[1] <= e[0] + 1e-15), "settling {k}: {energies:?}");
        assert!(phase(k)[99].residual < 0.1 * phase(0)[0].residual);
    }
    // nudged up and down from the free equilibrium: E₀ ± β L
    let [free, up, down] = [phase(0)[99], phase(1)[0], phase(2)[0]].map(|r| r.energy.unwrap());
    let loss = learn.loss(&p, batch(4, 3, 1), &batch(4, 2, 2)).unwrap();
    assert!((up - down - 2.0 * 0.1 * loss).abs() < 1e-9 && (up + down - 2.0 * free).abs() < 1e-3);
    // contrastive learning settles twice, in no energy of its own
    let learn = learner(
        net.under(ContrastiveHebbian::new(rounds(20), 0.1)).watched(&watch),
        batch_quadratic(),
        descend(),
        Plus,
    );
    learn.put(batch(4, 3, 1), &p, &batch(4, 2, 2)).unwrap();
    let seen = watch.rounds();
    assert!(seen.len() == 40 && seen[39].settling == 1 && seen.iter().all(|r| r.energy.is_none()));
    assert!(seen[19].residual < seen[0].residual);
    learn.model().predict(&p, batch(4, 3, 1)).unwrap();
    assert_eq!(watch.rounds().len(), 20);
}
