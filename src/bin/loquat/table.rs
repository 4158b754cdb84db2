//! `loquat table`: a question about a spreadsheet, or a plan run over it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;
use loquat::{Error, Result};
use loquat_agent::{ChatMessage, Outcome, plain_text};
use loquat_tables::ask::{TableSkill, outcome};
use loquat_tables::plan::{Language, in_words, run};
use loquat_tables::write::{to_csv, to_xlsx};
use loquat_tables::{Plan, Table, TableError, Workbook};
use serde_json::{Value, json};

use crate::backend::{Choice, ModelArgs};
use crate::completer::{Complete, Completer, LONGEST_PLAIN, NoModel, answer};
use crate::file::{io_error, print_bytes, print_json, read_json};

#[derive(Args)]
pub struct TableCommand {
    /// The file: XLSX, XLSM, XLSB, XLS, ODS, CSV, TSV, JSON or Parquet
    file: PathBuf,
    /// The question; without one, and without a plan, the columns are described
    question: Option<String>,
    /// The sheet; by default the first that is shown
    #[arg(long)]
    sheet: Option<String>,
    /// A plan in JSON, instead of a question
    #[arg(long, conflicts_with = "question")]
    plan: Option<PathBuf>,
    /// A model that chooses where a question is not clear
    #[arg(long)]
    model: Option<PathBuf>,
    /// Where to write the plan's table: a name that ends in .csv or .xlsx
    #[arg(long, requires = "plan")]
    out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn failed(error: TableError) -> Error {
    Error::BadParameter { name: "file", problem: error.to_string() }
}

impl TableCommand {
    pub fn run(self) -> Result<()> {
        let bytes = std::fs::read(&self.file).map_err(|e| io_error(&self.file, &e))?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let book = Workbook::open(&name, &bytes).map_err(failed)?;
        let table = Table::from_sheet(book.sheet(self.sheet.as_deref()).map_err(failed)?);
        match (&self.question, &self.plan) {
            (Some(question), _) => self.ask(question, table),
            (None, Some(path)) => self.change(&read_json(path)?, &table, &book),
            (None, None) => self.describe(&book, &table),
        }
    }

    fn ask(&self, question: &str, table: Table) -> Result<()> {
        let mut model: Box<dyn Completer> = match &self.model {
            Some(path) => {
                let args =
                    ModelArgs { model: path.clone(), backend: Choice::Cpu, threads: None, context_length: Some(4096) };
                args.with(args.open()?, Complete)?
            }
            None => Box::new(NoModel),
        };
        let skill = TableSkill::new(Rc::new(table), question, self.model.is_some()).asking();
        let plain = [ChatMessage::user(question)];
        self.show(&answer(model.as_mut(), vec![Box::new(skill)], &plain, LONGEST_PLAIN)?.0)
    }

    fn change(&self, plan: &Plan, table: &Table, book: &Workbook) -> Result<()> {
        let others: HashMap<String, Table> =
            match plan.steps.iter().any(|s| matches!(s, loquat_tables::plan::Step::Join { .. })) {
                true => book.sheets.iter().map(|s| (s.name.clone(), Table::from_sheet(s))).collect(),
                false => HashMap::new(),
            };
        let ran = run(plan, table, &others).map_err(failed)?;
        if let Some(path) = &self.out {
            let xlsx = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx"));
            let bytes =
                if xlsx { to_xlsx(&ran.table, ran.chart.as_ref()).map_err(failed)? } else { to_csv(&ran.table) };
            std::fs::write(path, bytes).map_err(|e| io_error(path, &e))?;
        }
        let words = in_words(plan, Language::English);
        for (words, rows) in words.iter().zip(&ran.rows).filter(|_| !self.json) {
            eprintln!("{words} ({} rows of {})", rows.after, rows.before);
        }
        self.show(&outcome(plan, &ran, Language::English))
    }

    fn show(&self, outcome: &Outcome) -> Result<()> {
        match self.json {
            true => print_json(&json!(outcome)),
            false => print_bytes(format!("{}\n", plain_text(&outcome.parts)).as_bytes()),
        }
    }

    fn describe(&self, book: &Workbook, table: &Table) -> Result<()> {
        let columns: Vec<Value> =
            table.columns.iter().map(|c| json!({ "name": c.name, "kind": c.kind, "unit": c.unit })).collect();
        let sheets: Vec<&str> = book.sheets.iter().map(|s| s.name.as_str()).collect();
        print_json(&json!({
            "format": book.format,
            "dialect": book.dialect,
            "sheets": sheets,
            "rows": table.rows(),
            "totals": table.totals.len(),
            "columns": columns,
        }))
    }
}
