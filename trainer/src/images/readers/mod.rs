//! Reads pictures: a folder with a folder for each label, a list in CSV, or arrays in an npz file.

mod decode;
mod dicom;
mod folder;
mod list;
mod npz;
mod repeated;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::images::{Aspect, Exposure, GreyImage, Preparation};

use super::set::{Picture, PictureSet};
use crate::progress::{Progress, tell};
pub use decode::{MOST_PIXELS, decode};
use repeated::repeated;

/// Bad files that are named; the others are counted.
const SHOWN: usize = 5;

/// What is known of a picture besides its pixels.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    name: String,
    label: String,
    patient: Option<String>,
    part: Option<String>,
    grade: Option<String>,
}

/// Takes pictures as they are read: prepares them and counts those that could not be.
struct Taker<'a> {
    preparation: &'a Preparation,
    plain: Preparation,
    strict: bool,
    /// Whether bad files are named as they come.
    warns: bool,
    pictures: Vec<Picture>,
    bad: Vec<String>,
    bad_count: usize,
    /// What else is odd.
    odd: Vec<String>,
}

impl Taker<'_> {
    /// Notes what is odd, once.
    fn note(&mut self, line: String) {
        if self.warns {
            tell!("warning: {line}");
        }
        self.odd.push(line);
    }

    fn take(&mut self, known: Known, image: Result<GreyImage>) -> Result<()> {
        let image = match image {
            Ok(image) => image,
            Err(error) => {
                let line = format!("{}: {error:#}", known.name);
                ensure!(!self.strict, "{line}; without --strict it is left out");
                self.bad_count += 1;
                if self.bad.len() < SHOWN {
                    if self.warns {
                        tell!("warning: {line}");
                    }
                    self.bad.push(line);
                }
                return Ok(());
            }
        };
        let Known {
            name,
            label,
            patient,
            part,
            grade,
        } = known;
        self.pictures.push(Picture {
            name,
            label,
            patient,
            part,
            grade,
            survey: (self.preparation.register).then(|| self.preparation.survey(&image)),
            prepared: self.preparation.apply(&image),
            plain: self.plain.apply(&image),
        });
        Ok(())
    }
}

/// Reads and prepares what lies at `path`: a folder, a CSV file or an npz file. A picture that can't be
/// read is left out, counted and named among the notes; with `strict` it is an error.
pub fn read(
    path: &Path,
    preparation: &Preparation,
    strict: bool,
    progress: &Progress,
) -> Result<PictureSet> {
    taken(path, preparation, strict, true, progress)
}

/// The same of what has been read before, so that bad files are known.
pub fn read_again(
    path: &Path,
    preparation: &Preparation,
    progress: &Progress,
) -> Result<PictureSet> {
    taken(path, preparation, false, false, progress)
}

fn taken(
    path: &Path,
    preparation: &Preparation,
    strict: bool,
    warns: bool,
    progress: &Progress,
) -> Result<PictureSet> {
    preparation.check()?;
    let mut taker = Taker {
        preparation,
        plain: Preparation {
            size: preparation.size,
            crop: false,
            margin: 0.0,
            aspect: Aspect::Pad,
            exposure: Exposure::Asis,
            ..Preparation::default()
        },
        strict,
        warns,
        pictures: Vec::new(),
        bad: Vec::new(),
        bad_count: 0,
        odd: Vec::new(),
    };
    let extension = path.extension().map(|e| e.to_ascii_lowercase());
    match extension.as_deref().and_then(|e| e.to_str()) {
        _ if path.is_dir() => folder::read(path, &mut taker, progress),
        Some("csv") => list::read(path, &mut taker, progress),
        Some("npz") => npz::read(path, &mut taker, progress),
        _ if !path.exists() => bail!("{} does not exist", path.display()),
        _ => bail!(
            "{} is neither a folder, a .csv list of path,label nor an .npz file of images and labels",
            path.display()
        ),
    }?;
    if let Some(note) = repeated(&taker.pictures) {
        taker.note(note);
    }
    let Taker {
        pictures,
        bad,
        bad_count,
        odd,
        ..
    } = taker;
    ensure!(
        !pictures.is_empty(),
        "no picture of {} could be read{}",
        path.display(),
        bad.first()
            .map(|line| format!("; {line}"))
            .unwrap_or_default()
    );
    let mut notes = bad;
    if bad_count > 0 {
        notes.insert(
            0,
            format!("{bad_count} pictures could not be read and are left out:"),
        );
    }
    if bad_count > SHOWN {
        notes.push(format!("and {} more", bad_count - SHOWN));
    }
    notes.extend(odd);
    Ok(PictureSet { pictures, notes })
}

/// Reads and decodes one file.
fn open(path: &Path) -> Result<GreyImage> {
    // Twice the pixels at 16 bits: what no picture within the limit needs, compressed or not.
    let most = 4 * MOST_PIXELS;
    let length = std::fs::metadata(path).context("cannot be read")?.len();
    ensure!(
        length <= most,
        "{} MB are more than the limit of {} MB",
        length / 1_000_000,
        most / 1_000_000
    );
    decode(&std::fs::read(path).context("cannot be read")?)
}

/// All files of a folder and the folders in it, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => found.extend(files(&path)?),
            false => found.push(path),
        }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "readers_test.rs"]
mod tests;
