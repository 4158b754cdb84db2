//! A table to a file: XLSX with types, formats and a native chart, or CSV that no program takes for formulas.

use rust_xlsxwriter::{ChartType, Format, Workbook};

use crate::column::{Column, Kind};
use crate::error::{Result, TableError};
use crate::plan::{Chart, ChartKind};
use crate::table::Table;
use crate::value::{DAY, Value, days};

/// Rows of a sheet below its header at most.
const MOST_ROWS: usize = 1_048_575;
/// Columns of a sheet at most.
const MOST_COLUMNS: usize = 16_384;
/// Letters that a cell of a sheet may have.
const LONGEST_TEXT: usize = 32_767;

fn failed(error: rust_xlsxwriter::XlsxError) -> TableError {
    TableError::BadInput { problem: error.to_string() }
}

/// A workbook of one sheet; text is written as text, whatever it begins with.
pub fn to_xlsx(table: &Table, chart: Option<&Chart>) -> Result<Vec<u8>> {
    let too_large = |what, found: usize, limit: usize| TableError::TooLarge {
        name: "xlsx".into(),
        what,
        found: found as u64,
        limit: limit as u64,
    };
    if table.rows() > MOST_ROWS {
        return Err(too_large("rows", table.rows(), MOST_ROWS));
    }
    if table.columns.len() > MOST_COLUMNS {
        return Err(too_large("columns", table.columns.len(), MOST_COLUMNS));
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (place, column) in table.columns.iter().enumerate() {
        let place = place as u16;
        sheet.write_string_with_format(0, place, &column.name, &bold).map_err(failed)?;
        let format = format(column);
        for row in 0..column.len() {
            let at = row as u32 + 1;
            let value = column.get(row);
            let number = match &value {
                Value::Null => continue,
                Value::Bool(b) => {
                    sheet.write_boolean(at, place, *b).map_err(failed)?;
                    continue;
                }
                Value::Date(t) => match serial(*t) {
                    Some(serial) => serial,
                    // Before 1900 a sheet has no dates.
                    None => {
                        sheet.write_string(at, place, value.to_string()).map_err(failed)?;
                        continue;
                    }
                },
                Value::Time(t) | Value::Duration(t) => *t as f64 / DAY as f64,
                Value::Text(text) | Value::Error(text) => {
                    let text: String = text.chars().take(LONGEST_TEXT).collect();
                    sheet.write_string(at, place, text).map_err(failed)?;
                    continue;
                }
                number => number.as_f64().unwrap_or_default(),
            };
            sheet.write_number_with_format(at, place, number, &format).map_err(failed)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    if let Some(chart) = chart {
        add_chart(sheet, table, chart)?;
    }
    book.save_to_buffer().map_err(failed)
}

/// Days since 1899-12-30, for dates from March 1900 on, where all programs count alike.
fn serial(t: i64) -> Option<f64> {
    let start = days(1899, 12, 30)? * DAY;
    let serial = (t - start) as f64 / DAY as f64;
    (serial >= 61.0).then_some(serial)
}

fn format(column: &Column) -> Format {
    let code = match (column.kind, column.unit.as_deref()) {
        (Kind::Date, _) => {
            let whole = column.values().all(|v| !matches!(v, Value::Date(t) if t % DAY != 0));
            if whole { "yyyy-mm-dd" } else { "yyyy-mm-dd hh:mm:ss" }
        }
        (Kind::Time, _) => "hh:mm:ss",
        (Kind::Duration, _) => "[hh]:mm:ss",
        (Kind::Number, Some("%")) => "0.##%",
        (Kind::Number, Some(unit @ ("$" | "€" | "£" | "¥" | "￥" | "₩" | "₹"))) => {
            return Format::new().set_num_format(format!("\"{unit}\"#,##0.00"));
        }
        _ => "General",
    };
    Format::new().set_num_format(code)
}

fn add_chart(sheet: &mut rust_xlsxwriter::Worksheet, table: &Table, chart: &Chart) -> Result<()> {
    let kind = match chart.kind {
        ChartKind::Bar => ChartType::Column,
        ChartKind::Line => ChartType::Line,
        ChartKind::Area => ChartType::Area,
        ChartKind::Scatter => ChartType::Scatter,
        ChartKind::Pie => ChartType::Pie,
    };
    let last = chart.labels.len() as u32;
    let drawn = last > 0 && chart.series.iter().any(|(name, _)| table.index(name).is_some());
    let Some(x) = table.index(&chart.x).filter(|_| drawn) else { return Ok(()) };
    let mut drawing = rust_xlsxwriter::Chart::new(kind);
    for (name, _) in &chart.series {
        let Some(y) = table.index(name) else { continue };
        let (x, y) = (x as u16, y as u16);
        let series = drawing.add_series();
        series.set_categories(("Sheet1", 1, x, last, x));
        series.set_values(("Sheet1", 1, y, last, y)).set_name(name);
    }
    drawing.x_axis().set_name(&chart.x);
    sheet.insert_chart(1, table.columns.len() as u16 + 1, &drawing).map(drop).map_err(failed)
}

/// UTF-8 with a mark, so that spreadsheets know it; text that a program would run as a formula gets an apostrophe.
pub fn to_csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    let header = table.columns.iter().map(|c| defused(&Value::text(&c.name)));
    // Writing to memory does not fail.
    let _ = writer.write_record(header);
    for row in 0..table.rows() {
        let _ = writer.write_record(table.columns.iter().map(|c| defused(&c.get(row))));
    }
    writer.into_inner().unwrap_or_default()
}

fn defused(value: &Value) -> String {
    match value {
        Value::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            // A number with a sign is no formula.
            if crate::parse::number(text, crate::parse::Marks::Point).is_some() {
                text.to_string()
            } else {
                format!("'{text}")
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Workbook as Read;

    fn table() -> Table {
        let number = |t: &str| Value::Number(t.parse().expect("a number"));
        Table::new(vec![
            Column::new("Name", vec![Value::text("=HYPERLINK(\"x\")"), Value::text("Müller, Ü."), Value::Null]),
            Column::new("Amount", vec![number("-1.25"), number("1000000"), number("0")]),
            Column::new("Day", vec![Value::Date(0), Value::Date(19_782 * DAY), Value::Null]),
        ])
    }

    #[test]
    fn what_is_written_reads_as_it_was() {
        let series = vec![("Amount".to_owned(), vec![Some(-1.25)])];
        let chart = Chart { kind: ChartKind::Bar, x: "Name".into(), labels: vec!["a".into()], series };
        let bytes = to_xlsx(&table(), Some(&chart)).expect("a workbook");
        let book = Read::open("t.xlsx", &bytes).expect("a workbook");
        let read = Table::from_sheet(&book.sheets[0]);
        for (a, b) in table().columns.iter().zip(&read.columns) {
            assert_eq!(a.name, b.name);
            let cells = |c: &Column| c.values().map(|v| v.to_string()).collect::<Vec<_>>();
            assert_eq!(cells(a), cells(b));
        }
    }

    #[test]
    fn no_cell_of_a_csv_is_a_formula() {
        let text = String::from_utf8(to_csv(&table())).expect("text");
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[1], "\"'=HYPERLINK(\"\"x\"\")\",-1.25,1970-01-01");
        assert!(lines[2].starts_with("\"Müller, Ü.\",1000000,"));
    }
}
