//! Drawings: the listing to the letter; the picture read back from its geometry; Graphviz text by a simple check.

use pullback::{
    category::{Circuit, Polynomial, Z2},
    diagram::{Diagram, Generator},
    view::{self, Style},
    *,
};
use roxmltree::{Document, Node};

fn rosenbrock<T: Real>(x: &[T]) -> T {
    (x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0
}
fn valley() -> Program {
    Program::record(|x| rosenbrock(x), &[1.2, 0.7]).expect("a program")
}
fn power() -> Program {
    let step = Program::record(|v| v[0] * v[1] + v[2], &[0.5, 1.0, 1.0]).expect("a program");
    step.scan(1, 1, 3).expect("a loop")
}
fn adder() -> Circuit<Z2> {
    Circuit::generator(Polynomial::Add).fork(&Circuit::generator(Polynomial::Mul))
}
fn chain(n: usize) -> Program {
    Program::record(|x| (0..n).fold(x[0], |s, k| if k % 2 == 0 { s.sin() } else { s * x[1] }), &[1.0, 2.0])
        .expect("a program")
}

/// A generator that no room of the crate knows, with an awkward label.
#[derive(Clone, PartialEq)]
struct Layer {
    label: &'static str,
    arity: (usize, usize),
    inside: Option<Diagram<Layer>>,
}
impl Generator for Layer {
    fn name(&self) -> &'static str {
        "layer"
    }
    fn arity(&self) -> (usize, usize) {
        self.arity
    }
    fn label(&self) -> String {
        self.label.into()
    }
    fn inside(&self) -> Option<&Diagram<Self>> {
        self.inside.as_ref()
    }
}
fn layer(label: &'static str, reads: usize, makes: usize) -> Layer {
    Layer { label, arity: (reads, makes), inside: None }
}
const AWKWARD: &str = "a<b> & \"c\" {d|e} \\ 'f' \u{1} ü";
fn network() -> Diagram<Layer> {
    let inner = Diagram::generator(layer(AWKWARD, 2, 2));
    let block = Layer { label: "block", arity: (2, 2), inside: Some(inner) };
    Diagram::build(3, |d, x| {
        let a = d.push(layer("weights", 0, 1), &[]);
        let b = d.push(block.clone(), &[a[0], x[1]]);
        let c = d.push(block, &[b[1], x[0]]);
        d.push(layer("watch", 1, 0), &[c[0]]);
        vec![c[1], x[0], x[0]]
    })
}

#[test]
fn a_listing_is_exact() -> Result<()> {
    let expected = "\
inputs x0 x1
w3 = sub x0 1
w4 = powi 2: w3
w5 = mul x0 x0
w6 = sub x1 w5
w7 = powi 2: w6
w9 = mul w7 100
w10 = add w4 w9
y0 = w10
";
    assert_eq!(view::text(&valley())?, expected);
    let guarded = Program::record(|x| if x[0] < 1.0 { x[0] * x[1] } else { x[0] }, &[0.5, 2.0])?;
    assert_eq!(view::text(&guarded)?, "inputs x0 x1\nguard a < b: x0 1\nw3 = mul x0 x1\ny0 = w3\n");
    let constant = Program::record_many(|_| Ok(vec![2.5.into()]), &[])?;
    assert_eq!(view::text(&constant)?, "inputs\ny0 = 2.5\n");
    Ok(())
}

#[test]
fn a_listing_shows_what_is_inside() -> Result<()> {
    let expected = "\
inputs x0 .. x4
w5 = scan 3 steps: x0 .. x4
    inputs x0 x1 x2
    w3 = mul x0 x1
    w4 = add w3 x2
    y0 = w4
y0 = w5
";
    assert_eq!(view::text(&power())?, expected);
    let inner = format!("    inputs x0 x1\n    w2 w3 = {AWKWARD}: x0 x1\n    y0 = w2\n    y1 = w3\n");
    let expected = format!(
        "inputs x0 x1 x2\nw4 w5 = block weights x1\n{inner}w6 w7 = block w5 x0\n{inner}watch w6\ny0 = w7\ny1 = x0\ny2 = x0\n"
    );
    assert_eq!(view::text(&network())?, expected);
    Ok(())
}

#[test]
fn a_tape_shows_its_partials() -> Result<()> {
    let (_, pb) = vjp(|x| vec![rosenbrock(x), x[1], x[0] * 0.0], &[1.5, 2.0])?;
    let d = view::tape(&pb);
    // ∂/∂x of (x-1)² is 1; of 100(y-x²)² at y-x² = -1/4 it is -200/4·(-x) for each x, and -50 for y
    assert_eq!(view::text(&d)?.lines().next(), Some("inputs x0 x1"));
    let labels: Vec<String> = d.boxes().map(|b| b.generator.label()).collect();
    assert_eq!(labels, ["a - 50b + 150c", "0a"]);
    // the drawn entries are the derivative: push a tangent through the boxes
    let mut on = vec![1.0, 10.0];
    for b in d.boxes() {
        on.push(b.generator.partials.iter().zip(b.args).map(|(p, w)| p * on[w.index()]).sum());
    }
    let dy: Vec<f64> = d.outputs().iter().map(|w| on[w.index()]).collect();
    assert_eq!(dy, pb.push(&[1.0, 10.0])?);
    // wide and custom entries are boxes too
    let (_, pb) = vjp(|x| vec![log_sum_exp(x)], &[0.0; 30])?;
    assert_eq!(view::text(&view::tape(&pb))?, "inputs x0 .. x29\nw30 = sum of 30: x0 .. x29\ny0 = w30\n");
    Ok(())
}

/// A rectangle of a picture.
#[derive(Clone, Copy, Debug)]
struct Rect {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}
fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|a| a.parse().ok()).expect("a number")
}
fn with_class<'a, 'i>(page: &'a Document<'i>, class: &str) -> Vec<Node<'a, 'i>> {
    let has = |n: &Node<'_, '_>| n.attribute("class").is_some_and(|c| c.split(' ').any(|c| c == class));
    page.descendants().filter(has).collect()
}
/// Inputs, boxes and outputs, in the order of the file.
fn rects(page: &Document<'_>) -> Vec<Rect> {
    let rect = page.descendants().filter(|n| n.has_tag_name("rect"));
    let read = |n: Node<'_, '_>| {
        let [x, y, w, h] = ["x", "y", "width", "height"].map(|a| number(n, a));
        Rect { left: x, top: y, right: x + w, bottom: y + h }
    };
    rect.map(read).collect()
}
/// The points of each piece of a wire: where it starts, where its curve starts and ends, where it ends.
fn pieces(path: &str) -> Vec<[[f64; 2]; 4]> {
    let piece = |p: &str| {
        let numbers = p.split(|c: char| "HC ".contains(c)).filter(|s| !s.is_empty());
        let v: Vec<f64> = numbers.map(|s| s.parse().expect("a number")).collect();
        match v[..] {
            [x, y, a, z] => [[x, y], [a, y], [a, y], [z, y]],
            [x, y, a, _, _, _, end, bend, last, z] => [[x, y], [a, y], [bend, last], [z, end]],
            _ => panic!("an unknown path: {p}"),
        }
    };
    path.split('M').filter(|p| !p.is_empty()).map(piece).collect()
}
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.21 // the file has one decimal
}

/// Reads the boxes that each wire leaves and enters back from the picture, port by port.
fn check_picture<G: Generator>(d: &Diagram<G>) -> Result<()> {
    let flat = d.boxes().all(|b| b.generator.inside().is_none());
    assert!(flat, "one page only");
    let file = view::svg(d)?;
    assert_eq!(file, view::svg(d)?, "the same diagram, the same picture");
    let page = Document::parse(&file).expect("well-formed XML");
    let (inputs, outputs) = d.arity();
    let rects = rects(&page);
    assert_eq!(rects.len(), inputs + d.len() + outputs, "each box once");
    for (k, p) in rects.iter().enumerate() {
        let [width, height] = ["width", "height"].map(|a| number(page.root_element(), a));
        assert!(p.left > 0.0 && p.top > 0.0 && p.right < width && p.bottom < height);
        let apart = |q: &Rect| p.right <= q.left || q.right <= p.left || p.bottom <= q.top || q.bottom <= p.top;
        assert!(rects[k + 1..].iter().all(apart), "boxes overlap");
    }
    let wires = with_class(&page, "wire");
    assert_eq!(wires.len(), d.wires(), "each wire once");
    let port = |r: &Rect, k: usize, n: usize| r.top + (r.bottom - r.top) * (k as f64 + 0.5) / n as f64;
    // where each wire should start and end
    let mut starts: Vec<[f64; 2]> = rects[..inputs].iter().map(|r| [r.right, port(r, 0, 1)]).collect();
    let mut ends = vec![vec![]; d.wires()];
    for b in d.boxes() {
        let r = &rects[inputs + b.site];
        starts.extend((0..b.outputs.len()).map(|k| [r.right, port(r, k, b.outputs.len())]));
        b.args.iter().enumerate().for_each(|(k, w)| ends[w.index()].push([r.left, port(r, k, b.args.len())]));
    }
    for (k, w) in d.outputs().iter().enumerate() {
        let r = &rects[inputs + d.len() + k];
        ends[w.index()].push([r.left, port(r, 0, 1)]);
    }
    let forks: Vec<[f64; 2]> = with_class(&page, "fork").iter().map(|n| ["cx", "cy"].map(|a| number(*n, a))).collect();
    let mut branches = 0;
    for ((wire, start), ends) in wires.iter().zip(&starts).zip(&ends) {
        let pieces = pieces(wire.attribute("d").expect("a path"));
        let same = |a: &[f64; 2], b: &[f64; 2]| near(a[0], b[0]) && near(a[1], b[1]);
        assert!(same(&pieces[0][0], start), "a wire leaves its box");
        for p in &pieces {
            assert!(p.windows(2).all(|q| q[0][0] <= q[1][0] + 0.11) && p[0][0] < p[3][0], "a wire goes right: {p:?}");
        }
        // a piece that does not start at the box starts where another ends or branches
        for p in &pieces[1..] {
            assert!(pieces.iter().any(|q| same(&q[3], &p[0]) || same(&q[1], &p[0])), "a piece hangs in the air");
        }
        for end in ends {
            assert!(pieces.iter().any(|p| same(&p[3], end)), "a wire enters its box");
        }
        let open = pieces.iter().filter(|p| !pieces.iter().any(|q| same(&q[0], &p[3])));
        assert_eq!(open.count(), ends.len().max(1), "a wire ends nowhere else");
        // a dot stands where it branches
        let here = forks.iter().filter(|f| pieces.iter().any(|p| same(&p[1], f))).count();
        assert_eq!(here > 0, ends.len() > 1, "a wire that is copied has a dot");
        branches += here;
    }
    assert_eq!(branches, forks.len());
    let unread = ends.iter().filter(|e| e.is_empty()).count();
    assert_eq!(with_class(&page, "end").len(), unread, "a wire that nothing reads ends in a bar");
    Ok(())
}

#[test]
fn pictures_say_what_the_diagrams_say() -> Result<()> {
    let wide: Vec<f64> = (0..30).map(f64::from).collect();
    let rotated = Program::record(|x| x.iter().fold(x[0], |s, &v| s * 0.5 + v.sin()), &wide)?;
    for p in [valley(), valley().gradient()?, valley().hvp()?, valley().hessian()?, rotated.gradient()?] {
        check_picture(&p)?;
    }
    for p in [chain(40), chain(10).value_and_gradient()?, chain(0)] {
        check_picture(&p)?;
    }
    for d in [adder(), adder().reverse()?, Circuit::swap(2, 3), Circuit::copy(3), Circuit::discard(2), Circuit::id(0)] {
        check_picture(&d)?;
    }
    let (_, pb) = vjp(|x| vec![rosenbrock(x), x[0].exp()], &[1.5, 2.0])?;
    check_picture(&view::tape(&pb))
}

#[test]
fn what_is_inside_is_drawn_once() -> Result<()> {
    let d = network();
    let file = view::svg(&d)?;
    let page = Document::parse(&file).expect("well-formed XML, whatever the labels");
    let captions: Vec<_> = with_class(&page, "caption").iter().filter_map(|n| n.text()).map(String::from).collect();
    assert_eq!(captions, ["inside block"]);
    assert_eq!(rects(&page).len(), (3 + 4 + 3) + (2 + 1 + 2));
    assert!(file.contains("a&lt;b&gt; &amp; &quot;c&quot; {d|e} \\ 'f' \u{FFFD} ü"));
    Ok(())
}

#[test]
fn tooltips_are_lines_of_the_listing() -> Result<()> {
    let d = valley();
    let (file, text) = (view::svg(&d)?, view::text(&d)?);
    let page = Document::parse(&file).expect("well-formed XML");
    let boxes =
        with_class(&page, "box").into_iter().filter(|n| !n.attribute("class").is_some_and(|c| c.contains("constant")));
    let titles: Vec<&str> = boxes.filter_map(|n| n.first_element_child()?.text()).collect();
    let lines: Vec<&str> = text.lines().filter(|l| l.starts_with('w')).collect();
    assert_eq!(titles, lines);
    Ok(())
}

#[test]
fn a_style_colours_boxes_and_sets_the_limit() -> Result<()> {
    let both = valley().value_and_gradient()?;
    let forward = view::needed(&both, [0])?;
    let back = forward.iter().filter(|f| !**f).count();
    assert!(back > 5 && back < both.len());
    let file = view::svg_with(&both, &Style::default().tint(|b| usize::from(!forward[b.site])))?;
    let constants = both.boxes().filter(|b| !forward[b.site] && b.args.is_empty()).count();
    assert_eq!(file.matches("class=\"box tint1\"").count(), back - constants);

    let size = both.len() + 2 + 3;
    let drawn = view::svg_with(&both, &Style::default().limit(size))?;
    let summary = view::svg_with(&both, &Style::default().limit(size - 1))?;
    assert!(drawn.contains("class=\"wire\"") && !drawn.contains("too many"));
    let page = Document::parse(&summary).expect("well-formed XML");
    assert!(with_class(&page, "wire").is_empty());
    let lines: Vec<&str> = with_class(&page, "summary").iter().filter_map(|n| n.text()).collect();
    assert!(lines.contains(&"2 inputs, 3 outputs"), "{lines:?}");
    let counted = lines.iter().filter_map(|l| l.trim().split_once(' ')?.0.parse::<usize>().ok()).skip(2).sum::<usize>();
    assert_eq!(counted, both.len());
    assert!(view::svg(&chain(1000))?.len() < 3000);
    Ok(())
}

/// Braces balance outside of quotes, each edge joins fields that were declared, and there are as many as wires are read.
fn check_dot<G: Generator>(d: &Diagram<G>, reads: usize) -> Result<()> {
    let dot = view::dot(d)?;
    assert_eq!(dot, view::dot(d)?);
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for c in dot.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        assert!(depth >= 0);
    }
    assert!(depth == 0 && !quoted, "unbalanced");
    let declared = |end: &str| match end.split_once(':') {
        None => dot.contains(&format!("{end} [label=")),
        Some((node, port)) => {
            let port = port.trim_end_matches(":e").trim_end_matches(":w");
            let start = dot.find(&format!("{node} [label=")).expect("a declared node");
            dot[start..].lines().next().is_some_and(|line| line.contains(&format!("<{port}>")))
        }
    };
    let edges: Vec<(&str, &str)> = dot
        .lines()
        .filter(|l| l.contains(" -> ") && l.trim_end().ends_with("];"))
        .filter_map(|l| l.trim().split(" [tooltip").next()?.split_once(" -> "))
        .collect();
    assert!(edges.iter().all(|(from, to)| declared(from) && declared(to)));
    assert_eq!(edges.len(), reads);
    Ok(())
}

#[test]
fn graphviz_text_is_balanced_and_declares_what_it_joins() -> Result<()> {
    check_dot(&valley(), 13)?; // 7 boxes, two of which read one wire, the rest two; and an output
    check_dot(&adder(), 6)?;
    check_dot(&power(), 6 + 5)?; // the loop and what is inside
    check_dot(&network(), (2 + 2 + 1 + 3) + 2 * 4)?;
    let dot = view::dot(&network())?;
    assert!(dot.contains("subgraph cluster_b1 {") && dot.contains("label=\"block\""));
    assert!(dot.contains("a\\<b\\>\\ &\\ \\\"c\\\"\\ \\{d\\|e\\}\\ \\\\\\ 'f'"));
    Ok(())
}

#[test]
fn a_fault_is_an_error_everywhere() {
    let and = Circuit::<Z2>::generator(Polynomial::Mul);
    let wrong = and.clone() >> and;
    let expected = wrong.validate().expect_err("two wires into one");
    assert_eq!(view::text(&wrong), Err(expected.clone()));
    assert_eq!(view::dot(&wrong), Err(expected.clone()));
    assert_eq!(view::svg(&wrong), Err(expected.clone()));
    assert_eq!(view::needed(&wrong, [0]), Err(expected.clone()));
    // also where it is inside
    let inner = Diagram::generator(layer("f", 1, 1)).then(&Diagram::generator(layer("g", 2, 1)));
    let outer = Diagram::generator(Layer { label: "outer", arity: (1, 1), inside: Some(inner) });
    assert!(outer.validate().is_ok());
    assert!(view::text(&outer).is_err() && view::dot(&outer).is_err() && view::svg(&outer).is_err());
    // an output that is not there
    assert!(matches!(view::needed(&adder(), [2]), Err(Error::Miswired { op: "project", expected: 3, found: 2, .. })));
}

#[path = "../examples/draw.rs"]
#[allow(dead_code)]
mod draw;

/// The pictures of the book are what `cargo run --example draw` makes today.
#[test]
fn pictures_of_the_book_are_current() -> Result<()> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/book/pictures");
    let drawings = draw::drawings()?;
    let files: Vec<_> = std::fs::read_dir(folder).expect("a folder").map(|f| f.expect("a file").path()).collect();
    assert!(files.len() >= 3);
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy();
        let drawing = drawings.iter().find(|d| d.name == name).expect("an example that draws it");
        assert_eq!(std::fs::read_to_string(&file).expect("a picture").replace("\r\n", "\n"), drawing.svg, "{name}");
    }
    Ok(())
}

#[path = "../examples/rules/chart.rs"]
#[allow(dead_code)]
mod chart;
use chart::{Axis, Line, Map, Scale};

/// The texts of a picture, with where they stand.
fn texts(svg: &str) -> Vec<(String, f64, f64)> {
    let document = roxmltree::Document::parse(svg).expect("well-formed XML");
    let number = |n: roxmltree::Node<'_, '_>, a: &str| n.attribute(a).and_then(|v| v.parse().ok()).unwrap_or(f64::NAN);
    let all = document.descendants().filter(|n| n.has_tag_name("text"));
    all.map(|n| (n.text().unwrap_or_default().trim().to_string(), number(n, "x"), number(n, "y"))).collect()
}

/// A chart of the example `rules` names its curves and marks its axes, and no name stands on another.
#[test]
fn charts_are_labelled() {
    let names = ["one & two", "three", "four", "five"];
    let line = |k: usize| Line { name: names[k].into(), points: vec![[0.0, 10.0], [30.0, 95.0]], pale: k == 3 };
    let (x, y) = ([0.0, 30.0].into_iter(), [10.0, 95.0].into_iter());
    let (x, y) = (Axis::over("passes", Scale::Linear, x), Axis::over("right, %", Scale::Right, y));
    let svg = chart::curves("a title", x, y, &(0..4).map(line).collect::<Vec<_>>()).expect("a chart");
    let texts = texts(&svg);
    for wanted in ["a title", "passes", "right, %", "0", "5", "30", "50", "90", "95"].into_iter().chain(names) {
        assert!(texts.iter().any(|(text, ..)| text == wanted), "{wanted} is missing in {texts:?}");
    }
    let mut heights: Vec<f64> = texts.iter().filter(|(t, ..)| names.contains(&t.as_str())).map(|t| t.2).collect();
    heights.sort_by(f64::total_cmp);
    assert!(heights.len() == 4 && heights.windows(2).all(|h| h[1] - h[0] >= 55.0), "{heights:?}"); // 14 · 4 pixels
    let curves = ["#0072B2", "#D55E00", "#009E73", "#7B8794"].map(|c| format!("stroke=\"{c}\""));
    assert!(curves.iter().all(|c| svg.contains(c)));
}
/// An axis covers what it is asked for, and a map draws a cell for each number: red for, blue against.
#[test]
fn axes_and_maps_say_what_the_numbers_say() {
    use plotters::coord::ranged1d::Ranged;
    let log = Axis::over("", Scale::Log, [0.3, 40.0, f64::NAN].into_iter());
    assert_eq!((log.range(), log.map(&2.0, (0, 1000))), (0.1..100.0, 434)); // lg 2 + 1 of 3
    let right = Axis::over("", Scale::Right, [85.0, 97.5].into_iter());
    assert_eq!((right.range(), right.map(&90.0, (0, 1000))), (80.0..98.0, 301)); // a half fewer wrong, of a tenth
    let map = Map { size: [1, 3], numbers: vec![2.0, -2.0, 0.0], signed: true };
    let svg = chart::maps(&["a".into()], &["b".into()], &[vec![map]]).expect("a map");
    let cell = |colour: &str| svg.matches(&format!("fill=\"{colour}\"")).count();
    assert_eq!((cell("#B2182B"), cell("#2166AC"), cell("#FFFFFF")), (1, 1, 2)); // and the paper
}
/// The picture of the README is one that the example `rules` drew: it names the rules, and the README shows it.
#[test]
fn the_picture_of_the_readme_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect(path);
    let (path, drawing) = ("docs/pictures/one-network-five-rules.svg", read("examples/rules/picture.rs"));
    let texts = texts(&read(path));
    for rule in ["Backprop", "FeedbackAlignment", "DirectFeedback", "LocalLoss", "ActivityPerturbation"] {
        assert!(drawing.contains(&format!("(\"{rule}\"")), "{rule} is not in the example any more");
        assert_eq!(texts.iter().filter(|(text, ..)| text == rule).count(), 2, "{rule}: a heading and a curve");
    }
    assert!(read("README.md").contains(path));
}
