//! Prices as shops write them.
//!
//! A number is taken as it is. Of text, `$12.99`, `EUR 12,99`, `1,299.00`, `1.299 €` and `from 12.99` give what
//! one expects; of a range (`$5.99 - $12.99`) the lower end counts. Missing, null, empty and a dash are no
//! price; anything else, negative amounts included, is none either and is counted.

use serde_json::Value;

use crate::data::ReadReport;

/// The price in a JSON field.
pub(in crate::data) fn of_json(value: &Value, report: &mut ReadReport) -> Option<f64> {
    let price = match value {
        Value::Null => return None,
        Value::Number(number) => number.as_f64().filter(|price| *price >= 0.0),
        Value::String(text) => return of_text(text, report),
        _ => None,
    };
    if price.is_none() {
        unreadable(&value.to_string(), report);
    }
    price
}

/// The price that `text` states.
pub(super) fn of_text(text: &str, report: &mut ReadReport) -> Option<f64> {
    let text = text.trim();
    if matches!(
        text.to_ascii_lowercase().as_str(),
        "" | "none" | "null" | "nan" | "n/a" | "-" | "–" | "—"
    ) {
        return None;
    }
    let price = amount(text);
    if price.is_none() {
        unreadable(&format!("`{text}`"), report);
    }
    price
}

/// Counts a price that is none, and shows the beginning of the first few.
fn unreadable(shown: &str, report: &mut ReadReport) {
    const SHOWN: usize = 3;
    const LENGTH: usize = 40;
    report.unreadable_prices += 1;
    if report.price_examples.len() < SHOWN {
        report
            .price_examples
            .push(match shown.char_indices().nth(LENGTH) {
                Some((end, _)) => format!("{}…", &shown[..end]),
                None => shown.to_owned(),
            });
    }
}

/// Whether points part off groups of three digits, all after the first.
fn in_groups_of_three(digits: &str) -> bool {
    let mut groups = digits.split('.');
    let first = groups
        .next()
        .is_some_and(|own| (1..=3).contains(&own.len()) && own != "0");
    let rest: Vec<&str> = groups.collect();
    first && !rest.is_empty() && rest.iter().all(|own| own.len() == 3)
}

/// Currencies' signs.
const SIGNS: [char; 5] = ['$', '€', '£', '¥', '₹'];

fn amount(text: &str) -> Option<f64> {
    let lower = text.to_lowercase();
    let lower = lower.strip_prefix("from").unwrap_or(&lower).trim_start();
    let code = lower.bytes().take_while(u8::is_ascii_lowercase).count();
    let after_code = if code == 3 { &lower[3..] } else { lower };
    let number = after_code
        .trim_start()
        .trim_start_matches(SIGNS)
        .trim_start();
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let end = number
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
        .unwrap_or(number.len());
    let (digits, rest) = number.split_at(end);
    let rest = rest.trim();
    let is_code = rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_end_or_range =
        rest.is_empty() || rest.starts_with(['-', '–']) || rest.starts_with(SIGNS) || is_code;
    let has_currency = code == 3 || is_code || text.contains(SIGNS);
    let digits = match digits.rsplit_once(',') {
        // Money has no thousandths: the point of `1.299 €` parts off a group. A number without a currency may.
        None if has_currency && in_groups_of_three(digits) => digits.replace('.', ""),
        // `12,99`, `1,5` and `1.299,00`: a comma that parts off no group of three is a decimal point.
        Some((whole, cents))
            if !cents.contains('.') && (cents.len() != 3 || whole.contains('.')) =>
        {
            format!("{}.{cents}", whole.replace(['.', ','], ""))
        }
        _ => digits.replace(',', ""),
    };
    digits.parse().ok().filter(|_| is_end_or_range)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prices_are_read_as_people_read_them() {
        let mut report = ReadReport::default();
        for (text, expected) in [
            ("12.99", 12.99),
            ("$12.99", 12.99),
            (" from 12.99 ", 12.99),
            ("From $5", 5.0),
            ("$5.99 - $12.99", 5.99),
            ("1,299.00", 1299.0),
            ("12,99 €", 12.99),
            ("1.299,00", 1299.0),
            ("1,5", 1.5),
            ("1,2345", 1.2345),
            ("1,299", 1299.0),
            ("1,299,000", 1_299_000.0),
            ("EUR 7", 7.0),
            ("1.299 €", 1299.0),
            ("EUR 1.299.000", 1_299_000.0),
            ("1.299", 1.299),
            ("0.999 €", 0.999),
            ("12.50 CHF", 12.5),
            ("1.299 PLN", 1299.0),
        ] {
            assert_eq!(of_text(text, &mut report), Some(expected), "{text}");
        }
        assert_eq!(of_json(&json!(3), &mut report), Some(3.0));
        assert_eq!(report.unreadable_prices, 0);
    }

    #[test]
    fn no_price_is_no_surprise_and_nonsense_is_counted() {
        let mut report = ReadReport::default();
        for nothing in [
            json!(null),
            json!(""),
            json!("None"),
            json!("nan"),
            json!("—"),
        ] {
            assert_eq!(of_json(&nothing, &mut report), None);
        }
        assert_eq!(report.unreadable_prices, 0);
        for nonsense in [
            json!(".a-box-inner{background:#fff}"),
            json!(-1),
            json!("-3"),
            json!("free"),
            json!([1]),
            json!("1.2.3"),
            json!("2x4 inches"),
        ] {
            assert_eq!(of_json(&nonsense, &mut report), None, "{nonsense}");
        }
        assert_eq!(report.unreadable_prices, 7);
        let shown = ["`.a-box-inner{background:#fff}`", "-1", "`-3`"];
        assert_eq!(report.price_examples, shown);
    }
}
