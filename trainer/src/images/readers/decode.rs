//! One file to a grey picture, by what it holds and not by its name.

use std::io::Cursor;

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::images::{GreyImage, luminance};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::dicom;

/// Largest picture, in pixels: twice what the largest detectors of radiographs have.
pub const MOST_PIXELS: u64 = 40_000_000;
/// Longest side of a picture.
const LONGEST: u32 = 30_000;

/// The picture in the bytes of a PNG, JPEG or DICOM file, of 8 or 16 bits, with levels from 0 to 1. Colours become
/// grey, transparent pixels lie on black.
///
/// # Errors
/// When it is none of these, damaged, or larger than the limits; that is found out before it is decoded.
pub fn decode(bytes: &[u8]) -> Result<GreyImage> {
    if dicom::is_one(bytes) {
        return dicom::decode(bytes);
    }
    ensure!(!bytes.is_empty(), "is empty");
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => format,
        _ => bail!("is neither PNG, JPEG nor DICOM"),
    };
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST), Some(LONGEST));
    // Four channels of 16 bits, and what a decoder needs besides.
    limits.max_alloc = Some(2 * 8 * MOST_PIXELS);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(explained)?;
    let (width, height) = decoder.dimensions();
    check_size(width.into(), height.into())?;
    if format == ImageFormat::Jpeg {
        check_jpeg_end(bytes)?;
    }
    // As browsers show it: cameras store pictures as the sensor lay, and say how it was held.
    let orientation = decoder.orientation().map_err(explained)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(explained)?;
    picture.apply_orientation(orientation);
    grey(&picture)
}

/// Refuses pictures that are empty or larger than the limit.
pub fn check_size(width: u64, height: u64) -> Result<()> {
    ensure!(width > 0 && height > 0, "has no pixels");
    ensure!(
        width.saturating_mul(height) <= MOST_PIXELS,
        "{width} × {height} pixels are more than the limit of {} million pixels; make it smaller",
        MOST_PIXELS / 1_000_000
    );
    Ok(())
}

/// Refuses a JPEG file that was cut off, of which the decoder shows the upper part. The end is marked after the
/// last scan; neither mark can stand within a scan, and those of a thumbnail come before.
fn check_jpeg_end(bytes: &[u8]) -> Result<()> {
    let last = |mark: [u8; 2]| bytes.windows(2).rposition(|pair| pair == mark);
    ensure!(
        last([0xff, 0xd9]) > last([0xff, 0xda]),
        "is damaged: the file ends before the picture does"
    );
    Ok(())
}

fn explained(error: image::ImageError) -> anyhow::Error {
    match error {
        image::ImageError::Limits(_) => anyhow::anyhow!(
            "is larger than the limit of {} million pixels or {LONGEST} a side; make it smaller",
            MOST_PIXELS / 1_000_000
        ),
        other => anyhow::Error::new(other).context("is damaged or of an unsupported kind"),
    }
}

fn grey(picture: &DynamicImage) -> Result<GreyImage> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = match picture {
        DynamicImage::ImageLuma8(own) => own.iter().map(|&p| f32::from(p) / 255.0).collect(),
        DynamicImage::ImageLuma16(own) => own.iter().map(|&p| f32::from(p) / 65535.0).collect(),
        other => {
            let colours = other.to_rgba32f();
            colours
                .pixels()
                .map(|pixel| {
                    let [red, green, blue, alpha] = pixel.0;
                    alpha * luminance([red, green, blue])
                })
                .collect()
        }
    };
    GreyImage::new(width, height, pixels).context("has no pixels")
}
