//! `map` takes a box without parameters; with parameters, compose by `>>`.
use pullback::{category::*, lens::*};

fn main() {
    let _ = dense::<2, 3>(Tanh).map(bias::<f64, 3>());
}
