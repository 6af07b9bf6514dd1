//! What the end-to-end tests stand on: the command, a site, a server, a browser.
//!
//! `cargo xtask test` builds the command and the site first and names them in
//! the environment; a test started by `cargo test` alone builds them on demand.

pub mod command;
pub mod host;
pub mod network;
pub mod page;
pub mod publication;
pub mod random;
pub mod server;
pub mod site;
pub mod table;
pub mod webdriver;

use std::io::Write;
use std::path::PathBuf;

/// The folder of real data, or `None` after saying aloud that the test is skipped.
pub fn real_data() -> Option<PathBuf> {
    let folder = std::env::var_os("DOORSTEP_DATA").map(PathBuf::from);
    if folder.is_none() {
        say("skipped: DOORSTEP_DATA is not set");
    }
    folder
}

/// Prints a line past the test runner's capture, which would hide it in a test that passes.
pub fn say(line: &str) {
    // Nowhere to report a closed stderr to.
    let _ = writeln!(std::io::stderr(), "{line}");
}
