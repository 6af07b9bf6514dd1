//! `doorstep prepare`: writes the four sequence files.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::cli::Output;
use crate::data::{self, DataArgs, DuplicatePolicy, Statistics};
use crate::prepare::{CoreReport, Cores, Prepared, prepare};

/// Writes train_new.txt, validation_new.txt, test_new.txt and all_data.txt for sequence models.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The files' folder: absent or empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace files of the same names in a folder that isn't empty.
    #[arg(long)]
    pub force: bool,
    /// Interactions that each user and item of the training part needs.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub core_train: usize,
    /// Interactions that each user and item of all_data.txt needs.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub core_all: usize,
    #[command(flatten)]
    data: DataArgs,
}

impl Args {
    /// Reads, prepares, writes and reports. Repeated interactions are kept unless `--duplicates` says otherwise.
    pub fn run(self, output: &Output) -> Result<()> {
        ensure!(
            self.data.items.is_empty(),
            "prepare writes interactions only; leave --items out"
        );
        let mut data_args = self.data.clone();
        data_args.duplicates.get_or_insert(DuplicatePolicy::Keep);
        let dataset = data::load(&data_args, &output.progress())?;
        let cores = Cores {
            train: self.core_train,
            all: self.core_all,
        };
        let prepared = prepare(&dataset.interactions, cores, &self.out, self.force)?;
        for file in prepared.files.iter().filter(|file| file.lines == 0) {
            crate::progress::tell!(
                "warning: {} is empty: no interaction of its part is of users and items of the training part's {}-core; \
                 lower --core-train or read data of a longer time",
                file.name,
                self.core_train
            );
        }
        if output.json {
            output.print(&format!("{}\n", serde_json::to_string_pretty(&prepared)?))
        } else {
            output.print(&table(&prepared))
        }
    }
}

fn table(prepared: &Prepared) -> String {
    let mut text = String::new();
    for (name, report) in [
        ("the training part", &prepared.train),
        ("everything", &prepared.all),
    ] {
        text += &rounds(name, report);
    }
    text += &format!(
        "\n{:12} {:>9} {:>9} {:>10} {:>9} {:>12} {:>12}\n",
        "", "users", "items", "actions", "density", "user history", "item history"
    );
    for (name, statistics) in [
        ("read", &prepared.input),
        ("train", &prepared.train.left),
        ("validation", &prepared.validation),
        ("test", &prepared.test),
        ("all data", &prepared.all.left),
    ] {
        text += &row(name, statistics);
    }
    text += &format!(
        "\nvalidation from {}, test from {} (seconds since 1970)\n",
        prepared.validation_from, prepared.test_from
    );
    for file in &prepared.files {
        text += &format!("{:20} {:>10} lines\n", file.name, file.lines);
    }
    text
}

fn rounds(name: &str, report: &CoreReport) -> String {
    let mut text = format!("{}-core of {name}\n", report.core);
    for (round, (users, items)) in report.rounds.iter().enumerate() {
        text += &format!(
            "  round {:<3} {users:>9} users {items:>9} items\n",
            round + 1
        );
    }
    text
}

fn row(name: &str, s: &Statistics) -> String {
    format!(
        "{name:12} {:>9} {:>9} {:>10} {:>8.4}% {:>12.3} {:>12.3}\n",
        s.users,
        s.items,
        s.actions,
        s.density * 100.0,
        s.mean_user_history,
        s.mean_item_history
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(change: impl FnOnce(&mut Args)) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("log.csv");
        let mut text = "user,item,timestamp\n".to_owned();
        for row in 0..200 {
            text += &format!("u{},i{},{row}\n", row % 7, row % 5);
        }
        std::fs::write(&log, text)?;
        let mut args = Args {
            out: folder.path().join("out"),
            force: false,
            core_train: 4,
            core_all: 5,
            data: DataArgs::file(log),
        };
        change(&mut args);
        let quiet = Output {
            quiet: true,
            ..Output::default()
        };
        args.clone().run(&quiet)?;
        // 35 pairs in 200 rows: had repeats been merged, no user would have more than 5.
        let all = std::fs::read_to_string(args.out.join("all_data.txt"))?;
        assert_eq!(all.split_whitespace().count(), 200 + 7);
        Ok(())
    }

    #[test]
    fn repeats_are_kept() {
        run(|_| {}).unwrap();
    }

    #[test]
    fn item_files_are_refused() {
        let error = run(|args| args.data.items = vec!["items.csv".into()]).unwrap_err();
        assert!(error.to_string().contains("leave --items out"), "{error}");
    }

    #[test]
    fn the_table_shows_rounds_and_every_part() {
        let statistics = Statistics {
            users: 3,
            items: 2,
            actions: 6,
            density: 1.0,
            mean_user_history: 2.0,
            mean_item_history: 3.0,
        };
        let report = CoreReport {
            core: 4,
            rounds: vec![(3, 2), (3, 2)],
            left: statistics,
        };
        let text = table(&Prepared {
            input: statistics,
            validation_from: 80,
            test_from: 90,
            train: report.clone(),
            validation: statistics,
            test: statistics,
            all: report,
            files: vec![],
        });
        assert_eq!(
            text.matches("round 2           3 users         2 items")
                .count(),
            2,
            "{text}"
        );
        assert_eq!(
            text.matches("100.0000%        2.000        3.000").count(),
            5,
            "{text}"
        );
        assert!(text.contains("validation from 80, test from 90"), "{text}");
    }
}
