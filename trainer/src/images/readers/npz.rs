//! Arrays in an npz file: `images` (pictures × rows × columns) of whole numbers of 8 or 16 bits, or of
//! 32-bit numbers from 0 to 1; `labels`, whole numbers or text; and where there are any `names` and
//! `patients` as text. Text that Python pickled (dtype object) can't be read.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::images::GreyImage;
use npyz::{DType, NpyFile, Order, TypeChar};
use zip::ZipArchive;

use super::{Known, MOST_PIXELS, Taker};
use crate::images::set::patient_in_name;
use crate::progress::Progress;

type Archive = ZipArchive<BufReader<File>>;

pub fn read(path: &Path, taker: &mut Taker, progress: &Progress) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut archive = ZipArchive::new(BufReader::new(file))
        .with_context(|| format!("{} is no npz file, or a damaged one", path.display()))?;
    into(&mut archive, taker, progress).with_context(|| path.display().to_string())
}

fn into(archive: &mut Archive, taker: &mut Taker, progress: &Progress) -> Result<()> {
    let labels = texts(archive, "labels")?.context("has no array labels")?;
    let names = texts(archive, "names")?;
    let patients = texts(archive, "patients")?;
    for (name, list) in [("names", &names), ("patients", &patients)] {
        let own = list.as_ref().map_or(labels.len(), Vec::len);
        ensure!(
            own == labels.len(),
            "has {own} {name} for {} labels",
            labels.len()
        );
    }
    let entry = archive
        .by_name("images.npy")
        .context("has no array images")?;
    let array = NpyFile::new(entry).context("array images")?;
    let &[count, height, width] = array.shape() else {
        bail!(
            "array images has shape {:?}; it must be (pictures, rows, columns)",
            array.shape()
        );
    };
    ensure!(
        count == labels.len() as u64,
        "has {count} images for {} labels",
        labels.len()
    );
    ensure!(
        array.order() == Order::C,
        "array images lies by columns; save numpy.ascontiguousarray(images)"
    );
    let pixels = height.saturating_mul(width);
    ensure!(
        (1..=MOST_PIXELS).contains(&pixels),
        "pictures of {width} × {height} pixels are outside the limit of 1 to {} million pixels",
        MOST_PIXELS / 1_000_000
    );
    let bar = progress.bar("pictures", count);
    let size = (width as usize, height as usize);
    let mut numbers = numbers(array)?;
    for (at, label) in labels.into_iter().enumerate() {
        let image = picture(&mut numbers, size)?;
        let name = match &names {
            Some(names) => names[at].clone(),
            None => at.to_string(),
        };
        let image = match label.trim().is_empty() {
            true => Err(anyhow::anyhow!("has no label")),
            false => image,
        };
        let patient = patients.as_ref().map(|patients| patients[at].clone());
        let patient = patient.filter(|own| !own.trim().is_empty());
        let known = Known {
            patient: patient.or_else(|| patient_in_name(&name)),
            name,
            label,
            ..Known::default()
        };
        taker.take(known, image)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// The next picture; an inner error where its levels are no levels.
fn picture(numbers: &mut Numbers, (width, height): (usize, usize)) -> Result<Result<GreyImage>> {
    let pixels: Vec<f32> = numbers
        .take(width * height)
        .collect::<std::io::Result<_>>()
        .context("array images is damaged")?;
    ensure!(pixels.len() == width * height, "array images is cut off");
    let levels = pixels.iter().all(|pixel| (0.0..=1.0).contains(pixel));
    Ok(match GreyImage::new(width, height, pixels) {
        Some(image) if levels => Ok(image),
        _ => Err(anyhow::anyhow!("has levels that are not from 0 to 1")),
    })
}

type Numbers<'a> = Box<dyn Iterator<Item = std::io::Result<f32>> + 'a>;

/// All levels from 0 to 1, whatever they are stored as.
fn numbers<'a, R: std::io::Read + 'a>(array: NpyFile<R>) -> Result<Numbers<'a>> {
    let dtype = array.dtype();
    let DType::Plain(kind) = &dtype else {
        bail!("array images holds records; save a plain array")
    };
    Ok(match (kind.type_char(), kind.size_field()) {
        (TypeChar::Uint, 1) => Box::new(array.data::<u8>()?.map(|n| Ok(f32::from(n?) / 255.0))),
        (TypeChar::Uint, 2) => Box::new(array.data::<u16>()?.map(|n| Ok(f32::from(n?) / 65535.0))),
        (TypeChar::Float, 4) => Box::new(array.data::<f32>()?),
        _ => bail!(
            "array images has type {}; it must be uint8, uint16 or float32",
            dtype.descr()
        ),
    })
}

/// An array of text or whole numbers as text.
fn texts(archive: &mut Archive, name: &str) -> Result<Option<Vec<String>>> {
    let Ok(entry) = archive.by_name(&format!("{name}.npy")) else {
        return Ok(None);
    };
    let array = NpyFile::new(entry).with_context(|| format!("array {name}"))?;
    ensure!(
        array.shape().len() == 1,
        "array {name} has shape {:?}; it must have one axis",
        array.shape()
    );
    let dtype = array.dtype();
    let shown = dtype.descr();
    let DType::Plain(kind) = dtype else {
        bail!("array {name} holds records; save a plain array")
    };
    let list: std::io::Result<Vec<String>> = match (kind.type_char(), kind.size_field()) {
        (TypeChar::UnicodeStr | TypeChar::ByteStr, _) => array.data::<String>()?.collect(),
        (TypeChar::Uint, 1) => array.data::<u8>()?.map(|n| Ok(n?.to_string())).collect(),
        (TypeChar::Uint, 2) => array.data::<u16>()?.map(|n| Ok(n?.to_string())).collect(),
        (TypeChar::Int, 4) => array.data::<i32>()?.map(|n| Ok(n?.to_string())).collect(),
        (TypeChar::Int, 8) => array.data::<i64>()?.map(|n| Ok(n?.to_string())).collect(),
        (TypeChar::Bool, _) => array.data::<bool>()?.map(|n| Ok(n?.to_string())).collect(),
        _ => bail!(
            "array {name} has type {shown}; save it as text (numpy.asarray({name}, dtype=str)) or as uint8, uint16, int32 or int64"
        ),
    };
    list.map(Some)
        .with_context(|| format!("array {name} is damaged"))
}
