//! A user's own function as a layer.

use super::{
    Array, Element, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen, Start, Weight, fits},
    window::shaped,
};
use crate::{
    diagram::Few,
    error::{Result, same_len},
    program::{Program, Sym},
};
use alloc::{format, string::String, sync::Arc, vec, vec::Vec};
use ndarray::Array2;
use smallvec::smallvec;

/// A recorded function of parameters and one sample. Made by [`smooth`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Smooth {
    name: String,
    params: Vec<f64>,
    ins: usize,
    outs: usize,
    /// The function, its reverse derivative and its forward derivative.
    programs: Arc<[Program; 3]>,
}

/// Returns a function of your own as a layer: $y_i = f(p, x_i)$ for each sample $x_i$. It is recorded once, at the
/// parameters `p` and the sample `x`, and differentiated by the engine, both ways.
///
/// The parameters start where it was recorded; each is an array of one number.
///
/// # Shapes
/// `x`: n, `f`: k and n numbers to m; a batch of rows of n to rows of m.
///
/// # Errors
/// What `f` returns, and [`Error::NoPartial`](crate::Error::NoPartial). From every use:
/// [`Error::BranchChanged`](crate::Error::BranchChanged) where the code compared numbers and a sample takes another branch
/// than the recorded one; `max`, `abs` and [`Real::select`](crate::Real::select) are right on every branch.
///
/// # Cost
/// A program is run box by box for each sample: for small functions.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// let damped = smooth("damped", &[0.5], &[1.0], |p, x| Ok(vec![(-p[0] * x[0]).exp()]))?;
/// let p = damped.init(&mut || 0.0);
/// let (x, dy) = (ndarray::arr2(&[[2.0]]).into_shared(), ndarray::arr2(&[[1.0]]).into_shared());
/// let (y, dx, dp) = Lens(damped.under(Backprop)).pull(&p, x, dy)?;
/// assert_eq!(y[[0, 0]], (-1.0f64).exp());
/// assert_eq!((dx[[0, 0]], dp.slots[0][0][[0, 0]]), (-0.5 * (-1.0f64).exp(), -2.0 * (-1.0f64).exp()));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn smooth(
    name: impl Into<String>,
    p: &[f64],
    x: &[f64],
    f: impl for<'t> FnOnce(&[Sym<'t>], &[Sym<'t>]) -> Result<Vec<Sym<'t>>>,
) -> Result<Net> {
    let value = Program::record_many(|px| f(&px[..p.len()], &px[p.len()..]), &[p, x].concat())?;
    let (back, along, outs) = (value.reverse()?, value.pushforward()?, value.arity().1);
    let programs = Arc::new([value, back, along]);
    Ok(layer(Smooth { name: name.into(), params: p.to_vec(), ins: x.len(), outs, programs }))
}

const NAME: &str = "smooth";
impl Smooth {
    /// Runs one of the programs on each row of `parts` side by side, behind the numbers `first`, and returns the results
    /// as rows.
    fn run<T: Element>(&self, which: usize, parts: &[&[T]], rows: &[&Array<T>]) -> Result<Vec<Vec<T>>> {
        let program: Program<T::F> = self.programs[which].cast()?;
        let samples = rows.first().map_or(0, |x| x.nrows());
        rows.iter().try_for_each(|x| same_len(NAME, samples, x.nrows()))?;
        let mut args = Vec::with_capacity(program.arity().0);
        let row = |r: usize| {
            args.clear();
            for k in 0..parts.len().max(rows.len()) {
                args.extend(parts.get(k).into_iter().flat_map(|p| p.iter().copied()));
                args.extend(rows.get(k).into_iter().flat_map(|x| x.row(r).to_vec()));
            }
            program.eval(&args)
        };
        (0..samples).map(row).collect()
    }
    fn params<T: Element>(&self, p: &[Array2<T>]) -> Result<Vec<T>> {
        fits(NAME, &self.weights(), p)?;
        Ok(p[..self.params.len()].iter().flatten().copied().collect())
    }
    fn reads<T>(&self, width: usize, x: &Array<T>) -> Result<()> {
        same_shape(NAME, &[x.nrows(), width], x.shape())
    }
    fn rows<T: Element>(&self, width: usize, rows: Vec<Vec<T>>) -> Result<Array<T>> {
        let samples = rows.len();
        Ok(shaped(NAME, [samples, width], rows.into_iter().flatten().collect())?.into_shared())
    }
}
impl Kernel for Smooth {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        self.name.clone()
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        x[0].iter().try_for_each(|shape| same_len(NAME, self.ins, super::numbers(shape)))?;
        Ok(Some(vec![self.outs]))
    }
    fn weights(&self) -> Vec<Weight> {
        self.params.iter().map(|&p| Weight { name: "p", size: [1, 1], start: Start::At(p) }).collect()
    }
    fn names(&self) -> Vec<String> {
        (0..self.params.len()).map(|k| format!("p{k}")).collect()
    }
    fn reads(&self) -> Option<usize> {
        Some(self.ins)
    }
    fn apply<T: Element>(&self, _: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.reads(self.ins, x[0])?;
        self.rows(self.outs, self.run(0, &[&self.params(p)?], &[x[0]])?)
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        [s.x[0], dx[0]].into_iter().try_for_each(|x| self.reads(self.ins, x))?;
        self.rows(self.outs, self.run(2, &[&self.params(s.p)?, &self.params(dp)?], &[s.x[0], dx[0]])?)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        self.reads(self.ins, s.x[0])?;
        self.reads(self.outs, dy)?;
        let (p, mut dx) = (self.params(s.p)?, Vec::with_capacity(dy.nrows()));
        for mut change in self.run(1, &[&p], &[s.x[0], dy])? {
            let of_sample = change.split_off(p.len().min(change.len()));
            dp.iter_mut().zip(change).for_each(|(dp, d)| dp.iter_mut().for_each(|dp| *dp += d));
            dx.push(of_sample);
        }
        Ok(smallvec![self.rows(self.ins, dx)?])
    }
}
