//! Inputs by a small seeded generator, of the kind that the evals send.

use serde_json::{Value, json};

/// A linear congruential generator with a mixed output; the same numbers everywhere.
pub(crate) struct Random(pub u64);

impl Random {
    /// Returns a number in `[0, 1)`.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
    /// Returns a normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
    fn list(&mut self, n: usize, mut draw: impl FnMut(&mut Self) -> f64) -> Vec<f64> {
        (0..n).map(|_| draw(self)).collect()
    }
    fn rows(&mut self, n: usize, columns: usize, mut draw: impl FnMut(&mut Self) -> f64) -> Vec<Vec<f64>> {
        (0..n).map(|_| self.list(columns, &mut draw)).collect()
    }
}

/// An input of `llsq`.
pub(crate) fn llsq(n: usize, m: usize) -> Value {
    json!({ "x": Random(1).list(m, Random::normal), "n": n })
}
/// An input of `lse`.
pub(crate) fn lse(n: usize) -> Value {
    json!({ "x": Random(2).list(n, Random::uniform) })
}
/// An input of `det`.
pub(crate) fn det(ell: usize) -> Value {
    json!({ "A": Random(3).list(ell * ell, Random::uniform), "ell": ell })
}
/// An input of `ode`.
pub(crate) fn ode(n: usize, s: usize) -> Value {
    json!({ "x": Random(4).list(n, |r| 1.0 + 1.5 * r.uniform()), "s": s })
}
/// An input of `gmm`.
pub(crate) fn gmm(d: usize, k: usize, n: usize) -> Value {
    let mut r = Random(5);
    json!({
        "d": d, "k": k, "n": n, "m": 0, "gamma": 1.0,
        "x": r.rows(n, d, Random::normal),
        "alpha": r.list(k, Random::normal),
        "mu": r.rows(k, d, Random::uniform),
        "q": r.rows(k, d, |r| 0.3 * r.normal()),
        "l": r.rows(k, d * (d - 1) / 2, |r| 0.3 * r.normal()),
    })
}
/// An input of `lstm` with 14 bits a character.
pub(crate) fn lstm(layers: usize, characters: usize, bits: usize) -> Value {
    let mut r = Random(6);
    json!({
        "main_params": r.rows(2 * layers, 4 * bits, Random::uniform),
        "extra_params": r.rows(3, bits, Random::uniform),
        "state": r.rows(2 * layers, bits, Random::uniform),
        "sequence": r.rows(characters, bits, |r| f64::from(r.uniform() < 0.4)),
    })
}
/// An input of `ba`.
pub(crate) fn ba(n: usize, m: usize, p: usize) -> Value {
    let mut r = Random(7);
    let mut cam = r.list(3, |r| 0.3 * r.normal());
    cam.extend([0.1, -0.3, -8.0, 520.0, 3.0, -2.0, -0.2, 0.05]);
    json!({ "n": n, "m": m, "p": p, "cam": cam, "x": r.list(3, Random::normal), "w": 0.8, "feat": [12.0, -7.0] })
}
/// An input of `kmeans`: the centroids are points, so no cluster is empty.
pub(crate) fn kmeans(k: usize, n: usize, d: usize) -> Value {
    let points = Random(8).rows(n, d, |r| 10.0 * r.uniform());
    json!({ "centroids": points[..k], "points": points })
}
/// An input of `saddle`.
pub(crate) fn saddle() -> Value {
    json!({ "start": [1.0, 1.0] })
}
/// An input of `particle`.
pub(crate) fn particle() -> Value {
    json!({ "w": 0.0 })
}
/// An input of `ht` with `vertices` vertices and `count` observations, on triangles if `on_triangles`.
pub(crate) fn ht(vertices: usize, count: usize, on_triangles: bool) -> Value {
    const BONES: usize = 22;
    let mut r = Random(9);
    // bones in chains of four behind the wrist, each turned a little and moved
    let parents: Vec<i64> = (0..BONES as i64)
        .map(|k| match k {
            0 => -1,
            21 => 0,
            k if k % 4 == 1 => 0,
            k => k - 1,
        })
        .collect();
    let affine = |r: &mut Random| {
        let mut m = r.rows(3, 4, |r| 0.2 * r.normal());
        (0..3).for_each(|k| m[k][k] += 1.0);
        m.push(vec![0.0, 0.0, 0.0, 1.0]);
        m
    };
    let base: Vec<_> = (0..BONES).map(|_| affine(&mut r)).collect();
    let inverse: Vec<_> = (0..BONES).map(|_| affine(&mut r)).collect();
    let weights: Vec<Vec<f64>> = (0..vertices)
        .map(|_| {
            let mut w = vec![0.0; BONES];
            let (a, b, part) = (r.uniform(), r.uniform(), r.uniform());
            w[(a * BONES as f64) as usize] = part;
            w[(b * BONES as f64) as usize] += 1.0 - part;
            w
        })
        .collect();
    let positions: Vec<_> = r.rows(vertices, 3, Random::normal).into_iter().map(|p| [p[0], p[1], p[2], 1.0]).collect();
    let triangles: Vec<_> = r
        .rows(2 * vertices, 3, Random::uniform)
        .iter()
        .map(|t| [0, 1, 2].map(|k| (t[k] * vertices as f64) as usize))
        .collect();
    let range = if on_triangles { 2 * vertices } else { vertices };
    let correspondences: Vec<_> = (0..count).map(|_| (r.uniform() * range as f64) as usize).collect();
    let us = if on_triangles { r.rows(count, 2, |r| 0.5 * r.uniform()) } else { vec![] };
    json!({
        "theta": r.list(26, |r| 0.4 * r.normal()),
        "us": us,
        "data": {
            "model": {
                "bone_count": BONES,
                "bone_names": (0..BONES).map(|k| format!("bone{k}")).collect::<Vec<_>>(),
                "parents": parents, "base_relatives": base, "inverse_base_absolutes": inverse,
                "base_positions": positions, "weights": weights, "triangles": triangles, "is_mirrored": on_triangles,
            },
            "correspondences": correspondences,
            "points": r.rows(count, 3, Random::normal),
        },
    })
}
