//! What separates the fields of a text table, and numbers as those write them who put `;` between fields.

use std::borrow::Cow;

/// The most frequent of comma, semicolon and tab in the first line; of equals the last.
pub(crate) fn separator(first_line: &str) -> u8 {
    let count = |separator: &u8| first_line.bytes().filter(|byte| byte == separator).count();
    *b",;\t"
        .iter()
        .max_by_key(|separator| count(separator))
        .expect("three choices")
}

/// `text` with a point in place of a decimal comma (`3,5`), where commas don't separate fields.
pub(crate) fn with_point(text: &str, separator: u8) -> Cow<'_, str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.split_once(',') {
        Some((whole, fraction))
            if separator != b','
                && is_number(whole.strip_prefix('-').unwrap_or(whole))
                && is_number(fraction) =>
        {
            Cow::Owned(format!("{whole}.{fraction}"))
        }
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_separates() {
        assert_eq!(separator("a,b"), b',');
        assert_eq!(separator("u1;i1;3,5;2023-05-01"), b';');
        assert_eq!(separator("a\tb,c\td"), b'\t');
    }

    #[test]
    fn decimal_commas_are_of_those_who_separate_by_others() {
        assert_eq!(with_point("-3,5", b';'), "-3.5");
        for (text, separator) in [
            ("3,5", b','),
            ("1,234.5", b';'),
            ("1,2,3", b';'),
            (",5", b';'),
            ("3,", b'\t'),
            ("a,b", b'\t'),
            ("3.5", b';'),
        ] {
            assert_eq!(with_point(text, separator), text);
        }
    }
}
