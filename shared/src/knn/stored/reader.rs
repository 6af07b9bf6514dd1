//! Takes the parts of a definition, each checked before it is used; `None`
//! where the format is broken.

use crate::bundle::Cursor;
use crate::knn::baseline::Baseline;
use crate::knn::local::Local;
use crate::knn::model::Task;
use crate::knn::preparation::{Categorical, Numeric, Preparation, Standard};
use crate::knn::rule::{Rule, Weights};
use crate::knn::space::{Distance, Space};

/// Most features, neighbours or values of a category that are read.
const MOST: usize = 4096;
/// Largest number that a definition may hold.
const LARGEST: f32 = 1e15;
/// Largest weight of a column.
const LARGEST_WEIGHT: f32 = 1e6;

/// What is left to read.
pub struct Reader<'a>(Cursor<'a>);

impl<'a> Reader<'a> {
    /// From the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Cursor::new(bytes))
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.0.is_at_end()
    }

    pub fn size(&mut self) -> Option<usize> {
        let size = self.0.varint()? as usize;
        (size <= MOST).then_some(size)
    }

    pub fn text(&mut self) -> Option<String> {
        let length = self.size()?;
        let bytes = self.0.take(length)?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }

    pub fn float(&mut self) -> Option<f32> {
        let value = f32::from_le_bytes(self.0.take(4)?.try_into().ok()?);
        // Within this no arithmetic of a prediction overflows; NaN is not.
        (value.abs() <= LARGEST).then_some(value)
    }

    pub fn double(&mut self) -> Option<f64> {
        let value = f64::from_le_bytes(self.0.take(8)?.try_into().ok()?);
        value.is_finite().then_some(value)
    }

    pub fn list(&mut self) -> Option<Vec<f32>> {
        let length = self.0.varint()? as usize;
        if length > self.0.remaining() / 4 {
            return None;
        }
        (0..length).map(|_| self.float()).collect()
    }

    pub fn list_of(&mut self, length: usize) -> Option<Vec<f32>> {
        self.list().filter(|list| list.len() == length)
    }

    pub fn optional(&mut self) -> Option<Option<f64>> {
        match self.size()? {
            0 => Some(None),
            _ => self.double().map(Some),
        }
    }

    pub fn standard(&mut self) -> Option<Standard> {
        let (mean, deviation) = (self.double()?, self.double()?);
        (deviation > 0.0).then_some(Standard { mean, deviation })
    }

    pub fn numeric(&mut self) -> Option<Numeric> {
        Some(Numeric {
            name: self.text()?,
            age_at: self.optional()?,
            fill: self.optional()?,
            standard: self.standard()?,
            log: match self.optional()? {
                Some(offset) => Some((offset, self.standard()?)),
                None => None,
            },
            quantiles: self.list()?,
        })
    }

    pub fn categorical(&mut self) -> Option<Categorical> {
        let name = self.text()?;
        let fill = self.size()?;
        let n = self.size()?;
        let values = (0..n).map(|_| self.text()).collect::<Option<Vec<_>>>()?;
        (fill <= n).then(|| Categorical {
            name,
            fill: fill.checked_sub(1).map(|fill| fill as u16),
            values,
        })
    }

    pub fn space(&mut self, preparation: &Preparation) -> Option<Space> {
        let distance = match self.size()? {
            0 => Distance::Euclidean,
            1 => Distance::Manhattan,
            2 => Distance::Cosine,
            _ => return None,
        };
        let scales = self.list()?;
        let fits = scales.is_empty() || scales.len() == preparation.columns();
        let bounded = scales.iter().all(|s| s.abs() <= LARGEST_WEIGHT);
        (fits && bounded).then_some(())?;
        Some(Space {
            distance,
            scales: Some(scales).filter(|scales| !scales.is_empty()),
            mismatch: self
                .list_of(preparation.categorical.len())
                .filter(|costs| costs.iter().all(|&cost| cost >= 0.0))?,
        })
    }

    pub fn rule(&mut self, preparation: &Preparation, task: &Task) -> Option<Rule> {
        let neighbours = self.size()?;
        if neighbours == 0 {
            return None;
        }
        let weights = match self.size()? {
            0 => Weights::Uniform,
            1 => Weights::Distance,
            2 => {
                let categories: Vec<usize> = preparation
                    .categorical
                    .iter()
                    .map(|f| f.values.len())
                    .collect();
                let columns = preparation.columns();
                let terms = Baseline::terms(columns, &categories);
                let local = Local {
                    neighbours,
                    sharpness: self.float()?,
                    ridge: self.list_of(columns)?,
                    baseline: Baseline {
                        coefficients: self.list_of(terms)?,
                        categories,
                    },
                };
                let positive = (0.0..=LARGEST_WEIGHT).contains(&local.sharpness)
                    && local.ridge.iter().all(|&r| r > 0.0);
                let number = matches!(task, Task::Regression { .. });
                return (positive && number).then_some(Rule::Local(local));
            }
            _ => return None,
        };
        Some(Rule::Mean {
            neighbours,
            weights,
        })
    }
}
