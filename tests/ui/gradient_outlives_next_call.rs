//! The gradient that a tape lends lives until the next call.
use pullback::*;

fn main() -> Result<()> {
    let mut tape = Tape::new();
    let (_, g) = tape.value_and_grad(|x| x[0] * x[0], &[1.0])?;
    tape.value_and_grad(|x| x[0] * x[0], &[2.0])?;
    println!("{g:?}");
    Ok(())
}
