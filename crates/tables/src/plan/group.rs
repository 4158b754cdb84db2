//! Groups, pivots and joins: rows that are brought together by equal values.

use std::collections::HashMap;

use super::aggregate::aggregate;
use super::{Aggregate, AggregateFunction};
use crate::column::Column;
use crate::error::Reason;
use crate::table::{Table, unlike};
use crate::value::{Key, Value};

/// Columns that a pivot makes at most.
const MOST_COLUMNS: usize = 2000;
/// Rows that a join makes at most.
const MOST_ROWS: usize = 20_000_000;

/// Rows of each group, groups in the order in which they first occur.
fn groups(table: &Table, by: &[usize]) -> Vec<Vec<usize>> {
    let mut places: HashMap<Vec<Key>, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for row in 0..table.rows() {
        let key: Vec<Key> = by.iter().map(|c| table.columns[*c].get(row).key()).collect();
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(row);
    }
    groups
}

fn worked_out(table: &Table, one: &Aggregate, rows: &[usize]) -> Value {
    match one.column.as_deref().and_then(|name| table.column(name)) {
        Some(column) => aggregate(one.function, rows.iter().map(|r| column.get(*r))),
        None => Value::Number(rows.len().into()),
    }
}

fn unit(table: &Table, one: &Aggregate) -> Option<String> {
    let counts = matches!(one.function, AggregateFunction::Count | AggregateFunction::CountDistinct);
    one.column.as_deref().and_then(|name| table.column(name)).filter(|_| !counts).and_then(|c| c.unit.clone())
}

/// One row a group; without columns to group by one row, even of no rows.
pub fn group(table: &Table, by: &[usize], aggregates: &[Aggregate]) -> Table {
    let groups = if by.is_empty() { vec![(0..table.rows()).collect()] } else { groups(table, by) };
    let firsts: Vec<usize> = groups.iter().filter_map(|g| g.first().copied()).collect();
    let mut columns: Vec<Column> = by.iter().map(|c| table.columns[*c].take(&firsts)).collect();
    let mut names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    for one in aggregates {
        let values = groups.iter().map(|rows| worked_out(table, one, rows)).collect();
        let name = unlike(one.result_name(), &names);
        names.push(name.clone());
        let mut column = Column::new(name, values);
        column.unit = unit(table, one);
        columns.push(column);
    }
    Table::with_rows(columns, groups.len())
}

/// A column for each value of one column, in their order.
pub fn pivot(table: &Table, rows: &[usize], column: usize, value: &Aggregate) -> Result<Table, Reason> {
    let source = &table.columns[column];
    let Some(mut values) = source.distinct(MOST_COLUMNS) else {
        let found = MOST_COLUMNS as u64 + 1;
        return Err(Reason::TooMany { what: "columns", found, limit: MOST_COLUMNS as u64 });
    };
    values.sort_by(Value::order);
    let groups = if rows.is_empty() { vec![(0..table.rows()).collect()] } else { groups(table, rows) };
    let firsts: Vec<usize> = groups.iter().filter_map(|g| g.first().copied()).collect();
    let mut columns: Vec<Column> = rows.iter().map(|c| table.columns[*c].take(&firsts)).collect();
    let mut names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    let places: HashMap<Key, usize> = values.iter().enumerate().map(|(i, v)| (v.key(), i)).collect();
    let mut cells: Vec<Vec<Value>> = vec![Vec::with_capacity(groups.len()); values.len()];
    for group in &groups {
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); values.len()];
        for row in group {
            if let Some(place) = places.get(&source.get(*row).key()) {
                parts[*place].push(*row);
            }
        }
        for (place, part) in parts.iter().enumerate() {
            cells[place].push(if part.is_empty() { Value::Null } else { worked_out(table, value, part) });
        }
    }
    for (name, cells) in values.iter().zip(cells) {
        let name = unlike(name.to_string(), &names);
        names.push(name.clone());
        let mut column = Column::new(name, cells);
        column.unit = unit(table, value);
        columns.push(column);
    }
    Ok(Table::with_rows(columns, groups.len()))
}

/// Rows of both tables side by side; a row with several partners comes several times. Nulls are equal to nothing.
pub fn join(left: &Table, right: &Table, on: &[(usize, usize)], keep: bool) -> Result<Table, Reason> {
    let key = |table: &Table, row: usize, columns: &mut dyn Iterator<Item = usize>| -> Option<Vec<Key>> {
        columns.map(|c| Some(table.columns[c].get(row)).filter(|v| !v.is_null()).map(|v| v.key())).collect()
    };
    let mut partners: HashMap<Vec<Key>, Vec<usize>> = HashMap::new();
    for row in 0..right.rows() {
        if let Some(key) = key(right, row, &mut on.iter().map(|p| p.1)) {
            partners.entry(key).or_default().push(row);
        }
    }
    let mut pairs: Vec<(usize, Option<usize>)> = Vec::new();
    for row in 0..left.rows() {
        match key(left, row, &mut on.iter().map(|p| p.0)).and_then(|k| partners.get(&k)) {
            Some(found) => pairs.extend(found.iter().map(|r| (row, Some(*r)))),
            None if keep => pairs.push((row, None)),
            None => {}
        }
        if pairs.len() > MOST_ROWS {
            let found = pairs.len() as u64;
            return Err(Reason::TooMany { what: "rows", found, limit: MOST_ROWS as u64 });
        }
    }
    let rows: Vec<usize> = pairs.iter().map(|p| p.0).collect();
    let mut joined = left.take(&rows);
    let mut names = joined.names();
    for (place, column) in right.columns.iter().enumerate() {
        if on.iter().any(|p| p.1 == place) {
            continue;
        }
        let name = unlike(column.name.clone(), &names);
        names.push(name.clone());
        let cells = pairs.iter().map(|(_, r)| r.map_or(Value::Null, |r| column.get(r))).collect();
        let mut added = Column::new(name, cells);
        added.unit = column.unit.clone();
        joined.columns.push(added);
    }
    Ok(joined)
}
