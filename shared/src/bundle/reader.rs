//! Opens a bundle and reads what queries need of it.

use std::cell::{OnceCell, RefCell};

use super::entry_table::EntryTable;
use super::json_array;
use super::key_table::KeyTable;
use super::manifest::{ENGINES, MAX_MANIFEST_BYTES, Manifest, ModelEntry};
use super::postings::Postings;
use super::resolve::check_ids;
use super::rows::{Row, row};
use super::source::{Global, GlobalModel, ItemItemRows, OpenModel, Source};
use super::table::{FileRef, read_file};
use super::varint::Cursor;
use super::{BundleError, MANIFEST, ReadError, Store, counts};
use crate::item_item::{ItemItem, Neighbours};
use crate::models::{Ensemble, Model, Popularity, RecentPopularity};
use crate::{ItemRecord, Scores};
#[cfg(feature = "neural")]
use burn::tensor::Device;

/// A bundle that answers queries. One query at a time.
#[derive(Debug)]
pub struct Bundle<S> {
    pub(super) store: S,
    manifest: Manifest,
    manifest_json: Vec<u8>,
    ids: KeyTable,
    records: EntryTable,
    pub(super) postings: Option<Postings>,
    models: Vec<OpenModel>,
    pub(super) scores: RefCell<Scores>,
    #[cfg(feature = "neural")]
    pub(super) device: Device,
}

/// Where networks run unless [`Bundle::on`] says otherwise.
#[cfg(feature = "flex")]
fn usual_device() -> Device {
    Device::flex()
}

/// The same in an engine without the processor's backend; to be initialised before a query.
#[cfg(all(feature = "neural", not(feature = "flex")))]
fn usual_device() -> Device {
    Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)
}

/// What was read of some items, by ascending index.
#[derive(Debug)]
pub(super) struct ByIndex<T>(Vec<(u32, T)>);

impl<T> ByIndex<T> {
    pub(super) fn get(&self, index: u32) -> Option<&T> {
        let position = self.0.binary_search_by_key(&index, |(i, _)| *i).ok()?;
        Some(&self.0[position].1)
    }
}

impl<T> std::ops::Index<u32> for ByIndex<T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        self.get(index)
            .expect("only items that were asked for are looked up")
    }
}

impl<S: Store> Bundle<S> {
    /// Reads the manifest and checks what it says of the tables.
    pub async fn open(store: S) -> Result<Self, ReadError<S::Error>> {
        let bytes = store
            .get(MANIFEST, MAX_MANIFEST_BYTES)
            .await
            .map_err(ReadError::Store)?;
        let manifest = Manifest::parse(&bytes, &store)?;
        let n_items = manifest.catalogue.items;
        let catalogue = &manifest.catalogue;
        let postings = catalogue.postings.as_ref();
        let mut models = Vec::new();
        let ours = |entry: &&ModelEntry| ENGINES.contains(&entry.engine.as_str());
        for entry in manifest.models.iter().filter(ours) {
            if let Some(source) = Source::open(&entry.name, &entry.content, n_items)? {
                models.push(OpenModel {
                    name: entry.name.clone(),
                    source,
                });
            }
        }
        Ok(Self {
            ids: KeyTable::new(&catalogue.ids)?,
            records: EntryTable::new(&catalogue.records, n_items, json_array::beginnings)?,
            postings: postings.map(|p| Postings::new(p, n_items)).transpose()?,
            models,
            scores: RefCell::new(Scores::new(0)),
            #[cfg(feature = "neural")]
            device: usual_device(),
            store,
            manifest,
            manifest_json: bytes,
        })
    }

    /// Has networks run on `device` rather than on the processor; to be said before the first query.
    #[cfg(feature = "neural")]
    pub fn on(self, device: Device) -> Self {
        Self { device, ..self }
    }

    /// What the bundle holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where its files come from.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The manifest as it was read.
    pub fn manifest_json(&self) -> &[u8] {
        &self.manifest_json
    }

    /// The names of the models that this engine runs; those of a kind or engine
    /// that it does not know are left out.
    pub fn model_names(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(|model| model.name.as_str())
    }

    /// The model called `name`, or the default one.
    pub(super) fn model(&self, name: Option<&str>) -> Result<&OpenModel, BundleError> {
        let default = || {
            self.manifest
                .models
                .iter()
                .find(|m| m.default)
                .map(|m| m.name.as_str())
        };
        let Some(name) = name.or_else(default) else {
            return Err(BundleError::damaged(MANIFEST, "no model is the default"));
        };
        self.models.iter().find(|m| m.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.model_names().collect();
            BundleError::InvalidQuery(format!(
                "this bundle has no model \"{name}\"; it has {}",
                known.join(", ")
            ))
        })
    }

    /// The model called `name`, or the one that suits similar items best:
    /// item-knn, another item-item model, or vectors to compare.
    pub(super) fn similar_model(&self, name: Option<&str>) -> Result<&OpenModel, BundleError> {
        let rows = |model: &&OpenModel| model.source.has_rows();
        let vectors = |model: &&OpenModel| match &model.source {
            Source::Factors(open) => open.files.rank > 0,
            _ => false,
        };
        let model = match name {
            Some(_) => self.model(name)?,
            None => {
                let mut models = self.models.iter();
                let preferred = models.find(|m| m.name == "item-knn" && rows(m));
                let found = preferred
                    .or_else(|| self.models.iter().find(rows))
                    .or_else(|| self.models.iter().find(vectors));
                found.ok_or_else(|| {
                    BundleError::InvalidQuery(
                        "this bundle has no item-item model; publish one, such as item-knn".into(),
                    )
                })?
            }
        };
        match &model.source {
            #[cfg(feature = "tables")]
            Source::Knn(_) => Err(BundleError::no_items(&model.name)),
            #[cfg(feature = "images")]
            Source::Pictures(_) => Err(BundleError::no_items(&model.name)),
            _ if rows(&model) || vectors(&model) => Ok(model),
            _ => Err(BundleError::InvalidQuery(format!(
                "model \"{}\" does not compare items; name an item-item model",
                model.name
            ))),
        }
    }

    /// The index of each id, `None` where the catalogue lacks it.
    pub(super) async fn indices(
        &self,
        ids: &[&str],
    ) -> Result<Vec<Option<u32>>, ReadError<S::Error>> {
        let n_items = self.manifest.catalogue.items;
        let decode = |cursor: &mut Cursor<'_>| cursor.varint().filter(|&index| index < n_items);
        self.ids.get(&self.store, ids, decode).await
    }

    /// The records of `items`, by index.
    pub(super) async fn records(
        &self,
        items: Vec<u32>,
    ) -> Result<ByIndex<ItemRecord>, ReadError<S::Error>> {
        let mut found = Vec::new();
        for (index, json) in self.records.get(&self.store, items).await? {
            let (_, json) = json.split_last().expect("a comma or bracket ends it");
            let record = self.store.parse_json(json);
            found.push((index, record.map_err(|_| self.records.malformed(index))?));
        }
        Ok(ByIndex(found))
    }

    /// The records of these ids, in order; `None` where the catalogue lacks one.
    pub async fn items(
        &self,
        ids: &[String],
    ) -> Result<Vec<Option<ItemRecord>>, ReadError<S::Error>> {
        check_ids("items", ids.len())?;
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let indices = self.indices(&ids).await?;
        let records = self
            .records(indices.iter().flatten().copied().collect())
            .await?;
        Ok(indices
            .into_iter()
            .map(|index| records.get(index?).cloned())
            .collect())
    }

    /// All ids in index order, read from the records.
    pub async fn all_ids(&self) -> Result<Vec<String>, ReadError<S::Error>> {
        let records = self
            .records((0..self.manifest.catalogue.items).collect())
            .await?;
        Ok(records.0.into_iter().map(|(_, record)| record.id).collect())
    }

    /// The whole model called `name` in memory, with the weights as published:
    /// what an evaluation of the bundle scores with.
    pub async fn whole_model(&self, name: &str) -> Result<Model, ReadError<S::Error>> {
        let source = &self.model(Some(name))?.source;
        let Source::Ensemble(sources) = source else {
            return self.whole(name, source).await;
        };
        let mut members = Vec::new();
        for (share, source) in sources {
            members.push((*share, self.whole(name, source).await?));
        }
        Ok(Model::Ensemble(Ensemble {
            name: name.to_owned(),
            members,
        }))
    }

    /// The same of what is no ensemble.
    async fn whole(&self, name: &str, source: &Source) -> Result<Model, ReadError<S::Error>> {
        match source {
            Source::Global { kind, file, loaded } => {
                Ok(self.global(*kind, file, loaded).await?.clone().into())
            }
            Source::Factors(open) => Ok(Model::Factors(open.model(&self.store).await?.clone())),
            #[cfg(feature = "neural")]
            Source::Neural(open) => {
                let network = open.model(&self.store, &self.device).await?;
                Ok(Model::Neural(Box::new(network.clone())))
            }
            Source::ItemItem(source) => {
                let n_items = self.manifest.catalogue.items;
                let rows = self.rows(source, (0..n_items).collect()).await?;
                let mut matrix = Neighbours::empty(sprs::CompressedStorage::CSR, n_items as usize);
                for index in 0..n_items {
                    let row = &rows[index];
                    let row =
                        sprs::CsVecI::new(n_items as usize, row.items.clone(), row.weights.clone());
                    matrix = matrix.append_outer_csvec(row.view());
                }
                Ok(Model::ItemItem(ItemItem {
                    name: name.to_owned(),
                    weighting: source.weighting,
                    neighbours: matrix,
                }))
            }
            _ => Err(BundleError::no_items(name).into()),
        }
    }

    /// The model behind a [`Source::Global`], read on first use.
    pub(super) async fn global<'a>(
        &self,
        kind: Global,
        file: &FileRef,
        loaded: &'a OnceCell<GlobalModel>,
    ) -> Result<&'a GlobalModel, ReadError<S::Error>> {
        if let Some(model) = loaded.get() {
            return Ok(model);
        }
        let bytes = read_file(&self.store, file).await?;
        let n_items = self.manifest.catalogue.items;
        let model = match kind {
            Global::Popularity => counts::decode_descending(&bytes, n_items)
                .map(|counts| GlobalModel::Popularity(Popularity { counts })),
            Global::Ranking => counts::decode_ranking(&bytes, n_items).map(|top| {
                GlobalModel::Ranking(RecentPopularity {
                    n_items: n_items as usize,
                    top,
                })
            }),
        };
        let malformed = || BundleError::damaged(&file.path, "its content breaks the format");
        let model = model.ok_or_else(malformed)?;
        Ok(loaded.get_or_init(|| model))
    }

    /// The rows of `items`, by index.
    pub(super) async fn rows(
        &self,
        source: &ItemItemRows,
        items: Vec<u32>,
    ) -> Result<ByIndex<Row>, ReadError<S::Error>> {
        let mut found = Vec::new();
        for (index, bytes) in source.rows.get(&self.store, items).await? {
            let row = row(&bytes, self.manifest.catalogue.items);
            found.push((index, row.ok_or_else(|| source.rows.malformed(index))?));
        }
        Ok(ByIndex(found))
    }

    /// The accumulator, cleared and as long as the catalogue.
    pub(super) fn cleared_scores(&self) -> std::cell::RefMut<'_, Scores> {
        let n_items = self.manifest.catalogue.items as usize;
        let mut scores = self.scores.borrow_mut();
        if scores.values().len() == n_items {
            scores.clear();
        } else {
            *scores = Scores::new(n_items);
        }
        scores
    }
}
