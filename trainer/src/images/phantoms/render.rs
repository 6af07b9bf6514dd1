//! Draws a chest: what each ray passes through, then how the film shows it.

use doorstep_shared::images::{GreyImage, resize};

use super::anatomy::{Anatomy, Pose};
use super::anomaly::{Anomaly, Shape};
use crate::dice::Dice;

/// Points drawn along each side of a pixel, so that edges are smooth.
const FINER: usize = 2;

/// From 0 to 1 as `x` goes from 0 to 1, flat at both ends.
pub fn step(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// From 1 in the middle of an ellipse to 0 at its edge, over the share `soft` of its radius.
fn ellipse(at: (f64, f64), centre: (f64, f64), radii: (f64, f64), soft: f64) -> f64 {
    let (x, y) = ((at.0 - centre.0) / radii.0, (at.1 - centre.1) / radii.1);
    step((1.0 - (x * x + y * y).sqrt()) / soft)
}

/// A bump of height 1 around 0 with half width `width`.
fn ridge(x: f64, width: f64) -> f64 {
    step(1.0 - x.abs() / width)
}

/// Smooth noise of about ±1 whose features are a picture wide divided by `cells`.
pub struct Noise {
    values: Vec<f64>,
    cells: usize,
}

impl Noise {
    /// Fresh noise.
    pub fn draw(cells: usize, dice: &mut Dice) -> Self {
        let side = cells + 1;
        Self {
            values: (0..side * side).map(|_| dice.bell()).collect(),
            cells,
        }
    }

    /// The noise at a place from -1 to 1; what lies beyond repeats the edge.
    fn at(&self, x: f64, y: f64) -> f64 {
        let place = |v: f64| (v.clamp(-1.0, 1.0) + 1.0) / 2.0 * self.cells as f64;
        let (x, y) = (place(x), place(y));
        let column = (x as usize).min(self.cells - 1);
        let row = (y as usize).min(self.cells - 1);
        let (across, down) = (step(x - column as f64), step(y - row as f64));
        let value = |c: usize, r: usize| self.values[r * (self.cells + 1) + c];
        let line = |r: usize| value(column, r) * (1.0 - across) + value(column + 1, r) * across;
        line(row) * (1.0 - down) + line(row + 1) * down
    }
}

/// A chest as it is to be drawn.
pub struct Scene {
    /// The patient.
    pub anatomy: Anatomy,
    /// How the patient stands.
    pub pose: Pose,
    /// What is wrong.
    pub anomaly: Anomaly,
    /// Vessels and other structure of the lungs: coarse and fine.
    pub texture: [Noise; 2],
}

impl Scene {
    /// What rays pass through, about 0 for air and 1 for bone on tissue.
    pub fn draw(&self, size: usize) -> GreyImage {
        let side = size * FINER;
        let place = |at: usize| (at as f64 + 0.5) / side as f64 * 2.0 - 1.0;
        let pixels = (0..side * side)
            .map(|at| self.density(place(at % side), place(at / side)) as f32)
            .collect();
        let fine = GreyImage::new(side, side, pixels).expect("finite densities");
        resize(&fine, size, size)
    }

    /// How much of the place is lung, by side.
    fn lung(&self, side: f64, x: f64, y: f64) -> f64 {
        let (body, pose) = (&self.anatomy, &self.pose);
        let shrunken = match self.anomaly.shrunken {
            Some((where_, loss, _)) if where_ == side => 1.0 - loss,
            _ => 1.0,
        };
        let wide = body.lung.0 * (1.0 + side * pose.turn) * (1.0 + 0.5 * (shrunken - 1.0));
        let high = body.lung.1 * (1.0 + pose.breath) * shrunken;
        // The upper end stays where it is.
        let middle = -0.1 - body.lung.1 + high;
        // Narrower at the top: the ellipse leans towards the neck.
        let x = x - side * 0.1 * (y - middle);
        let whole = ellipse((x, y), (side * body.spread, middle), (wide, high), 0.22);
        // The dome of the diaphragm cuts the lower end.
        let bottom = middle + high - body.dome;
        let off = (x - side * body.spread) / wide;
        let surface = bottom - body.dome * (1.0 - off * off).max(0.0) + 0.03 * side;
        whole * step((surface - y) / 0.05 + 0.5)
    }

    fn density(&self, x: f64, y: f64) -> f64 {
        let body = &self.anatomy;
        let (x, y) = self.pose.inside(x, y);
        // Trunk, shoulders and neck.
        let shoulder = -0.72 + 0.35 * (x.abs() - 0.25).max(0.0);
        let trunk = step((body.trunk + 0.1 * y * y - x.abs()) / 0.08 + 0.5)
            * step((y - shoulder) / 0.1 + 0.5);
        let neck = ridge(x, 0.34) * step((-0.5 - y) / 0.2);
        let inside = (trunk + neck).min(1.0);
        let mut density = inside * body.tissue;
        // Below the diaphragm the belly is denser.
        density += inside * 0.1 * step((y - 0.3) / 0.4);
        let (left, right) = (self.lung(-1.0, x, y), self.lung(1.0, x, y));
        let lung = (left + right).min(1.0);
        density -= 0.38 * lung;
        density += 0.2 * inside * ridge(x, 0.13);
        density += 0.03 * ridge(x, 0.1) * wave(y / 0.11);
        let heart = ellipse((x, y), (0.13, 0.22), (body.heart, body.heart * 1.12), 0.25);
        density += 0.3 * heart * (0.4 + 0.6 * lung);
        // Ribs: bands that fall outward, across lungs and chest wall.
        let outward = (x.abs() - 0.1).max(0.0);
        let band = (y - body.fall * outward * (0.4 + outward)) / body.ribs;
        let cage = step((0.72 - x.abs()) / 0.1) * step((0.5 - y) / 0.2) * step((y + 0.72) / 0.1);
        density += body.bone * cage * wave(band) * step((x.abs() - 0.08) / 0.1);
        // Collar bones.
        let collar = y + 0.56 - 0.12 * (x.abs() - 0.3);
        density += 0.12 * ridge(collar, 0.05) * step((0.75 - x.abs()) / 0.2) * ridge(x, 1.4);
        // Vessels, more of them towards the roots of the lungs.
        let root = ridge(x.abs() - 0.22, 0.35) * ridge(y - 0.02, 0.6);
        let [coarse, fine] = &self.texture;
        density += lung * body.vessels * (0.25 + root) * (0.6 * coarse.at(x, y) + fine.at(x, y));
        density += 0.1 * root * lung;
        density + self.abnormal(x, y, [left, right]) * inside
    }

    fn abnormal(&self, x: f64, y: f64, [left, right]: [f64; 2]) -> f64 {
        let lung = (left + right).min(1.0);
        let shapes = self.anomaly.shapes.iter().map(|shape| match *shape {
            Shape::Blob {
                centre,
                radii,
                strength,
                soft,
                lungs,
            } => strength * ellipse((x, y), centre, radii, soft) * if lungs { lung } else { 1.0 },
            Shape::Tube {
                from,
                to,
                radius,
                strength,
            } => strength * step(2.0 - 2.0 * distance((x, y), from, to) / radius),
        });
        let mut added: f64 = shapes.sum();
        let of_side = |side: f64| if side < 0.0 { left } else { right };
        if let Some((side, height, strength)) = self.anomaly.fluid {
            // The surface rises towards the chest wall.
            let out = (side * x - self.anatomy.spread) / self.anatomy.lung.0;
            let surface = 0.36 - height * (0.75 + 0.35 * out);
            added += strength * of_side(side) * step((y - surface) / 0.08);
        }
        if let Some((side, _, denser)) = self.anomaly.shrunken {
            added += denser * of_side(side);
        }
        added
    }
}

/// From 0 to 1 and back with each whole number, flat-topped.
fn wave(x: f64) -> f64 {
    let part = x - x.floor();
    step(2.0 * (part - 0.5).abs())
}

/// From a place to the line between two others.
fn distance(at: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let share = ((at.0 - from.0) * dx + (at.1 - from.1) * dy) / (dx * dx + dy * dy).max(1e-9);
    let share = share.clamp(0.0, 1.0);
    let (x, y) = (at.0 - from.0 - share * dx, at.1 - from.1 - share * dy);
    (x * x + y * y).sqrt()
}
