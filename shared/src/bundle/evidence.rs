//! What a model says of one history: read first, scored then, and explained by
//! what each event adds.

use super::reader::{Bundle, ByIndex, Source};
use super::resolve::Outcome;
use super::rows::Row;
use super::{BundleError, Store};
use crate::item_item::accumulate;
use crate::models::{Model, add_scaled, factor};
use crate::{Event, Recommender, Scores};

/// What one model, or one member of an ensemble, has read for a history.
pub(super) struct Evidence<'a> {
    /// The member's weight; `None` where the model stands alone, unscaled.
    weight: Option<f32>,
    read: Read<'a>,
}

enum Read<'a> {
    /// The events that count with their weights, and their items' rows.
    Rows(Vec<(Event, f32)>, ByIndex<Row>),
    /// The same for everybody.
    Whole(&'a Model),
}

impl<S: Store> Bundle<S> {
    /// Reads what `source` needs for `history`; with `by_rows`, only of models
    /// with rows of neighbours.
    pub(super) async fn evidence<'a>(
        &'a self,
        name: &str,
        source: &'a Source,
        history: &[Event],
        by_rows: bool,
    ) -> Outcome<Vec<Evidence<'a>>, S> {
        let members: Vec<(Option<f32>, &Source)> = match source {
            Source::Ensemble(members) => members.iter().map(|(w, s)| (Some(*w), s)).collect(),
            alone => vec![(None, alone)],
        };
        let mut evidence = Vec::new();
        for (weight, source) in members {
            let read = match source {
                Source::ItemItem(source) => {
                    let weighed = source.weighting.weigh(history);
                    let weighed: Vec<(Event, f32)> = weighed.map(|(e, w)| (*e, w)).collect();
                    let items = weighed.iter().map(|(event, _)| event.item);
                    let rows = self.rows(source, items).await?;
                    Read::Rows(weighed, rows)
                }
                Source::Global { .. } if by_rows => continue,
                Source::Global { kind, file, loaded } => {
                    Read::Whole(self.global(*kind, file, loaded).await?)
                }
                _ => return Err(BundleError::no_items(name).into()),
            };
            evidence.push(Evidence { weight, read });
        }
        Ok(evidence)
    }
}

/// Adds what all of `evidence` says to the scores, and scales the weights of
/// events by what their member was multiplied by.
pub(super) fn score(evidence: &mut [Evidence<'_>], history: &[Event], scores: &mut Scores) {
    for Evidence { weight, read } in evidence {
        let Some(weight) = *weight else {
            read.score(history, scores);
            continue;
        };
        let mut own = Scores::new(scores.values().len());
        read.score(history, &mut own);
        let factor = factor(weight, &own);
        add_scaled(scores, factor, &own);
        if let Read::Rows(weighed, _) = read {
            weighed.iter_mut().for_each(|(_, weight)| *weight *= factor);
        }
    }
}

impl Read<'_> {
    fn score(&self, history: &[Event], scores: &mut Scores) {
        match self {
            Self::Rows(weighed, rows) => {
                for (event, weight) in weighed {
                    let row = &rows[event.item];
                    accumulate(scores, *weight, &row.items, &row.weights);
                }
            }
            Self::Whole(model) => model.score(history, scores),
        }
    }
}

/// What each event of the history adds to the score of `item`, once scored.
pub(super) fn parts(evidence: &[Evidence<'_>], item: u32) -> Vec<(u32, f32)> {
    let mut parts = Vec::new();
    for Evidence { read, .. } in evidence {
        if let Read::Rows(weighed, rows) = read {
            for (event, weight) in weighed {
                let row = &rows[event.item];
                if let Ok(position) = row.items.binary_search(&item) {
                    parts.push((event.item, weight * row.weights[position]));
                }
            }
        }
    }
    parts
}
