//! Questions over tables, whose answers are cells or numbers worked out of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use loquat::{Error, Result};
use loquat_tables::ask::{TableSkill, plain_messages};
use loquat_tables::{Table, Workbook};
use serde_json::Value;

use super::{Kind, Prepared, need};
use crate::file::io_error;

/// Tables lie in the folder `csv` beside the cases.
pub struct Denotation {
    folder: PathBuf,
    with_model: bool,
    tables: HashMap<String, Rc<Table>>,
}

impl Denotation {
    pub fn new(cases: &Path, with_model: bool) -> Self {
        let folder = cases.parent().unwrap_or(Path::new(".")).join("csv");
        Denotation { folder, with_model, tables: HashMap::new() }
    }

    fn table(&mut self, name: &str) -> Result<Rc<Table>> {
        if let Some(table) = self.tables.get(name) {
            return Ok(table.clone());
        }
        let path = self.folder.join(name);
        let bytes = std::fs::read(&path).map_err(|e| io_error(&path, &e))?;
        let bad = |e: loquat_tables::TableError| Error::BadParameter { name: "cases", problem: e.to_string() };
        let book = Workbook::open(name, &bytes).map_err(bad)?;
        let table = Rc::new(Table::from_sheet(book.sheet(None).map_err(bad)?));
        self.tables.insert(name.into(), table.clone());
        Ok(table)
    }
}

impl Kind for Denotation {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let question = need(case, "question")?;
        let table = self.table(need(case, "table")?)?;
        let plain = plain_messages(&table, question);
        Ok(Prepared { plain, skills: vec![Box::new(TableSkill::new(table, question, self.with_model))] })
    }
}
