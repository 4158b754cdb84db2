//! How Python prints values, and `str.format`.

use std::fmt::Write;

use minijinja::{Error, ErrorKind, Value};

use super::environment::{MAX_TEXT, check_size};

/// `repr(float)`: the shortest digits that read back, in positional notation from 1e-4 to below 1e16.
pub(super) fn float_repr(x: f64) -> String {
    if x.is_nan() {
        return "nan".to_owned();
    }
    if x.is_infinite() {
        return (if x > 0.0 { "inf" } else { "-inf" }).to_owned();
    }
    let magnitude = x.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        let text = x.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    let text = format!("{x:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// `str(value)`, which minijinja prints as Python does; bounded, because lists that share their parts
/// can be far longer in print than in memory.
pub(super) fn display(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    let mut text = Bounded(String::new());
    match write!(text, "{value}") {
        Ok(()) => Ok(text.0),
        Err(_) => Err(check_size(MAX_TEXT + 1).err().unwrap_or_else(|| Error::from(ErrorKind::WriteFailure))),
    }
}

struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        if self.0.len() + s.len() > MAX_TEXT {
            return Err(std::fmt::Error);
        }
        self.0.push_str(s);
        Ok(())
    }
}

/// `text.format(*args)`, as minijinja implements it.
pub(super) fn str_format(text: &str, args: &[Value]) -> Result<Value, Error> {
    // A width is a number in the text; five digits would already pad beyond any use.
    if text.as_bytes().windows(5).any(|w| w.iter().all(u8::is_ascii_digit)) {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("format: a width in {text:?} is too large")));
    }
    minijinja::formatting::format(minijinja::formatting::FormatStyle::StrFormat, text, args).map(Value::from)
}
