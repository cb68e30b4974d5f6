//! Diagrams are the free cartesian category on their boxes: exact, on random diagrams, as terms and by evaluation.

use crate::circuits::{Hashed, PRIME, Random, Toy, circuit, hashed, toys};
use pullback::{
    Result,
    category::{Circuit, Modular, Polynomial, Z2},
    diagram::Diagram,
};

type D = Diagram<Toy>;
const ROUNDS: u64 = 200;

/// Runs `law` on many seeds. It returns what should be one diagram, written in two ways.
fn holds(name: &str, law: impl Fn(&mut Random) -> (D, D)) {
    for seed in 0..ROUNDS {
        let r = &mut Random(seed.wrapping_mul(1_000_003) + name.len() as u64);
        let (left, right) = law(r);
        let x: Vec<u64> = (0..left.arity().0).map(|_| r.next()).collect();
        let equivalent = left.equivalent(&right).expect("no fault");
        assert!(equivalent, "{name}, seed {seed}:\n{left:?}\n{right:?}");
        assert_eq!(right.equivalent(&left), Ok(true), "{name}, seed {seed}");
        assert_eq!(hashed(&left, &x), hashed(&right, &x), "{name}, seed {seed} at {x:?}:\n{left:?}\n{right:?}");
    }
}
/// Three random diagrams after one another, and the numbers of wires between them.
fn chain(r: &mut Random) -> ([usize; 4], [D; 3]) {
    let n: [usize; 4] = std::array::from_fn(|_| r.below(4));
    let f = std::array::from_fn(|k| toys(r, n[k], n[k + 1]));
    (n, f)
}

#[test]
fn a_category() {
    holds("associativity", |r| {
        let [f, g, h] = chain(r).1;
        (f.then(&g).then(&h), f.then(&g.then(&h)))
    });
    holds("left unit", |r| {
        let (n, [f, ..]) = chain(r);
        (D::id(n[0]) >> f.clone(), f)
    });
    holds("right unit", |r| {
        let (n, [f, ..]) = chain(r);
        (f.clone() >> D::id(n[1]), f)
    });
}

#[test]
fn a_product() {
    holds("interchange", |r| {
        let (_, [f, g, _]) = chain(r);
        let (_, [h, k, _]) = chain(r);
        ((f.clone() * h.clone()) >> (g.clone() * k.clone()), (f >> g) * (h >> k))
    });
    holds("side by side is associative", |r| {
        let [f, g, h] = chain(r).1;
        ((f.clone() * g.clone()) * h.clone(), f * (g * h))
    });
    holds("the empty diagram is its unit", |r| {
        let [f, ..] = chain(r).1;
        (f.clone() * D::id(0), D::id(0) * f)
    });
    holds("identities side by side", |r| {
        let (n, m) = (r.below(5), r.below(5));
        (D::id(n) * D::id(m), D::id(n + m))
    });
}

#[test]
fn symmetry() {
    holds("swapping twice", |r| {
        let (n, m) = (r.below(5), r.below(5));
        (D::swap(n, m) >> D::swap(m, n), D::id(n + m))
    });
    holds("naturality of swap", |r| {
        let (n, [f, ..]) = chain(r);
        let (m, [g, ..]) = chain(r);
        ((f.clone() * g.clone()) >> D::swap(n[1], m[1]), D::swap(n[0], m[0]) >> (g * f))
    });
    holds("hexagon", |r| {
        let (a, b, c) = (r.below(4), r.below(4), r.below(4));
        (D::swap(a, b + c), (D::swap(a, b) * D::id(c)) >> (D::id(b) * D::swap(a, c)))
    });
}

#[test]
fn copy_and_discard() {
    holds("coassociativity", |r| {
        let n = r.below(4);
        (D::copy(n) >> (D::copy(n) * D::id(n)), D::copy(n) >> (D::id(n) * D::copy(n)))
    });
    holds("counit", |r| {
        let n = r.below(4);
        (D::copy(n) >> (D::discard(n) * D::id(n)), D::copy(n) >> (D::id(n) * D::discard(n)))
    });
    holds("counit is the identity", |r| {
        let n = r.below(4);
        (D::copy(n) >> (D::id(n) * D::discard(n)), D::id(n))
    });
    holds("cocommutativity", |r| {
        let n = r.below(4);
        (D::copy(n) >> D::swap(n, n), D::copy(n))
    });
    holds("naturality of copy", |r| {
        let (n, [f, ..]) = chain(r);
        (f.clone() >> D::copy(n[1]), D::copy(n[0]) >> (f.clone() * f))
    });
    holds("naturality of discard", |r| {
        let (n, [f, ..]) = chain(r);
        (f >> D::discard(n[1]), D::discard(n[0]))
    });
    holds("a pair is a copy", |r| {
        let (n, m, k) = (r.below(4), r.below(4), r.below(4));
        let (f, g) = (toys(r, n, m), toys(r, n, k));
        (f.fork(&g), D::copy(n) >> (f * g))
    });
    holds("a pair has its parts", |r| {
        let (n, m, k) = (r.below(4), r.below(4), r.below(4));
        let (f, g) = (toys(r, n, m), toys(r, n, k));
        (f.fork(&g).project(m..m + k), g)
    });
    holds("projections make the pair again", |r| {
        let (n, m, k) = (r.below(4), r.below(4), r.below(4));
        let f = toys(r, n, m + k);
        (f.project(0..m).fork(&f.project(m..m + k)), f)
    });
}

#[test]
fn an_effect_is_neither_copied_nor_discarded_for_free() -> Result<()> {
    let effect = D::generator(Toy(0, 1, 0));
    assert!(!effect.equivalent(&D::discard(1))?, "an effect stays");
    assert_eq!(effect.prune().len(), 1);
    // what an effect reads stays, and nothing else
    let d = D::build(1, |d, x| {
        let a = d.push(Toy(1, 1, 1), x);
        d.push(Toy(2, 1, 1), x);
        d.push(Toy(0, 1, 0), &a);
        x.to_vec()
    });
    assert_eq!((d.len(), d.prune().len(), d.share().len()), (3, 2, 2));
    assert!(d.equivalent(&d.prune())? && !d.equivalent(&D::id(1))?);
    // the same effect on the same wire is one; on another wire it is another
    let twice = D::copy(1) >> (effect.clone() * effect.clone());
    assert!(twice.equivalent(&effect)?);
    assert!(!(effect.clone() * effect.clone()).equivalent(&(effect * D::discard(1)))?);
    Ok(())
}

#[test]
fn different_terms_are_not_equivalent() -> Result<()> {
    for seed in 0..ROUNDS {
        let r = &mut Random(seed);
        let (n, m) = (1 + r.below(3), 1 + r.below(3));
        let (f, g) = (toys(r, n, m), toys(r, n, m));
        let x: Vec<u64> = (0..n).map(|_| r.next()).collect();
        let same = hashed(&f, &x) == hashed(&g, &x);
        assert_eq!(f.equivalent(&g)?, same, "seed {seed}:\n{f:?}\n{g:?}");
    }
    let [id, swap] = [D::id(2), D::swap(1, 1)];
    assert!(!id.equivalent(&swap)? && !id.equivalent(&D::id(3))? && !D::copy(1).equivalent(&D::id(1))?);
    Ok(())
}

#[test]
fn joins_mean_composition_of_functions() -> Result<()> {
    type K = Modular<PRIME>;
    for seed in 0..ROUNDS {
        let r = &mut Random(seed ^ 0x5EED);
        let [n, m, k]: [usize; 3] = std::array::from_fn(|_| r.below(4));
        let (f, g, h): (Circuit<K>, Circuit<K>, Circuit<K>) = (circuit(r, n, m), circuit(r, m, k), circuit(r, n, k));
        let x: Vec<K> = (0..n + m).map(|_| K::new(r.next())).collect();
        let context = format!("seed {seed}:\n{f:?}\n{g:?}\n{h:?}");
        let fx = f.eval(&x[..n])?;
        assert_eq!((f.clone() >> g.clone()).eval(&x[..n])?, g.eval(&fx)?, "then, {context}");
        assert_eq!((f.clone() * g.clone()).eval(&x)?, [fx.clone(), g.eval(&x[n..])?].concat(), "par, {context}");
        assert_eq!(f.fork(&h).eval(&x[..n])?, [fx.clone(), h.eval(&x[..n])?].concat(), "fork, {context}");
        for smaller in [f.prune(), f.share(), f.prune().share(), f.share().prune()] {
            assert_eq!(smaller.eval(&x[..n])?, fx, "prune and share, {context}");
            assert!(smaller.len() <= f.len() && smaller.equivalent(&f)?, "{context}");
            assert!(smaller.wires() <= f.wires());
        }
        assert_eq!(f.share(), f.share().share(), "sharing twice is sharing once, {context}");
        assert_eq!(f.prune(), f.prune().prune(), "pruning twice is pruning once, {context}");
    }
    Ok(())
}

/// What each toy is made of: a diagram that depends on the toy alone.
fn meaning(toy: &Toy) -> D {
    toys(&mut Random(toy.0 * 97 + toy.1 as u64 * 11 + toy.2 as u64), toy.1, toy.2)
}

#[test]
fn substitution_is_a_functor() {
    let put = |d: &D| d.substitute(|_, g| meaning(g)).expect("no fault");
    holds("the identity of boxes", |r| {
        let [f, ..] = chain(r).1;
        (f.substitute(|_, g| D::generator(*g)).expect("no fault"), f)
    });
    holds("composition", |r| {
        let [f, g, _] = chain(r).1;
        (put(&f.then(&g)), put(&f) >> put(&g))
    });
    holds("product", |r| {
        let [f, g, _] = chain(r).1;
        (put(&f.par(&g)), put(&f) * put(&g))
    });
    holds("identities", |r| {
        let n = r.below(4);
        (put(&D::copy(n)), D::copy(n))
    });
    holds("one after the other", |r| {
        let [f, ..] = chain(r).1;
        let both = f.substitute(|_, g| put(&meaning(g))).expect("no fault");
        (put(&put(&f)), both)
    });
    // a generator is what it is sent to
    let toy = Toy(1, 2, 3);
    assert_eq!(put(&D::generator(toy)).equivalent(&meaning(&toy)), Ok(true));
}

#[test]
fn boxes_are_seen_in_their_order() -> Result<()> {
    let adder = Circuit::<Z2>::build(3, |d, x| {
        let half = d.push(Polynomial::Add, &x[..2]);
        let sum = d.push(Polynomial::Add, &[half[0], x[2]]);
        sum.to_vec()
    });
    let seen: Vec<(usize, Vec<usize>, Vec<usize>)> = adder
        .boxes()
        .map(|b| (b.site, b.args.iter().map(|w| w.index()).collect(), b.made().map(|w| w.index()).collect()))
        .collect();
    assert_eq!(seen, [(0, vec![0, 1], vec![3]), (1, vec![3, 2], vec![4])]);
    assert_eq!((adder.len(), adder.wires(), adder.arity(), adder.is_empty()), (2, 5, (3, 1), false));
    assert_eq!(adder.count(|g| *g == Polynomial::Add), 2);
    let mut on = vec![];
    adder.walk_in(&mut crate::faults::Depth, [0, 0, 0], &mut on)?;
    assert_eq!(on, [0, 0, 0, 1, 2], "what rides on every wire");
    // the walk of a box with several outputs, and its memory again
    let fan = D::generator(Toy(0, 1, 3));
    let mut on = vec![1, 2, 3];
    fan.walk_in(&mut Hashed, [5], &mut on)?;
    assert_eq!(on[1..], hashed(&fan, &[5])[..]);
    Ok(())
}
