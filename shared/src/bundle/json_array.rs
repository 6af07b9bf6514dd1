//! Where the elements of a JSON array are, so that a reader parses those that it wants.

/// Where the elements of an array begin, and where one more behind the closing bracket would, so that
/// a byte lies between an element and the next; `None` where brackets don't pair. What is between the
/// brackets is left to the parser.
pub fn beginnings(json: &[u8]) -> Option<Vec<u32>> {
    let inner = json.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?;
    let first = json.len() - json.trim_ascii_start().len() + 1;
    let mut beginnings = vec![first as u32];
    let (mut depth, mut at) = (0u32, 0);
    while let Some(&byte) = inner.get(at) {
        match byte {
            b'"' => at = end_of_string(inner, at + 1)?,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => beginnings.push((first + at + 1) as u32),
            _ => {}
        }
        at += 1;
    }
    beginnings.push((first + inner.len() + 1) as u32);
    (depth == 0).then_some(beginnings)
}

/// Where the quote is that ends a string of which `at` is within.
fn end_of_string(json: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match json.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn parsed(json: &[u8]) -> Option<Vec<Value>> {
        let beginnings = beginnings(json)?;
        let element = |pair: &[u32]| &json[pair[0] as usize..pair[1] as usize - 1];
        let elements = beginnings.windows(2).map(element);
        elements
            .map(|json| serde_json::from_slice(json).ok())
            .collect()
    }

    proptest! {
        #[test]
        fn elements_are_those_of_a_parser(
            texts in prop::collection::vec(r#"[ab"\\,{}\[\]é]{0,9}"#, 1..6),
            spaced in any::<bool>(),
        ) {
            let records = texts.iter().map(|text| {
                serde_json::json!({ text.as_str(): [text, 1.5, null], "b": { "c": text } })
            });
            let records = Value::Array(records.collect());
            let json = match spaced {
                true => format!(" {records:#}\n"),
                false => records.to_string(),
            };
            prop_assert_eq!(parsed(json.as_bytes()).map(Value::Array), Some(records));
        }

        #[test]
        fn what_is_no_array_is_refused(json in r#"[\[\]{},"\\1a ]{0,12}"#) {
            let whole: Option<Vec<Value>> = serde_json::from_str(&json).ok();
            // An array without elements is none of records.
            if whole.as_ref().is_none_or(|all| !all.is_empty()) {
                prop_assert_eq!(parsed(json.as_bytes()), whole);
            }
        }
    }
}
