//! Fits the preparation to the training part.

use anyhow::{Result, ensure};
use doorstep_shared::knn::{Categorical, Numeric, Preparation, Rows, Standard, UNSEEN};

use super::frame::{Frame, NO_CATEGORY, NumericColumn};

/// Quantiles kept of each numeric feature.
const QUANTILES: usize = 101;
/// A feature is skewed, and gets a logarithm beside it, when the middle nine tenths of its values span
/// at least this factor once an offset of 1 % of their deviation is added.
const SKEWED: f64 = 4.5;

/// How to prepare.
#[derive(Clone, Debug, Default)]
pub struct PrepareOptions {
    /// Whether the median or most frequent category stands in for a missing value.
    pub impute: bool,
    /// Features that hold years, and the year at which they are ages.
    pub ages: Option<(Vec<String>, f64)>,
}

/// Means, deviations, categories and fillings of the rows numbered `members`, and notes on what
/// is odd about them.
pub fn prepare(
    frame: &Frame,
    members: &[u32],
    options: &PrepareOptions,
) -> Result<(Preparation, Vec<String>)> {
    let mut notes = Vec::new();
    let mut preparation = Preparation::default();
    for column in &frame.numeric {
        let feature = numeric(column, members, options)?;
        if feature.quantiles.first() == feature.quantiles.last() {
            notes.push(format!(
                "column {} is constant in the training part: it has no say",
                column.name
            ));
        }
        preparation.numeric.push(feature);
    }
    for column in &frame.categorical {
        let mut counts = vec![0usize; column.categories.len()];
        for &row in members {
            let code = column.codes[row as usize];
            if code != NO_CATEGORY {
                counts[usize::from(code)] += 1;
            }
        }
        let seen: Vec<usize> = (0..counts.len()).filter(|&code| counts[code] > 0).collect();
        ensure!(
            !seen.is_empty(),
            "column {} has no value in the training part; leave it out with --exclude",
            column.name
        );
        // The first of equally frequent ones.
        let frequent = (0..seen.len()).rev().max_by_key(|&at| counts[seen[at]]);
        preparation.categorical.push(Categorical {
            name: column.name.clone(),
            fill: frequent.filter(|_| options.impute).map(|at| at as u16),
            values: seen
                .iter()
                .map(|&code| column.categories[code].clone())
                .collect(),
        });
    }
    Ok((preparation, notes))
}

fn numeric(column: &NumericColumn, members: &[u32], options: &PrepareOptions) -> Result<Numeric> {
    let all = members.iter().map(|&row| column.values[row as usize]);
    let mut sorted: Vec<f64> = all.filter(|value| !value.is_nan()).collect();
    ensure!(
        !sorted.is_empty(),
        "column {} has no value in the training part; leave it out with --exclude",
        column.name
    );
    // In order of the rows: a sum depends on it in its last digits.
    let in_order = sorted.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
    let age_at = options
        .ages
        .as_ref()
        .filter(|(names, _)| names.contains(&column.name))
        .map(|(_, year)| *year);
    let age = |value: f64| age_at.map_or(value, |year| year - value);
    let standard = Standard::of(in_order.iter().map(|&value| age(value)));
    let offset = 0.01 * standard.deviation;
    let skewed = age_at.is_none()
        && sorted[0] >= 0.0
        && (quantile(0.95) + offset) / (quantile(0.05) + offset) >= SKEWED;
    let log = skewed.then(|| {
        let logarithms = in_order.iter().map(|value| (value + offset).ln());
        (offset, Standard::of(logarithms))
    });
    Ok(Numeric {
        name: column.name.clone(),
        age_at,
        fill: options.impute.then(|| quantile(0.5)),
        standard,
        log,
        quantiles: (0..QUANTILES)
            .map(|at| quantile(at as f64 / (QUANTILES - 1) as f64) as f32)
            .collect(),
    })
}

/// The rows numbered `members`, prepared.
pub fn rows(frame: &Frame, preparation: &Preparation, members: &[u32]) -> Rows {
    let known: Vec<Vec<u16>> = frame
        .categorical
        .iter()
        .zip(&preparation.categorical)
        .map(|(column, feature)| {
            column
                .categories
                .iter()
                .map(|name| feature.category(name))
                .collect()
        })
        .collect();
    let mut rows = Rows::new(preparation);
    for &member in members {
        let row = member as usize;
        let numeric = frame.numeric.iter().zip(&preparation.numeric);
        let values: Vec<f64> = numeric
            .map(|(column, feature)| match column.values[row] {
                missing if missing.is_nan() => feature.fill.unwrap_or(missing),
                value => value,
            })
            .collect();
        let features = frame
            .categorical
            .iter()
            .zip(&preparation.categorical)
            .zip(&known);
        let categories: Vec<u16> = features
            .map(|((column, feature), known)| match column.codes[row] {
                NO_CATEGORY => feature.fill.unwrap_or(UNSEEN),
                code => known[usize::from(code)],
            })
            .collect();
        rows.push(preparation, &values, &categories, frame.target(row) as f32);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::frame::{CategoricalColumn, Target};

    fn frame() -> Frame {
        Frame {
            target_name: "t".into(),
            numeric: vec![
                NumericColumn {
                    name: "year".into(),
                    values: vec![2000.0, 2010.0, f64::NAN, 1900.0],
                },
                NumericColumn {
                    name: "same".into(),
                    values: vec![3.0; 4],
                },
                NumericColumn {
                    name: "skewed".into(),
                    values: vec![0.0, 100.0, 1.0, 5.0],
                },
            ],
            categorical: vec![CategoricalColumn {
                name: "key".into(),
                categories: vec!["a".into(), "b".into(), "c".into()],
                codes: vec![2, 0, NO_CATEGORY, 1],
            }],
            target: Target::Numbers(vec![0.0; 4]),
            ids: (0..4).map(|i| i.to_string()).collect(),
            names: vec![],
            report: vec![],
            notes: vec![],
            fingerprint: String::new(),
        }
    }

    #[test]
    fn only_the_training_part_teaches() {
        let options = PrepareOptions {
            impute: true,
            ages: Some((vec!["year".into()], 2020.0)),
        };
        let (p, notes) = prepare(&frame(), &[0, 1, 2], &options).unwrap();
        assert_eq!(
            (p.numeric[0].standard.mean, p.numeric[0].standard.deviation),
            (15.0, 5.0)
        );
        assert_eq!(p.numeric[0].fill, Some(2010.0));
        assert!(p.numeric[0].log.is_none() && p.numeric[2].log.is_some());
        assert_eq!(
            (p.categorical[0].values.join(","), p.categorical[0].fill),
            ("a,c".into(), Some(0))
        );
        assert!(
            notes.len() == 1 && notes[0].contains("same is constant"),
            "{notes:?}"
        );
        let rows = rows(&frame(), &p, &[3, 2]);
        assert_eq!(rows.categories(0), [UNSEEN]);
        assert_eq!(rows.categories(1), [0]);
        assert_eq!(rows.columns(0)[0], 21.0);
        assert_eq!((rows.columns(1)[0], rows.columns(1)[1]), (-1.0, 0.0));
    }

    #[test]
    fn a_column_without_values_is_refused() {
        let error = prepare(&frame(), &[2], &PrepareOptions::default())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("year") && error.contains("--exclude"),
            "{error}"
        );
    }
}
