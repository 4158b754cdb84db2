//! A table: columns with names and types, made of a sheet's cells.

use crate::column::Column;
use crate::sheet::{Sheet, letters};
use crate::value::Value;

mod header;
mod typing;

/// Columns of the same length.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Columns in order.
    pub columns: Vec<Column>,
    /// For each row the row of the sheet that it comes from, from 0; empty for rows that were made.
    pub origin: Vec<u32>,
    /// Rows below the data that only add it up, as the sheet has them; kept out of sums.
    pub totals: Vec<Vec<Value>>,
    rows: usize,
}

impl Table {
    /// Columns must have the same length.
    pub fn new(columns: Vec<Column>) -> Self {
        let rows = columns.first().map_or(0, Column::len);
        Table { columns, origin: Vec::new(), totals: Vec::new(), rows }
    }

    /// A table without columns still has rows.
    pub(crate) fn with_rows(columns: Vec<Column>, rows: usize) -> Self {
        Table { columns, origin: Vec::new(), totals: Vec::new(), rows }
    }

    /// Finds the header, units and totals of a sheet and the types of its columns.
    pub fn from_sheet(sheet: &Sheet) -> Self {
        let found = header::find(sheet);
        let mut columns = Vec::new();
        let used = if sheet.header.is_some() { (0..sheet.width()).collect() } else { sheet.used_columns() };
        let mut names: Vec<String> = Vec::new();
        for column in used {
            let name = match found.names.get(&column) {
                Some(name) if !name.is_empty() => name.clone(),
                _ => letters(column),
            };
            let name = unlike(name, &names);
            names.push(name.clone());
            let cells = (found.first..found.last).map(|at| sheet.at(at, column)).collect();
            let mut typed = typing::column(name, cells);
            if let Some(unit) = found.units.get(&column) {
                typed.unit = Some(unit.clone());
            }
            columns.push(typed);
        }
        let width = sheet.width();
        let totals = (found.last..sheet.used_rows()).map(|at| (0..width).map(|c| sheet.at(at, c)).collect());
        Table {
            columns,
            origin: (found.first..found.last).map(|at| sheet.row_number(at)).collect(),
            totals: totals.collect(),
            rows: found.last - found.first,
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The place of the column of this name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// These rows, in this order.
    pub fn take(&self, rows: &[usize]) -> Table {
        let origin = match self.origin.len() {
            0 => Vec::new(),
            _ => rows.iter().map(|r| self.origin[*r]).collect(),
        };
        Table {
            columns: self.columns.iter().map(|c| c.take(rows)).collect(),
            origin,
            totals: Vec::new(),
            rows: rows.len(),
        }
    }

    /// Names of columns.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|c| c.name.clone()).collect()
    }

    /// Names that are most like this one, best first.
    pub fn nearest(&self, name: &str, most: usize) -> Vec<String> {
        let mut scored: Vec<(f64, &str)> =
            self.columns.iter().map(|c| (crate::words::likeness(&c.name, name), c.name.as_str())).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(most).filter(|(s, _)| *s > 0.2).map(|(_, n)| n.to_owned()).collect()
    }

    /// Cells of a row as they are shown.
    pub fn row_text(&self, row: usize) -> Vec<String> {
        self.columns.iter().map(|c| c.shown(row)).collect()
    }
}

/// A name that no other column has.
pub(crate) fn unlike(name: String, names: &[String]) -> String {
    if !names.contains(&name) {
        return name;
    }
    let mut number = 2;
    loop {
        let other = format!("{name} ({number})");
        if !names.contains(&other) {
            return other;
        }
        number += 1;
    }
}
