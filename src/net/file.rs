//! Parameters to and from safetensors files.

use super::{Element, Net, Params};
use crate::{
    error::{Error, Result},
    real::Primitive,
};
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::fmt::Display;
use ndarray::Array2;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

fn unreadable(why: impl Display) -> Error {
    Error::Unreadable { what: "safetensors", why: why.to_string() }
}
/// How many steps have drawn random numbers, in the notes of the file.
const DRAWS: &str = "draws";
fn kind<T: Primitive>() -> Dtype {
    if size_of::<T>() == 4 { Dtype::F32 } else { Dtype::F64 }
}
fn bytes<T: Primitive>(a: &Array2<T>) -> Vec<u8> {
    match kind::<T>() {
        Dtype::F32 => a.iter().flat_map(|x| (x.widen() as f32).to_le_bytes()).collect(),
        _ => a.iter().flat_map(|x| x.widen().to_le_bytes()).collect(),
    }
}
/// The numbers of a tensor; those of a narrower kind are widened, a wider kind is refused.
fn numbers<T: Primitive>(view: &TensorView<'_>) -> Option<Vec<T>> {
    let single = |b: &[u8]| b.try_into().map(f32::from_le_bytes).map(|x| T::of(f64::from(x))).ok();
    let double = |b: &[u8]| b.try_into().map(f64::from_le_bytes).map(T::of).ok();
    match (view.dtype(), kind::<T>()) {
        (Dtype::F32, _) => view.data().chunks(4).map(single).collect(),
        (Dtype::F64, Dtype::F64) => view.data().chunks(8).map(double).collect(),
        _ => None,
    }
}

impl<T: Element<F = T> + Primitive> Params<T> {
    /// Returns all arrays as the bytes of a safetensors file: a tensor of two axes for each [name](Net::names) of the
    /// network, and what a rule has learned as `0.linear.rule.0` and so on. [`of_net`](Params::of_net) leaves that out.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where the parameters are of another network.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::Identity, learn::uniform, net::*};
    /// let net = dense(3, 2, Identity);
    /// let p: Params = net.init(&mut uniform(1));
    /// assert_eq!(Params::from_safetensors(&net, &p.to_safetensors(&net)?)?, p);
    /// let e = Params::<f64>::from_safetensors(&dense(3, 1, Identity), &p.to_safetensors(&net)?).unwrap_err();
    /// assert_eq!(e.to_string(), "safetensors: 0.linear.weight: expected shape [1, 3], found [2, 3]");
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn to_safetensors(&self, net: &Net) -> Result<Vec<u8>> {
        let own = self.own(net)?;
        let learned = net
            .boxes()
            .zip(self.slots.iter().zip(own))
            .flat_map(|(b, (slot, own))| slot[own..].iter().enumerate().map(move |(k, a)| (learned(&b, k), a)));
        let data: Vec<(String, Vec<usize>, Vec<u8>)> =
            self.named(net)?.chain(learned).map(|(name, a)| (name, a.shape().to_vec(), bytes(a))).collect();
        let views = data.iter().map(|(name, shape, data)| {
            Ok((name, TensorView::new(kind::<T>(), shape.clone(), data).map_err(unreadable)?))
        });
        let notes = [(DRAWS.to_string(), self.draws.to_string())].into_iter().collect();
        safetensors::serialize(views.collect::<Result<Vec<_>>>()?, Some(notes)).map_err(unreadable)
    }
    /// Returns the parameters that the bytes of a safetensors file hold for `net`, with what a rule had learned. Numbers
    /// of `f32` are widened to `f64`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] for bytes that are no such file, and where a tensor is missing, is not of the network, or
    /// has another shape or a kind of number that would lose digits.
    pub fn from_safetensors(net: &Net, bytes: &[u8]) -> Result<Self> {
        let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let (mut names, mut wanted) = (net.names().into_iter(), Vec::new());
        for b in net.boxes() {
            let own = b.generator.weights().into_iter().zip(names.by_ref());
            wanted.extend(own.map(|(w, name)| (b.site, name, w.size)));
            for name in (0..).map(|k| learned(&b, k)) {
                match file.tensor(&name).as_ref().map(TensorView::shape) {
                    Ok(&[rows, columns]) => wanted.push((b.site, name, [rows, columns])),
                    Ok(shape) => return Err(unreadable(format!("{name}: expected two axes, found {shape:?}"))),
                    Err(_) => break,
                }
            }
        }
        if let Some(other) = file.names().into_iter().find(|&name| !wanted.iter().any(|(_, n, _)| n == name)) {
            return Err(unreadable(format!("{other}: expected a name of the network")));
        }
        let mut slots = vec![vec![]; net.len()];
        for (site, name, size) in wanted {
            slots[site].push(array(&file, &name, size)?);
        }
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let draws = match header.metadata().as_ref().and_then(|notes| notes.get(DRAWS)) {
            Some(draws) => draws.parse().map_err(|e| unreadable(format!("{DRAWS}: {e}")))?,
            None => 0,
        };
        Ok(Params { draws, ..Params::new(slots) })
    }
}
/// The name of an array that a rule has learned.
fn learned(b: &crate::diagram::Placed<'_, super::Layer>, k: usize) -> String {
    format!("{}.{}.rule.{k}", b.site, b.generator.kernel_name())
}
fn array<T: Primitive>(file: &SafeTensors<'_>, name: &str, size: [usize; 2]) -> Result<Array2<T>> {
    let view = file.tensor(name).map_err(|_| unreadable(format!("{name}: expected a tensor, found none")))?;
    if view.shape() != size {
        return Err(unreadable(format!("{name}: expected shape {size:?}, found {:?}", view.shape())));
    }
    let numbers: Vec<T> = numbers(&view).ok_or_else(|| {
        unreadable(format!("{name}: expected {:?} or narrower, found {:?}", kind::<T>(), view.dtype()))
    })?;
    let found = numbers.len();
    Array2::from_shape_vec(size, numbers).map_err(|_| Error::ShapeMismatch {
        op: "safetensors",
        expected: size.to_vec(),
        found: vec![found],
    })
}
