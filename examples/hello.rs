//! The gradient of a function that is written once.

use pullback::*;

fn rosenbrock<T: Real>(x: &[T]) -> T {
    (x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0
}

fn main() -> Result<()> {
    let (y, g) = value_and_grad(|x| rosenbrock(x), &[1.5, 2.0])?;
    println!("f = {y}\ngradient = {g:?}");
    Ok(())
}
