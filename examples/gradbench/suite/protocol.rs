//! The protocol: one JSON object a line in, one a line out, with the same `id`.
//!
//! Whatever comes in is answered: what cannot be understood or computed with `success: false` and the reason.

use super::{Failure, Job, Mode, Outcome, module};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

/// The name under which this tool introduces itself.
pub(crate) const TOOL: &str = "pullback";

/// One side of a conversation.
pub(crate) struct Tool {
    mode: Mode,
    next_id: i64,
}

/// How often a function is run: until both are reached.
#[derive(Deserialize)]
struct Runs {
    #[serde(default = "one")]
    min_runs: u64,
    #[serde(default)]
    min_seconds: f64,
}
fn one() -> u64 {
    1
}

impl Tool {
    /// Returns a tool that differentiates in `mode`.
    pub(crate) fn new(mode: Mode) -> Self {
        Tool { mode, next_id: 0 }
    }
    /// Returns the answer to one line.
    pub(crate) fn respond(&mut self, line: &str) -> Value {
        let (id, answer) = match serde_json::from_str(line) {
            Ok(Value::Object(message)) => {
                let id = message.get("id").and_then(Value::as_i64).unwrap_or(self.next_id);
                (id, self.answer(message))
            }
            Ok(_) => (self.next_id, failure(&Failure::new("a message is an object"))),
            Err(e) => (id_of(line).unwrap_or(self.next_id), failure(&Failure(format!("message: {e}")))),
        };
        self.next_id = id.saturating_add(1);
        let mut answer = answer;
        answer.insert("id".into(), json!(id));
        Value::Object(answer)
    }
    /// Returns the fields of the answer, without `id`.
    fn answer(&self, mut message: Map<String, Value>) -> Map<String, Value> {
        match text(&message, "kind") {
            Ok("start") => fields(json!({ "tool": TOOL, "config": { "mode": self.mode.name() } })),
            Ok("define") => match text(&message, "module").map(module) {
                Ok(Some(_)) => fields(json!({ "success": true })),
                Ok(None) => failure(&Failure::new("this module is not offered")),
                Err(e) => failure(&e),
            },
            Ok("evaluate") => {
                // a fault of ours must not end the conversation
                let outcome = catch_unwind(AssertUnwindSafe(|| self.evaluate(&mut message)));
                match outcome {
                    Ok(Ok(answer)) => answer,
                    Ok(Err(e)) => failure(&e),
                    Err(_) => failure(&Failure::new("bug: the evaluation panicked")),
                }
            }
            Ok("analysis") => Map::new(),
            Ok(other) => failure(&Failure(format!("unknown kind {other:?}"))),
            Err(e) => failure(&e),
        }
    }
    fn evaluate(&self, message: &mut Map<String, Value>) -> Outcome<Map<String, Value>> {
        let input = message.remove("input").ok_or_else(|| Failure::new("message: missing field `input`"))?;
        let (name, function) = (text(message, "module")?, text(message, "function")?);
        let prepare = module(name).ok_or_else(|| Failure(format!("module {name:?} is not offered")))?;
        let runs = match &input {
            Value::Object(fields) => {
                let named = |key: &&str| fields.get(*key).map(|v| (key.to_string(), v.clone()));
                serde_json::from_value(Value::Object(["min_runs", "min_seconds"].iter().filter_map(named).collect()))?
            }
            _ => Runs { min_runs: 1, min_seconds: 0.0 },
        };
        let start = Instant::now();
        let mut job = prepare(function, input, self.mode)?;
        let prepared = nanoseconds(start);
        let (output, timings) = run(&mut job, &runs)?;
        let named = |name: &str, nanoseconds: u64| json!({ "name": name, "nanoseconds": nanoseconds });
        let timings: Vec<Value> =
            [named("prepare", prepared)].into_iter().chain(timings.iter().map(|&t| named("evaluate", t))).collect();
        Ok(fields(json!({ "success": true, "output": job.encode(&output)?, "timings": timings })))
    }
}

/// Runs the job as often as asked; returns the numbers of the last run and the time of each.
fn run(job: &mut Job, runs: &Runs) -> Outcome<(Vec<f64>, Vec<u64>)> {
    let (mut output, mut timings, mut total) = (Vec::new(), Vec::new(), 0);
    loop {
        let start = Instant::now();
        job.run(&mut output)?;
        timings.push(nanoseconds(start));
        total += timings[timings.len() - 1];
        if timings.len() as u64 >= runs.min_runs && total as f64 * 1e-9 >= runs.min_seconds {
            return Ok((output, timings));
        }
    }
}

fn nanoseconds(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
fn text<'a>(message: &'a Map<String, Value>, field: &str) -> Outcome<&'a str> {
    let value = message.get(field).ok_or_else(|| Failure(format!("message: missing field `{field}`")))?;
    value.as_str().ok_or_else(|| Failure(format!("message: `{field}` is not a string")))
}
fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
fn failure(e: &Failure) -> Map<String, Value> {
    fields(json!({ "success": false, "error": e.0 }))
}
/// Returns the number after `"id":`, in a line that is not JSON: an answer that names it can still be matched.
fn id_of(line: &str) -> Option<i64> {
    let rest = line.split("\"id\"").nth(1)?.trim_start().strip_prefix(':')?.trim_start();
    rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
}
