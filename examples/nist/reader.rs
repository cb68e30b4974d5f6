//! Reads the `.dat` files of NIST's Statistical Reference Datasets.
//!
//! A file is a page for people: a header in prose, a table of starting and certified values, then the data. The reader
//! looks for the few lines with a fixed form, and then checks what it found against the counts that the header states.
//!
//! ```text
//! Dataset Name:  Misra1a           (Misra1a.dat)
//!                1 Predictor Variable (x = pressure)
//!                14 Observations
//!                Lower Level of Difficulty
//!   b1 =   500         250           2.3894212918E+02  2.7070075241E+00
//! Residual Sum of Squares:                    1.2455138894E-01
//! Data:   y               x
//!       10.07E0      77.6E0
//! ```

use std::fmt;

/// One problem as its file states it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dataset {
    /// The name, "Misra1a".
    pub(crate) name: String,
    /// How hard NIST judges the problem to be.
    pub(crate) difficulty: Difficulty,
    /// The two starting points.
    pub(crate) starts: [Vec<f64>; 2],
    /// The certified parameters, to 11 digits.
    pub(crate) certified: Vec<f64>,
    /// The certified standard deviations of the parameters.
    pub(crate) deviations: Vec<f64>,
    /// The certified residual sum of squares.
    pub(crate) rss: f64,
    /// The certified residual standard deviation.
    pub(crate) residual_deviation: f64,
    /// The observations, in the order of the file.
    pub(crate) rows: Vec<Row>,
}

/// One observation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// The response.
    pub(crate) y: f64,
    /// The predictors.
    pub(crate) x: Vec<f64>,
}

/// NIST's three levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difficulty {
    /// Most programs succeed from both starts.
    Lower,
    /// Between the two.
    Average,
    /// Start 1 defeats many programs.
    Higher,
}

impl fmt::Display for Difficulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Difficulty::Lower => "Lower",
            Difficulty::Average => "Average",
            Difficulty::Higher => "Higher",
        })
    }
}

/// Why a text is not a dataset. Lines count from 1.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub(crate) enum ReadError {
    /// A line that every file has is not there.
    Missing {
        /// How the line looks.
        what: &'static str,
    },
    /// A word should have been a finite number.
    NotANumber {
        /// Where.
        line: usize,
        /// The word.
        found: String,
    },
    /// A line holds too few or too many numbers.
    WrongWidth {
        /// Where.
        line: usize,
        /// How many numbers belong there.
        expected: usize,
        /// How many are there.
        found: usize,
    },
    /// The parameters are not b1, b2, b3 in this order.
    OutOfOrder {
        /// Where.
        line: usize,
        /// The number of the parameter that should come.
        expected: usize,
    },
    /// The header states a count and the file holds another.
    WrongCount {
        /// What is counted.
        what: &'static str,
        /// What the header states.
        expected: usize,
        /// What the file holds.
        found: usize,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Missing { what } => write!(f, "expected a line \"{what}\", found none"),
            ReadError::NotANumber { line, found } => {
                write!(f, "line {line}: expected a finite number, found {found:?}")
            }
            ReadError::WrongWidth { line, expected, found } => {
                write!(f, "line {line}: expected {expected} numbers, found {found}")
            }
            ReadError::OutOfOrder { line, expected } => write!(f, "line {line}: expected parameter b{expected}"),
            ReadError::WrongCount { what, expected, found } => {
                write!(f, "{what}: expected {expected} as the header says, found {found}")
            }
        }
    }
}

impl std::error::Error for ReadError {}

/// Returns the problem that a file's text states.
///
/// # Errors
/// [`ReadError`], which names the line: a header line is missing, a word is no number, or the file contradicts itself.
pub(crate) fn read(text: &str) -> Result<Dataset, ReadError> {
    let name = after(text, "Dataset Name:").and_then(|rest| rest.split_whitespace().next());
    let name = name.ok_or(ReadError::Missing { what: "Dataset Name: .." })?.to_string();
    let difficulty = difficulty(text)?;
    let predictors = count(text, "Predictor", "N Predictor ..")?;
    let observations = count(text, "Observations", "N Observations")?;
    let parameters = count(text, "Parameters", "N Parameters ..")?;

    let [start1, start2, certified, deviations] = parameter_table(text)?;
    expect_count("parameters", parameters, certified.len())?;
    let rss = sum(text, "Residual Sum of Squares:")?;
    let residual_deviation = sum(text, "Residual Standard Deviation:")?;
    let rows = rows(text, predictors)?;
    expect_count("observations", observations, rows.len())?;
    Ok(Dataset { name, difficulty, starts: [start1, start2], certified, deviations, rss, residual_deviation, rows })
}

/// Returns what follows `label` in the first line that begins with it.
fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim_start().strip_prefix(label))
}

fn difficulty(text: &str) -> Result<Difficulty, ReadError> {
    let level = text.lines().find_map(|line| line.trim().strip_suffix(" Level of Difficulty"));
    match level.map(str::trim) {
        Some("Lower") => Ok(Difficulty::Lower),
        Some("Average") => Ok(Difficulty::Average),
        Some("Higher") => Ok(Difficulty::Higher),
        _ => Err(ReadError::Missing { what: "Lower|Average|Higher Level of Difficulty" }),
    }
}

/// Returns N of the first line that reads "N noun ..", where the noun may be in the singular or the plural.
fn count(text: &str, noun: &str, what: &'static str) -> Result<usize, ReadError> {
    let counted = text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let n: usize = words.next()?.parse().ok()?;
        words.next()?.starts_with(noun).then_some(n)
    });
    counted.ok_or(ReadError::Missing { what })
}

fn expect_count(what: &'static str, expected: usize, found: usize) -> Result<(), ReadError> {
    if expected == found { Ok(()) } else { Err(ReadError::WrongCount { what, expected, found }) }
}

/// Returns the four columns of the lines "b1 = start1 start2 certified deviation".
fn parameter_table(text: &str) -> Result<[Vec<f64>; 4], ReadError> {
    let mut columns: [Vec<f64>; 4] = Default::default();
    for (at, line) in text.lines().enumerate() {
        let Some((label, values)) = line.split_once('=') else { continue };
        let Some(Ok(index)) = label.trim().strip_prefix('b').map(str::parse::<usize>) else { continue };
        let expected = columns[0].len() + 1;
        if index != expected {
            return Err(ReadError::OutOfOrder { line: at + 1, expected });
        }
        for (column, value) in columns.iter_mut().zip(numbers(values, at + 1, 4)?) {
            column.push(value);
        }
    }
    if columns[0].is_empty() { Err(ReadError::Missing { what: "b1 = .." }) } else { Ok(columns) }
}

fn sum(text: &str, label: &'static str) -> Result<f64, ReadError> {
    for (at, line) in text.lines().enumerate() {
        if let Some(rest) = line.trim_start().strip_prefix(label) {
            return Ok(numbers(rest, at + 1, 1)?[0]);
        }
    }
    Err(ReadError::Missing { what: label })
}

/// Returns the observations: what follows the last line that begins with "Data:" (the header has one too).
fn rows(text: &str, predictors: usize) -> Result<Vec<Row>, ReadError> {
    let head = text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("Data:")).last();
    let (head, _) = head.ok_or(ReadError::Missing { what: "Data: y x" })?;
    let mut rows = Vec::new();
    for (at, line) in text.lines().enumerate().skip(head + 1) {
        if line.trim().is_empty() {
            continue;
        }
        let mut x = numbers(line, at + 1, predictors + 1)?;
        let y = x.remove(0);
        rows.push(Row { y, x });
    }
    Ok(rows)
}

/// Returns the numbers of a line, exactly `expected` of them.
fn numbers(text: &str, line: usize, expected: usize) -> Result<Vec<f64>, ReadError> {
    let parse = |word: &str| match word.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(ReadError::NotANumber { line, found: word.to_string() }),
    };
    let numbers: Vec<f64> = text.split_whitespace().map(parse).collect::<Result<_, _>>()?;
    if numbers.len() == expected {
        return Ok(numbers);
    }
    Err(ReadError::WrongWidth { line, expected, found: numbers.len() })
}
