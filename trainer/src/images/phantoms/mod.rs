//! Generated phantoms: pictures like radiographs of the chest, normal ones and five kinds of
//! anomaly in three grades, so that a demo of what is unusual needs no download.
//!
//! The same configuration gives the same bytes on every machine.

mod anatomy;
mod anomaly;
mod film;
mod render;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use doorstep_shared::images::GreyImage;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use serde::Serialize;

use crate::dice::{Dice, Purpose};
use crate::progress::Progress;
use crate::save::{save, stream};
use anatomy::{Anatomy, Pose};
use anomaly::{Anomaly, GRADES, Kind};
use film::Film;
use render::{Noise, Scene};

/// Pictures of normal chests among three.
const NORMAL_OF_THREE: u32 = 2;
/// Share of patients that have a second picture.
const TWICE: f64 = 0.25;
const FEWEST: u32 = 30;
const MOST: u32 = 100_000;
const SMALLEST: usize = 32;
const LARGEST: usize = 512;

/// The name of the list of pictures.
pub const PICTURES: &str = "pictures.csv";
/// The label of pictures without an anomaly, and the folder that they lie in.
pub const NORMAL: &str = "normal";
/// The folder of the others.
pub const ABNORMAL: &str = "abnormal";

/// How many phantoms of what size, and which of all those.
#[derive(Clone, Copy, Debug)]
pub struct PhantomConfig {
    /// Pictures: two in three are normal.
    pub pictures: u32,
    /// Width and height in pixels.
    pub size: usize,
    /// Another seed gives other patients.
    pub seed: u64,
}

impl Default for PhantomConfig {
    fn default() -> Self {
        Self {
            pictures: 900,
            size: 64,
            seed: 7,
        }
    }
}

/// One picture.
#[derive(Clone, Debug)]
pub struct Phantom {
    /// Levels from 0 to 1.
    pub image: GreyImage,
    /// `normal`, or the kind of anomaly.
    pub label: &'static str,
    /// Whose it is: a number from 1.
    pub patient: u32,
    /// Which of the patient's pictures it is, from 1.
    pub view: u32,
    /// How plain the anomaly is, from 1 to 3 (subtle); 0 of normal pictures.
    pub grade: u8,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Pictures in all.
    pub pictures: u32,
    /// Those without an anomaly.
    pub normal: u32,
    /// Patients.
    pub patients: u32,
    /// Length of all files.
    pub bytes: u64,
}

/// Phantoms, not yet drawn.
#[derive(Debug)]
pub struct Phantoms(PhantomConfig);

impl PhantomConfig {
    /// Checks the ranges.
    pub fn open(self) -> Result<Phantoms> {
        let Self { pictures, size, .. } = self;
        ensure!(
            (FEWEST..=MOST).contains(&pictures),
            "--pictures must be from {FEWEST} to {MOST}; it is {pictures}"
        );
        ensure!(
            (SMALLEST..=LARGEST).contains(&size),
            "--picture-size must be from {SMALLEST} to {LARGEST} pixels; it is {size}"
        );
        Ok(Phantoms(self))
    }
}

impl Phantoms {
    /// All pictures, one after the other: first the normal ones, then the kinds and grades in turn.
    /// A patient has either normal pictures or pictures of one anomaly.
    pub fn draw(&self) -> impl Iterator<Item = Phantom> + '_ {
        let PhantomConfig { pictures, .. } = self.0;
        let normal = pictures * NORMAL_OF_THREE / 3;
        let (mut patient, mut view) = (0, 0);
        (0..pictures).map(move |number| {
            let again = view == 1 && number != normal && {
                Dice::new(self.0.seed, Purpose::Patient, patient.into()).chance(TWICE)
            };
            (patient, view) = match again {
                true => (patient, 2),
                false => (patient + 1, 1),
            };
            let diagnosis = (number >= normal).then(|| {
                let turn = patient as usize;
                let kind = Kind::ALL[turn % Kind::ALL.len()];
                (kind, GRADES[turn / Kind::ALL.len() % GRADES.len()])
            });
            self.phantom(patient, view, diagnosis)
        })
    }

    fn phantom(&self, patient: u32, view: u32, diagnosis: Option<(Kind, u8)>) -> Phantom {
        let PhantomConfig { seed, size, .. } = self.0;
        let mut body = Dice::new(seed, Purpose::Patient, patient.into());
        // Decided in `draw`.
        body.chance(TWICE);
        let anatomy = Anatomy::draw(&mut body);
        let texture = [9, 26].map(|cells| Noise::draw(cells, &mut body));
        let number = u64::from(patient) << 2 | u64::from(view);
        let mut day = Dice::new(seed, Purpose::Exposure, number);
        let pose = Pose::draw(&mut day);
        let film = Film::draw(&mut day);
        let anomaly = match diagnosis {
            Some((kind, grade)) => {
                let mut dice = Dice::new(seed, Purpose::Anomaly, patient.into());
                Anomaly::draw(kind, grade, &mut dice)
            }
            None => Anomaly::default(),
        };
        let scene = Scene {
            anatomy,
            pose,
            anomaly,
            texture,
        };
        Phantom {
            image: film.expose(&scene.draw(size), &mut day),
            label: diagnosis.map_or(NORMAL, |(kind, _)| kind.name()),
            patient,
            view,
            grade: diagnosis.map_or(0, |(_, grade)| grade),
        }
    }

    /// Writes the pictures as PNG files of 8 bits into `normal/` and `abnormal/` of `directory`, and
    /// their list with labels, patients and grades beside them.
    pub fn write(&self, directory: &Path, progress: &Progress) -> Result<Summary> {
        for folder in [NORMAL, ABNORMAL] {
            let folder = directory.join(folder);
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            forget(&folder)?;
        }
        let bar = progress.bar("phantoms", self.0.pictures.into());
        let mut list = String::from("path,label,patient,grade\n");
        let mut summary = Summary {
            pictures: self.0.pictures,
            normal: 0,
            patients: 0,
            bytes: 0,
        };
        for phantom in self.draw() {
            let folder = if phantom.grade == 0 { NORMAL } else { ABNORMAL };
            let Phantom {
                label,
                patient,
                view,
                grade,
                ..
            } = phantom;
            let path = format!("{folder}/p{patient:05}-{view}.png");
            _ = writeln!(list, "{path},{label},p{patient:05},{grade}");
            summary.bytes += write_png(&directory.join(path), &phantom.image)?;
            summary.normal += u32::from(grade == 0);
            summary.patients = patient;
            bar.inc(1);
        }
        bar.finish_and_clear();
        save(&directory.join(PICTURES), &list)?;
        summary.bytes += list.len() as u64;
        Ok(summary)
    }
}

/// Removes phantoms that an earlier run wrote into `folder`, and nothing else.
fn forget(folder: &Path) -> Result<()> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(is_own) {
            std::fs::remove_file(&path)
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Whether a phantom is called so: `p00012-1.png`.
fn is_own(name: &str) -> bool {
    let numbers = (name.strip_prefix('p')).and_then(|name| name.strip_suffix(".png"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|own| own.is_ascii_digit());
    (numbers.and_then(|own| own.split_once('-')))
        .is_some_and(|(patient, view)| digits(patient) && digits(view))
}

fn write_png(path: &Path, picture: &GreyImage) -> Result<u64> {
    let level = |&pixel: &f32| (pixel * 255.0).round() as u8;
    let levels: Vec<u8> = picture.pixels().iter().map(level).collect();
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    stream(path, |out| {
        PngEncoder::new(out)
            .write_image(&levels, width, height, ExtendedColorType::L8)
            .map_err(std::io::Error::other)
    })
}

#[cfg(test)]
#[path = "phantoms_test.rs"]
mod tests;
