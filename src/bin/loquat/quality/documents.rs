//! Questions over paragraphs: what is found, what is answered, and what is said not to be there.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use loquat::{Error, Result};
use loquat_agent::{ChatMessage, Outcome, Skill, Step};
use loquat_documents::Collection;
use loquat_documents::ask::{AskDocuments, Options};
use loquat_documents::document::{Block, BlockKind, Document, Place};
use serde_json::{Value, json};

use super::{Kind, Prepared, need};
use crate::embedder::Embedder;
use crate::file::read_text;

/// Ids of paragraphs that are written of a search.
const WRITTEN: usize = 20;

/// What is asked of the paragraphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The paragraphs, best first; no model.
    Passages,
    /// The answer.
    Answer,
}

pub struct Documents {
    collection: Rc<Collection>,
    embedder: Option<Embedder>,
    asked: Asked,
}

/// Where questions and paragraphs are, and what reads them.
pub struct Sources {
    pub cases: PathBuf,
    /// Instead of those beside the cases.
    pub paragraphs: Option<PathBuf>,
    /// An encoder; without one, only words are looked for.
    pub embedder: Option<PathBuf>,
    pub threads: Option<usize>,
}

impl Documents {
    /// Reads the paragraphs beside a file of questions: `xquad.en.paragraphs.jsonl` beside `xquad.en.questions.jsonl`.
    /// Where the name has no such neighbour, as with `unanswerable.zh.jsonl`, those of the name's language.
    pub fn open(sources: &Sources, asked: Asked) -> Result<Documents> {
        let mut collection = Collection::default();
        let files = match &sources.paragraphs {
            Some(file) => vec![file.clone()],
            None => paragraph_files(&sources.cases)?,
        };
        if files.is_empty() {
            let problem = format!("no *.paragraphs.jsonl beside {}", sources.cases.display());
            return Err(Error::BadParameter { name: "cases", problem });
        }
        for file in files {
            let text = read_text(&file)?;
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let paragraph: Value = serde_json::from_str(line)
                    .map_err(|e| Error::Io { path: file.display().to_string(), problem: e.to_string() })?;
                let text = need(&paragraph, "text")?.to_owned();
                let blocks = vec![Block { kind: BlockKind::Paragraph, text, place: Place::default() }];
                let title = paragraph["title"].as_str().map(str::to_owned);
                collection.add(Document {
                    name: need(&paragraph, "id")?.to_owned(),
                    title,
                    blocks,
                    ..Default::default()
                });
            }
        }
        let embedder = sources.embedder.as_deref().map(|path| Embedder::open(path, sources.threads)).transpose()?;
        if let Some(embedder) = &embedder {
            embedder.passages(&mut collection)?;
        }
        Ok(Documents { collection: Rc::new(collection), embedder, asked })
    }
}

/// The files of paragraphs that belong to a file of questions.
fn paragraph_files(cases: &Path) -> Result<Vec<PathBuf>> {
    let name = cases.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let own = cases.with_file_name(name.replace(".questions.", ".paragraphs."));
    if name.contains(".questions.") && own.exists() {
        return Ok(vec![own]);
    }
    let folder = cases.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let problem = |e: std::io::Error| Error::Io { path: folder.display().to_string(), problem: e.to_string() };
    let language = ["en", "zh"].into_iter().find(|l| name.split('.').any(|part| part == *l));
    let wanted = |path: &PathBuf| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        name.ends_with(".paragraphs.jsonl") && language.is_none_or(|l| name.split('.').any(|part| part == l))
    };
    let entries = std::fs::read_dir(folder).map_err(problem)?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(wanted).collect();
    files.sort();
    Ok(files)
}

/// Only searches.
struct Search {
    collection: Rc<Collection>,
    question: String,
    vector: Option<Vec<f32>>,
}

impl Skill for Search {
    fn next(&mut self, _: Option<&str>) -> Step {
        let hits = self.collection.search(&self.question, self.vector.as_deref(), WRITTEN * 2).hits;
        let sources = hits.iter().filter_map(|h| self.collection.id(h.passage)).collect();
        Step::Done(Outcome { sources, answer: Some(String::new()), ..Outcome::default() })
    }
}

impl Kind for Documents {
    fn prepare(&mut self, case: &Value) -> Result<Prepared> {
        let question = need(case, "question")?;
        let vector = self.embedder.as_ref().map(|embedder| embedder.question(question)).transpose()?;
        let collection = Rc::clone(&self.collection);
        let skill: Box<dyn Skill> = match self.asked {
            Asked::Passages => Box::new(Search { collection, question: question.to_owned(), vector }),
            Asked::Answer => {
                Box::new(AskDocuments::new(collection, question, None, Options { bare: true }).near(vector))
            }
        };
        Ok(Prepared { plain: vec![ChatMessage::user(question)], skills: vec![skill] })
    }

    fn predict(&self, outcome: &Outcome) -> Value {
        let mut citations: Vec<&str> = Vec::new();
        for source in &outcome.sources {
            // A passage's id is its document's name, here the paragraph's id, and a number.
            let paragraph = source.rsplit_once('#').map_or(source.as_str(), |(name, _)| name);
            if !citations.contains(&paragraph) && citations.len() < WRITTEN {
                citations.push(paragraph);
            }
        }
        let output = outcome.answer.clone().unwrap_or_else(|| loquat_agent::plain_text(&outcome.parts));
        json!({ "output": output, "citations": citations, "refused": outcome.refused })
    }
}
