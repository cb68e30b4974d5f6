//! A diagram line by line.

use super::names::{Names, is_constant};
use crate::{
    diagram::{Diagram, Generator, Placed, Wire},
    error::Result,
};
use alloc::{format, string::String, vec::Vec};

/// Returns the diagram as a list, a box a line: `w4 = mul w0 w3`.
///
/// Inputs are `x0`, `x1`, …, outputs `y0`, `y1`, …, every other wire `w` and its
/// [`index`](crate::diagram::Wire::index). A box that reads nothing and makes one wire, a constant, is written where it
/// is read. Four or more wires in a row are `x0 .. x3`. What is inside a box stands below it, indented, with names of
/// its own.
///
/// # Errors
/// The fault of the diagram, or of one inside.
///
/// # Example
/// ```
/// use pullback::{view, *};
/// let p = Program::record(|x| x[0] * x[1] + 2.0, &[1.0, 3.0])?;
/// assert_eq!(view::text(&p)?, "\
/// inputs x0 x1
/// w2 = mul x0 x1
/// w4 = add w2 2
/// y0 = w4
/// ");
/// # Ok::<(), Error>(())
/// ```
pub fn text<G: Generator>(d: &Diagram<G>) -> Result<String> {
    let mut out = String::new();
    list(d, "", &mut out)?;
    Ok(out)
}

fn list<G: Generator>(d: &Diagram<G>, indent: &str, out: &mut String) -> Result<()> {
    d.validate()?;
    let names = Names::of(d);
    let inputs: Vec<Wire> = d.inputs().collect();
    out.push_str(&line(indent, &["inputs", &names.list(&inputs)]));
    for b in d.boxes().filter(|b| !is_constant(b)) {
        out.push_str(&line(indent, &[&sentence(&b, &names)]));
        if let Some(inside) = b.generator.inside() {
            list(inside, &format!("{indent}    "), out)?;
        }
    }
    for (k, &w) in d.outputs().iter().enumerate() {
        out.push_str(&line(indent, &[&format!("y{k} = {}", names.value(w))]));
    }
    Ok(())
}
/// Returns `w4 = mul w0 w3`; a label of several words ends with a colon.
pub(super) fn sentence<G: Generator>(b: &Placed<'_, G>, names: &Names) -> String {
    let made: Vec<Wire> = b.made().collect();
    let mut label = b.generator.label();
    if label.contains(char::is_whitespace) && !b.args.is_empty() {
        label.push(':');
    }
    let said = line("", &[&label, &names.list(b.args)]);
    match made.is_empty() {
        true => said.trim_end().into(),
        false => format!("{} = {}", names.list(&made), said.trim_end()),
    }
}
/// Returns the words that are not empty, as a line.
fn line(indent: &str, words: &[&str]) -> String {
    let words: Vec<&str> = words.iter().copied().filter(|w| !w.is_empty()).collect();
    format!("{indent}{}\n", words.join(" "))
}
