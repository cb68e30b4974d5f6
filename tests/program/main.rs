//! Recorded programs: what they compute, when they refuse, and their derivatives of every order.

#[path = "../all/operation.rs"]
#[allow(dead_code)]
mod operation;
#[path = "../all/scenario.rs"]
#[allow(dead_code)]
mod scenario;
#[path = "../all/truth.rs"]
#[allow(dead_code)]
mod truth;

mod axioms;
mod calls;
mod counts;
mod guards;
mod lanes;
mod loops;
mod nested;
mod random;
mod replay;
mod shapes;
mod simplify;
mod table;

/// Says whether two numbers are the same to the bit; one NaN is like another.
fn bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
/// Says whether two derivatives agree: to `relative`, zeros of either sign, infinities, NaN with NaN.
fn close(a: f64, b: f64, relative: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= relative * a.abs().max(b.abs())
}
#[track_caller]
fn all_close(a: &[f64], b: &[f64], relative: f64) {
    assert_eq!(a.len(), b.len());
    let scale = b.iter().fold(0.0, |m: f64, b| m.max(b.abs()));
    for (a, b) in a.iter().zip(b) {
        assert!(close(*a, *b, relative) || (a - b).abs() <= relative * scale, "{a:e} is not {b:e}");
    }
}
