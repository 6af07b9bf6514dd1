//! What a preparation learned of each feature, for reports.

use doorstep_shared::knn::Preparation;
use serde::Serialize;

/// One feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreparedColumn {
    /// The column.
    pub column: String,
    /// Mean of a numeric feature, or of the age where it is a year.
    pub mean: Option<f64>,
    /// Its standard deviation; 1 where it is constant.
    pub deviation: Option<f64>,
    /// Whether its logarithm is a second column.
    pub log: bool,
    /// The year at which it becomes an age.
    pub age_at: Option<f64>,
    /// What stands for a missing value.
    pub fill: Option<String>,
    /// How many categories it has; 0 of a numeric feature.
    pub categories: usize,
}

/// Of every feature, numeric ones first.
pub fn prepared(preparation: &Preparation) -> Vec<PreparedColumn> {
    let numeric = preparation.numeric.iter().map(|feature| PreparedColumn {
        column: feature.name.clone(),
        mean: Some(feature.standard.mean),
        deviation: Some(feature.standard.deviation),
        log: feature.log.is_some(),
        age_at: feature.age_at,
        fill: feature.fill.map(|fill| fill.to_string()),
        categories: 0,
    });
    let categorical = preparation
        .categorical
        .iter()
        .map(|feature| PreparedColumn {
            column: feature.name.clone(),
            mean: None,
            deviation: None,
            log: false,
            age_at: None,
            fill: feature
                .fill
                .and_then(|fill| feature.values.get(usize::from(fill)).cloned()),
            categories: feature.values.len(),
        });
    numeric.chain(categorical).collect()
}
