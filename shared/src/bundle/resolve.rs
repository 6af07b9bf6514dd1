//! What a query names, resolved to indices: its history, and which items it
//! admits.

use super::constraints::Constraints;
use super::reader::Bundle;
use super::{BundleError, ReadError, Store, text};
use crate::Event;
use crate::query::{Filter, MAX_IDS, RecommendQuery};

/// What a query over a store gives.
pub(super) type Outcome<T, S> = Result<T, ReadError<<S as Store>::Error>>;

/// Refuses more ids than a query may hold.
pub(super) fn check_ids(field: &str, found: usize) -> Result<(), BundleError> {
    if found <= MAX_IDS {
        return Ok(());
    }
    let why = format!("{field} holds {found} ids; at most {MAX_IDS} are allowed");
    Err(BundleError::InvalidQuery(why))
}

impl<S: Store> Bundle<S> {
    /// The query's history as events, oldest first; `unrated` is the rating of
    /// an entry without one.
    pub(super) async fn history(
        &self,
        query: &RecommendQuery,
        unrated: f32,
        unknown: &mut Vec<String>,
    ) -> Outcome<Vec<Event>, S> {
        check_ids("history", query.history.len())?;
        let ids: Vec<&str> = query
            .history
            .iter()
            .map(|entry| entry.item.as_str())
            .collect();
        let mut events: Vec<(f64, Event)> = Vec::new();
        for (entry, index) in query.history.iter().zip(self.indices(&ids).await?) {
            let rating = entry.rating.unwrap_or(unrated);
            let time = entry.time.unwrap_or(0.0);
            if !(rating.is_finite() && time.is_finite()) {
                let why = format!("rating or time of \"{}\" is not a number", entry.item);
                return Err(BundleError::InvalidQuery(why).into());
            }
            match index {
                Some(item) => events.push((
                    time,
                    Event {
                        item,
                        rating,
                        time: None,
                    },
                )),
                None => unknown.push(entry.item.clone()),
            }
        }
        if query.history.iter().all(|entry| entry.time.is_some()) {
            events.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        }
        Ok(events.into_iter().map(|(_, event)| event).collect())
    }

    pub(super) async fn constraints(
        &self,
        query: &RecommendQuery,
        unknown: &mut Vec<String>,
    ) -> Outcome<Constraints, S> {
        let mut constraints = Constraints::default();
        check_ids("deny", query.deny.len())?;
        if let Some(allow) = &query.allow {
            check_ids("allow", allow.len())?;
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

    pub(super) async fn apply_filter(
        &self,
        constraints: &mut Constraints,
        filter: &Filter,
    ) -> Outcome<(), S> {
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
        let mut items = postings.get(&self.store, &keys).await?.concat();
        items.sort_unstable();
        items.dedup();
        Ok(items)
    }
}
