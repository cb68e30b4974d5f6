//! A segment returns numbers, not variables.
use pullback::*;

fn main() -> Result<()> {
    let g = record(|t| {
        let x = t.inputs::<f64>(&[1.0]);
        let inside = t.segment(|s| Ok(s.inputs::<f64>(&[2.0])[0]))?;
        t.grad(x[0] * inside, x)
    })?;
    let _ = g;
    Ok(())
}
