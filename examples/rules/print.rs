//! The table in the terminal, and the floors that it is checked against.

use crate::{
    measure::Ahead,
    run::{Results, Row},
};

/// The cells of a row of the table behind its name.
pub(crate) struct Cells {
    pub(crate) hidden: String,
    pub(crate) passes: String,
    pub(crate) right: String,
    pub(crate) over_frozen: String,
    pub(crate) over_linear: String,
    pub(crate) angle: String,
    pub(crate) time: String,
    pub(crate) memory: String,
    pub(crate) ahead: String,
}
pub(crate) fn cells(all: &Results, row: &Row, whole: usize) -> Cells {
    let ((mean, deviation), first) = (row.accuracy(), row.first());
    let dash = || "-".to_string();
    let o = row.outcomes.first();
    let (passes, rows) = o.map_or((0, 0), |o| (o.passes, o.rows));
    let is_rule = row.entry.is_some();
    let number = |x: Option<f64>| x.filter(|_| is_rule).map_or_else(dash, |x| format!("{x:.2}"));
    Cells {
        hidden: if row.name.starts_with("linear") { dash() } else { row.hidden.name().into() },
        passes: if rows < whole { format!("{passes} of {rows}") } else { passes.to_string() },
        right: format!("{mean:.1} ± {deviation:.1}"),
        over_frozen: if is_rule { format!("{:+.1}", mean - all.frozen_mean(row.hidden)) } else { dash() },
        over_linear: format!("{:+.1}", mean - all.linear.accuracy().0),
        angle: row.angle().filter(|_| is_rule).map_or_else(dash, |a| format!("{a:.0}°")),
        time: number(first.and_then(|o| o.time)),
        memory: number(first.and_then(|o| o.memory)),
        ahead: first.and_then(|o| o.ahead).filter(|_| is_rule).map_or_else(dash, |a: Ahead| a.name().into()),
    }
}

pub(crate) fn table(all: &Results, whole: usize) {
    let line = |name: &str, c: [&str; 9]| {
        let [hidden, passes, right, frozen, linear, angle, time, memory, ahead] = c;
        println!(
            "{name:24}{hidden:>9}{passes:>11}{right:>13}{frozen:>10}{linear:>10}{angle:>7}{time:>8}{memory:>8}{ahead:>7}"
        );
    };
    let row = |row: &Row| {
        let c = cells(all, row, whole);
        let cells = [&c.hidden, &c.passes, &c.right, &c.over_frozen, &c.over_linear, &c.angle, &c.time, &c.memory];
        let [a, b, d, e, f, g, h, i] = cells.map(String::as_str);
        line(row.name, [a, b, d, e, f, g, h, i, &c.ahead]);
    };
    println!();
    line("", ["hidden", "passes", "right, %", "- frozen", "- linear", "angle", "time", "memory", "ahead"]);
    println!("\ncontrols");
    row(&all.linear);
    all.frozen.iter().for_each(row);
    for (family, rows) in all.families() {
        println!("\n{family}");
        rows.into_iter().for_each(row);
    }
}

/// Returns the rules that fall under their floor, each in a line.
pub(crate) fn under_floor(all: &Results, parity: bool) -> Vec<String> {
    let fallen = |row: &Row| {
        let least = row.entry?.floor?[usize::from(parity)];
        let found = row.accuracy().0;
        (found.is_nan() || found < least)
            .then(|| format!("{}: expected {least} % or more, found {found:.1} %", row.name))
    };
    all.rules.iter().filter_map(fallen).collect()
}
