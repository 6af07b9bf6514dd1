//! A folder given instead of a file: the data sets we know by their file names.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::args::DataArgs;
use crate::progress::Progress;

/// File names of interactions, the first found wins.
const INTERACTIONS: &[&str] = &[
    "interactions.csv",
    "interactions.tsv",
    "ratings.csv",
    "ratings.dat",
    "u.data",
];
/// File names of item records.
const ITEMS: &[&str] = &[
    "items.jsonl",
    "items.csv",
    "movies.csv",
    "movies.dat",
    "u.item",
];

/// The files of interactions and of items that `args` means.
pub(super) fn resolve(
    args: &DataArgs,
    progress: &Progress,
) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let mut interactions = Vec::new();
    let mut items = Vec::new();
    for path in &args.interactions {
        ensure!(
            path.exists() || args.interactions.len() == 1,
            "there is no {}; --interactions takes every word up to the next option, so put \
             what isn't a file of interactions before it",
            path.display()
        );
        if !path.is_dir() {
            interactions.push(path.clone());
            continue;
        }
        interactions.push(known_file(path, INTERACTIONS, "interactions", progress)?);
        if args.items.is_empty()
            && let Some(found) = look_for(path, ITEMS)
        {
            progress.say(format!("found {}", found.display()));
            items.push(found);
        }
    }
    for path in &args.items {
        items.push(if path.is_dir() {
            known_file(path, ITEMS, "item records", progress)?
        } else {
            path.clone()
        });
    }
    Ok((interactions, items))
}

fn known_file(folder: &Path, names: &[&str], what: &str, progress: &Progress) -> Result<PathBuf> {
    if let Some(found) = look_for(folder, names) {
        progress.say(format!("found {}", found.display()));
        return Ok(found);
    }
    let mut present: Vec<String> = std::fs::read_dir(folder)
        .with_context(|| format!("can't list {}", folder.display()))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    present.sort();
    let more = match present.len().saturating_sub(12) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    present.truncate(12);
    bail!(
        "{} is a folder without any of {}; name the file of {what} itself (the folder holds: {}{more})",
        folder.display(),
        names.join(", "),
        present.join(", ")
    )
}

fn look_for(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    names
        .iter()
        .flat_map(|name| [folder.join(name), folder.join(format!("{name}.gz"))])
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_found_and_items_with_them() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ratings.csv.gz"), "").unwrap();
        std::fs::write(folder.path().join("movies.csv"), "").unwrap();
        let args = DataArgs::file(folder.path());
        let (interactions, items) = resolve(&args, &Progress::new(true)).unwrap();
        assert_eq!(interactions, [folder.path().join("ratings.csv.gz")]);
        assert_eq!(items, [folder.path().join("movies.csv")]);
    }

    #[test]
    fn a_word_taken_for_a_file_is_explained() {
        let args = DataArgs {
            interactions: vec![
                concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into(),
                "bundle".into(),
            ],
            ..DataArgs::default()
        };
        let error = resolve(&args, &Progress::new(true)).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no bundle; --interactions takes every word")
        );
    }

    #[test]
    fn an_unknown_folder_lists_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("log.parquet"), "").unwrap();
        let error = resolve(&DataArgs::file(folder.path()), &Progress::new(true)).unwrap_err();
        assert!(error.to_string().contains("the folder holds: log.parquet"));
    }
}
