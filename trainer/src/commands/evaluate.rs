//! `doorstep evaluate`: judges a finished bundle by the code that the browser
//! runs, on the weights as published.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::bundle::{Bundle, ReadError};
use doorstep_shared::{Event, Vocabulary};
use futures_util::FutureExt;
use serde_json::json;

use crate::cli::Output;
use crate::division::{Division, DivisionArgs};
use crate::evaluate::{Context, Metrics, Similarity, evaluate, popularity};
use crate::publish::FolderStore;
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

/// What a native read fails with, as one error.
pub fn in_words(error: ReadError<anyhow::Error>) -> anyhow::Error {
    match error {
        ReadError::Store(error) => error,
        ReadError::Bundle(error) => error.into(),
    }
}

/// Waits for a read from files, which never has to wait.
pub fn at_once<T>(read: impl Future<Output = Result<T, ReadError<anyhow::Error>>>) -> Result<T> {
    read.now_or_never()
        .expect("files are read at once")
        .map_err(in_words)
}

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
            && manifest.data.fitted_on == super::train::EVERYTHING
        {
            eprintln!(
                "warning: the bundle was fitted on all of these interactions, the test cases included: \
                 its figures here say nothing about new ones (train with --split and without --refit to judge a bundle)"
            );
        }

        let ids = at_once(bundle.all_ids())?;
        let numbering = Numbering::new(&ids, split.items.ids());
        if numbering.new_items > 0 {
            eprintln!(
                "warning: {} items of the data are not in the bundle; they count as misses",
                numbering.new_items
            );
        }
        let train: Vec<Vec<Event>> = split
            .train
            .iter()
            .map(|history| numbering.events(history))
            .collect();
        let cases: Vec<Case> = split.test.iter().map(|case| numbering.case(case)).collect();
        let similarity = Similarity::of(&numbering.items, &dataset.catalogue, &train);
        let context = Context {
            n_items: numbering.items.len(),
            popularity: popularity(numbering.items.len(), &train),
            similarity,
            ..context
        };
        let mut rows = Vec::new();
        for name in available
            .into_iter()
            .filter(|&name| self.models.is_empty() || self.models.iter().any(|m| m == name))
        {
            let model =
                at_once(bundle.whole_model(name)).with_context(|| format!("model {name}"))?;
            let metrics = evaluate(&model, &cases, &context, &progress).metrics();
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
            println!("{}", serde_json::to_string_pretty(&result)?);
        } else {
            println!("{} test cases of {}", cases.len(), split.protocol);
            print!("{}", table(&rows));
        }
        Ok(())
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
        println!("{}", serde_json::to_string_pretty(&result)?);
        return Ok(());
    }
    println!("test rows of {split}");
    for (name, figures) in figures {
        let shown: String = figures
            .named()
            .iter()
            .map(|(name, value)| format!("  {name} {value:.6}"))
            .collect();
        println!("{name:18}{shown}");
    }
    Ok(())
}

/// From the data's item indices to the bundle's; items that the bundle lacks
/// come after its own.
struct Numbering {
    items: Vocabulary,
    bundle_index: Vec<u32>,
    new_items: usize,
}

impl Numbering {
    fn new(bundle_ids: &[String], data_ids: &[String]) -> Self {
        let mut items: Vocabulary = bundle_ids.iter().collect();
        let bundle_index = data_ids.iter().map(|id| items.insert(id)).collect();
        Self {
            new_items: items.len() - bundle_ids.len(),
            items,
            bundle_index,
        }
    }

    fn item(&self, item: u32) -> u32 {
        self.bundle_index[item as usize]
    }

    fn events(&self, history: &[Event]) -> Vec<Event> {
        history
            .iter()
            .map(|event| Event {
                item: self.item(event.item),
                ..*event
            })
            .collect()
    }

    fn case(&self, case: &Case) -> Case {
        Case {
            user: case.user,
            history: self.events(&case.history),
            relevant: case.relevant.iter().map(|&item| self.item(item)).collect(),
        }
    }
}

/// One line a model, the usual metrics.
fn table(rows: &[(String, Metrics)]) -> String {
    const SHOWN: [&str; 6] = [
        "recall@5",
        "ndcg@5",
        "recall@10",
        "ndcg@10",
        "recall@20",
        "ndcg@20",
    ];
    let mut text = format!("{:18}", "model");
    SHOWN
        .iter()
        .for_each(|name| text += &format!(" {name:>10}"));
    for (name, metrics) in rows {
        text += &format!("\n{name:18}");
        for metric in SHOWN {
            text += &format!(" {:>10.4}", metrics.get(metric).unwrap_or(f64::NAN));
        }
    }
    text + "\n"
}
