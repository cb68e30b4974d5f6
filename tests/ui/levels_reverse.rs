//! An outer variable enters an inner recording through `lift` only.
use pullback::*;

fn inside<'s, 't>(outer: Var<'t>, inner: Var<'s, Var<'t>>) -> Var<'s, Var<'t>> {
    inner * outer
}

fn main() {}
