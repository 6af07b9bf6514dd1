//! A published bundle holds nothing of any visitor.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::Bundle;
use doorstep_trainer::publish::{FolderStore, at_once};

use crate::terminal::{SHOP, Terminal};

const MODELS: &str = "next-linear ease item-knn tf-idf ensemble als als-explicit svd bias popularity recent-popularity";

/// What can be seen of one visitor.
struct Visitor {
    user: String,
    items: Vec<String>,
    times: Vec<u64>,
}

/// Gives every user of the shop a name that can't occur by chance, and reads the histories in their order.
fn visitors(terminal: &Terminal) -> Result<Vec<Visitor>> {
    let path = terminal.path("interactions.csv");
    let text = fs::read_to_string(&path)?;
    let mut lines = text.lines();
    let header = lines.next().context("an empty file")?;
    ensure!(
        header == "user,item,rating,timestamp",
        "other columns: {header}"
    );
    let mut renamed = vec![header.to_owned()];
    let mut numbers = BTreeMap::new();
    let mut visitors: Vec<Visitor> = Vec::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let [user, item, rating, time] = fields[..] else {
            anyhow::bail!("not four fields: {line}");
        };
        let number = *numbers.entry(user).or_insert(visitors.len());
        if number == visitors.len() {
            visitors.push(Visitor {
                user: format!("visitor-QX17-{number:06}"),
                items: Vec::new(),
                times: Vec::new(),
            });
        }
        let visitor = &mut visitors[number];
        visitor.items.push(item.to_owned());
        visitor.times.push(time.parse()?);
        renamed.push(format!("{},{item},{rating},{time}", visitor.user));
    }
    fs::write(&path, renamed.join("\n") + "\n")?;
    for visitor in &mut visitors {
        let mut order: Vec<usize> = (0..visitor.items.len()).collect();
        order.sort_by_key(|&i| visitor.times[i]);
        visitor.items = order.iter().map(|&i| visitor.items[i].clone()).collect();
        visitor.times.sort_unstable();
    }
    Ok(visitors)
}

/// Bytes as text, one character each, for the fast search of strings.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// A history as it could lie in a file: as text with usual separators, or as
/// packed item indices.
fn forms(items: &[String], indices: &[u32]) -> Vec<String> {
    let mut forms: Vec<String> = [",", " ", "\t", "\n", "\0", "\",\"", "\", \""]
        .iter()
        .map(|separator| items.join(separator))
        .collect();
    let mut packed = [Vec::new(), Vec::new(), Vec::new()];
    for &index in indices {
        packed[0].extend(index.to_le_bytes());
        packed[1].extend((index as u16).to_le_bytes());
        let mut rest = index;
        while rest >= 0x80 {
            packed[2].push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        packed[2].push(rest as u8);
    }
    forms.extend(packed.iter().map(|bytes| latin(bytes)));
    forms
}

#[test]
fn no_file_of_a_bundle_holds_a_user_or_a_history() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let visitors = visitors(&terminal)?;
    assert!(visitors.len() > 500, "{} visitors", visitors.len());
    terminal.run(&format!(
        "train {MODELS} {SHOP} --split leave-last-two --refit --out bundle"
    ))?;
    let bundle = at_once(Bundle::open(FolderStore::open(&terminal.path("bundle"))?))?;
    let ids = at_once(bundle.all_ids())?;
    let index = |item: &String| ids.iter().position(|id| id == item);

    let names_and_bytes = terminal.contents("bundle")?;
    assert!(names_and_bytes.len() > 20, "{:?}", names_and_bytes.keys());
    let files: Vec<(&String, String)> = names_and_bytes
        .iter()
        .map(|(name, bytes)| (name, format!("{name}\n{}", latin(bytes))))
        .collect();
    let found_in = |what: &str| files.iter().find(|(_, text)| text.contains(what));

    // The search finds what is there: every item's id.
    for id in &ids {
        assert!(found_in(id).is_some(), "the catalogue lacks {id}");
    }

    let everything: String = files.iter().map(|(_, text)| text.as_str()).collect();
    assert!(!everything.contains("QX17"));
    let mut searched = 0;
    for visitor in &visitors {
        let user = &visitor.user;
        assert!(
            !everything.contains(user),
            "{user} is in {:?}",
            found_in(user)
        );
        for &time in &visitor.times {
            for form in [time.to_string(), latin(&time.to_le_bytes())] {
                assert!(
                    !everything.contains(&form),
                    "a time of {user} is in the bundle"
                );
            }
        }
        // Shorter ones can occur by chance, as neighbours in a model's row.
        if visitor.items.len() < 6 {
            continue;
        }
        let indices: Option<Vec<u32>> = visitor
            .items
            .iter()
            .map(|item| index(item).map(|index| index as u32))
            .collect();
        let indices = indices.context("an item of a history is not in the bundle")?;
        for form in forms(&visitor.items, &indices) {
            assert!(
                !everything.contains(&form),
                "the history of {user} is in {:?}",
                found_in(&form).map(|(name, _)| name)
            );
        }
        searched += 1;
    }
    assert!(searched > 200, "only {searched} histories were long enough");
    Ok(())
}

#[test]
fn other_names_for_the_visitors_change_nothing_but_the_fingerprint() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let train = |out: &str| terminal.json(&format!("train {MODELS} {SHOP} --out {out}"));
    let mut before = train("before")?;
    visitors(&terminal)?;
    let mut after = train("after")?;
    assert_ne!(before["data"]["fingerprint"], after["data"]["fingerprint"]);
    for manifest in [&mut before, &mut after] {
        manifest["data"]["fingerprint"].take();
    }
    assert_eq!(before, after);
    let files = |folder: &str| -> Result<_> {
        let mut files = terminal.contents(folder)?;
        files.remove("manifest.json").context("no manifest")?;
        Ok(files)
    };
    assert_eq!(files("before")?, files("after")?);
    Ok(())
}

#[test]
fn the_same_data_gives_the_same_bytes_on_one_core_and_on_several() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let train = |threads: &str, out: &str| -> Result<BTreeMap<String, Vec<u8>>> {
        let line = format!("train {MODELS} {SHOP} --split leave-last-two --out {out}");
        let output = terminal
            .command(&line)
            .env("RAYON_NUM_THREADS", threads)
            .output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`{line}` failed:\n{errors}");
        terminal.contents(out)
    };
    let serial = train("1", "serial")?;
    let parallel = train("4", "parallel")?;
    assert!(serial.len() > 20, "{:?}", serial.keys());
    assert!(
        serial.keys().eq(parallel.keys()),
        "{:?} and {:?}",
        serial.keys(),
        parallel.keys()
    );
    for (name, bytes) in &serial {
        assert!(parallel[name] == *bytes, "{name} differs");
    }
    Ok(())
}
