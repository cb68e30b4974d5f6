//! The picture of the README: one network under five rules, what rides backward under each, and how well it learns.

use crate::{
    chart::{Area, Axis, FINE, GREY, INK, Line, Scale, colour, draw_curves, drawn, fault, text},
    data::Data,
    network::Hidden,
    train::{Outcome, Task},
};
use plotters::{
    prelude::*,
    style::text_anchor::{HPos, VPos},
};
use pullback::rule::*;
use std::{fs, path::Path};

/// What rides backward.
enum Way {
    /// A change, from layer to layer, through these matrices.
    Through([&'static str; 2]),
    /// The error, from the output to each layer.
    Direct,
    /// Nothing: each layer has a head of its own.
    Heads,
    /// One number a sample, the same for all.
    Number,
}
/// A rule with its two lines of text.
type Panel = (&'static str, &'static str, Way, fn(&Task<'_>) -> pullback::Result<Outcome>);
const PANELS: [Panel; 5] = [
    ("Backprop", "the transposed weights", Way::Through(["W₃ᵀ", "W₂ᵀ"]), |t| t.train(Backprop)),
    ("FeedbackAlignment", "fixed random matrices", Way::Through(["B₃", "B₂"]), |t| {
        t.train(FeedbackAlignment::seeded(t.seed))
    }),
    ("DirectFeedback", "the error, at once", Way::Direct, |t| t.train(DirectFeedback::seeded(t.seed))),
    ("LocalLoss", "nothing: a head a layer", Way::Heads, |t| t.train(LocalLoss::prediction())),
    ("ActivityPerturbation", "one number a sample", Way::Number, |t| t.adam(ActivityPerturbation::seeded(t.seed))),
];

/// Trains the five and writes the picture.
pub(crate) fn write(path: &str, data: &Data) -> Result<(), String> {
    let task = Task::new(data, Hidden::Tanh, 0, [usize::MAX; 2]);
    let mut lines = vec![];
    for (name, _, _, run) in &PANELS {
        let points = run(&task).map_err(|e| format!("{name}: {e}"))?.curve;
        lines.push(Line { name: (*name).into(), points, pale: false });
    }
    let linear = task.linear().map_err(|e| e.to_string())?.accuracy;
    lines.push(Line { name: "no hidden layers".into(), points: vec![[0.0, linear], [30.0, linear]], pale: true });
    let svg = drawn([WIDTH, 580], |root| {
        let (above, below) = root.split_vertically(HIGH * FINE);
        for (k, (panel, area)) in PANELS.iter().zip(above.split_evenly((1, PANELS.len()))).enumerate() {
            draw(&area, panel, colour(k))?;
        }
        let numbers = |k: usize| lines.iter().flat_map(|l| &l.points).map(move |p| p[k]);
        let x = Axis::over("passes over 1437 digits", Scale::Linear, numbers(0));
        let y = Axis::over("right on 360 others, %", Scale::Right, numbers(1));
        draw_curves(&below, "", x, y, &lines)
    })?;
    let folder = Path::new(path).parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(path, svg)).map_err(|e| format!("{path}: {e}"))
}

const WIDTH: i32 = 1000;
const HIGH: i32 = 290;
/// The boxes of the three layers, from below, and the loss above them.
const LEFT: i32 = 52;
const BOX: [i32; 2] = [58, 28];
fn height(layer: i32) -> i32 {
    HIGH - 46 - 56 * layer
}

/// Draws the network, grey, and what rides backward, in the colour of the rule.
fn draw(area: &Area<'_>, (name, says, way, _): &Panel, tint: RGBColor) -> Result<(), String> {
    let pen = Pen(area);
    pen.text(name, 13, tint, [100, 18])?;
    pen.text(says, 11, INK, [100, 36])?;
    let middle = LEFT + BOX[0] / 2;
    pen.text("digit", 11, GREY, [middle, height(0) + 42])?;
    for (layer, label) in ["W₁ tanh", "W₂ tanh", "W₃", "loss"].into_iter().enumerate() {
        let y = height(layer as i32);
        let ink = if layer == 3 { tint } else { INK };
        pen.frame([LEFT, y - BOX[1] / 2], ink)?;
        pen.text(label, 11, ink, [middle, y])?;
        pen.arrow(&[[middle, y + BOX[1] / 2 + 20], [middle, y + BOX[1] / 2 + 1]], GREY)?;
    }
    let right = LEFT + BOX[0];
    match way {
        Way::Through(labels) => {
            let down = |from: i32, label: &str| -> Result<(), String> {
                let (a, z) = (height(from), height(from - 1));
                pen.arrow(&[[right, a + 5], [right + 22, a + 5], [right + 22, z - 5], [right + 1, z - 5]], tint)?;
                pen.text(label, 11, tint, [right + 40, (a + z) / 2])
            };
            down(3, "")?;
            down(2, labels[0])?;
            down(1, labels[1])?;
        }
        Way::Direct => {
            for (layer, label) in [(2, ""), (1, "B₂"), (0, "B₁")] {
                let (far, y) = (right + 40 - 12 * layer, height(layer));
                pen.arrow(&[[right, height(3)], [far, height(3)], [far, y], [right + 1, y]], tint)?;
                pen.text(label, 11, tint, [right + 14, y - 9])?;
            }
        }
        Way::Heads => {
            pen.arrow(
                &[[right, height(3)], [right + 22, height(3)], [right + 22, height(2)], [right + 1, height(2)]],
                tint,
            )?;
            for layer in [0, 1] {
                let y = height(layer);
                pen.arrow(&[[right, y - 7], [right + 30, y - 7], [right + 30, y + 7], [right + 1, y + 7]], tint)?;
                pen.text(["M₁", "M₂"][layer as usize], 11, tint, [right + 44, y])?;
            }
        }
        Way::Number => {
            let far = right + 26;
            pen.text("d ∈ ℝ", 11, tint, [far + 20, height(3)])?;
            for layer in [0, 1, 2] {
                let y = height(layer);
                pen.arrow(&[[right, height(3)], [far, height(3)], [far, y], [right + 1, y]], tint)?;
                pen.text(["u₁", "u₂", "u₃"][layer as usize], 11, GREY, [LEFT - 30, y])?;
                pen.arrow(&[[LEFT - 20, y], [LEFT - 1, y]], GREY)?;
            }
        }
    }
    Ok(())
}

/// Draws in our pixels.
struct Pen<'a, 's>(&'a Area<'s>);
impl Pen<'_, '_> {
    fn text(&self, what: &str, size: i32, ink: RGBColor, [x, y]: [i32; 2]) -> Result<(), String> {
        self.0.draw_text(what, &text(size, &ink, HPos::Center, VPos::Center), (x * FINE, y * FINE)).map_err(fault)
    }
    fn frame(&self, [x, y]: [i32; 2], ink: RGBColor) -> Result<(), String> {
        let corners = [(x * FINE, y * FINE), ((x + BOX[0]) * FINE, (y + BOX[1]) * FINE)];
        self.0.draw(&Rectangle::new(corners, ink.stroke_width(FINE as u32 * 3 / 2))).map_err(fault)
    }
    /// A line along these points, with a head at the last.
    fn arrow(&self, points: &[[i32; 2]], ink: RGBColor) -> Result<(), String> {
        let fine: Vec<(i32, i32)> = points.iter().map(|[x, y]| (x * FINE, y * FINE)).collect();
        let [.., from, to] = &fine[..] else { return Ok(()) };
        let (back, side) = (6 * FINE, 3 * FINE);
        let (dx, dy) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
        let end = (to.0 - dx * back, to.1 - dy * back);
        let head = vec![*to, (end.0 + dy * side, end.1 + dx * side), (end.0 - dy * side, end.1 - dx * side)];
        self.0.draw(&PathElement::new(fine.clone(), ink.stroke_width(FINE as u32 * 3 / 2))).map_err(fault)?;
        self.0.draw(&Polygon::new(head, ink.filled())).map_err(fault)
    }
}
