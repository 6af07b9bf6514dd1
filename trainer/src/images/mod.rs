//! Pictures: readers, division, detectors of what is unusual, and how they are judged.

mod args;
pub mod augment;
pub mod compare;
mod coreset;
pub mod deep;
pub mod detectors;
pub mod disturb;
pub mod evaluate;
pub mod judge;
mod page;
pub mod phantoms;
mod publish;
pub mod readers;
mod register;
pub mod salad;
pub mod set;
pub mod split;
pub mod spread;
mod text;

pub use args::ImageArgs;
pub use page::page;
pub use publish::{Publish, PublishArgs, look};
pub use text::text;
