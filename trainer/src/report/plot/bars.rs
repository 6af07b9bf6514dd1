//! A bar for each of some names, with the interval that its value lies in.

use super::axis::Axis;
use super::paper::{MARGIN, WIDTH, line, svg, words};
use crate::report::html::Html;
use crate::report::table::{Table, number};

/// Height of a bar with its name.
const ROW: f64 = 44.0;
/// Left and right of the axis, for half of its outermost ticks.
const SIDE: f64 = 20.0;

/// Bars from 0, one below the other.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What the values are.
    pub unit: String,
    /// What is compared.
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// What it stands for.
    pub name: String,
    /// Where it ends.
    pub value: f64,
    /// Where the true value probably lies.
    pub interval: Option<(f64, f64)>,
}

impl Bars {
    pub(super) fn svg(&self, title: &str, description: &str, id: &str) -> Html {
        let ends = |bar: &Bar| {
            let (low, high) = bar.interval.unwrap_or((bar.value, bar.value));
            [bar.value, low, high]
        };
        let axis = Axis::over(self.bars.iter().flat_map(ends).chain([0.0]));
        let bottom = MARGIN + ROW * self.bars.len() as f64;
        let x = |value: f64| axis.place(value, SIDE, WIDTH - SIDE);
        let mut shapes = Vec::new();
        for (value, label) in axis.ticks() {
            shapes.push(line("grid", (x(value), MARGIN), (x(value), bottom)));
            shapes.push(words("tick middle", (x(value), bottom + 16.0), &label));
        }
        let unit_at = (WIDTH / 2.0, bottom + 34.0);
        shapes.push(words("label middle", unit_at, &self.unit));
        for (at, bar) in self.bars.iter().enumerate() {
            let top = MARGIN + ROW * at as f64;
            shapes.push(words("label", (SIDE + 2.0, top + 14.0), &bar.name));
            let value_at = (WIDTH - SIDE - 2.0, top + 14.0);
            shapes.push(words("label end", value_at, &number(bar.value)));
            if bar.value.is_finite() {
                let (from, to) = (x(0.0).min(x(bar.value)), x(0.0).max(x(bar.value)));
                let place = [from, top + 20.0, to - from, 16.0].map(|n| format!("{n:.1}"));
                let attributes = [
                    ("class", "bar c0"),
                    ("x", place[0].as_str()),
                    ("y", &place[1]),
                    ("width", &place[2]),
                    ("height", &place[3]),
                ];
                shapes.push(Html::element("rect", &attributes, []));
            }
            if let Some((low, high)) = bar.interval {
                let middle = top + 28.0;
                shapes.push(line("whisker", (x(low), middle), (x(high), middle)));
                for end in [low, high] {
                    shapes.push(line(
                        "whisker",
                        (x(end), middle - 5.0),
                        (x(end), middle + 5.0),
                    ));
                }
            }
        }
        shapes.push(line("axis", (x(0.0), MARGIN), (x(0.0), bottom)));
        svg(bottom + 44.0, title, description, id, shapes)
    }

    pub(super) fn numbers(&self, caption: &str) -> Table {
        let mut table = Table::new(caption, &["", &self.unit, "95 % interval"]);
        for bar in &self.bars {
            let interval = bar.interval.map_or_else(
                || "–".to_owned(),
                |(low, high)| format!("{} to {}", number(low), number(high)),
            );
            table
                .rows
                .push(vec![bar.name.clone(), number(bar.value), interval]);
        }
        table
    }
}
