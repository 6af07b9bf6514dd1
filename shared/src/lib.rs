//! Doorstep's models, scoring and bundle format.
//!
//! Everything here compiles natively and to WebAssembly, so the scores that
//! the trainer evaluates are the scores that a visitor gets. Nothing here touches the
//! file system, spawns threads or prints.

pub mod bundle;
pub mod cholesky;
pub mod factors;
pub mod history;
#[cfg(feature = "images")]
pub mod images;
pub mod item;
pub mod item_item;
#[cfg(feature = "tables")]
pub mod knn;
pub mod models;
#[cfg(feature = "neural")]
pub mod neural;
pub mod query;
pub mod recommender;
pub mod scores;
pub mod topk;
pub mod vocabulary;

pub use history::Event;
pub use item::ItemRecord;
pub use recommender::Recommender;
pub use scores::Scores;
pub use vocabulary::Vocabulary;
