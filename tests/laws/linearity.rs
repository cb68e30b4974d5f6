//! A pullback is linear: $f^*(a + b) = f^*(a) + f^*(b)$ and $f^*(c\,a) = c\,f^*(a)$, and so is a pushforward.

use crate::integers::{for_all, plus, times};
use pullback::*;

#[test]
fn pull_is_additive_and_homogeneous() {
    for_all(|f, x, draw| {
        let (_, pb) = vjp(|x| f.of(x), x).expect("no limit");
        let pull = |by: &[f64]| pb.pull(by).expect("as many as outputs");
        let (a, b, c) = (draw.integers(f.outputs), draw.integers(f.outputs), draw.below(9) as f64 - 4.0);
        assert_eq!(pull(&plus(&a, &b)), plus(&pull(&a), &pull(&b)));
        assert_eq!(pull(&times(c, &a)), times(c, &pull(&a)));
        assert_eq!(pull(&vec![0.0; f.outputs]), vec![0.0; f.inputs]);
    });
}

#[test]
fn push_is_additive_and_homogeneous() {
    for_all(|f, x, draw| {
        let (_, pb) = linearize(|x| f.of(x), x).expect("no limit");
        let push = |dx: &[f64]| pb.push(dx).expect("as many as inputs");
        let (a, b, c) = (draw.integers(f.inputs), draw.integers(f.inputs), draw.below(9) as f64 - 4.0);
        assert_eq!(push(&plus(&a, &b)), plus(&push(&a), &push(&b)));
        assert_eq!(push(&times(c, &a)), times(c, &push(&a)));
        assert_eq!(push(&vec![0.0; f.inputs]), vec![0.0; f.outputs]);
        assert_eq!(push(&a), jvp(|x| f.of(x), x, &a).expect("lengths").1);
    });
}

#[test]
fn a_sweep_of_lanes_is_a_sweep_for_each() {
    for_all(|f, x, draw| {
        let (_, pb) = vjp(|x| f.of(x), x).expect("no limit");
        let by: Vec<[f64; 3]> = (0..f.outputs).map(|_| std::array::from_fn(|_| draw.below(7) as f64 - 3.0)).collect();
        let lanes = pb.pull_lanes(&by).expect("as many as outputs");
        for lane in 0..3 {
            let single = pb.pull(&by.iter().map(|b| b[lane]).collect::<Vec<_>>()).expect("as many as outputs");
            assert_eq!(lanes.iter().map(|b| b[lane]).collect::<Vec<_>>(), single);
        }
    });
}
