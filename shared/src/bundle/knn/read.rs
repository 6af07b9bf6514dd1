//! Predicts from a bundle.

use std::cell::OnceCell;

use super::KnnRef;
use super::labels::decode_labels;
use super::query::{FeatureInfo, Features, KnnInfo, PredictAnswer, PredictQuery, TrainingRow};
use crate::bundle::range_table::RangeTable;
use crate::bundle::reader::{Bundle, Source};
use crate::bundle::resolve::Outcome;
use crate::bundle::table::read_file;
use crate::bundle::{BundleError, Store};
use crate::knn::{KnnError, KnnModel, Numeric, Task, UNSEEN, decode};

/// A nearest-neighbour model of the bundle, read on first use.
#[derive(Debug)]
pub(in crate::bundle) struct OpenKnn {
    files: KnnRef,
    labels: RangeTable,
    loaded: OnceCell<KnnModel>,
}

impl From<KnnError> for BundleError {
    fn from(error: KnnError) -> Self {
        Self::InvalidQuery(error.to_string())
    }
}

impl OpenKnn {
    /// Checks what the manifest says.
    pub fn new(files: &KnnRef) -> Result<Self, BundleError> {
        Ok(Self {
            labels: RangeTable::new(&files.labels, files.count)?,
            files: files.clone(),
            loaded: OnceCell::new(),
        })
    }

    async fn model<S: Store>(&self, store: &S) -> Outcome<&KnnModel, S> {
        if let Some(model) = self.loaded.get() {
            return Ok(model);
        }
        let definition = read_file(store, &self.files.definition).await?;
        let rows = read_file(store, &self.files.rows).await?;
        let model = decode(&definition, &rows)
            .filter(|model| model.rows().len() == self.files.count as usize);
        let malformed =
            || BundleError::damaged(&self.files.definition.path, "its content breaks the format");
        let model = model.ok_or_else(malformed)?;
        Ok(self.loaded.get_or_init(|| model))
    }

    /// Ids and names of `rows`, in that order.
    async fn labels<S: Store>(&self, store: &S, rows: &[u32]) -> Outcome<Vec<(String, String)>, S> {
        let mut labels = vec![(String::new(), String::new()); rows.len()];
        for range in self.labels.get(store, rows.iter().copied()).await? {
            let here: Vec<usize> = (0..rows.len())
                .filter(|&at| (range.first..range.first + range.len).contains(&rows[at]))
                .collect();
            let wanted: Vec<usize> = here
                .iter()
                .map(|&at| (rows[at] - range.first) as usize)
                .collect();
            let found = decode_labels(&range.content, range.len as usize, &wanted)
                .ok_or_else(|| self.labels.malformed(&range))?;
            for (at, label) in here.into_iter().zip(found) {
                labels[at] = label;
            }
        }
        Ok(labels)
    }
}

impl<S: Store> Bundle<S> {
    fn open_knn(&self, name: Option<&str>) -> Result<&OpenKnn, BundleError> {
        let model = self.model(name)?;
        match &model.source {
            Source::Knn(open) => Ok(open),
            _ => Err(BundleError::InvalidQuery(
                [
                    "model ",
                    &model.name,
                    " recommends items; only a model of a table predicts",
                ]
                .concat(),
            )),
        }
    }

    /// The nearest-neighbour model called `name`, or the default one.
    pub async fn knn(&self, name: Option<&str>) -> Outcome<&KnnModel, S> {
        self.open_knn(name)?.model(&self.store).await
    }

    /// What the model takes and predicts.
    pub async fn knn_info(&self, name: Option<&str>) -> Outcome<KnnInfo, S> {
        let model = self.knn(name).await?;
        let numeric = model.preparation.numeric.iter().map(numeric_info);
        let categorical = model.preparation.categorical.iter().map(|f| FeatureInfo {
            name: f.name.clone(),
            optional: f.fill.is_some(),
            quantiles: Vec::new(),
            categories: f.values.clone(),
        });
        let (range, classes) = match &model.task {
            Task::Regression { least, most } => (vec![*least, *most], Vec::new()),
            Task::Classification(classes) => (Vec::new(), classes.clone()),
        };
        Ok(KnnInfo {
            target: model.target.clone(),
            range,
            classes,
            rows: model.rows().len() as u32,
            features: numeric.chain(categorical).collect(),
        })
    }

    /// Predicts.
    pub async fn predict(&self, query: &PredictQuery) -> Outcome<PredictAnswer, S> {
        let open = self.open_knn(query.model.as_deref())?;
        let model = open.model(&self.store).await?;
        let preparation = &model.preparation;
        let categorical: Vec<Option<&str>> =
            query.categorical.iter().map(Option::as_deref).collect();
        if query.numeric.len() != preparation.numeric.len()
            || categorical.len() != preparation.categorical.len()
        {
            return Err(
                BundleError::InvalidQuery("a prediction needs one value a feature".into()).into(),
            );
        }
        let point = preparation
            .point(&query.numeric, &categorical)
            .map_err(BundleError::from)?;
        let prediction = model.predict(&point, None);
        let unseen = preparation.categorical.iter().zip(&point.categories);
        let unseen = unseen.filter(|(_, code)| **code == UNSEEN);
        let listed: Vec<u32> = prediction
            .neighbours
            .iter()
            .take(query.list as usize)
            .map(|n| n.row)
            .collect();
        let mut neighbours = self.training_rows(open, model, &listed).await?;
        for (row, n) in neighbours.iter_mut().zip(&prediction.neighbours) {
            row.distance = n.distance;
            row.weight = n.weight;
            row.adjusted = n.adjusted;
        }
        Ok(PredictAnswer {
            value: prediction.value,
            class: match &model.task {
                Task::Regression { .. } => String::new(),
                Task::Classification(classes) => classes[prediction.value as usize].clone(),
            },
            novelty: prediction.novelty,
            used: prediction.neighbours.len() as u32,
            neighbours,
            unseen: unseen.map(|(f, _)| f.name.clone()).collect(),
        })
    }

    /// Training rows by number, such as songs to start from.
    pub async fn knn_rows(&self, name: Option<&str>, rows: &[u32]) -> Outcome<Vec<TrainingRow>, S> {
        let open = self.open_knn(name)?;
        let model = open.model(&self.store).await?;
        if rows.iter().any(|&row| row >= open.files.count) {
            return Err(BundleError::InvalidQuery(
                "a row number is beyond the training rows".into(),
            )
            .into());
        }
        self.training_rows(open, model, rows).await
    }

    async fn training_rows(
        &self,
        open: &OpenKnn,
        model: &KnnModel,
        rows: &[u32],
    ) -> Outcome<Vec<TrainingRow>, S> {
        let labels = open.labels(&self.store, rows).await?;
        let row = |(&row, (id, name)): (&u32, (String, String))| TrainingRow {
            row,
            id,
            name,
            target: model.rows().target(row),
            features: features(model, row),
            distance: 0.0,
            weight: 0.0,
            adjusted: model.rows().target(row),
        };
        Ok(rows.iter().zip(labels).map(row).collect())
    }
}

fn numeric_info(feature: &Numeric) -> FeatureInfo {
    FeatureInfo {
        name: feature.name.clone(),
        optional: feature.fill.is_some(),
        quantiles: feature.quantiles.clone(),
        categories: Vec::new(),
    }
}

fn features(model: &KnnModel, row: u32) -> Features {
    let numeric = model
        .preparation
        .numeric
        .iter()
        .zip(model.rows().values(row));
    let categorical = model
        .preparation
        .categorical
        .iter()
        .zip(model.rows().categories(row));
    let value =
        |values: &[String], code: u16| values.get(usize::from(code)).cloned().unwrap_or_default();
    Features {
        numeric: numeric.map(|(f, &v)| (f.name.clone(), v)).collect(),
        categorical: categorical
            .map(|(f, &code)| (f.name.clone(), value(&f.values, code)))
            .collect(),
    }
}
