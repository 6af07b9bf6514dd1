//! Pictures: readers, division, detectors of what is unusual, and how they are judged.

pub mod augment;
pub mod detectors;
pub mod judge;
pub mod phantoms;
pub mod readers;
pub mod set;
pub mod split;
