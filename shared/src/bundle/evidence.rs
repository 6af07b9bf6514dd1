//! What a model says of one history: read first, scored then, and explained by
//! what each event adds.

use super::reader::{Bundle, ByIndex};
use super::resolve::Outcome;
use super::rows::Row;
use super::source::{GlobalModel, Source};
use super::{BundleError, Store};
use crate::factors::Factors;
use crate::item_item::accumulate;
use crate::models::Share;
use crate::{Event, Recommender, Scores};

/// What one model, or one member of an ensemble, has read for a history.
pub(super) struct Evidence<'a> {
    /// The member's share; `None` where the model stands alone, unscaled.
    share: Option<Share>,
    /// What its scores were multiplied by.
    scale: f32,
    read: Read<'a>,
}

enum Read<'a> {
    /// The events that count with their weights, and their items' rows.
    Rows(Vec<(Event, f32)>, ByIndex<Row>),
    /// Vectors of all items.
    Factors(&'a Factors),
    /// The same for everybody.
    Whole(&'a GlobalModel),
    /// What a network made of the history, of all items or of none.
    #[cfg(feature = "neural")]
    Scores(Vec<f32>),
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
        let members: Vec<(Option<Share>, &Source)> = match source {
            Source::Ensemble(members) => members.iter().map(|(m, s)| (Some(*m), s)).collect(),
            alone => vec![(None, alone)],
        };
        let mut evidence = Vec::new();
        for (share, source) in members {
            let read = match source {
                Source::ItemItem(source) => {
                    let weighed = source.weighting.weigh(history);
                    let weighed: Vec<(Event, f32)> = weighed.map(|(e, w)| (*e, w)).collect();
                    let items = weighed.iter().map(|(event, _)| event.item).collect();
                    let rows = self.rows(source, items).await?;
                    Read::Rows(weighed, rows)
                }
                Source::Global { .. } | Source::Factors(_) if by_rows => continue,
                #[cfg(feature = "neural")]
                Source::Neural(_) if by_rows => continue,
                #[cfg(feature = "neural")]
                Source::Neural(open) => {
                    let network = open.model(&self.store, &self.device).await?;
                    let scores = network.scores(history).await;
                    let scores = scores.map_err(BundleError::Device)?;
                    Read::Scores(scores.unwrap_or_default())
                }
                Source::Factors(open) => Read::Factors(open.model(&self.store).await?),
                Source::Global { kind, file, loaded } => {
                    Read::Whole(self.global(*kind, file, loaded).await?)
                }
                _ => return Err(BundleError::no_items(name).into()),
            };
            evidence.push(Evidence {
                share,
                scale: 1.0,
                read,
            });
        }
        Ok(evidence)
    }
}

/// Adds what all of `evidence` says to the scores, and notes how members were scaled.
pub(super) fn score(evidence: &mut [Evidence<'_>], history: &[Event], scores: &mut Scores) {
    for Evidence { share, scale, read } in evidence {
        let Some(share) = *share else {
            read.score(history, scores);
            continue;
        };
        let mut own = Scores::new(scores.values().len());
        read.score(history, &mut own);
        *scale = share.add(&own, scores);
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
            Self::Factors(model) => model.score(history, scores),
            Self::Whole(model) => model.score(scores),
            #[cfg(feature = "neural")]
            Self::Scores(own) => scores.add_all(own),
        }
    }
}

/// What each event of the history adds to the score of each of `items`, once scored.
pub(super) fn parts(
    evidence: &[Evidence<'_>],
    history: &[Event],
    items: &[u32],
) -> Vec<Vec<(u32, f32)>> {
    let mut parts = vec![Vec::new(); items.len()];
    for Evidence { scale, read, .. } in evidence {
        match read {
            Read::Rows(weighed, rows) => {
                for (item, parts) in items.iter().zip(&mut parts) {
                    for (event, weight) in weighed {
                        let row = &rows[event.item];
                        if let Ok(position) = row.items.binary_search(item) {
                            parts.push((event.item, scale * weight * row.weights[position]));
                        }
                    }
                }
            }
            Read::Factors(model) => {
                let own = model.contributions(history, items);
                for (parts, own) in parts.iter_mut().zip(own) {
                    parts.extend(own.into_iter().map(|(item, part)| (item, scale * part)));
                }
            }
            Read::Whole(_) => {}
            #[cfg(feature = "neural")]
            Read::Scores(_) => {}
        }
    }
    parts
}
