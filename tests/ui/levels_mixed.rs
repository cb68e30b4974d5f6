//! A dual number over a tape and a variable over dual numbers are different levels, and neither is the other's.
use pullback::*;

fn mixed<'t>(a: Dual<Var<'t>>, b: Var<'t, Dual>) -> Var<'t, Dual> {
    b + a
}

fn main() {}
