//! The comparison of recommenders as a page.

use super::is_random;
use super::report::{Report, Row, main_cutoff};
use super::strata::Stratum;
use super::text::{COLUMNS, about, label};
use crate::evaluate::{Estimate, RATING_METRICS};
use crate::report::{
    Bar, Bars, Block, Figure, Guide, Page, Plot, Point, Section, Series, Table, Xy, number,
};

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
        Some(accuracy(report, k)),
        ratings(report),
        Some(breadth(report, k)),
        Some(for_whom(report, k)),
        Some(cost(report, k)),
        Some(data(report)),
        Some(protocol(report)),
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

fn accuracy(report: &Report, k: usize) -> Section {
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
            let values = names.map(|family| number(metric(row, family, k)));
            table.rows.push([&[label(row)], &values[..]].concat());
        }
        Block::Table(table)
    }));
    Section {
        title: "Accuracy".to_owned(),
        intro: "Every model ranks the whole catalogue for the same test cases. More is better, but for gini, of which less \
                is, and popularity-bias, which is best near 0."
            .to_owned(),
        blocks,
    }
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
                "{:+.4} ({:+.4} to {:+.4})",
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
fn ratings(report: &Report) -> Option<Section> {
    let columns: Vec<&str> = ["model"].into_iter().chain(RATING_METRICS).collect();
    let mut table = Table::new(
        "Errors of predicted ratings of the test interactions",
        &columns,
    );
    for row in &report.models {
        let errors = RATING_METRICS.map(|metric| row.metrics.get(metric));
        if errors.iter().any(Option::is_some) {
            let shown = errors.map(|error| error.map_or("–".to_owned(), number));
            table.rows.push([&[label(row)], &shown[..]].concat());
        }
    }
    (!table.rows.is_empty()).then(|| Section {
        title: "Ratings".to_owned(),
        intro: "Less is better. Plain figures are with users as fitted; folded in, users are known by their history alone, \
                as visitors are."
            .to_owned(),
        blocks: vec![Block::Table(table)],
    })
}

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

fn breadth(report: &Report, k: usize) -> Section {
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

fn for_whom(report: &Report, k: usize) -> Section {
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

fn cost(report: &Report, k: usize) -> Section {
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

fn data(report: &Report) -> Section {
    let (shape, statistics) = (&report.shape, &report.shape.statistics);
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let tail = Figure {
        title: "Long tail".to_owned(),
        description: "How much of all interactions the most popular items have. On the diagonal all items would be alike.".to_owned(),
        plot: Plot::Xy(Xy {
            x: "share of the items, most popular first".to_owned(),
            y: "share of the interactions".to_owned(),
            series: vec![Series {
                name: "interactions".to_owned(),
                joined: true,
                points: shape.long_tail.iter().map(|&(x, y)| Point::new(x, y)).collect(),
            }],
            guide: Guide::Equal,
        }),
    };
    Section {
        title: "Data".to_owned(),
        intro: "All interactions that were read, after filters and before the division.".to_owned(),
        blocks: vec![
            Block::Facts(vec![
                fact("users", statistics.users.to_string()),
                fact("items", statistics.items.to_string()),
                fact("interactions", statistics.actions.to_string()),
                fact("density", format!("{:.5} %", 100.0 * statistics.density)),
                fact(
                    "interactions a user",
                    format!(
                        "{:.2}, median {}",
                        statistics.mean_user_history, shape.median_user_history
                    ),
                ),
                fact(
                    "interactions an item",
                    format!(
                        "{:.2}, median {}",
                        statistics.mean_item_history, shape.median_item_history
                    ),
                ),
            ]),
            Block::Figures(vec![tail]),
        ],
    }
}

fn protocol(report: &Report) -> Section {
    let protocol = &report.protocol;
    let mut facts = vec![
        ("split".to_owned(), protocol.split.clone()),
        ("seed".to_owned(), protocol.seed.to_string()),
        ("version".to_owned(), protocol.version.to_owned()),
        ("data (SHA-256)".to_owned(), report.data.sha256.clone()),
    ];
    for row in &report.models {
        let config = row.config.as_ref().map(serde_json::to_string);
        if let Some(Ok(config)) = config {
            facts.push((format!("{}: settings", row.name), config));
        }
    }
    Section {
        title: "Protocol".to_owned(),
        intro: "What it takes to get the same figures again. Only times differ from run to run."
            .to_owned(),
        blocks: vec![
            Block::Facts(facts),
            Block::Notes(
                about(report)
                    .lines()
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
        ],
    }
}
