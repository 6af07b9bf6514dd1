//! DICOM files: the first frame, by the transformations that the standard prescribes for showing it
//! (PS3.3 C.11): stored values to those of the modality by table or by slope and intercept, these to
//! levels by the first table or, without one, the first window; with neither from the least to the
//! greatest. MONOCHROME1 is inverted.

use std::io::Cursor;

use anyhow::{Context, Result, anyhow, bail, ensure};
use dicom_object::{DefaultDicomObject, FileDicomObject};
use dicom_pixeldata::{
    DecodedPixelData, PhotometricInterpretation, PixelDecoder, PlanarConfiguration, VoiLutFunction,
};
use doorstep_shared::images::{GreyImage, luminance};

use super::decode::check_size;

/// Whether these are the bytes of a DICOM file.
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.get(128..132) == Some(b"DICM")
}

/// The picture in a DICOM file.
pub fn decode(bytes: &[u8]) -> Result<GreyImage> {
    let object = FileDicomObject::from_reader(Cursor::new(bytes))
        .map_err(|error| anyhow!("is a damaged DICOM file: {error}"))?;
    let number = |name: &str| -> Result<u64> {
        let element = object
            .element_by_name(name)
            .map_err(|_| anyhow!("is a DICOM file without pixels (no {name})"))?;
        Ok(element.to_int::<u64>()?)
    };
    let (width, height) = (number("Columns")?, number("Rows")?);
    check_size(width, height)?;
    ensure!(
        object.element_by_name("PixelData").is_ok(),
        "is a DICOM file without pixels (no PixelData)"
    );
    let pixels = frame(&object).context("is a DICOM file that can't be shown")?;
    GreyImage::new(width as usize, height as usize, pixels)
        .context("is a DICOM file whose pixels don't fill its rows and columns")
}

fn frame(object: &DefaultDicomObject) -> Result<Vec<f32>> {
    let decoded = object.decode_pixel_data_frame(0).map_err(|error| {
        let syntax = object.meta().transfer_syntax();
        anyhow!(
            "its pixels can't be decoded ({error}; transfer syntax {syntax}); only uncompressed ones are read, so convert it, for example by gdcmconv --raw"
        )
    })?;
    match (
        decoded.samples_per_pixel(),
        decoded.photometric_interpretation(),
    ) {
        (1, PhotometricInterpretation::Monochrome1) => {
            let levels = levels(object, &decoded)?;
            Ok(levels.into_iter().map(|p| 1.0 - p).collect())
        }
        (1, PhotometricInterpretation::Monochrome2) => levels(object, &decoded),
        (3, PhotometricInterpretation::Rgb) => colours(&decoded),
        (_, other) => {
            bail!("has {other} pixels; MONOCHROME1, MONOCHROME2 and RGB are read")
        }
    }
}

/// Levels from 0 to 1 of one channel.
fn levels(object: &DefaultDicomObject, decoded: &DecodedPixelData) -> Result<Vec<f32>> {
    let mut values: Vec<f32> = decoded.to_vec_frame(0)?;
    if let Some(table) = Table::first_of(object, "ModalityLUTSequence")? {
        values.iter_mut().for_each(|v| *v = table.entry(*v));
    }
    if let Some(table) = Table::first_of(object, "VOILUTSequence")? {
        let brightest = ((1_u32 << table.bits) - 1) as f32;
        values
            .iter_mut()
            .for_each(|v| *v = (table.entry(*v) / brightest).min(1.0));
        return Ok(values);
    }
    let window = decoded.window()?.and_then(|windows| windows.first());
    let function = decoded.voi_lut_function()?;
    let function = function.and_then(|functions| functions.first());
    let Some(window) = window else {
        let least = values.iter().copied().fold(f32::INFINITY, f32::min);
        let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let width = (most - least).max(f32::MIN_POSITIVE);
        values.iter_mut().for_each(|v| *v = (*v - least) / width);
        return Ok(values);
    };
    let (centre, width) = (window.center as f32, window.width as f32);
    ensure!(width > 0.0, "has a window of width {width}");
    for value in &mut values {
        let level = match function {
            None | Some(VoiLutFunction::Linear) => {
                (*value - (centre - 0.5)) / (width - 1.0).max(f32::MIN_POSITIVE) + 0.5
            }
            Some(VoiLutFunction::LinearExact) => (*value - centre) / width + 0.5,
            Some(VoiLutFunction::Sigmoid) => 1.0 / (1.0 + (-4.0 * (*value - centre) / width).exp()),
        };
        *value = level.clamp(0.0, 1.0);
    }
    Ok(values)
}

/// What values become, by their distance from the first (PS3.3 C.11.1.1 and C.11.2.1.1).
struct Table {
    first: f32,
    bits: u32,
    entries: Vec<u16>,
}

impl Table {
    /// Of the first item of a sequence; `None` where the file has none.
    fn first_of(object: &DefaultDicomObject, sequence: &str) -> Result<Option<Self>> {
        let Ok(element) = object.element_by_name(sequence) else {
            return Ok(None);
        };
        let Some(item) = element.items().and_then(<[_]>::first) else {
            return Ok(None);
        };
        let table = || -> Result<Self> {
            let described = item
                .element_by_name("LUTDescriptor")?
                .to_multi_int::<i32>()?;
            let entries = item.element_by_name("LUTData")?.to_multi_int::<u16>()?;
            let &[count, first, bits] = described.as_slice() else {
                bail!("its descriptor holds {} numbers, not 3", described.len());
            };
            // 65,536 doesn't fit into the 16 bits of the descriptor.
            let count = if count == 0 { 1 << 16 } else { count as usize };
            ensure!(
                entries.len() == count,
                "it holds {} entries, not {count}",
                entries.len()
            );
            ensure!((8..=16).contains(&bits), "its entries have {bits} bits");
            Ok(Self {
                first: first as f32,
                bits: bits as u32,
                entries,
            })
        };
        table()
            .map(Some)
            .with_context(|| format!("has a damaged {sequence}"))
    }

    /// Values beyond its ends become what its ends do.
    fn entry(&self, value: f32) -> f32 {
        let last = (self.entries.len() - 1) as f32;
        let place = (value - self.first).clamp(0.0, last);
        f32::from(self.entries[place as usize])
    }
}

fn colours(decoded: &DecodedPixelData) -> Result<Vec<f32>> {
    ensure!(
        decoded.planar_configuration() == PlanarConfiguration::Standard,
        "its colours lie in planes; save it with planar configuration 0"
    );
    let brightest = match decoded.bits_allocated() {
        8 => 255.0,
        16 => 65535.0,
        bits => bail!("has colours of {bits} bits; 8 and 16 are read"),
    };
    let values: Vec<f32> = decoded.to_vec_frame(0)?;
    let brightness = |c: &[f32]| luminance([c[0], c[1], c[2]]) / brightest;
    Ok(values.chunks_exact(3).map(brightness).collect())
}
