//! Words of answers and prompts, a table a language.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::question::Language;

/// One language's words; `{name}` in them is replaced.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Table {
    pub task: String,
    pub task_or_none: String,
    pub none: String,
    pub question: String,
    pub examples: Vec<Example>,
    pub phrase: String,
    pub quoted: String,
    pub not_found: String,
    pub searched: String,
    pub nearest: String,
    pub documents: String,
    pub piece: String,
    pub reduce: String,
    pub digest: String,
    pub digest_begun: String,
    pub partial_digest: String,
    pub pages: String,
    pub no_chapter: String,
    pub glossary: String,
    pub study: String,
    pub compared: String,
    pub compared_columns: Vec<String>,
    pub two_documents: String,
    pub listed: String,
    pub columns: Vec<String>,
}

/// What the model is shown of how to reply.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Example {
    pub sentences: Vec<String>,
    pub question: String,
    pub answer: String,
}

/// The table of a language. The files are part of the program, and a test reads them all.
pub fn table(language: Language) -> &'static Table {
    static ENGLISH: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../words/en.json")));
    static CHINESE: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../words/zh.json")));
    static JAPANESE: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../words/ja.json")));
    match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
        Language::Japanese => &JAPANESE,
    }
}

fn read(json: &str) -> Table {
    serde_json::from_str(json).unwrap_or_default()
}
