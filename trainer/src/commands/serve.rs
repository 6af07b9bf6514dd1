//! `doorstep serve`: a folder on this machine's browser, before it is published.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::Output;
use crate::serve::Server;

/// Serve a folder of static files on this machine, to look at it before publishing.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The folder: a bundle, or a page with a bundle beside it.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address to listen at; 0.0.0.0 lets other machines in.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    host: IpAddr,
}

impl Args {
    /// Serves until Ctrl-C.
    pub fn run(self, output: &Output) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start the server's runtime")?;
        runtime.block_on(async {
            let address = SocketAddr::new(self.host, self.port);
            let server = Server::bind(&self.directory, address).await?;
            self.announce(server.address(), output)?;
            output.progress().say("Ctrl-C ends it.");
            server.run(interrupted()).await
        })
    }

    fn announce(&self, address: SocketAddr, output: &Output) -> anyhow::Result<()> {
        let url = format!("http://{address}/");
        let mut stdout = std::io::stdout().lock();
        if output.json {
            let line = serde_json::json!({ "directory": self.directory, "url": url });
            writeln!(stdout, "{line}")
        } else {
            let page = page_below(&self.directory).map_or(String::new(), |folder| folder + "/");
            writeln!(
                stdout,
                "Serving {} at {url}{page}",
                self.directory.display()
            )
        }
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
    }
}

/// The one folder in `folder` that has a page, where that has none itself, as `publish` leaves it.
fn page_below(folder: &Path) -> Option<String> {
    let has_page = |folder: &Path| folder.join("index.html").is_file();
    if has_page(folder) {
        return None;
    }
    let inner = std::fs::read_dir(folder).ok()?.flatten();
    let mut with_page = inner.filter(|inner| has_page(&inner.path()));
    let name = with_page.next()?.file_name().into_string().ok()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (with_page.next().is_none() && name.chars().all(is_plain)).then_some(name)
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // No handler could be set: Ctrl-C then ends the process by itself.
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_publication_is_found_below_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let page = |inner: &str| {
            let inner = folder.path().join(inner);
            std::fs::create_dir_all(&inner).unwrap();
            std::fs::write(inner.join("index.html"), "").unwrap();
        };
        assert_eq!(page_below(folder.path()), None);
        page("doorstep");
        assert_eq!(page_below(folder.path()).as_deref(), Some("doorstep"));
        page("other");
        assert_eq!(page_below(folder.path()), None);
        page("");
        assert_eq!(page_below(folder.path()), None);
    }
}
