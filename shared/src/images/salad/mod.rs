//! SALAD (Bozorgtabar et al. 2020, "SALAD: Self-supervised Aggregation Learning for Anomaly
//! Detection on X-Rays"): an autoencoder whose features of normal pictures lie close to those
//! of their neighbours, and a bank of them that others are compared with.

mod autoencoder;
mod bank;
mod blocks;
mod calibration;
mod contrast;
mod convolution;
mod departures;
mod inspector;
mod maps;
mod norm;
mod shape;

pub use autoencoder::{Autoencoder, Encoder, Seen};
pub use bank::{Bank, Near, ScoreForm, score};
pub use calibration::{Calibration, Unreachable};
pub use contrast::{KnownAbnormal, contrast};
pub use departures::{Departures, NormalDepartures};
pub use inspector::{ABNORMAL, BANK, CONTRAST, DEPARTURES, Inspection, Inspector, Look, Scoring};
pub use maps::{Map, smoothed_error};
pub use norm::Spread;
pub use shape::{AutoencoderShape, Form};
