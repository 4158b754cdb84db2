//! Documents to passages with their places, search, and answers that quote.
//!
//! ```text
//! file ─ read ─ document ─ (passages) ─ index ─ search ─ evidence ─ answerable ─ ask ─ (parts of an answer)
//!               words, sentence ──────────┘─ vectors ┘─ entity ┘── question ──────┘─ support
//!                  han_names ── overview ─ whole ─────────────────────────┘
//! ```
//!
//! # Invariants
//!
//! - What is quoted is a range of a passage's text, and a passage's text is the document's, white space aside.
//! - No IO, no clock, no panic on any file, kept collection or reply of a model.
//! - Whether the documents answer a question is judged before a model is asked, so a model can't invent one.
//! - One way to make terms of texts: [`words`], for documents and questions alike.

pub mod answerable;
pub mod ask;
pub mod collection;
pub mod document;
pub mod entity;
pub mod evidence;
pub mod han_names;
pub mod index;
pub mod overview;
pub mod question;
pub mod read;
pub mod search;
pub mod sentence;
pub mod span;
pub mod support;
pub mod vectors;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod wasm;
pub mod whole;
pub mod words;

pub use collection::Collection;
