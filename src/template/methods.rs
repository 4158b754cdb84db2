//! Python's methods of `str`, `dict` and `list`, as far as they change nothing: those that minijinja-contrib lacks, or
//! answers differently from Python. The rest are its own.
//!
//! transformers runs templates in an immutable sandbox: `append`, `update` and the like are errors
//! there, and unknown methods here.

use minijinja::value::{Kwargs, Tuple, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State, Value};
use minijinja_contrib::pycompat::unknown_method_callback;

use super::format::str_format;
use super::limits::check_size;

type Result<T = Value> = std::result::Result<T, Error>;

/// minijinja's hook for methods it does not have.
pub(super) fn call(state: &mut State, value: &Value, method: &str, args: &[Value]) -> Result {
    let own = match value.kind() {
        ValueKind::String => string(value.as_str().unwrap_or_default(), method, args),
        ValueKind::Map => dict(value, method, args),
        ValueKind::Seq | ValueKind::Iterable => list(value, method, args),
        _ => unknown(),
    };
    match own {
        Err(error) if error.kind() == ErrorKind::UnknownMethod => unknown_method_callback(state, value, method, args),
        answered => answered,
    }
}

fn unknown() -> Result {
    Err(Error::from(ErrorKind::UnknownMethod))
}

fn invalid(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.into())
}

fn dict(value: &Value, method: &str, args: &[Value]) -> Result {
    match method {
        // Lists where minijinja-contrib has iterators without a length.
        "keys" => {
            let () = from_args(args)?;
            Ok(value.try_iter()?.collect())
        }
        "values" => {
            let () = from_args(args)?;
            value.try_iter()?.map(|key| value.get_item(&key)).collect()
        }
        "items" => {
            let () = from_args(args)?;
            let pair =
                |key: Value| -> Result { Ok(Value::from_object(Tuple::from([key.clone(), value.get_item(&key)?]))) };
            value.try_iter()?.map(pair).collect()
        }
        "copy" => Ok(value.clone()),
        _ => unknown(),
    }
}

fn list(value: &Value, method: &str, args: &[Value]) -> Result {
    match method {
        "index" => {
            let (item,): (&Value,) = from_args(args)?;
            let found = value.try_iter()?.position(|v| v == *item);
            found.map(Value::from).ok_or_else(|| invalid(format!("{item:?} is not in the list")))
        }
        "copy" => Ok(value.clone()),
        _ => unknown(),
    }
}

fn string(s: &str, method: &str, args: &[Value]) -> Result {
    Ok(match method {
        "casefold" => none(args, s.to_lowercase())?,
        "title" => none(args, title(s))?,
        "capitalize" => {
            let mut chars = s.chars();
            let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
            none(args, first + &chars.as_str().to_lowercase())?
        }
        "swapcase" => {
            let swap = |c: char| -> String {
                if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
            };
            none(args, s.chars().map(swap).collect::<String>())?
        }
        "strip" => Value::from(strip(s, args, true, true)?),
        "lstrip" => Value::from(strip(s, args, true, false)?),
        "rstrip" => Value::from(strip(s, args, false, true)?),
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(args)?;
            Value::from(s.strip_prefix(prefix).unwrap_or(s))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(args)?;
            Value::from(s.strip_suffix(suffix).unwrap_or(s))
        }
        "split" => split(s, args, false)?,
        "rsplit" => split(s, args, true)?,
        "splitlines" => splitlines(s, args)?,
        "partition" => {
            let (separator,): (&str,) = from_args(args)?;
            triple(s.split_once(separator).map(|(a, b)| (a, separator, b)).unwrap_or((s, "", "")))
        }
        "rpartition" => {
            let (separator,): (&str,) = from_args(args)?;
            triple(s.rsplit_once(separator).map(|(a, b)| (a, separator, b)).unwrap_or(("", "", s)))
        }
        "replace" => {
            let (old, new, count, kwargs): (&str, &str, Option<i64>, Kwargs) = from_args(args)?;
            let count = count.or(kwargs.get("count")?);
            kwargs.assert_all_used()?;
            let count = usize::try_from(count.unwrap_or(-1)).unwrap_or(usize::MAX);
            let matches = s.matches(old).count().min(count);
            check_size(s.len().saturating_add(matches.saturating_mul(new.len())))?;
            Value::from(s.replacen(old, new, count))
        }
        "join" => {
            let (items,): (&Value,) = from_args(args)?;
            let mut out = String::new();
            for (i, item) in items.try_iter()?.enumerate() {
                let text = item
                    .as_str()
                    .ok_or_else(|| invalid(format!("join: item {i} is a {}, not a string", item.kind())))?;
                if i > 0 {
                    out.push_str(s);
                }
                out.push_str(text);
                check_size(out.len())?;
            }
            Value::from(out)
        }
        "find" | "index" => {
            let (needle, start): (&str, Option<i64>) = from_args(args)?;
            let from = byte_offset(s, start.unwrap_or(0));
            found(s, s[from..].find(needle).map(|at| from + at), needle, method == "index")?
        }
        "rindex" => {
            let (needle,): (&str,) = from_args(args)?;
            found(s, s.rfind(needle), needle, true)?
        }
        "count" => {
            let (needle,): (&str,) = from_args(args)?;
            Value::from(if needle.is_empty() { s.chars().count() + 1 } else { s.matches(needle).count() })
        }
        "format" => str_format(s, args)?,
        "isdigit" => none(args, all(s, char::is_numeric) && all(s, |c| c.is_ascii_digit() || !c.is_ascii()))?,
        "isdecimal" => none(args, all(s, |c| c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric())))?,
        "isspace" => none(args, all(s, is_python_space))?,
        "istitle" => none(args, s.chars().any(char::is_alphabetic) && title(s) == s)?,
        "zfill" => {
            let (width,): (usize,) = from_args(args)?;
            let (sign, digits) = s.split_at(usize::from(s.starts_with(['+', '-'])));
            let missing = width.min(MAX_WIDTH).saturating_sub(s.chars().count());
            Value::from(format!("{sign}{}{digits}", "0".repeat(missing)))
        }
        "ljust" => pad(s, args, |_, missing| (0, missing))?,
        "rjust" => pad(s, args, |_, missing| (missing, 0))?,
        "center" => pad(s, args, center)?,
        _ => return unknown(),
    })
}

/// A result for a method that takes no arguments.
fn none(args: &[Value], result: impl Into<Value>) -> Result {
    let () = from_args(args)?;
    Ok(result.into())
}

fn all(s: &str, what: impl Fn(char) -> bool) -> bool {
    !s.is_empty() && s.chars().all(what)
}

/// Every run of letters starts with a capital.
fn title(s: &str) -> String {
    let mut inside = false;
    s.chars().fold(String::with_capacity(s.len()), |mut out, c| {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
        out
    })
}

fn strip<'s>(s: &'s str, args: &[Value], left: bool, right: bool) -> Result<&'s str> {
    let (chars,): (Option<Value>,) = from_args(args)?;
    let chars = chars.filter(|v| !v.is_none());
    let chars = chars.as_ref().map(|v| v.as_str().ok_or_else(|| invalid("strip: the characters must be a string")));
    let chars = chars.transpose()?;
    let strips = |c: char| chars.map_or_else(|| is_python_space(c), |chars| chars.contains(c));
    let s = if left { s.trim_start_matches(strips) } else { s };
    Ok(if right { s.trim_end_matches(strips) } else { s })
}

/// `str.isspace`: Unicode's white space and the four separators of ASCII.
fn is_python_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn split(s: &str, args: &[Value], from_right: bool) -> Result {
    let (separator, limit, kwargs): (Option<Value>, Option<i64>, Kwargs) = from_args(args)?;
    let separator = separator.or(kwargs.get("sep")?).filter(|v| !v.is_none());
    let limit = limit.or(kwargs.get("maxsplit")?);
    kwargs.assert_all_used()?;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).map_or(usize::MAX, |limit| limit.saturating_add(1));
    let mut parts: Vec<&str> = match separator {
        None => return Ok(strings(split_spaces(s, limit, from_right))),
        Some(separator) => match separator.as_str() {
            None => return Err(invalid("split: the separator must be a string")),
            Some("") => return Err(invalid("split: empty separator")),
            Some(separator) if from_right => s.rsplitn(limit, separator).collect(),
            Some(separator) => s.splitn(limit, separator).collect(),
        },
    };
    if from_right {
        parts.reverse();
    }
    Ok(strings(parts))
}

/// Split at runs of white space; the part beyond the limit keeps its inner and outer spaces.
fn split_spaces(s: &str, limit: usize, from_right: bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = if from_right { s.trim_end_matches(is_python_space) } else { s.trim_start_matches(is_python_space) };
    while !rest.is_empty() {
        if parts.len() + 1 == limit {
            parts.push(rest);
            break;
        }
        if from_right {
            let start =
                rest.rfind(is_python_space).map_or(0, |at| at + rest[at..].chars().next().map_or(0, char::len_utf8));
            parts.push(&rest[start..]);
            rest = rest[..start].trim_end_matches(is_python_space);
        } else {
            let end = rest.find(is_python_space).unwrap_or(rest.len());
            parts.push(&rest[..end]);
            rest = rest[end..].trim_start_matches(is_python_space);
        }
    }
    if from_right {
        parts.reverse();
    }
    parts
}

fn splitlines(s: &str, args: &[Value]) -> Result {
    let (keep, kwargs): (Option<bool>, Kwargs) = from_args(args)?;
    let keep = keep.or(kwargs.get("keepends")?).unwrap_or(false);
    kwargs.assert_all_used()?;
    let mut lines = Vec::new();
    let mut rest = s;
    let is_break = |c: char| {
        matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    while !rest.is_empty() {
        let (end, next) = match rest.char_indices().find(|&(_, c)| is_break(c)) {
            None => (rest.len(), rest.len()),
            Some((at, _)) if rest[at..].starts_with("\r\n") => (at, at + 2),
            Some((at, c)) => (at, at + c.len_utf8()),
        };
        lines.push(&rest[..if keep { next } else { end }]);
        rest = &rest[next..];
    }
    Ok(strings(lines))
}

fn strings(parts: Vec<&str>) -> Value {
    parts.into_iter().map(Value::from).collect()
}

fn triple((a, b, c): (&str, &str, &str)) -> Value {
    Value::from_object(Tuple::from([a, b, c].map(Value::from)))
}

/// Byte offset of a character index, which counts from the end when negative.
fn byte_offset(s: &str, index: i64) -> usize {
    let index = if index < 0 { (s.chars().count() as i64 + index).max(0) } else { index };
    s.char_indices().nth(index as usize).map_or(s.len(), |(at, _)| at)
}

/// A byte offset as a character index; without one −1, or an error for the methods that raise.
fn found(s: &str, at: Option<usize>, needle: &str, raises: bool) -> Result {
    match at {
        Some(at) => Ok(Value::from(s[..at].chars().count())),
        None if raises => Err(invalid(format!("substring {needle:?} not found"))),
        None => Ok(Value::from(-1)),
    }
}

/// How `center` shares the padding: Python puts the odd one to the left in odd widths.
pub(super) fn center(width: usize, missing: usize) -> (usize, usize) {
    let left = missing / 2 + (missing & width & 1);
    (left, missing - left)
}

/// Widths beyond this are a mistake or an attack.
const MAX_WIDTH: usize = 10_000;

pub(super) fn pad(s: &str, args: &[Value], sides: impl Fn(usize, usize) -> (usize, usize)) -> Result {
    let (width, fill): (usize, Option<&str>) = from_args(args)?;
    let fill = fill.unwrap_or(" ");
    // What is longer would be repeated, as much memory as the template wants.
    if fill.chars().count() != 1 {
        return Err(invalid("the fill character must be exactly one character long"));
    }
    let width = width.min(MAX_WIDTH);
    let (left, right) = sides(width, width.saturating_sub(s.chars().count()));
    Ok(Value::from(format!("{}{s}{}", fill.repeat(left), fill.repeat(right))))
}
