//! Divides interactions into what models are fitted on and what they are
//! judged by: one file a protocol.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use anyhow::{Result, bail, ensure};
use doorstep_shared::{Event, Vocabulary};

use crate::data::{Interaction, Interactions};

mod every;
pub mod global_temporal;
mod leave_last_two;
mod random;
mod relevance;

pub use relevance::{Relevance, RelevantAt};

/// One question put to a model: given `history`, which items come next?
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// User index; names the case in reports, is never shown to a model.
    pub user: u32,
    /// What the model sees, oldest first.
    pub history: Vec<Event>,
    /// The right answers, without duplicates.
    pub relevant: Vec<u32>,
}

/// A division of the data. Models are fitted on `train` alone.
#[derive(Clone, Debug)]
pub struct Split {
    /// How the division was made, in words, for reports: `leave-last-two`.
    pub protocol: String,
    /// All items, whether or not they occur in the training part.
    pub items: Vocabulary,
    /// All users.
    pub users: Vocabulary,
    /// Training history of each user (by user index), oldest first; may be empty.
    pub train: Vec<Vec<Event>>,
    /// Training and validation part of each user's history, for a final fit.
    pub train_and_validation: Vec<Vec<Event>>,
    /// Each asked with the training history; hyper-parameters are chosen by these.
    pub validation: Vec<Case>,
    /// Each asked with training and validation history.
    pub test: Vec<Case>,
    /// Everything held out for validation, by user index and oldest first: the
    /// ratings that are to be predicted from `train`.
    pub held_out_validation: Vec<Vec<Event>>,
    /// The same for the test, to be predicted from `train_and_validation`.
    pub held_out_test: Vec<Vec<Event>>,
    /// What the division left out, one sentence each, for reports.
    pub notes: Vec<String>,
}

/// A protocol of division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SplitMethod {
    /// Of each user the last interaction is test, the one before it validation, the rest training;
    /// users with fewer than three are training only.
    LeaveLastTwo,
    /// By time over all users: 80 % training, 10 % validation, 10 % test; users and items of the
    /// latter two are those of the training part.
    GlobalTemporal,
    /// Rows at random: 80 % training, 10 % validation, 10 % test.
    Random {
        /// Of the shuffle.
        seed: u64,
    },
    /// Row i (from 0, after duplicates and filters) is test when i % n = n - 1; counting the
    /// remaining rows from 0, the same rule gives validation.
    Every {
        /// At least 2.
        n: u32,
    },
}

impl FromStr for SplitMethod {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, parameter) = match text.split_once(':') {
            Some((name, parameter)) => (name, Some(parameter)),
            None => (text, None),
        };
        match (name, parameter) {
            ("leave-last-two", None) => Ok(Self::LeaveLastTwo),
            ("global-temporal", None) => Ok(Self::GlobalTemporal),
            ("random", None) => Ok(Self::Random { seed: 0 }),
            ("random", Some(seed)) => match seed.parse() {
                Ok(seed) => Ok(Self::Random { seed }),
                Err(_) => bail!("`{seed}` is not a seed; write for example random:42"),
            },
            ("every", Some(n)) => match n.parse() {
                Ok(n) if n >= 2 => Ok(Self::Every { n }),
                _ => bail!(
                    "every:N needs a whole number of at least 2 (got `{n}`), for example every:5"
                ),
            },
            _ => bail!(
                "`{text}` is not a split; choose leave-last-two, global-temporal, random, random:SEED or every:N"
            ),
        }
    }
}

impl fmt::Display for SplitMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeaveLastTwo => f.write_str("leave-last-two"),
            Self::GlobalTemporal => f.write_str("global-temporal"),
            Self::Random { seed } => write!(f, "random:{seed}"),
            Self::Every { n } => write!(f, "every:{n}"),
        }
    }
}

/// Divides `interactions`; every held-out item that the history doesn't hold is a right answer.
pub fn split(interactions: &Interactions, method: &SplitMethod) -> Result<Split> {
    split_with(interactions, method, Relevance::default())
}

/// Divides `interactions`, with a choice of what counts as a right answer. A case without any is
/// dropped and counted in the notes.
pub fn split_with(
    interactions: &Interactions,
    method: &SplitMethod,
    relevance: Relevance,
) -> Result<Split> {
    let (parts, mut notes) = match method {
        SplitMethod::LeaveLastTwo => leave_last_two::parts(interactions),
        SplitMethod::GlobalTemporal => global_temporal::parts(interactions)?,
        SplitMethod::Random { seed } => random::parts(interactions, *seed),
        SplitMethod::Every { n } => every::parts(interactions, *n)?,
    };
    let train = histories(interactions, &parts, |part| part == Part::Train);
    let held_out_validation = histories(interactions, &parts, |part| part == Part::Validation);
    let before_test = histories(interactions, &parts, |part| {
        matches!(part, Part::Train | Part::Validation)
    });
    let held_out_test = histories(interactions, &parts, |part| part == Part::Test);
    let validation = cases(
        "validation",
        &train,
        &held_out_validation,
        relevance,
        &mut notes,
    );
    let test = cases("test", &before_test, &held_out_test, relevance, &mut notes);
    ensure!(
        !test.is_empty(),
        "the split {method} leaves no test case; {}",
        match notes.last() {
            Some(note) if relevance.at_least.is_some() => {
                format!(
                    "{note}; lower --relevant-at (or `all`), choose another --split or filter less"
                )
            }
            Some(note) => format!("{note}; choose another --split or filter less"),
            None => "choose another --split or read more data".to_owned(),
        }
    );
    Ok(Split {
        protocol: method.to_string(),
        items: interactions.items.clone(),
        users: interactions.users.clone(),
        train,
        train_and_validation: before_test,
        validation,
        test,
        held_out_validation,
        held_out_test,
        notes,
    })
}

/// Where a row goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Train,
    Validation,
    Test,
    /// Nowhere: a protocol leaves it out and says so.
    Neither,
}

/// By user index, the rows whose part `belongs`, oldest first.
fn histories(
    interactions: &Interactions,
    parts: &[Part],
    belongs: impl Fn(Part) -> bool,
) -> Vec<Vec<Event>> {
    let mut histories = vec![Vec::new(); interactions.users.len()];
    for (row, &part) in interactions.rows.iter().zip(parts) {
        if belongs(part) {
            histories[row.user as usize].push(row.event());
        }
    }
    for history in &mut histories {
        history.sort_by_key(|event: &Event| event.time);
        history.shrink_to_fit();
    }
    histories
}

fn cases(
    name: &str,
    known: &[Vec<Event>],
    held_out: &[Vec<Event>],
    relevance: Relevance,
    notes: &mut Vec<String>,
) -> Vec<Case> {
    let mut cases = Vec::new();
    let (mut seen, mut low, mut dropped, mut cold) = (0, 0, 0, 0);
    for (user, (history, answers)) in known.iter().zip(held_out).enumerate() {
        if answers.is_empty() {
            continue;
        }
        let mut taken: HashSet<u32> = HashSet::new();
        let known: HashSet<u32> = match relevance.include_seen {
            true => HashSet::new(),
            false => history.iter().map(|event| event.item).collect(),
        };
        let mut relevant = Vec::with_capacity(answers.len());
        for event in answers {
            if relevance.at_least.is_some_and(|least| event.rating < least) {
                low += 1;
            } else if known.contains(&event.item) {
                seen += 1;
            } else if taken.insert(event.item) {
                relevant.push(event.item);
            }
        }
        if relevant.is_empty() {
            dropped += 1;
            continue;
        }
        cold += usize::from(history.is_empty());
        cases.push(Case {
            user: user as u32,
            history: history.clone(),
            relevant,
        });
    }
    for (count, what) in [
        (
            seen,
            "held-out interactions that repeat the history, no right answers",
        ),
        (
            low,
            "held-out interactions rated too low to be right answers (--relevant-at)",
        ),
        (dropped, "cases dropped for want of a right answer"),
        (cold, "cases with an empty history"),
    ] {
        if count > 0 {
            notes.push(format!("{name}: {what}: {count}"));
        }
    }
    cases
}

#[cfg(test)]
mod mod_test;
