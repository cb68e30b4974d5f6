//! The same program over another machine number.

use super::{Op, Program, Scan};
use crate::{diagram::Diagram, error::Result, real::Primitive};
use alloc::sync::Arc;

impl<F: Primitive> Program<F> {
    /// Returns the program over the primitive `G`: every constant is rounded to it, every operation stays.
    ///
    /// # Errors
    /// The program's own fault.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record(|x| x[0] * 0.1, &[1.0])?;
    /// assert_eq!(p.cast::<f32>()?.eval(&[3.0f32])?, [3.0f32 * 0.1]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn cast<G: Primitive>(&self) -> Result<Program<G>> {
        let mut fault = None;
        let cast = self.substitute(|_, op| match op.cast() {
            Ok(op) => Diagram::generator(op),
            Err(e) => {
                fault.get_or_insert(e);
                Diagram::id(0)
            }
        });
        fault.map_or(cast, Err)
    }
}
impl<F: Primitive> Op<F> {
    fn cast<G: Primitive>(&self) -> Result<Op<G>> {
        Ok(match self {
            Op::Const(c) => Op::Const(G::of(c.widen())),
            Op::Un(u) => Op::Un(*u),
            Op::Bin(b) => Op::Bin(*b),
            Op::Times => Op::Times,
            Op::MulAdd => Op::MulAdd,
            Op::Max => Op::Max,
            Op::Min => Op::Min,
            Op::Indicator(r) => Op::Indicator(*r),
            Op::Select => Op::Select,
            Op::Stop => Op::Stop,
            Op::Guard { relation, holds } => Op::Guard { relation: *relation, holds: *holds },
            Op::Call(c) => Op::Call(Arc::new(c.cast()?)),
            Op::Scan(s) => Op::Scan(Arc::new(Scan::new(s.body().cast()?, s.shape())?)),
        })
    }
}
