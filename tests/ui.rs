//! What must not compile, and what the compiler says: `tests/ui/*.rs` with a `.stderr` each.
//!
//! The messages are those of one compiler, 1.95; under another this test says so and checks nothing.
//! After a change: `TRYBUILD=overwrite cargo test --test ui`, and read the difference.

#[test]
fn must_not_compile() {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let version = std::process::Command::new(rustc).arg("--version").output().expect("rustc runs").stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with("rustc 1.95.") {
        eprintln!("skipped: the messages in tests/ui are those of 1.95, this is {version}");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.pass("tests/ui/compiles/*.rs"); // one that passes makes trybuild build, not check: zero lanes is found by the former
}
