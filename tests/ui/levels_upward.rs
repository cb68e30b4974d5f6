//! A number of an inner level does not become one of the outer level: the inner derivative would be lost in silence.
use pullback::*;

fn outside<'s, 't>(mut outer: Var<'t>, inner: Var<'s, Var<'t>>) -> Var<'t> {
    outer *= inner;
    outer
}

fn main() {}
