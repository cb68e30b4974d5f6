//! `record` returns numbers, not variables.
use pullback::*;

fn main() -> Result<()> {
    let leaked = record(|t| Ok(t.inputs::<f64>(&[1.0])[0]))?;
    let _ = leaked;
    Ok(())
}
