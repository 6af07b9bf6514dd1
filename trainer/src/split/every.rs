//! Every n-th row of the file is test.

use anyhow::{Result, ensure};

use super::{Interactions, Part};

/// Row i is test when i % n = n - 1; of the others, counted anew, the same rule gives validation.
pub(super) fn parts(interactions: &Interactions, n: u32) -> Result<(Vec<Part>, Vec<String>)> {
    ensure!(n >= 2, "every:N needs N of at least 2 (got {n})");
    let is_last = |i: usize| i % n as usize == n as usize - 1;
    let mut others = 0;
    let parts = (0..interactions.rows.len())
        .map(|row| {
            if is_last(row) {
                return Part::Test;
            }
            others += 1;
            if is_last(others - 1) {
                Part::Validation
            } else {
                Part::Train
            }
        })
        .collect();
    Ok((parts, vec![]))
}
