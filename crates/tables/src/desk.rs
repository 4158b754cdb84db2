//! A workbook at work: the sheet that is looked at, the steps that changed it, and what comes of a plan or a question.
//! The file's own sheets never change; undoing runs the plan as it was before.

mod marks;
mod profile;
mod work;

use std::collections::HashMap;
use std::rc::Rc;

use loquat_agent::{Part, Skill, Step as SkillStep};
use serde_json::{Value as Json, json};

use crate::ask::{Question, Reading, TableSkill};
use crate::error::{Result, TableError};
use crate::plan::{Language, Plan, Ran, Step, in_words, run};
use crate::read::Workbook;
use crate::table::Table;
use crate::write::{to_csv, to_xlsx};

use work::Work;

/// Rows of a preview.
const PREVIEW: usize = 20;
/// Cells of one window at most.
const WINDOW: usize = 20_000;
/// Rows that a question is compared with to tell whether it is about this table.
const COMPARED_ROWS: usize = 2000;

/// An open workbook.
pub struct Desk {
    book: Workbook,
    sheet: String,
    work: Work,
    /// Other sheets that were looked at, as they were left.
    others: HashMap<String, Work>,
    skill: Option<TableSkill>,
}

/// What is asked of a table.
pub struct Asked<'a> {
    /// The question.
    pub text: &'a str,
    /// Whether a model may be asked where it is not clear.
    pub with_model: bool,
    /// Whether the person may be asked back.
    pub may_ask: bool,
}

impl Desk {
    /// Reads a file and opens the first sheet that is shown.
    pub fn open(name: &str, bytes: &[u8]) -> Result<Self> {
        Desk::open_watched(name, bytes, &mut |_| {})
    }

    /// Reads a file, or what [`Desk::pack`] kept, and tells now and then which share of it has been read.
    pub fn open_watched(name: &str, bytes: &[u8], tell: &mut dyn FnMut(f64)) -> Result<Self> {
        let book = Workbook::open_watched(name, bytes, tell)?;
        let first = book.sheet(None)?;
        let (sheet, work) = (first.name.clone(), Work::new(Table::from_sheet(first)));
        Ok(Desk { book, sheet, work, others: HashMap::new(), skill: None })
    }

    /// The workbook as it was read, to be opened again without reading the file.
    pub fn pack(&self) -> Vec<u8> {
        self.book.pack()
    }

    fn turn_to(&mut self, sheet: &str) -> Result<()> {
        if sheet == self.sheet {
            return Ok(());
        }
        let next = match self.others.remove(sheet) {
            Some(work) => work,
            None => Work::new(Table::from_sheet(self.book.sheet(Some(sheet))?)),
        };
        let before = std::mem::replace(&mut self.work, next);
        self.others.insert(std::mem::replace(&mut self.sheet, sheet.to_owned()), before);
        Ok(())
    }

    /// The file and its sheets.
    pub fn info(&self) -> Json {
        let sheet = |s: &crate::sheet::Sheet| json!({ "name": s.name, "hidden": s.hidden, "rows": s.height(), "columns": s.width(), "cells": s.cells() });
        json!({
            "name": self.book.name,
            "format": self.book.format,
            "dialect": self.book.dialect,
            "sheets": self.book.sheets.iter().map(sheet).collect::<Vec<_>>(),
            "sheet": self.sheet,
        })
    }

    /// Looks at another sheet; each keeps its own steps.
    pub fn choose(&mut self, sheet: &str) -> Result<Json> {
        self.turn_to(sheet)?;
        Ok(self.state())
    }

    /// Cells of the file as it has them: texts by row.
    pub fn cells(&self, sheet: &str, top: u32, left: u32, rows: u32, columns: u32) -> Result<Json> {
        let sheet = self.book.sheet(Some(sheet))?;
        let (rows, columns) = window(rows as usize, columns as usize);
        let row = |r: u32| {
            (0..columns as u32).map(move |c| sheet.get(top.saturating_add(r), left.saturating_add(c)).to_string())
        };
        let cells: Vec<Vec<String>> = (0..rows as u32).map(|r| row(r).collect()).collect();
        let merges: Vec<[u32; 4]> = sheet.merges.iter().map(|m| [m.top, m.left, m.bottom, m.right]).collect();
        Ok(json!({ "cells": cells, "merges": merges }))
    }

    /// A part of the table as it is now: cells, the file's row of each row, and for each row the places of cells that
    /// are not as the file has them.
    pub fn window(&self, from: usize, count: usize, left: usize, columns: usize) -> Json {
        let Work { start, now, .. } = &self.work;
        let left = left.min(now.columns.len());
        let columns = columns.min(now.columns.len() - left);
        let (count, columns) = window(count, columns);
        let rows = from.min(now.rows())..from.saturating_add(count).min(now.rows());
        let shown = &now.columns[left..(left + columns).min(now.columns.len())];
        let cells: Vec<Vec<String>> = rows.clone().map(|r| shown.iter().map(|c| c.shown(r)).collect()).collect();
        let origin: Vec<Option<u32>> = rows.clone().map(|r| now.origin.get(r).copied()).collect();
        let changed = marks::changed(start, now, rows, left..left + shown.len());
        json!({ "from": from, "left": left, "cells": cells, "origin": origin, "changed": changed })
    }

    /// Columns, rows, and the steps so far.
    pub fn state(&self) -> Json {
        let work = &self.work;
        let plan = Plan { sheet: None, steps: work.steps.clone() };
        json!({
            "sheet": self.sheet,
            "columns": marks::columns(&work.start, &work.now),
            "rows": work.now.rows(),
            "all_rows": work.start.rows(),
            "totals": work.start.totals.len(),
            "steps": work.steps,
            "step_rows": work.rows,
            "chart": work.chart,
            "undo": work.past.len(),
            "redo": work.future.len(),
            "words": words(&plan),
        })
    }

    /// What is wrong with a plan for the table as it is now; null if nothing.
    pub fn check(&self, plan: &str) -> Json {
        match parsed(plan).and_then(|plan| self.ran(&plan, &self.work.now)) {
            Ok(_) => Json::Null,
            Err(error) => error.to_json(),
        }
    }

    /// What a plan would make of the table as it is now; with `whole` of the table as the file has it.
    pub fn preview(&self, plan: &str, whole: bool) -> Result<Json> {
        let plan = parsed(plan)?;
        let work = &self.work;
        let ran = self.ran(&plan, if whole { &work.start } else { &work.now })?;
        let rows = (0..ran.table.rows().min(PREVIEW)).map(|r| ran.table.row_text(r));
        Ok(json!({
            "words": words(&plan),
            "question": plan.is_question(),
            "step_rows": ran.rows,
            "columns": marks::columns(&work.start, &ran.table),
            "rows": ran.table.rows(),
            "cells": rows.collect::<Vec<_>>(),
            "chart": ran.chart,
        }))
    }

    /// Does a plan's steps after those before; the state then.
    pub fn apply(&mut self, plan: &str) -> Result<Json> {
        let plan = parsed(plan)?;
        let ran = self.ran(&plan, &self.work.now)?;
        self.work.went_on(plan.steps, ran);
        Ok(self.state())
    }

    /// Does a plan's steps in place of all before; the state then.
    pub fn replace(&mut self, plan: &str) -> Result<Json> {
        let plan = parsed(plan)?;
        let ran = self.ran(&plan, &self.work.start)?;
        self.work.began_anew(plan.steps, ran);
        Ok(self.state())
    }

    /// Takes back what was done last.
    pub fn undo(&mut self) -> Result<Json> {
        if let Some(steps) = self.work.past.last() {
            let ran = self.ran(&Plan { sheet: None, steps: steps.clone() }, &self.work.start)?;
            self.work.went_back(ran);
        }
        Ok(self.state())
    }

    /// Does again what was taken back last.
    pub fn redo(&mut self) -> Result<Json> {
        if let Some(steps) = self.work.future.last() {
            let ran = self.ran(&Plan { sheet: None, steps: steps.clone() }, &self.work.start)?;
            self.work.went_forward(ran);
        }
        Ok(self.state())
    }

    fn ran(&self, plan: &Plan, table: &Table) -> Result<Ran> {
        let joined = |s: &Step| match s {
            Step::Join { table, .. } => Some(table.clone()),
            _ => None,
        };
        let mut others = HashMap::new();
        for name in plan.steps.iter().filter_map(joined) {
            if let Ok(sheet) = self.book.sheet(Some(&name)) {
                others.insert(name, Table::from_sheet(sheet));
            }
        }
        run(plan, table, &others)
    }

    /// How many words of a question this workbook has too, in its names and cells.
    pub fn mentions(&self, question: &str) -> u32 {
        let lower = question.to_lowercase();
        let name = self.book.name.rsplit_once('.').map_or(self.book.name.as_str(), |(name, _)| name).to_lowercase();
        let named = u32::from(name.chars().count() > 1 && lower.contains(&name)) * 8;
        let sheets = self.book.sheets.iter().filter(|s| names_sheet(&lower, &s.name)).count() as u32 * 4;
        named + sheets + Question::new(question, &Reading::new(&self.work.now, COMPARED_ROWS)).known()
    }

    /// Begins to answer a question: about the table as it is now, or another sheet that the question names.
    pub fn ask(&mut self, asked: &Asked<'_>) -> Result<SkillStep> {
        let lower = asked.text.to_lowercase();
        let others = self.book.sheets.iter().filter(|s| s.name != self.sheet && names_sheet(&lower, &s.name));
        if let Some(name) = others.map(|s| s.name.clone()).next().filter(|_| !names_sheet(&lower, &self.sheet)) {
            self.turn_to(&name)?;
        }
        let skill = TableSkill::new(self.work.now.clone(), asked.text, asked.with_model);
        self.skill = Some(if asked.may_ask { skill.asking().passing() } else { skill });
        Ok(self.next(None))
    }

    /// Goes on with what the model replied.
    pub fn next(&mut self, reply: Option<&str>) -> SkillStep {
        let step = self.skill.as_mut().map_or(SkillStep::Pass, |skill| skill.next(reply));
        match step {
            SkillStep::Done(mut outcome) => {
                let (sheet, base) = (json!(self.sheet), json!(self.work.steps));
                for part in &mut outcome.parts {
                    if let Part::Table { plan: Some(Json::Object(plan)), .. } = part {
                        plan.insert("sheet".into(), sheet.clone());
                        plan.insert("base".into(), base.clone());
                    }
                }
                SkillStep::Done(outcome)
            }
            other => other,
        }
    }

    /// The rows that an answer comes from: `{sheet, base, plan}` as the answer's table has them, to the rows before
    /// they are added up, with the row of the file that each is.
    pub fn evidence(&self, answer: &Json, from: usize, count: usize) -> Result<Json> {
        let steps = |of: &Json| serde_json::from_value::<Vec<Step>>(of.clone()).map_err(|e| bad(&e));
        let (base, asked) = (steps(&answer["base"])?, steps(&answer["plan"]["steps"])?);
        let start = match answer["sheet"].as_str() {
            Some(sheet) if sheet != self.sheet => match self.others.get(sheet) {
                Some(work) => work.start.clone(),
                None => Rc::new(Table::from_sheet(self.book.sheet(Some(sheet))?)),
            },
            _ => self.work.start.clone(),
        };
        let kept = asked.into_iter().take_while(|s| s.keeps_rows() || matches!(s, Step::Cast { .. }));
        let ran = self.ran(&Plan { sheet: None, steps: base.into_iter().chain(kept).collect() }, &start)?;
        let table = &ran.table;
        let (count, _) = window(count, table.columns.len());
        let rows = from.min(table.rows())..from.saturating_add(count).min(table.rows());
        Ok(json!({
            "columns": table.names(),
            "rows": table.rows(),
            "cells": rows.clone().map(|r| table.row_text(r)).collect::<Vec<_>>(),
            "origin": rows.map(|r| table.origin.get(r)).collect::<Vec<_>>(),
        }))
    }

    /// The table as it is now, as a file: `csv`, `xlsx`, or its plan as `json`.
    pub fn export(&self, format: &str) -> Result<Vec<u8>> {
        let work = &self.work;
        match format {
            "csv" => Ok(to_csv(&work.now)),
            "xlsx" => to_xlsx(&work.now, work.chart.as_ref()),
            "json" => {
                let plan = Plan { sheet: Some(self.sheet.clone()), steps: work.steps.clone() };
                serde_json::to_vec_pretty(&plan).map_err(|e| bad(&e))
            }
            other => Err(bad(&format!("{other:?} is no format: csv, xlsx or json"))),
        }
    }

    /// What stands in each column, which rows are there twice, and what is unlike the rest.
    pub fn profile(&self) -> Json {
        let work = &self.work;
        let all = Plan { sheet: None, steps: vec![Step::Deduplicate { columns: Vec::new() }] };
        let different = self.ran(&all, &work.now).map_or(work.now.rows(), |ran| ran.table.rows());
        profile::profile(&work.start, &work.now, work.now.rows() - different)
    }
}

/// Whether a question, in small letters, names a sheet.
fn names_sheet(question: &str, sheet: &str) -> bool {
    sheet.chars().count() > 1 && question.contains(&sheet.to_lowercase())
}

fn window(rows: usize, columns: usize) -> (usize, usize) {
    let columns = columns.clamp(1, WINDOW);
    (rows.min(WINDOW / columns), columns)
}

fn words(plan: &Plan) -> Json {
    json!({
        "en": in_words(plan, Language::English),
        "zh": in_words(plan, Language::Chinese),
        "ja": in_words(plan, Language::Japanese),
    })
}

fn bad(problem: &dyn std::fmt::Display) -> TableError {
    TableError::BadInput { problem: problem.to_string() }
}

fn parsed(plan: &str) -> Result<Plan> {
    serde_json::from_str(plan).map_err(|e| TableError::BadInput { problem: format!("this is no plan: {e}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALES: &str = "City,Amount\nRome,\"1,200\"\nOslo,300\nRome,50\nTotal,\"1,550\"\n";

    fn desk() -> Desk {
        Desk::open("sales.csv", SALES.as_bytes()).expect("a table")
    }

    fn asked(text: &str) -> Asked<'_> {
        Asked { text, with_model: false, may_ask: true }
    }

    #[test]
    fn steps_are_undone_and_done_again_and_the_file_stays() {
        let mut desk = desk();
        assert_eq!((desk.state()["rows"].as_u64(), desk.state()["totals"].as_u64()), (Some(3), Some(1)));
        let filter = r#"{"steps":[{"op":"filter","conditions":[{"column":"City","is":"equal","value":"rome"}]}]}"#;
        let sum = r#"{"steps":[{"op":"group","aggregates":[{"function":"sum","column":"Amount"}]}]}"#;
        assert_eq!(desk.apply(filter).expect("a filter")["rows"], 2);
        assert_eq!(desk.apply(sum).expect("a sum")["step_rows"][1], json!({ "before": 2, "after": 1 }));
        assert_eq!(desk.window(0, 5, 0, 9)["cells"], json!([["1250"]]));
        assert_eq!(desk.undo().expect("a step back")["rows"], 2);
        assert_eq!(desk.window(0, 5, 0, 9)["cells"], json!([["Rome", "1,200"], ["Rome", "50"]]));
        assert_eq!(desk.window(1, 5, 1, 1)["cells"], json!([["50"]]));
        assert_eq!(desk.undo().expect("a step back")["rows"], 3);
        assert_eq!(desk.redo().expect("a step again")["rows"], 2);
        assert_eq!(desk.replace(sum).expect("another plan")["undo"], 2);
        assert_eq!(desk.window(0, 5, 0, 9)["cells"], json!([["1550"]]));
        assert_eq!(desk.undo().expect("the plan before")["rows"], 2);
        let cells = desk.cells("", 0, 0, 5, 2).expect("cells");
        assert_eq!(cells["cells"][4], json!(["Total", "1,550"]));
    }

    #[test]
    fn changed_cells_and_new_columns_are_marked() {
        let mut desk = desk();
        let plan = r#"{"steps":[{"op":"clean","column":"City","how":"upper"},{"op":"sort","by":[{"column":"Amount"}]},
            {"op":"derive","name":"Double","expression":"Amount * 2"}]}"#;
        let state = desk.apply(plan).expect("a plan");
        let new: Vec<_> = state["columns"].as_array().expect("columns").iter().map(|c| c["new"] == true).collect();
        assert_eq!(new, [false, false, true]);
        let window = desk.window(0, 3, 0, 3);
        assert_eq!(window["cells"][0], json!(["ROME", "50", "100"]));
        assert_eq!((&window["origin"], &window["changed"]), (&json!([3, 2, 1]), &json!([[0, 2], [0, 2], [0, 2]])));
    }

    #[test]
    fn what_cannot_be_done_says_why_and_names_the_nearest() {
        let desk = desk();
        let wrong = r#"{"steps":[{"op":"sort","by":[{"column":"amounts"}]}]}"#;
        let told = desk.check(wrong);
        assert_eq!(told["code"], "plan_no_column");
        assert_eq!(told["values"], json!({ "column": "amounts", "nearest": ["Amount"], "step": 1 }));
        let text = r#"{"steps":[{"op":"group","aggregates":[{"function":"sum","column":"City"}]}]}"#;
        assert_eq!(desk.check(text)["code"], "plan_wrong_type");
    }

    #[test]
    fn a_question_is_answered_from_the_result_of_a_plan_and_its_rows_can_be_seen() {
        let mut desk = desk();
        let Ok(SkillStep::Done(outcome)) = desk.ask(&asked("how many rows have the city rome?")) else {
            panic!("no answer");
        };
        assert_eq!(outcome.answer.as_deref(), Some("[\"2\"]"));
        let Some(Part::Table { plan: Some(answer), .. }) = outcome.parts.last() else { panic!("no table") };
        let evidence = desk.evidence(answer, 0, 10).expect("rows");
        assert_eq!((&evidence["rows"], &evidence["origin"]), (&json!(2), &json!([1, 3])));
        assert_eq!(desk.ask(&asked("hello there")).expect("a step"), SkillStep::Pass);
    }

    #[test]
    fn what_is_kept_opens_with_the_same_table() {
        let kept = desk().pack();
        let again = Desk::open("sales.csv", &kept).expect("what was kept");
        assert_eq!(again.state(), desk().state());
    }
}
