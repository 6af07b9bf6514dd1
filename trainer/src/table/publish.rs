//! Fits models to a table and publishes them, with their figures as stored.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use doorstep_shared::bundle::{
    DataSummary, Figures as Published, Manifest, PublishedKnn, TablePublication, write_table,
};
use doorstep_shared::knn::{KnnModel, Preparation, StoredModel, decode, encode};

use super::compare::{divide, prepare_options};
use super::{Frame, TableArgs, TableModel, fit, judge, load, predictions, prepare, rows};
use crate::progress::Progress;
use crate::publish::{publish_with, training_part};
use crate::split::SplitMethod;

/// What to publish, and where.
pub struct Publish<'a> {
    /// The table.
    pub table: &'a TableArgs,
    /// The models; the first is the default.
    pub models: &'a [TableModel],
    /// Judge the models on the held-out part of this division.
    pub split: Option<&'a SplitMethod>,
    /// After judging, fit again on all rows.
    pub refit: bool,
    /// The bundle's folder.
    pub out: &'a Path,
    /// Whether a bundle there is replaced.
    pub force: bool,
}

struct Stored {
    config: TableModel,
    model: StoredModel,
    evaluation: Option<Published>,
}

/// What a bundle's rows decode to.
fn as_stored(stored: &StoredModel) -> Result<KnnModel> {
    decode(&stored.definition, &stored.rows)
        .context("the model does not read back as it was stored")
}

/// Places of `members` in order of name: neighbours in the alphabet share most
/// of their bytes, so labels take less to download.
fn by_name(frame: &Frame, members: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..members.len() as u32).collect();
    order.sort_by_key(|&at| frame.names.get(members[at as usize] as usize));
    order
}

fn ordered(model: &KnnModel, order: &[u32]) -> KnnModel {
    let rows = model.rows().select(order);
    let (preparation, space) = (model.preparation.clone(), model.space.clone());
    let mut ordered = KnnModel::new(
        preparation,
        space,
        model.rule.clone(),
        model.task.clone(),
        rows,
    );
    ordered.target.clone_from(&model.target);
    ordered.novelty.clone_from(&model.novelty);
    ordered
}

impl Publish<'_> {
    /// Fits, judges where asked to, and writes the bundle.
    pub fn run(&self, progress: &Progress) -> Result<Manifest> {
        let (frame, members, stored, fitted_on) = match self.split {
            None => {
                let frame = load(self.table, progress)?;
                frame.notes.iter().for_each(|note| progress.say(note));
                let (members, stored) = self.on_everything(&frame, progress)?;
                (frame, members, stored, "all rows".to_owned())
            }
            Some(split) => {
                let divided = divide(self.table, split, progress)?;
                divided.notes.iter().for_each(|note| progress.say(note));
                let mut stored = Vec::new();
                for config in self.models {
                    let train = &divided.parts.train;
                    let (frame, preparation) = (&divided.frame, &divided.preparation);
                    let (model, exact) =
                        self.fitted(config, frame, preparation, train, progress)?;
                    let published = as_stored(&model)?;
                    let truth = divided.test.targets();
                    let figures = |model: &KnnModel| {
                        judge(&model.task, truth, &predictions(model, &divided.test)).named()
                    };
                    let mut metrics: BTreeMap<String, f64> = BTreeMap::new();
                    metrics.extend(
                        figures(&published)
                            .into_iter()
                            .map(|(n, v)| (n.to_owned(), v)),
                    );
                    // Beside it what storing a byte a number cost.
                    let before = figures(&exact).into_iter();
                    metrics.extend(before.map(|(n, v)| (format!("{n}-unrounded"), v)));
                    stored.push(Stored {
                        config: config.clone(),
                        model,
                        evaluation: Some(Published {
                            refitted: false,
                            relevant_at: None,
                            split: split.to_string(),
                            cases: truth.len() as u64,
                            metrics,
                        }),
                    });
                }
                if self.refit {
                    let (members, mut again) = self.on_everything(&divided.frame, progress)?;
                    for (new, judged) in again.iter_mut().zip(stored) {
                        new.evaluation = judged.evaluation.map(|figures| Published {
                            refitted: true,
                            ..figures
                        });
                    }
                    (divided.frame, members, again, "all rows".to_owned())
                } else {
                    let fitted_on = training_part(&split.to_string());
                    (divided.frame, divided.parts.train, stored, fitted_on)
                }
            }
        };
        self.write(&frame, &members, &stored, fitted_on)
    }

    fn on_everything(&self, frame: &Frame, progress: &Progress) -> Result<(Vec<u32>, Vec<Stored>)> {
        let members: Vec<u32> = (0..frame.len() as u32).collect();
        let (preparation, notes) = prepare(frame, &members, &prepare_options(self.table))?;
        notes.iter().for_each(|note| progress.say(note));
        let mut stored = Vec::new();
        for config in self.models {
            let (model, _) = self.fitted(config, frame, &preparation, &members, progress)?;
            stored.push(Stored {
                config: config.clone(),
                model,
                evaluation: None,
            });
        }
        Ok((members, stored))
    }

    /// The model as stored, and as fitted.
    fn fitted(
        &self,
        config: &TableModel,
        frame: &Frame,
        preparation: &Preparation,
        members: &[u32],
        progress: &Progress,
    ) -> Result<(StoredModel, KnnModel)> {
        let rows = rows(frame, preparation, members);
        let clock = std::time::Instant::now();
        let fitted = fit(config, frame, preparation, rows, progress)
            .with_context(|| format!("cannot fit {}", config.name()))?;
        progress.say(format!(
            "{}: fitted in {:.2} s",
            config.name(),
            clock.elapsed().as_secs_f64()
        ));
        Ok((
            encode(&ordered(&fitted.model, &by_name(frame, members))),
            fitted.model,
        ))
    }

    fn write(
        &self,
        frame: &Frame,
        members: &[u32],
        stored: &[Stored],
        fitted_on: String,
    ) -> Result<Manifest> {
        let order = by_name(frame, members);
        let of = |all: &[String]| -> Vec<String> {
            let rows = order.iter().map(|&at| members[at as usize]);
            rows.filter_map(|row| all.get(row as usize).cloned())
                .collect()
        };
        let (ids, names) = (of(&frame.ids), of(&frame.names));
        ensure!(ids.len() == members.len(), "every row has an id");
        let mut models = Vec::new();
        for stored in stored {
            models.push(PublishedKnn {
                name: stored.config.name(),
                model: &stored.model,
                config: serde_json::from_value(serde_json::to_value(&stored.config)?)?,
                evaluation: stored.evaluation.clone(),
            });
        }
        let publication = TablePublication {
            generator: concat!("doorstep ", env!("CARGO_PKG_VERSION")),
            data: DataSummary {
                fingerprint: frame.fingerprint.clone(),
                interactions: frame.len() as u64,
                fitted_on,
            },
            ids: &ids,
            names: &names,
            models: &models,
        };
        publish_with(self.out, self.force, |sink| write_table(&publication, sink))
    }
}
