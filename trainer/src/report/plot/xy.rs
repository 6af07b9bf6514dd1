//! Points and lines over two axes.

use super::axis::Axis;
use super::paper::{MARGIN, WIDTH, line, path, svg, words};
use crate::report::html::Html;
use crate::report::table::{Table, number};

const HEIGHT: f64 = 270.0;
const LEFT: f64 = 52.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 46.0;
/// Half the width of a point that stands for one thing.
const POINT: f64 = 3.5;
/// Of the point that stands for the most.
const LARGEST: f64 = 7.0;
/// Series beyond these share their colours with the first.
pub const COLOURS: usize = 6;

/// A plot of series over the same axes.
#[derive(Clone, Debug)]
pub struct Xy {
    /// What runs to the right.
    pub x: String,
    /// What runs upwards.
    pub y: String,
    /// What is drawn, later series above earlier ones.
    pub series: Vec<Series>,
    /// A line drawn for comparison.
    pub guide: Guide,
}

/// A line drawn for comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guide {
    /// None.
    None,
    /// Where both values are equal; both axes then have one range.
    Equal,
    /// Where y is 0.
    Zero,
    /// Where x is a certain value.
    At(f64),
}

/// What is drawn in one colour.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it stands for.
    pub name: String,
    /// Whether its points are joined.
    pub joined: bool,
    /// In the order in which they are joined.
    pub points: Vec<Point>,
}

/// A place, and how much lies there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// How many things it stands for; its area grows with them.
    pub count: u32,
}

impl Point {
    /// For one thing.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, count: 1 }
    }

    fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

impl Xy {
    pub(super) fn svg(&self, title: &str, description: &str, id: &str) -> Html {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let (xs, ys) = (points().map(|p| p.x), points().map(|p| p.y));
        let (across, up) = match self.guide {
            Guide::Equal => {
                let both = Axis::over(xs.chain(ys));
                (both, both)
            }
            Guide::Zero => (Axis::over(xs), Axis::over(ys.chain([0.0]))),
            Guide::At(x) => (Axis::over(xs.chain([x])), Axis::over(ys)),
            Guide::None => (Axis::over(xs), Axis::over(ys)),
        };
        let (right, bottom) = (WIDTH - MARGIN, HEIGHT - BOTTOM);
        let x = |value: f64| across.place(value, LEFT, right);
        let y = |value: f64| up.place(value, bottom, TOP);
        let mut shapes = Vec::new();
        for (value, label) in across.ticks() {
            shapes.push(line("grid", (x(value), TOP), (x(value), bottom)));
            shapes.push(words("tick middle", (x(value), bottom + 17.0), &label));
        }
        for (value, label) in up.ticks() {
            shapes.push(line("grid", (LEFT, y(value)), (right, y(value))));
            shapes.push(words("tick end", (LEFT - 6.0, y(value) + 4.0), &label));
        }
        shapes.push(words("label", (4.0, 16.0), &self.y));
        shapes.push(words("label end", (right, HEIGHT - 8.0), &self.x));
        match self.guide {
            Guide::None => {}
            Guide::Equal => shapes.push(line("guide", (LEFT, bottom), (right, TOP))),
            Guide::Zero => shapes.push(line("guide", (LEFT, y(0.0)), (right, y(0.0)))),
            Guide::At(at) => shapes.push(line("guide", (x(at), TOP), (x(at), bottom))),
        }
        let most = points().map(|p| p.count).max().unwrap_or(1);
        for (at, series) in self.series.iter().enumerate() {
            let colour = at % COLOURS;
            let finite = || series.points.iter().filter(|point| point.is_finite());
            if series.joined {
                let commands = joined(finite().map(|p| (x(p.x), y(p.y))));
                shapes.push(path(&format!("line c{colour} d{colour}"), &commands));
            }
            // A long line needs no point at each of its corners.
            if series.joined && series.points.len() > 20 {
                continue;
            }
            let class = if series.joined { "point" } else { "cloud" };
            for point in finite() {
                let share = f64::from(point.count) / f64::from(most);
                let half = if most == 1 {
                    POINT
                } else {
                    (LARGEST * share.sqrt()).max(0.8)
                };
                let shape = marker(at, (x(point.x), y(point.y)), half);
                shapes.push(path(&format!("{class} c{colour}"), &shape));
            }
        }
        svg(HEIGHT, title, description, id, shapes)
    }

    pub(super) fn numbers(&self, caption: &str) -> Table {
        let mut columns = vec!["", self.x.as_str(), self.y.as_str()];
        let counted = self
            .series
            .iter()
            .flat_map(|s| &s.points)
            .any(|p| p.count != 1);
        if counted {
            columns.push("rows");
        }
        let mut table = Table::new(caption, &columns);
        for series in &self.series {
            for point in &series.points {
                let mut row = vec![series.name.clone(), number(point.x), number(point.y)];
                if counted {
                    row.push(point.count.to_string());
                }
                table.rows.push(row);
            }
        }
        table
    }

    /// Which mark is which series; nothing where there is only one.
    pub(super) fn legend(&self) -> Option<Html> {
        if self.series.len() < 2 {
            return None;
        }
        let entry = |(at, series): (usize, &Series)| {
            let colour = at % COLOURS;
            let mut mark = Vec::new();
            if series.joined {
                mark.push(path(&format!("line c{colour} d{colour}"), "M0 7H28"));
            }
            mark.push(path(
                &format!("point c{colour}"),
                &marker(at, (14.0, 7.0), POINT),
            ));
            let attributes = [("viewBox", "0 0 28 14"), ("aria-hidden", "true")];
            let mark = Html::element("svg", &attributes, mark);
            Html::element("li", &[], [mark, Html::text(&series.name)])
        };
        let entries = self.series.iter().enumerate().map(entry);
        Some(Html::element("ul", &[("class", "legend")], entries))
    }
}

fn joined(places: impl Iterator<Item = (f64, f64)>) -> String {
    let mut commands = String::new();
    for (x, y) in places {
        let letter = if commands.is_empty() { 'M' } else { 'L' };
        commands += &format!("{letter}{x:.1} {y:.1}");
    }
    commands
}

/// A shape of its own for each of four series, for eyes that don't tell colours apart.
fn marker(series: usize, (x, y): (f64, f64), half: f64) -> String {
    match series % 4 {
        0 => format!(
            "M{:.1} {y:.1}a{half:.1} {half:.1} 0 1 0 {:.1} 0a{half:.1} {half:.1} 0 1 0 {:.1} 0",
            x - half,
            2.0 * half,
            -2.0 * half
        ),
        1 => format!(
            "M{:.1} {:.1}h{:.1}v{:.1}h{:.1}z",
            x - half,
            y - half,
            2.0 * half,
            2.0 * half,
            -2.0 * half
        ),
        2 => format!(
            "M{x:.1} {:.1}l{half:.1} {:.1}h{:.1}z",
            y - half,
            2.0 * half,
            -2.0 * half
        ),
        _ => format!(
            "M{x:.1} {:.1}l{half:.1} {half:.1}l{:.1} {half:.1}l{:.1} {:.1}z",
            y - half,
            -half,
            -half,
            -half
        ),
    }
}
