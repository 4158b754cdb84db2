//! How Python prints values, and `str.format`.

use std::fmt::Write;

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use super::limits::{MAX_TEXT, check_size};

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

/// `str(value)`; bounded, because lists that share their parts can be far longer in print than in memory.
pub(super) fn display(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    let mut out = Bounded(String::new());
    match print(&mut out, value, 0) {
        Ok(()) => Ok(out.0),
        Err(_) => Err(check_size(MAX_TEXT + 1).err().unwrap_or_else(|| Error::from(ErrorKind::WriteFailure))),
    }
}

/// `str` of numbers and the like, `repr` of what is inside of lists and dictionaries.
fn print(out: &mut Bounded, value: &Value, depth: usize) -> std::fmt::Result {
    match value.kind() {
        ValueKind::Number if !value.is_integer() => {
            f64::try_from(value.clone()).map_or(Err(std::fmt::Error), |x| out.write_str(&float_repr(x)))
        }
        ValueKind::Seq if depth < MAX_DEPTH => {
            let tuple = value.is_tuple();
            out.write_char(if tuple { '(' } else { '[' })?;
            let mut length = 0;
            for item in value.try_iter().map_err(|_| std::fmt::Error)? {
                out.write_str(if length > 0 { ", " } else { "" })?;
                print(out, &item, depth + 1)?;
                length += 1;
            }
            out.write_str(if tuple && length == 1 {
                ",)"
            } else if tuple {
                ")"
            } else {
                "]"
            })
        }
        ValueKind::Map if depth < MAX_DEPTH => {
            out.write_char('{')?;
            for (i, key) in value.try_iter().map_err(|_| std::fmt::Error)?.enumerate() {
                out.write_str(if i > 0 { ", " } else { "" })?;
                print(out, &key, depth + 1)?;
                out.write_str(": ")?;
                print(out, &value.get_item(&key).map_err(|_| std::fmt::Error)?, depth + 1)?;
            }
            out.write_char('}')
        }
        ValueKind::String if depth > 0 => write!(out, "{value:?}"),
        _ => write!(out, "{value}"),
    }
}

/// How deep lists are printed here; deeper ones as minijinja does.
const MAX_DEPTH: usize = 100;

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
