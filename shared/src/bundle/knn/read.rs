//! Predicts from a bundle.

use std::cell::OnceCell;

use super::KnnRef;
use super::labels::{decode_labels, find_labels};
use super::query::{
    FeatureInfo, Features, KnnInfo, Labels, PredictAnswer, PredictQuery, TrainingRow,
};
use crate::bundle::answer::check_k;
use crate::bundle::range_table::RangeTable;
use crate::bundle::reader::Bundle;
use crate::bundle::resolve::Outcome;
use crate::bundle::source::Source;
use crate::bundle::table::read_file;
use crate::bundle::{BundleError, Store, text};
use crate::knn::{KnnError, KnnModel, Numeric, Prediction, Task, UNSEEN, decode};
use crate::query::MAX_WORDS;

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
    async fn labels<S: Store>(
        &self,
        store: &S,
        rows: &[u32],
        which: Labels,
    ) -> Outcome<Vec<(String, String)>, S> {
        let mut labels = vec![(String::new(), String::new()); rows.len()];
        let read = |row: &u32| which == Labels::All || self.labels.keeps(*row);
        for range in self
            .labels
            .get(store, rows.iter().copied().filter(read))
            .await?
        {
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
                    " is of no table; only a model of a table predicts",
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
        let labels = query.labels;
        let mut neighbours = self.training_rows(open, model, &listed, labels).await?;
        for (row, n) in neighbours.iter_mut().zip(&prediction.neighbours) {
            row.distance = n.distance;
            row.weight = n.weight;
            row.adjusted = n.adjusted;
        }
        let (class, shares) = match &model.task {
            Task::Regression { .. } => (String::new(), Vec::new()),
            Task::Classification(classes) => (
                classes[prediction.value as usize].clone(),
                vote_shares(model, &prediction, classes.len()),
            ),
        };
        Ok(PredictAnswer {
            value: prediction.value,
            class,
            shares,
            novelty: prediction.novelty,
            used: prediction.neighbours.len() as u32,
            neighbours,
            unseen: unseen.map(|(f, _)| f.name.clone()).collect(),
        })
    }

    /// Training rows by number: examples to start from, points of a plot.
    pub async fn knn_rows(
        &self,
        name: Option<&str>,
        rows: &[u32],
        labels: Labels,
    ) -> Outcome<Vec<TrainingRow>, S> {
        let open = self.open_knn(name)?;
        let model = open.model(&self.store).await?;
        if rows.iter().any(|&row| row >= open.files.count) {
            return Err(BundleError::InvalidQuery(
                "a row number is beyond the training rows".into(),
            )
            .into());
        }
        self.training_rows(open, model, rows, labels).await
    }

    /// The first `k` rows whose names (or ids, where they have none) hold every
    /// word of `text`, the last of which may be unfinished; `k` is at most
    /// [`MAX_K`](crate::query::MAX_K). Reads all names.
    pub async fn knn_find(
        &self,
        name: Option<&str>,
        text: &str,
        k: u32,
    ) -> Outcome<Vec<TrainingRow>, S> {
        check_k(k)?;
        let open = self.open_knn(name)?;
        let model = open.model(&self.store).await?;
        let mut words = text::words(text);
        words.truncate(MAX_WORDS);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for range in open.labels.get(&self.store, 0..open.files.count).await? {
            let wanted = |label: &str| text::holds(label, &words);
            let places = find_labels(&range.content, range.len as usize, wanted)
                .ok_or_else(|| open.labels.malformed(&range))?;
            found.extend(places.into_iter().map(|place| range.first + place as u32));
        }
        found.truncate(k as usize);
        self.training_rows(open, model, &found, Labels::All).await
    }

    async fn training_rows(
        &self,
        open: &OpenKnn,
        model: &KnnModel,
        rows: &[u32],
        labels: Labels,
    ) -> Outcome<Vec<TrainingRow>, S> {
        let labels = open.labels(&self.store, rows, labels).await?;
        let labelled = rows.iter().zip(labels);
        Ok(labelled
            .map(|(&row, label)| training_row(model, row, label))
            .collect())
    }
}

fn training_row(model: &KnnModel, row: u32, (id, name): (String, String)) -> TrainingRow {
    TrainingRow {
        row,
        id,
        name,
        target: model.rows().target(row),
        features: features(model, row),
        distance: 0.0,
        weight: 0.0,
        adjusted: model.rows().target(row),
    }
}

/// What each class has of the neighbours' weight.
fn vote_shares(model: &KnnModel, prediction: &Prediction, classes: usize) -> Vec<f32> {
    let mut shares = vec![0.0; classes];
    for neighbour in &prediction.neighbours {
        shares[model.rows().target(neighbour.row) as usize] += neighbour.weight;
    }
    shares
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
