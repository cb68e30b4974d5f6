//! A diagram for Graphviz.

use super::names::Names;
use crate::{
    diagram::{Diagram, Generator, Placed, Wire},
    error::Result,
};
use alloc::{format, string::String, vec, vec::Vec};

/// Returns the diagram as a Graphviz graph, from left to right.
///
/// A box has a field for each wire that it reads or makes, in order from above. What is inside a box stands with it in a
/// cluster. An edge carries the name of its wire as a tooltip, the same name as in [`text`](super::text).
///
/// # Errors
/// The fault of the diagram, or of one inside.
///
/// # Example
/// ```
/// use pullback::{view, *};
/// let p = Program::record(|x| x[0].sin(), &[1.0])?;
/// let dot = view::dot(&p)?;
/// assert!(dot.starts_with("digraph diagram {\n") && dot.contains("x0 -> b0:i0"));
/// # Ok::<(), Error>(())
/// ```
pub fn dot<G: Generator>(d: &Diagram<G>) -> Result<String> {
    let mut out = String::from(
        "digraph diagram {\n  rankdir=LR;\n  node [shape=record, fontname=monospace];\n  edge [arrowsize=0.6];\n",
    );
    write(d, "", "  ", &mut out)?;
    out.push_str("}\n");
    Ok(out)
}

/// Writes one diagram whose nodes have names that start with `prefix`.
fn write<G: Generator>(d: &Diagram<G>, prefix: &str, indent: &str, out: &mut String) -> Result<()> {
    d.validate()?;
    let names = Names::of(d);
    let rank = |side: &str| if prefix.is_empty() { format!("rank={side}; ") } else { String::new() };
    let ends = |letter: char, n: usize| -> String {
        (0..n).map(|k| format!("{prefix}{letter}{k} [label=\"{letter}{k}\", shape=plaintext]; ")).collect()
    };
    out.push_str(&format!("{indent}{{ {}{}}}\n", rank("source"), ends('x', d.arity().0)));
    let mut makers: Vec<String> = (0..d.arity().0).map(|k| format!("{prefix}x{k}")).collect();
    for b in d.boxes() {
        let name = format!("{prefix}b{}", b.site);
        let node = format!("{name} [label=\"{}\"];", record(&b));
        match b.generator.inside() {
            None => out.push_str(&format!("{indent}{node}\n")),
            Some(inside) => {
                let title = quoted(&b.generator.label());
                out.push_str(&format!("{indent}subgraph cluster_{name} {{\n{indent}  label=\"{title}\";\n"));
                out.push_str(&format!("{indent}  {node}\n"));
                write(inside, &format!("{name}_"), &format!("{indent}  "), out)?;
                out.push_str(&format!("{indent}}}\n"));
            }
        }
        makers.extend((0..b.outputs.len()).map(|k| format!("{name}:o{k}:e")));
    }
    out.push_str(&format!("{indent}{{ {}{}}}\n", rank("sink"), ends('y', d.arity().1)));
    let mut edge = |w: Wire, to: String| {
        let w = w.index();
        out.push_str(&format!("{indent}{} -> {to} [tooltip=\"{}\"];\n", makers[w], names.wire(w)));
    };
    for b in d.boxes() {
        b.args.iter().enumerate().for_each(|(k, &w)| edge(w, format!("{prefix}b{}:i{k}:w", b.site)));
    }
    d.outputs().iter().enumerate().for_each(|(k, &w)| edge(w, format!("{prefix}y{k}")));
    Ok(())
}
/// Returns the fields of a box: what it reads, its label, what it makes.
fn record<G: Generator>(b: &Placed<'_, G>) -> String {
    let ports = |letter: char, n: usize| -> Option<String> {
        let fields: Vec<String> = (0..n).map(|k| format!("<{letter}{k}>")).collect();
        (n > 0).then(|| format!("{{{}}}", fields.join("|")))
    };
    let label: String = b.generator.label().chars().fold(String::new(), |mut s, c| {
        if "{}|<> ".contains(c) {
            s.push('\\');
            s.push(c);
        } else {
            s.push_str(&quoted(c.encode_utf8(&mut [0; 4])));
        }
        s
    });
    let fields = vec![ports('i', b.args.len()), Some(label), ports('o', b.outputs.len())];
    format!("{{{}}}", fields.into_iter().flatten().collect::<Vec<_>>().join("|"))
}
/// Returns the text as it stands between quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
