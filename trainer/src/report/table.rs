//! Tables with a caption, which scroll sideways where they are too wide.

use super::html::Html;

/// A table; every row has a cell for each column.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The heading of each column.
    pub columns: Vec<String>,
    /// The first cell of a row names the row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty one.
    pub fn new(caption: impl Into<String>, columns: &[&str]) -> Self {
        Self {
            caption: caption.into(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub(super) fn html(&self) -> Html {
        // A heading stands on the side where its numbers do.
        let first = self.rows.first();
        let heading = |(at, text): (usize, &String)| {
            let cell = first.and_then(|row| row.get(at));
            let class = match cell {
                Some(cell) if at > 0 && is_number(cell) => "number",
                _ => "",
            };
            Html::labelled("th", &[("scope", "col"), ("class", class)], text)
        };
        let head = Html::element("tr", &[], self.columns.iter().enumerate().map(heading));
        let row = |cells: &Vec<String>| {
            let cell = |(at, text): (usize, &String)| match at {
                0 => Html::labelled("th", &[("scope", "row")], text),
                _ if is_number(text) => Html::labelled("td", &[("class", "number")], text),
                _ => Html::labelled("td", &[], text),
            };
            Html::element("tr", &[], cells.iter().enumerate().map(cell))
        };
        let table = Html::element(
            "table",
            &[],
            [
                Html::labelled("caption", &[], &self.caption),
                Html::element("thead", &[], [head]),
                Html::element("tbody", &[], self.rows.iter().map(row)),
            ],
        );
        // What scrolls has to be reachable by keyboard, and what is reachable needs a name.
        let attributes = [
            ("class", "wide"),
            ("role", "region"),
            ("tabindex", "0"),
            ("aria-label", &self.caption),
        ];
        Html::element("div", &attributes, [table])
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '−' | '–' | '.'))
}

/// A figure for people: four decimals below 10, two below 1000, none above; a dash where there is none.
pub fn number(value: f64) -> String {
    match value.abs() {
        small if small < 10.0 => format!("{value:.4}"),
        middle if middle < 1000.0 => format!("{value:.2}"),
        large if large.is_finite() => format!("{value:.0}"),
        _ => "–".to_owned(),
    }
}
