//! The cells of the user-item matrix that have an interaction, with their
//! confidence.

use anyhow::ensure;
use doorstep_shared::item_item::HistoryWeighting;
use doorstep_shared::models::AlsConfig;

use super::Training;

/// Rows of cells: users by their items, or items by their users.
pub(super) struct Confidences {
    starts: Vec<usize>,
    others: Vec<u32>,
    values: Vec<f32>,
}

impl Confidences {
    /// An item that a user has repeatedly counts with the sum of its ratings;
    /// one whose ratings are 0 is no interaction.
    pub fn by_user(
        config: &AlsConfig,
        training: &Training,
        weighting: HistoryWeighting,
    ) -> anyhow::Result<Self> {
        let mut cells = Self {
            starts: vec![0],
            others: Vec::new(),
            values: Vec::new(),
        };
        let base = if config.without_one { 0.0 } else { 1.0 };
        let mut row: Vec<(u32, f32)> = Vec::new();
        for history in training.histories {
            row.clear();
            for (event, strength) in weighting.weigh(history) {
                ensure!(
                    event.rating >= 0.0 && event.rating.is_finite(),
                    "als takes a rating as the strength of an interaction, from 0 up, and there is one \
                     of {}; drop such rows, or fit als-explicit, which takes ratings as they are",
                    event.rating
                );
                row.push((event.item, strength));
            }
            row.sort_by_key(|&(item, _)| item);
            row.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                kept.1 += if same { next.1 } else { 0.0 };
                same
            });
            for &(item, strength) in row.iter().filter(|(_, strength)| *strength > 0.0) {
                cells.others.push(item);
                cells.values.push(base + config.alpha * strength);
            }
            cells.starts.push(cells.others.len());
        }
        Ok(cells)
    }

    /// Columns as rows; `n` is how many there are.
    pub fn transposed(&self, n: usize) -> Self {
        let mut starts = vec![0; n + 1];
        for &other in &self.others {
            starts[other as usize + 1] += 1;
        }
        for at in 0..n {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut others = vec![0; self.others.len()];
        let mut values = vec![0.0; self.values.len()];
        for row in 0..self.len() {
            let (columns, confidences) = self.row(row);
            for (&column, &value) in columns.iter().zip(confidences) {
                let at = &mut next[column as usize];
                others[*at] = row as u32;
                values[*at] = value;
                *at += 1;
            }
        }
        Self {
            starts,
            others,
            values,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The other side's indices, ascending, and their confidences.
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let own = self.starts[row]..self.starts[row + 1];
        (&self.others[own.clone()], &self.values[own])
    }

    /// The confidence of all cells together, 1 for those without interaction.
    pub fn total(&self, n_columns: usize) -> f64 {
        let with: f64 = self.values.iter().map(|&c| f64::from(c)).sum();
        with + self.len() as f64 * n_columns as f64 - self.values.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::Event;

    #[test]
    fn repeats_add_up_and_nothing_is_no_interaction() {
        let event = |item, rating| Event {
            rating,
            ..Event::implicit(item)
        };
        let histories = [
            vec![event(2, 1.0), event(0, 3.0), event(2, 2.0), event(1, 0.0)],
            vec![],
            vec![event(2, 1.0)],
        ];
        let training = Training {
            n_items: 4,
            histories: &histories,
            content: crate::fit::ItemContent::default(),
            guide: Default::default(),
        };
        let config = AlsConfig {
            alpha: 10.0,
            ..Default::default()
        };
        let weighting = HistoryWeighting {
            decay: 1.0,
            window: None,
            by_rating: true,
            mean: false,
        };
        let cells = Confidences::by_user(&config, &training, weighting).unwrap();
        assert_eq!(cells.row(0), (&[0, 2][..], &[31.0, 31.0][..]));
        assert_eq!(cells.row(1), (&[][..], &[][..]));
        assert_eq!(cells.total(4), 31.0 + 31.0 + 11.0 + 9.0);
        let turned = cells.transposed(4);
        assert_eq!(turned.row(2), (&[0, 2][..], &[31.0, 11.0][..]));
        assert_eq!((turned.len(), turned.row(3).0.len()), (4, 0));

        let negative = [vec![event(0, -1.0)]];
        let training = Training {
            n_items: 4,
            histories: &negative,
            content: crate::fit::ItemContent::default(),
            guide: Default::default(),
        };
        let message = Confidences::by_user(&config, &training, weighting)
            .err()
            .unwrap()
            .to_string();
        assert!(
            message.contains("-1") && message.contains("als-explicit"),
            "{message}"
        );
    }
}
