//! What the end-to-end tests stand on: the command, a site, a server, a browser.
//!
//! `cargo xtask test` builds the command and the site first and names them in
//! the environment; a test started by `cargo test` alone builds them on demand.

pub mod command;
pub mod page;
pub mod server;
pub mod site;
pub mod webdriver;

use std::path::PathBuf;

/// The folder of real data, or `None` after saying aloud that the test is skipped.
pub fn real_data() -> Option<PathBuf> {
    let folder = std::env::var_os("DOORSTEP_DATA").map(PathBuf::from);
    if folder.is_none() {
        // Past libtest's capture, which would hide the line of a passing test.
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "skipped: DOORSTEP_DATA is not set");
    }
    folder
}
