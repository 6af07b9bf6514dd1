//! `doorstep inspect`: what a bundle holds and what a visitor downloads of it.

use std::path::PathBuf;

use anyhow::Result;
use doorstep_shared::bundle::{Bundle, InspectQuery, Labels, Manifest, ModelContent, NeuralRef};
use doorstep_shared::images::GreyImage;
use doorstep_shared::query::SimilarQuery;
use serde::Serialize;

use crate::cli::Output;
use crate::publish::traffic::{Counting, Download, HISTORY, measure, of_lists, tried_alone};
use crate::publish::{FolderStore, at_once};

/// Show a bundle's models, sizes and figures, and what a query downloads.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The bundle's folder.
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
}

/// Prototypes that the widget shows.
const SHOWN: u32 = 3;

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    manifest: &'a Manifest,
    recommend: Option<Download>,
    similar: Option<Download>,
    predict: Option<Download>,
    inspect: Option<Download>,
}

impl Args {
    /// Prints the bundle's contents.
    pub fn run(self, output: &Output) -> Result<()> {
        let open = || -> Result<Bundle<Counting<FolderStore>>> {
            let folder = FolderStore::open(&self.bundle)?;
            at_once(Bundle::open(Counting::new(folder, "")))
        };
        let bundle = open()?;
        let manifest = bundle.manifest().clone();
        let ids = at_once(bundle.all_ids())?;
        let table = manifest
            .models
            .iter()
            .any(|model| model.content.knn.is_some());
        let predict = table.then(|| {
            measure(&[0], 1, &open, |bundle, _| {
                at_once(bundle.knn_rows(None, &[0], Labels::All)).map(drop)
            })
        });
        let predict = predict.transpose()?;
        let pictures = manifest
            .models
            .iter()
            .any(|model| model.content.pictures.is_some());
        let inspect = pictures.then(|| {
            // Any picture will do: prototypes are as many, and as large, for each.
            let picture = GreyImage::new(2, 2, vec![0.0, 1.0, 0.5, 0.2]).expect("four pixels");
            let query = InspectQuery {
                prototypes: SHOWN,
                ..InspectQuery::default()
            };
            measure(&[0], 1, &open, |bundle, _| {
                at_once(bundle.inspect(&picture, &query)).map(drop)
            })
        });
        let inspect = inspect.transpose()?;
        let recommend = (!ids.is_empty()).then(|| of_lists(&ids, &open));
        let recommend = recommend.transpose()?;
        let item_item = manifest.models.iter().any(|model| {
            let content = &model.content;
            content.item_item.is_some() || content.factors.iter().any(|f| f.rank > 0)
        });
        let similar = item_item.then(|| {
            measure(&tried_alone(ids.len()), 1, &open, |bundle, items| {
                let query = SimilarQuery {
                    item: ids[items[0]].clone(),
                    k: 8,
                    model: None,
                    filter: Default::default(),
                };
                at_once(bundle.similar(&query)).map(drop)
            })
        });
        let similar = similar.transpose()?;
        if output.json {
            let result = Report {
                manifest: &manifest,
                recommend,
                similar,
                predict,
                inspect,
            };
            output.print(&format!("{}\n", serde_json::to_string_pretty(&result)?))
        } else {
            let manifest_bytes = bundle.manifest_json().len();
            let downloads = [
                (format!("recommend ({HISTORY} items)"), recommend),
                ("similar (8 items)".to_owned(), similar),
                ("predict".to_owned(), predict),
                (format!("inspect ({SHOWN} prototypes)"), inspect),
            ];
            output.print(&describe(&manifest, manifest_bytes, &downloads))
        }
    }
}

fn describe(
    manifest: &Manifest,
    manifest_bytes: usize,
    downloads: &[(String, Option<Download>)],
) -> String {
    let catalogue = &manifest.catalogue;
    let tables = [
        Some(&catalogue.ids),
        Some(&catalogue.records.table),
        catalogue.postings.as_ref(),
    ];
    let catalogue_bytes: u64 = tables.into_iter().flatten().map(|table| table.bytes).sum();
    let model_bytes: u64 = manifest.models.iter().map(|model| model.bytes).sum();
    let total = manifest_bytes as u64 + catalogue_bytes + model_bytes;
    let data = &manifest.data;
    let fingerprint = data.fingerprint.get(..12).unwrap_or(&data.fingerprint);
    let read = match data.interactions {
        0 => String::new(),
        read => format!(" ({read} read, fingerprint {fingerprint}…)"),
    };
    let mut text = format!(
        "Bundle format {}.{}, written by {}\nFitted on {}{read}\n\n",
        manifest.version.major, manifest.version.minor, manifest.generator, data.fitted_on,
    );
    text += &format!("{:20} {:>14}\n", "manifest", bytes(manifest_bytes as u64));
    text += &format!(
        "{:20} {:>14}  {} items",
        "catalogue",
        bytes(catalogue_bytes),
        catalogue.items
    );
    let names: Vec<&str> = catalogue
        .attributes
        .iter()
        .map(|a| a.name.as_str())
        .collect();
    text += &match names.as_slice() {
        [] => "\n".to_owned(),
        names => format!(", filters: {}\n", names.join(", ")),
    };
    for model in &manifest.models {
        let default = if model.default { "  default" } else { "" };
        let figures: String = model
            .evaluation
            .iter()
            .map(|figures| {
                let get = |name: &str| figures.metrics.get(name).copied().unwrap_or(f64::NAN);
                let (a, b) = match figures.metrics.contains_key("r2") {
                    true => ("r2", "rmse"),
                    false if figures.metrics.contains_key("accuracy") => {
                        ("accuracy", "accuracy-unrounded")
                    }
                    false if figures.metrics.contains_key("auroc") => ("auroc", "auprc"),
                    false => ("recall@10", "ndcg@10"),
                };
                format!(
                    "  {a} {:.4}, {b} {:.4} on {} cases of {}{}",
                    get(a),
                    get(b),
                    figures.cases,
                    figures.split,
                    if figures.refitted {
                        ", before it was fitted again on more"
                    } else {
                        ""
                    }
                )
            })
            .collect();
        let cost = model.content.neural.as_ref().map_or(String::new(), cost);
        text += &format!(
            "{:20} {:>14}  {}{cost}{default}{figures}\n",
            model.name,
            bytes(model.bytes),
            kind(&model.content)
        );
    }
    text += &format!(
        "{:20} {:>14}\n\nA first visit downloads, beyond engine and manifest:\n",
        "total",
        bytes(total)
    );
    for (name, download) in downloads {
        text += &download
            .as_ref()
            .map_or(String::new(), |found| line(name, found));
    }
    text
}

fn line(name: &str, download: &Download) -> String {
    format!(
        "  {name:22} {} in {} files (median), {} at most\n",
        bytes(download.median_bytes),
        download.median_files,
        bytes(download.largest_bytes)
    )
}

/// How far a network's numbers are from what was trained, and what that cost where it was measured.
fn cost(network: &NeuralRef) -> String {
    let lost = network.lost.map_or(String::new(), |lost| {
        format!(
            ", NDCG@10 on validation cases down by {:.2} %",
            100.0 * lost
        )
    });
    format!(" ({:.2} % off{lost})", 100.0 * network.error)
}

fn kind(content: &ModelContent) -> &'static str {
    if content.knn.is_some() {
        return "rows of a table";
    }
    if content.pictures.is_some() {
        return "pictures, half precision";
    }
    if content.ensemble.is_some() {
        return "ensemble";
    }
    if let Some(network) = &content.neural {
        return match network.bits {
            8 => "network, a byte a number",
            _ => "network, half precision",
        };
    }
    if let Some(factors) = &content.factors {
        return match factors.bits {
            8 => "item vectors, a byte a number",
            _ => "item vectors, half precision",
        };
    }
    match (&content.counts, &content.ranking, &content.item_item) {
        (Some(_), _, _) => "counts",
        (_, Some(_), _) => "ranking",
        (_, _, Some(_)) => "item-item rows",
        (None, None, None) => "of a newer kind: this version leaves it out",
    }
}

fn bytes(n: u64) -> String {
    match n {
        0..10_000 => format!("{n} B"),
        10_000..10_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}
