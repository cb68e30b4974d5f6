//! The report: one HTML file with all pictures in it.

use crate::{
    chart::{self, Axis, Line, Scale},
    data::Data,
    estimate::{self, Estimate},
    explain,
    measure::Ahead,
    network::Hidden,
    print::{Cells, cells},
    run::{Results, Row},
    settle,
    train::Task,
};
use std::{fmt::Write as _, fs, path::Path};

/// Writes the report to `path`; folders on the way are made.
pub(crate) fn write(path: &str, name: &str, data: &Data, all: &Results, quick: bool) -> Result<(), String> {
    let most = if quick { [4, usize::MAX] } else { [usize::MAX; 2] };
    let task = Task::new(data, Hidden::Tanh, 0, most);
    let draws = if quick { 256 } else { 4096 };
    let (estimates, settling, maps) = std::thread::scope(|s| {
        let estimates = s.spawn(|| estimate::all(&task, draws).map_err(|e| e.to_string()));
        let others = (settle::pictures(&task), explain::picture(&task));
        (estimates.join().unwrap_or_else(|_| Err("an estimate has panicked".into())), others.0, others.1)
    });
    let page = page(name, data, all, &estimates?, &settling?, &maps?)?;
    let path = Path::new(path);
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(|e| format!("{}: {e}", path.display()))?;
    fs::write(path, page).map_err(|e| format!("{}: {e}", path.display()))
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;color:#1c2530;max-width:1180px;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.7rem}h2{font-size:1.25rem;margin-top:2.4rem}p{max-width:46rem}\
table{border-collapse:collapse;font-size:13px}td,th{padding:.22rem .7rem;text-align:right;border-bottom:1px solid #e4e8ec}\
td:first-child,th:first-child{text-align:left;font-family:ui-monospace,monospace}\
th.family{padding-top:1rem;color:#7b8794;font-family:inherit;font-weight:600}\
td.names{text-align:left;max-width:46rem}td.below{color:#b2182b}.charts{display:flex;flex-wrap:wrap;gap:1rem}svg{max-width:100%;height:auto}";

fn page(
    name: &str,
    data: &Data,
    all: &Results,
    estimates: &[Estimate],
    settling: &[String],
    maps: &str,
) -> Result<String, String> {
    let seeds = all.linear.outcomes.len();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>One network, many rules</title>\n\
         <style>{STYLE}</style></head><body>\n<h1>One network, many rules</h1>\n<p>{}: {} rows to learn from, {} to \
         test, {} features, {} classes; {seeds} seeds. A classifier without hidden layers names {:.1} % of the test \
         rows.</p>\n",
        escaped(name),
        data.train.1.len(),
        data.test.1.len(),
        data.features,
        data.classes,
        all.linear.accuracy().0
    );
    page.push_str("<h2>All rules</h2>\n");
    page.push_str(&table(all, data.train.1.len()));
    page.push_str(
        "<p><b>frozen</b>, <b>linear</b>: percent above the same network with frozen hidden layers, and above a linear \
         classifier. <b>angle</b>: between what the rule and what backprop ask of the first layer. <b>time</b>, \
         <b>memory</b>: of a step, over backprop's on the same network; memory is what layers keep between the two halves \
         of a step. <b>ahead</b>: whether what a layer learns depends on the weights of the next one, only through the \
         error at the output, or not by one bit.</p>\n",
    );
    page.push_str("<h2>What a layer must know of the next one</h2>\n");
    page.push_str(&independence(all));
    page.push_str("<h2>Learning, and the angle to backprop</h2>\n<p>The first seed. The grey line is the linear classifier.</p>\n");
    for (family, rows) in all.families() {
        let _ = writeln!(page, "<div class=\"charts\">{}</div>", family_charts(family, &rows, all)?);
    }
    let _ = writeln!(
        page,
        "<h2>Which pixels speak for the answer</h2>\n<p>Two rectified layers of 64, trained by backprop. Red speaks for \
         the answer above, blue against; each map has its own scale.</p>\n{maps}"
    );
    let _ = writeln!(
        page,
        "<h2>Energy while settling</h2>\n<p>The first batch, at first parameters.</p>\n<div class=\"charts\">{}</div>",
        settling.concat()
    );
    let _ = writeln!(
        page,
        "<h2>Estimates of the gradient</h2>\n<p>One hidden layer of eight, the first batch. The error of the mean of an \
         unbiased estimate falls as one over the root of the draws; a bias stays.</p>\n<div class=\"charts\">{}{}</div>",
        estimate::picture(estimates)?,
        estimate_table(estimates)
    );
    page.push_str("</body></html>\n");
    Ok(page)
}

fn table(all: &Results, whole: usize) -> String {
    let heads = ["rule", "hidden", "passes", "right, %", "− frozen", "− linear", "angle", "time", "memory", "ahead"];
    let mut t = String::from("<table>\n<tr>");
    heads.iter().for_each(|h| t.push_str(&format!("<th>{h}</th>")));
    t.push_str("</tr>\n");
    let mut section = |family: &str, rows: &[&Row]| {
        let _ = writeln!(t, "<tr><th class=\"family\" colspan=\"10\">{family}</th></tr>");
        for row in rows {
            let Cells { hidden, passes, right, over_frozen, over_linear, angle, time, memory, ahead } =
                cells(all, row, whole);
            let mark = |n: &str| if n.starts_with('-') && n.len() > 1 { " class=\"below\"" } else { "" };
            let _ = write!(t, "<tr><td>{}</td><td>{hidden}</td><td>{passes}</td><td>{right}</td>", row.name);
            let _ =
                write!(t, "<td{}>{over_frozen}</td><td{}>{over_linear}</td>", mark(&over_frozen), mark(&over_linear));
            let _ = writeln!(t, "<td>{angle}</td><td>{time}</td><td>{memory}</td><td>{ahead}</td></tr>");
        }
    };
    section("controls", &[&all.linear].into_iter().chain(&all.frozen).collect::<Vec<_>>());
    all.families().iter().for_each(|(family, rows)| section(family, rows));
    t + "</table>\n"
}

/// The rules by what the first layer learns when the weights of the second are moved.
fn independence(all: &Results) -> String {
    let mut t = String::from("<table><tr><th>what the first layer learns</th><th>rules</th></tr>\n");
    let says = [
        (Ahead::Never, "does not change by one bit"),
        (Ahead::ByError, "changes only because the error at the output does"),
        (Ahead::Always, "changes, also where the error at the output is held still"),
    ];
    for (ahead, says) in says {
        let rows = all.rules.iter().filter(|row| row.first().and_then(|o| o.ahead) == Some(ahead));
        let names: Vec<&str> = rows.map(|row| row.name).collect();
        let _ = writeln!(t, "<tr><td>{says}</td><td class=\"names\">{}</td></tr>", names.join(", "));
    }
    t + "</table>\n"
}

/// The learning curves of a family, and the angles of those of its rules that have one.
fn family_charts(family: &str, rows: &[&Row], all: &Results) -> Result<String, String> {
    let named = |points: fn(&crate::train::Outcome) -> &Vec<[f64; 2]>| -> Vec<Line> {
        let line = |row: &&Row| Some(Line { name: row.name.into(), points: points(row.first()?).clone(), pale: false });
        rows.iter().filter_map(line).collect()
    };
    let numbers = |lines: &[Line], k: usize| lines.iter().flat_map(|l| &l.points).map(|p| p[k]).collect::<Vec<_>>();
    let mut lines = named(|o| &o.curve);
    let passes = Axis::over("passes", Scale::Linear, numbers(&lines, 0).into_iter());
    let linear = all.linear.accuracy().0;
    let end = numbers(&lines, 0).into_iter().fold(0.0, f64::max);
    lines.push(Line { name: "linear".into(), points: vec![[0.0, linear], [end, linear]], pale: true });
    let right = Axis::over("right on the test rows, %", Scale::Right, numbers(&lines, 1).into_iter());
    let mut charts = chart::curves(&format!("{family}: what is learned"), passes.clone(), right, &lines)?;
    let angles = named(|o| &o.angles);
    if angles.iter().any(|l| !l.points.is_empty()) {
        let y = Axis::over("angle to backprop, °", Scale::Degrees, numbers(&angles, 1).into_iter());
        charts.push_str(&chart::curves(&format!("{family}: angle of the first layer"), passes, y, &angles)?);
    }
    Ok(charts)
}

fn estimate_table(all: &[Estimate]) -> String {
    let mut t = String::from(
        "<table><tr><th>rule</th><th>deviation of a draw</th><th>bias</th><th>angle of a draw</th></tr>\n",
    );
    for Estimate { name, deviation, bias, angle, .. } in all {
        let _ = writeln!(t, "<tr><td>{name}</td><td>{deviation:.2}</td><td>{bias:.2}</td><td>{angle:.0}°</td></tr>");
    }
    t + "</table>"
}
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
