//! What is said of a diagram that is too large to be drawn.

use super::svg::escaped;
use crate::diagram::{Diagram, Generator};
use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};

/// Kinds of boxes that are named.
const KINDS: usize = 12;

/// The numbers of a diagram, as lines of text.
pub(super) struct Summary {
    lines: Vec<String>,
}

impl Summary {
    pub(super) fn of<G: Generator>(d: &Diagram<G>) -> Self {
        let (inputs, outputs) = d.arity();
        let mut depth = vec![0; d.wires()];
        let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
        for b in d.boxes() {
            let below = b.args.iter().map(|w| depth[w.index()]).max().unwrap_or(0);
            b.outputs.clone().for_each(|w| depth[w] = below + 1);
            *kinds.entry(b.generator.name()).or_default() += 1;
        }
        let mut kinds: Vec<(usize, &str)> = kinds.into_iter().map(|(name, count)| (count, name)).collect();
        kinds.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let mut lines = vec![
            format!("{} boxes, too many to draw", d.len()),
            format!("{inputs} inputs, {outputs} outputs"),
            format!("longest path {} boxes", depth.iter().max().unwrap_or(&0)),
            String::new(),
        ];
        lines.extend(kinds.iter().take(KINDS).map(|(count, name)| format!("{count:7} {name}")));
        if kinds.len() > KINDS {
            let rest: usize = kinds[KINDS..].iter().map(|k| k.0).sum();
            lines.push(format!("{rest:7} of {} other kinds", kinds.len() - KINDS));
        }
        Summary { lines }
    }
    /// Draws the box below `top` and returns its size.
    pub(super) fn draw(&self, top: f64, body: &mut String) -> [f64; 2] {
        let longest = self.lines.iter().map(|l| l.chars().count()).max().unwrap_or(0);
        let (width, height) = (longest as f64 * 7.3 + 28.0, self.lines.len() as f64 * 18.0 + 18.0);
        body.push_str(&format!(
            "<g class=\"summary\"><rect x=\"12\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"5\" \
             fill=\"#e3edfb\" stroke=\"#4a78b8\"/>\n",
            top + 12.0
        ));
        for (k, said) in self.lines.iter().enumerate() {
            let y = top + 33.0 + 18.0 * k as f64;
            let said = escaped(said);
            body.push_str(&format!(
                "<text class=\"summary\" x=\"26\" y=\"{y:.1}\" xml:space=\"preserve\">{said}</text>\n"
            ));
        }
        body.push_str("</g>\n");
        [width + 24.0, height + 24.0]
    }
}
