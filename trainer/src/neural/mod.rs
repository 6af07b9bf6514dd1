//! How networks are trained: one loop for all of them, the losses, and
//! what is kept on disk between epochs.

mod adam;
mod average;
mod checkpoint;
mod cross_entropy;
mod device_cross_entropy;
mod dropout;
mod epoch_report;
mod guided;
mod interrupt;
mod item_metadata;
mod learner;
mod pairs;
mod sequences;
mod start;
mod training;
mod visitors;

pub(crate) use average::towards;
pub(crate) use checkpoint::Keeper;
pub use checkpoint::{CheckpointArgs, Checkpoints};
pub(crate) use dropout::Dropout;
pub use interrupt::{is_stopped, watch};
pub use item_metadata::ItemMetadata;
pub use pairs::{MetadataPlan, PairPlan, fit_pairs};
pub use sequences::{SequencePlan, fit_sequences};
pub(crate) use start::normal;
pub use training::Schedule;
pub(crate) use training::{Gradient, Task, train};

use anyhow::Result;
use burn::tensor::Tensor;

use crate::device::Compute;
use crate::fit::Kept;
use crate::split::Case;

/// What models go by beside the histories.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guide<'a> {
    /// Cases that the histories don't hold, to stop early by. Without any, the number
    /// of epochs is found on each user's last item first.
    pub validation: &'a [Case],
    /// What networks are trained with.
    pub means: Means<'a>,
    /// Sums that are kept from fit to fit, by models that add some up.
    pub kept: Option<&'a Kept>,
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
        Self {
            validation,
            means,
            kept: None,
        }
    }
}

/// The numbers of a tensor, by rows. Waits for the device.
pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    Ok(tensor.without_autodiff().try_into_data()?.try_to_vec()?)
}

/// The gradient of each parameter of `net` that has one, for tests.
#[cfg(test)]
pub(crate) fn gradients_by_name<M: burn::module::Module>(
    net: &M,
    gradients: &mut burn::optim::GradientsParams,
) -> Vec<(String, Vec<f32>)> {
    struct Reader<'a>(&'a mut burn::optim::GradientsParams, Vec<Option<Vec<f32>>>);
    impl burn::module::ModuleVisitor for Reader<'_> {
        fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
            let own = self.0.remove::<D>(param.id);
            let own = own.map(|own| own.into_data().try_to_vec().unwrap());
            self.1.push(own);
        }
    }
    let mut reader = Reader(gradients, Vec::new());
    net.visit(&mut reader);
    let names = doorstep_shared::neural::expected(net);
    let both = names.into_iter().zip(reader.1);
    both.filter_map(|((name, _), own)| Some((name, own?)))
        .collect()
}
