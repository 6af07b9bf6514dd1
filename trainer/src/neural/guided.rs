//! How many epochs: as validation cases say, those of the training or each user's last item.

use anyhow::Result;
use doorstep_shared::Event;

use super::interrupt::is_stopped;
use super::training::{Schedule, Trained};
use crate::fit::{Fitted, Observer, Training};
use crate::progress::Progress;
use crate::split::Case;

/// Rank from which a validation case counts nothing.
const CUTOFF: f64 = 10.0;

/// What one training learns and watches.
pub(super) struct Part<'a> {
    /// What its checkpoint is called.
    pub name: String,
    pub histories: &'a [Vec<Event>],
    /// To stop early by; none where nothing is watched.
    pub cases: &'a [Case],
}

/// Runs a training as the guide says. Without validation cases, the number of epochs is
/// found on each user's last item first, after which whole histories are learnt for as many.
pub(super) fn fit_by_guide(
    schedule: &Schedule,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
    run: impl Fn(&Schedule, &Part, &mut Observer) -> Result<Trained<Fitted>>,
) -> Result<Fitted> {
    let model = schedule.model;
    let whole = |cases| Part {
        name: model.to_owned(),
        histories: training.histories,
        cases,
    };
    if schedule.patience == 0 || !training.guide.validation.is_empty() {
        let cases = match schedule.patience {
            0 => &[],
            _ => training.guide.validation,
        };
        return Ok(run(schedule, &whole(cases), observer)?.net);
    }
    progress.say(format!(
        "{model}: no validation cases, so the number of epochs is found on each user's last item first"
    ));
    let (shorter, cases) = without_last(training.histories);
    let part = Part {
        name: format!("{model}-epochs"),
        histories: &shorter,
        cases: &cases,
    };
    let found = run(schedule, &part, &mut Observer::none())?;
    let kept = format!("{model}: stopped; what it learnt of all but each user's last item is kept");
    if is_stopped() {
        progress.say(kept);
        return Ok(found.net);
    }
    progress.say(format!("{model}: {} epochs on everything", found.epoch));
    let schedule = Schedule {
        epochs: found.epoch,
        patience: 0,
        ..schedule.clone()
    };
    match run(&schedule, &whole(&[]), observer) {
        Err(error) if is_stopped() => {
            progress.say(format!("{error:#}"));
            progress.say(kept);
            Ok(found.net)
        }
        trained => Ok(trained?.net),
    }
}

/// The histories without the last item of each that has three, and what was left out as cases.
pub(super) fn without_last(histories: &[Vec<Event>]) -> (Vec<Vec<Event>>, Vec<Case>) {
    let mut shorter = histories.to_vec();
    let mut cases = Vec::new();
    for (user, history) in (0..).zip(&mut shorter) {
        if history.len() < 3 {
            continue;
        }
        let last = history.pop().expect("it has three");
        if history.iter().all(|event| event.item != last.item) {
            cases.push(Case {
                user,
                history: history.clone(),
                relevant: vec![last.item],
            });
        }
    }
    (shorter, cases)
}

/// NDCG@10 of one case.
pub(super) fn gain(scores: &mut [f32], case: &Case) -> f64 {
    let right: Vec<f32> = case
        .relevant
        .iter()
        .map(|&item| scores[item as usize])
        .collect();
    for event in &case.history {
        if !case.relevant.contains(&event.item) {
            scores[event.item as usize] = f32::NEG_INFINITY;
        }
    }
    let discounted = |rank: f64| 1.0 / (rank + 2.0).log2();
    let found = right.iter().map(|own| {
        let above = scores.iter().filter(|score| *score > own).count();
        let equal = scores.iter().filter(|score| *score == own).count();
        // A score that is no number stands nowhere.
        let rank = above as f64 + (equal as f64 - 1.0) / 2.0;
        if own.is_nan() { f64::INFINITY } else { rank }
    });
    let found: f64 = found.filter(|rank| *rank < CUTOFF).map(discounted).sum();
    let ideal: f64 = (0..case.relevant.len().min(CUTOFF as usize))
        .map(|rank| discounted(rank as f64))
        .sum();
    found / ideal
}
