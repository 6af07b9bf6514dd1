//! Titles as search terms.

use crate::ItemRecord;

/// Longest prefix that is indexed, in characters.
const MAX_PREFIX: usize = 8;

/// The words of `text`, lower-case: maximal runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Key under which whole words are indexed.
pub fn word_key(word: &str) -> String {
    format!("w\0{word}")
}

/// Key of the longest indexed prefix of what somebody is still typing.
pub fn prefix_key(typed: &str) -> String {
    let prefix: String = typed.chars().take(MAX_PREFIX).collect();
    format!("p\0{prefix}")
}

/// The keys of all prefixes of `word`.
pub fn prefix_keys(word: &str) -> impl Iterator<Item = String> + '_ {
    let ends = word.char_indices().map(|(start, c)| start + c.len_utf8());
    ends.take(MAX_PREFIX)
        .map(|end| format!("p\0{}", &word[..end]))
}

/// Whether a record's title holds every word of `words`. Prefixes are indexed
/// only so far, so candidates are checked.
pub fn matches(record: &ItemRecord, words: &[String]) -> bool {
    holds(record.title.as_deref().unwrap_or_default(), words)
}

/// Whether a text holds every word of `wanted`, the last of which may be unfinished.
pub fn holds(text: &str, wanted: &[String]) -> bool {
    let own = words(text);
    wanted.split_last().is_none_or(|(last, whole)| {
        whole.iter().all(|word| own.contains(word))
            && own.iter().any(|word| word.starts_with(last.as_str()))
    })
}

/// Key under which the items with an attribute value are indexed.
pub fn attribute_key(name: &str, value: &str) -> String {
    format!("a\0{name}\0{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_runs_of_letters_and_digits() {
        assert_eq!(
            words("Men's 2-in-1 CAFÉ <b>"),
            ["men", "s", "2", "in", "1", "café", "b"]
        );
    }

    #[test]
    fn what_is_typed_is_among_the_indexed_prefixes() {
        for (word, typed) in [
            ("kettle", "ket"),
            ("é", "é"),
            ("waterproofing", "waterproofi"),
        ] {
            assert!(
                prefix_keys(word).any(|key| key == prefix_key(typed)),
                "{typed}"
            );
        }
    }
}
