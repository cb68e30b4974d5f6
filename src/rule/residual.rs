//! How much memory is kept between the two halves of a pass.

use crate::net::{Array, Element};
use alloc::{collections::BTreeSet, sync::Arc, vec::Vec};
use ndarray::Array2;
use smallvec::SmallVec;

/// Counts memory; a block that is met twice counts once.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    met: BTreeSet<usize>,
    bytes: usize,
}
impl Memory {
    /// Adds the memory behind `block`, unless it was met before.
    pub fn add<X>(&mut self, block: &[X]) {
        self.add_at(block.as_ptr() as usize, size_of_val(block));
    }
    fn add_at(&mut self, address: usize, bytes: usize) {
        self.bytes += if bytes > 0 && self.met.insert(address) { bytes } else { 0 };
    }
    /// Returns the number of bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What a layer keeps for its reverse map: it can say how much memory that is.
pub trait Residual {
    /// Adds the memory of the kept numbers to `memory`.
    ///
    /// # Example
    /// ```
    /// use pullback::{net::Array, rule::{Memory, Residual}};
    /// let (a, mut memory) = (Array::<f64>::zeros((2, 3)), Memory::default());
    /// (a.clone(), Some(a)).count(&mut memory); // a clone shares its memory
    /// assert_eq!(memory.bytes(), 48);
    /// ```
    fn count(&self, memory: &mut Memory);
}
impl<T: Element> Residual for Array<T> {
    fn count(&self, memory: &mut Memory) {
        memory.add_at(self.as_ptr() as usize, self.len() * size_of::<T>());
    }
}
impl<T: Element> Residual for Array2<T> {
    fn count(&self, memory: &mut Memory) {
        memory.add_at(self.as_ptr() as usize, self.len() * size_of::<T>());
    }
}
impl Residual for usize {
    fn count(&self, memory: &mut Memory) {
        memory.add(core::slice::from_ref(self));
    }
}
impl Residual for Arc<[usize]> {
    fn count(&self, memory: &mut Memory) {
        memory.add(self);
    }
}
impl<K: Residual> Residual for Option<K> {
    fn count(&self, memory: &mut Memory) {
        self.iter().for_each(|k| k.count(memory));
    }
}
impl<K: Residual, const N: usize> Residual for [K; N] {
    fn count(&self, memory: &mut Memory) {
        self.iter().for_each(|k| k.count(memory));
    }
}
impl<K: Residual> Residual for Vec<K> {
    fn count(&self, memory: &mut Memory) {
        self.iter().for_each(|k| k.count(memory));
    }
}
impl<K: Residual, const N: usize> Residual for SmallVec<[K; N]>
where
    [K; N]: smallvec::Array<Item = K>,
{
    fn count(&self, memory: &mut Memory) {
        self.iter().for_each(|k| k.count(memory));
    }
}
macro_rules! tuples { ($(($($k:ident)*))*) => { $(
    impl<$($k: Residual),*> Residual for ($($k,)*) {
        #[allow(non_snake_case, unused_variables)]
        fn count(&self, memory: &mut Memory) {
            let ($($k,)*) = self;
            $( $k.count(memory); )*
        }
    }
)* } }
tuples! { () (A) (A B) (A B C) (A B C D) }
