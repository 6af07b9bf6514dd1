//! The npm package: what is packed, and a page that a bundler makes of it.

use std::env;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use doorstep_tests::{say, site};
use serde_json::{Value, json};

#[test]
fn the_package_has_types_for_what_it_exports_and_runs_nothing_when_installed() -> Result<()> {
    let package = site::npm_package();
    let manifest: Value = serde_json::from_slice(&fs::read(package.join("package.json"))?)?;
    assert_eq!(manifest["scripts"], Value::Null);
    assert_eq!(manifest["dependencies"], Value::Null);
    let Ok(packed) = Command::new("npm")
        .current_dir(&package)
        .args(["pack", "--dry-run", "--json", "--loglevel=error"])
        .output()
    else {
        say("skipped: npm is not installed, so that nothing says what it would pack");
        return Ok(());
    };
    ensure!(
        packed.status.success(),
        "{}",
        String::from_utf8_lossy(&packed.stderr)
    );
    let packed: Value = serde_json::from_slice(&packed.stdout)?;
    let files: Vec<&str> = packed[0]["files"]
        .as_array()
        .context("no files")?
        .iter()
        .filter_map(|file| file["path"].as_str())
        .collect();
    let mut expected = vec![
        "predict/panel.js",
        "in-page.js",
        "item-template.js",
        "doorstep-core_bg.wasm",
        "doorstep-cpu.js",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
    ];
    let exports = manifest["exports"].as_object().context("no exports")?;
    let types: Vec<String> = ["doorstep", "history", "widgets"]
        .map(|module| format!("{module}.d.ts"))
        .into();
    expected.extend(types.iter().map(String::as_str));
    for target in exports.values().filter_map(Value::as_str) {
        expected.extend(target.strip_prefix("./").filter(|path| !path.contains('*')));
    }
    for file in expected {
        assert!(files.contains(&file), "{file} is not packed: {files:?}");
    }
    assert!(
        !files
            .iter()
            .any(|file| file.contains("demo") || file.ends_with(".html")),
        "{files:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_bundled_page_recommends() -> Result<()> {
    let Some(esbuild) = env::var_os("DOORSTEP_ESBUILD") else {
        say("skipped: DOORSTEP_ESBUILD is not set; install npm and run `cargo xtask test`");
        return Ok(());
    };
    let publication = Publication::new("p")?;
    let modules = publication.folder().join("node_modules");
    fs::create_dir(&modules)?;
    std::os::unix::fs::symlink(site::npm_package(), modules.join("doorstep"))?;
    std::os::unix::fs::symlink(site::npm_package(), publication.folder().join("doorstep"))?;
    let source = "import 'doorstep/widgets.js';
        import { Doorstep } from 'doorstep';
        import { VisitorHistory } from 'doorstep/history.js';
        window.own = { Doorstep, VisitorHistory };";
    publication.page("source.js", source)?;
    let bundled = Command::new(esbuild)
        .current_dir(publication.folder())
        .args([
            "source.js",
            "--bundle",
            "--minify",
            "--format=esm",
            "--splitting",
            "--outdir=out",
            "--log-level=warning",
        ])
        .output()?;
    let said = String::from_utf8_lossy(&bundled.stderr);
    ensure!(bundled.status.success() && said.is_empty(), "{said}");
    publication.page(
        "index.html",
        r#"<!doctype html><title>Bundled</title><link rel="icon" href="data:,"><script type="module" src="out/source.js"></script>
        <doorstep-recommend bundle="p/shop/" worker-url="doorstep/worker.js"></doorstep-recommend>
        <doorstep-predict bundle="p/songs/" worker-url="doorstep/worker.js"></doorstep-predict>"#,
    )?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    for filled in [
        "doorstep-recommend').hits?.length",
        "doorstep-predict').prediction",
    ] {
        page.until::<Value>(
            "the element is filled",
            &format!("document.querySelector('{filled}"),
        )
        .await?;
    }
    let ask = "
        const ds = await own.Doorstep.load('p/shop/', { workerUrl: 'doorstep/worker.js' });
        const hits = await ds.recommend({ k: 3 });
        ds.dispose();
        return hits.length;";
    assert_eq!(page.run::<usize>(ask, json!(null)).await?, 3);
    page.close_with(|line| line.contains("/images/")).await
}
