//! Exact nearest-neighbour prediction of a table's column: k-NN as everybody
//! knows it, and a local linear model among the neighbours.
//!
//! A model is its fitted [`Preparation`] (what turns a row of a table into
//! numbers), a [`Space`] (where distances are measured), a [`Rule`] (what is
//! made of the neighbours) and the training [`Rows`]. All of it is data, so a
//! browser prepares, searches and predicts with the code that was evaluated.

mod baseline;

mod codebook;
mod error;
mod index;
mod kernel;
mod local;
mod model;
mod nearest;
mod novelty;
mod preparation;
mod rows;
mod rule;
mod space;
mod stored;

pub use baseline::Baseline;

pub use crate::cholesky::Cholesky;
pub use error::KnnError;
pub use index::{Index, Place};
pub use local::{Local, LocalFit};
pub use model::{KnnModel, Neighbour, Prediction, Task};
pub use nearest::Near;
pub use novelty::Novelty;
pub use preparation::{Categorical, Numeric, Point, Preparation, Standard, UNSEEN};
pub use rows::Rows;
pub use rule::{Rule, Weights};
pub use space::{Distance, Space};
pub use stored::{StoredModel, decode, encode};
