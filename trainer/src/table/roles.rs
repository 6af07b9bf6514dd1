//! What the options say of each column.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

use super::args::TableArgs;
use super::columns::{Column, Kind};

/// Every column that an option names must be there, and have one role.
pub fn check_names(columns: &[Column], args: &TableArgs, target: &str) -> Result<()> {
    let named = [
        ("--exclude", args.exclude.as_slice()),
        ("--categorical", &args.categorical),
        ("--numeric", &args.numeric),
        ("--text", &args.text),
        ("--year", &args.year),
        ("--name", &args.name),
        ("--id", args.id.as_slice()),
        ("--target", &[target.to_owned()]),
    ];
    for (option, names) in named {
        for name in names {
            if !columns.iter().any(|column| column.name == *name) {
                let known: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
                bail!(
                    "{option} {name}: the table has no such column; it has {}",
                    known.join(", ")
                );
            }
        }
    }
    ensure!(
        !args.exclude.iter().any(|name| name == target),
        "column {target} is both --target and in --exclude; choose one"
    );
    for (option, names) in [
        ("--categorical", &args.categorical),
        ("--text", &args.text),
        ("--year", &args.year),
    ] {
        ensure!(
            !names.iter().any(|name| name == target),
            "column {target} is both --target and in {option}; a target is numbers, or classes with --classify: name it in --target alone"
        );
    }
    let kinds = [&args.categorical, &args.numeric, &args.text];
    let mut seen = BTreeSet::new();
    for name in kinds.into_iter().flatten() {
        ensure!(
            seen.insert(name),
            "column {name} is given two kinds; choose one"
        );
    }
    for year in &args.year {
        let other = args.categorical.contains(year) || args.text.contains(year);
        ensure!(
            !other,
            "column {year} is a --year, which is numeric, and something else; choose one"
        );
    }
    Ok(())
}

/// The kind that an option gives a column, or the one that its values suggest.
pub fn kind(column: &Column, args: &TableArgs) -> Kind {
    let is = |list: &[String]| list.contains(&column.name);
    if is(&args.categorical) {
        Kind::Categorical
    } else if is(&args.numeric) || is(&args.year) {
        Kind::Numeric
    } else if is(&args.text) || args.id.as_ref() == Some(&column.name) || is(&args.name) {
        Kind::Text
    } else {
        column.detect()
    }
}

/// Whether an option says what a column is.
pub fn is_told(column: &Column, args: &TableArgs) -> bool {
    let lists = [
        &args.categorical,
        &args.numeric,
        &args.year,
        &args.text,
        &args.name,
    ];
    let mut names = lists.into_iter().flatten().chain(&args.id);
    names.any(|name| *name == column.name)
}
