//! What a patient's chest looks like and how it was placed. Lengths are in half
//! widths of the picture, from -1 at the left and the top to 1.

use crate::dice::Dice;

/// A chest.
#[derive(Clone, Copy, Debug)]
pub struct Anatomy {
    /// Half width of the trunk.
    pub trunk: f64,
    /// Half width and half height of a lung.
    pub lung: (f64, f64),
    /// Distance of a lung's middle from the spine.
    pub spread: f64,
    /// Radius of the heart.
    pub heart: f64,
    /// Distance between two ribs.
    pub ribs: f64,
    /// How far ribs fall from the spine outward.
    pub fall: f64,
    /// How much ribs show.
    pub bone: f64,
    /// How high the domes of the diaphragm reach into the lungs.
    pub dome: f64,
    /// How much the vessels of the lungs show.
    pub vessels: f64,
    /// How dense the soft tissue is.
    pub tissue: f64,
}

/// How a chest lies in the picture.
#[derive(Clone, Copy, Debug)]
pub struct Pose {
    /// Where the middle of the chest is.
    pub centre: (f64, f64),
    /// Size of the chest; 1 fills the picture.
    pub scale: f64,
    /// Sine of the angle at which it leans.
    pub lean: f64,
    /// How far the patient is turned: one lung looks wider than the other.
    pub turn: f64,
    /// How deep the breath is: lungs are longer by this share.
    pub breath: f64,
}

impl Anatomy {
    /// Some patient's.
    pub fn draw(dice: &mut Dice) -> Self {
        let mut about = |middle: f64, spread: f64| middle + spread * dice.bell();
        Self {
            trunk: about(0.86, 0.035),
            lung: (about(0.31, 0.014), about(0.56, 0.025)),
            spread: about(0.41, 0.014),
            heart: about(0.27, 0.014),
            ribs: about(0.17, 0.008),
            fall: about(0.2, 0.03),
            bone: about(0.06, 0.01),
            dome: about(0.12, 0.02),
            vessels: about(0.05, 0.008),
            tissue: about(0.62, 0.03),
        }
    }
}

impl Pose {
    /// Some exposure's.
    pub fn draw(dice: &mut Dice) -> Self {
        let mut about = |middle: f64, spread: f64| middle + spread * dice.bell();
        Self {
            centre: (about(0.0, 0.012), about(0.0, 0.014)),
            scale: about(1.0, 0.015),
            lean: about(0.0, 0.01),
            turn: about(0.0, 0.015),
            breath: about(0.0, 0.025),
        }
    }

    /// Where a place of the picture lies in the chest.
    pub fn inside(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = (x - self.centre.0, y - self.centre.1);
        // A lean is so small that its cosine is 1 to a thousandth.
        (
            (x + self.lean * y) / self.scale,
            (y - self.lean * x) / self.scale,
        )
    }
}
