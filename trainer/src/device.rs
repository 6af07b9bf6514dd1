//! Where models are fitted: on the processor, or on a graphics card.

use anyhow::{Result, bail};
use burn::tensor::Device;
use doorstep_shared::models::ModelConfig;

use crate::fit::may_use_card;
use crate::progress::Progress;

/// The option of every command that trains.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct DeviceArgs {
    /// Where networks are trained and the large matrices of ease, next-linear, als, item-knn and item-vectors are worked out; `auto` takes a graphics card that this program can use, else the processor, and says which.
    #[arg(long, value_enum, default_value_t, value_name = "DEVICE")]
    device: Wish,
}

/// What is asked for.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq)]
enum Wish {
    /// A graphics card, else the processor
    #[default]
    Auto,
    /// The processor, by Burn's flex backend
    Cpu,
    /// The processor, by Burn's older ndarray backend
    Ndarray,
    /// A graphics card by Vulkan, Metal or Direct3D; needs a build with --features wgpu
    Wgpu,
    /// An NVIDIA card; needs a build with --features cuda
    Cuda,
}

/// What was found and can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Compute {
    /// The processor, by Burn's flex backend.
    #[default]
    Cpu,
    /// The processor, by Burn's ndarray backend.
    Ndarray,
    /// A graphics card, by wgpu.
    #[cfg(feature = "wgpu")]
    Wgpu,
    /// An NVIDIA card, by CUDA.
    #[cfg(feature = "cuda")]
    Cuda,
}

impl Compute {
    /// Burn's name for it.
    pub fn device(self) -> Device {
        match self {
            Self::Cpu => Device::flex(),
            // Deprecated for flex, and kept for who wants to compare them.
            #[allow(deprecated)]
            Self::Ndarray => Device::ndarray(),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => Device::wgpu(burn::tensor::DeviceKind::DefaultDevice),
            #[cfg(feature = "cuda")]
            Self::Cuda => Device::cuda(burn::tensor::DeviceIndex::Default),
        }
    }

    /// What `--device` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Ndarray => "ndarray",
            #[cfg(feature = "wgpu")]
            Self::Wgpu => "wgpu",
            #[cfg(feature = "cuda")]
            Self::Cuda => "cuda",
        }
    }

    /// Whether its memory is the processor's, so that our own loops can work on its numbers
    /// where they are.
    pub fn is_processor(self) -> bool {
        matches!(self, Self::Cpu | Self::Ndarray)
    }
}

/// What a device is wanted for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Work {
    /// At least one network is trained.
    Networks,
    /// Only matrices, of which large ones may go to a graphics card.
    Matrices,
    /// Nothing but what the processor does.
    Neither,
}

impl Work {
    /// What the fits of `models` are.
    pub fn of(models: &[ModelConfig]) -> Self {
        match () {
            () if models.iter().any(ModelConfig::is_neural) => Self::Networks,
            () if models.iter().any(may_use_card) => Self::Matrices,
            () => Self::Neither,
        }
    }
}

impl DeviceArgs {
    /// The device for this work, ready for use. Says what `auto` took, and where a device that
    /// was asked for has nothing to do.
    pub fn open(self, work: Work, progress: &Progress) -> Result<Compute> {
        let asked = match self.device {
            Wish::Auto => return Ok(usual(work, progress)),
            Wish::Cpu => Compute::Cpu,
            Wish::Ndarray => Compute::Ndarray,
            Wish::Wgpu => wgpu()?,
            Wish::Cuda => cuda()?,
        };
        let name = asked.name();
        if work == Work::Matrices && !asked.is_processor() {
            progress.say(format!("device: {name}, for large matrices"));
        } else if work != Work::Networks && asked != Compute::Cpu {
            progress.say(format!(
                "--device {name}: these models have nothing for it to do; the processor fits them"
            ));
        }
        Ok(asked)
    }
}

/// What `auto` is.
fn usual(work: Work, progress: &Progress) -> Compute {
    if work == Work::Neither {
        return Compute::Cpu;
    }
    let (compute, name) = best();
    // That the processor fits what it always fits is no news.
    if work == Work::Networks || !compute.is_processor() {
        progress.say(format!("device: {name}"));
    }
    compute
}

/// A card that is there, else the processor, each with its name.
fn best() -> (Compute, String) {
    #[cfg(feature = "cuda")]
    if let Ok(compute) = cuda() {
        return (
            compute,
            format!("cuda, {}", card(compute).unwrap_or_default()),
        );
    }
    // An adapter without a card is a program that imitates one, slower than the processor itself.
    #[cfg(feature = "wgpu")]
    if let Some((compute, name)) = wgpu().ok().and_then(|found| Some((found, card(found)?))) {
        return (compute, format!("wgpu, {name}"));
    }
    let why = match cfg!(any(feature = "cuda", feature = "wgpu")) {
        true => "no graphics card was found",
        false => "this program was built without --features cuda or wgpu",
    };
    (Compute::Cpu, format!("cpu ({why})"))
}

/// What the card calls itself; `None` where there is none.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
fn card(compute: Compute) -> Option<String> {
    let identity = compute.device().identity()?;
    identity.physical.map(|_| identity.name)
}

#[cfg(feature = "wgpu")]
fn wgpu() -> Result<Compute> {
    use std::sync::OnceLock;
    // It can be opened once only.
    static OPENED: OnceLock<Result<(), String>> = OnceLock::new();
    let opened = OPENED.get_or_init(|| match Device::wgpu_options().init() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    });
    match opened {
        Ok(()) => Ok(Compute::Wgpu),
        Err(why) => bail!(
            "--device wgpu: no graphics card can be used ({why}); install its Vulkan driver, or \
             take --device cpu"
        ),
    }
}

#[cfg(not(feature = "wgpu"))]
fn wgpu() -> Result<Compute> {
    bail!(
        "--device wgpu: this program was built without it; build it with `cargo build --release \
         -p doorstep-trainer --features wgpu`, or take --device cpu"
    )
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<Compute> {
    use burn::tensor::DeviceType;
    anyhow::ensure!(
        !Device::enumerate(DeviceType::Cuda).is_empty(),
        "--device cuda: no NVIDIA card or driver was found; install the driver, or take --device cpu"
    );
    Ok(Compute::Cuda)
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<Compute> {
    bail!(
        "--device cuda: this program was built without it; build it with `cargo build --release \
         -p doorstep-trainer --features cuda`, or take --device cpu"
    )
}

/// The graphics cards that this build can use, for tests that run where there is one. Says which it
/// looked for in vain.
#[cfg(test)]
pub(crate) fn cards() -> Vec<Compute> {
    use std::io::Write as _;
    let asked = [
        (cfg!(feature = "wgpu"), wgpu()),
        (cfg!(feature = "cuda"), cuda()),
    ];
    let mut cards = Vec::new();
    for (_, found) in asked.into_iter().filter(|(built, _)| *built) {
        match found {
            Ok(compute) => cards.push(compute),
            // Not by a macro, whose lines tests that pass don't show.
            Err(why) => writeln!(std::io::stderr(), "SKIPPED on a card: {why}").expect("stderr"),
        }
    }
    cards
}
