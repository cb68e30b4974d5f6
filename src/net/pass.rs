//! Exact passes of a whole network: for layers that hold one, and for what needs every layer's inputs and changes.

use super::{Array, At, Element, Layer, Net, Params, Shape, same_shape};
use crate::{
    diagram::{Args, Few, Functor, LensFunctor},
    error::{Error, Result, same_len},
    lens::Additive,
};
use alloc::{boxed::Box, vec::Vec};
use ndarray::{Array2, Axis, Slice};

/// The parameters of each layer, and when the layers run.
#[derive(Clone)]
pub(super) struct Pass<'a, T> {
    slots: Vec<&'a [Array2<T>]>,
    draw: Option<u64>,
    /// Where the network stands in another one: the place there, and the step.
    within: Option<[u64; 2]>,
}
/// What a layer keeps: its inputs and its output.
pub(super) type Kept<T> = (Few<Array<T>>, Array<T>);
/// The outputs, and what each layer keeps.
type Forward<T> = (Vec<Array<T>>, Vec<Kept<T>>);

impl<'a, T: Element> Pass<'a, T> {
    /// A pass with these parameters that draws nothing.
    pub(super) fn of(net: &Net, p: &'a Params<T>) -> Result<Self> {
        same_len("params", net.len(), p.slots.len())?;
        Ok(Pass { slots: p.slots.iter().map(|slot| &slot[..]).collect(), draw: None, within: None })
    }
    /// A pass of a network inside a layer, whose parameters lie in a row.
    pub(super) fn inside(net: &Net, at: At, mut p: &'a [Array2<T>]) -> Result<Self> {
        let mut slots = Vec::with_capacity(net.len());
        for b in net.boxes() {
            let own = b.generator.weights().len();
            let (slot, rest) = p.split_at_checked(own).ok_or(Error::ShapeMismatch {
                op: "params",
                expected: [own].into(),
                found: [p.len()].into(),
            })?;
            slots.push(slot);
            p = rest;
        }
        Ok(Pass { slots, draw: at.draw, within: Some([at.site as u64, 0]) })
    }
    /// The same pass at another step.
    pub(super) fn step(mut self, step: usize) -> Self {
        self.within = self.within.map(|[site, _]| [site, step as u64]);
        self
    }
    pub(super) fn at(&self, site: usize) -> At {
        let hidden = |[outer, step]: [u64; 2]| crate::random::mix(&[outer, step, site as u64]) as usize;
        At { site: self.within.map_or(site, hidden), draw: self.draw }
    }
    /// Returns the outputs, and what each layer keeps.
    pub(super) fn forward(&self, net: &Net, x: Few<Array<T>>) -> Result<Forward<T>> {
        let mut unused = |_: usize, _: &Layer, _: &Kept<T>, _: &Array<T>| Ok(Sent::new());
        net.sweep_forward(&mut Exact { pass: self, back: &mut unused }, x)
    }
    /// Returns the outputs and their changes for changes of the inputs and of the parameters.
    pub(super) fn along(&self, changes: &Pass<'_, T>, net: &Net, x: Pairs<T>) -> Result<Pairs<T>> {
        net.walk(&mut Along { pass: self, changes }, x)
    }
    /// Returns the changes of the inputs. `back` is asked for those of each layer.
    pub(super) fn backward(
        &self,
        net: &Net,
        kept: Vec<Kept<T>>,
        by: Few<Option<Array<T>>>,
        back: &mut Back<'_, T>,
    ) -> Result<Vec<Option<Array<T>>>> {
        let mut run = Exact { pass: self, back };
        net.sweep_backward(&mut run, kept, by)
    }
    /// Returns the changes of the inputs of one layer; those of its parameters are added to `dp`.
    pub(super) fn pull(
        &self,
        site: usize,
        layer: &Layer,
        (x, y): &Kept<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Sent<T>> {
        let x: Few<&Array<T>> = x.iter().collect();
        Ok(layer.vjp(self.at(site), self.slots[site], &x, y, dy, dp)?.into_iter().map(Some).collect())
    }
    /// The parameters of one layer.
    pub(super) fn slot(&self, site: usize) -> &'a [Array2<T>] {
        self.slots[site]
    }
}
/// A batch and a change of it on each wire.
pub(super) type Pairs<T> = Vec<(Array<T>, Array<T>)>;
/// What is asked for the changes of a layer's inputs: its place, what it kept, the change of its output.
pub(super) type Back<'b, T> = dyn FnMut(usize, &Layer, &Kept<T>, &Array<T>) -> Result<Sent<T>> + 'b;
/// What a layer sends back on each input.
pub(super) type Sent<T> = Few<Option<Array<T>>>;

fn in_layer(layer: &Layer, site: usize) -> impl FnOnce(Error) -> Error {
    let layer = layer.kernel_name();
    move |cause| Error::InLayer { layer, site, cause: Box::new(cause) }
}

struct Exact<'p, 'a, 'b, T> {
    pass: &'p Pass<'a, T>,
    back: &'p mut Back<'b, T>,
}
impl<T: Element> LensFunctor<Layer> for Exact<'_, '_, '_, T> {
    type Fwd = Array<T>;
    type Back = Array<T>;
    type Res = Kept<T>;
    fn fwd(&mut self, site: usize, l: &Layer, args: Args<'_, Array<T>>, out: &mut Vec<Array<T>>) -> Result<Kept<T>> {
        let x: Few<&Array<T>> = args.iter().collect();
        let y = l.apply(self.pass.at(site), self.pass.slots[site], &x).map_err(in_layer(l, site))?;
        out.push(y.clone());
        Ok((x.into_iter().cloned().collect(), y))
    }
    fn bwd(&mut self, site: usize, l: &Layer, kept: Kept<T>, by: &[Option<Array<T>>]) -> Result<Few<Option<Array<T>>>> {
        match (l, by) {
            (Layer::Detach(_), _) | (_, []) | (_, [None, ..]) => Ok(smallvec::smallvec![None; kept.0.len()]),
            (_, [Some(by), ..]) => (self.back)(site, l, &kept, by).map_err(in_layer(l, site)),
        }
    }
    fn merge(&mut self, mut a: Array<T>, b: Array<T>) -> Result<Array<T>> {
        a.add(&b)?;
        Ok(a)
    }
}

struct Along<'p, 'a, T> {
    pass: &'p Pass<'a, T>,
    changes: &'p Pass<'a, T>,
}
impl<T: Element> Functor<Layer> for Along<'_, '_, T> {
    type Wire = (Array<T>, Array<T>);
    fn apply(&mut self, site: usize, l: &Layer, args: Args<'_, Self::Wire>, out: &mut Vec<Self::Wire>) -> Result<()> {
        let (x, dx): (Few<&Array<T>>, Few<&Array<T>>) = args.iter().map(|(x, dx)| (x, dx)).unzip();
        let (at, p) = (self.pass.at(site), self.pass.slots[site]);
        let y = l.apply(at, p, &x).map_err(in_layer(l, site))?;
        let dy = l.jvp(at, p, &x, &y, &dx, self.changes.slots[site]).map_err(in_layer(l, site))?;
        out.push((y, dy));
        Ok(())
    }
}

impl Net {
    /// Returns the network in which every [`BatchNorm`](super::BatchNorm) holds the statistics of the batch `x` as
    /// constants, so that a prediction no longer depends on its companions. Parameters stay as they are.
    ///
    /// # Errors
    /// Those of a pass that draws nothing, with their place.
    pub fn with_statistics<T: Element>(&self, p: &Params<T>, x: &Array<T>) -> Result<Net> {
        let (_, kept) = Pass::of(self, p)?.forward(self, smallvec::smallvec![x.clone()])?;
        let mut fault = None;
        let held = self.substitute(|site, layer| {
            Net::generator(match layer {
                Layer::BatchNorm(b) => match b.measured(&kept[site].0[0]) {
                    Ok(statistics) => super::BatchNorm { statistics: Some(statistics), ..b.clone() }.into(),
                    Err(e) => {
                        fault.get_or_insert(e);
                        layer.clone()
                    }
                },
                other => other.clone(),
            })
        })?;
        fault.map_or(Ok(held), Err)
    }
    /// Returns the output at `x`, and its change along the changes `dp` of the parameters and `dx` of the input, exactly:
    /// $\dot y = J_p \dot p + J_x \dot x$. `draw` is the number of the draw, `None` while predicting. Arrays of a rule
    /// behind a layer's own are not looked at.
    ///
    /// # Errors
    /// Those of a pass, with their place; [`Error::NoPartial`] where a layer has no derivative.
    ///
    /// # Cost
    /// About two passes forward; nothing is kept.
    ///
    /// # Example
    /// ```
    /// use pullback::net::*;
    /// use ndarray::arr2;
    /// let p = |w: f64| Params::new(vec![vec![arr2(&[[w]])]]);
    /// let (x, dx) = (arr2(&[[3.0]]).into_shared(), arr2(&[[10.0]]).into_shared());
    /// let (y, dy) = linear(1, 1).jvp(&p(2.0), &p(1.0), None, &x, &dx)?;
    /// assert_eq!((y[[0, 0]], dy[[0, 0]]), (6.0, 1.0 * 3.0 + 2.0 * 10.0));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    #[doc(alias = "pushforward")]
    pub fn jvp<T: Element>(
        &self,
        p: &Params<T>,
        dp: &Params<T>,
        draw: Option<u64>,
        x: &Array<T>,
        dx: &Array<T>,
    ) -> Result<(Array<T>, Array<T>)> {
        let pass = Pass { draw, ..Pass::of(self, p)? };
        let mut y = pass.along(&Pass::of(self, dp)?, self, alloc::vec![(x.clone(), dx.clone())])?;
        same_len("outputs of the network", 1, y.len())?;
        Ok(y.remove(0))
    }
    /// Returns the gradient of each example with respect to all parameters: row $i$ is
    /// $\bar y_i^\top \, \partial y_i / \partial p$, in the order of [`Params::flat`]. The pass draws nothing.
    ///
    /// One pass forward and one back for the whole batch; a linear layer then writes its rows as outer products. Other
    /// layers *with parameters* are asked row by row.
    ///
    /// # Errors
    /// [`Error::NoReverse`] where a layer joins the rows of a batch, so that an example has no gradient of its own; and
    /// those of a pass.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::Identity, net::*};
    /// let net = dense(2, 1, Identity);
    /// let p = Params::new(vec![vec![ndarray::arr2(&[[1.0, 1.0]]), ndarray::arr2(&[[0.0]])]]);
    /// let (x, dy) = (ndarray::arr2(&[[2.0, 3.0], [4.0, 5.0]]), ndarray::arr2(&[[1.0], [10.0]]));
    /// let rows = net.per_example(&p, &x.into_shared(), &dy.into_shared())?;
    /// assert_eq!(rows, ndarray::arr2(&[[2.0, 3.0, 1.0], [40.0, 50.0, 10.0]]));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn per_example<T: Element>(&self, p: &Params<T>, x: &Array<T>, dy: &Array<T>) -> Result<Array2<T>> {
        if let Some(b) = self.boxes().find(|b| b.generator.mixes_rows()) {
            return Err(Error::NoReverse { rule: "a gradient of one example", layer: b.generator.kernel_name() });
        }
        let pass = Pass::of(self, p)?;
        let (y, kept) = pass.forward(self, smallvec::smallvec![x.clone()])?;
        same_len("outputs of the network", 1, y.len())?;
        same_shape("per_example", y[0].shape(), dy.shape())?;
        let counts = self.boxes().map(|b| b.generator.weights().iter().map(|w| w.size[0] * w.size[1]).sum::<usize>());
        let ends: Vec<usize> = counts
            .scan(0, |end, n| {
                *end += n;
                Some(*end)
            })
            .collect();
        let mut rows = Array2::zeros((x.nrows(), ends.last().copied().unwrap_or(0)));
        pass.backward(self, kept, smallvec::smallvec![Some(dy.clone())], &mut |site, layer, kept, dy| {
            let start = site.checked_sub(1).map_or(0, |before| ends[before]);
            let out = rows.slice_axis_mut(Axis(1), Slice::from(start..ends[site]));
            layer.per_row(pass.at(site), pass.slot(site), kept, dy, out)?;
            pass.pull(site, layer, kept, dy, &mut [])
        })?;
        Ok(rows)
    }
    /// Returns the shape of the output of each layer where a sample has this shape.
    ///
    /// # Errors
    /// As [`shapes`](Self::shapes).
    ///
    /// # Example
    /// ```
    /// use pullback::{category::Relu, net::*};
    /// let net = conv2d(Window::new([1, 8, 8], [3, 3]), 4) >> pointwise(Relu) >> flatten() >> dense(144, 10, Relu);
    /// assert_eq!(net.shapes_of(&[1, 8, 8])?[2], Some(vec![144]));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn shapes_of(&self, x: &[usize]) -> Result<Vec<Option<Shape>>> {
        self.shaped(self.inputs().map(|_| Some(x.to_vec())).collect()).map(|(all, _)| all)
    }
}
