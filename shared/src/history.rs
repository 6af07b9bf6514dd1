//! What a person did: the only thing that a query needs to know about them.

use serde::{Deserialize, Serialize};

/// One interaction of a history. A history is a slice of events, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Item index.
    pub item: u32,
    /// Rating on the data's own scale; 1 for implicit feedback.
    pub rating: f32,
    /// Seconds since 1970, where the data has them.
    pub time: Option<i64>,
}

impl Event {
    /// An implicit interaction with `item` at an unknown time.
    pub fn implicit(item: u32) -> Self {
        Self {
            item,
            rating: 1.0,
            time: None,
        }
    }
}
