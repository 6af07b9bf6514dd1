//! SALAD (Bozorgtabar et al. 2020, "SALAD: Self-supervised Aggregation Learning for Anomaly
//! Detection on X-Rays"): an autoencoder whose features of normal pictures lie close to those
//! of their neighbours, and a bank of them that others are compared with.

#[cfg(feature = "neural")]
mod autoencoder;
mod bank;
#[cfg(feature = "neural")]
mod blocks;
#[cfg(feature = "neural")]
mod convolution;
mod departures;
#[cfg(feature = "neural")]
mod norm;
mod shape;

#[cfg(feature = "neural")]
pub use autoencoder::{Autoencoder, Encoder, Seen};
pub use bank::{Bank, Near, ScoreForm, joint, score};
pub use departures::Departures;
#[cfg(feature = "neural")]
pub use norm::Spread;
pub use shape::{AutoencoderShape, Form};
