//! Dates of the Gregorian calendar.

use jiff::civil::{Date, Weekday};
use jiff::{Span, Unit};
use serde_json::{Map, Value, json};

use super::{Outcome, ToolError, text};

fn read(arguments: &Map<String, Value>, name: &str) -> Result<Date, ToolError> {
    let text = text(arguments, name)?;
    text.trim().parse().map_err(|_| ToolError::about("no_date", "text", text.as_ref()))
}

/// `date`.
pub fn date(arguments: &Map<String, Value>) -> Outcome {
    let date = read(arguments, "date")?;
    match text(arguments, "operation")?.as_ref() {
        "weekday" => Ok(json!({ "result": weekday(date.weekday()) })),
        "between" => {
            let to = read(arguments, "to")?;
            let span = date.until((Unit::Day, to)).map_err(|_| too_far(date))?;
            Ok(json!({ "result": span.get_days(), "steps": [format!("{date} → {to}")] }))
        }
        "add" => {
            let n = |name: &str| arguments.get(name).and_then(Value::as_i64).unwrap_or(0);
            let span = Span::new()
                .try_years(n("years"))
                .and_then(|span| span.try_months(n("months")))
                .and_then(|span| span.try_weeks(n("weeks")))
                .and_then(|span| span.try_days(n("days")));
            let then = span.and_then(|span| date.checked_add(span)).map_err(|_| too_far(date))?;
            Ok(json!({ "result": then.to_string(), "weekday": weekday(then.weekday()) }))
        }
        other => Err(ToolError::about("unknown_operation", "operation", other)),
    }
}

fn too_far(date: Date) -> ToolError {
    ToolError::about("too_large", "what", date.to_string())
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
