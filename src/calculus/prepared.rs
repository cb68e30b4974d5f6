//! The drivers as methods of a tape that keeps their buffers: no allocation from the second call on.

use crate::{
    error::{Result, same_len},
    forward::{Dual, Multi},
    real::{Primitive, Real},
    tape::{Tape, Var},
};
use core::array;

impl<T> Tape<T> {
    /// Writes $f(x)$ to `y` and the Jacobian to `rows`, row after row, by reverse sweeps of four lanes.
    ///
    /// `f` writes its outputs to its second argument.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `rows` has not `y.len() * x.len()` numbers; what `f`
    /// returns; [`Error::TapeFull`](crate::Error::TapeFull).
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let (mut tape, mut y, mut rows) = (Tape::new(), [0.0; 2], [0.0; 4]);
    /// tape.jacobian_into(
    ///     |x, y| {
    ///         (y[0], y[1]) = (x[0] * x[1], x[0] - x[1]);
    ///         Ok(())
    ///     },
    ///     &[3.0, 5.0],
    ///     &mut y,
    ///     &mut rows,
    /// )?;
    /// assert_eq!((y, rows), ([15.0, -2.0], [5.0, 3.0, 1.0, -1.0]));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn jacobian_into<F: Primitive>(
        &mut self,
        f: impl for<'t> Fn(&[Var<'t, T, F>], &mut [Var<'t, T, F>]) -> Result<()>,
        x: &[T],
        y: &mut [T],
        rows: &mut [T],
    ) -> Result<()>
    where
        T: Real<F>,
    {
        const LANES: usize = 4;
        same_len("jacobian_into", x.len() * y.len(), rows.len())?;
        self.record(|t| {
            let x = t.inputs(x);
            let outputs = t.constants(y.len());
            f(x, outputs)?;
            y.iter_mut().zip(&*outputs).for_each(|(y, o)| *y = o.value());
            for (k, some) in outputs.chunks(LANES).enumerate() {
                let unit: [[T; LANES]; LANES] =
                    array::from_fn(|j| array::from_fn(|lane| if j == lane { T::one() } else { T::zero() }));
                let first = k * LANES * x.len();
                t.pull_each(some, &unit[..some.len()], x, |input, lanes: [T; LANES]| {
                    for (lane, &b) in lanes[..some.len()].iter().enumerate() {
                        rows[first + lane * x.len() + input] = b;
                    }
                })?;
            }
            Ok(())
        })
    }
}

impl<T: Copy, F: Copy> Tape<Dual<T, F>> {
    /// Writes $H v$ to `hv` and returns $f(x)$.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the lengths of `x`, `v` and `hv` differ;
    /// [`Error::TapeFull`](crate::Error::TapeFull).
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let (mut tape, mut hv) = (Tape::new(), [0.0; 2]);
    /// assert_eq!(tape.hvp_into(|x| x[0] * x[0] * x[1], &[3.0, 5.0], &[1.0, 0.0], &mut hv)?, 45.0);
    /// assert_eq!(hv, [10.0, 6.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn hvp_into(
        &mut self,
        f: impl for<'t> Fn(&[Var<'t, Dual<T, F>, F>]) -> Var<'t, Dual<T, F>, F>,
        x: &[T],
        v: &[T],
        hv: &mut [T],
    ) -> Result<T>
    where
        F: Primitive,
        T: Real<F>,
    {
        same_len("hvp", x.len(), v.len())?;
        same_len("hvp", x.len(), hv.len())?;
        let point = x.iter().zip(v).map(|(&x, &v)| Dual::new(x, v));
        self.grad_at(f, point, |k, g| hv[k] = g.tangent()).map(|y| y.value())
    }
}

impl<T: Copy, const N: usize, F: Copy> Tape<Multi<T, N, F>> {
    /// Writes the Hessian to `rows`, row after row, `N` columns a pass, and returns $f(x)$.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `rows` has not `x.len()²` numbers;
    /// [`Error::TapeFull`](crate::Error::TapeFull).
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let (mut tape, mut rows) = (Tape::<Multi<f64, 2>>::new(), [0.0; 4]);
    /// tape.hessian_into(|x| x[0] * x[0] * x[1], &[3.0, 5.0], &mut rows)?;
    /// assert_eq!(rows, [10.0, 6.0, 6.0, 0.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn hessian_into(
        &mut self,
        f: impl for<'t> Fn(&[Var<'t, Multi<T, N, F>, F>]) -> Var<'t, Multi<T, N, F>, F>,
        x: &[T],
        rows: &mut [T],
    ) -> Result<T>
    where
        F: Primitive,
        T: Real<F>,
    {
        const { assert!(N > 0, "at least one lane") };
        let n = x.len();
        same_len("hessian", n * n, rows.len())?;
        let mut value = T::zero();
        for start in (0..n.max(1)).step_by(N) {
            let point = x.iter().enumerate().map(|(k, &x)| Multi::seed(x, k.wrapping_sub(start)));
            let y = self.grad_at(&f, point, |k, g| {
                rows[k * n..(k + 1) * n][start..].iter_mut().zip(g.tangents()).for_each(|(to, h)| *to = h);
            })?;
            value = y.value();
        }
        Ok(value)
    }
}
