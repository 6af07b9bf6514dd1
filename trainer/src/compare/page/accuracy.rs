//! How right the models are.

use super::{interval, metric, shown};
use crate::compare::rarity::rarities;
use crate::compare::report::{Report, Row};
use crate::compare::text::{COLUMNS, label, test_items};
use crate::evaluate::{PRECISION_OF_TEST_ITEMS, RATING_METRICS};
use crate::report::{Bar, Bars, Block, Figure, Plot, Section, Table};

pub(super) fn accuracy(report: &Report, k: usize) -> Section {
    let bars = |family: &str, name: &str| {
        let metric = format!("{family}@{k}");
        let bar = |row: &Row| Bar {
            name: label(row),
            value: self::metric(row, family, k),
            interval: interval(&row.intervals, &metric).map(|found| (found.low, found.high)),
        };
        Figure {
            title: format!("{name}@{k} by model"),
            description: format!(
                "With the interval that holds 95 % of {} bootstrap resamples of the users.",
                report.protocol.resamples
            ),
            plot: Plot::Bars(Bars {
                unit: format!("{name}@{k}"),
                bars: report.models.iter().map(bar).collect(),
            }),
        }
    };
    let mut blocks = vec![Block::Figures(vec![
        bars("ndcg", "NDCG"),
        bars("recall", "Recall"),
    ])];
    blocks.extend(differences(report, k).map(Block::Table));
    blocks.extend(report.protocol.cutoffs.iter().map(|&k| {
        let names = COLUMNS.map(|(family, _)| family);
        let columns: Vec<&str> = ["model"].into_iter().chain(names).collect();
        let mut table = Table::new(format!("All metrics of lists of {k}"), &columns);
        for row in &report.models {
            let values = names.map(|family| shown(row, &format!("{family}@{k}")));
            table.rows.push([&[label(row)], &values[..]].concat());
        }
        Block::Table(table)
    }));
    Section {
        title: "Accuracy".to_owned(),
        intro: "Every model ranks the whole catalogue for the same test cases. More is better, but for gini, of which less \
                is, and popularity-bias, which is best near 0. What follows ± is the standard deviation over the seeds."
            .to_owned(),
        blocks,
    }
}

/// The precision of test items and what it is, where it can tell models apart.
pub(super) fn precision_of_test_items(report: &Report) -> Option<Section> {
    let intro = test_items(report)?;
    let mut table = Table::new("Of the models' scores", &["model", PRECISION_OF_TEST_ITEMS]);
    for row in &report.models {
        if row.metrics.get(PRECISION_OF_TEST_ITEMS).is_some() {
            let precision = shown(row, PRECISION_OF_TEST_ITEMS);
            table.rows.push(vec![label(row), precision]);
        }
    }
    Some(Section {
        title: "Precision of test items".to_owned(),
        intro: format!("A figure of some notebooks: {intro}."),
        blocks: vec![Block::Table(table)],
    })
}

fn differences(report: &Report, k: usize) -> Option<Table> {
    let against = report
        .models
        .iter()
        .find_map(|row| row.difference.as_ref())?;
    let caption = format!(
        "Less {}, with 95 % intervals of the paired bootstrap over users",
        against.against
    );
    let (recall, ndcg) = (format!("recall@{k}"), format!("ndcg@{k}"));
    let mut table = Table::new(caption, &["model", &recall, "clear", &ndcg, "clear"]);
    for row in &report.models {
        let Some(difference) = &row.difference else {
            continue;
        };
        let cells = [&recall, &ndcg].map(|metric| {
            let found = interval(&difference.metrics, metric)?;
            let shown = format!(
                // On a narrow screen three lines.
                "{:+.4} ({:+.4} to\u{a0}{:+.4})",
                found.mean, found.low, found.high
            );
            Some([
                shown,
                if found.is_clear() { "yes" } else { "no" }.to_owned(),
            ])
        });
        let cells = cells.map(|cell| cell.unwrap_or_else(|| ["–".to_owned(), "–".to_owned()]));
        table
            .rows
            .push([&[label(row)], &cells.concat()[..]].concat());
    }
    Some(table)
}

/// Errors of predicted ratings, where a model predicts them.
pub(super) fn ratings(report: &Report) -> Option<Section> {
    let columns: Vec<&str> = ["model"].into_iter().chain(RATING_METRICS).collect();
    let mut table = Table::new(
        "Errors of predicted ratings of the test interactions",
        &columns,
    );
    for row in &report.models {
        let errors = RATING_METRICS.map(|metric| row.metrics.get(metric));
        if errors.iter().any(Option::is_some) {
            let errors = RATING_METRICS.map(|metric| shown(row, metric));
            table.rows.push([&[label(row)], &errors[..]].concat());
        }
    }
    let rated = !table.rows.is_empty();
    let mut blocks = vec![Block::Table(table)];
    let rarities = rarities(report);
    if !rarities.is_empty() {
        blocks.push(Block::Notes(rarities));
    }
    rated.then(|| Section {
        title: "Ratings".to_owned(),
        intro: "Less is better. Plain figures are with users as fitted; folded in, users are known by their history alone, \
                as visitors are."
            .to_owned(),
        blocks,
    })
}
