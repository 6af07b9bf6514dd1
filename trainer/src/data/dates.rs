//! Dates as ISO 8601 writes them, `2023-05-01`, `2023-05-01T10:00:00Z`, and what can be meant by no other
//! date: `2023/05/01`, `01.05.2023`, `2023-05-01 10:00:00 UTC`.

/// Seconds since 1970 of a date, with or without a time of day; nothing where `text`
/// is none. A space may stand for the `T`, fractions of a second are cut off, and what
/// names no offset from UTC (`Z`, `+02:00`) is UTC.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])
        .or_else(|| numbers(date, '/', [4, 2, 2]))
        .or_else(|| numbers(date, '.', [2, 2, 4]).map(|[day, month, year]| [year, month, day]))?;
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let days = days_before(year) + (1..month).map(|m| days_in(year, m)).sum::<i64>() + day - 1;
    let midnight = 86_400 * (days - days_before(1970));
    time.map_or(Some(0), of_day).map(|time| midnight + time)
}

/// Seconds of `10:00`, `10:00:00`, `10:00:00.5Z`, `10:00:00+02:00` after midnight UTC.
fn of_day(text: &str) -> Option<i64> {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-', 'U']) {
        Some(at) => (text[..at].trim_end(), offset(&text[at..])?),
        None => (text, 0),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = match clock.len() {
        5 => numbers(&format!("{clock}:00"), ':', [2, 2, 2])?,
        _ => numbers(clock, ':', [2, 2, 2])?,
    };
    let fits = hour < 24 && minute < 60 && second < 60 && is_digits(fraction);
    fits.then_some(3600 * hour + 60 * minute + second - offset)
}

/// Seconds that a clock is ahead of UTC.
fn offset(text: &str) -> Option<i64> {
    let (sign, rest) = text.split_at(1);
    if matches!(text, "Z" | "z" | "UTC") {
        return Some(0);
    }
    let rest = match rest.len() {
        2 => format!("{rest}:00"),
        4 if is_digits(rest) => format!("{}:{}", &rest[..2], &rest[2..]),
        _ => rest.to_owned(),
    };
    let [hours, minutes] = numbers(&rest, ':', [2, 2])?;
    let seconds = 3600 * hours + 60 * minutes;
    (hours < 24 && minutes < 60).then_some(if sign == "-" { -seconds } else { seconds })
}

/// Whole numbers of so many digits each.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut found = [0; N];
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts
            .next()
            .filter(|part| part.len() == digits && is_digits(part))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Days from the beginning of year 0 to that of `year`, which isn't negative.
fn days_before(year: i64) -> i64 {
    // Each fourth year has a day more, but of the hundredth only each fourth; year 0 has one.
    let leaps = |every: i64| (year + every - 1) / every;
    365 * year + leaps(4) - leaps(100) + leaps(400)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + days_before(year + 1) - days_before(year) - 365,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_other_clocks() {
        // As `date -u -d … +%s` says.
        for (text, expected) in [
            ("1970-01-01", 0),
            ("2023-05-01", 1_682_899_200),
            ("2023-05-01T10:00:00Z", 1_682_935_200),
            ("2023-05-01T10:00:00.999Z", 1_682_935_200),
            ("2023-05-01 10:00", 1_682_935_200),
            ("2023-05-01T10:00:00+02:00", 1_682_928_000),
            ("2023-05-01T10:00:00-05:30", 1_682_955_000),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("1900-03-01", -2_203_891_200),
            ("1969-12-31T23:59:59Z", -1),
            ("2100-12-31", 4_133_894_400),
            ("2023/05/01", 1_682_899_200),
            ("01.05.2023 10:00", 1_682_935_200),
            ("2023-05-01 10:00:00 UTC", 1_682_935_200),
            ("2023-05-01 10:00:00 +0200", 1_682_928_000),
            ("2023-05-01 10:00:00+02", 1_682_928_000),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2023",
            "2023-05",
            "2023-5-1",
            "23-05-01",
            "05/01/2023",
            "1.5.2023",
            "2023-05/01",
            "2023-13-01",
            "2023-00-10",
            "2023-02-29",
            "1900-02-29",
            "2023-04-31",
            "2023-05-01T",
            "2023-05-01T24:00:00",
            "2023-05-01T10",
            "2023-05-01T10:60",
            "2023-05-01T10:00:00.",
            "2023-05-01T10:00:00+2",
            "2023-05-01T10:00:00+020",
            "2023-05-01T10:00:00 UT",
            "2023-05-01T10:00:00 CET",
            "2023-05-01T10:00:00*0200",
            "2023-05-01T10:00:00Zulu",
            "2023-05-01T10:00:00+25:00",
            "+023-05-01",
            "2023-05-01é",
            "2023-05-01T10:00+é12",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    /// The date of a day by counting up from 1970, the calendar's rule spelt out.
    fn counted(mut days: i64) -> (i64, i64, i64) {
        let (mut year, mut month) = (1970, 1);
        loop {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let lengths = [
                31,
                28 + i64::from(leap),
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ];
            let length = lengths[month - 1];
            if days < length {
                return (year, month as i64, days + 1);
            }
            days -= length;
            (year, month) = if month == 12 {
                (year + 1, 1)
            } else {
                (year, month + 1)
            };
        }
    }

    proptest! {
        #[test]
        fn every_second_is_read_back(second in 0i64..12_000_000_000, ahead in -14i64..=14) {
            // What the clocks of that place show.
            let shown = second + 3600 * ahead + 86_400;
            let (year, month, day) = counted(shown / 86_400);
            let clock = shown % 86_400;
            let text = format!(
                "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{ahead:+03}:00",
                clock / 3600, clock / 60 % 60, clock % 60
            );
            prop_assert_eq!(seconds(&text), Some(second + 86_400), "{}", text);
        }

        #[test]
        fn nothing_panics(text in "[0-9TZ:+. é-]{0,30}") {
            let _ = seconds(&text);
        }
    }
}
