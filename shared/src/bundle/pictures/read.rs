//! Inspects pictures with a model of a bundle.

use std::cell::OnceCell;

use super::{InspectAnswer, InspectQuery, MOST_PROTOTYPES, PicturesRef, Prototype};
use crate::bundle::parameters::decode;
use crate::bundle::range_table::RangeTable;
use crate::bundle::reader::Bundle;
use crate::bundle::resolve::Outcome;
use crate::bundle::source::Source;
use crate::bundle::table::read_file;
use crate::bundle::{BundleError, MANIFEST, Store};
use crate::images::GreyImage;
use crate::images::salad::{Calibration, Inspector, Near};
use burn::tensor::Device;

/// A model of pictures of the bundle, read on first use.
#[derive(Debug)]
pub(in crate::bundle) struct OpenPictures {
    files: PicturesRef,
    prototypes: Option<(u32, RangeTable)>,
    loaded: OnceCell<Inspector>,
}

impl OpenPictures {
    /// Checks what the manifest says.
    pub fn new(files: &PicturesRef) -> Result<Self, BundleError> {
        let damaged = |why: &str| BundleError::damaged(MANIFEST, why);
        let preparation = files.preparation.check();
        preparation.map_err(|error| damaged(&error.to_string()))?;
        files.shape.check().map_err(damaged)?;
        files.calibration.check().map_err(damaged)?;
        let prototypes = files.prototypes.as_ref().map(|own| {
            let table = RangeTable::new(&own.table, own.count)?;
            Ok::<_, BundleError>((own.count, table))
        });
        Ok(Self {
            prototypes: prototypes.transpose()?,
            files: files.clone(),
            loaded: OnceCell::new(),
        })
    }

    /// The network on `device`, with the numbers as published.
    async fn inspector<S: Store>(&self, store: &S, device: &Device) -> Outcome<&Inspector, S> {
        if let Some(inspector) = self.loaded.get() {
            return Ok(inspector);
        }
        let files = &self.files;
        let bytes = read_file(store, &files.parameters).await?;
        let damaged = |why: String| BundleError::damaged(&files.parameters.path, why);
        let parameters = decode(&bytes, 16).map_err(damaged)?;
        let preparation = files.preparation.clone();
        let inspector = Inspector::new(preparation, files.shape, files.scoring, parameters, device)
            .map_err(damaged)?;
        let n_prototypes = self.prototypes.as_ref().map_or(0, |(count, _)| *count);
        if n_prototypes as usize > inspector.bank().n_rows() {
            return Err(damaged("it has fewer rows than pictures of them".into()).into());
        }
        Ok(self.loaded.get_or_init(|| inspector))
    }

    /// The score of a picture of stripes, for number 0.
    pub async fn probe<S: Store>(
        &self,
        store: &S,
        device: &Device,
        number: u32,
    ) -> Outcome<Option<Vec<f32>>, S> {
        if number > 0 {
            return Ok(None);
        }
        let inspector = self.inspector(store, device).await?;
        let stripes = (0..self.files.shape.pixels()).map(|at| (at % 7) as f32 / 6.0);
        let stripes: Vec<f32> = stripes.collect();
        let looks = inspector.look(&[&stripes], true).await;
        let looks = looks.map_err(BundleError::Device)?;
        Ok(Some(vec![looks[0].score as f32]))
    }

    /// Those of the bank's rows that have pictures, nearest first.
    async fn nearest<S: Store>(
        &self,
        store: &S,
        near: &[Near],
        wanted: usize,
    ) -> Outcome<Vec<Prototype>, S> {
        let Some((count, table)) = &self.prototypes else {
            return Ok(Vec::new());
        };
        let near = near.iter().filter(|own| own.row < *count as usize);
        let near: Vec<&Near> = near.take(wanted).collect();
        let rows = near.iter().map(|own| own.row as u32);
        let n_pixels = self.files.shape.pixels();
        let mut found: Vec<Prototype> = Vec::new();
        let ranges = table.get(store, rows).await?;
        for own in near {
            let row = own.row as u32;
            let mut ranges = ranges.iter();
            let range = ranges.find(|r| (r.first..r.first + r.len).contains(&row));
            let range = range.expect("every row that was asked for");
            if range.content.len() != range.len as usize * n_pixels {
                return Err(table.malformed(range).into());
            }
            let first = (row - range.first) as usize * n_pixels;
            found.push(Prototype {
                row,
                angle: own.angle,
                pixels: range.content[first..first + n_pixels].to_vec(),
            });
        }
        Ok(found)
    }
}

impl<S: Store> Bundle<S> {
    fn open_pictures(&self, name: Option<&str>) -> Result<(&str, &OpenPictures), BundleError> {
        let model = self.model(name)?;
        match &model.source {
            Source::Pictures(open) => Ok((&model.name, open)),
            _ => Err(BundleError::InvalidQuery(
                [
                    "model ",
                    &model.name,
                    " knows nothing of pictures; only a model of pictures inspects them",
                ]
                .concat(),
            )),
        }
    }

    /// The network of the model called `name`, or of the default one, and what normal pictures score by it.
    pub async fn inspector(&self, name: Option<&str>) -> Outcome<(&Inspector, &Calibration), S> {
        let (_, open) = self.open_pictures(name)?;
        let inspector = open.inspector(&self.store, &self.device).await?;
        Ok((inspector, &open.files.calibration))
    }

    /// How unusual a picture is, and what else the query asks of it.
    pub async fn inspect(
        &self,
        picture: &GreyImage,
        query: &InspectQuery,
    ) -> Outcome<InspectAnswer, S> {
        if query.prototypes > MOST_PROTOTYPES {
            let why = format!("prototypes must be from 0 to {MOST_PROTOTYPES}");
            return Err(BundleError::InvalidQuery(why).into());
        }
        let (model, open) = self.open_pictures(query.model.as_deref())?;
        let inspector = open.inspector(&self.store, &self.device).await?;
        let calibration = &open.files.calibration;
        let found = inspector.inspect(picture, query.map, calibration).await;
        let found = found.map_err(BundleError::Device)?;
        let wanted = query.prototypes as usize;
        Ok(InspectAnswer {
            model: model.to_owned(),
            score: found.score,
            percentile: calibration.percentile(found.score),
            threshold: calibration.threshold,
            false_positive_rate: calibration.false_positive_rate,
            unusual: calibration.is_unusual(found.score),
            size: open.files.shape.size,
            frame: found.frame,
            prepared: found.prepared.pixels().to_vec(),
            map: found.map,
            prototypes: open.nearest(&self.store, &found.near, wanted).await?,
        })
    }
}
