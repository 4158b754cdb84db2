//! Jinja2's filters that minijinja lacks or answers differently. The rest are minijinja's own.

use minijinja::value::Kwargs;
use minijinja::{Error, State, Value, filters};

use super::methods;

/// `int(default=0, base=10)`: what is no number is the default, never an error.
pub(super) fn int(
    state: &State,
    value: &Value,
    default: Option<Value>,
    base: Option<u32>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let default = default.or_else(|| (!kwargs.has("default")).then(|| Value::from(0)));
    filters::int(state, value, default, base, kwargs)
}

/// `float(default=0.0)`, likewise.
pub(super) fn float(state: &State, value: &Value, default: Option<Value>, kwargs: Kwargs) -> Result<Value, Error> {
    let default = default.or_else(|| (!kwargs.has("default")).then(|| Value::from(0.0)));
    filters::float(state, value, default, kwargs)
}

/// Number of words.
pub(super) fn wordcount(text: &str) -> usize {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count()
}

/// `center(width=80)`.
pub(super) fn center(text: &str, width: Option<usize>) -> Result<Value, Error> {
    methods::pad(text, &[Value::from(width.unwrap_or(80))], methods::center)
}

/// `truncate(length=255, killwords=False, end='...', leeway=5)`.
pub(super) fn truncate(
    text: &str,
    length: Option<usize>,
    killwords: Option<bool>,
    end: Option<&str>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let length = length.or(kwargs.get("length")?).unwrap_or(255);
    let killwords = killwords.or(kwargs.get("killwords")?).unwrap_or(false);
    let end = end.map(str::to_owned).or(kwargs.get("end")?).unwrap_or_else(|| "...".to_owned());
    let leeway = kwargs.get::<Option<usize>>("leeway")?.unwrap_or(5);
    kwargs.assert_all_used()?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text.to_owned());
    }
    let kept: String = text.chars().take(length.saturating_sub(end.chars().count())).collect();
    let kept = if killwords { kept.as_str() } else { kept.rsplit_once(' ').map_or(kept.as_str(), |(kept, _)| kept) };
    Ok(format!("{kept}{end}"))
}
