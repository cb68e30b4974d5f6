//! Small whole numbers in few bits.

use crate::{
    error::Result,
    net::{Array, Element, same_shape},
    rule::{Memory, Residual},
};
use alloc::vec::Vec;

/// A batch of whole numbers of a few bits each.
///
/// # Cost
/// As many as fit into 64 bits share a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes {
    bits: u32,
    shape: [usize; 2],
    words: Vec<u64>,
}
impl Codes {
    /// Returns the codes of a batch, each below $2^{\mathrm{bits}}$; `bits` is from 1 to 64.
    ///
    /// # Example
    /// ```
    /// use pullback::rule::Codes;
    /// let x = ndarray::arr2(&[[0.0, 3.0, 1.0]]).into_shared();
    /// let codes = Codes::pack(2, &x, |&x| x as usize);
    /// assert_eq!(codes.iter().collect::<Vec<_>>(), [0, 3, 1]);
    /// ```
    pub fn pack<T>(bits: u32, x: &Array<T>, code: impl Fn(&T) -> usize) -> Self {
        let bits = bits.clamp(1, 64);
        let (each, mut words) = ((64 / bits) as usize, Vec::with_capacity(x.len() * bits as usize / 64 + 1));
        for (k, x) in x.iter().enumerate() {
            if k % each == 0 {
                words.push(0);
            }
            if let Some(word) = words.last_mut() {
                *word |= (code(x) as u64) << ((k % each) as u32 * bits);
            }
        }
        Codes { bits, shape: [x.nrows(), x.ncols()], words }
    }
    /// Returns the codes, row by row.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        let (each, mask) = ((64 / self.bits) as usize, u64::MAX >> (64 - self.bits));
        let count = self.shape[0] * self.shape[1];
        (0..count).map(move |k| ((self.words[k / each] >> ((k % each) as u32 * self.bits)) & mask) as usize)
    }
    /// Returns `dy`, each number times what its code stands for.
    pub(super) fn times<T: Element>(&self, dy: &Array<T>, level: impl Fn(usize) -> T) -> Result<Array<T>> {
        same_shape("pointwise", &self.shape, dy.shape())?;
        let mut codes = self.iter();
        Ok(dy.map(|&d| codes.next().map_or(d, |c| level(c).times(d))).into_shared())
    }
}
impl Residual for Codes {
    fn count(&self, memory: &mut Memory) {
        memory.add(&self.words);
    }
}
