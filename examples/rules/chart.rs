//! Curves and heat maps as SVG, drawn by `plotters`.

use plotters::{
    coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter},
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use std::ops::Range;

/// How numbers are spread over an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scale {
    Linear,
    Log,
    /// From 0 on, a mark at each 30.
    Degrees,
    /// Percent that are right: the logarithm of those that are wrong, so that 98 is as far from 96 as 96 from 92.
    Right,
}
/// An axis with its marks.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) label: String,
    scale: Scale,
    from: f64,
    to: f64,
    marks: Vec<f64>,
}
impl Axis {
    /// Returns an axis over these numbers.
    pub(crate) fn over(label: &str, scale: Scale, numbers: impl Iterator<Item = f64>) -> Axis {
        let (low, high) = numbers
            .filter(|x| x.is_finite() && (scale != Scale::Log || *x > 0.0))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let (from, to, marks) = match scale {
            Scale::Linear => {
                let step = nice((high - low).max(1e-9) / 6.0);
                let (from, to) = ((low / step).floor() * step, (high / step).ceil() * step);
                (from, to, (0..=((to - from) / step).round() as i32).map(|k| from + f64::from(k) * step).collect())
            }
            Scale::Degrees => {
                let last = (high / 30.0).ceil().max(3.0) as i32;
                (0.0, 30.0 * f64::from(last), (0..=last).map(|k| 30.0 * f64::from(k)).collect())
            }
            Scale::Log => {
                let (a, z) = (low.log10().floor() as i32, high.log10().ceil() as i32);
                let steps: &[f64] = if z - a > 2 { &[1.0] } else { &[1.0, 2.0, 5.0] };
                let all: Vec<f64> = (a..=z).flat_map(|k| steps.iter().map(move |s| s * 10f64.powi(k))).collect();
                let from = all.iter().rposition(|m| *m <= low * 1.001).unwrap_or(0);
                let to = all.iter().position(|m| *m >= high * 0.999).unwrap_or(all.len() - 1).max(from + 1);
                (all[from], all[to], all[from..=to].to_vec())
            }
            Scale::Right => {
                let marks = [0.0, 50.0, 80.0, 90.0, 95.0, 97.0, 98.0, 99.0, 99.5];
                let from = marks.into_iter().rev().find(|m| *m <= low).unwrap_or(0.0);
                let to = marks.into_iter().find(|m| *m >= high).unwrap_or(99.5);
                (from, to, marks.into_iter().filter(|m| (from..=to).contains(m)).collect())
            }
        };
        Axis { label: label.into(), scale, from, to, marks }
    }
    fn place(&self, x: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Degrees => x,
            Scale::Log => x.max(1e-300).log10(),
            Scale::Right => -(100.0 - x).max(0.5).log10(),
        }
    }
    fn text(&self, x: f64) -> String {
        match self.scale {
            Scale::Log if !(1e-3..1e4).contains(&x) => format!("{x:.0e}"),
            _ => format!("{}", (x * 1e6).round() / 1e6),
        }
    }
}
/// The next of 1, 2, 5, 10 ... from `x` on.
fn nice(x: f64) -> f64 {
    let power = 10f64.powf(x.log10().floor());
    [1.0, 2.0, 5.0].map(|k| k * power).into_iter().find(|n| *n >= x).unwrap_or(10.0 * power)
}
impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;
    fn map(&self, &x: &f64, (first, last): (i32, i32)) -> i32 {
        let (from, to) = (self.place(self.from), self.place(self.to));
        let part = ((self.place(x) - from) / (to - from)).clamp(0.0, 1.0);
        first + (part * f64::from(last - first)).round() as i32
    }
    fn key_points<H: KeyPointHint>(&self, hint: H) -> Vec<f64> {
        if hint.weight().allow_light_points() { vec![] } else { self.marks.clone() }
    }
    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}
impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, x: &f64) -> String {
        self.text(*x)
    }
}

/// A curve with a name.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<[f64; 2]>,
    /// A thin grey line for comparison.
    pub(crate) pale: bool,
}

/// Colours that those who see red and green alike can tell apart, dark enough on white.
const COLOURS: [u32; 10] =
    [0x0072b2, 0xd55e00, 0x009e73, 0xc0569a, 0x8a6d00, 0x4aa3df, 0x5e3c99, 0x7a1f1f, 0x2f4b3c, 0xe08aa8];
/// `plotters` counts in whole pixels; so many of them are one of ours.
pub(crate) const FINE: i32 = 4;
pub(crate) const INK: RGBColor = RGBColor(0x1c, 0x25, 0x30);
pub(crate) const GREY: RGBColor = RGBColor(0x7b, 0x87, 0x94);
const PALE: RGBColor = RGBColor(0xe4, 0xe8, 0xec);

pub(crate) fn colour(k: usize) -> RGBColor {
    let c = COLOURS[k % COLOURS.len()];
    RGBColor((c >> 16) as u8, (c >> 8) as u8, c as u8)
}
pub(crate) fn text(size: i32, colour: &RGBColor, x: HPos, y: VPos) -> TextStyle<'_> {
    ("sans-serif", f64::from(FINE * size) * 1.24).into_font().color(colour).pos(Pos::new(x, y))
}
pub(crate) fn fault(e: impl std::fmt::Display) -> String {
    format!("chart: {e}")
}
/// Draws a picture of so many of our pixels.
pub(crate) fn drawn([w, h]: [i32; 2], draw: impl FnOnce(&Area<'_>) -> Result<(), String>) -> Result<String, String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, ((w * FINE) as u32, (h * FINE) as u32)).into_drawing_area();
        root.fill(&WHITE).map_err(fault)?;
        draw(&root)?;
        root.present().map_err(fault)?;
    }
    let size = |w: i32, h: i32| format!("<svg width=\"{w}\" height=\"{h}\" viewBox");
    Ok(svg.replacen(&size(w * FINE, h * FINE), &size(w, h), 1))
}

/// Where a picture is drawn.
pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Returns a chart of curves, each with its name at its end.
pub(crate) fn curves(title: &str, x: Axis, y: Axis, lines: &[Line]) -> Result<String, String> {
    drawn([560, 320], |root| draw_curves(root, title, x, y, lines))
}
/// Draws a chart of curves.
pub(crate) fn draw_curves(area: &Area<'_>, title: &str, x: Axis, y: Axis, lines: &[Line]) -> Result<(), String> {
    let heading = text(14, &INK, HPos::Left, VPos::Top);
    area.draw_text(title, &heading, (10 * FINE, 10 * FINE)).map_err(fault)?;
    let margin = 10 + 7 * lines.iter().map(|l| l.name.chars().count() as i32).max().unwrap_or(0);
    let mut chart = ChartBuilder::on(area)
        .margin_top(36 * FINE)
        .margin_left(8 * FINE)
        .margin_right(margin * FINE)
        .x_label_area_size(40 * FINE)
        .y_label_area_size(54 * FINE)
        .build_cartesian_2d(x.clone(), y.clone())
        .map_err(fault)?;
    let label = text(11, &INK, HPos::Center, VPos::Center);
    chart
        .configure_mesh()
        .bold_line_style(PALE.stroke_width(FINE as u32))
        .axis_style(GREY.stroke_width(FINE as u32))
        .set_all_tick_mark_size(4 * FINE)
        .label_style(label.clone())
        .axis_desc_style(label)
        .x_labels(20)
        .y_labels(20)
        .x_label_formatter(&|v| x.text(*v))
        .y_label_formatter(&|v| y.text(*v))
        .x_desc(&x.label)
        .y_desc(&y.label)
        .draw()
        .map_err(fault)?;
    let (mut ends, mut k) = (vec![], 0);
    for line in lines {
        let tint = if line.pale { GREY } else { colour(k) };
        k += usize::from(!line.pale);
        let points = line.points.iter().filter(|p| p[1].is_finite()).map(|p| (p[0], p[1]));
        let points: Vec<(f64, f64)> = points.collect();
        let thick = if line.pale { FINE } else { 2 * FINE };
        let Some(&last) = points.last() else { continue };
        chart.draw_series(LineSeries::new(points, tint.stroke_width(thick as u32))).map_err(fault)?;
        ends.push((chart.backend_coord(&last).1 - area.get_pixel_range().1.start, tint, &line.name));
    }
    let right = area.dim_in_pixel().0 as i32 - (margin - 6) * FINE;
    for (y, tint, name) in apart(ends, 14 * FINE) {
        area.draw_text(name, &text(11, &tint, HPos::Left, VPos::Center), (right, y)).map_err(fault)?;
    }
    Ok(())
}
/// Moves labels up and down until they are so far apart.
fn apart<T>(mut ends: Vec<(i32, RGBColor, T)>, least: i32) -> Vec<(i32, RGBColor, T)> {
    ends.sort_by_key(|e| e.0);
    for _ in 0..200 {
        for k in 1..ends.len() {
            let missing = least - (ends[k].0 - ends[k - 1].0);
            if missing > 0 {
                ends[k - 1].0 -= (missing + 1) / 2;
                ends[k].0 += (missing + 1) / 2;
            }
        }
    }
    ends
}

/// A picture of numbers: `rows` × `columns`, and what stands above it.
pub(crate) struct Map {
    pub(crate) size: [usize; 2],
    pub(crate) numbers: Vec<f64>,
    /// Whether the sign counts: red for, blue against. Otherwise black is most.
    pub(crate) signed: bool,
}
impl Map {
    fn colour(&self, x: f64) -> RGBColor {
        let most = self.numbers.iter().fold(1e-30, |m: f64, x| m.max(x.abs()));
        let part = (x / most).clamp(-1.0, 1.0);
        let fade = |c: u8| (255.0 - part.abs() * (255.0 - f64::from(c))).round() as u8;
        let [r, g, b] = match (self.signed, part < 0.0) {
            (false, _) => [0x1c, 0x25, 0x30],
            (true, false) => [0xb2, 0x18, 0x2b],
            (true, true) => [0x21, 0x66, 0xac],
        };
        RGBColor(fade(r), fade(g), fade(b))
    }
}
/// Returns maps in a grid: a line for each name, a column for each caption.
pub(crate) fn maps(names: &[String], captions: &[String], maps: &[Vec<Map>]) -> Result<String, String> {
    let (left, top, cell, gap) = (172, 30, 7, 12);
    let side = |k: usize| maps.iter().flatten().map(|m| m.size[k]).max().unwrap_or(1) as i32 * cell;
    let [high, wide] = [side(0), side(1)];
    let size = [left + captions.len() as i32 * (wide + gap), top + names.len() as i32 * (high + gap)];
    drawn(size, |root| {
        for (k, caption) in captions.iter().enumerate() {
            let style = text(12, &INK, HPos::Center, VPos::Center);
            let x = left + k as i32 * (wide + gap) + wide / 2;
            root.draw_text(caption, &style, (x * FINE, 14 * FINE)).map_err(fault)?;
        }
        for (r, (name, line)) in names.iter().zip(maps).enumerate() {
            let y = top + r as i32 * (high + gap);
            let style = text(12, &INK, HPos::Right, VPos::Center);
            root.draw_text(name, &style, ((left - 12) * FINE, (y + high / 2) * FINE)).map_err(fault)?;
            for (k, map) in line.iter().enumerate() {
                let x = left + k as i32 * (wide + gap);
                for (i, &number) in map.numbers.iter().enumerate() {
                    let (px, py) = (x + (i % map.size[1]) as i32 * cell, y + (i / map.size[1]) as i32 * cell);
                    let corners = [(px * FINE, py * FINE), ((px + cell) * FINE, (py + cell) * FINE)];
                    root.draw(&Rectangle::new(corners, map.colour(number).filled())).map_err(fault)?;
                }
                let frame = [(x * FINE, y * FINE), ((x + wide) * FINE, (y + high) * FINE)];
                root.draw(&Rectangle::new(frame, PALE.stroke_width(FINE as u32))).map_err(fault)?;
            }
        }
        Ok(())
    })
}
