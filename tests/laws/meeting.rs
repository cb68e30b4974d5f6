//! Any taped function is a lens and any lens is an entry of a tape, and the way there and back changes nothing.

use pullback::{Error, Result, category::*, function, *};

function!(Inner = |x| [x[0] * x[1].sin(), x[1].exp() - x[0], x[0] * x[0]]);
function!(Scaled = |x| [x[0] * x[2].tanh() + x[1] * x[3], x[0] * x[1] * x[2]]); // two parameters, two inputs

/// A taped function before and after the part in question, so that cotangents arrive from several sides.
fn around<'t>(x: &[Var<'t>], part: impl Fn(&[Var<'t>]) -> Result<Vec<Var<'t>>>) -> Result<Var<'t>> {
    let y = part(&[x[0] * x[1], x[1] + 1.0])?;
    Ok(y.iter().fold(x[0], |sum, y| sum * 0.5 + y.sin() * *y))
}

#[test]
fn a_lens_made_from_a_function_is_the_function_on_a_tape() -> Result<()> {
    let x = [0.7, -0.3];
    let plain = try_grad(|x| around(x, |x| Inner.call(x)), &x)?;
    let through = try_grad(|x| around(x, |x| node("inner", smooth(Inner), x)), &x)?;
    for (a, b) in through.iter().zip(&plain) {
        assert!((a - b).abs() < 1e-15, "{through:?} against {plain:?}");
    }
    // arrays; the residual is kept, or computed again
    let two = pointwise::<_, [f64; 2]>(Tanh).map(pointwise(Sigmoid));
    let plain = try_grad(|x| around(x, |x| Ok(x.iter().map(|x| x.tanh().sigmoid()).collect())), &x)?;
    for found in [
        try_grad(|x| around(x, |x| node("two", two, x)), &x)?,
        try_grad(|x| around(x, |x| node_keeping("two", two, x)), &x)?,
    ] {
        assert!(found.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?} against {plain:?}");
    }
    // and as a lens again: a taped function with a lens inside
    check_pullback(|x| node("two", two, x), &x)?.ok()
}

#[test]
fn parameters_are_variables_too() -> Result<()> {
    let v = [0.5, 2.0, 0.3, -1.0];
    let plain = try_grad(|v| Scaled.call(v).map(|y| y[0] * y[1] + v[0]), &v)?;
    let through =
        try_grad(|v| node_para("scaled", smooth_para(Scaled), &v[..2], &v[2..]).map(|y| y[0] * y[1] + v[0]), &v)?;
    for (a, b) in through.iter().zip(&plain) {
        assert!((a - b).abs() < 1e-15, "{through:?} against {plain:?}");
    }
    Ok(())
}

#[test]
fn a_constant_stays_one_and_a_wrong_length_is_an_error() -> Result<()> {
    let one = pointwise::<_, [f64; 1]>(Tanh);
    let y = node("one", one, &[Var::constant(0.5)])?;
    assert_eq!((y[0].value(), y[0].frame().is_none()), (0.5f64.tanh(), true));
    let e = try_grad(|x| Ok(node("one", one, x)?[0]), &[1.0, 2.0]).unwrap_err();
    assert_eq!(e, Error::ShapeMismatch { op: "one", expected: vec![1], found: vec![2] });
    // a parameter that is a constant: only the input has a cotangent
    let g = try_grad(
        |x| Ok(node_para("scaled", smooth_para(Scaled), &[Var::constant(0.5), Var::constant(2.0)], x)?[1]),
        &[0.3, -1.0],
    )?;
    assert_eq!(g, [1.0, 0.0]); // p₀p₁x₀
    Ok(())
}
