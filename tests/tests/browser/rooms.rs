//! What the demo's rooms show to copy works where it is pasted: on a page of another origin.

use anyhow::{Result, ensure};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site;

#[tokio::test]
async fn every_rooms_snippet_works_as_pasted() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    for (room, filled) in [
        (
            "",
            "document.querySelector('doorstep-recommend').hits?.length > 0",
        ),
        (
            "songs.html",
            "!!document.querySelector('doorstep-predict').prediction",
        ),
        // Without a picture it shows how to bring one.
        (
            "xray.html",
            "!!document.querySelector('doorstep-anomaly').shadowRoot?.querySelector('[part=bring]')?.checkVisibility()",
        ),
    ] {
        page.go_to(&server.url(room)).await?;
        let snippet: String = page
            .until(
                "there is something to copy",
                "document.querySelector('#embed').textContent",
            )
            .await?;
        ensure!(
            snippet.contains("<script type=\"module\""),
            "{room}: {snippet}"
        );
        let other = tempfile::tempdir()?;
        let html = format!(
            "<!doctype html><html lang=\"en\"><title>Elsewhere</title><link rel=\"icon\" href=\"data:,\">{snippet}"
        );
        std::fs::write(other.path().join("index.html"), html)?;
        let elsewhere = Host::start(other.path())?;
        page.go_to(&elsewhere.url("")).await?;
        page.until::<bool>(&format!("{room}: what was pasted is filled"), filled)
            .await?;
        page.go_to("about:blank").await?;
    }
    page.close_with(|line| line.contains("/images/")).await
}
