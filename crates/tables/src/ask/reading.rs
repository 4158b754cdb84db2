//! A table as questions see it: cells as tokens, and what orders a column.

use std::collections::HashMap;

use crate::column::{Column, Kind};
use crate::parse::{loose_date, loose_number};
use crate::table::Table;
use crate::value::Value;

use super::tokens::tokens;

/// What a column can be compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// Its cells are numbers or dates.
    Itself,
    /// The first number of each cell.
    Numbers,
    /// The date of each cell.
    Dates,
    /// Only text.
    No,
}

/// A column.
pub struct ReadColumn {
    /// Its name.
    pub name: String,
    /// Stems of its name.
    pub words: Vec<String>,
    /// What it can be compared by.
    pub ordered: Ordered,
    /// Whether what it is compared by is time.
    pub dated: bool,
    /// Cells as they are shown. (rows)
    pub shown: Vec<String>,
    /// Cells as numbers: days for dates. (rows)
    pub numbers: Vec<Option<f64>>,
    /// For each row the number of its text among the different ones. (rows)
    pub ids: Vec<u32>,
    /// Tokens of the different texts. (texts)
    pub tokens: Vec<Vec<String>>,
}

/// A table.
pub struct Reading {
    /// Columns in order.
    pub columns: Vec<ReadColumn>,
    /// Rows.
    pub rows: usize,
}

/// Of cells with something in them, the share that must be numbers for a column to be compared by them.
const ENOUGH: f64 = 0.7;

impl Reading {
    /// Reads a table; of a very large one the first rows.
    pub fn new(table: &Table, most: usize) -> Self {
        let rows = table.rows().min(most);
        Reading { columns: table.columns.iter().map(|c| read(c, rows)).collect(), rows }
    }
}

fn read(column: &Column, rows: usize) -> ReadColumn {
    let shown: Vec<String> = (0..rows).map(|row| column.shown(row)).collect();
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut different: Vec<Vec<String>> = Vec::new();
    let mut ids = Vec::with_capacity(rows);
    for text in &shown {
        let id = *known.entry(text).or_insert_with(|| {
            let words = tokens(text).into_iter().map(|t| t.norm);
            different.push(words.take(40).collect());
            different.len() as u32 - 1
        });
        ids.push(id);
    }
    let filled = shown.iter().filter(|t| !t.trim().is_empty()).count().max(1) as f64;
    let (ordered, numbers) = match column.kind {
        Kind::Number => (Ordered::Itself, column.values().take(rows).map(|v| v.as_f64()).collect()),
        Kind::Date | Kind::Time | Kind::Duration => {
            let days = |v: Value| match v {
                Value::Date(t) | Value::Time(t) | Value::Duration(t) => Some(t as f64 / 86_400_000.0),
                _ => None,
            };
            (Ordered::Itself, column.values().take(rows).map(days).collect())
        }
        _ => {
            let dates: Vec<Option<f64>> =
                shown.iter().map(|t| loose_date(t).map(|t| t as f64 / 86_400_000.0)).collect();
            let numbers: Vec<Option<f64>> = shown.iter().map(|t| starting_number(t)).collect();
            let share = |v: &[Option<f64>]| v.iter().flatten().count() as f64 / filled;
            if share(&dates) >= ENOUGH {
                (Ordered::Dates, dates)
            } else if share(&numbers) >= ENOUGH {
                (Ordered::Numbers, numbers)
            } else {
                (Ordered::No, numbers)
            }
        }
    };
    let dated = ordered == Ordered::Dates || (ordered == Ordered::Itself && column.kind != Kind::Number);
    ReadColumn {
        name: column.name.clone(),
        words: tokens(&column.name).into_iter().map(|t| t.norm).collect(),
        ordered,
        dated,
        shown,
        numbers,
        ids,
        tokens: different,
    }
}

/// The first number, where the text begins with one but for a sign or a word.
fn starting_number(text: &str) -> Option<f64> {
    use rust_decimal::prelude::ToPrimitive;
    let start = text.find(|c: char| c.is_ascii_digit())?;
    (start <= 12).then(|| loose_number(text)).flatten().and_then(|n| n.to_f64())
}
