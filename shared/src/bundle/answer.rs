//! Answers queries from a bundle.

use super::constraints::Constraints;
use super::reader::{Bundle, ByIndex, Source, predicts};
use super::rows::Row;
use super::{BundleError, ReadError, Store, postings, text};
use crate::item_item::accumulate;
use crate::query::{Answer, Filter, Hit, MAX_K, Reason, RecommendQuery, SearchQuery, SimilarQuery};
use crate::topk::{Scored, top_k};
use crate::{Event, ItemRecord, Recommender, Scores};

/// An explanation names this many history items at most.
const REASONS: usize = 3;

type Outcome<T, S> = Result<T, ReadError<<S as Store>::Error>>;

impl<S: Store> Bundle<S> {
    /// A personalised list. Where the model has fewer than k items to offer,
    /// the most popular admitted items fill the list, marked as fallback.
    pub async fn recommend(&self, query: &RecommendQuery) -> Outcome<Answer, S> {
        check_k(query.k)?;
        let model = self.model(query.model.as_deref())?;
        let mut unknown = Vec::new();
        let history = self.history(query, &mut unknown).await?;
        let mut constraints = self.constraints(query, &mut unknown).await?;
        if query.exclude_seen {
            constraints.deny(history.iter().map(|event| event.item));
        }
        let (best, rows) = match &model.source {
            Source::ItemItem(source) => {
                let weighed: Vec<(Event, f32)> = source
                    .weighting
                    .weigh(&history)
                    .map(|(e, w)| (*e, w))
                    .collect();
                let rows = self
                    .rows(source, weighed.iter().map(|(event, _)| event.item))
                    .await?;
                let mut scores = self.cleared_scores();
                for (event, weight) in &weighed {
                    let row = &rows[event.item];
                    accumulate(&mut scores, *weight, &row.items, &row.weights);
                }
                (best(&scores, &constraints, query.k), Some((weighed, rows)))
            }
            Source::Knn(_) => return Err(predicts(&model.name).into()),
            Source::Global { kind, file, loaded } => {
                let global = self.global(*kind, file, loaded).await?;
                let mut scores = self.cleared_scores();
                global.score(&history, &mut scores);
                (best(&scores, &constraints, query.k), None)
            }
        };
        let fallback = self.fill(&best, &constraints, query.k);
        let because = match (&rows, query.explain) {
            (Some((weighed, rows)), true) => explain(&best, weighed, rows),
            _ => Vec::new(),
        };
        let explained = because.iter().flatten().map(|&(item, _)| item);
        let shown = best
            .iter()
            .map(|hit| hit.item)
            .chain(fallback.iter().copied());
        let records = self.records(shown.chain(explained)).await?;
        let mut hits: Vec<Hit> = best
            .iter()
            .map(|hit| new_hit(&records, hit.item, hit.score))
            .collect();
        for (hit, reasons) in hits.iter_mut().zip(&because) {
            hit.because = Some(
                reasons
                    .iter()
                    .map(|&(item, share)| reason(&records, item, share))
                    .collect(),
            );
        }
        hits.extend(fallback.into_iter().map(|item| Hit {
            fallback: true,
            ..new_hit(&records, item, 0.0)
        }));
        Ok(Answer {
            hits,
            unknown,
            model: model.name.clone(),
        })
    }

    /// The neighbours of one item.
    pub async fn similar(&self, query: &SimilarQuery) -> Outcome<Answer, S> {
        check_k(query.k)?;
        let (model, source) = self.item_item(query.model.as_deref())?;
        let index = self.indices(&[query.item.as_str()]).await?[0];
        let index = index.ok_or_else(|| BundleError::UnknownItem(query.item.clone()))?;
        let mut constraints = Constraints::default();
        self.apply_filter(&mut constraints, &query.filter).await?;
        constraints.deny([index]);
        let rows = self.rows(source, [index]).await?;
        let best = {
            let mut scores = self.cleared_scores();
            let row = &rows[index];
            accumulate(&mut scores, 1.0, &row.items, &row.weights);
            best(&scores, &constraints, query.k)
        };
        let records = self.records(best.iter().map(|hit| hit.item)).await?;
        Ok(Answer {
            hits: best
                .iter()
                .map(|hit| new_hit(&records, hit.item, hit.score))
                .collect(),
            unknown: Vec::new(),
            model: model.to_owned(),
        })
    }

    /// Items by title, most popular first.
    pub async fn search(&self, query: &SearchQuery) -> Outcome<Vec<ItemRecord>, S> {
        check_k(query.k)?;
        let Some(postings) = self
            .postings
            .as_ref()
            .filter(|_| self.manifest().catalogue.searchable)
        else {
            return Err(
                BundleError::InvalidQuery("this bundle has no titles to search".into()).into(),
            );
        };
        let found = postings
            .search(&self.store, &text::words(&query.text))
            .await?;
        let mut constraints = Constraints::default();
        self.apply_filter(&mut constraints, &query.filter).await?;
        let found: Vec<u32> = found
            .into_iter()
            .filter(|&i| constraints.admits(i))
            .take(query.k as usize)
            .collect();
        let records = self.records(found.iter().copied()).await?;
        Ok(found
            .iter()
            .filter_map(|item| records.get(*item).cloned())
            .collect())
    }

    /// The query's history as events, oldest first.
    async fn history(
        &self,
        query: &RecommendQuery,
        unknown: &mut Vec<String>,
    ) -> Outcome<Vec<Event>, S> {
        let ids: Vec<&str> = query
            .history
            .iter()
            .map(|entry| entry.item.as_str())
            .collect();
        let mut timed = Vec::new();
        for (entry, index) in query.history.iter().zip(self.indices(&ids).await?) {
            let rating = entry.rating.unwrap_or(1.0);
            if !rating.is_finite() {
                return Err(BundleError::InvalidQuery(format!(
                    "the rating of \"{}\" is not a number",
                    entry.item
                ))
                .into());
            }
            match index {
                Some(item) => timed.push((
                    entry.time,
                    Event {
                        item,
                        rating,
                        time: None,
                    },
                )),
                None => unknown.push(entry.item.clone()),
            }
        }
        if timed
            .iter()
            .all(|(time, _)| time.is_some_and(f64::is_finite))
        {
            timed.sort_by(|(a, _), (b, _)| a.partial_cmp(b).expect("finite times compare"));
        }
        Ok(timed.into_iter().map(|(_, event)| event).collect())
    }

    async fn constraints(
        &self,
        query: &RecommendQuery,
        unknown: &mut Vec<String>,
    ) -> Outcome<Constraints, S> {
        let mut constraints = Constraints::default();
        if let Some(allow) = &query.allow {
            let mut items = self.known(allow, unknown).await?;
            items.sort_unstable();
            items.dedup();
            constraints.restrict(items);
        }
        constraints.deny(self.known(&query.deny, unknown).await?);
        self.apply_filter(&mut constraints, &query.filter).await?;
        for (attribute, factors) in &query.boost {
            for (value, &factor) in factors {
                if !(factor >= 0.0 && factor.is_finite()) {
                    let why =
                        format!("the boost of {attribute} \"{value}\" must be a number from 0 up");
                    return Err(BundleError::InvalidQuery(why).into());
                }
                constraints.boost(
                    self.with_attribute(attribute, std::slice::from_ref(value))
                        .await?,
                    factor,
                );
            }
        }
        Ok(constraints)
    }

    async fn known(&self, ids: &[String], unknown: &mut Vec<String>) -> Outcome<Vec<u32>, S> {
        let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        for (id, index) in ids.iter().zip(self.indices(&asked).await?) {
            match index {
                Some(index) => found.push(index),
                None => unknown.push(id.clone()),
            }
        }
        Ok(found)
    }

    async fn apply_filter(&self, constraints: &mut Constraints, filter: &Filter) -> Outcome<(), S> {
        for (attribute, values) in filter {
            constraints.restrict(self.with_attribute(attribute, values).await?);
        }
        Ok(())
    }

    /// Items with any of `values`, ascending.
    async fn with_attribute(&self, attribute: &str, values: &[String]) -> Outcome<Vec<u32>, S> {
        let known = &self.manifest().catalogue.attributes;
        let postings = self
            .postings
            .as_ref()
            .filter(|_| known.iter().any(|a| a.name == attribute));
        let Some(postings) = postings else {
            let names: Vec<&str> = known.iter().map(|a| a.name.as_str()).collect();
            let why = match names.as_slice() {
                [] => format!(
                    "this bundle has no attributes, so it can't filter or boost by \"{attribute}\""
                ),
                names => format!(
                    "this bundle has no attribute \"{attribute}\"; it has {}",
                    names.join(", ")
                ),
            };
            return Err(BundleError::InvalidQuery(why).into());
        };
        let keys: Vec<String> = values
            .iter()
            .map(|value| text::attribute_key(attribute, value))
            .collect();
        let lists = postings.get(&self.store, &keys).await?;
        Ok(lists
            .iter()
            .fold(Vec::new(), |all, list| postings::union(&all, list)))
    }

    /// The most popular admitted items that are not among `best`.
    fn fill(&self, best: &[Scored], constraints: &Constraints, k: u32) -> Vec<u32> {
        let missing = k as usize - best.len();
        let n_items = self.manifest().catalogue.items;
        let others = constraints
            .admitted(n_items)
            .filter(|item| best.iter().all(|hit| hit.item != *item));
        others.take(missing).collect()
    }
}

fn check_k(k: u32) -> Result<(), BundleError> {
    if (1..=MAX_K).contains(&k) {
        return Ok(());
    }
    Err(BundleError::InvalidQuery(format!(
        "k must be from 1 to {MAX_K}, not {k}"
    )))
}

/// The k best admitted items with a positive score.
fn best(scores: &Scores, constraints: &Constraints, k: u32) -> Vec<Scored> {
    let candidates = scores
        .touched()
        .iter()
        .filter(|&&item| constraints.admits(item))
        .map(|&item| Scored {
            item,
            score: scores.values()[item as usize] * constraints.factor(item),
        });
    top_k(candidates.filter(|hit| hit.score > 0.0), k as usize)
}

fn new_hit(records: &ByIndex<ItemRecord>, item: u32, score: f32) -> Hit {
    let item = records[item].clone();
    Hit {
        id: item.id.clone(),
        score,
        item,
        because: None,
        fallback: false,
    }
}

fn reason(records: &ByIndex<ItemRecord>, item: u32, share: f32) -> Reason {
    let record = &records[item];
    Reason {
        id: record.id.clone(),
        title: record.title.clone(),
        share,
    }
}

/// For each hit, the history items that contribute most, with their share of
/// the positive contributions.
fn explain(best: &[Scored], weighed: &[(Event, f32)], rows: &ByIndex<Row>) -> Vec<Vec<(u32, f32)>> {
    let contributions = |hit: &Scored| {
        let mut by_item: Vec<Scored> = Vec::new();
        for (event, weight) in weighed {
            let row = &rows[event.item];
            if let Ok(position) = row.items.binary_search(&hit.item) {
                let score = weight * row.weights[position];
                match by_item.iter_mut().find(|part| part.item == event.item) {
                    Some(part) => part.score += score,
                    None => by_item.push(Scored {
                        item: event.item,
                        score,
                    }),
                }
            }
        }
        by_item.retain(|part| part.score > 0.0);
        let total: f32 = by_item.iter().map(|part| part.score).sum();
        let shares = by_item.into_iter().map(|part| Scored {
            score: part.score / total,
            ..part
        });
        top_k(shares, REASONS)
            .into_iter()
            .map(|s| (s.item, s.score))
            .collect()
    };
    best.iter().map(contributions).collect()
}
