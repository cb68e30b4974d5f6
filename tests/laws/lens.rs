//! Lenses compose as the categorical semantics says: checked exactly, at random points of a large prime field, by
//! `check::laws`. What each of these laws catches is in `product.rs`.

use pullback::{Result, category::*, check::laws, function, lens::*};

/// $2^{61} - 1$ is prime: one random point all but proves an identity of polynomials of small degree.
pub(crate) type K = Modular<{ (1 << 61) - 1 }>;
const ONE: K = K::new(1);

/// A small generator of random points; the seed is the test's.
pub(crate) struct Points(pub(crate) u64);
impl Points {
    pub(crate) fn next(&mut self) -> K {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        K::new(self.0 >> 3)
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
fn composition_is_associative_has_units_and_interchanges_with_products() -> Result<()> {
    let (f, g) = (quadratic(), cubic());
    laws::associative(&f, &g, &f, &laws::at(((ONE, ONE), ONE), ONE))?.ok()?;
    laws::unit(&f, &laws::at(ONE, ONE))?.ok()?;
    laws::equal(&f, &f.map(id()), &laws::at(ONE, ONE))?.ok()?;
    laws::interchange((&f, &g), (&g, &f), &laws::at(((ONE, ONE), (ONE, ONE)), (ONE, ONE)))?.ok()?;
    laws::distributive(&f, (&g, &f), &laws::at((ONE, (ONE, ONE)), ONE))?.ok()
}

#[test]
fn wires_and_what_rides_on_them() -> Result<()> {
    laws::wires(&laws::at((), ONE))?.ok()?;
    laws::wires(&laws::at((), (vec![ONE; 3], [ONE; 2])))?.ok()?;
    laws::object(&laws::at((), (vec![ONE; 3], Box::new([ONE; 2]))))?.ok()?;
    assert_eq!(discard::<(K, K)>().pull(&(), (ONE, ONE), ())?, ((), (K::new(0), K::new(0)), ()));
    Ok(())
}

#[test]
fn parameters_are_computed_tied_frozen_and_added_to() -> Result<()> {
    let (f, g, at) = (quadratic(), cubic(), laws::at(ONE, ONE));
    laws::reparametrises(&f, &square(), &square(), &at)?.ok()?;
    laws::ties(&(f >> g), &at)?.ok()?;
    laws::freezes(&f, &at)?.ok()?;
    laws::accumulates(&tied(f >> g), &at)?.ok()?;
    laws::accumulates(&f.reparam(square()), &at)?.ok()?;
    laws::accumulates(&f.repeat(2), &laws::at(vec![ONE; 2], ONE))?.ok()?;
    laws::accumulates(&each(f), &laws::at(ONE, vec![ONE; 3]))?.ok()
}

#[test]
fn polynomials_are_additive_backward_and_not_linear_forward() -> Result<()> {
    let profile = laws::classify(&(quadratic() >> cubic()), &laws::at((ONE, ONE), ONE))?;
    let table = profile.to_string();
    for law in ["additive", "copies", "accumulates", "repeatable"] {
        assert!(profile.holds(law), "{table}");
    }
    assert!(!profile.holds("linear") && table.contains("linear          no, at p = "), "{table}");
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
    let at = laws::at(((), ()), vec![1.5, 0.4]);
    laws::functorial(&(id() >> smooth(SwirlOfPolar)), &smooth(Polar), &smooth(Swirl), &at)?.ok()?;
    let (_, dz, _) = smooth(SwirlOfPolar).pull(&(), vec![1.5, 0.4], vec![2.0, -3.0])?;
    // r = 1.5, φ = 0.4, by hand: a = r cos φ, b = r sin φ, ∂(ab)/∂r = 2ab/r
    let (a, b) = (1.5 * 0.4f64.cos(), 1.5 * 0.4f64.sin());
    let s = 1.0 - (a - b).tanh().powi(2);
    assert!((dz[0] - (2.0 * 2.0 * a * b / 1.5 - 3.0 * s * (a - b) / 1.5)).abs() < 1e-14);
    assert!((dz[1] - (2.0 * (a * a - b * b) + 3.0 * s * (a + b))).abs() < 1e-14);
    Ok(())
}
