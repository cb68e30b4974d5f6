//! A diagram as a picture.

use super::{
    layout::{Block, Layout, Piece, Side, layout},
    names::{Names, is_constant},
    summary::Summary,
    text::sentence,
};
use crate::{
    diagram::{Diagram, Generator, Placed},
    error::Result,
};
use alloc::{boxed::Box, format, string::String, vec, vec::Vec};

/// What chooses the colour of a box.
type Tint<'a, G> = dyn Fn(&Placed<'_, G>) -> usize + 'a;

/// How [`svg_with`] draws.
pub struct Style<'a, G> {
    tint: Box<Tint<'a, G>>,
    limit: usize,
}
impl<G> core::fmt::Debug for Style<'_, G> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Style").field("limit", &self.limit).finish_non_exhaustive()
    }
}
impl<G> Default for Style<'_, G> {
    fn default() -> Self {
        Style { tint: Box::new(|_| 0), limit: 300 }
    }
}
impl<'a, G> Style<'a, G> {
    /// Returns the style in which `tint` chooses the colour of each box, by a number: 0 blue, 1 orange, 2 green, 3 violet,
    /// 4 red, and so on from the start. It is not asked for boxes inside boxes.
    #[must_use]
    pub fn tint(self, tint: impl Fn(&Placed<'_, G>) -> usize + 'a) -> Self {
        Style { tint: Box::new(tint), ..self }
    }
    /// Returns the style in which a diagram of more than `limit` boxes, inputs and outputs is summarised instead of
    /// drawn; 300 at first.
    ///
    /// # Example
    /// ```
    /// use pullback::{view::{self, Style}, *};
    /// let p = Program::record(|x| x[0].sin().cos(), &[1.0])?; // one input, two boxes, one output
    /// assert!(view::svg_with(&p, &Style::default().limit(3))?.contains("2 boxes, too many to draw"));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Style { limit, ..self }
    }
}

/// Returns the diagram as an SVG picture, inputs on the left, outputs on the right.
///
/// A wire that is read more than once has a dot where it is copied; a wire that nothing reads ends in a bar. The wires
/// of a box stand in their order from above. What is inside a box is drawn below, once for all boxes that have the same
/// inside. Boxes and wires tell their line of [`text`](super::text) when the mouse rests on them. The background is
/// transparent; the picture reads on light and on dark. More than 300 boxes, inputs and outputs make a summary: see
/// [`Style::limit`].
///
/// # Errors
/// The fault of the diagram, or of one inside.
///
/// # Cost
/// At most the number of boxes times the number of layers, for each of some 60 sweeps.
///
/// # Example
/// ```
/// use pullback::{category::{Circuit, Polynomial, Z2}, view};
/// let square = Circuit::<Z2>::copy(1) >> Circuit::generator(Polynomial::Mul);
/// let picture = view::svg(&square)?;
/// assert_eq!(picture.matches("class=\"fork\"").count(), 1); // one wire is copied
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn svg<G: Generator>(d: &Diagram<G>) -> Result<String> {
    svg_with(d, &Style::default())
}
/// Returns the diagram as an SVG picture in a style. See [`svg`].
///
/// # Errors
/// As [`svg`].
///
/// # Example
/// The way back of a gradient in orange:
/// ```
/// use pullback::{view::{self, Style}, *};
/// let both = Program::record(|x| x[0].sin() * x[1], &[1.0, 2.0])?.value_and_gradient()?;
/// let forward = view::needed(&both, [0])?;
/// let picture = view::svg_with(&both, &Style::default().tint(|b| usize::from(!forward[b.site])))?;
/// assert_eq!(picture.matches("box tint1").count(), 2); // cos x0, and its product with x1
/// # Ok::<(), Error>(())
/// ```
pub fn svg_with<G: Generator>(d: &Diagram<G>, style: &Style<'_, G>) -> Result<String> {
    let mut pages = vec![(String::new(), d)];
    let (mut body, mut size, mut done) = (String::new(), [0.0f64, 0.0], 0);
    while let Some((caption, page)) = pages.get(done).cloned() {
        page.validate()?;
        if !caption.is_empty() {
            size[1] += 18.0;
            body.push_str(&format!(
                "<text class=\"caption\" x=\"12\" y=\"{}\">{}</text>\n",
                size[1],
                escaped(&caption)
            ));
            size[1] += 4.0;
        }
        let count = page.len() + page.arity().0 + page.arity().1;
        let drawn = if count > style.limit {
            Summary::of(page).draw(size[1], &mut body)
        } else {
            for b in page.boxes() {
                if let Some(inside) = b.generator.inside().filter(|inside| pages.iter().all(|(_, p)| p != inside)) {
                    pages.push((format!("inside {}", b.generator.label()), inside));
                }
            }
            let tint: &Tint<'_, G> = if done == 0 { &style.tint } else { &|_| 0 };
            draw(page, tint, size[1], &mut body)
        };
        size = [size[0].max(drawn[0]), size[1] + drawn[1]];
        done += 1;
    }
    let [width, height] = size;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\">\n<style>{STYLE}</style>\n{body}</svg>\n"
    ))
}

/// Fill and line of a box by tint.
const TINTS: [[&str; 2]; 5] = [
    ["#e3edfb", "#4a78b8"],
    ["#fdebd6", "#c77d2a"],
    ["#e2f2e1", "#4b9150"],
    ["#efe6f9", "#8662b5"],
    ["#fbe3e3", "#c0504f"],
];
const STYLE: &str = "\
text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1c2530;text-anchor:middle}\
.caption{fill:#7b8794}\
.caption,.summary{text-anchor:start}\
.wire{fill:none;stroke:#7b8794;stroke-width:1.4}\
.wire:hover{stroke:#d9480f;stroke-width:2.4}\
.fork{fill:#7b8794}\
.end{stroke:#7b8794;stroke-width:2.4}\
.port rect{fill:#eceff2;stroke:#a3adb8}";

/// A rounded rectangle with a label and a tooltip.
struct Shape {
    class: String,
    label: String,
    title: String,
    colours: Option<[&'static str; 2]>,
}
impl Shape {
    fn width(&self) -> f64 {
        self.label.chars().count() as f64 * 7.3 + 16.0
    }
    fn draw(&self, [x, y]: [f64; 2], [w, h]: [f64; 2], body: &mut String) {
        let Shape { class, label, title, colours } = self;
        let paint = colours.map_or(String::new(), |[fill, line]| format!(" fill=\"{fill}\" stroke=\"{line}\""));
        let round = if colours.is_some() { 5.0 } else { 10.0 };
        body.push_str(&format!(
            "<g class=\"{class}\"><title>{}</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" \
             rx=\"{round}\"{paint}/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>\n",
            escaped(title),
            x + w / 2.0,
            y + h / 2.0 + 4.0,
            escaped(label)
        ));
    }
}

/// Draws one diagram below `top` and returns its size.
fn draw<G: Generator>(d: &Diagram<G>, tint: &dyn Fn(&Placed<'_, G>) -> usize, top: f64, body: &mut String) -> [f64; 2] {
    let names = Names::of(d);
    let (mut shapes, mut blocks) = (vec![], vec![]);
    let mut add = |shape: Shape, reads: Vec<usize>, makes: core::ops::Range<usize>, side| {
        let ports = reads.len().max(makes.len());
        let least = if shape.colours.is_some() { 26.0 } else { 20.0 };
        blocks.push(Block { size: [shape.width(), (13.0 * ports as f64).max(least)], reads, makes, side });
        shapes.push(shape);
    };
    let pill = |label: String, title: String, class: &str| Shape { class: class.into(), label, title, colours: None };
    for k in 0..d.arity().0 {
        add(pill(format!("x{k}"), format!("input {k}"), "port input"), vec![], k..k + 1, Side::Left);
    }
    for b in d.boxes() {
        let (label, title) = (shortened(b.generator.label()), sentence(&b, &names));
        let shape = if is_constant(&b) {
            pill(label, title, "box port constant")
        } else {
            let tint = tint(&b) % TINTS.len();
            Shape { class: format!("box tint{tint}"), label, title, colours: Some(TINTS[tint]) }
        };
        add(shape, b.args.iter().map(|w| w.index()).collect(), b.outputs.clone(), Side::Middle);
    }
    for (k, &w) in d.outputs().iter().enumerate() {
        let title = format!("y{k} = {}", names.value(w));
        add(pill(format!("y{k}"), title, "port output"), vec![w.index()], d.wires()..d.wires(), Side::Right);
    }
    let placed = layout(&blocks);
    wires(&placed, &names, top, body);
    for ((shape, block), corner) in shapes.iter().zip(&blocks).zip(&placed.corners) {
        shape.draw([corner[0], corner[1] + top], block.size, body);
    }
    placed.size
}
fn wires(placed: &Layout, names: &Names, top: f64, body: &mut String) {
    for (wire, route) in placed.routes.iter().enumerate() {
        let path: String = route.pieces.iter().map(|p| curve(p, top)).collect();
        body.push_str(&format!("<path class=\"wire\" d=\"{path}\"><title>{}</title></path>\n", names.wire(wire)));
        for [x, y] in &route.forks {
            body.push_str(&format!("<circle class=\"fork\" cx=\"{x:.1}\" cy=\"{:.1}\" r=\"3\"/>\n", y + top));
        }
        if let Some([x, y]) = route.end {
            let (above, below) = (y + top - 5.0, y + top + 5.0);
            body.push_str(&format!("<path class=\"end\" d=\"M{x:.1} {above:.1}V{below:.1}\"/>\n"));
        }
    }
}
fn curve(p: &Piece, top: f64) -> String {
    let (start, end) = (p.from[1] + top, p.to[1] + top);
    let [a, z] = p.bend;
    let middle = (a + z) / 2.0;
    let bend = match a < z {
        true => format!("C{middle:.1} {start:.1} {middle:.1} {end:.1} {z:.1} {end:.1}"),
        false => String::new(),
    };
    format!("M{:.1} {start:.1}H{a:.1}{bend}H{:.1}", p.from[0], p.to[0])
}

/// The longest label that is drawn whole.
const LONGEST: usize = 32;
fn shortened(label: String) -> String {
    match label.chars().count() > LONGEST {
        true => label.chars().take(LONGEST - 1).chain(['…']).collect(),
        false => label,
    }
}
/// Returns the text as it stands in XML; characters that cannot stand there become `\u{FFFD}`.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut s, c| {
        match c {
            '<' => s.push_str("&lt;"),
            '>' => s.push_str("&gt;"),
            '&' => s.push_str("&amp;"),
            '"' => s.push_str("&quot;"),
            c if c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => s.push('\u{FFFD}'),
            c => s.push(c),
        }
        s
    })
}
