//! A WebDriver process of one's own.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A driver on a free port; the browsers that it started end with this value.
pub struct Driver {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    port: u16,
    /// What ends the browsers: method and path.
    end: (&'static str, String),
}

impl Driver {
    /// Starts `$CHROMEDRIVER`, or the `chromedriver` on PATH.
    pub fn chrome() -> Result<Self> {
        let program = env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut command = Command::new(&program);
        command.arg("--port=0");
        // Killing it would leave its browsers running.
        let end = ("GET", "/shutdown".to_owned());
        Self::start(command, "started successfully on port ", end).with_context(|| {
            format!(
                "cannot start {}; on Debian: `sudo apt-get install chromium chromium-driver`",
                program.display()
            )
        })
    }

    /// Starts `$GECKODRIVER` for `$FIREFOX`; `None` where they are not set.
    pub fn gecko() -> Result<Option<Self>> {
        let (Some(program), Some(firefox)) = (env::var_os("GECKODRIVER"), env::var_os("FIREFOX"))
        else {
            return Ok(None);
        };
        let mut command = Command::new(&program);
        command.args(["--port", "0", "--binary"]).arg(firefox);
        let driver = Self::start(command, "Listening on 127.0.0.1:", ("", String::new()));
        Ok(Some(driver.with_context(|| {
            format!("cannot start {}", program.display())
        })?))
    }

    fn start(mut command: Command, says: &str, end: (&'static str, String)) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child
            .stdout
            .take()
            .context("the driver's stdout is piped")?;
        let mut driver = Self {
            child,
            _stdout: BufReader::new(stdout),
            port: 0,
            end,
        };
        let mut said = String::new();
        while driver._stdout.read_line(&mut said)? > 0 {
            let last = said.lines().last().unwrap_or_default();
            if let Some((_, port)) = last.rsplit_once(says) {
                driver.port = port.trim_end_matches('.').parse()?;
                return Ok(driver);
            }
        }
        bail!("it did not start: {said}")
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The session to delete in the end, for a driver that can't be asked to shut down.
    pub fn ends_session(&mut self, id: &str) {
        self.end = ("DELETE", format!("/session/{id}"));
    }

    /// Asks the driver to end its browsers.
    fn shut_down(&mut self) -> std::io::Result<()> {
        let (method, path) = &self.end;
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let host = format!("127.0.0.1:{}", self.port);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )?;
        stream.read_to_end(&mut Vec::new())?;
        if *method == "DELETE" {
            return Ok(());
        }
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.child.try_wait()?.is_none() && Instant::now() < deadline {
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        match self.child.try_wait() {
            Ok(Some(status)) => eprintln!("the driver had ended before the test, {status}"),
            _ => {
                if let Err(error) = self.shut_down() {
                    eprintln!("the driver did not shut down by itself: {error}");
                }
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
