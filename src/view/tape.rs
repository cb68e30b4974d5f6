//! A recording as a diagram.

use crate::{
    diagram::{Diagram, Few, Generator, Wire},
    tape::Pullback,
};
use alloc::{format, string::String, vec::Vec};
use num_traits::Float;

/// An entry of a tape as a box: its change is the sum of these partials, each times the change of an argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// One partial for each argument, rounded to `f64`.
    pub partials: Few<f64>,
}

/// The arguments are called by letters as long as these suffice.
const LETTERS: [char; 4] = ['a', 'b', 'c', 'd'];

impl Generator for Entry {
    fn name(&self) -> &'static str {
        "entry"
    }
    fn arity(&self) -> (usize, usize) {
        (self.partials.len(), 1)
    }
    /// Returns for instance `3a - 0.5b`, for arguments `a` and `b`; partials have four digits.
    fn label(&self) -> String {
        if self.partials.len() > LETTERS.len() {
            return format!("sum of {}", self.partials.len());
        }
        let mut said = String::new();
        for (&p, letter) in self.partials.iter().zip(LETTERS) {
            let sign = if p.is_sign_negative() { "-" } else { "+" };
            match (said.is_empty(), sign) {
                (true, "+") => {}
                (true, _) => said.push_str(sign),
                (false, _) => said.push_str(&format!(" {sign} ")),
            }
            let size = short(p.abs());
            said.push_str(if size == "1" { "" } else { &size });
            said.push(letter);
        }
        if said.is_empty() { "0".into() } else { said }
    }
}
/// Returns four digits of `x`, without zeros at the end.
fn short(x: f64) -> String {
    let rounded = format!("{x:.3e}").parse().unwrap_or(x);
    let digits = format!("{rounded:?}");
    digits.strip_suffix(".0").unwrap_or(&digits).into()
}

/// Returns the entries of a recording as a diagram, to be listed or drawn.
///
/// A box is an entry of the tape, its label the partials that the sweep multiplies by. Since cheap operations share an
/// entry, there are fewer boxes than operations. An output that is a lazy sum of entries gets a box of its own.
///
/// # Example
/// ```
/// use pullback::{view, *};
/// let (y, pb) = vjp(|x| vec![x[0] * x[1].exp()], &[3.0, 0.0])?;
/// assert_eq!((y, pb.pull(&[1.0])?), (vec![3.0], vec![1.0, 3.0]));
/// assert!(view::text(&view::tape(&pb))?.ends_with("= a + 3b: x0 x1\ny0 = w2\n"));
/// # Ok::<(), Error>(())
/// ```
pub fn tape<T: Float, F>(recording: &Pullback<T, F>) -> Diagram<Entry> {
    Diagram::build(recording.inputs(), |d, x| {
        let mut wires: Vec<Wire> = x.to_vec();
        let push = |d: &mut Diagram<Entry>, wires: &[Wire], pairs: &[(usize, T)]| {
            let args: Vec<Wire> = pairs.iter().map(|&(k, _)| wires[k]).collect();
            let partials = pairs.iter().map(|(_, p)| p.to_f64().unwrap_or(f64::NAN)).collect();
            d.push(Entry { partials }, &args)[0]
        };
        for pairs in recording.entries() {
            let wire = push(d, &wires, &pairs);
            wires.push(wire);
        }
        let outputs = recording.results().map(|pairs| match pairs[..] {
            [(k, one)] if one == T::one() => wires[k],
            _ => push(d, &wires, &pairs),
        });
        outputs.collect()
    })
}
