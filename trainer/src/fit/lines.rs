//! Vectors in whole cache lines: padded with zeros, and never across one line
//! more than they need, which would cost a read and a write for each. As in
//! `lanes.rs` the order of every sum is fixed, whatever instructions there are.

use pulp::Simd;

/// Numbers in a line.
pub(super) const LANES: usize = 16;

/// A cache line.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(super) struct Line(pub [f32; LANES]);

/// Nothing but padding.
pub(super) const ZERO: Line = Line([0.0; LANES]);

/// Writes `vector` to its lines.
pub(super) fn write(lines: &mut [Line], vector: &[f32]) {
    for (line, part) in lines.iter_mut().zip(vector.chunks(LANES)) {
        line.0[..part.len()].copy_from_slice(part);
    }
}

/// Reads a vector from its lines.
pub(super) fn read(lines: &[Line], vector: &mut [f32]) {
    for (line, part) in lines.iter().zip(vector.chunks_mut(LANES)) {
        part.copy_from_slice(&line.0[..part.len()]);
    }
}

/// a·b.
#[inline(always)]
pub(super) fn dot<S: Simd>(simd: S, a: &[Line], b: &[Line]) -> f32 {
    let mut sums = ZERO;
    // Compilers that see the lanes of this sum one by one add them in pairs, so
    // registers are asked for, as many as hold a line.
    let (registers, _) = S::as_mut_simd_f32s(&mut sums.0);
    for (a, b) in a.iter().zip(b) {
        let ((a, _), (b, _)) = (S::as_simd_f32s(&a.0), S::as_simd_f32s(&b.0));
        for (sum, (a, b)) in registers.iter_mut().zip(a.iter().zip(b)) {
            *sum = simd.mul_add_f32s(*a, *b, *sum);
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums.0[lane] += sums.0[lane + width];
        }
        width /= 2;
    }
    sums.0[0]
}

/// Both to `towards` · the other + `back` · itself, at once.
#[inline(always)]
pub(super) fn step<S: Simd>(simd: S, p: &mut [Line], q: &mut [Line], towards: f32, back: f32) {
    let (towards, back) = (simd.splat_f32s(towards), simd.splat_f32s(back));
    for (p, q) in p.iter_mut().zip(q) {
        let (p, _) = S::as_mut_simd_f32s(&mut p.0);
        let (q, _) = S::as_mut_simd_f32s(&mut q.0);
        for (p, q) in p.iter_mut().zip(q) {
            let (old_p, old_q) = (*p, *q);
            *p = simd.mul_add_f32s(towards, old_q, simd.mul_f32s(back, old_p));
            *q = simd.mul_add_f32s(towards, old_p, simd.mul_f32s(back, old_q));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(vector: &[f32]) -> Vec<Line> {
        let mut lines = vec![ZERO; vector.len().div_ceil(LANES)];
        write(&mut lines, vector);
        lines
    }

    fn vector(lines: &[Line], rank: usize) -> Vec<f32> {
        let mut vector = vec![0.0; rank];
        read(lines, &mut vector);
        vector
    }

    struct Both<'a>(&'a mut [Line], &'a mut [Line]);

    impl pulp::WithSimd for Both<'_> {
        type Output = f32;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> f32 {
            let product = dot(simd, self.0, self.1);
            step(simd, self.0, self.1, 2.0, 0.5);
            product
        }
    }

    proptest! {
        #[test]
        fn sums_and_steps_are_those_of_the_vectors(
            numbers in prop::collection::vec((-3i8..4, -3i8..4), 1..50),
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) =
                numbers.into_iter().map(|(a, b)| (f32::from(a), f32::from(b))).unzip();
            let (mut p, mut q) = (lines(&a), lines(&b));
            prop_assert_eq!(&vector(&p, a.len()), &a);
            let product = pulp::Arch::new().dispatch(Both(&mut p, &mut q));
            prop_assert_eq!(product, a.iter().zip(&b).map(|(a, b)| a * b).sum::<f32>());
            for at in 0..a.len() {
                prop_assert_eq!(vector(&p, a.len())[at], 2.0 * b[at] + 0.5 * a[at]);
                prop_assert_eq!(vector(&q, a.len())[at], 2.0 * a[at] + 0.5 * b[at]);
            }
        }

        #[test]
        fn instructions_change_no_bit(
            numbers in prop::collection::vec((-1f32..1.0, -1f32..1.0), 1..50),
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) = numbers.into_iter().unzip();
            let (mut p, mut q) = (lines(&a), lines(&b));
            let (mut plain_p, mut plain_q) = (p.clone(), q.clone());
            let best = pulp::Arch::new().dispatch(Both(&mut p, &mut q));
            let plain = pulp::WithSimd::with_simd(Both(&mut plain_p, &mut plain_q), pulp::Scalar::new());
            prop_assert_eq!(best.to_bits(), plain.to_bits());
            prop_assert_eq!((p, q), (plain_p, plain_q));
        }
    }
}
