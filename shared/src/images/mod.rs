//! Pictures: what the trainer and a visitor's browser do alike with one.

mod borders;
mod exposure;
mod grey;
mod mask;
mod preparation;
mod regions;
mod resize;
pub mod salad;
mod template;

pub use borders::{Area, body};
pub use exposure::Exposure;
pub use grey::{GreyImage, luminance};
pub use mask::{carrier, mask};
pub use preparation::{Aspect, Frame, Preparation};
pub use resize::resize;
pub use template::{SURVEY, Template};
