//! The ids of imported items: one a line, or a list in JSON.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::Vocabulary;
use serde_json::Value;

/// The ids of `path`, in their order, without a byte order mark and blank lines at the end.
///
/// # Errors
/// When an id is empty or there twice.
pub fn read_ids(path: &Path) -> Result<Vocabulary> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {shown} as text with one id a line"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let ids: Vec<String> = match text.trim_start().starts_with('[') {
        true => json(text).with_context(|| format!("{shown} is not a list of ids in JSON"))?,
        false => text
            .trim_end()
            .lines()
            .map(|line| line.trim().to_owned())
            .collect(),
    };
    ensure!(!ids.is_empty(), "{shown} holds no id");
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, id) in (1..).zip(&ids) {
        ensure!(!id.is_empty(), "{shown}: id {place} is empty");
        if let Some(first) = places.insert(id, place) {
            bail!(
                "{shown}: {id} is there twice, as id {first} and id {place}; every item needs an id of its own"
            );
        }
    }
    Ok(ids.iter().collect())
}

fn json(text: &str) -> Result<Vec<String>> {
    let values: Vec<Value> = serde_json::from_str(text)?;
    let id = |value: Value| match value {
        Value::String(id) => Ok(id),
        Value::Number(id) => Ok(id.to_string()),
        other => bail!("{other} is no id"),
    };
    values.into_iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids");
        fs::write(&path, text).unwrap();
        Ok(read_ids(&path)?.ids().to_vec())
    }

    #[test]
    fn marks_and_blank_lines_that_editors_leave_are_no_ids() {
        for text in [
            "A\nB",
            "A\r\nB\r\n\r\n \n",
            "\u{feff}A\nB\n",
            "\u{feff}[\"A\", \"B\"]\n",
        ] {
            assert_eq!(read(text).unwrap(), ["A", "B"], "{text:?}");
        }
        let error = read("A\n\nB\n").unwrap_err().to_string();
        assert!(error.contains("id 2 is empty"), "{error}");
        let error = read("\u{feff}\n \n").unwrap_err().to_string();
        assert!(error.contains("holds no id"), "{error}");
    }
}
