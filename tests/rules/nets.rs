//! The networks that every rule must run on, or refuse by name.

use pullback::net::*;

/// A network in two parts.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) parts: [Net; 2],
    pub(crate) inputs: usize,
}
impl Case {
    pub(crate) fn whole(&self) -> Net {
        self.parts[0].clone() >> self.parts[1].clone()
    }
}
/// A dense network, one with a residual connection, a convolutional and an attentive one, with three outputs each.
pub(crate) fn nets(f: impl Into<Activation>) -> [Case; 4] {
    let f = f.into();
    let last = |ins| flatten() >> dense(ins, 3, Activation::Identity);
    let image = conv2d(Window::new([1, 4, 4], [3, 3]).padding([1, 1]), 2) >> pointwise(f);
    let pooled = image >> max_pool(Window::new([2, 4, 4], [2, 2]).stride([2, 2]));
    let tokens = reshape(&[3, 4]) >> tokenwise(3, 4, 4) >> residual(causal_attention(3, 4, 2)) >> layer_norm(4);
    [
        Case { name: "dense", parts: [dense(5, 7, f), dense(7, 3, Activation::Identity)], inputs: 5 },
        Case { name: "residual", parts: [dense(5, 7, f) >> residual(dense(7, 7, f)), last(7)], inputs: 5 },
        Case { name: "convolution", parts: [pooled, last(8)], inputs: 16 },
        Case { name: "attention", parts: [tokens, last(12)], inputs: 12 },
    ]
}
