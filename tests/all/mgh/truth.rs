//! The table `tests/truth/mgh.csv` and how to hold an answer to it.

/// The truth at one point of one problem.
pub(super) struct Point {
    pub name: &'static str,
    pub n: usize,
    pub label: &'static str,
    pub x: Vec<f64>,
    pub f: Entries,
    pub g: Entries,
    /// Row-major, n by n.
    pub h: Entries,
    /// Row-major, m by n; empty at the minima and at the higher dimensions of a function.
    pub j: Entries,
}

/// Numbers with their rounding weights: evaluating entry i in floating point loses up to about `weight[i]` unit
/// roundoffs.
#[derive(Default)]
pub(super) struct Entries {
    pub value: Vec<f64>,
    pub weight: Vec<f64>,
}

impl Entries {
    /// The product of a square row-major matrix with a vector: one rounding a term more than its entries.
    pub(super) fn times(&self, v: &[f64]) -> Entries {
        let n = v.len();
        let row = |i: usize, part: &dyn Fn(usize, f64) -> f64| (0..n).map(|k| part(i * n + k, v[k])).sum();
        let value = |i| row(i, &|at, v| self.value[at] * v);
        let weight = |i| row(i, &|at, v| (self.weight[at] + 2.0 * self.value[at].abs()) * v.abs());
        Entries { value: (0..n).map(value).collect(), weight: (0..n).map(weight).collect() }
    }
}

/// The unit roundoff of f64.
pub(super) const U: f64 = f64::EPSILON / 2.0;

/// How many times its rounding weight an entry may be off.
///
/// The weight counts a roundoff for each operation of the symbolic derivative and adds worst cases, so an honest mode
/// stays below 1 (measured: 0.8). Two things can push it above: sympy folds constants, which the residuals here
/// multiply one by one (measured: 1.33, penalty II), and an elementary function of the standard library may be off by a
/// unit in the last place, which is two roundoffs.
pub(super) const C: f64 = 2.0;

/// Reads the table.
pub(super) fn points() -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for line in include_str!("../../truth/mgh.csv").lines() {
        let mut fields = line.split(',');
        let mut field = || fields.next().unwrap_or_else(|| panic!("short line: {line}"));
        let (name, n, label, quantity) = (field(), field(), field(), field());
        let n = n.parse().unwrap_or_else(|_| panic!("bad line: {line}"));
        let values = fields.map(|v| v.parse().unwrap_or_else(|_| panic!("bad line: {line}"))).collect();
        if quantity == "x" {
            let [f, g, h, j] = Default::default();
            points.push(Point { name, n, label, x: values, f, g, h, j });
            continue;
        }
        let p = points.last_mut().filter(|p| (p.name, p.n, p.label) == (name, n, label));
        let p = p.unwrap_or_else(|| panic!("no x before: {line}"));
        match quantity {
            "f" => p.f.value = values,
            "wf" => p.f.weight = values,
            "g" => p.g.value = values,
            "wg" => p.g.weight = values,
            "H" => p.h.value = values,
            "wH" => p.h.weight = values,
            "J" => p.j.value = values,
            "wJ" => p.j.weight = values,
            _ => panic!("unknown quantity: {line}"),
        }
    }
    points
}

/// Collects the worst error of a mode over all problems, in rounding weights and relative to the largest entry.
pub(super) struct Judge {
    mode: &'static str,
    entries: usize,
    worst: (f64, String),
    relative: (f64, String),
}

impl Judge {
    pub(super) fn new(mode: &'static str) -> Self {
        Judge { mode, entries: 0, worst: (0.0, String::new()), relative: (0.0, String::new()) }
    }

    /// Holds `got` to `truth`, entry by entry: exactly where the weight is 0, else to `C` weights.
    pub(super) fn hold(&mut self, p: &Point, truth: &Entries, got: &[f64]) {
        let place = format!("{} n={} {}", p.name, p.n, p.label);
        assert_eq!(truth.value.len(), got.len(), "{}: {place}: number of entries", self.mode);
        assert_eq!(truth.value.len(), truth.weight.len(), "{}: {place}: number of weights", self.mode);
        let largest = truth.value.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        for (i, ((&t, &w), &y)) in truth.value.iter().zip(&truth.weight).zip(got).enumerate() {
            let (error, place) = ((y - t).abs(), format!("{place} [{i}]"));
            assert!(
                error <= C * U * w,
                "{}: {place}: expected {t:e}, found {y:e}: off by {:.1} roundoffs, weight {w}",
                self.mode,
                error / U
            );
            if w > 0.0 && error / (U * w) > self.worst.0 {
                self.worst = (error / (U * w), place.clone());
            }
            if !p.label.starts_with("min") && error > self.relative.0 * largest {
                self.relative = (error / largest, place);
            }
            self.entries += 1;
        }
    }

    /// Prints the worst errors (`cargo test mgh -- --nocapture`), and checks that there was something to judge.
    pub(super) fn report(self) {
        assert!(self.entries > 0, "{}: nothing was checked", self.mode);
        let (w, r) = (self.worst, self.relative);
        println!(
            "mgh: {:<34} {:5} entries, worst {:.3} weights ({}), {:.1e} of the largest entry ({})",
            self.mode, self.entries, w.0, w.1, r.0, r.1
        );
    }
}
