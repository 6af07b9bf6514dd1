//! `doorstep demo`: default data, so that everything else has something to work on.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::cli::Output;
use crate::images::phantoms::{self, PICTURES, PhantomConfig};
use crate::shop::{self, IMAGES, INTERACTIONS, ITEMS, ShopConfig};
use crate::songs::{self, SONGS, SongsConfig};

/// Write generated data: a shop (interactions.csv, items.jsonl, images/) and a table (songs.csv), or
/// phantoms of radiographs (normal/, abnormal/, pictures.csv) with --phantoms.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The folder to write into.
    #[arg(long, value_name = "DIR", required_unless_present = "phantoms")]
    out: Option<PathBuf>,
    /// A folder to write phantoms into: pictures like radiographs of the chest, a third of them abnormal.
    #[arg(long, value_name = "DIR")]
    phantoms: Option<PathBuf>,
    /// How many phantoms.
    #[arg(long, default_value_t = PhantomConfig::default().pictures, requires = "phantoms")]
    pictures: u32,
    /// Their width and height in pixels.
    #[arg(long, default_value_t = PhantomConfig::default().size, requires = "phantoms", value_name = "PIXELS")]
    picture_size: usize,
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
    /// Generates and writes the shop and the table, the phantoms, or both.
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
        let phantoms = PhantomConfig {
            pictures: self.pictures,
            size: self.picture_size,
            seed,
        };
        let (shop, songs, phantoms) = (shop.open()?, songs.open()?, phantoms.open()?);
        for folder in self.out.iter().chain(&self.phantoms) {
            ensure!(
                self.force || is_free(folder)?,
                "{} is not empty; choose another folder, or give --force to replace what is there of generated data",
                folder.display()
            );
        }
        let progress = output.progress();
        let mut summary = Summary::default();
        if let Some(out) = &self.out {
            let shop = shop.write(out, &progress)?;
            summary.add(shop, songs.write(out, &progress)?);
        }
        if let Some(folder) = &self.phantoms {
            let written = phantoms.write(folder, &progress)?;
            summary.bytes += written.bytes;
            summary.phantoms = Some(written);
        }
        self.print(&summary, output)
            .context("cannot write to stdout")
    }
}

/// What was written.
#[derive(Default, Serialize)]
struct Summary {
    items: u32,
    users: u32,
    interactions: u64,
    images: usize,
    songs: u32,
    artists: u64,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    phantoms: Option<phantoms::Summary>,
}

impl Summary {
    fn add(&mut self, shop: shop::Summary, songs: songs::Summary) {
        self.items = shop.items;
        self.users = shop.users;
        self.interactions = shop.interactions;
        self.images = shop.images;
        self.songs = songs.songs;
        self.artists = songs.artists;
        self.bytes += shop.bytes + songs.bytes;
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

impl Args {
    fn print(&self, summary: &Summary, output: &Output) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        if output.json {
            return writeln!(stdout, "{}", serde_json::to_string(summary)?);
        }
        let Summary {
            items,
            users,
            interactions,
            images,
            songs,
            artists,
            bytes,
            phantoms,
        } = summary;
        if let Some(out) = &self.out {
            let shown = out.display();
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
        }
        if let (Some(folder), Some(written)) = (&self.phantoms, phantoms) {
            writeln!(
                stdout,
                "{}/{PICTURES}  {} phantoms of {} patients, {} of them normal",
                folder.display(),
                written.pictures,
                written.patients,
                written.normal
            )?;
        }
        writeln!(stdout, "{:.1} MB in all", *bytes as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn args(out: &Path, force: bool) -> Args {
        Args {
            out: Some(out.to_owned()),
            phantoms: None,
            pictures: 30,
            picture_size: 32,
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
