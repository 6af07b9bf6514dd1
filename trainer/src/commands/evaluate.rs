//! `doorstep evaluate`: judges a finished bundle by the code that the browser
//! runs, on the weights as published.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::bundle::Bundle;
use doorstep_shared::models::Model;
use doorstep_shared::{Event, Vocabulary};
use serde_json::json;

use crate::cli::Output;
use crate::division::{Division, DivisionArgs};
use crate::evaluate::{
    Context, Metrics, RATING_METRICS, Similarity, evaluate, folded_in, popularity,
};
use crate::publish::{FolderStore, at_once};
use crate::split::{Case, SplitMethod};
use crate::table::evaluate::evaluate as evaluate_table;
use crate::table::{Figures, TableArgs};

/// Judge the models of a finished bundle on a data file.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The bundle's folder.
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Only these models [default: all of the bundle]
    #[arg(long, value_delimiter = ',', value_name = "MODEL,…")]
    models: Vec<String>,
    #[command(flatten)]
    division: DivisionArgs,
    #[command(flatten)]
    table: TableArgs,
}

/// An item index that no model knows.
const UNKNOWN: u32 = u32::MAX;

impl Args {
    /// Prints each model's figures.
    pub fn run(self, output: &Output) -> Result<()> {
        let progress = output.progress();
        let bundle = at_once(Bundle::open(FolderStore::open(&self.bundle)?))?;
        let manifest = bundle.manifest();
        let available: Vec<&str> = bundle.model_names().collect();
        for name in &self.models {
            let known = available.contains(&name.as_str());
            ensure!(
                known,
                "the bundle has no model {name:?}; it has {}",
                available.join(", ")
            );
        }
        if self.table.is_given() {
            let chosen =
                |name: &&str| self.models.is_empty() || self.models.iter().any(|m| m == name);
            let models: Vec<&str> = available.into_iter().filter(chosen).collect();
            let split = &self.division.split;
            let figures = evaluate_table(&bundle, &models, &self.table, split, &progress)?;
            return print_table(&self.bundle, split, &figures, output);
        }
        let Division {
            dataset,
            split,
            context,
        } = self.division.load(&progress)?;
        split.notes.iter().for_each(|note| progress.say(note));
        if manifest.data.fingerprint == dataset.interactions.fingerprint()
            && manifest.data.fitted_on != super::train::training_part(&split.protocol)
        {
            eprintln!(
                "warning: the bundle was fitted on {} of this very file, so it may have seen the test cases: \
                 its figures here say nothing about new ones (to judge a bundle, train it with --split {} and without --refit)",
                manifest.data.fitted_on, split.protocol
            );
        }

        let ids = at_once(bundle.all_ids())?;
        let items: Vocabulary = ids.iter().collect();
        let numbering = Numbering::new(&items, split.items.ids());
        let missing = split.items.len() - numbering.known();
        if missing > 0 {
            eprintln!(
                "warning: {missing} items of the data are not in the bundle: as right answers they are misses, in histories they are ignored"
            );
        }
        let cases: Vec<Case> = split.test.iter().map(|case| numbering.case(case)).collect();
        let renumbered = |histories: &[Vec<Event>]| -> Vec<Vec<Event>> {
            histories.iter().map(|h| numbering.events(h)).collect()
        };
        let known = renumbered(&split.train_and_validation);
        let held_out = renumbered(&split.held_out_test);
        let train = renumbered(&split.train);
        let similarity = Similarity::of(&items, &dataset.catalogue, &train);
        let context = Context {
            n_items: items.len(),
            popularity: popularity(items.len(), &train),
            similarity,
            ..context
        };
        ensure!(
            !available.is_empty(),
            "the bundle has no model that this version runs"
        );
        let mut rows = Vec::new();
        for name in available
            .into_iter()
            .filter(|&name| self.models.is_empty() || self.models.iter().any(|m| m == name))
        {
            let model =
                at_once(bundle.whole_model(name)).with_context(|| format!("model {name}"))?;
            let mut metrics = evaluate(&model, &cases, &context, &progress).metrics();
            if let Model::Factors(model) = &model {
                metrics.0.extend(folded_in(model, &known, &held_out));
            }
            rows.push((name.to_owned(), metrics));
        }
        if output.json {
            let models: Vec<_> = rows
                .iter()
                .map(|(name, metrics)| json!({ "name": name, "metrics": metrics }))
                .collect();
            let protocol =
                json!({ "split": split.protocol, "cases": cases.len(), "notes": split.notes });
            let result = json!({ "bundle": self.bundle, "models": models, "protocol": protocol });
            output.print(&format!("{}\n", serde_json::to_string_pretty(&result)?))
        } else {
            let title = format!("{} test cases of {}\n", cases.len(), split.protocol);
            output.print(&(title + &table(&rows, &context.cutoffs)))
        }
    }
}

fn print_table(
    bundle: &std::path::Path,
    split: &SplitMethod,
    figures: &[(String, Figures)],
    output: &Output,
) -> Result<()> {
    if output.json {
        let models: Vec<_> = figures
            .iter()
            .map(|(name, metrics)| json!({ "name": name, "metrics": metrics }))
            .collect();
        let protocol = json!({ "split": split.to_string() });
        let result = json!({ "bundle": bundle, "models": models, "protocol": protocol });
        return output.print(&format!("{}\n", serde_json::to_string_pretty(&result)?));
    }
    let mut text = format!("test rows of {split}\n");
    for (name, figures) in figures {
        let shown: String = figures
            .named()
            .iter()
            .map(|(name, value)| format!("  {name} {value:.6}"))
            .collect();
        text += &format!("{name:18}{shown}\n");
    }
    output.print(&text)
}

/// From the data's item indices to the bundle's.
struct Numbering {
    /// `None` for an item that the bundle lacks.
    bundle_index: Vec<Option<u32>>,
}

impl Numbering {
    fn new(bundle_items: &Vocabulary, data_ids: &[String]) -> Self {
        let bundle_index = data_ids.iter().map(|id| bundle_items.get(id)).collect();
        Self { bundle_index }
    }

    fn known(&self) -> usize {
        self.bundle_index.iter().flatten().count()
    }

    fn events(&self, history: &[Event]) -> Vec<Event> {
        let renumbered = history.iter().filter_map(|event| {
            let item = self.bundle_index[event.item as usize]?;
            Some(Event { item, ..*event })
        });
        renumbered.collect()
    }

    fn case(&self, case: &Case) -> Case {
        Case {
            user: case.user,
            history: self.events(&case.history),
            relevant: case
                .relevant
                .iter()
                .map(|&item| self.bundle_index[item as usize].unwrap_or(UNKNOWN))
                .collect(),
        }
    }
}

/// One line a model, recall and NDCG at each cut-off.
fn table(rows: &[(String, Metrics)], cutoffs: &[usize]) -> String {
    let shown = cutoffs
        .iter()
        .flat_map(|k| [format!("recall@{k}"), format!("ndcg@{k}")]);
    let shown: Vec<String> = shown.collect();
    let mut text = format!("{:18}", "model");
    shown
        .iter()
        .for_each(|name| text += &format!(" {name:>10}"));
    for (name, metrics) in rows {
        text += &format!("\n{name:18}");
        for metric in &shown {
            text += &format!(" {:>10.4}", metrics.get(metric).unwrap_or(f64::NAN));
        }
    }
    text.push('\n');
    for (name, metrics) in rows {
        let errors: String = RATING_METRICS
            .iter()
            .filter_map(|metric| Some(format!("  {metric} {:.4}", metrics.get(metric)?)))
            .collect();
        if !errors.is_empty() {
            text += &format!("{name:18}{errors}\n");
        }
    }
    text
}
