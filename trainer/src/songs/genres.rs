//! Kinds of music that never were, and what sounds typical of each.

/// A kind of music. Drive, warmth and groove are in deviations from an average song.
#[derive(Debug)]
pub struct Genre {
    /// The column `genre`.
    pub name: &'static str,
    /// How often an artist starts in each decade from the 1960s on.
    pub decades: [f64; 6],
    /// How hard it pushes.
    pub drive: f64,
    /// How much of it is played on wood and strings.
    pub warmth: f64,
    /// How well it can be danced to.
    pub groove: f64,
    /// Beats a minute.
    pub tempo: f64,
    /// How much of it is spoken, from 0 to 1.
    pub speech: f64,
    /// Share of songs without a voice.
    pub wordless: f64,
    /// Minutes of a song.
    pub minutes: f64,
}

#[rustfmt::skip]
/// All of them.
pub const GENRES: [Genre; 8] = [
    Genre { name: "Harbour Folk", decades: [6.0, 5.0, 2.0, 1.0, 2.0, 3.0], drive: -0.60, warmth: 0.90, groove: -0.16, tempo: 104.0, speech: 0.0, wordless: 0.08, minutes: 3.3 },
    Genre { name: "Slow Soul", decades: [5.0, 6.0, 4.0, 3.0, 2.0, 2.0], drive: -0.30, warmth: 0.40, groove: 0.24, tempo: 92.0, speech: 0.0, wordless: 0.03, minutes: 3.6 },
    Genre { name: "Chamber", decades: [4.0, 3.0, 2.0, 2.0, 2.0, 2.0], drive: -0.96, warmth: 1.20, groove: -1.04, tempo: 98.0, speech: 0.0, wordless: 0.80, minutes: 5.2 },
    Genre { name: "Static Rock", decades: [2.0, 5.0, 6.0, 5.0, 4.0, 2.0], drive: 0.66, warmth: -0.56, groove: -0.48, tempo: 134.0, speech: 0.0, wordless: 0.10, minutes: 3.9 },
    Genre { name: "Night Disco", decades: [0.0, 5.0, 6.0, 2.0, 1.0, 3.0], drive: 0.36, warmth: -0.42, groove: 1.04, tempo: 118.0, speech: 0.0, wordless: 0.15, minutes: 4.6 },
    Genre { name: "Paper Pop", decades: [3.0, 3.0, 5.0, 5.0, 5.0, 6.0], drive: 0.18, warmth: -0.14, groove: 0.48, tempo: 112.0, speech: 0.0, wordless: 0.05, minutes: 3.4 },
    Genre { name: "Kerb Rhyme", decades: [0.0, 0.0, 2.0, 5.0, 6.0, 6.0], drive: 0.30, warmth: -0.35, groove: 0.80, tempo: 94.0, speech: 1.0, wordless: 0.02, minutes: 3.8 },
    Genre { name: "Relay", decades: [0.0, 1.0, 2.0, 5.0, 5.0, 5.0], drive: 0.72, warmth: -0.98, groove: 0.40, tempo: 128.0, speech: 0.1, wordless: 0.70, minutes: 5.6 },
];
