//! How well scores tell abnormal pictures from normal ones.

use doorstep_shared::images::salad::Calibration;
use serde::Serialize;

use super::spread::Spread;

/// Two figures that need no threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Chance that an abnormal picture scores above a normal one; a tie counts half.
    pub auroc: f64,
    /// Average precision: the area under the steps of precision by recall. Pictures with equal scores are
    /// taken together.
    pub auprc: f64,
}

/// Both figures over several fits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// Of the area under the receiver operating characteristic.
    pub auroc: Spread,
    /// Of the average precision.
    pub auprc: Spread,
    /// Abnormal pictures judged.
    pub abnormal: usize,
    /// Normal pictures judged.
    pub normal: usize,
}

/// Judges scores, each with whether its picture is abnormal; nothing unless there are both
/// kinds. Scores must not be NaN.
pub fn judge(scored: &[(f64, bool)]) -> Option<Figures> {
    let mut sorted = scored.to_vec();
    sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let abnormal = scored.iter().filter(|(_, own)| *own).count() as f64;
    let normal = scored.len() as f64 - abnormal;
    if abnormal == 0.0 || normal == 0.0 {
        return None;
    }
    let (mut above, mut seen) = (0.0, 0.0);
    let (mut pairs, mut auprc) = (0.0, 0.0);
    // 0 and -0 are equal scores.
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let found = tied.iter().filter(|(_, own)| *own).count() as f64;
        let others = tied.len() as f64 - found;
        pairs += others * (above + found / 2.0);
        above += found;
        seen += tied.len() as f64;
        auprc += found / abnormal * (above / seen);
    }
    Some(Figures {
        auroc: pairs / (abnormal * normal),
        auprc,
    })
}

/// The share of the abnormal pictures, or of the normal ones, that `calibration` calls unusual by their scores;
/// nothing where there is none.
pub fn called_unusual(
    scored: &[(f64, bool)],
    calibration: &Calibration,
    abnormal: bool,
) -> Option<f64> {
    let own = scored.iter().filter(|(_, own)| *own == abnormal);
    let above = own
        .clone()
        .filter(|(score, _)| calibration.is_unusual(*score));
    let n = own.count();
    (n > 0).then(|| above.count() as f64 / n as f64)
}

impl Judgement {
    /// Of several fits' scores of the same pictures.
    pub fn of(fits: &[Vec<(f64, bool)>]) -> Option<Self> {
        let figures: Option<Vec<Figures>> = fits.iter().map(|scored| judge(scored)).collect();
        let figures = figures.filter(|figures| !figures.is_empty())?;
        let abnormal = fits[0].iter().filter(|(_, own)| *own).count();
        let spread = |figure: fn(&Figures) -> f64| {
            let values: Vec<f64> = figures.iter().map(figure).collect();
            Spread::of(&values)
        };
        Some(Self {
            auroc: spread(|f| f.auroc),
            auprc: spread(|f| f.auprc),
            abnormal,
            normal: fits[0].len() - abnormal,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(n: usize, step: usize, levels: usize) -> Vec<(f64, bool)> {
        (0..n)
            .map(|at| {
                let abnormal = at % 3 == 0;
                let score = (at * step) % levels + usize::from(abnormal) * levels / 4;
                (score as f64, abnormal)
            })
            .collect()
    }

    /// By all pairs, and by all thresholds.
    fn by_hand(scored: &[(f64, bool)]) -> Figures {
        let of = |kind: bool| scored.iter().filter(move |(_, own)| *own == kind);
        let (abnormal, normal) = (of(true).count() as f64, of(false).count() as f64);
        let mut wins = 0.0;
        for (high, _) in of(true) {
            for (low, _) in of(false) {
                wins += match high.partial_cmp(low).unwrap() {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
            }
        }
        let mut thresholds: Vec<f64> = scored.iter().map(|(score, _)| *score).collect();
        thresholds.sort_by(|a, b| b.total_cmp(a));
        thresholds.dedup();
        let (mut recall, mut area) = (0.0, 0.0);
        for threshold in thresholds {
            let taken = || scored.iter().filter(|(score, _)| *score >= threshold);
            let right = taken().filter(|(_, own)| *own).count() as f64;
            area += (right / abnormal - recall) * right / taken().count() as f64;
            recall = right / abnormal;
        }
        Figures {
            auroc: wins / (abnormal * normal),
            auprc: area,
        }
    }

    #[test]
    fn both_are_as_by_brute_force() {
        for (n, step, levels) in [(2, 1, 5), (30, 7, 11), (200, 37, 1_000), (99, 13, 3)] {
            let scored = scored(n, step, levels);
            let (found, expected) = (judge(&scored).unwrap(), by_hand(&scored));
            assert!((found.auroc - expected.auroc).abs() < 1e-12);
            assert!((found.auprc - expected.auprc).abs() < 1e-12);
        }
    }

    #[test]
    fn the_ends_are_known_and_one_kind_gives_nothing() {
        let right: Vec<(f64, bool)> = (0..10).map(|at| (f64::from(at), at > 4)).collect();
        let figures = judge(&right).unwrap();
        assert_eq!((figures.auroc, figures.auprc), (1.0, 1.0));
        let wrong: Vec<_> = right.iter().map(|(s, own)| (-s, *own)).collect();
        assert_eq!(judge(&wrong).unwrap().auroc, 0.0);
        let tied: Vec<_> = right.iter().map(|(_, own)| (1.0, *own)).collect();
        assert_eq!(
            judge(&tied).unwrap(),
            Figures {
                auroc: 0.5,
                auprc: 0.5
            }
        );
        assert_eq!(judge(&right[..4]), None);
        assert_eq!(judge(&[]), None);
    }
}
