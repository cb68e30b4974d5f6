//! What an elementary function costs over lanes, as a fraction of the standard library's, one number at a time.
//!
//! `cargo bench --bench vector [-- filter] [--quick]`. Every variant is checked against the standard library before it is
//! timed. With `--dump` it prints arguments and results instead, for `tests/truth/vector.py` to judge. Figures:
//! `docs/design/perf.md`.

#[allow(dead_code)] // this bench prints one table of its own
mod harness;
#[allow(dead_code, unused_imports)] // the room is private, so its files are compiled into this bench
#[path = "../src/program/vector/mod.rs"]
mod vector;

use harness::{Comparison, Settings, report};
use std::{env, hint::black_box, io::Write, marker::PhantomData};
use vector::{CIRCULAR_LIMIT, Kernel, Scalar, baseline, dispatch, each, each_within};

/// How many numbers one call maps: they fit the first-level cache, argument and result.
const COUNT: usize = 1024;

/// An elementary function: over a block of lanes, and one at a time.
trait Elementary {
    const NAME: &'static str;
    /// The range that is timed.
    const RANGE: [f64; 2];
    fn lanes<const FUSED: bool, const L: usize>(x: &[f64; L]) -> [f64; L];
    fn one<const FUSED: bool>(x: f64) -> f64;
    fn standard(x: f64) -> f64;
}
macro_rules! elementary {
    ($($kind:ident $name:ident on $low:literal, $high:literal $(within $limit:ident)?: $standard:expr;)*) => {
        $(struct $kind;
        impl Elementary for $kind {
            const NAME: &'static str = stringify!($name);
            const RANGE: [f64; 2] = [$low, $high];
            #[inline(always)]
            fn lanes<const FUSED: bool, const L: usize>(x: &[f64; L]) -> [f64; L] {
                elementary!(@lanes x, $name, $standard $(, $limit)?)
            }
            fn one<const FUSED: bool>(x: f64) -> f64 {
                vector::$name(Scalar::<FUSED>(x)).0
            }
            #[inline(always)]
            fn standard(x: f64) -> f64 {
                let f: fn(f64) -> f64 = $standard;
                f(x)
            }
        })*
        fn time_all(settings: &Settings) { $(time::<$kind>(settings);)* }
        fn dump_all(out: &mut impl Write) -> std::io::Result<()> { $(dump::<$kind>(out)?;)* Ok(()) }
    };
    (@lanes $x:ident, $name:ident, $standard:expr) => { each::<FUSED, L>($x, |x| vector::$name(x)) };
    (@lanes $x:ident, $name:ident, $standard:expr, $limit:ident) => {
        each_within::<FUSED, L>($limit, $x, |x| vector::$name(x), $standard)
    };
}
elementary! {
    Exp exp on -10.0, 10.0: f64::exp;
    Exp2 exp2 on -10.0, 10.0: f64::exp2;
    ExpM1 exp_m1 on -2.0, 2.0: f64::exp_m1;
    Sinh sinh on -3.0, 3.0: f64::sinh;
    Cosh cosh on -3.0, 3.0: f64::cosh;
    Tanh tanh on -3.0, 3.0: f64::tanh;
    Sigmoid sigmoid on -5.0, 5.0: |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) };
    Softplus softplus on -5.0, 5.0: |x| x.max(0.0) + (-x.abs()).exp().ln_1p();
    Ln ln on 0.01, 100.0: f64::ln;
    Ln1p ln_1p on -0.9, 3.0: f64::ln_1p;
    Sin sin on -10.0, 10.0 within CIRCULAR_LIMIT: f64::sin;
    Cos cos on -10.0, 10.0 within CIRCULAR_LIMIT: f64::cos;
    Atan atan on -3.0, 3.0: f64::atan;
}

fn main() -> std::io::Result<()> {
    if env::args().any(|arg| arg == "--dump") {
        return dump_all(&mut std::io::stdout().lock());
    }
    println!("| ns a number | std | 16 lanes, baseline | 16 lanes | / std | 8 lanes | 32 lanes |");
    println!("|---|---|---|---|---|---|---|");
    time_all(&Settings::from_args());
    Ok(())
}

/// One function over blocks of lanes.
struct Map<'a, E, const L: usize> {
    x: &'a [f64],
    y: &'a mut [f64],
    of: PhantomData<E>,
}
impl<E: Elementary, const L: usize> Kernel for Map<'_, E, L> {
    type Output = ();
    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        for (x, y) in self.x.chunks_exact(L).zip(self.y.chunks_exact_mut(L)) {
            let block: &[f64; L] = x.try_into().expect("a chunk has L numbers");
            y.copy_from_slice(&E::lanes::<FUSED, L>(block));
        }
    }
}

fn time<E: Elementary>(settings: &Settings) {
    if !settings.wants(E::NAME) {
        return;
    }
    let [low, high] = E::RANGE;
    // the golden ratio scatters them, so that no branch of the standard library is foreseen
    let x: Vec<f64> = (0..COUNT).map(|k| low + (high - low) * (k as f64 * 0.618_033_988_749_894_9).fract()).collect();
    let truth: Vec<f64> = x.iter().map(|&x| E::standard(x)).collect();
    let mut c = Comparison::new(E::NAME, 1.0, truth);
    let mut variant = |name: &str, map: fn(&[f64], &mut [f64])| {
        let (x, mut y) = (x.clone(), vec![0.0; COUNT]);
        c.variant(name, None, move |check| {
            map(black_box(&x), &mut y);
            report(&y, check);
            1.0
        });
    };
    variant("std", |x, y| x.iter().zip(y).for_each(|(&x, y)| *y = E::standard(x)));
    variant("baseline", |x, y| baseline(Map::<E, 16> { x, y, of: PhantomData }));
    variant("16", |x, y| dispatch(Map::<E, 16> { x, y, of: PhantomData }));
    variant("8", |x, y| dispatch(Map::<E, 8> { x, y, of: PhantomData }));
    variant("32", |x, y| dispatch(Map::<E, 32> { x, y, of: PhantomData }));
    let figures = c.figures(settings);
    let ns = |k: usize| figures[k].seconds * 1e9 / COUNT as f64;
    let ratio = figures[2].ratio[0];
    println!(
        "| {} | {:.2} | {:.2} | **{:.2}** | {ratio:.2} | {:.2} | {:.2} |",
        E::NAME,
        ns(0),
        ns(1),
        ns(2),
        ns(3),
        ns(4)
    );
}

/// Prints results at points over the whole range, half of them of any exponent, half where the function is used.
fn dump<E: Elementary>(out: &mut impl Write) -> std::io::Result<()> {
    const POINTS: u64 = 60_000;
    let [low, high] = E::RANGE;
    let mut state = 7_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (state ^ state >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ mixed >> 29
    };
    for k in 0..POINTS {
        let bits = random();
        let part = (bits >> 11) as f64 / (1_u64 << 53) as f64;
        let x = match k % 4 {
            0 => f64::from_bits(bits),
            1 => f64::from_bits(bits & (1 << 63) | ((990 + bits % 44) << 52) | (random() >> 12)), // 2^-33 to 2^10
            _ => low + (high - low) * part,
        };
        let beyond = ["sin", "cos"].contains(&E::NAME) && x.abs() > CIRCULAR_LIMIT;
        if E::standard(x).is_nan() || !x.is_finite() || beyond {
            continue;
        }
        for (variant, y) in [("plain", E::one::<false>(x)), ("fused", E::one::<true>(x))] {
            writeln!(out, "{variant},{},{:x},{:x}", E::NAME, x.to_bits(), y.to_bits())?;
        }
    }
    Ok(())
}
