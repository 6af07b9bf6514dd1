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
        "panel.js",
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

/// What a page's author writes, with three mistakes that a compiler is to find.
const TYPED: &str = r#"
import { DoorstepError, Doorstep, type Hit } from 'doorstep';
import { VisitorHistory } from 'doorstep/history.js';
import { shareBundle, type DoorstepRecommend } from 'doorstep/widgets.js';
import { Doorstep as Published } from './p/doorstep.js';
import { shareFor, title } from './p/widgets.js';

const options = { workerUrl: '/doorstep/worker.js', history: ['B01', { item: 'B02', rating: 4 }] };
const ds: Doorstep = await Doorstep.load('/shop/', { ...options, onProgress: ({ loaded, total }) => loaded / total });
const hits: Hit[] = await ds.recommend({ history: ['B01'], k: 10, filter: { category: ['Tea'] }, explain: true });
ds.addEventListener('query', ({ detail }) => detail.milliseconds + detail.bytes);
const shelf: DoorstepRecommend = document.createElement('doorstep-recommend');
shelf.limit = hits.length;
shelf.inPage = true;
shelf.addEventListener('doorstep:results', ({ detail }) => detail.hits.map(({ item }) => title(item)));
document.addEventListener('doorstep:error', ({ detail }) => detail.error instanceof DoorstepError && detail.error.code === 'network');
const pictures = document.createElement('doorstep-anomaly');
pictures.camera = 'user';
pictures.prototypes = 3;
await pictures.inspect(new Blob());
await document.createElement('doorstep-predict').refresh();
VisitorHistory.of('/shop/').add('B01');
const { ready, release } = shareBundle('/shop/');
await (await ready).similar('B01', { k: 8 });
await (await shareFor(shelf).ready).search('tea');
release();
(await Published.load('/shop/')).dispose();
// @ts-expect-error
shelf.limit = 'eight';
// @ts-expect-error
await ds.recommend({ histroy: [] });
// @ts-expect-error
await Doorstep.load('/shop/', { device: 'gpu' });
"#;

#[test]
fn types_tell_right_from_wrong_in_the_package_and_in_a_publication() -> Result<()> {
    let Some(compiler) = env::var_os("DOORSTEP_TSC") else {
        say("skipped: DOORSTEP_TSC is not set; install npm and run `cargo xtask test`");
        return Ok(());
    };
    let publication = Publication::new("p")?;
    let modules = publication.folder().join("node_modules");
    fs::create_dir(&modules)?;
    std::os::unix::fs::symlink(site::npm_package(), modules.join("doorstep"))?;
    publication.page("package.json", r#"{ "type": "module" }"#)?;
    publication.page("source.ts", TYPED)?;
    for resolution in ["nodenext", "bundler"] {
        let module = if resolution == "bundler" {
            "esnext"
        } else {
            resolution
        };
        let compiled = Command::new(&compiler)
            .current_dir(publication.folder())
            .args([
                "--noEmit",
                "--strict",
                "--target",
                "es2022",
                "--lib",
                "es2022,dom,dom.iterable",
            ])
            .args([
                "--module",
                module,
                "--moduleResolution",
                resolution,
                "source.ts",
            ])
            .output()?;
        let said = String::from_utf8_lossy(&compiled.stdout);
        ensure!(compiled.status.success(), "{resolution}: {said}");
    }
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
