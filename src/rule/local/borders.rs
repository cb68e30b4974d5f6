//! Where one block ends and the next begins.

use crate::{
    error::{Error, Result},
    net::{Element, Layer, Net},
    rule::Site,
};
use alloc::format;

/// Where the borders between blocks of layers are. Inside a block a change travels as under backprop; across a border
/// nothing does, not even on a wire that passes the border by. So layers on a branch beside a border learn nothing, unless
/// the branch has a border too.
///
/// # Example
/// ```
/// use pullback::{category::{Identity, Relu}, learn::*, net::*, rule::*};
/// let net = dense(2, 4, Relu) >> dense(4, 4, Relu) >> dense(4, 4, Relu) >> dense(4, 2, Identity);
/// let learned = |borders| {
///     let rule = LocalLoss::prediction().on(borders);
///     let p = net.under::<_, f64>(rule).init(&mut uniform(1))?;
///     Ok::<_, pullback::Error>(p.count() - net.parameters())
/// };
/// assert_eq!(learned(Borders::Activations)?, 3 * (2 * 4)); // a head of classes × width at each border
/// assert_eq!(learned(Borders::Every(2))?, 2 * 4);
/// assert_eq!(learned(Borders::Nowhere)?, 0); // one block: backprop
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Borders {
    /// Behind every activation.
    #[default]
    Activations,
    /// Behind every so-manieth activation, counted on the longest way from the input.
    Every(usize),
    /// At the wires of these names, see [`tap`](crate::net::tap).
    Taps(&'static [&'static str]),
    /// Nowhere: the network is one block.
    Nowhere,
}
impl Borders {
    /// Says whether there is a border behind this layer.
    pub fn behind<T: Element>(&self, s: &Site<'_, T>) -> bool {
        match (self, s.layer) {
            (Borders::Activations, layer) => layer.activation().is_some(),
            (Borders::Every(k), layer) => layer.activation().is_some() && *k > 0 && s.depth % k == 0,
            (Borders::Taps(names), Layer::Tap(tap)) => names.contains(&tap.name.as_str()),
            _ => false,
        }
    }
    /// Says whether the network has these wires.
    ///
    /// # Errors
    /// [`Error::Unreadable`] for a name that no wire has.
    pub fn check(&self, net: &Net) -> Result<()> {
        let Borders::Taps(names) = self else { return Ok(()) };
        let has = |name: &str| net.boxes().any(|b| matches!(b.generator, Layer::Tap(tap) if tap.name == name));
        match names.iter().find(|name| !has(name)) {
            Some(name) => Err(Error::Unreadable { what: "borders", why: format!("no wire has the name {name}") }),
            None => Ok(()),
        }
    }
}
