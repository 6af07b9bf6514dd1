//! Numbers as one byte: at most 128 levels a column, fitted to its values.

/// Most levels: another bit would make rows an eighth larger for a fifth digit of R².
pub const LEVELS: usize = 128;
/// Rounds of Lloyd's algorithm (1957/1982).
const ROUNDS: usize = 12;

/// Levels for `values`: the values themselves where there are few different
/// ones, else levels with little squared error once `warp` is applied, which
/// must not decrease. Ascending.
pub fn levels(values: &[f32], warp: impl Fn(f32) -> f32) -> Vec<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() <= LEVELS {
        return distinct;
    }
    // From evenly spaced different values, so that rare large ones are served too.
    let mut levels: Vec<f32> = (0..LEVELS)
        .map(|at| distinct[at * (distinct.len() - 1) / (LEVELS - 1)])
        .collect();
    for _ in 0..ROUNDS {
        let mut rest = sorted.as_slice();
        let mut next = Vec::with_capacity(LEVELS);
        for (at, &level) in levels.iter().enumerate() {
            let own = match levels.get(at + 1) {
                Some(&above) => {
                    let middle = (warp(level) + warp(above)) / 2.0;
                    rest.partition_point(|&v| warp(v) < middle)
                }
                None => rest.len(),
            };
            let (own, others) = rest.split_at(own);
            let mean = own.iter().map(|&v| f64::from(v)).sum::<f64>() / own.len() as f64;
            next.push(if own.is_empty() { level } else { mean as f32 });
            rest = others;
        }
        levels = next;
    }
    levels.dedup();
    levels
}

/// The place of the level nearest to `value` once `warp` is applied.
pub fn code(levels: &[f32], value: f32, warp: impl Fn(f32) -> f32) -> u8 {
    let above = levels.partition_point(|&level| level < value);
    let nearest = match (above.checked_sub(1), levels.get(above)) {
        (Some(below), Some(&level))
            if warp(value) - warp(levels[below]) <= warp(level) - warp(value) =>
        {
            below
        }
        (Some(below), None) => below,
        _ => above,
    };
    nearest as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_kept_exactly() {
        let values = [3.0, 1.0, 2.0, 1.0];
        let found = levels(&values, |v| v);
        assert_eq!(found, [1.0, 2.0, 3.0]);
        assert_eq!(values.map(|v| code(&found, v, |v| v)), [2, 0, 1, 0]);
    }

    #[test]
    fn many_values_lose_little() {
        let values: Vec<f32> = (0..5000).map(|i| (i as f32 / 5000.0).powi(3)).collect();
        let found = levels(&values, |v| v);
        assert!(found.len() <= LEVELS && found.is_sorted());
        let worst = values.iter().map(|&v| {
            let level = found[usize::from(code(&found, v, |v| v))];
            // No level is nearer.
            assert!(
                found
                    .iter()
                    .all(|other| (other - v).abs() >= (level - v).abs())
            );
            (level - v).abs()
        });
        assert!(worst.fold(0.0, f32::max) < 0.02);
    }
}
