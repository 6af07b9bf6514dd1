//! The four sequence files that sequence models are commonly trained and compared on.
//!
//! `train_new.txt`, `validation_new.txt` and `test_new.txt` divide the data at two points in time and
//! keep the core of the training part; each line is a question and its answer: user, items so far,
//! next item. `all_data.txt` holds the core of everything, one line a user. Users and items are
//! numbered from 1, separately for the first three files and for the last.

use std::path::Path;

use anyhow::{Result, ensure};
use serde::Serialize;

use crate::data::filters::Core;
use crate::data::{Interaction, Interactions, Statistics};
use crate::split::global_temporal::thresholds;

mod numbering;
mod output;

use numbering::{Numbering, WhoNumbersItems};
use output::{Folder, QuestionWriter};

/// What each user and item must have to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cores {
    /// Interactions within the training part; also where the first question of a user stands.
    pub train: usize,
    /// Interactions within everything, for `all_data.txt`.
    pub all: usize,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prepared {
    /// Everything read.
    pub input: Statistics,
    /// The first second of validation.
    pub validation_from: i64,
    /// The first second of test.
    pub test_from: i64,
    /// The core of the training part.
    pub train: CoreReport,
    /// Later interactions among its users and items.
    pub validation: Statistics,
    /// Still later ones.
    pub test: Statistics,
    /// The core of everything.
    pub all: CoreReport,
    /// Lines of each file.
    pub files: Vec<FileLines>,
}

/// A core, and how it came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoreReport {
    /// Interactions that each user and item has at least.
    pub core: usize,
    /// Users and items left after each round.
    pub rounds: Vec<(usize, usize)>,
    /// What is left in the end.
    pub left: Statistics,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileLines {
    /// Its name in the folder.
    pub name: &'static str,
    /// Its lines.
    pub lines: usize,
}

/// Writes the four files into `folder`, all or none.
pub fn prepare(
    interactions: &Interactions,
    cores: Cores,
    folder: &Path,
    overwrite: bool,
) -> Result<Prepared> {
    for (option, value) in [("--core-train", cores.train), ("--core-all", cores.all)] {
        ensure!(value >= 1, "{option} must be at least 1 (got {value})");
    }
    let rows = &interactions.rows;
    let (validation_from, test_from) = thresholds(rows)?;
    let mut folder = Folder::open(folder, overwrite)?;

    let train: Vec<Interaction> = part(rows, i64::MIN, validation_from);
    let (train_core, train_numbering) = core_of(&train, cores.train, WhoNumbersItems::CoreUsers);
    let known = |from, to| -> Vec<Interaction> {
        let mut known = part(rows, from, to);
        known.retain(|row| train_numbering.knows(row));
        known.sort_by_key(|row| row.time);
        known
    };
    let validation = known(validation_from, test_from);
    let test = known(test_from, i64::MAX);
    let (all_core, all_numbering) = core_of(rows, cores.all, WhoNumbersItems::AllUsers);
    ensure!(
        train_core.left.users > 0 && all_core.left.users > 0,
        "no user is left in the {}-core of the training part or the {}-core of everything; \
         lower --core-train and --core-all",
        cores.train,
        cores.all
    );

    let mut file = folder.create("train_new.txt")?;
    let mut questions = QuestionWriter::new(&mut file);
    for (user, history) in train_numbering.histories() {
        questions.begin(user, &history[..(cores.train - 1).min(history.len())]);
        for &item in history.iter().skip(cores.train - 1) {
            questions.ask(item)?;
        }
    }
    file.finish()?;

    let after_train = by_first_appearance(&validation, &train_numbering);
    let mut file = folder.create("validation_new.txt")?;
    let mut questions = QuestionWriter::new(&mut file);
    for (user, items) in &after_train {
        questions.begin(*user, train_numbering.history(*user));
        for &item in items {
            questions.ask(item)?;
        }
    }
    file.finish()?;

    let mut known_before_test: Vec<&[u32]> = vec![&[]; train_numbering.users() + 1];
    for (user, items) in &after_train {
        known_before_test[*user as usize] = items;
    }
    let mut file = folder.create("test_new.txt")?;
    let mut questions = QuestionWriter::new(&mut file);
    for (user, items) in by_first_appearance(&test, &train_numbering) {
        questions.begin(user, train_numbering.history(user));
        questions.know(known_before_test[user as usize]);
        for item in items {
            questions.ask(item)?;
        }
    }
    file.finish()?;

    let mut file = folder.create("all_data.txt")?;
    let mut lines = QuestionWriter::new(&mut file);
    for (user, history) in all_numbering.histories() {
        let (last, before) = history.split_last().expect("a core user has items");
        lines.begin(user, before);
        lines.ask(*last)?;
    }
    file.finish()?;

    Ok(Prepared {
        input: Statistics::of(rows),
        validation_from,
        test_from,
        train: train_core,
        validation: Statistics::of(&validation),
        test: Statistics::of(&test),
        all: all_core,
        files: folder.publish()?,
    })
}

/// Rows of a span of time, in file order.
fn part(rows: &[Interaction], from: i64, to: i64) -> Vec<Interaction> {
    let within = |row: &&Interaction| row.time.is_some_and(|time| from <= time && time < to);
    rows.iter().filter(within).copied().collect()
}

fn core_of(
    rows: &[Interaction],
    k: usize,
    who_numbers_items: WhoNumbersItems,
) -> (CoreReport, Numbering) {
    let core = Core::of(rows, k);
    let numbering = Numbering::of(rows, &core, who_numbers_items);
    let report = CoreReport {
        core: k,
        left: Statistics::of(rows.iter().filter(|row| core.holds(row))),
        rounds: core.rounds,
    };
    (report, numbering)
}

/// Item numbers by user, users in the order of their first row, each user's items in the order of
/// theirs.
fn by_first_appearance(rows: &[Interaction], numbering: &Numbering) -> Vec<(u32, Vec<u32>)> {
    let mut place = vec![usize::MAX; numbering.users() + 1];
    let mut groups: Vec<(u32, Vec<u32>)> = Vec::new();
    for row in rows {
        let (user, item) = (numbering.user(row), numbering.item(row));
        let place = &mut place[user as usize];
        if *place == usize::MAX {
            *place = groups.len();
            groups.push((user, Vec::new()));
        }
        groups[*place].1.push(item);
    }
    groups
}

#[cfg(test)]
mod mod_test;
