//! Answers queries from a bundle.

use super::constraints::Constraints;
use super::evidence::{parts, score};
use super::reader::{Bundle, ByIndex};
use super::resolve::Outcome;
use super::source::Source;
use super::{BundleError, Store, text};
use crate::query::{
    Answer, Hit, MAX_K, MAX_WORDS, Reason, RecommendQuery, SearchQuery, SimilarQuery,
};
use crate::topk::{Scored, top_k, top_k_admitted};
use crate::{Event, ItemRecord, Scores};

/// An explanation names this many history items at most.
const REASONS: usize = 3;

impl<S: Store> Bundle<S> {
    /// A personalised list. Where the model has fewer than k items to offer,
    /// the most popular admitted items fill the list, marked as fallback.
    pub async fn recommend(&self, query: &RecommendQuery) -> Outcome<Answer, S> {
        check_k(query.k)?;
        let model = self.model(query.model.as_deref())?;
        let mut unknown = Vec::new();
        let unrated = model.source.unrated();
        let history = self.history(query, unrated, &mut unknown).await?;
        let mut constraints = self.constraints(query, &mut unknown).await?;
        if query.exclude_seen {
            constraints.deny(history.iter().map(|event| event.item));
        }
        let mut evidence = self
            .evidence(&model.name, &model.source, &history, false)
            .await?;
        let (best, fallback) = {
            let mut scores = self.cleared_scores();
            score(&mut evidence, &history, &mut scores);
            list(&scores, &constraints, query.k)
        };
        let personal = !matches!(model.source, Source::Global { .. });
        let because: Vec<Vec<(u32, f32)>> = match query.explain && personal {
            true => {
                let items: Vec<u32> = best.iter().map(|hit| hit.item).collect();
                let parts = parts(&evidence, &history, &items);
                parts.iter().map(|parts| shares(parts)).collect()
            }
            false => Vec::new(),
        };
        let explained = because.iter().flatten().map(|&(item, _)| item);
        let shown = best
            .iter()
            .map(|hit| hit.item)
            .chain(fallback.iter().copied());
        let records = self.records(shown.chain(explained).collect()).await?;
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
        let model = self.similar_model(query.model.as_deref())?;
        let index = self.indices(&[query.item.as_str()]).await?[0];
        let index = index.ok_or_else(|| BundleError::UnknownItem(query.item.clone()))?;
        let mut constraints = Constraints::default();
        self.apply_filter(&mut constraints, &query.filter).await?;
        constraints.deny([index]);
        let best = match &model.source {
            Source::Factors(open) => {
                let factors = open.model(&self.store).await?;
                let mut scores = self.cleared_scores();
                factors.cosines(index, &mut scores);
                best(&scores, &constraints, query.k)
            }
            rows => {
                let alone = [Event::implicit(index)];
                let mut evidence = self.evidence(&model.name, rows, &alone, true).await?;
                let mut scores = self.cleared_scores();
                score(&mut evidence, &alone, &mut scores);
                best(&scores, &constraints, query.k)
            }
        };
        let records = self
            .records(best.iter().map(|hit| hit.item).collect())
            .await?;
        Ok(Answer {
            hits: best
                .iter()
                .map(|hit| new_hit(&records, hit.item, hit.score))
                .collect(),
            unknown: Vec::new(),
            model: model.name.clone(),
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
        let mut words = text::words(&query.text);
        words.truncate(MAX_WORDS);
        let found = postings.search(&self.store, &words).await?;
        let mut constraints = Constraints::default();
        self.apply_filter(&mut constraints, &query.filter).await?;
        let admitted: Vec<u32> = found
            .into_iter()
            .filter(|&i| constraints.admits(i))
            .collect();
        let mut items = Vec::new();
        for candidates in admitted.chunks(query.k as usize) {
            let records = self.records(candidates.to_vec()).await?;
            let records = candidates.iter().map(|&item| &records[item]);
            items.extend(
                records
                    .filter(|record| text::matches(record, &words))
                    .cloned(),
            );
            if items.len() >= query.k as usize {
                break;
            }
        }
        items.truncate(query.k as usize);
        Ok(items)
    }
}

pub(super) fn check_k(k: u32) -> Result<(), BundleError> {
    if (1..=MAX_K).contains(&k) {
        return Ok(());
    }
    Err(BundleError::InvalidQuery(format!(
        "k must be from 1 to {MAX_K}, not {k}"
    )))
}

/// The k best admitted items with a positive score.
fn best(scores: &Scores, constraints: &Constraints, k: u32) -> Vec<Scored> {
    let scored = scores.touched().iter().map(|&item| Scored {
        item,
        score: scores.values()[item as usize] * constraints.factor(item),
    });
    let shown = |hit: &Scored| hit.score > 0.0 && hit.score.is_finite();
    let admits = |hit: &Scored| constraints.admits(hit.item);
    top_k_admitted(scored.filter(shown), k as usize, admits)
}

/// The best items, and what fills up their list.
fn list(scores: &Scores, constraints: &Constraints, k: u32) -> (Vec<Scored>, Vec<u32>) {
    let best = best(scores, constraints, k);
    let fallback = fill(&best, scores, constraints, k);
    (best, fallback)
}

/// The most popular admitted items that fill up a list of `k`: not those that
/// are in it, nor those that the model or a boost spoke against.
fn fill(best: &[Scored], scores: &Scores, constraints: &Constraints, k: u32) -> Vec<u32> {
    let n_items = scores.values().len() as u32;
    let unopposed = |item: &u32| {
        let listed = best.iter().any(|hit| hit.item == *item);
        let opposed = scores.values()[*item as usize] < 0.0 || constraints.factor(*item) == 0.0;
        !listed && !opposed
    };
    let missing = k as usize - best.len();
    constraints
        .admitted(n_items)
        .filter(unopposed)
        .take(missing)
        .collect()
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

/// The history items that contribute most, with their share of the positive
/// contributions.
fn shares(parts: &[(u32, f32)]) -> Vec<(u32, f32)> {
    let mut by_item: Vec<Scored> = Vec::new();
    for &(item, score) in parts {
        match by_item.iter_mut().find(|part| part.item == item) {
            Some(part) => part.score += score,
            None => by_item.push(Scored { item, score }),
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
}
