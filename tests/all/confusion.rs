//! Perturbation confusion: a derivative taken inside a derivative keeps its own perturbation.
//!
//! Levels are types, so confusing two of them should not compile (`tests/ui`). What compiles must be right: every case
//! here has a closed form, most are polynomials at small integers, so the numbers must be equal and not merely close.
//! Cases after Siskind & Pearlmutter (2005), *Perturbation confusion and referential transparency*, and Manzyuk,
//! Pearlmutter, Radul, Rush & Siskind (2019), *Perturbation confusion in forward automatic differentiation of
//! higher-order functions*.

use pullback::*;

#[test]
fn siskind_and_pearlmutter_forward_in_forward() {
    // d/dx (x · d/dy (x + y) at 1) at 1 = 1; the confused answer is 2
    let d = derivative(|x| x * derivative(|y| y + Dual::constant(x), Dual::from(1.0)), 1.0);
    assert_eq!(d, 1.0);
    // with a factor that does depend on the inner result: d/dx (x · d/dy (x·y²) at 3) = d/dx 6x² = 12x
    assert_eq!(derivative(|x| x * derivative(|y| y * y * Dual::constant(x), Dual::from(3.0)), 5.0), 60.0);
}

#[test]
fn siskind_and_pearlmutter_reverse_in_reverse() -> Result<()> {
    let d = try_grad(|x| Ok(x[0] * grad(|y| y[0] + lift(x[0]), &[Var::from(1.0)])?[0]), &[1.0])?;
    assert_eq!(d, [1.0]);
    let d = try_grad(|x| Ok(x[0] * grad(|y| y[0] * y[0] * lift(x[0]), &[Var::from(3.0)])?[0]), &[5.0])?;
    assert_eq!(d, [60.0]);
    Ok(())
}

#[test]
fn siskind_and_pearlmutter_forward_in_reverse() -> Result<()> {
    let d = grad(|x| x[0] * derivative(|y| y + Dual::constant(x[0]), Var::from(1.0)), &[1.0])?;
    assert_eq!(d, [1.0]);
    let d = grad(|x| x[0] * derivative(|y| y * y * Dual::constant(x[0]), Var::from(3.0)), &[5.0])?;
    assert_eq!(d, [60.0]);
    Ok(())
}

#[test]
fn siskind_and_pearlmutter_reverse_in_forward() -> Result<()> {
    let (_, d) = jvp(|x| Ok(x[0] * grad(|y| y[0] + lift(x[0]), &[Dual::from(1.0)])?[0]), &[1.0], &[1.0])?;
    assert_eq!(d, 1.0);
    let (_, d) = jvp(|x| Ok(x[0] * grad(|y| y[0] * y[0] * lift(x[0]), &[Dual::from(3.0)])?[0]), &[5.0], &[1.0])?;
    assert_eq!(d, 60.0);
    Ok(())
}

#[test]
fn three_levels_each_use_the_two_outside() -> Result<()> {
    // f(x) = d/dy [ y · d/dz (x y z²) at z = 2 ] at y = 3 = d/dy [4 x y²] = 24 x, whatever the modes of the three levels
    let forward = derivative(
        |x| {
            derivative(
                |y| y * derivative(|z| z * z * Dual::constant(y * Dual::constant(x)), Dual::from(2.0)),
                Dual::from(3.0),
            )
        },
        7.0,
    );
    let reverse = try_grad(
        |x| {
            let inner = try_grad(
                |y| Ok(y[0] * grad(|z| z[0] * z[0] * lift(y[0] * lift(x[0])), &[Var::from(2.0)])?[0]),
                &[Var::from(3.0)],
            )?;
            Ok(inner[0])
        },
        &[7.0],
    )?;
    let mixed = try_grad(
        |x| {
            let inner = derivative(
                |y| {
                    let z = grad(|z| z[0] * z[0] * lift(y * Dual::constant(x[0])), &[Dual::from(2.0)]);
                    y * z.expect("no limit")[0]
                },
                Var::from(3.0),
            );
            Ok(inner)
        },
        &[7.0],
    )?;
    assert_eq!((forward, reverse, mixed), (24.0, vec![24.0], vec![24.0]));
    Ok(())
}

#[test]
fn one_level_serves_two_derivatives_side_by_side() -> Result<()> {
    // two inner derivatives at one level, whose results multiply: d/dx [ (x y)'·(x y²)' ] = d/dx 2 x² y = 4 x y
    let y = 3.0;
    let forward = derivative(
        |x| {
            let a = derivative(|y| y * Dual::constant(x), Dual::from(y));
            let b = derivative(|y| y * y * Dual::constant(x), Dual::from(y));
            a * b
        },
        5.0,
    );
    let reverse = try_grad(
        |x| {
            let a = grad(|y| y[0] * lift(x[0]), &[Var::from(y)])?[0];
            let b = grad(|y| y[0] * y[0] * lift(x[0]), &[Var::from(y)])?[0];
            Ok(a * b)
        },
        &[5.0],
    )?;
    assert_eq!((forward, reverse), (60.0, vec![60.0]));
    Ok(())
}

#[test]
fn an_outer_operation_inside_an_inner_closure_belongs_outside() -> Result<()> {
    // `side` is a variable of the outer recording that is computed with while the inner recording runs
    let g = try_grad(
        |x| {
            let side = std::cell::Cell::new(x[0]);
            let inner = grad(
                |y| {
                    side.set(side.get() * side.get() * x[1] + x[1]); // outer entries, in the middle of the inner ones
                    y[0] * y[0] * y[0] * lift(side.get())
                },
                &[x[1]],
            )?;
            Ok(inner[0] + side.get())
        },
        &[2.0, 3.0],
    )?;
    // s = x² z + z, f = 3 z² s + s = (3z² + 1)(x² + 1) z
    let (x, z) = (2.0, 3.0);
    assert_eq!(g, [(3.0 * z * z + 1.0) * 2.0 * x * z, (9.0 * z * z + 1.0) * (x * x + 1.0)]);
    Ok(())
}

#[test]
fn an_outer_operation_inside_a_dual_closure_belongs_outside() {
    let d = derivative(
        |x| {
            let side = std::cell::Cell::new(x);
            let inner = derivative(
                |y| {
                    side.set(side.get() * side.get());
                    y * y * Dual::constant(side.get())
                },
                Dual::from(3.0),
            );
            inner * side.get() // 6 x² · x²
        },
        2.0,
    );
    assert_eq!(d, 24.0 * 8.0);
}

#[test]
fn a_derivative_in_a_loop_uses_the_result_of_the_last_round() -> Result<()> {
    // Newton for √a: y ← y − (y² − a)/(2y) with the slope taken by an inner derivative; d√a/da = 1/(2√a)
    let truth = 1.0 / (2.0 * 7f64.sqrt());
    let forward = derivative(
        |a| {
            (0..8).fold(Dual::from(3.0), |y, _| {
                let (value, slope) = value_and_derivative(|y| y * y - Dual::constant(a), y);
                y - value / slope
            })
        },
        7.0,
    );
    let reverse = try_grad(
        |a| {
            let mut y = Var::from(3.0);
            for _ in 0..8 {
                let (value, slope) = value_and_grad(|y| y[0] * y[0] - lift(a[0]), &[y])?;
                y -= value / slope[0];
            }
            Ok(y)
        },
        &[7.0],
    )?[0];
    // a quadratically convergent iteration forgets its past: only the last step rounds, a few operations of it
    for d in [forward, reverse] {
        assert!((d - truth).abs() <= 8.0 * f64::EPSILON * truth, "expected {truth}, found {d}");
    }
    Ok(())
}

/// A function of one number, as a value: what a higher-order derivative takes and returns.
trait Curve: Copy {
    fn at<T: Real>(&self, x: T) -> T;
}
#[derive(Clone, Copy)]
struct Quintic;
impl Curve for Quintic {
    fn at<T: Real>(&self, x: T) -> T {
        x.powi(5)
    }
}
/// The curried operator of the amazing bug: `D (λu. λx. f(x + u)) 0`, which is f′ *as a function*.
#[derive(Clone, Copy)]
struct Shifted<C>(C);
impl<C: Curve> Curve for Shifted<C> {
    fn at<T: Real>(&self, x: T) -> T {
        derivative(|u| self.0.at(u + Dual::constant(x)), T::lit(0.0))
    }
}
/// The same in reverse mode.
#[derive(Clone, Copy)]
struct ShiftedBack<C>(C);
impl<C: Curve> Curve for ShiftedBack<C> {
    fn at<T: Real>(&self, x: T) -> T {
        grad(|u| self.0.at(u[0] + lift(x)), &[T::lit(0.0)]).expect("no limit")[0]
    }
}

#[test]
fn the_amazing_bug_is_absent() -> Result<()> {
    // (D s 0)((D s 0) f) = f″; the buggy systems answer 0 because both D's share a tag
    let x = 2.0;
    assert_eq!(Shifted(Quintic).at(x), 80.0);
    assert_eq!(Shifted(Shifted(Quintic)).at(x), 160.0);
    assert_eq!(Shifted(Shifted(Shifted(Quintic))).at(x), 240.0);
    assert_eq!(ShiftedBack(ShiftedBack(Quintic)).at(x), 160.0);
    assert_eq!(Shifted(ShiftedBack(Quintic)).at(x), 160.0);
    assert_eq!(ShiftedBack(Shifted(Quintic)).at(x), 160.0);
    assert_eq!(ShiftedBack(Shifted(ShiftedBack(Quintic))).at(x), 240.0);
    // and the operator's result, differentiated once more from outside
    assert_eq!(derivative(|x| Shifted(Quintic).at(x), x), 160.0);
    assert_eq!(grad(|x| ShiftedBack(Quintic).at(x[0]), &[x])?, [160.0]);
    Ok(())
}

#[test]
fn a_hessian_of_a_function_that_takes_a_gradient() -> Result<()> {
    // f(x) = ‖∇g(x)‖² for g = x₀² x₁: ∇g = (2 x₀ x₁, x₀²), f = 4 x₀² x₁² + x₀⁴
    fn f<T: Real>(x: &[T]) -> T {
        let g = grad(|y| y[0] * y[0] * y[1], x).expect("no limit");
        g[0] * g[0] + g[1] * g[1]
    }
    let x = [3.0, 5.0];
    let truth = [[8.0 * 25.0 + 12.0 * 9.0, 16.0 * 15.0], [16.0 * 15.0, 8.0 * 9.0]];
    assert_eq!(f(&x), 4.0 * 225.0 + 81.0);
    assert_eq!(hessian(|x| f(x), &x)?, truth);
    assert_eq!(hvp(|x| f(x), &x, &[0.0, 1.0])?, truth[1]);
    assert_eq!(hessian_diagonal(|x| f(x), &x), [truth[0][0], truth[1][1]]);
    // the same with a Hessian-vector product inside: h(x) = (H_g(x) e₀)·x = 2 x₁ x₀ + 2 x₀ x₁ = 4 x₀ x₁
    let outer = try_grad(
        |x| {
            let hv = hvp(|y| y[0] * y[0] * y[1], x, &[Var::from(1.0), Var::from(0.0)])?;
            dot(&hv, x)
        },
        &x,
    )?;
    assert_eq!(outer, [20.0, 12.0]);
    Ok(())
}

#[test]
fn multi_tangents_do_not_mix_lanes_across_levels() {
    // inner lanes are ∂/∂y, outer lanes ∂/∂x: for f = x₀ y₀ + x₁ y₁² the mixed matrix is diag(1, 2 y₁)
    let x = Multi::<f64, 2>::seeds([2.0, 3.0]);
    let y = Multi::<Multi<f64, 2>, 2>::seeds([Multi::from(5.0), Multi::from(7.0)]);
    let f = Multi::constant(x[0]) * y[0] + Multi::constant(x[1]) * y[1] * y[1];
    assert_eq!(f.value().tangents(), [5.0, 49.0]);
    assert_eq!(f.tangents().map(|t| t.value()), [2.0, 42.0]);
    assert_eq!(f.tangents().map(|t| t.tangents()), [[1.0, 0.0], [0.0, 14.0]]);
}

#[test]
fn lift_carries_the_derivative_of_its_own_level_and_no_other() -> Result<()> {
    // through lift: d/da (a·b³)′ = 3b². Through the plain value: nothing.
    let lifted = try_grad(|x| Ok(grad(|y| y[0].powi(3) * lift(x[0]), &[x[1]])?[0]), &[5.0, 2.0])?;
    assert_eq!(lifted, [12.0, 60.0]);
    let frozen = try_grad(|x| Ok(grad(|y| y[0].powi(3) * x[0].value(), &[x[1]])?[0]), &[5.0, 2.0])?;
    assert_eq!(frozen, [0.0, 60.0]);
    let stopped = try_grad(|x| Ok(grad(|y| y[0].powi(3) * lift(x[0].stop_gradient()), &[x[1]])?[0]), &[5.0, 2.0])?;
    assert_eq!(stopped, [0.0, 60.0]);
    // twice lifted
    let twice = try_grad(
        |x| Ok(try_grad(|y| Ok(grad(|z| z[0] * z[0] * lift(lift(x[0])), y)?[0]), &[Var::from(4.0)])?[0]),
        &[5.0],
    )?;
    assert_eq!(twice, [2.0]);
    Ok(())
}

#[test]
fn interleaved_recordings_on_kept_tapes_stay_apart() -> Result<()> {
    // two tapes of the same type, one evaluation inside the other
    let (mut outer, mut inner) = (Tape::new(), Tape::new());
    for round in 1..=3 {
        let scale = f64::from(round);
        let g = outer.record(|t| {
            let x = t.inputs(&[2.0, 3.0]);
            let before = x[0] * x[1] + x[0] * x[0];
            let (_, slope) = inner.value_and_grad(|y| y[0] * y[1] + y[0].powi(2) * scale, &[5.0, 7.0])?;
            let after = before * slope[0] + x[1];
            t.grad(after, x)
        })?;
        let slope = 7.0 + 10.0 * scale;
        assert_eq!(g, [7.0 * slope, 2.0 * slope + 1.0]);
    }
    Ok(())
}
