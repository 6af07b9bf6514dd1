//! Updates a bundle with new interactions and items: the bundle that training from scratch on all of them
//! would give, without adding up again what nobody changed.

mod state;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use doorstep_shared::bundle::Manifest;
use doorstep_shared::models::ModelConfig;
use doorstep_shared::{Event, Vocabulary};

pub use state::{STATE, State, beside};

use crate::data::{self, DataArgs, Dataset, Interaction};
use crate::fit::{ItemContent, Kept, check_ratings};
use crate::neural::{Guide, Means};
use crate::progress::Progress;
use crate::publish::{Bundled, WeightsWish, item_records};
use crate::staged::resolved;

/// A publication that can be updated later.
pub struct Lasting<'a> {
    /// Reads and settles the interactions; for an update, reads the new ones.
    pub data: DataArgs,
    /// With what networks are trained.
    pub means: Means<'a>,
    /// The bundle's folder.
    pub out: PathBuf,
    /// Whether a bundle there is replaced.
    pub force: bool,
    /// Where the state is kept.
    pub state: PathBuf,
}

impl Lasting<'_> {
    /// Refuses what would be published, or can't be kept, before anything is read.
    fn check(&self) -> Result<()> {
        let (state, out) = (resolved(&self.state)?, resolved(&self.out)?);
        ensure!(
            !state.starts_with(&out) && !out.starts_with(&state),
            "--state {} and the bundle {} lie in each other: the state holds user ids and must never be published",
            self.state.display(),
            self.out.display()
        );
        ensure!(
            self.data.item_vectors.is_none(),
            "--state keeps no item vectors: train without --item-vectors, or without --state"
        );
        STATE.check_free(&self.state, self.force)
    }

    /// Trains from scratch, publishes and keeps the state.
    pub fn train(
        &self,
        configs: Vec<ModelConfig>,
        weights: WeightsWish,
        progress: &Progress,
    ) -> Result<Manifest> {
        self.check()?;
        let read = data::read(&self.data, Vec::new(), progress)?;
        let settling = DataArgs {
            duplicates: Some(self.data.duplicates.unwrap_or(read.report.usual_policy())),
            ..self.data.clone()
        };
        let state = State {
            read,
            settling,
            configs,
            weights,
            sums: Default::default(),
        };
        // By what was asked for, so that a policy nobody chose is told.
        let settled = data::settle(state.read.clone(), &self.data, progress)?;
        self.publish(state, &settled, Kept::first(), progress)
    }

    /// Adds the interactions and items of `self.data` to those of a bundle with this state.
    pub fn update(&self, mut state: State, progress: &Progress) -> Result<Manifest> {
        self.check()?;
        let DataArgs {
            duplicates,
            min_user,
            min_item,
            core,
            shuffle_ties,
            ..
        } = &self.data;
        ensure!(
            duplicates.is_none()
                && min_user.or(*min_item).or(*core).is_none()
                && shuffle_ties.is_none(),
            "--duplicates, --min-user, --min-item, --core and --shuffle-ties are as the bundle was trained with; \
             leave them out"
        );
        let before = data::settle(state.read.clone(), &state.settling, &Progress::new(true))?;
        let known = std::mem::take(&mut state.read.catalogue);
        let new = data::read(&self.data, known, progress)?;
        let (read, others) = (&state.read.interactions, &new.interactions);
        ensure!(
            others.rows.is_empty()
                || goes_with(&read.users, &others.users)
                || goes_with(&read.items, &others.items),
            "no user and no item of the new interactions occurs in those of the bundle: is it another data set's? \
             If they belong together all the same, train from scratch on both"
        );
        add(&mut state.read, new)?;
        let settling = DataArgs {
            strict: self.data.strict,
            ..state.settling.clone()
        };
        let after = data::settle(state.read.clone(), &settling, progress)?;
        let kept = self.kept(&mut state, &before, &after, progress);
        self.publish(state, &after, kept, progress)
    }

    /// The sums that still hold, where users and items go on from those before.
    fn kept(
        &self,
        state: &mut State,
        before: &Dataset,
        after: &Dataset,
        progress: &Progress,
    ) -> Kept {
        let (old, new) = (&before.interactions, &after.interactions);
        let sums = std::mem::take(&mut state.sums);
        let goes_on = new.users.ids().starts_with(old.users.ids())
            && new.items.ids().starts_with(old.items.ids());
        if !goes_on {
            progress.say("the filters now keep other users or items: all sums are added up again");
            return Kept::first();
        }
        let (old, new): (Vec<Vec<Event>>, _) = (old.histories(), new.histories());
        let n_items = after.interactions.items.len();
        let kept = Kept::after(sums, &old, &new, n_items);
        progress.say(format!(
            "{} of {n_items} items have something new; the sums of the others are kept",
            kept.n_touched()
        ));
        kept
    }

    fn publish(
        &self,
        mut state: State,
        settled: &Dataset,
        kept: Kept,
        progress: &Progress,
    ) -> Result<Manifest> {
        check_ratings(&state.configs, &settled.interactions)?;
        let records = item_records(settled);
        let content = ItemContent {
            records: &records,
            vectors: None,
        };
        let guide = Guide {
            means: self.means,
            kept: Some(&kept),
            ..Guide::default()
        };
        let configs = state.configs.clone();
        let fitted =
            Bundled::of_everything(configs, settled, content, guide, state.weights, progress)?;
        let (bundle, manifest) = fitted.stage(settled, &records, &self.out, self.force)?;
        state.sums = kept.into_matrices();
        // Both are whole before either takes its place.
        let state = state.stage(&self.state, bundle.path(), self.force)?;
        bundle.settle()?;
        state.settle()?;
        Ok(manifest)
    }
}

/// Whether any id of `new` is known.
fn goes_with(known: &Vocabulary, new: &Vocabulary) -> bool {
    new.ids().iter().any(|id| known.get(id).is_some())
}

/// Appends the rows of `new`, as if its files had been read after those of `read`.
fn add(read: &mut Dataset, new: Dataset) -> Result<()> {
    let (own, other) = (&mut read.interactions, &new.interactions);
    for (what, own, other) in [
        ("ratings", own.has_ratings, other.has_ratings),
        ("times", own.has_times, other.has_times),
    ] {
        ensure!(
            own == other,
            "the new interactions have {}{what}, those of the bundle {}; bring both alike (--columns says which column is what)",
            if other { "" } else { "no " },
            if own { "have" } else { "have none" },
        );
    }
    for row in &other.rows {
        let user = own.users.insert(other.users.id(row.user));
        let item = own.items.insert(other.items.id(row.item));
        own.rows.push(Interaction { user, item, ..*row });
    }
    read.catalogue = new.catalogue;
    read.report = new.report;
    Ok(())
}
