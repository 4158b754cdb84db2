//! Tests of cells.

use serde_json::Value as Json;

use super::{Condition, Test};
use crate::column::{Column, Kind};
use crate::expression::same;
use crate::parse::{DateOrder, Marks, date, number};
use crate::value::Value;

/// A condition that is ready for many rows.
pub struct Ready<'a> {
    column: &'a Column,
    test: Test,
    values: Vec<Value>,
    lower: String,
}

impl<'a> Ready<'a> {
    pub fn new(condition: &Condition, column: &'a Column) -> Self {
        let values: Vec<Value> = match &condition.value {
            Json::Array(list) => list.iter().map(|v| literal(v, column.kind)).collect(),
            single => vec![literal(single, column.kind)],
        };
        let lower = values.first().map(|v| v.to_string().to_lowercase()).unwrap_or_default();
        Ready { column, test: condition.is, values, lower }
    }

    /// Whether the row passes.
    pub fn passes(&self, row: usize) -> bool {
        let cell = self.column.get(row);
        match self.test {
            Test::Empty => return is_empty(&cell),
            Test::NotEmpty => return !is_empty(&cell),
            _ if is_empty(&cell) => return false,
            _ => {}
        }
        let Some(value) = self.values.first() else { return false };
        let order = |fits: fn(std::cmp::Ordering) -> bool| {
            let alike = match (&cell, value) {
                (Value::Text(a), Value::Text(b)) => return fits(a.to_lowercase().cmp(&b.to_lowercase())),
                (a, b) if a.as_f64().is_some() => b.as_f64().is_some(),
                (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
            };
            alike && fits(cell.order(value))
        };
        // Parts of texts are those that the reader sees.
        let text = || self.column.shown(row).to_lowercase();
        match self.test {
            Test::Equal => same(&cell, value),
            Test::NotEqual => !same(&cell, value),
            Test::OneOf => self.values.iter().any(|v| same(&cell, v)),
            Test::Less => order(std::cmp::Ordering::is_lt),
            Test::AtMost => order(std::cmp::Ordering::is_le),
            Test::More => order(std::cmp::Ordering::is_gt),
            Test::AtLeast => order(std::cmp::Ordering::is_ge),
            Test::Contains => text().contains(&self.lower),
            Test::NotContains => !text().contains(&self.lower),
            Test::StartsWith => text().starts_with(&self.lower),
            Test::EndsWith => text().ends_with(&self.lower),
            Test::Empty | Test::NotEmpty => false,
        }
    }
}

fn is_empty(cell: &Value) -> bool {
    match cell {
        Value::Null => true,
        Value::Text(t) => t.trim().is_empty(),
        _ => false,
    }
}

/// A constant of a plan as a column of this kind would have it: a date in text becomes a date.
pub fn literal(json: &Json, kind: Kind) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) if kind == Kind::Text => Value::text(n.to_string()),
        // As it is written, not as a float: 0.1 stays 0.1.
        Json::Number(n) => match n.to_string().parse() {
            Ok(number) => Value::Number(number),
            Err(_) => n.as_f64().map_or(Value::Null, Value::number),
        },
        Json::String(text) => {
            let read = match kind {
                Kind::Number => number(text, Marks::Point).map(|p| Value::Number(p.number)),
                Kind::Date => date(text, DateOrder::DayFirst).map(Value::Date),
                Kind::Bool => text.to_lowercase().parse().ok().map(Value::Bool),
                _ => None,
            };
            read.unwrap_or_else(|| Value::text(text))
        }
        other => Value::text(other.to_string()),
    }
}
