//! Text that must be found in files, at its place. One prediction a file, under the file's name.

use std::path::{Path, PathBuf};

use loquat::Result;
use loquat_agent::{Outcome, Part, Skill, Step};
use loquat_documents::document::{BlockKind, Document};
use serde_json::{Value, json};

use super::{Kind, Prepared, need};
use crate::documents::read_file;

pub struct Facts {
    folder: PathBuf,
    pdf_reader: Option<PathBuf>,
}

impl Facts {
    pub fn beside(cases: &Path, pdf_reader: Option<PathBuf>) -> Facts {
        Facts { folder: cases.parent().unwrap_or(Path::new("")).to_owned(), pdf_reader }
    }
}

/// What was read, told at once.
struct Told(Outcome);

impl Skill for Told {
    fn next(&mut self, _: Option<&str>) -> Step {
        Step::Done(self.0.clone())
    }
}

impl Kind for Facts {
    fn id(&self, case: &Value) -> Result<String> {
        need(case, "file").map(str::to_owned)
    }

    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let file = self.folder.join(need(case, "file")?);
        let read = read_file(&file, self.pdf_reader.as_deref(), case["password"].as_str());
        let document = read.unwrap_or_else(|error| {
            // A file that can't be read is a wrong answer and no end of the run.
            eprintln!("{error}");
            Document::default()
        });
        // The title of an outline's section is no text of the page.
        let blocks = document.blocks.into_iter().filter(|block| !matches!(block.kind, BlockKind::Section(_)));
        let pieces = blocks.map(|block| {
            let mut piece = block.place.anchor;
            piece["text"] = json!(block.text);
            piece
        });
        let content = Value::Array(pieces.collect());
        let part = Part::ToolResult { id: String::new(), name: "read".into(), content, error: false };
        let told = Told(Outcome { parts: vec![part], ..Outcome::default() });
        Ok(Prepared { plain: Vec::new(), skills: vec![Box::new(told)] })
    }

    fn predict(&self, outcome: &Outcome) -> Value {
        match outcome.parts.first() {
            Some(Part::ToolResult { content, .. }) => json!({ "output": content }),
            _ => json!({ "output": [] }),
        }
    }
}
