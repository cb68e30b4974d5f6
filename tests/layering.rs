//! The arrows of `docs/design`: which room of `src/` may import which, file by file.
//!
//! The table below is the documentation. A room that is not in it fails the test, so a new one states its arrows first.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Room, and who may import it. `lib.rs` may import everything. `room/file` stands for one file of a room, or
/// for a folder in it.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "error",
        &[
            "diagram", "real", "op", "forward", "tape", "program", "calculus", "lens", "category", "net", "rule",
            "learn", "check", "view",
        ],
    ),
    ("random", &["net", "rule", "learn"]),
    ("diagram", &["program", "category/polynomial", "net", "rule", "check", "view"]),
    (
        "real",
        &[
            "op",
            "forward",
            "tape",
            "program",
            "calculus",
            "category/smooth",
            "category/node",
            "category/activation",
            "net",
            "rule",
            "learn",
            "check",
        ],
    ),
    ("op", &["forward", "tape", "program", "category/activation", "net", "check"]),
    ("forward", &["tape/fuse", "calculus", "net/array", "check"]),
    ("tape", &["calculus", "category/smooth", "category/node", "check", "view"]),
    ("program", &["category/recorded", "net", "check"]),
    ("calculus", &["check"]),
    ("lens", &["category", "net", "rule", "learn", "check"]),
    ("category", &["net", "learn", "check"]),
    ("net", &["rule", "learn"]),
    ("rule", &["learn"]),
    ("learn", &["check/laws"]),
    ("check", &[]),
    ("view", &[]),
];
const LONGEST_FILE: usize = 500;
const LONGEST_LIB: usize = 150;

/// A file of `src/`: its path below `src/` without `.rs`, and its text.
struct Source {
    path: String,
    text: String,
}
impl Source {
    /// `tape` for `tape/fuse`, `error` for `error`.
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }
    /// Says whether this is the file `path`, or in the folder `path`.
    fn is_in(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
    fn is_room_root(&self) -> bool {
        self.path.ends_with("/mod") || !self.path.contains('/')
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    collect(&root, &root, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
fn collect(root: &Path, folder: &Path, files: &mut Vec<Source>) {
    let entries: Vec<PathBuf> = fs::read_dir(folder).expect("src").map(|e| e.expect("entry").path()).collect();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(root).expect("below src").with_extension("");
            let path_below = name.to_string_lossy().replace('\\', "/");
            files.push(Source { path: path_below, text: fs::read_to_string(&path).expect("utf-8") });
        }
    }
}

/// The text without comments and string literals: what is left is code.
fn code(text: &str) -> String {
    let text = text.replace("'\"'", "' '");
    let (mut out, mut chars) = (String::new(), text.chars().peekable());
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('/', Some('/')) => {
                chars.by_ref().find(|&c| c == '\n');
                out.push('\n');
            }
            ('/', Some('*')) => {
                let mut last = ' ';
                chars.by_ref().find(|&c| std::mem::replace(&mut last, c) == '*' && c == '/');
            }
            ('"', _) => {
                let mut escaped = false;
                chars.by_ref().find(|&c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                out.push_str("\"\"");
            }
            _ => out.push(c),
        }
    }
    out
}

/// The identifiers at the front of a list of paths `a::b, c::{d, e}, f`: `a`, `c`, `f`.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut item, mut items) = (0i32, String::new(), vec![]);
    for c in list.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            items.push(std::mem::take(&mut item));
        } else {
            item.push(c);
        }
    }
    items.push(item);
    items.iter().map(|item| identifier(item.trim())).filter(|head| !head.is_empty()).collect()
}
fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
/// The text up to the brace that closes the one before it.
fn braced(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    });
    &text[..end.unwrap_or(text.len())]
}

/// What follows `crate::` anywhere in the code: names of rooms, or of items that `lib.rs` exports.
fn named_from_root(code: &str) -> Vec<String> {
    code.match_indices("crate::")
        .flat_map(|(at, found)| match &code[at + found.len()..] {
            rest if rest.starts_with('{') => heads(braced(&rest[1..])),
            rest => vec![identifier(rest)],
        })
        .collect()
}

/// Which room an item comes from that `lib.rs` exports by its bare name: the `pub use` and `pub` items of each `mod.rs`.
fn exports(files: &[Source]) -> BTreeMap<String, String> {
    let mut of = BTreeMap::new();
    for file in files.iter().filter(|f| f.is_room_root() && f.path != "lib") {
        let code = code(&file.text);
        for (at, found) in code.match_indices("pub use ") {
            let path = code[at + found.len()..].split(';').next().unwrap_or_default();
            let names = path.split_once('{').map_or(path, |(_, list)| list);
            let last = |name: &str| identifier(name.trim().rsplit("::").next().unwrap_or_default());
            names.split(',').map(last).for_each(|name| drop(of.insert(name, file.room().to_string())));
        }
        for kind in ["struct ", "enum ", "trait ", "fn ", "type "] {
            for (at, found) in code.match_indices(&format!("pub {kind}")) {
                of.insert(identifier(&code[at + found.len()..]), file.room().to_string());
            }
        }
    }
    of
}

/// The arrows that `file` draws and must not.
fn forbidden(file: &Source, exports: &BTreeMap<String, String>) -> Vec<String> {
    if file.path == "lib" {
        return vec![];
    }
    let code = code(&file.text);
    let mut faults = vec![];
    let may = |room: &str| {
        ARROWS
            .iter()
            .find(|(name, _)| *name == room)
            .map(|(_, from)| from.iter().any(|from| *from == file.room() || file.is_in(from)) || file.room() == room)
    };
    if may(file.room()).is_none() {
        faults.push(format!("src/{}.rs: the room `{}` has no line in the table of arrows", file.path, file.room()));
    }
    for name in named_from_root(&code) {
        let room = if may(&name).is_some() { &name } else { exports.get(&name).unwrap_or(&name) };
        match may(room) {
            Some(true) => {}
            Some(false) => faults.push(format!("src/{}.rs: {} -> {room} is not an arrow", file.path, file.room())),
            None if name == "__private" || code.contains(&format!("macro_rules! {name}")) => {}
            None => faults.push(format!("src/{}.rs: `crate::{name}` is neither a room nor exported by one", file.path)),
        }
    }
    let up = if file.is_room_root() { "super::" } else { "super::super::" };
    if code.contains(up) {
        faults.push(format!("src/{}.rs: leaves its room by `{up}`; write `crate::`", file.path));
    }
    faults
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_import_is_an_arrow() {
    let files = sources();
    assert!(files.len() > 20, "src/ was not found");
    let exports = exports(&files);
    assert_eq!(exports.get("Tape").map(String::as_str), Some("tape"));
    assert_eq!(exports.get("HyperDual").map(String::as_str), Some("forward"));
    none(files.iter().flat_map(|file| forbidden(file, &exports)).collect());
}

#[test]
fn a_forbidden_import_is_found_however_it_is_written() {
    let exports = exports(&sources());
    let faults =
        |path: &str, text: &str| forbidden(&Source { path: path.to_string(), text: text.to_string() }, &exports).len();
    assert_eq!(faults("real/mod", "use crate::op::Sin;"), 1);
    assert_eq!(faults("op/binary", "use crate::{\n    error::Result,\n    tape::{Tape, Var},\n    real::Real,\n};"), 1);
    assert_eq!(faults("op/binary", "fn f(t: &crate::tape::Tape) {}"), 1);
    assert_eq!(faults("op/binary", "fn f(t: &crate::Tape) {}"), 1);
    assert_eq!(faults("op/binary", "macro_rules! m { () => { $crate::Var } }"), 1);
    assert_eq!(faults("tape/var", "use crate::forward::Multi;"), 1);
    assert_eq!(faults("tape/fuse", "use crate::forward::Multi;"), 0);
    assert_eq!(faults("tape/var", "use super::super::forward::Multi;"), 1);
    assert_eq!(faults("tape/mod", "use super::forward::Multi;"), 1);
    assert_eq!(faults("calculus/mod", "use crate::check::report;"), 1);
    assert_eq!(faults("calculus/mod", "// use crate::check::report;\n/// crate::check\n/* crate::check */"), 0);
    assert_eq!(faults("calculus/mod", "const S: &str = \"crate::check \\\" crate::check\";"), 0);
    assert_eq!(faults("cellar/mod", "use crate::real::Real;"), 2, "an unknown room, and it may import nothing");
    assert_eq!(faults("tape/var", "use crate::nowhere::X;"), 1);
    assert_eq!(faults("check/laws/exact", "use crate::learn::Elementwise;"), 0, "a folder of a room");
    assert_eq!(faults("check/gradient", "use crate::learn::Elementwise;"), 1);
}

#[test]
fn files_are_short_and_rooms_have_an_essay() {
    let mut faults = vec![];
    for file in sources() {
        let (lines, most) = (file.text.lines().count(), if file.path == "lib" { LONGEST_LIB } else { LONGEST_FILE });
        if lines > most {
            faults.push(format!("src/{}.rs: expected at most {most} lines, found {lines}", file.path));
        }
        let essay = if file.path == "lib" { "#![doc = include_str!(\"../README.md\")]" } else { "//!" };
        if file.is_room_root() && !file.text.starts_with(essay) {
            faults.push(format!("src/{}.rs: expected an essay: the first line starts with `{essay}`", file.path));
        }
    }
    none(faults);
}

/// Where code may be unsafe: machine code is run there.
const UNSAFE: &[&str] = &["program/jit/mod"];

#[test]
fn nothing_else_is_unsafe() {
    let says_unsafe = |text: &str| code(text).split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == "unsafe");
    assert!(says_unsafe("fn f() { unsafe { g() } }") && !says_unsafe("// unsafe\n#![forbid(unsafe_code)]"));
    let faults = sources().into_iter().filter(|file| says_unsafe(&file.text) && !UNSAFE.contains(&file.path.as_str()));
    none(faults.map(|file| format!("src/{}.rs: says `unsafe`", file.path)).collect());
}
