//! How a constant is stored: every bit of it, whatever the format.
//!
//! A format for people gets the shortest text that reads back to the same number, and `inf`, `-inf`, `NaN`: JSON has no
//! numbers for these, and not every reader of JSON rounds decimals correctly. Other formats get the number itself.

use crate::real::Primitive;
use alloc::string::String;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

pub(super) fn serialize<F: Primitive + Serialize, S: Serializer>(c: &F, to: S) -> Result<S::Ok, S::Error> {
    match to.is_human_readable() {
        true => to.collect_str(&format_args!("{:?}", c.widen())),
        false => c.serialize(to),
    }
}
pub(super) fn deserialize<'de, F: Primitive + Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<F, D::Error> {
    if !from.is_human_readable() {
        return F::deserialize(from);
    }
    let text = String::deserialize(from)?;
    let number = text.parse().map(F::of);
    number.map_err(|_| D::Error::custom(format_args!("const: expected a number, found `{text}`")))
}
