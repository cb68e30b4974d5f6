//! The 150 irises.

pub(crate) type Flower = [f64; 4];

/// Measurements and classes, in the order of the file: 50 of each class.
pub(crate) fn iris() -> (Vec<Flower>, Vec<usize>) {
    let rows = include_str!("../../data/iris.csv").lines().skip(1).map(|line| {
        let mut fields = line.split(',');
        let x: Flower = core::array::from_fn(|_| fields.next().unwrap().parse().unwrap());
        (x, fields.next().unwrap().parse::<usize>().unwrap())
    });
    rows.unzip()
}

/// The same with the two rows that differ in the copy of the UCI repository, which most papers used.
pub(crate) fn uci() -> (Vec<Flower>, Vec<usize>) {
    let (mut x, y) = iris();
    (x[34], x[37]) = ([4.9, 3.1, 1.5, 0.1], [4.9, 3.1, 1.5, 0.1]); // Fisher: 0.2 at the end; 3.6, 1.4 in the middle
    (x, y)
}

/// Each measurement with mean 0 and variance 1.
pub(crate) fn standardised(x: &[Flower]) -> Vec<Flower> {
    let n = x.len() as f64;
    let mean: Flower = core::array::from_fn(|j| x.iter().map(|x| x[j]).sum::<f64>() / n);
    let spread: Flower = core::array::from_fn(|j| (x.iter().map(|x| (x[j] - mean[j]).powi(2)).sum::<f64>() / n).sqrt());
    x.iter().map(|x| core::array::from_fn(|j| (x[j] - mean[j]) / spread[j])).collect()
}

/// Each measurement as a bit: is it above the middle of its range?
pub(crate) fn bits(x: &[Flower]) -> Vec<[pullback::category::Z2; 4]> {
    let least = |j: usize| x.iter().map(|x| x[j]).fold(f64::INFINITY, f64::min);
    let most = |j: usize| x.iter().map(|x| x[j]).fold(f64::NEG_INFINITY, f64::max);
    let ranges: [(f64, f64); 4] = core::array::from_fn(|j| (least(j), most(j)));
    let bit = |x: f64, (least, most): (f64, f64)| pullback::category::Z2((x - least) / (most - least) > 0.5);
    x.iter().map(|x| core::array::from_fn(|j| bit(x[j], ranges[j]))).collect()
}

#[test]
fn the_file_is_the_one_we_know() {
    let (x, y) = iris();
    assert_eq!((x.len(), x[0], x[149]), (150, [5.1, 3.5, 1.4, 0.2], [5.9, 3.0, 5.1, 1.8]));
    assert!((0..3).all(|class| y[50 * class..][..50].iter().all(|y| *y == class)));
}
