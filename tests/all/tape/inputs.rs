//! Where inputs come from, and inputs that are not used.

use super::*;

#[test]
fn inputs_may_be_made_in_several_calls() -> Result<()> {
    let found = record(|t| {
        let a = t.inputs(&[2.0, 3.0]);
        let b = t.inputs(&[5.0]);
        let early = a[0] * b[0] + a[1] * a[1];
        let c = t.inputs(&[7.0, 11.0]); // in the middle
        let y = early * c[0] + c[1] * b[0];
        Ok((t.grad(y, a)?, t.grad(y, b)?, t.grad(y, c)?, t.grad(y, &[c[1], a[0], b[0]])?))
    })?;
    // y = (a₀ b + a₁²) c₀ + c₁ b
    let (a, b, c) = (vec![35.0, 42.0], vec![14.0 + 11.0], vec![19.0, 5.0]);
    assert_eq!(found, (a, b, c, vec![5.0, 35.0, 25.0]));
    Ok(())
}

#[test]
fn inputs_before_and_after_in_a_pullback() -> Result<()> {
    // a second set of inputs inside `vjp` is neither an input of the pullback nor in the way of one
    let (_, pb) = vjp(
        |x| {
            let more = x[0].frame().expect("an input").inputs(&[10.0, 20.0]);
            vec![x[0] * more[0] + x[1] * more[1] + more[0] * more[1]]
        },
        &[1.0, 2.0],
    )?;
    assert_eq!((pb.inputs(), pb.pull(&[1.0])?, pb.push(&[1.0, 1.0])?), (2, vec![10.0, 20.0], vec![30.0]));
    Ok(())
}

#[test]
fn an_input_that_is_not_used_has_an_exact_zero() -> Result<()> {
    let positive_zero = |g: &[f64]| g.iter().all(|g| g.to_bits() == 0);
    assert!(positive_zero(&grad(|_| lift(f64::INFINITY), &[1.0, f64::NAN])?));
    assert!(positive_zero(&grad(|x| x[0].sqrt(), &[0.0, f64::NAN, f64::INFINITY])?[1..]));
    assert!(positive_zero(&grad(|x| x[0].floor() + x[1].signum() + x[2].div_euclid(lift(0.0)), &[0.5, 0.0, 1.0])?));
    assert!(positive_zero(&hvp(|x| x[0], &[1.0, 2.0], &[f64::NAN, 1.0])?));
    assert!(positive_zero(&jacobian(|x| vec![x[0].recip()], &[0.0, 1.0])?[0][1..]));
    Ok(())
}
