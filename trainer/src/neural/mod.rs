//! How networks are trained: one loop for all of them, the losses, where that is
//! done, and what is kept on disk between epochs.

mod checkpoint;
mod cross_entropy;
mod device;
mod device_cross_entropy;
mod dropout;
mod interrupt;
mod sequences;
mod start;
mod training;

pub use checkpoint::Checkpoints;
pub use device::{Compute, DeviceArgs};
pub use sequences::{SequencePlan, fit_sequences};
pub use training::Schedule;

use crate::split::Case;

/// What networks go by beside the histories.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guide<'a> {
    /// Cases that the histories don't hold, to stop early by. Without any, the number
    /// of epochs is found on each user's last item first.
    pub validation: &'a [Case],
    /// What they are trained with.
    pub means: Means<'a>,
}

/// What networks are trained with, whatever the data.
#[derive(Clone, Copy, Debug, Default)]
pub struct Means<'a> {
    /// Where.
    pub compute: Compute,
    /// Where training is kept between epochs.
    pub checkpoints: Option<&'a Checkpoints>,
}

impl<'a> Means<'a> {
    /// On this device, and nothing kept on disk.
    pub fn on(compute: Compute) -> Self {
        Self {
            compute,
            ..Self::default()
        }
    }
}

impl<'a> Guide<'a> {
    /// By these cases, on this device, and nothing kept on disk.
    pub fn by(validation: &'a [Case], compute: Compute) -> Self {
        let means = Means::on(compute);
        Self { validation, means }
    }
}
