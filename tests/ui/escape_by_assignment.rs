//! A variable does not leave its recording through a place outside.
use pullback::*;

fn main() -> Result<()> {
    let kept = std::cell::Cell::new(None);
    let _ = grad(
        |x| {
            kept.set(Some(x[0]));
            x[0] * x[0]
        },
        &[1.0],
    )?;
    Ok(())
}
