//! Sparse TF-IDF vectors of texts: one row a text, one column a word.

use std::collections::{HashMap, HashSet};

use doorstep_shared::models::TfIdfConfig;
use rust_stemmers::{Algorithm, Stemmer};
use sprs::CsMatI;

/// The vectors of some texts.
#[derive(Clone, Debug)]
pub struct WordVectors {
    /// The words that count, ascending: one a column.
    pub words: Vec<String>,
    /// texts × words; rows have length 1, or are empty.
    pub rows: CsMatI<f32, u32, usize>,
}

/// Vectors of `texts`, as [`TfIdfConfig`] defines them. An empty text isn't
/// counted among the N. Where words are equally frequent, the first in the
/// alphabet fill up `max_features`.
pub fn word_vectors(texts: &[String], config: &TfIdfConfig) -> WordVectors {
    let stop_words = stop_words(config);
    let stemmer = config.stem.then(|| Stemmer::create(Algorithm::English));
    let counted_as = |word: String| match &stemmer {
        Some(stemmer) => stemmer.stem(&word).into_owned(),
        None => word,
    };
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut occurrences = Vec::new();
    let mut counted: Vec<Vec<(u32, u32)>> = Vec::with_capacity(texts.len());
    for text in texts {
        occurrences.clear();
        for word in words(text).filter(|word| !stop_words.contains(word.as_str())) {
            let next = numbers.len() as u32;
            occurrences.push(*numbers.entry(counted_as(word)).or_insert(next));
        }
        occurrences.sort_unstable();
        let runs = occurrences.chunk_by(|a, b| a == b);
        counted.push(runs.map(|run| (run[0], run.len() as u32)).collect());
    }
    let features = Features::choose(numbers, &counted, config.max_features as usize);
    let n_texts = texts.iter().filter(|text| !text.is_empty()).count() as f64;
    let idf = |df: &u32| ((1.0 + n_texts) / (1.0 + f64::from(*df))).ln() + 1.0;
    let idf: Vec<f64> = features.texts_with.iter().map(idf).collect();

    let (mut starts, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
    let mut row: Vec<(u32, f64)> = Vec::new();
    for counts in &counted {
        row.clear();
        row.extend(counts.iter().filter_map(|&(word, count)| {
            let column = features.columns[word as usize]?;
            Some((column, f64::from(count) * idf[column as usize]))
        }));
        row.sort_unstable_by_key(|(column, _)| *column);
        let length = row
            .iter()
            .map(|(_, value)| value * value)
            .sum::<f64>()
            .sqrt();
        columns.extend(row.iter().map(|(column, _)| *column));
        values.extend(row.iter().map(|(_, value)| (value / length) as f32));
        starts.push(columns.len());
    }
    let shape = (texts.len(), features.words.len());
    WordVectors {
        rows: CsMatI::new(shape, starts, columns, values),
        words: features.words,
    }
}

/// Runs of at least two letters, digits or underscores of the text in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    let text = text.to_lowercase();
    let runs = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let words = runs.filter(|run| run.chars().nth(1).is_some());
    words.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Frequent English words, where they are left out.
fn stop_words(config: &TfIdfConfig) -> HashSet<&'static str> {
    let english = config.stop_words.then(|| stop_words::lookup("en"));
    english.flatten().into_iter().flatten().copied().collect()
}

/// The words that count.
struct Features {
    /// Ascending.
    words: Vec<String>,
    /// How many texts have each of them.
    texts_with: Vec<u32>,
    /// The column of each word met, by its number.
    columns: Vec<Option<u32>>,
}

impl Features {
    fn choose(numbers: HashMap<String, u32>, counted: &[Vec<(u32, u32)>], limit: usize) -> Self {
        // By word number: how often it occurs, and in how many texts.
        let mut totals = vec![(0u64, 0u32); numbers.len()];
        for &(word, count) in counted.iter().flatten() {
            let (occurrences, texts) = &mut totals[word as usize];
            *occurrences += u64::from(count);
            *texts += 1;
        }
        let mut chosen: Vec<(String, u32)> = numbers.into_iter().collect();
        chosen.sort_unstable_by(|(a, x), (b, y)| {
            let total = |word: &u32| totals[*word as usize].0;
            total(y).cmp(&total(x)).then_with(|| a.cmp(b))
        });
        chosen.truncate(limit);
        chosen.sort_unstable();
        let mut columns = vec![None; totals.len()];
        for (column, (_, word)) in (0..).zip(&chosen) {
            columns[*word as usize] = Some(column);
        }
        Self {
            texts_with: chosen
                .iter()
                .map(|(_, word)| totals[*word as usize].1)
                .collect(),
            words: chosen.into_iter().map(|(word, _)| word).collect(),
            columns,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(texts: &[&str], config: &TfIdfConfig) -> WordVectors {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        word_vectors(&texts, config)
    }

    #[test]
    fn by_hand() {
        let found = vectors(
            &["Red tea-pot, RED", "", "red cup x"],
            &TfIdfConfig::default(),
        );
        assert_eq!(found.words, ["cup", "pot", "red", "tea"]);
        // Two texts: ln(3 / 3) + 1 for `red`, ln(3 / 2) + 1 for the others.
        let other = 1.5f32.ln() + 1.0;
        let length = (4.0 + 2.0 * other * other).sqrt();
        let row = found.rows.outer_view(0).unwrap();
        assert_eq!(row.indices(), [1, 2, 3]);
        for (value, expected) in row.data().iter().zip([other, 2.0, other]) {
            assert!((value - expected / length).abs() < 1e-6);
        }
        assert_eq!(found.rows.outer_view(1).unwrap().nnz(), 0);
    }

    #[test]
    fn the_most_frequent_words_count_and_ties_go_by_the_alphabet() {
        let config = TfIdfConfig {
            max_features: 2,
            ..TfIdfConfig::default()
        };
        assert_eq!(vectors(&["zz bb aa", "zz cc"], &config).words, ["aa", "zz"]);
    }

    #[test]
    fn stop_words_can_be_left_out() {
        let config = TfIdfConfig {
            stop_words: true,
            ..TfIdfConfig::default()
        };
        assert_eq!(
            vectors(&["the cup and a pot"], &config).words,
            ["cup", "pot"]
        );
    }

    #[test]
    fn words_of_one_stem_can_count_as_one() {
        let config = TfIdfConfig {
            stem: true,
            ..TfIdfConfig::default()
        };
        let found = vectors(&["running shoes", "runs in a shoe"], &config);
        assert_eq!(found.words, ["in", "run", "shoe"]);
    }
}
