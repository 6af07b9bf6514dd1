//! `doorstep serve` on a free port.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use anyhow::{Context, Result};

use crate::command::doorstep;

/// A running server, ended with this value.
pub struct Server {
    child: Child,
    /// Kept open: a server that prints to a closed pipe would fail.
    _stdout: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    /// Serves a folder and waits until the server listens.
    pub fn start(folder: &Path) -> Result<Self> {
        let mut child = doorstep()
            .arg("serve")
            .arg(folder)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start `doorstep serve`")?;
        let stdout = child
            .stdout
            .take()
            .context("the server's stdout is piped")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let address = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .map(|address| address.trim_end_matches('/').to_owned());
        let server = Self {
            child,
            _stdout: stdout,
            address: address.unwrap_or_default(),
        };
        // Checked late, so that a server that said something else is ended too.
        if server.address.is_empty() {
            anyhow::bail!("`doorstep serve` printed no address but {line:?}");
        }
        Ok(server)
    }

    /// The address of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a server that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
