//! Scenarios × modes. A scenario is a function that is written once, a point and the truth there; a mode turns a
//! function and a point into derivatives. Every scenario runs in every mode.
//!
//! A derivative is named by its order in each argument: `[1, 2]` is $\partial^3 f / \partial a\, \partial b^2$.

use pullback::*;

/// A function that is written once: what all modes take.
pub(crate) trait Formula {
    fn call<F: Primitive, T: Real<F>>(&self, x: &[T]) -> T;
}

/// What a mode found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) order: Vec<usize>,
    pub(crate) value: f64,
}
/// A mode: its name, the highest order it reaches, how to run it on `G`, and the rounding unit it computes with.
pub(crate) struct Mode<G> {
    pub(crate) name: &'static str,
    pub(crate) order: usize,
    pub(crate) run: fn(&G, &[f64]) -> Vec<Found>,
    pub(crate) single: bool,
}

/// A number whose derivatives are read by position: `f64` and `f32`, and duals over them, any depth.
///
/// `along` says, for each level from the outermost, along which argument that level differentiates.
pub(crate) trait Level: Copy {
    const DEPTH: usize;
    fn seeded(x: f64, argument: usize, along: &[usize]) -> Self;
    fn read(self, along: &[usize], order: &[usize], found: &mut Vec<Found>);
}
macro_rules! ground { ($($f:ident)*) => { $(
    impl Level for $f {
        const DEPTH: usize = 0;
        fn seeded(x: f64, _: usize, _: &[usize]) -> Self { x as $f }
        fn read(self, _: &[usize], order: &[usize], found: &mut Vec<Found>) {
            found.push(Found { order: order.to_vec(), value: f64::from(self) });
        }
    }
)* } }
ground! { f32 f64 }
impl<F: Primitive, T: Real<F> + Level> Level for Dual<T, F> {
    const DEPTH: usize = T::DEPTH + 1;
    fn seeded(x: f64, argument: usize, along: &[usize]) -> Self {
        Dual::new(T::seeded(x, argument, &along[1..]), if along[0] == argument { T::one() } else { T::zero() })
    }
    fn read(self, along: &[usize], order: &[usize], found: &mut Vec<Found>) {
        self.value().read(&along[1..], order, found);
        self.tangent().read(&along[1..], &raised(order, along[0]), found);
    }
}
fn raised(order: &[usize], argument: usize) -> Vec<usize> {
    order.iter().enumerate().map(|(k, &o)| o + usize::from(k == argument)).collect()
}

/// All ways to choose `depth` of `n` arguments, order disregarded: `0 0 0`, `0 0 1`, …
fn choices(n: usize, depth: usize) -> Vec<Vec<usize>> {
    if depth == 0 {
        return vec![vec![]];
    }
    let shorter = choices(n, depth - 1);
    shorter.iter().flat_map(|c| (c.last().copied().unwrap_or(0)..n).map(|k| [&c[..], &[k]].concat())).collect()
}
fn point<T: Level>(x: &[f64], along: &[usize]) -> Vec<T> {
    x.iter().enumerate().map(|(k, &x)| T::seeded(x, k, along)).collect()
}

/// Plain numbers and duals of any depth.
fn forward<F: Primitive, T: Real<F> + Level>(f: &impl Formula, x: &[f64]) -> Vec<Found> {
    let mut found = vec![];
    for along in choices(x.len(), T::DEPTH) {
        f.call(&point::<T>(x, &along)).read(&along, &vec![0; x.len()], &mut found);
    }
    found
}
/// A tape over plain numbers or duals: `Var<T>`.
fn reverse<F: Primitive, T: Real<F> + Level>(f: &impl Formula, x: &[f64]) -> Vec<Found> {
    let (mut found, none) = (vec![], vec![0; x.len()]);
    for along in choices(x.len(), T::DEPTH) {
        let (y, g) = value_and_grad(|x: &[Var<'_, T, F>]| f.call(x), &point::<T>(x, &along)).expect("no limit");
        y.read(&along, &none, &mut found);
        g.iter().enumerate().for_each(|(k, g)| g.read(&along, &raised(&none, k), &mut found));
    }
    found
}
/// Duals over a tape: `Dual<Var<T>>`, the tape swept for the value and for the tangent.
fn forward_over_reverse<T: Real + Level>(f: &impl Formula, x: &[f64]) -> Vec<Found> {
    let (mut found, none) = (vec![], vec![0; x.len()]);
    for along in choices(x.len(), T::DEPTH + 1) {
        let (outer, inner) = (along[0], &along[1..]);
        let swept = record(|t| {
            let v = t.inputs::<f64>(&point::<T>(x, inner));
            let seeded =
                v.iter().enumerate().map(|(k, &v)| Dual::new(v, lift(T::lit(f64::from(u8::from(k == outer))))));
            let y = f.call::<f64, Dual<Var<'_, T>>>(&seeded.collect::<Vec<_>>());
            let sweeps = [t.grad(y.value(), v)?, t.grad(y.tangent(), v)?];
            Ok(([y.value().value(), y.tangent().value()], sweeps))
        });
        let (y, sweeps) = swept.expect("no limit");
        for (part, order) in [none.clone(), raised(&none, outer)].iter().enumerate() {
            y[part].read(inner, order, &mut found);
            sweeps[part].iter().enumerate().for_each(|(k, g)| g.read(inner, &raised(order, k), &mut found));
        }
    }
    found
}
/// A tape over a tape: `Var<Var<f64>>`, each partial of the inner swept again by the outer.
fn reverse_over_reverse(f: &impl Formula, x: &[f64]) -> Vec<Found> {
    let (mut found, none) = (vec![], vec![0; x.len()]);
    let outcome = record(|t| {
        let v = t.inputs::<f64>(x);
        let (y, g) = value_and_grad(|u: &[Var<'_, Var<'_>>]| f.call(u), v)?;
        y.value().read(&[], &none, &mut found);
        for (k, &gk) in t.grad(y, v)?.iter().enumerate() {
            gk.read(&[], &raised(&none, k), &mut found);
        }
        for (j, &gj) in g.iter().enumerate() {
            gj.value().read(&[], &raised(&none, j), &mut found);
            for (k, h) in t.grad(gj, v)?.iter().enumerate() {
                h.read(&[], &raised(&raised(&none, j), k), &mut found);
            }
        }
        Ok(())
    });
    outcome.expect("no limit");
    found
}
/// Three directions at once, arguments three at a time.
fn three_lanes(f: &impl Formula, x: &[f64]) -> Vec<Found> {
    let (mut found, none) = (vec![], vec![0; x.len()]);
    for start in (0..x.len()).step_by(3) {
        let seeded = x.iter().enumerate().map(|(k, &x)| Multi::<f64, 3>::seed(x, k.wrapping_sub(start)));
        let y = f.call(&seeded.collect::<Vec<_>>());
        y.value().read(&[], &none, &mut found);
        for (k, t) in (start..x.len()).zip(y.tangents()) {
            t.read(&[], &raised(&none, k), &mut found);
        }
    }
    found
}
/// Three directions at once over a tape: `Var<Multi<f64, 3>>`.
fn three_lanes_in_reverse(f: &impl Formula, x: &[f64]) -> Vec<Found> {
    let (n, none) = (x.len(), vec![0; x.len()]);
    let mut rows = vec![0.0; n * n];
    let mut tape = Tape::<Multi<f64, 3>>::new();
    let y = tape.hessian_into(|x| f.call(x), x, &mut rows).expect("no limit");
    let mut found = vec![Found { order: none.clone(), value: y }];
    for (place, &value) in rows.iter().enumerate() {
        found.push(Found { order: raised(&raised(&none, place / n), place % n), value });
    }
    found
}

type D<T> = Dual<T>;
type S = Dual<f32, f32>;

/// Every mode, for functions of the type `G`. Modes of order three and four are only run where a truth goes that far.
pub(crate) fn modes<G: Formula>() -> Vec<Mode<G>> {
    let mode = |name, order, run| Mode { name, order, run, single: false };
    let single = |name, order, run| Mode { name, order, run, single: true };
    vec![
        mode("f64", 0, |f, x| forward::<f64, f64>(f, x)),
        mode("Dual", 1, |f, x| forward::<f64, D<f64>>(f, x)),
        mode("Multi<3>", 1, |f, x| three_lanes(f, x)),
        mode("Dual²", 2, |f, x| forward::<f64, D<D<f64>>>(f, x)),
        mode("Dual³", 3, |f, x| forward::<f64, D<D<D<f64>>>>(f, x)),
        mode("Dual⁴", 4, |f, x| forward::<f64, D<D<D<D<f64>>>>>(f, x)),
        mode("Var", 1, |f, x| reverse::<f64, f64>(f, x)),
        mode("Var<Dual>", 2, |f, x| reverse::<f64, D<f64>>(f, x)),
        mode("Var<Dual²>", 3, |f, x| reverse::<f64, D<D<f64>>>(f, x)),
        mode("Var<Multi<3>>", 2, |f, x| three_lanes_in_reverse(f, x)),
        mode("Dual<Var>", 2, |f, x| forward_over_reverse::<f64>(f, x)),
        mode("Dual<Var<Dual>>", 3, |f, x| forward_over_reverse::<D<f64>>(f, x)),
        mode("Var<Var>", 2, |f, x| reverse_over_reverse(f, x)),
        single("f32", 0, |f, x| forward::<f32, f32>(f, x)),
        single("Dual f32", 1, |f, x| forward::<f32, S>(f, x)),
        single("Dual² f32", 2, |f, x| forward::<f32, Dual<S, f32>>(f, x)),
        single("Var f32", 1, |f, x| reverse::<f32, f32>(f, x)),
        single("Var<Dual> f32", 2, |f, x| reverse::<f32, S>(f, x)),
    ]
}
