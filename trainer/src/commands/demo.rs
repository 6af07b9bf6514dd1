//! `doorstep demo`: default data, so that everything else has something to work on.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::cli::Output;
use crate::shop::{self, IMAGES, INTERACTIONS, ITEMS, ShopConfig};
use crate::songs::{self, SONGS, SongsConfig};

/// Write generated data: a shop (interactions.csv, items.jsonl, images/) and a table (songs.csv).
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
    /// How many songs the table has.
    #[arg(long, default_value_t = SongsConfig::default().songs)]
    songs: u32,
    /// Another seed gives other data; the same seed gives the same bytes.
    #[arg(long, default_value_t = ShopConfig::default().seed)]
    seed: u64,
    /// Write even where the folder is not empty, replacing earlier data.
    #[arg(long)]
    force: bool,
}

impl Args {
    /// Generates and writes the shop and the table.
    pub fn run(self, output: &Output) -> anyhow::Result<()> {
        let seed = self.seed;
        let shop = ShopConfig {
            items: self.items,
            users: self.users,
            seed,
        };
        let songs = SongsConfig {
            songs: self.songs,
            seed,
        };
        let (shop, songs) = (shop.open()?, songs.open()?);
        ensure!(
            self.force || is_free(&self.out)?,
            "{} is not empty; choose another folder, or give --force to replace what is there of generated data",
            self.out.display()
        );
        let summary = Summary::of(
            shop.write(&self.out, &output.progress())?,
            songs.write(&self.out, &output.progress())?,
        );
        print(&self.out, &summary, output).context("cannot write to stdout")
    }
}

/// What was written.
#[derive(Serialize)]
struct Summary {
    items: u32,
    users: u32,
    interactions: u64,
    images: usize,
    songs: u32,
    artists: u64,
    bytes: u64,
}

impl Summary {
    fn of(shop: shop::Summary, songs: songs::Summary) -> Self {
        Self {
            items: shop.items,
            users: shop.users,
            interactions: shop.interactions,
            images: shop.images,
            songs: songs.songs,
            artists: songs.artists,
            bytes: shop.bytes + songs.bytes,
        }
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
        songs,
        artists,
        bytes,
    } = summary;
    writeln!(
        stdout,
        "{shown}/{INTERACTIONS}  {interactions} interactions of {users} users"
    )?;
    writeln!(stdout, "{shown}/{ITEMS}  {items} items")?;
    writeln!(stdout, "{shown}/{IMAGES}/  {images} pictures")?;
    writeln!(
        stdout,
        "{shown}/{SONGS}  {songs} songs of {artists} artists"
    )?;
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
            songs: 100,
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
    fn a_file_is_no_place_for_data() {
        let home = TempDir::new().unwrap();
        let file = home.path().join("shop");
        fs::write(&file, "").unwrap();
        let refused = args(&file, false).run(&quiet()).unwrap_err();
        assert!(refused.to_string().contains("choose a folder"), "{refused}");
    }
}
