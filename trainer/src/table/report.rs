//! The comparison of models of a table as a page.

use super::compare::{Report, Row};
use super::diagnosis::Bin;
use crate::failure;
use crate::report::{
    Bar, Bars, Block, Figure, Guide, Page, Plot, Point, Section, Series, Table, Xy, number,
};

/// The page of a comparison.
pub fn page(report: &Report) -> Page {
    let target = &report.protocol.target;
    let sections = [
        failure::section(&report.failed),
        Some(figures(report)),
        choice(report),
        answers(report),
        Some(residuals(report)),
        Some(data(report)),
        Some(protocol(report)),
    ];
    Page {
        title: format!("Predicting {target}"),
        lead: lead(report),
        sections: sections.into_iter().flatten().collect(),
    }
}

/// R² or accuracy: what models are compared by.
fn main_figure(report: &Report) -> &'static str {
    let named = report.models.first().map(|row| row.metrics.named());
    match named.and_then(|named| named.first().map(|&(name, _)| name)) {
        Some("accuracy") => "accuracy",
        _ => "R²",
    }
}

fn is_regression(report: &Report) -> bool {
    main_figure(report) == "R²"
}

fn lead(report: &Report) -> String {
    let best = report
        .models
        .iter()
        .max_by(|a, b| a.metrics.main().total_cmp(&b.metrics.main()));
    let Some(best) = best else {
        return String::new();
    };
    format!(
        "{} predicts {} best on the {} rows held out: {} {} ({} to {}).",
        best.name,
        report.protocol.target,
        report.protocol.test,
        main_figure(report),
        number(best.metrics.main()),
        number(best.interval.low),
        number(best.interval.high),
    )
}

fn figures(report: &Report) -> Section {
    let main = main_figure(report);
    let bar = |row: &Row| Bar {
        name: row.name.to_owned(),
        value: row.metrics.main(),
        interval: Some((row.interval.low, row.interval.high)),
    };
    let bars = Bars {
        unit: main.to_owned(),
        bars: report.models.iter().map(bar).collect(),
    };
    let named = report.models.first().map(|row| row.metrics.named());
    let metrics: Vec<&str> = named.iter().flatten().map(|&(name, _)| name).collect();
    let leave_one_out = format!("{main}, leave one out");
    let columns: Vec<&str> = ["model", "neighbours"]
        .into_iter()
        .chain(metrics)
        .chain([leave_one_out.as_str()])
        .chain(["fit, s", "predict, s", "bytes", "gzip"])
        .collect();
    let mut table = Table::new("Figures of each model on the rows held out", &columns);
    for row in &report.models {
        let mut cells = vec![row.name.to_owned(), row.neighbours.to_string()];
        cells.extend(row.metrics.named().iter().map(|&(_, value)| number(value)));
        cells.push(number(row.leave_one_out.main()));
        cells.extend([row.fit_seconds, row.predict_seconds].map(|s| format!("{s:.2}")));
        cells.extend([row.size.bytes, row.size.gzip].map(|bytes| bytes.to_string()));
        table.rows.push(cells);
    }
    let figure = Figure {
        title: format!("{main} by model"),
        description: format!(
            "With the interval that holds 95 % of {} bootstrap resamples of the test rows.",
            report.protocol.resamples
        ),
        plot: Plot::Bars(bars),
    };
    Section {
        title: "Figures".to_owned(),
        intro: format!(
            "Every model is fitted to {} rows and judged by {} that it has not seen. Leave one out is of training \
             rows, each predicted without itself. Bytes are of the model in a bundle, without ids and names of rows.",
            report.protocol.train, report.protocol.test
        ),
        blocks: vec![Block::Table(table), Block::Figures(vec![figure])],
    }
}

/// Overfitting curves of the models whose k was chosen.
fn choice(report: &Report) -> Option<Section> {
    let main = main_figure(report);
    let figure = |row: &Row| {
        let curve = row.curve.as_ref()?;
        let points = |of: fn(&super::Point) -> f64| {
            let points = curve.points.iter();
            points.map(|p| Point::new(p.k as f64, of(p))).collect()
        };
        let series = |name: &str, points: Vec<Point>| Series {
            name: name.to_owned(),
            joined: true,
            points,
        };
        Some(Figure {
            title: format!("{}: {main} by number of neighbours", row.name),
            description: format!(
                "The dashed upright marks the {} neighbours chosen. Training rows are their own nearest neighbours, \
                 so their curve starts high and falls; where both meet, nothing is learned by heart.",
                curve.best
            ),
            plot: Plot::Xy(Xy {
                x: "neighbours".to_owned(),
                y: main.to_owned(),
                series: vec![
                    series("training rows", points(|p| p.train)),
                    series("rows held out of the folds", points(|p| p.validation)),
                ],
                guide: Guide::At(curve.best as f64),
            }),
        })
    };
    let figures: Vec<Figure> = report.models.iter().filter_map(figure).collect();
    (!figures.is_empty()).then(|| Section {
        title: "Choice of the number of neighbours".to_owned(),
        intro: "Chosen by cross-validation within the training part; the rows held out play no part in it.".to_owned(),
        blocks: vec![Block::Figures(figures)],
    })
}

/// Predictions against the truth: plots of numbers, counts of classes.
fn answers(report: &Report) -> Option<Section> {
    let target = &report.protocol.target;
    if !is_regression(report) {
        return Some(Section {
            title: "Right and wrong by class".to_owned(),
            intro: "Rows held out: of each class, predicted to be of it, and both.".to_owned(),
            blocks: report
                .models
                .iter()
                .map(classes)
                .map(Block::Table)
                .collect(),
        });
    }
    let figure = |row: &Row| {
        let cells = row.diagnosis.cells.iter().map(|cell| Point {
            x: cell.predicted,
            y: cell.truth,
            count: cell.rows,
        });
        let tenths = row.diagnosis.predicted.iter();
        Figure {
            title: format!("{}: predicted against true {target}", row.name),
            description: "Each circle stands for rows with nearly the same values, its area for how many. The line \
                          joins the means of the tenths of the rows; on the dashed diagonal predictions are right."
                .to_owned(),
            plot: Plot::Xy(Xy {
                x: format!("predicted {target}"),
                y: format!("true {target}"),
                series: vec![
                    Series {
                        name: "rows held out".to_owned(),
                        joined: false,
                        points: cells.collect(),
                    },
                    Series {
                        name: "means of tenths".to_owned(),
                        joined: true,
                        points: tenths.map(|bin| Point::new(bin.at, bin.truth)).collect(),
                    },
                ],
                guide: Guide::Equal,
            }),
        }
    };
    Some(Section {
        title: "Predicted against true values".to_owned(),
        intro: "A good model lies close along the diagonal; a line flatter or steeper than it shrinks or stretches.".to_owned(),
        blocks: vec![Block::Figures(report.models.iter().map(figure).collect())],
    })
}

fn classes(row: &Row) -> Table {
    let caption = format!("{}: rows held out by class", row.name);
    let mut table = Table::new(caption, &["class", "rows", "predicted", "right"]);
    for class in &row.diagnosis.classes {
        let counts = [class.rows, class.predicted, class.right].map(|n| n.to_string());
        table
            .rows
            .push([vec![class.name.clone()], counts.to_vec()].concat());
    }
    table
}

fn residuals(report: &Report) -> Section {
    let (y, intro) = if is_regression(report) {
        (
            "predicted less true",
            "Mean residual of the tenths of the rows in order of each feature. A curve that leaves 0 shows what a \
             model has not learned.",
        )
    } else {
        (
            "share of wrong answers",
            "Share of wrong answers among the tenths of the rows in order of each feature.",
        )
    };
    let features = report.models.first().map(|row| &row.diagnosis.features);
    let figure = |(at, (feature, _)): (usize, &(String, Vec<Bin>))| {
        let series = |row: &Row| Series {
            name: row.name.to_owned(),
            joined: true,
            points: row
                .diagnosis
                .features
                .get(at)
                .iter()
                .flat_map(|(_, bins)| bins.iter().map(|bin| Point::new(bin.at, bin.bias)))
                .collect(),
        };
        Figure {
            title: feature.clone(),
            description: format!("{y}, by {feature}, for each model."),
            plot: Plot::Xy(Xy {
                x: feature.clone(),
                y: y.to_owned(),
                series: report.models.iter().map(series).collect(),
                guide: Guide::Zero,
            }),
        }
    };
    let figures = features.into_iter().flatten().enumerate().map(figure);
    Section {
        title: "Residuals by feature".to_owned(),
        intro: intro.to_owned(),
        blocks: vec![Block::Figures(figures.collect())],
    }
}

fn data(report: &Report) -> Section {
    let columns = ["column", "kind", "role", "missing", "not numeric"];
    let mut gaps = Table::new("Columns and what they lack", &columns);
    for column in &report.data.columns {
        gaps.rows.push(vec![
            column.column.clone(),
            column.kind.name().to_owned(),
            column.role.to_owned(),
            column.missing.to_string(),
            column.not_numeric.to_string(),
        ]);
    }
    let columns = ["feature", "mean", "deviation", "categories", "treatment"];
    let mut prepared = Table::new("Preparation fitted before any model", &columns);
    for feature in &report.data.preparation {
        let optional = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
        let age = feature.age_at.map(|year| format!("age at {year}"));
        let log = feature.log.then(|| "logarithm beside it".to_owned());
        let fill = feature
            .fill
            .as_ref()
            .map(|fill| format!("{fill} where missing"));
        let treatment: Vec<String> = [age, log, fill].into_iter().flatten().collect();
        prepared.rows.push(vec![
            feature.column.clone(),
            optional(feature.mean),
            optional(feature.deviation),
            match feature.categories {
                0 => "–".to_owned(),
                n => n.to_string(),
            },
            treatment.join("; "),
        ]);
    }
    Section {
        title: "Data".to_owned(),
        intro: format!("{} rows after preparation.", report.data.rows),
        blocks: vec![
            Block::Notes(report.protocol.notes.clone()),
            Block::Table(gaps),
            Block::Table(prepared),
        ],
    }
}

fn protocol(report: &Report) -> Section {
    let protocol = &report.protocol;
    let scale = if protocol.scale_before_split {
        "all rows, also those held out"
    } else {
        "the training part"
    };
    let mut facts = vec![
        ("target".to_owned(), protocol.target.clone()),
        ("split".to_owned(), protocol.split.clone()),
        ("rows to learn from".to_owned(), protocol.train.to_string()),
        ("rows held out".to_owned(), protocol.test.to_string()),
        ("standardised by".to_owned(), scale.to_owned()),
        ("version".to_owned(), protocol.version.to_owned()),
        ("data (SHA-256)".to_owned(), report.data.sha256.clone()),
    ];
    for row in &report.models {
        facts.push((format!("{}: settings", row.name), row.config.to_string()));
    }
    Section {
        title: "Protocol".to_owned(),
        intro: "What it takes to get the same figures again; seeds are among the settings. Only times differ from run to run.".to_owned(),
        blocks: vec![Block::Facts(facts)],
    }
}

#[cfg(test)]
#[path = "report_test.rs"]
mod tests;
