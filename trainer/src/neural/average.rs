//! The moving average of a network's parameters over steps, which is judged and kept in their
//! place (Polyak and Juditsky 1992, "Acceleration of Stochastic Approximation by
//! Averaging"; with weights that fall off exponentially): a step's noise is averaged out of it.

use anyhow::Result;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use super::numbers;

/// Numbers of each parameter, in the order of the module.
pub(super) struct Average {
    decay: f32,
    values: Vec<Vec<f32>>,
}

impl Average {
    /// Begins with the parameters of `net`.
    pub fn of<M: Module>(net: &M, decay: f32) -> Result<Self> {
        let values = read(net)?;
        Ok(Self { decay, values })
    }

    /// a ↦ d · a + (1 − d) · `net` after the step of this number, from 1: d is the decay, and less
    /// in the beginning, so that about a tenth of all steps counts and chance is soon forgotten.
    pub fn follow<M: Module>(&mut self, net: &M, step: u64) -> Result<()> {
        let step = step as f32;
        let decay = self.decay.min((1.0 + step) / (10.0 + step));
        for (own, new) in self.values.iter_mut().zip(read(net)?) {
            let pairs = own.iter_mut().zip(new);
            pairs.for_each(|(own, new)| *own = decay * *own + (1.0 - decay) * new);
        }
        Ok(())
    }

    /// `net` with these parameters.
    pub fn network<M: Module>(self, net: &M) -> M {
        struct Writer(std::vec::IntoIter<Vec<f32>>);
        impl ModuleMapper for Writer {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                let values = self.0.next().expect("the module is the same");
                param.map(|own| {
                    let data = TensorData::new(values, own.shape());
                    let tensor = Tensor::<D>::from_data(data, &own.device());
                    tensor.set_require_grad(own.is_require_grad())
                })
            }
        }
        net.clone().map(&mut Writer(self.values.into_iter()))
    }
}

/// The numbers of each parameter, in the order of the module.
pub(super) fn read<M: Module>(net: &M) -> Result<Vec<Vec<f32>>> {
    struct Reader(Vec<Result<Vec<f32>>>);
    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(numbers(param.val()));
        }
    }
    let mut reader = Reader(Vec::new());
    net.visit(&mut reader);
    reader.0.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use doorstep_shared::neural::parameters;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::neural::start::start;

    #[test]
    fn what_was_long_ago_counts_ever_less() {
        use doorstep_shared::neural::{Architecture, SequenceShape};
        let shape = SequenceShape {
            width: 4,
            blocks: 1,
            heads: 1,
            inner: 4,
            length: 3,
        };
        let device = Device::flex().autodiff();
        let net = |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let net = start(Architecture::SasRec(shape), 5, &mut rng, &device).unwrap();
            net.network().unwrap().clone()
        };
        let nets = [net(1), net(2), net(3)];
        let mut average = Average::of(&nets[0], 0.75).unwrap();
        average.follow(&nets[1], 2).unwrap();
        average.follow(&nets[2], 100).unwrap();
        let found = parameters(&average.network(&nets[2]));
        let all = nets.each_ref().map(parameters);
        for (p, found) in found.iter().enumerate() {
            assert_eq!(found.name, all[0][p].name);
            for (at, found) in found.values.iter().enumerate() {
                let [a, b, c] = [0, 1, 2].map(|net: usize| all[net][p].values[at]);
                // (1 + 2) / (10 + 2), then the decay.
                let expected = 0.75 * (0.25 * a + 0.75 * b) + 0.25 * c;
                assert!((found - expected).abs() < 1e-6);
            }
        }
    }
}
