//! From a row of a table to standardised columns and categories. Fitted on the
//! training part and stored with the model.

use super::KnnError;

/// The category of a value that the training part did not have. Its one-hot
/// code is −1 throughout, so it is equally far from every known category.
pub const UNSEEN: u16 = u16::MAX;

/// Subtracts a mean and divides by a standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standard {
    /// Mean of the training part.
    pub mean: f64,
    /// Population standard deviation; 1 for a constant column, which then is 0 throughout.
    pub deviation: f64,
}

impl Standard {
    /// Of `values`, which may not be empty.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let n = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / n;
        let deviation = (values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
        // A sum of equal values can differ from them in its last digits.
        let constant = deviation <= mean.abs() * 1e-12;
        Self {
            mean,
            deviation: if constant { 1.0 } else { deviation },
        }
    }

    /// The standardised value, at most a million deviations from the mean: no
    /// arithmetic on columns overflows.
    pub fn apply(&self, value: f64) -> f32 {
        ((value - self.mean) / self.deviation).clamp(-1e6, 1e6) as f32
    }
}

/// A numeric feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Numeric {
    /// Name of the table's column.
    pub name: String,
    /// Years become ages at this year.
    pub age_at: Option<f64>,
    /// What stands for a missing value.
    pub fill: Option<f64>,
    /// Of the value, or of the age.
    pub standard: Standard,
    /// Offset and scale of a second column, ln(value + offset), for a skewed feature.
    pub log: Option<(f64, Standard)>,
    /// 101 evenly spaced quantiles of the training part, from least to largest value.
    pub quantiles: Vec<f32>,
}

impl Numeric {
    fn age(&self, value: f64) -> f64 {
        self.age_at.map_or(value, |year| year - value)
    }
}

/// A categorical feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Categorical {
    /// Name of the table's column.
    pub name: String,
    /// Category that stands for a missing value.
    pub fill: Option<u16>,
    /// The categories of the training part, sorted.
    pub values: Vec<String>,
}

/// What the training part taught about each feature.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Preparation {
    /// Numeric features, in the order of their columns.
    pub numeric: Vec<Numeric>,
    /// Categorical features.
    pub categorical: Vec<Categorical>,
}

/// A prepared row.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Standardised columns: every numeric feature, then the logarithms of the skewed ones.
    pub columns: Vec<f32>,
    /// Category of each categorical feature; [`UNSEEN`] where the training part lacks it.
    pub categories: Vec<u16>,
}

impl Preparation {
    /// Number of standardised columns.
    pub fn columns(&self) -> usize {
        self.numeric.len() + self.numeric.iter().filter(|f| f.log.is_some()).count()
    }

    /// Appends the standardised columns of finite `values`, one a numeric feature.
    pub fn put_columns(&self, values: impl Iterator<Item = f64> + Clone, columns: &mut Vec<f32>) {
        let features = || self.numeric.iter().zip(values.clone());
        columns.extend(features().map(|(f, value)| f.standard.apply(f.age(value))));
        columns.extend(features().filter_map(|(feature, value)| {
            let (offset, standard) = feature.log?;
            // Below the training part's least value the logarithm may not exist.
            let least = f64::from(feature.quantiles.first().copied().unwrap_or(0.0));
            let positive = (value.max(least) + offset).max(f64::MIN_POSITIVE);
            Some(standard.apply(positive.ln()))
        }));
    }

    /// Prepares a row: one value a feature, `None` where it is missing.
    pub fn point(
        &self,
        numeric: &[Option<f64>],
        categorical: &[Option<&str>],
    ) -> Result<Point, KnnError> {
        let values = self.filled(numeric)?;
        let mut columns = Vec::with_capacity(self.columns());
        self.put_columns(values.iter().copied(), &mut columns);
        let categories =
            self.categorical
                .iter()
                .zip(categorical)
                .map(|(feature, value)| match value {
                    Some(value) => Ok(feature.category(value)),
                    None => feature
                        .fill
                        .ok_or_else(|| KnnError::Missing(feature.name.clone())),
                });
        Ok(Point {
            categories: categories.collect::<Result<_, _>>()?,
            columns,
        })
    }

    fn filled(&self, numeric: &[Option<f64>]) -> Result<Vec<f64>, KnnError> {
        let value = |(feature, value): (&Numeric, &Option<f64>)| {
            let missing = || KnnError::Missing(feature.name.clone());
            let value = value.or(feature.fill).ok_or_else(missing)?;
            if value.is_finite() {
                Ok(value)
            } else {
                Err(KnnError::NotFinite(feature.name.clone()))
            }
        };
        self.numeric.iter().zip(numeric).map(value).collect()
    }
}

impl Categorical {
    /// The category called `value`, or [`UNSEEN`].
    pub fn category(&self, value: &str) -> u16 {
        let found = self.values.iter().position(|known| known == value);
        found.map_or(UNSEEN, |at| at as u16)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn plain(name: &str) -> Numeric {
        Numeric {
            name: name.into(),
            age_at: None,
            fill: None,
            standard: Standard {
                mean: 1.0,
                deviation: 2.0,
            },
            log: None,
            quantiles: vec![0.0, 10.0],
        }
    }

    fn preparation() -> Preparation {
        let skewed = Standard {
            mean: 0.0,
            deviation: 1.0,
        };
        Preparation {
            numeric: vec![
                plain("plain"),
                Numeric {
                    age_at: Some(2021.0),
                    ..plain("year")
                },
                Numeric {
                    log: Some((1.0, skewed)),
                    fill: Some(0.0),
                    ..plain("skewed")
                },
            ],
            categorical: vec![Categorical {
                name: "key".into(),
                fill: None,
                values: vec!["a".into(), "b".into()],
            }],
        }
    }

    #[test]
    fn values_are_standardised_years_become_ages_and_skew_gets_a_logarithm() {
        let found = preparation()
            .point(&[Some(3.0), Some(2018.0), None], &[Some("b")])
            .unwrap();
        assert_eq!(found.columns, [1.0, 1.0, -0.5, 0.0]);
        assert_eq!(found.categories, [1]);
        // Below the least training value the logarithm stays that of the least.
        let low = preparation()
            .point(&[Some(3.0), Some(2018.0), Some(-7.0)], &[Some("?")])
            .unwrap();
        assert_eq!((low.columns[2], low.columns[3]), (-4.0, 0.0));
        assert_eq!(low.categories, [UNSEEN]);
    }

    #[test]
    fn what_cannot_be_taken_names_the_feature() {
        let p = preparation();
        let error =
            |numeric: &[Option<f64>], key| p.point(numeric, &[key]).unwrap_err().to_string();
        let year = Some(2000.0);
        assert!(error(&[None, year, None], Some("a")).contains("\"plain\" has no value"));
        assert!(
            error(&[Some(f64::NAN), year, None], Some("a")).contains("\"plain\" must be a finite")
        );
        assert!(error(&[Some(1.0), Some(f64::INFINITY), None], Some("a")).contains("\"year\""));
        assert!(error(&[Some(1.0), year, None], None).contains("\"key\" has no value"));
    }

    #[test]
    fn a_constant_column_becomes_zero() {
        let standard = Standard::of([0.1; 7].into_iter());
        assert_eq!(standard.deviation, 1.0);
        assert!(standard.apply(0.1).abs() < 1e-12);
        let found = Standard::of([1.0, 3.0].into_iter());
        assert_eq!((found.mean, found.deviation), (2.0, 1.0));
    }
}
