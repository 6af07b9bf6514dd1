//! What a model says of one history: read first, scored then, and explained by
//! what each event adds.

use super::reader::{Bundle, ByIndex};
use super::resolve::Outcome;
use super::rows::Row;
use super::source::{GlobalModel, Source};
use super::{BundleError, Store};
use crate::factors::Factors;
use crate::item_item::accumulate;
use crate::models::{Scale, Share};
use crate::{Event, Recommender, Scores};

/// What one model, or one member of an ensemble, has read for a history.
pub(super) struct Evidence<'a> {
    /// The member's share; `None` where the model stands alone, unscaled.
    share: Option<Share>,
    /// What became of a member's scores, once scored; `None` where all are 0.
    scale: Option<Scale>,
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
                scale: None,
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
        *scale = share.add(own.entries(), scores);
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

    /// What each event adds to the member's own score of each item.
    fn parts(&self, history: &[Event], items: &[u32]) -> Vec<Vec<(u32, f32)>> {
        match self {
            Self::Rows(weighed, rows) => {
                let part = |item: &u32, (event, weight): &(Event, f32)| {
                    let row = &rows[event.item];
                    let position = row.items.binary_search(item).ok()?;
                    Some((event.item, weight * row.weights[position]))
                };
                let of = |item| {
                    weighed
                        .iter()
                        .filter_map(|event| part(item, event))
                        .collect()
                };
                items.iter().map(of).collect()
            }
            Self::Factors(model) => model.contributions(history, items),
            Self::Whole(_) => Vec::new(),
            #[cfg(feature = "neural")]
            Self::Scores(_) => Vec::new(),
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
    // A member that scores nothing has no part in anything.
    let counts = |own: &&Evidence| own.share.is_none() || own.scale.is_some();
    for Evidence { scale, read, .. } in evidence.iter().filter(counts) {
        for (parts, mut own) in parts.iter_mut().zip(read.parts(history, items)) {
            if let Some(scale) = scale {
                let factor = scale.of_parts(own.iter().map(|(_, part)| part).sum());
                own.iter_mut().for_each(|(_, part)| *part *= factor);
            }
            parts.extend(own);
        }
    }
    parts
}
