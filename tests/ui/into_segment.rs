//! A variable does not enter a segment: its value does, through `lift`.
use pullback::*;

fn main() -> Result<()> {
    let g = record(|t| {
        let x = t.inputs::<f64>(&[1.0]);
        t.segment(|s| {
            let y = s.inputs::<f64>(&[2.0]);
            s.grad(x[0] * y[0], y)
        })
    })?;
    let _ = g;
    Ok(())
}
