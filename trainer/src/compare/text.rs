//! The report of a comparison as a reader at a terminal sees it.

use std::fmt::Write as _;

use super::is_random;
use super::rarity::rarities;
use super::report::{Report, Row, main_cutoff};
use crate::evaluate::{PRECISION_OF_TEST_ITEMS, RATING_METRICS};
use crate::failure;

/// Which of two values of a metric is the better one.
#[derive(Clone, Copy)]
pub(super) enum Better {
    More,
    Less,
    /// The one nearer to 0: a list may be more or less popular than the history.
    Nearer,
}

impl Better {
    /// Larger is better.
    fn merit(self, value: f64) -> f64 {
        match self {
            Self::More => value,
            Self::Less => -value,
            Self::Nearer => -value.abs(),
        }
    }
}

/// Families in the order of their columns.
pub(super) const COLUMNS: [(&str, Better); 11] = [
    ("recall", Better::More),
    ("ndcg", Better::More),
    ("hit-rate", Better::More),
    ("precision", Better::More),
    ("mrr", Better::More),
    ("map", Better::More),
    ("coverage", Better::More),
    ("gini", Better::Less),
    ("diversity", Better::More),
    ("novelty", Better::More),
    ("popularity-bias", Better::Nearer),
];

/// The report as tables for a terminal.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    let width = report
        .models
        .iter()
        .flat_map(|row| [label(row), spread_label(row)])
        .map(|label| label.chars().count())
        .max()
        .unwrap_or(0);
    for &k in &report.protocol.cutoffs {
        let _ = write!(text, "{:width$}", format!("k = {k}"));
        for (family, _) in COLUMNS {
            let _ = write!(text, "  {:>8} ", heading(family));
        }
        text.push('\n');
        for row in &report.models {
            let _ = write!(text, "{:width$}", label(row));
            for (family, better) in COLUMNS {
                let value = |row: &Row| row.metrics.get(&format!("{family}@{k}")).unwrap_or(0.0);
                let own = value(row);
                // Who recommends nothing excels at nothing.
                let shows = |row: &Row| row.metrics.get(&format!("coverage@{k}")) > Some(0.0);
                let counts = |row: &Row| !is_random(&row.name) && shows(row);
                let rivals = report.models.iter().filter(|rival| counts(rival));
                let best = counts(row)
                    && rivals
                        .map(value)
                        .all(|other| better.merit(own) >= better.merit(other));
                let _ = write!(text, "  {:>8}{}", figure(own), if best { '*' } else { ' ' });
            }
            text.push('\n');
            let names = COLUMNS.map(|(family, _)| format!("{family}@{k}"));
            text += &spread(row, &names, width, |shown| format!("  {shown:>8} "));
        }
        text.push('\n');
    }
    text += &ratings_table(report, width);
    text += &test_items_table(report, width);
    text += &differences_table(report, width);
    text += "* best of its column, random apart; lower is better for gini, nearer to 0 for bias\n";
    text += &failure::text(&report.failed);
    text += &about(report);
    text
}

/// A line with the deviations over the seeds under a row's `metrics`; nothing
/// where there are none.
fn spread(row: &Row, metrics: &[String], width: usize, cell: impl Fn(String) -> String) -> String {
    if row.deviations.0.is_empty() {
        return String::new();
    }
    let mut text = format!("{:width$}", spread_label(row));
    for metric in metrics {
        let shown = row.deviations.get(metric).map_or("–".to_owned(), figure);
        text += &cell(shown);
    }
    text + "\n"
}

fn spread_label(row: &Row) -> String {
    match row.deviations.0.is_empty() {
        true => String::new(),
        false => format!("  ± sd, {} seeds", row.seeds.len()),
    }
}

/// Errors of predicted ratings, where a model predicts them.
fn ratings_table(report: &Report, width: usize) -> String {
    let mut text = String::new();
    for row in &report.models {
        let error = |metric: &&str| row.metrics.get(metric);
        if RATING_METRICS.iter().all(|metric| error(metric).is_none()) {
            continue;
        }
        if text.is_empty() {
            let _ = write!(text, "{:width$}", "ratings");
            for metric in RATING_METRICS {
                let _ = write!(text, "  {metric:>14}");
            }
            text.push('\n');
        }
        let _ = write!(text, "{:width$}", label(row));
        for metric in &RATING_METRICS {
            let shown = error(metric).map_or("–".to_owned(), figure);
            let _ = write!(text, "  {shown:>14}");
        }
        text.push('\n');
        let names = RATING_METRICS.map(str::to_owned);
        text += &spread(row, &names, width, |shown| format!("  {shown:>14}"));
    }
    if !text.is_empty() {
        text +=
            "rmse and mae with users as fitted; folded in: users known by their history alone\n";
        for rarity in rarities(report) {
            let _ = writeln!(text, "{rarity}");
        }
        text.push('\n');
    }
    text
}

/// The precision of test items, where it can tell models apart.
fn test_items_table(report: &Report, width: usize) -> String {
    let Some(said) = test_items(report) else {
        return String::new();
    };
    let mut text = format!("{:width$}  {PRECISION_OF_TEST_ITEMS}\n", "test items");
    for row in &report.models {
        if let Some(precision) = row.metrics.get(PRECISION_OF_TEST_ITEMS) {
            let _ = writeln!(text, "{:width$}  {:>22}", label(row), figure(precision));
            let names = [PRECISION_OF_TEST_ITEMS.to_owned()];
            text += &spread(row, &names, width, |shown| format!("  {shown:>22}"));
        }
    }
    format!("{text}{said}\n\n")
}

/// What the precision of test items is; nothing where it is the same for every
/// model, as nobody has more test items than are shown.
pub(super) fn test_items(report: &Report) -> Option<String> {
    let (test_items, least) = (
        report.protocol.test_items.as_ref()?,
        report.protocol.relevant_at?,
    );
    (test_items.with_more_than_ten > 0).then(|| {
        format!(
            "only a user's own test items are ranked, and those rated at least {least} among the first ten counted, over \
             10 even where there are fewer:\nthe best order of all has {}, and only the {} of {} users with more than ten \
             tell models apart; not to be compared with precision@10",
            figure(test_items.ceiling),
            test_items.with_more_than_ten,
            test_items.users
        )
    })
}

fn differences_table(report: &Report, width: usize) -> String {
    let k = main_cutoff(&report.protocol.cutoffs);
    let Some(against) = report.models.iter().find_map(|row| row.difference.as_ref()) else {
        return String::new();
    };
    let mut text = format!(
        "{:width$}  {:30}  {:30}  {:>8}  {:>8}\n",
        format!("less {}", against.against),
        format!("recall@{k} (95 % interval)"),
        format!("ndcg@{k} (95 % interval)"),
        "fit s",
        "rank s"
    );
    for row in &report.models {
        let interval = |family: &str| {
            let name = format!("{family}@{k}");
            let found = row
                .difference
                .as_ref()?
                .metrics
                .iter()
                .find(|d| d.metric == name)?;
            let clear = if found.is_clear() { "" } else { " ~" };
            Some(format!(
                "{:+.4} ({:+.4} … {:+.4}){clear}",
                found.mean, found.low, found.high
            ))
        };
        let shown = |family| interval(family).unwrap_or_else(|| "–".to_owned());
        let _ = writeln!(
            text,
            "{:width$}  {:30}  {:30}  {:>8}  {:>8.2}",
            label(row),
            shown("recall"),
            shown("ndcg"),
            row.fit_seconds
                .map_or("–".to_owned(), |s| format!("{s:.2}")),
            row.evaluate_seconds
        );
    }
    text + "~ the interval holds 0: no clear difference\n"
}

pub(super) fn about(report: &Report) -> String {
    let (protocol, data) = (&report.protocol, &report.data);
    let mut text = format!(
        "\n{} test cases, {}, full ranking of {} items, mid-rank ties, items of the history {}; \
         fitted on {}; diversity by {}\n{} users, {} interactions, data {}\n",
        protocol.cases,
        protocol.split,
        data.items,
        if protocol.include_seen {
            "included"
        } else {
            "excluded"
        },
        protocol.fitted_on,
        protocol.diversity,
        data.users,
        data.interactions,
        &data.sha256[..12],
    );
    text += &seeds(report);
    if let Some(least) = protocol.relevant_at {
        let _ = writeln!(text, "right answers: rated at least {least}");
    }
    protocol
        .notes
        .iter()
        .for_each(|note| _ = writeln!(text, "{note}"));
    text
}

/// Which models were fitted with which seeds.
fn seeds(report: &Report) -> String {
    let listed = |seeds: &[u32]| {
        let seeds: Vec<String> = seeds.iter().map(u32::to_string).collect();
        seeds.join(", ")
    };
    let (drawn, plain): (Vec<&Row>, Vec<&Row>) = report
        .models
        .iter()
        .filter(|row| row.fit_seconds.is_some())
        .partition(|row| !row.seeds.is_empty());
    let names = |rows: &[&Row]| {
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        names.join(", ")
    };
    if report.protocol.seeds.is_empty() {
        let of = |row: &&Row| format!("{} {}", row.name, listed(&row.seeds));
        let drawn: Vec<String> = drawn.iter().map(of).collect();
        return match drawn.is_empty() {
            true => String::new(),
            false => format!("seeds: {}\n", drawn.join("; ")),
        };
    }
    let mut text = format!("seeds {}", listed(&report.protocol.seeds));
    if !drawn.is_empty() {
        let _ = write!(text, ": one fit with each of {}", names(&drawn));
    }
    if !plain.is_empty() {
        let _ = write!(
            text,
            "; fitted once, as nothing in them is drawn: {}",
            names(&plain)
        );
    }
    text + "\n"
}

pub(super) fn label(row: &Row) -> String {
    let baseline = if row.baseline { " (baseline)" } else { "" };
    format!("{}{baseline}", row.name)
}

fn heading(family: &str) -> &str {
    match family {
        "precision" => "prec",
        "diversity" => "divers",
        "popularity-bias" => "bias",
        other => other,
    }
}

/// Four decimals below 10, as many digits above.
fn figure(value: f64) -> String {
    if value.abs() < 10.0 {
        format!("{value:.4}")
    } else {
        format!("{value:.3}")
    }
}
