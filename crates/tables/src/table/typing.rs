//! The type of a column, from its cells: text that is all numbers becomes numbers, all dates dates. A column is read
//! with one kind of marks and one order of dates throughout.

use crate::column::Column;
use crate::parse::{DateOrder, Marks, date, number};
use crate::value::Value;

/// Of cells with text, the share that must be numbers for a column to be of numbers with exceptions.
const MOSTLY: f64 = 0.9;

/// Text that says that there is nothing.
fn is_blank(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "" | "-" | "–" | "—" | "--" | "…" | "..." | "?" | "/")
        || matches!(text.to_ascii_lowercase().as_str(), "n/a" | "na" | "null" | "none" | "nan" | "nil" | "tba" | "无")
}

/// Makes a column.
pub fn column(name: String, cells: Vec<Value>) -> Column {
    let texts: Vec<&str> = cells
        .iter()
        .filter_map(|v| match v {
            Value::Text(t) if !is_blank(t) => Some(&**t),
            _ => None,
        })
        .collect();
    if texts.is_empty() {
        // Only blanks beside other values: a dash among numbers is no value.
        let others = cells.iter().any(|v| !matches!(v, Value::Text(_) | Value::Null));
        let cells = if others { cells.into_iter().map(without_blank).collect() } else { cells };
        return Column::new(name, cells);
    }
    // A few cells tell most columns of text at once.
    let step = (texts.len() / 40).max(1);
    let sample: Vec<&str> = texts.iter().step_by(step).copied().collect();
    let marks = marks(&texts, &sample);
    let numbers = sample.iter().filter(|t| number(t, marks).is_some()).count();
    if numbers as f64 >= MOSTLY * sample.len() as f64 {
        let count = texts.len();
        return numbers_column(name, cells, marks, count);
    }
    if let Some(order) = date_order(&sample) {
        let read = |v: &Value| match v {
            Value::Text(t) if is_blank(t) => Some(Value::Null),
            Value::Text(t) => date(t, order).map(Value::Date),
            other => Some(other.clone()),
        };
        if let Some(dates) = cells.iter().map(read).collect::<Option<Vec<_>>>() {
            return Column::new(name, dates).written_as(&cells);
        }
    }
    if sample.iter().all(|t| truth(t).is_some()) && texts.iter().all(|t| truth(t).is_some()) {
        let read = |v: Value| match &v {
            Value::Text(t) => truth(t).map_or(Value::Null, Value::Bool),
            _ => v,
        };
        return Column::new(name, cells.into_iter().map(read).collect());
    }
    Column::new(name, cells)
}

fn without_blank(value: Value) -> Value {
    match &value {
        Value::Text(t) if is_blank(t) => Value::Null,
        _ => value,
    }
}

fn numbers_column(name: String, cells: Vec<Value>, marks: Marks, texts: usize) -> Column {
    let mut units: Vec<(String, usize)> = Vec::new();
    let mut read_as_number = 0;
    let read = |v: &Value| match v {
        Value::Text(t) if is_blank(t) => Value::Null,
        Value::Text(t) => match number(t, marks) {
            Some(parsed) => {
                read_as_number += 1;
                if let Some(unit) = parsed.unit {
                    match units.iter_mut().find(|(u, _)| *u == unit) {
                        Some((_, n)) => *n += 1,
                        None => units.push((unit, 1)),
                    }
                }
                Value::Number(parsed.number)
            }
            None => v.clone(),
        },
        other => other.clone(),
    };
    let values: Vec<Value> = cells.iter().map(read).collect();
    // The sample was too kind, or currencies differ: the cells stay as they are.
    if (read_as_number as f64) < MOSTLY * texts as f64 || units.len() > 1 {
        return Column::new(name, cells);
    }
    let mut column = Column::new(name, values).written_as(&cells);
    column.unit = units.into_iter().next().filter(|(_, n)| *n * 2 > read_as_number).map(|(u, _)| u);
    column
}

/// The marks that read more cells; where both read all, those that some cell needs.
fn marks(texts: &[&str], sample: &[&str]) -> Marks {
    let count = |marks| sample.iter().filter(|t| number(t, marks).is_some()).count();
    let (point, comma) = (count(Marks::Point), count(Marks::Comma));
    if point != comma {
        return if point > comma { Marks::Point } else { Marks::Comma };
    }
    let telling = |marks| texts.iter().take(2000).filter_map(|t| number(t, marks)).any(|p| p.telling);
    if telling(Marks::Comma) && !telling(Marks::Point) && texts.iter().any(|t| t.contains(',')) {
        return Marks::Comma;
    }
    Marks::Point
}

/// The order that makes dates of all.
fn date_order(sample: &[&str]) -> Option<DateOrder> {
    [DateOrder::DayFirst, DateOrder::MonthFirst].into_iter().find(|o| sample.iter().all(|t| date(t, *o).is_some()))
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
