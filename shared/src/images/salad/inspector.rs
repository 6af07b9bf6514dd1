//! A trained network as pictures are inspected with it, natively and in the browser.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::bank::score;
use super::maps::{Map, occluded, patches, smoothed_error};
use super::{
    Autoencoder, AutoencoderShape, Bank, Calibration, KnownAbnormal, Near, NormalDepartures,
    ScoreForm,
};
use crate::images::{Frame, GreyImage, Preparation};
use crate::neural::{Parameter, ParameterError, with_parameters};

/// The bank's name among the parameters.
pub const BANK: &str = "bank";
/// The name of how far normal pictures depart ([`NormalDepartures::values`]) among the parameters; there where
/// a score is made of that.
pub const DEPARTURES: &str = "departures";
/// The name of the rows of pictures known to be abnormal among the parameters; there where any are.
pub const ABNORMAL: &str = "abnormal";
/// The name of what likeness to these counts ([`KnownAbnormal::terms`]) among the parameters; there where they are.
pub const CONTRAST: &str = "contrast";
/// Pictures that go through the network at once.
const TOGETHER: usize = 32;

/// What a picture's score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scoring {
    /// The nearest rows of the bank.
    Bank {
        /// How many rows.
        nearest: u32,
        /// How they become a score.
        form: ScoreForm,
    },
    /// How far a picture departs from what the autoencoder makes of it.
    Reconstruction,
}

/// A network, what its feature vectors are compared with, and how.
#[derive(Clone, Debug)]
pub struct Inspector {
    preparation: Preparation,
    shape: AutoencoderShape,
    scoring: Scoring,
    network: Autoencoder,
    bank: Bank,
    departures: Option<NormalDepartures>,
    known: Option<KnownAbnormal>,
    device: Device,
}

/// What the network makes of a prepared picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// How unusual it is: the higher, the more.
    pub score: f64,
    /// Its feature vector.
    pub features: Vec<f32>,
    /// The picture that the autoencoder makes of it, where that was asked for or is what scores are made of.
    pub made: Option<Vec<f32>>,
}

/// What is found of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// How unusual it is: the higher, the more.
    pub score: f64,
    /// Rows of the bank, nearest first.
    pub near: Vec<Near>,
    /// As the network sees it, row after row.
    pub prepared: GreyImage,
    /// Where that lies on the picture.
    pub frame: Frame,
    /// How much of what is unusual lies at each prepared pixel, where it was asked for: 0 nothing.
    pub map: Option<Vec<f32>>,
}

impl Scoring {
    /// Whether it needs pictures that the autoencoder makes, and how far those of normal ones depart.
    fn is_of_departures(self) -> bool {
        match self {
            Self::Bank { form, .. } => form == ScoreForm::Prototypes,
            Self::Reconstruction => true,
        }
    }
}

impl Inspector {
    /// From the parameters of an autoencoder of this shape, the rows of the bank, called [`BANK`],
    /// `[rows, features]`, and [`DEPARTURES`], `[2, pixels]`, where scores are made of these; where pictures are known to
    /// be abnormal also their rows, [`ABNORMAL`], and [`CONTRAST`], `[2]`.
    ///
    /// # Errors
    /// What is wrong with them or the preparation, in words.
    pub fn new(
        preparation: Preparation,
        shape: AutoencoderShape,
        scoring: Scoring,
        mut parameters: Vec<Parameter>,
        device: &Device,
    ) -> Result<Self, String> {
        preparation.check().map_err(|error| error.to_string())?;
        shape.check()?;
        if preparation.size != shape.size as usize {
            return Err("pictures are prepared to another size than the network reads".into());
        }
        let mut take = |name: &str| {
            let at = parameters.iter().position(|own| own.name == name);
            let missing = || ParameterError::Missing(name.into()).to_string();
            at.map(|at| parameters.swap_remove(at)).ok_or_else(missing)
        };
        let bank = take(BANK)?;
        let departures = match take(DEPARTURES) {
            Ok(own) => {
                let found = NormalDepartures::from_values(shape.size as usize, &own.values);
                Some(found.ok_or("how far normal pictures depart is not told for each pixel")?)
            }
            Err(missing) if scoring.is_of_departures() => return Err(missing),
            Err(_) => None,
        };
        let features = shape.features as usize;
        let rows = |own: Parameter| {
            let fine = own.shape.len() == 2 && own.shape[1] == features;
            fine.then(|| Bank::new(features, own.values)).flatten()
        };
        let known = match take(ABNORMAL) {
            Ok(own) => {
                let terms = <[f32; 2]>::try_from(take(CONTRAST)?.values).ok();
                let known = rows(own).zip(terms).and_then(|(bank, [centre, slope])| {
                    KnownAbnormal::new(bank, centre.into(), slope.into())
                });
                Some(known.ok_or("its rows of abnormal pictures, or what they count, are none")?)
            }
            Err(_) => None,
        };
        let bank = rows(bank).ok_or("its bank's rows are not feature vectors")?;
        let blank = Autoencoder::blank(shape, device);
        let network = with_parameters(blank, parameters, device);
        Ok(Self {
            preparation,
            shape,
            scoring,
            network: network.map_err(|error| error.to_string())?,
            bank,
            departures,
            known,
            device: device.clone(),
        })
    }

    /// How pictures are prepared.
    pub fn preparation(&self) -> &Preparation {
        &self.preparation
    }

    /// What its scores are made of.
    pub fn scoring(&self) -> Scoring {
        self.scoring
    }

    /// What feature vectors are compared with.
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// The same with these rows of its bank alone, in this order.
    ///
    /// # Panics
    /// When there is none, or one lies beyond the end.
    pub fn keep(&self, rows: &[usize]) -> Self {
        Self {
            bank: self.bank.keep(rows),
            ..self.clone()
        }
    }

    /// Looks at prepared pictures, without blocking; `make`s pictures of them, which takes as long again, if
    /// asked to.
    ///
    /// # Errors
    /// The device failed.
    ///
    /// # Panics
    /// When a picture has not as many pixels as the network reads.
    pub async fn look(&self, prepared: &[&[f32]], make: bool) -> Result<Vec<Look>, String> {
        let size = self.shape.size as usize;
        let make = make || self.scoring.is_of_departures();
        let mut looks = Vec::new();
        for part in prepared.chunks(TOGETHER) {
            let data = TensorData::new(part.concat(), [part.len(), size, size, 1]);
            let features = self.network.encode(Tensor::from_data(data, &self.device));
            let made = match make {
                true => values(self.network.decode(features.clone())).await?,
                false => Vec::new(),
            };
            let mut made = made.chunks_exact(self.shape.pixels());
            let features = values(features).await?;
            let of_prototypes = self.of_prototypes(&features).await?;
            let mut of_prototypes = of_prototypes.chunks_exact(self.shape.pixels());
            let vectors = features.chunks_exact(self.bank.features());
            for (pixels, vector) in part.iter().zip(vectors) {
                let (near, made) = (self.bank.near(vector), made.next());
                let score = match (self.scoring, &self.departures, made, of_prototypes.next()) {
                    (Scoring::Reconstruction, Some(normal), Some(made), _) => {
                        normal.own.score(pixels, made)
                    }
                    (_, Some(normal), Some(made), Some(prototype)) => {
                        normal.score(pixels, made, prototype)
                    }
                    (Scoring::Bank { nearest, form }, ..) => score(&near, nearest as usize, form),
                    _ => unreachable!("pictures were made where scores are made of them"),
                };
                let score = match &self.known {
                    Some(known) => known.score(score, vector, &near),
                    None => score,
                };
                if !score.is_finite() {
                    return Err("a score that is no number".into());
                }
                looks.push(Look {
                    score,
                    features: vector.to_vec(),
                    made: made.map(<[f32]>::to_vec),
                });
            }
        }
        Ok(looks)
    }

    /// The pictures that the decoder makes of the prototypes of feature vectors, one after the other; none where scores
    /// don't need them.
    async fn of_prototypes(&self, features: &[f32]) -> Result<Vec<f32>, String> {
        let Scoring::Bank { nearest, form } = self.scoring else {
            return Ok(Vec::new());
        };
        if form != ScoreForm::Prototypes {
            return Ok(Vec::new());
        }
        let width = self.bank.features();
        let prototype = |own| self.bank.prototype(own, nearest as usize, None);
        let rows: Vec<f32> = features.chunks_exact(width).flat_map(prototype).collect();
        let data = TensorData::new(rows, [features.len() / width, width]);
        values(self.network.decode(Tensor::from_data(data, &self.device))).await
    }

    /// Prepares a picture, scores it and, where a `map` is asked for, finds where it is unusual.
    ///
    /// # Errors
    /// The device failed.
    pub async fn inspect(
        &self,
        picture: &GreyImage,
        map: Option<Map>,
        calibration: &Calibration,
    ) -> Result<Inspection, String> {
        let (prepared, frame) = self.preparation.framed(picture);
        let pixels = prepared.pixels();
        let look = self.look(&[pixels], map.is_some()).await?.swap_remove(0);
        let size = self.shape.size as usize;
        let made = look.made.as_deref().unwrap_or_default();
        let map = match map {
            None => None,
            Some(Map::Reconstruction) => {
                let unit = if calibration.error > 0.0 {
                    calibration.error
                } else {
                    1.0
                };
                let error = smoothed_error(pixels, made, size);
                Some(
                    error
                        .iter()
                        .map(|own| (f64::from(*own) / unit) as f32)
                        .collect(),
                )
            }
            Some(Map::Occlusion) => {
                let falls = self.falls(pixels, made, look.score).await?;
                let unit = calibration.unit();
                Some(falls.iter().map(|own| (own / unit) as f32).collect())
            }
        };
        Ok(Inspection {
            score: look.score,
            near: self.bank.near(&look.features),
            prepared,
            frame,
            map,
        })
    }

    /// How far the score falls where a patch is replaced by what the autoencoder has `made` of it: the mean over
    /// the patches that cover a pixel, 0 where it rises. After Zeiler and Fergus 2014, "Visualizing and
    /// Understanding Convolutional Networks", section 4.2, who replace it by grey.
    async fn falls(&self, pixels: &[f32], made: &[f32], score: f64) -> Result<Vec<f64>, String> {
        let (mut sums, mut counts) = (vec![0.0; pixels.len()], vec![0u32; pixels.len()]);
        for part in patches(self.shape.size as usize).chunks(TOGETHER) {
            let pictures = part.iter().map(|patch| occluded(pixels, made, patch));
            let pictures: Vec<Vec<f32>> = pictures.collect();
            let views: Vec<&[f32]> = pictures.iter().map(Vec::as_slice).collect();
            for (patch, without) in part.iter().zip(self.look(&views, false).await?) {
                for &at in patch {
                    sums[at] += (score - without.score).max(0.0);
                    counts[at] += 1;
                }
            }
        }
        let mean = |(sum, count): (f64, u32)| sum / f64::from(count.max(1));
        Ok(sums.into_iter().zip(counts).map(mean).collect())
    }
}

async fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    let data = tensor.into_data_async().await;
    let data = data.map_err(|error| format!("{error:?}"))?;
    data.try_to_vec().map_err(|error| format!("{error:?}"))
}

#[cfg(test)]
#[path = "inspector_test.rs"]
mod tests;
