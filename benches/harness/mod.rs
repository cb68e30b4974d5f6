//! A timing harness: variants of one computation, checked against a truth, then timed in turn.
//!
//! Wall-clock times on a shared machine mean little. So the clock is the processor time of this thread where the system
//! tells it (see [`now`]); every round times every variant once, next to the reference; and the figure is the median over
//! the rounds of the *ratio* of that round. Each timed group is preceded by untimed calls of the same variant.

use std::{
    env, fs,
    hint::black_box,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

/// What the command line asks for.
pub(crate) struct Settings {
    pub(crate) filter: Option<String>,
    pub(crate) quick: bool,
}

impl Settings {
    /// Reads `[filter] [--quick]`; other flags (cargo passes `--bench`) are ignored.
    pub(crate) fn from_args() -> Self {
        let mut settings = Settings { filter: None, quick: false };
        for arg in env::args().skip(1) {
            match arg.as_str() {
                "--quick" => settings.quick = true,
                flag if flag.starts_with("--") => {}
                _ => settings.filter = Some(arg),
            }
        }
        settings
    }
    /// Says whether a section with this title was asked for.
    pub(crate) fn wants(&self, title: &str) -> bool {
        self.filter.as_ref().is_none_or(|f| title.to_lowercase().contains(&f.to_lowercase()))
    }
    fn rounds(&self) -> usize {
        if self.quick { 7 } else { 31 }
    }
    fn group(&self) -> Duration {
        Duration::from_millis(if self.quick { 1 } else { 4 })
    }
}

/// One evaluation: returns the value, and writes the derivative where a check asks for it.
pub(crate) type Run<'a> = Box<dyn FnMut(Option<&mut [f64]>) -> f64 + 'a>;

/// Hands a derivative to the check, or keeps the compiler from dropping it.
#[inline(always)]
pub(crate) fn report(derivative: &[f64], check: Option<&mut [f64]>) {
    match check {
        Some(out) => out.copy_from_slice(derivative),
        None => {
            black_box(derivative);
        }
    }
}

/// What a ratio shall be.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

struct Variant<'a> {
    name: String,
    run: Run<'a>,
    target: Option<Target>,
    has_derivative: bool,
}

/// A computation, its truth and its variants.
pub(crate) struct Comparison<'a> {
    title: String,
    value: f64,
    truth: Vec<f64>,
    reference: usize,
    tolerance: f64,
    variants: Vec<Variant<'a>>,
}

/// The median ratio of one variant, its quartiles, and its time.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) ratio: [f64; 3],
    pub(crate) seconds: f64,
    target: Option<Target>,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(title: impl Into<String>, value: f64, truth: Vec<f64>) -> Self {
        Comparison { title: title.into(), value, truth, reference: 0, tolerance: 1e-8, variants: vec![] }
    }
    /// Lets variants disagree by so much, for numbers of less than double precision.
    #[allow(dead_code)] // most numbers are doubles
    pub(crate) fn within(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }
    /// Adds a variant whose ratio to the reference shall be at most `target`.
    pub(crate) fn variant(
        &mut self,
        name: impl Into<String>,
        target: impl Into<Option<f64>>,
        run: impl FnMut(Option<&mut [f64]>) -> f64 + 'a,
    ) {
        let (name, target) = (name.into(), target.into().map(Target::AtMost));
        self.variants.push(Variant { name, run: Box::new(run), target, has_derivative: true });
    }
    /// Adds a variant whose ratio to the reference shall be at least `target`: somebody else's.
    #[allow(dead_code)] // the crate's own benches have no rivals
    pub(crate) fn at_least(
        &mut self,
        name: impl Into<String>,
        target: f64,
        run: impl FnMut(Option<&mut [f64]>) -> f64 + 'a,
    ) {
        self.variant(name, None, run);
        self.variants.last_mut().expect("just added").target = Some(Target::AtLeast(target));
    }
    /// Adds a variant that computes the value only.
    #[allow(dead_code)] // rivals have none
    pub(crate) fn value_only(&mut self, name: impl Into<String>, mut run: impl FnMut() -> f64 + 'a) {
        let run = Box::new(move |_: Option<&mut [f64]>| run());
        self.variants.push(Variant { name: name.into(), run, target: None, has_derivative: false });
    }
    /// Makes the variant that was added last the one that ratios refer to.
    pub(crate) fn refer_to_last(&mut self) {
        self.reference = self.variants.len() - 1;
    }
    /// # Panics
    /// Where a variant disagrees with the truth by more than the tolerance (1e-8), relative to each component (and to a hundred times that part of the
    /// largest).
    fn check(&mut self) {
        let largest = self.truth.iter().fold(0.0, |m: f64, t| m.max(t.abs()));
        for v in &mut self.variants {
            let mut found = vec![f64::NAN; self.truth.len()];
            for call in 0..3 {
                let value = (v.run)(Some(&mut found));
                let off = (value - self.value).abs() / self.value.abs().max(1e-300);
                assert!(off <= self.tolerance, "{}, {}: value {value}, expected {}", self.title, v.name, self.value);
                for (k, (f, t)) in found.iter().zip(&self.truth).enumerate().filter(|_| v.has_derivative) {
                    let close = (f - t).abs() <= self.tolerance * t.abs().max(100.0 * self.tolerance * largest);
                    assert!(close, "{}, {}, call {call}: component {k} is {f}, expected {t}", self.title, v.name);
                }
            }
        }
    }
    /// Checks every variant, times them all, and returns a figure for each.
    pub(crate) fn figures(mut self, settings: &Settings) -> Vec<Figure> {
        self.check();
        let calls: Vec<usize> = self
            .variants
            .iter_mut()
            .map(|v| {
                // one call is too short for the clock; double until it is not
                let (mut calls, mut took) = (1, time(&mut v.run, 1));
                while took < settings.group() / 4 {
                    calls *= 2;
                    took = time(&mut v.run, calls);
                }
                (calls as f64 * settings.group().as_secs_f64() / took.as_secs_f64()).ceil() as usize
            })
            .collect();
        let mut seconds = vec![vec![]; calls.len()];
        for round in 0..settings.rounds() {
            for k in 0..calls.len() {
                let k = (k + round) % calls.len();
                time(&mut self.variants[k].run, (calls[k] / 8).max(2));
                seconds[k].push(time(&mut self.variants[k].run, calls[k]).as_secs_f64() / calls[k] as f64);
            }
        }
        let reference = &seconds[self.reference];
        let ratios = seconds.iter().map(|s| s.iter().zip(reference).map(|(a, b)| a / b).collect::<Vec<_>>());
        let quartiles = ratios.map(|r| [0.5, 0.25, 0.75].map(|q| quantile(&r, q)));
        self.variants
            .into_iter()
            .zip(quartiles)
            .zip(&seconds)
            .map(|((v, ratio), s)| Figure { name: v.name, ratio, seconds: quantile(s, 0.5), target: v.target })
            .collect()
    }
    /// Checks and times, prints a row of a markdown table for each variant, and returns the figures.
    pub(crate) fn run(self, settings: &Settings) -> Vec<Figure> {
        if !settings.wants(&self.title) {
            return vec![];
        }
        let (title, reference) = (self.title.clone(), self.reference);
        let figures = self.figures(settings);
        println!("\n| {title} | / {} | quartiles | µs | target | |", figures[reference].name);
        println!("|---|---|---|---|---|---|");
        for f in &figures {
            let [ratio, low, high] = f.ratio;
            let (target, verdict) = f.verdict();
            println!(
                "| {} | **{ratio:.2}** | {low:.2}–{high:.2} | {:.3} | {target} | {verdict} |",
                f.name,
                f.seconds * 1e6
            );
        }
        figures
    }
}

impl Figure {
    fn verdict(&self) -> (String, &'static str) {
        let verdict = |met| if met { "met" } else { "**missed**" };
        match self.target {
            None => (String::new(), ""),
            Some(Target::AtMost(t)) => (format!("≤ {t}"), verdict(self.ratio[0] <= t)),
            Some(Target::AtLeast(t)) => (format!("≥ {t}"), verdict(self.ratio[0] >= t)),
        }
    }
}

/// Returns the time of `calls` evaluations.
pub(crate) fn time(run: &mut Run<'_>, calls: usize) -> Duration {
    timed(|| {
        for _ in 0..calls {
            black_box(run(None));
        }
    })
}

/// Returns the time that `f` takes.
pub(crate) fn timed(f: impl FnOnce()) -> Duration {
    let start = now();
    f();
    now() - start
}

/// Returns the processor time of this thread on Linux, else the time since the first call.
///
/// Linux brings the account in `schedstat` up to date when a thread yields, so a yield before each reading makes it exact
/// to a microsecond; measured on a machine with five runnable threads a core, its readings of one loop agree to 0.5 %.
fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    thread::yield_now();
    let account = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = account.and_then(|a| a.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// Returns the `q`-quantile of some numbers.
pub(crate) fn quantile(x: &[f64], q: f64) -> f64 {
    let mut x = x.to_vec();
    x.sort_by(f64::total_cmp);
    x[((x.len() - 1) as f64 * q).round() as usize]
}
