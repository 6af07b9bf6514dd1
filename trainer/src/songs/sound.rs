//! How a song sounds, and how energetic that is.
//!
//! Drive, warmth and groove are drawn around the artist's; what the table shows
//! follows from them with noise, so features go together as in real music.
//! Energy bends with loudness and tempo and turns on pairs of features: a line
//! misses much of it, neighbours find most, lines among neighbours nearly all.

use super::genres::Genre;
use crate::dice::Dice;

/// Twelve keys, the white ones more often.
const KEYS: [f64; 12] = [
    12.0, 6.0, 11.0, 3.0, 7.0, 9.0, 5.0, 12.0, 5.0, 11.0, 5.0, 8.0,
];
/// Share of songs in a major key.
const MAJOR: f64 = 0.65;
/// Share of songs in three-four time.
const WALTZ: f64 = 0.1;

/// What an artist's songs have in common.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    drive: f64,
    warmth: f64,
    groove: f64,
}

/// The features of one song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// From 0 to 1.
    pub danceability: f64,
    /// Decibels, at most 0.
    pub loudness: f64,
    /// From 0 to 1.
    pub speechiness: f64,
    /// From 0 to 1.
    pub acousticness: f64,
    /// From 0 to 1; near 0 where somebody sings.
    pub instrumentalness: f64,
    /// From 0 to 1.
    pub liveness: f64,
    /// From 0 to 1, sad to cheerful.
    pub valence: f64,
    /// Beats a minute.
    pub tempo: f64,
    /// Milliseconds.
    pub duration: f64,
    /// Semitones above C.
    pub key: usize,
    /// Whether the key is major.
    pub major: bool,
    /// Beats in a bar.
    pub beats: u8,
    /// Seconds until the chorus.
    pub chorus: f64,
    /// Parts of the song.
    pub sections: f64,
    /// From 0 to 1.
    pub energy: f64,
}

/// Rises from -1 to 1, straight near 0. The square root is exact everywhere, an exponential is not.
fn bend(x: f64) -> f64 {
    x / (1.0 + x * x).sqrt()
}

/// Rises from 0 to 1.
fn share(x: f64) -> f64 {
    0.5 + 0.5 * bend(x)
}

/// Near 0 for most of 0 to 1. Products, since the precision of `powi` is not specified.
fn rare(x: f64) -> f64 {
    let square = x * x;
    square * square * square * square
}

impl Style {
    /// An artist's style within a genre.
    pub fn draw(genre: &Genre, dice: &mut Dice) -> Self {
        Self {
            drive: genre.drive + 0.55 * dice.bell(),
            warmth: genre.warmth + 0.4 * dice.bell(),
            groove: genre.groove + 0.55 * dice.bell(),
        }
    }

    /// One song of the artist in a decade.
    pub fn song(&self, genre: &Genre, decade: u32, dice: &mut Dice) -> Sound {
        let modern = (f64::from(decade) - 1985.0) / 25.0;
        let drive = self.drive + 0.6 * dice.bell();
        let warmth = self.warmth - 0.3 * modern + 0.45 * dice.bell();
        let groove = self.groove + 0.6 * dice.bell();
        let wordless = dice.chance(genre.wordless);
        let duration = (genre.minutes * 60e3 * (1.0 + 0.22 * dice.bell())).clamp(60e3, 900e3);
        let mut sound = Sound {
            danceability: share(0.8 * groove - 0.15 * drive + 0.15 * dice.bell()),
            loudness: (-12.0 + 10.0 * bend(0.9 * drive) + 2.2 * modern + 0.9 * dice.bell())
                .min(-0.3),
            speechiness: 0.03 + 0.03 * dice.unit() + 0.22 * genre.speech * dice.unit(),
            acousticness: share(1.3 * (warmth - 0.5 * drive)),
            instrumentalness: if wordless {
                0.35 + 0.6 * dice.unit()
            } else {
                0.02 * dice.unit() * dice.unit()
            },
            liveness: 0.05 + 0.1 * share(drive) + 0.1 * dice.unit() + 0.4 * rare(dice.unit()),
            valence: share(0.7 * groove - 0.3 * modern + 0.35 * dice.bell()),
            tempo: (genre.tempo + 16.0 * drive + 7.0 * dice.bell()).clamp(58.0, 212.0),
            duration,
            key: dice.weighted(KEYS.into_iter()).unwrap_or_default(),
            major: dice.chance(MAJOR),
            beats: if dice.chance(WALTZ) { 3 } else { 4 },
            chorus: (20.0 + duration / 15e3 + 8.0 * dice.bell()).max(0.0),
            sections: (duration / 22e3 + 1.5 * dice.bell())
                .round()
                .clamp(3.0, 40.0),
            energy: 0.0,
        };
        sound.energy = share(sound.push() + 0.22 * dice.bell()).clamp(0.0, 1.0);
        sound
    }
}

impl Sound {
    /// What makes the song energetic, 0 on average.
    fn push(&self) -> f64 {
        let loud = (self.loudness + 12.0) / 8.0;
        let fast = (self.tempo - 118.0) / 30.0;
        let wood = self.acousticness;
        let (cheer, dance) = (2.0 * self.valence - 1.0, 2.0 * self.danceability - 1.0);
        let voiceless = if self.instrumentalness > 0.2 {
            0.35
        } else {
            0.0
        };
        0.9 * bend(1.6 * loud) * (1.0 - 0.5 * wood) - 0.15 * loud * loud.abs()
            + 1.4 * cheer * dance
            + 0.1 * bend(1.5 * fast) * (1.0 - 1.6 * wood)
            - 0.3 * wood * fast * fast
            + 0.5 * wood * wood
            - 0.45 * wood
            + voiceless * loud
            - 0.25
    }
}
