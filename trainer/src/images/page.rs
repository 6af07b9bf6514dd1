//! A comparison of models of pictures as a page.

use super::compare::{DivisionSize, Report, Row};
use super::spread::Spread;
use crate::failure;
use crate::fit::{Curve, Point as Step};
use crate::report::{
    Bar, Bars, Block, Figure, Guide, Page, Plot, Point, Section, Series, Table, Xy, number,
};

/// The page of a comparison.
pub fn page(report: &Report) -> Page {
    let divisions = report.protocol.divisions.iter();
    let figures = divisions.map(|own| figures(report, own));
    let sections = [failure::section(&report.failed)]
        .into_iter()
        .chain(figures.map(Some))
        .chain([curves(report), Some(protocol(report))]);
    Page {
        title: "Telling unusual pictures".to_owned(),
        lead: lead(report),
        sections: sections.flatten().collect(),
    }
}

fn lead(report: &Report) -> String {
    let models = report.models.iter().filter(|row| !row.control);
    let by_auroc = |a: &&Row, b: &&Row| a.all.auroc.mean.total_cmp(&b.all.auroc.mean);
    let Some(best) = models.max_by(by_auroc) else {
        return String::new();
    };
    format!(
        "{} tells abnormal pictures best from those labelled {}: an AUROC of {} ({}).",
        best.name,
        report.protocol.normal,
        with_interval(&best.all.auroc),
        best.protocol
    )
}

fn with_interval(spread: &Spread) -> String {
    match spread.interval > 0.0 {
        true => format!("{} ± {}", number(spread.mean), number(spread.interval)),
        false => number(spread.mean),
    }
}

fn figures(report: &Report, division: &DivisionSize) -> Section {
    let rows = report.rows_of(division);
    let bar = |row: &&Row| {
        let spread = row.all.auroc;
        let (low, high) = (spread.mean - spread.interval, spread.mean + spread.interval);
        Bar {
            name: row.name.clone(),
            value: spread.mean,
            interval: (spread.interval > 0.0).then_some((low.max(0.0), high.min(1.0))),
        }
    };
    let figure = Figure {
        title: "AUROC by model".to_owned(),
        description: format!("Of all test pictures; ± is {}.", report.protocol.interval),
        plot: Plot::Bars(Bars {
            unit: "AUROC".to_owned(),
            bars: rows.iter().map(bar).collect(),
        }),
    };
    let mut columns = vec![
        "model".to_owned(),
        "fits".into(),
        "AUROC".into(),
        "AUPRC".into(),
    ];
    if let Some(first) = rows.first() {
        columns.extend(
            first
                .labels
                .iter()
                .map(|part| format!("AUROC, {}", part.name)),
        );
        columns.extend(
            first
                .grades
                .iter()
                .map(|part| format!("AUROC, grade {}", part.name)),
        );
    }
    columns.extend(["fit, s".to_owned(), "score, s".to_owned()]);
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new("Figures of each model on the test pictures", &names);
    for row in &rows {
        let mut cells = vec![
            row.name.clone(),
            row.fits.to_string(),
            with_interval(&row.all.auroc),
            with_interval(&row.all.auprc),
        ];
        let parts = row.labels.iter().chain(&row.grades);
        cells.extend(parts.map(|part| number(part.judgement.auroc.mean)));
        cells.extend([row.fit_seconds, row.score_seconds].map(|s| format!("{s:.2}")));
        table.rows.push(cells);
    }
    Section {
        title: division.protocol.clone(),
        intro: "Parts are of the pictures of one label or grade against all normal ones. Mean intensity and border know \
                nothing of what a picture shows: what they tell comes from how pictures were taken."
            .to_owned(),
        blocks: vec![Block::Table(table), Block::Figures(vec![figure])],
    }
}

/// How the first fit of each network went; nothing where there is none.
fn curves(report: &Report) -> Option<Section> {
    let recorded = report.models.iter().filter_map(|row| {
        let name = match report.protocol.divisions.len() {
            1 => row.name.clone(),
            _ => format!("{} ({})", row.name, row.contamination),
        };
        Some((name, row.curve.as_ref()?))
    });
    let recorded: Vec<(String, &Curve)> = recorded.collect();
    let figure = |title: &str, description: &str, y: &str, value: &dyn Fn(&Step) -> Option<f64>| {
        let series = |(name, curve): &(String, &Curve)| {
            let points = curve.points.iter();
            let points = points.filter_map(|own| Some((own.step, value(own)?)));
            Series {
                name: name.clone(),
                joined: true,
                points: points.map(|(x, y)| Point::new(f64::from(x), y)).collect(),
            }
        };
        let series: Vec<Series> = recorded.iter().map(series).collect();
        let series: Vec<Series> = (series.into_iter())
            .filter(|own| !own.points.is_empty())
            .collect();
        (!series.is_empty()).then(|| Figure {
            title: title.to_owned(),
            description: description.to_owned(),
            plot: Plot::Xy(Xy {
                x: "epoch".to_owned(),
                y: y.to_owned(),
                series,
                guide: Guide::None,
            }),
        })
    };
    let told = |name: &'static str| move |own: &Step| own.metrics.get(name);
    let figures = [
        figure(
            "Training loss",
            "Falls by a step where pre-training ends, as losses of features count less from there on.",
            "loss",
            &|own| Some(own.loss),
        ),
        figure(
            "Entropy",
            "Mean entropy of each picture's likeness to all rows of the bank when a round begins: the lower, the closer \
             together its neighbours lie.",
            "nats",
            &told("entropy"),
        ),
        figure(
            "Purity",
            "Share of the anchors' neighbours that show what the anchor does; labels are told of here and never learnt.",
            "share",
            &told("purity"),
        ),
    ];
    let figures: Vec<Figure> = figures.into_iter().flatten().collect();
    (!figures.is_empty()).then(|| Section {
        title: "Learning curves".to_owned(),
        intro: "Of the first seed's fit of each network.".to_owned(),
        blocks: vec![Block::Figures(figures)],
    })
}

fn protocol(report: &Report) -> Section {
    let columns = [
        "division",
        "learnt from",
        "abnormal among them",
        "known abnormal",
        "validation",
        "judged by",
        "of patients learnt from",
    ];
    let mut divisions = Table::new("Pictures of each division", &columns);
    for own in &report.protocol.divisions {
        let counts = [
            own.train,
            own.contaminated,
            own.known_abnormal,
            own.validation,
            own.test,
            own.overlap,
        ];
        let mut cells = vec![own.protocol.clone()];
        cells.extend(counts.map(|count| count.to_string()));
        divisions.rows.push(cells);
    }
    let mut labels = Table::new("Pictures by label", &["label", "pictures"]);
    let row = |(label, count): &(String, usize)| vec![label.clone(), count.to_string()];
    labels.rows.extend(report.data.labels.iter().map(row));
    let notes = report.protocol.notes.join(" ");
    Section {
        title: "Pictures and protocol".to_owned(),
        intro: format!(
            "Made by {}, from data with the digest {}. {notes}",
            report.protocol.version, report.data.sha256
        ),
        blocks: vec![Block::Table(divisions), Block::Table(labels)],
    }
}
