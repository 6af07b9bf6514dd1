//! MovieLens movies without a header: `movies.dat` (`id::title::genres`) and `u.item` (`|`, a flag a genre).
//! `movies.csv` is a table like any other.
//!
//! Both files were written in Latin-1 (ISO 8859-1): lines that aren't UTF-8 are read as that.

use anyhow::Result;
use doorstep_shared::ItemRecord;

use super::{ItemSink, add_values, present};
use crate::data::source::Source;

/// The genre of each flag at the end of a `u.item` line, in order; the first says that none is known.
const GENRES: [&str; 19] = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];
/// Id, title, release date, video release date, address.
const FIELDS_BEFORE_GENRES: usize = 5;

/// Whether the first line of a file is one of these two.
pub(super) fn is_movies(first: &str) -> bool {
    first.split("::").count() == 3 || is_flagged(first)
}

fn is_flagged(line: &str) -> bool {
    line.split('|').count() == FIELDS_BEFORE_GENRES + GENRES.len()
}

/// Reads either of the two.
pub(super) fn read(source: Source, sink: &mut ItemSink<'_>) -> Result<()> {
    let is_flagged = is_flagged(&source.first_line());
    let mut lines = source.into_lines();
    while let Some((number, line)) = lines.next()? {
        let line = match std::str::from_utf8(line) {
            Ok(text) => text.to_owned(),
            Err(_) => line.iter().map(|&byte| char::from(byte)).collect(),
        };
        let movie = if is_flagged {
            flagged(&line)
        } else {
            double_colons(&line)
        };
        sink.take(number, movie)?;
    }
    Ok(())
}

fn double_colons(line: &str) -> Result<ItemRecord, String> {
    let fields: Vec<&str> = line.split("::").collect();
    let [id, title, genres] = fields[..] else {
        return Err(format!("{} fields where `::` should part 3", fields.len()));
    };
    let mut movie = movie(id, title)?;
    add_values(&mut movie, "genre", super::table::genres(genres));
    Ok(movie)
}

fn flagged(line: &str) -> Result<ItemRecord, String> {
    let fields: Vec<&str> = line.split('|').collect();
    let expected = FIELDS_BEFORE_GENRES + GENRES.len();
    if fields.len() != expected {
        return Err(format!(
            "{} fields where `|` should part {expected}",
            fields.len()
        ));
    }
    let mut movie = movie(fields[0], fields[1])?;
    movie.url = present(fields[4]);
    let flags = &fields[FIELDS_BEFORE_GENRES..];
    let genres = GENRES.iter().zip(flags).skip(1);
    add_values(
        &mut movie,
        "genre",
        genres
            .filter(|(_, flag)| **flag == "1")
            .map(|(genre, _)| genre),
    );
    Ok(movie)
}

fn movie(id: &str, title: &str) -> Result<ItemRecord, String> {
    let mut movie = ItemRecord::bare(&present(id).ok_or("the id is empty")?);
    movie.title = present(title);
    Ok(movie)
}
