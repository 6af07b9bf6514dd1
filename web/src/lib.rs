//! The browser engine: a thin face of [`doorstep_shared::bundle`] for
//! JavaScript. Loading bytes is the page's business: it hands in a function
//! that fetches, and this crate verifies, decodes and scores.

mod engine;
mod failure;
mod fetch_store;
#[cfg(feature = "webgpu")]
mod graphics;
#[cfg(feature = "images")]
mod inspect;
#[cfg(feature = "tables")]
mod predict;
#[cfg(any(feature = "neural", feature = "webgpu"))]
mod probe;
mod strict;

pub use engine::Engine;
