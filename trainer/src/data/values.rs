//! Single values as files write them: ids, ratings, times.

use std::borrow::Cow;

use super::dates;

/// Beyond this a number of seconds is no date of anybody's log (it is the year 5138); in
/// milliseconds it is 1973.
const LARGEST_SECONDS: i64 = 100_000_000_000;

/// What a file's times count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeUnit {
    /// Milliseconds.
    Milliseconds,
    /// Seconds, or milliseconds where a value is too large for seconds.
    SecondsOrMilliseconds,
}

/// Text of a field, or why it is none.
pub(super) fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes)
        .map(str::trim)
        .map_err(|_| "not valid UTF-8; save the file as UTF-8".to_owned())
}

/// A user's or an item's id: anything but white space alone, and no line breaks or other control
/// characters, which are the sign of a quote that nobody closed.
pub(super) fn id<'a>(bytes: &'a [u8], role: &str) -> Result<&'a str, String> {
    match text(bytes)? {
        "" => Err(format!("the {role} is empty")),
        id if id.contains(char::is_control) => Err(format!(
            "a line break or control character in the {role}; is a quote not closed?"
        )),
        id => Ok(id),
    }
}

/// A finite rating.
pub(super) fn rating(text: &str) -> Result<f32, String> {
    if text.is_empty() {
        return Err(
            "the rating is empty; --columns rating=none reads interactions without ratings"
                .to_owned(),
        );
    }
    let value: f32 = text
        .parse()
        .map_err(|_| format!("rating `{}` is not a number", shortened(text)))?;
    finite_rating(value)
}

/// `value`, unless it is NaN or infinite.
pub(super) fn finite_rating(value: f32) -> Result<f32, String> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(format!("rating {value} is not finite"))
    }
}

/// A time in seconds since 1970, given as a number or as a date; fractions are cut off.
pub(super) fn time(text: &str, unit: TimeUnit) -> Result<i64, String> {
    let problem = || {
        format!(
            "time `{}` is neither seconds or milliseconds since 1970 nor a date such as 2023-05-01 or \
             2023-05-01T10:00:00Z; write it so, or ignore times with --columns time=none",
            shortened(text)
        )
    };
    if let Some(date) = dates::seconds(text).or_else(|| dates::of_digits(text)) {
        return Ok(date);
    }
    let number = match text.parse::<i64>() {
        Ok(whole) => whole,
        Err(_) => {
            let decimal: f64 = text.parse().map_err(|_| problem())?;
            if decimal.is_nan() || decimal.abs() > 1e15 {
                return Err(problem());
            }
            decimal.floor() as i64
        }
    };
    seconds(number, unit).ok_or_else(problem)
}

/// `number` in seconds, unless it can't be a time.
pub(super) fn seconds(number: i64, unit: TimeUnit) -> Option<i64> {
    let in_seconds = -LARGEST_SECONDS < number && number < LARGEST_SECONDS;
    let seconds = match unit {
        TimeUnit::SecondsOrMilliseconds if in_seconds => number,
        _ => number.div_euclid(1000),
    };
    (-LARGEST_SECONDS < seconds && seconds < LARGEST_SECONDS).then_some(seconds)
}

/// At most 40 characters of something unexpected, for a message.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_must_be_finite_numbers() {
        assert_eq!(rating("4.5"), Ok(4.5));
        for bad in ["NaN", "inf", "-inf", "1e99", "", "five"] {
            assert!(rating(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_become_seconds() {
        let guess = TimeUnit::SecondsOrMilliseconds;
        assert_eq!(time("1369699200", guess), Ok(1_369_699_200));
        assert_eq!(time("1369699200.9", guess), Ok(1_369_699_200));
        assert_eq!(time("1586445693499", guess), Ok(1_586_445_693));
        assert_eq!(time("-5", guess), Ok(-5));
        assert_eq!(time("5999", TimeUnit::Milliseconds), Ok(5));
        assert_eq!(time("2013-05-28T00:00:00Z", guess), Ok(1_369_699_200));
        assert_eq!(
            time("2013-05-28", TimeUnit::Milliseconds),
            Ok(1_369_699_200)
        );
        // To the second, in one number; what is no such date is milliseconds.
        for unit in [guess, TimeUnit::Milliseconds] {
            assert_eq!(time("20130528000001", unit), Ok(1_369_699_201));
            assert_eq!(time("20139928000000", unit), Ok(20_139_928_000));
            assert_eq!(time("21010101000000", unit), Ok(21_010_101_000));
        }
        for bad in ["", "NaN", "2014-05-32", "9223372036854775807", "1e300"] {
            assert!(time(bad, guess).is_err(), "{bad}");
        }
    }

    #[test]
    fn other_dates_are_refused_with_a_remedy() {
        for date in ["05/01/2014", "May 1, 2014", "soon"] {
            let error = time(date, TimeUnit::SecondsOrMilliseconds).unwrap_err();
            assert!(error.contains("such as 2023-05-01"), "{error}");
            assert!(error.contains("--columns time=none"), "{error}");
        }
    }

    #[test]
    fn ids_are_anything_but_nothing() {
        assert_eq!(
            id(" <b>\"x y\" 🛍</b> ".as_bytes(), "item"),
            Ok("<b>\"x y\" 🛍</b>")
        );
        assert_eq!(id(b"  ", "user"), Err("the user is empty".into()));
        assert!(id(b"a\nb", "user").unwrap_err().contains("quote"));
        assert_eq!(
            id(b"\xff", "user"),
            Err("not valid UTF-8; save the file as UTF-8".into())
        );
    }

    #[test]
    fn long_surprises_are_shortened_between_characters() {
        assert_eq!(shortened(&"é".repeat(50)), format!("{}…", "é".repeat(40)));
        assert_eq!(shortened("short"), "short");
    }
}
