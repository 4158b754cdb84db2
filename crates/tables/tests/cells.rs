//! Files of other programs, cell by cell. The files lie beside the checkout; without them the test says so.

use std::collections::HashMap;
use std::path::Path;

use loquat_tables::{Value, Workbook, position};

#[test]
fn every_cell_reads_as_its_program_wrote_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/tables/files");
    let Ok(cases) = std::fs::read_to_string(folder.join("cells.jsonl")) else {
        eprintln!("SKIPPED: {} is not there", folder.display());
        return;
    };
    let mut books: HashMap<String, Workbook> = HashMap::new();
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).expect("a case");
        let (file, cell) = (case["file"].as_str().expect("a file"), case["cell"].as_str().expect("a cell"));
        if !cfg!(feature = "parquet") && file.ends_with(".parquet") {
            continue;
        }
        let book = books.entry(file.into()).or_insert_with(|| {
            let bytes = std::fs::read(folder.join(file)).expect("a file");
            Workbook::open(file, &bytes).unwrap_or_else(|e| panic!("{file}: {e}"))
        });
        let sheet = book.sheet(case["sheet"].as_str()).expect("a sheet");
        let named = || {
            let (column, row) = cell.strip_suffix(']')?.rsplit_once('[')?;
            let column = sheet.header.as_ref()?.iter().position(|n| n == column)?;
            Some((row.parse().ok()?, column as u32))
        };
        let (row, column) = named().or_else(|| position(cell)).expect("a place");
        let got = sheet.get(row, column);
        let same = match (&got, &case["value"]) {
            (Value::Null, v) => v.is_null() || *v == "",
            (Value::Bool(b), v) => *v == *b,
            (Value::Duration(ms), v) => v.as_f64() == Some(*ms as f64 / 1000.0),
            // Blanks at the end go, where the file does not ask to keep them.
            (Value::Text(t), v) => v.as_str().map(str::trim_end) == Some(t.trim_end()),
            (Value::Date(_) | Value::Error(_), v) => v.as_str() == Some(&got.to_string()),
            (number, v) => v.as_f64().zip(number.as_f64()).is_some_and(|(a, b)| (a - b).abs() < 1e-9),
        };
        if !same {
            wrong.push(format!("{file} {cell}: {got:?}, not {}", case["value"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
