//! The layout alone, on random nets.

use super::*;

/// A random net: `n` blocks that each read up to three earlier wires and make up to two.
fn random(seed: u64, inputs: usize, n: usize) -> Vec<Block> {
    let mut state = seed;
    let mut below = |k: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % k
    };
    let (mut blocks, mut wires) = (vec![], 0);
    let block = |reads: Vec<usize>, makes: Range<usize>, side| Block {
        size: [40.0, 14.0 * reads.len().max(makes.len()).max(2) as f64],
        reads,
        makes,
        side,
    };
    for _ in 0..inputs {
        blocks.push(block(vec![], wires..wires + 1, Side::Left));
        wires += 1;
    }
    for _ in 0..n {
        let reads = (0..below(4)).map(|_| below(wires)).collect();
        let makes = wires..wires + below(3);
        wires = makes.end;
        blocks.push(block(reads, makes, Side::Middle));
    }
    for _ in 0..3 {
        blocks.push(block(vec![below(wires)], wires..wires, Side::Right));
    }
    blocks
}

#[test]
fn fewer_crossings_than_the_order_of_the_input_and_never_more() {
    let (mut before, mut after) = (0, 0);
    for seed in 0..60 {
        let [first, chosen] = layout(&random(seed, 1 + seed as usize % 5, 4 + seed as usize % 20)).crossings;
        assert!(chosen <= first, "seed {seed}: {first} crossings became {chosen}");
        before += first;
        after += chosen;
    }
    assert!(2 * after < before, "{before} crossings became {after}");
}

#[test]
fn a_crossing_that_can_be_avoided_is() {
    // two inputs, each with a box of its own, the boxes in the other order
    let block =
        |reads: &[usize], makes: Range<usize>, side| Block { size: [40.0, 28.0], reads: reads.to_vec(), makes, side };
    let blocks = [
        block(&[], 0..1, Side::Left),
        block(&[], 1..2, Side::Left),
        block(&[1], 2..3, Side::Middle),
        block(&[0], 3..4, Side::Middle),
        block(&[3], 4..4, Side::Right),
        block(&[2], 4..4, Side::Right),
    ];
    assert_eq!(layout(&blocks).crossings, [2, 0]);
    // a swap must cross: inputs and outputs keep their order
    let swap = [&blocks[..2], &[block(&[1], 2..2, Side::Right), block(&[0], 2..2, Side::Right)]].concat();
    assert_eq!(layout(&swap).crossings, [1, 1]);
}

#[test]
fn blocks_do_not_overlap_and_wires_go_right() {
    for seed in 0..40 {
        let blocks = random(seed, 3, 30);
        let l = layout(&blocks);
        for (k, (b, p)) in blocks.iter().zip(&l.corners).enumerate() {
            assert!(p[0] >= 0.0 && p[1] >= 0.0 && p[0] + b.size[0] <= l.size[0] && p[1] + b.size[1] <= l.size[1]);
            for (c, q) in blocks.iter().zip(&l.corners).skip(k + 1) {
                let apart = |i: usize| p[i] + b.size[i] <= q[i] || q[i] + c.size[i] <= p[i];
                assert!(apart(0) || apart(1), "seed {seed}");
            }
        }
        for piece in l.routes.iter().flat_map(|r| &r.pieces) {
            let Piece { from, bend, to } = piece;
            let x = [from[0], bend[0], bend[1], to[0]];
            assert!(x.windows(2).all(|x| x[0] <= x[1] + 1e-9) && from[0] < to[0], "{piece:?}");
        }
    }
}

/// A wire crosses no box: where it runs inside a column it stays clear of the boxes of that column.
#[test]
fn wires_do_not_run_through_boxes() {
    for seed in 0..40 {
        let blocks = random(seed, 3, 30);
        let l = layout(&blocks);
        for piece in l.routes.iter().flat_map(|r| &r.pieces) {
            let runs = [(piece.from, [piece.bend[0], piece.from[1]]), ([piece.bend[1], piece.to[1]], piece.to)];
            for (a, z) in runs {
                for (b, p) in blocks.iter().zip(&l.corners) {
                    let inside = p[1] < a[1] && a[1] < p[1] + b.size[1];
                    assert!(!inside || z[0] <= p[0] + 1e-9 || a[0] >= p[0] + b.size[0] - 1e-9, "seed {seed}");
                }
            }
        }
    }
}
