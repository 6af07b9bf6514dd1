//! A report as one HTML page that needs nothing else: styles and plots are in
//! it, and it asks the network for nothing.
//!
//! A command makes a [`Page`] of sections; what plots look like is decided here.
//! The same page gives the same bytes.

mod html;
mod page;
mod plot;
mod table;

pub(crate) use html::Html;
pub use page::{Block, Page, Section};
pub use plot::{Bar, Bars, Figure, Guide, Plot, Point, Series, Xy};
pub use table::{Table, number};

#[cfg(test)]
mod report_test;
