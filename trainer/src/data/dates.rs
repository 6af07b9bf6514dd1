//! Dates as ISO 8601 writes them, `2023-05-01`, `2023-05-01T10:00:00Z`, and what can be meant by no other
//! date: `2023/05/01`, `01.05.2023`, `2023-05-01 10:00:00 UTC`.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};

use super::Interaction;

/// In seconds.
const YEAR: i64 = 365 * 86_400;

/// Seconds since 1970 of a date, with or without a time of day; nothing where `text`
/// is none. A space may stand for the `T`, fractions of a second are cut off, and what
/// names no offset from UTC (`Z`, `+02:00`) is UTC.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let date = day(date)?;
    let Some(time) = time else {
        return Some(date.and_time(NaiveTime::MIN).and_utc().timestamp());
    };
    let (clock, offset) = match time.find(['Z', 'z', '+', '-', 'U']) {
        Some(at) => (time[..at].trim_end(), &time[at..]),
        None => (time, "Z"),
    };
    let clock = ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(clock, format).ok())?;
    let local = date.and_time(clock);
    match offset {
        "Z" | "z" | "UTC" => Some(local.and_utc().timestamp()),
        _ => at_offset(local, offset),
    }
}

/// Seconds since 1970 of `20230501103000`. As milliseconds it would lie six centuries ahead, so one value
/// tells; `202305011030` could be a millisecond of 1976 and is not read.
pub(super) fn of_digits(text: &str) -> Option<i64> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let date = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()?;
    (1970..2100)
        .contains(&date.year())
        .then(|| date.and_utc().timestamp())
}

/// A day of a year of four digits.
fn day(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
        .filter(|day| (1000..10_000).contains(&day.year()))
}

/// Seconds since 1970 when clocks show `local` that are ahead of UTC by `+02:00`, `+0200` or `+02`.
fn at_offset(local: NaiveDateTime, offset: &str) -> Option<i64> {
    let text = format!("{} {offset}", local.format("%Y-%m-%dT%H:%M:%S"));
    DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S %#z")
        .ok()
        .map(|time| time.timestamp())
}

/// Reads the times of a file's `rows` as dates where all of them were written as one number,
/// `20230501`: as seconds they would lie in August 1970. Says whether they were.
pub(super) fn read_compact(rows: &mut [Interaction]) -> bool {
    let days: Option<Vec<i64>> = rows.iter().map(|row| compact(row.time?)).collect();
    let Some(days) = days else {
        return false;
    };
    for (row, day) in rows.iter_mut().zip(days) {
        row.time = Some(day);
    }
    true
}

fn compact(number: i64) -> Option<i64> {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let day = (1900..2100)
        .contains(&year)
        .then(|| NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32))??;
    Some(day.and_time(NaiveTime::MIN).and_utc().timestamp())
}

/// From which day to which the times of `rows` are, as `2023-05-01 to 2023-12-24`; nothing without times.
pub(super) fn span(rows: &[Interaction]) -> Option<String> {
    let (first, last) = ends(rows)?;
    Some(format!("{} to {}", shown(first)?, shown(last)?))
}

/// What of the times of `rows` says that they were not meant so: one lies more than a year after `now`, or all
/// in 1970, where `2015`, `201505` and `20150501` lie as seconds.
pub(super) fn doubt(rows: &[Interaction], now: i64) -> Option<String> {
    let (first, last) = ends(rows)?;
    if last > now + YEAR {
        let last = shown(last)?;
        return Some(format!("reach {last}, more than a year from now"));
    }
    let is_first_year = 0 <= first && last < YEAR;
    is_first_year.then(|| {
        "all lie in 1970, which is where years and counts lie that are read as seconds".to_owned()
    })
}

/// The first and the last time.
fn ends(rows: &[Interaction]) -> Option<(i64, i64)> {
    let times = || rows.iter().filter_map(|row| row.time);
    Some((times().min()?, times().max()?))
}

fn shown(time: i64) -> Option<impl std::fmt::Display> {
    Some(DateTime::from_timestamp(time, 0)?.format("%Y-%m-%d"))
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
            ("1.5.2023", 1_682_899_200),
            ("2023-5-1", 1_682_899_200),
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
            "23-05-01",
            "05/01/2023",
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
