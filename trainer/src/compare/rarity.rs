//! Why a model may predict ratings well and yet find nothing.

use super::report::{Report, Row, main_cutoff};
use crate::evaluate::{Metrics, RATING_METRICS};

/// Lists are told to be of rare items from this popularity bias downwards: their items
/// have half the training interactions of those of the histories, or less.
const RARE: f64 = -0.5;

/// A sentence for each model of ratings whose lists are of items that hardly anybody rated.
pub(super) fn rarities(report: &Report) -> Vec<String> {
    let k = main_cutoff(&report.protocol.cutoffs);
    let of_row = |row: &Row| rarity(&row.name, &row.metrics, k);
    report.models.iter().filter_map(of_row).collect()
}

fn rarity(name: &str, metrics: &Metrics, k: usize) -> Option<String> {
    let of_ratings = RATING_METRICS
        .iter()
        .any(|name| metrics.get(name).is_some());
    let bias = metrics.get(&format!("popularity-bias@{k}"))?;
    (of_ratings && bias <= RARE).then(|| {
        format!(
            "{name}: the first {k} are items with {:.0} % fewer training interactions than those of the histories. It \
             ranks by predicted rating, and an item that one person rated highly can be predicted above one that \
             hundreds did. RMSE is of ratings that were given, most of them to well-known items; recall is of what was \
             chosen from all: the least error may go with no recall. Leave rarely rated items out (--min-item 20), or \
             rank by als, item-knn or next-linear",
            -100.0 * bias
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_models_of_ratings_with_lists_of_rare_items_are_told() {
        let of = |bias: f64, rated: bool| {
            let rmse = rated.then(|| ("rmse".to_owned(), 0.9));
            let bias = ("popularity-bias@10".to_owned(), bias);
            rarity(
                "svd",
                &Metrics([bias].into_iter().chain(rmse).collect()),
                10,
            )
        };
        assert!(
            of(-0.98, true)
                .unwrap()
                .starts_with("svd: the first 10 are items with 98 % fewer")
        );
        assert_eq!(of(-0.98, false), None);
        assert_eq!(of(-0.2, true), None);
        assert_eq!(of(1.5, true), None);
    }
}
