//! Long recordings, against closed forms.

use super::*;

#[test]
fn a_million_entries() -> Result<()> {
    // s ← s x₁ + x₀: two entries a step at most, past the border of the largest block (65 536) many times
    let n = 700_000;
    let (x0, x1) = (1.0, 0.5);
    let (y, g, entries) = record(|t| {
        let x = t.inputs(&[x0, x1]);
        let y = (0..n).fold(lift(0.0), |s, _| s * x[1] + x[0]);
        Ok((y.value(), t.grad(y, x)?, t.len()))
    })?;
    assert!(entries > 690_000, "{entries}");
    // y = x₀/(1 − x₁) = 2, ∂y = (1/(1 − x₁), x₀/(1 − x₁)²) = (2, 4): powers of two, exact
    assert_eq!((y, g), (2.0, vec![2.0, 4.0]));
    let mut tape = Tape::new();
    let x = integers(600_001);
    for _ in 0..2 {
        let (y, g) = tape.value_and_grad(|x| chain(x), &x)?;
        assert_eq!((y, g), (chain(&x), &chain_gradient(&x)[..]));
    }
    Ok(())
}

#[test]
fn a_pullback_of_many_blocks_goes_both_ways() -> Result<()> {
    let x = integers(20_000);
    let (_, pb) = vjp(|x| vec![chain(x), product(&x[..3]), x[19_999] * x[0]], &x)?;
    let slope = chain_gradient(&x);
    assert_eq!(pb.pull(&[1.0, 0.0, 0.0])?, slope);
    assert_eq!(pb.push(&vec![1.0; x.len()])?[0], slope.iter().sum::<f64>());
    Ok(())
}

#[test]
fn a_sum_of_products_in_random_order_has_its_closed_form() -> Result<()> {
    // Σ c x_i x_j over random pairs of 40 variables, integers: exact, whatever is merged and what is written
    let n = 40;
    let x: Vec<f64> = integers(n);
    let draws: Vec<usize> = random(3 * 3000, 7).iter().map(|r| ((r + 1.0) * 20.0) as usize % n).collect();
    let mut truth = vec![0.0; n];
    for t in draws.chunks(3) {
        let c = t[2] as f64 - 20.0;
        truth[t[0]] += c * x[t[1]];
        truth[t[1]] += c * x[t[0]];
    }
    let terms = |x: &[Var<'_>], how: usize| -> Vec<f64> {
        let frame = x[0].frame().expect("an input");
        let mut sums = [lift(0.0); 7];
        for (k, t) in draws.chunks(3).enumerate() {
            let c = t[2] as f64 - 20.0;
            let term = match (k + how) % 4 {
                0 => x[t[0]] * x[t[1]] * c,
                1 => x[t[0]] * c * x[t[1]],
                2 => (x[t[0]] * (c * 2.0)) * (x[t[1]] / 2.0),
                _ => -(x[t[0]] * x[t[1]] * -c),
            };
            let to = &mut sums[(k * (how + 1)) % 7];
            *to = if how % 2 == 0 { *to + term } else { term + *to };
        }
        frame.grad(sum(&sums[..3]) + (sums[3] - (-sums[4])) + (sums[5] + sums[6]), x).expect("inputs")
    };
    for how in 0..6 {
        assert_eq!(record(|t| Ok(terms(t.inputs(&x), how)))?, truth, "way {how}");
    }
    Ok(())
}
