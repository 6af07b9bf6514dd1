//! A folder for a static host: bundles, the engines and scripts that they need,
//! and a page that shows what to paste.
//!
//! ```text
//! OUT/
//!   doorstep.js, widgets.js, history.js   entries: a few lines that name the present version
//!   doorstep-HASH/                        scripts and engines, named by their content
//!   NAME/                                 a bundle; all but its manifest is named by its content
//!   index.html                            what to paste, with the widgets as pasted
//!   models/NAME/                          a card for each of its models
//!   publication.json                      what lies here, with digests
//! ```
//!
//! What is named by its content is written first and entries last, so a visitor meets one
//! version or the other. What the publication before named stays until the one after.

mod card;
mod engines;
mod entry;
mod folder;
mod page;
mod record;
mod release;
mod source;

pub use engines::Engines;
pub use record::{RECORD, Record};
pub use release::{Published, Release};
pub use source::{BundleSource, Link};
