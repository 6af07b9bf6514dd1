//! The generated songs: a table of our own whose energy is worth predicting, so
//! that a demo needs no download. Artists with a genre, a decade and a style,
//! and songs of theirs that sound alike.
//!
//! The same configuration gives the same bytes on every machine.

mod genres;
mod names;
mod sound;

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::dice::{Dice, Purpose};
use crate::progress::Progress;
use crate::save::stream;
use genres::{GENRES, Genre};
use sound::{Sound, Style};

/// Enough to learn something from.
const FEWEST: u32 = 100;
const MOST: u32 = 5_000_000;
/// Songs of an artist.
const LEAST_OF_ARTIST: u64 = 3;
const MOST_OF_ARTIST: u64 = 12;
/// Share of songs that come a decade after the artist's first.
const LATE: f64 = 0.25;
const FIRST_DECADE: u32 = 1960;
const LAST_DECADE: u32 = 2010;

/// The name of the file.
pub const SONGS: &str = "songs.csv";
const HEADER: &str = "track,artist,id,danceability,energy,key,loudness,mode,speechiness,acousticness,\
    instrumentalness,liveness,valence,tempo,duration_ms,time_signature,chorus_hit,sections,decade,genre";

/// How many songs, and which of all tables of that size.
#[derive(Clone, Copy, Debug)]
pub struct SongsConfig {
    /// Rows.
    pub songs: u32,
    /// Another seed gives other songs.
    pub seed: u64,
}

impl Default for SongsConfig {
    fn default() -> Self {
        Self {
            songs: 6_000,
            seed: 7,
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Rows.
    pub songs: u32,
    /// Artists.
    pub artists: u64,
    /// Length of the file.
    pub bytes: u64,
}

/// A table, not yet written.
#[derive(Debug)]
pub struct Songs(SongsConfig);

impl SongsConfig {
    /// Checks the ranges.
    pub fn open(self) -> anyhow::Result<Songs> {
        let songs = self.songs;
        ensure!(
            (FEWEST..=MOST).contains(&songs),
            "--songs must be from {FEWEST} to {MOST}; it is {songs}"
        );
        Ok(Songs(self))
    }
}

impl Songs {
    /// Writes the table into `directory`, which is made where it is missing.
    /// The file appears under its name only when it is complete.
    pub fn write(&self, directory: &Path, progress: &Progress) -> anyhow::Result<Summary> {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make the folder {}", directory.display()))?;
        let bar = progress.bar("songs", self.0.songs.into());
        let mut artists = 0;
        let bytes = stream(&directory.join(SONGS), |out| {
            writeln!(out, "{HEADER}")?;
            let mut left = self.0.songs;
            while left > 0 {
                let written = write_artist(out, self.0.seed, artists, left)?;
                left -= written;
                artists += 1;
                bar.inc(written.into());
            }
            Ok(())
        })?;
        bar.finish_and_clear();
        Ok(Summary {
            songs: self.0.songs,
            artists,
            bytes,
        })
    }
}

/// All songs of an artist, but at most `most`; how many.
fn write_artist(out: &mut dyn Write, seed: u64, number: u64, most: u32) -> io::Result<u32> {
    let mut dice = Dice::new(seed, Purpose::Artist, number);
    let genre = dice.pick(&GENRES);
    let start = FIRST_DECADE + 10 * first_decade(genre, &mut dice);
    let style = Style::draw(genre, &mut dice);
    let artist = names::artist(number);
    let songs = LEAST_OF_ARTIST + dice.below(MOST_OF_ARTIST - LEAST_OF_ARTIST + 1);
    let first_title = dice.below(names::TITLES);
    let songs = songs.min(most.into()) as u32;
    for song in 0..songs {
        // The step has no factor in common with the number of titles, so none repeats.
        let title = names::title((first_title + u64::from(song) * 1_237) % names::TITLES);
        let late = u32::from(dice.chance(LATE));
        let decade = (start + 10 * late).min(LAST_DECADE);
        let sound = style.song(genre, decade, &mut dice);
        let id = format!("song-{:05}-{:02}", number + 1, song + 1);
        write_row(
            out,
            &format!("\"{title}\",{artist},{id}"),
            &sound,
            decade,
            genre,
        )?;
    }
    Ok(songs)
}

fn first_decade(genre: &Genre, dice: &mut Dice) -> u32 {
    let drawn = dice.weighted(genre.decades.into_iter());
    drawn.unwrap_or_default() as u32
}

fn write_row(
    out: &mut dyn Write,
    name: &str,
    sound: &Sound,
    decade: u32,
    genre: &Genre,
) -> io::Result<()> {
    let Sound {
        danceability,
        loudness,
        speechiness,
        acousticness,
        instrumentalness,
        liveness,
        valence,
        tempo,
        duration,
        key,
        major,
        beats,
        chorus,
        sections,
        energy,
    } = sound;
    let mode = u8::from(*major);
    write!(
        out,
        "{name},{danceability:.3},{energy:.3},{key},{loudness:.3},{mode},"
    )?;
    write!(
        out,
        "{speechiness:.4},{acousticness:.4},{instrumentalness:.5},{liveness:.4},"
    )?;
    write!(
        out,
        "{valence:.3},{tempo:.3},{duration:.0},{beats},{chorus:.3},{sections:.0},"
    )?;
    writeln!(out, "{decade},{}", genre.name)
}

#[cfg(test)]
#[path = "songs_test.rs"]
mod tests;
