//! What is asked of whole documents: a summary along the outline, one chapter, lists, a glossary, questions for study, two
//! documents side by side. Everything that is shown is verbatim or borne out by what is shown; how much of the documents
//! was read is told.

pub mod compare;
pub mod digest;
pub mod glossary;
pub mod outline;
pub mod request;
pub mod study;

pub use request::{Whole, whole};
