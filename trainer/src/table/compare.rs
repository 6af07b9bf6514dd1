//! Fits models to the training part of a table and judges them by the rest.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::Result;
use doorstep_shared::knn::{Categorical, Preparation, Rows, UNSEEN};
use serde::Serialize;

use super::frame::ColumnReport;
use super::interval::{Interval, RESAMPLES, interval};
use super::prepared::{PreparedColumn, prepared};
use super::size::Size;
use super::{
    Curve, Figures, Frame, Missing, Parts, PrepareOptions, TableArgs, TableModel, diagnosis, fit,
    judge, load, parts, predictions, prepare, rows,
};
use crate::failure::{self, Failure};
use crate::progress::Progress;
use crate::split::SplitMethod;

/// A table, divided and prepared.
pub struct Divided {
    /// The typed table.
    pub frame: Frame,
    /// Its division.
    pub parts: Parts,
    /// Fitted to the training part, or to all rows where asked.
    pub preparation: Preparation,
    /// The training rows.
    pub train: Rows,
    /// The held-out rows.
    pub test: Rows,
    /// What was left out or is odd, one sentence each.
    pub notes: Vec<String>,
}

/// One model's line of the report.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The model's name.
    pub name: &'static str,
    /// Its hyper-parameters.
    pub config: TableModel,
    /// Neighbours of a prediction: those asked for, or those chosen.
    pub neighbours: usize,
    /// Of the test part.
    pub metrics: Figures,
    /// Of R² or accuracy on the test part.
    pub interval: Interval,
    /// Of the training part, each row predicted without itself.
    pub leave_one_out: Figures,
    /// Scores by k, where k was chosen.
    pub curve: Option<Curve>,
    /// Predicted against true values, and residuals by feature.
    pub diagnosis: diagnosis::Diagnosis,
    /// What it takes in a bundle.
    pub size: Size,
    /// Wall-clock seconds of fitting.
    pub fit_seconds: f64,
    /// Wall-clock seconds of predicting the test part.
    pub predict_seconds: f64,
}

/// The whole result.
#[derive(Debug, Serialize)]
pub struct Report {
    /// In the order asked for.
    pub models: Vec<Row>,
    /// Models that were asked for and could not be fitted.
    pub failed: Vec<Failure>,
    /// What was done.
    pub protocol: Protocol,
    /// To what data.
    pub data: Data,
}

/// What was done, so that figures can be compared.
#[derive(Debug, Serialize)]
pub struct Protocol {
    /// How the rows were divided.
    pub split: String,
    /// What was predicted.
    pub target: String,
    /// Rows to learn from.
    pub train: usize,
    /// Rows judged by.
    pub test: usize,
    /// Whether means and deviations are of all rows instead of the training part.
    pub scale_before_split: bool,
    /// Resamples of the test rows that intervals are taken over.
    pub resamples: usize,
    /// The program that did it.
    pub version: &'static str,
    /// What was left out or is odd, one sentence each.
    pub notes: Vec<String>,
}

/// The table that was read.
#[derive(Debug, Serialize)]
pub struct Data {
    /// SHA-256 over all that models see.
    pub sha256: String,
    /// Complete rows.
    pub rows: usize,
    /// Kind, role and gaps of each column.
    pub columns: Vec<ColumnReport>,
    /// What was fitted to each feature before any model.
    pub preparation: Vec<PreparedColumn>,
}

/// Reads, divides and prepares a table.
pub fn divide(args: &TableArgs, split: &SplitMethod, progress: &Progress) -> Result<Divided> {
    let frame = load(args, progress)?;
    let parts = parts(frame.len(), split)?;
    let all: Vec<u32> = (0..frame.len() as u32).collect();
    let members = if args.scale_before_split {
        &all
    } else {
        &parts.train
    };
    let options = prepare_options(args);
    let (preparation, odd) = prepare(&frame, members, &options)?;
    let test = rows(&frame, &preparation, &parts.test);
    Ok(Divided {
        train: rows(&frame, &preparation, &parts.train),
        notes: [frame.notes.clone(), odd, unseen(&preparation, &test)].concat(),
        test,
        preparation,
        parts,
        frame,
    })
}

/// A sentence for each feature that has categories in the test part which training lacks.
fn unseen(preparation: &Preparation, test: &Rows) -> Vec<String> {
    let features = preparation.categorical.iter().enumerate();
    let note = |(at, feature): (usize, &Categorical)| {
        let rows = 0..test.len() as u32;
        let count = rows
            .filter(|&row| test.categories(row)[at] == UNSEEN)
            .count();
        (count > 0).then(|| {
            format!(
                "column {}: {count} rows held out have a category that training lacks; it is equally far from all others",
                feature.name
            )
        })
    };
    features.filter_map(note).collect()
}

/// What the options say of preparation.
pub fn prepare_options(args: &TableArgs) -> PrepareOptions {
    PrepareOptions {
        impute: args.missing == Missing::Impute,
        ages: args.reference_year.map(|year| (args.year.clone(), year)),
    }
}

/// Fits each of `models` and judges it. One that can't be fitted doesn't keep
/// the others from it.
pub fn compare(
    args: &TableArgs,
    split: &SplitMethod,
    models: &[TableModel],
    progress: &Progress,
) -> Result<Report> {
    let divided = divide(args, split, progress)?;
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    for config in models {
        match row(config, &divided, progress) {
            Ok(row) => lines.push(row),
            Err(error) => failed.push(Failure::new(config.name(), &error)),
        }
    }
    Ok(Report {
        models: lines,
        failed,
        protocol: Protocol {
            split: split.to_string(),
            target: divided.frame.target_name.clone(),
            train: divided.parts.train.len(),
            test: divided.parts.test.len(),
            scale_before_split: args.scale_before_split,
            resamples: RESAMPLES,
            version: concat!("doorstep ", env!("CARGO_PKG_VERSION")),
            notes: divided.notes,
        },
        data: Data {
            sha256: divided.frame.fingerprint.clone(),
            rows: divided.frame.len(),
            columns: divided.frame.report,
            preparation: prepared(&divided.preparation),
        },
    })
}

fn row(config: &TableModel, divided: &Divided, progress: &Progress) -> Result<Row> {
    let name = config.name();
    let clock = Instant::now();
    let train = divided.train.clone();
    let fitted = fit(
        config,
        &divided.frame,
        &divided.preparation,
        train,
        progress,
    )?;
    let fit_seconds = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let predicted = predictions(&fitted.model, &divided.test);
    let predict_seconds = clock.elapsed().as_secs_f64();
    let (task, targets) = (&fitted.model.task, divided.test.targets());
    let metrics = judge(task, targets, &predicted);
    let (main, figure) = metrics.named()[0];
    progress.say(format!(
        "{name}: {main} {figure:.4}, fitted in {fit_seconds:.2} s, predicted {} rows in {predict_seconds:.2} s",
        predicted.len()
    ));
    Ok(Row {
        name,
        config: config.clone(),
        neighbours: fitted.model.rule.neighbours(),
        metrics,
        interval: interval(task, targets, &predicted),
        leave_one_out: fitted.validation,
        curve: fitted.curve,
        diagnosis: diagnosis::of(task, &divided.preparation, &divided.test, &predicted),
        size: Size::of(&fitted.model)?,
        fit_seconds,
        predict_seconds,
    })
}

/// The report for people.
pub fn text(report: &Report) -> String {
    let failed = failure::text(&report.failed);
    let Some(first) = report.models.first() else {
        return failed;
    };
    let mut text = format!("{:12} {:>4}", report.protocol.target, "k");
    for (name, _) in first.metrics.named() {
        let _ = write!(text, " {name:>9}");
    }
    let (main, _) = first.metrics.named()[0];
    let _ = writeln!(
        text,
        " {:>13} {:>8} {:>10}",
        format!("{main}, 1 out"),
        "fit s",
        "predict s"
    );
    for row in &report.models {
        let _ = write!(text, "{:12} {:>4}", row.name, row.neighbours);
        for (_, value) in row.metrics.named() {
            let _ = write!(text, " {:>9}", super::diagnosis::figure(value));
        }
        let _ = writeln!(
            text,
            " {:>13.4} {:>8.2} {:>10.2}",
            row.leave_one_out.main(),
            row.fit_seconds,
            row.predict_seconds
        );
    }
    for row in &report.models {
        if let Some(curve) = &row.curve {
            let _ = write!(
                text,
                "\n{}: {main} by k, training rows against folds\n",
                row.name
            );
            for point in curve
                .points
                .iter()
                .filter(|p| p.k % 10 == 1 || p.k == curve.best)
            {
                let chosen = if point.k == curve.best {
                    "  chosen"
                } else {
                    ""
                };
                let _ = writeln!(
                    text,
                    "{:>6} {:>9.4} {:>9.4}{chosen}",
                    point.k, point.train, point.validation
                );
            }
        }
        text += &diagnosis::text(row.name, &row.diagnosis);
    }
    if !failed.is_empty() {
        let _ = write!(text, "\n{failed}");
    }
    let protocol = &report.protocol;
    let _ = write!(
        text,
        "\n{} rows to learn from, {} to judge by ({}), standardised by {}; data {}\n",
        protocol.train,
        protocol.test,
        protocol.split,
        if protocol.scale_before_split {
            "all rows"
        } else {
            "the training part"
        },
        &report.data.sha256[..12]
    );
    for column in &report.data.columns {
        let gaps = match column.missing + column.not_numeric {
            0 => String::new(),
            n => format!(", {n} missing"),
        };
        let kind = column.kind.name();
        let _ = writeln!(text, "  {:20} {kind}, {}{gaps}", column.column, column.role);
    }
    protocol
        .notes
        .iter()
        .for_each(|note| _ = writeln!(text, "{note}"));
    text
}
