//! Attention, put together from its parts.

use super::{Mask, MatMul, Net, Permute, Reshape, Softmax, layer, tokenwise};
use crate::diagram::Wire;

/// Returns self-attention of `tokens` tokens of `width` features with `heads` heads:
///
/// $$ y = \Big[\mathrm{softmax}\big(q_h k_h^\top / \sqrt{d}\big)\, v_h\Big]_h W_o^\top + b_o, \qquad d = \mathrm{width}/\mathrm{heads} $$
///
/// where $q$, $k$, $v$ are linear in each token. It is a network of layers that can be used alone; every rule sees them.
///
/// # Shapes
/// `[tokens, width]` to the same. Parameters: the `weight` and `bias` of $q$, $k$, $v$ and of the output.
///
/// # Errors
/// From every use: a width that `heads` does not divide.
///
/// # Cost
/// $O(\mathrm{tokens}^2 \cdot \mathrm{width} + \mathrm{tokens} \cdot \mathrm{width}^2)$ for a sample; the scores of all
/// heads are kept.
///
/// # Example
/// ```
/// use pullback::net::*;
/// let net = attention(5, 8, 2);
/// assert_eq!((net.parameters(), net.shapes()?.last()), (4 * (8 * 8 + 8), Some(&Some(vec![5, 8]))));
/// let wrong = attention(5, 8, 3).shapes().unwrap_err();
/// assert_eq!(wrong.to_string(), "permute at layer 1: expected length 30, found 40");
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Vaswani et al. 2017.
pub fn attention(tokens: usize, width: usize, heads: usize) -> Net {
    attention_with(tokens, width, heads, None)
}
/// Returns [`attention`] in which token `i` sees the tokens up to `i`.
pub fn causal_attention(tokens: usize, width: usize, heads: usize) -> Net {
    attention_with(tokens, width, heads, Some(Mask::causal(tokens)))
}
/// Returns [`attention`] with this [`Mask`] on the scores: tokens × tokens for all heads alike, or heads times as many.
pub fn attention_with(tokens: usize, width: usize, heads: usize, mask: Option<Mask>) -> Net {
    let d = width.checked_div(heads).unwrap_or(0);
    let scale = if d > 0 { num_traits::Float::sqrt(d as f64).recip() } else { 1.0 };
    let part = || {
        let heads_first = Permute { shape: [tokens, heads, d].into(), axes: [1, 0, 2].into() };
        tokenwise(tokens, width, width) >> layer(heads_first)
    };
    let scores = MatMul { heads, rows: tokens, inner: d, columns: tokens, transposed: true, scale };
    let mixed = MatMul { heads, rows: tokens, inner: tokens, columns: d, transposed: false, scale: 1.0 };
    let tokens_first = Permute { shape: [heads, tokens, d].into(), axes: [1, 0, 2].into() };
    let together = layer(tokens_first) >> layer(Reshape([tokens, width].into())) >> tokenwise(tokens, width, width);
    Net::build(1, |net, x| {
        let mut one = |part: &Net, args: &[Wire]| net.inline(part, args);
        let [q, k, v] = [0; 3].map(|_| one(&part(), x));
        let mut weights = one(&layer(scores), &[q, k].concat());
        if let Some(mask) = mask {
            weights = one(&layer(mask), &weights);
        }
        weights = one(&layer(Softmax { features: tokens }), &weights);
        let y = one(&layer(mixed), &[weights, v].concat());
        one(&together, &y)
    })
}
