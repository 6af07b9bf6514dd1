//! The publication's own page: what to paste, beside the same thing pasted.

use super::card;
use super::record::RuntimeFile;
use super::release::Opened;
use super::source::Link;
use crate::report::Html;

/// Items or rows on a widget.
const LIMIT: &str = "8";

/// A widget's tag as one pastes it.
struct Tag {
    name: &'static str,
    what: &'static str,
    attributes: Vec<(&'static str, String)>,
    /// What stands in it until there are results.
    fallback: &'static str,
}

impl Tag {
    fn code(&self) -> String {
        // The markup of the attributes is that of the page, so that what is shown is what works.
        let attributes: Vec<(&'static str, &str)> = self
            .attributes
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Html::labelled(self.name, &attributes, self.fallback)
            .as_str()
            .to_owned()
    }
}

fn tags(bundle: &Opened) -> Vec<Tag> {
    let address = ("bundle", format!("./{}/", bundle.name));
    let limit = ("limit", LIMIT.to_owned());
    let models = &bundle.manifest.models;
    let mut tags = Vec::new();
    if let Some(item) = &bundle.item {
        tags.push(Tag {
            name: "doorstep-recommend",
            what: "Items for this visitor, by what they opened on your site. The history stays in their browser.",
            attributes: vec![address.clone(), limit.clone()],
            fallback: "Popular items come here; write your own list between the tags.",
        });
        let with_rows = |content: &doorstep_shared::bundle::ModelContent| {
            content.item_item.is_some() || content.factors.as_ref().is_some_and(|f| f.rank > 0)
        };
        if models.iter().any(|model| with_rows(&model.content)) {
            tags.push(Tag {
                name: "doorstep-similar",
                what: "Items like the one that a page is about: put its id into the attribute item.",
                attributes: vec![address.clone(), limit.clone(), ("item", item.clone())],
                fallback: "Similar items come here.",
            });
        }
    }
    if models.iter().any(|model| model.content.knn.is_some()) {
        tags.push(Tag {
            name: "doorstep-predict",
            what: "A prediction that follows its inputs, with the rows that led there.",
            attributes: vec![address.clone(), limit],
            fallback: "The prediction comes here.",
        });
    }
    if models.iter().any(|model| model.content.pictures.is_some()) {
        tags.push(Tag {
            name: "doorstep-anomaly",
            what: "How unusual a picture is, and where. The picture stays in the visitor's browser; this is no medical device.",
            attributes: vec![address],
            fallback: "Pictures are looked at here.",
        });
    }
    tags
}

/// The folder of models' own pages.
pub(super) const CARDS: &str = "models";

/// The address of a model's own page.
pub(super) fn model_page(bundle: &str, model: &str) -> String {
    format!("{CARDS}/{bundle}/{model}.html")
}

/// `index.html` of a publication.
pub(super) fn page(
    version: &str,
    bundles: &[Opened],
    runtime: &[RuntimeFile],
    links: &[Link],
) -> String {
    let mut main = vec![
        Html::labelled("h1", &[], "What to paste"),
        Html::labelled(
            "p",
            &[("class", "lead")],
            "Recommendations and predictions worked out in the visitor's own browser, from the static files of this folder. One script for a page, one element where results are to appear.",
        ),
        section(
            "script",
            "Once for each page",
            [
                snippet(
                    "The newest version, whatever is published here later:",
                    "<script type=\"module\" src=\"./widgets.js\"></script>",
                ),
                snippet(
                    "Exactly this version, of which the browser checks every script and engine. They run in the page then, without a worker. It works until the publication after the next one, so paste it anew when you publish:",
                    &pinned(version, runtime),
                ),
            ],
        ),
    ];
    for bundle in bundles {
        let mut parts = Vec::new();
        for tag in tags(bundle) {
            parts.push(snippet(tag.what, &tag.code()));
            let attributes: Vec<(&'static str, &str)> = tag
                .attributes
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            parts.push(Html::labelled(tag.name, &attributes, tag.fallback));
        }
        parts.push(Html::labelled("h3", &[], "Models"));
        let links = bundle.manifest.models.iter().map(|model| {
            let address = model_page(&bundle.name, &model.name);
            let link = Html::labelled("a", &[("href", &address)], &model.name);
            let rest = if model.default { " (the default)" } else { "" };
            Html::element("li", &[], [link, Html::text(rest)])
        });
        parts.push(Html::element("ul", &[("class", "models")], links));
        // Apart from the page's own sections, whatever a bundle is called.
        let id = format!("bundle-{}", bundle.name);
        main.push(section(&id, &bundle.name, parts));
    }
    main.push(section("headers", "If your pages have a Content-Security-Policy", [
        snippet("Files on your own host; add these sources to yours:", "Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'"),
        snippet("Files on another host (this one), which must send Access-Control-Allow-Origin:", "Content-Security-Policy: script-src {origin} 'wasm-unsafe-eval'; connect-src {origin}; worker-src blob:"),
        snippet("For the import map of this version, one more source:", "script-src {importmap}"),
        Html::labelled("p", &[], "Neither 'unsafe-inline' nor 'unsafe-eval' is needed. Pictures of items come from wherever your records say: img-src."),
    ]));
    main.push(section("cache", "What your host may keep", [
        Html::labelled("p", &[], "Files in folders whose names end in a hash never change. Everything else is short, and asked for again:"),
        snippet("", &format!("/{version}/*  Cache-Control: public, max-age=31536000, immutable\nmanifest.json, *.js, *.html at the top  Cache-Control: no-cache")),
    ]));
    main.push(section("offline", "Offline", [
        snippet("Optional: what a visitor has seen works without a connection, and what you publish replaces it as a whole. A file at your site's root, say sw.js:", "self.DOORSTEP = '{path}';\nimportScripts('{path}offline.js');"),
        snippet("And in a script of your pages:", "navigator.serviceWorker.register('/sw.js');"),
    ]));
    document("What to paste", version, "./", links, &main)
}

/// The page of one model.
pub(super) fn model(version: &str, bundle: &Opened, at: usize, links: &[Link]) -> String {
    let entry = &bundle.manifest.models[at];
    let main = card::card(&bundle.name, &bundle.manifest, entry);
    document(
        &format!("{}: {}", bundle.name, entry.name),
        version,
        "../../",
        links,
        &main,
    )
}

fn section(id: &str, title: &str, parts: impl IntoIterator<Item = Html>) -> Html {
    let heading = Html::labelled("h2", &[], title);
    Html::element(
        "section",
        &[("id", id)],
        std::iter::once(heading).chain(parts),
    )
}

/// Code to copy. The page's script writes whole addresses for relative ones.
fn snippet(what: &str, code: &str) -> Html {
    let said = (!what.is_empty()).then(|| Html::labelled("p", &[], what));
    let code = Html::element(
        "pre",
        &[("tabindex", "0")],
        [Html::labelled("code", &[], code)],
    );
    Html::element(
        "div",
        &[("class", "snippet")],
        said.into_iter().chain([code]),
    )
}

/// The tag of this version with its digest, after an import map with those of all that it loads.
fn pinned(version: &str, runtime: &[RuntimeFile]) -> String {
    let path = format!("{version}/widgets.js");
    let file = runtime.iter().find(|file| file.path == path);
    let integrity = file.map_or("", |file| file.integrity.as_str());
    let own = format!("{version}/embed/");
    let loaded = runtime.iter().filter(|file| {
        let is_code = file.path.ends_with(".js") || file.path.ends_with(".wasm");
        is_code && !file.path.starts_with(&own)
    });
    let digests: Vec<String> = loaded
        .map(|file| format!("  \"./{}\": \"{}\"", file.path, file.integrity))
        .collect();
    format!(
        "<script type=\"importmap\">\n{{ \"integrity\": {{\n{}\n}} }}\n</script>\n<script type=\"module\" crossorigin=\"anonymous\" src=\"./{path}\" integrity=\"{integrity}\"></script>",
        digests.join(",\n")
    )
}

impl Link {
    /// The link on a page from which `root` leads to the publication's folder.
    fn from(&self, root: &str) -> Html {
        let is_whole = self.address.starts_with('/') || self.address.contains("://");
        let root = if is_whole { "" } else { root };
        let address = format!("{root}{}", self.address);
        Html::labelled("a", &[("href", &address)], &self.name)
    }
}

/// A whole page; `root` leads from it to the publication's folder.
fn document(title: &str, version: &str, root: &str, links: &[Link], main: &[Html]) -> String {
    let rooms: String = links
        .iter()
        .map(|link| link.from(root).as_str().to_owned())
        .collect();
    let title = Html::text(title);
    let main: String = main.iter().map(Html::as_str).collect();
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src * data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'">
<title>{} · Doorstep</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{root}{version}/embed/page.css">
<script type="module" src="{root}widgets.js"></script>
<script type="module" src="{root}{version}/embed/page.js"></script>
</head>
<body data-root="{root}">
<header><a class="brand" href="{root}index.html">Doorstep</a><nav aria-label="Rooms">{rooms}</nav></header>
<main>{main}</main>
</body>
</html>
"#,
        title.as_str()
    )
}
