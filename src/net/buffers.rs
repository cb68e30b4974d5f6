//! Memory for batches that a pass used and the next one of the same sizes uses again.

use super::{Array, Element};
use alloc::vec::Vec;
use core::{cell::RefCell, fmt};
use ndarray::{Array2, Zip};

/// What is left of a pass: its arrays, for the next. It is memory and no value, so a copy has none and all are equal.
pub(crate) struct Spare<T>(Vec<Array<T>>);
impl<T> Default for Spare<T> {
    fn default() -> Self {
        Spare(Vec::new())
    }
}
impl<T> Clone for Spare<T> {
    fn clone(&self) -> Self {
        Spare::default()
    }
}
impl<T> PartialEq for Spare<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl<T> fmt::Debug for Spare<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spare({})", self.0.len())
    }
}

/// Lends arrays during one pass. An array that was lent before, in this pass or the last, and that nobody holds any more
/// is lent again: a pass has no more arrays than are held at the same time.
#[derive(Debug)]
pub(crate) struct Buffers<T> {
    last: RefCell<Vec<Array<T>>>,
    lent: RefCell<Vec<Array<T>>>,
}
impl<T: Element> Buffers<T> {
    pub(crate) fn of(spare: Spare<T>) -> Self {
        Buffers { last: RefCell::new(spare.0), lent: RefCell::default() }
    }
    /// Returns the memory that this pass has used.
    pub(crate) fn spare(self) -> Spare<T> {
        Spare(self.lent.into_inner())
    }
    /// An array of this size, with any numbers in it.
    fn take(&self, size: [usize; 2]) -> Array2<T> {
        let again = free(&mut self.lent.borrow_mut(), size);
        again.or_else(|| free(&mut self.last.borrow_mut(), size)).unwrap_or_else(|| Array2::zeros(size))
    }
    /// Makes the memory of `array` known, so that the next pass may use it.
    fn keep(&self, array: &Array<T>) {
        self.lent.borrow_mut().push(array.clone());
    }
}

/// Takes an array of this size that nobody else holds.
fn free<T: Element>(known: &mut Vec<Array<T>>, size: [usize; 2]) -> Option<Array2<T>> {
    for k in 0..known.len() {
        if known[k].shape() == size && known[k].is_standard_layout() {
            match known.swap_remove(k).try_into_owned_nocopy() {
                Ok(own) => return Some(own),
                Err(held) => {
                    known.push(held); // back to its place
                    let end = known.len() - 1;
                    known.swap(k, end);
                }
            }
        }
    }
    None
}

/// How a pass is run: with which memory, and whether anybody reads the change of the input. The default allocates, and
/// computes it.
#[derive(Debug)]
pub struct Running<'a, T = f64> {
    pub(crate) buffers: Option<&'a Buffers<T>>,
    pub(crate) idle: bool,
}
impl<T> Clone for Running<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Running<'_, T> {}
impl<T> Default for Running<'_, T> {
    fn default() -> Self {
        Running { buffers: None, idle: false }
    }
}
impl<T: Element> Running<'_, T> {
    /// Returns an array of this size; `fill` finds any numbers in it and writes all of them.
    pub(crate) fn make(&self, size: [usize; 2], fill: impl FnOnce(&mut Array2<T>)) -> Array<T> {
        let mut own = self.buffers.map_or_else(|| Array2::zeros(size), |b| b.take(size));
        fill(&mut own);
        let made = own.into_shared();
        self.keep(&made);
        made
    }
    /// Returns zeros of this size.
    pub(crate) fn zeros(&self, size: [usize; 2]) -> Array<T> {
        self.make(size, |a| a.fill(T::zero()))
    }
    /// Returns `f` of every number.
    pub(crate) fn map(&self, x: &Array<T>, f: impl Fn(T) -> T) -> Array<T> {
        self.make([x.nrows(), x.ncols()], |y| Zip::from(y).and(x).for_each(|y, &x| *y = f(x)))
    }
    /// Returns a copy that nobody else holds: who gets it may write into it.
    pub fn copy(&self, x: &Array<T>) -> Array<T> {
        match self.buffers {
            None => x.clone(),
            Some(b) => {
                let mut own = b.take([x.nrows(), x.ncols()]);
                own.assign(x);
                own.into_shared()
            }
        }
    }
    /// Lets the next pass use the memory of `array` once everybody has dropped it.
    pub fn keep(&self, array: &Array<T>) {
        if let Some(b) = self.buffers {
            b.keep(array);
        }
    }
}
