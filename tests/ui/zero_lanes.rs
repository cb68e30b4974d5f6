//! A sweep has at least one lane.
use pullback::*;

fn main() -> Result<()> {
    let _ = record(|t| {
        let x = t.inputs::<f64>(&[1.0]);
        t.pull_lanes::<f64, 0>(&[x[0]], &[[]], x)
    })?;
    Ok(())
}
