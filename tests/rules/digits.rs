//! 1797 handwritten digits of 8 × 8 pixels.

use ndarray::Array2;
use pullback::net::Array;

/// A batch of images with values in `0..=1`, and their classes.
pub(crate) type Batch = (Array, Vec<usize>);

/// All images in the order of the file.
pub(crate) fn digits() -> Batch {
    let lines: Vec<&[u8]> = include_str!("../../data/digits.txt").lines().map(str::as_bytes).collect();
    let value = |c: u8| f64::from(if c < b'A' { c - b'0' } else { c - b'A' + 10 });
    let x = Array2::from_shape_fn((lines.len(), 64), |(i, j)| value(lines[i][j]) / 16.0);
    (x.into_shared(), lines.iter().map(|l| usize::from(l[65] - b'0')).collect())
}
/// Those to learn from, and those to test with: every fifth.
pub(crate) fn split() -> (Batch, Batch) {
    let (x, y) = digits();
    let part = |test: bool| {
        let rows: Vec<usize> = (0..y.len()).filter(|i| (i % 5 == 0) == test).collect();
        rows_of(&x, &y, &rows)
    };
    (part(false), part(true))
}
pub(crate) fn rows_of(x: &Array, y: &[usize], rows: &[usize]) -> Batch {
    (x.select(ndarray::Axis(0), rows).into_shared(), rows.iter().map(|&i| y[i]).collect())
}

#[test]
fn the_file_is_the_one_we_know() {
    let (x, y) = digits();
    assert_eq!((x.sum() * 16.0, y.len()), (561_718.0, 1797));
    let counts = |y: &[usize]| (0..10).map(|c| y.iter().filter(|&&k| k == c).count()).collect::<Vec<_>>();
    assert_eq!(counts(&y), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert_eq!(counts(&split().1.1), [42, 28, 26, 48, 38, 39, 30, 26, 36, 47]);
}
