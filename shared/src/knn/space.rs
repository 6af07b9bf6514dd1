//! Where distances are measured.

use super::preparation::{Preparation, UNSEEN};

/// How far apart two rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// Straight line.
    Euclidean,
    /// Sum of the differences.
    Manhattan,
    /// One less the cosine of the angle.
    Cosine,
}

/// Coordinates, a distance between them, and what a difference of category adds.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    /// The distance.
    pub distance: Distance,
    /// Learned weight of each column; those of weight 0 are no coordinates. Without
    /// weights the coordinates are the standardised features, their logarithms apart.
    pub scales: Option<Vec<f32>>,
    /// What a difference in each categorical feature adds to a squared Euclidean
    /// or to a Manhattan distance. Not used by the cosine, which sees one-hot codes.
    pub mismatch: Vec<f32>,
}

impl Space {
    /// Standardised features and one-hot codes of −1 and +1: two entries differ
    /// by 2 where a category differs.
    pub fn plain(distance: Distance, categorical: usize) -> Self {
        let cost = match distance {
            Distance::Manhattan => 4.0,
            Distance::Euclidean | Distance::Cosine => 8.0,
        };
        Self {
            distance,
            scales: None,
            mismatch: vec![cost; categorical],
        }
    }

    /// Number of coordinates of a row.
    pub fn dimensions(&self, preparation: &Preparation) -> usize {
        let own = match &self.scales {
            Some(scales) => scales.iter().filter(|&&scale| scale != 0.0).count(),
            None => preparation.numeric.len(),
        };
        own + match self.distance {
            Distance::Cosine => self.one_hot(preparation) + 1,
            Distance::Euclidean | Distance::Manhattan => 0,
        }
    }

    fn one_hot(&self, preparation: &Preparation) -> usize {
        preparation.categorical.iter().map(|f| f.values.len()).sum()
    }

    /// Appends a row's coordinates.
    pub fn put_coordinates(
        &self,
        preparation: &Preparation,
        columns: &[f32],
        categories: &[u16],
        coordinates: &mut Vec<f32>,
    ) {
        let start = coordinates.len();
        match &self.scales {
            None => coordinates.extend(&columns[..preparation.numeric.len()]),
            Some(scales) => {
                let weighted = columns
                    .iter()
                    .zip(scales)
                    .filter(|(_, scale)| **scale != 0.0);
                coordinates.extend(weighted.map(|(value, scale)| value * scale));
            }
        }
        if self.distance == Distance::Cosine {
            for (feature, &category) in preparation.categorical.iter().zip(categories) {
                let code = (0..feature.values.len()).map(|value| {
                    if value == usize::from(category) {
                        1.0
                    } else {
                        -1.0
                    }
                });
                coordinates.extend(code);
            }
            let own = &mut coordinates[start..];
            let length = own
                .iter()
                .map(|x| f64::from(*x) * f64::from(*x))
                .sum::<f64>()
                .sqrt();
            // A row without a direction has one of its own, at distance 1 from all others.
            let lost = if length > 0.0 {
                0.0
            } else {
                std::f64::consts::FRAC_1_SQRT_2
            };
            if length > 0.0 {
                let scale = std::f64::consts::FRAC_1_SQRT_2 / length;
                own.iter_mut()
                    .for_each(|x| *x = (f64::from(*x) * scale) as f32);
            }
            coordinates.push(lost as f32);
        }
    }

    /// What the categories of a query add to its distance to the rows of a cell.
    /// An unseen category differs in one entry of its code instead of two.
    pub fn between_cells(&self, query: &[u16], cell: &[u16]) -> f32 {
        let pairs = query.iter().zip(cell).zip(&self.mismatch);
        pairs
            .map(
                |((&a, &b), &cost)| match (a == b, a == UNSEEN || b == UNSEEN) {
                    (true, _) => 0.0,
                    (false, false) => cost,
                    (false, true) => cost / 2.0,
                },
            )
            .sum()
    }
}
