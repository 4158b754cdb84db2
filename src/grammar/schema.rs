//! A JSON Schema as people write it → one that the grammar compiler keeps in full. Compiles nothing.
//!
//! The compiler refuses most of what it cannot keep, and names it. This adds what it would get wrong: keys may
//! come twice in the objects that it writes, so it cannot count them, and it reads `$ref` without its escapes. And it
//! takes out what demands nothing, which the compiler refuses by name alone: keywords at their default, formats that it
//! does not know (annotations, by the standard), and JavaScript's way to write regular expressions.

use std::collections::HashMap;

use serde_json::{Deserializer, Map, Value, json};

use super::ecma;
use crate::error::{Error, Result};

/// Formats that the compiler keeps.
const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"];
/// Keywords that never demand anything.
const ANNOTATIONS: &[&str] = &["deprecated", "contentSchema", "$vocabulary", "discriminator", "xml", "externalDocs"];
/// Keywords whose value is no schema, whatever it looks like.
const VALUES: &[&str] = &["const", "enum", "default", "examples"];
/// Keywords whose value has schemas under names of the author's.
const NAMED: &[&str] = &["properties", "patternProperties", "$defs", "definitions"];

/// Before a schema in a grammar of Lark's format.
const MARK: &str = "%json";

/// JSON as models write it, `{"a": 1, "b": 2}`, and never endless white space, where small models get lost.
fn style() -> Value {
    json!({ "whitespace_flexible": false, "item_separator": ", ?", "key_separator": ": ?" })
}

/// Prepares a schema for the compiler.
///
/// # Errors
/// [`Error::Grammar`] for a `$ref` that points nowhere and a `minProperties` that could not be kept.
pub(super) fn prepare(schema: Value) -> Result<Value> {
    let Value::Object(mut fields) = schema else {
        return Ok(match schema {
            Value::Bool(true) => Value::Object(Map::from_iter([("x-guidance".into(), style())])),
            other => other,
        });
    };
    let mut references = References { root: Value::Object(fields.clone()), plain: HashMap::new(), open: Vec::new() };
    walk(&mut fields, &mut references)?;
    // What a copied schema refers to may have to be copied, too.
    while let Some((name, mut schema)) = references.open.pop() {
        if let Value::Object(fields) = &mut schema {
            walk(fields, &mut references)?;
        }
        if let Value::Object(defs) = fields.entry("$defs").or_insert_with(|| json!({})) {
            defs.insert(name, schema);
        }
    }
    fields.entry("x-guidance").or_insert_with(style);
    Ok(Value::Object(fields))
}

/// Prepares the schemas in a grammar, each after `%json`.
///
/// # Errors
/// As [`prepare`].
pub(super) fn prepare_within(grammar: &str) -> Result<String> {
    let mut prepared = String::with_capacity(grammar.len());
    let mut rest = grammar;
    while let Some(at) = rest.find(MARK) {
        let (before, after) = rest.split_at(at + MARK.len());
        prepared.push_str(before);
        rest = after;
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        // Where no JSON follows, the mark is in a comment or in a text, or a mistake for the compiler to name.
        if let Some(Ok(schema)) = values.next() {
            rest = &rest[values.byte_offset()..];
            prepared.push_str(&format!(" {}", prepare(schema)?));
        }
    }
    prepared.push_str(rest);
    Ok(prepared)
}

/// Copies of what is referred to by pointers with escapes, under names that need none.
struct References {
    root: Value,
    plain: HashMap<String, String>,
    open: Vec<(String, Value)>,
}

impl References {
    /// The same reference without escapes.
    fn plain(&mut self, reference: &str) -> Result<String> {
        if !reference.contains(['~', '%']) || !reference.starts_with('#') {
            return Ok(reference.to_owned());
        }
        let count = self.plain.len();
        if let Some(name) = self.plain.get(reference) {
            return Ok(format!("#/$defs/{name}"));
        }
        let nowhere = || Error::Grammar(format!("$ref {reference:?} points nowhere in the schema"));
        let pointer = unescaped(&reference[1..]).ok_or_else(nowhere)?;
        let schema = self.root.pointer(&pointer).ok_or_else(nowhere)?.clone();
        let name = format!("loquat_ref_{count}");
        self.plain.insert(reference.to_owned(), name.clone());
        self.open.push((name.clone(), schema));
        Ok(format!("#/$defs/{name}"))
    }
}

/// Whether a keyword with this value, beside the others of its schema, allows every instance.
fn demands_nothing(keyword: &str, value: &Value, schema: &Map<String, Value>) -> bool {
    let has = |other: &str| schema.contains_key(other);
    let is_zero = value.as_f64() == Some(0.0);
    let is_anything = *value == Value::Bool(true) || value.as_object().is_some_and(Map::is_empty);
    match keyword {
        "uniqueItems" | "$recursiveAnchor" | "not" => *value == Value::Bool(false),
        "minItems" | "minLength" | "minProperties" => is_zero,
        "minContains" | "maxContains" => !has("contains"),
        "contains" => schema.get("minContains").and_then(Value::as_f64) == Some(0.0) && !has("maxContains"),
        "if" => !has("then") && !has("else"),
        "then" | "else" => !has("if") || is_anything,
        "propertyNames" | "unevaluatedProperties" | "unevaluatedItems" | "additionalItems" => is_anything,
        "dependentRequired" | "dependentSchemas" | "dependencies" => value.as_object().is_some_and(Map::is_empty),
        "format" => value.as_str().is_some_and(|format| !FORMATS.contains(&format)),
        _ => ANNOTATIONS.contains(&keyword),
    }
}

/// Takes out of a schema what demands nothing, and translates its regular expressions.
fn simplify(schema: &mut Map<String, Value>) -> Result<()> {
    // What is out may leave others without an effect.
    loop {
        let idle = schema.iter().find(|(keyword, value)| demands_nothing(keyword, value, schema));
        let Some(keyword) = idle.map(|(keyword, _)| keyword.clone()) else { break };
        schema.shift_remove(&keyword);
    }
    if let Some(Value::String(pattern)) = schema.get_mut("pattern") {
        *pattern = ecma::translate_pattern(pattern)?;
    }
    if let Some(Value::Object(named)) = schema.get_mut("patternProperties") {
        for (pattern, schema) in std::mem::take(named) {
            named.insert(ecma::translate_pattern(&pattern)?, schema);
        }
    }
    Ok(())
}

fn walk(schema: &mut Map<String, Value>, references: &mut References) -> Result<()> {
    simplify(schema)?;
    countable(schema)?;
    for (keyword, value) in schema {
        match value {
            Value::String(reference) if keyword == "$ref" => *reference = references.plain(reference)?,
            Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                for each in named.values_mut().filter_map(Value::as_object_mut) {
                    walk(each, references)?;
                }
            }
            Value::Object(inner) if !VALUES.contains(&keyword.as_str()) => walk(inner, references)?,
            Value::Array(list) if !VALUES.contains(&keyword.as_str()) => {
                for each in list.iter_mut().filter_map(Value::as_object_mut) {
                    walk(each, references)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// One more key than the required ones is there whether or not it comes twice; of two more that is not sure.
fn countable(schema: &Map<String, Value>) -> Result<()> {
    let wanted = schema.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
    let required = schema.get("required").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    if wanted <= required + 1 {
        return Ok(());
    }
    Err(Error::Grammar(format!(
        "minProperties is {wanted} where {required} keys are required: at most {} can be kept, because the others \
         may come twice",
        required + 1
    )))
}

/// `%7E` and its like to what they stand for; none if that is no text.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}
