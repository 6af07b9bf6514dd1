//! What is wrong with an abnormal phantom.

use crate::dice::Dice;

/// Kinds of anomalies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Clouded parts of a lung, as in pneumonia.
    Opacity,
    /// Small round masses.
    Nodule,
    /// Fluid that fills a lung from below, with a curved surface.
    Effusion,
    /// A tube, a coin or a pacemaker.
    ForeignObject,
    /// One lung is smaller and denser than the other.
    Asymmetry,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Opacity,
        Self::Nodule,
        Self::Effusion,
        Self::ForeignObject,
        Self::Asymmetry,
    ];

    /// Its label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opacity => "opacity",
            Self::Nodule => "nodule",
            Self::Effusion => "effusion",
            Self::ForeignObject => "foreign-object",
            Self::Asymmetry => "asymmetry",
        }
    }
}

/// How plain anomalies are: 1 plain, 2 moderate, 3 subtle.
pub const GRADES: [u8; 3] = [1, 2, 3];

/// A shape that adds to what the ray passes through, in places of the chest.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Soft-edged ellipse, within lungs only where `lungs`: centre, radii, strength, how soft from 0 to 1.
    Blob {
        /// Its middle.
        centre: (f64, f64),
        /// Its half width and half height.
        radii: (f64, f64),
        /// What it adds.
        strength: f64,
        /// Share of the radius over which it fades.
        soft: f64,
        /// Whether it is seen within lungs only.
        lungs: bool,
    },
    /// A line between two places.
    Tube {
        /// One end.
        from: (f64, f64),
        /// The other end.
        to: (f64, f64),
        /// Half width.
        radius: f64,
        /// What it adds.
        strength: f64,
    },
}

/// An anomaly: shapes, fluid and what one lung loses.
#[derive(Clone, Debug, Default)]
pub struct Anomaly {
    /// What is added.
    pub shapes: Vec<Shape>,
    /// Side (-1 left, 1 right), height above the bottom of the lung, strength.
    pub fluid: Option<(f64, f64, f64)>,
    /// Side, share of its size that it loses, what it gains in density.
    pub shrunken: Option<(f64, f64, f64)>,
}

impl Anomaly {
    /// An anomaly of a kind and grade.
    pub fn draw(kind: Kind, grade: u8, dice: &mut Dice) -> Self {
        let pick = |by_grade: [f64; 3]| by_grade[usize::from(grade.clamp(1, 3)) - 1];
        let side = if dice.chance(0.5) { -1.0 } else { 1.0 };
        let mut anomaly = Self::default();
        match kind {
            Kind::Opacity => {
                for _ in 0..pick([5.0, 4.0, 4.0]) as usize {
                    let centre = within_lung(side, dice);
                    let size = pick([0.25, 0.21, 0.18]) * (1.0 + 0.15 * dice.bell());
                    anomaly.shapes.push(Shape::Blob {
                        centre,
                        radii: (size, size * (1.0 + 0.2 * dice.bell())),
                        strength: pick([0.36, 0.27, 0.19]),
                        soft: 0.9,
                        lungs: true,
                    });
                }
            }
            Kind::Nodule => {
                for _ in 0..pick([6.0, 5.0, 4.0]) as usize {
                    let side = if dice.chance(0.5) { -1.0 } else { 1.0 };
                    let centre = within_lung(side, dice);
                    let size = pick([0.125, 0.11, 0.09]) * (1.0 + 0.1 * dice.bell());
                    anomaly.shapes.push(Shape::Blob {
                        centre,
                        radii: (size, size),
                        strength: pick([0.45, 0.38, 0.3]),
                        soft: 0.5,
                        lungs: true,
                    });
                }
            }
            Kind::Effusion => {
                let height = pick([0.8, 0.62, 0.45]) * (1.0 + 0.1 * dice.bell());
                anomaly.fluid = Some((side, height, pick([0.42, 0.36, 0.3])));
            }
            Kind::ForeignObject => anomaly.shapes = object(side, pick([1.4, 1.0, 0.65]), dice),
            Kind::Asymmetry => {
                let loss = pick([0.42, 0.31, 0.2]) * (1.0 + 0.1 * dice.bell());
                anomaly.shrunken = Some((side, loss, pick([0.24, 0.17, 0.1])));
            }
        }
        anomaly
    }
}

/// A place well within the lung of a side.
fn within_lung(side: f64, dice: &mut Dice) -> (f64, f64) {
    let (across, down) = (2.0 * dice.unit() - 1.0, 2.0 * dice.unit() - 1.0);
    (side * (0.42 + 0.14 * across), -0.08 + 0.34 * down)
}

/// A device on the chest, or a tube into it.
fn object(side: f64, strength: f64, dice: &mut Dice) -> Vec<Shape> {
    match dice.below(3) {
        // A pacemaker with its lead to the heart.
        0 => {
            let centre = (
                side * (0.45 + 0.05 * dice.bell()),
                -0.38 + 0.04 * dice.bell(),
            );
            let body = Shape::Blob {
                centre,
                radii: (0.13, 0.1),
                strength: 0.4 * strength,
                soft: 0.15,
                lungs: false,
            };
            let lead = Shape::Tube {
                from: centre,
                to: (0.12 + 0.03 * dice.bell(), 0.2 + 0.05 * dice.bell()),
                radius: 0.022,
                strength: 0.35 * strength,
            };
            vec![body, lead]
        }
        // A tube from the side and one across it.
        1 => {
            let end = (side * (0.3 + 0.05 * dice.bell()), -0.3 + 0.1 * dice.bell());
            let bend = (side * (0.5 + 0.05 * dice.bell()), 0.1 + 0.1 * dice.bell());
            let out = (side * 0.95, 0.45 + 0.1 * dice.bell());
            let part = |from, to| Shape::Tube {
                from,
                to,
                radius: 0.03,
                strength: 0.4 * strength,
            };
            vec![part(end, bend), part(bend, out)]
        }
        // Coins.
        _ => (0..2)
            .map(|_| Shape::Blob {
                centre: (
                    0.5 * (2.0 * dice.unit() - 1.0),
                    0.5 * (2.0 * dice.unit() - 1.0),
                ),
                radii: (0.085, 0.085),
                strength: 0.5 * strength,
                soft: 0.12,
                lungs: false,
            })
            .collect(),
    }
}
