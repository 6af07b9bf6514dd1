//! A figure over several fits, with two intervals that say different things.

use std::f64::consts::FRAC_2_PI;

use serde::Serialize;

/// Share of what an interval is to hold.
const CONFIDENCE: f64 = 0.95;
/// Above any quantile of Student's t at [`CONFIDENCE`], which is 12.71 with one degree of freedom.
const BEYOND: f64 = 16.0;

/// A figure over several fits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// Half the width of the interval that the SALAD paper prints, in which most fits lie: 1.96 standard deviations
    /// (of the sample) over fits, 0 of one fit.
    pub interval: f64,
    /// Half the width of the 95 % confidence interval of the mean over fits: Student's t with n − 1 degrees of freedom times the
    /// standard deviation over √n, 0 of one fit.
    pub of_mean: f64,
}

impl Spread {
    /// Over fits; at least one.
    pub fn of(figures: &[f64]) -> Self {
        let n = figures.len() as f64;
        let mean = figures.iter().sum::<f64>() / n;
        let squares: f64 = figures.iter().map(|f| (f - mean) * (f - mean)).sum();
        let deviation = (squares / (n - 1.0).max(1.0)).sqrt();
        let t = match figures.len() {
            0 | 1 => 0.0,
            n => quantile(n - 1),
        };
        Self {
            mean,
            interval: 1.96 * deviation,
            of_mean: t * deviation / n.sqrt(),
        }
    }
}

/// What Student's t stays below, either side of 0, in 95 % of all cases; `degrees` of freedom are 1 at least.
fn quantile(degrees: usize) -> f64 {
    let (mut low, mut high) = (0.0, BEYOND);
    // Halved until neighbouring numbers are left.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        match within(middle, degrees) < CONFIDENCE {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// How often Student's t lies from −t to t (Abramowitz and Stegun 1964, equations 26.7.3 and 26.7.4).
fn within(t: f64, degrees: usize) -> f64 {
    let angle = (t / (degrees as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let odd = degrees % 2;
    // 1 + (1/2) cos² + (1·3)/(2·4) cos⁴ … for even degrees, cos + (2/3) cos³ … for odd ones.
    let (mut term, mut sum) = (if odd == 1 { cosine } else { 1.0 }, 0.0);
    for at in (odd..degrees.saturating_sub(1)).step_by(2) {
        sum += term;
        term *= cosine * cosine * (at + 1) as f64 / (at + 2) as f64;
    }
    match odd {
        1 => FRAC_2_PI * (angle + sine * sum),
        _ => sine * sum,
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_PI_2;

    use super::*;

    #[test]
    fn quantiles_are_those_of_tables() {
        // Two-sided 95 %, as printed in statistical tables.
        let table = [
            (1, 12.706),
            (2, 4.303),
            (3, 3.182),
            (4, 2.776),
            (5, 2.571),
            (9, 2.262),
            (10, 2.228),
            (29, 2.045),
            (30, 2.042),
            (120, 1.980),
        ];
        for (degrees, wanted) in table {
            let found = quantile(degrees);
            assert!((found - wanted).abs() < 6e-4, "{degrees}: {found}");
        }
        // One degree is Cauchy's distribution, two have a closed form.
        assert!((quantile(1) - (CONFIDENCE * FRAC_PI_2).tan()).abs() < 1e-9);
        let two = CONFIDENCE * (2.0 / (1.0 - CONFIDENCE * CONFIDENCE)).sqrt();
        assert!((quantile(2) - two).abs() < 1e-9);
    }

    #[test]
    fn intervals_are_the_papers_and_that_of_the_mean() {
        let spread = Spread::of(&[0.7, 0.8, 0.9]);
        assert!((spread.mean - 0.8).abs() < 1e-12 && (spread.interval - 0.196).abs() < 1e-12);
        assert!((spread.of_mean - 4.302_652_73 * 0.1 / 3.0_f64.sqrt()).abs() < 1e-8);
        let one = Spread::of(&[0.6]);
        assert_eq!((one.interval, one.of_mean), (0.0, 0.0));
    }
}
