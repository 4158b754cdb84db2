//! What of a table is not as the file has it.

use std::ops::Range;

use serde_json::{Value as Json, json};

use crate::column::Column;
use crate::table::Table;

/// Columns as the page shows them; those that the file does not have are new.
pub fn columns(start: &Table, now: &Table) -> Json {
    let column = |c: &Column| {
        let new = start.column(&c.name).is_none();
        json!({ "name": c.name, "kind": c.kind, "unit": c.unit, "new": new })
    };
    now.columns.iter().map(column).collect()
}

/// For each row the places of cells, counted from the left of the window, that differ from the file's. Rows that were
/// made of several have nothing to be compared with.
pub fn changed(start: &Table, now: &Table, rows: Range<usize>, columns: Range<usize>) -> Vec<Vec<usize>> {
    if std::ptr::eq(start, now) {
        return rows.map(|_| Vec::new()).collect();
    }
    let before: Vec<Option<&Column>> = columns.clone().map(|c| start.column(&now.columns[c].name)).collect();
    let cell = |row: usize, from: usize, place: usize| {
        let now = &now.columns[columns.start + place];
        before[place].is_none_or(|before| before.shown(from) != now.shown(row))
    };
    let of_row = |row: usize| {
        let origin = now.origin.get(row)?;
        let from = start.origin.binary_search(origin).ok()?;
        Some((0..before.len()).filter(|place| cell(row, from, *place)).collect())
    };
    rows.map(|row| of_row(row).unwrap_or_default()).collect()
}
