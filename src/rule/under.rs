//! A network under a rule: a lens.

use super::{Input, Memory, Residual, Rule, Site, Taps, Watch};
use crate::{
    diagram::Few,
    error::{Error, Result, same_len},
    net::{Array, At, Element, Layer, Net, Params, Running, Start, numbers},
};
use alloc::{sync::Arc, vec::Vec};
use ndarray::Array2;

/// A network under a rule. Made by [`Net::under`].
#[derive(Clone, Debug)]
pub struct Under<R, T = f64> {
    net: Arc<Net>,
    rule: R,
    places: Arc<[Place<T>]>,
    outputs: usize,
    /// Why the network is none; every use returns it.
    fault: Option<Error>,
    /// What looks at named wires.
    pub(super) taps: Option<Taps<T>>,
    /// What looks at rounds.
    pub(super) watch: Option<Watch>,
}
/// What is known of a layer's place before data comes.
#[derive(Clone, Debug)]
struct Place<T> {
    reads: usize,
    width: usize,
    /// Which layer made each input; `None` is the input of the network.
    from: Few<Option<usize>>,
    /// Whether the layer reads the input of the network, perhaps in another shape.
    first: bool,
    /// Whether something learns, or is looked at, before the layer.
    heard: bool,
    /// How many numbers each number of its first input is the sum of.
    terms: usize,
    depth: usize,
    fixed: Vec<Array2<T>>,
    /// How many arrays the layer has there, its own and the learned ones.
    arrays: usize,
}

impl Net {
    /// Returns the network under `rule`: a lens from a batch to a batch, with [`Params`].
    ///
    /// # Errors
    /// None here. A network whose shapes do not fit, or with more than one input or output, returns its fault from
    /// every use.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::Identity, lens::*, net::*, rule::*};
    /// use ndarray::arr2;
    /// let under = dense(2, 1, Identity).under(Backprop);
    /// let p = Params::new(vec![vec![arr2(&[[2.0, 3.0]]), arr2(&[[0.5]])]]);
    /// let (y, dx, dp) = Lens(under).pull(&p, arr2(&[[1.0, -1.0]]).into_shared(), arr2(&[[1.0]]).into_shared())?;
    /// assert_eq!((y[[0, 0]], dx), (-0.5, arr2(&[[2.0, 3.0]]).into_shared()));
    /// assert_eq!(dp.slots[0], [arr2(&[[1.0, -1.0]]), arr2(&[[1.0]])]);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn under<R: Rule, T: Element>(&self, rule: R) -> Under<R, T> {
        let net = Arc::new(self.clone());
        let mut under = Under { net, rule, places: Arc::new([]), outputs: 0, fault: None, taps: None, watch: None };
        match under.plan() {
            Ok(places) => under.places = places.into(),
            Err(e) => under.fault = Some(e),
        }
        under
    }
}

impl<R: Rule, T: Element> Under<R, T> {
    /// Returns the same network under the rule that a wrapper is around: its arrays are the wrapper's.
    pub(super) fn with<S: Rule>(&self, rule: S) -> Under<S, T> {
        let Under { net, places, outputs, fault, taps, watch, .. } = self;
        Under {
            net: net.clone(),
            rule,
            places: places.clone(),
            outputs: *outputs,
            fault: fault.clone(),
            taps: taps.clone(),
            watch: watch.clone(),
        }
    }
    fn plan(&mut self) -> Result<Vec<Place<T>>> {
        self.net.validate()?;
        let (inputs, outputs) = self.net.arity();
        same_len("inputs of the network", 1, inputs)?;
        same_len("outputs of the network", 1, outputs)?;
        let shapes = self.net.shapes()?;
        let features = |shape: &Option<Vec<usize>>| shape.as_ref().map_or(0, |s| numbers(s));
        let mut on_wire = alloc::vec![0; self.net.wires()];
        for b in self.net.boxes() {
            on_wire[b.outputs.start] = features(&shapes[b.site]);
            if let (Some(reads), Some(w)) = (b.generator.reads(), b.args.first()) {
                on_wire[w.index()] = reads; // what reads a wire may know more than what makes it
            }
        }
        self.outputs = on_wire[self.net.outputs()[0].index()];
        let (mut raw, mut heard) = (alloc::vec![true; inputs], alloc::vec![false; inputs]);
        let terms = terms(&self.net);
        let mut depths = alloc::vec![0; inputs];
        let place = |b: crate::diagram::Placed<'_, Layer>| {
            let reads = b.args.first().map_or(0, |w| on_wire[w.index()]);
            let from = b.args.iter().map(|w| w.index().checked_sub(inputs)).collect(); // a layer makes one wire
            let first = b.args.iter().any(|w| raw[w.index()]);
            raw.push(first && moves(b.generator));
            let before = b.args.iter().any(|w| heard[w.index()]);
            let deepest = b.args.iter().map(|w| depths[w.index()]).max().unwrap_or(0);
            let depth = deepest + usize::from(b.generator.activation().is_some());
            depths.push(depth);
            let width = on_wire[b.outputs.start];
            let terms = b.args.first().map_or(1, |w| terms[w.index()]);
            let mut place =
                Place { reads, width, from, first, heard: before, terms, depth, fixed: Vec::new(), arrays: 0 };
            let site = self.at_place(b.generator, &place, At { site: b.site, draw: None }, &[], Running::default());
            let learned = self.rule.learned(&site, &mut || 0.0).len();
            place.fixed = self.rule.fixed(&site);
            place.arrays = b.generator.weights().len() + learned;
            heard.push(before || place.arrays > 0 || matches!(b.generator, Layer::Tap(_)));
            place
        };
        Ok(self.net.boxes().map(place).collect())
    }
    fn at_place<'a>(
        &self,
        layer: &'a Layer,
        place: &'a Place<T>,
        at: At,
        p: &'a [Array2<T>],
        run: Running<'a, T>,
    ) -> Site<'a, T> {
        let Place { reads, width, first, heard, terms, depth, ref from, ref fixed, .. } = *place;
        let run = Running { idle: run.idle && !heard, ..run };
        Site { layer, at, reads, width, from, first, terms, depth, outputs: self.outputs, p, fixed, run }
    }
    /// Returns a layer in its place, for a pass over parameters that were checked.
    pub(super) fn placed<'a>(
        &'a self,
        layer: &'a Layer,
        at: At,
        p: &'a [Array2<T>],
        run: Running<'a, T>,
    ) -> Site<'a, T> {
        self.at_place(layer, &self.places[at.site], at, p, run)
    }
    /// Returns the place of the layer `site` with the parameters `p`.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where there is no such layer, or the parameters are of another network or rule.
    pub fn site<'a>(&'a self, site: usize, draw: Option<u64>, p: &'a Params<T>) -> Result<Site<'a, T>> {
        let b = self.net.boxes().nth(site);
        let (Some(b), Some(place), Some(slot)) = (b, self.places.get(site), p.slots.get(site)) else {
            return same_len("params", self.places.len(), p.slots.len()).and(Err(Error::ShapeMismatch {
                op: "site",
                expected: alloc::vec![self.places.len()],
                found: alloc::vec![site],
            }));
        };
        Ok(self.at_place(b.generator, place, At { site, draw }, slot, Running::default()))
    }
    /// Returns the network.
    pub fn net(&self) -> &Net {
        &self.net
    }
    /// Returns the rule.
    pub fn rule(&self) -> &R {
        &self.rule
    }
    /// How many arrays the layer `site` has, its own and the learned ones.
    pub(super) fn arrays(&self, site: usize) -> usize {
        self.places.get(site).map_or(0, |place| place.arrays)
    }
    /// Says whether the network is one, and the parameters are of it and of the rule.
    ///
    /// # Errors
    /// The fault of the network; [`Error::ShapeMismatch`] where slots are missing have another number of arrays, or what
    /// a rule has learned has another shape than under this one.
    pub fn check(&self, p: &Params<T>) -> Result<()> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        same_len("params", self.places.len(), p.slots.len())?;
        self.places.iter().zip(&p.slots).try_for_each(|(place, slot)| same_len("params", place.arrays, slot.len()))
    }
    /// Returns first parameters: the network's own as by [`Net::init`], and the learned ones of the rule.
    ///
    /// # Errors
    /// The fault of the network.
    pub fn init(&self, draw: &mut impl FnMut() -> f64) -> Result<Params<T>> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let mut p: Params<T> = self.net.init(draw);
        for (b, place) in self.net.boxes().zip(self.places.iter()) {
            let site = self.at_place(b.generator, place, At { site: b.site, draw: None }, &[], Running::default());
            let learned = self.rule.learned(&site, draw);
            p.slots[b.site].extend(learned);
        }
        Ok(p)
    }
    /// Returns how many bytes the layers keep between the two halves of a pass at `x`. Memory that several of them share
    /// counts once.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    ///
    /// # Example
    /// ```
    /// use pullback::{category::Relu, net::*, rule::*};
    /// let net = dense(3, 4, Relu);
    /// let (p, x) = (net.init(&mut || 0.5), Array::<f64>::zeros((2, 3)));
    /// // x, what entered the rectifier, and what left it
    /// assert_eq!(net.under(Backprop).residual_bytes(&p, x)?, 8 * (2 * 3 + 2 * 4 + 2 * 4));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn residual_bytes(&self, p: &Params<T>, x: Input<R, T>) -> Result<usize> {
        let mut memory = Memory::default();
        self.forward(p, Some(p.draws), x)?.1.count(&mut memory);
        Ok(memory.bytes())
    }
    /// Returns what the network answers, without drawing anything.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn predict(&self, p: &Params<T>, x: Input<R, T>) -> Result<Array<T>> {
        self.rule.predict(self, p, x)
    }
}

/// Returns of how many numbers the numbers on each wire are the sums.
pub(super) fn terms(net: &Net) -> Vec<usize> {
    let mut terms = alloc::vec![1_usize; net.wires()];
    for b in net.boxes() {
        let read: Few<usize> = b.args.iter().map(|w| terms[w.index()]).collect();
        let made = match (b.generator, &read[..]) {
            (layer, _) if layer.is_linear() => match layer.weights().first().map(|w| w.start) {
                Some(Start::Fans { fan_in, .. }) => fan_in.max(1),
                _ => 1,
            },
            (Layer::Add(_), &[a, b]) => a.saturating_add(b),
            (Layer::Reshape(_) | Layer::Flatten(_) | Layer::Permute(_) | Layer::Detach(_) | Layer::Tap(_), &[a]) => a,
            _ => 1,
        };
        b.outputs.for_each(|w| terms[w] = made);
    }
    terms
}
/// Says whether a layer hands on all numbers of its input, perhaps in another order or shape.
fn moves(layer: &Layer) -> bool {
    matches!(layer, Layer::Reshape(_) | Layer::Flatten(_) | Layer::Permute(_) | Layer::Tap(_))
}
