//! The labels are four numbers, the network predicts three.
use pullback::{category::*, learn::*};

fn main() {
    let net = dense::<2, 3>(Tanh);
    let _ = learner(net, quadratic::<[f64; 4]>(), descend(), Sgd::new(0.1));
}
