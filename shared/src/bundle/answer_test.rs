//! What a small bundle answers.

use futures_util::FutureExt;

use super::sample::*;
use super::*;
use crate::query::{RecommendQuery, SearchQuery, SimilarQuery};

#[test]
fn constraints_hold_for_hits_and_fallback() {
    let bundle = open(published().0).unwrap();
    let asked = r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":100,"filter":{"category":["Bags","Mugs"]},"deny":["id 4 <b>é</b>"]}"#;
    let answer = recommend(&bundle, &query(asked)).unwrap();
    assert_eq!(answer.hits.len(), 100);
    assert!(
        answer
            .hits
            .iter()
            .all(|hit| hit.item.attributes["category"][0] != "Straps")
    );
    assert!(!ids(&answer).contains(&"id 4 <b>é</b>"));

    let allowed = r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":9,"allow":["id 3 <b>é</b>","id 150 <b>é</b>","nobody"]}"#;
    let answer = recommend(&bundle, &query(allowed)).unwrap();
    assert_eq!(ids(&answer), ["id 3 <b>é</b>", "id 150 <b>é</b>"]);
    assert_eq!(
        (answer.hits[0].fallback, answer.hits[1].fallback),
        (false, true)
    );
    assert_eq!(answer.unknown, ["nobody"]);
}

#[test]
fn a_boost_reorders() {
    let bundle = open(published().0).unwrap();
    let plain = recommend(
        &bundle,
        &query(r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":3}"#),
    )
    .unwrap();
    assert_eq!(
        ids(&plain),
        ["id 1 <b>é</b>", "id 2 <b>é</b>", "id 3 <b>é</b>"]
    );
    let boosted =
        r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":3,"boost":{"category":{"Straps":16}}}"#;
    let boosted = recommend(&bundle, &query(boosted)).unwrap();
    assert_eq!(
        ids(&boosted),
        ["id 3 <b>é</b>", "id 1 <b>é</b>", "id 6 <b>é</b>"]
    );
}

#[test]
fn times_order_the_history() {
    let bundle = open(published().0).unwrap();
    let by_time = r#"{"history":[{"item":"id 9 <b>é</b>","time":2},{"item":"id 50 <b>é</b>","time":1}],"k":1}"#;
    let answer = recommend(&bundle, &query(by_time)).unwrap();
    assert_eq!(ids(&answer), ["id 10 <b>é</b>"]);
}

#[test]
fn similar_items_and_search() {
    let bundle = open(published().0).unwrap();
    let similar = |item: &str| {
        let asked = SimilarQuery {
            item: item.into(),
            k: 2,
            model: None,
            filter: Default::default(),
        };
        bundle
            .similar(&asked)
            .now_or_never()
            .unwrap()
            .map_err(bundle_error)
    };
    assert_eq!(
        ids(&similar("id 7 <b>é</b>").unwrap()),
        ["id 8 <b>é</b>", "id 9 <b>é</b>"]
    );
    assert_eq!(
        similar("nobody").unwrap_err(),
        BundleError::UnknownItem("nobody".into())
    );

    let search = |text: &str| {
        let asked = SearchQuery {
            text: text.into(),
            k: 300,
            filter: Default::default(),
        };
        let found = bundle.search(&asked).now_or_never().unwrap().unwrap();
        found
            .into_iter()
            .map(|record| record.title.unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        search("mugs 5"),
        [
            "Mugs no 59",
            "Mugs no 5",
            "Mugs no 50",
            "Mugs no 53",
            "Mugs no 56"
        ]
    );
    assert_eq!(search("BAG").len(), 67);
    assert!(search("  ").is_empty() && search("bags nothing").is_empty());
}

#[test]
fn bad_queries_say_what_is_wrong() {
    let bundle = open(published().0).unwrap();
    let why = |json: &str| recommend(&bundle, &query(json)).unwrap_err().to_string();
    assert_eq!(why(r#"{"k":0}"#), "k must be from 1 to 1000, not 0");
    assert_eq!(
        why(r#"{"model":"svd"}"#),
        "this bundle has no model \"svd\"; it has item-knn, popularity, recent-popularity"
    );
    assert_eq!(
        why(r#"{"filter":{"colour":["red"]}}"#),
        "this bundle has no attribute \"colour\"; it has category"
    );
    assert_eq!(
        why(r#"{"boost":{"category":{"Bags":-1}}}"#),
        "the boost of category \"Bags\" must be a number from 0 up"
    );
    assert!(serde_json::from_str::<RecommendQuery>(r#"{"histroy":[]}"#).is_err());
}

#[test]
fn a_zero_boost_and_a_negative_score_are_not_filled_back_in() {
    let bundle = open(published().0).unwrap();
    let asked =
        r#"{"history":[{"item":"id 0 <b>é</b>"}],"k":100,"boost":{"category":{"Straps":0}}}"#;
    let answer = recommend(&bundle, &query(asked)).unwrap();
    assert_eq!(answer.hits.len(), 100);
    assert!(
        answer
            .hits
            .iter()
            .all(|hit| hit.item.attributes["category"][0] != "Straps")
    );
}

#[test]
fn a_long_word_must_match_to_its_end() {
    let bundle = open(published().0).unwrap();
    let search = |text: &str| {
        let asked = SearchQuery {
            text: text.into(),
            k: 5,
            filter: Default::default(),
        };
        bundle.search(&asked).now_or_never().unwrap().unwrap().len()
    };
    assert_eq!((search("strap"), search("strapsandmore")), (5, 0));
}
