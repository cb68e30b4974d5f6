//! What a value is compared with before it is taken for a reward.

use crate::error::Result;
use alloc::vec::Vec;

/// What is taken from the value of each row before it multiplies what was drawn for that row: less variance, and no bias,
/// because none of them depends on that draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Baseline {
    /// Nothing.
    Zero,
    /// The mean of the other rows of the batch; nothing for a row that is alone.
    ///
    /// $$ v_i - \frac1{n-1} \sum_{j \ne i} v_j = \frac{n}{n-1} (v_i - \bar v) $$
    ///
    /// The mean of all rows, its own among them, would make the estimate too small by $1 - 1/n$.
    Others,
    /// The value of the same row where the rule has drawn nothing.
    #[default]
    Still,
}
impl Baseline {
    /// Returns the values less what they are compared with; `still` is asked for where it is needed.
    pub(in crate::rule) fn compare(
        self,
        values: Vec<f64>,
        still: impl FnOnce() -> Result<Vec<f64>>,
    ) -> Result<Vec<f64>> {
        match (self, values.len()) {
            (Baseline::Zero, _) | (Baseline::Others, 0 | 1) => Ok(values),
            (Baseline::Others, n) => {
                let n = n as f64;
                let mean = values.iter().sum::<f64>() / n;
                Ok(values.iter().map(|v| (v - mean) * (n / (n - 1.0))).collect())
            }
            (Baseline::Still, _) => Ok(values.iter().zip(still()?).map(|(v, still)| v - still).collect()),
        }
    }
}
