//! The command line.

use crate::{
    data::Data,
    table::{Entry, RULES},
};

/// What the command line asks for.
#[derive(Default)]
pub(crate) struct Options {
    rules: Vec<String>,
    families: Vec<String>,
    data: Option<String>,
    seeds: Option<u64>,
    pub(crate) quick: bool,
    pub(crate) parity: bool,
    pub(crate) list: bool,
    pub(crate) check: bool,
    pub(crate) report: Option<String>,
    pub(crate) picture: Option<String>,
}

const EXPECTED: &str = "--quick, --rule NAME, --family NAME, --data PATH, --parity, --seeds N, --list, --check, \
                        --report PATH or --picture PATH";

impl Options {
    pub(crate) fn read(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut o = Options::default();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg}: expected a value behind it, found none"));
            match arg.as_str() {
                "--rule" => o.rules.push(value()?),
                "--family" => o.families.push(value()?),
                "--data" => o.data = Some(value()?),
                "--report" => o.report = Some(value()?),
                "--picture" => o.picture = Some(value()?),
                "--seeds" => {
                    let n = value()?;
                    let number = n.parse().ok().filter(|n| *n > 0);
                    o.seeds = Some(number.ok_or(format!("--seeds: expected a number from 1 on, found {n:?}"))?);
                }
                "--quick" => o.quick = true,
                "--parity" => o.parity = true,
                "--list" => o.list = true,
                "--check" => o.check = true,
                other => return Err(format!("expected {EXPECTED}, found {other:?}")),
            }
        }
        if o.parity && o.data.is_some() {
            return Err("--parity: expected the digits, found --data; give one of the two".into());
        }
        if o.check && (o.quick || o.data.is_some()) {
            return Err("--check: expected the whole run on the digits, found --quick or --data".into());
        }
        Ok(o)
    }
    /// Returns how many seeds to try.
    pub(crate) fn seeds(&self) -> u64 {
        self.seeds.unwrap_or(if self.quick {
            1
        } else if self.check {
            3
        } else {
            5
        })
    }
    /// Returns the name of the data, and the data.
    pub(crate) fn data(&self) -> Result<(&str, Data), String> {
        match &self.data {
            Some(path) => Ok((path, Data::from_csv(path)?)),
            None if self.parity => Ok(("even or odd digits", Data::parity())),
            None => Ok(("digits", Data::digits())),
        }
    }
    /// Returns the rows of the table that are asked for: all where none is named.
    pub(crate) fn chosen(&self) -> Result<Vec<&'static Entry>, String> {
        known("--rule", &self.rules, |e| e.name)?;
        known("--family", &self.families, |e| e.family)?;
        let all = self.rules.is_empty() && self.families.is_empty();
        let named = |names: &[String], name: &str| names.iter().any(|n| n == name);
        Ok(RULES.iter().filter(|e| all || named(&self.rules, e.name) || named(&self.families, e.family)).collect())
    }
}

/// Fails where a name is not that of a row.
fn known(option: &str, names: &[String], of: fn(&Entry) -> &'static str) -> Result<(), String> {
    let mut all: Vec<&str> = RULES.iter().map(of).collect();
    all.dedup();
    match names.iter().find(|name| !all.contains(&name.as_str())) {
        Some(unknown) => Err(format!("{option}: expected one of {}, found {unknown:?}", all.join(", "))),
        None => Ok(()),
    }
}
