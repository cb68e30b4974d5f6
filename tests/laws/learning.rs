//! What a learner does not depend on: where the rate stands, how parameters are bracketed, what is discarded.

use pullback::{Result, category::*, check::laws, learn::*, lens::*};

/// Points whose arithmetic is exact in `f64`: small multiples of a quarter.
fn quarters(seed: u64) -> impl FnMut() -> f64 {
    let mut draw = uniform(seed);
    move || (draw() * 8.0).round() / 4.0
}

/// A size in the cap slides along the row into the optimiser, because every backward map is linear.
#[test]
fn a_rate_in_the_cap_is_a_rate_in_the_optimiser() -> Result<()> {
    let mut draw = quarters(1);
    let model = linear::<f64, 2, 2>() >> bias();
    let p = (Matrix::from_fn(|_, _| draw()), [draw(), draw()]);
    laws::slides(&model, &quadratic(), &laws::at((p.clone(), [0.5, -1.0]), [1.0, 2.0]))?.ok()?;
    laws::batches(&model, &quadratic(), &laws::at((p, [0.5, -1.0]), [1.0, 2.0]))?.ok()
}

#[test]
fn ascending_is_descending_backwards() -> Result<()> {
    let mut draw = quarters(2);
    let w = Matrix::new([[draw(), draw()]]);
    let (x, y) = ([draw(), draw()], [draw()]);
    let up = learner(linear(), quadratic(), ascend(), Sgd::new(0.5));
    let down = learner(linear(), quadratic(), descend(), Sgd::new(-0.5));
    let (mut s, mut t) = (up.start(w.clone()), down.start(w));
    up.step(&mut s, x, &y)?;
    down.step(&mut t, x, &y)?;
    assert_eq!(s, t);
    Ok(())
}

/// Learners of `(f; g); h` and `f; (g; h)` are the same up to brackets, and a unit changes nothing.
#[test]
fn brackets_do_not_matter() -> Result<()> {
    let mut draw = quarters(3);
    let f = || linear::<f64, 2, 2>();
    let left = learner((f() >> f()) >> f(), quadratic(), descend(), Momentum::new(0.5, 0.5));
    let right = learner(f() >> (f() >> f()), quadratic(), descend(), Momentum::new(0.5, 0.5));
    let unit = learner(f() >> f() >> f() >> id(), quadratic(), descend(), Momentum::new(0.5, 0.5));
    let mut next = || Matrix::<f64, 2, 2>::from_fn(|_, _| draw());
    let (p, q, r) = (next(), next(), next());
    let mut s = left.start(((p.clone(), q.clone()), r.clone()));
    let mut t = right.start((p.clone(), (q.clone(), r.clone())));
    let mut u = unit.start((((p, q), r), ()));
    let mut draw = quarters(4);
    for _ in 0..2 {
        let (x, y) = ([draw(), draw()], [draw(), draw()]);
        left.step(&mut s, x, &y)?;
        right.step(&mut t, x, &y)?;
        unit.step(&mut u, x, &y)?;
        let ((p, q), r) = s.params.clone();
        assert_eq!(t.params, (p, (q, r)));
        assert_eq!(u.params, (s.params.clone(), ()));
    }
    Ok(())
}

/// Over bits, learning twice from the same example changes nothing the second time: the error is gone.
#[test]
fn what_is_known_is_not_learnt_again() -> Result<()> {
    let learn = learner(lookup::<2, 2, 4>(), boolean_error(), echo(), Plus);
    for n in 0..1 << 4 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| Z2(n >> k & 1 == 1));
        let mut s = learn.start(learn.model().init(&mut uniform(0)));
        learn.step(&mut s, [a, b], &[c, d])?;
        let once = s.clone();
        assert_eq!(learn.predict(&s, [a, b])?, [c, d]);
        learn.step(&mut s, [a, b], &[c, d])?;
        assert_eq!(s, once);
    }
    Ok(())
}
