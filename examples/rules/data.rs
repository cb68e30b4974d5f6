//! The digits, or a table of the user's own.

use ndarray::Array2;
use pullback::net::Array;
use std::collections::BTreeSet;

/// A batch, and the class of each row.
pub(crate) type Batch = (Array<f32>, Vec<usize>);

/// Rows to learn from and to test with.
pub(crate) struct Data {
    pub(crate) train: Batch,
    pub(crate) test: Batch,
    pub(crate) features: usize,
    pub(crate) classes: usize,
}

impl Data {
    /// Returns 1797 handwritten digits of 8 × 8 pixels, between 0 and 1.
    pub(crate) fn digits() -> Data {
        Data::pictures(10)
    }
    /// Returns the same pictures, and as classes even and odd.
    pub(crate) fn parity() -> Data {
        Data::pictures(2)
    }
    fn pictures(classes: usize) -> Data {
        let value = |c: u8| f32::from(if c < b'A' { c - b'0' } else { c - b'A' + 10 }) / 16.0;
        let lines = include_str!("../../data/digits.txt").lines().map(str::as_bytes);
        let row = |l: &[u8]| (l[..64].iter().map(|&c| value(c)).collect(), usize::from(l[65] - b'0') % classes);
        let (x, y): (Vec<Vec<f32>>, Vec<usize>) = lines.map(row).unzip();
        Data::split(&x, &y, classes)
    }
    /// Reads a table: numbers separated by commas, the class (any text) in the last column, a first line of names if it
    /// holds something else than numbers. Each column is brought to 0..=1.
    pub(crate) fn from_csv(path: &str) -> Result<Data, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
        Data::parse(path, &text)
    }
    fn parse(path: &str, text: &str) -> Result<Data, String> {
        let (mut x, mut names): (Vec<Vec<f32>>, Vec<&str>) = (vec![], vec![]);
        for (k, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let at = |what: String| format!("{path}, line {}: {what}", k + 1);
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let Some((class, numbers)) = fields.split_last().filter(|(_, numbers)| !numbers.is_empty()) else {
                return Err(at(format!("expected numbers and a class, separated by commas, found {line:?}")));
            };
            let row: Result<Vec<f32>, String> = numbers.iter().enumerate().map(|(c, n)| number(c, n)).collect();
            match row {
                Ok(row) if x.first().is_none_or(|first| first.len() == row.len()) => {
                    x.push(row);
                    names.push(class);
                }
                Ok(row) => return Err(at(format!("expected {} columns, found {}", x[0].len() + 1, row.len() + 1))),
                Err(_) if x.is_empty() && k == 0 => {} // a line of names
                Err(e) => return Err(at(e)),
            }
        }
        let known: Vec<&str> = names.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        if x.len() < 10 || known.len() < 2 {
            let (rows, classes) = (x.len(), known.len());
            return Err(format!("{path}: expected 10 rows and 2 classes at least, found {rows} and {classes}"));
        }
        if known.len() > x.len() / 2 {
            return Err(format!(
                "{path}: expected classes in the last column, found {} in {} rows",
                known.len(),
                x.len()
            ));
        }
        scale(&mut x);
        let y: Vec<usize> = names.iter().map(|name| known.binary_search(name).unwrap_or(0)).collect();
        Ok(Data::split(&x, &y, known.len()))
    }
    fn split(x: &[Vec<f32>], y: &[usize], classes: usize) -> Data {
        let features = x[0].len();
        let part = |test: bool| {
            let rows: Vec<usize> = (0..y.len()).filter(|i| (i % 5 == 0) == test).collect();
            let batch = Array2::from_shape_fn((rows.len(), features), |(i, j)| x[rows[i]][j]);
            (batch.into_shared(), rows.iter().map(|&i| y[i]).collect())
        };
        Data { train: part(false), test: part(true), features, classes }
    }
}

fn number(column: usize, text: &str) -> Result<f32, String> {
    let fault = || format!("column {}: expected a finite number, found {text:?}", column + 1);
    text.parse().ok().filter(|x: &f32| x.is_finite()).ok_or_else(fault)
}
/// Brings each column to 0..=1.
fn scale(x: &mut [Vec<f32>]) {
    for c in 0..x[0].len() {
        let (low, high) = x.iter().fold((f32::MAX, f32::MIN), |(l, h), row| (l.min(row[c]), h.max(row[c])));
        let width = if high > low { high - low } else { 1.0 };
        x.iter_mut().for_each(|row| row[c] = (row[c] - low) / width);
    }
}
