//! Where models are fitted: on the processor, or on a graphics card.

use anyhow::{Result, bail};
use burn::tensor::Device;
use doorstep_shared::models::ModelConfig;
#[cfg(test)]
use doorstep_shared::neural::Parameter;

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

    /// Whether it may multiply single precision by the upper 11 bits of each factor, as Burn does on CUDA's tensor
    /// cores (TF32).
    pub fn rounds_factors(self) -> bool {
        self.name() == "cuda"
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

/// A card that is there and works, else the processor, each with its name, or why there is none.
fn best() -> (Compute, String) {
    #[cfg(feature = "cuda")]
    let broken = match nvidia() {
        Ok(true) => {
            let name = card(Compute::Cuda).unwrap_or_default();
            return (Compute::Cuda, format!("cuda, {name}"));
        }
        Ok(false) => None,
        Err(why) => Some(format!("the NVIDIA card can't be used: {why}")),
    };
    #[cfg(not(feature = "cuda"))]
    let broken: Option<String> = None;
    // An adapter without a card is a program that imitates one, slower than the processor itself.
    #[cfg(feature = "wgpu")]
    if let Some((compute, name)) = wgpu().ok().and_then(|found| Some((found, card(found)?))) {
        return (compute, format!("wgpu, {name}"));
    }
    let why = broken.as_deref().unwrap_or({
        match cfg!(any(feature = "cuda", feature = "wgpu")) {
            true => "no graphics card was found",
            false => "this program was built without --features cuda or wgpu",
        }
    });
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
    match nvidia() {
        Ok(true) => Ok(Compute::Cuda),
        Ok(false) => bail!(
            "--device cuda: no NVIDIA card or driver was found; install the driver, or take \
             --device cpu"
        ),
        Err(why) => bail!(
            "--device cuda: the card can't be used: {why}\n  Besides the driver it takes NVIDIA's CUDA \
             toolkit, in its usual place or where CUDA_PATH says; or take --device cpu"
        ),
    }
}

/// Whether there is an NVIDIA card, or why it works nothing out. Found out once, by a kernel that is linked with the
/// mathematics of NVIDIA's toolkit: a driver alone opens the card and fails at the first logarithm of a training.
#[cfg(feature = "cuda")]
fn nvidia() -> Result<bool, String> {
    use burn::tensor::{DeviceType, Tensor};
    use std::sync::OnceLock;
    static FOUND: OnceLock<Result<bool, String>> = OnceLock::new();
    let look = || {
        if Device::enumerate(DeviceType::Cuda).is_empty() {
            return Ok(false);
        }
        let one = Tensor::<1>::ones([1], &Compute::Cuda.device());
        let found = one.exp().log().try_into_data();
        let why = |error| innermost(&format!("{error}")).to_owned();
        found.map(|_| true).map_err(why)
    };
    FOUND.get_or_init(look).clone()
}

/// What Burn's account of a failure comes down to: the line after its last "Caused by:".
#[cfg(any(feature = "cuda", test))]
fn innermost(account: &str) -> &str {
    let (_, cause) = account.rsplit_once("Caused by:").unwrap_or(("", account));
    let mut lines = cause.lines().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or(account)
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

/// Holds what a network learnt on a device to what it learnt on the processor, for tests: each number to `exact`. Where
/// factors are rounded, Adam takes as large a step the other way by a gradient near zero, so all numbers together are held
/// to a tenth of their length.
#[cfg(test)]
pub(crate) fn assert_alike(compute: Compute, own: &[Parameter], usual: &[Parameter], exact: f32) {
    let both = || (own.iter().zip(usual)).flat_map(|(a, b)| a.values.iter().zip(&b.values));
    if compute.rounds_factors() {
        let off: f32 = both().map(|(a, b)| (a - b).powi(2)).sum();
        let all: f32 = both().map(|(_, b)| b * b).sum();
        let share = (off / all).sqrt();
        assert!(
            share < 0.1,
            "{compute:?}: parameters are {share} of their length off"
        );
        return;
    }
    for (own, usual) in own.iter().zip(usual) {
        let both = own.values.iter().zip(&usual.values);
        let far = both.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far < exact, "{compute:?}: {} is {far} off", own.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_of_a_failure_comes_down_to_its_cause() {
        let account =
            "It failed\nCaused by:\n  A launch\nCaused by:\n  no library\nBacktrace:\nnone";
        assert_eq!(innermost(account), "no library");
        assert_eq!(innermost("no library"), "no library");
        assert_eq!(innermost(""), "");
    }
}
