//! Rules of a user, from outside the crate: how many lines they take is asserted by reading them.

use crate::harness::{batch, pull};
use ndarray::Array2;
use pullback::{Result, category::Tanh, learn::*, net::*, rule::*};

// sign symmetric, from here
struct SignsOnly;
impl Reverse for SignsOnly {
    fn linear<T: Element>(
        &self,
        s: &Site<T>,
        x: &Array<T>,
        _y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        s.outer(x, dy, dp)?;
        s.pull(&s.p[0].mapv(|w| w.signum() * T::of(s.spread())), dy)
    }
}
// to here

// two wires, from here
/// A batch and its mirror image ride forward, nothing rides back.
enum Mirrored {}
impl OneWay for Mirrored {
    type Wire<T: Element> = [Array<T>; 2];
    fn lift<T: Element>(x: Array<T>) -> [Array<T>; 2] {
        [x.mapv(|x| -x).into_shared(), x]
    }
    fn lower<T: Element>([_, y]: &[Array<T>; 2]) -> Array<T> {
        y.clone()
    }
}
/// Each layer learns to tell the two apart: the outer products of one minus those of the other.
struct Contrast;
impl Rule for Contrast {
    type On = Mirrored;
    type Res<T: Element> = [[Array<T>; 2]; 2];
    fn fwd<T: Element>(&self, s: &Site<T>, x: &[&Fwd<Self, T>]) -> Result<(Fwd<Self, T>, Self::Res<T>)> {
        let y = [s.apply(&[&x[0][0]])?, s.apply(&[&x[0][1]])?];
        Ok((y.clone(), [x[0].clone(), y]))
    }
    fn rev<T: Element>(&self, s: &Site<T>, kept: Self::Res<T>, _: (), dp: &mut [Array2<T>]) -> Result<Sent<Self, T>> {
        let [[u, x], [v, y]] = kept;
        if s.layer.is_linear() {
            s.outer(&x, &y, dp)?;
            s.outer(&u, &v.mapv(|v| -v).into_shared(), dp)?;
        }
        Ok([Some(())].into_iter().collect())
    }
}
// to here

/// The lines of this file between `// {what}, from here` and `// to here`, without comments and empty lines.
fn lines_of(what: &str) -> usize {
    let text = include_str!("user.rs");
    let start = format!("// {what}, from here\n");
    let from = text.find(&start).expect("the marker") + start.len();
    let rule = &text[from..from + text[from..].find("// to here").expect("the marker")];
    rule.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//")).count()
}

#[test]
fn a_rule_is_short() {
    assert!((5..=15).contains(&lines_of("sign symmetric")), "{}", lines_of("sign symmetric"));
    assert!((10..=30).contains(&lines_of("two wires")), "{}", lines_of("two wires"));
}

#[test]
fn the_short_rule_is_the_one_of_the_crate() {
    let net = dense(5, 7, Tanh) >> residual(dense(7, 7, Tanh)) >> linear(7, 3);
    let p: Params = net.init(&mut uniform(3));
    let (x, dy) = (batch(4, 5, 1), batch(4, 3, 2));
    let ours = pull(&net, SignSymmetry::Uniform, &p, &x, &dy).unwrap();
    assert_eq!(pull(&net, SignsOnly, &p, &x, &dy).unwrap(), ours);
}

#[test]
fn the_two_wires_carry_what_they_should() {
    let net = linear(2, 2) >> pointwise(Activation::Relu) >> linear(2, 1);
    let p =
        Params::new(vec![vec![ndarray::arr2(&[[1.0, 0.0], [0.0, 2.0]])], vec![], vec![ndarray::arr2(&[[1.0, -1.0]])]]);
    let x = ndarray::arr2(&[[3.0, -1.0]]).into_shared();
    let (y, dx, dp) = pull(&net, Contrast, &p, &x, &Array::zeros((1, 1))).unwrap();
    // forward: relu(3, -2) = (3, 0) -> 3; the mirror image: relu(-3, 2) = (0, 2) -> -2
    assert_eq!((y[[0, 0]], dx.sum()), (3.0, 0.0));
    // (3, 0)ᵀ has outputs (3) against (0, 2) with (-2): 3·(3, 0) − (−2)·(0, 2)
    assert_eq!(dp.slots[2][0], ndarray::arr2(&[[9.0, 4.0]]));
    // x and −x give outer products that are the same, so the first layer hears nothing
    assert_eq!(dp.slots[0][0], Array2::<f64>::zeros((2, 2)));
}
