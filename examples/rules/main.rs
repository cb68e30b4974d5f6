//! One network, many learning rules: what each reaches on the same data.
//!
//! ```text
//! cargo run --release --example rules                    # all rules on the digits, five seeds
//! cargo run --release --example rules -- --quick         # a few passes, one seed
//! cargo run --release --example rules -- --rule kolen-pollack --seeds 3
//! cargo run --release --example rules -- --family memory
//! cargo run --release --example rules -- --parity        # even or odd?
//! cargo run --release --example rules -- --data my.csv   # numbers and commas, the class last
//! cargo run --release --example rules -- --report my.html # curves, angles, maps: otherwise in target/rules.html
//! cargo run --release --example rules -- --check         # fails where a rule falls under its floor
//! cargo run --release --example rules -- --picture my.svg # five rules side by side, as in the README
//! ```
//!
//! Test rows are every fifth. *Frozen* is the same network whose hidden layers stay as they were drawn: a rule trains
//! hidden layers only as far as it beats that. *Linear* is a classifier without hidden layers. *Angle* lies between what
//! the rule and what backprop ask of the first layer after training, over all training batches. *Time* is that of a step
//! over one of backprop on the same network, *memory* that of the bytes which the layers keep between the two halves of a
//! step. *Ahead* says whether what the first layer learns depends on the weights of the next one: `yes`, only because the
//! `error` at the output does, or `no`, not by one bit.

mod chart;
mod data;
mod estimate;
mod explain;
mod feed;
mod loss;
mod measure;
mod network;
mod options;
mod picture;
mod print;
mod report;
mod run;
mod settle;
mod student;
mod table;
mod train;

use options::Options;
use std::process::ExitCode;

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)).and_then(|o| example(&o)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn example(o: &Options) -> Result<(), String> {
    let chosen = o.chosen()?;
    if o.list {
        chosen.iter().for_each(|e| println!("{:24}{}", e.name, e.family));
        return Ok(());
    }
    let (name, data) = o.data()?;
    if let Some(path) = &o.picture {
        return picture::write(path, &data);
    }
    let (rows, seeds) = (data.train.1.len(), o.seeds());
    println!(
        "{name}: {rows} rows to learn from, {} to test, {} features, {} classes; {seeds} seeds",
        data.test.1.len(),
        data.features,
        data.classes
    );
    let most = if o.quick { [4, rows] } else { [usize::MAX; 2] };
    let results = run::all(&chosen, &data, seeds, most)?;
    print::table(&results, rows);
    let path = o.report.as_deref().unwrap_or("target/rules.html");
    report::write(path, name, &data, &results, o.quick)?;
    println!("\nthe report, with curves and maps: {path}");
    if o.check {
        let fallen = print::under_floor(&results, o.parity);
        if !fallen.is_empty() {
            return Err(fallen.join("\n"));
        }
        println!("\nall rules are above their floors");
    }
    Ok(())
}
