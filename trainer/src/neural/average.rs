//! The moving average of a network's parameters over steps, which is judged and kept in their
//! place (Polyak and Juditsky 1992, "Acceleration of Stochastic Approximation by
//! Averaging"; with weights that fall off exponentially): a step's noise is averaged out of it.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// `averaged`, each of its numbers moved towards that of `now` by `share` of what is between them.
pub(crate) fn towards<M: Module>(averaged: M, now: &M, share: f32) -> M {
    struct Reader(Vec<Tensor<1>>);
    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(param.val().without_autodiff().reshape([-1]));
        }
    }
    struct Mover(std::vec::IntoIter<Tensor<1>>, f32);
    impl ModuleMapper for Mover {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let now = self.0.next().expect("both have the same parameters");
            param.map(|own| {
                let own = own.without_autodiff();
                let now = now.reshape(own.shape());
                let moved = own.clone() + (now - own) * self.1;
                moved.autodiff().set_require_grad(false)
            })
        }
    }
    let mut reader = Reader(Vec::new());
    now.visit(&mut reader);
    averaged.map(&mut Mover(reader.0.into_iter(), share))
}

/// By what share the step of this number, from 1, moves an average that keeps `decay` of itself at
/// most: by more in the beginning, so that about a tenth of all steps counts and chance is soon forgotten.
pub(super) fn share(decay: f32, step: u64) -> f32 {
    let step = step as f32;
    1.0 - decay.min((1.0 + step) / (10.0 + step))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use doorstep_shared::neural::{Architecture, SequenceShape, parameters};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::neural::start::start;

    #[test]
    fn what_was_long_ago_counts_ever_less() {
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
        let average = towards(nets[0].clone(), &nets[1], share(0.75, 2));
        let average = towards(average, &nets[2], share(0.75, 100));
        let found = parameters(&average);
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
