//! Layers against a computation that is written out.

use crate::harness::{AT, batch, parameters};
use ndarray::Array2;
use pullback::{
    learn::uniform,
    lens::Lens,
    net::*,
    rule::{Backprop, Under},
};

fn run(net: &Net, p: &Params, x: &Array) -> Array {
    let under: Under<Backprop> = net.under(Backprop);
    under.predict(p, x.clone()).unwrap()
}
fn random(net: &Net, seed: u64) -> Params {
    Params::new(net.boxes().map(|b| parameters(b.generator, seed + b.site as u64)).collect())
}
fn close(a: &Array, b: &Array2<f64>, most: f64) {
    assert_eq!(a.dim(), b.dim());
    a.iter().zip(b).for_each(|(a, b)| assert!((a - b).abs() <= most * (1.0 + b.abs()), "{a} against {b}"));
}

#[test]
fn convolution_is_the_sum_that_defines_it() {
    for (stride, padding) in [([1, 1], [0, 0]), ([2, 1], [1, 2]), ([3, 2], [2, 0])] {
        let (c, h, w, kh, kw, outs) = (2usize, 6usize, 5usize, 3usize, 2usize, 3usize);
        let window = Window::new([c, h, w], [kh, kw]).stride(stride).padding(padding);
        let net = conv2d(window, outs);
        let (p, x) = (random(&net, 1), batch(2, c * h * w, 2));
        let (rows, columns) = ((h + 2 * padding[0] - kh) / stride[0] + 1, (w + 2 * padding[1] - kw) / stride[1] + 1);
        let mut y = Array2::zeros((2, outs * rows * columns));
        for ((n, k), y) in y.indexed_iter_mut() {
            let (o, i, j) = (k / (rows * columns), k / columns % rows, k % columns);
            *y = p.slots[0][1][[0, o]];
            for (ch, u, v) in (0..c * kh * kw).map(|e| (e / (kh * kw), e / kw % kh, e % kw)) {
                let row = (i * stride[0] + u) as isize - padding[0] as isize;
                let column = (j * stride[1] + v) as isize - padding[1] as isize;
                if (0..h as isize).contains(&row) && (0..w as isize).contains(&column) {
                    let pixel = (ch * h + row as usize) * w + column as usize;
                    *y += p.slots[0][0][[o, (ch * kh + u) * kw + v]] * x[[n, pixel]];
                }
            }
        }
        close(&run(&net, &p, &x), &y, 1e-14);
    }
}

/// Softmax attention of one sample, one head after the other, from its four linear maps.
fn attend(p: &Params, sites: [usize; 4], x: &Array2<f64>, heads: usize, causal: bool) -> Array2<f64> {
    let (tokens, width) = x.dim();
    let d = width / heads;
    let linear = |site: usize, x: &Array2<f64>| x.dot(&p.slots[site][0].t()) + &p.slots[site][1];
    let [q, k, v] = [0, 1, 2].map(|i| linear(sites[i], x));
    let mut mixed = Array2::zeros((tokens, width));
    for (head, i) in (0..heads).flat_map(|h| (0..tokens).map(move |i| (h, i))) {
        let at = |m: &Array2<f64>, t: usize, f: usize| m[[t, head * d + f]];
        let seen = if causal { i + 1 } else { tokens };
        let score = |j| (0..d).map(|f| at(&q, i, f) * at(&k, j, f)).sum::<f64>() / (d as f64).sqrt();
        let e: Vec<f64> = (0..seen).map(|j| score(j).exp()).collect();
        for f in 0..d {
            let sum: f64 = e.iter().enumerate().map(|(j, e)| e * at(&v, j, f)).sum();
            mixed[[i, head * d + f]] = sum / e.iter().sum::<f64>();
        }
    }
    linear(sites[3], &mixed)
}
#[test]
fn attention_is_the_formula() {
    let (tokens, width, heads) = (4, 6, 3);
    for causal in [false, true] {
        let net = if causal { causal_attention } else { attention }(tokens, width, heads);
        let (p, x) = (random(&net, 1), batch(2, tokens * width, 3));
        let linear = net.boxes().filter(|b| matches!(b.generator, Layer::Tokenwise(_))).map(|b| b.site);
        let sites: [usize; 4] = linear.collect::<Vec<_>>().try_into().unwrap();
        let y = run(&net, &p, &x);
        for n in 0..2 {
            let one = Array2::from_shape_vec((tokens, width), x.row(n).to_vec()).unwrap();
            let direct = attend(&p, sites, &one, heads, causal).into_shape_with_order((1, tokens * width)).unwrap();
            close(&y.row(n).insert_axis(ndarray::Axis(0)).to_owned().into_shared(), &direct, 1e-14);
        }
    }
}
#[test]
fn a_masked_token_has_no_influence() {
    let net = causal_attention(3, 4, 2);
    let (p, x) = (random(&net, 1), batch(1, 12, 3));
    let mut dy: Array = Array2::zeros((1, 12)).into_shared();
    dy[[0, 0]] = 1.0; // a feature of the first token, which sees only itself
    let (_, dx, _) = Lens(net.under(Backprop)).pull(&p, x, dy).unwrap();
    assert!(dx.iter().take(4).any(|&d| d != 0.0));
    assert!(dx.iter().skip(4).all(|&d| d == 0.0), "{dx}");
}

#[test]
fn a_scan_is_its_unrolling() {
    let body = Net::build(2, |d, hx| {
        let h = d.inline(&linear(3, 3), &hx[..1]);
        let x = d.inline(&linear(2, 3), &hx[1..]);
        let sum = d.push(Layer::Add(Add), &[h[0], x[0]]);
        let next = d.inline(&pointwise(pullback::category::Tanh), &sum);
        vec![next[0], next[0]]
    });
    let net = scan(body, 3, 3);
    let p = random(&net, 5);
    let [u, w] = &p.slots[0][..] else { panic!("two arrays") };
    let x = batch(2, 6, 1);
    let y = run(&net, &p, &x);
    let mut h = Array2::zeros((2, 3));
    for t in 0..3 {
        let step = x.slice_axis(ndarray::Axis(1), ndarray::Slice::from(2 * t..2 * t + 2));
        h = (h.dot(&u.t()) + step.dot(&w.t())).mapv(f64::tanh);
        let part = y.slice_axis(ndarray::Axis(1), ndarray::Slice::from(3 * t..3 * t + 3)).to_owned();
        close(&part.into_shared(), &h, 1e-15);
    }
}
#[test]
fn dropout_repeats_itself_and_moves_on() {
    let layer = Layer::from(Dropout { rate: 0.5, seed: 1 });
    let x: Array = Array2::ones((4, 50)).into_shared();
    let at = |site, draw| layer.apply(At { site, draw }, &[], &[&x]).unwrap();
    assert_eq!(at(0, Some(0)), at(0, Some(0)));
    assert_ne!(at(0, Some(0)), at(0, Some(1)));
    assert_ne!(at(0, Some(0)), at(1, Some(0)));
    assert_eq!(at(0, None), x);
    // the same numbers are dropped on the way back, in whatever order the change lies in memory
    let turned = Array2::<f64>::ones((50, 4)).reversed_axes().into_shared();
    let back = layer.vjp(At { site: 0, draw: Some(0) }, &[], &[&x], &x, &turned, &mut []).unwrap();
    assert_eq!(back[0], at(0, Some(0)));
    let big: Array = Array2::ones((100, 1000)).into_shared();
    let kept = layer.apply(AT, &[], &[&big]).unwrap().iter().filter(|&&y| y != 0.0).count() as f64;
    assert!((kept - 50_000.0).abs() < 5.0 * 158.2, "{kept} of 100000 at rate 1/2"); // five standard deviations
}
#[test]
fn norms_make_what_they_promise() {
    let x = batch(5, 12, 1);
    let init = |net: &Net| net.init(&mut uniform(1));
    for row in run(&layer_norm(12), &init(&layer_norm(12)), &x).rows() {
        assert!(row.sum().abs() < 1e-12 && (row.dot(&row) / 12.0 - 1.0).abs() < 1e-3);
    }
    let y = run(&batch_norm(3), &init(&batch_norm(3)), &x);
    for channel in 0..3 {
        let part = y.slice_axis(ndarray::Axis(1), ndarray::Slice::from(4 * channel..4 * channel + 4));
        let mean_square = part.iter().map(|x| x * x).sum::<f64>() / 20.0;
        assert!(part.sum().abs() < 1e-12 && (mean_square - 1.0).abs() < 1e-3);
    }
    // with the statistics of the batch held, the same batch gives the same answer, and each row alone as well
    let net = conv2d(Window::new([3, 2, 2], [1, 1]), 3) >> batch_norm(3);
    let p = init(&net);
    let held = net.with_statistics(&p, &x).unwrap();
    close(&run(&held, &p, &x), &run(&net, &p, &x).to_owned(), 1e-12);
    let alone = run(&held, &p, &crate::harness::rows(&x, 1));
    assert_eq!(alone.row(0), run(&held, &p, &x).row(0));
}
