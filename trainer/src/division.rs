//! The options of every command that judges models, and what they lead to: the
//! data, its division and the protocol.

use anyhow::{Result, ensure};
use doorstep_shared::ItemRecord;

use crate::data::{self, DataArgs, Dataset, Interactions};
use crate::evaluate::{CUTOFFS, Context, Similarity, popularity};
use crate::fit::ItemContent;
use crate::progress::Progress;
use crate::publish::item_records;
use crate::split::{Relevance, RelevantAt, Split, SplitMethod, split_with};

/// Which data, how divided, and what counts as a right answer.
#[derive(clap::Args, Clone, Debug)]
pub struct DivisionArgs {
    #[command(flatten)]
    data: DataArgs,
    /// How to divide the data: leave-last-two, global-temporal, random, random:SEED or every:N [default: leave-last-two]
    #[arg(long, value_name = "SPLIT")]
    pub split: Option<SplitMethod>,
    /// Items of the history may be recommended and may be right answers.
    #[arg(long)]
    pub include_seen: bool,
    #[command(flatten)]
    relevance: RelevanceArgs,
    /// The cut-offs of METRIC@k.
    #[arg(long, value_delimiter = ',', default_values_t = CUTOFFS, value_name = "K,…")]
    k: Vec<usize>,
}

/// Which held-out interactions are right answers, as options of a command.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct RelevanceArgs {
    /// Held-out interactions rated at least R are right answers, or `all` [default: 4 where the data has ratings, else all]
    #[arg(long, value_name = "R", allow_negative_numbers = true)]
    relevant_at: Option<RelevantAt>,
}

impl RelevanceArgs {
    /// The least rating of a right answer in this data.
    pub fn least(&self, interactions: &Interactions) -> Result<Option<f32>> {
        match self.relevant_at {
            Some(asked) => Ok(asked.least()),
            None => RelevantAt::usual(interactions),
        }
    }
}

/// Data, divided, with what evaluation needs.
pub struct Division {
    /// What was read.
    pub dataset: Dataset,
    /// The record of every item, by index, then of those that nobody interacted with.
    pub records: Vec<ItemRecord>,
    /// Its division.
    pub split: Split,
    /// The protocol.
    pub context: Context,
    /// The least rating of a right answer, where ratings decide.
    pub relevant_at: Option<f32>,
}

impl Division {
    /// Divides `dataset`.
    pub fn of(
        dataset: Dataset,
        method: &SplitMethod,
        relevance: Relevance,
        cutoffs: Vec<usize>,
    ) -> Result<Self> {
        let split = split_with(&dataset.interactions, method, relevance)?;
        let similarity = Similarity::of(&split.items, &dataset.catalogue, &split.train);
        let context = Context {
            cutoffs,
            include_seen: relevance.include_seen,
            relevant_at: relevance.at_least,
            ..Context::new(popularity(split.items.len(), &split.train), similarity)
        };
        Ok(Self {
            records: item_records(&dataset),
            dataset,
            split,
            context,
            relevant_at: relevance.at_least,
        })
    }

    /// What content models are fitted on.
    pub fn content(&self) -> ItemContent<'_> {
        ItemContent {
            records: &self.records,
            vectors: self.dataset.vectors.as_ref(),
        }
    }
}

impl DivisionArgs {
    /// How to divide the data, asked for or not.
    pub fn split(&self) -> SplitMethod {
        self.split.clone().unwrap_or(SplitMethod::LeaveLastTwo)
    }

    /// Whether what would be a warning is an error.
    pub fn strict(&self) -> bool {
        self.data.strict
    }

    /// The cut-offs, ascending.
    pub fn cutoffs(&self) -> Result<Vec<usize>> {
        let mut cutoffs = self.k.clone();
        cutoffs.sort_unstable();
        cutoffs.dedup();
        ensure!(
            !cutoffs.is_empty() && cutoffs[0] > 0,
            "--k must be at least 1 (got 0)"
        );
        Ok(cutoffs)
    }

    /// Reads and divides.
    pub fn load(&self, progress: &Progress) -> Result<Division> {
        let cutoffs = self.cutoffs()?;
        let dataset = data::load(&self.data, progress)?;
        let relevant_at = self.relevance.least(&dataset.interactions)?;
        let relevance = Relevance {
            include_seen: self.include_seen,
            at_least: relevant_at,
        };
        Division::of(dataset, &self.split(), relevance, cutoffs)
    }
}
