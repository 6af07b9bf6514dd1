//! The models of a bundle as the manifest describes them: what is read whole,
//! what row by row, and what is refused.

use std::cell::OnceCell;

use super::entry_table::EntryTable;
use super::factors::OpenFactors;
#[cfg(feature = "tables")]
use super::knn::OpenKnn;
use super::manifest::ModelContent;
#[cfg(feature = "neural")]
use super::neural::OpenNeural;
#[cfg(feature = "images")]
use super::pictures::OpenPictures;
use super::table::FileRef;
use super::{BundleError, MANIFEST, rows};
use crate::item_item::HistoryWeighting;
use crate::models::{Model, Popularity, RecentPopularity, Share};
use crate::{Recommender, Scores};

/// A model of the bundle, ready to be read.
#[derive(Debug)]
pub(super) struct OpenModel {
    pub name: String,
    pub source: Source,
}

#[derive(Debug)]
pub(super) enum Source {
    /// The same scores for everybody, read as a whole on first use.
    Global {
        kind: Global,
        file: FileRef,
        loaded: OnceCell<GlobalModel>,
    },
    /// Rows read as a history needs them.
    ItemItem(Box<ItemItemRows>),
    /// Share and source of each member, none of them an ensemble.
    Ensemble(Vec<(Share, Source)>),
    /// Vectors, all read on first use.
    Factors(Box<OpenFactors>),
    /// A network, read as a whole on first use.
    #[cfg(feature = "neural")]
    Neural(Box<OpenNeural>),
    /// Predicts a table's column.
    #[cfg(feature = "tables")]
    Knn(Box<OpenKnn>),
    /// Inspects pictures.
    #[cfg(feature = "images")]
    Pictures(Box<OpenPictures>),
}

/// What a [`Source::Global`] holds: not a whole [`Model`], whose other kinds the
/// browser's engine would carry in vain.
#[derive(Clone, Debug)]
pub(super) enum GlobalModel {
    Popularity(Popularity),
    Ranking(RecentPopularity),
}

impl GlobalModel {
    pub fn score(&self, scores: &mut Scores) {
        match self {
            Self::Popularity(model) => model.score(&[], scores),
            Self::Ranking(model) => model.score(&[], scores),
        }
    }
}

impl From<GlobalModel> for Model {
    fn from(model: GlobalModel) -> Self {
        match model {
            GlobalModel::Popularity(model) => Self::Popularity(model),
            GlobalModel::Ranking(model) => Self::RecentPopularity(model),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Global {
    Popularity,
    Ranking,
}

#[derive(Debug)]
pub(super) struct ItemItemRows {
    pub weighting: HistoryWeighting,
    pub rows: EntryTable,
}

impl BundleError {
    /// The error of a model that is asked for items and has none.
    pub(super) fn no_items(model: &str) -> Self {
        let why = [
            "model ",
            model,
            " knows no items: ask a model of a table to predict, one of pictures to inspect",
        ];
        Self::InvalidQuery(why.concat())
    }
}

impl Source {
    /// Whether similar items can be read from it.
    pub fn has_rows(&self) -> bool {
        match self {
            Self::ItemItem(_) => true,
            Self::Ensemble(members) => members.iter().any(|(_, member)| member.has_rows()),
            _ => false,
        }
    }

    /// What an entry of a history counts as where it has no rating.
    pub fn unrated(&self) -> f32 {
        match self {
            Self::Factors(open) => open.files.fold_in.unrated(),
            #[cfg(feature = "neural")]
            Self::Neural(open) => open.unrated(),
            Self::Ensemble(members) => {
                let own = members.iter().map(|(_, member)| member.unrated());
                own.fold(1.0, f32::max)
            }
            _ => 1.0,
        }
    }

    /// `None` for a kind that this version does not know.
    pub fn open(
        name: &str,
        content: &ModelContent,
        n_items: u32,
    ) -> Result<Option<Self>, BundleError> {
        let Some(refs) = &content.ensemble else {
            return Self::open_alone(name, content, n_items);
        };
        let mut members = Vec::new();
        for member in refs {
            let factors = member.content.factors.as_ref();
            let ratings = factors.and_then(|files| files.fold_in.ratings);
            let share = Share {
                weight: member.weight,
                temperature: member.temperature,
                range: member.absolute.then(|| Share::range_of(ratings)),
            };
            if !share.is_valid() {
                let why = "a member's weight, temperature or range is none";
                return Err(BundleError::damaged(MANIFEST, why));
            }
            match Self::open_alone(name, &member.content, n_items)? {
                Some(source) => members.push((share, source)),
                None => return Ok(None),
            }
        }
        Ok(Some(Self::Ensemble(members)))
    }

    fn open_alone(
        name: &str,
        content: &ModelContent,
        n_items: u32,
    ) -> Result<Option<Self>, BundleError> {
        if let Some(model) = &content.item_item {
            if !model.weighting.is_valid() {
                let why = "a history's decay must be above 0 and at most 1";
                return Err(BundleError::damaged(MANIFEST, why));
            }
            return Ok(Some(Self::ItemItem(Box::new(ItemItemRows {
                weighting: model.weighting,
                rows: EntryTable::new(&model.rows, n_items, rows::beginnings)?,
            }))));
        }
        if let Some(model) = &content.factors {
            let open = OpenFactors::new(name, model, n_items)?;
            return Ok(Some(Self::Factors(Box::new(open))));
        }
        #[cfg(feature = "neural")]
        if let Some(model) = &content.neural {
            if !model.architecture.runs_here() {
                return Ok(None);
            }
            return Ok(Some(Self::Neural(Box::new(OpenNeural::new(
                model, n_items,
            )?))));
        }
        #[cfg(feature = "tables")]
        if let Some(model) = &content.knn {
            return Ok(Some(Self::Knn(Box::new(OpenKnn::new(model)?))));
        }
        #[cfg(feature = "images")]
        if let Some(model) = &content.pictures {
            return Ok(Some(Self::Pictures(Box::new(OpenPictures::new(model)?))));
        }
        let counts = content.counts.iter().map(|file| (Global::Popularity, file));
        let ranking = content.ranking.iter().map(|file| (Global::Ranking, file));
        let global = counts.chain(ranking).next();
        Ok(global.map(|(kind, file)| Self::Global {
            kind,
            file: file.clone(),
            loaded: OnceCell::new(),
        }))
    }
}
