//! What the page calls: JSON in and out; errors are thrown as JSON `{code, values}`.

use serde::Deserialize;
use serde_json::{Value as Json, json};
use wasm_bindgen::prelude::*;

use crate::desk::{Asked, Desk};
use crate::error::{Result, TableError};

#[wasm_bindgen]
extern "C" {
    /// The worker's own, if it wants to know how far a file has been read, from 0 to 1.
    #[wasm_bindgen(catch, js_namespace = globalThis, js_name = loquatProgress)]
    fn progress(share: f64) -> std::result::Result<(), JsValue>;
}

/// An open workbook.
#[wasm_bindgen]
pub struct TableBook {
    desk: Desk,
}

type Text = std::result::Result<String, JsValue>;

fn thrown(error: TableError) -> JsValue {
    JsValue::from_str(&error.to_json().to_string())
}

fn text(made: Result<Json>) -> Text {
    made.map(|v| v.to_string()).map_err(thrown)
}

fn given<T: for<'a> Deserialize<'a>>(text: &str) -> std::result::Result<T, JsValue> {
    serde_json::from_str(text).map_err(|e| thrown(TableError::BadInput { problem: e.to_string() }))
}

#[wasm_bindgen]
impl TableBook {
    /// Reads a file, or what [`TableBook::pack`] gave before.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, bytes: &[u8]) -> std::result::Result<TableBook, JsValue> {
        let mut tell = |share: f64| {
            // Nobody has to listen.
            let _ = progress(share);
        };
        Desk::open_watched(name, bytes, &mut tell).map(|desk| TableBook { desk }).map_err(thrown)
    }

    /// The workbook as it was read, to be opened again without reading the file.
    pub fn pack(&self) -> Vec<u8> {
        self.desk.pack()
    }

    /// `{name, format, dialect, sheets: [{name, hidden, rows, columns, cells}], sheet}`.
    pub fn info(&self) -> String {
        self.desk.info().to_string()
    }

    /// Looks at another sheet.
    pub fn choose(&mut self, sheet: &str) -> Text {
        text(self.desk.choose(sheet))
    }

    /// Cells of the file: `{cells: [[text]], merges: [[top, left, bottom, right]]}`.
    pub fn cells(&self, sheet: &str, top: u32, left: u32, rows: u32, columns: u32) -> Text {
        text(self.desk.cells(sheet, top, left, rows, columns))
    }

    /// A part of the table as it is now: `{from, left, cells, origin, changed}`.
    pub fn window(&self, from: u32, count: u32, left: u32, columns: u32) -> String {
        self.desk.window(from as usize, count as usize, left as usize, columns as usize).to_string()
    }

    /// `{sheet, columns, rows, all_rows, totals, steps, step_rows, chart, undo, redo, words: {en, zh, ja}}`.
    pub fn state(&self) -> String {
        self.desk.state().to_string()
    }

    /// `null`, or `{code, values}` of the first step that cannot be done.
    pub fn check(&self, plan: &str) -> String {
        self.desk.check(plan).to_string()
    }

    /// What a plan would make of the table as it is now; with `whole` of the table as the file has it.
    pub fn preview(&self, plan: &str, whole: bool) -> Text {
        text(self.desk.preview(plan, whole))
    }

    /// Does a plan's steps; the state after them.
    pub fn apply(&mut self, plan: &str) -> Text {
        text(self.desk.apply(plan))
    }

    /// Does a plan's steps in place of all before; the state after them.
    pub fn replace(&mut self, plan: &str) -> Text {
        text(self.desk.replace(plan))
    }

    /// Takes the last change back; the state after it.
    pub fn undo(&mut self) -> Text {
        text(self.desk.undo())
    }

    /// Does it again.
    pub fn redo(&mut self) -> Text {
        text(self.desk.redo())
    }

    /// How many words of a question this workbook has too.
    pub fn mentions(&self, question: &str) -> u32 {
        self.desk.mentions(question)
    }

    /// Begins to answer: `{"text", "with_model", "may_ask"}` to the skill's first step.
    pub fn ask(&mut self, question: &str) -> Text {
        #[derive(Deserialize)]
        struct Given {
            text: String,
            #[serde(default)]
            with_model: bool,
            #[serde(default)]
            may_ask: bool,
        }
        let Given { text: asked, with_model, may_ask } = given(question)?;
        text(self.desk.ask(&Asked { text: &asked, with_model, may_ask }).map(|step| json!(step)))
    }

    /// The skill's next step, after what the model replied.
    pub fn next(&mut self, reply: Option<String>) -> String {
        json!(self.desk.next(reply.as_deref())).to_string()
    }

    /// The rows that an answer comes from: `{columns, rows, cells, origin}`.
    pub fn evidence(&self, answer: &str, from: u32, count: u32) -> Text {
        text(self.desk.evidence(&given(answer)?, from as usize, count as usize))
    }

    /// The table as it is now, as `csv` or `xlsx`; its plan as `json`.
    pub fn export(&self, format: &str) -> std::result::Result<Vec<u8>, JsValue> {
        self.desk.export(format).map_err(thrown)
    }

    /// `{rows, duplicates, totals, columns}`: kinds, blanks, ends, outliers and odd dates of all columns.
    pub fn profile(&self) -> String {
        self.desk.profile().to_string()
    }
}
