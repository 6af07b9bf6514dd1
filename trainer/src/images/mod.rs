//! Pictures: readers, division, detectors of what is unusual, and how they are judged.

pub mod augment;
pub mod phantoms;
pub mod readers;
pub mod set;
pub mod split;
