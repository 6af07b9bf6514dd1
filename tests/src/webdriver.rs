//! A ChromeDriver process of one's own.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A driver on a free port; the browsers that it started end with this value.
pub struct ChromeDriver {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    port: u16,
}

impl ChromeDriver {
    /// Starts `$CHROMEDRIVER`, or the `chromedriver` on PATH.
    pub fn start() -> Result<Self> {
        let program = env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut child = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| {
                format!(
                    "cannot start {}; on Debian: `sudo apt-get install chromium chromium-driver`",
                    program.display()
                )
            })?;
        let stdout = child
            .stdout
            .take()
            .context("the driver's stdout is piped")?;
        let mut driver = Self {
            child,
            _stdout: BufReader::new(stdout),
            port: 0,
        };
        let mut said = String::new();
        while driver._stdout.read_line(&mut said)? > 0 {
            let last = said.lines().last().unwrap_or_default();
            if let Some((_, port)) = last.rsplit_once("started successfully on port ") {
                driver.port = port.trim_end_matches('.').parse()?;
                return Ok(driver);
            }
        }
        bail!("{} did not start: {said}", program.display())
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks the driver to end its browsers and itself; killing it would leave them running.
    fn shut_down(&mut self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream
            .write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new())?;
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.child.try_wait()?.is_none() && Instant::now() < deadline {
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            eprintln!("the driver did not shut down by itself: {error}");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
