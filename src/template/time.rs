//! `strftime_now`: the date, as templates put it into system prompts. The calendar is [jiff](https://docs.rs/jiff)'s.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use minijinja::{Error, ErrorKind, Value};
use serde_json::Value as Json;

use crate::error::{Error as EngineError, Result};

/// A moment in civil time, or what a test wants it to look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Now {
    /// A date and a time of day, without a zone.
    Moment(DateTime),
    /// A text that stands for every format.
    Text(String),
}

impl Now {
    /// From `{"year": …, "month": …, "day": …, "hour": …, "minute": …, "second": …}` (the time of day
    /// may be left out), an ISO 8601 text, seconds since 1970, or any other text, which then is the
    /// answer to every format.
    ///
    /// # Errors
    /// [`EngineError::BadParameter`] for a date that does not exist or another type.
    pub fn from_json(json: &Json) -> Result<Now> {
        let bad = |problem: String| EngineError::BadParameter { name: "now", problem };
        match json {
            Json::String(text) => Ok(parse_iso(text).map_or_else(|| Now::Text(text.clone()), Now::Moment)),
            Json::Number(seconds) => {
                let moment = seconds.as_f64().and_then(|seconds| from_unix(seconds as i64));
                moment.map(Now::Moment).ok_or_else(|| bad(format!("is {seconds}")))
            }
            Json::Object(fields) => {
                let field = |name: &str, default: Option<i64>| {
                    let given = fields.get(name).map(|v| v.as_i64().ok_or_else(|| bad(format!("{name} is {v}"))));
                    given.transpose()?.or(default).ok_or_else(|| bad(format!("lacks {name}")))
                };
                let small =
                    |name: &str, default: Option<i64>| field(name, default).map(|v| i8::try_from(v).unwrap_or(i8::MAX));
                let year = i16::try_from(field("year", None)?).unwrap_or(i16::MAX);
                let (month, day) = (small("month", None)?, small("day", None)?);
                let (hour, minute) = (small("hour", Some(0))?, small("minute", Some(0))?);
                let moment = DateTime::new(year, month, day, hour, minute, small("second", Some(0))?, 0);
                moment.map(Now::Moment).map_err(|problem| bad(format!("does not exist: {problem}")))
            }
            other => Err(bad(format!("must be an object, a text or a number, is {other}"))),
        }
    }

    /// The clock's: local time in a browser, UTC natively.
    pub fn clock() -> Now {
        Now::Moment(clock())
    }

    fn format(&self, format: &str) -> std::result::Result<String, Error> {
        let moment = match self {
            Now::Text(text) => return Ok(text.clone()),
            Now::Moment(moment) => *moment,
        };
        strtime::format(spelled_out(format), moment)
            .map_err(|problem| Error::new(ErrorKind::InvalidOperation, format!("strftime_now: {format:?}: {problem}")))
    }
}

/// A format without what depends on a locale, a zone or fractions of a second: as in C's own locale, without a zone, at
/// the beginning of a second.
fn spelled_out(format: &str) -> String {
    let mut out = String::with_capacity(format.len());
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('c') => out.push_str("%a %b %e %H:%M:%S %Y"),
            Some('x') => out.push_str("%m/%d/%y"),
            Some('X') => out.push_str("%H:%M:%S"),
            Some('f') => out.push_str("000000"),
            Some('Z' | 'z') => {}
            other => out.extend(std::iter::once('%').chain(other)),
        }
    }
    out
}

/// The function `strftime_now(format)` for one rendering.
pub(super) fn strftime_now(now: Option<Now>) -> Value {
    Value::from_function(move |format: &str| match &now {
        Some(now) => now.format(format),
        None => Now::clock().format(format),
    })
}

/// Seconds since 1970-01-01 00:00.
fn from_unix(seconds: i64) -> Option<DateTime> {
    Timestamp::from_second(seconds).ok().map(|timestamp| TimeZone::UTC.to_datetime(timestamp))
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
fn clock() -> DateTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    from_unix(since.map_or(0, |d| d.as_secs() as i64)).unwrap_or_default()
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
fn clock() -> DateTime {
    let date = js_sys::Date::new_0();
    let (month, day) = (date.get_month() as i8 + 1, date.get_date() as i8);
    let (hour, minute, second) = (date.get_hours() as i8, date.get_minutes() as i8, date.get_seconds() as i8);
    DateTime::new(date.get_full_year() as i16, month, day, hour, minute, second, 0).unwrap_or_default()
}

/// `2026-11-23`, with `T` or a space and a time of day or without; a zone is ignored.
fn parse_iso(text: &str) -> Option<DateTime> {
    text.split(['+', 'Z']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(now: &str, format: &str) -> String {
        Now::from_json(&Json::String(now.to_owned())).unwrap().format(format).unwrap()
    }

    #[test]
    fn formats_as_c_does() {
        assert_eq!(format("2024-07-26", "%d %b %Y"), "26 Jul 2024");
        assert_eq!(
            format("2026-11-03T09:05:07Z", "%A, %B %-d, %Y %H:%M:%S %I%p"),
            "Tuesday, November 3, 2026 09:05:07 09AM"
        );
        assert_eq!(format("2024-02-29 00:30", "%j %a %e|%y %-I %p 100%%"), "060 Thu 29|24 12 AM 100%");
        assert_eq!(format("2023-01-01", "%U %W %u %w"), "01 00 7 0");
        assert_eq!(format("1999-12-31", "%F %T"), "1999-12-31 00:00:00");
        assert_eq!(format("some day", "%Y"), "some day");
        assert_eq!(
            format("2024-07-06T09:05:07", "%c|%x|%X|%f|%Z%z|%n%t|%%c"),
            "Sat Jul  6 09:05:07 2024|07/06/24|09:05:07|000000||\n\t|%c"
        );
        assert_eq!(format("2024-07-26T09:05:07.25+02:00", "%T"), "09:05:07");
    }

    #[test]
    fn unix_time_is_civil_time() {
        let at = |seconds| Now::from_json(&Json::from(seconds)).unwrap().format("%F %T %a").unwrap();
        assert_eq!(at(0), "1970-01-01 00:00:00 Thu");
        assert_eq!(at(951_782_400), "2000-02-29 00:00:00 Tue");
        assert_eq!(at(1_795_462_137), "2026-11-23 19:28:57 Mon");
    }

    #[test]
    fn a_date_that_does_not_exist_is_an_error() {
        let error = Now::from_json(&serde_json::json!({"year": 2023, "month": 2, "day": 29})).unwrap_err();
        assert_eq!(error.code(), "bad_parameter");
        assert!(Now::from_json(&serde_json::json!({"year": 2023})).is_err());
        assert!(Now::from_json(&serde_json::json!(true)).is_err());
        assert!(Now::from_json(&serde_json::json!(1e300)).is_err());
        let now = Now::from_json(&serde_json::json!("2024-07-26")).unwrap();
        assert!(now.format("%Q").is_err() && now.format("%").is_err(), "what no format has is an error");
    }
}
