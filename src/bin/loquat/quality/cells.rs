//! Cells of spreadsheets, as the readers give them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use loquat::{Error, Result};
use loquat_agent::{Outcome, Skill, Step};
use loquat_tables::{Value as Cell, Workbook, position};
use serde_json::{Value, json};

use super::{Kind, Prepared, need};
use crate::file::io_error;

/// Files are read once.
pub struct Cells {
    folder: PathBuf,
    books: HashMap<String, std::result::Result<Workbook, String>>,
}

impl Cells {
    pub fn new(cases: &Path) -> Self {
        Cells { folder: cases.parent().unwrap_or(Path::new(".")).into(), books: HashMap::new() }
    }

    fn book(&mut self, file: &str) -> Result<&std::result::Result<Workbook, String>> {
        if !self.books.contains_key(file) {
            let path = self.folder.join(file);
            let bytes = std::fs::read(&path).map_err(|e| io_error(&path, &e))?;
            let book = Workbook::open(file, &bytes).map_err(|e| e.to_string());
            self.books.insert(file.into(), book);
        }
        Ok(&self.books[file])
    }
}

impl Kind for Cells {
    fn id(&self, case: &Value) -> Result<String> {
        let sheet = case["sheet"].as_str().unwrap_or("None");
        Ok(format!("{}|{sheet}|{}", need(case, "file")?, need(case, "cell")?))
    }

    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let (file, cell) = (need(case, "file")?.to_owned(), need(case, "cell")?.to_owned());
        let found = match self.book(&file)? {
            Ok(book) => find(book, case["sheet"].as_str(), &cell)?,
            Err(problem) => json!({ "error": problem }),
        };
        let answer = Outcome { answer: Some(found.to_string()), ..Outcome::default() };
        Ok(Prepared { plain: Vec::new(), skills: vec![Box::new(Known(answer))] })
    }

    fn predict(&self, outcome: &Outcome) -> Value {
        let output = outcome.answer.as_deref().and_then(|a| serde_json::from_str(a).ok()).unwrap_or(Value::Null);
        json!({ "output": output })
    }
}

/// What was looked up already.
struct Known(Outcome);

impl Skill for Known {
    fn next(&mut self, _: Option<&str>) -> Step {
        Step::Done(self.0.clone())
    }
}

/// `B12` of a sheet, or `column[row]` of a file with named columns.
fn find(book: &Workbook, sheet: Option<&str>, cell: &str) -> Result<Value> {
    let bad = |problem: String| Error::BadParameter { name: "cases", problem };
    let sheet = book.sheet(sheet).map_err(|e| bad(e.to_string()))?;
    let named = || {
        let (column, row) = cell.strip_suffix(']')?.rsplit_once('[')?;
        let column = sheet.header.as_ref()?.iter().position(|name| name == column)?;
        Some((row.parse().ok()?, column as u32))
    };
    let at = named().or_else(|| position(cell)).ok_or_else(|| bad(format!("no cell is named {cell:?}")))?;
    Ok(match sheet.get(at.0, at.1) {
        // A field of a text file is text, if only the empty one.
        Cell::Null if book.format == "csv" => json!(""),
        Cell::Null => Value::Null,
        Cell::Bool(b) => json!(b),
        Cell::Duration(ms) => json!(ms as f64 / 1000.0),
        number @ (Cell::Number(_) | Cell::Float(_)) => json!(number.as_f64()),
        other => json!(other.to_string()),
    })
}
