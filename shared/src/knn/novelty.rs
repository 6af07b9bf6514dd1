//! How unusual a point is among the training rows.

/// Evenly spaced quantiles of the training rows' mean distances to their
/// neighbours, each without itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Novelty {
    /// Ascending, at least one.
    pub quantiles: Vec<f32>,
}

impl Novelty {
    /// The share of training rows with a smaller mean distance, in percent.
    pub fn percentile(&self, mean_distance: f32) -> f32 {
        let q = &self.quantiles;
        let above = q.partition_point(|&v| v < mean_distance);
        let steps = (q.len() - 1).max(1) as f32;
        let place = match above {
            0 => 0.0,
            at if at == q.len() => steps,
            at => {
                let (low, high) = (q[at - 1], q[at]);
                (at - 1) as f32 + (mean_distance - low) / (high - low)
            }
        };
        100.0 * place / steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate_and_end() {
        let novelty = Novelty {
            quantiles: vec![1.0, 2.0, 2.0, 4.0, 8.0],
        };
        let percentiles = [0.5, 1.0, 1.5, 2.0, 3.0, 8.0, 9.0].map(|d| novelty.percentile(d));
        assert_eq!(percentiles, [0.0, 0.0, 12.5, 25.0, 62.5, 100.0, 100.0]);
        assert_eq!(
            Novelty {
                quantiles: vec![1.0]
            }
            .percentile(2.0),
            100.0
        );
    }
}
