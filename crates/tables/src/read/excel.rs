//! Workbooks of office programs, by calamine: a cell at a time where the format allows it, never a dense range of
//! what a sheet only declares. Formulas come with the value that the file caches for them.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Cell, Data, DataRef, Dimensions, ExcelDateTime, Ods, Range, Reader, SheetVisible, Xls, Xlsb, Xlsx};

use super::{Watch, archive, damaged};
use crate::error::{Result, TableError};
use crate::sheet::{Merge, Sheet};
use crate::value::{DAY, Value, days};

type Bytes<'a> = Cursor<&'a [u8]>;

/// XLSX, XLSM, XLSB or ODS.
pub fn read_zip(watch: &mut Watch<'_>, bytes: &[u8]) -> Result<(&'static str, Vec<Sheet>)> {
    let format = archive::check(watch.name, bytes)?;
    let sheets = guarded(watch.name, || match format {
        "xlsb" => read_xlsb(watch, bytes),
        "ods" => read_ods(watch, bytes),
        _ => read_xlsx(watch, bytes),
    })?;
    Ok((format, sheets))
}

/// XLS of 1997 to 2003.
pub fn read_xls(watch: &mut Watch<'_>, bytes: &[u8]) -> Result<Vec<Sheet>> {
    let name = watch.name;
    guarded(name, || {
        let mut book: Xls<Bytes> = Xls::new(Cursor::new(bytes)).map_err(|e| failed(name, e))?;
        let metadata = book.sheets_metadata().to_vec();
        let epoch = book.has_1904_epoch();
        let read = metadata.into_iter().map(|meta| {
            let range = book.worksheet_range(&meta.name).map_err(|e| failed(name, e))?;
            let mut sheet = from_range(watch, &meta, &range, epoch)?;
            sheet.merges = book.merge_cells_by_sheet_name(&meta.name).unwrap_or_default().iter().map(merge).collect();
            Ok(sheet)
        });
        read.collect()
    })
}

/// A reader that stops on damaged input instead of saying so must not take the program with it.
fn guarded<T>(name: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged(name, "its parts contradict each other")))
}

fn failed(name: &str, error: impl ToString) -> TableError {
    let text = error.to_string();
    if text.to_ascii_lowercase().contains("password") {
        return TableError::Locked { name: name.into() };
    }
    damaged(name, text)
}

fn read_xlsx(watch: &mut Watch<'_>, bytes: &[u8]) -> Result<Vec<Sheet>> {
    let name = watch.name;
    let mut book: Xlsx<Bytes> = Xlsx::new(Cursor::new(bytes)).map_err(|e| failed(name, e))?;
    let epoch = book.has_1904_epoch();
    let wanted = worksheets(book.sheets_metadata());
    let mut sheets = Vec::new();
    for (at, meta) in wanted.iter().enumerate() {
        let mut sheet = {
            let mut reader = book.worksheet_cells_reader(&meta.name).map_err(|e| failed(name, e))?;
            let part = Part { at, of: wanted.len(), height: reader.dimensions().end.0 };
            read_cells(watch, meta, part, epoch, || reader.next_cell().map_err(|e| failed(name, e)))?
        };
        sheet.merges = book.merge_cells_by_sheet_name(&meta.name).unwrap_or_default().iter().map(merge).collect();
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn read_xlsb(watch: &mut Watch<'_>, bytes: &[u8]) -> Result<Vec<Sheet>> {
    let name = watch.name;
    let mut book: Xlsb<Bytes> = Xlsb::new(Cursor::new(bytes)).map_err(|e| failed(name, e))?;
    let epoch = book.has_1904_epoch();
    let wanted = worksheets(book.sheets_metadata());
    let mut sheets = Vec::new();
    for (at, meta) in wanted.iter().enumerate() {
        let mut reader = book.worksheet_cells_reader(&meta.name).map_err(|e| failed(name, e))?;
        let part = Part { at, of: wanted.len(), height: reader.dimensions().end.0 };
        sheets.push(read_cells(watch, meta, part, epoch, || reader.next_cell().map_err(|e| failed(name, e)))?);
    }
    Ok(sheets)
}

fn read_ods(watch: &mut Watch<'_>, bytes: &[u8]) -> Result<Vec<Sheet>> {
    let name = watch.name;
    let mut book: Ods<Bytes> = Ods::new(Cursor::new(bytes)).map_err(|e| failed(name, e))?;
    let metadata = book.sheets_metadata().to_vec();
    let read = metadata.into_iter().map(|meta| {
        let range = book.worksheet_range(&meta.name).map_err(|e| failed(name, e))?;
        from_range(watch, &meta, &range, false)
    });
    read.collect()
}

/// Sheets of cells; a chart may be a sheet as well.
fn worksheets(all: &[calamine::Sheet]) -> Vec<calamine::Sheet> {
    all.iter().filter(|m| m.typ == calamine::SheetType::WorkSheet).cloned().collect()
}

fn empty(meta: &calamine::Sheet) -> Sheet {
    let mut sheet = Sheet::new(&meta.name);
    sheet.hidden = meta.visible != SheetVisible::Visible;
    sheet
}

/// Which of the sheets is read, and how many rows it says it has.
struct Part {
    at: usize,
    of: usize,
    height: u32,
}

/// A sheet, a cell at a time.
fn read_cells<'a>(
    watch: &mut Watch<'_>,
    meta: &calamine::Sheet,
    part: Part,
    epoch: bool,
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'a>>>>,
) -> Result<Sheet> {
    let mut sheet = empty(meta);
    while let Some(cell) = next()? {
        let (row, column) = cell.get_position();
        watch.cell(|| {
            let within = f64::from(row) / f64::from(part.height.max(1));
            (part.at as f64 + within.min(1.0)) / part.of as f64
        })?;
        push(&mut sheet, row, column, cell.get_value(), epoch);
    }
    Ok(sheet)
}

fn from_range(watch: &mut Watch<'_>, meta: &calamine::Sheet, range: &Range<Data>, epoch: bool) -> Result<Sheet> {
    let mut sheet = empty(meta);
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, data) in range.used_cells() {
        watch.cell(|| row as f64 / range.height().max(1) as f64)?;
        push(&mut sheet, top + row as u32, left + column as u32, &borrow(data), epoch);
    }
    Ok(sheet)
}

fn borrow(data: &Data) -> DataRef<'_> {
    match data {
        Data::Int(i) => DataRef::Int(*i),
        Data::Float(f) => DataRef::Float(*f),
        Data::String(t) => DataRef::SharedString(t),
        Data::Bool(b) => DataRef::Bool(*b),
        Data::DateTime(t) => DataRef::DateTime(*t),
        Data::DateTimeIso(t) => DataRef::DateTimeIso(t.clone()),
        Data::DurationIso(t) => DataRef::DurationIso(t.clone()),
        Data::Error(e) => DataRef::Error(e.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// Cells that come twice or out of order are left out: the first one counts, as in other readers.
fn push(sheet: &mut Sheet, row: u32, column: u32, data: &DataRef<'_>, epoch: bool) {
    let _in_order = match data {
        DataRef::Empty => true,
        DataRef::Int(i) => sheet.push(row, column, &Value::Number((*i).into())),
        DataRef::Float(f) => sheet.push_number(row, column, *f),
        DataRef::Bool(b) => sheet.push(row, column, &Value::Bool(*b)),
        DataRef::Error(e) => sheet.push(row, column, &Value::Error(e.to_string().into())),
        DataRef::DateTime(t) => sheet.push(row, column, &moment(t, epoch)),
        DataRef::DateTimeIso(t) => sheet.push(row, column, &from_iso(t)),
        DataRef::DurationIso(t) => sheet.push(row, column, &duration(t)),
        DataRef::String(t) => t.is_empty() || sheet.push_str(row, column, t),
        DataRef::SharedString(t) => t.is_empty() || sheet.push_str(row, column, t),
    };
}

fn merge(d: &Dimensions) -> Merge {
    Merge { top: d.start.0, left: d.start.1, bottom: d.end.0, right: d.end.1 }
}

/// A serial number of days since 1899-12-31 (with a 29 February 1900 that never was) or since 1904-01-01.
fn moment(time: &ExcelDateTime, epoch_1904: bool) -> Value {
    let serial = time.as_f64();
    let ms = (serial * DAY as f64).round();
    if !ms.is_finite() || ms.abs() > 3e14 {
        return Value::number(serial);
    }
    let ms = ms as i64;
    if time.is_duration() {
        return Value::Duration(ms);
    }
    if (0..DAY).contains(&ms) && !epoch_1904 {
        return Value::Time(ms);
    }
    let start = match (epoch_1904, serial < 60.0) {
        (true, _) => days(1904, 1, 1),
        (false, true) => days(1899, 12, 31),
        (false, false) => days(1899, 12, 30),
    };
    Value::Date(start.unwrap_or_default() * DAY + ms)
}

/// `2021-01-31`, `2021-01-31T10:20:30`; other text stays text.
fn from_iso(text: &str) -> Value {
    crate::parse::iso_date(text).map_or_else(|| Value::text(text), Value::Date)
}

/// `PT36H15M10S`.
fn duration(text: &str) -> Value {
    let mut total = 0.0;
    let mut number = String::new();
    let mut in_time = false;
    for c in text.trim_start_matches('-').chars() {
        match c {
            'P' => {}
            'T' => in_time = true,
            '0'..='9' | '.' | ',' => number.push(if c == ',' { '.' } else { c }),
            _ => {
                let n: f64 = number.parse().unwrap_or_default();
                number.clear();
                total += n * match (c, in_time) {
                    ('H', _) => 3_600_000.0,
                    ('M', true) => 60_000.0,
                    ('S', _) => 1000.0,
                    ('D', _) => DAY as f64,
                    ('W', _) => 7.0 * DAY as f64,
                    _ => return Value::text(text),
                };
            }
        }
    }
    if total > 3e14 {
        return Value::text(text);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    Value::Duration(sign * total.round() as i64)
}
