//! `doorstep demo`: default data, so that everything else has something to work on.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::cli::Output;
use crate::shop::{IMAGES, INTERACTIONS, ITEMS, ShopConfig, Summary};

/// Write a generated shop: interactions.csv, items.jsonl and images/.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The folder to write into.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many items the shop sells.
    #[arg(long, default_value_t = ShopConfig::default().items)]
    items: u32,
    /// How many customers it has.
    #[arg(long, default_value_t = ShopConfig::default().users)]
    users: u32,
    /// Another seed gives another shop; the same seed gives the same bytes.
    #[arg(long, default_value_t = ShopConfig::default().seed)]
    seed: u64,
    /// Write even where the folder is not empty, replacing an earlier shop.
    #[arg(long)]
    force: bool,
}

impl Args {
    /// Generates and writes the shop.
    pub fn run(self, output: &Output) -> anyhow::Result<()> {
        let config = ShopConfig {
            items: self.items,
            users: self.users,
            seed: self.seed,
        };
        let shop = config.open()?;
        ensure!(
            self.force || is_free(&self.out)?,
            "{} is not empty; choose another folder, or give --force to replace what is there of a shop",
            self.out.display()
        );
        let summary = shop.write(&self.out, &output.progress())?;
        print(&self.out, &summary, output).context("cannot write to stdout")
    }
}

/// Whether `directory` is missing or empty.
fn is_free(directory: &Path) -> anyhow::Result<bool> {
    match fs::read_dir(directory) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error)
            .with_context(|| format!("cannot write to {}; choose a folder", directory.display())),
    }
}

fn print(directory: &Path, summary: &Summary, output: &Output) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    if output.json {
        return writeln!(stdout, "{}", serde_json::to_string(summary)?);
    }
    let shown = directory.display();
    let Summary {
        items,
        users,
        interactions,
        images,
        bytes,
    } = summary;
    writeln!(
        stdout,
        "{shown}/{INTERACTIONS}  {interactions} interactions of {users} users"
    )?;
    writeln!(stdout, "{shown}/{ITEMS}  {items} items")?;
    writeln!(stdout, "{shown}/{IMAGES}/  {images} pictures")?;
    writeln!(stdout, "{:.1} MB in all", *bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn args(out: &Path, force: bool) -> Args {
        Args {
            out: out.to_owned(),
            items: 100,
            users: 10,
            seed: 7,
            force,
        }
    }

    fn quiet() -> Output {
        Output {
            json: false,
            quiet: true,
        }
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone_unless_forced() {
        let home = TempDir::new().unwrap();
        let notes = home.path().join("notes.txt");
        fs::write(&notes, "mine").unwrap();
        let refused = args(home.path(), false).run(&quiet()).unwrap_err();
        assert!(refused.to_string().contains("--force"), "{refused}");
        assert!(!home.path().join(ITEMS).exists());
        args(home.path(), true).run(&quiet()).unwrap();
        assert!(home.path().join(ITEMS).is_file());
        assert_eq!(fs::read_to_string(notes).unwrap(), "mine");
    }

    #[test]
    fn a_file_is_no_place_for_a_shop() {
        let home = TempDir::new().unwrap();
        let file = home.path().join("shop");
        fs::write(&file, "").unwrap();
        let refused = args(&file, false).run(&quiet()).unwrap_err();
        assert!(refused.to_string().contains("choose a folder"), "{refused}");
    }
}
