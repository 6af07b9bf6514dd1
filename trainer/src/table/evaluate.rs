//! Judges the models of a published table on a data file, by the code that the browser runs.

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::bundle::{Bundle, Store};
use doorstep_shared::knn::KnnModel;

use super::{Figures, Frame, TableArgs, judge, load, parts, predictions, rows};
use crate::progress::Progress;
use crate::publish::at_once;
use crate::split::SplitMethod;

/// The figures of each of `models` on the test part of the table.
pub fn evaluate<S: Store<Error = anyhow::Error>>(
    bundle: &Bundle<S>,
    models: &[&str],
    args: &TableArgs,
    split: &SplitMethod,
    progress: &Progress,
) -> Result<Vec<(String, Figures)>> {
    let frame = load(args, progress)?;
    let test = parts(frame.len(), split)?.test;
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
    Ok(figures)
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
