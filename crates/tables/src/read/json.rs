//! Records in JSON: a list of objects or of lists, an object that holds one, or one record a line.

use serde_json::Value as Json;

use super::damaged;
use crate::error::Result;
use crate::sheet::Sheet;
use crate::value::Value;

/// Reads records; names of columns in the order of their first use, nested ones with a dot between.
pub fn read(name: &str, text: &str) -> Result<Sheet> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let records = records(text).map_err(|e| damaged(name, e))?;
    let mut columns = Columns::default();
    let mut sheet = Sheet::new("");
    let mut cells = Vec::new();
    for (row, record) in records.iter().enumerate() {
        cells.clear();
        flatten("", record, &mut columns, &mut cells);
        cells.sort_by_key(|(column, _)| *column);
        for (column, value) in &cells {
            sheet.push(row as u32, *column, value);
        }
    }
    sheet.header = Some(columns.names);
    Ok(sheet)
}

fn records(text: &str) -> serde_json::Result<Vec<Json>> {
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Array(list)) => Ok(list),
        Ok(Json::Object(map)) => {
            let lists = map.values().filter(|v| matches!(v, Json::Array(a) if a.iter().any(Json::is_object)));
            let longest = lists.max_by_key(|v| v.as_array().map_or(0, Vec::len)).cloned();
            Ok(match longest {
                Some(Json::Array(list)) => list,
                _ => vec![Json::Object(map)],
            })
        }
        Ok(other) => Ok(vec![other]),
        // One record a line.
        Err(whole) => {
            let lines: serde_json::Result<Vec<Json>> =
                text.lines().filter(|l| !l.trim().is_empty()).map(serde_json::from_str).collect();
            lines.map_err(|_| whole)
        }
    }
}

#[derive(Default)]
struct Columns {
    names: Vec<String>,
    known: std::collections::HashMap<String, u32>,
}

impl Columns {
    fn column(&mut self, name: &str) -> u32 {
        if let Some(column) = self.known.get(name) {
            return *column;
        }
        let column = self.names.len() as u32;
        self.names.push(name.into());
        self.known.insert(name.into(), column);
        column
    }
}

fn flatten(path: &str, json: &Json, columns: &mut Columns, cells: &mut Vec<(u32, Value)>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match json {
        Json::Object(map) => map.iter().for_each(|(key, value)| flatten(&join(key), value, columns, cells)),
        Json::Array(list) if path.is_empty() => {
            list.iter().enumerate().for_each(|(i, v)| flatten(&(i + 1).to_string(), v, columns, cells));
        }
        _ => {
            let column = columns.column(if path.is_empty() { "value" } else { path });
            let value = match json {
                Json::Null => Value::Null,
                Json::Bool(b) => Value::Bool(*b),
                Json::Number(n) => match n.as_i64() {
                    Some(i) => Value::Number(i.into()),
                    None => n.as_f64().map_or(Value::Null, Value::number),
                },
                Json::String(s) => Value::text(s),
                other => Value::text(other.to_string()),
            };
            if !value.is_null() {
                cells.push((column, value));
            }
        }
    }
}
