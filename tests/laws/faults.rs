//! Every wrong join of diagrams is kept, with its place, and returned by every walk; a broken file is refused.

use crate::circuits::{Random, Toy, foreign, toys};
use pullback::{
    Error, Result,
    category::{Circuit, Polynomial, Z2},
    diagram::{Args, Diagram, Few, Functor, LensFunctor, Shared},
};

type D = Diagram<Toy>;
type C = Circuit<Z2>;

/// The number of boxes before a wire.
pub(crate) struct Depth;
impl<G> Functor<G> for Depth {
    type Wire = usize;
    fn apply(&mut self, _: usize, _: &G, args: Args<'_, usize>, out: &mut Vec<usize>) -> Result<()> {
        out.push(1 + args.iter().max().unwrap_or(&0));
        Ok(())
    }
}
/// A lens functor that sends back as many changes as it is told.
struct Back(Option<usize>);
impl<G> LensFunctor<G> for Back {
    type Fwd = usize;
    type Back = usize;
    type Res = usize;
    fn fwd(&mut self, site: usize, _: &G, args: Args<'_, usize>, out: &mut Vec<usize>) -> Result<usize> {
        out.push(site);
        Ok(args.len())
    }
    fn bwd(&mut self, site: usize, _: &G, kept: usize, by: &[Option<usize>]) -> Result<Few<Option<usize>>> {
        let sum = by.iter().flatten().sum::<usize>();
        Ok((0..self.0.unwrap_or(kept)).map(|_| Some(sum + site)).collect())
    }
    fn merge(&mut self, a: usize, b: usize) -> Result<usize> {
        Ok(a + b)
    }
}

fn and() -> C {
    Circuit::generator(Polynomial::Mul)
}
fn miswired(op: &'static str, site: usize, expected: usize, found: usize) -> Error {
    Error::Miswired { op, site, expected, found }
}

/// Every way to use a diagram returns its fault, and every way to build on it keeps it.
fn everywhere(d: &C, fault: &Error) {
    let fault = || Err(fault.clone());
    let n = d.arity().0;
    assert_eq!(d.validate(), fault());
    assert_eq!(d.eval(&vec![Z2(true); n]), fault().map(|()| vec![]));
    assert_eq!(d.walk(&mut Depth, vec![0; n]), fault().map(|()| vec![]));
    assert_eq!(d.walk_in(&mut Depth, vec![0; n], &mut vec![]), fault());
    assert_eq!(d.sweep_forward(&mut Back(None), vec![0; n]), fault().map(|()| (vec![], vec![])));
    let back = d.sweep_backward(&mut Back(None), vec![2; d.len()], vec![Some(1); d.arity().1]);
    assert_eq!(back, fault().map(|()| vec![]), "sweep_backward");
    assert_eq!(d.equivalent(&C::id(n)), fault().map(|()| true));
    assert_eq!(C::id(n).equivalent(d), fault().map(|()| true));
    assert_eq!(d.reverse().map(|_| ()), fault());
    assert_eq!(d.pushforward().map(|_| ()), fault());
    assert_eq!(d.substitute(|_, g| C::generator(*g)).map(|_| ()), fault());
    assert_eq!(d.prune().validate(), fault());
    assert_eq!(d.share().validate(), fault());
    assert_eq!(d.project([]).validate(), fault());
    for built in [d.then(&C::id(d.arity().1)), d.par(&and()), d.fork(d), C::id(n).then(d), C::id(1).par(d)] {
        assert_eq!(built.validate(), fault());
    }
}

#[test]
fn every_wrong_join_is_kept_and_returned() {
    let foreign = foreign(9);
    let too_many = Error::TooManyWires { limit: u32::MAX };
    let cases: Vec<(C, Error)> = vec![
        (and() >> and(), miswired("then", 1, 2, 1)),
        (C::id(3) >> and(), miswired("then", 0, 2, 3)),
        (and().fork(&C::id(3)), miswired("fork", 1, 3, 2)),
        (and().project([0, 1]), miswired("project", 1, 2, 1)),
        (and().project([usize::MAX]), miswired("project", 1, usize::MAX, 1)),
        (C::build(2, |d, x| d.inline(&and(), &x[..1])), miswired("inline", 0, 2, 1)),
        (C::build(1, |d, x| d.push(Polynomial::Add, x).to_vec()), miswired("add", 0, 2, 1)),
        (C::build(1, |d, x| d.push(Polynomial::Neg, &[x[0], x[0]]).to_vec()), miswired("neg", 0, 1, 2)),
        (C::build(1, |d, _| d.push(Polynomial::Neg, &[foreign]).to_vec()), miswired("neg", 0, 1, 9)),
        (C::build(1, |_, _| vec![foreign]), miswired("outputs", 0, 1, 9)),
        (C::build(1, |d, _| d.inline(&C::id(1), &[foreign])), miswired("outputs", 0, 1, 9)),
        (C::id(1 << 33), too_many.clone()),
        (C::copy(usize::MAX), too_many.clone()),
        (C::discard(u32::MAX as usize + 1), too_many.clone()),
        (C::swap(usize::MAX, usize::MAX), too_many.clone()),
        (and() * C::id(1 << 33), too_many.clone()),
        (C::id(1 << 33) * and(), too_many),
    ];
    for (d, fault) in &cases {
        everywhere(d, fault);
    }
}

#[test]
fn a_box_with_too_many_wires_is_a_fault() {
    let wide = Toy(0, 1, usize::MAX);
    let d = D::build(1, |d, x| d.push(wide, x).to_vec());
    assert_eq!(d.validate(), Err(Error::TooManyWires { limit: u32::MAX }));
    // what is pushed afterwards has the number of wires that it says
    let d = D::build(1, |d, x| {
        d.push(wide, x);
        vec![d.push(Toy(1, 1, 1), x)[0], d.push(Toy(1, 1, 2), x)[1]]
    });
    assert_eq!(d.validate(), Err(Error::TooManyWires { limit: u32::MAX }));
    let (mut shared, x) = Shared::open(1);
    shared.push(wide, &x);
    let y = shared.push(Toy(1, 1, 1), &x);
    assert_eq!(shared.close(y.to_vec()).validate(), Err(Error::TooManyWires { limit: u32::MAX }));
}

#[test]
fn the_first_fault_is_the_one_that_is_kept() {
    let first = and() >> and();
    let second = first.then(&C::id(5));
    assert_eq!(second.validate(), Err(miswired("then", 1, 2, 1)));
    assert_eq!(first.project([7]).validate(), first.validate());
}

#[test]
fn a_fault_says_how_many_boxes_stand_before_it() {
    let not = || C::generator(Polynomial::Neg);
    // the wrong join stands behind two boxes, however the whole is bracketed
    let all = miswired("then", 2, 2, 1);
    assert_eq!(((not() >> not()) >> and()).validate(), Err(all.clone()));
    assert_eq!((not() >> (not() >> and())).validate(), Err(all.clone()));
    assert_eq!(((not() * not()) >> (C::id(1) >> and()).par(&C::id(1))).validate(), Err(all));
    assert_eq!((not() * (not() >> and())).validate(), Err(miswired("then", 2, 2, 1)));
    // in random chains too
    for seed in 0..100 {
        let r = &mut Random(seed);
        let [f, g] = [toys(r, 2, 2), toys(r, 2, 2)];
        let wrong = D::generator(Toy(0, 3, 1));
        let (left, right) = (f.then(&g).then(&wrong), f.then(&g.then(&wrong)));
        assert_eq!(left.validate(), Err(miswired("then", f.len() + g.len(), 3, 2)));
        assert_eq!(left.validate(), right.validate(), "seed {seed}");
    }
}

#[test]
fn a_replacement_of_another_arity_is_a_fault() -> Result<()> {
    let two = and() * and();
    let reads = two.substitute(|_, _| C::id(1))?;
    assert_eq!(reads.validate(), Err(miswired("substitute", 0, 1, 2)));
    let makes = two.substitute(|site, g| if site == 0 { C::generator(*g) } else { C::id(2) })?;
    assert_eq!(makes.validate(), Err(miswired("substitute", 1, 1, 2)));
    let wrong = two.substitute(|_, _| C::id(2).project([3]))?;
    assert_eq!(wrong.validate(), Err(miswired("project", 0, 4, 2)));
    Ok(())
}

#[test]
fn walks_check_what_comes_and_what_functors_make() {
    let length = |op, expected, found| Error::ShapeMismatch { op, expected: vec![expected], found: vec![found] };
    let d = and() * and();
    assert_eq!(d.eval(&[Z2(true); 3]), Err(length("inputs", 4, 3)));
    assert_eq!(d.walk(&mut Depth, [0; 5]), Err(length("inputs", 4, 5)));
    assert_eq!(D::generator(Toy(0, 1, 2)).walk(&mut Depth, [0]), Err(miswired("toy", 0, 2, 1)));
    let back = |kept: usize, by: usize, makes: Option<usize>| {
        d.sweep_backward(&mut Back(makes), vec![2; kept], vec![Some(1); by]).map(|_| ())
    };
    assert_eq!(back(2, 2, None), Ok(()));
    assert_eq!(back(1, 2, None), Err(length("residuals", 2, 1)));
    assert_eq!(back(2, 3, None), Err(length("changes", 2, 3)));
    assert_eq!(back(2, 2, Some(1)), Err(miswired("mul", 1, 2, 1)));
}

#[test]
fn a_box_that_gets_nothing_back_is_not_asked() -> Result<()> {
    // site 1 is dead; site 0 gets a change from each of its two readers
    let d = C::build(1, |d, x| {
        let y = d.push(Polynomial::Neg, x);
        d.push(Polynomial::Neg, x);
        vec![y[0], y[0]]
    });
    let (y, kept) = d.sweep_forward(&mut Back(None), [7])?;
    assert_eq!((y, kept.clone()), (vec![0, 0], vec![1, 1]));
    assert_eq!(d.sweep_backward(&mut Back(None), kept.clone(), [Some(3), Some(4)])?, [Some(7)]);
    assert_eq!(d.sweep_backward(&mut Back(None), kept, [None, None])?, [None]);
    Ok(())
}

#[cfg(feature = "serde")]
mod stored {
    use super::*;
    use crate::circuits::{PRIME, circuit};
    use pullback::category::Modular;

    fn loaded(text: &str) -> serde_json::Result<C> {
        serde_json::from_str(text)
    }

    #[test]
    fn what_is_stored_comes_back() {
        for seed in 0..100 {
            let r = &mut Random(seed);
            let d = toys(r, 2, 3);
            let text = serde_json::to_string(&d).expect("valid");
            assert_eq!(serde_json::from_str::<D>(&text).expect("valid"), d, "{text}");
            let c: Circuit<Modular<PRIME>> = circuit(r, 2, 2);
            let text = serde_json::to_string(&c).expect("valid");
            assert_eq!(serde_json::from_str::<Circuit<Modular<PRIME>>>(&text).expect("valid"), c, "{text}");
        }
        let text = serde_json::to_string(&and()).expect("valid");
        assert_eq!(text, r#"{"inputs":2,"boxes":[["Mul",[0,1]]],"outputs":[2]}"#);
        assert_eq!(loaded(&text).expect("valid"), and());
    }

    #[test]
    fn a_fault_is_not_stored() {
        for wrong in [and() >> and(), and().project([5]), C::id(1 << 33)] {
            let fault = wrong.validate().expect_err("a fault").to_string();
            assert_eq!(serde_json::to_string(&wrong).expect_err("a fault").to_string(), fault);
        }
    }

    #[test]
    fn a_broken_file_is_refused() {
        let broken = [
            (r#"{"inputs":1,"boxes":[["Mul",[0]]],"outputs":[1]}"#, "mul: expected 2 wires at box 0, found 1"),
            (r#"{"inputs":1,"boxes":[["Neg",[1]]],"outputs":[1]}"#, "neg: expected 1 wires at box 0, found 1"),
            (r#"{"inputs":1,"boxes":[["Neg",[0]]],"outputs":[2]}"#, "outputs: expected 2 wires at box 1, found 2"),
            (r#"{"inputs":4294967295,"boxes":[["Neg",[0]]],"outputs":[]}"#, "diagram: expected at most 4294967295"),
            (r#"{"inputs":1,"boxes":[["Sin",[0]]],"outputs":[1]}"#, "unknown variant `Sin`"),
            (r#"{"inputs":-1,"boxes":[],"outputs":[]}"#, "invalid value"),
            (r#"{"inputs":1,"outputs":[]}"#, "missing field `boxes`"),
        ];
        for (text, message) in broken {
            let e = loaded(text).expect_err(text).to_string();
            assert!(e.contains(message), "{text}: {e}");
        }
        // a remainder is below its modulus
        let wrong = r#"{"inputs":0,"boxes":[[{"Const":7},[]]],"outputs":[0]}"#;
        assert!(serde_json::from_str::<Circuit<Modular<8>>>(wrong).is_ok());
        let e = serde_json::from_str::<Circuit<Modular<7>>>(wrong).expect_err("7 is not below 7").to_string();
        assert!(e.contains("expected a remainder below 7, found 7"), "{e}");
    }

    #[test]
    fn a_small_file_does_not_take_much_memory() {
        let huge =
            loaded(r#"{"inputs":4294967295,"boxes":[],"outputs":[4294967294]}"#).expect("so many inputs it may have");
        assert_eq!(huge.arity(), (4_294_967_295, 1));
        let e = huge.eval(&[Z2(true)]).expect_err("one input");
        assert_eq!(e.to_string(), "inputs: expected length 4294967295, found 1");
    }
}
