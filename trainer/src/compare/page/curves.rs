//! Learning curves: how fits in steps went.

use crate::compare::report::{Report, Row};
use crate::compare::text::label;
use crate::evaluate::RATING_METRICS;
use crate::fit::{Curve, Point as Step};
use crate::report::{Block, Figure, Guide, Plot, Point, Section, Series, Table, Xy, number};

/// A line for each model with a curve; nothing where there is none.
pub(super) fn curves(report: &Report) -> Option<Section> {
    let recorded: Vec<(&Row, &Curve)> = report
        .models
        .iter()
        .filter_map(|row| Some((row, row.curve.as_ref()?)))
        .collect();
    let mut metrics: Vec<&str> = Vec::new();
    for (_, curve) in &recorded {
        let names = curve.points.iter().flat_map(|point| &point.metrics.0);
        let new = names.map(|(name, _)| name.as_str());
        new.for_each(|name| {
            if !metrics.contains(&name) {
                metrics.push(name);
            }
        });
    }
    let first = |curve: &Curve| curve.points.first().map_or(f64::NAN, |point| point.loss);
    let mut figures = vec![figure(
        &recorded,
        "Training loss",
        "The loss of each step over that of the first, as models have losses of their own.",
        "loss over the first",
        |curve, step| Some(step.loss / first(curve)),
    )];
    figures.extend(metrics.iter().map(|metric| {
        figure(
            &recorded,
            &format!("{metric} on validation cases"),
            match is_error(metric) {
                true => "Less is better. A line that turns up again has learnt its training part by heart.",
                false => "More is better. A line that falls again has learnt its training part by heart.",
            },
            metric,
            |_, step| step.metrics.get(metric),
        )
    }));
    (!recorded.is_empty()).then(|| Section {
        title: "Learning curves".to_owned(),
        intro: format!(
            "Recorded {}.",
            report.protocol.curves.as_deref().unwrap_or("as fitted")
        ),
        blocks: vec![Block::Figures(figures), Block::Table(table(&recorded))],
    })
}

fn figure(
    recorded: &[(&Row, &Curve)],
    title: &str,
    description: &str,
    y: &str,
    value: impl Fn(&Curve, &Step) -> Option<f64>,
) -> Figure {
    let series = |(row, curve): &(&Row, &Curve)| {
        let points = curve.points.iter();
        let points = points.filter_map(|step| Some((step.step, value(curve, step)?)));
        Series {
            name: label(row),
            joined: true,
            points: points.map(|(x, y)| Point::new(f64::from(x), y)).collect(),
        }
    };
    let series = recorded.iter().map(series);
    Figure {
        title: title.to_owned(),
        description: description.to_owned(),
        plot: Plot::Xy(Xy {
            x: "epoch or iteration".to_owned(),
            y: y.to_owned(),
            series: series.filter(|series| !series.points.is_empty()).collect(),
            guide: Guide::None,
        }),
    }
}

fn table(recorded: &[(&Row, &Curve)]) -> Table {
    let mut table = Table::new(
        "Where the fits began and ended",
        &[
            "model",
            "loss at first",
            "at last",
            "best on validation cases",
            "loss",
        ],
    );
    for (row, curve) in recorded {
        let loss = |step: Option<&Step>| step.map_or("–".to_owned(), |step| number(step.loss));
        table.rows.push(vec![
            label(row),
            loss(curve.points.first()),
            loss(curve.points.last()),
            best(curve).unwrap_or_else(|| "–".to_owned()),
            curve.course.loss.to_owned(),
        ]);
    }
    table
}

/// The step with the best metric, such as `rmse 0.8703 in epoch 18`.
fn best(curve: &Curve) -> Option<String> {
    let (metric, _) = curve.points.first()?.metrics.0.first()?;
    let sign = if is_error(metric) { -1.0 } else { 1.0 };
    let value = |step: &Step| step.metrics.get(metric).unwrap_or(f64::NAN);
    let merit = |step: &Step| sign * value(step);
    // The first of equals.
    let points = curve.points.iter().rev();
    let best = points.max_by(|a, b| merit(a).total_cmp(&merit(b)))?;
    let (unit, shown) = (curve.course.unit, number(value(best)));
    Some(format!("{metric} {shown} in {unit} {}", best.step))
}

fn is_error(metric: &str) -> bool {
    RATING_METRICS.contains(&metric)
}
