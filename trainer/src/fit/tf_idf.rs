//! TF-IDF: sparse vectors of the items' texts, and their nearest neighbours.

use anyhow::ensure;
use doorstep_shared::ItemRecord;
use doorstep_shared::item_item::ItemItem;
use doorstep_shared::models::TfIdfConfig;

use super::Training;
use super::content::{text, text_fields};
use super::limits::check_sparse;
use super::sparse_cosine::neighbours;
use super::words::word_vectors;
use crate::progress::Progress;

/// Covers every item that has a record, whether or not anybody interacted with it.
pub(super) fn fit(
    config: &TfIdfConfig,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<ItemItem> {
    let n_items = training.n_items_with_content();
    let records = training.content.records.iter();
    let mut texts: Vec<String> = records.map(|record| text(record, &config.fields)).collect();
    ensure!(
        n_items == 0 || texts.iter().any(|text| !text.is_empty()),
        "no item has a text in {}: {}",
        config.fields.join(" or "),
        match text_fields(training.content.records) {
            known if known.is_empty() =>
                "give item records with --items FILE, with texts such as a column title or name"
                    .to_owned(),
            known => format!("set `fields` to some of {}", known.join(", ")),
        }
    );
    texts.resize(n_items, String::new());
    let vectors = word_vectors(&texts, config);
    let by_word = vectors.rows.to_csc();
    let keep = config.neighbours as usize;
    check_sparse(
        TfIdfConfig::NAME,
        &by_word,
        n_items,
        keep,
        "The square of how many items have a word counts: leave frequent words out with \
         tf-idf.stop_words=true, or lower tf-idf.max_features",
    )?;
    let bar = progress.bar("tf-idf: neighbours", n_items as u64);
    let neighbours = neighbours(&vectors.rows, &by_word, 0.0, keep, &bar);
    bar.finish_and_clear();
    Ok(ItemItem {
        name: TfIdfConfig::NAME.to_owned(),
        weighting: config.weighting(),
        neighbours,
    })
}

/// Names of text fields that no record has, beside others that there are; where
/// there are none, the fit refuses.
pub(super) fn warning(
    option: &str,
    config: &TfIdfConfig,
    records: &[ItemRecord],
) -> Option<String> {
    let known = text_fields(records);
    let unknown = config.fields.iter().map(String::as_str);
    let unknown: Vec<&str> = unknown.filter(|field| !known.contains(field)).collect();
    (!unknown.is_empty() && unknown.len() < config.fields.len()).then(|| {
        format!(
            "{option}: no item record has a text in {}; records have {}",
            unknown.join(" or "),
            known.join(", ")
        )
    })
}

/// How many items have no text, for who reads the results.
pub(super) fn note(config: &TfIdfConfig, training: &Training) -> Option<String> {
    let records = &training.content.records;
    let with_text = records
        .iter()
        .filter(|record| !text(record, &config.fields).is_empty());
    let without = training.n_items_with_content() - with_text.count();
    (without > 0).then(|| {
        format!(
            "{}: {without} items have no text in {}, so no neighbours",
            TfIdfConfig::NAME,
            config.fields.join(" or ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_no_record_has_is_named_beside_one_that_some_have() {
        let record = ItemRecord {
            title: Some("Red kettle".into()),
            ..ItemRecord::bare("a")
        };
        let of = |fields: &[&str]| {
            let config = TfIdfConfig {
                fields: fields.iter().map(|&field| field.to_owned()).collect(),
                ..TfIdfConfig::default()
            };
            warning("tf-idf.fields", &config, std::slice::from_ref(&record))
        };
        let said = of(&["title", "brnd", "colour"]).unwrap();
        assert_eq!(
            said,
            "tf-idf.fields: no item record has a text in brnd or colour; records have title"
        );
        assert_eq!(of(&["title"]), None);
        assert_eq!(of(&["brnd"]), None);
    }
}
