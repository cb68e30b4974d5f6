//! What is recorded is what was computed, to the bit; its gradient is the closed form, the tape's and the differences'.

use crate::{all_close, close};
use pullback::{check::differences, *};

fn rosenbrock<T: Real>(x: &[T]) -> T {
    x.windows(2).map(|w| (w[0] - 1.0).powi(2) + (w[1] - w[0] * w[0]).powi(2) * 100.0).sum()
}
fn network<T: Real>(x: &[T]) -> T {
    let hidden: Vec<T> = (0..4).map(|k| (x[k] * x[4] + x[k + 1] * x[5] + 0.1).tanh()).collect();
    log_sum_exp(&hidden) + norm(x) * hidden[0].sigmoid()
}
fn kepler<T: Real>(x: &[T]) -> T {
    // five steps of Newton on E - e sin E = M
    let (m, e) = (x[0], x[1]);
    (0..5).fold(m, |a, _| a - (a - e * a.sin() - m) / (-e * a.cos() + 1.0))
}
type Case = (&'static str, Program, Vec<f64>, fn(&[f64]) -> f64, fn(&[f64]) -> Vec<f64>, fn(&[f64]) -> Vec<f64>);
/// Each function at its numbers: recorded, plain, its gradient on the tape, its Hessian by the calculus.
fn cases() -> Result<Vec<Case>> {
    macro_rules! case {
        ($f:ident, $x:expr) => {{
            let x: Vec<f64> = $x;
            let p = Program::record(|x| $f(x), &x)?;
            let tape: fn(&[f64]) -> Vec<f64> = |x| grad(|x| $f(x), x).unwrap_or_default();
            let twice: fn(&[f64]) -> Vec<f64> = |x| hessian(|x| $f(x), x).unwrap_or_default().concat();
            (stringify!($f), p, x, (|x| $f(x)) as fn(&[f64]) -> f64, tape, twice)
        }};
    }
    Ok(vec![
        case!(rosenbrock, vec![1.2, 0.7, -0.4, 0.9]),
        case!(network, vec![0.3, -0.2, 0.8, 0.5, -0.6, 0.1]),
        case!(kepler, vec![1.1, 0.4]),
    ])
}

#[test]
fn values_to_the_bit_and_derivatives_of_first_and_second_order() -> Result<()> {
    for (name, p, x, plain, tape, twice) in cases()? {
        let (g, h, hvp) = (p.gradient()?, p.hessian()?, p.hvp()?);
        for step in 0..8 {
            let x: Vec<f64> =
                x.iter().enumerate().map(|(k, x)| x + 0.03 * f64::from(step) * (k as f64 - 1.3)).collect();
            assert_eq!(p.eval(&x)?[0].to_bits(), plain(&x).to_bits(), "{name}");
            all_close(&g.eval(&x)?, &tape(&x), 1e-12);
            all_close(&h.eval(&x)?, &twice(&x), 1e-11);
            let v: Vec<f64> = (0..x.len()).map(|k| 1.0 - 0.4 * k as f64).collect();
            let product: Vec<f64> =
                twice(&x).chunks(x.len()).map(|row| row.iter().zip(&v).map(|(h, v)| h * v).sum()).collect();
            all_close(&hvp.eval(&[&x[..], &v].concat())?, &product, 1e-11);
            // differences know neither tape nor table
            let both = p.value_and_gradient()?.eval(&x)?;
            assert_eq!(both[0], plain(&x));
            for (found, estimate) in both[1..].iter().zip(&differences(|x| [plain(x)], &x)?[0]) {
                assert!(
                    close(*found, estimate.value, 1e-6) || (found - estimate.value).abs() < 1e-6,
                    "{name}: {found} {estimate:?}"
                );
            }
        }
    }
    Ok(())
}

#[test]
fn closed_forms_to_the_bit() -> Result<()> {
    let p = Program::record(|x| x[0] * x[1].exp(), &[1.0, 1.0])?;
    let e = 0.3f64.exp();
    assert_eq!(p.value_and_gradient()?.eval(&[2.0, 0.3])?, [2.0 * e, e, e * 2.0]);
    let chain = Program::record(|x| x[0].sin().exp().ln_1p(), &[0.5])?;
    // one path, the same products in the same order as on the tape
    for x in [0.1, 0.9, -2.0, 3.3] {
        all_close(&chain.gradient()?.eval(&[x])?, &grad(|x| x[0].sin().exp().ln_1p(), &[x])?, 2e-16);
    }
    let polar = Program::record_many(|x| Ok(vec![x[0] * x[1].cos(), x[0] * x[1].sin()]), &[1.0, 0.0])?;
    let (s, c) = 0.7f64.sin_cos();
    assert_eq!(polar.jacobian()?.eval(&[2.0, 0.7])?, [c, -(s * 2.0), s, c * 2.0]);
    Ok(())
}
