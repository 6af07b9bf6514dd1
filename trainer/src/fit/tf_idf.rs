//! TF-IDF: sparse vectors of the items' texts, and their nearest neighbours.

use anyhow::ensure;
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
            known if known.is_empty() => "give item records with --items FILE".to_owned(),
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
