//! Draws programs: `cargo run --example draw -- FOLDER` writes SVG files and prints the listings.

use pullback::{
    category::{Circuit, Polynomial, Z2},
    diagram::{Diagram, Generator},
    view::{self, Style},
    *,
};
use std::{fs, path::Path};

fn rosenbrock<T: Real>(x: &[T]) -> T {
    (x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0
}

/// Writes one picture and prints one listing; the first `results` outputs are the way forward, the rest the way back.
fn draw<G: Generator>(folder: &Path, name: &str, d: &Diagram<G>, results: usize) -> Result<()> {
    let forward = view::needed(d, 0..results)?;
    let style = Style::default().tint(|b| usize::from(!forward[b.site]));
    println!("{name}\n{}", view::text(d)?);
    let file = folder.join(name).with_extension("svg");
    if let Err(e) = fs::write(&file, view::svg_with(d, &style)?) {
        eprintln!("{}: {e}", file.display());
    }
    Ok(())
}

fn main() -> Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: draw FOLDER");
        return Ok(());
    };
    let folder = Path::new(&folder);

    let valley = Program::record(|x| rosenbrock(x), &[1.2, 0.7])?;
    draw(folder, "rosenbrock", &valley, 1)?;
    draw(folder, "rosenbrock-gradient", &valley.value_and_gradient()?, 1)?;
    draw(folder, "rosenbrock-hvp", &valley.hvp()?, 2)?;

    let step = Program::record(|v| v[0] * v[1] + v[2], &[0.5, 1.0, 1.0])?;
    let power = step.scan(1, 1, 3)?;
    draw(folder, "scan", &power, 1)?;
    draw(folder, "scan-gradient", &power.value_and_gradient()?, 1)?;

    let adder = Circuit::<Z2>::generator(Polynomial::Add).fork(&Circuit::generator(Polynomial::Mul));
    draw(folder, "half-adder", &adder, 2)?;

    let branch = Program::record(|x| if x[0] < 1.0 { x[0] * x[1] } else { x[0] }, &[0.5, 2.0])?;
    draw(folder, "guard", &branch, 1)?;

    let (_, recording) = vjp(|x| vec![rosenbrock(x)], &[1.2, 0.7])?;
    draw(folder, "rosenbrock-tape", &view::tape(&recording), 1)
}
