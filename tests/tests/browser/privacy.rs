//! A visit asks the host for files of the publication alone, and keeps only what is documented.

use std::collections::BTreeSet;

use anyhow::Result;
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use doorstep_tests::site;
use serde_json::{Value, json};

#[tokio::test]
async fn a_visit_asks_for_public_files_and_keeps_its_history_at_home() -> Result<()> {
    let publication = Publication::new("d")?;
    let folder = |name: &str| site::folder().join(name).display().to_string();
    let shop = format!("shop={}", folder("bundle"));
    publication.publish(&[shop, folder("songs"), folder("xray")])?;
    let html = r#"<!doctype html><html lang="en"><title>A visit</title><link rel="icon" href="data:,">
        <script type="module" src="d/widgets.js"></script>
        <doorstep-recommend bundle="d/shop/" id="usual"></doorstep-recommend>
        <doorstep-recommend bundle="d/shop/" id="network" model="sasrec"></doorstep-recommend>
        <doorstep-similar bundle="d/shop/"></doorstep-similar>
        <doorstep-predict bundle="d/songs/"></doorstep-predict>
        <doorstep-anomaly bundle="d/xray/"></doorstep-anomaly>"#;
    publication.page("index.html", html)?;
    let record: Value =
        serde_json::from_slice(&std::fs::read(publication.root().join("publication.json"))?)?;
    let public: BTreeSet<String> = record["files"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|file| Some(format!("d/{}", file.as_str()?)))
        .collect();
    let host = Host::start(publication.folder())?;
    // Whatever went elsewhere would be refused, and logged.
    host.header(
        "",
        "Content-Security-Policy",
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:",
    );
    let page = Page::open(&host.url("")).await?;
    let visit = "
        const shelf = document.querySelector('#usual');
        const until = async (done) => { while (!done()) await new Promise((next) => setTimeout(next, 30)); };
        await until(() => shelf.hits?.length);
        for (const at of [0, 2]) {
            const before = shelf.hits[at].id;
            shelf.shadowRoot.querySelectorAll('[part=card]')[at].onclick(new MouseEvent('click', { cancelable: true }));
            await until(() => !shelf.hits.some(({ id }) => id === before));
            document.querySelector('doorstep-similar').item = before;
        }
        await until(() => document.querySelector('#network').hits.length && document.querySelector('doorstep-predict').prediction);
        const pictures = document.querySelector('doorstep-anomaly');
        await until(() => pictures.inspect);
        pictures.scrollIntoView();
        pictures.inspect(new ImageData(64, 64));
        await until(() => pictures.inspection);
        const { shareBundle } = await import(new URL('d/widgets.js', document.baseURI));
        const doorstep = await shareBundle('d/shop/').ready;
        await doorstep.search('mug');
        return doorstep.recommend({ history: [shelf.hits[0].id], filter: { category: 'Tea' } }).then(({ length }) => length);";
    assert!(page.run::<usize>(visit, json!(null)).await? > 0);
    let asked: Vec<String> = host
        .requests()
        .into_iter()
        .filter(|path| !path.is_empty() && !path.starts_with("images/"))
        .collect();
    assert!(asked.len() > 30, "{asked:?}");
    let private: Vec<&String> = asked
        .iter()
        .filter(|path| !public.contains(*path))
        .collect();
    assert!(private.is_empty(), "{private:?}");
    let kept: Value = page
        .run("return [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie, (await indexedDB.databases()).length, (await caches.keys()).length];", Value::Null)
        .await?;
    assert_eq!(kept, json!([["doorstep:history:/d/shop/"], [], "", 0, 0]));
    page.close_with(|line| line.contains("/images/")).await
}
