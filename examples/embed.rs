//! Differentiates a crate that has never heard of this one.
//!
//! The functions of `argmin_testfunctions` are generic over `num_traits::Float`. A number of this crate is a `Float`, so
//! they run on it as they stand. That crate also brings gradients and Hessians: closed forms, worked out and written
//! down by others, to hold ours against. They agree to the last digits, except where a hand slipped.

use argmin_testfunctions::*;
use pullback::{Result, grad, hessian};

/// Compares the gradient and the Hessian of `$f` at `$at` with those that the other crate has by hand.
macro_rules! compare {
    ($f:expr, $at:expr, $gradient:ident, $hessian:ident) => {{
        let by_hand = ($gradient(&$at), $hessian(&$at));
        let first = difference(&grad($f, &$at)?, &by_hand.0);
        let second = difference(&hessian($f, &$at)?.concat(), &by_hand.1.concat());
        println!("{:15} {first:9.1e} {second:9.1e}", stringify!($gradient).trim_end_matches("_derivative"));
        assert!(first.max(second) < 1e-13);
    }};
}

/// Returns the largest difference of two lists, over the largest number of the second.
fn difference(found: &[f64], expected: &[f64]) -> f64 {
    let largest = expected.iter().fold(f64::MIN_POSITIVE, |m, e| m.max(e.abs()));
    found.iter().zip(expected).map(|(f, e)| (f - e).abs()).fold(0.0, f64::max) / largest
}

fn main() -> Result<()> {
    println!("ours against the closed forms of argmin_testfunctions (relative difference)\n");
    println!("function         gradient   Hessian");
    let (plane, space) = ([0.3, -0.8], [0.3, -0.8, 1.1, 2.9]);
    compare!(|x| ackley(x), space, ackley_derivative, ackley_hessian);
    compare!(|x| levy(x), space, levy_derivative, levy_hessian);
    compare!(|x| rastrigin(x), space, rastrigin_derivative, rastrigin_hessian);
    compare!(|x| rosenbrock(x), space, rosenbrock_derivative, rosenbrock_hessian);
    compare!(|x| beale(&[x[0], x[1]]), plane, beale_derivative, beale_hessian);
    compare!(|x| easom(&[x[0], x[1]]), plane, easom_derivative, easom_hessian);
    compare!(|x| eggholder(&[x[0], x[1]]), plane, eggholder_derivative, eggholder_hessian);
    compare!(|x| goldsteinprice(&[x[0], x[1]]), plane, goldsteinprice_derivative, goldsteinprice_hessian);
    compare!(|x| holder_table(&[x[0], x[1]]), plane, holder_table_derivative, holder_table_hessian);
    compare!(|x| picheny(&[x[0], x[1]]), plane, picheny_derivative, picheny_hessian);

    // (a - x)² + b (y - x²)² has ∂²/∂x² = 2 + 12 b x² - 4 b y, which is 2 at b = 100, x = 1, y = 3, whatever a is.
    // Version 0.3.0 has 2a in the place of the 2: right for a = 1, and its tests look nowhere else.
    let (a, b, x) = (2.0, 100.0, [1.0, 3.0]);
    let ours = hessian(|x| rosenbrock_ab(x, a.into(), b.into()), &x)?[0][0];
    let theirs = rosenbrock_ab_hessian(&x, a, b)[0][0];
    println!("\nrosenbrock_ab, a = 2, at (1, 3): ∂²f/∂x² is 2 by algebra, {ours} here, {theirs} in their closed form");
    assert_eq!(ours, 2.0);
    Ok(())
}
