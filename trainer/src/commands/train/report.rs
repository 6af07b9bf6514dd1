//! What was published, in a few lines or as JSON.

use std::path::Path;

use anyhow::Result;
use doorstep_shared::bundle::Manifest;

use crate::cli::Output;

/// Figures that the report shows.
const SHOWN: [&str; 9] = [
    "recall@10",
    "ndcg@10",
    "r2",
    "rmse",
    "mae",
    "rmse-folded-in",
    "accuracy",
    "auroc",
    "auprc",
];

pub(in crate::commands) fn report(out: &Path, manifest: &Manifest, output: &Output) -> Result<()> {
    if output.json {
        return output.print(&format!("{}\n", serde_json::to_string_pretty(manifest)?));
    }
    let content = || manifest.models.iter().map(|model| &model.content);
    let rows = content().find_map(|own| own.knn.as_ref());
    let of_pictures = content().any(|own| own.pictures.is_some());
    let mut text = format!(
        "Published {}{} to {}\n",
        match rows {
            _ if of_pictures => String::new(),
            Some(model) => format!("{} rows and ", model.count),
            None => format!("{} items and ", manifest.catalogue.items),
        },
        plural(manifest.models.len()),
        out.display()
    );
    for model in &manifest.models {
        let figures = model.evaluation.iter().map(|figures| {
            let shown = figures
                .metrics
                .iter()
                .filter(|(name, _)| SHOWN.contains(&name.as_str()));
            shown
                .map(|(name, value)| format!("  {name} {value:.4}"))
                .collect::<String>()
        });
        let figures: String = figures.collect();
        text += &format!("  {:18} {:>12} bytes{figures}\n", model.name, model.bytes);
    }
    let shown = content().filter_map(|own| own.pictures.as_ref()?.prototypes.as_ref());
    if let Some(most) = shown.map(|own| own.count).max() {
        text += &format!(
            "  {most} of the normal pictures learnt from are in it for all to see (--prototypes 0: none)\n"
        );
    }
    text += &format!("Look at it: doorstep inspect {}\n", out.display());
    output.print(&text)
}

fn plural(models: usize) -> String {
    if models == 1 {
        "1 model".to_owned()
    } else {
        format!("{models} models")
    }
}
