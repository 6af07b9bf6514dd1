//! The comparison of recommenders as a page.

mod accuracy;
mod curves;
mod for_whom;
mod setting;
mod trade_offs;

use super::is_random;
use super::report::{Report, Row, main_cutoff};
use crate::evaluate::Estimate;
use crate::failure;
use crate::report::{Page, number};

/// The page of a comparison.
pub fn page(report: &Report) -> Page {
    let best = best(report);
    let k = main_cutoff(&report.protocol.cutoffs);
    let lead = best.map_or(String::new(), |row| {
        format!(
            "{} ranks best on {} test cases: NDCG@{k} {}, recall@{k} {}.",
            row.name,
            report.protocol.cases,
            with_interval(row, &format!("ndcg@{k}")),
            with_interval(row, &format!("recall@{k}")),
        )
    });
    let sections = [
        failure::section(&report.failed),
        Some(accuracy::accuracy(report, k)),
        accuracy::ratings(report),
        accuracy::precision_of_test_items(report),
        Some(trade_offs::breadth(report, k)),
        Some(for_whom::for_whom(report, k)),
        curves::curves(report),
        Some(trade_offs::cost(report, k)),
        Some(setting::data(report)),
        Some(setting::protocol(report)),
    ];
    Page {
        title: "Recommenders compared".to_owned(),
        lead,
        sections: sections.into_iter().flatten().collect(),
    }
}

/// The model with the largest NDCG, random apart; of equals the first.
fn best(report: &Report) -> Option<&Row> {
    let k = main_cutoff(&report.protocol.cutoffs);
    let ndcg = |row: &Row| metric(row, "ndcg", k);
    let models = report.models.iter().rev();
    models
        .filter(|row| !is_random(&row.name))
        .max_by(|a, b| ndcg(a).total_cmp(&ndcg(b)))
}

fn metric(row: &Row, family: &str, k: usize) -> f64 {
    row.metrics
        .get(&format!("{family}@{k}"))
        .unwrap_or(f64::NAN)
}

/// A metric as a table shows it, with its deviation over the seeds.
fn shown(row: &Row, metric: &str) -> String {
    let mean = row.metrics.get(metric).map_or("–".to_owned(), number);
    match row.deviations.get(metric) {
        // May be broken before the sign, and not after it.
        Some(deviation) => format!("{mean} ±\u{a0}{}", number(deviation)),
        None => mean,
    }
}

fn interval<'a>(estimates: &'a [Estimate], metric: &str) -> Option<&'a Estimate> {
    estimates.iter().find(|estimate| estimate.metric == metric)
}

fn with_interval(row: &Row, metric: &str) -> String {
    interval(&row.intervals, metric).map_or("–".to_owned(), |found| {
        format!(
            "{} ({} to {})",
            number(found.mean),
            number(found.low),
            number(found.high)
        )
    })
}
