//! The meeting point: a smooth function becomes a lens.

use crate::{
    error::{Result, same_len},
    lens::{Co, Lens, Para, View},
    real::Function,
    tape::{Pullback, Var, record},
};
use alloc::vec::Vec;

/// A function as a lens: forward runs it on the tape, backward pulls. Made by [`smooth`].
#[derive(Clone, Copy, Debug)]
pub struct Smooth<F>(F);

/// Returns `f` as a lens whose backward map is $J^\top$. This is the functor from smooth maps to lenses:
/// `smooth(f) >> smooth(g)` equals the lens of `g ∘ f`. That equation is the chain rule.
///
/// # Example
/// ```
/// use pullback::{category::smooth, lens::*, *};
/// function!(Polar = |x| [x[0] * x[1].cos(), x[0] * x[1].sin()]);
/// function!(Square = |x| [x[0] * x[0] + x[1] * x[1]]);
/// let f = smooth(Polar) >> smooth(Square);
/// let (y, dx, _) = f.pull(&((), ()), vec![3.0, 0.0], vec![1.0])?;
/// assert_eq!((y, dx), (vec![9.0], vec![6.0, 0.0]));
/// # Ok::<(), Error>(())
/// ```
pub fn smooth<F: Function>(f: F) -> Lens<Smooth<F>> {
    Lens(Smooth(f))
}
impl<F: Function> Para for Smooth<F> {
    type P = ();
    type A = Vec<f64>;
    type B = Vec<f64>;
    type M = Pullback;
    fn fwd(&self, (): (), a: Vec<f64>) -> Result<(Vec<f64>, Pullback)> {
        run(&self.0, &a)
    }
    fn bwd(&self, (): (), m: Pullback, db: Vec<f64>, (): &mut ()) -> Result<Vec<f64>> {
        m.pull(&db)
    }
}

/// A function of parameters and inputs as a lens. Made by [`smooth_para`].
#[derive(Clone, Copy, Debug)]
pub struct SmoothPara<F>(F);

/// Returns `f` as a parametric lens: its arguments are the parameters, then the inputs.
///
/// # Example
/// ```
/// use pullback::{category::smooth_para, lens::*, *};
/// function!(Line = |x| [x[0] * x[2] + x[1]]); // slope, intercept; x
/// let (y, dx, dp) = smooth_para(Line).pull(&vec![2.0, 1.0], vec![5.0], vec![1.0])?;
/// assert_eq!((y, dx, dp), (vec![11.0], vec![2.0], vec![5.0, 1.0]));
/// # Ok::<(), Error>(())
/// ```
pub fn smooth_para<F: Function>(f: F) -> Lens<SmoothPara<F>> {
    Lens(SmoothPara(f))
}
impl<F: Function> Para for SmoothPara<F> {
    type P = Vec<f64>;
    type A = Vec<f64>;
    type B = Vec<f64>;
    type M = Pullback;
    fn fwd(&self, p: View<'_, Vec<f64>>, a: Vec<f64>) -> Result<(Vec<f64>, Pullback)> {
        run(&self.0, &[p, &a].concat())
    }
    fn bwd(&self, p: View<'_, Vec<f64>>, m: Pullback, db: Vec<f64>, dp: &mut Co<Vec<f64>>) -> Result<Vec<f64>> {
        same_len("smooth_para", p.len(), dp.len())?;
        let mut dx = m.pull(&db)?;
        same_len("smooth_para", p.len(), p.len().min(dx.len()))?;
        let da = dx.split_off(p.len());
        dp.iter_mut().zip(dx).for_each(|(to, d)| *to += d);
        Ok(da)
    }
}

fn run(f: &impl Function, x: &[f64]) -> Result<(Vec<f64>, Pullback)> {
    record(|t| {
        let y = f.call(t.inputs(x))?;
        Ok((y.iter().map(Var::value).collect(), Pullback::new(t, x.len(), &y)?))
    })
}
