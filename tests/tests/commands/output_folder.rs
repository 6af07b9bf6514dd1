//! What `doorstep train --out` does to a folder that is there already, and what commands do that cannot write.

use std::fs;

use anyhow::Result;

use crate::terminal::{SHOP, Terminal, assert_says};

#[test]
fn a_bundle_is_replaced_only_by_force() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    terminal.run(&format!("train popularity {SHOP} --out bundle"))?;
    let before = terminal.contents("bundle")?;
    let train = format!("train item-knn {SHOP} --out bundle");
    assert_says(
        &terminal.refused(&train)?,
        &["bundle is not empty", "--force"],
    );
    assert_eq!(terminal.contents("bundle")?, before);

    terminal.run(&format!("{train} --force"))?;
    let after = terminal.contents("bundle")?;
    assert!(after.keys().any(|name| name.starts_with("models/item-knn")));
    assert!(
        !after
            .keys()
            .any(|name| name.starts_with("models/popularity")),
        "files of the replaced bundle are left: {:?}",
        after.keys()
    );
    let mut beside = Vec::new();
    for entry in fs::read_dir(terminal.path("."))? {
        beside.push(entry?.file_name().to_string_lossy().into_owned());
    }
    beside.sort();
    assert_eq!(
        beside,
        [
            "bundle",
            "images",
            "interactions.csv",
            "items.jsonl",
            "songs.csv"
        ]
    );
    Ok(())
}

#[test]
fn what_is_not_a_bundle_is_never_replaced() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let cases: [(&str, &[(&str, &str)]); 3] = [
        ("photos", &[("cat.svg", "<svg/>")]),
        // An installable web page has a manifest too.
        (
            "app",
            &[
                ("manifest.json", r#"{"name":"My app","start_url":"."}"#),
                ("index.html", "<h1>Mine</h1>"),
            ],
        ),
        ("text", &[("manifest.json", "not even JSON")]),
    ];
    for (folder, files) in cases {
        fs::create_dir(terminal.path(folder))?;
        for (name, text) in files {
            fs::write(terminal.path(folder).join(name), text)?;
        }
        let before = terminal.contents(folder)?;
        let train = format!("train popularity {SHOP} --force --out {folder}");
        let outcome = terminal.refused(&train);
        assert_eq!(
            terminal.contents(folder)?,
            before,
            "{folder} was overwritten"
        );
        assert_says(&outcome?, &[folder, "not a bundle"]);
    }
    let outcome = terminal.refused(&format!(
        "train popularity {SHOP} --force --out interactions.csv"
    ))?;
    assert_says(&outcome, &["interactions.csv is not a folder"]);
    Ok(())
}

#[test]
fn an_empty_folder_is_free() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    fs::create_dir(terminal.path("empty"))?;
    terminal.run(&format!("train popularity {SHOP} --out empty"))?;
    assert!(terminal.path("empty/manifest.json").is_file());
    Ok(())
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_any_is_read() -> Result<()> {
    let terminal = Terminal::empty()?;
    fs::create_dir(terminal.path("folder"))?;
    let data = "--interactions none.csv";
    for (command, place) in [
        (
            format!("compare --models ease {data} --save no/a.json"),
            "no/a.json",
        ),
        (
            format!("compare --models ease {data} --report no/a.html"),
            "no/a.html",
        ),
        (
            format!("compare --models ease {data} --save folder"),
            "folder",
        ),
        (
            "compare --models knn --table none.csv --target y --save no/a.json".to_owned(),
            "no/a.json",
        ),
        (
            "compare --models salad --images none --normal normal --save no/a.json".to_owned(),
            "no/a.json",
        ),
        (
            format!("evaluate none {data} --save no/a.json"),
            "no/a.json",
        ),
        (format!("tune ease {data} --state no/a.json"), "no/a.json"),
    ] {
        assert_says(&terminal.refused(&command)?, &["cannot write", place]);
    }
    assert_eq!(fs::read_dir(terminal.path("."))?.count(), 1);
    Ok(())
}
