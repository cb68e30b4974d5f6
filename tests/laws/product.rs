//! What each law of `check::laws` catches: a wrong lens, object or optimiser, the law that finds it, and the point it is
//! brought down to.

use crate::lens::K;
use pullback::{
    Error, Result,
    category::*,
    check::laws::{self, Sample, Verdict},
    learn::*,
    lens::*,
};

/// Returns the point of a law that must be broken.
#[track_caller]
fn broken(verdict: Result<Verdict>) -> String {
    let verdict = verdict.expect("the lens has no errors");
    let point = verdict.broken.as_ref().map(|c| c.point.clone());
    let point = point.unwrap_or_else(|| panic!("not caught: {verdict}"));
    assert!(!verdict.holds() && verdict.to_string().contains("BROKEN"));
    assert!(matches!(verdict.ok(), Err(Error::LawBroken { .. })));
    point
}
/// p·x, with the given backward map.
fn scale(
    bwd: impl Fn(&f64, f64, f64, &mut f64) -> f64 + Copy,
) -> Lens<impl Para<P = f64, A = f64, B = f64, M = f64> + Copy> {
    para(|p: &f64, x: f64| (p * x, x), bwd)
}
fn right() -> Lens<impl Para<P = f64, A = f64, B = f64, M = f64> + Copy> {
    scale(|p, x, d, dp| {
        *dp += x * d;
        p * d
    })
}

#[test]
fn of_one_backward_map() {
    let at = laws::at(2.0, 3.0);
    let clipped = scale(|p, x, d, dp| {
        *dp += x * d;
        (p * d).clamp(-1.0, 1.0)
    });
    assert_eq!(broken(laws::additive(&clipped, &at)), "p = 1.0, a = 0.0, d = 1.0, e = 1.0");
    assert_eq!(broken(laws::copies(&clipped, &at)), "p = 1.0, a = 0.0, d = 1.0, e = 1.0");
    let offset = scale(|p, _, d, dp| {
        *dp += 1.0;
        p * d
    });
    assert_eq!(broken(laws::additive(&offset, &at)), "p = 0.0, a = 0.0, d = 0.0, e = 0.0");
    let overwrites = scale(|p, x, d, dp| {
        *dp = x * d;
        p * d
    });
    assert_eq!(broken(laws::accumulates(&overwrites, &at)), "p = 0.0, a = 0.0, d = 0.0, start = 1.0");
    let twice = scale(|p, x, d, dp| {
        *dp = 2.0 * *dp + x * d;
        p * d
    });
    broken(laws::accumulates(&twice, &at));
    let seen = std::cell::Cell::new(0.0);
    let remembers = lens(
        |x: f64| {
            seen.set(seen.get() + 1.0);
            (x + seen.get(), ())
        },
        |(), d: f64| d,
    );
    broken(laws::repeatable(&remembers, &laws::at((), 1.0)));
    let affine = lens(|x: f64| (2.0 * x + 1.0, ()), |(), d: f64| 2.0 * d);
    assert_eq!(broken(laws::linear(&affine, &laws::at((), 3.0))), "p = (), a = 0.0, b = 0.0, d = 0.0");
    let bent = lens(|x: f64| (x, x), |x, d: f64| if x > 0.0 { d } else { 0.0 }); // linear forward, not backward
    broken(laws::linear(&bent, &laws::at((), 3.0)));
}

#[test]
fn of_what_a_backward_map_is() {
    let at = laws::at(2.0, 3.0);
    assert!(laws::exact(&right(), &at).is_ok_and(|v| v.holds()));
    let forgets_the_parameter = scale(|p, _, d, _| p * d);
    broken(laws::exact(&forgets_the_parameter, &at));
    let off = scale(|p, x, d, dp| {
        *dp += x * d;
        p * d * (1.0 + 1e-6)
    });
    broken(laws::exact(&off, &at));
    // additive and accumulating, but not the derivative: a learning rule is no fault of the other laws
    let constant = lens(|x: f64| (x.sin(), ()), |(), d: f64| d);
    assert!(laws::additive(&constant, &laws::at((), 1.0)).is_ok_and(|v| v.holds()));
    broken(laws::exact(&constant, &laws::at((), 1.0)));
    let k = [K::new(1); 2];
    let swapped = lens(|[x, y]: [K; 2]| ([x, x + y], ()), |(), [d, e]: [K; 2]| [d, d + e]);
    assert_eq!(
        broken(laws::transpose(&swapped, &laws::at((), k))),
        "p = (), a = [Modular(0), Modular(1)], d = [Modular(1), Modular(0)]"
    );
}

/// A combinator that hands its parts the change of the wrong wire, or their parameters in the wrong order, and one that
/// looks through its box.
#[derive(Clone, Copy)]
struct Mirrored<F, G>(F, G);
impl<F: Para<P = f64, A = f64, B = f64>, G: Para<P = f64, A = f64, B = f64>> Para for Mirrored<F, G> {
    type P = (f64, f64);
    type A = f64;
    type B = f64;
    type M = (F::M, G::M);
    fn fwd(&self, (p, q): (f64, f64), a: f64) -> Result<(f64, Self::M)> {
        let (b, m) = self.0.fwd(q, a)?;
        let (c, n) = self.1.fwd(p, b)?;
        Ok((c, (m, n)))
    }
    fn bwd(&self, (p, q): (f64, f64), (m, n): Self::M, d: f64, (dp, dq): &mut (f64, f64)) -> Result<f64> {
        let db = self.1.bwd(p, n, d, dp)?;
        self.0.bwd(q, m, db, dq)
    }
}
/// Hands the change of the output straight to the first box.
#[derive(Clone, Copy)]
struct Direct<F, G>(F, G);
impl<F: Para<A = f64, B = f64>, G: Para<A = f64, B = f64>> Para for Direct<F, G> {
    type P = (F::P, G::P);
    type A = f64;
    type B = f64;
    type M = (F::M, G::M);
    fn fwd(&self, (p, q): View<'_, Self::P>, a: f64) -> Result<(f64, Self::M)> {
        Then(&self.0, &self.1).fwd((p, q), a)
    }
    fn bwd(&self, (p, q): View<'_, Self::P>, (m, n): Self::M, d: f64, (dp, dq): &mut Co<Self::P>) -> Result<f64> {
        self.1.bwd(q, n, d, dq)?;
        self.0.bwd(p, m, d, dp)
    }
}

#[test]
fn of_composition() -> Result<()> {
    let (f, at) = (right(), laws::at((2.0, 3.0), 1.0));
    laws::functorial(&(f >> f), &f, &f, &at)?.ok()?;
    let bent = f.map(pointwise(Tanh));
    let point = broken(laws::functorial(&Mirrored(bent, f), &bent, &f, &at));
    assert!(point.starts_with("p = ("), "{point}");
    broken(laws::functorial(&Direct(f, f), &f, &f, &at));
    broken(laws::equal(&(f >> f), &Direct(f, f), &at));
    laws::same_forward(&(f >> f), &Direct(f, f), &at)?.ok()?;
    broken(laws::same_forward(&(f >> f), &(f >> f).map(pointwise(Tanh)), &at));
    // clipping at the end of `h` shows where two changes meet
    let h = lens(|x: f64| (x, ()), |(), d: f64| d.clamp(-1.0, 1.0));
    broken(laws::distributive(&h, (&f, &f), &laws::at(((), (1.0, 1.0)), 1.0)));
    // a map that counts its calls has no place in a diagram: brackets show
    let calls = std::cell::Cell::new(0.0);
    let counting = lens(|x: f64| (x, ()), |(), d: f64| d + calls.replace(calls.get() + 1.0));
    broken(laws::unit(&counting, &laws::at((), 1.0)));
    broken(laws::associative(&counting, &counting, &counting, &laws::at((((), ()), ()), 1.0)));
    let pair = (&counting, &counting);
    broken(laws::interchange(pair, pair, &laws::at((((), ()), ((), ())), (1.0, 1.0))));
    Ok(())
}

/// A length whose zero is not neutral, and whose sum forgets.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Length<const FAULT: usize>(f64);
impl<const FAULT: usize> Additive for Length<FAULT> {
    fn add(&mut self, o: &Self) -> Result<()> {
        self.0 = if FAULT == 1 { self.0 + 2.0 * o.0 } else { self.0 + o.0 };
        Ok(())
    }
}
impl<const FAULT: usize> Object for Length<FAULT> {
    type Co = Self;
    type View<'a> = Self;
    fn view(&self) -> Self {
        *self
    }
    fn owned(view: Self) -> Self {
        if FAULT == 3 { Length(view.0.abs()) } else { view }
    }
    fn zero_of(view: Self) -> Self {
        Length(if FAULT == 2 { view.0 } else { 0.0 })
    }
}
impl<const FAULT: usize> Sample for Length<FAULT> {
    fn draw(&self, draw: &mut laws::Draw) -> Self {
        Length(self.0.draw(draw))
    }
    fn apart(&self, other: &Self) -> f64 {
        self.0.apart(&other.0)
    }
    fn simpler(&self) -> Vec<Self> {
        self.0.simpler().into_iter().map(Length).collect()
    }
}

#[test]
fn of_objects() -> Result<()> {
    laws::object(&laws::at((), Length::<0>(1.0)))?.ok()?;
    laws::wires(&laws::at((), Length::<0>(1.0)))?.ok()?;
    broken(laws::object(&laws::at((), Length::<1>(1.0))));
    broken(laws::wires(&laws::at((), Length::<1>(1.0))));
    broken(laws::object(&laws::at((), Length::<2>(1.0))));
    let point = broken(laws::object(&laws::at((), Length::<3>(1.0))));
    assert!(point.starts_with("x = Length(-"), "{point}");
    Ok(())
}

#[test]
fn of_the_parameter_wire() {
    let at = laws::at(2.0, 3.0);
    let overwrites = scale(|p, x, d, dp| {
        *dp = x * d;
        p * d
    });
    // tied: each half starts at zero, so the halves are right, but for a box that asks what is already there
    let greedy = scale(|p, x, d, dp| {
        *dp += x * d + if *dp == 0.0 { 1.0 } else { 0.0 };
        p * d
    });
    assert!(laws::ties(&(overwrites >> overwrites), &at).is_ok_and(|v| v.holds()));
    let counted = std::cell::Cell::new(0.0);
    let forgetful = scale(|p, x, d, dp| {
        *dp += x * d + counted.replace(counted.get() + 1.0);
        p * d
    });
    broken(laws::ties(&(forgetful >> greedy), &at));
    broken(laws::reparametrises(&forgetful, &id::<f64>(), &id::<f64>(), &at));
    let slides_through = scale(|p, _, d, _| p * d + counted.replace(counted.get() + 1.0));
    broken(laws::freezes(&slides_through, &at));
}

/// A decay that is added instead of subtracted; a step that only goes up; one that looks at its neighbour.
#[derive(Clone, Copy)]
struct Odd<const FAULT: usize>;
impl<P: Elementwise<f64>, const FAULT: usize> Optimiser<P> for Odd<FAULT> {
    type State = ();
    fn init(&self, _: &P) {}
    fn put(&self, (): &mut (), p: &mut P, c: &mut P) -> Result<()> {
        let mut largest = 0f64;
        P::zip([c], &mut |[c]| largest = largest.max(c.abs()))?;
        P::zip([p, c], &mut |[p, c]| match FAULT {
            1 => *p += c.abs(),
            2 if *c == largest => *p += *c,
            2 => {}
            _ => *p += *c,
        })
    }
}

#[test]
fn of_optimisers_and_learners() -> Result<()> {
    let at = laws::at((), 1.0);
    laws::mirrors(&Odd::<0>, &at)?.ok()?;
    broken(laws::mirrors(&Odd::<1>, &at));
    laws::coordinatewise(&Odd::<1>, &at)?.ok()?;
    broken(laws::coordinatewise(&Odd::<2>, &at));
    broken(laws::scale_free(&Odd::<0>, &at));
    broken(laws::same_walk(&Odd::<0>, &Odd::<1>, &at));
    broken(laws::same_walk(&Nesterov::new(0.1, 0.9), &Momentum::new(0.1, 0.9), &at)); // it looks elsewhere
    let clipped = linear::<f64, 1, 1>().map(lens(|x: [f64; 1]| (x, ()), |(), [d]: [f64; 1]| [d.clamp(-1.0, 1.0)]));
    let row = laws::at((Matrix::new([[1.0]]), [0.0]), [1.0]);
    broken(laws::slides(&clipped, &quadratic(), &row));
    // a batch hands each example half its change: what clips sees the difference
    broken(laws::batches(&clipped, &quadratic(), &row));
    Ok(())
}

#[test]
fn a_point_without_a_value_is_not_a_pass() -> Result<()> {
    let root = lens(|x: f64| (x.sqrt(), x), |x, d: f64| d / (2.0 * x.sqrt()));
    let verdict = laws::additive(&root, &laws::at((), 4.0))?;
    assert!(verdict.holds() && verdict.skipped > 10 && verdict.compared > 10, "{verdict}");
    let never = lens(|_: f64| (f64::NAN, ()), |(), d: f64| d);
    let verdict = laws::additive(&never, &laws::at((), 4.0))?;
    assert!(!verdict.holds() && verdict.ok().is_err(), "{verdict}");
    assert_eq!(verdict.to_string(), "additive: not tried, no point of 50 has a value");
    Ok(())
}

#[test]
fn a_verdict_reads_well() -> Result<()> {
    let clipped = lens(|x: f64| (x, ()), |(), d: f64| d.clamp(-1.0, 1.0));
    let text = laws::copies(&clipped, &laws::at((), 0.0).seeded(7))?.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "copies: BROKEN, f ; copy = copy ; (f × f)");
    assert_eq!(lines[1], "  at    p = (), a = 0.0, d = 1.0, e = 1.0");
    assert_eq!(lines[2], "  left  ((0.0, 0.0), (1.0, ()))");
    assert_eq!(lines[3], "  right ((0.0, 0.0), (2.0, ()))");
    assert!(lines[4].starts_with("  seed 7, trial "), "{text}");
    Ok(())
}

pullback::laws! {
    layer: dense::<2, 2>(Tanh) >> dense::<2, 1>(Sigmoid), at
        ((Matrix::new([[0.5, 1.0], [-1.0, 0.25]]), [0.1; 2]), (Matrix::new([[1.0, -1.0]]), [0.0])), [1.0, -1.0];
    additive accumulates repeatable copies unit exact freezes
}
