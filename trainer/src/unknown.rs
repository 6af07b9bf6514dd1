//! Errors about a name that there is not: what there is, and what was meant.

use anyhow::anyhow;

/// An error that lists what there is, and guesses what was meant.
pub fn unknown<'a>(what: &str, given: &str, known: impl Iterator<Item = &'a str>) -> anyhow::Error {
    let known: Vec<&str> = known.collect();
    let list = known.join(", ");
    let near = known
        .iter()
        .map(|name| (distance(given, name), *name))
        .min();
    match near {
        Some((edits, name)) if edits <= 1 + given.chars().count() / 4 => {
            anyhow!("there is no {what} called `{given}`; did you mean `{name}`? There are: {list}")
        }
        _ => anyhow!("there is no {what} called `{given}`; there are: {list}"),
    }
}

/// The same of a model, and where they are explained.
pub fn unknown_model<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> anyhow::Error {
    let unknown = unknown("model", given, known);
    anyhow!("{unknown}; `doorstep models` says what they are")
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let substitute = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
