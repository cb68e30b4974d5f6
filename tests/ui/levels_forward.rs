//! An outer dual number enters an inner derivative through `Dual::constant` only.
use pullback::*;

fn inside(outer: Dual, inner: Dual<Dual>) -> Dual<Dual> {
    inner * outer
}

fn main() {}
