//! Three ways to differentiate over bits: which way a bit goes, whether it matters, and what the polynomial says.

use crate::circuits::{PRIME, Random, circuit};
use pullback::{
    Result,
    category::{
        Variation::{self, Falls, Rises, Stays},
        *,
    },
    learn::*,
    lens::*,
};

const BITS: [bool; 2] = [false, true];
/// The function of two bits whose table is `n`.
fn of_two(n: u32) -> impl Fn(bool, bool) -> bool + Copy {
    move |x, a| n >> (2 * u32::from(x) + u32::from(a)) & 1 == 1
}
/// The function of one bit whose table is `n`.
fn of_one(n: u32) -> impl Fn(bool) -> bool + Copy {
    move |x| n >> u32::from(x) & 1 == 1
}

#[test]
fn a_variation_is_the_same_at_both_points() {
    for f in (0..4).map(of_one) {
        for x in BITS {
            let at_x = Variation::between(x, !x) * Variation::between(f(x), f(!x));
            assert_eq!(at_x, Variation::of(f));
            assert_eq!(Variation::of(f).vote(), i32::from(f(true)) - i32::from(f(false)));
        }
    }
}
#[test]
fn the_tables_of_the_gates() {
    let by_first = |f: fn(bool, bool) -> bool| BITS.map(|a| Variation::of(|x| f(x, a))); // a false, a true
    assert_eq!(by_first(|x, a| x ^ a), [Rises, Falls]);
    assert_eq!(by_first(|x, a| !(x ^ a)), [Falls, Rises]);
    assert_eq!(by_first(|x, a| x & a), [Stays, Rises]);
    assert_eq!(by_first(|x, a| x | a), [Rises, Stays]);
    assert_eq!(by_first(|x, _| !x), [Falls, Falls]);
    for a in BITS {
        assert_eq!(Variation::of(|x| x ^ a), Variation::from(!a));
        assert_eq!(Variation::of(|x| !(x ^ a)), Variation::from(a));
    }
    let all = [Falls, Stays, Rises];
    for (a, b) in all.iter().flat_map(|a| all.map(|b| (*a, b))) {
        assert_eq!(((a * b).vote(), a * b), (a.vote() * b.vote(), b * a));
    }
}
#[test]
fn through_one_bit_variations_multiply() {
    for f in (0..16).map(of_two) {
        for g in (0..4).map(of_one) {
            for a in BITS {
                let (inner, outer) = (Variation::of(|x| f(x, a)), Variation::of(g));
                assert_eq!(Variation::of(|x| g(f(x, a))), outer * inner);
            }
        }
    }
    // on two paths they do not add up: x xor x is never true, but each path says that it rises, or that it falls
    let each = Variation::by_each(|[x, y]| x ^ y, [false, false]);
    assert_eq!(each.map(Variation::vote), [1, 1]);
    assert_eq!(Variation::of(|x| x ^ x), Stays);
}

/// A polynomial over bits that is linear in each variable: every function of two bits is one.
fn polynomial(f: impl Fn(bool, bool) -> bool) -> Circuit<Z2> {
    let at = |x, y| Z2(f(x, y));
    let (o, x, y) = (at(false, false), at(true, false), at(false, true));
    let coefficients = [o, o + x, o + y, o + x + y + at(true, true)];
    Circuit::build(2, |d, w| {
        let one = d.push(Polynomial::Const(Z2(true)), &[])[0];
        let both = d.push(Polynomial::Mul, w)[0];
        [one, w[0], w[1], both].iter().zip(coefficients).fold(vec![], |sum, (term, k)| {
            let k = d.push(Polynomial::Const(k), &[])[0];
            let term = d.push(Polynomial::Mul, &[k, *term])[0];
            match sum.first() {
                None => vec![term],
                Some(sum) => d.push(Polynomial::Add, &[*sum, term]).to_vec(),
            }
        })
    })
}
#[test]
fn whether_is_the_size_of_which_way() -> Result<()> {
    for f in (0..16).map(of_two) {
        let lens = formal::<_, 0, 2, 1>(&polynomial(f))?;
        for (x, y) in BITS.iter().flat_map(|x| BITS.map(|y| (*x, y))) {
            let way = Variation::by_each(|[x, y]| f(x, y), [x, y]);
            let matters = Z2::difference(|[x, y]| Z2(f(x.0, y.0)), [Z2(x), Z2(y)]);
            let (value, formal, []) = lens.pull(&[], [Z2(x), Z2(y)], [Z2(true)])?;
            assert_eq!(value, [Z2(f(x, y))]);
            assert_eq!(way.map(|v| Z2(v != Stays)), matters);
            assert_eq!(formal, matters, "linear in each variable: formal and functional agree");
        }
    }
    Ok(())
}
/// Copy, then *and*: the function is the identity, the polynomial is $x^2$.
#[test]
fn a_bit_on_both_sides_of_an_and_is_the_trap() -> Result<()> {
    let (o, i) = (Z2(false), Z2(true));
    let square = Circuit::<Z2>::copy(1) >> Circuit::generator(Polynomial::Mul);
    for x in BITS {
        assert_eq!(Variation::of(|x| x & x), Rises);
        assert_eq!(Z2::difference(|[x]| x * x, [Z2(x)]), [i]);
        assert_eq!(formal::<_, 0, 1, 1>(&square)?.pull(&[], [Z2(x)], [i])?, ([Z2(x)], [o], []));
    }
    // so a parameter behind it never learns, and the same model without it learns at once
    let sum = Circuit::<Z2>::generator(Polynomial::Add);
    let learned = |model: &Circuit<Z2>| -> Result<[Z2; 1]> {
        let learn = learner(formal::<_, 1, 1, 1>(model)?, boolean_error(), echo(), Plus);
        let mut s = learn.start([o]);
        for x in [o, i, o, i] {
            learn.step(&mut s, [x], &[x + i])?;
        }
        Ok(s.params)
    };
    assert_eq!((learned(&(sum.clone() >> square))?, learned(&sum)?), ([o], [i]));
    Ok(())
}

/// $y = \sum_i \theta_i \prod_j (x_j + i_j + 1)$: inputs $\theta_0 \ldots \theta_{31}$, then five bits.
fn table() -> Circuit<Z2> {
    Circuit::build(32 + 5, |d, w| {
        let one = d.push(Polynomial::Const(Z2(true)), &[])[0];
        let mut sum = None;
        for (i, &entry) in w[..32].iter().enumerate() {
            let mut term = entry;
            for (j, &x) in w[32..].iter().enumerate() {
                let is = if i >> j & 1 == 1 { x } else { d.push(Polynomial::Add, &[x, one])[0] };
                term = d.push(Polynomial::Mul, &[term, is])[0];
            }
            sum = Some(sum.map_or(term, |sum| d.push(Polynomial::Add, &[sum, term])[0]));
        }
        sum.into_iter().collect()
    })
}
/// Reverse derivative ascent: a circuit goes into the learner of everything else.
#[test]
fn a_table_learns_any_function_of_five_bits_in_one_pass() -> Result<()> {
    let x = |n: usize| std::array::from_fn(|j| Z2(n >> j & 1 == 1));
    let learn = learner(formal::<_, 32, 5, 1>(&table())?, boolean_error(), echo(), Plus);
    let direct = learner(lookup::<5, 1, 32>(), boolean_error(), echo(), Plus);
    let mut r = Random(5);
    let functions = (0..20).map(|k| if k < 2 { [0, u64::MAX][k] } else { r.next() });
    for f in functions.collect::<Vec<_>>() {
        let (label, shift) = (|n: usize| [Z2(f >> n & 1 == 1)], r.below(32));
        let mut s = learn.start(std::array::from_fn(|_| Z2(r.next() & 1 == 1)));
        let mut t = direct.start(Matrix::new([s.params]));
        for n in (0..32).map(|n| (n * 11 + shift) % 32) {
            learn.step(&mut s, x(n), &label(n))?;
            direct.step(&mut t, x(n), &label(n))?;
        }
        assert_eq!(t.params, Matrix::new([s.params]), "the box with a truth table is this circuit");
        for n in 0..32 {
            assert_eq!(learn.predict(&s, x(n))?, label(n), "function {f:#x} at {n}");
        }
    }
    Ok(())
}

/// Every monomial that is on is told to turn at once, and with it the answers to other questions: no descent.
#[test]
fn a_sum_of_monomials_does_not_settle() -> Result<()> {
    let sum = Circuit::<Z2>::build(16 + 4, |d, w| {
        let monomial = |d: &mut Circuit<Z2>, m: usize| {
            let factors = (0..4).filter(|j| m >> j & 1 == 1).map(|j| w[16 + j]);
            factors.fold(w[m], |term, x| d.push(Polynomial::Mul, &[term, x])[0])
        };
        let terms: Vec<_> = (0..16).map(|m| monomial(d, m)).collect();
        terms[1..].iter().fold(vec![terms[0]], |sum, term| d.push(Polynomial::Add, &[sum[0], *term]).to_vec())
    });
    let x = |n: usize| std::array::from_fn(|j| Z2(n >> j & 1 == 1));
    let learn = learner(formal::<_, 16, 4, 1>(&sum)?, boolean_error(), echo(), Plus);
    let (mut r, mut wrong, mut passed) = (Random(3), 0, 0);
    for _ in 0..20 {
        let f = r.next();
        let label = |n: usize| [Z2(f >> n & 1 == 1)];
        let mut s = learn.start([Z2(false); 16]);
        for n in (0..6 * 16).map(|k| k * 5 % 16) {
            learn.step(&mut s, x(n), &label(n))?;
        }
        let mut errors = 0;
        for n in 0..16 {
            errors += usize::from(learn.predict(&s, x(n))? != label(n));
        }
        (wrong, passed) = (wrong + errors, passed + usize::from(errors == 0));
    }
    assert!(
        wrong > 60 && passed < 10,
        "{wrong} of 320 answers are wrong after six passes, {passed} functions are learned"
    );
    Ok(())
}
/// A lens adds to the change of its parameters, it does not write it.
#[test]
fn a_circuit_adds_to_what_was_there() -> Result<()> {
    let i = Z2(true);
    let gate = formal::<_, 1, 1, 1>(&Circuit::<Z2>::generator(Polynomial::Mul))?;
    let mut dp = [i];
    let (_, kept) = gate.fwd(&[i], [i])?;
    assert_eq!((gate.bwd(&[i], kept, [i], &mut dp)?, dp), ([i], [i + i]));
    Ok(())
}

/// Two circuits in a row, each a lens, are the lens of the circuits in a row.
#[test]
fn circuits_are_lenses_functorially() -> Result<()> {
    for seed in 0..200 {
        let mut r = Random(seed);
        let (f, g) = (circuit::<Z2>(&mut r, 3, 2), circuit::<Z2>(&mut r, 2, 2));
        let whole = formal::<_, 0, 3, 2>(&(f.clone() >> g.clone()))?;
        let parts = formal::<_, 0, 3, 2>(&f)? >> formal::<_, 0, 2, 2>(&g)?;
        for n in 0..32 {
            let bit = |k: usize| Z2(n >> k & 1 == 1);
            let (x, d) = ([bit(0), bit(1), bit(2)], [bit(3), bit(4)]);
            let (y, dx, []) = whole.pull(&[], x, d)?;
            assert_eq!((y, dx, ([], [])), parts.pull(&([], []), x, d)?, "seed {seed} at {n}");
        }
        // over a large prime, with parameters: the first input of each
        let (f, g) = (circuit::<Modular<PRIME>>(&mut r, 2, 1), circuit::<Modular<PRIME>>(&mut r, 2, 2));
        let both = formal::<_, 1, 1, 1>(&f)? >> formal::<_, 1, 1, 2>(&g)?;
        let mut next = || Modular::<PRIME>::new(r.next());
        let (p, q, x, d) = ([next()], [next()], [next()], [next(), next()]);
        let ordered = Circuit::build(3, |c, w| {
            let h = c.inline(&f, &[w[0], w[2]]);
            c.inline(&g, &[w[1], h[0]])
        });
        let (y, dx, [dp, dq]) = formal::<_, 2, 1, 2>(&ordered)?.pull(&[p[0], q[0]], x, d)?;
        assert_eq!((y, dx, ([dp], [dq])), both.pull(&(p, q), x, d)?, "seed {seed}");
    }
    Ok(())
}
#[test]
fn a_circuit_of_another_shape_is_an_error() {
    let sum = Circuit::<Z2>::generator(Polynomial::Add);
    let e = formal::<_, 1, 2, 1>(&sum).map(drop).expect_err("two inputs");
    assert_eq!(e.to_string(), "formal: expected length 3, found 2");
    let e = formal::<_, 1, 1, 2>(&sum).map(drop).expect_err("one output");
    assert_eq!(e.to_string(), "formal: expected length 2, found 1");
}
