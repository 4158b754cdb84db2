//! What the page calls: JSON in and out; errors are thrown as JSON `{code, values}`.

use std::rc::Rc;

use loquat_agent::{Skill, Step};
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::ask::{AskDocuments, Options};
use crate::collection::{Collection, encoded_question};
use crate::document::Document;
use crate::read::{pages, read};

/// Documents that are searched and asked together.
#[wasm_bindgen]
#[derive(Default)]
pub struct Documents {
    collection: Rc<Collection>,
    skill: Option<AskDocuments>,
    /// Vectors that came while a question was being answered.
    waiting: Vec<(u32, Vec<f32>)>,
}

/// What the page's PDF reader gives.
#[derive(Deserialize)]
struct Paged {
    name: String,
    hash: Option<String>,
    title: Option<String>,
    pages: Vec<pages::Page>,
}

fn thrown(code: &str, values: Value) -> JsValue {
    JsValue::from_str(&json!({ "code": code, "values": values }).to_string())
}

#[wasm_bindgen]
impl Documents {
    /// None yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Documents {
        Documents::default()
    }

    /// What was kept by `serialize`; throws `document_store` where it can't be read, so that the file is read again.
    pub fn deserialize(bytes: &[u8]) -> Result<Documents, JsValue> {
        let collection = Collection::from_bytes(bytes).ok_or_else(|| thrown("document_store", json!({})))?;
        Ok(Documents { collection: Rc::new(collection), ..Documents::default() })
    }

    /// For keeping.
    pub fn serialize(&self) -> Vec<u8> {
        self.collection.to_bytes()
    }

    /// Adds what was kept of other documents.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let kept = Collection::from_bytes(bytes).ok_or_else(|| thrown("document_store", json!({})))?;
        self.change(|collection| collection.append(kept))
    }

    /// Reads a file; the result is `{document, passages, notices}`.
    pub fn add_file(&mut self, name: &str, hash: Option<String>, bytes: &[u8]) -> Result<String, JsValue> {
        let mut document = read(name, bytes).map_err(|e| thrown(e.code, e.values))?;
        document.hash = hash;
        self.add(document)
    }

    /// Adds pages of text: `{name, hash, title, pages: [{page, label, lines, headings}]}`; the result as of `add_file`.
    pub fn add_pages(&mut self, paged: &str) -> Result<String, JsValue> {
        let paged: Paged =
            serde_json::from_str(paged).map_err(|e| thrown("document_request", json!({ "problem": e.to_string() })))?;
        self.add(pages::from_pages(&paged.name, paged.hash, paged.title, &paged.pages))
    }

    /// The best passages for a question, as a list of `{passage, document, place, text, score}`.
    /// `vector` is what an encoder makes of `encoded_question`, where there is one.
    pub fn search(&self, question: &str, limit: usize, vector: Option<Vec<f32>>) -> String {
        let c = &self.collection;
        let hits = c.search(question, vector.as_deref(), limit).hits.into_iter().filter_map(|hit| {
            let passage = c.passages().get(hit.passage as usize)?;
            let entry = c.entries().get(passage.document as usize)?;
            Some(json!({
                "passage": hit.passage, "document": entry.name, "hash": entry.hash,
                "headings": passage.headings, "place": passage.place, "text": passage.text, "score": hit.score,
            }))
        });
        Value::Array(hits.collect()).to_string()
    }

    /// Begins a question; `before` is the one before it in the conversation, `vector` as of `search`. Then comes `next`.
    pub fn ask(&mut self, question: &str, before: Option<String>, vector: Option<Vec<f32>>) {
        let collection = Rc::clone(&self.collection);
        self.skill = Some(AskDocuments::new(collection, question, before.as_deref(), Options::default()).near(vector));
    }

    /// The next step of the question, as the agent's `Step` in JSON; `reply` is what the model wrote for the one before.
    pub fn next(&mut self, reply: Option<String>) -> String {
        let step = self.skill.as_mut().map_or(Step::Pass, |skill| skill.next(reply.as_deref()));
        if !matches!(step, Step::Ask(_)) {
            self.skill = None;
            self.settle();
        }
        serde_json::to_string(&step).unwrap_or_default()
    }

    /// The documents: `[{name, hash, title, first, count}]`.
    pub fn entries(&self) -> String {
        serde_json::to_string(self.collection.entries()).unwrap_or_default()
    }

    /// A document's passages, for reading: `[{number, headings, place, text}]`.
    pub fn passages(&self, document: u32) -> String {
        serde_json::to_string(self.collection.of(document)).unwrap_or_default()
    }

    /// A question as an encoder is to read it.
    pub fn encoded_question(&self, question: &str) -> String {
        encoded_question(question)
    }

    /// Passages without a vector, with what an encoder is to read: `[[passage, text], …]`.
    pub fn without_vectors(&self, limit: usize) -> String {
        let mut missing = self.collection.without_vectors(limit + self.waiting.len());
        missing.retain(|(passage, _)| !self.waiting.iter().any(|(waiting, _)| waiting == passage));
        missing.truncate(limit);
        serde_json::to_string(&missing).unwrap_or_default()
    }

    /// Sets the vectors of passages, one after the other in `vectors`. A question that is being answered goes on.
    pub fn set_vectors(&mut self, passages: &[u32], vectors: &[f32]) {
        let width = vectors.len() / passages.len().max(1);
        let each = passages.iter().zip(vectors.chunks_exact(width.max(1)));
        self.waiting.extend(each.map(|(passage, vector)| (*passage, vector.to_vec())));
        self.settle();
    }

    /// The vectors of a document's passages, for keeping beside it.
    pub fn vectors_of(&self, document: u32) -> Vec<u8> {
        self.collection.vectors_of(document)
    }

    /// Sets what `vectors_of` gave; false where that is damaged, or of another encoder or document.
    pub fn set_vectors_of(&mut self, document: u32, bytes: &[u8]) -> Result<bool, JsValue> {
        let mut fits = false;
        self.change(|collection| fits = collection.set_vectors_of(document, bytes))?;
        Ok(fits)
    }

    /// Sets vectors that have waited, once nobody reads the collection.
    fn settle(&mut self) {
        if let (true, Some(collection)) = (self.skill.is_none(), Rc::get_mut(&mut self.collection)) {
            for (passage, vector) in self.waiting.drain(..) {
                collection.set_vector(passage, &vector);
            }
        }
    }

    fn add(&mut self, document: Document) -> Result<String, JsValue> {
        let notices = document.notices.clone();
        let mut number = 0;
        self.change(|collection| number = collection.add(document))?;
        let passages = self.collection.of(number).len();
        Ok(json!({ "document": number, "passages": passages, "notices": notices }).to_string())
    }

    /// Changes the collection; a question that is being answered ends.
    fn change(&mut self, change: impl FnOnce(&mut Collection)) -> Result<(), JsValue> {
        self.skill = None;
        let collection = Rc::get_mut(&mut self.collection).ok_or_else(|| thrown("document_busy", json!({})))?;
        change(collection);
        Ok(())
    }
}
