//! Curves as a picture, in as much SVG as that takes.

use std::{fmt::Write as _, fs, io, path::Path};

/// A curve with a name.
pub(crate) type Curve = (String, Vec<f64>);

const COLOURS: [&str; 6] = ["#1b6ca8", "#c8553d", "#3a7d44", "#8e44ad", "#b8860b", "#555555"];
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;

/// Writes the curves as a picture of 720 × 400. The vertical axis is logarithmic where `log` says so; then values are
/// cut at a millionth of the largest.
pub(crate) fn write(path: &Path, title: &str, curves: &[Curve], log: bool) -> io::Result<()> {
    fs::write(path, picture(title, curves, log))
}

fn picture(title: &str, curves: &[Curve], log: bool) -> String {
    let all = || curves.iter().flat_map(|(_, y)| y.iter().copied()).filter(|y| y.is_finite());
    let top = all().fold(f64::MIN, f64::max);
    let bottom = if log { all().fold(top, f64::min).max(top * 1e-6) } else { all().fold(f64::MAX, f64::min) };
    let scale = |y: f64| if log { y.max(bottom).log10() } else { y };
    let place = |y: f64| TOP + HEIGHT * (scale(top) - scale(y)) / (scale(top) - scale(bottom)).max(1e-300);
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"720\" height=\"400\" font-family=\"sans-serif\" font-size=\"12\">\n",
    );
    let _ = writeln!(
        svg,
        "<rect width=\"720\" height=\"400\" fill=\"white\"/><text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{title}</text>"
    );
    for k in 0..=4 {
        let y = scale(bottom) + (scale(top) - scale(bottom)) * f64::from(k) / 4.0;
        let (value, at) = (if log { 10f64.powf(y) } else { y }, TOP + HEIGHT * f64::from(4 - k) / 4.0);
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {at} h{WIDTH}\" stroke=\"#ddd\"/><text x=\"4\" y=\"{}\">{value:.3}</text>",
            at + 4.0
        );
    }
    for (k, (name, values)) in curves.iter().enumerate() {
        let colour = COLOURS[k % COLOURS.len()];
        let step = WIDTH / (values.len().max(2) - 1) as f64;
        let points = values.iter().enumerate().filter(|(_, y)| y.is_finite());
        let points: String = points.map(|(x, y)| format!("{:.1},{:.1} ", LEFT + x as f64 * step, place(*y))).collect();
        let _ = writeln!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>");
        let (x, y) = (LEFT + WIDTH - 190.0, TOP + 14.0 + 15.0 * k as f64);
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" fill=\"{colour}\">{name}</text>");
    }
    let steps = curves.iter().map(|(_, y)| y.len()).max().unwrap_or(0);
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"385\">0</text><text x=\"{}\" y=\"385\">{steps}</text>\n</svg>",
        LEFT + WIDTH - 30.0
    );
    svg
}
