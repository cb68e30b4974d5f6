//! Programs among the other numbers: derivatives of recordings, recordings of derivatives, replay at any number.

use crate::all_close;
use num_traits::Float;
use pullback::*;

fn f<T: Real>(x: &[T]) -> T {
    (x[0] * x[1]).sin() * x[0].exp() + x[1].powi(3) / (x[0] * x[0] + 2.0) + x[0].tanh() * x[1].max(x[0])
}
const X: [f64; 2] = [0.4, -0.7];
const POINTS: [[f64; 2]; 4] = [X, [1.3, 0.2], [-0.6, 2.1], [0.5, 0.5]];

#[test]
fn a_gradient_that_is_recorded_is_the_gradient_of_the_recording() -> Result<()> {
    let inner = Program::record_many(|x| grad(|u| f(u), x), &X)?;
    let outer = Program::record(|x| f(x), &X)?.gradient()?;
    for x in POINTS {
        all_close(&inner.eval(&x)?, &outer.eval(&x)?, 1e-14);
        all_close(&inner.eval(&x)?, &grad(|x| f(x), &x)?, 1e-14);
        all_close(&inner.jacobian()?.eval(&x)?, &outer.jacobian()?.eval(&x)?, 1e-13);
    }
    Ok(())
}

#[test]
fn duals_and_series_over_recordings() -> Result<()> {
    let pushed = Program::record(
        |x| jvp(|u| [f(u)], x, &[Sym::constant(1.0), Sym::constant(-2.0)]).map(|r| r.1[0]).unwrap_or_default(),
        &X,
    )?;
    let series = Program::record_many(
        |x| {
            let t: Jet<Sym<'_>, 3> = Jet::variable(x[0]);
            let y = f(&[t, Jet::constant(x[1])]);
            Ok(y.coefficients().to_vec())
        },
        &X,
    )?;
    for x in POINTS {
        all_close(&pushed.eval(&x)?, &[jvp(|u| [f(u)], &x, &[1.0, -2.0])?.1[0]], 1e-14);
        let plain = f(&[Jet::<f64, 3>::variable(x[0]), Jet::constant(x[1])]);
        all_close(&series.eval(&x)?, &plain.coefficients(), 1e-14);
    }
    Ok(())
}

#[test]
fn replay_at_every_number() -> Result<()> {
    let p = Program::record(|x| f(x), &X)?;
    for x in POINTS {
        assert_eq!(p.eval(&x)?[0].to_bits(), f(&x).to_bits());
        // the same operations in the same order: the same bits
        let dual = |k: usize| [0, 1].map(|j| Dual::new(x[j], f64::from(u8::from(j == k))));
        assert_eq!(p.eval(&dual(0))?[0].tangent(), f(&dual(0)).tangent());
        let lanes = [0, 1].map(|k| Multi::<f64, 2>::seed(x[k], k));
        assert_eq!(p.eval(&lanes)?[0].tangents(), f(&lanes).tangents());
        all_close(&try_grad(|x| Ok(p.eval(x)?[0]), &x)?, &grad(|x| f(x), &x)?, 1e-14);
        // a recording of a replay is the recording
        let again = Program::record_many(|x| p.eval(x), &X)?;
        assert_eq!(again, p);
    }
    Ok(())
}

#[test]
fn guards_hold_in_a_recording_of_a_replay() -> Result<()> {
    let p = Program::record(|x| if x[0] < 1.0 { x[0] } else { x[0] * x[0] }, &[0.5])?;
    let q = Program::record_many(|x| p.eval(&[x[0] * 2.0]), &[0.25])?;
    assert_eq!(q.eval(&[0.4])?, [0.8]);
    assert!(matches!(q.eval(&[0.6]), Err(Error::BranchChanged { .. })));
    assert!(matches!(Program::record_many(|x| p.eval(x), &[3.0]), Err(Error::BranchChanged { .. })));
    assert!(matches!(try_grad(|x| Ok(p.eval(x)?[0]), &[3.0]), Err(Error::BranchChanged { .. })));
    Ok(())
}

/// Of another crate: it knows `Float` and no more.
fn foreign<T: Float>(x: &[T]) -> T {
    let half = T::from(0.5).unwrap_or_else(T::zero);
    let spread = x.iter().fold(T::zero(), |s, &x| s + (x - half).powi(2));
    if spread > T::one() { spread.sqrt() } else { spread * half + x[0].sin() }
}
#[test]
fn functions_of_other_crates() -> Result<()> {
    let p = Program::record(|x| foreign(x), &[0.3, 0.8])?;
    assert_eq!(p.eval(&[0.1, 0.2])?, [foreign(&[0.1, 0.2])]);
    all_close(&p.gradient()?.eval(&[0.1, 0.2])?, &[-0.4 + 0.1f64.cos(), -0.3], 1e-15);
    assert!(p.eval(&[3.0, 3.0]).is_err());

    use argmin_testfunctions as theirs;
    let (plane, space) = ([0.3, -0.8], [0.3, -0.8, 1.1, 2.9]);
    let ackley = Program::record(|x| theirs::ackley(x), &space)?;
    all_close(&ackley.gradient()?.eval(&space)?, &theirs::ackley_derivative(&space), 1e-13);
    let beale = Program::record(|x| theirs::beale(&[x[0], x[1]]), &plane)?;
    all_close(&beale.gradient()?.eval(&plane)?, &theirs::beale_derivative(&plane), 1e-13);
    all_close(&beale.hessian()?.eval(&plane)?, &theirs::beale_hessian(&plane).concat(), 1e-13);
    let rosenbrock = Program::record(|x| theirs::rosenbrock(x), &space)?;
    all_close(&rosenbrock.hessian()?.eval(&space)?, &theirs::rosenbrock_hessian(&space).concat(), 1e-13);
    Ok(())
}
