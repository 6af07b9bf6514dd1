//! Powers of e, four at a time.

use wide::bytemuck::cast;
use wide::{f32x4, i32x4};

/// Below it, powers are those of it.
pub(super) const LEAST: f32x4 = f32x4::splat(-87.0);

/// eˣ for numbers up to 0, with an error of 3 · 10⁻⁷ of itself; below −87 that of −87, which is
/// nothing beside the 1 of the largest logit.
///
/// x = n ln 2 + f, and eᶠ by its Taylor series, as |f| is below .35.
#[inline(always)]
pub(super) fn power(x: f32x4) -> f32x4 {
    const LOG2_E: f32x4 = f32x4::splat(std::f32::consts::LOG2_E);
    // In two parts, the first short enough for n times it to be exact.
    const LN_2: [f32x4; 2] = [f32x4::splat(0.693_359_4), f32x4::splat(-2.121_944_4e-4)];
    const SIXTH: f32x4 = f32x4::splat(1.0 / 720.0);
    const FIFTH: f32x4 = f32x4::splat(1.0 / 120.0);
    const FOURTH: f32x4 = f32x4::splat(1.0 / 24.0);
    const THIRD: f32x4 = f32x4::splat(1.0 / 6.0);
    const SECOND: f32x4 = f32x4::splat(0.5);
    // A float of this size has units as its last bit, so that a sum with it is rounded to n, and
    // its bits end in n and the bias of an exponent.
    const EXPONENT: f32x4 = f32x4::splat(127.0 + (1u32 << 23) as f32);
    let x = x.fast_max(LEAST);
    let exponent = x * LOG2_E + EXPONENT;
    let n = exponent - EXPONENT;
    let f = x - n * LN_2[0] - n * LN_2[1];
    let sum = ((SIXTH * f + FIFTH) * f + FOURTH) * f + THIRD;
    let sum = ((sum * f + SECOND) * f + f32x4::ONE) * f + f32x4::ONE;
    let bits: i32x4 = cast(exponent);
    sum * cast::<i32x4, f32x4>(bits << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_64_bits() {
        for at in 0..=8_800 {
            let x = at as f32 / -100.0;
            let expected = f64::from(x.max(-87.0)).exp();
            let found = f64::from(power(f32x4::splat(x)).to_array()[2]);
            assert!((found / expected - 1.0).abs() < 3e-7, "{x}: {found}");
        }
        assert_eq!(power(f32x4::ZERO).to_array(), [1.0; 4]);
    }
}
