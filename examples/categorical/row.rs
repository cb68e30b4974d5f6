//! What the row of lenses explains: where the rate stands, what time is, who plays against whom.

use pullback::{Result, category::*, function, learn::*, lens::*, vjp, *};

/// The paper puts the rate into the cap. It slides along the row into the optimiser, bit for bit for a power of two; and
/// Adam, which divides by the size of the change, cancels it.
pub(crate) fn sliding() -> Result<[f64; 2]> {
    let net = dense::<2, 4>(Tanh) >> dense::<4, 1>(Identity);
    let start = net.init(&mut uniform(1));
    let xor = [([0.0, 0.0], [0.0]), ([0.0, 1.0], [1.0]), ([1.0, 0.0], [1.0]), ([1.0, 1.0], [0.0])];
    let steps = || xor.iter().cycle().take(400);
    let quarter = cap(|_: f64| -0.25);
    let (in_cap, in_optimiser) =
        (learner(net, quadratic(), quarter, Plus), learner(net, quadratic(), descend(), Sgd::new(0.25)));
    let (mut s, mut t) = (in_cap.start(start.clone()), in_optimiser.start(start.clone()));
    for (x, y) in steps() {
        in_cap.step(&mut s, *x, y)?;
        in_optimiser.step(&mut t, *x, y)?;
    }
    let slid = apart(s.params, t.params)?;
    let adam = Adam { epsilon: 0.0, ..Adam::new(0.01) };
    let (small, whole) = (learner(net, quadratic(), quarter, adam), learner(net, quadratic(), descend(), adam));
    let (mut s, mut t) = (small.start(start.clone()), whole.start(start));
    for (x, y) in steps() {
        small.step(&mut s, *x, y)?;
        whole.step(&mut t, *x, y)?;
    }
    Ok([slid, apart(s.params, t.params)?])
}
fn apart<P: Elementwise<f64>>(mut p: P, mut q: P) -> Result<f64> {
    let mut worst = 0f64;
    P::zip([&mut p, &mut q], &mut |[p, q]| worst = worst.max((*p - *q).abs()))?;
    Ok(worst)
}

function!(Step = |x| [(x[0] * x[3] + x[1] * x[4] + x[2]).tanh()]); // three parameters; state, input
/// The same cell eight times in a row: three parameters, first state, eight inputs to the last state.
struct Unrolled;
impl Function for Unrolled {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        Ok(vec![x[4..].iter().fold(x[3], |s, &u| (x[0] * s + x[1] * u + x[2]).tanh())])
    }
}
/// How far the backward map of an unrolled cell is from the derivative of the unrolling.
pub(crate) fn time() -> Result<f64> {
    let split = lens(|(s, u): (f64, f64)| (vec![s, u], ()), |(), d: Vec<f64>| (d[0], d[1]));
    let join = lens(|y: Vec<f64>| ((y[0], y[0]), ()), |(), (ds, dy): (f64, f64)| vec![ds + dy]);
    let unit = lens(|p: Vec<f64>| (((), p), ()), |(), ((), d): ((), Vec<f64>)| d);
    let cell = (split >> smooth_para(Step)).reparam(unit).map(join);
    let (p, s, u) = (vec![0.9, -0.7, 0.1], 0.4, (0..8).map(|k| f64::from(k).sin()).collect::<Vec<_>>());
    let (_, (ds, du), dp) = unroll(cell).pull(&p, (s, u.clone()), (1.0, vec![0.0; 8]))?;
    let (_, pullback) = vjp(|x| Unrolled.call(x).unwrap_or_default(), &[p, vec![s], u].concat())?;
    let found = [dp, vec![ds], du].concat();
    Ok(found.iter().zip(pullback.pull(&[1.0])?).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max))
}

/// A generator that moves noise against a critic that weighs: where the generator stands at each hundredth step, and its
/// mean over the second half beside the mean of the data.
pub(crate) fn game(steps: usize) -> Result<(Vec<f64>, f64, f64)> {
    let rates = Both(Opposed(Sgd::new(0.02)), Within { most: 1.0, optimiser: Sgd::new(0.1) });
    let learn = learner(versus(bias::<f64, 1>(), linear::<f64, 1, 1>()), value(), descend(), rates);
    let mut s = learn.start(([0.0], Matrix::new([[0.0]])));
    let (mut draw, mut curve, mut data, mut found) = (uniform(4), vec![], 0.0, 0.0);
    for k in 0..steps {
        let real = 2.0 + 0.5 * draw();
        learn.step(&mut s, ([draw()], [real]), &())?;
        if k % 100 == 0 {
            curve.push(s.params.0[0]);
        }
        if 2 * k >= steps {
            (data, found) = (data + real, found + s.params.0[0]);
        }
    }
    let half = (steps - steps / 2) as f64;
    Ok((curve, found / half, data / half))
}

type Pair = (Matrix<f64, 1, 2>, Matrix<f64, 2, 1>);
/// Two networks, f from the plane to a line and g back, that are to undo each other: f;g = id on the data, g;f = id on
/// the line. The loss is read off the two equations. Returns its values.
pub(crate) fn cooperation() -> Result<Vec<f64>> {
    let (f, g) = (linear::<f64, 2, 1>(), linear::<f64, 1, 2>());
    let exchange = lens(
        |(p, q): Pair| (((p.clone(), q.clone()), (q, p)), ()),
        |(), ((dp, dq), (eq, ep)): (Pair, (Matrix<f64, 2, 1>, Matrix<f64, 1, 2>))| {
            (Matrix::from_fn(|i, j| dp[(i, j)] + ep[(i, j)]), Matrix::from_fn(|i, j| dq[(i, j)] + eq[(i, j)]))
        },
    );
    let model = ((f >> g) * (g >> f)).reparam(exchange);
    let learn = learner(model, quadratic() * quadratic(), cap(|_: (f64, f64)| (-1.0, -1.0)), Sgd::new(0.1));
    let mut draw = uniform(3);
    let mut s = learn.start((Matrix::new([[1.0, 0.2]]), Matrix::new([[0.3], [0.9]])));
    let mut losses = vec![];
    for _ in 0..600 {
        let (t, u) = (draw(), [draw()]);
        let x = [0.6 * t, 0.8 * t];
        learn.step(&mut s, (x, u), &(x, u))?;
        let (there, back) = learn.loss(&s.params, ([0.6, 0.8], [1.0]), &([0.6, 0.8], [1.0]))?;
        losses.push(there + back);
    }
    Ok(losses)
}

/// Per cent of the test digits, 0 or 1, that a mask of 64 bits gets right.
pub(crate) fn digits() -> Result<f64> {
    let grey = |c: u8| if c.is_ascii_digit() { c - b'0' } else { c - b'A' + 10 };
    let row = |line: &str| {
        let pixels = line.as_bytes();
        (std::array::from_fn(|k| Z2(grey(pixels[k]) > 7)), [Z2(pixels[65] == b'1')])
    };
    let data: Vec<_> =
        include_str!("../../data/digits.txt").lines().filter(|l| l.ends_with(['0', '1'])).map(row).collect();
    let learn = learner(pseudo_linear::<64>(), boolean_error(), echo(), Plus);
    let mut s = learn.start([Z2(false); 64]);
    let right = |s: &State<[Z2; 64], ()>, from: usize| {
        data[from..from + 90].iter().filter(|(x, y)| learn.predict(s, *x) == Ok(*y)).count()
    };
    let mut best = (0, s.clone());
    for (x, y) in &data[..180] {
        learn.step(&mut s, *x, y)?;
        let now = right(&s, 180);
        if now > best.0 {
            best = (now, s.clone());
        }
    }
    Ok(right(&best.1, 270) as f64 / 0.9)
}
