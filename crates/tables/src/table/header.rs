//! Where a sheet's data begins and ends: titles above it, one or two header rows, a row of units, rows of totals.

use std::collections::{HashMap, HashSet};

use crate::parse::{DateOrder, Marks, date, number};
use crate::sheet::Sheet;
use crate::value::Value;

/// Rows are counted among those that have cells.
pub struct Found {
    pub names: HashMap<u32, String>,
    pub units: HashMap<u32, String>,
    pub first: usize,
    pub last: usize,
}

/// Rows that are looked at.
const LOOK: usize = 30;

pub fn find(sheet: &Sheet) -> Found {
    let used = sheet.used_rows();
    if let Some(header) = &sheet.header {
        let names = header.iter().enumerate().map(|(i, n)| (i as u32, n.clone())).collect();
        return Found { names, units: HashMap::new(), first: 0, last: used };
    }
    let mut counts: Vec<usize> = (0..used.min(LOOK)).map(|at| sheet.filled(at)).collect();
    counts.sort_unstable();
    let usual = counts.get(counts.len() / 2).copied().unwrap_or(0);
    // Titles and remarks above the table fill less than half of a usual row.
    let start = (0..used.min(LOOK)).find(|at| sheet.filled(*at) * 2 > usual).unwrap_or(0);
    let mut found = Found { names: HashMap::new(), units: HashMap::new(), first: start, last: used };
    if used == 0 || !is_header(sheet, start) {
        found.last = totals(sheet, start, used);
        return found;
    }
    found.first = start + 1;
    for column in 0..sheet.width() {
        found.names.insert(column, clean(&sheet.at(start, column).to_string()));
    }
    second_row(sheet, start, &mut found);
    units(sheet, &mut found);
    found.last = totals(sheet, found.first, used);
    found
}

fn clean(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_textual(value: &Value) -> bool {
    match value {
        Value::Text(t) => number(t, Marks::Point).is_none() && date(t, DateOrder::DayFirst).is_none(),
        _ => false,
    }
}

/// A header is text, or years, above something else; no name stands in it twice next to data that repeats.
fn is_header(sheet: &Sheet, at: usize) -> bool {
    let cells: Vec<(u32, Value)> =
        (0..sheet.width()).map(|c| (c, sheet.at(at, c))).filter(|(_, v)| !v.is_null()).collect();
    let textual = cells.iter().filter(|(_, v)| is_textual(v)).count();
    if textual == cells.len() {
        return true;
    }
    let below: Vec<usize> = (at + 1..sheet.used_rows().min(at + LOOK)).collect();
    // Numbers in the first row: a header only if they are years or counting numbers above other numbers.
    let year = |v: &Value| {
        let n = match v {
            Value::Text(t) => t.trim().parse().ok(),
            other => other.as_f64(),
        };
        n.is_some_and(|n: f64| n.fract() == 0.0 && (1800.0..2200.0).contains(&n))
    };
    let others: Vec<&(u32, Value)> = cells.iter().filter(|(_, v)| !is_textual(v)).collect();
    if textual == 0 || below.is_empty() {
        return false;
    }
    let years = others.iter().filter(|(c, v)| year(v) && below.iter().all(|b| !year(&sheet.at(*b, *c)))).count();
    if years == others.len() {
        return true;
    }
    // Or text above numbers in most columns.
    let contrast = cells.iter().filter(|(c, v)| {
        is_textual(v) && below.iter().any(|b| !sheet.at(*b, *c).is_null() && !is_textual(&sheet.at(*b, *c)))
    });
    contrast.count() > others.len() && textual * 2 > cells.len()
}

/// A row of groups above the names: merged cells, or names that stand above blanks.
fn second_row(sheet: &Sheet, start: usize, found: &mut Found) {
    let next = start + 1;
    if next + 1 >= sheet.used_rows() {
        return;
    }
    let row = sheet.row_number(start);
    let wide: Vec<_> = sheet.merges.iter().filter(|m| m.top <= row && row <= m.bottom && m.right > m.left).collect();
    let below: Vec<Value> = (0..sheet.width()).map(|c| sheet.at(next, c)).collect();
    let names = below.iter().filter(|v| is_textual(v)).count();
    if wide.is_empty() || names == 0 || below.iter().any(|v| !v.is_null() && !is_textual(v)) {
        return;
    }
    for m in wide {
        let group = clean(&sheet.get(m.top, m.left).to_string());
        (m.left..=m.right.min(sheet.width().saturating_sub(1))).for_each(|c| {
            found.names.insert(c, group.clone());
        });
    }
    for (column, value) in below.iter().enumerate() {
        let column = column as u32;
        let own = clean(&value.to_string());
        let group = found.names.entry(column).or_default();
        *group = match (group.is_empty(), own.is_empty()) {
            (_, true) => group.clone(),
            (true, false) => own,
            (false, false) => format!("{group} {own}"),
        };
    }
    found.first = next + 1;
}

/// A row of units below the names.
fn units(sheet: &Sheet, found: &mut Found) {
    let at = found.first;
    if at + 1 >= sheet.used_rows() {
        return;
    }
    let cells: Vec<(u32, String)> = (0..sheet.width())
        .map(|c| (c, sheet.at(at, c)))
        .filter(|(_, v)| !v.is_null())
        .map(|(c, v)| (c, v.to_string()))
        .collect();
    let unit = |t: &str| {
        let bare = t.trim_matches(['(', ')', '（', '）', '[', ']', ' ']);
        let bracketed = t.starts_with(['(', '（', '[']) && bare.chars().count() <= 12;
        bracketed || is_unit(bare) || t == "-"
    };
    if cells.is_empty() || !cells.iter().all(|(_, t)| unit(t)) {
        return;
    }
    // Below a unit stands a number.
    let numbers = cells.iter().filter(|(c, _)| match sheet.at(at + 1, *c) {
        Value::Text(t) => number(&t, Marks::Point).is_some(),
        v => v.as_f64().is_some(),
    });
    if numbers.count() * 2 < cells.len() {
        return;
    }
    for (column, text) in cells {
        let bare = text.trim_matches(['(', ')', '（', '）', '[', ']', ' ']);
        if bare != "-" {
            found.units.insert(column, bare.to_owned());
        }
    }
    found.first += 1;
}

fn is_unit(text: &str) -> bool {
    const UNITS: [&str; 58] = [
        "%", "‰", "kg", "g", "mg", "t", "lb", "oz", "m", "km", "cm", "mm", "mi", "ft", "in", "m²", "km²", "ha", "l",
        "ml", "m³", "s", "ms", "min", "h", "hours", "days", "years", "°C", "°F", "K", "W", "kW", "MW", "kWh", "MWh",
        "GWh", "V", "A", "Hz", "bar", "Pa", "USD", "EUR", "$", "€", "£", "¥", "元", "万元", "亿元", "人", "万人", "个",
        "件", "千米", "公里", "円",
    ];
    UNITS.contains(&text)
}

/// The first row of totals at the end.
fn totals(sheet: &Sheet, first: usize, used: usize) -> usize {
    let mut last = used;
    while last > first + 1 && used - last < 5 && is_total(sheet, last - 1) {
        last -= 1;
    }
    last
}

fn is_total(sheet: &Sheet, at: usize) -> bool {
    let first = (0..sheet.width().min(8)).map(|c| sheet.at(at, c)).find(|v| !v.is_null());
    let Some(Value::Text(text)) = first else { return false };
    is_total_word(&text)
}

/// `Total`, `合计`, `Summe:`.
pub(crate) fn is_total_word(text: &str) -> bool {
    let words: HashSet<&str> = HashSet::from([
        "total",
        "totals",
        "grand total",
        "sum",
        "subtotal",
        "summe",
        "gesamt",
        "insgesamt",
        "somme",
        "合计",
        "总计",
        "合計",
        "總計",
        "小计",
        "小計",
        "总和",
        "計",
        "计",
    ]);
    words.contains(text.trim().trim_end_matches([':', '：', '.']).to_lowercase().as_str())
}
