//! Reads delimited files into columns of cells.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use csv::StringRecord;

use super::columns::{Cells, Column, Kind};
use crate::data::{decompressed, separator, with_point};
use crate::progress::Progress;

/// The columns of all files, one after another.
pub fn read(files: &[PathBuf], progress: &Progress) -> Result<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    let mut separators = Vec::new();
    for file in files {
        let separator = append(file, &mut columns, progress);
        separators.push(separator.with_context(|| format!("in {}", file.display()))?);
    }
    ensure!(
        columns
            .first()
            .is_some_and(|column| !column.cells.is_empty()),
        "the table has no rows"
    );
    if !separators.contains(&b',') {
        let read = read_decimal_commas(&mut columns, separators[0]);
        if !read.is_empty() {
            progress.say(format!("decimal commas in {}", read.join(", ")));
        }
    }
    Ok(columns)
}

/// Appends the rows of `file`; says what separates its cells.
fn append(file: &Path, columns: &mut Vec<Column>, progress: &Progress) -> Result<u8> {
    let (head, ends, bytes) = decompressed(file, progress)?;
    let separator = separator(&head);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
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
    loop {
        reader.get_mut().begin_record();
        let read = reader.read_record(&mut record);
        if !read.context("cannot read on; a table is text in UTF-8")? {
            return Ok(separator);
        }
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
}

/// Reads decimal commas as points, in columns that are numeric by that; says which.
fn read_decimal_commas(columns: &mut [Column], separator: u8) -> Vec<&str> {
    let mut read = Vec::new();
    for column in columns {
        let mut cells = Cells::default();
        for cell in column.cells.iter() {
            cells.push(&with_point(cell, separator));
        }
        let pointed = Column {
            name: column.name.clone(),
            cells,
        };
        if pointed.cells != column.cells && pointed.detect() == Kind::Numeric {
            *column = pointed;
            read.push(column.name.as_str());
        }
    }
    read
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
    fn decimal_commas_make_numbers_where_commas_do_not_separate() {
        let columns = files(&["name;a;b\n1,5;1,5;1,5\nx;2;\ny;-0,25;1,2,3\n"]).unwrap();
        let cells = |i: usize| columns[i].cells.iter().collect::<Vec<_>>();
        assert_eq!(cells(0), ["1,5", "x", "y"]);
        assert_eq!(cells(1), ["1.5", "2", "-0.25"]);
        assert_eq!(cells(2), ["1,5", "", "1,2,3"]);
        let mixed = files(&["a;b\n1,5;2\n", "a,b\n\"2,5\",3\n"]).unwrap();
        assert_eq!(mixed[0].cells.iter().collect::<Vec<_>>(), ["1,5", "2,5"]);
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
    fn a_quote_that_is_not_closed_ends_at_the_longest_row() {
        let cells = "3,4,5,6\n".repeat(9 << 20);
        let error = files(&[&format!("a,b\n1,2\n1,\"{cells}")]).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains("a row of more than 64 MiB"), "{error}");
        let rows = "3,4\n".repeat(17 << 20);
        assert_eq!(files(&[&format!("a,b\n{rows}")]).unwrap().len(), 2);
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
