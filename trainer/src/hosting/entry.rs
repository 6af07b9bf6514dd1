//! The modules of stable names, which bring in those of the present version.

/// The modules that pages name; others are theirs.
pub(super) const ENTRIES: [&str; 3] = ["doorstep.js", "history.js", WIDGETS];
const WIDGETS: &str = "widgets.js";
/// What `widgets.js` exports.
const EXPORTS: [&str; 12] = [
    "DoorstepAnomaly",
    "DoorstepPredict",
    "DoorstepRecommend",
    "DoorstepSimilar",
    "element",
    "emit",
    "failed",
    "picture",
    "safeAddress",
    "shareBundle",
    "shareFor",
    "title",
];

/// The entry `file`. With `early`, the engine is asked for by a page that shows items where one
/// sees them at once, beside the scripts that would ask for it.
pub(super) fn entry(version: &str, file: &str, early: bool) -> String {
    if file == WIDGETS {
        return widgets(version, early);
    }
    // What its version's module imports too, so that a browser asks for all of it at once.
    let also = match file {
        "history.js" => format!("import './{version}/doorstep.js';\n"),
        _ => String::new(),
    };
    let module = file.replace(".d.ts", ".js");
    also + &format!("export * from './{version}/{module}';\n")
}

/// Imports later what it exports: only so does it run, and ask for the rest, before that is there.
/// A worker finds in the browser's cache what its page asked for.
fn widgets(version: &str, early: bool) -> String {
    let mut text = format!(
        "const at = new URL('./{version}/', import.meta.url).href;
const ask = (...files) => document.head.append(...files.map((file) => Object.assign(document.createElement('link'), {{ rel: 'modulepreload', href: at + file }})));
ask('widgets.js', 'doorstep.js', 'history.js', 'worker.js');
"
    );
    if early {
        text += "const seen = (shelf) => shelf.checkVisibility?.() && shelf.getBoundingClientRect().top < innerHeight;
if ([...document.querySelectorAll('doorstep-recommend, doorstep-similar')].some(seen)) {
fetch(`${at}doorstep-core_bg.wasm`).then((answer) => answer.arrayBuffer()).catch(() => {});
ask('doorstep-core.js', 'ahead.js');
}
";
    }
    let exports = EXPORTS.join(", ");
    // What can't be had is the page's to bear: elements stay what stands between their tags.
    text + &format!(
        "const missing = (error) => {{ console.error(error); return {{}}; }};
export const {{ {exports} }} = await import(`${{at}}widgets.js`).catch(missing);
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn it_exports_what_the_module_does() {
        let source = include_str!("../../../www/widgets.js");
        let exported = source.lines().filter_map(|line| {
            let mut words = line.strip_prefix("export ")?.split([' ', '(']);
            words.next();
            words.next()
        });
        let exported: BTreeSet<&str> = exported.collect();
        assert_eq!(exported, BTreeSet::from(EXPORTS));
    }

    #[test]
    fn only_who_needs_the_engine_is_brought_it_early() {
        assert!(entry("v", "widgets.js", true).contains("doorstep-core_bg.wasm"));
        for file in ["widgets.js", "doorstep.js", "history.js", "widgets.d.ts"] {
            let text = entry("v", file, false);
            assert!(!text.contains("wasm") && text.contains("v/"), "{text}");
        }
    }
}
