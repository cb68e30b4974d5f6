//! Variables of two recordings of the same type do not mix.
use pullback::*;

fn main() -> Result<()> {
    let _ = record(|a| {
        let x = a.inputs::<f64>(&[1.0, 2.0]);
        record(|b| {
            let y = b.inputs::<f64>(&[3.0, 4.0]);
            b.grad(x[0] * y[0], y)
        })
    })?;
    Ok(())
}
