//! JSON in (messages, tools) and JSON out (`tojson`, as Python's `json.dumps` writes it).

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, Value};
use serde_json::Value as Json;

use super::arguments::long_integer;
use super::format::float_repr;
use super::limits::check_size;

/// A template value of a JSON value; objects keep their order.
pub(super) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(b) => Value::from(*b),
        Json::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(i), _) => Value::from(i),
            (None, Some(u)) => Value::from(u),
            (None, None) => Value::from(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(s) => Value::from(s.as_str()),
        Json::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        Json::Object(map) if long_integer(map).is_some() => {
            let digits = long_integer(map).unwrap_or_default();
            // Beyond 128 bits templates know no integers.
            digits.parse::<i128>().map_or_else(|_| Value::from(digits), Value::from)
        }
        Json::Object(map) => Value::from_pairs(map.iter().map(|(k, v)| (k.as_str(), value(v)))),
    }
}

/// `tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)`, transformers' filter:
/// nothing is escaped for HTML and other scripts stay readable.
pub(super) fn tojson(value: &Value, ensure_ascii: Option<Value>, options: Kwargs) -> Result<Value, Error> {
    let ensure_ascii = match ensure_ascii {
        Some(value) => value.is_true(),
        None => options.get::<Option<Value>>("ensure_ascii")?.is_some_and(|v| v.is_true()),
    };
    let indent = match options.get::<Option<Value>>("indent")? {
        None => None,
        Some(v) if v.is_none() => None,
        Some(v) => match v.as_str() {
            Some(text) => Some(text.to_owned()),
            None if v.kind() == ValueKind::Bool => Some(" ".repeat(usize::from(v.is_true()))),
            None => Some(" ".repeat(usize::try_from(i64::try_from(v)?.clamp(0, 64)).unwrap_or(0))),
        },
    };
    let (item, key) = match options.get::<Option<Value>>("separators")?.filter(|v| !v.is_none()) {
        Some(pair) => (pair.get_item_by_index(0)?.to_string(), pair.get_item_by_index(1)?.to_string()),
        None => ((if indent.is_some() { "," } else { ", " }).to_owned(), ": ".to_owned()),
    };
    let sort_keys = options.get::<Option<bool>>("sort_keys")?.unwrap_or(false);
    options.assert_all_used()?;
    let mut writer = Writer { out: String::new(), ensure_ascii, indent, item, key, sort_keys };
    writer.value(value, 0)?;
    Ok(Value::from(writer.out))
}

struct Writer {
    out: String,
    ensure_ascii: bool,
    indent: Option<String>,
    item: String,
    key: String,
    sort_keys: bool,
}

/// Python's own limit is its recursion limit; a template cannot need more.
const MAX_DEPTH: usize = 200;

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::new(ErrorKind::InvalidOperation, "tojson: nested too deeply"));
        }
        check_size(self.out.len())?; // shared parts can make a small value long
        match value.kind() {
            ValueKind::Undefined => {
                return Err(Error::new(ErrorKind::InvalidOperation, "tojson: the value is undefined"));
            }
            ValueKind::None => self.out.push_str("null"),
            ValueKind::Bool => self.out.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number => self.number(value),
            ValueKind::String => self.string(value.as_str().unwrap_or_default()),
            ValueKind::Seq | ValueKind::Iterable => {
                let items: Vec<Value> = value.try_iter()?.collect();
                self.container('[', ']', &items, depth, |w, item| w.value(item, depth + 1))?;
            }
            ValueKind::Map => {
                let mut keys: Vec<Value> = value.try_iter()?.collect();
                if self.sort_keys {
                    keys.sort();
                }
                self.container('{', '}', &keys, depth, |w, key| {
                    match key.kind() {
                        ValueKind::String => w.string(key.as_str().unwrap_or_default()),
                        _ => {
                            w.out.push('"');
                            w.value(key, depth + 1)?;
                            w.out.push('"');
                        }
                    }
                    let separator = w.key.clone();
                    w.out.push_str(&separator);
                    w.value(&value.get_item(key)?, depth + 1)
                })?;
            }
            kind => {
                return Err(Error::new(ErrorKind::InvalidOperation, format!("tojson: a {kind} is not JSON")));
            }
        }
        Ok(())
    }

    fn container<F>(&mut self, open: char, close: char, items: &[Value], depth: usize, mut each: F) -> Result<(), Error>
    where
        F: FnMut(&mut Self, &Value) -> Result<(), Error>,
    {
        self.out.push(open);
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                let separator = self.item.clone();
                self.out.push_str(&separator);
            }
            self.line_break(depth + 1)?;
            each(self, item)?;
        }
        if !items.is_empty() {
            self.line_break(depth)?;
        }
        self.out.push(close);
        Ok(())
    }

    fn line_break(&mut self, depth: usize) -> Result<(), Error> {
        if let Some(indent) = &self.indent {
            check_size(self.out.len().saturating_add(depth.saturating_mul(indent.len())))?;
            self.out.push('\n');
            for _ in 0..depth {
                self.out.push_str(indent);
            }
        }
        Ok(())
    }

    fn number(&mut self, value: &Value) {
        if value.is_integer() {
            self.out.push_str(&value.to_string());
            return;
        }
        let text = match f64::try_from(value.clone()) {
            Ok(x) if x.is_nan() => "NaN".to_owned(),
            Ok(x) if x.is_infinite() => (if x > 0.0 { "Infinity" } else { "-Infinity" }).to_owned(),
            Ok(x) => float_repr(x),
            Err(_) => value.to_string(),
        };
        self.out.push_str(&text);
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                c if c < ' ' || (self.ensure_ascii && !(' '..='~').contains(&c)) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        self.out.push_str(&format!("\\u{unit:04x}"));
                    }
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}
