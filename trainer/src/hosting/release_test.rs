use std::cell::Cell;

use doorstep_shared::ItemRecord;
use doorstep_shared::bundle::{DataSummary, Publication, PublishedModel};
use doorstep_shared::models::{Model, Popularity};
use tempfile::TempDir;

use super::*;
use crate::publish::publish_into;

/// A bundle whose items are as popular as `counts` says.
fn bundle(folder: &Path, counts: &[u32]) {
    let records: Vec<ItemRecord> = (0..counts.len())
        .map(|item| ItemRecord::bare(&format!("item <{item}>")))
        .collect();
    let model = Model::Popularity(Popularity {
        counts: counts.to_vec(),
    });
    let publication = Publication {
        generator: "test",
        data: DataSummary {
            interactions: 3,
            ..DataSummary::default()
        },
        records: &records,
        counts,
        models: &[PublishedModel {
            model: &model,
            config: None,
            evaluation: None,
        }],
    };
    publish_into(folder, true, &publication).unwrap();
}

/// Engines that differ by `content`, all of them or the first alone.
fn engines(folder: &Path, content: &str) -> Engines {
    fs::create_dir_all(folder.join("predict")).unwrap();
    for file in [
        "widgets.js",
        "worker.js",
        "doorstep.js",
        "offline.js",
        "predict/panel.js",
        "doorstep-core.js",
        "doorstep-core_bg.wasm",
        "doorstep-cpu.js",
        "doorstep-cpu_bg.wasm",
    ] {
        fs::write(folder.join(file), format!("{file} {content}")).unwrap();
    }
    Engines::find(Some(folder)).unwrap()
}

fn files(folder: &Path) -> BTreeSet<String> {
    let mut files = Vec::new();
    collect(folder, "", &mut files).unwrap();
    files.into_iter().collect()
}

struct Place {
    home: TempDir,
    version: Cell<u32>,
}

impl Place {
    fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
            version: Cell::new(0),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Publishes a bundle of these counts with engines of their own.
    fn publish(&self, counts: &[u32]) -> Published {
        self.version.set(self.version.get() + 1);
        bundle(&self.path("shop"), counts);
        let engines = engines(&self.path("engines"), &self.version.get().to_string());
        let sources = [BundleSource::parse(&self.path("shop").display().to_string()).unwrap()];
        let release = Release::plan(&sources, &engines, &[]).unwrap();
        release.write(&self.path("out")).unwrap()
    }
}

#[test]
fn a_publication_holds_what_the_bundle_needs_and_no_more() {
    let place = Place::new();
    let published = place.publish(&[3, 2, 1]);
    assert_eq!(published.engines, ["core"]);
    let found = files(&place.path("out"));
    for file in [
        "index.html",
        "widgets.js",
        "doorstep.d.ts",
        "publication.json",
        "shop/manifest.json",
        "models/shop/popularity.html",
        &format!("{}/predict/panel.js", published.version),
        &format!("{}/doorstep-core_bg.wasm", published.version),
    ] {
        assert!(found.contains(file), "{file} is not among {found:?}");
    }
    assert!(
        !found
            .iter()
            .any(|file| file.contains("cpu") || file.ends_with(".partial")),
        "{found:?}"
    );
    let entry = fs::read_to_string(place.path("out/widgets.js")).unwrap();
    assert!(
        entry.contains(&format!("'./{}/'", published.version)),
        "{entry}"
    );
    let page = fs::read_to_string(place.path("out/index.html")).unwrap();
    assert!(page.contains("integrity=&quot;sha256-"), "{page}");
    let links = [
        Link::parse("Shop=../").unwrap(),
        Link::parse("Us=https://a.example/").unwrap(),
    ];
    let model = page::model(
        "v",
        &open(&BundleSource::parse(&place.path("shop").display().to_string()).unwrap()).unwrap(),
        0,
        &links,
    );
    assert!(
        model.contains("href=\"../../../\"") && model.contains("href=\"https://a.example/\""),
        "{model}"
    );
    assert!(!page.contains("item <0>"), "markup of an id is in the page");
    let record: Record =
        serde_json::from_slice(&fs::read(place.path("out/publication.json")).unwrap()).unwrap();
    assert_eq!(record.files.len() + 1, found.len());
}

#[test]
fn every_link_of_its_pages_leads_to_a_file() {
    let place = Place::new();
    bundle(&place.path("shop"), &[3, 2, 1]);
    let engines = engines(&place.path("engines"), "1");
    for asset in ["page.css", "page.js"] {
        fs::create_dir_all(engines.folder().join("embed")).unwrap();
        fs::write(engines.folder().join("embed").join(asset), "").unwrap();
    }
    let folder = place.path("shop").display().to_string();
    let sources = ["shop", "shop-popularity", "cache"].map(|name| format!("{name}={folder}"));
    let sources = sources.map(|own| BundleSource::parse(&own).unwrap());
    let release = Release::plan(&sources, &engines, &[]).unwrap();
    let out = place.path("out");
    release.write(&out).unwrap();
    let mut cards = 0;
    for page in files(&out).iter().filter(|file| file.ends_with(".html")) {
        let text = fs::read_to_string(out.join(page)).unwrap();
        let root = match page.as_str() {
            "index.html" => "./",
            _ => "../../",
        };
        assert!(text.contains(&format!("data-root=\"{root}\"")), "{page}");
        let ids: Vec<&str> = text.split(" id=\"").skip(1).collect();
        let ids = ids.iter().map(|rest| rest.split('"').next().unwrap());
        let distinct: BTreeSet<&str> = ids.clone().collect();
        assert_eq!(ids.len(), distinct.len(), "{distinct:?}");
        let mut links = Vec::new();
        for attribute in [" href=\"", " src=\""] {
            let after = text.split(attribute).skip(1);
            links.extend(after.map(|rest| rest.split('"').next().unwrap()));
        }
        links.retain(|link| !link.starts_with("data:"));
        assert!(links.len() >= 4, "{page}: {links:?}");
        for link in links {
            let target = out.join(page).with_file_name(link);
            assert!(target.is_file(), "{link} of {page}");
            cards += usize::from(link.starts_with("models/"));
        }
    }
    assert_eq!(cards, 3);
}

#[test]
fn the_publication_before_stays_until_the_next_and_the_same_one_changes_nothing() {
    let place = Place::new();
    let first = place.publish(&[3, 2, 1]).version;
    let engine = |version: &str| {
        place
            .path("out")
            .join(version)
            .join("doorstep-core.js")
            .exists()
    };
    let second = place.publish(&[1, 5, 9]).version;
    assert!(engine(&first) && engine(&second) && first != second);
    let tables = |out: &Path| {
        files(out)
            .into_iter()
            .filter(|file| file.contains("models/popularity"))
            .count()
    };
    assert_eq!(tables(&place.path("out")), 2);
    let third = place.publish(&[3, 3, 3]).version;
    assert!(!engine(&first) && engine(&second) && engine(&third));
    assert_eq!(tables(&place.path("out")), 2);
    // Back to the first bundle: its files are written again.
    place.publish(&[3, 2, 1]);
    assert_eq!(tables(&place.path("out")), 2);
    let before = files(&place.path("out"));
    let sources = [BundleSource::parse(&place.path("shop").display().to_string()).unwrap()];
    let engines = Engines::find(Some(&place.path("engines"))).unwrap();
    Release::plan(&sources, &engines, &[])
        .unwrap()
        .write(&place.path("out"))
        .unwrap();
    assert_eq!(files(&place.path("out")), before);
}

#[test]
fn what_no_manifest_names_is_not_published() {
    let place = Place::new();
    place.publish(&[3, 2, 1]);
    let before = files(&place.path("out"));
    let shop = place.path("shop");
    fs::create_dir(shop.join("state")).unwrap();
    let strays = [
        "models/notes.txt",
        "models/rows.bin.partial",
        "state/state.json",
    ];
    for stray in strays {
        fs::write(shop.join(stray), "users").unwrap();
    }
    let published = {
        let engines = engines(&place.path("engines"), "1");
        let sources = [BundleSource::parse(&shop.display().to_string()).unwrap()];
        let release = Release::plan(&sources, &engines, &[]).unwrap();
        release.write(&place.path("out")).unwrap()
    };
    assert_eq!(files(&place.path("out")), before);
    assert_eq!(published.left_out, strays.map(|stray| shop.join(stray)));
}

#[test]
fn a_run_that_fails_leaves_what_visitors_see() {
    let place = Place::new();
    let first = place.publish(&[3, 2, 1]).version;
    let manifest = fs::read(place.path("out/shop/manifest.json")).unwrap();
    bundle(&place.path("shop"), &[1, 1, 9]);
    let engines = engines(&place.path("engines"), "new");
    let sources = [BundleSource::parse(&place.path("shop").display().to_string()).unwrap()];
    let release = Release::plan(&sources, &engines, &[]).unwrap();
    // What is named by its content can't be written whole: a folder is in its place.
    let target = release.lasting.keys().next_back().unwrap().clone();
    fs::create_dir_all(place.path("out").join(&target)).unwrap();
    let error = release.write(&place.path("out")).unwrap_err();
    assert!(format!("{error:#}").contains("cannot write"), "{error:#}");
    assert_eq!(
        fs::read(place.path("out/shop/manifest.json")).unwrap(),
        manifest
    );
    let entry = fs::read_to_string(place.path("out/widgets.js")).unwrap();
    assert!(entry.contains(&first));
    let is_partial = |file: &String| file.ends_with(".partial");
    assert!(!files(&place.path("out")).iter().any(is_partial));
    // The next run tidies up what that one left, as if it had been killed.
    fs::remove_dir_all(place.path("out").join(&target)).unwrap();
    for path in [&target, "widgets.js", "notes.txt"] {
        fs::write(place.path("out").join(format!("{path}.partial")), "").unwrap();
    }
    place.publish(&[1, 1, 1]);
    let mut found = files(&place.path("out"));
    found.retain(is_partial);
    assert!(found.iter().eq(["notes.txt.partial"]), "{found:?}");
    place.publish(&[1, 2, 1]);
    assert!(
        !files(&place.path("out"))
            .iter()
            .any(|file| file.starts_with(&first))
    );
}

#[test]
fn of_two_runs_at_once_the_second_is_refused() {
    let place = Place::new();
    place.publish(&[3, 2, 1]);
    let out = place.path("out");
    let before = files(&out);
    let again = || {
        let engines = engines(&place.path("engines"), "another");
        let sources = [BundleSource::parse(&place.path("shop").display().to_string()).unwrap()];
        let release = Release::plan(&sources, &engines, &[]).unwrap();
        release.write(&out)
    };
    let other = lock(&out).unwrap().expect("folders can be locked here");
    let error = again().unwrap_err().to_string();
    assert!(
        error.contains("another `doorstep publish` is writing"),
        "{error}"
    );
    assert_eq!(files(&out), before);
    drop(other);
    again().unwrap();
    assert_ne!(files(&out), before);
}

#[test]
fn names_and_places_that_cannot_be_are_refused() {
    for text in [
        "a b",
        "=x",
        ".hidden",
        "doorstep-0a",
        "models",
        "Models",
        "widgets.js",
        "doorstep.d.ts",
        "offline.js",
        "index.html",
        "Index.HTML",
        "publication.json",
        "publication.json.partial",
        "ä",
    ] {
        let error = BundleSource::parse(text).unwrap_err();
        assert!(error.contains("--bundle shop="), "{text}: {error}");
    }
    let named = BundleSource::parse("shop=/tmp/a b").unwrap();
    assert_eq!(
        (named.name.as_str(), named.folder.as_path()),
        ("shop", Path::new("/tmp/a b"))
    );
    let place = Place::new();
    let error = Engines::find(Some(&place.path("none")))
        .unwrap_err()
        .to_string();
    assert!(error.contains("cargo xtask dist"), "{error}");
    let engines = engines(&place.path("engines"), "");
    let source = BundleSource::parse(&place.path("absent").display().to_string()).unwrap();
    let error = Release::plan(&[source], &engines, &[]).err().unwrap();
    assert!(format!("{error:#}").contains("not a bundle"), "{error:#}");
    bundle(&place.path("shop"), &[1]);
    let source = BundleSource::parse(&place.path("shop").display().to_string()).unwrap();
    let error = Release::plan(&[source.clone(), source.clone()], &engines, &[])
        .err()
        .unwrap();
    assert!(error.to_string().contains("two bundles"), "{error}");
    // A bundle that lacks a file would be one for visitors, too.
    bundle(&place.path("part"), &[1, 2]);
    let lost = files(&place.path("part"))
        .into_iter()
        .find(|file| file.starts_with("models/"))
        .unwrap();
    fs::remove_file(place.path("part").join(&lost)).unwrap();
    let part = BundleSource::parse(&place.path("part").display().to_string()).unwrap();
    let error = Release::plan(&[part], &engines, &[]).err().unwrap();
    assert!(format!("{error:#}").contains(&lost), "{error:#}");
    fs::create_dir_all(place.path("home")).unwrap();
    fs::write(place.path("home/thesis"), "").unwrap();
    let release = Release::plan(std::slice::from_ref(&source), &engines, &[]).unwrap();
    let error = release.write(&place.path("home")).unwrap_err();
    assert!(
        error.to_string().contains("choose another --out"),
        "{error}"
    );
    fs::remove_file(place.path("engines/doorstep-core_bg.wasm")).unwrap();
    let error = Release::plan(&[source], &engines, &[]).err().unwrap();
    assert!(
        error.to_string().contains("holds no doorstep-core_bg.wasm"),
        "{error}"
    );
}

#[test]
fn a_bundle_that_is_left_out_is_told_of() {
    let place = Place::new();
    assert!(place.publish(&[3, 2]).dropped.is_empty());
    let folder = place.path("shop").display().to_string();
    let publish = |names: &[&str]| {
        let engines = engines(&place.path("engines"), "1");
        let sources = names.iter().map(|name| format!("{name}={folder}"));
        let sources: Vec<_> = sources
            .map(|own| BundleSource::parse(&own).unwrap())
            .collect();
        let release = Release::plan(&sources, &engines, &[]).unwrap();
        release.write(&place.path("out")).unwrap().dropped
    };
    assert!(publish(&["shop", "songs"]).is_empty());
    assert_eq!(publish(&["songs"]), ["shop"]);
    assert!(publish(&["songs"]).is_empty());
}
