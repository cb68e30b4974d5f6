//! Each optimiser against two steps by hand, and against what it turns into at special settings.

use pullback::{Result, check::laws, learn::*, lens::*};

/// Where `u` goes from 0 under these changes.
fn walk<U: Optimiser<f64>>(u: U, changes: &[f64]) -> f64 {
    let mut p = 0.0;
    let mut s = u.init(&p);
    changes.iter().for_each(|c| u.put(&mut s, &mut p, &mut c.clone()).unwrap());
    p
}
/// Changes with both signs, turns and a zero.
fn changes() -> Vec<f64> {
    let mut draw = uniform(3);
    (0..30).map(|k| if k == 7 { 0.0 } else { draw() * 3.0 }).collect()
}
#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 4.0 * f64::EPSILON * (1.0 + expected.abs()), "{found} against {expected}");
}

#[test]
fn two_steps_by_hand() {
    let c = &[1.0, -3.0];
    near(walk(Plus, c), -2.0);
    near(walk(Sgd::new(0.1), c), 0.1 - 0.3);
    near(walk(Momentum::new(0.1, 0.5), c), 0.1 * 1.0 + 0.1 * (0.5 - 3.0));
    near(walk(Nesterov::new(0.1, 0.5), c), 0.1 + (0.05 - 0.3));
    near(walk(Adagrad { rate: 0.1, epsilon: 0.5 }, c), 0.1 / 1.5 - 0.3 / (10f64.sqrt() + 0.5));
    let v = 0.9 * 0.1 + 0.1 * 9.0;
    let rms = RmsProp { rate: 0.1, decay: 0.9, epsilon: 0.5 };
    near(walk(rms, c), 0.1 / (0.1f64.sqrt() + 0.5) - 0.3 / (f64::sqrt(v) + 0.5));
    // β = ½, ¾: m = ½, −5/4; v = ¼, 39/16; corrected 1, −5/3; 1, 39/7
    let adam = Adam { rate: 0.1, betas: (0.5, 0.75), epsilon: 0.5 };
    let second = -5.0 / 3.0 / (f64::sqrt(39.0 / 7.0) + 0.5);
    near(walk(adam, c), 0.1 / 1.5 + 0.1 * second);
    near(walk(AdamW { adam, decay: 0.25 }, c), 0.1 / 1.5 * (1.0 - 0.025) + 0.1 * second);
    // mixes: ½·1 > 0, then with m = ¼: ½·¼ − ½·0.3 < 0
    let lion = Lion { rate: 0.1, betas: (0.5, 0.75), decay: 0.5 };
    near(walk(lion, &[1.0, -0.3]), 0.1 + 0.1 * (-1.0 - 0.5 * 0.1));
    let rprop = Rprop { first: 0.1, ..Rprop::default() };
    near(walk(rprop, c), 0.1); // it rests after a turn
    near(walk(rprop, &[1.0, 3.0, -1.0, -1.0]), 0.1 + 0.12 - 0.06);
    // β = ½: g = ½, −5/4; it turns: step 0.1 · ¾
    let (beta, factors) = ((0.5, 0.5, 1.0), (0.75, 1.2));
    let core = CoRe { first: 0.1, limits: (1e-6, 1.0), factors, beta, beta2: -1.0, decay: 0.5, ..CoRe::default() };
    near(walk(core, c), 0.1 * (1.0 - 0.5 * 0.075) - 0.075);
}

#[test]
fn an_optimiser_at_a_special_setting_is_another_one() {
    let c = &changes();
    let sgd = walk(Sgd::new(0.1), c);
    assert_eq!(walk(Momentum::new(0.1, 0.0), c), sgd);
    assert_eq!(walk(Nesterov::new(0.1, 0.0), c), sgd);
    assert_eq!(walk(Sgd::new(1.0), c), walk(Plus, c));
    assert_eq!(walk(scheduled(Sgd::new(0.1), constant()), c), sgd);
    assert_eq!(walk(Clipped { most: 3.0, optimiser: Sgd::new(0.1) }, c), sgd);
    let adam = Adam { betas: (0.9, 0.99), ..Adam::new(0.01) };
    assert_eq!(walk(AdamW { adam, decay: 0.0 }, c), walk(adam, c));
    let core = CoRe { first: 0.01, factors: (1.0, 1.0), beta: (0.9, 0.9, 1.0), decay: 0.0, ..CoRe::default() };
    near(walk(core, c), walk(adam, c));
    // while no sign turns, signs alone are Rprop
    let same: Vec<f64> = c.iter().map(|c| c.abs() + 0.1).collect();
    let factors = (0.5, 1.2);
    let signs = CoRe { first: 0.01, factors, beta: (0.0, 0.0, 1.0), beta2: -1.0, decay: 0.0, ..CoRe::default() };
    let rprop = Rprop { first: 0.01, factors, limits: signs.limits };
    near(walk(signs, &same), walk(rprop, &same));
    // curvature that no pass has fed: the sign of the mean, as Lion with equal betas
    let sophia = Sophia { betas: (0.9, 0.9), decay: 0.0, ..Sophia::new(0.01) };
    near(walk(sophia, &same), walk(Lion { betas: (0.9, 0.9), ..Lion::new(0.01, 0.0) }, &same));
}

/// Two steps of a horizon of one: the coordinate with the higher score stands still from the second step on.
#[test]
fn what_mattered_most_stands_still() -> Result<()> {
    let (beta, frozen) = ((0.0, 0.0, 1.0), (1, 0.5));
    let u = CoRe { first: 0.01, beta, beta2: -1.0, decay: 0.0, factors: (1.0, 1.0), frozen, ..CoRe::default() };
    let mut p = [0.0, 0.0];
    let mut s = u.init(&p);
    u.put(&mut s, &mut p, &mut [1.0, 3.0])?; // scores g·u·s: 0.01, 0.03
    assert_eq!((p, s.scores), ([0.01, 0.01], [0.01, 0.03]));
    u.put(&mut s, &mut p, &mut [1.0, 3.0])?;
    assert_eq!((p, s.scores), ([0.02, 0.01], [0.01, 0.0])); // it stood still, and its score is forgotten
    u.put(&mut s, &mut p, &mut [1.0, 3.0])?;
    assert_eq!(p, [0.02, 0.02]); // now it is the other's turn
    // equal scores: never more than the share
    let mut p = [0.0; 4];
    let mut s = u.init(&p);
    u.put(&mut s, &mut p, &mut [1.0; 4])?;
    u.put(&mut s, &mut p, &mut [1.0; 4])?;
    assert_eq!(p, [0.01, 0.01, 0.02, 0.02]);
    Ok(())
}

/// A Newton step along each coordinate, however different the curvatures; what is longer than the rate is cut.
#[test]
fn sophia_by_hand() -> Result<()> {
    let u = Sophia { betas: (0.5, 0.5), rho: 2.0, decay: 0.5, batch: 4.0, ..Sophia::new(0.1) };
    let (mut p, mut s) = ([1.0, 1.0], u.init(&[1.0, 1.0]));
    u.curvature(&mut s, [1.0, 0.1])?; // h = ½, 0.005
    u.put(&mut s, &mut p, &mut [2.0, -2.0])?; // m = 1, −1; 1/(2·4·½) = ¼, and 25 cut to 1
    near(p[0], 0.95 + 0.1 * 0.25);
    near(p[1], 0.95 - 0.1);
    u.curvature(&mut s, [1.0, 0.1])?;
    near(s.curvature[0], 0.75);
    Ok(())
}

#[test]
fn groups_of_parameters() -> Result<()> {
    let u = Both(Both(AdamW::new(0.1, 0.1), Adam::new(0.1)), Every(Nesterov::new(0.1, 0.9)));
    let mut p = ((1.0, 1.0), vec![1.0, 2.0]);
    let mut s = u.init(&p);
    let (mut q, nesterov) = (2.0, Nesterov::new(0.1, 0.9));
    let mut v = nesterov.init(&q);
    for mut c in [1.0, -0.5, 2.0] {
        u.put(&mut s, &mut p, &mut ((c, c), vec![0.0, c]))?;
        nesterov.put(&mut v, &mut q, &mut c)?;
        assert_eq!((p.1[1], u.get(&s, &p)?.1[1]), (q, *nesterov.get(&v, &q)?));
    }
    assert!(p.0.0 < p.0.1, "only the first half decays");
    assert_eq!(p.1[0], 1.0);
    assert!(matches!(Every(Plus).get(&vec![(); 2], &vec![1.0, 2.0])?, std::borrow::Cow::Borrowed(_)));
    let e = Every(Plus).put(&mut vec![(); 2], &mut vec![1.0, 2.0], &mut vec![1.0]).unwrap_err();
    assert_eq!(e.to_string(), "optimiser: expected length 2, found 1");
    Ok(())
}

#[test]
fn the_first_step_of_adam_is_the_rate() {
    for c in [1e-3, -0.2, 5.0, -1e6] {
        // off by ε/|c| in relation
        assert!((walk(Adam::new(0.001), &[c]) - 0.001 * c.signum()).abs() <= 0.001 * 1e-8 / c.abs() + 1e-18);
        assert_eq!(walk(Lion::new(0.001, 0.0), &[c]), 0.001 * c.signum());
    }
}

#[test]
fn the_scale_of_the_loss_does_not_reach_adagrad_and_adam() -> Result<()> {
    let at = laws::at((), 1.0).slack(100.0);
    laws::scale_free(&Adagrad { rate: 0.1, epsilon: 0.0 }, &at)?.ok()?;
    laws::scale_free(&Adam { epsilon: 0.0, ..Adam::new(0.1) }, &at)?.ok()?;
    laws::scale_free(&Lion::new(0.1, 0.1), &at)?.ok()?;
    laws::scale_free(&Rprop::default(), &at)?.ok()
}

#[test]
fn no_optimiser_prefers_a_side() -> Result<()> {
    fn check<U: Optimiser<f64> + Optimiser<(f64, f64)>>(u: U) -> Result<()> {
        laws::mirrors::<f64, U>(&u, &laws::at((), 1.0))?.ok()?;
        laws::coordinatewise(&u, &laws::at((), 1.0))?.ok()
    }
    check(Plus)?;
    check(Sgd::new(0.1))?;
    check(Momentum::new(0.1, 0.9))?;
    check(Nesterov::new(0.1, 0.9))?;
    check(Adagrad::new(0.1))?;
    check(RmsProp::new(0.1))?;
    check(Adam::new(0.1))?;
    check(AdamW::new(0.1, 0.1))?;
    check(Lion::new(0.1, 0.1))?;
    check(Rprop::default())?;
    check(Sophia::new(0.1))?;
    check(CoRe::default())
}

#[test]
fn nesterov_looks_ahead_and_follows_the_usual_formula() -> Result<()> {
    // on ½x², from 1: the usual formula runs in φ = p + μv
    let (rate, mu) = (0.1, 0.9);
    let u = Nesterov::new(rate, mu);
    let (mut p, mut phi, mut w) = (1.0, 1.0, 0.0);
    let mut v = u.init(&p);
    for _ in 0..50 {
        let at = *u.get(&v, &p)?;
        near(at, p + mu * v);
        near(at, phi);
        u.put(&mut v, &mut p, &mut -at)?;
        w = mu * w - phi;
        phi += rate * (mu * w - phi);
    }
    Ok(())
}

#[test]
fn every_optimiser_goes_down_a_parabola() -> Result<()> {
    fn descend<U: Optimiser<f64>>(name: &str, u: U) -> Result<()> {
        let mut p = 1.0;
        let mut s = u.init(&p);
        for k in 0..20 {
            let (before, mut c) = (p, -*u.get(&s, &p)?);
            u.put(&mut s, &mut p, &mut c)?;
            assert!(p < before && p > 0.0, "{name}, step {k}: {before} to {p}");
        }
        Ok(())
    }
    descend("plus half", Sgd::new(0.5))?;
    descend("momentum", Momentum::new(0.005, 0.5))?;
    descend("nesterov", Nesterov::new(0.005, 0.5))?;
    descend("adagrad", Adagrad::new(0.01))?;
    descend("rms", RmsProp::new(0.001))?;
    descend("adam", Adam::new(0.01))?;
    descend("adamw", AdamW::new(0.01, 0.01))?;
    descend("lion", Lion::new(0.01, 0.01))?;
    descend("rprop", Rprop { first: 0.005, ..Rprop::default() })?;
    descend("sophia", Sophia::new(0.01))?;
    descend("core", CoRe::default())
}

/// An optimiser treats nested parameters as the row of their numbers, and a pair as its halves.
#[test]
fn nesting_does_not_matter() -> Result<()> {
    type Nested = ((Matrix<f64, 2, 3>, [f64; 2]), (Vec<[f64; 2]>, (Box<f64>, ())));
    fn nest(x: &[f64]) -> Nested {
        ((Matrix::from_fn(|i, j| x[3 * i + j]), [x[6], x[7]]), (vec![[x[8], x[9]]], (Box::new(x[10]), ())))
    }
    fn flat(((m, b), (v, (last, ()))): &Nested) -> Vec<f64> {
        [m.coordinates(), b, v.as_flattened(), &[**last]].concat()
    }
    fn check<U: Optimiser<Nested> + Optimiser<Vec<f64>>>(u: U) -> Result<()> {
        let mut draw = uniform(9);
        let mut row = || (0..11).map(|_| draw()).collect::<Vec<f64>>();
        let mut p = row();
        let mut q = nest(&p);
        let (mut s, mut t) = (u.init(&p), u.init(&q));
        for _ in 0..5 {
            let c = row();
            u.put(&mut s, &mut p, &mut c.clone())?;
            u.put(&mut t, &mut q, &mut nest(&c))?;
            assert_eq!(flat(&q), p);
            assert_eq!(flat(&*u.get(&t, &q)?), *u.get(&s, &p)?);
        }
        Ok(())
    }
    check(Plus)?;
    check(Sgd::new(0.1))?;
    check(Momentum::new(0.1, 0.9))?;
    check(Nesterov::new(0.1, 0.9))?;
    check(Adagrad::new(0.1))?;
    check(RmsProp::new(0.1))?;
    check(Adam::new(0.1))?;
    check(AdamW::new(0.1, 0.1))?;
    check(Lion::new(0.1, 0.1))?;
    check(Rprop::default())?;
    check(CoRe::default())?;
    check(CoRe { frozen: (2, 0.3), ..CoRe::default() })?;
    check(Sophia::new(0.1))?;
    check(Still)?;
    check(Clipped { most: 0.5, optimiser: scheduled(Adam::new(0.1), warm_up(2, cosine(3, 0.1))) })?;

    let (u, v) = (Adam::new(0.1), Nesterov::new(0.1, 0.9));
    let (mut pair, mut p, mut q) = ((0.0, 0.0), 0.0, 0.0);
    let (mut st, mut s, mut t) = (Both(u, v).init(&pair), u.init(&p), v.init(&q));
    for c in changes() {
        Both(u, v).put(&mut st, &mut pair, &mut (c, -c))?;
        u.put(&mut s, &mut p, &mut { c })?;
        v.put(&mut t, &mut q, &mut -c)?;
        assert_eq!((pair, *Both(u, v).get(&st, &pair)?), ((p, q), (*u.get(&s, &p)?, *v.get(&t, &q)?)));
    }
    Ok(())
}

#[test]
fn a_change_of_another_length_is_an_error() {
    let mut p = vec![1.0, 2.0];
    let e = Sgd::new(0.1).put(&mut (), &mut p, &mut vec![1.0]).unwrap_err();
    assert_eq!(e.to_string(), "optimiser: expected length 2, found 1");
    assert_eq!(Plus.put(&mut (), &mut p, &mut vec![1.0]).unwrap_err().to_string(), "add: expected length 2, found 1");
    assert!(Nesterov::new(0.1, 0.9).get(&vec![], &p).is_err());
    assert_eq!(p, [1.0, 2.0]);
}

#[test]
fn clipping_keeps_the_direction_at_any_size() -> Result<()> {
    let u = Clipped { most: 1.0, optimiser: Plus };
    let mut p = ([0.0, 0.0], 0.0);
    u.put(&mut (), &mut p, &mut ([2e200, -1e200], 2e200))?;
    near(p.0[0], 2.0 / 3.0);
    near(p.0[1], -1.0 / 3.0);
    near(p.1, 2.0 / 3.0);
    let mut p = [1.0, 2.0];
    u.put(&mut (), &mut p, &mut [0.0, 0.0])?;
    u.put(&mut (), &mut p, &mut [0.25, 0.0])?;
    assert_eq!(p, [1.25, 2.0]);
    u.put(&mut (), &mut p, &mut [f64::NAN, 0.0])?; // what is not a number stays visible
    assert!(p[0].is_nan());
    Ok(())
}

#[test]
fn single_precision() -> Result<()> {
    let (u, mut p) = (Adam::<f32>::new(0.001), [0f32, 0.0]);
    let mut s = u.init(&p);
    u.put(&mut s, &mut p, &mut [3.0, -4.0])?;
    assert!((p[0] - 0.001).abs() < 1e-9 && (p[1] + 0.001).abs() < 1e-9);
    Ok(())
}
