//! Lenses compose as the categorical semantics says: checked exactly, at random points of a large prime field.
//!
//! Two lenses are equal when they agree on the output, the change of the input and the change of the parameters (after
//! re-bracketing). Residuals are not compared: they are how, not what.

use pullback::{Result, category::*, function, lens::*};

/// $2^{61} - 1$ is prime: one random point all but proves an identity of polynomials of small degree.
pub(crate) type K = Modular<{ (1 << 61) - 1 }>;

/// A small generator of random points; the seed is the test's.
pub(crate) struct Points(pub(crate) u64);
impl Points {
    pub(crate) fn next(&mut self) -> K {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        K::new(self.0 >> 3)
    }
    fn pair(&mut self) -> (K, K) {
        (self.next(), self.next())
    }
}
const ROUNDS: usize = 50;

/// p·x² + x, a box with a parameter that is neither linear nor additive.
fn quadratic() -> Lens<impl Para<P = K, A = K, B = K> + Copy> {
    para(
        |p: &K, x: K| (*p * x * x + x, x),
        |p: &K, x, d: K, dp: &mut K| {
            *dp += x * x * d;
            (*p * x + *p * x + K::new(1)) * d
        },
    )
}
/// p + x·x·x
fn cubic() -> Lens<impl Para<P = K, A = K, B = K> + Copy> {
    para(
        |p: &K, x: K| (*p + x * x * x, x),
        |_: &K, x, d: K, dp: &mut K| {
            *dp += d;
            K::new(3) * x * x * d
        },
    )
}
/// x² without parameters.
fn square() -> Lens<impl Para<P = (), A = K, B = K> + Copy> {
    lens(|x: K| (x * x, x), |x, d: K| (x + x) * d)
}

#[test]
fn composition_is_associative_and_has_units() -> Result<()> {
    let r = &mut Points(1);
    for _ in 0..ROUNDS {
        let ((p, q), (s, x), d) = (r.pair(), r.pair(), r.next());
        let (y, dx, ((dp, dq), ds)) = ((quadratic() >> cubic()) >> quadratic()).pull(&((p, q), s), x, d)?;
        let right = (quadratic() >> (cubic() >> quadratic())).pull(&(p, (q, s)), x, d)?;
        assert_eq!((y, dx, (dp, (dq, ds))), right);
        let (y, dx, dp) = quadratic().pull(&p, x, d)?;
        assert_eq!((id() >> quadratic()).pull(&((), p), x, d)?, (y, dx, ((), dp)));
        assert_eq!((quadratic() >> id()).pull(&(p, ()), x, d)?, (y, dx, (dp, ())));
        assert_eq!(quadratic().map(id()).pull(&p, x, d)?, (y, dx, dp));
    }
    Ok(())
}

#[test]
fn products_interchange_with_composition() -> Result<()> {
    let r = &mut Points(2);
    for _ in 0..ROUNDS {
        let ((p, q), (s, t), x, d) = (r.pair(), r.pair(), r.pair(), r.pair());
        let rows = (quadratic() >> cubic()) * (cubic() >> quadratic());
        let columns = (quadratic() * cubic()) >> (cubic() * quadratic());
        let (y, dx, ((dp, dq), (ds, dt))) = rows.pull(&((p, q), (s, t)), x, d)?;
        assert_eq!((y, dx, ((dp, ds), (dq, dt))), columns.pull(&((p, s), (q, t)), x, d)?);
    }
    Ok(())
}

#[test]
fn copy_is_a_comonoid_and_merge_its_mirror() -> Result<()> {
    let r = &mut Points(3);
    for _ in 0..ROUNDS {
        let (x, (a, b), c) = (r.next(), r.pair(), r.next());
        let left = (copy::<K>() >> (copy() * id()) >> assoc()).pull(&(((), ((), ())), ()), x, (a, (b, c)))?;
        let right = (copy::<K>() >> (id() * copy())).pull(&((), ((), ())), x, (a, (b, c)))?;
        assert_eq!((left.0, left.1), (right.0, right.1));
        let swapped = (copy::<K>() >> swap()).pull(&((), ()), x, (a, b))?;
        let plain = copy::<K>().pull(&(), x, (a, b))?;
        assert_eq!((swapped.0, swapped.1), (plain.0, plain.1));
        assert_eq!((copy::<K>() >> first()).pull(&((), ()), x, a)?, (x, a, ((), ())));
        assert_eq!((copy::<K>() >> second()).pull(&((), ()), x, a)?, (x, a, ((), ())));
        // mirrored: forward of the one is backward of the other
        let (sum, (da, db), ()) = merge::<K>().pull(&(), (a, b), c)?;
        let (doubled, back, ()) = copy::<K>().pull(&(), c, (a, b))?;
        assert_eq!((sum, (da, db)), (back, doubled));
        assert_eq!(discard::<(K, K)>().pull(&(), (a, b), ())?, ((), (K::new(0), K::new(0)), ()));
        assert_eq!((swap::<K, K>() >> swap()).pull(&((), ()), (a, b), (x, c))?, ((a, b), (x, c), ((), ())));
    }
    Ok(())
}

#[test]
fn copying_before_or_after_a_map_is_the_same_if_its_backward_map_is_additive() -> Result<()> {
    let r = &mut Points(4);
    for _ in 0..ROUNDS {
        let (x, d) = (r.next(), r.pair());
        let after = (square() >> copy()).pull(&((), ()), x, d)?;
        let before = (copy() >> (square() * square())).pull(&((), ((), ())), x, d)?;
        assert_eq!((after.0, after.1), (before.0, before.1));
    }
    // what the law catches: a clipped backward map is not additive
    let clipped = lens(|x: f64| (x, ()), |(), d: f64| d.clamp(-1.0, 1.0));
    let after = (clipped >> copy()).pull(&((), ()), 0.0, (0.75, 0.75))?;
    let before = (copy() >> (clipped * clipped)).pull(&((), ((), ())), 0.0, (0.75, 0.75))?;
    assert_eq!((after.1, before.1), (1.0, 1.5));
    Ok(())
}

#[test]
fn reparametrisation_composes_and_tying_adds_both_changes() -> Result<()> {
    let r = &mut Points(5);
    for _ in 0..ROUNDS {
        let (p, x, d) = (r.next(), r.next(), r.next());
        let twice = quadratic().reparam(square()).reparam(square()).pull(&p, x, d)?;
        assert_eq!(twice, quadratic().reparam(square().map(square())).pull(&p, x, d)?);
        assert_eq!(quadratic().reparam(id()).pull(&p, x, d)?, quadratic().pull(&p, x, d)?);
        let (y, dx, (dp, dq)) = (quadratic() >> cubic()).pull(&(p, p), x, d)?;
        assert_eq!(tied(quadratic() >> cubic()).pull(&p, x, d)?, (y, dx, dp + dq));
        let (y, dx, _) = quadratic().pull(&p, x, d)?;
        assert_eq!(quadratic().frozen().pull(&p, x, d)?, (y, dx, K::new(0)));
    }
    Ok(())
}

#[test]
fn backward_adds_to_the_accumulator_that_it_is_given() -> Result<()> {
    let r = &mut Points(6);
    let model = tied(quadratic() >> cubic());
    for _ in 0..ROUNDS {
        let (p, x, d, start) = (r.next(), r.next(), r.next(), r.next());
        let (_, _, alone) = model.pull(&p, x, d)?;
        let (_, m) = model.fwd(p, x)?;
        let mut dp = start;
        model.bwd(p, m, d, &mut dp)?;
        assert_eq!(dp, start + alone);
    }
    Ok(())
}

#[test]
fn repeating_is_composing() -> Result<()> {
    let r = &mut Points(7);
    for _ in 0..ROUNDS {
        let (p, q, x, d) = (r.next(), r.next(), r.next(), r.next());
        let (y, dx, (dp, dq)) = (quadratic() >> quadratic()).pull(&(p, q), x, d)?;
        assert_eq!(quadratic().repeat(2).pull(&vec![p, q], x, d)?, (y, dx, vec![dp, dq]));
    }
    let short = quadratic().repeat(3).pull(&vec![K::new(1)], K::new(1), K::new(1));
    assert_eq!(short.map(|_| ()).unwrap_err().to_string(), "repeat: expected length 3, found 1");
    Ok(())
}

function!(Polar = |x| [x[0] * x[1].cos(), x[0] * x[1].sin()]);
function!(Swirl = |x| [x[0] * x[1], (x[0] - x[1]).tanh()]);
function!(SwirlOfPolar = |x| [x[0] * x[1].cos() * (x[0] * x[1].sin()), (x[0] * x[1].cos() - x[0] * x[1].sin()).tanh()]);

#[test]
fn smooth_maps_to_lenses_is_a_functor() -> Result<()> {
    let (x, d) = (vec![1.5, 0.4], vec![2.0, -3.0]);
    let (y, dx, _) = (smooth(Polar) >> smooth(Swirl)).pull(&((), ()), x.clone(), d.clone())?;
    let (z, dz, _) = smooth(SwirlOfPolar).pull(&(), x, d)?;
    for (a, b) in y.iter().chain(&dx).zip(z.iter().chain(&dz)) {
        assert!((a - b).abs() < 1e-14, "{y:?} {dx:?} against {z:?} {dz:?}");
    }
    // r = 1.5, φ = 0.4, by hand: a = r cos φ, b = r sin φ, ∂(ab)/∂r = 2ab/r
    let (a, b) = (1.5 * 0.4f64.cos(), 1.5 * 0.4f64.sin());
    let s = 1.0 - (a - b).tanh().powi(2);
    assert!((dz[0] - (2.0 * 2.0 * a * b / 1.5 - 3.0 * s * (a - b) / 1.5)).abs() < 1e-14);
    assert!((dz[1] - (2.0 * (a * a - b * b) + 3.0 * s * (a + b))).abs() < 1e-14);
    Ok(())
}
