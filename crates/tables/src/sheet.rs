//! A sheet as the file has it: cells by position, packed, only where there is one.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::prelude::ToPrimitive;

use crate::value::{Value, decimal};

/// A sheet's cells as they lie in memory.
pub(crate) struct Packed<'a> {
    pub rows: &'a [(u32, usize)],
    pub columns: &'a [u32],
    pub tags: &'a [Tag],
    pub payloads: &'a [u64],
    pub texts: &'a [Arc<str>],
}

impl Packed<'_> {
    /// Adds all of it: rows, columns, kinds, payloads, texts.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        bytes.reserve(self.rows.len() * 12 + self.tags.len() * 13);
        for (row, first) in self.rows {
            bytes.extend(row.to_le_bytes());
            bytes.extend((*first as u64).to_le_bytes());
        }
        self.columns.iter().for_each(|c| bytes.extend(c.to_le_bytes()));
        bytes.extend(self.tags.iter().map(|t| *t as u8));
        self.payloads.iter().for_each(|p| bytes.extend(p.to_le_bytes()));
        self.texts.iter().for_each(|t| bytes.extend(t.as_bytes()));
    }
}

/// Kinds of packed cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    Bool,
    Number,
    Integer,
    Date,
    Time,
    Duration,
    Text,
    Error,
}

impl Tag {
    const ALL: [Tag; 8] =
        [Tag::Bool, Tag::Number, Tag::Integer, Tag::Date, Tag::Time, Tag::Duration, Tag::Text, Tag::Error];
}

/// A rectangle of merged cells, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

/// A sheet. 13 bytes a cell and 12 a row, texts once; an empty cell takes nothing.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its name; empty for files of one table.
    pub name: String,
    /// Whether the file hides it.
    pub hidden: bool,
    /// Names of columns that the format itself gives (JSON, Parquet); rows then hold data only.
    pub header: Option<Vec<String>>,
    /// Merged cells; the value stands in the first.
    pub merges: Vec<Merge>,
    rows: Vec<(u32, usize)>, // (row, its first cell), ascending
    columns: Vec<u32>,       // (cells)
    tags: Vec<Tag>,          // (cells)
    payloads: Vec<u64>,      // (cells)
    texts: Vec<Arc<str>>,
    known: HashMap<Arc<str>, u32>,
    width: u32,
}

impl Sheet {
    /// An empty sheet.
    pub fn new(name: impl Into<String>) -> Self {
        Sheet { name: name.into(), ..Sheet::default() }
    }

    /// Adds a cell; rows must come in order, and columns within a row. What comes out of order is put aside as wrong.
    pub fn push(&mut self, row: u32, column: u32, value: &Value) -> bool {
        let (tag, payload) = match value {
            Value::Null => return true,
            Value::Bool(b) => (Tag::Bool, u64::from(*b)),
            Value::Number(n) => match (n.to_i64().filter(|_| n.fract().is_zero()), n.to_f64()) {
                (Some(i), _) => (Tag::Integer, i as u64),
                (None, Some(f)) if decimal(f) == Some(*n) => (Tag::Number, f.to_bits()),
                // More digits than a float has: as text, which a typed column reads to the last digit.
                _ => return self.push_text(row, column, &n.to_string(), Tag::Text),
            },
            Value::Float(f) => (Tag::Number, f.to_bits()),
            Value::Date(t) => (Tag::Date, *t as u64),
            Value::Time(t) => (Tag::Time, *t as u64),
            Value::Duration(t) => (Tag::Duration, *t as u64),
            Value::Text(t) => return self.push_text(row, column, t, Tag::Text),
            Value::Error(t) => return self.push_text(row, column, t, Tag::Error),
        };
        self.put(row, column, tag, payload)
    }

    /// Adds a number.
    pub fn push_number(&mut self, row: u32, column: u32, number: f64) -> bool {
        self.put(row, column, Tag::Number, number.to_bits())
    }

    /// Adds text.
    pub fn push_str(&mut self, row: u32, column: u32, text: &str) -> bool {
        self.push_text(row, column, text, Tag::Text)
    }

    fn push_text(&mut self, row: u32, column: u32, text: &str, tag: Tag) -> bool {
        let id = match self.known.get(text) {
            Some(id) => *id,
            None => {
                let id = self.texts.len() as u32;
                let text: Arc<str> = Arc::from(text);
                self.texts.push(text.clone());
                self.known.insert(text, id);
                id
            }
        };
        self.put(row, column, tag, u64::from(id))
    }

    fn put(&mut self, row: u32, column: u32, tag: Tag, payload: u64) -> bool {
        match self.rows.last() {
            Some((last, _)) if *last > row => return false,
            Some((last, _)) if *last == row => {
                if self.columns.last().is_some_and(|c| *c >= column) {
                    return false;
                }
            }
            _ => self.rows.push((row, self.tags.len())),
        }
        self.columns.push(column);
        self.tags.push(tag);
        self.payloads.push(payload);
        self.width = self.width.max(column + 1);
        true
    }

    /// Sets cells that must not change any more; frees what only adding needs.
    pub fn finish(&mut self) {
        self.known = HashMap::new();
        self.columns.shrink_to_fit();
        self.tags.shrink_to_fit();
        self.payloads.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// Its cells, to be kept.
    pub(crate) fn packed(&self) -> Packed<'_> {
        let Sheet { rows, columns, tags, payloads, texts, .. } = self;
        Packed { rows, columns, tags, payloads, texts }
    }

    /// Takes cells that [`Packed::write`] wrote, and gives the bytes after them; nothing where they contradict each
    /// other.
    pub(crate) fn unpack<'a>(&mut self, bytes: &'a [u8], rows: usize, cells: usize, texts: &[u32]) -> Option<&'a [u8]> {
        let mut rest = bytes;
        let mut take = |count: usize, size: usize| {
            let (taken, after) = rest.split_at_checked(count.checked_mul(size)?)?;
            rest = after;
            Some(taken)
        };
        let word = |b: &[u8]| b.first_chunk().map_or(0, |b| u32::from_le_bytes(*b));
        let long = |b: &[u8]| b.first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
        self.rows = take(rows, 12)?.chunks_exact(12).map(|b| (word(b), long(&b[4..]) as usize)).collect();
        self.columns = take(cells, 4)?.chunks_exact(4).map(word).collect();
        self.tags = take(cells, 1)?.iter().map(|t| Tag::ALL.get(*t as usize).copied()).collect::<Option<_>>()?;
        self.payloads = take(cells, 8)?.chunks_exact(8).map(long).collect();
        for length in texts {
            self.texts.push(std::str::from_utf8(take(*length as usize, 1)?).ok()?.into());
        }
        let texts = self.texts.len() as u64;
        let known = |(tag, payload): (&Tag, &u64)| !matches!(tag, Tag::Text | Tag::Error) || *payload < texts;
        let ordered = self.rows.is_sorted_by_key(|(_, first)| *first);
        let within = self.rows.last().is_none_or(|(_, first)| *first <= cells);
        self.width = self.columns.iter().max().map_or(0, |c| c.saturating_add(1));
        (ordered && within && self.tags.iter().zip(&self.payloads).all(known)).then_some(rest)
    }

    /// Rows up to the last that has a cell.
    pub fn height(&self) -> u32 {
        self.rows.last().map_or(0, |(row, _)| row + 1)
    }

    /// Columns up to the last that has a cell, or a name.
    pub fn width(&self) -> u32 {
        self.width.max(self.header.as_ref().map_or(0, |h| h.len() as u32))
    }

    /// How many cells have a value.
    pub fn cells(&self) -> usize {
        self.tags.len()
    }

    /// The value at a position, from 0.
    pub fn get(&self, row: u32, column: u32) -> Value {
        let Ok(at) = self.rows.binary_search_by_key(&row, |(r, _)| *r) else { return Value::Null };
        let (from, to) = self.span(at);
        match self.columns[from..to].binary_search(&column) {
            Ok(i) => self.value(from + i),
            Err(_) => Value::Null,
        }
    }

    /// Rows that have cells, in order, each with its cells as (column, value).
    pub fn rows(&self) -> impl Iterator<Item = (u32, impl Iterator<Item = (u32, Value)> + '_)> + '_ {
        (0..self.rows.len()).map(move |at| {
            let (from, to) = self.span(at);
            (self.rows[at].0, (from..to).map(move |i| (self.columns[i], self.value(i))))
        })
    }

    /// Rows that have cells.
    pub fn used_rows(&self) -> usize {
        self.rows.len()
    }

    /// The number of the `at`-th row that has cells.
    pub fn row_number(&self, at: usize) -> u32 {
        self.rows[at].0
    }

    /// How many cells the `at`-th row has.
    pub fn filled(&self, at: usize) -> usize {
        let (from, to) = self.span(at);
        to - from
    }

    /// A cell of the `at`-th row that has cells.
    pub fn at(&self, at: usize, column: u32) -> Value {
        let (from, to) = self.span(at);
        let columns = &self.columns[from..to];
        // In a full row the column is its own place.
        if columns.get(column as usize) == Some(&column) {
            return self.value(from + column as usize);
        }
        columns.binary_search(&column).map_or(Value::Null, |i| self.value(from + i))
    }

    /// Columns that have cells, in order.
    pub fn used_columns(&self) -> Vec<u32> {
        let mut used = vec![false; self.width as usize];
        self.columns.iter().for_each(|c| used[*c as usize] = true);
        (0..self.width).filter(|c| used[*c as usize]).collect()
    }

    fn span(&self, at: usize) -> (usize, usize) {
        (self.rows[at].1, self.rows.get(at + 1).map_or(self.tags.len(), |(_, from)| *from))
    }

    fn value(&self, cell: usize) -> Value {
        let payload = self.payloads[cell];
        match self.tags[cell] {
            Tag::Bool => Value::Bool(payload != 0),
            Tag::Number => Value::number(f64::from_bits(payload)),
            Tag::Integer => Value::Number((payload as i64).into()),
            Tag::Date => Value::Date(payload as i64),
            Tag::Time => Value::Time(payload as i64),
            Tag::Duration => Value::Duration(payload as i64),
            Tag::Text => Value::Text(self.texts[payload as usize].clone()),
            Tag::Error => Value::Error(self.texts[payload as usize].clone()),
        }
    }
}

/// `XFD1048576` as row and column from 0.
pub fn position(name: &str) -> Option<(u32, u32)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = name.split_at(digits);
    let mut column: u32 = 0;
    for c in letters.chars() {
        let c = c.to_ascii_uppercase();
        if !c.is_ascii_uppercase() {
            return None;
        }
        column = column.checked_mul(26)?.checked_add(c as u32 - 'A' as u32 + 1)?;
    }
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// `A`, `Z`, `AA`: a column's name in a sheet.
pub fn letters(column: u32) -> String {
    let mut name = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        name.insert(0, char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    name
}
