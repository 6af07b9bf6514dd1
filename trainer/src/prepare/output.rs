//! Writes the files under temporary names and renames them when all are complete.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::FileLines;

/// The folder being filled. Dropped without [`Folder::publish`], it leaves no trace.
pub(super) struct Folder {
    path: PathBuf,
    is_new: bool,
    files: Vec<FileLines>,
    published: bool,
}

impl Folder {
    /// A folder that is absent or empty, or any with `overwrite`.
    pub(super) fn open(path: &Path, overwrite: bool) -> Result<Self> {
        let is_new = !path.exists();
        if is_new {
            fs::create_dir_all(path).with_context(|| format!("can't create {}", path.display()))?;
        } else {
            let mut entries =
                fs::read_dir(path).with_context(|| format!("can't list {}", path.display()))?;
            ensure!(
                overwrite || entries.next().is_none(),
                "{} is not empty; choose another --out, or --force to replace the files of the same names",
                path.display()
            );
        }
        Ok(Self {
            path: path.to_owned(),
            is_new,
            files: Vec::new(),
            published: false,
        })
    }

    /// A file of it, under a temporary name until all are complete.
    pub(super) fn create(&mut self, name: &'static str) -> Result<OutputFile<'_>> {
        let path = self.temporary(name);
        let file =
            File::create(&path).with_context(|| format!("can't create {}", path.display()))?;
        self.files.push(FileLines { name, lines: 0 });
        Ok(OutputFile {
            writer: BufWriter::with_capacity(1 << 18, file),
            path,
            lines: &mut self.files.last_mut().expect("just pushed").lines,
        })
    }

    /// Gives all files their names.
    pub(super) fn publish(mut self) -> Result<Vec<FileLines>> {
        for file in &self.files {
            let target = self.path.join(file.name);
            fs::rename(self.temporary(file.name), &target)
                .with_context(|| format!("can't write {}", target.display()))?;
        }
        self.published = true;
        Ok(std::mem::take(&mut self.files))
    }

    fn temporary(&self, name: &str) -> PathBuf {
        self.path.join(format!(".{name}.incomplete"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.published {
            return;
        }
        // Already failing for a better reason; what can't be removed is named as incomplete.
        for file in &self.files {
            let _ = fs::remove_file(self.temporary(file.name));
        }
        if self.is_new {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// A file that counts its lines.
pub(super) struct OutputFile<'a> {
    writer: BufWriter<File>,
    path: PathBuf,
    lines: &'a mut usize,
}

impl OutputFile<'_> {
    fn line(&mut self, line: &[u8]) -> Result<()> {
        *self.lines += 1;
        self.writer
            .write_all(line)
            .with_context(|| format!("can't write {} (is the disk full?)", self.path.display()))
    }

    /// Everything on disk.
    pub(super) fn finish(self) -> Result<()> {
        let path = self.path;
        let written = self.writer.into_inner().map_err(|error| error.into_error());
        written
            .and_then(|file| file.sync_all())
            .with_context(|| format!("can't write {} (is the disk full?)", path.display()))
    }
}

/// Writes `user item … item answer` lines whose items grow from one to the next.
pub(super) struct QuestionWriter<'a, 'b> {
    file: &'a mut OutputFile<'b>,
    line: Vec<u8>,
}

impl<'a, 'b> QuestionWriter<'a, 'b> {
    /// Into `file`.
    pub(super) fn new(file: &'a mut OutputFile<'b>) -> Self {
        Self {
            file,
            line: Vec::new(),
        }
    }

    /// Starts a user who knows `history`.
    pub(super) fn begin(&mut self, user: u32, history: &[u32]) {
        self.line.clear();
        self.line.extend_from_slice(user.to_string().as_bytes());
        self.know(history);
    }

    /// Adds items to what the user knows.
    pub(super) fn know(&mut self, items: &[u32]) {
        for item in items {
            write!(self.line, " {item}").expect("memory takes every write");
        }
    }

    /// Writes a line that ends with `answer`, which the user knows from then on.
    pub(super) fn ask(&mut self, answer: u32) -> Result<()> {
        self.know(&[answer]);
        self.line.push(b'\n');
        let written = self.file.line(&self.line);
        self.line.pop();
        written
    }
}
