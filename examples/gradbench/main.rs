//! A tool for GradBench: answers its evals on standard input and output.
//!
//! ```text
//! cargo run --release --example gradbench                 # speak the protocol
//! cargo run --release --example gradbench -- --mode manual
//! cargo run --release --example gradbench -- --quick      # check every eval on small inputs
//! ```
//!
//! How to run it against the real evals, and what was measured: `docs/design/gradbench.md`.

mod check;
#[allow(dead_code)] // the bench and the tests use the rest
mod suite;

use std::{
    env,
    io::{self, BufRead, Write},
    process::ExitCode,
};
use suite::{Mode, protocol::Tool};

fn main() -> ExitCode {
    let (mut mode, mut quick) = (Mode::Best, false);
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match (arg.as_str(), args.len()) {
            ("--quick", _) => quick = true,
            ("--mode", 1..) => match args.next().as_deref().and_then(Mode::named) {
                Some(named) => mode = named,
                None => return usage(),
            },
            _ => return usage(),
        }
    }
    if quick {
        return check::all();
    }
    match converse(Tool::new(mode)) {
        Ok(()) => ExitCode::SUCCESS,
        // the other side has gone: nobody is left to tell
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("gradbench: {e}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    let modes: Vec<_> = Mode::names().map(|(name, _)| name).collect();
    eprintln!("usage: gradbench [--mode {}] [--quick]", modes.join("|"));
    ExitCode::from(2)
}

/// Answers line by line until the input ends.
fn converse(mut tool: Tool) -> io::Result<()> {
    // a panic is answered as a failure; its message would only disturb
    std::panic::set_hook(Box::new(|_| {}));
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let answer = tool.respond(&String::from_utf8_lossy(&line));
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}
