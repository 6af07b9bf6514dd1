//! Next-linear: XᵀX and XᵀY straight from the histories, then
//! B = (XᵀX + λI)⁻¹ XᵀY, a block of rows at a time, of which only the largest
//! entries are ever kept: B itself is never stored.

use doorstep_shared::item_item::{ItemItem, Neighbours};
use doorstep_shared::models::NextLinearConfig;
use doorstep_shared::topk::Scored;
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::Training;
use super::card::{Card, Job};
use super::inverse::{Inverse, invert};
use super::kept::sums_by_row;
use super::largest::Largest;
use super::largest_products::{Factor, largest_products};
use super::limits::check_dense;
use super::rows::Packed;
use super::sums::Sums;
use crate::progress::Progress;

/// Rows of B computed together: one entry of XᵀY meets this many rows of the
/// inverse at once, and their panel of it still fits the second-level cache.
const LANES: usize = 32;

pub(super) fn fit(
    config: &NextLinearConfig,
    training: &Training,
    progress: &Progress,
) -> anyhow::Result<ItemItem> {
    let lengths = training.histories.iter().map(|history| history.len());
    let window = (config.window as usize).saturating_mul(2);
    let pairs: f64 = lengths
        .map(|length| length as f64 * length.min(window) as f64)
        .sum();
    check_dense(NextLinearConfig::NAME, training.n_items, pairs)?;
    let occurrences = Occurrences::new(training);
    let products = Products {
        config,
        training,
        occurrences: &occurrences,
    };
    let gram = products.matrix("gram", "next-linear: XᵀX", progress, Products::add_gram_row);
    let name = NextLinearConfig::NAME;
    let inverse = invert(name, &gram, config.lambda, training, progress)?;
    let next = products.matrix("next", "next-linear: XᵀY", progress, Products::add_next_row);
    let keep = (config.neighbours as usize).min(training.n_items);
    let n = training.n_items as f64;
    let job = Job {
        dense: n.powi(3),
        own: n * next.nnz() as f64,
        moved: 3.0 * n.powi(2),
    };
    let card = Card::for_job(job, "next-linear: neighbours", training, progress);
    let bar = progress.bar("next-linear: neighbours", training.n_items as u64);
    let neighbours = match card {
        Some(card) => weights_on(&card, &inverse, &next, keep, &bar)?,
        None => weights(&inverse, &next, keep, &bar),
    };
    bar.finish_and_clear();
    Ok(ItemItem {
        name: name.to_owned(),
        weighting: config.weighting(),
        neighbours,
    })
}

/// Where each item occurs: (user, position in the history).
struct Occurrences {
    starts: Vec<usize>,
    places: Vec<(u32, u32)>,
}

impl Occurrences {
    fn new(training: &Training) -> Self {
        let mut starts = vec![0; training.n_items + 2];
        for event in training.histories.iter().flatten() {
            starts[event.item as usize + 2] += 1;
        }
        for item in 2..starts.len() {
            starts[item] += starts[item - 1];
        }
        // starts[item + 1] moves from the item's first place to its end.
        let mut places = vec![(0, 0); *starts.last().expect("not empty")];
        for (user, history) in (0..).zip(training.histories) {
            for (position, event) in (0..).zip(history) {
                let next = &mut starts[event.item as usize + 1];
                places[*next] = (user, position);
                *next += 1;
            }
        }
        Self { starts, places }
    }

    fn of(&self, item: usize) -> &[(u32, u32)] {
        &self.places[self.starts[item]..self.starts[item + 1]]
    }
}

/// The normal equations. A prefix that ends at position t of a history of
/// length T, t ≤ T − 2, is a row of X with decayᵗ⁻ᵃ at the item of each
/// position a > t − window, and a row of Y with 1 at the item of t + 1; the
/// row counts row_decayᵀ⁻²⁻ᵗ.
struct Products<'a> {
    config: &'a NextLinearConfig,
    training: &'a Training<'a>,
    occurrences: &'a Occurrences,
}

impl Products<'_> {
    fn matrix(
        &self,
        which: &str,
        label: &'static str,
        progress: &Progress,
        add_row: impl Fn(&Self, usize, &mut Sums) + Sync,
    ) -> Neighbours {
        let bar = progress.bar(label, self.training.n_items as u64);
        let NextLinearConfig {
            decay,
            row_decay,
            window,
            ..
        } = self.config;
        // What the sums depend on besides the histories.
        let name = format!("next-linear/{which}/{decay}/{row_decay}/{window}");
        let matrix = sums_by_row(self.training, &name, &bar, |item, sums| {
            add_row(self, item, sums);
        });
        bar.finish_and_clear();
        matrix
    }

    /// Positions a and b, b later by `gap`, meet in the prefixes t = b + s,
    /// s = 0 … S: Σ decay^(gap + 2s) · row_decay^(T − 2 − b − s), with S bounded
    /// by history and window.
    fn add_gram_row(&self, item: usize, sums: &mut Sums) {
        let (decay, window) = (f64::from(self.config.decay), self.config.window as usize);
        for &(user, position) in self.occurrences.of(item) {
            let (history, own) = (&self.training.histories[user as usize], position as usize);
            // The last position is in no prefix.
            let end = (history.len() - 1).min(own.saturating_add(window));
            for other in (own + 1).saturating_sub(window)..end {
                let (gap, later) = (own.abs_diff(other), own.max(other));
                if later + 1 >= history.len() {
                    continue;
                }
                let back = history.len() - 2 - later;
                let terms = (back + 1).min(window - gap);
                let rows = decayed_rows(decay * decay, self.config.row_decay.into(), back, terms);
                sums.add(history[other].item, (decay.powi(gap as i32) * rows) as f32);
            }
        }
    }

    fn add_next_row(&self, item: usize, sums: &mut Sums) {
        let (decay, window) = (self.config.decay, self.config.window as usize);
        for &(user, position) in self.occurrences.of(item) {
            let after = &self.training.histories[user as usize][position as usize + 1..];
            let mut weight = 1.0;
            for (at, event) in after.iter().take(window).enumerate() {
                let back = (after.len() - 1 - at) as i32;
                sums.add(event.item, weight * self.config.row_decay.powi(back));
                weight *= decay;
            }
        }
    }
}

/// Σ squareˢ · row_decayᵇᵃᶜᵏ⁻ˢ over s = 0 … terms − 1, terms ≤ back + 1; summed
/// from its largest term, so that no power overflows.
fn decayed_rows(square: f64, row_decay: f64, back: usize, terms: usize) -> f64 {
    let power = |base: f64, exponent: usize| base.powi(exponent as i32);
    let (largest, ratio) = if square <= row_decay {
        (power(row_decay, back), square / row_decay)
    } else {
        let last = power(square, terms - 1) * power(row_decay, back + 1 - terms);
        (last, row_decay / square)
    };
    let series = match ratio == 1.0 {
        true => terms as f64,
        false => (1.0 - power(ratio, terms)) / (1.0 - ratio),
    };
    largest * series
}

/// The `keep` largest entries of each row of P · XᵀY. An item's own entry is
/// left out: who has the item isn't recommended it.
fn weights(inverse: &Inverse, next: &Neighbours, keep: usize, bar: &ProgressBar) -> Neighbours {
    let n_items = inverse.items.len();
    let targets = next.to_csc();
    let columns: Vec<Vec<(u32, f32)>> = targets
        .outer_iterator()
        .map(|c| {
            c.iter()
                .map(|(item, &value)| (inverse.positions[item], value))
                .collect()
        })
        .collect();
    let blocks: Vec<Vec<Vec<Scored>>> = (0..n_items.div_ceil(LANES))
        .into_par_iter()
        .map(|block| {
            let rows = block_rows(inverse, &columns, keep, block * LANES);
            bar.inc(rows.len() as u64);
            rows
        })
        .collect();
    let rows: Vec<Vec<Scored>> = blocks.into_iter().flatten().collect();
    by_item(inverse, &rows)
}

/// [`weights`] by dense products on a graphics card.
fn weights_on(
    card: &Card,
    inverse: &Inverse,
    next: &Neighbours,
    keep: usize,
    bar: &ProgressBar,
) -> anyhow::Result<Neighbours> {
    let n_items = inverse.items.len();
    let targets = next.to_csc();
    let left = |position: usize, to: &mut [f32]| to.copy_from_slice(inverse.row(position));
    let right = |item: usize, to: &mut [f32]| {
        let column = targets.outer_view(item).expect("a square matrix");
        for (other, &value) in column.iter() {
            to[inverse.positions[other] as usize] = value;
        }
    };
    let rows = n_items;
    let factors = (Factor { rows, fill: &left }, Factor { rows, fill: &right });
    let value = |position: usize, item: usize, weight| {
        (inverse.items[position] as usize != item).then_some(weight)
    };
    let rows = largest_products(card, factors, n_items, keep, value, bar)?;
    Ok(by_item(inverse, &rows))
}

/// The rows of all positions as those of items.
fn by_item(inverse: &Inverse, rows: &[Vec<Scored>]) -> Neighbours {
    let mut packed = Packed::new(rows.len());
    let positions = inverse.positions.iter();
    positions.for_each(|&position| packed.push(&rows[position as usize]));
    packed.finish()
}

/// Rows `first`.. of B, pruned, at most `LANES` of them.
fn block_rows(
    inverse: &Inverse,
    columns: &[Vec<(u32, f32)>],
    keep: usize,
    first: usize,
) -> Vec<Vec<Scored>> {
    let n_items = inverse.items.len();
    let n_rows = LANES.min(n_items - first);
    let panel: Vec<[f32; LANES]> = (0..n_items)
        .map(|position| {
            let mut lanes = [0.0; LANES];
            lanes[..n_rows].copy_from_slice(&inverse.row(position)[first..first + n_rows]);
            lanes
        })
        .collect();
    let mut largest: Vec<Largest> = (0..n_rows).map(|_| Largest::new(keep)).collect();
    let own: Vec<u32> = inverse.items[first..first + n_rows].to_vec();
    let mut floors = [f32::NEG_INFINITY; LANES];
    floors[n_rows..].fill(f32::INFINITY);
    pulp::Arch::new().dispatch(|| {
        for (item, column) in (0u32..).zip(columns) {
            let mut sums = [0.0f32; LANES];
            for &(position, value) in column {
                let lanes = &panel[position as usize];
                for lane in 0..LANES {
                    sums[lane] += lanes[lane] * value;
                }
            }
            let mut admitted = false;
            for lane in 0..LANES {
                admitted |= sums[lane] >= floors[lane];
            }
            if admitted {
                for lane in 0..n_rows {
                    if sums[lane] >= floors[lane] && own[lane] != item {
                        largest[lane].offer(item, sums[lane]);
                        floors[lane] = largest[lane].floor();
                    }
                }
            }
        }
    });
    largest.iter_mut().map(Largest::take).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Compute;
    use doorstep_shared::Event;

    #[test]
    fn a_card_finds_the_same() {
        let history = |user: u32| {
            let items = (0..3 + user % 5).map(move |at| (user * 7 + at * at * 3) % 90);
            items.map(Event::implicit).collect()
        };
        let histories: Vec<Vec<Event>> = (0..200).map(history).collect();
        let training = Training {
            n_items: 90,
            histories: &histories,
            content: Default::default(),
            guide: Default::default(),
        };
        let (config, quiet) = (NextLinearConfig::default(), Progress::new(true));
        let products = Products {
            config: &config,
            training: &training,
            occurrences: &Occurrences::new(&training),
        };
        let gram = products.matrix("gram", "", &quiet, Products::add_gram_row);
        let next = products.matrix("next", "", &quiet, Products::add_next_row);
        let inverse = invert("", &gram, config.lambda, &training, &quiet).unwrap();
        let bar = ProgressBar::hidden();
        let own = weights(&inverse, &next, 90, &bar);
        let found = weights_on(&Card::new(Compute::Cpu), &inverse, &next, 90, &bar).unwrap();
        for (item, other) in (0..90).flat_map(|item| (0..90).map(move |other| (item, other))) {
            let of = |matrix: &Neighbours| matrix.get(item, other).copied().unwrap_or(0.0);
            assert!((of(&own) - of(&found)).abs() < 1e-6, "({item}, {other})");
        }
        assert!(own.nnz() > 1000);
    }

    #[test]
    fn the_closed_form_is_the_sum() {
        for (square, row_decay) in [
            (0.64, 0.97),
            (0.64, 0.64),
            (0.9, 0.5),
            (1.0, 1.0),
            (1.0, 0.1),
        ] {
            for (back, terms) in [(0, 1), (5, 6), (5, 2), (3000, 3001), (3000, 50)] {
                let term = |s: usize| {
                    f64::powi(square, s as i32) * f64::powi(row_decay, (back - s) as i32)
                };
                let expected: f64 = (0..terms).map(term).sum();
                let found = decayed_rows(square, row_decay, back, terms);
                let error = (found - expected).abs();
                assert!(
                    error <= 1e-9 * expected,
                    "{square} {row_decay} {back} {terms}: {found}"
                );
            }
        }
    }
}
