//! A comparison of models of pictures for people.

use std::fmt::Write as _;

use super::compare::Report;
use super::spread::Spread;
use crate::failure;

/// A figure, with its intervals where there is more than one fit.
pub(super) fn shown(spread: &Spread) -> String {
    match spread.interval > 0.0 {
        true => format!(
            "{:.4} ± {:.4} ({:.4})",
            spread.mean, spread.interval, spread.of_mean
        ),
        false => format!("{:.4}", spread.mean),
    }
}

/// The report for people.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    for division in &report.protocol.divisions {
        _ = writeln!(
            text,
            "{}: {} pictures to learn from ({} of them abnormal), {} known abnormal, {} to judge by",
            division.protocol,
            division.train,
            division.contaminated,
            division.known_abnormal,
            division.test
        );
        if division.overlap > 0 {
            _ = writeln!(
                text,
                "{} of those are of patients that are learnt from as well",
                division.overlap
            );
        }
        let rows = report.rows_of(division);
        let Some(first) = rows.first() else {
            continue;
        };
        _ = write!(text, "\n{:28} {:>24} {:>24}", "", "AUROC", "AUPRC");
        for part in &first.labels {
            _ = write!(text, " {:>14}", part.name);
        }
        for part in &first.grades {
            _ = write!(text, " {:>8}", format!("grade {}", part.name));
        }
        text.push('\n');
        for row in rows {
            _ = write!(
                text,
                "{:28} {:>24} {:>24}",
                row.name,
                shown(&row.all.auroc),
                shown(&row.all.auprc)
            );
            for part in &row.labels {
                _ = write!(text, " {:>14.4}", part.judgement.auroc.mean);
            }
            for part in &row.grades {
                _ = write!(text, " {:>8.4}", part.judgement.auroc.mean);
            }
            text.push('\n');
        }
        text.push('\n');
    }
    let failed = failure::text(&report.failed);
    if !failed.is_empty() {
        _ = writeln!(text, "{failed}");
    }
    let labels: Vec<String> = report
        .data
        .labels
        .iter()
        .map(|(l, n)| format!("{l} ({n})"))
        .collect();
    _ = writeln!(
        text,
        "AUROC by abnormal label and grade on the right, each against all normal pictures; ± is {}. Mean intensity and border \
         know nothing of what a picture shows: what they tell comes from how pictures were taken.\n\
         Labels: {}; normal is {}. Data {}",
        report.protocol.interval,
        labels.join(", "),
        report.protocol.normal,
        &report.data.sha256[..12]
    );
    report
        .protocol
        .notes
        .iter()
        .for_each(|note| _ = writeln!(text, "{note}"));
    text
}
