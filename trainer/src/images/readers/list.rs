//! A list of pictures: CSV (or with semicolons or tabs) with columns `path` (from the list's own folder) and `label`, and where there
//! are any `patient`, `part` and `grade`. Other columns are ignored.

use std::path::Path;

use anyhow::{Context, Result};
use csv::StringRecord;

use super::{Known, Taker, open};
use crate::data::{decompressed, separator};
use crate::images::set::patient_in_name;
use crate::progress::Progress;

pub fn read(list: &Path, taker: &mut Taker, progress: &Progress) -> Result<()> {
    let shown = list.display();
    let (first_line, ends, bytes) = decompressed(list, progress)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(&first_line))
        .flexible(true)
        .from_reader(bytes);
    let header = reader
        .headers()
        .with_context(|| format!("{shown}"))?
        .clone();
    let column = |name: &str| header.iter().position(|own| own.trim() == name);
    let needed = |name: &str| {
        column(name).with_context(|| {
            let found: Vec<&str> = header.iter().collect();
            match found.is_empty() {
                true => {
                    format!("{shown} is empty: a list of pictures has the columns path and label")
                }
                false => format!("{shown} has no column {name}; it has {}", found.join(", ")),
            }
        })
    };
    let (path, label) = (needed("path")?, needed("label")?);
    let [patient, part, grade] = ["patient", "part", "grade"].map(column);
    let folder = list.parent().unwrap_or(Path::new(""));
    let bar = progress.spinner("pictures");
    let mut record = StringRecord::new();
    loop {
        reader.get_mut().begin_record();
        let read = reader.read_record(&mut record);
        if !read.with_context(|| format!("{shown}"))? {
            break;
        }
        let filled = |column: Option<usize>| {
            let text = record.get(column?)?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let line = ends.line(record.position());
        let name = filled(Some(path)).unwrap_or_else(|| format!("line {line}"));
        let image = match (filled(Some(path)), filled(Some(label))) {
            _ if record.len() != header.len() => Err(anyhow::anyhow!(
                "line {line} has {} cells, the header {}; is a comma in a name not quoted?",
                record.len(),
                header.len()
            )),
            (None, _) => Err(anyhow::anyhow!("has no path")),
            (_, None) => Err(anyhow::anyhow!("has no label")),
            (Some(path), _) => open(&folder.join(path)),
        };
        let known = Known {
            label: filled(Some(label)).unwrap_or_default(),
            patient: filled(patient).or_else(|| patient_in_name(&name)),
            part: filled(part),
            grade: filled(grade),
            name,
        };
        taker.take(known, image)?;
        bar.tick();
    }
    bar.finish_and_clear();
    Ok(())
}
