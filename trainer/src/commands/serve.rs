//! `doorstep serve`: a folder on this machine's browser, before it is published.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

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
            writeln!(stdout, "Serving {} at {url}", self.directory.display())
        }
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
    }
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // No handler could be set: Ctrl-C then ends the process by itself.
        std::future::pending::<()>().await;
    }
}
