//! What programs cost and what depends on what: Baur and Strassen's bound, sparsity.

use crate::random::{Random, program, smooth, special};
use pullback::{
    Program, Real, Result,
    diagram::Wire,
    op::Bin,
    program::{Level, Op},
};

/// A program of one output in which every box counts, of the operations named.
fn rational(r: &mut Random, n: usize, len: usize, ops: &[Bin]) -> Program {
    Program::<f64>::build(n, |d, x| {
        let mut open: Vec<Wire> = x.to_vec();
        let mut wires = open.clone();
        while open.len() > 1 || wires.len() < n + len {
            // one argument that nothing has read yet, one of any
            let k = r.below(open.len());
            let (a, b) = (open.swap_remove(k), r.one(&wires));
            let args = if r.below(2) == 0 { [a, b] } else { [b, a] };
            let y = d.push(Op::Bin(r.one(ops)), &args)[0];
            open.retain(|w| *w != b);
            open.push(y);
            wires.push(y);
        }
        open
    })
}
/// Returns how many times as many operations value and gradient have, at each level.
fn ratios(f: &Program) -> Result<[f64; 2]> {
    let (f, both) = (f.simplify(Level::Exact), f.value_and_gradient()?);
    let ratio = |p: &Program| p.operations() as f64 / f.operations() as f64;
    Ok([ratio(&both), ratio(&both.simplify(Level::Relaxed))])
}
#[test]
fn a_gradient_costs_at_most_five_times_the_function() -> Result<()> {
    let mut worst = [0.0f64; 2];
    let all = [Bin::Add, Bin::Sub, Bin::Mul, Bin::Div];
    for seed in 0..600 {
        let r = &mut Random(seed);
        let ops = match seed % 3 {
            0 => &all[..],
            1 => &all[..3],
            _ => &all[r.below(4)..][..1],
        };
        let (n, len) = (1 + r.below(6), 1 + r.below(30));
        let f = rational(r, n, len, ops).simplify(Level::Exact);
        if f.operations() == 0 {
            continue;
        }
        let [exact, relaxed] = ratios(&f)?;
        worst = [worst[0].max(exact), worst[1].max(relaxed)];
        let bound = if ops.contains(&Bin::Div) { 7.0 } else { 5.0 };
        assert!(exact <= bound && relaxed <= 5.0, "seed {seed}: {exact} and {relaxed} times {}: {f:?}", f.operations());
    }
    assert!(worst[0] > 5.0 && worst[1] > 3.5, "{worst:?}: the programs are too simple to say anything");
    Ok(())
}
#[test]
fn the_hardest_program_for_the_bound() -> Result<()> {
    // x / (x / (x / … b)): each step divides by the step before
    let tower = Program::record(|x| (0..20).fold(x[1], |y, _| x[0] / y), &[2.0, 1.5])?;
    let [exact, relaxed] = ratios(&tower)?;
    assert!(exact > 6.0 && exact <= 7.0 && relaxed > 4.5 && relaxed <= 5.0, "{exact} {relaxed}");
    let (_, g) = pullback::value_and_grad(|x| (0..20).fold(x[1], |y, _| x[0] / y), &[2.0, 1.5])?;
    crate::all_close(&tower.gradient()?.eval(&[2.0, 1.5])?, &g, 1e-14);
    crate::all_close(&tower.gradient()?.simplify(Level::Relaxed).eval(&[2.0, 1.5])?, &g, 1e-13);
    Ok(())
}
#[test]
fn the_cost_does_not_grow_with_the_inputs() -> Result<()> {
    let ratio = |n: usize| -> Result<f64> {
        let f = Program::record(|x| x.windows(2).fold(x[0], |s, w| s + w[0] * w[1]), &vec![0.5; n])?;
        Ok(f.value_and_gradient()?.operations() as f64 / f.operations() as f64)
    };
    let (few, many) = (ratio(10)?, ratio(300)?);
    assert!(few <= 5.0 && many <= 5.0 && (few - many).abs() < 0.5, "{few} {many}");
    Ok(())
}

#[test]
fn sparsity_by_hand() -> Result<()> {
    let pattern = |f: for<'t> fn(&[pullback::Sym<'t>]) -> Vec<pullback::Sym<'t>>| {
        Program::record_many(|x| Ok(f(x)), &[0.5, 1.5, 2.5]).and_then(|p| p.sparsity())
    };
    assert_eq!(pattern(|x| vec![x[0] * x[2], x[1], x[0] + x[1] + x[2]])?, [vec![0, 2], vec![1], vec![0, 1, 2]]);
    assert_eq!(pattern(|x| vec![x[0].floor() * x[1], x[2].stop_gradient(), x[0].signum()])?, [vec![1], vec![], vec![]]);
    assert_eq!(pattern(|x| vec![Real::select(x[0].gt01(x[1]), x[1], x[2]), x[0].max(x[2])])?, [vec![1, 2], vec![0, 2]]);
    assert_eq!(pattern(|x| vec![pullback::norm(&x[..2]), pullback::Sym::constant(1.0)])?, [vec![0, 1], vec![]]);
    assert_eq!(pattern(|_| vec![])?, Vec::<Vec<usize>>::new());
    Ok(())
}
#[test]
fn sparsity_covers_every_entry_that_is_not_zero() -> Result<()> {
    for seed in 0..300 {
        let r = &mut Random(seed);
        let ops = if seed % 2 == 0 { smooth() } else { special() };
        let p = program(r, [4, 3, 12], &ops);
        let pattern = p.sparsity()?;
        let j = p.jacobian()?;
        for _ in 0..3 {
            let x = r.point(4);
            for (k, entry) in j.eval(&x)?.into_iter().enumerate() {
                let (row, column) = (k / 4, k % 4);
                assert!(
                    entry == 0.0 || entry.is_nan() || pattern[row].contains(&column),
                    "seed {seed}, {row} {column}: {entry}, {p:?}"
                );
            }
        }
    }
    Ok(())
}
