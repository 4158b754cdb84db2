//! Steps that change columns cell by cell, or turn columns into rows.

use super::filter::literal;
use super::{AggregateFunction, Cleaning, Filling, Step, Type};
use crate::column::Column;
use crate::parse::{loose_date, loose_number};
use crate::plan::aggregate::aggregate;
use crate::table::Table;
use crate::value::{DAY, Value};

/// A checked step's table; other steps leave it as it is.
pub fn reshape(step: &Step, table: &Table) -> Table {
    let mut next = table.clone();
    let mut replace = |name: &str, cells: &dyn Fn(&Column) -> Vec<Value>| {
        if let Some(at) = table.index(name) {
            let old = &table.columns[at];
            let mut column = Column::new(&old.name, cells(old));
            column.unit = old.unit.clone().filter(|_| column.kind == old.kind);
            next.columns[at] = column;
        }
    };
    match step {
        Step::Fill { column, with } => replace(column, &|c| filled(c, with)),
        Step::Clean { column, how } => replace(column, &|c| c.values().map(|v| cleaned(v, *how)).collect()),
        Step::Cast { column, to } => {
            if let Some(at) = table.index(column) {
                let old = &table.columns[at];
                let shown: Vec<Value> = (0..old.len()).map(|row| Value::text(old.shown(row))).collect();
                let cells = old.values().map(|v| cast(v, *to)).collect();
                next.columns[at] = Column::new(&old.name, cells).written_as(&shown);
            }
        }
        Step::Rename { column, name } => {
            if let Some(at) = table.index(column) {
                next.columns[at].name = name.clone();
            }
        }
        Step::Select { columns } => {
            let chosen = columns.iter().enumerate().filter(|(i, name)| !columns[..*i].contains(name));
            next.columns = chosen.filter_map(|(_, name)| table.column(name).cloned()).collect();
        }
        Step::Drop { columns } => next.columns.retain(|c| !columns.contains(&c.name)),
        Step::Split { column, separator, into } => {
            if let Some(column) = table.column(column) {
                next.columns.extend(split(column, separator, into));
            }
        }
        Step::Merge { columns, separator, name } => {
            let parts: Vec<&Column> = columns.iter().filter_map(|name| table.column(name)).collect();
            let cell = |row: usize| {
                let texts = parts.iter().map(|c| c.get(row).to_string()).filter(|t| !t.is_empty());
                Value::text(texts.collect::<Vec<_>>().join(separator))
            };
            next.columns.push(Column::new(name, (0..table.rows()).map(cell).collect()));
        }
        Step::Unpivot { keep, name, value } => return unpivot(table, keep, name, value),
        _ => {}
    }
    next
}

fn filled(column: &Column, with: &Filling) -> Vec<Value> {
    let mut values: Vec<Value> = column.values().collect();
    let carry = |values: &mut dyn Iterator<Item = &mut Value>| {
        let mut last = Value::Null;
        for value in values {
            match value.is_null() {
                true => *value = last.clone(),
                false => last = value.clone(),
            }
        }
    };
    match with {
        Filling::Previous => carry(&mut values.iter_mut()),
        Filling::Next => carry(&mut values.iter_mut().rev()),
        Filling::Mean | Filling::Value(_) => {
            let by = match with {
                Filling::Value(json) => literal(json, column.kind),
                _ => aggregate(AggregateFunction::Mean, column.values()),
            };
            values.iter_mut().filter(|v| v.is_null()).for_each(|v| *v = by.clone());
        }
    }
    values
}

fn cleaned(value: Value, how: Cleaning) -> Value {
    let Value::Text(text) = &value else { return value };
    Value::text(match how {
        Cleaning::Trim => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Cleaning::Lower => text.to_lowercase(),
        Cleaning::Upper => text.to_uppercase(),
        Cleaning::Title => title(text),
        Cleaning::Digits => text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect(),
    })
}

fn title(text: &str) -> String {
    let mut start = true;
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match start {
            true => result.extend(c.to_uppercase()),
            false => result.extend(c.to_lowercase()),
        }
        start = c.is_whitespace() || c == '-';
    }
    result
}

fn cast(value: Value, to: Type) -> Value {
    match (to, &value) {
        (_, Value::Null | Value::Error(_)) => value,
        (Type::Text, Value::Text(_)) => value,
        (Type::Text, other) => Value::text(other.to_string()),
        (Type::Number, Value::Text(t)) => loose_number(t).map_or(Value::Null, Value::Number),
        (Type::Number, Value::Bool(b)) => Value::Number(u32::from(*b).into()),
        (Type::Number, Value::Duration(t) | Value::Time(t)) => Value::number(*t as f64 / DAY as f64),
        (Type::Number, v) if v.as_f64().is_some() => value,
        (Type::Date, Value::Text(t)) => loose_date(t).map_or(Value::Null, Value::Date),
        (Type::Date, Value::Date(_)) => value,
        (Type::Bool, Value::Bool(_)) => value,
        (Type::Bool, Value::Text(t)) => match t.trim().to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "是" => Value::Bool(true),
            "false" | "no" | "n" | "0" | "否" => Value::Bool(false),
            _ => Value::Null,
        },
        (Type::Bool, v) => v.as_f64().map_or(Value::Null, |n| Value::Bool(n != 0.0)),
        _ => Value::Null,
    }
}

/// The last column takes what is left.
fn split(column: &Column, separator: &str, into: &[String]) -> Vec<Column> {
    let mut cells: Vec<Vec<Value>> = vec![Vec::with_capacity(column.len()); into.len()];
    for value in column.values() {
        let text = value.to_string();
        let mut parts = text.splitn(into.len(), separator);
        for column in &mut cells {
            let part = parts.next().map(str::trim).filter(|p| !p.is_empty() && !value.is_null());
            column.push(part.map_or(Value::Null, Value::text));
        }
    }
    into.iter().zip(cells).map(|(name, cells)| Column::new(name, cells)).collect()
}

fn unpivot(table: &Table, keep: &[String], name: &str, value: &str) -> Table {
    let melted: Vec<&Column> = table.columns.iter().filter(|c| !keep.contains(&c.name)).collect();
    let rows: Vec<usize> = (0..table.rows()).flat_map(|row| melted.iter().map(move |_| row)).collect();
    let mut columns: Vec<Column> =
        keep.iter().filter_map(|name| table.column(name)).map(|column| column.take(&rows)).collect();
    let names = (0..table.rows()).flat_map(|_| melted.iter().map(|c| Value::text(&c.name)));
    let cells = (0..table.rows()).flat_map(|row| melted.iter().map(move |c| c.get(row)));
    columns.push(Column::new(name, names.collect()));
    columns.push(Column::new(value, cells.collect()));
    let mut next = Table::with_rows(columns, rows.len());
    next.origin = rows.iter().filter_map(|row| table.origin.get(*row).copied()).collect();
    next
}
