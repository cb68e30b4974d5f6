//! `Tape::with_limit` holds to the entry, for every kind of entry.

use super::*;

/// Returns the number of entries that `chain` makes of `n` inputs, inputs included.
fn entries_of_chain(n: usize) -> u32 {
    let count = record(|t| {
        chain(t.inputs(&integers(n)));
        Ok(t.len())
    });
    u32::try_from(count.expect("no limit")).expect("few")
}

#[test]
fn the_limit_is_the_number_of_entries() {
    // mid-block, at and beside the borders of blocks of 64, 128, 256 nodes
    for n in [2, 3, 10, 65, 66, 67, 68, 193, 194, 195, 196, 300, 449, 450, 451, 1000] {
        let (x, need) = (integers(n), entries_of_chain(n));
        assert!(need as usize >= 2 * n - 3, "chain of {n} makes {need} entries");
        for limit in [need - 1, need, need + 1] {
            let mut tape = Tape::with_limit(limit);
            for _ in 0..2 {
                let found = tape.value_and_grad(|x| chain(x), &x).map(|(y, g)| (y, g.to_vec()));
                let expected =
                    if limit < need { Err(Error::TapeFull { limit }) } else { Ok((chain(&x), chain_gradient(&x))) };
                assert_eq!(found, expected, "{n} inputs, {need} entries, limit {limit}");
            }
        }
    }
}

#[test]
fn inputs_count() {
    for n in 0..5u32 {
        for limit in 0..7u32 {
            let x = integers(n as usize);
            let found =
                Tape::with_limit(limit).value_and_grad(|x| x.first().copied().unwrap_or(lift(1.0)) * 3.0, &x).is_ok();
            assert_eq!(found, n <= limit, "{n} inputs, limit {limit}");
        }
    }
}

#[test]
fn a_tape_of_no_entries_evaluates_constants() -> Result<()> {
    let mut tape = Tape::with_limit(0);
    assert_eq!(tape.value_and_grad(|_| lift(2.0) * 3.0, &[])?, (6.0, &[][..]));
    let full = Err(Error::TapeFull { limit: 0 });
    assert_eq!(tape.value_and_grad(|x| x[0], &[1.0]).map(|_| ()), full);
    // the function runs to its end and records nothing: no panic, whatever it does
    assert_eq!(tape.value_and_grad(|x| chain(x) + product(x) + norm(x), &integers(9)).map(|_| ()), full);
    assert_eq!(tape.record(|t| Ok(t.inputs::<f64>(&[1.0]).len())), Err(Error::TapeFull { limit: 0 }));
    Ok(())
}

#[test]
fn a_full_tape_is_usable_again() {
    let mut tape = Tape::with_limit(100);
    for _ in 0..3 {
        let e = tape.value_and_grad(|x| chain(x), &integers(1000)).unwrap_err();
        assert_eq!(e, Error::TapeFull { limit: 100 });
        assert_eq!(e.to_string(), "tape: expected at most 100 entries, found more");
        assert_eq!(tape.value_and_grad(|x| x[0] * x[1], &[3.0, 5.0]), Ok((15.0, &[5.0, 3.0][..])));
    }
}

#[test]
fn every_kind_of_entry_counts() {
    let x = integers(6);
    let full = |limit: u32, f: &dyn for<'t> Fn(&[Var<'t>]) -> Result<Var<'t>>| {
        let found = Tape::with_limit(limit).try_value_and_grad(|x| f(x), &x).map(|_| ());
        match found {
            Ok(()) => false,
            Err(e) => {
                assert_eq!(e, Error::TapeFull { limit });
                true
            }
        }
    };
    // 6 inputs and: two chained nodes · one wide entry · a custom entry of three outputs · a preaccumulated entry
    assert_eq!([7, 8].map(|limit| full(limit, &|x| Ok(product(x)))), [true, false]);
    assert_eq!([6, 7].map(|limit| full(limit, &|x| Ok(product(&[x, x].concat())))), [true, false]);
    let three = |x: &[Var<'_>]| custom("three", x, &[1.0, 2.0, 3.0], |_, _| Ok(())).map(drop);
    assert_eq!([8, 9].map(|limit| full(limit, &|x| three(x).map(|()| x[0]))), [true, false]);
    // what is recorded in the segment counts in the segment
    let inner = |x: &[Var<'_>]| preaccumulate(x, |x| Ok(chain(x))).map(drop);
    assert_eq!([9, 10].map(|limit| full(limit, &|x| inner(x).map(|()| x[0]))), [true, false]);
}

#[test]
fn a_segment_has_the_limit_of_its_tape() {
    // it starts in the middle of the block that its surroundings have begun, and counts from one
    for begun in [0, 1, 2, 30] {
        for n in [2, 3, 8, 20, 70] {
            let need = entries_of_chain(n);
            for limit in [need - 1, need, need + 1].map(|limit| limit.max(2 + begun)) {
                let found = Tape::with_limit(limit).record(|t| {
                    let x = t.inputs(&[2.0, 3.0]);
                    (0..begun).for_each(|k| assert_eq!((x[0] * x[1]).anchor().value(), 6.0, "{k}"));
                    t.segment(|s| {
                        let y = s.inputs(&integers(n));
                        s.grad(chain(y), y)
                    })
                });
                let expected =
                    if limit < need { Err(Error::TapeFull { limit }) } else { Ok(chain_gradient(&integers(n))) };
                assert_eq!(found, expected, "{begun} entries before, {n} inputs, limit {limit}");
            }
        }
    }
}
