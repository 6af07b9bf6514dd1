//! A data file opened for streaming: unpacked when its first bytes say gzip,
//! with its first lines at hand for format detection.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use csv::ByteRecord;
use flate2::bufread::MultiGzDecoder;
use indicatif::ProgressBar;

use crate::progress::Progress;

const BUFFER: usize = 1 << 18;
/// A line, or a row of a table, longer than this isn't data.
const LONGEST_LINE: u64 = 64 << 20;
/// Detection looks at this many lines.
const HEAD_LINES: usize = 5;

/// How the lines of a table end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineEnds {
    /// Lines that the reader of tables is behind: it takes the line feed of CR LF only when it
    /// reads on.
    behind: u64,
}

impl LineEnds {
    pub(super) fn of(source: &Source) -> Self {
        let mut lines = source.head.split_inclusive(|&byte| byte == b'\n');
        let is_crlf = lines.next().is_some_and(|line| line.ends_with(b"\r\n"));
        Self {
            behind: is_crlf.into(),
        }
    }

    /// The line, from 1, of a record that begins there; 0 where the reader has lost count.
    pub fn line(self, begin: Option<&csv::Position>) -> u64 {
        begin.map_or(0, |begin| match begin.record() {
            0 => begin.line(),
            _ => begin.line() + self.behind,
        })
    }

    /// The line that the record which was read last ends in.
    pub fn last_line(self, reader: &csv::Reader<impl Read>) -> u64 {
        self.behind + reader.position().line().saturating_sub(1)
    }
}

/// An open file, decompressed, with a progress bar over its bytes on disk.
pub(super) struct Source {
    path: PathBuf,
    head: Vec<u8>,
    rest: Box<dyn BufRead>,
    bar: ProgressBar,
}

impl Source {
    /// Opens `path` and reads its first lines.
    pub(super) fn open(path: &Path, progress: &Progress) -> Result<Self> {
        let file = File::open(path)
            .with_context(|| format!("can't open {}; check the path", path.display()))?;
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let name = path.file_name().unwrap_or(path.as_os_str());
        let bar = progress.bytes(name.to_string_lossy(), length);
        let mut raw = BufReader::with_capacity(BUFFER, bar.wrap_read(file));
        let is_gzip = raw
            .fill_buf()
            .with_context(|| format!("can't read {}", path.display()))?
            .starts_with(&[0x1f, 0x8b]);
        let mut rest: Box<dyn BufRead> = if is_gzip {
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(raw)))
        } else {
            Box::new(raw)
        };
        let head =
            read_head(&mut rest).with_context(|| format!("can't read {}", path.display()))?;
        ensure!(
            !head.starts_with(&[0xff, 0xfe]) && !head.starts_with(&[0xfe, 0xff]),
            "{} is UTF-16; save it as UTF-8",
            path.display()
        );
        let head = match head.strip_prefix(b"\xef\xbb\xbf") {
            Some(text) => text.to_vec(),
            None => head,
        };
        ensure!(
            !head.iter().all(u8::is_ascii_whitespace),
            "{} is empty",
            path.display()
        );
        Ok(Self {
            path: path.to_owned(),
            head,
            rest,
            bar,
        })
    }

    /// The first line that holds anything.
    pub(super) fn first_line(&self) -> String {
        self.head_lines().swap_remove(0)
    }

    /// The first lines that hold anything.
    pub(super) fn head_lines(&self) -> Vec<String> {
        self.head
            .split(|&byte| byte == b'\n')
            .map(|line| {
                String::from_utf8_lossy(line)
                    .trim_end_matches('\r')
                    .to_owned()
            })
            .filter(|line| !line.trim().is_empty())
            .collect()
    }

    /// All bytes from the start, after any byte order mark.
    pub(super) fn into_bytes(self) -> SourceReader {
        let Self {
            head, rest, bar, ..
        } = self;
        SourceReader {
            inner: Cursor::new(head).chain(rest),
            bar,
            of_record: 0,
            last_visible: None,
            is_at_end: false,
        }
    }

    /// All lines from the start.
    pub(super) fn into_lines(self) -> Lines<impl BufRead> {
        Lines {
            path: self.path.clone(),
            reader: BufReader::with_capacity(BUFFER, self.into_bytes()),
            line: Vec::new(),
            number: 0,
        }
    }
}

/// The first line of the file at `path`, how its lines end, and all its bytes, unpacked, without a byte order mark.
pub(crate) fn decompressed(
    path: &Path,
    progress: &Progress,
) -> Result<(String, LineEnds, SourceReader)> {
    let source = Source::open(path, progress)?;
    let ends = LineEnds::of(&source);
    Ok((source.first_line(), ends, source.into_bytes()))
}

fn read_head(reader: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut lines = 0;
    while lines < HEAD_LINES {
        let start = head.len();
        reader.take(LONGEST_LINE).read_until(b'\n', &mut head)?;
        if head.len() == start {
            break;
        }
        if is_too_long(&head[start..]) {
            return Err(io::Error::other(too_long("line")));
        }
        lines += usize::from(!head[start..].trim_ascii().is_empty());
    }
    Ok(head)
}

fn is_too_long(line: &[u8]) -> bool {
    line.len() as u64 >= LONGEST_LINE && !line.ends_with(b"\n")
}

fn too_long(what: &str) -> String {
    let most = LONGEST_LINE >> 20;
    format!("a {what} of more than {most} MiB; is this a text file?")
}

/// Reads the next row of a table, as long as a line may be; whether there is one.
pub(super) fn next_record(
    reader: &mut csv::Reader<SourceReader>,
    record: &mut ByteRecord,
    ends: LineEnds,
) -> Result<bool> {
    reader.get_mut().begin_record();
    reader
        .read_byte_record(record)
        .with_context(|| format!("line {}", ends.line(record.position())))
}

/// The bytes of a source. Takes the progress bar away when it goes.
pub(crate) struct SourceReader {
    inner: io::Chain<Cursor<Vec<u8>>, Box<dyn BufRead>>,
    bar: ProgressBar,
    /// Bytes read since a row began, but for those that the reader of tables had at hand.
    of_record: u64,
    last_visible: Option<u8>,
    is_at_end: bool,
}

impl SourceReader {
    /// To be said before each row of a table: one that doesn't end, as a quote is not closed, would else fill
    /// the memory.
    pub(crate) fn begin_record(&mut self) {
        self.of_record = 0;
    }

    /// The last byte that isn't white space, once the end was reached.
    pub(super) fn end(&self) -> Option<u8> {
        self.last_visible.filter(|_| self.is_at_end)
    }
}

impl Read for SourceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.of_record += read as u64;
        if self.of_record > LONGEST_LINE {
            let row = too_long("row");
            return Err(io::Error::other(format!("{row} Is a quote not closed?")));
        }
        self.is_at_end = read == 0;
        let visible = buffer[..read].trim_ascii_end().last();
        self.last_visible = visible.copied().or(self.last_visible);
        Ok(read)
    }
}

impl Drop for SourceReader {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Lines with their numbers, reusing one buffer.
pub(super) struct Lines<R> {
    path: PathBuf,
    reader: R,
    line: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line that isn't blank, with its 1-based number, without its line ending.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
        loop {
            self.line.clear();
            let read = (&mut self.reader)
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut self.line)
                .with_context(|| {
                    format!(
                        "can't read {} after line {}",
                        self.path.display(),
                        self.number
                    )
                })?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            ensure!(
                !is_too_long(&self.line),
                "{}:{}: {}",
                self.path.display(),
                self.number,
                too_long("line")
            );
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        Ok(Some((
            self.number,
            line.strip_suffix(b"\r").unwrap_or(line),
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn lines_of(bytes: &[u8]) -> Vec<(u64, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let mut lines = Source::open(&path, &Progress::new(true))
            .unwrap()
            .into_lines();
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            found.push((number, String::from_utf8(line.to_vec()).unwrap()));
        }
        found
    }

    #[test]
    fn byte_order_mark_carriage_returns_and_blank_lines_disappear() {
        assert_eq!(
            lines_of("\u{feff}a b\r\n\r\n \nc d".as_bytes()),
            [(1, "a b".into()), (4, "c d".into())]
        );
    }

    #[test]
    fn gzip_is_known_by_its_bytes_even_in_several_members() {
        let mut packed = Vec::new();
        for part in ["1 2\n3 4\n", "5 6\n"] {
            let mut encoder = GzEncoder::new(&mut packed, Compression::fast());
            encoder.write_all(part.as_bytes()).unwrap();
            encoder.finish().unwrap();
        }
        assert_eq!(lines_of(&packed).len(), 3);
    }

    #[test]
    fn a_truncated_gzip_file_is_an_error_that_names_it() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        for i in 0..100_000u32 {
            writeln!(encoder, "{i} {}", i.wrapping_mul(2_654_435_761)).unwrap();
        }
        let packed = encoder.finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.gz");
        std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
        let mut lines = Source::open(&path, &Progress::new(true))
            .unwrap()
            .into_lines();
        let error = loop {
            match lines.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the cut went unnoticed"),
                Err(error) => break error.to_string(),
            }
        };
        assert!(error.contains("cut.gz after line"), "{error}");
    }

    #[test]
    fn empty_and_utf16_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (bytes, expected) in [
            (&b""[..], "is empty"),
            (b"\n \n", "is empty"),
            (b"\xff\xfea\0", "UTF-16"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let error = Source::open(&path, &Progress::new(true)).err().unwrap();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
