//! Pictures: what the trainer and a visitor's browser do alike with one.

mod grey;
pub mod salad;

pub use grey::GreyImage;
