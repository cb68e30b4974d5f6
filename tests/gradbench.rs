//! The GradBench example: every eval against an independent truth, and the protocol line by line.
//!
//! GradBench itself allows an absolute error of 1e-4. Here a component may be off by 1e-9 of itself, or of a millionth of
//! the largest.

#[allow(dead_code)] // the bench uses the rest
#[path = "../examples/gradbench/suite/mod.rs"]
mod suite;

use serde_json::{Value, json};
use suite::{Mode, module, protocol::Tool, random};

const BAR: f64 = 1e-9;

fn numbers(name: &str, function: &str, input: &Value, mode: Mode) -> Vec<f64> {
    let mut job = module(name).expect("a module")(function, input.clone(), mode).expect("a good input");
    let mut out = vec![f64::NAN; 3]; // what a run before has left
    job.run(&mut out).expect("a derivative");
    job.run(&mut out).expect("the same once more");
    job.encode(&out).expect("finite numbers");
    out
}

#[track_caller]
fn close(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
    for (k, (f, e)) in found.iter().zip(expected).enumerate() {
        let off = (f - e).abs();
        assert!(off <= BAR * e.abs().max(1e-6 * largest), "{what}: component {k} is {f}, expected {e}");
    }
}

/// Checks each mode against the derivative by hand.
fn modes_agree(name: &str, function: &str, input: &Value) {
    let truth = numbers(name, function, input, Mode::Manual);
    assert!(truth.iter().any(|t| *t != 0.0), "{name}: a truth of zeros would hide everything");
    for (mode_name, mode) in Mode::ALL {
        close(&format!("{name} {function} {mode_name}"), &numbers(name, function, input, mode), &truth);
    }
}

#[test]
fn hello_squares_and_doubles() {
    for (_, mode) in Mode::ALL {
        assert_eq!(numbers("hello", "square", &json!(3.0), mode), [9.0]);
        assert_eq!(numbers("hello", "double", &json!(9), mode), [18.0]);
    }
}

#[test]
fn llsq_by_hand() {
    // t = -1, 0, 1; s = -1, 0, 1; residuals s - (x0 + x1 t) = 0.5 - 2 + ..: a line through the origin of slope 2, plus 0.5
    let input = json!({ "x": [0.5, 2.0], "n": 3 });
    assert_eq!(numbers("llsq", "primal", &input, Mode::Best), [0.5 * (0.25 + 0.25 + 2.25)]);
    assert_eq!(numbers("llsq", "gradient", &input, Mode::Best), [1.5, 2.0]);
    for (n, m) in [(2, 1), (5, 3), (65, 7), (130, 128)] {
        modes_agree("llsq", "gradient", &random::llsq(n, m));
    }
}

#[test]
fn lse_is_the_softmax() {
    let input = json!({ "x": [1000.0, 1000.0, 1000.0 - 3f64.ln()] });
    let close_to = |function, truth: &[f64]| close("lse", &numbers("lse", function, &input, Mode::Best), truth);
    close_to("primal", &[1000.0 + (7.0f64 / 3.0).ln()]);
    close_to("gradient", &[3.0 / 7.0, 3.0 / 7.0, 1.0 / 7.0]);
    [1, 2, 3, 1000].iter().for_each(|&n| modes_agree("lse", "gradient", &random::lse(n)));
}

/// The gradient of a determinant is the matrix of cofactors $C$, and $A C^\top = \det(A)\, I$ (Cramer).
#[test]
fn det_has_cofactors() {
    for ell in 1..=8 {
        let input = random::det(ell);
        modes_agree("det", "gradient", &input);
        let a: Vec<f64> = serde_json::from_value(input["A"].clone()).expect("a matrix");
        let (g, det) =
            (numbers("det", "gradient", &input, Mode::Best), numbers("det", "primal", &input, Mode::Best)[0]);
        for i in 0..ell {
            for j in 0..ell {
                let sum: f64 = (0..ell).map(|k| a[i * ell + k] * g[j * ell + k]).sum();
                let expected = if i == j { det } else { 0.0 };
                assert!((sum - expected).abs() < 1e-12, "ell {ell}, ({i}, {j}): {sum}, expected {expected}");
            }
        }
    }
}

/// Up to four components Runge–Kutta 4 is exact: $y_{n-1}(2) = \prod x_i \, 2^n / n!$.
#[test]
fn ode_agrees_with_its_closed_form_where_that_is_right() {
    let mut factor = 1.0;
    for n in 1..=4 {
        factor *= 2.0 / n as f64;
        let input = random::ode(n, 3);
        let x: Vec<f64> = serde_json::from_value(input["x"].clone()).expect("numbers");
        let y = factor * x.iter().product::<f64>();
        close("value", &numbers("ode", "primal", &input, Mode::Best)[n - 1..], &[y]);
        let truth: Vec<f64> = x.iter().map(|x| y / x).collect();
        close("gradient", &numbers("ode", "gradient", &input, Mode::Best), &truth);
    }
}

/// Where the closed form is wrong the truth is a tangent for each input; beyond 4 s components it is exactly zero.
#[test]
fn ode_agrees_with_tangents() {
    for (n, s) in [(5, 2), (12, 3), (40, 10), (37, 11)] {
        let input = random::ode(n, s);
        let tangents = numbers("ode", "gradient", &input, Mode::Forward);
        assert!(tangents.iter().all(|t| *t != 0.0));
        for (name, mode) in Mode::ALL {
            close(&format!("ode {n} {s} {name}"), &numbers("ode", "gradient", &input, mode), &tangents);
        }
    }
    for (_, mode) in Mode::ALL {
        assert_eq!(numbers("ode", "gradient", &random::ode(20, 4), mode), [0.0; 20]);
    }
}

#[test]
fn gmm_modes_agree() {
    for (d, k, n) in [(1, 1, 1), (1, 2, 3), (2, 5, 40), (5, 3, 20), (10, 4, 60)] {
        let input = random::gmm(d, k, n);
        if k > 1 {
            modes_agree("gmm", "jacobian", &input);
        }
        let g = numbers("gmm", "jacobian", &input, Mode::Best);
        // the weights of each point and those of the prior sum to one
        assert!(g[..k].iter().sum::<f64>().abs() < 1e-10 * n as f64);
    }
    // one component at one point of one dimension: N(x; mu, e^-2q) with the prior
    let input = json!({ "d": 1, "k": 1, "n": 1, "m": 0, "gamma": 1.0, "x": [[1.5]], "alpha": [0.7], "mu": [[0.5]],
                        "q": [[0.0]], "l": [[]] });
    let ln_gamma_of_one = 0.0;
    let constant = 2.0 * (-0.5 * 2f64.ln()) - ln_gamma_of_one;
    let value = -0.5 * std::f64::consts::TAU.ln() - 0.5 - 0.5 + constant;
    close("gmm", &numbers("gmm", "objective", &input, Mode::Best), &[value]);
    close("gmm", &numbers("gmm", "jacobian", &input, Mode::Best)[1..], &[1.0, 1.0 - 1.0 - 1.0]);
}

#[test]
fn lstm_modes_agree() {
    for (layers, characters, bits) in [(1, 5, 3), (2, 30, 4), (4, 12, 14)] {
        modes_agree("lstm", "jacobian", &random::lstm(layers, characters, bits));
    }
}

#[test]
fn ba_modes_agree_and_keep_the_layout() {
    let input = random::ba(2, 3, 11);
    modes_agree("ba", "jacobian", &input);
    let mut still = input.clone();
    (0..3).for_each(|k| still["cam"][k] = json!(0.0)); // no rotation: the other branch
    modes_agree("ba", "jacobian", &still);
    let mut job = module("ba").expect("ba")("jacobian", input.clone(), Mode::Best).expect("a good input");
    let mut values = vec![];
    job.run(&mut values).expect("a Jacobian");
    let answer = job.encode(&values).expect("finite");
    let ends = ["rows", "cols", "vals"].map(|key| answer[key].as_array().expect("a list").len());
    assert_eq!((ends, values.len()), ([31; 3], 11 * 31));
    assert_eq!(answer["rows"][3], 45);
    assert_eq!(answer["rows"][30], 11 * 31); // the last row start
    assert_eq!(answer["cols"][14], 2 * 11 + 3 * 3);
    assert_eq!(answer["cols"][30], 2 * 11 + 3 * 3 + 10);
    assert_eq!(answer["vals"][30], -1.6);
    let objective = numbers("ba", "objective", &input, Mode::Best);
    assert!((objective[22] - 0.36).abs() < 1e-15);
}

#[test]
fn ht_modes_agree() {
    modes_agree("ht", "jacobian", &random::ht(50, 20, false));
    modes_agree("ht", "jacobian", &random::ht(50, 20, true));
    let mut still = random::ht(50, 20, true);
    (0..3).for_each(|k| still["theta"][k] = json!(0.0)); // no global rotation: the other branch
    modes_agree("ht", "jacobian", &still);
}

#[test]
fn kmeans_directions_are_newton_steps() {
    modes_agree("kmeans", "dir", &random::kmeans(5, 60, 8));
    modes_agree("kmeans", "dir", &random::kmeans(3, 20, 3));
    // the step leads to the mean of the cluster
    let input = json!({ "points": [[0.0], [1.0], [10.0]], "centroids": [[0.0], [9.0]] });
    assert_eq!(numbers("kmeans", "cost", &input, Mode::Best), [2.0]);
    assert_eq!(numbers("kmeans", "dir", &input, Mode::Best), [-0.5, -1.0]);
}

#[test]
fn nested_evals_reach_their_constants() {
    for pair in ["rr", "ff", "fr", "rf"] {
        let golden = [8.246324826140356e-06; 4];
        close("saddle", &numbers("saddle", pair, &random::saddle(), Mode::Best), &golden);
        let w = numbers("particle", pair, &random::particle(), Mode::Best)[0];
        assert!((w - 0.2071918746486116).abs() <= 1e-8, "{w}");
    }
    modes_agree("saddle", "rf", &random::saddle());
    modes_agree("particle", "fr", &random::particle());
}

/// Every eval writes its JSON and is answered through the protocol with the shape that it asks for.
#[test]
fn a_conversation() {
    let mut tool = Tool::new(Mode::Best);
    let mut ask = |message: Value| tool.respond(&message.to_string());
    let start = ask(json!({ "id": 0, "kind": "start", "eval": "gmm" }));
    assert_eq!((&start["id"], &start["tool"]), (&json!(0), &json!("pullback")));
    assert_eq!(ask(json!({ "id": 1, "kind": "define", "module": "gmm" })), json!({ "id": 1, "success": true }));
    let mut input = random::gmm(2, 3, 4);
    input["min_runs"] = json!(3);
    input["min_seconds"] = json!(0.0);
    let answer = ask(json!({ "id": 2, "kind": "evaluate", "module": "gmm", "function": "jacobian", "input": input }));
    assert_eq!((&answer["id"], &answer["success"]), (&json!(2), &json!(true)));
    assert_eq!(answer.get("error"), None);
    let lengths = ["alpha", "mu", "q", "l"].map(|key| answer["output"][key].as_array().expect("rows").len());
    assert_eq!(lengths, [3; 4]);
    assert_eq!(answer["output"]["l"][2].as_array().expect("a row").len(), 1);
    let timings = answer["timings"].as_array().expect("timings");
    let evaluations = timings.iter().filter(|t| t["name"] == "evaluate" && t["nanoseconds"].is_u64());
    assert_eq!(evaluations.count(), 3);
    assert_eq!(ask(json!({ "id": 3, "kind": "analysis", "of": 2, "valid": true })), json!({ "id": 3 }));
    let hello = ask(json!({ "id": 4, "kind": "evaluate", "module": "hello", "function": "double", "input": 9 }));
    assert_eq!(hello["output"], json!(18.0));
}

#[test]
fn runs_go_on_until_both_minima_are_reached() {
    let mut tool = Tool::new(Mode::Best);
    let input = json!({ "x": [1.0, 2.0], "min_runs": 2, "min_seconds": 0.02 });
    let message = json!({ "id": 0, "kind": "evaluate", "module": "lse", "function": "primal", "input": input });
    let answer = tool.respond(&message.to_string());
    let timings = answer["timings"].as_array().expect("timings");
    let times =
        timings.iter().filter(|t| t["name"] == "evaluate").map(|t| t["nanoseconds"].as_u64().expect("an integer"));
    let (count, total) = times.fold((0, 0), |(n, sum), t| (n + 1, sum + t));
    assert!(count >= 2 && total >= 20_000_000, "{count} runs, {total} ns");
}

/// Says that the line is answered as a failure, with this id and this in the reason.
#[track_caller]
fn refused(line: &str, id: i64, reason: &str) {
    let answer = Tool::new(Mode::Best).respond(line);
    assert_eq!((&answer["id"], &answer["success"]), (&json!(id), &json!(false)), "{line}: {answer}");
    let error = answer["error"].as_str().expect("a reason");
    assert!(error.contains(reason), "{line}: {error}");
    assert!(answer.get("output").is_none());
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_id() {
    refused("", 0, "EOF");
    refused("nonsense", 0, "expected");
    refused("[1]", 0, "object");
    refused(r#"{"id": 7, "kind": "evaluate", "#, 7, "message");
    refused(
        r#"{"id": 8, "kind": "evaluate", "module": "lse", "function": "primal", "input": {"x": [NaN]}}"#,
        8,
        "message",
    );
    refused(&"[".repeat(100_000), 0, "recursion");
    refused(r#"{"id": 1}"#, 1, "missing field `kind`");
    refused(r#"{"id": 2, "kind": "dance"}"#, 2, "dance");
    refused(r#"{"id": 3, "kind": "define", "module": "fft"}"#, 3, "not offered");
    refused(r#"{"id": 3, "kind": "define"}"#, 3, "missing field `module`");
    refused(r#"{"id": 4, "kind": "evaluate", "module": "fft", "function": "f", "input": 1}"#, 4, "fft");
    refused(r#"{"id": 5, "kind": "evaluate", "module": "hello", "function": "cube", "input": 1}"#, 5, "cube");
    refused(r#"{"id": 6, "kind": "evaluate", "module": "hello", "function": "square"}"#, 6, "missing field `input`");
    refused(
        r#"{"id": 6, "kind": "evaluate", "module": "hello", "function": "square", "input": "x"}"#,
        6,
        "invalid type",
    );
}

#[test]
fn bad_inputs_are_refused() {
    let evaluate = |module: &str, function: &str, input: Value| {
        json!({ "id": 9, "kind": "evaluate", "module": module, "function": function, "input": input }).to_string()
    };
    refused(&evaluate("lse", "primal", json!({})), 9, "missing field `x`");
    refused(&evaluate("lse", "gradient", json!({ "x": [] })), 9, "at least one");
    refused(&evaluate("llsq", "gradient", json!({ "x": [1], "n": -4 })), 9, "input");
    refused(&evaluate("llsq", "gradient", json!({ "x": [1], "n": 1 })), 9, "at least 2");
    refused(&evaluate("det", "gradient", json!({ "A": [1, 2, 3], "ell": 2 })), 9, "expected length 4, found 3");
    refused(&evaluate("det", "primal", json!({ "A": [], "ell": 1_000_000_000_u64 })), 9, "expected 1 to 15");
    refused(&evaluate("ode", "gradient", json!({ "x": [1.0], "s": 0 })), 9, "at least one");
    refused(&evaluate("ode", "gradient", json!({ "x": [1.0], "s": 1, "min_runs": "two" })), 9, "input");
    let mut ragged = random::gmm(2, 2, 2);
    ragged["mu"] = json!([[1.0, 2.0], [1.0]]);
    refused(&evaluate("gmm", "jacobian", ragged), 9, "mu: expected length 2, found 1");
    refused(&evaluate("ba", "objective", random::ba(1, 1, 1_000_000_000_000)), 9, "expected 1 to");
    let mut far = random::ht(10, 5, false);
    far["data"]["correspondences"][0] = json!(10);
    refused(&evaluate("ht", "jacobian", far), 9, "10 is out of range");
    let mut looped = random::ht(10, 5, false);
    looped["data"]["model"]["parents"][3] = json!(7);
    refused(&evaluate("ht", "jacobian", looped), 9, "earlier bone");
    refused(&evaluate("kmeans", "dir", json!({ "points": [[1.0]], "centroids": [] })), 9, "at least one");
    refused(&evaluate("saddle", "xf", random::saddle()), 9, "xf");
}

/// JSON has no word for NaN, and `null` would be accepted as success.
#[test]
fn a_result_that_is_not_finite_is_a_failure() {
    let evaluate = |module: &str, function: &str, input: Value| {
        json!({ "id": 9, "kind": "evaluate", "module": module, "function": function, "input": input }).to_string()
    };
    refused(&evaluate("hello", "square", json!(1e300)), 9, "inf");
    // an empty cluster has no curvature
    let empty = json!({ "points": [[0.0]], "centroids": [[0.0], [1.0]] });
    refused(&evaluate("kmeans", "dir", empty), 9, "NaN");
    refused(
        &evaluate("det", "gradient", json!({ "A": [1e300, 1e300, 1e300, 1e300], "ell": 2, "f": 0 }))
            .replace("gradient", "primal"),
        9,
        "NaN",
    );
    refused(&evaluate("saddle", "rr", json!({ "start": [1e200, 1.0] })), 9, "NaN");
}

/// Recorded once and run, the objectives that are one sum give the derivative by hand; the others say that they do not
/// keep a recording.
#[test]
fn recorded_once_where_it_is_offered() {
    for (name, function, input) in [
        ("llsq", "gradient", random::llsq(40, 10)),
        ("lse", "gradient", random::lse(50)),
        ("det", "gradient", random::det(4)),
        ("gmm", "jacobian", random::gmm(3, 4, 10)),
        ("lstm", "jacobian", random::lstm(2, 10, 4)),
    ] {
        let truth = numbers(name, function, &input, Mode::Manual);
        close(name, &numbers(name, function, &input, Mode::Recorded), &truth);
    }
    let refused = |name: &str, function: &str, input| match module(name).expect(name)(function, input, Mode::Recorded) {
        Err(failure) => failure.0,
        Ok(mut job) => job.run(&mut vec![]).expect_err(name).to_string(),
    };
    for (name, function, input) in [
        ("ode", "gradient", random::ode(4, 2)),
        ("ba", "jacobian", random::ba(1, 1, 1)),
        ("saddle", "rr", random::saddle()),
    ] {
        let why = refused(name, function, input);
        assert!(why.starts_with("recorded: not offered"), "{name}: {why}");
    }
}
