//! A damaged bundle is named as such, file and remedy included.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::terminal::{SHOP, Terminal, assert_says};

fn with_bundle() -> Result<(Terminal, Vec<String>)> {
    let terminal = Terminal::in_shop()?;
    terminal.run(&format!("train next-linear popularity {SHOP} --out bundle"))?;
    let names = terminal.contents("bundle")?.into_keys().collect();
    Ok((terminal, names))
}

/// The path in the bundle that starts and ends so.
fn file<'a>(names: &'a [String], start: &str, end: &str) -> Result<&'a str> {
    let fits = |name: &&String| name.starts_with(start) && name.ends_with(end);
    let found = names.iter().find(fits).map(String::as_str);
    found.with_context(|| format!("no {start}…{end} in {names:?}"))
}

#[test]
fn altered_truncated_and_missing_files_are_named() -> Result<()> {
    let (terminal, names) = with_bundle()?;
    let evaluate = format!("evaluate bundle {SHOP}");
    let both = ["inspect bundle", &evaluate];
    let cases = [
        // Only a query looks items up by id; only judging reads every model.
        (file(&names, "catalog/ids-", "/00000.bin")?, &both[..1]),
        (file(&names, "catalog/ids-", "/index-0000.bin")?, &both[..1]),
        (file(&names, "catalog/items-", "/00000.json")?, &both),
        (file(&names, "catalog/items-", "/index-0000.bin")?, &both),
        (file(&names, "models/next-linear-", "/00000.bin")?, &both),
        (
            file(&names, "models/next-linear-", "/index-0000.bin")?,
            &both,
        ),
        (file(&names, "models/popularity-", ".bin")?, &both[1..]),
    ];
    for (name, commands) in cases {
        let path = terminal.path("bundle").join(name);
        let whole = fs::read(&path)?;
        let mut altered = whole.clone();
        altered[whole.len() / 2] ^= 1;
        let mut longer = whole.clone();
        longer.push(0);
        for damaged in [&altered[..], &whole[..whole.len() - 1], &longer, &[]] {
            fs::write(&path, damaged)?;
            for command in commands {
                assert_says(
                    &terminal.refused(command)?,
                    &[&format!("{name} is damaged"), "publish the bundle again"],
                );
            }
        }
        fs::remove_file(&path)?;
        for command in commands {
            assert_says(&terminal.refused(command)?, &["cannot read", name]);
        }
        fs::write(&path, whole)?;
    }
    // Only the damage was refused.
    for command in both {
        terminal.run(command)?;
    }
    Ok(())
}

#[test]
fn a_manifest_that_cannot_be_read_says_why() -> Result<()> {
    let (terminal, _) = with_bundle()?;
    let path = terminal.path("bundle/manifest.json");
    let text = fs::read_to_string(&path)?;
    let changed = |change: &dyn Fn(&mut Value)| -> Result<String> {
        let mut manifest: Value = serde_json::from_str(&text)?;
        change(&mut manifest);
        Ok(manifest.to_string())
    };
    let damaged = "manifest.json is damaged";
    let cases: [(String, &[&str]); 6] = [
        (
            changed(&|m| m["version"]["major"] = json!(99))?,
            &["format version 99", "reads version 2", "update"],
        ),
        (
            changed(&|m| m["format"] = json!("another"))?,
            &[damaged, "another"],
        ),
        (
            changed(&|m| m["catalogue"]["items"] = json!(4_000_000_000u32))?,
            &[damaged, "items"],
        ),
        (
            changed(&|m| m["models"][1]["name"] = json!("x/../../../escaped"))?,
            &[damaged, "a name that no file can have"],
        ),
        (text[..text.len() / 2].to_owned(), &[damaged]),
        (String::new(), &[damaged]),
    ];
    for (manifest, parts) in cases {
        fs::write(&path, manifest)?;
        for command in ["inspect bundle", &format!("evaluate bundle {SHOP}")] {
            assert_says(&terminal.refused(command)?, parts);
        }
    }
    // What a newer minor version adds is no damage.
    let newer = changed(&|m| {
        m["version"]["minor"] = json!(9);
        m["colour"] = json!("blue");
    })?;
    fs::write(&path, newer)?;
    terminal.run("inspect bundle")?;
    Ok(())
}

#[test]
fn a_folder_without_a_manifest_is_no_bundle() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    for folder in ["images", "absent"] {
        for command in ["inspect", "evaluate"] {
            let options = if command == "evaluate" { SHOP } else { "" };
            assert_says(
                &terminal.refused(&format!("{command} {folder} {options}"))?,
                &[folder, "is not a bundle", "doorstep train"],
            );
        }
    }
    Ok(())
}
