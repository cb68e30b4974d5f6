//! How a derivative is computed: the one place where a mode is chosen.
//!
//! An eval states its objective once, as [`Objective::part`], generic over the number. Everything here hands it a number
//! and reads the derivative off.

use super::{Failure, Outcome};
use pullback::{Error, Multi, Program, Real, Result, Tape, program::Lanes};
use serde_json::Value;

/// Who computes the derivative. A new way of computing one is a new variant and an arm of [`gradient_of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The crate's best way for the eval.
    Best,
    /// Reverse mode, the whole objective on one tape.
    Reverse,
    /// Forward mode, eight directions a pass.
    Forward,
    /// The derivative written by hand.
    Manual,
    /// A program that is recorded and differentiated once, outside the clock, and then only run. Never compare its times
    /// with those of the others: they record again at each run.
    Recorded,
}

impl Mode {
    /// The modes that every eval offers, with their names on the command line.
    pub(crate) const ALL: [(&'static str, Mode); 4] =
        [("best", Mode::Best), ("reverse", Mode::Reverse), ("forward", Mode::Forward), ("manual", Mode::Manual)];
    /// The mode that only some offer.
    pub(crate) const RECORDED: (&'static str, Mode) = ("recorded", Mode::Recorded);

    /// Returns every mode with its name.
    pub(crate) fn names() -> impl Iterator<Item = (&'static str, Mode)> {
        Self::ALL.into_iter().chain([Self::RECORDED])
    }
    /// Returns the name on the command line.
    pub(crate) fn name(self) -> &'static str {
        Self::names().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
    /// Returns the mode of this name.
    pub(crate) fn named(name: &str) -> Option<Mode> {
        Self::names().find(|(n, _)| *n == name).map(|(_, mode)| mode)
    }
}

/// A function of a parsed input, ready to be run as often as the protocol asks.
pub(crate) struct Job {
    run: Run,
    encode: Encode,
}
type Run = Box<dyn FnMut(&mut Vec<f64>) -> Result<()>>;
type Encode = Box<dyn Fn(&[f64]) -> Value>;

impl Job {
    /// Returns a job that writes its numbers with `run`; `encode` gives them the shape of the answer.
    pub(crate) fn new(
        run: impl FnMut(&mut Vec<f64>) -> Result<()> + 'static,
        encode: impl Fn(&[f64]) -> Value + 'static,
    ) -> Self {
        Job { run: Box::new(run), encode: Box::new(encode) }
    }
    /// Runs the function once: the part inside the clock. Overwrites `output`.
    pub(crate) fn run(&mut self, output: &mut Vec<f64>) -> Result<()> {
        (self.run)(output)
    }
    /// Returns the answer for these numbers.
    ///
    /// # Errors
    /// Where one of them is not finite: JSON has no word for it.
    pub(crate) fn encode(&self, output: &[f64]) -> Outcome<Value> {
        match output.iter().position(|y| !y.is_finite()) {
            Some(k) => Err(Failure(format!("output {k} is {}, which JSON cannot express", output[k]))),
            None => Ok((self.encode)(output)),
        }
    }
}

/// The shapes of answers.
pub(crate) mod shape {
    use serde_json::{Value, json};

    /// One number.
    pub(crate) fn number(y: &[f64]) -> Value {
        json!(y.first())
    }
    /// A list of numbers.
    pub(crate) fn list(y: &[f64]) -> Value {
        json!(y)
    }
    /// Rows of `columns` numbers.
    pub(crate) fn rows(columns: usize) -> impl Fn(&[f64]) -> Value {
        move |y| Value::Array(y.chunks(columns.max(1)).map(|row| json!(row)).collect())
    }
}

/// A scalar function of many numbers, as a sum of parts.
///
/// Parts are how reverse mode stays in the cache: each is recorded, swept and dropped before the next.
pub(crate) trait Objective: 'static {
    /// Returns the point at which the input asks for the function.
    fn point(&self) -> &[f64];
    /// Returns the number of parts.
    fn parts(&self) -> usize {
        1
    }
    /// Returns one part of the sum at `x`: the objective, written once.
    fn part<T: Real>(&self, part: usize, x: &[T]) -> Result<T>;
    /// Writes the gradient by hand to `g`, which arrives filled with zeros, and returns the value.
    fn by_hand(&self, x: &[f64], g: &mut [f64]) -> Result<f64>;

    /// Returns the objective at `x`.
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        let mut sum = self.part(0, x)?;
        for part in 1..self.parts() {
            sum += self.part(part, x)?;
        }
        Ok(sum)
    }
}

/// Returns the job that computes the value.
pub(crate) fn value_of<O: Objective>(objective: O) -> Job {
    let run = move |y: &mut Vec<f64>| {
        y.clear();
        y.push(objective.value(objective.point())?);
        Ok(())
    };
    Job::new(run, shape::number)
}

/// Returns the job that computes the gradient in `mode`.
pub(crate) fn gradient_of<O: Objective>(objective: O, mode: Mode, encode: impl Fn(&[f64]) -> Value + 'static) -> Job {
    let mut tape = Tape::new();
    let mut program = (mode == Mode::Recorded).then(|| recorded(&objective));
    let run = move |g: &mut Vec<f64>| {
        let x = objective.point();
        g.clear();
        match mode {
            Mode::Best => in_parts(&objective, &mut tape, g),
            Mode::Reverse => {
                g.extend_from_slice(tape.try_value_and_grad(|x| objective.value(x), x)?.1);
                Ok(())
            }
            Mode::Forward => in_lanes(&objective, g),
            Mode::Recorded => match &mut program {
                Some(Ok(program)) => {
                    g.resize(x.len(), 0.0);
                    program.eval_many_into(x, g)
                }
                Some(Err(e)) => Err(e.clone()),
                None => Err(not_recorded()),
            },
            Mode::Manual => {
                g.resize(x.len(), 0.0);
                objective.by_hand(x, g).map(|_| ())
            }
        }
    };
    Job::new(run, encode)
}

/// Returns the program of the gradient, ready to run.
fn recorded<O: Objective>(objective: &O) -> Result<Lanes<1>> {
    let value = Program::record_many(|x| Ok(vec![objective.value(x)?]), objective.point())?;
    Ok(value.gradient()?.lanes::<1>()?.exact())
}
/// Returns what an eval says that keeps no recording.
pub(crate) fn not_recorded() -> Error {
    Error::NoPartial { op: "recorded: not offered for this eval" }
}

/// Appends the gradient, one part on the tape at a time.
fn in_parts<O: Objective>(objective: &O, tape: &mut Tape, g: &mut Vec<f64>) -> Result<()> {
    for part in 0..objective.parts() {
        let (_, of_part) = tape.try_value_and_grad(|x| objective.part(part, x), objective.point())?;
        match part {
            0 => g.extend_from_slice(of_part),
            _ => g.iter_mut().zip(of_part).for_each(|(g, p)| *g += p),
        }
    }
    Ok(())
}

/// Appends the gradient, eight components a pass.
fn in_lanes<O: Objective>(objective: &O, g: &mut Vec<f64>) -> Result<()> {
    const LANES: usize = 8;
    let x = objective.point();
    for start in (0..x.len()).step_by(LANES) {
        let seeded: Vec<Multi<f64, LANES>> =
            x.iter().enumerate().map(|(k, &x)| Multi::seed(x, k.wrapping_sub(start))).collect();
        let y = objective.value(&seeded)?;
        g.extend_from_slice(&y.tangents()[..LANES.min(x.len() - start)]);
    }
    Ok(())
}
