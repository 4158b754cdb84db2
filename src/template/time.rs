//! `strftime_now`: the date, as templates put it into system prompts.

use minijinja::{Error, ErrorKind, Value};
use serde_json::Value as Json;

use crate::error::{Error as EngineError, Result};

/// A moment in civil time, or what a test wants it to look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Now {
    /// A date and a time of day.
    Moment(Moment),
    /// A text that stands for every format.
    Text(String),
}

/// Civil time without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Year, such as 2026.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
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
                let seconds =
                    seconds.as_f64().filter(|s| s.abs() < 1e12).ok_or_else(|| bad(format!("is {seconds}")))?;
                Ok(Now::Moment(Moment::from_unix(seconds as i64)))
            }
            Json::Object(fields) => {
                let field = |name: &str, default: Option<i64>| {
                    let given = fields.get(name).map(|v| v.as_i64().ok_or_else(|| bad(format!("{name} is {v}"))));
                    given.transpose()?.or(default).ok_or_else(|| bad(format!("lacks {name}")))
                };
                let small = |name: &str, default: Option<i64>| {
                    field(name, default).map(|v| u32::try_from(v).unwrap_or(u32::MAX))
                };
                let moment = Moment {
                    year: field("year", None)?,
                    month: small("month", None)?,
                    day: small("day", None)?,
                    hour: small("hour", Some(0))?,
                    minute: small("minute", Some(0))?,
                    second: small("second", Some(0))?,
                };
                if moment.is_valid() { Ok(Now::Moment(moment)) } else { Err(bad(format!("{moment:?} does not exist"))) }
            }
            other => Err(bad(format!("must be an object, a text or a number, is {other}"))),
        }
    }

    /// The clock's: local time in a browser, UTC natively (the standard library knows no zones).
    pub fn clock() -> Now {
        Now::Moment(clock())
    }

    fn format(&self, format: &str) -> std::result::Result<String, Error> {
        match self {
            Now::Text(text) => Ok(text.clone()),
            Now::Moment(moment) => moment.strftime(format),
        }
    }
}

/// The function `strftime_now(format)` for one rendering.
pub(super) fn strftime_now(now: Option<Now>) -> Value {
    Value::from_function(move |format: &str| match &now {
        Some(now) => now.format(format),
        None => Now::clock().format(format),
    })
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
fn clock() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Moment::from_unix(since.map_or(0, |d| d.as_secs() as i64))
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
fn clock() -> Moment {
    let date = js_sys::Date::new_0();
    let (hour, minute, second) = (date.get_hours(), date.get_minutes(), date.get_seconds());
    Moment {
        year: date.get_full_year().into(),
        month: date.get_month() + 1,
        day: date.get_date(),
        hour,
        minute,
        second,
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Moment {
    /// Seconds since 1970-01-01 00:00.
    fn from_unix(seconds: i64) -> Moment {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400) as u32);
        // Days → civil date, in eras of 400 years that begin on 1 March (Hinnant 2013).
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153; // 0 is March
        let day = (of_year - (153 * month + 2) / 5 + 1) as u32;
        let month = if month < 10 { month + 3 } else { month - 9 } as u32;
        let year = year + era * 400 + i64::from(month <= 2);
        Moment { year, month, day, hour: rest / 3_600, minute: rest / 60 % 60, second: rest % 60 }
    }

    fn is_valid(&self) -> bool {
        let date = (1..=9999).contains(&self.year) && (1..=12).contains(&self.month) && self.day >= 1;
        date && self.day <= self.days_in_month() && self.hour < 24 && self.minute < 60 && self.second < 60
    }

    fn is_leap(&self) -> bool {
        self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
    }

    fn days_in_month(&self) -> u32 {
        match self.month {
            2 => 28 + u32::from(self.is_leap()),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// 1 to 366.
    fn day_of_year(&self) -> u32 {
        (1..self.month).map(|month| Moment { month, ..*self }.days_in_month()).sum::<u32>() + self.day
    }

    /// 0 is Sunday.
    fn weekday(&self) -> usize {
        let before = self.year - 1;
        let days = before * 365 + before / 4 - before / 100 + before / 400 + i64::from(self.day_of_year());
        days.rem_euclid(7) as usize
    }

    /// C's `strftime` in the C locale, with GNU's `-` flag.
    fn strftime(&self, format: &str) -> std::result::Result<String, Error> {
        let mut out = String::new();
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let mut directive = chars.next();
            let bare = directive == Some('-');
            if bare {
                directive = chars.next();
            }
            let number = |value: u32, width: usize| if bare { value.to_string() } else { format!("{value:0width$}") };
            let hour12 = (self.hour + 11) % 12 + 1;
            let month = MONTHS[(self.month as usize - 1) % 12];
            let day = DAYS[self.weekday()];
            let text = match directive {
                Some('Y') => self.year.to_string(),
                Some('y') => number((self.year % 100) as u32, 2),
                Some('m') => number(self.month, 2),
                Some('d') => number(self.day, 2),
                Some('e') => {
                    if bare {
                        self.day.to_string()
                    } else {
                        format!("{:2}", self.day)
                    }
                }
                Some('j') => number(self.day_of_year(), 3),
                Some('H') => number(self.hour, 2),
                Some('I') => number(hour12, 2),
                Some('M') => number(self.minute, 2),
                Some('S') => number(self.second, 2),
                Some('f') => "000000".to_owned(),
                Some('p') => (if self.hour < 12 { "AM" } else { "PM" }).to_owned(),
                Some('B') => month.to_owned(),
                Some('b' | 'h') => month[..3].to_owned(),
                Some('A') => day.to_owned(),
                Some('a') => day[..3].to_owned(),
                Some('w') => self.weekday().to_string(),
                Some('u') => ((self.weekday() + 6) % 7 + 1).to_string(),
                Some('U') => number((self.day_of_year() + 6 - self.weekday() as u32) / 7, 2),
                Some('W') => number((self.day_of_year() + 6 - (self.weekday() as u32 + 6) % 7) / 7, 2),
                Some('F') => self.strftime("%Y-%m-%d")?,
                Some('T' | 'X') => self.strftime("%H:%M:%S")?,
                Some('R') => self.strftime("%H:%M")?,
                Some('D' | 'x') => self.strftime("%m/%d/%y")?,
                Some('c') => self.strftime("%a %b %e %H:%M:%S %Y")?,
                Some('Z' | 'z') => String::new(),
                Some('n') => "\n".to_owned(),
                Some('t') => "\t".to_owned(),
                Some('%') => "%".to_owned(),
                other => {
                    let what = format!("strftime_now: {:?} in {format:?} is not known", other.unwrap_or('%'));
                    return Err(Error::new(ErrorKind::InvalidOperation, what));
                }
            };
            out.push_str(&text);
        }
        Ok(out)
    }
}

/// `2026-11-23`, with `T` or a space and a time of day or without; a zone and fractions are ignored.
fn parse_iso(text: &str) -> Option<Moment> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time),
        None => (text, "0:0:0"),
    };
    let mut date = date.split('-').map(str::parse::<u32>);
    let mut next_date = || date.next()?.ok();
    let (year, month, day) = (next_date()?, next_date()?, next_date()?);
    let time = time.split(['+', 'Z', '.']).next()?;
    let mut time = time.split(':').map(str::parse::<u32>);
    let mut next_time = || time.next().unwrap_or(Ok(0)).ok();
    let (hour, minute, second) = (next_time()?, next_time()?, next_time()?);
    let moment = Moment { year: year.into(), month, day, hour, minute, second };
    moment.is_valid().then_some(moment)
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
    }
}
