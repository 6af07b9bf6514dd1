//! The browser engine: a thin face of [`doorstep_shared::bundle`] for
//! JavaScript. Loading bytes is the page's business: it hands in a function
//! that fetches, and this crate verifies, decodes and scores.

mod engine;
mod failure;
mod fetch_store;
#[cfg(feature = "tables")]
mod predict;
mod strict;

pub use engine::Engine;
