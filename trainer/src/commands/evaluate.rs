//! `doorstep evaluate`: judges a finished bundle by the code that the browser
//! runs, on the weights as published.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use doorstep_shared::bundle::{Bundle, ModelEntry};
use doorstep_shared::models::ModelConfig;
use doorstep_shared::{Event, Vocabulary};
use serde_json::json;

use crate::cli::Output;
use crate::compare::{
    Fingerprint, Judging, Protocol, RESAMPLES, Report, Shape, VERSION, check_against,
};
use crate::division::{Division, DivisionArgs};
use crate::evaluate::{Context, HeldOut, Similarity, TestItems, popularity};
use crate::failure;
use crate::fit::Training;
use crate::images::evaluate as images;
use crate::needs::Need;
use crate::neural::Guide;
use crate::publish::{FolderStore, at_once, seen};
use crate::save::{check_places, save};
use crate::split::{Case, SplitMethod};
use crate::table::evaluate::evaluate as evaluate_table;
use crate::table::{Figures, TableArgs};

/// Judge the models of a finished bundle on a data file.
///
/// Popularity, recent popularity and random scores stand beside them, fitted
/// on the training part of the data as `doorstep compare` does it.
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
    /// Judge models of pictures by these, read as train reads them; --json lists what each scores.
    #[arg(long, value_name = "PATH", help_heading = "Pictures", conflicts_with_all = ["interactions", "table"], requires = "normal")]
    images: Option<PathBuf>,
    /// The label of normal pictures; all others are abnormal.
    #[arg(long, value_name = "LABEL", help_heading = "Pictures")]
    normal: Option<String>,
    /// What differences are taken to: best, first or a model's name.
    #[arg(long, default_value = "best", value_name = "MODEL")]
    against: String,
    /// Of the bootstrap and of the random baseline.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Also write the report, as --json prints it, to this file.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Also write the report of recommenders as one HTML page with plots to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "table")]
    report: Option<PathBuf>,
}

/// Options that say something only beside others.
pub const NEEDS: &[Need] = &[("TableArgs", &["table"]), ("normal", &["images"])];

/// An item index that no model knows.
const UNKNOWN: u32 = u32::MAX;

impl Args {
    /// Prints each model's figures.
    pub fn run(self, output: &Output) -> Result<()> {
        check_places(self.save.iter().chain(&self.report))?;
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
        ensure!(
            !available.is_empty(),
            "the bundle has no model that this version runs"
        );
        let chosen = |name: &&str| self.models.is_empty() || self.models.iter().any(|m| m == name);
        let models: Vec<&str> = available.into_iter().filter(chosen).collect();
        if self.table.is_given() {
            let asked = self.division.split.as_ref();
            let (split, figures) = evaluate_table(&bundle, &models, &self.table, asked, &progress)?;
            return print_table(&self.bundle, &split, &figures, self.save.as_deref(), output);
        }
        if let Some(path) = &self.images {
            let normal = self.normal.as_deref().unwrap_or_default();
            let strict = self.division.strict();
            let judged = images::evaluate(&bundle, &models, path, normal, strict, &progress)?;
            let json = serde_json::to_string_pretty(&judged)?;
            output.print(&match output.json {
                true => format!("{json}\n"),
                false => images::text(&judged),
            })?;
            return match &self.save {
                Some(path) => save(path, &json),
                None => Ok(()),
            };
        }
        let of_pictures = |entry: &&ModelEntry| entry.content.pictures.is_some();
        if let Some(entry) = manifest.models.iter().find(of_pictures) {
            bail!(
                "{} inspects pictures; give some with --images PATH --normal LABEL",
                entry.name
            );
        }
        let of_table = |entry: &&ModelEntry| entry.content.knn.is_some();
        if let Some(entry) = manifest
            .models
            .iter()
            .filter(|e| models.contains(&e.name.as_str()))
            .find(of_table)
        {
            bail!(
                "{} predicts a column of a table; give the table with --table FILE",
                entry.name
            );
        }
        check_against(&self.against, &models)?;
        let Division {
            dataset,
            split,
            context,
            relevant_at,
            ..
        } = self.division.load(&progress)?;
        split.notes.iter().for_each(|note| progress.say(note));
        let fingerprint = dataset.interactions.fingerprint();
        if let Some(caution) = seen(&manifest.data, &fingerprint, &split.protocol) {
            crate::progress::tell!("{caution}");
        }
        let ids = at_once(bundle.all_ids())?;
        let items: Vocabulary = ids.iter().collect();
        let numbering = Numbering::new(&items, split.items.ids());
        let missing = split.items.len() - numbering.known();
        ensure!(
            numbering.known() > 0,
            "none of the {missing} items of the data is in the bundle (`{}`, where the bundle has `{}`): nothing can be judged; \
             give interactions with the ids that the bundle was trained on",
            split.items.ids().first().map_or("", String::as_str),
            ids.first().map_or("", String::as_str),
        );
        if missing > 0 {
            crate::progress::tell!(
                "warning: {missing} items of the data are not in the bundle: as right answers they are misses, in histories they are ignored"
            );
        }
        let renumbered = |histories: &[Vec<Event>]| -> Vec<Vec<Event>> {
            histories.iter().map(|h| numbering.events(h)).collect()
        };
        let train = renumbered(&split.train);
        let known = renumbered(&split.train_and_validation);
        let held_out_test = split.held_out_test.iter();
        let ratings: Vec<Vec<Event>> = held_out_test.map(|h| numbering.answers(h)).collect();
        let held_out = HeldOut {
            known: &known,
            ratings: &ratings,
        };
        let cases: Vec<Case> = split.test.iter().map(|case| numbering.case(case)).collect();
        let similarity = Similarity::of(&items, &dataset.catalogue, &train);
        let context = Context {
            n_items: items.len(),
            popularity: popularity(items.len(), &train),
            similarity,
            ..context
        };
        let mut judging = Judging::new(&cases, held_out, &context, &progress);
        for name in models {
            let model =
                at_once(bundle.whole_model(name)).with_context(|| format!("model {name}"))?;
            let entry = manifest.models.iter().find(|entry| entry.name == name);
            let bytes = entry.map_or(0, |entry| entry.bytes);
            judging.judge(name, &model.into(), entry.and_then(config), bytes);
        }
        let training = Training {
            n_items: items.len(),
            histories: &train,
            content: Default::default(),
            guide: Guide::default(),
        };
        judging.baselines(&training, self.seed);
        let found = judging.finish(&self.against, self.seed)?;
        let report = Report {
            bundle: Some(self.bundle),
            models: found.rows,
            failed: found.failed,
            protocol: Protocol {
                split: split.protocol,
                ranking: "full",
                ties: "mid-rank",
                include_seen: self.division.include_seen,
                fitted_on: manifest.data.fitted_on.clone(),
                relevant_at,
                test_items: relevant_at.map(|least| TestItems::of(&held_out, least)),
                cases: cases.len(),
                diversity: context.similarity.name(),
                cutoffs: context.cutoffs,
                resamples: RESAMPLES,
                seed: self.seed,
                seeds: Vec::new(),
                curves: found.curves,
                version: VERSION,
                notes: [split.notes, found.notes].concat(),
            },
            data: Fingerprint::of(&dataset.interactions),
            shape: Shape::of(&dataset.interactions),
        };
        report.print(output, self.save.as_deref(), self.report.as_deref())?;
        failure::check(&report.failed)
    }
}

/// A model's hyper-parameters, where this version knows them all.
fn config(entry: &ModelEntry) -> Option<ModelConfig> {
    let mut fields: serde_json::Map<_, _> = entry.config.clone().into_iter().collect();
    fields.insert("model".into(), entry.name.as_str().into());
    serde_json::from_value(fields.into()).ok()
}

fn print_table(
    bundle: &Path,
    split: &SplitMethod,
    figures: &[(String, Figures)],
    file: Option<&Path>,
    output: &Output,
) -> Result<()> {
    let models: Vec<_> = figures
        .iter()
        .map(|(name, metrics)| json!({ "name": name, "metrics": metrics }))
        .collect();
    let protocol = json!({ "split": split.to_string() });
    let result = json!({ "bundle": bundle, "models": models, "protocol": protocol });
    let json = serde_json::to_string_pretty(&result)?;
    output.print(&match output.json {
        true => format!("{json}\n"),
        false => table_text(split, figures),
    })?;
    match file {
        Some(file) => save(file, &json),
        None => Ok(()),
    }
}

fn table_text(split: &SplitMethod, figures: &[(String, Figures)]) -> String {
    let mut text = format!("test rows of {split}\n");
    for (name, figures) in figures {
        let shown: String = figures
            .named()
            .iter()
            .map(|(name, value)| format!("  {name} {value:.6}"))
            .collect();
        text += &format!("{name:18}{shown}\n");
    }
    text
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

    /// What is to be predicted: nothing is left out for being unknown.
    fn answers(&self, held_out: &[Event]) -> Vec<Event> {
        let renumbered = held_out.iter().map(|event| Event {
            item: self.index(event.item),
            ..*event
        });
        renumbered.collect()
    }

    fn index(&self, item: u32) -> u32 {
        self.bundle_index[item as usize].unwrap_or(UNKNOWN)
    }

    fn case(&self, case: &Case) -> Case {
        Case {
            user: case.user,
            history: self.events(&case.history),
            relevant: case.relevant.iter().map(|&item| self.index(item)).collect(),
        }
    }
}
