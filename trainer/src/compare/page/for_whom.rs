//! For whom the models work.

use crate::compare::is_random;
use crate::compare::report::{Report, Row};
use crate::compare::strata::Stratum;
use crate::compare::text::label;
use crate::report::{Block, Figure, Guide, Plot, Point, Section, Series, Table, Xy, number};

pub(super) fn for_whom(report: &Report, k: usize) -> Section {
    let lines = |title: &str, description: &str, x: &str, strata: fn(&Row) -> &[Stratum]| {
        let series = |row: &Row| Series {
            name: label(row),
            joined: true,
            points: strata(row)
                .iter()
                .map(|stratum| Point::new(f64::from(stratum.from), stratum.ndcg))
                .collect(),
        };
        let shown = report.models.iter().filter(|row| !is_random(&row.name));
        Figure {
            title: title.to_owned(),
            description: description.to_owned(),
            plot: Plot::Xy(Xy {
                x: x.to_owned(),
                y: format!("NDCG@{k}"),
                series: shown.map(series).collect(),
                guide: Guide::Zero,
            }),
        }
    };
    let table = |caption: String, count: &str, strata: fn(&Row) -> &[Stratum]| {
        let first = report.models.first().map_or(&[][..], strata);
        let labels: Vec<String> = first
            .iter()
            .map(|s| format!("{}: {} {count}", s.label(), s.count))
            .collect();
        let columns: Vec<&str> = ["model"]
            .into_iter()
            .chain(labels.iter().map(String::as_str))
            .collect();
        let mut table = Table::new(caption, &columns);
        for row in &report.models {
            let cells = strata(row).iter().map(|stratum| number(stratum.ndcg));
            table
                .rows
                .push([label(row)].into_iter().chain(cells).collect());
        }
        Block::Table(table)
    };
    Section {
        title: "For whom".to_owned(),
        intro: "The same figures of parts of the test cases, each point at the least number of its part.".to_owned(),
        blocks: vec![
            Block::Figures(vec![
                lines(
                    "By length of the history",
                    "Mean over the cases whose history has so many events.",
                    "events in the history",
                    |row| &row.by_history,
                ),
                lines(
                    "By popularity of the right answer",
                    "Mean gain of the right answers that have so many training interactions.",
                    "training interactions",
                    |row| &row.by_popularity,
                ),
            ]),
            table(format!("NDCG@{k} by events in the history"), "cases", |row| &row.by_history),
            table(format!("NDCG@{k} by training interactions of the right answer"), "answers", |row| &row.by_popularity),
        ],
    }
}
