//! Kinks, poles, NaN, constants: the rules A to D at every order.

use super::*;

const INF: f64 = f64::INFINITY;
type J = Jet<f64, 4>;
const T0: fn() -> J = || J::variable(0.0);

/// Bit-for-bit, except that any NaN equals any other and 0 equals −0.
fn is(what: &str, found: J, expected: [f64; 4]) {
    let same = found.coefficients().iter().zip(expected).all(|(f, e)| *f == e || (f.is_nan() && e.is_nan()));
    assert!(same, "{what}: expected {expected:?}, found {:?}", found.coefficients());
}

#[test]
fn kinks_take_the_shortest_subgradient() {
    is("abs 0", T0().abs(), [0.0; 4]);
    is("abs -0", J::variable(-0.0).abs(), [0.0; 4]);
    is("abs of a parabola", (T0() * T0()).abs(), [0.0; 4]);
    is("hypot(0, 0)", T0().hypot(T0()), [0.0; 4]);
    is("norm 0", norm(&[T0(), T0() * 2.0]), [0.0; 4]);
    is("relu 0", T0().relu(), [0.0; 4]);
    is("max tie", T0().max(T0() * 2.0), [0.0, 1.0, 0.0, 0.0]);
    is("min tie", T0().min(T0() * 2.0), [0.0, 1.0, 0.0, 0.0]);
    is("clamp at the bound", J::variable(1.0).clamp(0.0, 1.0), [1.0, 1.0, 0.0, 0.0]);
    is("floor", J::variable(2.0).floor(), [2.0, 0.0, 0.0, 0.0]);
    is("fract", J::variable(2.0).fract(), [0.0, 1.0, 0.0, 0.0]);
    is("rem on the jump", J::variable(6.0) % J::variable(3.0), [0.0, -1.0, 0.0, 0.0]);
    is("copysign", J::variable(2.0).copysign(-T0()), [-2.0, -1.0, 0.0, 0.0]);
}

#[test]
fn poles_are_one_sided_limits() {
    is("sqrt 0", T0().sqrt(), [0.0, INF, -INF, INF]);
    is("sqrt -0", J::variable(-0.0).sqrt(), [0.0, INF, -INF, INF]);
    is("ln 0", T0().ln(), [-INF, INF, -INF, INF]);
    is("ln -0", J::variable(-0.0).ln(), [-INF, INF, -INF, INF]);
    is("ln_1p -1", J::variable(-1.0).ln_1p(), [-INF, INF, -INF, INF]);
    is("recip 0", T0().recip(), [INF, -INF, INF, -INF]);
    is("1/t", 1.0 / T0(), [INF, -INF, INF, -INF]);
    is("powf 1/2 at 0", T0().powf(0.5), [0.0, INF, -INF, INF]);
    is("powf 5/2 at 0", T0().powf(2.5), [0.0, 0.0, 0.0, INF]);
    is("powf -1 at 0", T0().powf(-1.0), [INF, -INF, INF, -INF]);
    is("powi -1 at 0", T0().powi(-1), [INF, -INF, INF, -INF]);
    is("atan2(0, 0)", T0().atan2(T0()), [0.0, f64::NAN, f64::NAN, f64::NAN]);
    assert_eq!(T0().cbrt().coefficients()[..2], [0.0, INF]);
    assert_eq!(J::variable(1.0).asin().coefficients()[1], INF);
    assert_eq!(J::variable(1.0).acosh().coefficients()[1], INF);
    assert_eq!(T0().xlogx().coefficients()[..2], [0.0, -INF]);
}

/// Rule B: the partial is infinite or NaN, the change is not there.
#[test]
fn no_change_stays_no_change() {
    let at = |x: f64| J::constant(x);
    is("sqrt", at(0.0).sqrt(), [0.0; 4]);
    is("cbrt", at(0.0).cbrt(), [0.0; 4]);
    is("ln", at(0.0).ln(), [-INF, 0.0, 0.0, 0.0]);
    is("ln outside", at(-1.0).ln(), [f64::NAN, 0.0, 0.0, 0.0]);
    is("recip", at(0.0).recip(), [INF, 0.0, 0.0, 0.0]);
    is("div", at(1.0) / at(0.0), [INF, 0.0, 0.0, 0.0]);
    is("asin", at(1.0).asin(), [1f64.asin(), 0.0, 0.0, 0.0]);
    is("atan2", at(0.0).atan2(at(0.0)), [0.0; 4]);
    is("powf", at(0.0).powf(0.5), [0.0; 4]);
    is("powf both", at(0.0).powf(at(-1.0)), [INF, 0.0, 0.0, 0.0]);
    is("powi", at(0.0).powi(-2), [INF, 0.0, 0.0, 0.0]);
    is("logit", at(0.0).logit(), [-INF, 0.0, 0.0, 0.0]);
    is("mul", J::new([INF, 0.0, 0.0, 0.0]) * J::new([2.0, 0.0, 0.0, 0.0]), [INF, 0.0, 0.0, 0.0]);
    // a change that starts at the second order meets the slope of sqrt there: √(t²) is not |t| to a series
    is("late change", (J::new([0.0, 0.0, 1.0, 0.0])).sqrt(), [0.0, 0.0, INF, 0.0]);
    // an infinite coefficient against one that is zero
    is("product", T0().sqrt() * J::new([2.0, 0.0, 1.0, 0.0]), [0.0, INF, -INF, INF]);
    is("select", J::select(J::constant(0.0), T0().sqrt(), T0()), [0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn powers_at_zero() {
    is("powi 0", T0().powi(0), [1.0, 0.0, 0.0, 0.0]);
    is("powi 1", T0().powi(1), [0.0, 1.0, 0.0, 0.0]);
    is("powi 2", T0().powi(2), [0.0, 0.0, 1.0, 0.0]);
    is("powi 3", T0().powi(3), [0.0, 0.0, 0.0, 1.0]);
    is("powi 9", T0().powi(9), [0.0; 4]);
    is("powf 0", T0().powf(0.0), [1.0, 0.0, 0.0, 0.0]);
    is("powf 1", T0().powf(1.0), [0.0, 1.0, 0.0, 0.0]);
    is("powf 2", T0().powf(2.0), [0.0, 0.0, 1.0, 0.0]);
    is("powf 3", T0().powf(3.0), [0.0, 0.0, 0.0, 1.0]);
    // t^(2+t) = t² + t³ ln t + …
    is("active exponent", T0().powf(J::variable(2.0)), [0.0, 0.0, 1.0, -INF]);
    // (−2)^(3+t) leaves the real numbers at once
    is("negative base", J::constant(-2.0).powf(J::variable(3.0)), [-8.0, f64::NAN, f64::NAN, f64::NAN]);
    is("negative base, still exponent", J::variable(-2.0).powf(J::constant(3.0)), [-8.0, 12.0, -6.0, 1.0]);
}

#[test]
fn nan_travels_and_constants_stay() {
    let nan = J::variable(f64::NAN);
    for &(name, n, _) in UNARY {
        if !["signum", "powi"].contains(&name) {
            assert!(unary(name, n, nan).value().is_nan() || name == "relu", "{name}");
        }
    }
    assert!(nan.exp().coefficients().iter().all(|c| c.is_nan()));
    for &(name, n, points) in UNARY {
        let y = unary(name, n, J::constant(points[0]));
        assert_eq!(y.coefficients()[1..], [0.0; 3], "{name}");
        assert!(y.is_plain(), "{name}");
    }
    for &(name, points) in BINARY {
        let [a, b] = points[0];
        assert_eq!(binary(name, J::constant(a), J::constant(b)).coefficients()[1..], [0.0; 3], "{name}");
    }
}

#[test]
fn short_jets() {
    assert_eq!(Jet::<f64, 1>::variable(2.0).exp().coefficients(), [2f64.exp()]);
    assert_eq!((Jet::<f64, 1>::variable(2.0) / 4.0).powf(2.0).coefficients(), [0.25]);
    assert_eq!(Jet::<f64, 1>::variable(2.0).bessel_j(1).coefficients(), [2f64.bessel_j(1)]);
    assert_eq!(norm(&[Jet::<f64, 1>::variable(2.0)]).coefficients(), [2.0]);
    assert_eq!(Jet::<f64, 2>::variable(2.0).powi(3).coefficients(), [8.0, 12.0]);
    assert_eq!(Jet::<f64, 2>::variable(0.0).bessel_j(1).coefficients(), [0.0, 0.5]);
}

/// The value of a jet is that of the number below, to the last bit.
#[test]
fn values_are_the_primal() {
    for &(name, n, points) in UNARY {
        for &x in points {
            assert_eq!(unary(name, n, J::variable(x)).value().to_bits(), unary(name, n, x).to_bits(), "{name} at {x}");
        }
    }
    for &(name, points) in BINARY {
        for &[a, b] in points {
            let jet = binary(name, J::variable(a), J::variable(b)).value();
            assert_eq!(jet.to_bits(), binary(name, a, b).to_bits(), "{name} at {a}, {b}");
        }
    }
    let (a, b, c) = (J::variable(0.1), J::variable(10.0), J::variable(-1.0));
    assert_eq!(a.mul_add(b, c).value(), 0.1f64.mul_add(10.0, -1.0));
}
