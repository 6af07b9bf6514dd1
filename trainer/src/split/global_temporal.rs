//! One point in time for all users ends training, a later one ends validation.

use anyhow::{Context, Result, ensure};

use super::{Interaction, Interactions, Part};

/// Where validation and test begin among `n` sorted rows.
///
/// 1.0 - 0.2 and 1.0 - 0.1 in double precision, rounded down: the products of Python's `int(n * (1.0 - 0.2))`.
pub fn boundaries(n: usize) -> (usize, usize) {
    let at = |share: f64| (n as f64 * (1.0 - share)) as usize;
    (at(0.2), at(0.1))
}

/// The first times of validation and of test: those at 80 % and 90 % of the sorted times.
pub fn thresholds(rows: &[Interaction]) -> Result<(i64, i64)> {
    let mut times = Vec::with_capacity(rows.len());
    for row in rows {
        times.extend(row.time);
    }
    ensure!(
        times.len() == rows.len() && !times.is_empty(),
        "dividing by time needs a timestamp on every interaction and this data has none; \
         read a file with times (name their column with --columns time=…)"
    );
    times.sort_unstable();
    let (validation, test) = boundaries(times.len());
    Ok((times[validation], times[test]))
}

/// Rows of validation and test whose user or item the training part doesn't know are left out.
pub(super) fn parts(interactions: &Interactions) -> Result<(Vec<Part>, Vec<String>)> {
    let rows = &interactions.rows;
    let (validation, test) =
        thresholds(rows).context("global-temporal (leave-last-two does without times)")?;
    let mut users = vec![false; interactions.users.len()];
    let mut items = vec![false; interactions.items.len()];
    for row in rows.iter().filter(|row| row.time < Some(validation)) {
        users[row.user as usize] = true;
        items[row.item as usize] = true;
    }
    let mut left_out = 0;
    let parts = rows
        .iter()
        .map(|row| {
            let is_known = users[row.user as usize] && items[row.item as usize];
            match row.time {
                time if time < Some(validation) => Part::Train,
                _ if !is_known => {
                    left_out += 1;
                    Part::Neither
                }
                time if time < Some(test) => Part::Validation,
                _ => Part::Test,
            }
        })
        .collect();
    let mut notes = vec![format!(
        "validation from {validation}, test from {test} (seconds since 1970)"
    )];
    if left_out > 0 {
        notes.push(format!(
            "later interactions left out, their user or item being unknown to the training part: {left_out}"
        ));
    }
    Ok((parts, notes))
}
