//! What the cases beside this folder would have to write.
use pullback::*;

fn inside<'s, 't>(outer: Var<'t>, inner: Var<'s, Var<'t>>) -> Var<'s, Var<'t>> {
    inner * lift(outer)
}
fn inside_forward(outer: Dual, inner: Dual<Dual>) -> Dual<Dual> {
    inner * Dual::constant(outer)
}

fn main() -> Result<()> {
    let g = try_grad(|x| Ok(grad(|y| inside(x[0], y[0] * y[0]), &[x[1]])?[0]), &[5.0, 3.0])?;
    assert_eq!(g, [6.0, 10.0]);
    assert_eq!(derivative(|x| derivative(|y| inside_forward(x, y * y), x), 3.0), 12.0);
    let slope = record(|t| {
        let x = t.inputs::<f64>(&[1.0]);
        let inside = t.segment(|s| Ok(s.grad(s.inputs::<f64>(&[2.0])[0], &[])?.len()))?;
        t.grad(x[0] * inside as f64, x)
    })?;
    assert_eq!(slope, [0.0]);
    Ok(())
}
