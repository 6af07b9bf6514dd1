//! The demo page, the widgets and the engine in a real browser.

mod harness;
