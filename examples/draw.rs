//! Draws programs, a circuit and a tape: `cargo run --example draw -- FOLDER` writes SVG files and prints the listings.

use pullback::{
    category::{Circuit, Polynomial, Z2},
    diagram::{Diagram, Generator},
    program::Level,
    view::{self, Style},
    *,
};
use std::{fs, path::Path};

fn rosenbrock<T: Real>(x: &[T]) -> T {
    (x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0
}
fn clipped<T: Real>(x: &[T]) -> T {
    if x[0] < 1.0 { x[0] * x[0] } else { x[0] * 2.0 - 1.0 }
}

/// A name, the listing and the picture.
pub(crate) struct Drawing {
    pub(crate) name: &'static str,
    pub(crate) text: String,
    pub(crate) svg: String,
}
/// Draws in blue what the first `results` outputs need, and in orange what only the others need.
fn drawing<G: Generator>(name: &'static str, d: &Diagram<G>, results: usize) -> Result<Drawing> {
    let needed = view::needed(d, 0..results)?;
    let style = Style::default().tint(|b| usize::from(!needed[b.site]));
    Ok(Drawing { name, text: view::text(d)?, svg: view::svg_with(d, &style)? })
}

pub(crate) fn drawings() -> Result<Vec<Drawing>> {
    let valley = Program::record(|x| rosenbrock(x), &[1.2, 0.7])?;
    let twice = valley.gradient()?.with_pushforward()?.simplify(Level::Exact);
    let step = Program::record(|v| v[0] * v[1] + v[2], &[0.5, 1.0, 1.0])?;
    let power = step.scan(1, 1, 3)?;
    let adder = Circuit::<Z2>::generator(Polynomial::Add).fork(&Circuit::generator(Polynomial::Mul));
    let branch = Program::record(|x| clipped(x), &[0.5])?;
    let (_, recording) = vjp(|x| vec![rosenbrock(x)], &[1.2, 0.7])?;
    Ok(vec![
        drawing("rosenbrock", &valley, 1)?,
        drawing("rosenbrock-gradient", &valley.value_and_gradient()?, 1)?,
        drawing("rosenbrock-twice", &twice, 2)?,
        drawing("scan", &power, 1)?,
        drawing("scan-gradient", &power.value_and_gradient()?, 1)?,
        drawing("half-adder", &adder, 2)?,
        drawing("guard", &branch, 1)?,
        drawing("rosenbrock-tape", &view::tape(&recording), 1)?,
    ])
}

fn main() -> std::process::ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: draw FOLDER");
        return 2.into();
    };
    match write_all(Path::new(&folder)) {
        Ok(()) => 0.into(),
        Err(e) => {
            eprintln!("draw: {e}");
            1.into()
        }
    }
}
fn write_all(folder: &Path) -> std::result::Result<(), Box<dyn std::error::Error>> {
    fs::create_dir_all(folder)?;
    for Drawing { name, text, svg } in drawings()? {
        println!("{name}\n{text}");
        fs::write(folder.join(name).with_extension("svg"), svg)?;
    }
    Ok(())
}
