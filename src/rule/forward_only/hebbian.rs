//! Rules that learn what is common in the data, from what enters and what leaves a layer.

use crate::{
    diagram::{Few, Generator},
    error::{Error, Result},
    net::{Array, Element},
    rule::{Rule, Silent, Site},
};
use ndarray::Array2;
use smallvec::smallvec;

/// What fires together wires together: $\bar W = y^\top x / n$. It grows without bound.
///
/// # Objects
/// $(A, 1)$: a linear layer keeps what enters and what leaves it. Biases do not learn. A layer with parameters that is
/// not linear is [`Error::NoReverse`]; residual connections are known, since nothing comes back.
///
/// # Standing
/// It sees no labels: *no classifier at all*. Costs one product a linear layer.
///
/// # Source
/// Hebb 1949.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0, 1.0]])]]);
/// let (x, any) = (arr2(&[[3.0, 1.0]]).into_shared(), arr2(&[[0.0]]).into_shared());
/// let (_, _, dp) = Lens(linear(2, 1).under(Hebbian)).pull(&p, x, any)?;
/// assert_eq!(dp.slots[0][0], arr2(&[[21.0, 7.0]])); // y = 7
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hebbian;

/// Hebb's rule that keeps each row of $W$ at length 1: $\bar W = (y^\top x - \mathrm{diag}(\sum y^2)\, W)/n$.
///
/// # Objects
/// As [`Hebbian`]; only a layer whose weights are outputs × inputs.
///
/// # Check
/// A row goes to the eigenvector of the largest eigenvalue of $x^\top x/n$.
///
/// # Standing
/// It sees no labels: *no classifier at all*. Several rows all find the same eigenvector.
///
/// # Source
/// Oja 1982.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[1.0, 0.0]])]]); // an eigenvector of the data: at rest
/// let (x, any) = (arr2(&[[3.0, 0.0]]).into_shared(), arr2(&[[0.0]]).into_shared());
/// let (_, _, dp) = Lens(linear(2, 1).under(Oja)).pull(&p, x, any)?;
/// assert_eq!(dp.slots[0][0], arr2(&[[0.0, 0.0]]));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Oja;

/// Oja's rule in order: each row leaves to the next ones what it explains,
/// $\bar W = (y^\top x - \mathrm{lower}(y^\top y)\, W)/n$, with the diagonal.
///
/// # Objects
/// As [`Oja`].
///
/// # Check
/// The rows go to the eigenvectors of $x^\top x/n$ in the order of their eigenvalues. The first row moves as under
/// [`Oja`].
///
/// # Standing
/// It sees no labels: *no classifier at all*, but principal components in order.
///
/// # Source
/// Sanger 1989.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[1.0, 0.0], [1.0, 0.0]])]]);
/// let (x, any) = (arr2(&[[3.0, 0.0]]).into_shared(), arr2(&[[0.0, 0.0]]).into_shared());
/// let (_, _, dp) = Lens(linear(2, 2).under(GeneralisedHebbian)).pull(&p, x, any)?;
/// assert_eq!(dp.slots[0][0], arr2(&[[0.0, 0.0], [-9.0, 0.0]])); // the second is pushed off what the first has
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "Sanger")]
#[doc(alias = "GHA")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeneralisedHebbian;

/// Adds $(y^\top x - \mathrm{keep}(y^\top y)\, W)/n$ to the change of the main weights.
fn compete<T: Element>(
    s: &Site<'_, T>,
    (x, y): &(Array<T>, Array<T>),
    dp: &mut [Array2<T>],
    forget: Option<fn(usize, usize) -> bool>,
) -> Result<()> {
    let share = T::of(1.0 / x.nrows().max(1) as f64);
    s.outer(x, &y.mapv(|y| y * share).into_shared(), &mut dp[..1])?;
    let (Some(keep), Some(w)) = (forget, s.p.first()) else { return Ok(()) };
    crate::net::same_shape("rule of Oja", &[y.ncols(), x.ncols()], w.shape())?;
    let mut shared = y.t().dot(y);
    shared.indexed_iter_mut().for_each(|((i, j), c)| *c = if keep(i, j) { *c * share } else { T::zero() });
    dp[0].zip_mut_with(&shared.dot(w), |d, &f| *d -= f);
    Ok(())
}
macro_rules! silent { ($($rule:ident => $forget:expr;)*) => { $(
    impl Rule for $rule {
        type On = Silent;
        type Res<T: Element> = Option<(Array<T>, Array<T>)>;
        fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Self::Res<T>)> {
            let y = s.apply(x)?;
            let kept = match s.layer.is_linear() {
                true => Some((x[0].clone(), y.clone())),
                false if s.layer.weights().is_empty() => None,
                false => return Err(Error::NoReverse { rule: stringify!($rule), layer: s.layer.kernel_name() }),
            };
            Ok((y, kept))
        }
        fn rev<T: Element>(
            &self,
            s: &Site<'_, T>,
            kept: Self::Res<T>,
            (): (),
            dp: &mut [Array2<T>],
        ) -> Result<Few<Option<()>>> {
            if let Some(kept) = &kept {
                compete(s, kept, dp, $forget)?;
            }
            Ok(smallvec![Some(()); s.layer.arity().0])
        }
    }
)* } }
silent! {
    Hebbian => None;
    Oja => Some(|i, j| i == j);
    GeneralisedHebbian => Some(|i, j| j <= i);
}
