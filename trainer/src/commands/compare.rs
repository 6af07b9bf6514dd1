//! `doorstep compare`: fits models and judges them on one division of the data.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;

use crate::cli::Output;
use crate::compare::{
    Fingerprint, Options, Protocol, RESAMPLES, Report, Row, compare, is_random, main_cutoff,
};
use crate::division::{Division, DivisionArgs};
use crate::save::save;
use crate::settings::SettingArgs;
use crate::table::{TableArgs, compare as compare_table, report as table_report, table_models};

/// Fits models and judges them by full ranking of the whole catalogue.
///
/// Popularity, recent popularity and random scores always stand beside the
/// models asked for. With --table, models of one column of a table (knn,
/// knn-local) are judged by the rows held out.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    division: DivisionArgs,
    #[command(flatten)]
    table: TableArgs,
    /// The models, separated by commas: popularity, recent-popularity, item-knn, ease, next-linear; for tables knn, knn-local.
    #[arg(long, required = true, value_delimiter = ',', value_name = "MODEL,…")]
    models: Vec<String>,
    #[command(flatten)]
    settings: SettingArgs,
    /// Fit on the training and the validation part.
    #[arg(long)]
    refit: bool,
    /// What differences are taken to: best, first or a model's name.
    #[arg(long, default_value = "best", value_name = "MODEL")]
    against: String,
    /// Of the bootstrap and of the random baseline.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Also write the report, as --json prints it, to this file.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Also write the report of a table's models as one HTML page with plots to this file.
    #[arg(long, value_name = "FILE", requires = "table")]
    report: Option<PathBuf>,
}

impl Args {
    /// Checks every option, then reads, divides, fits, judges and reports.
    pub fn run(self, output: &Output) -> Result<()> {
        if self.table.is_given() {
            return compare_tables(&self, output);
        }
        let configs = self.settings.configs(&self.models)?;
        let progress = output.progress();
        let Division {
            dataset,
            split,
            context,
        } = self.division.load(&progress)?;
        let options = Options {
            refit: self.refit,
            against: self.against.clone(),
            seed: self.seed,
        };
        let (models, fit_notes) = compare(&configs, &split, &context, &options, &progress)?;
        let report = Report {
            models,
            protocol: Protocol {
                split: split.protocol.clone(),
                ranking: "full",
                ties: "mid-rank",
                include_seen: self.division.include_seen,
                refit: self.refit,
                relevant_at: self.division.relevant_at,
                cases: split.test.len(),
                diversity: context.similarity.name(),
                cutoffs: context.cutoffs,
                resamples: RESAMPLES,
                seed: self.seed,
                notes: [split.notes, fit_notes].concat(),
            },
            data: Fingerprint::of(&dataset.interactions),
        };
        let json = serde_json::to_string_pretty(&report)?;
        let shown = if output.json {
            format!("{json}\n")
        } else {
            table(&report)
        };
        output.print(&shown)?;
        if let Some(path) = &self.save {
            save(path, &json)?;
        }
        Ok(())
    }
}

/// The same of a table.
fn compare_tables(args: &Args, output: &Output) -> Result<()> {
    let models = table_models(&args.models, args.settings.assignments()?)?;
    let split = &args.division.split;
    let report = compare_table::compare(&args.table, split, &models, &output.progress())?;
    let json = serde_json::to_string_pretty(&report)?;
    if let Some(path) = &args.save {
        save(path, &json)?;
    }
    if let Some(path) = &args.report {
        save(path, &table_report::page(&report).render())?;
    }
    output.print(&if output.json {
        format!("{json}\n")
    } else {
        compare_table::text(&report)
    })
}

/// Families in the order of their columns, and whether more is better.
const COLUMNS: [(&str, bool); 11] = [
    ("recall", true),
    ("ndcg", true),
    ("hit-rate", true),
    ("precision", true),
    ("mrr", true),
    ("map", true),
    ("coverage", true),
    ("gini", false),
    ("diversity", true),
    ("novelty", true),
    ("popularity-bias", false),
];

fn table(report: &Report) -> String {
    let mut text = String::new();
    let width = report
        .models
        .iter()
        .map(|row| label(row).chars().count())
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
            for (family, more) in COLUMNS {
                let value = |row: &Row| row.metrics.get(&format!("{family}@{k}")).unwrap_or(0.0);
                let own = value(row);
                let rivals = report.models.iter().filter(|rival| !is_random(&rival.name));
                let best = !is_random(&row.name)
                    && rivals
                        .map(value)
                        .all(|other| if more { own >= other } else { own <= other });
                let _ = write!(text, "  {:>8}{}", figure(own), if best { '*' } else { ' ' });
            }
            text.push('\n');
        }
        text.push('\n');
    }
    text += &differences_table(report, width);
    text += "* best of its column, random apart; lower is better for gini and bias\n";
    text += &about(report);
    text
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
            "{:width$}  {:30}  {:30}  {:>8.2}  {:>8.2}",
            label(row),
            shown("recall"),
            shown("ndcg"),
            row.fit_seconds,
            row.evaluate_seconds
        );
    }
    text + "~ the interval holds 0: no clear difference\n"
}

fn about(report: &Report) -> String {
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
        if protocol.refit {
            "training and validation part"
        } else {
            "the training part"
        },
        protocol.diversity,
        data.users,
        data.interactions,
        &data.sha256[..12],
    );
    if let Some(least) = protocol.relevant_at {
        let _ = writeln!(text, "right answers: rated at least {least}");
    }
    protocol
        .notes
        .iter()
        .for_each(|note| _ = writeln!(text, "{note}"));
    text
}

fn label(row: &Row) -> String {
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
