//! Divides interactions into what models are fitted on and what they are
//! judged by.

use doorstep_shared::{Event, Vocabulary};

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
    /// Each asked with the training history; hyper-parameters are chosen by these.
    pub validation: Vec<Case>,
    /// Each asked with training and validation history.
    pub test: Vec<Case>,
}
