//! The schedule: a jet of four equals three nested duals, on every operation and on random compositions, and jets nest.
//! (That says nothing of the formulas, which both share; `series` and `table` do.)

use super::*;

type D1 = Dual<f64>;
type D2 = Dual<D1>;
type D3 = Dual<D2>;

/// `x + t dx` with `t` seeded at all three levels.
fn line(x: f64, dx: f64) -> D3 {
    let first = D1::new(x, dx);
    let second = D2::new(first, D1::constant(dx));
    D3::new(second, D2::constant(D1::constant(dx)))
}
fn derivatives(y: D3) -> [f64; 4] {
    let v = y.value().value();
    [v.value(), v.tangent(), y.value().tangent().tangent(), y.tangent().tangent().tangent()]
}
/// A curve with three non-zero coefficients through `x`.
fn curve<T: Real>(t: T, x: f64) -> T {
    (t * t * 0.375 + t * 0.75 - t * t * t * 0.25) + x
}
/// The recurrences round in another order than nested partials do; the terms of a derivative of order `k` may cancel
/// against those of lower orders, hence the sum.
fn same(what: &str, jet: [f64; 4], nested: [f64; 4], units: f64) {
    let scale: f64 = nested.iter().map(|d| d.abs()).sum();
    close(what, &jet, &nested, units, scale);
}

#[test]
fn every_operation_equals_nested_duals() {
    for &(name, n, points) in UNARY {
        for &x in points {
            let jet = unary(name, n, curve(Jet::<f64, 4>::variable(0.0), x));
            let nested = unary(name, n, curve(line(0.0, 1.0), x));
            same(&format!("{name}({n}) at {x}"), jet.derivatives(), derivatives(nested), 64.0);
        }
    }
    for &(name, points) in BINARY {
        for &[a, b] in points {
            let (t, s) = (Jet::<f64, 4>::variable(0.0), line(0.0, 1.0));
            let jet = [binary(name, curve(t, a), t.exp() * b), binary(name, curve(t, a), Jet::constant(b))];
            let nested = [binary(name, curve(s, a), s.exp() * b), binary(name, curve(s, a), D3::from(b))];
            for (jet, nested) in jet.iter().zip(nested) {
                same(&format!("{name} at {a}, {b}"), jet.derivatives(), derivatives(nested), 64.0);
            }
        }
    }
}

/// A composition of `steps` operations drawn by `seed`, over a stack that starts with `x` and `y`.
fn random<T: Real>(seed: u64, steps: usize, x: T, y: T) -> T {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut stack = vec![x, y];
    for _ in 0..steps {
        let (a, b) = (stack[draw(stack.len())], stack[draw(stack.len())]);
        let positive = b * b + 0.5;
        stack.push(match draw(24) {
            0 => a + b,
            1 => a - b * 0.5,
            2 => (a * b).tanh(),
            3 => a / positive,
            4 => a.sin(),
            5 => a.cos(),
            6 => a.tanh().exp(),
            7 => positive.ln(),
            8 => positive.sqrt(),
            9 => a.sigmoid(),
            10 => positive.powf(a.tanh()),
            11 => positive.powf(T::lit(-1.5)),
            12 => a.tanh().powi(3),
            13 => a.atan2(positive),
            14 => a.hypot(positive),
            15 => a.softplus().recip(),
            16 => a.erf(),
            17 => positive.cbrt(),
            18 => a.bessel_j(2),
            19 => a.max(b),
            20 => a.tanh().mul_add(b, a),
            21 => norm(&[a, b, positive]),
            22 => log_sum_exp(&[a, b]),
            _ => product(&[a, b, a]).sin(),
        });
    }
    stack[stack.len() - 1]
}

#[test]
fn random_compositions_equal_nested_duals() {
    let mut alive = 0;
    for seed in 1..400 {
        let steps = 2 + seed as usize % 9;
        let jet = random(seed, steps, Jet::<f64, 4>::along(0.7, 1.0), Jet::along(-0.4, 0.5));
        let nested = derivatives(random(seed, steps, line(0.7, 1.0), line(-0.4, 0.5)));
        same(&format!("seed {seed}"), jet.derivatives(), nested, 512.0);
        alive += usize::from(nested[3] != 0.0);
    }
    assert!(alive > 300, "only {alive} of the compositions have a third derivative");
}

#[test]
fn single_precision() {
    for seed in 1..60 {
        let wide = Jet::<f64, 4>::along(0.75, 1.0).sin() * seed as f64;
        let narrow = Jet::<f32, 4, f32>::along(0.75, 1.0).sin() * seed as f32;
        for (w, n) in wide.coefficients().iter().zip(narrow.coefficients()) {
            assert!((w - f64::from(n)).abs() <= 4.0 * f64::from(f32::EPSILON) * w.abs(), "{w} {n}");
        }
    }
    assert_eq!((1f32 / (1f32 - Jet::<f32, 4, f32>::variable(0.0))).coefficients(), [1f32; 4]);
}

/// $f(x, y) = x^3 e^{2y}$ at (2, 0): $f_{xyy} = 3x^2 \cdot 4$, and so on.
fn mixed<T: Real>(x: T, y: T) -> T {
    x.powi(3) * (y * 2.0).exp()
}

#[test]
fn jets_and_duals_nest_either_way() {
    // ∂x outside, the series in y inside: 3x² (1, 2, 2)
    let y = mixed(Dual::new(Jet::constant(2.0), Jet::constant(1.0)), Dual::constant(Jet::<f64, 3>::variable(0.0)));
    assert_eq!(y.value().coefficients(), [8.0, 16.0, 16.0]);
    assert_eq!(y.tangent().coefficients(), [12.0, 24.0, 24.0]);
    // the other way round
    let y = mixed(Jet::<D1, 3>::constant(D1::new(2.0, 1.0)), Jet::variable(D1::constant(0.0)));
    assert_eq!(y.coefficients().map(|c| c.tangent()), [12.0, 24.0, 24.0]);
    // a whole exponent that is a variable below: d/db (2+t)^b = (2+t)² ln(2+t) at b = 2
    let y = Jet::<D1, 4>::variable(D1::constant(2.0)).powf(Jet::constant(D1::new(2.0, 1.0)));
    assert_eq!(y.coefficients().map(|c| c.value()), [4.0, 4.0, 1.0, 0.0]);
    let ln = 2f64.ln();
    let truth = [4.0 * ln, 4.0 * ln + 2.0, ln + 1.5, 1.0 / 6.0];
    close("in the exponent", &y.coefficients().map(|c| c.tangent()), &truth, 8.0, 1.0);
    // a jet in x over a jet in y: [c_x][c_y]
    let y = mixed(Jet::<Jet<f64, 3>, 4>::variable(Jet::constant(2.0)), Jet::constant(Jet::variable(0.0)));
    let rows = y.coefficients().map(|c| c.coefficients());
    assert_eq!(rows, [[8.0, 16.0, 16.0], [12.0, 24.0, 24.0], [6.0, 12.0, 12.0], [1.0, 2.0, 2.0]]);
}

#[test]
fn jets_and_tapes_nest_either_way() -> Result<()> {
    // the gradient's own series along y
    let g = grad(|x| mixed(x[0], x[1]), &[Jet::<f64, 3>::constant(2.0), Jet::variable(0.0)])?;
    assert_eq!(g[0].coefficients(), [12.0, 24.0, 24.0]);
    assert_eq!(g[1].coefficients(), [16.0, 32.0, 32.0]);
    // the gradient of a Taylor coefficient: ∇ (f_yy/2) = (6x² … , …) at y = 0
    let g = try_grad(
        |x| {
            let c: [_; 3] = taylor(|z| mixed(z[0], z[1]), x, &[lift(0.0), lift(1.0)])?;
            Ok(c[2])
        },
        &[2.0, 0.0],
    )?;
    assert_eq!(g, [24.0, 32.0]);
    // the same on random compositions: d/dx of the second derivative is the third
    for seed in 1..100 {
        let steps = 2 + seed as usize % 7;
        let g = try_grad(
            |x| {
                let jet = random(seed, steps, Jet::<_, 3>::variable(x[0]), Jet::constant(lift(-0.4)));
                Ok(jet.derivatives()[2])
            },
            &[0.7],
        )?;
        let nested = derivatives(random(seed, steps, line(0.7, 1.0), line(-0.4, 0.0)));
        let scale: f64 = nested.iter().map(|d| d.abs()).sum();
        close(&format!("seed {seed}"), &g, &nested[3..], 512.0, scale);
    }
    Ok(())
}

/// An operation's own partials count, not what its value would give: `half` has the slope 1/2 by decree.
struct Half;
impl Operation for Half {
    fn name(&self) -> &'static str {
        "half"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(x[0].exp())
    }
    fn partials<T: Real>(&self, _x: &[T], y: T, p: &mut [T]) -> Result<()> {
        p[0] += y * 0.5; // p arrives filled with zeros, so y = e^(x/2) in every derivative
        Ok(())
    }
}
/// An operation that knows its first derivative only.
struct FirstOrder;
impl Operation for FirstOrder {
    fn name(&self) -> &'static str {
        "first order"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(x[0] * x[0])
    }
    fn partials<T: Real>(&self, x: &[T], _y: T, p: &mut [T]) -> Result<()> {
        if !x[0].is_plain() {
            return Err(Error::NoPartial { op: self.name() });
        }
        p[0] = x[0] * 2.0;
        Ok(())
    }
}

#[test]
fn an_operations_own_partials_are_respected() -> Result<()> {
    let y = apply(&Half, &[Jet::<f64, 4>::variable(0.0)])?;
    assert_eq!(y.derivatives(), [1.0, 0.5, 0.25, 0.125]);
    assert_eq!(apply(&FirstOrder, &[Jet::<f64, 2>::variable(3.0)])?.coefficients(), [9.0, 6.0]);
    assert_eq!(apply(&FirstOrder, &[Jet::<f64, 3>::variable(3.0)]).err(), Some(Error::NoPartial { op: "first order" }));
    assert_eq!(apply(&FirstOrder, &[Jet::<f64, 3>::constant(3.0)])?.coefficients(), [9.0, 0.0, 0.0]);
    Ok(())
}
