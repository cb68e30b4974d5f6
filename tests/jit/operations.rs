//! Every operation at every edge, at both precisions.

use crate::{Random, agree, check, table::*};
use pullback::{op::Relation, program::Op, *};

fn points<F: Primitive>(arity: usize) -> Vec<Vec<F>> {
    let mut numbers: Vec<f64> = EDGES.to_vec();
    let mut random = Random(7);
    numbers.extend((0..20).map(|_| random.number()));
    let edges = numbers.iter().map(|&x| F::of(x)).collect::<Vec<_>>();
    match arity {
        1 => edges.iter().map(|&a| vec![a]).collect(),
        2 => edges.iter().flat_map(|&a| edges.iter().map(move |&b| vec![a, b])).collect(),
        _ => {
            let few = [0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NAN, 1e-310, 0.1].map(F::of);
            let pairs = few.iter().flat_map(|&a| few.iter().map(move |&b| [a, b]));
            pairs.flat_map(|p| few.iter().map(move |&c| [&p[..], &[c]].concat())).collect()
        }
    }
}
fn one<F: Primitive>(op: Op<F>) {
    let p = Program::generator(op.clone());
    check(&format!("{op:?}"), &p, &points(p.arity().0));
}
fn all<F: Primitive>() {
    UNARY.iter().chain(WITH_ORDER).for_each(|&u| one::<F>(Op::Un(u)));
    BINARY.iter().for_each(|&b| one::<F>(Op::Bin(b)));
    [Op::Times, Op::Max, Op::Min, Op::MulAdd, Op::Select, Op::Stop].into_iter().for_each(one::<F>);
    for relation in [Relation::Less, Relation::LessOrEqual, Relation::Equal] {
        one::<F>(Op::Indicator(relation));
        for holds in [false, true] {
            let p = Program::generator(Op::Guard { relation, holds });
            let code = p.compile().expect("compiles");
            for x in points::<F>(2) {
                assert!(agree(&code.call(&x), &p.eval(&x)), "guard {relation:?} {holds} at {x:?}");
            }
        }
    }
}

#[test]
fn every_operation_at_f64() {
    all::<f64>();
}
#[test]
fn every_operation_at_f32() {
    all::<f32>();
}
#[test]
fn the_table_is_whole() {
    // what an expression can record is in the table: the names of all methods of a number
    let names: Vec<_> = UNARY.iter().chain(WITH_ORDER).map(|u| u.name()).collect();
    assert_eq!(UNARY.len() + 4, 46, "the table of `op` has 46 operations of one argument");
    assert!(["powi", "polygamma", "bessel_j", "spherical_bessel_j"].iter().all(|n| names.contains(n)));
}
#[test]
fn constants_keep_their_bits() {
    for &c in EDGES {
        check("constant", &Program::generator(Op::Const(c)), &[vec![], vec![]]);
        let sum = Program::record(|x| x[0] * 0.0 + c, &[1.0]).expect("records");
        check("constant operand", &sum, &[vec![1.0], vec![f64::INFINITY]]);
    }
}
