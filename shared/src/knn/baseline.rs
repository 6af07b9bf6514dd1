//! A quadratic function of the columns that local models correct: far from any
//! neighbour, or along a direction in which they say little, it prevails.

/// Number of terms: 1, each column, each product of two columns, each category.
pub fn terms(columns: usize, categories: &[usize]) -> usize {
    1 + columns + columns * (columns + 1) / 2 + categories.iter().sum::<usize>()
}

/// Coefficients of a quadratic function.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// In the order of [`Baseline::each_term`].
    pub coefficients: Vec<f32>,
    /// How many values each categorical feature has.
    pub categories: Vec<usize>,
}

impl Baseline {
    /// The number of coefficients that fit `columns` columns.
    pub fn terms(columns: usize, categories: &[usize]) -> usize {
        terms(columns, categories)
    }

    /// Calls `take` with every term of a row, in order: 1, x₁ … xₙ, x₁x₁, x₁x₂ …
    /// xₙxₙ, then 1 or 0 for each category.
    pub fn each_term(
        columns: &[f32],
        row: &[u16],
        categories: &[usize],
        mut take: impl FnMut(f32),
    ) {
        take(1.0);
        columns.iter().for_each(|&x| take(x));
        for (at, x) in columns.iter().enumerate() {
            columns[at..].iter().for_each(|y| take(x * y));
        }
        for (&size, &own) in categories.iter().zip(row) {
            (0..size).for_each(|category| take(f32::from(u8::from(category == usize::from(own)))));
        }
    }

    /// The function's value.
    pub fn value(&self, columns: &[f32], row: &[u16]) -> f32 {
        let mut coefficients = self.coefficients.iter();
        let mut sum = 0.0;
        Self::each_term(columns, row, &self.categories, |term| {
            sum += term * coefficients.next().copied().unwrap_or(0.0);
        });
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_in_the_documented_order() {
        let mut found = Vec::new();
        Baseline::each_term(&[2.0, 3.0], &[1], &[3], |term| found.push(term));
        assert_eq!(found, [1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 0.0, 1.0, 0.0]);
        assert_eq!(found.len(), terms(2, &[3]));
        let baseline = Baseline {
            coefficients: (0..9).map(|i| i as f32).collect(),
            categories: vec![3],
        };
        let by_hand: f32 = found.iter().zip(0..).map(|(t, i)| t * i as f32).sum();
        assert_eq!(baseline.value(&[2.0, 3.0], &[1]), by_hand);
    }
}
