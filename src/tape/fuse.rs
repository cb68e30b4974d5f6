//! Several operations as one entry: a small function goes through [`Multi`] and only its result is recorded.
//!
//! The tape is general; this is how to be fast where the structure repeats. Whatever the number of operations inside,
//! the tape sees one entry with one partial for each argument.

use super::{arena::Recording, var::Var};
use crate::{
    error::{Result, same_len},
    forward::Multi,
    real::{Primitive, Real},
};
use core::array;

/// Returns `f(x)` as one entry.
///
/// # Cost
/// `f` once with `N` tangents, then one entry of `N` pairs (no arena memory up to four).
///
/// # Example
/// ```
/// use pullback::*;
/// let g = grad(|x| fuse([x[0], x[1]], |[a, b]| (a * b).sin() * a), &[0.0, 2.0])?;
/// assert_eq!(g, [0.0, 0.0]);
/// # Ok::<(), Error>(())
/// ```
#[inline(always)]
pub fn fuse<'t, F: Primitive, T: Real<F>, const N: usize>(
    x: [Var<'t, T, F>; N],
    f: impl FnOnce([Multi<T, N, F>; N]) -> Multi<T, N, F>,
) -> Var<'t, T, F> {
    let [y] = fuse_many(x, |x| [f(x)]);
    y
}

/// Returns the outputs of `f` at `x`, one entry each.
///
/// # Example
/// ```
/// use pullback::*;
/// let j = jacobian(|x| fuse_many([x[0], x[1]], |[r, a]| [r * a.cos(), r * a.sin()]).to_vec(), &[2.0, 0.0])?;
/// assert_eq!(j, [[1.0, 0.0], [0.0, 2.0]]);
/// # Ok::<(), Error>(())
/// ```
#[inline(always)]
pub fn fuse_many<'t, F: Primitive, T: Real<F>, const N: usize, const M: usize>(
    x: [Var<'t, T, F>; N],
    f: impl FnOnce([Multi<T, N, F>; N]) -> [Multi<T, N, F>; M],
) -> [Var<'t, T, F>; M] {
    let y = f(Multi::seeds(x.map(|x| x.value())));
    y.map(|y| Var::combine_array(y.value(), &x, y.tangents()))
}

/// Returns $\sum_i f(i, p)$ over `items` as one entry: the sum never leaves [`Multi`].
///
/// This is the form for a loss over data: few parameters, many items.
///
/// # Cost
/// `f` with `N` tangents an item; the tape sees one entry of `N` pairs in all.
///
/// # Example
/// ```
/// use pullback::*;
/// let data = [(1.0, 2.0), (2.0, 4.5), (3.0, 6.0)];
/// let g = grad(|p| sum_over(&data, [p[0]], |&(x, y), [slope]| (slope * x - y).powi(2)), &[2.0])?;
/// assert_eq!(g, [-2.0]); // 2 Σ x(2x − y)
/// # Ok::<(), Error>(())
/// ```
#[inline(always)]
pub fn sum_over<'t, F: Primitive, T: Real<F>, I: IntoIterator, const N: usize>(
    items: I,
    p: [Var<'t, T, F>; N],
    mut f: impl FnMut(I::Item, [Multi<T, N, F>; N]) -> Multi<T, N, F>,
) -> Var<'t, T, F> {
    fuse(p, |p| items.into_iter().fold(Multi::constant(T::zero()), |sum, item| sum + f(item, p)))
}

/// Returns $\sum_i f(x_i)$ where each $x_i$ is its own array of variables: one entry for the whole sum.
///
/// # Cost
/// `f` with `N` tangents an item, and `N` pairs an item in the arena.
///
/// # Example
/// ```
/// use pullback::*;
/// let g = grad(|x| sum_map(x.windows(2).map(|w| [w[0], w[1]]), |[a, b]| (b - a * a).powi(2)), &[1.0, 2.0, 5.0])?;
/// assert_eq!(g, [-4.0, -6.0, 2.0]);
/// # Ok::<(), Error>(())
/// ```
#[inline(always)]
pub fn sum_map<'t, F: Primitive, T: Real<F>, const N: usize>(
    items: impl IntoIterator<Item = [Var<'t, T, F>; N]>,
    mut f: impl FnMut([Multi<T, N, F>; N]) -> Multi<T, N, F>,
) -> Var<'t, T, F> {
    let items = items.into_iter();
    let mut value = T::zero();
    let mut taped: Option<(&'t Recording<'t, T>, Grown<'t, u32>, Grown<'t, T>)> = None;
    let expected = items.size_hint().0 * N;
    for x in items {
        let y = f(Multi::seeds(x.map(|x| x.value())));
        value += y.value();
        for (x, p) in x.iter().zip(y.tangents()) {
            let Some(t) = x.recording else { continue };
            let (_, index, partial) = taped.get_or_insert_with(|| {
                (t, Grown::with_capacity_in(expected, t.bump()), Grown::with_capacity_in(expected, t.bump()))
            });
            index.push(x.index[0]);
            partial.push(x.scale[0] * p);
            if x.index[1] != 0 {
                index.push(x.index[1]);
                partial.push(x.scale[1] * p);
            }
        }
    }
    match taped {
        None => Var::constant(value),
        Some((t, index, partial)) => Var::at(t, value, t.push_wide(index.into_bump_slice(), partial.into_bump_slice())),
    }
}
type Grown<'t, T> = bumpalo::collections::Vec<'t, T>;

/// Returns the state after all `items`, where $s' = f(i, (s, p))$: each step is `S` entries, whatever it computes.
///
/// The body sees the state, then the parameters, as one array of `N = S + parameters`.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `N` is not the sum.
///
/// # Example
/// ```
/// use pullback::*;
/// // s' = s + p·s three times: s (1 + p)³
/// let g = try_grad(|x| Ok(scan(0..3, [x[0]], &[x[1]], |_, [s, p]| [s + p * s])?[0]), &[2.0, 1.0])?;
/// assert_eq!(g, [8.0, 24.0]);
/// # Ok::<(), Error>(())
/// ```
#[inline(always)]
pub fn scan<'t, F: Primitive, T: Real<F>, I: IntoIterator, const S: usize, const N: usize>(
    items: I,
    state: [Var<'t, T, F>; S],
    p: &[Var<'t, T, F>],
    mut f: impl FnMut(I::Item, [Multi<T, N, F>; N]) -> [Multi<T, N, F>; S],
) -> Result<[Var<'t, T, F>; S]> {
    same_len("scan", N, S + p.len())?;
    let mut x: [_; N] = array::from_fn(|k| if k < S { state[k] } else { p[k - S] }.anchor());
    for item in items {
        let state = fuse_many(x, |x| f(item, x));
        x[..S].copy_from_slice(&state);
    }
    Ok(array::from_fn(|k| x[k]))
}
