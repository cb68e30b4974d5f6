//! Two precisions do not mix.
use pullback::*;

fn product(a: Dual, b: Dual<f32, f32>) -> Dual {
    a * b
}

fn main() {}
