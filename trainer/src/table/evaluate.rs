//! Judges the models of a published table on a data file, by the code that the browser runs.

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::bundle::{Bundle, Store};
use doorstep_shared::knn::{KnnModel, Task};

use super::{Figures, Frame, TableArgs, judge, load, parts, predictions, rows};
use crate::progress::Progress;
use crate::publish::{at_once, seen};
use crate::split::SplitMethod;

/// The figures of each of `models` on the test part of the table, and how it was
/// divided. Target and split that are not given are those of the bundle.
pub fn evaluate<S: Store<Error = anyhow::Error>>(
    bundle: &Bundle<S>,
    models: &[&str],
    args: &TableArgs,
    split: Option<&SplitMethod>,
    progress: &Progress,
) -> Result<(SplitMethod, Vec<(String, Figures)>)> {
    let first = models.first().context("no model to judge")?;
    let model = at_once(bundle.knn(Some(first))).with_context(|| format!("model {first}"))?;
    let split = match split {
        Some(split) => split.clone(),
        None => published_split(bundle, first, progress)?,
    };
    let mut args = args.clone();
    if args.target.is_none() {
        progress.say(format!("--target {}, as the bundle has it", model.target));
        args.target = Some(model.target.clone());
        args.classify |= matches!(model.task, Task::Classification(_));
    }
    let frame = load(&args, progress)?;
    let data = &bundle.manifest().data;
    if let Some(caution) = seen(data, &frame.fingerprint, &split.to_string()) {
        crate::progress::tell!("{caution}");
    }
    let test = parts(frame.len(), &split)?.test;
    let mut figures = Vec::new();
    for name in models {
        let model = at_once(bundle.knn(Some(name))).with_context(|| format!("model {name}"))?;
        check_columns(&frame, model)?;
        let test = rows(&frame, &model.preparation, &test);
        let predicted = predictions(model, &test);
        figures.push((
            (*name).to_owned(),
            judge(&model.task, test.targets(), &predicted),
        ));
    }
    Ok((split, figures))
}

/// The split that the bundle's own figures are of.
fn published_split<S: Store<Error = anyhow::Error>>(
    bundle: &Bundle<S>,
    model: &str,
    progress: &Progress,
) -> Result<SplitMethod> {
    let entries = &bundle.manifest().models;
    let entry = entries.iter().find(|entry| entry.name == model);
    let figures = entry.and_then(|entry| entry.evaluation.as_ref());
    let split = &figures
        .context(
            "the bundle doesn't say how its table was divided, as it was published without figures; \
             name rows to judge by with --split, for example --split every:5",
        )?
        .split;
    progress.say(format!("--split {split}, as the bundle has it"));
    split.parse()
}

/// The table must have the model's features, in its order.
fn check_columns(frame: &Frame, model: &KnnModel) -> Result<()> {
    let own: Vec<&str> = frame
        .numeric
        .iter()
        .map(|column| &column.name)
        .chain(frame.categorical.iter().map(|column| &column.name))
        .map(String::as_str)
        .collect();
    let preparation = &model.preparation;
    let wanted: Vec<&str> = preparation
        .numeric
        .iter()
        .map(|feature| &feature.name)
        .chain(preparation.categorical.iter().map(|feature| &feature.name))
        .map(String::as_str)
        .collect();
    ensure!(
        own == wanted && frame.target_name == model.target,
        "the model predicts {} from {}; the table gives {} from {}: use the options it was trained with (--target, --exclude, --categorical, …)",
        model.target,
        wanted.join(", "),
        frame.target_name,
        own.join(", ")
    );
    Ok(())
}
