//! Three numbers come out of the first layer, the second takes four.
use pullback::category::*;

fn main() {
    let _ = dense::<2, 3>(Tanh) >> dense::<4, 1>(Sigmoid);
}
