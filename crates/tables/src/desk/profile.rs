//! A table at a glance: kinds, blanks, ends, and what is unlike the rest.

use serde_json::{Value as Json, json};

use crate::column::{Column, Kind};
use crate::table::Table;
use crate::value::{DAY, Value, days};

/// Rows that are named at most.
const NAMED: usize = 100;

/// Of all columns, with the rows that occur twice.
pub fn profile(start: &Table, now: &Table, duplicates: usize) -> Json {
    let totals: Vec<Vec<String>> = start.totals.iter().map(|row| row.iter().map(Value::to_string).collect()).collect();
    json!({
        "rows": now.rows(),
        "duplicates": duplicates,
        "totals": totals,
        "columns": now.columns.iter().map(column).collect::<Vec<_>>(),
    })
}

fn column(column: &Column) -> Json {
    let missing = column.values().filter(Value::is_null).count();
    let errors = column.values().filter(|v| matches!(v, Value::Error(_))).count();
    let some = || column.values().filter(|v| !matches!(v, Value::Null | Value::Error(_)));
    let least = some().min_by(|a, b| a.order(b)).map(|v| v.to_string());
    let most = some().max_by(|a, b| a.order(b)).map(|v| v.to_string());
    let common = column.distinct(10_000);
    json!({
        "name": column.name,
        "kind": column.kind,
        "unit": column.unit,
        "missing": missing,
        "errors": errors,
        "different": common.as_ref().map(Vec::len),
        "commonest": common.map(|c| c.iter().take(5).map(Value::to_string).collect::<Vec<_>>()),
        "least": least,
        "most": most,
        "outliers": outliers(column),
        "suspicious": suspicious(column),
    })
}

/// Rows of numbers that lie more than three times the middle half's width outside of it.
fn outliers(column: &Column) -> Vec<usize> {
    if !matches!(column.kind, Kind::Number | Kind::Mixed) {
        return Vec::new();
    }
    let mut sorted: Vec<f64> = column.values().filter_map(|v| v.as_f64()).collect();
    if sorted.len() < 8 {
        return Vec::new();
    }
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[sorted.len() / 4], sorted[sorted.len() * 3 / 4]);
    let reach = 3.0 * (high - low);
    let outside = |v: &Value| v.as_f64().is_some_and(|n| n < low - reach || n > high + reach);
    column.values().enumerate().filter(|(_, v)| reach > 0.0 && outside(v)).map(|(row, _)| row).take(NAMED).collect()
}

/// Rows of dates that stand for none, as programs write where they have none, or that lie in no one's time.
fn suspicious(column: &Column) -> Vec<usize> {
    let none = [(1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1904, 1, 1), (1970, 1, 1), (9999, 12, 31)];
    let none = none.map(|(y, m, d)| days(y, m, d));
    let span = days(1800, 1, 1)..days(2101, 1, 1);
    let odd = |v: &Value| match v {
        Value::Date(t) => {
            let day = Some(t.div_euclid(DAY));
            none.contains(&day) || !span.contains(&day)
        }
        _ => false,
    };
    column.values().enumerate().filter(|(_, v)| odd(v)).map(|(row, _)| row).take(NAMED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unlike_the_rest_is_found() {
        let number = |n: i64| Value::Number(n.into());
        let mut sizes: Vec<Value> = (1..10).map(number).collect();
        sizes.push(number(1000));
        let mut dates = vec![Value::Date(20_000 * DAY); 8];
        dates.extend([Value::Date(0), Value::Null]);
        let table = Table::new(vec![Column::new("size", sizes), Column::new("day", dates)]);
        let profile = profile(&table, &table, 0);
        assert_eq!(profile["columns"][0]["outliers"], json!([9]));
        assert_eq!(profile["columns"][1]["suspicious"], json!([8]));
        assert_eq!(profile["columns"][1]["missing"], 1);
    }
}
