//! A folder whose folders are labels: `normal/`, `abnormal/` or any others.

use std::path::Path;

use anyhow::{Result, ensure};

use super::{Known, Taker, files, open};
use crate::images::phantoms::PICTURES;
use crate::images::set::patient_in_name;
use crate::progress::Progress;

pub fn read(folder: &Path, taker: &mut Taker, progress: &Progress) -> Result<()> {
    let mut found = Vec::new();
    for path in files(folder)? {
        let inside = path.strip_prefix(folder).unwrap_or(&path);
        let mut parts = inside.components();
        // A file beside the folders, such as a list, has no label.
        if let (Some(label), Some(_)) = (parts.next(), parts.next()) {
            let label = label.as_os_str().to_string_lossy().into_owned();
            found.push((inside.to_string_lossy().into_owned(), label, path.clone()));
        }
    }
    ensure!(
        !found.is_empty(),
        "{} has no folders with pictures in them; make one folder for each label, such as normal and abnormal",
        folder.display()
    );
    let list = folder.join(PICTURES);
    if list.is_file() {
        taker.note(format!(
            "{} lies beside the pictures and is not read; --images {} takes labels, patients and grades from it",
            list.display(),
            list.display()
        ));
    }
    let bar = progress.bar("pictures", found.len() as u64);
    for (name, label, path) in found {
        let known = Known {
            patient: patient_in_name(&name),
            name,
            label,
            ..Known::default()
        };
        taker.take(known, open(&path))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}
