//! Symmetric positive definite systems of a few dozen to a few hundred unknowns.

/// The lower triangle L of LLᵀ = A, row by row.
#[derive(Clone, Debug)]
pub struct Cholesky {
    n: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// Factors the n × n matrix of which `matrix` holds (at least) the lower
    /// triangle in row-major order; `None` where it is not positive definite.
    pub fn of(mut matrix: Vec<f64>, n: usize) -> Option<Self> {
        for row in 0..n {
            for column in 0..=row {
                let (above, own) = matrix.split_at(row * n);
                let left = if column == row {
                    &own[..column]
                } else {
                    &above[column * n..column * n + column]
                };
                let dot: f64 = own[..column].iter().zip(left).map(|(a, b)| a * b).sum();
                let rest = own[column] - dot;
                matrix[row * n + column] = if column == row {
                    if !(rest > 0.0 && rest.is_finite()) {
                        return None;
                    }
                    rest.sqrt()
                } else {
                    rest / matrix[column * n + column]
                };
            }
        }
        Some(Self { n, lower: matrix })
    }

    /// Replaces the right-hand side b by the solution x of Ax = b.
    pub fn solve(&self, b: &mut [f64]) {
        let at = |row: usize, column: usize| self.lower[row * self.n + column];
        for row in 0..self.n {
            let dot: f64 = (0..row).map(|column| at(row, column) * b[column]).sum();
            b[row] = (b[row] - dot) / at(row, row);
        }
        for row in (0..self.n).rev() {
            let dot: f64 = (row + 1..self.n)
                .map(|below| at(below, row) * b[below])
                .sum();
            b[row] = (b[row] - dot) / at(row, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn solutions_solve(n in 1usize..7, entries in prop::collection::vec(-1.0f64..1.0, 49), b in prop::collection::vec(-1.0f64..1.0, 7)) {
            // BBᵀ + I is positive definite.
            let a: Vec<f64> = (0..n * n).map(|at| {
                let (i, j) = (at / n, at % n);
                let dot: f64 = (0..7).map(|k| entries[i * 7 + k] * entries[j * 7 + k]).sum();
                dot + f64::from(u8::from(i == j))
            }).collect();
            let mut x = b[..n].to_vec();
            Cholesky::of(a.clone(), n).unwrap().solve(&mut x);
            for i in 0..n {
                let product: f64 = (0..n).map(|j| a[i * n + j] * x[j]).sum();
                prop_assert!((product - b[i]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn indefinite_matrices_are_refused() {
        assert!(Cholesky::of(vec![1.0, 0.0, 2.0, 1.0], 2).is_none());
        assert!(Cholesky::of(vec![f64::NAN], 1).is_none());
    }
}
