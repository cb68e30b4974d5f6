//! Circuits are a reverse derivative category (RD.1–RD.7), and a differential one by the derivative that follows
//! (CD.1–CD.7): exact, on thousands of random programs. Broken rules are caught, each by a law with a name.
//!
//! # Source
//! Cockett et al., *Reverse derivative categories*, 2019, definition 13; Blute, Cockett, Seely, *Cartesian differential
//! categories*, 2009, definition 2.1.1.

use crate::circuits::{Drawn, PRIME, Random, circuit};
use pullback::{
    Result,
    category::{Circuit, Modular, Polynomial, Z2},
    diagram::{Args, Diagram, Differentiable, Few, Functor, Generator, Wire},
};
use std::{collections::BTreeSet, marker::PhantomData};

const ROUNDS: u64 = 700;

/// Diagrams that can be differentiated and run over exact numbers.
trait Exact<K>: Differentiable + std::fmt::Debug {
    fn run(d: &Diagram<Self>, x: &[K]) -> Result<Vec<K>>;
}
impl<K: Drawn> Exact<K> for Polynomial<K> {
    fn run(d: &Diagram<Self>, x: &[K]) -> Result<Vec<K>> {
        d.eval(x)
    }
}

/// What two sides of a law give.
type Sides<K> = (Vec<K>, Vec<K>);
fn cat<K: Copy>(parts: &[&[K]]) -> Vec<K> {
    parts.concat()
}
fn plus<K: Drawn>(x: &[K], y: &[K]) -> Vec<K> {
    x.iter().zip(y).map(|(&x, &y)| x + y).collect()
}
fn dot<K: Drawn>(x: &[K], y: &[K]) -> K {
    x.iter().zip(y).fold(K::default(), |s, (&x, &y)| s + x * y)
}

/// A random instance: `f, g : A → B`, `h : B → C`, points `a`, `b` and so on.
struct Case<G, K> {
    f: Diagram<G>,
    g: Diagram<G>,
    h: Diagram<G>,
    /// Points and changes of A, B and C.
    a: [Vec<K>; 4],
    b: [Vec<K>; 2],
    c: Vec<K>,
}
impl<G: Exact<K>, K: Drawn> Case<G, K> {
    /// `n ≠ m`, so that a layout that is transposed cannot pass.
    fn new(r: &mut Random, of: &dyn Fn(&Circuit<K>) -> Diagram<G>) -> Self {
        let (n, l) = (1 + r.below(3), 1 + r.below(2));
        let m = n % 3 + 1;
        let mut draw = |n, m| of(&circuit(r, n, m));
        let (f, g, h) = (draw(n, m), draw(n, m), draw(m, l));
        let (a, b) = (std::array::from_fn(|_| K::point(r, n)), std::array::from_fn(|_| K::point(r, m)));
        Case { f, g, h, a, b, c: K::point(r, l) }
    }
    /// The sum of two diagrams: `+` is a box.
    fn sum(f: &Diagram<G>, g: &Diagram<G>) -> Diagram<G> {
        let m = f.arity().1;
        Diagram::build(f.arity().0, |d, x| {
            let y = d.inline(&f.fork(g), x);
            (0..m).flat_map(|k| d.push(G::add(), &[y[k], y[m + k]])).collect()
        })
    }
    fn zero(n: usize, m: usize) -> Diagram<G> {
        Diagram::build(n, |d, _| (0..m).flat_map(|_| d.push(G::zero(), &[])).collect())
    }
    /// D from R: $D[f](a, v) = \pi_1 R[R[f]]((a, b), v)$, whatever `b`.
    fn derived(f: &Diagram<G>, a: &[K], b: &[K], v: &[K]) -> Result<Vec<K>> {
        let rr = f.reverse()?.reverse()?;
        Ok(G::run(&rr, &cat(&[a, b, v]))?[a.len()..].to_vec())
    }

    /// Every law with its name and its two sides.
    fn laws(&self) -> Result<Vec<(&'static str, Sides<K>)>> {
        let mut laws = self.reverse_laws()?;
        laws.extend(self.forward_laws()?);
        laws.extend(self.links()?);
        Ok(laws)
    }
    fn reverse_laws(&self) -> Result<Vec<(&'static str, Sides<K>)>> {
        let Case { f, g, h, a: [a, ..], b: [b, b2], c } = self;
        let (n, m) = f.arity();
        let run = |d: &Diagram<G>, x: &[&[K]]| G::run(d, &cat(x));
        let (o_n, o_m) = (vec![K::default(); n], vec![K::default(); m]);
        let (rf, rg, rh) = (f.reverse()?, g.reverse()?, h.reverse()?);
        let rrr = rf.reverse()?.reverse()?;
        let id = Diagram::<G>::id(n);
        let pair = f.fork(g).reverse()?;
        let fa = G::run(f, a)?;
        Ok(vec![
            ("RD.1 sum", (run(&Self::sum(f, g).reverse()?, &[a, b])?, plus(&run(&rf, &[a, b])?, &run(&rg, &[a, b])?))),
            ("RD.1 zero", (run(&Self::zero(n, m).reverse()?, &[a, b])?, o_n.clone())),
            ("RD.2 sum", (run(&rf, &[a, &plus(b, b2)])?, plus(&run(&rf, &[a, b])?, &run(&rf, &[a, b2])?))),
            ("RD.2 zero", (run(&rf, &[a, &o_m])?, o_n.clone())),
            ("RD.3 identity", (run(&id.reverse()?, &[a, a])?, a.clone())),
            ("RD.3 first", (run(&Diagram::id(n + m).project(0..n).reverse()?, &[a, b, a])?, cat(&[a, &o_m]))),
            ("RD.3 second", (run(&Diagram::id(n + m).project(n..n + m).reverse()?, &[a, b, b2])?, cat(&[&o_n, b2]))),
            ("RD.4 pair", (run(&pair, &[a, b, b2])?, plus(&run(&rf, &[a, b])?, &run(&rg, &[a, b2])?))),
            ("RD.4 discard", (run(&Diagram::discard(n).reverse()?, &[a])?, o_n.clone())),
            ("RD.5 chain", (run(&f.then(h).reverse()?, &[a, c])?, run(&rf, &[a, &run(&rh, &[&fa, c])?])?)),
            ("RD.6", (run(&rrr, &[a, b, &o_n, &o_n, b2])?[n + m..].to_vec(), run(&rf, &[a, b2])?)),
        ])
    }
    fn forward_laws(&self) -> Result<Vec<(&'static str, Sides<K>)>> {
        let Case { f, g, h, a: [a, u, w, x], b: [b, _], .. } = self;
        let (n, m) = f.arity();
        let run = |d: &Diagram<G>, x: &[&[K]]| G::run(d, &cat(x));
        let (o_n, o_m) = (vec![K::default(); n], vec![K::default(); m]);
        let (df, dg, dh) = (f.pushforward()?, g.pushforward()?, h.pushforward()?);
        let ddf = df.pushforward()?;
        let fa = G::run(f, a)?;
        let outer = |d: &Diagram<G>| d.reverse().and_then(|r| r.reverse());
        // the derivative of the derived derivative, all by R
        let rr = outer(f)?;
        let inner = Diagram::build(2 * n, |d, x| {
            let zero: Vec<Wire> = (0..m).flat_map(|_| d.push(G::zero(), &[])).collect();
            d.inline(&rr.project(n..n + m), &[&x[..n], &zero, &x[n..]].concat())
        });
        let twice = |u: &[K], w: &[K]| Self::derived(&inner, &cat(&[a, u]), &o_m, &cat(&[w, x]));
        Ok(vec![
            ("RD.7", (twice(u, w)?, twice(w, u)?)),
            (
                "CD.1 sum",
                (run(&Self::sum(f, g).pushforward()?, &[a, u])?, plus(&run(&df, &[a, u])?, &run(&dg, &[a, u])?)),
            ),
            ("CD.1 zero", (run(&Self::zero(n, m).pushforward()?, &[a, u])?, o_m.clone())),
            ("CD.2 sum", (run(&df, &[a, &plus(u, w)])?, plus(&run(&df, &[a, u])?, &run(&df, &[a, w])?))),
            ("CD.2 zero", (run(&df, &[a, &o_n])?, o_m.clone())),
            ("CD.3 identity", (run(&Diagram::id(n).pushforward()?, &[a, u])?, u.clone())),
            ("CD.3 first", (run(&Diagram::id(n + m).project(0..n).pushforward()?, &[a, b, u, b])?, u.clone())),
            ("CD.4 pair", (run(&f.fork(g).pushforward()?, &[a, u])?, cat(&[&run(&df, &[a, u])?, &run(&dg, &[a, u])?]))),
            ("CD.4 discard", (run(&Diagram::discard(n).pushforward()?, &[a, u])?, vec![])),
            ("CD.5 chain", (run(&f.then(h).pushforward()?, &[a, u])?, run(&dh, &[&fa, &run(&df, &[a, u])?])?)),
            ("CD.6", (run(&ddf, &[a, u, &o_n, w])?, run(&df, &[a, w])?)),
            ("CD.7", (run(&ddf, &[a, u, w, x])?, run(&ddf, &[a, w, u, x])?)),
        ])
    }
    fn links(&self) -> Result<Vec<(&'static str, Sides<K>)>> {
        let Case { f, a: [a, u, ..], b: [b, b2], .. } = self;
        let (n, m) = f.arity();
        let run = |d: &Diagram<G>, x: &[&[K]]| G::run(d, &cat(x));
        let (o_n, o_m) = (vec![K::default(); n], vec![K::default(); m]);
        let (rf, df) = (f.reverse()?, f.pushforward()?);
        let forward = run(&df, &[a, u])?;
        let transposed = run(&df.reverse()?, &[a, &o_n, b])?[n..].to_vec();
        // the derivative of R along b is R again
        let linear = run(&rf.pushforward()?, &[a, b, &o_n, b2])?;
        let both = run(&f.with_reverse()?, &[a, b])?;
        let pushed = run(&f.with_pushforward()?, &[a, u])?;
        Ok(vec![
            ("D from R", (Self::derived(f, a, &o_m, u)?, forward.clone())),
            ("D from R, any b", (Self::derived(f, a, b, u)?, forward.clone())),
            ("transpose", (transposed, run(&rf, &[a, b])?)),
            ("adjoint", (vec![dot(&forward, b)], vec![dot(u, &run(&rf, &[a, b])?)])),
            ("R is linear", (linear, run(&rf, &[a, b2])?)),
            ("value beside R", (both, cat(&[&G::run(f, a)?, &run(&rf, &[a, b])?]))),
            ("value beside D", (pushed, cat(&[&G::run(f, a)?, &forward]))),
        ])
    }
}

/// Returns the names of the laws that fail, and how the first one does.
fn failing<G: Exact<K>, K: Drawn>(
    rounds: u64,
    of: &dyn Fn(&Circuit<K>) -> Diagram<G>,
) -> (BTreeSet<&'static str>, String) {
    let (mut names, mut first) = (BTreeSet::new(), String::new());
    for seed in 0..rounds {
        let case = Case::new(&mut Random(seed), of);
        for (name, (left, right)) in case.laws().expect("polynomials have all derivatives") {
            if left != right {
                if names.is_empty() {
                    let Case { f, g, h, a, b, c } = &case;
                    first = format!(
                        "{name}, seed {seed}: {left:?} is not {right:?}\nf = {f:?}\ng = {g:?}\nh = {h:?}\nat {a:?} {b:?} {c:?}"
                    );
                }
                names.insert(name);
            }
        }
    }
    (names, first)
}
fn all_hold<K: Drawn>() {
    let (names, first) = failing::<Polynomial<K>, K>(ROUNDS, &|c| c.clone());
    assert!(names.is_empty(), "{names:?}: {first}");
}

#[test]
fn over_bits() {
    all_hold::<Z2>();
}
#[test]
fn over_remainders_by_seven() {
    all_hold::<Modular<7>>();
}
#[test]
fn over_a_large_prime() {
    all_hold::<Modular<PRIME>>();
}

/// What a broken rule does.
trait Defect: Clone + Copy + PartialEq + std::fmt::Debug {
    /// Returns the changes instead of the right ones.
    fn pull(d: &mut Diagram<Broken<Self>>, g: &P, x: &[Wire], right: Few<Option<Wire>>) -> Few<Option<Wire>>;
    /// Returns the change instead of the right one.
    fn push(_: &mut Diagram<Broken<Self>>, _: &P, _: &[Wire], right: Few<Option<Wire>>) -> Few<Option<Wire>> {
        right
    }
    /// Returns the box that adds.
    fn add() -> P {
        Polynomial::Add
    }
}
type K = Modular<PRIME>;
type P = Polynomial<K>;

/// A polynomial box with a broken rule.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Broken<B>(P, PhantomData<B>);
impl<B: Defect> Broken<B> {
    fn new(g: P) -> Self {
        Broken(g, PhantomData)
    }
}
impl<B: Defect> Generator for Broken<B> {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn arity(&self) -> (usize, usize) {
        self.0.arity()
    }
}
impl<B: Defect> Differentiable for Broken<B> {
    fn zero() -> Self {
        Self::new(P::zero())
    }
    fn add() -> Self {
        Self::new(B::add())
    }
    fn pull(&self, d: &mut Diagram<Self>, x: &[Wire], _: &[Wire], by: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        let Some(&Some(by)) = by.first() else { return Ok(x.iter().map(|_| None).collect()) };
        let mut times = |a, b| Some(d.push(Self::new(Polynomial::Mul), &[a, b])[0]);
        let right = match self.0 {
            Polynomial::Const(_) => Few::new(),
            Polynomial::Add => Few::from_slice(&[Some(by), Some(by)]),
            Polynomial::Mul => Few::from_slice(&[times(x[1], by), times(x[0], by)]),
            Polynomial::Neg => Few::from_slice(&[Some(d.push(Self::new(Polynomial::Neg), &[by])[0])]),
        };
        Ok(B::pull(d, &self.0, x, right))
    }
    fn push(&self, d: &mut Diagram<Self>, x: &[Wire], _: &[Wire], along: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        let mut times = |a, v: Option<Wire>| v.map(|v| d.push(Self::new(Polynomial::Mul), &[a, v])[0]);
        let parts = match (self.0, along) {
            (Polynomial::Add, &[v, w]) => [v, w],
            (Polynomial::Mul, &[v, w]) => [times(x[1], v), times(x[0], w)],
            (Polynomial::Neg, &[Some(v)]) => [Some(d.push(Self::new(Polynomial::Neg), &[v])[0]), None],
            _ => [None, None],
        };
        let right = match parts {
            [Some(v), Some(w)] => Some(d.push(Self::new(Polynomial::Add), &[v, w])[0]),
            [v, w] => v.or(w),
        };
        Ok(B::push(d, &self.0, x, Few::from_slice(&[right])))
    }
}
struct Evaluate;
impl<B: Defect> Functor<Broken<B>> for Evaluate {
    type Wire = K;
    fn apply(&mut self, _: usize, g: &Broken<B>, x: Args<'_, K>, out: &mut Vec<K>) -> Result<()> {
        out.push(match g.0 {
            Polynomial::Const(k) => k,
            Polynomial::Add => x[0] + x[1],
            Polynomial::Mul => x[0] * x[1],
            Polynomial::Neg => -x[0],
        });
        Ok(())
    }
}
impl<B: Defect> Exact<K> for Broken<B> {
    fn run(d: &Diagram<Self>, x: &[K]) -> Result<Vec<K>> {
        d.walk(&mut Evaluate, x.iter().copied())
    }
}

/// Says that the laws named, at least, catch the defect, and that those in `blind` do not.
fn caught<B: Defect>(by: &[&str], blind: &[&str]) {
    let of = |c: &Circuit<K>| c.substitute(|_, g| Diagram::generator(Broken::<B>::new(*g))).expect("no fault");
    let (names, _) = failing(80, &of);
    for law in by {
        assert!(names.contains(law), "{law} did not notice; {names:?} did");
    }
    for law in blind {
        assert!(!names.contains(law), "{law} noticed too");
    }
}
macro_rules! defects { ($($(#[$doc:meta])* $name:ident { $($body:tt)* })*) => { $(
    $(#[$doc])*
    #[derive(Clone, Copy, PartialEq, Debug)]
    struct $name;
    impl Defect for $name { $($body)* }
)* } }
defects! {
    /// The rules as they should be, written a second time.
    NoDefect {
        fn pull(_: &mut Diagram<Broken<Self>>, _: &P, _: &[Wire], right: Few<Option<Wire>>) -> Few<Option<Wire>> { right }
    }
    /// The rule of the product drops the factor of its first argument.
    DropsFactor {
        fn pull(_: &mut Diagram<Broken<Self>>, g: &P, _: &[Wire], mut right: Few<Option<Wire>>) -> Few<Option<Wire>> {
            if *g == Polynomial::Mul { right[0] = None }
            right
        }
    }
    /// The rule of the product gives each argument the change of the other.
    SwapsArguments {
        fn pull(_: &mut Diagram<Broken<Self>>, g: &P, _: &[Wire], mut right: Few<Option<Wire>>) -> Few<Option<Wire>> {
            if *g == Polynomial::Mul { right.reverse() }
            right
        }
    }
    /// The sign of a negation is lost on the way back.
    LosesSign {
        fn pull(d: &mut Diagram<Broken<Self>>, g: &P, _: &[Wire], right: Few<Option<Wire>>) -> Few<Option<Wire>> {
            if *g != Polynomial::Neg { return right }
            right.iter().map(|w| w.map(|w| d.push(Broken::new(Polynomial::Neg), &[w])[0])).collect()
        }
    }
    /// What comes back from two uses of a wire is multiplied, not added.
    ForgetsMerge {
        fn pull(_: &mut Diagram<Broken<Self>>, _: &P, _: &[Wire], right: Few<Option<Wire>>) -> Few<Option<Wire>> { right }
        fn add() -> P { Polynomial::Mul }
    }
    /// Backward adds a constant.
    NotLinear {
        fn pull(d: &mut Diagram<Broken<Self>>, g: &P, _: &[Wire], mut right: Few<Option<Wire>>) -> Few<Option<Wire>> {
            if let (Polynomial::Add, Some(w)) = (g, right.first().copied().flatten()) {
                let one = d.push(Broken::new(Polynomial::Const(K::new(1))), &[])[0];
                right[0] = Some(d.push(Broken::new(Polynomial::Add), &[w, one])[0]);
            }
            right
        }
    }
    /// Forward, the rule of the product adds the factors in the wrong place.
    ForwardOnly {
        fn pull(_: &mut Diagram<Broken<Self>>, _: &P, _: &[Wire], right: Few<Option<Wire>>) -> Few<Option<Wire>> { right }
        fn push(d: &mut Diagram<Broken<Self>>, g: &P, x: &[Wire], right: Few<Option<Wire>>) -> Few<Option<Wire>> {
            match (g, right[0]) {
                (Polynomial::Mul, Some(w)) => Few::from_slice(&[Some(d.push(Broken::new(Polynomial::Mul), &[x[0], w])[0])]),
                _ => right,
            }
        }
    }
}

#[test]
fn the_wrapper_itself_breaks_nothing() {
    let of = |c: &Circuit<K>| c.substitute(|_, g| Diagram::generator(Broken::<NoDefect>::new(*g))).expect("no fault");
    let (names, first) = failing(80, &of);
    assert!(names.is_empty(), "{names:?}: {first}");
}
#[test]
fn broken_rules_are_caught() {
    caught::<DropsFactor>(&["transpose", "adjoint", "D from R"], &["RD.3 identity", "RD.5 chain"]);
    caught::<SwapsArguments>(&["RD.6", "transpose", "adjoint", "D from R, any b"], &["RD.3 identity"]);
    caught::<LosesSign>(&["adjoint", "D from R"], &["RD.2 sum", "RD.5 chain", "CD.5 chain"]);
    caught::<NotLinear>(&["RD.2 sum", "RD.2 zero", "RD.5 chain", "RD.6", "RD.7", "R is linear"], &["CD.2 sum"]);
    caught::<ForwardOnly>(&["CD.6", "CD.7", "transpose", "adjoint", "D from R"], &["RD.5 chain", "RD.6"]);
    caught::<ForgetsMerge>(&["RD.2 sum", "adjoint"], &["RD.3 identity"]);
}
