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
const COLOURS: usize = 13;
/// Markers and dashes there are, for eyes that don't tell colours apart. No divisor of
/// the colours, so that no two of many series are alike in all.
const SHAPES: usize = 7;

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
            let (colour, dashes) = (at % COLOURS, at % SHAPES);
            let finite = || series.points.iter().filter(|point| point.is_finite());
            if series.joined {
                let commands = joined(finite().map(|p| (x(p.x), y(p.y))));
                shapes.push(path(&format!("line c{colour} d{dashes}"), &commands));
            }
            // A long line needs no point at each of its corners.
            if series.joined && series.points.len() > 20 {
                continue;
            }
            // Of many points, those below others shine through.
            let cloud = !series.joined && series.points.len() > 1;
            let class = if cloud { "cloud" } else { "point" };
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
            let (colour, dashes) = (at % COLOURS, at % SHAPES);
            let mut mark = Vec::new();
            if series.joined {
                mark.push(path(&format!("line c{colour} d{dashes}"), "M0 7H28"));
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

/// A shape of its own for each of seven series: circle, square, triangle, diamond,
/// triangle on its head, cross, and cross on its side.
fn marker(series: usize, (x, y): (f64, f64), half: f64) -> String {
    let polygon = |corners: &[(f64, f64)]| {
        let places = corners
            .iter()
            .map(|(dx, dy)| (x + half * dx, y + half * dy));
        joined(places) + "z"
    };
    // The corners of a cross of arms as wide as a third of it.
    let (w, long) = (0.35, 1.2);
    let cross = [
        (-w, -long),
        (w, -long),
        (w, -w),
        (long, -w),
        (long, w),
        (w, w),
        (w, long),
        (-w, long),
        (-w, w),
        (-long, w),
        (-long, -w),
        (-w, -w),
    ];
    match series % SHAPES {
        0 => format!(
            "M{:.1} {y:.1}a{half:.1} {half:.1} 0 1 0 {:.1} 0a{half:.1} {half:.1} 0 1 0 {:.1} 0",
            x - half,
            2.0 * half,
            -2.0 * half
        ),
        1 => polygon(&[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]),
        2 => polygon(&[(0.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]),
        3 => polygon(&[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)]),
        4 => polygon(&[(-1.0, -1.0), (1.0, -1.0), (0.0, 1.0)]),
        5 => polygon(&cross),
        _ => {
            let turn = std::f64::consts::FRAC_1_SQRT_2;
            polygon(&cross.map(|(dx, dy)| (turn * (dx - dy), turn * (dx + dy))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn thirteen_series_differ_in_colour_and_neighbours_in_shape_too() {
        let point = |at: usize| vec![Point::new(at as f64, 0.0), Point::new(at as f64, 1.0)];
        let series = |at: usize| Series {
            name: at.to_string(),
            joined: true,
            points: point(at),
        };
        let xy = Xy {
            x: String::new(),
            y: String::new(),
            series: (0..COLOURS).map(series).collect(),
            guide: Guide::None,
        };
        let legend = xy.legend().unwrap();
        let style = include_str!("../report.css");
        for at in 0..COLOURS {
            // In light and in dark, and as a class.
            assert_eq!(style.matches(&format!(" --c{at}: #")).count(), 2);
            assert!(style.contains(&format!(".c{at} {{ --c: var(--c{at}); }}")));
            assert!(legend.as_str().contains(&format!("\"point c{at}\"")));
        }
        for dashes in 1..SHAPES {
            assert!(style.contains(&format!(".d{dashes} {{ stroke-dasharray: ")));
        }
        let shapes: BTreeSet<String> = (0..COLOURS).map(|at| marker(at, (0.0, 0.0), 4.0)).collect();
        assert_eq!(shapes.len(), SHAPES);
    }
}
