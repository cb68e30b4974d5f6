//! Boolean layers: votes are exact, weights stay 1 and −1, and hidden layers learn.

use crate::{
    digits::{rows_of, split},
    harness::{batch, composite, continues, gap, no_change, pull, shuffled},
};
use ndarray::{Array2, arr2};
use pullback::{Result, category::Identity, learn::*, lens::Lens, net::*, rule::*};

fn sign() -> Net {
    pointwise(Activation::Sign)
}
/// A matrix of 1 and −1.
fn signs(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    batch(rows, columns, seed).mapv(|x| if x < 0.0 { -1.0 } else { 1.0 }).into_owned()
}
/// A batch of whole numbers from −3 to 3.
fn whole(rows: usize, columns: usize, seed: u64) -> Array {
    batch(rows, columns, seed).mapv(|x| (3.0 * x).round()).into_shared()
}

/// In integers: $\bar s = \bar y\,[|s| \le r]$, $\bar W_{ji} = \sum \bar s_j x_i$, $\bar x_i = \sum_j \bar s_j w_{ji}$.
#[test]
fn votes_are_the_integers_that_counting_gives() -> Result<()> {
    let (rows, sizes, reach) = (6, [7, 5, 4], 3);
    let net = linear(sizes[0], sizes[1]) >> sign() >> linear(sizes[1], sizes[2]) >> sign();
    let w = [signs(sizes[1], sizes[0], 1), signs(sizes[2], sizes[1], 2)];
    let p = Params::new(vec![vec![w[0].clone()], vec![], vec![w[1].clone()], vec![]]);
    let (x, z) = (signs(rows, sizes[0], 3).into_shared(), whole(rows, sizes[2], 4));
    let (y, dx, dp) = pull(&net, BooleanVariation::within(f64::from(reach)), &p, &x, &z)?;
    let int = |a: &Array2<f64>| a.mapv(|x| x as i32);
    let (w, x, mut votes) = ([int(&w[0]), int(&w[1])], int(&x.to_owned()), int(&z.to_owned()));
    let sums = |x: &Array2<i32>, w: &Array2<i32>| {
        Array2::from_shape_fn((rows, w.nrows()), |(n, j)| (0..w.ncols()).map(|i| x[[n, i]] * w[[j, i]]).sum::<i32>())
    };
    let first = sums(&x, &w[0]);
    let bits = first.mapv(|s| if s >= 0 { 1 } else { -1 });
    let second = sums(&bits, &w[1]);
    assert_eq!(y.mapv(|y| y as i32).into_owned(), second.mapv(|s| if s >= 0 { 1 } else { -1 }));
    for (layer, (s, x)) in [(first, x), (bits.clone(), bits)].into_iter().enumerate().rev() {
        let s = if layer == 1 { &second } else { &s };
        votes.zip_mut_with(s, |z, s| *z = if s.abs() <= reach { *z } else { 0 });
        for ((j, i), vote) in dp.slots[2 * layer][0].indexed_iter() {
            let counted: i32 = (0..rows).map(|n| votes[[n, j]] * x[[n, i]]).sum();
            assert_eq!(*vote, f64::from(counted), "layer {layer}, weight {j} {i}");
        }
        votes = Array2::from_shape_fn((rows, w[layer].ncols()), |(n, i)| {
            (0..w[layer].nrows()).map(|j| votes[[n, j]] * w[layer][[j, i]]).sum()
        });
    }
    assert_eq!(dx.into_owned(), votes.mapv(f64::from));
    assert!(dp.flat().iter().any(|v| v.abs() > 1.0), "votes are added, not only counted once");
    Ok(())
}

/// For a loss $\langle z, s \rangle$: the vote on each weight, and on each input, is half of what *true* gains over *false*.
#[test]
fn a_vote_is_half_of_what_true_gains() -> Result<()> {
    let net = linear(6, 3);
    for rows in [1, 4] {
        let p = Params::new(vec![vec![signs(3, 6, 1)]]);
        let (x, z) = (signs(rows, 6, 2).into_shared(), whole(rows, 3, 3));
        let (_, dx, dp) = pull(&net, BooleanVariation::default(), &p, &x, &z)?;
        let loss = |p: &Params, x: &Array| -> Result<f64> {
            Ok((&net.under::<_, f64>(BooleanVariation::default()).predict(p, x.clone())? * &z).sum())
        };
        for k in 0..18 {
            let with = |bit: f64| {
                let mut p = p.clone();
                p.slots[0][0][[k / 6, k % 6]] = bit;
                loss(&p, &x)
            };
            assert_eq!(dp.slots[0][0][[k / 6, k % 6]], (with(1.0)? - with(-1.0)?) / 2.0);
        }
        for ((n, i), vote) in dx.indexed_iter() {
            let with = |bit: f64| {
                let mut x = x.to_owned();
                x[[n, i]] = bit;
                loss(&p, &x.into_shared())
            };
            assert_eq!(*vote, (with(1.0)? - with(-1.0)?) / 2.0);
        }
    }
    Ok(())
}

/// $\alpha = \pi/(2\sqrt{3m})$ with $m$ the fan-in of the layer in front, also of a convolution, and the sum behind a
/// residual connection.
#[test]
fn votes_past_a_threshold_are_weighed_by_the_size_of_the_sum() -> Result<()> {
    let weighed = |net: &Net, features: usize, m: f64| -> Result<()> {
        let p: Params = net.init_with(|_| Initialiser::Signs, &mut uniform(1));
        let x = signs(2, features, 2).into_shared();
        let sum = net.under::<_, f64>(Backprop).predict(&p, x.clone())?;
        let thresholded = net.clone() >> sign();
        let p = Params::new([p.slots, vec![vec![]]].concat());
        let ones = Array::from_elem(sum.raw_dim(), 1.0);
        let (_, _, found) = pull(&thresholded, BooleanVariation::default(), &p, &x, &ones)?;
        let alpha = core::f64::consts::PI / (2.0 * (3.0 * m).sqrt());
        let votes = sum.mapv(|s| 1.0 / (alpha * s).cosh().powi(2)).into_shared();
        let own = Params::new(p.slots[..net.len()].to_vec());
        let (_, _, expected) = pull(net, Backprop, &own, &x, &votes)?;
        let last = |dp: &Params| dp.slots.iter().flatten().last().unwrap().iter().copied().collect::<Vec<_>>();
        let gap = gap(&last(&found), &last(&expected));
        assert!(gap < 1e-14, "{gap:e} where {m} are added");
        Ok(())
    };
    weighed(&linear(5, 3), 5, 5.0)?;
    weighed(&(linear(5, 3) >> reshape(&[3, 1])), 5, 5.0)?;
    weighed(&conv2d(Window::new([2, 4, 4], [3, 3]), 3), 32, 18.0)?;
    weighed(&(linear(5, 4) >> residual(linear(4, 4))), 5, 5.0 + 4.0)?;
    weighed(&(linear(5, 4) >> sign() >> residual(linear(4, 4))), 5, 1.0 + 4.0)
}

#[test]
fn forward_is_what_it_is_under_backprop_and_the_rest_is_exact() -> Result<()> {
    let net = dense(5, 7, Activation::Sign) >> residual(dense(7, 7, pullback::category::Tanh)) >> dense(7, 3, Identity);
    let (p, x, dy) = (net.init(&mut uniform(1)), batch(4, 5, 1), batch(4, 3, 2));
    let (y, _, dp) = pull(&net, BooleanVariation::default(), &p, &x, &dy)?;
    let (exact, _, exact_dp) = pull(&net, Backprop, &p, &x, &dy)?;
    assert_eq!((y, &dp.slots[2..]), (exact, &exact_dp.slots[2..]));
    assert!(dp.slots[0][0].iter().any(|v| *v != 0.0) && exact_dp.slots[0][0].iter().all(|v| *v == 0.0));
    Ok(())
}

#[test]
fn the_rule_is_a_functor_where_a_layer_begins() {
    let (x, dy) = (signs(4, 5, 1).into_shared(), batch(4, 3, 2));
    let (f, g) = (linear(5, 8) >> sign(), linear(8, 3) >> sign());
    continues(BooleanVariation::default(), &f, &g, &x, &dy);
    continues(BooleanVariation::within(2.0), &f, &(g.clone() >> residual(dense(3, 3, Activation::Sign))), &x, &dy);
    // cut between a sum and its threshold, the threshold does not know how much was added
    let (whole, parts) = composite(BooleanVariation::default(), &linear(5, 8), &(sign() >> linear(8, 3)), &x, &dy);
    assert_eq!(whole.0, parts.0);
    assert_ne!(whole.1, parts.1);
}

#[test]
fn weights_turn_where_votes_weigh_one_against_them() -> Result<()> {
    let u = Flip::new(0.5);
    let mut w = Params::new(vec![vec![arr2(&[[1.0, -1.0, 1.0, 1.0, 0.0]])]]);
    let change = |c: [f64; 5]| Params::new(vec![vec![arr2(&[c])]]);
    let mut s = u.init(&w);
    u.put(&mut s, &mut w, &mut change([-1.5, 2.0, 8.0, -1.0, -8.0]))?; // m = −¾, 1, 4, −½, −4
    assert_eq!(w.flat(), [1.0, 1.0, 1.0, 1.0, 0.0]);
    assert_eq!((s.votes.flat(), s.kept), (vec![-0.75, 0.0, 4.0, -0.5, -4.0], 0.75)); // what is 0 is no weight
    u.put(&mut s, &mut w, &mut change([-1.0, 0.0, 0.0, -1.25, 0.0]))?; // ¾·(−¾) − ½ and ¾·(−½) − ⅝
    assert_eq!(w.flat(), [-1.0, 1.0, 1.0, -1.0, 0.0]);
    assert_eq!((s.votes.flat(), s.kept), (vec![0.0, 0.0, 3.0, 0.0, -3.0], 0.5));
    assert!(u.put(&mut s, &mut w, &mut no_change(&Params::new(vec![vec![arr2(&[[1.0]])]]))).is_err());
    Ok(())
}

/// Percent of the digits after so many passes: pixels as bits, two Boolean layers, a head of real weights.
fn digits(width: usize, rate: f64, passes: usize, seed: u64) -> Result<(f64, (Params, Params))> {
    let bits = |x: Array| x.mapv(|x| if x >= 0.5 { 1.0 } else { -1.0 }).into_shared();
    let ((x, y), (test, classes)) = split();
    let (x, test) = (bits(x), bits(test));
    let (body, head) = (linear(64, width) >> sign() >> linear(width, width) >> sign(), dense(width, 10, Identity));
    let model = Lens(body.under(BooleanVariation::default())) >> Lens(head.under(Backprop));
    let learn = learner(model, class_cross_entropy(), descend(), Both(Flip::new(rate), Adam::new(1e-3)));
    let mut draw = uniform(seed);
    let mut s = learn.start((body.init_with(|_| Initialiser::Signs, &mut draw), head.init(&mut draw)));
    for pass in 0..passes {
        for rows in shuffled(y.len(), seed * 1000 + pass as u64).chunks(64) {
            let (x, y) = rows_of(&x, &y, rows);
            learn.step(&mut s, x, &y)?;
        }
    }
    let scores = learn.predict(&s, test)?;
    let right = scores.rows().into_iter().zip(&classes).filter(|(row, y)| argmax(&row.to_vec()) == **y).count();
    Ok((100.0 * right as f64 / classes.len() as f64, s.params))
}
#[test]
fn boolean_layers_learn_the_digits_and_stay_boolean() -> Result<()> {
    let (frozen, (still, _)) = digits(64, 0.0, 8, 1)?;
    let (reached, (weights, _)) = digits(64, 0.5, 8, 1)?;
    assert!(reached > frozen + 4.0, "{reached} beside {frozen} with frozen bits");
    assert!(weights.flat().iter().all(|w| w.to_bits() == 1f64.to_bits() || w.to_bits() == (-1f64).to_bits()));
    assert_ne!(weights, still);
    assert_eq!(digits(64, 0.5, 1, 1)?, digits(64, 0.5, 1, 1)?);
    Ok(())
}
