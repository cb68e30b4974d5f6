//! The call sites of the crate, as a user writes them: each must compile as it reads and give the number beside it.

use pullback::*;

fn rosenbrock<T: Real>(x: &[T]) -> T {
    (x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0
}
fn model<T: Real>(x: &[T]) -> Vec<T> {
    vec![x[0] * x[1], x[0].sin(), x[1].max(x[0])]
}
fn foreign<T: num_traits::Float>(x: T) -> T {
    x.sin() * x.exp() + T::one()
}
/// At (1.2, 0.7): a = x₁ − x₀² = −0.74, gradient (2·0.2 − 400·a·1.2, 200 a).
const X: [f64; 2] = [1.2, 0.7];
const GRADIENT: [f64; 2] = [355.6, -148.0];

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= 1e-12 * (1.0 + e.abs()), "expected {expected:?}, found {found:?}");
    }
}

#[test]
fn gradients_of_generic_functions_and_closures() -> Result<()> {
    close(&grad(|x| rosenbrock(x), &X)?, &GRADIENT);
    let (y, g) = value_and_grad(|x| (1.0 - x[0]) * 2.0 * x[1].sin(), &X)?;
    close(&[y], &[-0.4 * 0.7f64.sin()]);
    close(&g, &[-2.0 * 0.7f64.sin(), -0.4 * 0.7f64.cos()]);
    close(&grad(|x| x[0].powf(2.5).max(0.0) + x[1].clamp(0.0, 0.5), &X)?, &[2.5 * 1.2f64.powf(1.5), 0.0]);
    close(&grad(|x| foreign(x[0]), &[0.5])?, &[(0.5f64.sin() + 0.5f64.cos()) * 0.5f64.exp()]);
    Ok(())
}

#[test]
fn second_order() -> Result<()> {
    let h00 = 2.0 - 400.0 * (X[1] - 3.0 * X[0] * X[0]);
    let h = [[h00, -400.0 * X[0]], [-400.0 * X[0], 200.0]];
    close(&hvp(|x| rosenbrock(x), &X, &[1.0, 0.0])?, &h[0]);
    close(&hessian(|x| rosenbrock(x), &X)?.concat(), &h.concat());
    close(&hessian_diagonal(rosenbrock, &X), &[h[0][0], h[1][1]]);
    let nested = try_grad(
        |x| {
            let g = grad(|y| rosenbrock(y), x)?;
            Ok(g[0] * g[0] + x[1])
        },
        &X,
    )?;
    close(&nested, &[2.0 * GRADIENT[0] * h[0][0], 2.0 * GRADIENT[0] * h[0][1] + 1.0]);
    Ok(())
}

#[test]
fn jacobians_agree() -> Result<()> {
    let truth = [X[1], X[0], X[0].cos(), 0.0, 0.0, 0.0];
    let mut truth = truth.to_vec();
    truth[4] = 1.0; // max(x₁, x₀) is x₀
    close(&jacobian(|x| model(x), &X)?.concat(), &truth);
    close(&jacobian_rev(|x| model(x), &X)?.concat(), &truth);
    close(&jacobian_fwd(model, &X)?.concat(), &truth);
    let (y, pb) = vjp(|x| model(x), &X)?;
    close(&y, &model(&X));
    close(&pb.pull(&[1.0, 10.0, 100.0])?, &[truth[0] + 10.0 * truth[2] + 100.0, truth[1]]);
    close(&pb.push(&[1.0, 2.0])?, &[truth[0] + 2.0 * truth[1], truth[2], 1.0]);
    let (y, dy) = jvp(|x| ([x[0] * x[1], x[0].sin()], x[1]), &X, &[1.0, 0.0])?;
    assert_eq!((y.1, dy.1), (0.7, 0.0));
    close(&dy.0, &[truth[0], truth[2]]);
    let (r, _) = jvp(|x| Ok(vec![x[0].sin()]), &X, &[1.0, 0.0])?;
    close(&r, &[1.2f64.sin()]);
    Ok(())
}

#[test]
fn nesting_needs_lift_and_goes_to_any_depth() -> Result<()> {
    let inner = try_grad(
        |x| {
            let a = x[0];
            Ok(grad(|y| y[0].powi(3) * lift(a), &[x[1]])?[0])
        },
        &X,
    )?;
    close(&inner, &[3.0 * 0.7 * 0.7, 1.2 * 6.0 * 0.7]);
    let third = try_grad(|x| Ok(try_grad(|y| Ok(grad(|z| z[0].powi(5), y)?[0]), x)?[0]), &[2.0])?;
    assert_eq!(third, [240.0]);
    let (a, b) = record(|t| {
        let x = t.inputs(&X);
        let (u, v) = (x[0] * x[1], x[0].sin());
        Ok((t.grad(u, x)?, t.pull(&[u, v], &[1.0, 2.0], x)?))
    })?;
    close(&a, &[0.7, 1.2]);
    close(&b, &[0.7 + 2.0 * 1.2f64.cos(), 1.2]);
    Ok(())
}

mod with_float_in_scope {
    use num_traits::Float;
    use pullback::*;

    #[test]
    fn no_method_is_ambiguous() -> Result<()> {
        fn generic<T: Float>(x: T) -> T {
            x.sin()
        }
        let g = grad(|x| x[0].sin().max(x[1]).powi(2) * 2.0, &[1.2, 0.7])?;
        super::close(&g, &[4.0 * generic(1.2f64) * 1.2f64.cos(), 0.0]);
        Ok(())
    }
}

mod with_nothing_in_scope {
    #[test]
    fn no_import_is_needed() {
        assert_eq!(pullback::grad(|x| x[0].max(x[1]).powi(2), &[3.0, 2.0]), Ok(vec![6.0, 0.0]));
    }
}

#[test]
fn single_precision() -> Result<()> {
    fn single<T: Real<f32>>(x: T) -> T {
        x.sin() * 2.0
    }
    fn either<F: Primitive, T: Real<F>>(x: T) -> T {
        (x * F::of(2.0)).sin()
    }
    assert_eq!(grad(|x| single(x[0]) * 3.0, &[0.0f32])?, [6.0]);
    assert_eq!(grad(|x| either(x[0]), &[0.0])?, [2.0]);
    assert_eq!(grad(|x| either(x[0]), &[0.0f32])?, [2.0]);
    Ok(())
}

#[test]
fn the_limit_of_a_tape_is_exact() {
    let needs = |limit: u32| {
        Tape::with_limit(limit).record(|t| {
            let x = t.inputs(&[1.0, 2.0, 3.0]);
            t.grad((x[0] * x[1] * x[2]).anchor(), x)
        })
    };
    // three inputs, one product of three different variables, one anchor
    assert_eq!(needs(3), Err(Error::TapeFull { limit: 3 }));
    assert_eq!(needs(4), Ok(vec![6.0, 3.0, 2.0]));
    assert_eq!(needs(0), Err(Error::TapeFull { limit: 0 }));
}

/// A sum of squares whose partials say that it is linear: at second order the partials must have the last word, in every
/// layout that the tape has for a number of arguments.
struct Decreed;
impl Operation for Decreed {
    fn name(&self) -> &'static str {
        "decreed"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(x.iter().map(|&x| x * x).sum())
    }
    fn partials<T: Real>(&self, _x: &[T], _y: T, p: &mut [T]) -> Result<()> {
        p.fill(T::lit(1.0));
        Ok(())
    }
}

#[test]
fn an_operation_has_its_own_partials_at_every_level() -> Result<()> {
    for n in [1, 4, 5, 10, 11, 40, 200] {
        let x = vec![3.0; n];
        let square = |g: Vec<f64>| assert_eq!(g, vec![2.0 * 9.0 * n as f64; n], "{n} arguments");
        // y², y = Σ x² by value and Σ dx by decree: dy²/dx = 2y, d²y²/dx² = 2
        square(try_grad(|x| apply(&Decreed, x).map(|y| y.powi(2)), &x)?);
        let hv = jvp(|x| try_grad(|x| apply(&Decreed, x).map(|y| y.powi(2)), x), &x, &vec![1.0; n])?.1;
        assert_eq!(hv, vec![2.0 * n as f64; n], "{n} arguments");
        let nested = try_grad(|x| Ok(try_grad(|x| apply(&Decreed, x).map(|y| y.powi(2)), x)?[0]), &x)?;
        assert_eq!(nested, vec![2.0; n], "{n} arguments");
    }
    Ok(())
}

/// Sums skip their partials and literals have a slope of their own: both say what the table says.
#[test]
fn shortcuts_of_arithmetic_agree_with_the_table() {
    use pullback::op::{Add, Binary, Div, Mul, Sub};
    fn holds<O: Binary>(op: O, truth: [f64; 2]) {
        let (a, b) = (6.0, -1.5);
        let y: f64 = op.eval::<f64, f64>(a, b);
        assert_eq!(op.partials::<f64, f64>(a, b, y), truth, "{}", O::NAME);
        assert_eq!(op.slope_by(b), Some(truth[0]), "{}", O::NAME);
        assert_eq!(op.eval_by(a, b), y, "{}", O::NAME);
        if O::SIGN != 0 {
            assert_eq!([1.0, f64::from(O::SIGN)], truth, "{}", O::NAME);
        }
        assert_eq!(O::COMMUTES, op.eval::<f64, f64>(b, a) == y, "{}", O::NAME);
    }
    holds(Add, [1.0, 1.0]);
    holds(Sub, [1.0, -1.0]);
    holds(Mul, [-1.5, 6.0]);
    holds(Div, [1.0 / -1.5, 6.0 / -2.25]);
}
