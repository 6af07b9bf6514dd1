//! Reads delimited files into columns of cells.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use csv::StringRecord;

use super::columns::Column;
use crate::data::decompressed;
use crate::progress::Progress;

/// The columns of all files, one after another.
pub fn read(files: &[PathBuf], progress: &Progress) -> Result<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    for file in files {
        append(file, &mut columns, progress).with_context(|| format!("in {}", file.display()))?;
    }
    ensure!(
        columns
            .first()
            .is_some_and(|column| !column.cells.is_empty()),
        "the table has no rows"
    );
    Ok(columns)
}

fn append(file: &Path, columns: &mut Vec<Column>, progress: &Progress) -> Result<()> {
    let (head, ends, bytes) = decompressed(file, progress)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&head))
        .flexible(true)
        .from_reader(bytes);
    let header = reader.headers().context("the header")?.clone();
    let names: Vec<&str> = header.iter().map(str::trim).collect();
    if columns.is_empty() {
        for name in &names {
            let repeated = columns.iter().any(|column| column.name == *name);
            ensure!(
                !repeated,
                "the header names column \"{name}\" twice; rename one"
            );
            columns.push(Column {
                name: (*name).to_owned(),
                ..Column::default()
            });
        }
    }
    let known: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    ensure!(
        names == known,
        "the header is {}, that of the first file {}; tables read together have the same columns",
        names.join(","),
        known.join(",")
    );
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .context("cannot read on; a table is text in UTF-8")?
    {
        let line = ends.line(record.position());
        if record.len() != columns.len() {
            bail!(
                "line {line} has {} cells, the header {}; is a quote not closed, or a separator in a cell not quoted?",
                record.len(),
                columns.len()
            );
        }
        for (column, cell) in columns.iter_mut().zip(&record) {
            column.cells.push(cell);
        }
    }
    Ok(())
}

/// The most frequent of comma, semicolon and tab in the first line; of equals the last.
fn delimiter(first_line: &str) -> u8 {
    let count = |separator: &u8| first_line.bytes().filter(|byte| byte == separator).count();
    *b",;\t"
        .iter()
        .max_by_key(|separator| count(separator))
        .expect("three choices")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(contents: &[&str]) -> Result<Vec<Column>> {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..contents.len())
            .map(|i| folder.path().join(format!("{i}.csv")))
            .collect();
        for (path, content) in paths.iter().zip(contents) {
            std::fs::write(path, content).unwrap();
        }
        read(&paths, &Progress::new(true))
    }

    #[test]
    fn files_follow_each_other() {
        let columns = files(&["a,b\n1,\"x, y\"\n", "a,b\n2,\n"]).unwrap();
        assert_eq!(columns[0].cells.iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(columns[1].cells.iter().collect::<Vec<_>>(), ["x, y", ""]);
        let tabs = files(&["a\tb,c\n1\t2\n"]).unwrap();
        assert_eq!(tabs[1].name, "b,c");
    }

    #[test]
    fn what_cannot_be_read_says_where_and_why() {
        let error = |contents: &[&str]| format!("{:#}", files(contents).unwrap_err());
        assert!(error(&["a,b\n1,2\n3\n"]).contains("line 3 has 1 cells"));
        assert!(error(&["a,b\n1,2\n", "a,c\n1,2\n"]).contains("1.csv: the header is a,c"));
        assert!(error(&["a,a\n1,2\n"]).contains("\"a\" twice"));
        assert!(error(&["a,b\n"]).contains("no rows"));
    }

    #[test]
    fn other_encodings_are_told_from_broken_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latin.csv");
        std::fs::write(&path, b"a,b\n1,\xe9\n").unwrap();
        let error = read(&[path], &Progress::new(true)).unwrap_err();
        let error = format!("{error:#}");
        assert!(
            error.contains("UTF-8") && error.contains("line 2"),
            "{error}"
        );
    }
}
