//! What accuracy costs: breadth, bytes and time.

use super::metric;
use crate::compare::report::{Report, Row};
use crate::compare::text::label;
use crate::report::{Block, Figure, Guide, Plot, Point, Section, Series, Table, Xy};

/// A point for each model, a shape and colour each.
fn scatter(
    report: &Report,
    (title, description): (&str, &str),
    (x, y): (&str, &str),
    at: impl Fn(&Row) -> (f64, f64),
) -> Figure {
    let series = |row: &Row| {
        let (x, y) = at(row);
        Series {
            name: label(row),
            joined: false,
            points: vec![Point::new(x, y)],
        }
    };
    Figure {
        title: title.to_owned(),
        description: description.to_owned(),
        plot: Plot::Xy(Xy {
            x: x.to_owned(),
            y: y.to_owned(),
            series: report.models.iter().map(series).collect(),
            guide: Guide::None,
        }),
    }
}

pub(super) fn breadth(report: &Report, k: usize) -> Section {
    let ndcg = format!("NDCG@{k}");
    let against = |family: &str, name: &str, description: &str| {
        scatter(
            report,
            (&format!("Accuracy against {name}"), description),
            (&format!("{name}@{k}"), &ndcg),
            |row| (metric(row, family, k), metric(row, "ndcg", k)),
        )
    };
    Section {
        title: "Accuracy against breadth".to_owned(),
        intro: "Up is more accurate, right is broader: a model to the upper right of another is better in both.".to_owned(),
        blocks: vec![Block::Figures(vec![
            against("coverage", "coverage", "Coverage is the share of the catalogue that is shown to anybody."),
            against("novelty", "novelty", "Novelty is the mean self-information of the items shown, in bits."),
        ])],
    }
}

pub(super) fn cost(report: &Report, k: usize) -> Section {
    let mut table = Table::new(
        "Time and size of each model",
        &["model", "fit, s", "evaluation, s", "bytes in a bundle"],
    );
    for row in &report.models {
        table.rows.push(vec![
            label(row),
            row.fit_seconds
                .map_or("–".to_owned(), |s| format!("{s:.2}")),
            format!("{:.2}", row.evaluate_seconds),
            row.bytes.map_or("–".to_owned(), |bytes| bytes.to_string()),
        ]);
    }
    let kilobytes = |row: &Row| row.bytes.map_or(f64::NAN, |bytes| bytes as f64 / 1e3);
    Section {
        title: "Cost".to_owned(),
        intro:
            "A bundle holds its catalogue besides; a visitor fetches only what their query reads."
                .to_owned(),
        blocks: vec![
            Block::Figures(vec![
                scatter(
                    report,
                    (
                        "Accuracy against size",
                        "Size of the model's own files in a bundle.",
                    ),
                    ("kB in a bundle", &format!("NDCG@{k}")),
                    |row| (kilobytes(row), metric(row, "ndcg", k)),
                ),
                scatter(
                    report,
                    (
                        "Accuracy against time",
                        "Wall-clock time of the fit on this machine.",
                    ),
                    ("seconds to fit", &format!("NDCG@{k}")),
                    |row| (row.fit_seconds.unwrap_or(f64::NAN), metric(row, "ndcg", k)),
                ),
            ]),
            Block::Table(table),
        ],
    }
}
