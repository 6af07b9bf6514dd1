//! Anchor neighbourhood discovery (Huang et al. 2019, "Unsupervised Deep Learning by
//! Neighbourhood Discovery", section 3.2): whose neighbours are learnt as one in a round.

use doorstep_shared::images::salad::Bank;
use rayon::prelude::*;

/// What a round learns together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Neighbourhoods {
    /// For each row of the bank its nearest rows, ascending by place, without itself; none where
    /// it is no anchor.
    of: Vec<Vec<u32>>,
    /// Mean entropy of the rows' likeness to all rows, in nats.
    pub entropy: f64,
}

impl Neighbourhoods {
    /// Every picture by itself.
    pub fn none(rows: usize) -> Self {
        Self {
            of: vec![Vec::new(); rows],
            entropy: (rows as f64).ln(),
        }
    }

    /// Those of a round: the share `round / rounds` of the rows whose likeness to all rows has
    /// the lowest entropy, the earlier of equals, each with its `k` nearest rows.
    pub fn discover(bank: &Bank, temperature: f64, k: usize, round: u32, rounds: u32) -> Self {
        let n = bank.n_rows();
        let rows = (0..n).into_par_iter();
        let found = rows.map(|row| {
            let mut likeness = likeness(bank, row);
            let entropy = entropy(&likeness, temperature);
            likeness[row] = f64::NEG_INFINITY;
            let mut near: Vec<u32> = (0..n as u32).collect();
            near.sort_by(|&a, &b| {
                let by = likeness[b as usize].total_cmp(&likeness[a as usize]);
                by.then(a.cmp(&b))
            });
            near.truncate(k.min(n - 1));
            near.sort_unstable();
            (entropy, near)
        });
        let found: Vec<(f64, Vec<u32>)> = found.collect();
        let anchors = (n as u64 * u64::from(round) / u64::from(rounds)) as usize;
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| found[a].0.total_cmp(&found[b].0).then(a.cmp(&b)));
        let mut of = vec![Vec::new(); n];
        for &row in &order[..anchors.min(n)] {
            of[row].clone_from(&found[row].1);
        }
        Self {
            of,
            entropy: found.iter().map(|(entropy, _)| entropy).sum::<f64>() / n as f64,
        }
    }

    /// The rows that are learnt as one with this one, without itself.
    pub fn of(&self, row: usize) -> &[u32] {
        &self.of[row]
    }

    /// How many rows are anchors.
    pub fn anchors(&self) -> usize {
        self.of.iter().filter(|near| !near.is_empty()).count()
    }

    /// Share of the anchors' neighbours that have the anchor's label; nothing without any. Rows
    /// beyond those with a label are left out.
    pub fn purity(&self, labels: &[u32]) -> Option<f64> {
        let pairs = self.of.iter().zip(labels).flat_map(|(near, own)| {
            let labelled = near.iter().filter_map(|&row| labels.get(row as usize));
            labelled.map(move |label| label == own)
        });
        let (mut alike, mut all) = (0usize, 0usize);
        for same in pairs {
            alike += usize::from(same);
            all += 1;
        }
        (all > 0).then(|| alike as f64 / all as f64)
    }
}

/// Cosines of a row with all rows.
fn likeness(bank: &Bank, row: usize) -> Vec<f64> {
    let width = bank.features();
    let own = &bank.rows()[row * width..][..width];
    let dot = |other: &[f32]| -> f64 {
        let terms = own.iter().zip(other);
        terms.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    bank.rows().chunks_exact(width).map(dot).collect()
}

/// −Σ p log p of the softmax of `likeness / temperature`.
fn entropy(likeness: &[f64], temperature: f64) -> f64 {
    let most = likeness.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let logits = likeness.iter().map(|x| (x - most) / temperature);
    let all: f64 = logits.clone().map(f64::exp).sum();
    let log_all = all.ln();
    logits
        .map(|logit| {
            let log_p = logit - log_all;
            -log_p.exp() * log_p
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::Rng;

    fn random_bank(rows: usize, features: usize) -> Bank {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut number = || rng.next_u32() as f32 / u32::MAX as f32 - 0.5;
        Bank::new(features, (0..rows * features).map(|_| number()).collect()).unwrap()
    }

    /// As the definitions say, one by one.
    #[test]
    fn anchors_are_those_of_a_brute_force_selection() {
        let (n, k, temperature) = (37, 4, 0.1);
        let bank = random_bank(n, 6);
        let cosine = |a: usize, b: usize| -> f64 {
            let row = |at: usize| &bank.rows()[at * 6..][..6];
            row(a)
                .iter()
                .zip(row(b))
                .map(|(x, y)| f64::from(*x) * f64::from(*y))
                .sum()
        };
        let entropy = |a: usize| -> f64 {
            let all: f64 = (0..n).map(|b| (cosine(a, b) / temperature).exp()).sum();
            let p = (0..n).map(|b| (cosine(a, b) / temperature).exp() / all);
            -p.map(|p| p * p.ln()).sum::<f64>()
        };
        for (round, rounds) in [(1, 10), (3, 10), (10, 10), (1, 1), (1, 40)] {
            let found = Neighbourhoods::discover(&bank, temperature, k, round, rounds);
            let anchors = n * round as usize / rounds as usize;
            assert_eq!(found.anchors(), anchors);
            for own in 0..n {
                let calmer = (0..n)
                    .filter(|&other| entropy(other) < entropy(own))
                    .count();
                assert_eq!(!found.of(own).is_empty(), calmer < anchors, "row {own}");
                for &near in found.of(own) {
                    let nearer = (0..n).filter(|&other| {
                        other != own && cosine(own, other) > cosine(own, near as usize)
                    });
                    assert!(near as usize != own && nearer.count() < k);
                }
                assert!(found.of(own).is_empty() || found.of(own).len() == k);
            }
            let mean = (0..n).map(entropy).sum::<f64>() / n as f64;
            assert!((found.entropy - mean).abs() < 1e-9);
        }
    }

    #[test]
    fn small_banks_have_fewer_neighbours() {
        let found = Neighbourhoods::discover(&random_bank(3, 2), 0.1, 10, 1, 1);
        assert_eq!(found.of(1), [0, 2]);
        let alone = Neighbourhoods::discover(&random_bank(1, 2), 0.1, 10, 1, 1);
        assert!(alone.of(0).is_empty() && alone.entropy == 0.0);
    }

    #[test]
    fn purity_is_the_share_of_like_labels() {
        let found = Neighbourhoods {
            of: vec![vec![1, 2], vec![], vec![0, 1]],
            entropy: 0.0,
        };
        assert_eq!(found.purity(&[0, 0, 1]), Some(0.25));
        assert_eq!(Neighbourhoods::none(3).purity(&[0, 0, 1]), None);
    }
}
