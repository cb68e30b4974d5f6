//! Programs obey the axioms of reverse and forward derivatives to rounding, and D of a program is what duals compute.

use crate::{
    all_close,
    random::{Random, program, smooth},
};
use pullback::{Dual, Program, Result, vjp};

const ROUNDS: u64 = 600;
const ROUNDING: f64 = 1e-9;

fn cat(parts: &[&[f64]]) -> Vec<f64> {
    parts.concat()
}
fn plus(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x + y).collect()
}

/// Compares the two sides of a law, relative to their size and to 1.
fn same(name: &str, seed: u64, f: &Program, left: &[f64], right: &[f64]) {
    assert_eq!(left.len(), right.len(), "{name}, seed {seed}");
    let scale = right.iter().fold(1.0, |m: f64, r| m.max(r.abs()));
    for (l, r) in left.iter().zip(right) {
        assert!((l - r).abs() <= ROUNDING * scale, "{name}, seed {seed}: {l:e} is not {r:e}, of {f:?}");
    }
}

#[test]
fn the_laws_hold_to_rounding() -> Result<()> {
    let ops = smooth();
    for seed in 0..ROUNDS {
        let r = &mut Random(seed);
        let (n, l) = (1 + r.below(3), 1 + r.below(2));
        let m = n % 3 + 1;
        let [f, g, h] = [[n, m], [n, m], [m, l]].map(|[n, m]| program(r, [n, m, 8], &ops));
        let [a, u, w, x] = std::array::from_fn(|_| r.point(n));
        let ([b, b2], c) = ([r.point(m), r.point(m)], r.point(l));
        let (o_n, o_m) = (vec![0.0; n], vec![0.0; m]);
        let (rf, rg, rh) = (f.reverse()?, g.reverse()?, h.reverse()?);
        let (df, dh) = (f.pushforward()?, h.pushforward()?);
        let (rr, ddf) = (rf.reverse()?, df.pushforward()?);
        let fa = f.eval(&a)?;
        let at = |p: &Program, x: &[&[f64]]| p.eval(&cat(x));
        let law = |name, left: &[f64], right: &[f64]| same(name, seed, &f, left, right);

        law("RD.2", &at(&rf, &[&a, &plus(&b, &b2)])?, &plus(&at(&rf, &[&a, &b])?, &at(&rf, &[&a, &b2])?));
        law("RD.2 zero", &at(&rf, &[&a, &o_m])?, &o_n);
        law("RD.4", &at(&f.fork(&g).reverse()?, &[&a, &b, &b2])?, &plus(&at(&rf, &[&a, &b])?, &at(&rg, &[&a, &b2])?));
        law("RD.5", &at(&f.then(&h).reverse()?, &[&a, &c])?, &at(&rf, &[&a, &at(&rh, &[&fa, &c])?])?);
        law("RD.6", &at(&rr.reverse()?, &[&a, &b, &o_n, &o_n, &b2])?[n + m..], &at(&rf, &[&a, &b2])?);
        law("CD.2", &at(&df, &[&a, &plus(&u, &w)])?, &plus(&at(&df, &[&a, &u])?, &at(&df, &[&a, &w])?));
        law("CD.5", &at(&f.then(&h).pushforward()?, &[&a, &u])?, &at(&dh, &[&fa, &at(&df, &[&a, &u])?])?);
        law("CD.6", &at(&ddf, &[&a, &u, &o_n, &w])?, &at(&df, &[&a, &w])?);
        law("CD.7", &at(&ddf, &[&a, &u, &w, &x])?, &at(&ddf, &[&a, &w, &u, &x])?);
        law("D from R, any b", &at(&rr, &[&a, &b, &u])?[n..], &at(&df, &[&a, &u])?);
        law("transpose", &at(&df.reverse()?, &[&a, &o_n, &b])?[n..], &at(&rf, &[&a, &b])?);
        // the engines that know nothing of programs
        let duals: Vec<Dual> = a.iter().zip(&u).map(|(&a, &u)| Dual::new(a, u)).collect();
        let native: Vec<f64> = f.eval(&duals)?.iter().map(Dual::tangent).collect();
        law("native duals", &at(&df, &[&a, &u])?, &native);
        let (y, pb) = vjp(|x| f.eval(x).expect("smooth"), &a)?;
        assert_eq!(y, fa);
        law("tape", &at(&rf, &[&a, &b])?, &pb.pull(&b)?);
        let dots = [at(&df, &[&a, &u])?.iter().zip(&b).map(|(y, b)| y * b).sum::<f64>()];
        law("adjoint", &dots, &[at(&rf, &[&a, &b])?.iter().zip(&u).map(|(x, u)| x * u).sum()]);
    }
    Ok(())
}

#[test]
fn third_derivatives_of_closed_forms() -> Result<()> {
    let p = Program::record(|x| x[0].sin() * x[0].exp(), &[0.1])?;
    let mut d = p.clone();
    let mut closed: Vec<f64> = vec![];
    let x = 0.7f64;
    for _ in 0..3 {
        d = d.gradient()?;
        closed.extend(d.eval(&[x])?);
    }
    let (s, c, e) = (x.sin(), x.cos(), x.exp());
    all_close(&closed, &[e * (s + c), 2.0 * e * c, 2.0 * e * (c - s)], 1e-14);
    Ok(())
}

/// D at special points is what duals compute, always. R is what the tape computes but for a few points where sums cancel
/// or overflow: a tape composes partials forward before it sweeps, so it adds and multiplies in another order.
#[test]
fn derivatives_at_special_points_are_those_of_duals_and_tape() -> Result<()> {
    let ops = crate::random::special();
    let (mut other, mut not_finite) = (0, 0);
    for seed in 0..400 {
        let r = &mut Random(seed);
        let p = program(r, [2, 2, 6], &ops);
        let (rev, fwd) = (p.reverse()?, p.pushforward()?);
        for _ in 0..4 {
            let x: Vec<f64> = (0..2).map(|_| r.one(&crate::random::SPECIAL)).collect();
            let along: Vec<f64> = (0..2).map(|_| r.one(&[0.0, 1.0, -2.0])).collect();
            let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| crate::close(*a, *b, 1e-13));
            let duals: Vec<Dual> = x.iter().zip(&along).map(|(&x, &v)| Dual::new(x, v)).collect();
            let native: Vec<f64> = p.eval(&duals)?.iter().map(Dual::tangent).collect();
            let found = fwd.eval(&cat(&[&x, &along]))?;
            assert!(same(&found, &native), "seed {seed} at {x:?} {along:?}: {found:?}, duals {native:?}, of {p:?}");
            let (_, pb) = vjp(|x| p.eval(x).expect("total"), &x)?;
            other += usize::from(!same(&rev.eval(&cat(&[&x, &along]))?, &pb.pull(&along)?));
            not_finite += usize::from(native.iter().any(|v| !v.is_finite()));
        }
    }
    assert!(other <= 5 && not_finite > 50, "{other} differ, {not_finite} have a pole");
    Ok(())
}
